"""What could be done now: the acts that the tables allow where a refused act found no place.

The names are the verbs of the command line. A refusal carries them, so that a person is told what to do instead.

Source: `docs/protocol.md` sections 5.2, 7.1 and 7.2.
"""

from protocol import records
from protocol.meaning.proceedings import SITTING_MOVES
from protocol.meaning.shared import item_of, sitting_of, vote_of
from protocol.record import Record
from protocol.state import ITEM_MOVES, LogState, SittingPhase, SittingState, VoteState
from protocol.vote import ENDED, MOVES, Move, Phase

OF_SITTING = {"adjourn": "adjourn", "resume": "resume-sitting", "sitting-close": "close-sitting"}
"""The verb for each record that moves a sitting."""
INSTEAD: dict[str, tuple[str, ...]] = {
    "not-presiding": ("preside",),
    "quorum-missing": ("presence", "quorum"),
    "repeats-no-void-vote": ("void",),
    "no-tie": (),
    "member-unknown": ("amend",),
    "roster-not-latest": ("open-sitting", "amend"),
    "papers-do-not-add-up": ("paper-result",),
    "needs-basis": ("void",),
}
"""By the name of what stood against an act, what removes it."""


def legal_now(state: LogState, record: Record, objection: str) -> tuple[str, ...]:
    """The verbs that are legal where `record` was refused for `objection`; empty where only its author can tell."""
    if objection in INSTEAD:
        return INSTEAD[objection]
    sitting = sitting_of(state, record)
    if sitting is None:
        return () if isinstance(record, records.VoteOpen | records.VoteAct) else ("roster",)
    if sitting.phase is not SittingPhase.OPEN:
        return _of_sitting(sitting)
    vote = vote_of(state, record) or state.running
    if vote is not None:
        return _of_vote(state, vote)
    item = getattr(record, "item", "")
    return _of_item(sitting, item) if item else ("activate", "arm")


def _of_sitting(sitting: SittingState) -> tuple[str, ...]:
    moves = tuple(OF_SITTING[kind] for phase, kind in SITTING_MOVES if phase is sitting.phase)
    if sitting.phase is SittingPhase.PREPARED:
        return ("open-sitting", *moves)
    return ("minutes", *moves) if sitting.phase is SittingPhase.CLOSED else moves


def _of_vote(state: LogState, vote: VoteState) -> tuple[str, ...]:
    """The arrows out of the vote's phase, without those that only the clock or a due result can take."""
    moves = [move.value for phase, move in MOVES if phase is vote.phase and move is not Move.EXPIRE]
    if "extend" in moves and (not vote.arm.duration_ms or vote.arm.extend_ms <= vote.extended_ms):
        moves.remove("extend")
    if vote.phase is Phase.ARMED and state.running is not None:
        moves.remove("open")
    if vote.phase in ENDED:
        if not vote.results or vote.results[-1][1] <= vote.announced_index or vote.judged_inputs < vote.inputs:
            moves.remove("announce")
        return tuple(moves) + _after_the_end(vote)
    return (*moves, "arm") if vote.phase in {Phase.VOID, Phase.DISARMED} else tuple(moves)


def _after_the_end(vote: VoteState) -> tuple[str, ...]:
    tied = bool(vote.results) and vote.results[-1][2].outcome == "tie" and vote.phase is Phase.CLOSED
    by_tie = {"casting-vote": ("casting-vote",), "lot": ("lot",)}.get(vote.rule.tie, ()) if tied else ()
    on_paper = ("paper-result",) if vote.arm.mode == "paper" else ()
    return (*by_tie, *on_paper, "correct", "rule-correction")


def _of_item(sitting: SittingState, item: str) -> tuple[str, ...]:
    phase = item_of(sitting, item).phase
    acts = tuple(act for before, act in ITEM_MOVES if before is phase)
    return (*acts, "arm") if phase.value == "active" else acts
