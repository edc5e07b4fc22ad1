"""What a person in the room may see now, as plain data: pure, computed from the log's state.

Before a vote's end it holds who has a recorded ballot, never which; the choices come with the result.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from protocol.explain import Catalogue, explain_needed, explain_outcome
from protocol.state import SittingState, VoteState
from protocol.tally import Standing, Tally, count_vote, figures_before, is_plain
from protocol.vote import Phase


class Mark(Enum):
    """What a seat of the map shows."""

    ABSENT = "absent"
    PRESENT = "present"
    RECORDED = "recorded"
    FOR = "for"
    AGAINST = "against"
    ABSTAINED = "abstain"
    NOT_VOTING = "not-voting"
    RECUSED = "recused"
    DARK = "dark"


_MARK_OF_STANDING = {
    Standing.FOR: Mark.FOR,
    Standing.AGAINST: Mark.AGAINST,
    Standing.ABSTAINED: Mark.ABSTAINED,
    Standing.CHOSE: Mark.RECORDED,
    Standing.NOT_VOTING: Mark.NOT_VOTING,
    Standing.ABSENT: Mark.ABSENT,
    Standing.RECUSED: Mark.RECUSED,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """The room at one moment. `marks` by seat; `counts` and `outcome` (a code) only with a result; `sentence`
    says what is needed, or why.
    """

    marks: tuple[Mark, ...]
    present: int
    phase: Phase | None
    recorded: int
    counts: tuple[tuple[Mark, int], ...]
    outcome: str
    sentence: str


def picture_of(
    sitting: SittingState, vote: VoteState | None, members: Sequence[str], dark: Collection[str], words: Catalogue
) -> Picture:
    """The room as the log has it; `dark` names members at seats without power, which no log can know."""
    if vote is None or vote.open_index < 0:
        marks = tuple(_mark_without_vote(sitting, member, dark) for member in members)
        return Picture(marks, len(sitting.present), vote.phase if vote else None, 0, (), "", "")
    if vote.results and not vote.running:
        return _with_result(sitting, vote, members, words)
    marks = tuple(Mark.DARK if member in dark else _mark_while_running(sitting, vote, member) for member in members)
    needed = "" if vote.arm.mode == "test" else explain_needed(vote.rule, figures_before(vote, sitting), words)
    return Picture(marks, len(sitting.present), vote.phase, len(vote.ballots), (), "", needed)


def _mark_without_vote(sitting: SittingState, member: str, dark: Collection[str]) -> Mark:
    if member in dark:
        return Mark.DARK
    return Mark.PRESENT if member in sitting.present else Mark.ABSENT


def _mark_while_running(sitting: SittingState, vote: VoteState, member: str) -> Mark:
    if member in vote.recused:
        return Mark.RECUSED
    if member in vote.ballots:
        return Mark.RECORDED
    return Mark.PRESENT if member in sitting.present else Mark.ABSENT


def _with_result(sitting: SittingState, vote: VoteState, members: Sequence[str], words: Catalogue) -> Picture:
    tally = count_vote(vote)
    marks = tuple(_MARK_OF_STANDING[tally.standings.get(member, Standing.ABSENT)] for member in members)
    outcome, why = vote.results[-1][2].outcome, why_of(vote, tally, words)
    if vote.phase is Phase.VOID:
        outcome, why = "void", void_sentence(why, words)
    return Picture(marks, len(sitting.present), vote.phase, len(vote.ballots), counts_of(tally), outcome, why)


def void_sentence(why: str, words: Catalogue) -> str:
    """What stands beside a voided vote, whose figures remain on record."""
    return words.gettext("Void; on record: %(why)s") % {"why": why}


def why_of(vote: VoteState, tally: Tally, words: Catalogue) -> str:
    """The explaining sentence of an ended vote; a test only trains."""
    if vote.arm.mode == "test":
        return words.gettext("A test vote: it decides nothing and counts nowhere.")
    return explain_outcome(vote.rule, tally.figures, vote.casting, words) if is_plain(vote) else ""


def counts_of(tally: Tally) -> tuple[tuple[Mark, int], ...]:
    """The figures beside the map, in their fixed order."""
    figures = tally.figures
    return (
        (Mark.FOR, figures.for_),
        (Mark.AGAINST, figures.against),
        (Mark.ABSTAINED, figures.abstain),
        (Mark.NOT_VOTING, tally.not_voting),
        (Mark.ABSENT, tally.absent),
        (Mark.RECUSED, tally.recused),
    )


def mark_word(mark: Mark, words: Catalogue) -> str:
    """The legend's word for a mark."""
    table = {
        Mark.ABSENT: words.pgettext("legend", "absent"),
        Mark.PRESENT: words.pgettext("legend", "present"),
        Mark.RECORDED: words.pgettext("legend", "recorded"),
        Mark.FOR: words.pgettext("legend", "for"),
        Mark.AGAINST: words.pgettext("legend", "against"),
        Mark.ABSTAINED: words.pgettext("legend", "abstained"),
        Mark.NOT_VOTING: words.pgettext("legend", "not voting"),
        Mark.RECUSED: words.pgettext("legend", "recused"),
        Mark.DARK: words.pgettext("legend", "no power"),
    }
    return table[mark]


def phase_word(phase: Phase | None, words: Catalogue) -> str:
    """The vote's phase for people; empty where there is no vote."""
    table = {
        Phase.ARMED: words.pgettext("phase", "armed"),
        Phase.OPEN: words.pgettext("phase", "open"),
        Phase.HELD: words.pgettext("phase", "held"),
        Phase.LAST_CALL: words.pgettext("phase", "last call"),
        Phase.CLOSED: words.pgettext("phase", "closed"),
        Phase.ANNOUNCED: words.pgettext("phase", "announced"),
        Phase.VOID: words.pgettext("phase", "void"),
        Phase.DISARMED: words.pgettext("phase", "disarmed"),
    }
    return table[phase] if phase is not None else ""
