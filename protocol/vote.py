"""One vote: its phases and the table of moves between them.

    ARMED -> OPEN <-> HELD -> CLOSED
             OPEN <-> LAST_CALL -> CLOSED -> ANNOUNCED
    ARMED -> DISARMED;   every phase from OPEN on -> VOID

Each arrow is caused by one effective record. A pair that is missing here is refused, or void `state` inside a log; a
close is two-phase, so OPEN has no arrow to CLOSED but by expiry, which the officer authorised beforehand.

Source: `docs/protocol.md` section 7.2.
"""

from enum import Enum


class Phase(Enum):
    """Where a vote stands."""

    __hash__ = object.__hash__  # as in `By`

    ARMED = "armed"
    DISARMED = "disarmed"
    OPEN = "open"
    HELD = "held"
    LAST_CALL = "last-call"
    CLOSED = "closed"
    ANNOUNCED = "announced"
    VOID = "void"


class Move(Enum):
    """What can happen to a vote; the values are the words of the records."""

    OPEN = "open"
    DISARM = "disarm"
    HOLD = "hold"
    RESUME = "resume"
    LAST_CALL = "last-call"
    REOPEN = "reopen"
    EXTEND = "extend"
    CLOSE = "close"
    EXPIRE = "expire"
    ANNOUNCE = "announce"
    VOID = "void"


MOVES: dict[tuple[Phase, Move], Phase] = {
    (Phase.ARMED, Move.OPEN): Phase.OPEN,
    (Phase.ARMED, Move.DISARM): Phase.DISARMED,
    (Phase.OPEN, Move.HOLD): Phase.HELD,
    (Phase.OPEN, Move.LAST_CALL): Phase.LAST_CALL,
    (Phase.OPEN, Move.EXTEND): Phase.OPEN,
    (Phase.OPEN, Move.EXPIRE): Phase.CLOSED,
    (Phase.OPEN, Move.VOID): Phase.VOID,
    (Phase.HELD, Move.RESUME): Phase.OPEN,
    (Phase.HELD, Move.EXTEND): Phase.HELD,
    (Phase.HELD, Move.CLOSE): Phase.CLOSED,
    (Phase.HELD, Move.VOID): Phase.VOID,
    (Phase.LAST_CALL, Move.REOPEN): Phase.OPEN,
    (Phase.LAST_CALL, Move.EXTEND): Phase.LAST_CALL,
    (Phase.LAST_CALL, Move.CLOSE): Phase.CLOSED,
    (Phase.LAST_CALL, Move.EXPIRE): Phase.CLOSED,
    (Phase.LAST_CALL, Move.VOID): Phase.VOID,
    (Phase.CLOSED, Move.ANNOUNCE): Phase.ANNOUNCED,
    (Phase.CLOSED, Move.VOID): Phase.VOID,
    (Phase.ANNOUNCED, Move.ANNOUNCE): Phase.ANNOUNCED,
    (Phase.ANNOUNCED, Move.VOID): Phase.VOID,
}

RUNNING = frozenset({Phase.OPEN, Phase.HELD, Phase.LAST_CALL})
"""The phases in which ballots may still count."""
ENDED = frozenset({Phase.CLOSED, Phase.ANNOUNCED})
"""The phases in which there is a result."""


def next_phase(phase: Phase, move: Move) -> Phase | None:
    """The phase that `move` leads to, or None where the table has no such arrow."""
    return MOVES.get((phase, move))
