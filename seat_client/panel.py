"""The panel: buttons and lamp of a seat, whatever they are made of."""

from collections.abc import AsyncIterator
from typing import Protocol

from seat_client.events import Button
from seat_client.lamps import Lamp


class Panel(Protocol):
    """Four buttons and one lamp."""

    def presses(self) -> AsyncIterator[Button]:
        """Presses as they happen, debounced: one for each push."""

    def show(self, lamp: Lamp, reason: str) -> None:
        """Show a lamp. `reason` is a code for a panel with words. Returns at once and never fails."""
