"""How a lamp burns and a buzzer sounds, beat by beat: the words of `seat_client/lamps.py` as light and sound. Pure.

A pattern is a round of beats, repeated for ever; a sound is played once. No two patterns share their rhythm, so that
neither colour nor sight is needed to tell *recorded* from *not counted*.

Source: `docs/protocol.md` section 5.3.
"""

from dataclasses import dataclass
from typing import Final

from seat_client.events import Button
from seat_client.lamps import Colour, Lamp, Pattern

RGB: Final[dict[Colour, tuple[float, float, float]]] = {
    Colour.DARK: (0.0, 0.0, 0.0),
    Colour.WHITE: (1.0, 0.8, 0.7),
    Colour.BLUE: (0.0, 0.1, 1.0),
    Colour.GREEN: (0.0, 1.0, 0.1),
    Colour.AMBER: (1.0, 0.4, 0.0),
    Colour.RED: (1.0, 0.0, 0.0),
}
"""Red, green, blue, 0..1. White and amber are weighted for LEDs whose green and blue are brighter than their red."""


@dataclass(frozen=True, slots=True)
class Beat:
    """So bright (0..1) for so long. For a buzzer anything above 0 sounds."""

    level: float
    seconds: float


FOREVER_S: Final = 60.0
"""A steady light is a long beat."""
_OFF: Final = 0.0
PATTERNS: Final[dict[Pattern, tuple[Beat, ...]]] = {
    Pattern.OFF: (Beat(_OFF, FOREVER_S),),
    Pattern.DIM: (Beat(0.15, FOREVER_S),),
    Pattern.STEADY: (Beat(1.0, FOREVER_S),),
    Pattern.SLOW_BLINK: (Beat(1.0, 0.8), Beat(_OFF, 0.8)),
    Pattern.FAST_BLINK: (Beat(1.0, 0.2), Beat(_OFF, 0.2)),
    Pattern.BREATHE: tuple(Beat(level / 10, 0.1) for level in (2, 4, 6, 8, 10, 8, 6, 4)),
    Pattern.DOUBLE_FLASH: (Beat(1.0, 0.12), Beat(_OFF, 0.12), Beat(1.0, 0.12), Beat(_OFF, 0.9)),
    Pattern.TRIPLE_FLASH: (*(Beat(1.0, 0.12), Beat(_OFF, 0.12)) * 2, Beat(1.0, 0.12), Beat(_OFF, 0.9)),
    Pattern.SHORT_FLASH: (Beat(1.0, 0.08), Beat(_OFF, 2.5)),
    Pattern.ALTERNATE: (Beat(1.0, 0.5), Beat(0.2, 0.5)),
}
"""Every pattern of the lamp's table."""

SOUNDS: Final[dict[Lamp, tuple[Beat, ...]]] = {
    Lamp.PRESENT: (Beat(1.0, 0.05), Beat(_OFF, 0.05), Beat(1.0, 0.05), Beat(_OFF, 0.05)),
    Lamp.VOTE_OPEN: (Beat(1.0, 0.30), Beat(_OFF, 0.05)),
    Lamp.LAST_CALL: (*(Beat(1.0, 0.08), Beat(_OFF, 0.08)) * 4,),
    Lamp.PRESSED: (Beat(1.0, 0.03), Beat(_OFF, 0.03)),
    Lamp.RECORDED: (Beat(1.0, 0.60), Beat(_OFF, 0.05)),
    Lamp.NOT_COUNTED: (*(Beat(1.0, 0.20), Beat(_OFF, 0.15)) * 3,),
    Lamp.UNKNOWN: (Beat(1.0, 0.40), Beat(_OFF, 0.20), Beat(1.0, 0.05), Beat(_OFF, 0.05)),
    Lamp.FAULT: (*(Beat(1.0, 0.60), Beat(_OFF, 0.30)) * 2,),
}
"""For members who cannot see the lamp; sounded once, when the word appears. They tell no choice either."""


_CHOICES: Final = frozenset({Button.FOR, Button.AGAINST, Button.ABSTAIN})


def button_lights(*, may_press: bool, chosen: Button | None, secret: bool, asks_to_speak: bool) -> frozenset[Button]:
    """Which buttons are lit: all three choices while a press would be taken, then the one that was chosen.

    In a secret vote the three are lit or dark together, whatever was pressed.
    """
    if not may_press:
        lit: frozenset[Button] = frozenset()
    elif secret or chosen is None or chosen not in _CHOICES:
        lit = _CHOICES
    else:
        lit = frozenset({chosen})
    return lit | {Button.SPEAK} if asks_to_speak else lit
