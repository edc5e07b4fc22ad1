"""Bytes on the reader's line to frames and back, from the host's side.

    normal    00 00 FF LEN LCS TFI data DCS 00             LEN counts TFI and data, 2..255; LEN + LCS = 0 mod 256
    extended  00 00 FF FF FF LENM LENL LCS TFI data DCS 00 at most 265 bytes; LENM + LENL + LCS = 0 mod 256
    ACK       00 00 FF 00 FF 00        NACK  00 00 FF FF 00 00        TFI + data + DCS = 0 mod 256

Preamble and postamble may be any bytes: the decoder looks for the start code `00 FF` and skips what stands before it.
Whatever has a start code and is no whole frame comes out as `Damaged`, and the search goes on behind that start code.
A frame found there may be a piece of the damaged one, so nothing that follows a `Damaged` may be believed before the
line was quiet: that is the rule of the conversation.

Source: PN532 user manual UM0701-02, section 6.2.1.
"""

from dataclasses import dataclass
from typing import Final

ACK: Final = bytes.fromhex("0000ff00ff00")
"""From the host it also aborts the running command."""
NACK: Final = bytes.fromhex("0000ffff0000")
"""From the host only: send the last answer again."""
DATA_BYTES_MAX: Final = 264
"""The longest command or answer: code and parameters, without TFI. Source: section 6.2.1.2."""
_START: Final = b"\x00\xff"
_HOST: Final = 0xD4
_CHIP: Final = 0xD5
_SYNTAX_ERROR: Final = b"\x7f"
_NORMAL_BYTES_MAX: Final = 255
_FRAME_BYTES_MAX: Final = DATA_BYTES_MAX + 1
_HEADER_BYTES: Final = 4
_EXTENDED_HEADER_BYTES: Final = 7


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The reader has received a command."""


@dataclass(frozen=True, slots=True)
class NotAcknowledged:
    """A NACK. The reader never sends one: a line that echoes does."""


@dataclass(frozen=True, slots=True)
class SyntaxRefused:
    """The error frame: the reader does not know the command or its form."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An undamaged answer. `data` is the answer's code (command code + 1) and its parameters, 1..264 bytes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """Something with a start code that is no frame. `what` says which check failed."""

    what: str


Frame = Acknowledged | NotAcknowledged | SyntaxRefused | Answer | Damaged


def encode_command(data: bytes) -> bytes:
    """Write one command, `data` its code and parameters. Raises `ValueError`: not 1..264 bytes."""
    if not 1 <= len(data) <= DATA_BYTES_MAX:
        raise ValueError("a command is 1 to 264 bytes")
    body = bytes([_HOST]) + data
    size = len(body)
    if size <= _NORMAL_BYTES_MAX:
        header = bytes([size, -size & 0xFF])
    else:
        high, low = divmod(size, 256)
        header = bytes([0xFF, 0xFF, high, low, -(high + low) & 0xFF])
    return b"\x00" + _START + header + body + bytes([-sum(body) & 0xFF, 0x00])


class FrameDecoder:
    """Collects bytes in pieces of any size. Never raises, and never holds more than one longest frame and a piece."""

    __slots__ = ("_bytes",)

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Take `data` and return what it completes, in order."""
        self._bytes += data
        found: list[Frame] = []
        position = 0
        while (start := self._bytes.find(_START, position)) >= 0:
            frame, used = _read_frame(self._bytes, start)
            if frame is None:
                position = start
                break
            found.append(frame)
            position = start + used
        else:
            # The last byte may be the first half of a start code.
            position = max(position, len(self._bytes) - 1)
        del self._bytes[:position]
        return found

    def reset(self) -> None:
        """Forget an unfinished frame."""
        self._bytes.clear()


def _read_frame(data: bytearray, start: int) -> tuple[Frame | None, int]:
    """Read at the start code: what stands there and how many bytes it used, or (None, 0) while incomplete."""
    if len(data) < start + _HEADER_BYTES:
        return None, 0
    length, check = data[start + 2], data[start + 3]
    if (length, check) == (0x00, 0xFF):
        return Acknowledged(), _HEADER_BYTES
    if (length, check) == (0xFF, 0x00):
        return NotAcknowledged(), _HEADER_BYTES
    if (length, check) == (0xFF, 0xFF):
        if len(data) < start + _EXTENDED_HEADER_BYTES:
            return None, 0
        high, low, check = data[start + 4 : start + _EXTENDED_HEADER_BYTES]
        return _read_body(data, start, _EXTENDED_HEADER_BYTES, high * 256 + low, high + low + check)
    return _read_body(data, start, _HEADER_BYTES, length, length + check)


def _read_body(data: bytearray, start: int, header: int, size: int, length_sum: int) -> tuple[Frame | None, int]:
    if length_sum & 0xFF:
        return Damaged("length checksum"), len(_START)
    if not 1 <= size <= _FRAME_BYTES_MAX:
        return Damaged("length"), len(_START)
    end = start + header + size + 1
    if len(data) < end:
        return None, 0
    body = bytes(data[start + header : end])
    if sum(body) & 0xFF:
        return Damaged("data checksum"), len(_START)
    body = body[:-1]
    if body == _SYNTAX_ERROR:
        return SyntaxRefused(), end - start
    if body[0] != _CHIP:
        return Damaged("direction"), end - start
    if size == 1:
        return Damaged("empty"), end - start
    return Answer(body[1:]), end - start
