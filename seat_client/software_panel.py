"""A panel made of software: pressed by a call, its lamp seen by a callback."""

import asyncio
from collections.abc import AsyncIterator, Callable

from seat_client.events import Button
from seat_client.lamps import Lamp
from seat_client.panel import ButtonTrouble


class SoftwarePanel:
    """A panel whose buttons anybody in the process can push. `lamp` is what it shows now."""

    __slots__ = ("_pushed", "_watch", "lamp", "lit", "reason")

    def __init__(self, watch: Callable[[Lamp], None] | None = None) -> None:
        self.lamp = Lamp.ABSENT
        self.reason = ""
        self.lit = (False, False)
        self._pushed: asyncio.Queue[Button] = asyncio.Queue()
        self._watch = watch

    def push(self, button: Button) -> None:
        """Push a button once."""
        self._pushed.put_nowait(button)

    async def presses(self) -> AsyncIterator[Button]:
        """Presses as they happen."""
        while True:
            yield await self._pushed.get()

    async def troubles(self) -> AsyncIterator[ButtonTrouble]:
        """Software has none."""
        await asyncio.Event().wait()
        yield ButtonTrouble("clear", "")

    def show_buttons(self, *, may_press: bool, secret: bool, asks_to_speak: bool) -> None:  # noqa: ARG002 - no choice is known here
        """Remember which buttons are lit."""
        self.lit = (may_press, asks_to_speak)

    def show(self, lamp: Lamp, reason: str) -> None:
        """Show a lamp."""
        self.lamp, self.reason = lamp, reason
        if self._watch is not None:
            self._watch(lamp)
