"""What could be done now: the verbs of `chamber act` that the tables allow, for people who ask before they act.

`protocol.procedure.legal_now` answers for one refused act; here it is asked for a whole sitting. Pure.

Source: `docs/protocol.md` sections 7.1 and 7.2.
"""

from protocol import records
from protocol.procedure import legal_now
from protocol.state import ITEM_MOVES, ItemPhase, LogState, SittingPhase, SittingState, VoteState
from protocol.vote import Phase

_NOTHING_SEEN = f"0:{'A' * 43}"
_AT_HAND = frozenset({Phase.ARMED, Phase.OPEN, Phase.HELD, Phase.LAST_CALL, Phase.CLOSED})


def legal_verbs(state: LogState, sitting: SittingState | None, vote: VoteState | None = None) -> tuple[str, ...]:
    """The verbs that are legal in a sitting, those of `vote` first: of the one at hand if none is given."""
    if sitting is None:
        return ("roster",)
    waits = ("acknowledge",) if waiting_in(state, sitting) else ()
    if sitting.phase is not SittingPhase.OPEN:
        return waits + legal_now(state, records.InCamera(sitting.id, "on", 0, _NOTHING_SEEN, 0), "")
    asked = vote or vote_at_hand(state, sitting)
    verbs = waits + (vote_verbs(state, asked) if asked is not None else ())
    if state.running is None:
        verbs += (*_item_verbs(sitting), "adjourn", "close-sitting")
    return tuple(dict.fromkeys(verbs))


def vote_at_hand(state: LogState, sitting: SittingState) -> VoteState | None:
    """The running vote of a sitting, else the latest that still waits for somebody, else None."""
    running = state.running
    if running is not None and running.arm.sitting == sitting.id:
        return running
    waiting = [vote for vote in sitting.votes.values() if vote.phase in _AT_HAND]
    return max(waiting, key=lambda vote: vote.last_change, default=None)


def vote_verbs(state: LogState, vote: VoteState) -> tuple[str, ...]:
    """The verbs that are legal for one vote of an open sitting."""
    about = records.VoteAct(vote.arm_hash, "disarm", 0, 0, _NOTHING_SEEN, 0)
    verbs = list(legal_now(state, about, ""))
    if vote.phase in {Phase.OPEN, Phase.LAST_CALL}:
        verbs += ["assisted", "roll-call"]
    if vote.phase is Phase.VOID:
        verbs.insert(0, "repeat")
    return tuple(verbs)


def waiting_in(state: LogState, sitting: SittingState) -> tuple[str, ...]:
    """Hashes of records of a sitting that wait for an `ack`, in the order of the log."""
    return tuple(name for name, entry in state.pending.items() if _belongs(state, entry.record, sitting))


def _belongs(state: LogState, record: object, sitting: SittingState) -> bool:
    named = getattr(record, "sitting", "")
    vote = state.opens.get(getattr(record, "open", ""))
    return (named or (vote.arm.sitting if vote is not None else sitting.id)) == sitting.id


def active_item(sitting: SittingState) -> str:
    """The item that was called last and is still active, or ""."""
    active = [item for item in sitting.items.values() if item.phase is ItemPhase.ACTIVE]
    return max(active, key=lambda item: item.last_change).id if active else ""


def _item_verbs(sitting: SittingState) -> tuple[str, ...]:
    if not active_item(sitting):
        return ("activate", "arm")
    return ("arm", *(act for phase, act in ITEM_MOVES if phase is ItemPhase.ACTIVE), "activate")
