"""Votes: arming, opening, holding, closing, results, announcing, voiding.

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
    presides,
    refuse,
    refuse_vote,
    vote_of,
)
from protocol.record import By
from protocol.records import AGAINST, FOR, MAYOR
from protocol.state import Entry, LogState, VoteState
from protocol.tally import LEAVE_PRESENT, count_vote, expected_result, settle_voids, tied_options
from protocol.vote import ENDED, Move, Phase, next_phase

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
    return _judge_rule(state.rules_of(sitting).rules.get(record.rule), record.mode) or (
        "" if _options_fit(record) else refuse("options")
    )


def _judge_rule(rule: Rule | None, mode: str) -> str:
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
    _settle(state, vote, entry)


def _settle(state: LogState, vote: VoteState, entry: Entry) -> None:
    vote.end_index = vote.last_change = entry.index
    settle_assisted(state, vote)
    vote.present_at_end = frozenset(state.sitting_of_vote(vote).present | set(vote.ballots))
    settle_voids(state, vote)
    state.running, state.last_vote_end = None, entry.index
    if vote.phase is Phase.CLOSED and vote.arm.mode != "paper":
        state.owed[vote.open_hash] = vote


def judge_result(state: LogState, entry: Entry) -> str:
    """A result of an ended vote whose inputs have not been judged yet; one that the recount contradicts is void."""
    record = cast("records.Result", entry.record)
    vote = _ended_vote(state, record)
    if entry.author.by is not By.CONTROLLER or vote is None or contradicts(state, record):
        return "state"
    return "" if vote.judged_inputs < vote.inputs else "repeat"


def _ended_vote(state: LogState, record: records.Result) -> VoteState | None:
    """The vote of a result, if it has ended."""
    vote = state.opens.get(record.open)
    return vote if vote is not None and vote.phase in ENDED | {Phase.VOID} else None


def contradicts(state: LogState, record: records.Result) -> bool:
    """True if a result of an ended vote is not what the recount gives."""
    vote = _ended_vote(state, record)
    return vote is not None and record != expected_result(vote, record.ts)


def apply_result(state: LogState, entry: Entry) -> None:
    """The latest result is the one to announce."""
    record = cast("records.Result", entry.record)
    vote = state.opens[record.open]
    vote.results.append((entry.hash, entry.index, record))
    vote.judged_inputs = vote.inputs
    state.owed.pop(vote.open_hash, None)
    state.results[entry.hash] = vote


def judge_casting(state: LogState, entry: Entry) -> str:
    """Who presides, with the own key, after a tie, before the announcement, where the rule allows."""
    vote = vote_of(state, entry.record)
    reason = judge_officer(state, entry)
    if reason or vote is None or vote.phase is not Phase.CLOSED:
        return reason or refuse_vote(vote)
    if vote.rule.tie != "casting-vote":
        return refuse("rule-has-no-casting-vote")
    if vote.casting or not _is_tied(vote):
        return refuse("no-tie")
    return "" if presides(state, state.sitting_of_vote(vote), entry.author.owner) else refuse("not-presiding")


def _is_tied(vote: VoteState) -> bool:
    """True if the latest result is a tie and nothing has asked for another one since."""
    return bool(vote.results) and vote.judged_inputs == vote.inputs and vote.results[-1][2].outcome == "tie"


def apply_casting(state: LogState, entry: Entry) -> None:
    """A second result follows."""
    record = cast("records.CastingVote", entry.record)
    vote = state.opens[record.open]
    vote.casting = record.choice
    _judge_again(state, vote, entry)


def _judge_again(state: LogState, vote: VoteState, entry: Entry) -> None:
    """The vote's inputs changed: another result is owed."""
    vote.inputs += 1
    vote.last_change = entry.index
    state.owed[vote.open_hash] = vote


def judge_announce(state: LogState, entry: Entry) -> str:
    """The latest result of an ended vote that is not void, once."""
    record = cast("records.VoteAnnounce", entry.record)
    vote = state.results.get(record.result)
    reason = judge_officer(state, entry)
    if reason or vote is None or next_phase(vote.phase, Move.ANNOUNCE) is None:
        return reason or (refuse("result-unknown") if vote is None else refuse_vote(vote))
    latest_hash, latest_index, _ = vote.results[-1]
    if latest_index <= vote.announced_index:
        return refuse("announced-already")
    newest = record.result == latest_hash and vote.judged_inputs == vote.inputs
    return "" if newest else refuse("result-not-latest")


def apply_announce(state: LogState, entry: Entry) -> None:
    """Declared."""
    vote = state.results[cast("records.VoteAnnounce", entry.record).result]
    vote.phase, vote.announced_index, vote.last_change = Phase.ANNOUNCED, entry.index, entry.index


def judge_void(state: LogState, entry: Entry) -> str:
    """A move of the table; after the announcement only with a basis."""
    record = cast("records.VoteVoid", entry.record)
    vote = vote_of(state, record)
    reason = judge_officer(state, entry)
    if reason or vote is None or next_phase(vote.phase, Move.VOID) is None:
        return reason or refuse_vote(vote)
    return refuse("needs-basis") if vote.phase is Phase.ANNOUNCED and record.basis == "" else ""


def void_needs_ack(state: LogState, entry: Entry) -> bool:
    """After the close a void takes effect at the secretary's `ack`."""
    vote = vote_of(state, entry.record)
    return vote is not None and not vote.running


def apply_void(state: LogState, entry: Entry) -> None:
    """The vote does not count; its figures stay, as of now if it was still running."""
    record = cast("records.VoteVoid", entry.record)
    vote = state.opens[record.open]
    running = vote.running
    vote.phase, vote.void_code, vote.void_basis = Phase.VOID, record.code, record.basis
    vote.last_change = entry.index
    state.owed.pop(vote.open_hash, None)
    if running:
        _settle(state, vote, entry)


def judge_secretary_on_vote(state: LogState, entry: Entry) -> str:
    """Corrections, lots and paper counts concern a vote that has ended and is not void."""
    reason = judge_officer(state, entry)
    vote = vote_of(state, entry.record)
    if reason or vote is None or vote.phase not in ENDED:
        return reason or refuse_vote(vote)
    record = entry.record
    if isinstance(record, records.RuleCorrection):
        return _judge_rule(state.rules_of(state.sitting_of_vote(vote)).rules.get(record.rule), vote.arm.mode)
    if isinstance(record, records.PaperResult):
        return _judge_paper(vote, record)
    if isinstance(record, records.Lot):
        return _judge_lot(vote, record)
    return "" if cast("records.Correction", record).member in vote.members else refuse("member-unknown")


def _judge_paper(vote: VoteState, record: records.PaperResult) -> str:
    """The papers add up, in a vote that is held on paper."""
    if vote.arm.mode != "paper":
        return refuse("not-on-paper")
    whole = record.valid + record.invalid == record.returned <= record.issued
    fits = len(record.figures) == len(vote.arm.options) and max(record.figures) <= record.valid
    return "" if whole and fits else refuse("papers-do-not-add-up")


def _judge_lot(vote: VoteState, record: records.Lot) -> str:
    """Drawn on a tie that the rule leaves to a lot, among the tied."""
    if vote.phase is not Phase.CLOSED:
        return refuse_vote(vote)
    if vote.rule.tie != "lot":
        return refuse("rule-has-no-lot")
    if not _is_tied(vote):
        return refuse("no-tie")
    return "" if record.choice in tied_options(vote, count_vote(vote)) else refuse("not-among-the-tied")


def apply_rule_correction(state: LogState, entry: Entry) -> None:
    """Judge the same ballots by another rule; the earlier result stays beside it."""
    record = cast("records.RuleCorrection", entry.record)
    vote = state.opens[record.open]
    vote.rule_corrections.append((entry.index, vote.rule.id, record.rule))
    vote.rule = state.rules_of(state.sitting_of_vote(vote)).rules[record.rule]
    _judge_again(state, vote, entry)


def apply_paper(state: LogState, entry: Entry) -> None:
    """The papers' figures are the vote's."""
    record = cast("records.PaperResult", entry.record)
    vote = state.opens[record.open]
    vote.paper = record
    _judge_again(state, vote, entry)


def apply_lot(state: LogState, entry: Entry) -> None:
    """The lot decided."""
    record = cast("records.Lot", entry.record)
    vote = state.opens[record.open]
    vote.lots.append(record.choice)
    vote.casting = record.choice if record.choice in {records.FOR, records.AGAINST} else ""
    _judge_again(state, vote, entry)


def apply_correction(state: LogState, entry: Entry) -> None:
    """What the member states stands beside the result, which is unchanged."""
    record = cast("records.Correction", entry.record)
    state.opens[record.open].stated.append((entry.index, record.member, record.stated))
