"""Command APDUs, TLV, and answers in pieces (GET RESPONSE).

Source: ISO/IEC 7816-4:2013 sections 5.1 (APDUs, also extended), 5.3 (command chaining), 7.6 (GET RESPONSE), 5.2 (TLV).
"""

from dataclasses import dataclass
from typing import Final

OK: Final = b"\x90\x00"
WRONG_LENGTH: Final = b"\x67\x00"
NOT_SATISFIED: Final = b"\x69\x82"
BLOCKED: Final = b"\x69\x83"
NOT_ALLOWED: Final = b"\x69\x85"
WRONG_DATA: Final = b"\x6a\x80"
NOT_FOUND: Final = b"\x6a\x82"
WRONG_PARAMETERS: Final = b"\x6a\x86"
NO_REFERENCE: Final = b"\x6a\x88"
UNKNOWN_INSTRUCTION: Final = b"\x6d\x00"
CHAINED: Final = 0x10
_HEADER_BYTES: Final = 4
_SHORT_MAX: Final = 256
_EXTENDED_MAX: Final = 65_536
_LONG_FORM: Final = 0x80
_LENGTH_BYTES_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `expected` is Le with 0 read as the most there is; None if it was left out."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    expected: int | None


def read_command(apdu: bytes) -> Command | None:
    """Parse an APDU, short or extended; None if its lengths do not add up."""
    head, rest = apdu[:_HEADER_BYTES], apdu[_HEADER_BYTES:]
    if len(head) < _HEADER_BYTES:
        return None
    parts = _body(rest)
    return Command(head[0], head[1], head[2], head[3], *parts) if parts is not None else None


def _body(rest: bytes) -> tuple[bytes, int | None] | None:
    if not rest:
        return b"", None
    if len(rest) == 1:
        return b"", rest[0] or _SHORT_MAX
    wide, most = (2, _EXTENDED_MAX) if rest[0] == 0 else (1, _SHORT_MAX)
    rest = rest[wide - 1 :]
    if len(rest) == wide == 2:  # noqa: PLR2004 - extended Le alone
        return b"", int.from_bytes(rest, "big") or most
    count, rest = int.from_bytes(rest[:wide], "big"), rest[wide:]
    data, tail = rest[:count], rest[count:]
    if not count or len(data) < count or len(tail) not in (0, wide):
        return None
    return data, (int.from_bytes(tail, "big") or most) if tail else None


class Pieces:
    """Holds the part of an answer that was too long for one response."""

    def __init__(self) -> None:
        self._rest = b""

    def start(self, data: bytes, expected: int | None) -> bytes:
        """Begin an answer of `data`."""
        self._rest = data
        return self.go_on(expected)

    def go_on(self, expected: int | None) -> bytes:
        """The next piece, with 61xx while more waits (00: 256 bytes or more)."""
        count = expected or _SHORT_MAX
        piece, self._rest = self._rest[:count], self._rest[count:]
        left = len(self._rest)
        return piece + (bytes((0x61, left if left < _SHORT_MAX else 0)) if left else OK)

    def forget(self) -> None:
        """Another command came."""
        self._rest = b""


def tlv(tag: int, value: bytes) -> bytes:
    """A tag (its bytes as a number), the shortest length, the value."""
    count = len(value)
    if count < _LONG_FORM:
        length = bytes((count,))
    else:
        size = count.to_bytes((count.bit_length() + 7) // 8, "big")
        length = bytes((_LONG_FORM | len(size),)) + size
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + length + value


def read_tlvs(data: bytes) -> dict[int, bytes] | None:
    """The values of one-byte tags by tag; None if the bytes are no such list."""
    found = {}
    while data:
        if len(data) <= 1:
            return None
        tag, count, data = data[0], data[1], data[2:]
        if count & _LONG_FORM:
            size = count & ~_LONG_FORM
            if not 0 < size <= min(_LENGTH_BYTES_MAX, len(data)):
                return None
            count, data = int.from_bytes(data[:size], "big"), data[size:]
        if len(data) < count:
            return None
        found[tag], data = data[:count], data[count:]
    return found
