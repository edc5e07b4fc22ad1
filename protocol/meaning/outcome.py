"""Votes after their end: results, ties, announcing, voiding, and what the secretary enters on them.

A casting vote, a lot, a count of papers and a corrected rule each make another result due; the earlier ones stay.

Source: `docs/protocol.md` sections 6.7 and 7.2.
"""

from typing import cast

from protocol import records
from protocol.meaning.shared import judge_officer, presides, refuse, refuse_vote, vote_of
from protocol.meaning.voting import judge_rule, settle
from protocol.record import By
from protocol.state import Entry, LogState, VoteState
from protocol.tally import count_vote, expected_result, tied_options
from protocol.vote import ENDED, Move, Phase, next_phase


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
        settle(state, vote, entry)


def judge_secretary_on_vote(state: LogState, entry: Entry) -> str:
    """Corrections, lots and paper counts concern a vote that has ended and is not void."""
    reason = judge_officer(state, entry)
    vote = vote_of(state, entry.record)
    if reason or vote is None or vote.phase not in ENDED:
        return reason or refuse_vote(vote)
    record = entry.record
    if isinstance(record, records.RuleCorrection):
        return judge_rule(state.rules_of(state.sitting_of_vote(vote)).rules.get(record.rule), vote.arm.mode)
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
