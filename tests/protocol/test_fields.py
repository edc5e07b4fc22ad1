"""The types of record members: what each check lets pass and what it refuses."""

from typing import Any, get_args

import pytest

from protocol import fields
from protocol.errors import PayloadRefused

HASH = "A" * 43
KEY = {"crv": "Ed25519", "kty": "OKP", "x": HASH}
CARD = {"crv": "P-256", "kty": "EC", "x": HASH, "y": HASH}
MEMBER = {"id": "m1", "name": "Ана", "group": "", "auth": "piv", "jwk": CARD}
SEAT = {"id": "s1", "jwk": KEY, "place": ""}


def check_of(field: Any) -> fields.Check:
    """The check that an annotated type carries."""
    check: fields.Check = get_args(field)[1]
    return check


PASSES = [
    (fields.Identifier, "a"), (fields.Identifier, "0-z" * 13 + "a"), (fields.OptionalIdentifier, ""),
    (fields.Hash, HASH), (fields.OptionalHash, ""), (fields.SignatureText, "A" * 86), (fields.Seen, f"0:{HASH}"),
    (fields.Seen, f"9007199254740991:{HASH}"), (fields.Origin, "chamber/a/b-1/2024"), (fields.Natural, 0),
    (fields.Natural, 2**53 - 1), (fields.Flag, 0), (fields.Flag, 1), (fields.Text, ""), (fields.Text, "Ж" * 300),
    (fields.LongText, "a" * 5000), (fields.Identifiers, []), (fields.Identifiers, ["a", "b"]), (fields.Hashes, [HASH]),
    (fields.Naturals, [0, 1]), (fields.KeyObject, KEY), (fields.KeyObject, CARD), (fields.KeyObject, {}),
    (fields.MemberEntries, [MEMBER]), (fields.SeatEntries, [SEAT]), (fields.CardUid, "00112233"),
    (fields.CardUid, "04782e21801d80"), (fields.CardUid, "00" * 10), (fields.OptionalBlock, ""),
    (fields.OptionalBlock, "A" * 22), (fields.TwoBlocks, HASH), (fields.MirrorText, ""), (fields.MirrorText, "AA"),
    (fields.MirrorText, "A" * 342),
]  # fmt: skip
REFUSED = [
    (fields.Identifier, ""), (fields.Identifier, "A"), (fields.Identifier, "a" * 41), (fields.Identifier, "a b"),
    (fields.Identifier, "a\n"), (fields.Identifier, "а"), (fields.Identifier, 1), (fields.Identifier, None),
    (fields.OptionalIdentifier, " "), (fields.Hash, ""), (fields.Hash, "A" * 42), (fields.Hash, "A" * 44),
    (fields.Hash, "A" * 42 + "B"), (fields.Hash, "A" * 42 + "="), (fields.Hash, "A" * 42 + "+"),
    (fields.OptionalHash, "x"),
    (fields.SignatureText, "A" * 85), (fields.SignatureText, "A" * 85 + "B"), (fields.Seen, HASH),
    (fields.Seen, f"01:{HASH}"), (fields.Seen, f"-1:{HASH}"), (fields.Seen, f"1:{HASH}\n"), (fields.Seen, f"1 :{HASH}"),
    (fields.Seen, f"{10**16}:{HASH}"), (fields.Origin, "chamber/a/b"), (fields.Origin, "chamber/a/b/c/d"),
    (fields.Origin, "Chamber/a/b/c"), (fields.Natural, -1), (fields.Natural, 2**53), (fields.Natural, 1.0),
    (fields.Natural, True), (fields.Natural, "1"), (fields.Natural, None), (fields.Flag, 2), (fields.Flag, True),
    (fields.Flag, False), (fields.Text, "a" * 301), (fields.Text, "e\u0301"), (fields.Text, "\x00"),
    (fields.Text, None),
    (fields.LongText, "\x00"), (fields.LongText, 1), (fields.Identifiers, "ab"), (fields.Identifiers, {}),
    (fields.Identifiers, ("a",)), (fields.Identifiers, [1]), (fields.Hashes, [""]), (fields.Naturals, [True]),
    (fields.KeyObject, []), (fields.KeyObject, {"x": HASH}),
    (fields.KeyObject, {"kty": "OKP", "crv": "Ed25519", "x": HASH}),
    (fields.KeyObject, {**KEY, "d": HASH}), (fields.KeyObject, {**KEY, "x": 1}), (fields.MemberEntries, [{}]),
    (fields.MemberEntries, [{**MEMBER, "weight": 2}]), (fields.MemberEntries, [{**MEMBER, "name": ""}]),
    (fields.MemberEntries, [{**MEMBER, "auth": "face"}]), (fields.MemberEntries, [{**MEMBER, "id": "M1"}]),
    (fields.MemberEntries, [dict(reversed(MEMBER.items()))]), (fields.MemberEntries, ["m1"]),
    (fields.SeatEntries, [{**SEAT, "place": 1}]), (fields.SeatEntries, [{"id": "s1", "jwk": KEY}]),
    (fields.SeatEntries, [[]]), (fields.CardUid, ""), (fields.CardUid, "04782E21801D80"), (fields.CardUid, "0011223"),
    (fields.CardUid, "0011223344"), (fields.CardUid, 4), (fields.OptionalBlock, "A" * 21 + "B"),
    (fields.OptionalBlock, "A" * 24), (fields.OptionalBlock, "A" * 21), (fields.OptionalBlock, "A" * 22 + "=="),
    (fields.OptionalBlock, None), (fields.TwoBlocks, ""), (fields.TwoBlocks, "A" * 42 + "B"),
    (fields.TwoBlocks, "A" * 22), (fields.TwoBlocks, "а" * 43), (fields.MirrorText, "A"),
    (fields.MirrorText, "A" * 343), (fields.MirrorText, "+A"), (fields.MirrorText, []),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), PASSES)
def test_value_passes(field: object, value: object) -> None:
    """A value of the type comes back as it is; a list as a tuple."""
    expected = tuple(value) if isinstance(value, list) else value
    assert check_of(field)(value) == expected


@pytest.mark.parametrize(("field", "value"), REFUSED)
def test_value_is_refused(field: object, value: object) -> None:
    """Anything else is refused, with the code `member`."""
    with pytest.raises(PayloadRefused) as refused:
        check_of(field)(value)
    assert refused.value.code == "member"


def test_one_of_takes_only_its_words() -> None:
    """Neither another case nor another type."""
    check = fields.one_of("on", "off")
    assert check("on") == "on"
    for value in ("ON", "", 1, None, ["on"]):
        with pytest.raises(PayloadRefused):
            check(value)


@pytest.mark.parametrize(
    ("text", "is_one"), [("a-1", True), ("", False), ("+", False), ("a/b", False), ("a" * 41, False)]
)
def test_identifier_as_a_question(text: str, is_one: bool) -> None:
    """The same pattern, asked without an error."""
    assert fields.is_identifier(text) is is_one
