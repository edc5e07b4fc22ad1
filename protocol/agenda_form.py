"""The types of an agenda's members: each check returns the value or raises, each table is an object's members in order.

Source: `docs/protocol.md` sections 1 and 6.6.
"""

import re
from collections.abc import Mapping
from typing import Any

from protocol.errors import AgendaRefused, PayloadRefused
from protocol.fields import INTEGER_MAX, Check, check_identifier, check_long_text, one_of

MOTION_SORTS = ("motion", "amendment", "rival")
RULE_CHARACTERS_MAX = 60
_HASH = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][!#-;=?-~]*)?")
# The checks below take Any on purpose: they are where untyped JSON becomes typed.


def read_members(value: Any, checks: Mapping[str, Check], what: str) -> dict[str, Any]:  # noqa: ANN401 - see above
    """The members of a JSON object by a table below; `what` names it. Raises `AgendaRefused`: they are not these."""
    if type(value) is not dict or list(value) != list(checks):
        raise AgendaRefused(f"{what} has exactly the members {', '.join(checks)}, in this order")
    made = {}
    for name, check in checks.items():
        try:
            made[name] = check(value[name])
        except PayloadRefused as error:
            raise AgendaRefused(f"{what}: {name} is {error.fact}") from error
    return made


def _string(pattern: re.Pattern[str], what: str) -> Check:
    def check(value: Any) -> str:  # noqa: ANN401 - see above
        if type(value) is not str or pattern.fullmatch(value) is None:
            raise PayloadRefused(f"not {what}", "member")
        return value

    return check


def _or_empty(check: Check) -> Check:
    return lambda value: value if type(value) is str and not value else check(value)


def _version(value: Any) -> int:  # noqa: ANN401 - see above
    if type(value) is not int or value != 1:
        raise PayloadRefused("not 1, the only version there is", "member")
    return value


def _natural(value: Any) -> int:  # noqa: ANN401 - see above
    if type(value) is not int or not 0 <= value <= INTEGER_MAX:
        raise PayloadRefused("not an integer of 0..2^53-1", "member")
    return value


def _title(value: Any) -> str:  # noqa: ANN401 - see above
    """Titles of acts of law run to many lines, so only the whole document bounds them."""
    text = check_long_text(value)
    if not text:
        raise PayloadRefused("empty", "member")
    return text


def _rule(value: Any) -> str:  # noqa: ANN401 - see above
    text = check_long_text(value)
    if len(text) > RULE_CHARACTERS_MAX:
        raise PayloadRefused(f"longer than {RULE_CHARACTERS_MAX} characters", "member")
    return text


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - see above
    if type(value) is not list:
        raise PayloadRefused("not a list", "member")
    return value


Members = dict[str, Check]
SHORT_DOCUMENT: Members = {"v": _version, "items": _list}
DOCUMENT: Members = {**SHORT_DOCUMENT, "speakers": _list}
SHORT_ITEM: Members = {"id": check_identifier, "title": _title}
ITEM: Members = {**SHORT_ITEM, "parent": _or_empty(check_identifier), "documents": _list, "motions": _list}
ATTACHMENT: Members = {
    "hash": _string(_HASH, "a hash of 43 base64url characters"),
    "title": _title,
    "url": _or_empty(_string(_URL, "empty or an https address in ASCII")),
}
MOTION: Members = {
    "id": check_identifier,
    "title": _title,
    "sort": one_of(*MOTION_SORTS),
    "of": _or_empty(check_identifier),
    "order": _natural,
    "rule": _rule,
}
SPEAKER: Members = {"id": check_identifier, "name": _title, "sort": check_identifier}
