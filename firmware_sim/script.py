"""One simulated member at work in one vote: steps, their timing, and when the answer is there.

The member sees only what a real one sees: whether the seat takes a press in this vote, and what became of it.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from firmware_sim.member import Act, Step


class Hands(Protocol):
    """What a member can do at a seat, and see there."""

    def can_press(self, vote: str) -> bool:
        """True if a press would go to this vote (to any, if empty)."""

    def is_present(self) -> bool:
        """True if the lamp says present."""

    def do(self, step: Step) -> None:
        """Push a button, or move the card."""


class Script:
    """Runs steps by timers of the event loop. `done` becomes True once, when the last press has its answer.

    Call `look` whenever the seat may have changed, and the `note_…` methods with what the seat reports.
    """

    def __init__(self, hands: Hands, vote: str, steps: tuple[Step, ...], finished: Callable[[], None]) -> None:
        self.done = False
        self._hands = hands
        self._vote = vote
        self._finished = finished
        self._steps = deque(steps)
        self._moves_card = any(step.act is not Act.PRESS for step in steps)
        self._final = next((step.choice for step in reversed(steps) if step.act is Act.PRESS), "")
        self._timer: asyncio.TimerHandle | None = None
        self._waited = False
        self._open_presses = 0
        self._answered = ""
        self._lapsed = False

    def look(self) -> None:
        """Go on as far as possible."""
        while self._steps and not self.done:
            step = self._steps[0]
            # Nobody moves before the vote is there; a card may be put back at any time.
            if step.act is not Act.PLACE_CARD and not self._hands.can_press(self._vote):
                break
            if not self._waited:
                self._start_timer(step.wait_s)
                if not self._waited:
                    return
            self._steps.popleft()
            self._waited = False
            self._hands.do(step)
        self._check()

    def note_pressed(self) -> None:
        """The seat took a press."""
        self._answered = ""
        self._open_presses = 1

    def note_answer(self, choice: str) -> None:
        """The newest press has its receipt or refusal."""
        self._answered = choice
        self._open_presses = 0
        self.look()

    def note_ignored(self, reason: str) -> None:
        """The seat took no press."""
        if reason != "same" and not self._steps:
            self._lapsed = True
        self.look()

    def note_closed(self) -> None:
        """The vote is over: what was not pressed by now never will be."""
        self._steps = deque(step for step in self._steps if step.act is Act.PLACE_CARD)
        self._lapsed = True
        self.look()

    def note_power(self) -> None:
        """The seat has power again: a push that it had not taken yet is lost, so the member pushes once more."""
        if not self._steps and self._open_presses == 0 and self._answered != self._final:
            self._steps.append(Step(0.0, Act.PRESS, self._final))

    def stop(self) -> None:
        """Let the member rest."""
        self.done = True
        if self._timer is not None:
            self._timer.cancel()

    def _start_timer(self, wait_s: float) -> None:
        if wait_s <= 0.0:
            self._waited = True
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._wake)

    def _wake(self) -> None:
        self._timer, self._waited = None, True
        self.look()

    def _check(self) -> None:
        answered = self._answered == self._final or (self._lapsed and self._open_presses == 0)
        settled_in = not self._moves_card or self._hands.is_present()
        if not self.done and not self._steps and answered and settled_in:
            self.stop()
            self._finished()
