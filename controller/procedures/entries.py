"""What the secretary enters on a vote: answers given by voice or on paper, counts of papers, lots, corrections.

Everything on a sheet is checked before the first answer is sent, so that a slip of the pen leaves nothing half entered.

Source: `docs/protocol.md` sections 6.7 and 7.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from controller.officer import OfficerClient
from controller.preparing.problems import Findings
from controller.preparing.roster_csv import read_rows
from controller.procedures.log_view import LogView, NotFound
from controller.words import _
from protocol import records
from protocol.errors import ChamberError
from protocol.explain import ENGLISH, Catalogue, explain_outcome
from protocol.majority import Rule
from protocol.meaning.ballot import judge_choice
from protocol.state import SittingState, VoteState
from protocol.tally import count_vote, is_plain
from protocol.vote import ENDED


class SheetRefused(ChamberError):
    """A file of a sitting or a sheet is not whole: the words say what, a line each."""

    code = "sheet"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one member said."""

    member: str
    choice: tuple[str, ...]


def read_sheet(path: Path, words: Catalogue = ENGLISH) -> tuple[Answer, ...]:
    """Read a table with the columns `member` and `choice`; several options are joined by `+`.

    A member without a choice did not answer and is passed over. Raises `SheetRefused`: a line for everything wrong.
    """
    found = Findings(words)
    answers: dict[str, Answer] = {}
    for row in read_rows(path, ("member", "choice"), (), found) or []:
        member, choice = row.cells["member"].strip(), row.cells["choice"].replace(" ", "")
        if member in answers:
            found.wrong(row.where, "member-doubled", words.gettext("%(id)s stands here twice") % {"id": member})
        answers[member] = Answer(member, tuple(filter(None, choice.split("+"))))
    if found.has("wrong", "missing"):
        raise SheetRefused("\n".join(f"{one.where}: {one.words}" for one in found.problems))
    given = tuple(answer for answer in answers.values() if answer.choice)
    if not given:
        raise SheetRefused(words.gettext("%(file)s holds no answer") % {"file": path})
    return given


def check_answer(view: LogView, sitting: SittingState, vote: VoteState, answer: Answer) -> None:
    """Raises `NotFound`: no such member, or no such choice in this vote."""
    view.member(sitting, answer.member)
    if judge_choice(vote.arm, answer.choice):
        asked = {"member": answer.member, "asked": "+".join(answer.choice), "known": ", ".join(vote.arm.options)}
        raise NotFound(_("%(member)s: no choice %(asked)s in this vote; there are: %(known)s") % asked)


async def enter_answers(
    client: OfficerClient, view: LogView, vote: VoteState, answers: Sequence[Answer], how: str, held_at: int
) -> tuple[str, ...]:
    """Enter answers that were given otherwise than by a press; `held_at` (Unix ms) is when. Returns their hashes.

    `how`: assisted, roll-call or paper. Raises `OutOfOrder`: never opened; `NotFound`, before anything is sent.
    """
    opened, sitting = view.open_hash(vote), view.state.sitting_of_vote(vote)
    for answer in answers:
        check_answer(view, sitting, vote, answer)
    sent = []
    for answer in answers:
        record, _receipt = await client.act(
            lambda _seq, _seen, ts, answer=answer: records.AssistedBallot(  # type: ignore[misc]
                opened, answer.member, answer.choice, how, held_at or ts, ts
            )
        )
        sent.append(record)
    return tuple(sent)


@dataclass(frozen=True, slots=True)
class PaperCount:
    """The count of one round on paper. `figures` by option; `held_ms`: when it was held (Unix ms), 0 for just now."""

    issued: int
    returned: int
    valid: int
    invalid: int
    figures: Mapping[str, int]
    round: int = 1
    held_ms: int = 0


async def enter_paper_result(client: OfficerClient, view: LogView, vote: VoteState, count: PaperCount) -> str:
    """Enter a count of papers; it takes effect when the chair acknowledges it.

    Raises `NotFound`: an option is none of the vote's, or has no figure; `OutOfOrder`: never opened.
    """
    opened, options = view.open_hash(vote), vote.arm.options
    if set(count.figures) != set(options):
        known = {"known": ", ".join(options)}
        raise NotFound(_("give a figure for each option of the vote and no other: %(known)s") % known)
    figures = tuple(count.figures[option] for option in options)
    sent, _receipt = await client.act(
        lambda _seq, _seen, ts: records.PaperResult(
            opened,
            count.round,
            count.issued,
            count.returned,
            count.valid,
            count.invalid,
            figures,
            count.held_ms or ts,
            ts,
        )
    )
    return sent


async def enter_lot(client: OfficerClient, view: LogView, vote: VoteState, choice: str) -> str:
    """Enter what the lot drew; it takes effect when the chair acknowledges it. Raises `OutOfOrder`: never opened."""
    opened = view.open_hash(vote)
    sent, _receipt = await client.act(lambda _seq, _seen, ts: records.Lot(opened, choice, ts))
    return sent


async def enter_correction(client: OfficerClient, view: LogView, vote: VoteState, answer: Answer) -> str:
    """Enter what a member states to have meant; the result stays. Raises `NotFound`; `OutOfOrder`: never opened."""
    opened = view.open_hash(vote)
    check_answer(view, view.state.sitting_of_vote(vote), vote, answer)
    stated = answer.choice[0]
    sent, _receipt = await client.act(lambda _seq, _seen, ts: records.Correction(opened, answer.member, stated, ts))
    return sent


async def correct_rule(client: OfficerClient, view: LogView, vote: VoteState, rule: str, code: str) -> str:
    """Name another rule for the same ballots; it takes effect when the chair acknowledges it.

    Raises `NotFound`: no such rule; `OutOfOrder`: the vote has not ended.
    """
    view.rule(view.state.sitting_of_vote(vote), rule)
    if vote.phase not in ENDED:
        raise view.out_of_order(vote)
    opened = vote.open_hash
    sent, _receipt = await client.act(lambda seq, seen, ts: records.RuleCorrection(opened, rule, code, seq, seen, ts))
    return sent


def explain_by(vote: VoteState, rule: Rule, words: Catalogue = ENGLISH) -> str:
    """What the ballots of an ended vote come to by a rule; "" for votes among candidates. Never asked while it runs."""
    if vote.phase not in ENDED or not is_plain(vote):
        return ""
    return explain_outcome(rule, count_vote(vote).figures, vote.casting, words)
