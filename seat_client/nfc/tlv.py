"""BER-TLV of a card: bounded, definite lengths only, every byte accounted for.

Source: ISO/IEC 8825-1 section 8.1; ISO/IEC 7816-4 section 5.2.2.
"""

from dataclasses import dataclass
from typing import Final

from seat_client.nfc.errors import TlvRefused

ELEMENTS_MAX: Final = 64
_TAG_BYTES_MAX: Final = 3
_LENGTH_BYTES_MAX: Final = 2
_LONG_TAG: Final = 0x1F
_CONTINUED: Final = 0x80
_LENGTH_SHORT_MAX: Final = 0x7F
_LENGTH_BYTE_MAX: Final = 0xFF


@dataclass(frozen=True, slots=True)
class Element:
    """One element. `tag` is its bytes as a number: 0x7C, 0x5FC101."""

    tag: int
    value: bytes


def read_elements(data: bytes) -> tuple[Element, ...]:
    """Read one level, to the last byte. Raises `TlvRefused`: cut, too long, indefinite, or more than 64 elements."""
    elements: list[Element] = []
    position = 0
    while position < len(data):
        if len(elements) == ELEMENTS_MAX:
            raise TlvRefused("more elements than any card has")
        tag, position = _read_tag(data, position)
        length, position = _read_length(data, position)
        value = data[position : position + length]
        if len(value) != length:
            raise TlvRefused("an element that is longer than what holds it")
        elements.append(Element(tag, value))
        position += length
    return tuple(elements)


def find(data: bytes, *path: int) -> bytes:
    """The value at the end of a path of tags, each the only one of its level. Raises `TlvRefused`: not there, twice."""
    for tag in path:
        values = [element.value for element in read_elements(data) if element.tag == tag]
        if len(values) != 1:
            raise TlvRefused(f"element {tag:02X} stands there {len(values)} times")
        data = values[0]
    return data


def element(tag: int, value: bytes) -> bytes:
    """Write one element of at most 65,535 bytes."""
    size = len(value)
    if size <= _LENGTH_SHORT_MAX:
        length = bytes([size])
    elif size <= _LENGTH_BYTE_MAX:
        length = bytes([0x81, size])
    else:
        length = b"\x82" + size.to_bytes(2, "big")
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big") + length + value


def _read_tag(data: bytes, position: int) -> tuple[int, int]:
    start = position
    position += 1
    if data[start] & _LONG_TAG == _LONG_TAG:
        while position < len(data) and data[position] & _CONTINUED:
            position += 1
        position += 1
    tag = data[start:position]
    if position > len(data) or len(tag) > _TAG_BYTES_MAX:
        raise TlvRefused("a tag that is cut or too long")
    return int.from_bytes(tag, "big"), position


def _read_length(data: bytes, position: int) -> tuple[int, int]:
    if position >= len(data):
        raise TlvRefused("an element without a length")
    first = data[position]
    position += 1
    if first <= _LENGTH_SHORT_MAX:
        return first, position
    count = first & _LENGTH_SHORT_MAX
    if not 1 <= count <= _LENGTH_BYTES_MAX or position + count > len(data):
        raise TlvRefused("a length that is indefinite, cut or too long")
    return int.from_bytes(data[position : position + count], "big"), position + count
