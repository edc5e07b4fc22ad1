"""What an NTAG 424 DNA writes into its message as it is read: its UID and a counter, encrypted, and a MAC over them.

The counter grows by one with the first reading after each selection, so a link that was read before is an old one, and
a counter that does not grow is a copy's. Both values are written as hexadecimal digits over the file's own bytes.

Source: NXP NT4H2421Gx data sheet section 9.3 (secure dynamic messaging); NXP AN12196 section 3.
"""

from collections.abc import Callable
from typing import Final

from firmware_sim.card_crypto import AES_BYTES, cmac, encrypt_cbc
from firmware_sim.cards.ntag424_session import MAC_BYTES, shortened

DATA_DIGITS: Final = 2 * AES_BYTES
MAC_DIGITS: Final = 2 * MAC_BYTES
_TAG: Final = b"\xc7"
"""UID and counter are mirrored, and the UID has seven bytes."""
_MAC_LABEL: Final = bytes.fromhex("3cc300010080")
_COUNTER_BYTES: Final = 3
_SALT_BYTES: Final = 5


class Mirror:
    """`key` gives the key now; `data_at` and `mac_at` are places in the file. A `frozen` one never counts: a copy."""

    def __init__(
        self, uid: bytes, key: Callable[[], bytes], random_bytes: Callable[[int], bytes], data_at: int, mac_at: int
    ) -> None:
        self.counter = 0
        self.frozen = False
        self._uid, self._key, self._random_bytes = uid, key, random_bytes
        self._data_at, self._mac_at = data_at, mac_at
        self._shown: bytes | None = None

    def forget(self) -> None:
        """The next reading counts."""
        self._shown = None

    def show(self, data: bytes) -> bytes:
        """The file as a reader without a session sees it."""
        if self._shown is None:
            self.counter += 0 if self.frozen else 1
            self._shown = self._random_bytes(_SALT_BYTES)
        hidden, mac = self._values(self._shown)
        shown = bytearray(data)
        for at, value in ((self._data_at, hidden), (self._mac_at, mac)):
            shown[at : at + 2 * len(value)] = value.hex().upper().encode()
        return bytes(shown)

    def _values(self, salt: bytes) -> tuple[bytes, bytes]:
        number = self._uid + self.counter.to_bytes(_COUNTER_BYTES, "little")
        key = self._key()
        return encrypt_cbc(key, _TAG + number + salt), shortened(cmac(cmac(key, _MAC_LABEL + number), b""))
