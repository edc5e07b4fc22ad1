"""What travels between reader and card: bits in bytes, and the checksum of ISO 14443 type A.

Source: ISO/IEC 14443-3 sections 6.2 (frames) and Annex B (CRC_A).
"""

from dataclasses import dataclass
from typing import Final

CRC_BYTES: Final = 2
_CRC_START: Final = 0x6363


@dataclass(frozen=True, slots=True)
class RfFrame:
    """Bytes on the air, least significant bit first. `last_bits` are the valid bits of the last byte, 0 for all."""

    data: bytes
    last_bits: int = 0

    @property
    def bit_count(self) -> int:
        """The number of bits."""
        return len(self.data) * 8 - (8 - self.last_bits if self.last_bits else 0)


def bits_of(data: bytes) -> tuple[int, ...]:
    """The bits in the order in which they are sent."""
    return tuple(byte >> place & 1 for byte in data for place in range(8))


def frame_of_bits(bits: tuple[int, ...]) -> RfFrame:
    """Pack bits into a frame; a last byte that is not full is padded with zeros."""
    packed = bytearray((len(bits) + 7) // 8)
    for index, bit in enumerate(bits):
        packed[index // 8] |= bit << index % 8
    return RfFrame(bytes(packed), len(bits) % 8)


def crc_a(data: bytes) -> bytes:
    """CRC_A, low byte first."""
    crc = _CRC_START
    for byte in data:
        mixed = byte ^ crc & 0xFF
        mixed ^= mixed << 4 & 0xFF
        crc = crc >> 8 ^ mixed << 8 ^ mixed << 3 ^ mixed >> 4
    return crc.to_bytes(CRC_BYTES, "little")


def with_crc(data: bytes) -> RfFrame:
    """A whole frame with its checksum behind it."""
    return RfFrame(data + crc_a(data))


def strip_crc(frame: RfFrame) -> bytes | None:
    """The bytes before a checksum that fits; None if it does not, or if there is none."""
    if frame.last_bits or len(frame.data) <= CRC_BYTES:
        return None
    body, crc = frame.data[:-CRC_BYTES], frame.data[-CRC_BYTES:]
    return body if crc == crc_a(body) else None
