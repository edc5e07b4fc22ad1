"""Which records still want an answer, and when each is sent again.

A record is sent once, then again after 3 s, 6 s, 12 s … up to a minute, each pause stretched by up to a half at random,
and at once after a reconnect; always byte for byte the same. Nothing leaves but by `settle`.

Source: `docs/protocol.md` section 5.
"""

from dataclasses import dataclass
from typing import Final

from protocol.encoding import hash_text
from seat_client.events import Moment

FIRST_PAUSE_S: Final = 3.0
PAUSE_MAX_S: Final = 60.0
_DOUBLINGS_MAX: Final = 8
"""More doublings than lead to `PAUSE_MAX_S`, so that the power stays small."""


@dataclass(slots=True)
class Waiting:
    """A record without an answer. `kind` is its kind, `urged` whether it was already sent again out of turn."""

    data: bytes
    kind: str
    sent: int
    due_s: float
    urged: bool = False


class Outbox:
    """The records in the order in which they were made."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, data: bytes, kind: str, moment: Moment) -> str:
        """Take a record that is sent now, or at the next reconnect. Returns its hash."""
        record = hash_text(data)
        self._waiting[record] = Waiting(data, kind, 1, moment.now_s + _pause_s(0, moment))
        return record

    def find(self, record: str) -> Waiting | None:
        """The record with this hash, if it still waits."""
        return self._waiting.get(record)

    def settle(self, record: str) -> None:
        """It has its receipt or refusal. Unknown hashes are passed over: answers may come twice."""
        self._waiting.pop(record, None)

    def holds(self, kind: str) -> bool:
        """True if a record of this kind waits."""
        return any(waiting.kind == kind for waiting in self._waiting.values())

    def due(self, moment: Moment) -> list[bytes]:
        """What is to be sent again now, in order; each gets its next, longer pause."""
        return [self._again(waiting, moment) for waiting in self._waiting.values() if waiting.due_s <= moment.now_s]

    def everything(self, moment: Moment) -> list[bytes]:
        """All of it, in order: after a reconnect. Pauses begin anew."""
        for waiting in self._waiting.values():
            waiting.sent = 0
        return [self._again(waiting, moment) for waiting in self._waiting.values()]

    def urge(self, record: str, moment: Moment) -> bytes | None:
        """The record, to be sent out of turn; only once until its next turn."""
        waiting = self._waiting.get(record)
        if waiting is None or waiting.urged:
            return None
        data = self._again(waiting, moment)
        waiting.urged = True
        return data

    def next_due_s(self) -> float | None:
        """When the first record is due again."""
        return min((waiting.due_s for waiting in self._waiting.values()), default=None)

    @staticmethod
    def _again(waiting: Waiting, moment: Moment) -> bytes:
        waiting.due_s = moment.now_s + _pause_s(waiting.sent, moment)
        waiting.sent += 1
        waiting.urged = False
        return waiting.data


def _pause_s(sent: int, moment: Moment) -> float:
    pause = min(FIRST_PAUSE_S * 2.0 ** min(sent, _DOUBLINGS_MAX), PAUSE_MAX_S)
    return pause * (1.0 + moment.jitter / 2.0)
