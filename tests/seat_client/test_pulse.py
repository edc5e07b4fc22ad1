"""The pulse, on a loop whose clock is set by hand."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from seat_client.pulse import Pulse


class Handle:
    """A timer that may be cancelled."""

    cancelled = False

    def cancel(self) -> None:
        """It will not ring."""
        self.cancelled = True


class Clockwork:
    """What a pulse uses of an event loop. `timers`: (when, handle, what)."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.timers: list[tuple[float, Handle, Callable[[], None]]] = []

    def time(self) -> float:
        """The clock."""
        return self.now_s

    def call_at(self, when: float, callback: Callable[..., None], *arguments: Any) -> Handle:
        """Remember a timer."""
        self.timers.append((when, Handle(), lambda: callback(*arguments)))
        return self.timers[-1][1]

    def ring(self, late_s: float = 0.0) -> None:
        """The one timer there is comes, so late."""
        ((when, handle, callback),) = self.timers
        self.timers.clear()
        self.now_s = when + late_s
        if not handle.cancelled:
            callback()


def started(beat: Callable[[], None]) -> tuple[Pulse, Clockwork]:
    """A pulse of five seconds."""
    clockwork, pulse = Clockwork(), Pulse(5.0, beat)
    pulse.start(cast("asyncio.AbstractEventLoop", clockwork))
    return pulse, clockwork


def test_it_beats_every_period() -> None:
    """First after one period, each counted from the one before."""
    beats: list[float] = []
    pulse, clockwork = started(lambda: beats.append(clockwork.now_s))
    for late_s in (0.0, 0.4, 0.0):
        clockwork.ring(late_s)
    assert beats == [105.0, pytest.approx(110.4), pytest.approx(115.4)]
    assert pulse.late == 0


def test_loop_that_stood_still_is_late_once_and_makes_no_burst() -> None:
    """Twenty seconds are one late beat, and the next is a period away."""
    beats: list[float] = []
    pulse, clockwork = started(lambda: beats.append(clockwork.now_s))
    clockwork.ring(20.0)
    assert (pulse.late, beats) == (1, [125.0])
    assert clockwork.timers[0][0] == pytest.approx(130.0)
    clockwork.ring(0.51)
    assert pulse.late == 2


def test_beat_that_fails_is_the_last() -> None:
    """Whoever waits for the next one finds the seat dead."""

    def fail() -> None:
        raise ValueError("the core is broken")

    _pulse, clockwork = started(fail)
    with pytest.raises(ValueError, match="the core is broken"):
        clockwork.ring()
    assert clockwork.timers == []


def test_stopped_pulse_beats_no_more() -> None:
    """Also when it is stopped twice, or was never started."""
    beats: list[int] = []
    pulse, clockwork = started(lambda: beats.append(1))
    pulse.stop()
    pulse.stop()
    clockwork.ring()
    Pulse(1.0, lambda: None).stop()
    assert beats == []
