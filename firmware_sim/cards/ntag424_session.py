"""Keys and messages of an NTAG 424 DNA: the session after AuthenticateEV2First, and keys derived from a master key.

A session counts commands: a command's MAC and IV take the counter before it, the answer's the counter behind it.

Source: NXP AN12196 sections 5 and 6; NT4H2421Gx data sheet section 9.1; NXP AN10922 section 2.2 (diversification).
"""

from typing import Final

from firmware_sim.card_crypto import AES_BYTES, cmac, decrypt_cbc, encrypt_cbc

MAC_BYTES: Final = 8
DIVERSIFIER_BYTES_MAX: Final = 31
_ENC_LABEL: Final = bytes.fromhex("a55a00010080")
_MAC_LABEL: Final = bytes.fromhex("5aa500010080")
_COMMAND_LABEL: Final = b"\xa5\x5a"
_ANSWER_LABEL: Final = b"\x5a\xa5"
_POLYNOMIAL: Final = 0x87
_DIVERSIFY_AES_128: Final = b"\x01"


class Session:
    """What both sides share: two keys, the transaction identifier `ti` (4 bytes), the command counter."""

    def __init__(self, key: bytes, rnd_a: bytes, rnd_b: bytes, ti: bytes) -> None:
        mixed = bytes(one ^ other for one, other in zip(rnd_a[2:8], rnd_b[:6], strict=True))
        vector = rnd_a[:2] + mixed + rnd_b[6:] + rnd_a[8:]
        self.enc_key = cmac(key, _ENC_LABEL + vector)
        self.mac_key = cmac(key, _MAC_LABEL + vector)
        self.ti = ti
        self.counter = 0

    def mac(self, code: int, data: bytes) -> bytes:
        """MACt of a command (`code`: its instruction) or, counted on, of an answer (`code`: its status)."""
        counted = bytes((code,)) + self.counter.to_bytes(2, "little") + self.ti
        return shortened(cmac(self.mac_key, counted + data))

    def decrypt_command(self, data: bytes) -> bytes | None:
        """The data of a command, without its padding; None if that is not there."""
        if not data or len(data) % AES_BYTES:
            return None
        body, mark, tail = decrypt_cbc(self.enc_key, data, self._start(_COMMAND_LABEL)).rpartition(b"\x80")
        return body if mark and not tail.strip(b"\x00") else None

    def encrypt_answer(self, data: bytes) -> bytes:
        """The data of an answer, padded."""
        return encrypt_cbc(self.enc_key, padded(data), self._start(_ANSWER_LABEL))

    def _start(self, label: bytes) -> bytes:
        return encrypt_cbc(self.enc_key, label + self.ti + self.counter.to_bytes(2, "little") + bytes(8))


def shortened(mac: bytes) -> bytes:
    """MACt: every second byte of a CMAC."""
    return mac[1::2]


def padded(data: bytes) -> bytes:
    """With 80 and zeros up to whole blocks; there is always an 80."""
    return data + b"\x80" + bytes(-(len(data) + 1) % AES_BYTES)


def diversified_key(master: bytes, diversifier: bytes) -> bytes:
    """A card's own AES-128 key. `diversifier`: UID, application and system identifier, 1 to 31 bytes.

    It is a CMAC over two blocks even where one would do, so a plain CMAC gives another key for short diversifiers.
    """
    assert 0 < len(diversifier) <= DIVERSIFIER_BYTES_MAX
    data = _DIVERSIFY_AES_128 + diversifier
    subkey = _doubled(encrypt_cbc(master, bytes(AES_BYTES)))
    if len(data) < 2 * AES_BYTES:
        data, subkey = (data + b"\x80").ljust(2 * AES_BYTES, b"\x00"), _doubled(subkey)
    last = bytes(one ^ other for one, other in zip(data[AES_BYTES:], subkey, strict=True))
    return encrypt_cbc(master, data[:AES_BYTES] + last)[AES_BYTES:]


def _doubled(block: bytes) -> bytes:
    number = int.from_bytes(block, "big") << 1
    carry = number >> 8 * AES_BYTES
    return (number & (1 << 8 * AES_BYTES) - 1 ^ (_POLYNOMIAL if carry else 0)).to_bytes(AES_BYTES, "big")
