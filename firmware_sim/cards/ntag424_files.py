"""The three files of an NTAG 424 DNA and who may read and write them.

Source: NT4H2421Gx data sheet section 8.2.3 (files, access conditions, delivery state), section 10.7.2 (settings).
"""

from dataclasses import dataclass
from typing import Final

from firmware_sim.cards.ntag424_mirror import Mirror

FREE: Final = 0x0E
NEVER: Final = 0x0F
PLAIN, MAC, FULL = 0x00, 0x01, 0x03
"""How data travel in a session."""
CC, NDEF, SECRET = 1, 2, 3
_MODE_BITS: Final = 0x03
_CAPABILITIES: Final = bytes.fromhex("001720010000ff0406e104010000000506e10500808283000000000000000000")


@dataclass(slots=True)
class File:
    """One file. `rights` as in its settings: read-write and change, then read and write, four bits each."""

    identifier: bytes
    mode: int
    rights: bytes
    data: bytearray
    mirror: Mirror | None = None

    def shown(self) -> bytes:
        """What a reader without a session sees."""
        return bytes(self.data) if self.mirror is None else self.mirror.show(bytes(self.data))

    def settings(self) -> bytes:
        """What GetFileSettings tells: type, options, rights, size."""
        return bytes((0, self.mode)) + self.rights + len(self.data).to_bytes(3, "little")

    def may_read(self, key: int | None) -> bool:
        """Whether a session with `key` (None: no session) may read."""
        return self._may(self.rights[1] >> 4, key)

    def may_write(self, key: int | None) -> bool:
        """Whether a session with `key` may write."""
        return self._may(self.rights[1] & 0x0F, key)

    def _may(self, right: int, key: int | None) -> bool:
        allowed = {right, self.rights[0] >> 4}
        return FREE in allowed or (key is not None and key in allowed - {NEVER})


def delivered_files(ndef: bytes) -> dict[int, File]:
    """The files as a card is delivered, but with an NDEF message."""
    message = len(ndef).to_bytes(2, "big") + ndef
    return {
        CC: File(b"\xe1\x03", PLAIN, b"\x00\xe0", bytearray(_CAPABILITIES)),
        NDEF: File(b"\xe1\x04", PLAIN, b"\xe0\xee", bytearray(message.ljust(256, b"\x00"))),
        SECRET: File(b"\xe1\x05", FULL, b"\x30\x23", bytearray(128)),
    }
