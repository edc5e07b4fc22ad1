"""What a console, drawn or plain, needs of the line: what is known, a call when that changes, a way to act."""

from collections.abc import Callable
from typing import Protocol

from controller.console.acts import Act
from controller.console.snapshot import Snapshot


class ConsoleLink(Protocol):
    """The line of one console. `ConsoleClient` is the real one."""

    changed: Callable[[], None]
    """Called, in the thread of the event loop, after something told the console something."""

    def snapshot(self) -> Snapshot:
        """What is known now; cheap, may be asked at every frame."""

    async def perform(self, act: Act) -> str:
        """Bring an act about. Returns its record's hash. Raises `ActRefused`, `ControllerSilent`, `NoPlace`."""
