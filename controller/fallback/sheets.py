"""Which sheets a sitting has, and the folder they are written to, which is never one that holds anything."""

from collections.abc import Mapping
from itertools import count
from pathlib import Path

from controller.export import OutputRefused, write_folder
from controller.fallback.attendance import attendance_list
from controller.fallback.ballot_paper import ballot_papers, count_sheet
from controller.fallback.paper import Paper
from controller.fallback.roll_call import handing_out_list, roll_call_sheet, roll_call_table
from controller.fallback.seat_plan import seat_plan
from controller.words import _
from protocol.errors import ChamberError


class NotPrepared(ChamberError):
    """What was asked for cannot be printed: something in the sitting's file is wrong, or no vote has this id."""

    code = "not-prepared"


def all_sheets(paper: Paper) -> dict[str, str]:
    """HTML, and tables for entering it, by file name."""
    sheets = {
        "attendance.html": attendance_list(paper),
        "seat-plan.html": seat_plan(paper),
        "roll-call-blank.html": roll_call_sheet(paper, None),
        "roll-call-blank.csv": roll_call_table(paper, None),
    }
    for vote in paper.sitting.votes:
        sheets |= sheets_of_vote(paper, vote.vote)
    return sheets


def sheets_of_vote(paper: Paper, name: str) -> dict[str, str]:
    """The sheets of one vote. Raises `NotPrepared`: no such vote."""
    vote = next((vote for vote in paper.sitting.votes if vote.vote == name), None)
    if vote is None:
        known = {"vote": name, "known": ", ".join(vote.vote for vote in paper.sitting.votes)}
        raise NotPrepared(_("no vote %(vote)s is prepared; there are: %(known)s") % known)
    if vote.mode != "paper":
        return {
            f"{name}-roll-call.html": roll_call_sheet(paper, vote),
            f"{name}-roll-call.csv": roll_call_table(paper, vote),
        }
    return {
        f"{name}-handed-out.html": handing_out_list(paper, vote),
        f"{name}-ballot-papers.html": ballot_papers(paper, vote),
        f"{name}-count.html": count_sheet(paper, vote),
    }


def write_sheets(sheets: Mapping[str, str], folder: Path | None, sitting: str) -> list[Path]:
    """Write all of them, or none. Without a folder a new one is made here, numbered if need be.

    Raises `OutputRefused`: the folder is there already, or cannot be written.
    """
    target = folder or _new_folder(f"fallback-{sitting}")
    if target.exists():
        raise OutputRefused(_("%s is there already: name a new folder") % target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_folder({name: text.encode("utf-8") for name, text in sheets.items()}, target)
    except OSError as error:
        raise OutputRefused(f"cannot write the sheets to {target}: {error.strerror or error}") from error
    return [target / name for name in sheets]


def _new_folder(name: str) -> Path:
    numbered = (Path(name if number == 1 else f"{name}-{number}") for number in count(1))
    return next(folder for folder in numbered if not folder.exists())
