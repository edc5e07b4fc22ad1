"""Looks at the tray that come late are counted, unless a request held them up; on a clock that is set by hand."""

import queue
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from seat_client.nfc import tray as tray_module
from seat_client.nfc.cards import Policy
from seat_client.nfc.tray import Tray
from tests.seat_client.nfc.simulated_port import SimulatedPort

PAUSE_S = 0.25


class Clock:
    """The time, and a queue whose waiting lets it pass: by what was asked for and `late_s` more."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.late_s = 0.0
        self.waiting: list[tuple[Callable[..., bytes], Future[bytes]]] = []

    def monotonic(self) -> float:
        """The time."""
        return self.now_s

    def get(self, timeout: float) -> tuple[Callable[..., bytes], "Future[bytes]"]:
        """What waits, or nothing once the time is over."""
        if self.waiting:
            return self.waiting.pop()
        self.now_s += timeout + self.late_s
        raise queue.Empty

    def ask(self, takes_s: float) -> None:
        """A request that takes so long."""

        def work(_watch: object) -> bytes:
            self.now_s += takes_s
            return b""

        self.waiting.append((work, Future()))


@pytest.fixture(name="clock")
def clock_of(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the tray's worker."""
    clock = Clock()
    monkeypatch.setattr(tray_module, "time", clock)
    return clock


def serve(clock: Clock) -> int:
    """Let a tray's worker wait once; returns how many looks were late."""
    tray: Any = Tray(SimulatedPort(), Policy(b""))
    tray._requests = clock  # noqa: SLF001 - the queue is the worker's clock
    tray._serve(PAUSE_S)  # noqa: SLF001 - as the worker does
    late: int = tray.late_looks
    return late


@pytest.mark.parametrize(("late_s", "late_looks"), [(0.0, 0), (0.49, 0), (0.51, 1), (30.0, 1)])
def test_look_is_late_after_half_a_second(clock: Clock, late_s: float, late_looks: int) -> None:
    """However late, it is one look."""
    clock.late_s = late_s
    assert serve(clock) == late_looks


def test_request_that_takes_long_makes_no_late_look(clock: Clock) -> None:
    """A card that signs slowly is no sign of a unit that is too busy."""
    clock.ask(takes_s=2.0)
    assert serve(clock) == 0


def test_look_that_is_late_after_a_request_is_counted(clock: Clock) -> None:
    """The time of the request alone is forgiven."""
    clock.ask(takes_s=2.0)
    clock.late_s = 0.6
    assert serve(clock) == 1
