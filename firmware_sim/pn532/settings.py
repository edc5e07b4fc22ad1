"""What a host sets and the chip keeps until it loses power, also from one host program to the next.

Source: UM0701-02 sections 7.2.9 (SetParameters) and 7.3.1 (RFConfiguration, with the defaults).
"""

from dataclasses import dataclass, field
from typing import Final

AUTO_RATS: Final = 0x10
FOR_EVER: Final = 0xFF
_LENGTHS: Final = {0x01: 1, 0x02: 3, 0x04: 1, 0x05: 3, 0x0A: 11, 0x0B: 8, 0x0C: 3, 0x0D: 9}
"""RFConfiguration: item to the length of its data."""
_TIMEOUTS: Final = 0x02
_RETRIES: Final = 0x05


@dataclass(slots=True)
class Settings:
    """Flags of SetParameters and items of RFConfiguration."""

    parameters: int = 0x14
    items: dict[int, bytes] = field(default_factory=lambda: {_TIMEOUTS: b"\x00\x0b\x0a", _RETRIES: b"\xff\x01\xff"})

    def configure(self, item: int, data: bytes) -> bool:
        """Store an item. False: no such item, or another length."""
        if _LENGTHS.get(item) != len(data):
            return False
        self.items[item] = data
        return True

    @property
    def automatic_rats(self) -> bool:
        """Whether a listed ISO-DEP card is led to ISO 14443-4 at once."""
        return bool(self.parameters & AUTO_RATS)

    @property
    def raw_timeout(self) -> int:
        """The code of the timeout of InCommunicateThru, also of non-DEP exchanges."""
        return self.items[_TIMEOUTS][2]

    @property
    def activation_retries(self) -> int:
        """Further tries after a failed activation; `FOR_EVER` never gives up."""
        return self.items[_RETRIES][2]
