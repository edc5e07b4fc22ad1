"""Sleeping and waking: the chip starts in LowVbat, and PowerDown leads back to a sleep.

Asleep, it counts rising edges on the serial line and wakes at the fifth; bytes up to there are lost. A byte 55 has
five, a byte 00 has one (its stop bit), so a long preamble wakes as well and a bare frame loses its head.

Source: UM0701-02 sections 6.3.3 and 7.2.11 (wake-up by HSU after the fifth rising edge); AN10609 (long preamble).
"""

from typing import Final

WAKE_BY_LINE: Final = 0x10
"""The bit of PowerDown's mask that lets the serial line wake the chip."""
EDGES_TO_WAKE: Final = 5


class Power:
    """Asleep or awake."""

    def __init__(self) -> None:
        self.asleep = True
        self._by_line = True
        self._edges = 0

    def sleep(self, mask: int) -> None:
        """Fall asleep. Without `WAKE_BY_LINE` only a reset wakes the chip."""
        self.asleep, self._by_line, self._edges = True, bool(mask & WAKE_BY_LINE), 0

    def hear(self, data: bytes) -> bytes:
        """The bytes of `data` that an awake chip reads."""
        for index, byte in enumerate(data):
            if not self.asleep:
                return data[index:]
            self._edges += _rising_edges(byte) if self._by_line else 0
            self.asleep = self._edges < EDGES_TO_WAKE
        return b""


def _rising_edges(byte: int) -> int:
    line = "0" + f"{byte:08b}"[::-1] + "1"  # start bit, least significant bit first, stop bit
    return line.count("01")
