"""`sitting.toml`: what the secretary writes to prepare a sitting, read strictly, every mistake named at once.

v = 1
sitting = "sednica-16"        body = "" with one body        title = "…"        day = "2026-12-03"
statutory = 39 (left out: chamber.toml's)        in_office = 38
roster = "roster.csv"        seats = "seats.csv"        documents = "documents"        rules = ""
[[speakers]]       id, name, sort
[[items]]          id, title, parent, documents = [{file, title, url}]
[[items.motions]]  id, title, sort, of, order, rule
[[votes]]          vote, item, motion, title, rule, mode, options, min, max, places, sign, change, duration_s, extend_s,
                   decisive

What is malformed is a problem and stands as empty in what is returned, so that the rest can be checked as well.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from controller.preparing.problems import Findings
from controller.preparing.sitting_toml_form import (
    document_entries,
    item_entries,
    motion_entries,
    read_table,
    sitting_entries,
    speaker_entries,
    vote_entries,
)
from protocol.agenda import Motion, Speaker

FILE_BYTES_MAX: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileDocument:
    """A document as an item mentions it; `title` is empty where the file's name stands for it."""

    where: str
    file: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class FileItem:
    """An item of the agenda; `where` names its table."""

    where: str
    id: str
    title: str
    parent: str
    documents: tuple[FileDocument, ...]
    motions: tuple[Motion, ...]


@dataclass(frozen=True, slots=True)
class FileVote:
    """A prepared vote; empty `title`, `rule` and `item` come from its motion or item."""

    where: str
    vote: str
    item: str
    motion: str
    title: str
    rule: str
    mode: str
    options: tuple[str, ...]
    min: int
    max: int
    places: int
    sign: str
    change: str
    duration_s: int
    extend_s: int
    decisive: bool


@dataclass(frozen=True, slots=True)
class SittingToml:
    """The file. `statutory` is 0 and `body` empty where left out; empty or 0 elsewhere is malformed, and reported."""

    sitting: str
    body: str
    title: str
    day: str
    statutory: int
    in_office: int
    roster: str
    seats: str
    documents: str
    rules: str
    speakers: tuple[Speaker, ...]
    items: tuple[FileItem, ...]
    votes: tuple[FileVote, ...]


def read_sitting_toml(path: Path, found: Findings) -> SittingToml | None:
    """Read the file; None if there is no table to check in it. Problems go to `found`."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            found.wrong(path.name, "file", found.gettext("larger than any sitting; give the sitting's own file"))
            return None
        table = tomllib.loads(path.read_bytes().decode("utf-8").removeprefix("\ufeff"))
    except FileNotFoundError:
        found.missing(path.name, "file", found.gettext("there is no such file; write one"))
        return None
    except OSError as error:
        found.wrong(path.name, "file", f"{error.strerror}")
        return None
    except UnicodeDecodeError:
        found.wrong(path.name, "file", found.gettext("not UTF-8; save the file as UTF-8"))
        return None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found.wrong(path.name, "file", found.gettext("no TOML; mend this place: %s") % error)
        return None
    return _read_file(table, found)


def _read_file(table: dict[str, Any], found: Findings) -> SittingToml:
    given = read_table("", table, sitting_entries(found), found)
    speakers = [
        Speaker(**read_table(f"[[speakers]] {number}", one, speaker_entries(found), found))
        for number, one in enumerate(given.pop("speakers"), 1)
    ]
    items = [_read_item(f"[[items]] {number}", one, found) for number, one in enumerate(given.pop("items"), 1)]
    votes = [_read_vote(f"[[votes]] {number}", one, found) for number, one in enumerate(given.pop("votes"), 1)]
    del given["v"]
    return SittingToml(**given, speakers=tuple(speakers), items=tuple(items), votes=tuple(votes))


def _read_item(where: str, table: dict[str, Any], found: Findings) -> FileItem:
    given = read_table(where, table, item_entries(found), found)
    documents = [
        FileDocument(place, **read_table(place, one, document_entries(found), found))
        for number, one in enumerate(given.pop("documents"), 1)
        for place in [f"{where}, documents {number}"]
    ]
    motions = [
        Motion(**read_table(f"{where}, [[items.motions]] {number}", one, motion_entries(found), found))
        for number, one in enumerate(given.pop("motions"), 1)
    ]
    return FileItem(where, **given, documents=tuple(documents), motions=tuple(motions))


def _read_vote(where: str, table: dict[str, Any], found: Findings) -> FileVote:
    given = read_table(where, table, vote_entries(found), found)
    return FileVote(where, **given | {"options": tuple(given["options"])})
