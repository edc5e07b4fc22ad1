"""What a key may do in front of cameras: no single key, no held key and no Enter opens or closes a vote. Pure.

    IDLE --start--> ASKING --confirm, later than the deaf time--> IDLE, and the act is done
                    ASKING --back--> IDLE, and nothing is done

An act with consequences is started by one key and confirmed by another; the way back has the focus, so Enter and Space
lead back. After a question appears everything but the way back is passed over for `DEAF_S`. A key that comes again
within `HELD_S` of its last coming is held down (or repeated by a terminal) and counts once, however long it lasts.

Source: reference of the console, keys; lazygit #2291, #4649, #4688: what happens without it.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

DEAF_S: Final = 0.4
HELD_S: Final = 0.6
"""Terminals repeat a held key after at most half a second, then about thirty times a second."""


class Stand(Enum):
    """Where the guard stands."""

    IDLE = "idle"
    ASKING = "asking"


class Push(Enum):
    """What a key means to the guard."""

    START = "start"
    CONFIRM = "confirm"
    BACK = "back"
    OTHER = "other"


class Answer(Enum):
    """What becomes of a key."""

    THROUGH = "through"
    ASK = "ask"
    DO = "do"
    BACK = "back"
    HELD = "held"
    DEAF = "deaf"
    NOTHING = "nothing"


MOVES: Final[dict[tuple[Stand, Push], tuple[Stand, Answer]]] = {
    (Stand.IDLE, Push.START): (Stand.ASKING, Answer.ASK),
    (Stand.IDLE, Push.CONFIRM): (Stand.IDLE, Answer.THROUGH),
    (Stand.IDLE, Push.BACK): (Stand.IDLE, Answer.THROUGH),
    (Stand.IDLE, Push.OTHER): (Stand.IDLE, Answer.THROUGH),
    (Stand.ASKING, Push.START): (Stand.ASKING, Answer.NOTHING),
    (Stand.ASKING, Push.CONFIRM): (Stand.IDLE, Answer.DO),
    (Stand.ASKING, Push.BACK): (Stand.IDLE, Answer.BACK),
    (Stand.ASKING, Push.OTHER): (Stand.ASKING, Answer.NOTHING),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is asked: which act, the key that started it, the keys that confirm it. `asked_s`: when."""

    act: str
    started_by: str
    confirm: tuple[str, ...]
    asked_s: float


class Guard:
    """The guard of one console. Time is the console's own, never going back, in seconds."""

    def __init__(self) -> None:
        self.question: Question | None = None
        self._last: dict[str, float] = {}

    @property
    def stand(self) -> Stand:
        """Where it stands."""
        return Stand.IDLE if self.question is None else Stand.ASKING

    def is_held(self, key: str, now_s: float) -> bool:
        """Note that a key came; True if that is the same push still. For keys that act without a question, too."""
        before = self._last.get(key)
        self._last[key] = now_s
        return before is not None and now_s - before < HELD_S

    def ask(self, act: str, started_by: str, confirm: tuple[str, ...], now_s: float) -> None:
        """Ask a question. The key that starts an act never confirms it."""
        assert started_by not in confirm, "the confirming key is another"
        assert self.question is None, "one question at a time"
        self.question = Question(act, started_by, confirm, now_s)

    def push(self, key: str, now_s: float, *, held: bool | None = None) -> Answer:
        """What a key does while a question may be asked. `held`: if the caller has asked `is_held` already."""
        is_held = self.is_held(key, now_s) if held is None else held
        question = self.question
        if question is None:
            return Answer.HELD if is_held else Answer.THROUGH
        meaning = self._meaning(key, question)
        stand, answer = MOVES[Stand.ASKING, meaning]
        if answer is Answer.DO and is_held:
            return Answer.HELD
        if answer is Answer.DO and now_s - question.asked_s < DEAF_S:
            return Answer.DEAF
        if stand is Stand.IDLE:
            self.question = None
        return answer

    def withdraw(self) -> None:
        """The question is gone: what it asked about is over."""
        self.question = None

    @staticmethod
    def _meaning(key: str, question: Question) -> Push:
        if key == question.started_by:
            return Push.START
        if key in question.confirm:
            return Push.CONFIRM
        return Push.BACK if key in {"escape", "enter", "space"} else Push.OTHER


def may_close(missing: int, shown_s: float, last_call_s: float) -> str:
    """Whether F8 closes a vote in its last call now: "" or the name of what stands against it.

    `missing`: members here who have not answered; `shown_s`: how long this console has shown the last call. Before its
    time is over it closes only when nobody is missing; after it, whoever is missing had the time.
    """
    return "members-missing" if missing and shown_s < last_call_s else ""
