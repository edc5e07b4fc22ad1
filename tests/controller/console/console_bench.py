"""A console on a line to no controller: its clock stands until it is moved, and the acts sent are kept."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, cast

from textual.app import App
from textual.pilot import Pilot

from controller.console.acts import Act, Acts
from controller.console.app import ConsoleApp, Options
from controller.console.bodies.floor import FloorBody
from controller.console.link import ConsoleLink
from controller.console.snapshot import Snapshot
from tests.controller.console.snapshots import NOON_MS

Size = tuple[int, int]
ANSWER = "A" * 43
"""Hash of whatever is sent: that of the arm of `snapshots.with_vote`."""


class RecordingActs:
    """Stands for `Acts`: whatever is called is kept by name, with its arguments."""

    def __init__(self, done: list[tuple[str, tuple[Any, ...]]]) -> None:
        self._done = done

    def __getattr__(self, name: str) -> Callable[..., Awaitable[str]]:
        assert hasattr(Acts, name), "an act that there is"

        async def act(*given: Any) -> str:
            self._done.append((name, given))
            return ANSWER

        return act


@dataclass(slots=True)
class StubLink:
    """A line that shows one snapshot. `after`: the snapshot that follows an act, by its name; `refuse`: the answer.

    While `silent`, no act is answered.
    """

    known: Snapshot
    after: dict[str, Snapshot | Callable[[Snapshot], Snapshot]] = field(default_factory=dict)
    refuse: Exception | None = None
    done: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    silent: bool = False
    changed: Callable[[], None] = field(default=lambda: None)

    def snapshot(self) -> Snapshot:
        """The one it shows."""
        return self.known

    async def perform(self, act: Act) -> str:
        """Keep the act; what follows it is known at once."""
        if self.silent:
            await asyncio.Event().wait()
        if self.refuse is not None:
            raise self.refuse
        sent = await act(cast("Acts", RecordingActs(self.done)))
        follows = self.after.get(self.done[-1][0])
        if follows is not None:
            self.tell(follows(self.known) if callable(follows) else follows)
        return sent

    def tell(self, known: Snapshot) -> None:
        """News."""
        self.known = known
        self.changed()

    @property
    def acts(self) -> list[str]:
        """The names of what was done."""
        return [name for name, _ in self.done]


class Clock:
    """A clock that is moved by hand, in seconds; the controller's shows noon at its start."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def options(self, **given: Any) -> Options:
        """Options of a console with this clock."""
        return Options(now_s=lambda: self.now_s, unix_ms=lambda: NOON_MS + round((self.now_s - 100) * 1000), **given)


class Bench:
    """A running console, its link, its clock and its pilot."""

    def __init__(self, app: ConsoleApp, link: StubLink, clock: Clock, pilot: Pilot[None]) -> None:
        self.app, self.link, self.clock, self.pilot = app, link, clock, pilot

    async def press(self, *keys: str, apart_s: float = 1.0) -> None:
        """Press keys one after another, each so long after the one before, and let what follows happen."""
        for key in keys:
            self.clock.now_s += apart_s
            await self.pilot.press(key)
            await self.settle()

    async def hold(self, key: str, repeats: int = 30) -> None:
        """Hold a key down: the terminal repeats it after half a second, then thirty times a second."""
        await self.press(key)
        self.clock.now_s += 0.5 - 0.033
        for _ in range(repeats):
            await self.press(key, apart_s=0.033)

    async def wait(self, seconds: float) -> None:
        """Move the clock in steps of a tick."""
        for _ in range(round(seconds / 0.5)):
            self.clock.now_s += 0.5
            await self.settle()

    async def tell(self, known: Snapshot) -> None:
        """News of the controller, shown."""
        self.link.tell(known)
        await self.settle()

    async def settle(self) -> None:
        """Let the console do what it has to, and show it."""
        await self.pilot.pause()
        self.app.tick()
        await self.pilot.pause()
        for body in self.app.bodies:
            if isinstance(body, FloorBody):
                body.map.apply()
        await self.pilot.pause()

    @property
    def asks(self) -> str:
        """The name of what stands over the screen; "" if nothing does."""
        return type(self.app.screen).__name__ if len(self.app.screen_stack) > 1 else ""

    @property
    def says(self) -> str:
        """The line above the keys."""
        return self.app.status.text

    def text(self) -> str:
        """What the screen shows."""
        return text_of(self.app)


def text_of(app: App[None]) -> str:
    """What the screen shows, as text without blanks at the ends of lines."""
    strips = app.screen._compositor.render_strips()  # noqa: SLF001 - Textual has no public call for it
    return "\n".join(strip.text.rstrip() for strip in strips) + "\n"


def at_console(
    known: Snapshot | StubLink,
    scene: Callable[[Bench], Awaitable[None]],
    size: Size = (80, 24),
    **given: Any,
) -> None:
    """Sit at a console that knows `known`, and do `scene`."""

    async def sit() -> None:
        link = known if isinstance(known, StubLink) else StubLink(known)
        clock = Clock()
        app = ConsoleApp(cast("ConsoleLink", link), clock.options(**given))
        running: AbstractAsyncContextManager[Pilot[None]] = app.run_test(size=size)
        async with running as pilot:
            bench = Bench(app, link, clock, pilot)
            await bench.settle()
            await scene(bench)

    asyncio.run(sit())
