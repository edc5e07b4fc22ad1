"""The newest scene, for every page that listens: the latest alone, so that a slow page skips and nothing queues.

Everything here happens in one event loop. Each change replaces `_changed`, the event that all streams wait for; a
stream that was busy meanwhile finds a later scene, never the ones between.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from typing import Final

from controller.hall.scene import HallScene
from controller.hall.stream import BEAT_S, LOST_S, beat, hello, scene_bytes, scene_event

NEVER: Final = float("-inf")


class Board:
    """What pages are shown. `version`: of the page's files; `now_s`: a clock that never jumps."""

    def __init__(
        self,
        version: str = "",
        now_s: Callable[[], float] = time.monotonic,
        unix_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._version, self._now_s, self._unix_ms = version, now_s, unix_ms
        self._changed = asyncio.Event()
        self._heard_s = NEVER
        self._ahead_ms = 0
        self._counter = 0
        self._bytes = scene_bytes(None)
        self._ended = False
        self.scene: HallScene | None = None
        self.pages = 0

    @property
    def lost(self) -> bool:
        """True while the controller is not heard."""
        return self._now_s() - self._heard_s >= LOST_S

    @property
    def sequence(self) -> str:
        """The log's size, and how many scenes this board has shown."""
        return f"{self.scene.number if self.scene is not None else 0}.{self._counter}"

    def heard(self, controller_ms: int) -> None:
        """The controller was heard, and its clock says so."""
        was_lost = self.lost
        self._heard_s, self._ahead_ms = self._now_s(), controller_ms - self._unix_ms()
        if was_lost:
            self._wake()

    def show(self, scene: HallScene) -> bool:
        """Show a scene. False if it stands there already."""
        if scene == self.scene:
            return False
        self.scene, self._bytes, self._counter = scene, scene_bytes(scene), self._counter + 1
        self._wake()
        return True

    def end(self) -> None:
        """No stream goes on."""
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        waiting, self._changed = self._changed, asyncio.Event()
        waiting.set()

    async def events(self) -> AsyncGenerator[bytes, None]:
        """The stream of one page: the whole scene at once, every later one, and a beat at least every second."""
        self.pages += 1
        try:
            yield hello(self._version)
            shown = -1
            while not self._ended:
                changed, lost, now_ms = self._changed, self.lost, self._unix_ms() + self._ahead_ms
                if shown != self._counter:
                    shown = self._counter
                    yield scene_event(self._bytes, self.sequence, now_ms, lost=lost)
                else:
                    yield beat(self.sequence, now_ms, lost=lost)
                if shown == self._counter:
                    await self._wait(changed, lost=lost)
        finally:
            self.pages -= 1

    async def _wait(self, changed: asyncio.Event, *, lost: bool) -> None:
        """Until something changes, or a beat is due, or the controller has been silent for too long."""
        silent_in_s = BEAT_S if lost else max(0.0, self._heard_s + LOST_S - self._now_s())
        try:
            await asyncio.wait_for(changed.wait(), min(BEAT_S, silent_in_s))
        except TimeoutError:
            return
