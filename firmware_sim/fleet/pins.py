"""The pins of a simulated board: buttons whose contacts bounce, lamps that are remembered.

gpiozero's mock pins carry levels; the bounce is ours. Mechanical buttons bounce for some milliseconds, so a push is a
burst of edges before the level stands, and another when it is let go.

Source: gpiozero's documentation, "Mock pins".
"""

import asyncio
from collections import deque
from itertools import pairwise
from random import Random
from typing import Any, Final

from gpiozero.pins.mock import MockFactory, MockPWMPin

from seat_client.buttons.pins import DEFAULT_PINS, Pins
from seat_client.events import Button

BOUNCES_MAX: Final = 6
BOUNCE_S: Final = 0.008
HELD_S: Final = 0.080
"""Longer than the least hold of a press, shorter than anybody's finger."""
REST_S: Final = 0.040
"""Before a button goes down: no finger is faster, and the debouncing must have seen it up, also at power-up."""
Move = tuple[float, bool]
"""A pause in seconds, and whether the pin is low after it: low is pushed."""


class Board:
    """A board with the usual wiring. Made and used inside the event loop."""

    def __init__(self, generator: Random, pins: Pins = DEFAULT_PINS) -> None:
        self.pins = pins
        self.factory: Any = MockFactory(pin_class=MockPWMPin)
        self._generator = generator
        self._loop = asyncio.get_running_loop()
        self._timers: dict[Button, asyncio.TimerHandle] = {}
        self._waiting: dict[Button, deque[list[Move]]] = {}

    def push(self, button: Button) -> None:
        """Push a button and let it go; its contact bounces both times. A finger that is still down comes up first."""
        waiting = self._waiting.setdefault(button, deque())
        waiting.append([(REST_S, False), *self._bounce(low=True), (HELD_S, True), *self._bounce(low=False)])
        if len(waiting) == 1:
            self._move(button, deque(waiting[0]))

    def close(self) -> None:
        """Nobody moves these buttons any more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._waiting.clear()

    def _bounce(self, *, low: bool) -> list[Move]:
        """Edges at random times within the bounce, the last of them to the level that stands."""
        edges = 2 * self._generator.randrange(BOUNCES_MAX // 2) + 1
        times = sorted(self._generator.uniform(0.0, BOUNCE_S) for _ in range(edges))
        pauses = [times[0], *(after - before for before, after in pairwise(times))]
        return [(pause, low if number % 2 == 0 else not low) for number, pause in enumerate(pauses)]

    def _move(self, button: Button, moves: deque[Move]) -> None:
        """One move after its pause, counted from the one before: however late the loop is, no finger skips a move."""
        pause_s, low = moves.popleft()

        def move() -> None:
            pin = self.factory.pin(self.pins.buttons[button])
            (pin.drive_low if low else pin.drive_high)()
            if moves:
                self._move(button, moves)
                return
            waiting = self._waiting[button]
            waiting.popleft()
            if waiting:
                self._move(button, deque(waiting[0]))

        self._timers[button] = self._loop.call_later(pause_s, move)
