"""From ballots to figures, present members, and the outcome: pure functions of state.

The live controller, recovery, the export and the verifier all count with these.

Source: `docs/protocol.md` sections 7.3 and 8.
"""

from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum

from protocol.majority import Figures, Judgement, Rule, judge_figures, needed_votes, quorum_needed_of
from protocol.records import ABSTAIN, AGAINST, FOR, MAYOR, PLAIN_OPTIONS, Result
from protocol.state import LogState, SittingState, VoteState, void_lines_hash

LEAVE_PRESENT = frozenset({"leave-quorum", "leave-base"})
"""The recusal modes in which the recused are not counted among those here."""


class Standing(Enum):
    """What became of a member in a vote."""

    __hash__ = object.__hash__  # as in `By`

    FOR = "for"
    AGAINST = "against"
    ABSTAINED = "abstain"
    CHOSE = "chose"
    NOT_VOTING = "not-voting"
    ABSENT = "absent"
    RECUSED = "recused"


STANDING_WORDS = {standing: standing.value for standing in Standing}
"""The word of each standing: `Enum.value` runs Python code, and these are written by the thousand."""
_STANDING_OF_CHOICE: dict[tuple[str, ...], Standing] = {
    (FOR,): Standing.FOR,
    (AGAINST,): Standing.AGAINST,
    (ABSTAIN,): Standing.ABSTAINED,
}


@dataclass(frozen=True, slots=True)
class Tally:
    """A vote's figures. `counts` follows the arm's options; the rest counts eligible members.

    `present` is P as the rule takes it; `standings` maps every eligible member to what became of him or her.
    """

    counts: tuple[int, ...]
    present: int
    not_voting: int
    absent: int
    recused: int
    figures: Figures
    standings: dict[str, Standing]


def _standings(vote: VoteState, here: frozenset[str] | set[str]) -> dict[str, Standing]:
    """What became of each eligible member; `here` is who is present now, or was at the end."""
    recused = vote.recused if vote.recusal != "declare-only" else frozenset()
    ballots, eligible = vote.ballots, vote.eligible
    standings: dict[str, Standing] = {}
    for member in vote.members:
        if member not in eligible:
            continue
        ballot = ballots.get(member)
        if member in recused:
            standings[member] = Standing.RECUSED
        elif ballot is not None:
            standings[member] = _STANDING_OF_CHOICE.get(ballot.choice, Standing.CHOSE)
        else:
            standings[member] = Standing.NOT_VOTING if member in here else Standing.ABSENT
    return standings


def count_vote(vote: VoteState, present_now: frozenset[str] | set[str] | None = None) -> Tally:
    """Count a vote as of its end, or as of now with `present_now` while it runs."""
    here = vote.present_at_end if present_now is None else present_now
    standings = _standings(vote, here)
    by_option: Counter[str] = Counter()
    for choice, times in Counter([ballot.choice for ballot in vote.ballots.values()]).items():
        by_option.update(dict.fromkeys(choice, times))
    counts = tuple(by_option[option] for option in vote.arm.options)
    papers = 0
    if vote.paper is not None:
        counts, papers = vote.paper.figures, vote.paper.valid + vote.paper.invalid
    kinds = Counter(standings.values())
    figures = _figures(vote, counts, _here(vote, here), papers)
    return Tally(
        counts,
        figures.present,
        kinds[Standing.NOT_VOTING],
        kinds[Standing.ABSENT],
        kinds[Standing.RECUSED],
        figures,
        standings,
    )


def _here(vote: VoteState, here: frozenset[str] | set[str]) -> set[str]:
    """Who is registered here: those counted, and those present by the rule's source.

    P counts those of them who may vote now, the quorum every councillor; the recused leave both where the law says so.
    A mayor is among them only where he may vote.
    """
    counted = set(vote.ballots)
    if vote.rule.present_from == "presses":
        here = counted
    elif vote.rule.present_from == "quorum-check" and vote.checked_present is not None:
        here = vote.checked_present
    members = (counted | set(here)) & vote.members.keys()
    if vote.recusal in LEAVE_PRESENT:
        members -= vote.recused
    if MAYOR not in vote.eligible:
        members.discard(MAYOR)
    return members


def _figures(vote: VoteState, counts: tuple[int, ...], here: set[str], papers: int) -> Figures:
    plain = dict(zip(vote.arm.options, counts, strict=False))
    mayor = int(MAYOR in here)
    recused = len((vote.recused & vote.eligible) - {MAYOR})
    left, quorum_left = _recused_from(vote.recusal, recused)
    return Figures(
        vote.statutory + mayor, vote.in_office + mayor - left, len(here & vote.eligible), plain.get(FOR, 0),
        plain.get(AGAINST, 0), plain.get(ABSTAIN, 0), papers, len(here) - mayor, bool(mayor), quorum_left,
    )  # fmt: skip


def _recused_from(recusal: str, recused: int) -> tuple[int, int]:
    """How many of M the majority, and further the quorum, leave out."""
    return {"leave-base": (recused, 0), "leave-quorum": (0, recused)}.get(recusal, (0, 0))


def figures_before(vote: VoteState, sitting: SittingState) -> Figures:
    """What is known of a vote's numbers before its end: who is here now, and nothing of any ballot."""
    opened = vote.open_index >= 0
    members, numbers = (vote.members, vote) if opened else (sitting.members, sitting)
    eligible = vote.eligible if opened else members.keys() - (set() if vote.rule.mayor == "counts" else {MAYOR})
    recused = vote.recused if opened else sitting.recusals.get(vote.arm.item, set())
    here = (sitting.present | vote.ballots.keys()) & members.keys()
    left, quorum_left = _recused_from(vote.recusal, len((recused & eligible) - {MAYOR}))
    if vote.recusal in LEAVE_PRESENT:
        here = here - recused
    if MAYOR not in eligible:
        here = here - {MAYOR}
    mayor = MAYOR in here
    return Figures(
        numbers.statutory + mayor, numbers.in_office + mayor - left, len(here & eligible), 0, 0, 0, 0,
        len(here) - mayor, mayor, quorum_left,
    )  # fmt: skip


def is_plain(vote: VoteState) -> bool:
    """True if the options are for, against and perhaps abstain."""
    return FOR in vote.arm.options and set(vote.arm.options) <= set(PLAIN_OPTIONS)


def judge_vote(vote: VoteState, tally: Tally, rule: Rule | None = None) -> Judgement:
    """Judge a plain vote by its rule, or by another one (`rule-correction`)."""
    return judge_figures(rule or vote.rule, tally.figures, vote.casting)


def elect(vote: VoteState, tally: Tally) -> tuple[str, tuple[str, ...]]:
    """Outcome and elected options of a vote among candidates: those who reach the rule's number, best first.

    Where more reach it than there are places and the last place is tied, nobody of the tied is elected: the outcome
    is `tie` if the rule draws a lot or repeats, until lots have filled the places.
    """
    if vote.rule.base == "none":
        return "none", ()
    figures = tally.figures
    cast = len(vote.ballots) if vote.paper is None else vote.paper.valid
    here = cast if vote.rule.quorum_source == "cast" else figures.registered
    if here < quorum_needed_of(vote.rule, figures):
        return "no-quorum", ()
    sure, tied = _ranked(vote, tally)
    drawn = tuple(option for option in vote.lots if option in tied)
    free = vote.arm.places - len(sure)
    if len(drawn) >= free or not tied:
        return ("elected" if sure or drawn else "not-adopted"), sure + drawn
    if vote.rule.tie != "not-adopted":
        return "tie", sure + drawn
    return ("elected" if sure else "not-adopted"), sure


def tied_options(vote: VoteState, tally: Tally) -> tuple[str, ...]:
    """The options among which a lot may choose now: for and against, or the candidates tied for the last places."""
    if is_plain(vote):
        return (FOR, AGAINST)
    return tuple(option for option in _ranked(vote, tally)[1] if option not in vote.lots)


def _ranked(vote: VoteState, tally: Tally) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(elected for sure, tied for the places left): tied is empty if everybody who reached the number has a place."""
    needed = _needed_by_option(vote, tally)
    reached = [
        (-count, position, option)
        for position, (option, count) in enumerate(zip(vote.arm.options, tally.counts, strict=False))
        if option != ABSTAIN and count >= needed
    ]
    reached.sort()
    places = vote.arm.places
    if len(reached) <= places or reached[places - 1][0] != reached[places][0]:
        return tuple(option for _, _, option in reached[:places]), ()
    last = reached[places - 1][0]
    return (
        tuple(option for negative, _, option in reached if negative < last),
        tuple(option for negative, _, option in reached if negative == last),
    )


def _needed_by_option(vote: VoteState, tally: Tally) -> int:
    """Among candidates `cast` and `yes_no` both mean the ballots that chose somebody."""
    rule, figures = vote.rule, tally.figures
    if rule.base in {"cast", "yes_no"}:
        base = _chose_somebody(vote, tally)
        figures = replace(figures, for_=base, against=0, abstain=0)
        rule = replace(rule, base="cast")
    return needed_votes(rule, figures)


def _chose_somebody(vote: VoteState, tally: Tally) -> int:
    """How many ballots, or valid papers, chose somebody: neither abstained nor empty."""
    if vote.paper is not None:
        return vote.paper.valid - dict(zip(vote.arm.options, tally.counts, strict=False)).get(ABSTAIN, 0)
    return sum(ballot.choice not in {(), (ABSTAIN,)} for ballot in vote.ballots.values())


def outcome_of(vote: VoteState, tally: Tally) -> tuple[str, int, tuple[str, ...]]:
    """(outcome, needed, elected) of an ended vote. Test votes decide nothing."""
    if vote.arm.mode == "test":
        return "none", 0, ()
    if is_plain(vote):
        judgement = judge_vote(vote, tally)
        return judgement.outcome, judgement.needed, ()
    outcome, elected = elect(vote, tally)
    return outcome, _needed_by_option(vote, tally) if vote.rule.base != "none" else 0, elected


def void_lines(state: LogState, first: int, last: int) -> list[tuple[int, str]]:
    """Every void leaf from `first` to `last` with its reason, ascending."""
    return [(index, state.voids[index]) for index in range(first, last + 1) if index in state.voids]


def settle_voids(state: LogState, vote: VoteState) -> None:
    """Fix, at the end of a vote, how many leaves between open and end are void, and their hash."""
    lines = void_lines(state, vote.open_index, vote.end_index)
    vote.void_count, vote.void_hash = len(lines), void_lines_hash(lines)


def expected_result(vote: VoteState, ts: int) -> Result:
    """The result record of an ended vote, to be signed by the controller at `ts` (Unix ms) or compared with one."""
    tally = count_vote(vote)
    outcome, needed, elected = outcome_of(vote, tally)
    return Result(
        vote.open_hash, vote.open_index, vote.end_index, tally.present, tally.counts, vote.void_count, vote.void_hash,
        needed, outcome, elected, ts,
    )  # fmt: skip
