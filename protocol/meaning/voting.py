"""Votes from arming to their end: arming, opening, holding, closing.

The phases and their arrows are the table of `protocol/vote.py`; what a vote fixes is fixed at its opening.

Source: `docs/protocol.md` sections 6.7 and 7.2.
"""

from typing import cast

from protocol import records
from protocol.majority import Figures, Rule, quorum_needed_of
from protocol.meaning.ballot import settle_assisted
from protocol.meaning.shared import (
    item_is_active,
    judge_officer,
    judge_open_for_business,
    judge_seq,
    refuse,
    refuse_vote,
    vote_of,
)
from protocol.records import AGAINST, FOR, MAYOR
from protocol.state import Entry, LogState, VoteState
from protocol.tally import LEAVE_PRESENT, settle_voids
from protocol.vote import Move, Phase, next_phase

UNLAWFUL_MODES: dict[str, frozenset[str]] = {
    "any": frozenset(),
    "named": frozenset({"secret", "paper"}),
    "secret": frozenset({"open"}),
}
"""By a rule's visibility, the modes in which its votes may not be held."""


def judge_arm(state: LogState, entry: Entry) -> str:
    """A new vote of an active item, under a known rule, with options that make sense."""
    record = cast("records.VoteArm", entry.record)
    reason = judge_officer(state, entry)
    sitting = state.sittings.get(record.sitting)
    reason = reason or judge_open_for_business(sitting)
    if reason or sitting is None or not item_is_active(sitting, record.item):
        return reason or refuse("item-not-active")
    if record.vote in sitting.votes:
        return refuse("vote-id-taken")
    if record.eligible != "all" and state.eligible_list(record.sitting, record.eligible) is None:
        return refuse("list-unknown")
    if record.repeats and (record.repeats not in state.opens or state.opens[record.repeats].phase is not Phase.VOID):
        return refuse("repeats-no-void-vote")
    return judge_rule(state.rules_of(sitting).rules.get(record.rule), record.mode) or (
        "" if _options_fit(record) else refuse("options")
    )


def judge_rule(rule: Rule | None, mode: str) -> str:
    """A known rule, and a way of voting that its law allows; a test vote decides nothing under any."""
    if rule is None:
        return refuse("rule-unknown")
    if mode == "secret":
        return refuse("secret-only-on-paper")
    return "" if mode == "test" or mode not in UNLAWFUL_MODES[rule.visibility] else refuse("rule-forbids-mode")


def _options_fit(record: records.VoteArm) -> bool:
    options = record.options
    return (
        len(set(options)) == len(options) > 0
        and record.min <= record.max <= len(options)
        and record.max > 0
        and 0 < record.places <= len(options)
        and (record.max == 1 or not {FOR, AGAINST} & set(options))
    )


def apply_arm(state: LogState, entry: Entry) -> None:
    """The vote exists."""
    record = cast("records.VoteArm", entry.record)
    sitting = state.sittings[record.sitting]
    vote = VoteState(record, entry.hash, state.rules_of(sitting).rules[record.rule])
    vote.recusal, vote.last_change = vote.rule.recusal, entry.index
    sitting.votes[record.vote] = state.arms[entry.hash] = vote


def judge_open(state: LogState, entry: Entry) -> str:
    """An armed vote, no other one running, business open, the registered quorum there."""
    vote = vote_of(state, entry.record)
    reason = judge_officer(state, entry)
    if reason or vote is None or next_phase(vote.phase, Move.OPEN) is None:
        return reason or refuse_vote(vote)
    if state.running is not None:
        return refuse("vote-runs")
    sitting = state.sitting_of_vote(vote)
    if not item_is_active(sitting, vote.arm.item):
        return judge_open_for_business(sitting) or refuse("item-not-active")
    return judge_open_for_business(sitting) or (refuse("quorum-missing") if quorum_missing(state, vote) else "")


def quorum_missing(state: LogState, vote: VoteState) -> tuple[int, int] | None:
    """(here, needed) if the vote's rule asks for a registered quorum that is not there, else None."""
    sitting, rule = state.sitting_of_vote(vote), vote.rule
    if rule.quorum_source != "registered" or vote.arm.mode == "test":
        return None
    recused = set(sitting.recusals.get(vote.arm.item, set()))
    left = recused & _eligible(state, vote) - {MAYOR} if vote.recusal in LEAVE_PRESENT else set()
    here: frozenset[str] | set[str] = sitting.present
    if rule.present_from == "quorum-check" and sitting.quorum_checks:
        here = sitting.quorum_checks[-1][2] & sitting.members.keys()
    here = here - {MAYOR} - (recused if vote.recusal in LEAVE_PRESENT else set())
    numbers = Figures(sitting.statutory, sitting.in_office - len(left), 0, 0, 0, 0)
    needed = quorum_needed_of(rule, numbers)
    return (len(here), needed) if len(here) < needed else None


def apply_open(state: LogState, entry: Entry) -> None:
    """Fix members, numbers, rule and eligibility; ballots may come."""
    record = cast("records.VoteOpen", entry.record)
    vote = state.arms[record.arm]
    sitting = state.sitting_of_vote(vote)
    vote.phase = Phase.OPEN
    vote.open_hash, vote.open_index, vote.opened_ts, vote.last_change = entry.hash, entry.index, record.ts, entry.index
    vote.members, vote.statutory, vote.in_office = sitting.members, sitting.statutory, sitting.in_office
    vote.eligible = _eligible(state, vote)
    vote.recused = set(sitting.recusals.get(vote.arm.item, set()))
    vote.checked_present = sitting.quorum_checks[-1][2] if sitting.quorum_checks else None
    state.opens[entry.hash] = state.running = vote
    if vote.arm.repeats:
        state.opens[vote.arm.repeats].repeated_by = entry.hash


def _eligible(state: LogState, vote: VoteState) -> frozenset[str]:
    """The members who may vote, as the roster in force, the rule (a mayor) and the arm's list say."""
    sitting = state.sitting_of_vote(vote)
    everyone = frozenset(sitting.members)
    if vote.rule.mayor == "no":
        everyone -= {MAYOR}
    listed = everyone if vote.arm.eligible == "all" else state.eligible_list(sitting.id, vote.arm.eligible)
    return everyone & (listed or frozenset())


def judge_act(state: LogState, entry: Entry) -> str:
    """A move of the table; `disarm` quotes the arm, the others the open; an extension stays within the arm's."""
    record = cast("records.VoteAct", entry.record)
    vote = vote_of(state, record)
    reason = judge_officer(state, entry)
    if reason or vote is None or next_phase(vote.phase, Move(record.act)) is None:
        return reason or refuse_vote(vote)
    if record.act == "extend":
        fits = vote.arm.duration_ms > 0 and 0 < record.ms <= vote.arm.extend_ms - vote.extended_ms
        return "" if fits else refuse("extension-too-long")
    return "" if record.ms == 0 else refuse("time-without-extension")


def apply_act(state: LogState, entry: Entry) -> None:
    """Move the vote."""
    record = cast("records.VoteAct", entry.record)
    vote = cast("VoteState", vote_of(state, record))
    vote.phase = cast("Phase", next_phase(vote.phase, Move(record.act)))
    vote.extended_ms += record.ms
    vote.last_change = entry.index


def judge_close(state: LogState, entry: Entry) -> str:
    """The first effective close ends the vote."""
    vote = vote_of(state, entry.record)
    if vote is None:
        return judge_officer(state, entry) or refuse_vote(vote)
    if not vote.running:
        return judge_seq(state, entry) or "closed"
    return judge_officer(state, entry) or ("" if next_phase(vote.phase, Move.CLOSE) else refuse_vote(vote))


def judge_expired(state: LogState, entry: Entry) -> str:
    """Only where the officer set a time beforehand, and not while held."""
    vote = vote_of(state, entry.record)
    if vote is None:
        return "state"
    if vote.phase is Phase.HELD:
        return "held"
    if not vote.running:
        return "closed"
    return "" if vote.arm.duration_ms else "state"


def apply_end(state: LogState, entry: Entry) -> None:
    """Voting is over: settle entered answers, presence and void leaves."""
    vote = cast("VoteState", vote_of(state, entry.record))
    vote.phase = Phase.CLOSED
    settle(state, vote, entry)


def settle(state: LogState, vote: VoteState, entry: Entry) -> None:
    """What holds at the end of a vote, however it ends: who counted, who was here, which leaves are void."""
    vote.end_index = vote.last_change = entry.index
    settle_assisted(state, vote)
    vote.present_at_end = frozenset(state.sitting_of_vote(vote).present | set(vote.ballots))
    settle_voids(state, vote)
    state.running, state.last_vote_end = None, entry.index
    if vote.phase is Phase.CLOSED and vote.arm.mode != "paper":
        state.owed[vote.open_hash] = vote
