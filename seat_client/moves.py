"""The seat's states and the table of moves between them.

    OFF -> ABSENT <-> WAITING -> ASKING -> SIGNING -------------> BINDING -> PRESENT
                                        -> OFFERING -> PROVING ->             (a card that cannot sign)
    CardLeft leads back to ABSENT from everywhere; a refusal leads to REFUSED, which only taking the card out ends;
    the end of a sitting leads back to WAITING, which asks again when a sitting is open.

A pair that is missing here is a mistake of whoever made the event and raises `WrongOrder`. Pairs that lead from a state
to itself are harmless and listed on purpose: arrivals and presses are welcome always, a challenge may come twice.

Source: `docs/protocol.md` sections 5.4 and 5.5.
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
    OFFERING = "offering"
    PROVING = "proving"
    BINDING = "binding"
    PRESENT = "present"
    REFUSED = "refused"


CARD_IN = (
    State.WAITING, State.ASKING, State.SIGNING, State.OFFERING, State.PROVING, State.BINDING, State.PRESENT,
    State.REFUSED,
)  # fmt: skip
RELAYING = (State.OFFERING, State.PROVING)
"""The seat carries messages between controller and card."""
_RUNNING = (State.ABSENT, *CARD_IN)
_ALWAYS: tuple[type[e.Event], ...] = (
    e.LinkUp, e.LinkDown, e.TrustArrived, e.HeadArrived, e.DownArrived, e.ButtonPressed, e.TimePassed, e.JournalFailed,
    e.TrayTold, e.ButtonTold, e.Measured,
)  # fmt: skip
_ANSWERED: tuple[type[e.Event], ...] = (e.ChallengeOpened, e.OfferOpened, e.QuestionOpened)

MOVES: dict[tuple[State, type[e.Event]], State] = {
    (State.OFF, e.Started): State.ABSENT,
    **{(state, event): state for state in _RUNNING for event in _ALWAYS},
    **{(state, e.CardLeft): State.ABSENT for state in CARD_IN},
    # What comes twice, or after the card has left, changes nothing.
    **{(state, event): state for state in _RUNNING for event in _ANSWERED},
    **{(state, e.SittingEnded): State.WAITING for state in CARD_IN},
    (State.ABSENT, e.SittingEnded): State.ABSENT,
    (State.ABSENT, e.CardEntered): State.WAITING,
    (State.ABSENT, e.AttestedCardEntered): State.WAITING,
    (State.WAITING, e.WayCleared): State.ASKING,
    (State.ASKING, e.ChallengeOpened): State.SIGNING,
    (State.ASKING, e.SessionDenied): State.REFUSED,
    (State.SIGNING, e.CardSigned): State.BINDING,
    (State.SIGNING, e.CardFailed): State.REFUSED,
    # A card that cannot sign gives its challenge, which is offered, then its proof. One that proves nothing is attested
    # as soon as it is offered.
    (State.ASKING, e.OfferOpened): State.OFFERING,
    (State.OFFERING, e.ProofBegun): State.OFFERING,
    (State.OFFERING, e.QuestionOpened): State.PROVING,
    (State.OFFERING, e.AttestationFound): State.BINDING,
    (State.PROVING, e.ProofFinished): State.PROVING,
    (State.PROVING, e.AttestationFound): State.BINDING,
    **{(state, e.CardFailed): State.REFUSED for state in RELAYING},
    **{(state, e.SessionDenied): State.REFUSED for state in RELAYING},
    **{(state, e.NonceGone): State.WAITING for state in RELAYING},
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
