"""The door to what a Raspberry Pi says of its supply: two small files of the kernel, read now and then.

Where a file is missing (another board, another kernel) nothing is known, which reads as nothing wrong.

Source: the Raspberry Pi kernel's `drivers/firmware/raspberrypi.c` (`get_throttled`, hexadecimal, bits as `vcgencmd
get_throttled` has them: 0 under-voltage, 1 frequency capped, 2 throttled, 3 soft temperature limit; 16 to 19 the same,
since some time before); the kernel's `Documentation/hwmon/raspberrypi-hwmon.rst` (`in0_lcrit_alarm`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

THROTTLED: Final = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
HWMON: Final = Path("/sys/class/hwmon")
SENSOR: Final = "rpi_volt"
ALARM: Final = "in0_lcrit_alarm"
UNDERVOLTED_NOW: Final = 0x1
_BITS: Final = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Power:
    """`throttled`: the bits, 0 for none or unknown. `undervolted`: the supply is too weak now."""

    throttled: int = 0
    undervolted: bool = False


class BoardPower:
    """The files of one board. Other paths than the kernel's are for tests."""

    def __init__(self, throttled: Path = THROTTLED, hwmon: Path = HWMON) -> None:
        self._throttled = throttled
        self._alarm = _find_alarm(hwmon)

    def read(self) -> Power:
        """What the board says now. Never raises."""
        bits = _number(self._throttled, 16) & _BITS
        alarm = _number(self._alarm, 10) if self._alarm is not None else 0
        return Power(bits, alarm == 1 or bool(bits & UNDERVOLTED_NOW))


def _find_alarm(hwmon: Path) -> Path | None:
    """Sensors are numbered in the order in which they were found, so only the name tells which is ours."""
    for name in sorted(hwmon.glob("hwmon*/name")):
        if _text(name) == SENSOR:
            return name.with_name(ALARM)
    return None


def _number(path: Path, base: int) -> int:
    try:
        return max(0, int(_text(path), base))
    except ValueError:
        return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
