"""Which pin does what, as data. Numbers are those of the chip (BCM), not of the header.

Source: `docs/seat-hardware.md`, wiring.
"""

from dataclasses import dataclass, field

from seat_client.events import Button


@dataclass(frozen=True, slots=True)
class Pins:
    """The wiring of one seat. None: not connected.

    Buttons lead to ground and are pulled up inside; lamps light when their pin is high. `state` is red, green, blue.
    `second` is the button of the two-hand rule, if it is one of its own. `reader_reset` is active low.
    """

    buttons: dict[Button, int] = field(
        default_factory=lambda: {Button.FOR: 5, Button.AGAINST: 6, Button.ABSTAIN: 13, Button.SPEAK: 19}
    )
    lamps: dict[Button, int] = field(
        default_factory=lambda: {Button.FOR: 22, Button.AGAINST: 23, Button.ABSTAIN: 24, Button.SPEAK: 25}
    )
    state: tuple[int, int, int] = (12, 16, 20)
    buzzer: int | None = None
    second: int | None = None
    reader_reset: int | None = 17


DEFAULT_PINS = Pins()
