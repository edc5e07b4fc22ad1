"""Members and seats of a sitting, from their two tables: who may vote, where, with which card at which device.

`roster.csv`: id, name, group, seat, card, grade. `seats.csv`: id, place, device. `card` is a P-256 public key as `x.y`,
`device` an Ed25519 public key, both base64url; empty before enrolment.

Source: `docs/protocol.md` sections 3 and 6.4.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from controller.conduct import member_entry, seat_entry
from controller.preparing.name_checks import check_characters, check_name, likenesses, mixed_name
from controller.preparing.problems import Findings
from controller.preparing.roster_csv import Row, read_rows
from protocol.errors import KeyRefused
from protocol.fields import CARD_GRADES, TEXT_CHARACTERS_MAX, is_identifier
from protocol.keys import Jwk, key_of_jwk
from protocol.records import MAYOR

MEMBER_COLUMNS: Final = ("id", "name", "group", "seat")
MEMBER_OPTIONAL: Final = ("card", "grade")
SEAT_COLUMNS: Final = ("id", "place")
SEAT_OPTIONAL: Final = ("device",)
GRADE: Final = "piv"


@dataclass(frozen=True, slots=True)
class PreparedRoster:
    """Entries as `roster-part` has them, in the order of the tables. `seat_of`: the seats of members who have one."""

    members: tuple[dict[str, Any], ...]
    seats: tuple[dict[str, Any], ...]
    seat_of: Mapping[str, str]

    @property
    def mayor(self) -> bool:
        """True if a mayor stands in it, who holds no mandate."""
        return any(member["id"] == MAYOR for member in self.members)

    @property
    def councillors(self) -> int:
        """How many hold a mandate."""
        return len(self.members) - self.mayor


def check_roster(roster: Path, seats: Path, found: Findings) -> PreparedRoster:
    """Read and check both tables. What is missing in them, or wrong, goes to `found`."""
    member_rows = read_rows(roster, MEMBER_COLUMNS, MEMBER_OPTIONAL, found)
    seat_rows = read_rows(seats, SEAT_COLUMNS, SEAT_OPTIONAL, found)
    seat_entries = _check_seats(seat_rows or [], found)
    members = _check_members(member_rows or [], found)
    known = None if seat_rows is None else {entry["id"] for entry in seat_entries}
    return PreparedRoster(members, seat_entries, _check_places(member_rows or [], known, found))


def check_numbers(roster: PreparedRoster, file: str, statutory: int, in_office: int, found: Findings) -> None:
    """Seats by law, mandates filled, members listed: each as many as the one before allows. 0 is not known."""
    if statutory and in_office > statutory:
        said = {"in_office": in_office, "statutory": statutory}
        words = found.gettext("%(in_office)d members in office on %(statutory)d seats; correct one of the numbers")
        found.wrong("in_office", "in-office-above-statutory", words % said)
    listed = roster.councillors
    if not in_office or not listed:
        return
    if listed < in_office:
        words = found.words.ngettext(
            "%(count)d member in office is missing from the roster; add the row, or correct in_office",
            "%(count)d members in office are missing from the roster; add their rows, or correct in_office",
            in_office - listed,
        )
        found.missing(file, "members-missing", words % {"count": in_office - listed})
    elif listed > in_office:
        said = {"listed": listed, "in_office": in_office}
        words = found.gettext("%(listed)d members for %(in_office)d in office; take rows away, or correct in_office")
        found.wrong(file, "members-too-many", words % said)


# --- Members. -----------------------------------------------------------------------------------------------


def _check_members(rows: Sequence[Row], found: Findings) -> tuple[dict[str, Any], ...]:
    _check_ids(rows, found)
    cards = _KeyReader("card", found)
    entries = []
    for row in rows:
        cell = {column: text.strip() for column, text in row.cells.items()}
        name, group = row.cells["name"], row.cells["group"]
        for fault in check_name(name, found.words):
            found.wrong(row.where, fault.code, fault.words)
        if mixture := mixed_name(name, found.words):
            found.warn(row.where, "name-scripts", mixture)
        _check_short(row.where, "group", group, found)
        grade = cell["grade"].lower() or GRADE
        if grade not in CARD_GRADES:
            said = {"grades": ", ".join(CARD_GRADES)}
            found.wrong(row.where, "grade", found.gettext("unknown grade; write one of %(grades)s") % said)
        jwk = cards.read(row.where, cell["card"], _p256)
        if not cell["card"] and grade == GRADE:
            words = found.gettext("%(member)s has no card yet; enrol it and write its key")
            found.missing(row.where, "card-missing", words % {"member": cell["id"]})
        entries.append(member_entry(cell["id"], name, group, jwk, grade))
    for likeness in likenesses([row.cells["name"] for row in rows], found.words):
        if likeness.same:
            found.warn(rows[likeness.second].where, "names-same", likeness.words)
        else:
            found.wrong(rows[likeness.second].where, "names-look-alike", likeness.words)
    return tuple(entries)


def _check_ids(rows: Sequence[Row], found: Findings) -> None:
    seen: dict[str, str] = {}
    for row in rows:
        name = row.cells["id"].strip()
        if not is_identifier(name):
            words = found.gettext("the id %(id)s is none; write an identifier of a-z, 0-9 and hyphens, at most 40")
            found.wrong(row.where, "id-malformed", words % {"id": repr(name)})
        elif name in seen:
            words = found.gettext("the id %(id)s stands in %(first)s already; write another")
            found.wrong(row.where, "id-doubled", words % {"id": name, "first": seen[name]})
        else:
            seen[name] = row.where


def _check_short(where: str, column: str, text: str, found: Findings) -> None:
    for fault in check_characters(text, found.words):
        found.wrong(where, fault.code, f"{column}: {fault.words}")
    if len(text) > TEXT_CHARACTERS_MAX:
        words = found.gettext("shorten it to %(most)d characters") % {"most": TEXT_CHARACTERS_MAX}
        found.wrong(where, "text-long", f"{column}: {words}")


# --- Seats. -------------------------------------------------------------------------------------------------


def _check_seats(rows: Sequence[Row], found: Findings) -> tuple[dict[str, Any], ...]:
    _check_ids(rows, found)
    devices = _KeyReader("device", found)
    entries = []
    for row in rows:
        cell = {column: text.strip() for column, text in row.cells.items()}
        _check_short(row.where, "place", cell["place"], found)
        jwk = devices.read(row.where, cell["device"], _ed25519)
        if not cell["device"]:
            words = found.gettext("seat %(seat)s has no device yet; enrol it and write its key")
            found.missing(row.where, "device-missing", words % {"seat": cell["id"]})
        entries.append(seat_entry(cell["id"], jwk, cell["place"]))
    return tuple(entries)


def _check_places(rows: Sequence[Row], known: set[str] | None, found: Findings) -> dict[str, str]:
    """Which seat each member has. A seat that no table could be read for is not called unknown."""
    seat_of: dict[str, str] = {}
    taken: dict[str, str] = {}
    for row in rows:
        member, seat = row.cells["id"].strip(), row.cells["seat"].strip()
        said = {"member": member, "seat": seat, "other": taken.get(seat, "")}
        if not seat:
            words = found.gettext("%(member)s has no seat: votes by assisted ballot only")
            found.warn(row.where, "seat-none", words % said)
        elif known is not None and seat not in known:
            words = found.gettext("there is no seat %(seat)s; write one of the table of seats, or add it there")
            found.wrong(row.where, "seat-unknown", words % said)
        elif seat in taken:
            words = found.gettext("seat %(seat)s is that of %(other)s; write another")
            found.wrong(row.where, "seat-doubled", words % said)
        else:
            taken[seat] = member
            seat_of[member] = seat
    return seat_of


# --- Keys. --------------------------------------------------------------------------------------------------


class _KeyReader:
    """Reads the keys of one column; a key belongs to one row."""

    def __init__(self, column: str, found: Findings) -> None:
        self.column, self.found = column, found
        self._seen: dict[str, str] = {}

    def read(self, where: str, text: str, form: Callable[[str], Jwk]) -> Jwk:
        """The key as a JWK; `{}` for none, and after a problem."""
        if not text:
            return {}
        try:
            key = key_of_jwk(form(text))
        except KeyRefused as error:
            words = self.found.gettext("the key of the %(column)s is none (%(fact)s); enrol it again")
            self.found.wrong(where, f"{self.column}-malformed", words % {"column": self.column, "fact": error.fact})
            return {}
        first = self._seen.setdefault(key.thumbprint, where)
        if first != where:
            words = self.found.gettext("this key of a %(column)s stands in %(first)s already; enrol one of its own")
            self.found.wrong(where, f"{self.column}-doubled", words % {"column": self.column, "first": first})
        return key.jwk()


def _p256(text: str) -> Jwk:
    x, _, y = text.partition(".")
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def _ed25519(text: str) -> Jwk:
    return {"crv": "Ed25519", "kty": "OKP", "x": text}
