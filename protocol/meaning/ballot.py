"""Ballots: which count, which are void and why.

The reasons are asked in their normative order, the first that applies is given. A member's newer valid ballot makes
the older void `replaced` (or is itself, where the first stands); answers entered by the secretary are settled when the
vote ends.

Source: `docs/protocol.md` sections 7.3 and 7.4.
"""

from itertools import pairwise
from typing import cast

from protocol import records
from protocol.meaning.shared import judge_author, refuse
from protocol.record import By
from protocol.records import ABSTAIN
from protocol.state import CountedBallot, Entry, LogState, VoteState
from protocol.vote import Phase


def judge_ballot(state: LogState, entry: Entry) -> str:
    """The void reason of a seat's ballot, or nothing."""
    record = cast("records.Ballot", entry.record)
    vote = state.opens.get(record.open)
    untimely = _judge_time(vote)
    if untimely or vote is None:
        return untimely
    return (
        _judge_session(state, entry, record, vote)
        or _judge_member(vote, record.member)
        or judge_choice(vote.arm, record.choice)
        or _judge_order(vote, record)
        or (refuse("on-paper") if vote.arm.mode == "paper" else "")
    )


def _judge_time(vote: VoteState | None) -> str:
    """Whether answers to this vote count at all here."""
    if vote is None:
        return "early"
    if not vote.running:
        return "late"
    return "held" if vote.phase is Phase.HELD else ""


def _judge_session(state: LogState, entry: Entry, record: records.Ballot, vote: VoteState) -> str:
    session = state.sessions.get(record.session)
    if session is None or not session.live or session.sitting != vote.arm.sitting:
        return "session"
    by_card = vote.arm.sign == "card"
    if by_card != (entry.author.by is By.CARD):
        return "session"
    if not by_card and entry.author.owner != record.session:
        return "session"
    if by_card:
        member = state.sittings[session.sitting].members.get(session.member)
        if member is None or entry.kid != member.kid:
            return "session"  # also a card that an earlier roster gave the member
    return "" if record.seat == session.seat and record.member == session.member else "seat"


def _judge_member(vote: VoteState, member: str) -> str:
    if member not in vote.eligible:
        return "eligible"
    return "recused" if member in vote.recused and vote.recusal != "declare-only" else ""


def judge_choice(arm: records.VoteArm, choice: tuple[str, ...]) -> str:
    """Distinct options in the arm's order, `min` to `max` of them, `abstain` alone."""
    if len(choice) == 1:
        fits_alone = choice[0] in arm.options and (choice[0] == ABSTAIN or arm.min <= 1 <= arm.max)
        return "" if fits_alone else "choice"
    positions = [arm.options.index(option) for option in choice if option in arm.options]
    ordered = len(positions) == len(choice) and all(a < b for a, b in pairwise(positions))
    fits = ordered and arm.min <= len(choice) <= arm.max and ABSTAIN not in choice
    return "" if fits else "choice"


def _judge_order(vote: VoteState, record: records.Ballot) -> str:
    if record.seq <= vote.session_seq.get(record.session, -1):
        return "seq"
    return "replaced" if vote.arm.change == "first" and record.member in vote.ballots else ""


def count_ballot(state: LogState, entry: Entry) -> None:
    """Count it; the member's older ballot is replaced."""
    record = cast("records.Ballot", entry.record)
    vote = state.opens[record.open]
    member = record.member
    older = vote.ballots.get(member)
    if older is not None:
        state.voids[older.index] = "replaced"
    vote.session_seq[record.session] = record.seq
    vote.ballots[member] = CountedBallot(entry.index, member, record.choice, record.session)


def take_ballot(state: LogState, entry: Entry, reason: str) -> None:
    """Count a ballot or, for a `reason`, list it as void; either way it uses the budget of its vote.

    The budget is one of (signing session or card, open). The sitting reaches to its last ballot, also one that came
    late: its package needs the keys to read it.
    """
    if reason:
        state.voids[entry.index] = reason
    else:
        count_ballot(state, entry)
    vote = state.opens.get(cast("records.Ballot", entry.record).open)
    if vote is not None:
        entered, owner = vote.entered_before if vote.running else vote.entered_after, entry.author.owner
        entered[owner] = entered.get(owner, 0) + 1
        state.sittings[vote.arm.sitting].last_index = entry.index


def judge_assisted(state: LogState, entry: Entry) -> str:
    """The secretary may enter an answer only while the vote runs."""
    record = cast("records.AssistedBallot", entry.record)
    vote = state.opens.get(record.open)
    untimely = _judge_time(vote)
    if untimely or vote is None:
        return untimely
    reason = _judge_member(vote, record.member) or judge_choice(vote.arm, record.choice)
    return reason or judge_author(state, entry)


def apply_assisted(state: LogState, entry: Entry) -> None:
    """Keep it; whether it counts is settled at the end. A newer one replaces it."""
    record = cast("records.AssistedBallot", entry.record)
    vote = state.opens[record.open]
    older = vote.assisted.get(record.member)
    if older is not None:
        state.voids[older.index] = "replaced"
    vote.assisted[record.member] = CountedBallot(
        entry.index, record.member, record.choice, "", record.how, record.held_at
    )


def settle_assisted(state: LogState, vote: VoteState) -> None:
    """At the end of a vote an entered answer counts only for a member whose own ballot does not."""
    for member, answer in vote.assisted.items():
        if member in vote.ballots:
            state.voids[answer.index] = "pressed"
        else:
            vote.ballots[member] = answer


def apply_recusal(state: LogState, entry: Entry) -> None:
    """Recuse the member from the item's votes that are not closed; his or her ballots there become void."""
    record = cast("records.Recusal", entry.record)
    sitting = state.sittings[record.sitting]
    sitting.recusal_acts.append((entry.index, record))
    recused = sitting.recusals.setdefault(record.item, set())
    change = recused.add if record.act == "declare" else recused.discard
    change(record.member)
    for vote in sitting.votes.values():
        if vote.arm.item == record.item and (vote.running or vote.phase is Phase.ARMED):
            (vote.recused.add if record.act == "declare" else vote.recused.discard)(record.member)
            if record.act == "declare" and vote.recusal != "declare-only":
                for answers in (vote.ballots, vote.assisted):
                    gone = answers.pop(record.member, None)
                    if gone is not None:
                        state.voids[gone.index] = "recused"
