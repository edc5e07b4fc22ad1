"""The seat's pulse: one timer of the event loop, which also tells how late the loop is.

A beat is counted from the one before it, so a loop that stood still makes no burst. If what a beat calls raises, there
is no further beat: whoever waits for it (systemd) takes the seat for dead, which it is.
"""

import asyncio
from collections.abc import Callable
from typing import Final

BEAT_S: Final = 5.0
LATE_S: Final = 0.5
"""A beat that comes later than this is missed: a member would notice."""


class Pulse:
    """Calls `beat` every `period_s`. `late`: how many beats were missed since the start."""

    def __init__(self, period_s: float, beat: Callable[[], None]) -> None:
        self.late = 0
        self._period_s = period_s
        self._beat = beat
        self._timer: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to beat, the first time after one period."""
        due_s = loop.time() + self._period_s
        self._timer = loop.call_at(due_s, self._ring, loop, due_s)

    def stop(self) -> None:
        """Beat no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self, loop: asyncio.AbstractEventLoop, due_s: float) -> None:
        if loop.time() - due_s > LATE_S:
            self.late += 1
        self._beat()
        self.start(loop)
