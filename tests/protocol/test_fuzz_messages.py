"""Messages that are no records, under any bytes: what was signed comes back, anything else is refused by its name."""

import json
from typing import Any

from hypothesis import strategies as st

from protocol.encoding import base64url
from protocol.errors import MessageRefused
from protocol.jws import seal
from protocol.keys import Ed25519Signer
from protocol.messages import MESSAGE_BYTES_MAX, MESSAGES, Challenge, Refusal, Status, open_message
from protocol.record import Record
from tests.fuzzing import fuzzed

CONTROLLER, STRANGER = (Ed25519Signer(bytes([number]) * 32) for number in (1, 2))
IDENTIFIERS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=40)
HASHES = st.binary(min_size=32, max_size=32).map(base64url)
NATURALS = st.integers(0, 2**53 - 1)
GOOD: st.SearchStrategy[Record] = st.one_of(
    st.builds(Challenge, IDENTIFIERS, IDENTIFIERS, HASHES, NATURALS, NATURALS),
    st.builds(Status, HASHES, NATURALS, st.text("abc:", max_size=20), NATURALS),
    st.builds(
        Refusal,
        HASHES,
        IDENTIFIERS,
        NATURALS,
        st.one_of(st.just(""), IDENTIFIERS),
        st.lists(IDENTIFIERS, max_size=4, unique=True).map(tuple),
    ),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(), st.text(max_size=20), st.just("A" * 43)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=4,
)
PAYLOADS = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda members: json.dumps(members).encode(), VALUES),
    st.builds(
        lambda members: json.dumps({"v": 1} | members, separators=(",", ":"), ensure_ascii=False).encode(
            "utf-8", "surrogatepass"
        ),
        st.dictionaries(
            st.sampled_from(["seat", "sitting", "nonce", "size", "ts", "record", "status", "index"]), VALUES
        ),
    ),
)


def opened(data: bytes) -> Record | None:
    """The message, None if it is refused by our name."""
    try:
        return open_message(data, CONTROLLER.public)
    except MessageRefused:
        return None


@fuzzed(150, message=GOOD)
def test_every_message_comes_back_as_it_was_signed(message: Record) -> None:
    """Under the key that signed it, and no other; its bytes are those it would be written in again."""
    data = message.seal(CONTROLLER)
    assert opened(data) == message
    assert open_message(data, CONTROLLER.public).seal(CONTROLLER) == data
    assert opened(message.seal(STRANGER)) is None


@fuzzed(200, data=st.one_of(st.binary(max_size=300), st.text("AZaz09-_.=", max_size=300).map(str.encode)))
def test_any_bytes_are_refused_by_name(data: bytes) -> None:
    """Nothing that the controller did not sign is a message."""
    assert opened(data) is None


@fuzzed(200, message=GOOD, place=st.integers(0, 9_999), mask=st.integers(1, 255))
def test_no_changed_message_is_believed(message: Record, place: int, mask: int) -> None:
    """Whichever byte: header, payload, signature or the dots between."""
    data = bytearray(message.seal(CONTROLLER))
    data[place % len(data)] ^= mask
    assert opened(bytes(data)) is None


@fuzzed(200, message=GOOD, kept=st.integers(0, 9_999), more=st.binary(min_size=1, max_size=20))
def test_cut_or_longer_message_is_refused(message: Record, kept: int, more: bytes) -> None:
    """To the byte."""
    data = message.seal(CONTROLLER)
    assert opened(data[: kept % len(data)]) is None
    assert opened(data + more) is None


@fuzzed(300, kind=st.sampled_from([*sorted(MESSAGES), "ballot", "nothing"]), payload=PAYLOADS)
def test_payload_of_any_form_under_a_good_signature_is_refused_or_canonical(kind: str, payload: bytes) -> None:
    """Also the controller's own mistakes end in our error; what is taken is exactly what would be written again."""
    found = opened(seal(kind, payload, CONTROLLER))
    assert found is None or found.payload() == payload
    assert found is None or len(payload) <= MESSAGE_BYTES_MAX
