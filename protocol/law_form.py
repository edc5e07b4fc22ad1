"""TOML as the files of law write it: known members only, of their own types, no floats.

Every refusal is one line: the part of the file with the rule's id, the member, what is wrong.

Source: `docs/protocol.md` section 8.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any, NoReturn

from protocol.errors import RulesRefused

CHARACTERS_MAX = 200_000
_LINE_MAX = 500
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPES = {str: "a text in quotes", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}


class _Float(str):
    """A number with a point or an exponent, kept as written so that the refusal can name its member."""

    __slots__ = ()


def refusal(where: str, what: str) -> RulesRefused:
    """The error to raise, in one line of bounded length: the file may hold line breaks and direction marks."""
    line = f"{where}: {what}"
    shown = line if line.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)
    return RulesRefused(shown[:_LINE_MAX])


def refuse(where: str, what: str) -> NoReturn:
    """Raise `refusal`."""
    raise refusal(where, what)


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a file. Raises `RulesRefused`: too long, no TOML, another version than 1."""
    if len(text) > CHARACTERS_MAX:
        refuse("file", f"longer than {CHARACTERS_MAX} characters")
    try:
        table = tomllib.loads(text, parse_float=_Float)
    except (ValueError, RecursionError) as error:
        raise refusal("file", f"no TOML: {error}") from error
    if type(table.get("v")) is not int or table["v"] != 1:
        refuse("v", "write v = 1, the version of this form")
    return table


def check_table(
    where: str,
    table: Any,  # noqa: ANN401 - untyped TOML becomes typed here
    required: Mapping[str, type],
    optional: Mapping[str, type],
) -> dict[str, Any]:
    """`table` if it has every `required` member, no member beyond the `optional` ones, and each of its type."""
    if type(table) is not dict:
        refuse(where, "not a table")
    known = {**required, **optional}
    for name, value in table.items():
        if name not in known:
            refuse(where, f"unknown member {name}; known are: {', '.join(known)}")
        check_type(f"{where}: {name}", value, known[name])
    for name in required:
        if name not in table:
            refuse(where, f"{name} is missing")
    return table


def check_type(where: str, value: Any, kind: type) -> None:  # noqa: ANN401 - as above
    """Refuse a value of another type; a float by its name, since it is the mistake to expect."""
    if type(value) is _Float:
        refuse(where, f"{value} is a float; write fractions as numerator and denominator, in whole numbers")
    if type(value) is not kind:
        refuse(where, f"must be {_TYPES[kind]}")


def check_texts(where: str, values: list[Any]) -> tuple[str, ...]:
    """A list of texts, none empty."""
    for number, value in enumerate(values, 1):
        check_type(f"{where} {number}", value, str)
        if not value.strip():
            refuse(f"{where} {number}", "empty")
    return tuple(values)


def check_words(where: str, table: dict[str, Any]) -> dict[str, str]:
    """A table of texts, none empty."""
    for name, value in table.items():
        check_type(f"{where} {name}", value, str)
        if not value.strip():
            refuse(f"{where} {name}", "empty")
    return table


def read_day(text: str, where: str) -> int:
    """A day of the calendar, as a number that counts days. Raises `RulesRefused`: not a day like 2024-01-31."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).toordinal()
    except ValueError:
        pass
    refuse(where, f"{text!r} is no day; write it like 2024-01-31")


def window(valid_from: str, valid_to: str, where: str) -> tuple[int, int]:
    """(first, last) day of validity as numbers; an open end is the end of the calendar."""
    first = read_day(valid_from, f"{where}: valid_from") if valid_from else date.min.toordinal()
    last = read_day(valid_to, f"{where}: valid_to") if valid_to else date.max.toordinal()
    if first > last:
        refuse(where, f"valid_to {valid_to} is before valid_from {valid_from}")
    return first, last
