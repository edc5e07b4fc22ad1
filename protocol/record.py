"""What every record and message has in common: its form, who signs it, how it is written and read.

A class body names the members after `v` by annotations; `describe` makes of them the order, the checks and a pattern.
`read_as` accepts only bytes that encode back to themselves.

Source: `docs/protocol.md` sections 1, 2 and 6.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, ClassVar, TypeVar, get_type_hints

from protocol.encoding import canonical_json, from_canonical_json
from protocol.errors import PayloadRefused
from protocol.fields import Check, form_of
from protocol.jws import seal
from protocol.keys import Signer

VERSION = 1
PAYLOAD_BYTES_MAX = 4_096


class By(Enum):
    """Who may sign a kind."""

    # Members are looked up in sets for every record; Enum's own hash runs Python code each time.
    __hash__ = object.__hash__

    ROOT = "R"
    OFFICER = "O"
    SECRETARY = "S"
    CONTROLLER = "C"
    CARD = "K"
    DEVICE = "D"
    SESSION = "E"


@dataclass(frozen=True, slots=True)
class Record:
    """What every kind has in common: its name, who signs it, how large it may be."""

    kind: ClassVar[str]
    by: ClassVar[frozenset[By]]
    needs_ack: ClassVar[bool] = False
    payload_bytes_max: ClassVar[int] = PAYLOAD_BYTES_MAX
    names: ClassVar[tuple[str, ...]] = ()
    attributes: ClassVar[tuple[str, ...]] = ()
    checks: ClassVar[tuple[Check, ...]] = ()
    form: ClassVar["re.Pattern[str] | None"] = None
    readers: ClassVar[tuple[tuple[int, Callable[[str], Any]], ...]] = ()

    def payload(self) -> bytes:
        """The canonical payload bytes. Raises `PayloadRefused`: a member breaks its type, or it is too long."""
        values = [getattr(self, attribute) for attribute in self.attributes]
        for check, value in zip(self.checks, values, strict=True):
            check(list(value) if type(value) is tuple else value)
        data = canonical_json(dict(zip(self.names, (VERSION, *values), strict=True)))
        if len(data) > self.payload_bytes_max:
            raise PayloadRefused(f"a {self.kind} of {len(data)} bytes", "size")
        return data

    def seal(self, signer: Signer) -> bytes:
        """The signed envelope: the exact bytes of the log leaf."""
        return seal(self.kind, self.payload(), signer)


AnyRecord = TypeVar("AnyRecord", bound=Record)


def describe(record: type[AnyRecord], kind: str, by: str, *, payload_bytes_max: int) -> type[AnyRecord]:
    """Take member names and checks from a class body's annotations. `from_` is written `from`."""
    hints = get_type_hints(record, include_extras=True)
    members = [field.name for field in fields(record)]
    record.kind, record.payload_bytes_max = kind, payload_bytes_max
    record.by = frozenset(By(letter) for letter in by)
    record.names, record.attributes = ("v", *(name.rstrip("_") for name in members)), tuple(members)
    record.checks = tuple(hints[name].__metadata__[0] for name in members)
    forms = [form_of(check) for check in record.checks]
    known = [form for form in forms if form is not None]
    if len(known) == len(forms):
        pairs = zip(record.names[1:], known, strict=True)
        pattern = ",".join(f'"{name}":{form.pattern}' for name, form in pairs)
        record.form = re.compile(rf'\{{"v":1,{pattern}\}}')
        record.readers = tuple((place, form.read) for place, form in enumerate(known) if form.read is not None)
    return record


def read_as(record: type[Record], payload: bytes) -> Record:
    """Read a payload as this class. Raises `PayloadRefused`: too long, not canonical, wrong members."""
    kind = record.kind
    if len(payload) > record.payload_bytes_max:
        raise PayloadRefused(f"a {kind} of {len(payload)} bytes", "size")
    plain = _read_plain(record, payload)
    if plain is not None:
        return plain
    members = from_canonical_json(payload)
    if type(members) is not dict or tuple(members) != record.names or members["v"] != VERSION:
        raise PayloadRefused(f"not the members of a {kind}, in order", "members")
    values = iter(members.values())
    if type(next(values)) is not int:
        raise PayloadRefused("a version that is no integer", "members")
    return record(*[check(value) for check, value in zip(record.checks, values, strict=True)])


def _read_plain(record: type[Record], payload: bytes) -> Record | None:
    """Read a payload whose every member has the plain form of its type; None sends it the long way.

    One pattern matches only canonical bytes, so nothing is parsed or encoded again: ballots come by the thousand.
    """
    form = record.form
    match = form.fullmatch(payload.decode("ascii")) if form is not None and payload.isascii() else None
    if match is None:
        return None
    values: list[Any] = list(match.groups())
    for place, read in record.readers:
        values[place] = read(values[place])
    return record(*values)


def read_again(record: type[Record], payload: bytes) -> Record:
    """Read a payload that this log has accepted before, without checking it again: for recovery only."""
    plain = _read_plain(record, payload)
    if plain is not None:
        return plain
    members: dict[str, Any] = from_canonical_json(payload)
    del members["v"]
    return record(*[tuple(value) if type(value) is list else value for value in members.values()])
