"""Who comes into a roster in mid-sitting: rows written by hand, or tables like those that a sitting is prepared with.

They go through the same checks as the roster of a new sitting, against the seats that are in force.

Source: `docs/protocol.md` section 6.4.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from controller.preparing.problems import Findings
from controller.preparing.roster_checks import check_roster
from controller.procedures.entries import SheetRefused
from controller.procedures.log_view import LogView
from protocol.explain import Catalogue
from protocol.state import SittingState

MEMBER_COLUMNS = ("id", "name", "group", "seat", "card")
SEAT_COLUMNS = ("id", "place", "device")
_NOTHING = "nothing"
Entries = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Additions:
    """Where those who come are written: a table of members, one of seats, rows `id,name,group,seat,card`."""

    members: Path | None = None
    seats: Path | None = None
    rows: Sequence[str] = ()


def read_additions(view: LogView, sitting: SittingState, asked: Additions, words: Catalogue) -> tuple[Entries, Entries]:
    """(members, seats) who come, as entries of `roster-part`.

    Raises `SheetRefused`: a line for everything that is wrong or missing in them.
    """
    found = Findings(words)
    members: Entries = []
    with TemporaryDirectory() as place:
        none, rows, here = Path(place) / _NOTHING, Path(place) / "--add", Path(place) / "seats"
        _write(none, MEMBER_COLUMNS, ())
        _write(rows, MEMBER_COLUMNS, csv.reader(asked.rows))
        _write(here, SEAT_COLUMNS, _seats_in_force(view, sitting))
        seats = list(check_roster(none, asked.seats, found).seats) if asked.seats is not None else []
        _write(here, SEAT_COLUMNS, (*_seats_in_force(view, sitting), *_rows_of(seats)))
        for table in (asked.members, rows if asked.rows else None):
            if table is not None:
                members += check_roster(table, here, found).members
    problems = [
        f"{one.where}: {one.words}" for level in ("wrong", "missing") for one in found.problems if one.level == level
    ]
    if problems:
        raise SheetRefused("\n".join(problems))
    return members, seats


def _seats_in_force(view: LogView, sitting: SittingState) -> list[tuple[str, str, str]]:
    return [(seat.id, seat.place, view.state.keys[seat.kid].key.jwk()["x"]) for seat in sitting.seats.values()]


def _rows_of(seats: Entries) -> list[tuple[str, str, str]]:
    return [(seat["id"], seat["place"], seat["jwk"].get("x", "")) for seat in seats]


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
