"""One button: levels of a pin in, presses and faults out. Pure, because backends of pins debounce each in its own way.

How it works. A level counts once it was stable for `stable_s`. A press is the push: it counts when the button was held
for `hold_s`, not when it is let go. Whoever calls tells every edge, and the time when `next_deadline_s` is reached.

    BOOT -> IGNORED (held at boot: nothing until it is let go) or UP
    UP -> DOWN -> PRESSED -> LONG -> STUCK         let go from anywhere: UP
    any -> BOUNCING (too many edges a second) -> UP or IGNORED when it is calm again

A stuck button is held down by something that is no finger; a bouncing one has a broken contact or wire. Neither gives
a press until it is whole again.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final


class State(Enum):
    """What is known of a button."""

    BOOT = "boot"
    IGNORED = "ignored"
    UP = "up"
    DOWN = "down"
    PRESSED = "pressed"
    LONG = "long"
    STUCK = "stuck"
    BOUNCING = "bouncing"


class Move(Enum):
    """What can happen to a button."""

    PUSH = "push"
    LET_GO = "let-go"
    HOLD = "hold"
    LONG = "long"
    STICK = "stick"
    STORM = "storm"


class Signal(Enum):
    """What a button tells. The last three are for lamp and health."""

    PRESSED = "pressed"
    LONG_PRESSED = "long-pressed"
    STUCK = "stuck"
    BOUNCING = "bouncing"
    CLEAR = "clear"


MOVES: dict[tuple[State, Move], State] = {
    (State.BOOT, Move.PUSH): State.IGNORED,
    (State.BOOT, Move.LET_GO): State.UP,
    (State.IGNORED, Move.LET_GO): State.UP,
    (State.IGNORED, Move.STICK): State.STUCK,
    (State.UP, Move.PUSH): State.DOWN,
    (State.DOWN, Move.LET_GO): State.UP,
    (State.DOWN, Move.HOLD): State.PRESSED,
    (State.PRESSED, Move.LET_GO): State.UP,
    (State.PRESSED, Move.LONG): State.LONG,
    (State.LONG, Move.LET_GO): State.UP,
    (State.LONG, Move.STICK): State.STUCK,
    (State.STUCK, Move.LET_GO): State.UP,
    (State.BOUNCING, Move.PUSH): State.IGNORED,
    (State.BOUNCING, Move.LET_GO): State.UP,
    **{(state, Move.STORM): State.BOUNCING for state in State if state is not State.BOUNCING},
}
ENTERING: Final = {
    State.PRESSED: Signal.PRESSED,
    State.LONG: Signal.LONG_PRESSED,
    State.STUCK: Signal.STUCK,
    State.BOUNCING: Signal.BOUNCING,
}
FAULTY: Final = frozenset({State.STUCK, State.BOUNCING})
HELD: Final = frozenset({State.DOWN, State.PRESSED, State.LONG})
"""States in which a finger is believed to be on the button."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds. A finger holds a button for 80 ms or more; contacts bounce for 1 to 10 ms."""

    stable_s: float = 0.015
    hold_s: float = 0.050
    long_s: float = 2.0
    stuck_s: float = 10.0
    edges_max: int = 60
    """In one second: ten pushes of a nervous finger with three bounces at each end."""
    calm_s: float = 1.0


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Told:
    """A signal, and when the level began that caused it."""

    signal: Signal
    since_s: float


class Debouncer:
    """One button. Times are on any clock that never goes back."""

    __slots__ = ("_accepted", "_edges", "_level", "_limits", "_since_s", "_timed", "state")

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.state = State.BOOT
        self._limits = limits
        self._level: bool | None = None
        self._accepted: bool | None = None
        self._since_s = 0.0
        self._edges: deque[float] = deque(maxlen=limits.edges_max + 1)
        self._timed = {
            State.DOWN: (limits.hold_s, Move.HOLD),
            State.PRESSED: (limits.long_s, Move.LONG),
            State.LONG: (limits.stuck_s, Move.STICK),
            State.IGNORED: (limits.stuck_s, Move.STICK),
        }

    @property
    def held(self) -> bool:
        """Whether a finger is believed to be on the button."""
        return self.state in HELD

    def level(self, pushed: bool, now_s: float) -> list[Told]:  # noqa: FBT001 - a level has two values
        """The pin has this level now; a repetition of the same level changes nothing."""
        told = self.time(now_s)
        if pushed is self._level:
            return told
        self._level, self._since_s = pushed, now_s
        self._edges.append(now_s)
        if len(self._edges) > self._limits.edges_max and now_s - self._edges[0] <= 1.0:
            told += self._move(Move.STORM)
        return told

    def time(self, now_s: float) -> list[Told]:
        """Time has passed. Returns what is due, in order."""
        told: list[Told] = []
        while (due_s := self.next_deadline_s()) is not None and due_s <= now_s:
            if self._level is not self._accepted or self.state is State.BOUNCING:
                self._accepted = self._level
                told += self._move(Move.PUSH if self._level else Move.LET_GO)
            else:
                told += self._move(self._timed[self.state][1])
        return told

    def next_deadline_s(self) -> float | None:
        """When `time` has something to do; None: not before the next edge."""
        if self._level is None:
            return None
        if self.state is State.BOUNCING:
            return self._since_s + self._limits.calm_s
        if self._level is not self._accepted:
            return self._since_s + self._limits.stable_s
        timed = self._timed.get(self.state)
        return None if timed is None else self._since_s + timed[0]

    def _move(self, move: Move) -> list[Told]:
        before = self.state
        # A pair that is not in the table changes nothing: a storm in a storm.
        self.state = MOVES.get((before, move), before)
        if self.state is before:
            return []
        told = [Told(Signal.CLEAR, self._since_s)] if before in FAULTY and self.state not in FAULTY else []
        if self.state in ENTERING:
            told.append(Told(ENTERING[self.state], self._since_s))
        return told
