"""Registers of the contactless unit (CIU): memory, with the few that steer a raw exchange.

Source: PN532 data sheet, section 8.6.23 (CIU registers and their reset values).
"""

from typing import Final

TX_MODE: Final = 0x6302
RX_MODE: Final = 0x6303
TX_AUTO: Final = 0x6305
FIFO_DATA: Final = 0x6339
CONTROL: Final = 0x633C
BIT_FRAMING: Final = 0x633D
_CRC_BIT: Final = 0x80
_NOT_106A: Final = 0x73
"""Speed (bits 4 to 6) and framing (bits 0 and 1): anything but zero is another modulation."""
_LAST_BITS: Final = 0x07
_START: Final = {TX_MODE: 0x80, RX_MODE: 0x80, TX_AUTO: 0x40, CONTROL: 0x10}


class Registers:
    """Addresses to bytes. They keep their content in PowerDown and lose it with the power."""

    def __init__(self) -> None:
        self._bytes = dict(_START)

    def read(self, address: int) -> int:
        """The byte at an address; what was never written is 0."""
        return self._bytes.get(address, 0)

    def write(self, address: int, value: int) -> None:
        """Store a byte."""
        self._bytes[address] = value

    def set_106a(self) -> None:
        """What listing type A cards does before it sends anything."""
        self._bytes |= {TX_MODE: 0x80, RX_MODE: 0x80, TX_AUTO: 0x40, BIT_FRAMING: 0, CONTROL: 0x10}

    @property
    def type_a(self) -> bool:
        """Whether a raw frame goes out, and is heard, as type A at 106 kbit/s."""
        return not (self.read(TX_MODE) | self.read(RX_MODE)) & _NOT_106A

    @property
    def sends_crc(self) -> bool:
        """Whether a checksum is put behind what is sent."""
        return bool(self.read(TX_MODE) & _CRC_BIT)

    @property
    def checks_crc(self) -> bool:
        """Whether a checksum is expected, and taken off what is heard."""
        return bool(self.read(RX_MODE) & _CRC_BIT)

    @property
    def last_bits(self) -> int:
        """How many bits of the last byte are sent; 0 for all."""
        return self.read(BIT_FRAMING) & _LAST_BITS

    def tell_last_bits(self, bits: int) -> None:
        """How many bits of the last byte were heard; 0 for all."""
        self._bytes[CONTROL] = self.read(CONTROL) & ~_LAST_BITS | bits
