"""The types of record members: each a check that returns the value or raises.

A record class names these in its annotations; `records.py` builds its reader from them.

Source: `docs/protocol.md` section 1.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from protocol.encoding import from_base64url, is_normal
from protocol.errors import EnvelopeRefused, PayloadRefused
from protocol.keys import Jwk

INTEGER_MAX = 2**53 - 1
_IDENTIFIER = re.compile(r"[a-z0-9-]{1,40}")
_HASH = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{85}[AQgw]")
_SEEN = re.compile(r"(0|[1-9][0-9]{0,15}):[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
_ORIGIN = re.compile(r"chamber/[a-z0-9-]{1,40}/[a-z0-9-]{1,40}/[a-z0-9-]{1,40}")
_CARD_UID = re.compile(r"(?:[0-9a-f]{2}){4}|(?:[0-9a-f]{2}){7}|(?:[0-9a-f]{2}){10}")
_MEMBER_NAMES = ["id", "name", "group", "auth", "jwk"]
_SEAT_NAMES = ["id", "jwk", "place"]
CARD_GRADES = ("piv", "ntag424", "uid")
ATTESTED_KINDS = ("ntag424", "uid")
"""Cards that cannot sign: the controller attests their sessions."""
MIRROR_BYTES_MAX = 256
TEXT_CHARACTERS_MAX = 300

Check = Callable[[Any], Any]
WORDS: dict[Check, tuple[str, ...]] = {}
"""The words of each check that `one_of` made."""
# The checks below take Any on purpose: they are where untyped JSON becomes typed.


def _pattern(pattern: re.Pattern[str], what: str, *, empty: bool = False) -> Check:
    matches = pattern.fullmatch

    def check(value: Any) -> str:  # noqa: ANN401 - see above
        if type(value) is not str or (matches(value) is None and not (empty and value == "")):
            raise PayloadRefused(f"not {what}", "member")
        return value

    return check


def _integer(value: Any) -> int:  # noqa: ANN401 - see above
    if type(value) is not int or not 0 <= value <= INTEGER_MAX:
        raise PayloadRefused("not an integer of 0..2^53-1", "member")
    return value


def _flag(value: Any) -> int:  # noqa: ANN401 - see above
    if type(value) is not int or value not in {0, 1}:
        raise PayloadRefused("not 0 or 1", "member")
    return value


def check_text(value: Any) -> str:  # noqa: ANN401 - see above
    """A text of at most 300 characters. Raises `PayloadRefused`."""
    if type(value) is not str or len(value) > TEXT_CHARACTERS_MAX or not is_normal(value):
        raise PayloadRefused("not a short text in normal form C", "member")
    return value


def check_long_text(value: Any) -> str:  # noqa: ANN401 - see above
    """A text bounded only by its record. Raises `PayloadRefused`."""
    if type(value) is not str or not is_normal(value):
        raise PayloadRefused("not a text in normal form C", "member")
    return value


def one_of(*words: str) -> Check:
    """A check for one of a few words."""
    allowed = frozenset(words)

    def check(value: Any) -> str:  # noqa: ANN401 - see above
        if type(value) is not str or value not in allowed:
            raise PayloadRefused(f"not one of {', '.join(words)}", "member")
        return value

    WORDS[check] = words
    return check


def is_identifier(text: str) -> bool:
    """True for an identifier: `a-z`, `0-9` and hyphens, at most 40."""
    return _IDENTIFIER.fullmatch(text) is not None


def _encoded(*lengths: int) -> Check:
    """A check for canonical base64url of bytes of one of these lengths; 0 is the empty text."""

    def check(value: Any) -> str:  # noqa: ANN401 - see above
        if type(value) is not str:
            raise PayloadRefused("not base64url", "member")
        try:
            length = len(from_base64url(value.encode("ascii")))
        except (EnvelopeRefused, UnicodeEncodeError) as error:
            raise PayloadRefused("not base64url", "member") from error
        if length not in lengths:
            raise PayloadRefused("base64url of another length", "member")
        return value

    return check


def is_card_uid(text: str) -> bool:
    """True for a card's UID: 4, 7 or 10 bytes in lower-case hex."""
    return _CARD_UID.fullmatch(text) is not None


def _tuple_of(check: Check) -> Check:
    def check_all(value: Any) -> tuple[Any, ...]:  # noqa: ANN401 - see above
        if type(value) is not list:
            raise PayloadRefused("not a list", "member")
        return tuple([check(item) for item in value])

    return check_all


def _jwk(value: Any) -> Jwk:  # noqa: ANN401 - see above
    """Only the form; whether the point may be trusted is asked where the key enters the log."""
    if type(value) is not dict or not all(type(text) is str for text in value.values()):
        raise PayloadRefused("not a key", "member")
    if list(value) not in (["crv", "kty", "x"], ["crv", "kty", "x", "y"], []):
        raise PayloadRefused("a key whose members are not those of RFC 7638", "member")
    return value


def _member(value: Any) -> dict[str, Any]:  # noqa: ANN401 - see above
    if type(value) is not dict or list(value) != _MEMBER_NAMES:
        raise PayloadRefused("not a member entry", "member")
    check_identifier(value["id"])
    if not check_text(value["name"]):
        raise PayloadRefused("a member without a name", "member")
    check_text(value["group"])
    _grade(value["auth"])
    _jwk(value["jwk"])
    return value


def _seat(value: Any) -> dict[str, Any]:  # noqa: ANN401 - see above
    if type(value) is not dict or list(value) != _SEAT_NAMES:
        raise PayloadRefused("not a seat entry", "member")
    check_identifier(value["id"])
    _jwk(value["jwk"])
    check_text(value["place"])
    return value


check_identifier = _pattern(_IDENTIFIER, "an identifier of a-z, 0-9 and hyphens, at most 40")
_grade = one_of(*CARD_GRADES)


class Form(NamedTuple):
    """How most values of a type stand in canonical JSON: a pattern with one group, and what reads the group.

    A short cut, never a judge: what a form does not match is read and refused by the type's check. All forms are
    ASCII. Without `read` the group is the value.
    """

    pattern: str
    read: Callable[[str], Any] | None = None


def _words(group: str) -> tuple[str, ...]:
    return tuple(group[1:-1].split('","')) if group else ()


def _numbers(group: str) -> tuple[int, ...]:
    return tuple(int(number) for number in group.split(",")) if group else ()


def _ed25519(group: str) -> Jwk:
    return {"crv": "Ed25519", "kty": "OKP", "x": group}


def _quoted(pattern: re.Pattern[str], *, empty: bool = False) -> Form:
    inner = re.sub(r"\((?!\?)", "(?:", pattern.pattern)
    return Form(f'"({inner}{"|" if empty else ""})"')


_NATURAL = "(0|[1-9][0-9]{0,14})"
_IDENTIFIER_LIST = r'\[((?:"[a-z0-9-]{1,40}"(?:,"[a-z0-9-]{1,40}")*)?)\]'
_NUMBER_LIST = r"\[((?:(?:0|[1-9][0-9]{0,14})(?:,(?:0|[1-9][0-9]{0,14}))*)?)\]"
_PLAIN_TEXT = r'"([ !#-\[\]-~]{0,%d})"'

_optional_identifier = _pattern(_IDENTIFIER, "an identifier or empty", empty=True)
_hash = _pattern(_HASH, "a hash of 43 base64url characters")
_optional_hash = _pattern(_HASH, "a hash or empty", empty=True)
_signature = _pattern(_SIGNATURE, "a signature of 86 base64url characters")
_seen = _pattern(_SEEN, "`size:root`")
_origin = _pattern(_ORIGIN, "the log's origin")
_identifiers = _tuple_of(check_identifier)
_naturals = _tuple_of(_integer)

Identifier = Annotated[str, check_identifier]
OptionalIdentifier = Annotated[str, _optional_identifier]
Hash = Annotated[str, _hash]
OptionalHash = Annotated[str, _optional_hash]
SignatureText = Annotated[str, _signature]
Seen = Annotated[str, _seen]
Origin = Annotated[str, _origin]
Natural = Annotated[int, _integer]
Flag = Annotated[int, _flag]
Text = Annotated[str, check_text]
LongText = Annotated[str, check_long_text]
Identifiers = Annotated[tuple[str, ...], _identifiers]
Hashes = Annotated[tuple[str, ...], _tuple_of(_pattern(_HASH, "a hash"))]
Naturals = Annotated[tuple[int, ...], _naturals]
KeyObject = Annotated[Jwk, _jwk]
CardUid = Annotated[str, _pattern(_CARD_UID, "a UID of 4, 7 or 10 bytes in lower-case hex")]
OptionalBlock = Annotated[str, _encoded(0, 16)]
TwoBlocks = Annotated[str, _encoded(32)]
MirrorText = Annotated[str, _encoded(*range(MIRROR_BYTES_MAX + 1))]
FORMS: dict[Check, Form] = {
    check_identifier: _quoted(_IDENTIFIER),
    _optional_identifier: _quoted(_IDENTIFIER, empty=True),
    _hash: _quoted(_HASH),
    _optional_hash: _quoted(_HASH, empty=True),
    _signature: _quoted(_SIGNATURE),
    _seen: _quoted(_SEEN),
    _origin: _quoted(_ORIGIN),
    _integer: Form(_NATURAL, int),
    _flag: Form("([01])", int),
    check_text: Form(_PLAIN_TEXT % TEXT_CHARACTERS_MAX),
    check_long_text: Form(_PLAIN_TEXT % 4096),
    _identifiers: Form(_IDENTIFIER_LIST, _words),
    _naturals: Form(_NUMBER_LIST, _numbers),
    _jwk: Form(r'\{"crv":"Ed25519","kty":"OKP","x":"([A-Za-z0-9_-]{1,90})"\}', _ed25519),
}
"""Types that have a form; words of `one_of` get theirs from `form_of`."""


def form_of(check: Check) -> Form | None:
    """The form of a type, if it has one."""
    allowed = WORDS.get(check)
    if allowed is not None:
        return Form(f'"({"|".join(re.escape(word) for word in allowed)})"')
    return FORMS.get(check)


MemberEntries = Annotated[tuple[dict[str, Any], ...], _tuple_of(_member)]
SeatEntries = Annotated[tuple[dict[str, Any], ...], _tuple_of(_seat)]
