"""The seat's states and the table of moves between them.

    OFF -> ABSENT <-> WAITING -> ASKING -> SIGNING -> BINDING -> PRESENT
    CardLeft leads back to ABSENT from everywhere; a refusal leads to REFUSED, which only taking the card out ends;
    the end of a sitting leads back to WAITING, which asks again when a sitting is open.

A pair that is missing here is a mistake of whoever made the event and raises `WrongOrder`. Pairs that lead from a state
to itself are harmless and listed on purpose: arrivals and presses are welcome always, a challenge may come twice.

Source: `docs/protocol.md` section 5.4.
"""

from enum import Enum

from protocol.errors import WrongOrder
from seat_client import events as e


class State(Enum):
    """Where a seat stands with the card in its tray."""

    OFF = "off"
    ABSENT = "absent"
    WAITING = "waiting"
    ASKING = "asking"
    SIGNING = "signing"
    BINDING = "binding"
    PRESENT = "present"
    REFUSED = "refused"


CARD_IN = (State.WAITING, State.ASKING, State.SIGNING, State.BINDING, State.PRESENT, State.REFUSED)
_RUNNING = (State.ABSENT, *CARD_IN)
_ALWAYS: tuple[type[e.Event], ...] = (
    e.LinkUp, e.LinkDown, e.TrustArrived, e.HeadArrived, e.DownArrived, e.ButtonPressed, e.TimePassed, e.JournalFailed,
    e.TrayTold, e.ButtonTold,
)  # fmt: skip

MOVES: dict[tuple[State, type[e.Event]], State] = {
    (State.OFF, e.Started): State.ABSENT,
    **{(state, event): state for state in _RUNNING for event in _ALWAYS},
    **{(state, e.CardLeft): State.ABSENT for state in CARD_IN},
    # A challenge that comes twice, or after the card has left, changes nothing.
    **{(state, e.ChallengeOpened): state for state in _RUNNING},
    **{(state, e.SittingEnded): State.WAITING for state in CARD_IN},
    (State.ABSENT, e.SittingEnded): State.ABSENT,
    (State.ABSENT, e.CardEntered): State.WAITING,
    (State.WAITING, e.WayCleared): State.ASKING,
    (State.ASKING, e.ChallengeOpened): State.SIGNING,
    (State.ASKING, e.SessionDenied): State.REFUSED,
    (State.SIGNING, e.CardSigned): State.BINDING,
    (State.SIGNING, e.CardFailed): State.REFUSED,
    (State.BINDING, e.SessionCounted): State.PRESENT,
    (State.BINDING, e.SessionDenied): State.REFUSED,
    (State.BINDING, e.NonceGone): State.WAITING,
    # Votes for which the card signs each ballot ask it again.
    (State.PRESENT, e.CardSigned): State.PRESENT,
    (State.PRESENT, e.CardFailed): State.PRESENT,
    (State.PRESENT, e.SessionLost): State.REFUSED,
}


def next_state(state: State, event: type[e.Event]) -> State:
    """Where `event` leads. Raises `WrongOrder`: the table has no such move."""
    following = MOVES.get((state, event))
    if following is None:
        raise WrongOrder(f"{event.__name__} while {state.value}")
    return following
