"""The panel: buttons and lamp of a seat, whatever they are made of."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from seat_client.events import Button
from seat_client.lamps import Lamp


@dataclass(frozen=True, slots=True)
class ButtonTrouble:
    """`code` is `stuck`, `bouncing` or `clear`; `button` names it."""

    code: str
    button: str


class Panel(Protocol):
    """Four buttons and one lamp."""

    def presses(self) -> AsyncIterator[Button]:
        """Presses as they happen, debounced: one for each push."""

    def troubles(self) -> AsyncIterator[ButtonTrouble]:
        """Buttons that are stuck or bounce, and are right again."""

    def show_buttons(self, *, may_press: bool, secret: bool, asks_to_speak: bool) -> None:
        """Light the buttons; with `secret` never the one that was chosen. Returns at once and never fails."""

    def show(self, lamp: Lamp, reason: str) -> None:
        """Show a lamp. `reason` is a code for a panel with words. Returns at once and never fails."""
