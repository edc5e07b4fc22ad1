"""Reading a real sitting's file: strict where a mistake would change a figure, with words that say what is wrong.

The format: members, votes with named choices, the totals the body itself printed, and `checks` that list where the
source contradicts itself.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from protocol.errors import ChamberError
from protocol.fields import TEXT_CHARACTERS_MAX

FILE_BYTES_MAX = 64 * 1024 * 1024
CHOICES = ("yes", "no", "abstain", "absent", "present_not_voting")
MAJORITIES = (
    "simple", "absolute", "absolute_of_cast", "two_thirds", "three_fifths", "one_third", "three_quarters",
    "fixed_number", "unknown",
)  # fmt: skip
NUMBER_MAX = 1_000_000
"""No body counts so many seats or votes."""
TITLE_CHARACTERS_MAX = 10_000
_MISMATCH_MEMBERS = 6
FIGURES = ("yes", "no", "abstain", "absent", "not_voting")
OUTCOMES = ("adopted", "rejected")


class SittingFileRefused(ChamberError):
    """The file of a sitting is malformed: the words say where."""

    code = "sitting-file"


@dataclass(frozen=True, slots=True)
class FileMember:
    """A member as the file has it."""

    id: str
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class FileVote:
    """A vote as the file has it. `required_yes` is 0 where none is given; `tie_break` is empty without one."""

    id: str
    title: str
    majority: str
    required_yes: int
    choices: Mapping[str, str]
    official: Mapping[str, int]
    outcome: str
    secret: bool
    casting: str
    has_tie_break: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class SittingFile:
    """A sitting as the file has it.

    `seats` counts voting members by law; `explained` maps (vote, field) to (official, counted).
    """

    name: str
    date: str
    country: str
    seats: int
    members: list[FileMember]
    votes: list[FileVote]
    explained: Mapping[tuple[str, str], tuple[Any, Any]] = field(default_factory=dict)


def read_sitting_file(path: Path) -> SittingFile:
    """Read and check a sitting's file. Raises `SittingFileRefused`."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise SittingFileRefused(f"{path} is larger than any sitting")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SittingFileRefused(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SittingFileRefused(f"{path} is not JSON in UTF-8: {error}") from error
    return _read_document(document)


def _read_document(document: Any) -> SittingFile:  # noqa: ANN401 - untyped JSON is checked here
    body = _dict(_get(document, "body", "the file"), "body")
    members = [_read_member(entry, number) for number, entry in enumerate(_list(document, "members"), 1)]
    ids = {member.id for member in members}
    if len(ids) != len(members):
        raise SittingFileRefused(f"members: an id is given twice: {_twice([m.id for m in members])}")
    votes = [_read_vote(entry, ids, number) for number, entry in enumerate(_list(document, "votes"), 1)]
    if len({vote.id for vote in votes}) != len(votes):
        raise SittingFileRefused(f"votes: an id is given twice: {_twice([v.id for v in votes])}")
    seats = body.get("voting_members_total") or body.get("seats_total") or len(members)
    if type(seats) is not int or not 1 <= seats <= NUMBER_MAX:
        raise SittingFileRefused("body: seats_total is not a number of seats")
    seats = max(seats, len(members))
    return SittingFile(
        _text(body.get("name", ""), "body.name"), _text(document.get("date", ""), "date"),
        _text(body.get("country", ""), "body.country"), seats, members, votes, _read_checks(document.get("checks")),
    )  # fmt: skip


def _read_member(entry: Any, number: int) -> FileMember:  # noqa: ANN401 - see above
    where = f"member {number}"
    entry = _dict(entry, where)
    name = _text(_get(entry, "name", where), f"{where}.name")
    return FileMember(_id(entry, where), name, _text(entry.get("group") or "", f"{where}.group"))


def _read_vote(entry: Any, members: set[str], number: int) -> FileVote:  # noqa: ANN401 - see above
    entry = _dict(entry, f"vote {number}")
    vote_id = _id(entry, f"vote {number}")
    where = f"vote {vote_id}"
    choices = _dict(_get(entry, "choices", where), f"{where}.choices")
    for member, choice in choices.items():
        if member not in members:
            raise SittingFileRefused(f"{where}: {member!r} is no member of the file")
        if choice not in CHOICES:
            raise SittingFileRefused(f"{where}: {member!r} chose {choice!r}, which is none of {', '.join(CHOICES)}")
    majority = entry.get("majority", "unknown")
    if majority not in MAJORITIES:
        raise SittingFileRefused(f"{where}: unknown majority {majority!r}")
    required = entry.get("required_yes") or 0
    if type(required) is not int or not (majority == "fixed_number") <= required <= NUMBER_MAX:
        raise SittingFileRefused(f"{where}: required_yes is not a number of votes")
    official = _dict(_get(entry, "official", where), f"{where}.official")
    outcome = _outcome(official.get("outcome"), where) or _outcome(entry.get("derived_outcome"), where)
    secret = bool(entry.get("secret"))
    tie_break = entry.get("tie_break")
    return FileVote(
        vote_id, _long_text(entry.get("title") or "", f"{where}.title"), majority, required, choices,
        _read_figures(official, where), outcome, secret, _read_casting(tie_break, outcome, where), bool(tie_break),
        "" if choices else _why_not(entry, secret=secret),
    )  # fmt: skip


def _why_not(entry: dict[str, Any], *, secret: bool) -> str:
    if secret:
        return "a secret vote: no choices are named"
    return "voided: no choices are named" if entry.get("voided") else "no choices are named"


def _read_figures(official: dict[str, Any], where: str) -> dict[str, int]:
    """What the body printed; a figure it did not print is left out."""
    figures = {}
    for name in FIGURES:
        value = official.get(name)
        if value is None:
            continue
        if type(value) is not int or not 0 <= value <= NUMBER_MAX:
            raise SittingFileRefused(f"{where}: official.{name} is not a number")
        figures[name] = value
    return figures


def _outcome(value: Any, where: str) -> str:  # noqa: ANN401 - see above
    if value is None:
        return ""
    if value not in OUTCOMES:
        raise SittingFileRefused(f"{where}: the outcome {value!r} is neither adopted nor rejected")
    return str(value)


def _read_casting(tie_break: Any, outcome: str, where: str) -> str:  # noqa: ANN401 - see above
    """The casting vote: as given, else what the printed outcome says it must have been."""
    if not tie_break:
        return ""
    choice = _dict(tie_break, f"{where}.tie_break").get("choice")
    if choice in ("yes", "no"):
        return "for" if choice == "yes" else "against"
    if choice is not None:
        raise SittingFileRefused(f"{where}: the casting vote {choice!r} is neither yes nor no")
    return "for" if outcome == "adopted" else "against"


def _read_checks(checks: Any) -> dict[tuple[str, str], tuple[Any, Any]]:  # noqa: ANN401 - see above
    """`checks.mismatches`: [vote, field, "official", n, "counted", m] where the source contradicts itself.

    A row of another form explains nothing and is passed over.
    """
    mismatches = checks.get("mismatches") if type(checks) is dict else None
    rows = [row for row in (mismatches if type(mismatches) is list else []) if type(row) is list]
    return {
        (str(row[0]), str(row[1])): (row[3], row[5])
        for row in rows
        if len(row) == _MISMATCH_MEMBERS and (row[2], row[4]) == ("official", "counted")
    }


def _get(entry: Any, name: str, where: str) -> Any:  # noqa: ANN401 - see above
    if type(entry) is not dict or name not in entry:
        raise SittingFileRefused(f"{where}: {name} is missing")
    return entry[name]


def _list(document: Any, name: str) -> list[Any]:  # noqa: ANN401 - see above
    value = _get(document, name, "the file")
    if type(value) is not list:
        raise SittingFileRefused(f"{name} is not a list")
    return value


def _dict(value: Any, where: str) -> dict[str, Any]:  # noqa: ANN401 - see above
    if type(value) is not dict:
        raise SittingFileRefused(f"{where} is not an object")
    return value


def _id(entry: dict[str, Any], where: str) -> str:
    text = _text(_get(entry, "id", where), f"{where}.id")
    if not text:
        raise SittingFileRefused(f"{where}.id is empty")
    return text


def _text(value: Any, where: str) -> str:  # noqa: ANN401 - see above
    text = _long_text(value, where)
    if len(text) > TEXT_CHARACTERS_MAX:
        raise SittingFileRefused(f"{where} is longer than {TEXT_CHARACTERS_MAX} characters")
    return text


def _long_text(value: Any, where: str) -> str:  # noqa: ANN401 - see above
    if type(value) is int:
        value = str(value)
    if type(value) is not str:
        raise SittingFileRefused(f"{where} is not a text")
    if len(value) > TITLE_CHARACTERS_MAX or any("\ud800" <= character <= "\udfff" for character in value):
        raise SittingFileRefused(f"{where} is too long, or holds half a character")
    cleaned = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", " ", value)
    return unicodedata.normalize("NFC", cleaned).strip()


def _twice(ids: list[str]) -> str:
    return next(one for number, one in enumerate(ids) if one in ids[:number])
