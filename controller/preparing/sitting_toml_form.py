"""The tables of `sitting.toml`: which entries each has, what fits them, and what to write where it does not.

The words are made for one language at a time, so the tables are functions.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from controller.preparing.problems import Findings
from protocol.agenda_form import ATTACHMENT, MOTION, MOTION_SORTS
from protocol.errors import PayloadRefused
from protocol.fields import Check, check_long_text, check_text, is_identifier
from protocol.records import PLAIN_OPTIONS

SEATS_MAX: Final = 3_000
TITLE_CHARACTERS_MAX: Final = 10_000
SECONDS_MAX: Final = 86_400
MODES: Final = ("open", "paper", "test")
"""Secret electronic votes come later; a secret vote is held on paper."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Entry(NamedTuple):
    """An entry of a table: what fits, what to write instead, what stands for it when it is absent or malformed."""

    fits: Callable[[Any], bool]
    write: str
    empty: Any
    required: bool = False


Entries = Mapping[str, Entry]


def read_table(where: str, table: dict[str, Any], entries: Entries, found: Findings) -> dict[str, Any]:
    """Every entry with its value, or with its empty one after a problem."""
    before = f"{where}: " if where else ""
    for name in table:
        if name not in entries:
            said = {"known": ", ".join(entries)}
            words = found.gettext("no such entry here; write only %(known)s") % said
            found.wrong(before + name, "entry-unknown", words)
    values = {}
    for name, entry in entries.items():
        values[name] = entry.empty
        if name not in table:
            if entry.required:
                words = found.gettext("missing; write %(form)s") % {"form": entry.write}
                found.missing(before + name, "entry-missing", words)
        elif entry.fits(table[name]):
            values[name] = table[name]
        else:
            words = found.gettext("malformed; write %(form)s") % {"form": entry.write}
            found.wrong(before + name, "entry-malformed", words)
    return values


# --- What fits. ---------------------------------------------------------------------------------------------
# The checks take Any on purpose: they are where untyped TOML becomes typed.


def _is_identifier(value: Any) -> bool:  # noqa: ANN401 - see above
    return type(value) is str and is_identifier(value)


def _accepts(check: Check) -> Callable[[Any], bool]:
    """What a check of the protocol lets pass."""

    def fits(value: Any) -> bool:  # noqa: ANN401 - see above
        try:
            check(value)
        except PayloadRefused:
            return False
        return True

    return fits


def _is_text(value: Any) -> bool:  # noqa: ANN401 - see above
    return _accepts(check_text)(value) and bool(value.strip())


def _is_title(value: Any) -> bool:  # noqa: ANN401 - see above
    return _accepts(check_long_text)(value) and bool(value.strip()) and len(value) <= TITLE_CHARACTERS_MAX


def _is_path(value: Any) -> bool:  # noqa: ANN401 - see above
    return type(value) is str and bool(value.strip()) and value.isprintable()


def _is_day(value: Any) -> bool:  # noqa: ANN401 - see above
    if type(value) is not str or _DAY.fullmatch(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_tables(value: Any) -> bool:  # noqa: ANN401 - see above
    return type(value) is list and all(type(table) is dict for table in value)


def _is_options(value: Any) -> bool:  # noqa: ANN401 - see above
    return type(value) is list and bool(value) and all(_is_identifier(option) for option in value)


def _number(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _one_of(words: Sequence[str]) -> Callable[[Any], bool]:
    return lambda value: type(value) is str and value in words


def _or_empty(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value == "" or fits(value)


# --- The tables. --------------------------------------------------------------------------------------------


def sitting_entries(found: Findings) -> Entries:
    """The file itself."""
    file, seats = found.gettext("the path of a file, from this one"), _number(1, SEATS_MAX)
    return {
        "v": Entry(lambda value: type(value) is int and value == 1, "v = 1", 1, required=True),
        "sitting": _id(found, required=True),
        "body": Entry(_or_empty(_is_identifier), found.gettext("a body of chamber.toml"), ""),
        "title": Entry(_is_text, found.gettext("a text of 1 to 300 characters"), "", required=True),
        "day": Entry(_is_day, found.gettext("the day in quotes, as 2026-12-03"), "", required=True),
        "statutory": Entry(seats, found.gettext("the seats by law, a number of 1 to 3000"), 0),
        "in_office": Entry(seats, found.gettext("the members in office, a number of 1 to 3000"), 0, required=True),
        "roster": Entry(_is_path, file, "", required=True),
        "seats": Entry(_is_path, file, "", required=True),
        "documents": Entry(_or_empty(_is_path), found.gettext("the path of a folder, from this file"), ""),
        "rules": Entry(_or_empty(_is_path), file, ""),
        "speakers": _tables(found, "[[speakers]]"),
        "items": _tables(found, "[[items]]"),
        "votes": _tables(found, "[[votes]]"),
    }


def speaker_entries(found: Findings) -> Entries:
    """Somebody who is no member."""
    return {
        "id": _id(found, required=True),
        "name": _title(found, required=True),
        "sort": Entry(_is_identifier, found.gettext("in what office: mayor, treasurer, resident"), "", required=True),
    }


def item_entries(found: Findings) -> Entries:
    """An item."""
    return {
        "id": _id(found, required=True),
        "title": _title(found, required=True),
        "parent": Entry(_or_empty(_is_identifier), found.gettext("the id of an item before this one"), ""),
        "documents": _tables(found, "documents = [{file = …}]"),
        "motions": _tables(found, "[[items.motions]]"),
    }


def document_entries(found: Findings) -> Entries:
    """A document of an item."""
    return {
        "file": Entry(_is_path, found.gettext("the name of a file in the folder of documents"), "", required=True),
        "title": _title(found),
        "url": Entry(
            _accepts(ATTACHMENT["url"]),
            found.gettext("an https address in ASCII"),
            "",
        ),
    }


def motion_entries(found: Findings) -> Entries:
    """A motion of an item."""
    return {
        "id": _id(found, required=True),
        "title": _title(found, required=True),
        "sort": Entry(_one_of(MOTION_SORTS), ", ".join(MOTION_SORTS), "motion"),
        "of": Entry(_or_empty(_is_identifier), found.gettext("the id of the motion that it amends"), ""),
        "order": Entry(_number(0, SEATS_MAX), found.gettext("a number of 0 to 3000"), 0),
        "rule": Entry(_accepts(MOTION["rule"]), found.gettext("the id of a rule, as rs.present"), ""),
    }


def vote_entries(found: Findings) -> Entries:
    """A prepared vote."""
    number = _number(1, SEATS_MAX)
    count, seconds = found.gettext("a number of 1 to 3000"), found.gettext("seconds, 0 for none")
    return {
        "vote": _id(found, required=True),
        "item": Entry(_or_empty(_is_identifier), found.gettext("the id of an item"), ""),
        "motion": Entry(_or_empty(_is_identifier), found.gettext("the id of a motion"), ""),
        "title": _title(found),
        "rule": Entry(_accepts(MOTION["rule"]), found.gettext("the id of a rule, as rs.present"), ""),
        "mode": Entry(_one_of(MODES), ", ".join(MODES), "open"),
        "options": Entry(_is_options, found.gettext('a list of identifiers, as ["for", "against"]'), PLAIN_OPTIONS),
        "min": Entry(number, count, 1),
        "max": Entry(number, count, 1),
        "places": Entry(number, count, 1),
        "sign": Entry(_one_of(("session", "card")), "session, card", "session"),
        "change": Entry(_one_of(("last", "first")), "last, first", "last"),
        "duration_s": Entry(_number(0, SECONDS_MAX), seconds, 0),
        "extend_s": Entry(_number(0, SECONDS_MAX), seconds, 0),
        "decisive": Entry(lambda value: type(value) is bool, "true, false", empty=False),
    }


def _id(found: Findings, *, required: bool) -> Entry:
    return Entry(_is_identifier, found.gettext("an identifier of a-z, 0-9 and hyphens, at most 40"), "", required)


def _title(found: Findings, *, required: bool = False) -> Entry:
    fits = _is_title if required else _or_empty(_is_title)
    return Entry(fits, found.gettext("a text of composed letters, at most 10000 characters"), "", required)


def _tables(found: Findings, name: str) -> Entry:
    return Entry(_is_tables, found.gettext("a table %s for each") % name, ())
