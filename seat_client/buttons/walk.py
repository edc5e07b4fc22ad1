"""Lights each lamp in turn and asks for each button: what only eyes and a finger can check. Not while a seat runs.

Source: `docs/seat-hardware.md`, the self-test.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from seat_client.buttons.pins import Pins
from seat_client.buttons.tables import named_pins
from seat_client.events import Button

LAMPS: Final = (*(f"lamp_{button.value}" for button in Button), "red", "green", "blue", "buzzer")
"""What is lit or sounded, by its name in `[pins]`, in this order."""


class Lit(Protocol):
    """A panel whose lamps can be lit one by one."""

    def light(self, name: str, *, on: bool) -> None:
        """Light one lamp by its name in `[pins]`, or sound the buzzer."""

    def presses(self) -> AsyncIterator[Button]:
        """Presses that count, as they happen."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long each lamp burns, and how long a button is waited for."""

    light_s: float = 1.0
    wait_s: float = 20.0


USUAL_PACE: Final = Pace()


async def light_lamps(panel: Lit, pins: Pins, tell: Callable[[str], None], pace: Pace = USUAL_PACE) -> None:
    """Light one after another, and say which one burns. A part that is not connected is left out."""
    for name, pin in named_pins(pins).items():
        if name not in LAMPS or pin is None:
            continue
        tell(f"{'sounds' if name == 'buzzer' else 'lit   '}  {name:<12} BCM {pin}")
        panel.light(name, on=True)
        await asyncio.sleep(pace.light_s)
        panel.light(name, on=False)


async def ask_buttons(
    panel: Lit, pins: Pins, tell: Callable[[str], None], *, two_hands: bool = False, pace: Pace = USUAL_PACE
) -> bool:
    """Ask for each button and say which one was pressed. True if each was, in time."""
    with_second = ", while you hold the second button" if two_hands else ""
    missed = []
    for button, pin in pins.buttons.items():
        tell(f"press   {button.value}{with_second}")
        try:
            async with asyncio.timeout(pace.wait_s):
                await _await_press(panel, button, tell)
        except TimeoutError:
            missed.append(button)
            tell(
                f"FAILED  {button.value:<12} no press within {pace.wait_s:g} s: look at its contact and wire, BCM {pin}"
            )
    return not missed


async def _await_press(panel: Lit, wanted: Button, tell: Callable[[str], None]) -> None:
    """Wait for this button. Another one is said, because two wires that were exchanged look like that."""
    async for pressed in panel.presses():
        if pressed is wanted:
            tell(f"ok      {wanted.value}")
            return
        tell(f"other   {pressed.value:<12} was pressed, not {wanted.value}: are their wires exchanged?")
