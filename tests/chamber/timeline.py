"""Virtual time: a number and a heap. What shares a moment happens in the order in which it was asked for."""

import heapq
from collections.abc import Callable

START_MS = 1_800_000_000_000
"""Unix milliseconds at which every simulated sitting begins."""


class Timeline:
    """The only clock of a simulation. `steps` counts what has happened."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self.steps = 0
        self._order = 0
        self._waiting: list[tuple[int, int, Callable[[], None]]] = []

    def after(self, delay_ms: int, what: Callable[[], None]) -> None:
        """Let something happen `delay_ms` from now."""
        self._order += 1
        heapq.heappush(self._waiting, (self.now_ms + max(0, delay_ms), self._order, what))

    def run_until(self, until_ms: int, wanted: Callable[[], bool] | None = None) -> bool:
        """Let things happen until `wanted`, or until the clock stands at `until_ms`. False: never wanted."""
        while self._waiting and self._waiting[0][0] <= until_ms:
            if wanted is not None and wanted():
                return True
            self.now_ms, _, what = heapq.heappop(self._waiting)
            self.steps += 1
            what()
        self.now_ms = max(self.now_ms, until_ms) if wanted is None else self.now_ms
        return wanted is None or wanted()
