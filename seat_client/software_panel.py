"""A panel made of software: pressed by a call, its lamp seen by a callback."""

import asyncio
from collections.abc import AsyncIterator, Callable

from seat_client.events import Button
from seat_client.lamps import Lamp


class SoftwarePanel:
    """A panel whose buttons anybody in the process can push. `lamp` is what it shows now."""

    __slots__ = ("_pushed", "_watch", "lamp", "reason")

    def __init__(self, watch: Callable[[Lamp], None] | None = None) -> None:
        self.lamp = Lamp.ABSENT
        self.reason = ""
        self._pushed: asyncio.Queue[Button] = asyncio.Queue()
        self._watch = watch

    def push(self, button: Button) -> None:
        """Push a button once."""
        self._pushed.put_nowait(button)

    async def presses(self) -> AsyncIterator[Button]:
        """Presses as they happen."""
        while True:
            yield await self._pushed.get()

    def show(self, lamp: Lamp, reason: str) -> None:
        """Show a lamp."""
        self.lamp, self.reason = lamp, reason
        if self._watch is not None:
            self._watch(lamp)
