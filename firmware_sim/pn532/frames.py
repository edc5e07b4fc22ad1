"""The bytes on the serial line, read and written as the chip does it; nothing is shared with the seat's driver.

    normal    00 00 FF LEN LCS TFI data DCS 00             LEN counts TFI and data, 1..255; LEN + LCS = 0 mod 256
    extended  00 00 FF FF FF LENM LENL LCS TFI data DCS 00 at most 265 bytes; LENM + LENL + LCS = 0 mod 256
    ACK       00 00 FF 00 FF 00        NACK  00 00 FF FF 00 00        TFI + data + DCS = 0 mod 256

Preamble and postamble may be any bytes, so a reader looks for the start code `00 FF` and skips what is before it.
A damaged frame is nothing at all: the search goes on behind its start code, and whoever sent it hears no ACK.

Source: PN532 user manual UM0701-02, section 6.2.1.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

START: Final = b"\x00\xff"
ACK: Final = bytes.fromhex("0000ff00ff00")
ERROR: Final = bytes.fromhex("0000ff01ff7f8100")
"""Syntax error at the level of the application; carries no TFI of an answer."""
TFI_HOST: Final = 0xD4
TFI_CHIP: Final = 0xD5
NORMAL_BYTES_MAX: Final = 255
FRAME_BYTES_MAX: Final = 265
"""TFI and data of the longest frame that the firmware reads or writes."""
_EXTENDED: Final = b"\xff\xff"
_ACK_LENGTHS: Final = b"\x00\xff"
_NACK_LENGTHS: Final = b"\xff\x00"
_LENGTH_BYTES: Final = 2
_EXTENDED_LENGTH_BYTES: Final = 5


class Kind(Enum):
    """What a host can send."""

    COMMAND = "command"
    ACK = "ack"
    NACK = "nack"


@dataclass(frozen=True, slots=True)
class HostFrame:
    """One frame from the host. `tfi` and `data` only for a command."""

    kind: Kind
    tfi: int = 0
    data: bytes = b""


class FrameReader:
    """Collects bytes in pieces of any size and gives the frames that are complete and undamaged."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[HostFrame]:
        """Take `data` and return the frames it completes, in order."""
        self._bytes += data
        found: list[HostFrame] = []
        while True:
            start = self._bytes.find(START)
            if start < 0:
                del self._bytes[: len(self._bytes) - self._bytes.endswith(b"\x00")]
                return found
            del self._bytes[:start]
            used, frame = _read_one(bytes(self._bytes[len(START) :]))
            if used is None:
                return found
            del self._bytes[: len(START) + used]
            if frame is not None:
                found.append(frame)

    def forget(self) -> None:
        """Drop what has been collected: the chip lost power."""
        self._bytes.clear()


def _read_one(data: bytes) -> tuple[int | None, HostFrame | None]:
    """How many bytes behind a start code are used up (None: more must come), and the frame if they are one.

    A damaged frame uses up nothing, or only what would be read as a start code again: a frame that was sent while a
    broken one still waited for its end is found inside it.
    """
    if len(data) < _LENGTH_BYTES:
        return None, None
    lengths = data[:_LENGTH_BYTES]
    if lengths == _ACK_LENGTHS:
        return _LENGTH_BYTES, HostFrame(Kind.ACK)
    if lengths == _NACK_LENGTHS:
        return _LENGTH_BYTES, HostFrame(Kind.NACK)
    if lengths == _EXTENDED:
        if len(data) < _EXTENDED_LENGTH_BYTES:
            return None, None
        head, count, checked = _EXTENDED_LENGTH_BYTES, data[2] << 8 | data[3], data[2] + data[3] + data[4]
    else:
        head, count, checked = _LENGTH_BYTES, data[0], data[0] + data[1]
    if checked & 0xFF or not 0 < count <= FRAME_BYTES_MAX:
        return 0, None
    body = data[head : head + count + 1]
    if len(body) <= count:
        return None, None
    if sum(body) & 0xFF:
        return 0, None
    return head + count + 1, HostFrame(Kind.COMMAND, body[0], body[1:count])


def encode_answer(data: bytes) -> bytes:
    """The frame of an answer; `data` begins with the response code. The chip takes the short form where it fits."""
    body = bytes((TFI_CHIP,)) + data
    count = len(body)
    assert count <= FRAME_BYTES_MAX, count
    if count <= NORMAL_BYTES_MAX:
        lengths = bytes((count, -count & 0xFF))
    else:
        high, low = divmod(count, 256)
        lengths = _EXTENDED + bytes((high, low, -(high + low) & 0xFF))
    return b"\x00" + START + lengths + body + bytes((-sum(body) & 0xFF, 0))
