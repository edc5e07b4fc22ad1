"""Plays beats on one lamp or buzzer with timers of the event loop: no thread, no waiting."""

from collections.abc import Callable
from typing import Protocol

from seat_client.buttons.patterns import Beat


class Timer(Protocol):
    """Something that can be called off."""

    def cancel(self) -> None:
        """Do not call."""


CallLater = Callable[[float, Callable[[], None]], Timer]


class BeatPlayer:
    """One device. `show` gets each beat's level, 0..1; `call_later` is that of the event loop."""

    __slots__ = ("_beats", "_call_later", "_index", "_repeat", "_show", "_timer")

    def __init__(self, call_later: CallLater, show: Callable[[float], None]) -> None:
        self._call_later, self._show = call_later, show
        self._beats: tuple[Beat, ...] = ()
        self._index, self._repeat = 0, False
        self._timer: Timer | None = None

    def play(self, beats: tuple[Beat, ...], *, repeat: bool) -> None:
        """Begin `beats` now, in place of what is played; without `repeat` the device is dark afterwards."""
        self.stop()
        self._beats, self._index, self._repeat = beats, 0, repeat
        self._next()

    def stop(self) -> None:
        """Play nothing more. The device stays as it is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _next(self) -> None:
        self._timer = None
        if self._index == len(self._beats):
            if not (self._repeat and self._beats):
                self._show(0.0)
                return
            self._index = 0
        beat = self._beats[self._index]
        self._index += 1
        self._show(beat.level)
        self._timer = self._call_later(beat.seconds, self._next)
