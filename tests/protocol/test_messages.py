"""Messages that are no records: signed by the key that must sign them, and never mistaken for a record."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import ChamberError, KindUnknown, MessageRefused
from protocol.jws import read_envelope, seal
from protocol.messages import (
    MESSAGES,
    CardAnswer,
    CardAttested,
    CardOffer,
    CardQuestion,
    Challenge,
    Head,
    Refusal,
    Status,
    open_message,
)
from protocol.record import Record
from protocol.records import KINDS, VoteOpen, read_record
from tests.protocol.chamber_builder import CONTROLLER_KEY, ROOT_KEY, device_key

HASH = "A" * 43
CHALLENGE = Challenge("s1", "sitting-1", HASH, 7, 1_700_000_000_000)


def test_challenge_has_known_payload() -> None:
    """Members of the table, in its order."""
    expected = f'{{"v":1,"seat":"s1","sitting":"sitting-1","nonce":"{HASH}","size":7,"ts":1700000000000}}'
    assert CHALLENGE.payload() == expected.encode()
    assert open_message(CHALLENGE.seal(CONTROLLER_KEY), CONTROLLER_KEY.public) == CHALLENGE


def test_message_of_another_key_is_refused() -> None:
    """Also if the signature itself is fine."""
    with pytest.raises(MessageRefused) as refused:
        open_message(CHALLENGE.seal(device_key("s1")), CONTROLLER_KEY.public)
    assert refused.value.code == "key"


def test_changed_message_is_refused() -> None:
    """The signature covers the payload."""
    data = CHALLENGE.seal(CONTROLLER_KEY)
    other = Challenge("s2", "sitting-1", HASH, 7, 1_700_000_000_000).seal(CONTROLLER_KEY)
    mixed = b".".join([*data.split(b".")[:2], other.split(b".")[2]])
    with pytest.raises(MessageRefused) as refused:
        open_message(mixed, CONTROLLER_KEY.public)
    assert refused.value.code == "signature"


def test_record_is_no_message_and_message_no_record() -> None:
    """The kinds do not meet: a signed status can never be appended, a record never taken for a status."""
    assert not KINDS.keys() & MESSAGES.keys()
    record = VoteOpen(HASH, 1, f"0:{HASH}", 1).seal(CONTROLLER_KEY)
    with pytest.raises(MessageRefused):
        open_message(record, CONTROLLER_KEY.public)
    envelope = read_envelope(CHALLENGE.seal(CONTROLLER_KEY))
    with pytest.raises(KindUnknown):
        read_record(envelope.kind, envelope.payload)


@pytest.mark.parametrize("kind", ["status", "refusal", "head"])
def test_payload_of_another_kind_is_refused(kind: str) -> None:
    """A challenge's payload under another name."""
    with pytest.raises(MessageRefused):
        open_message(seal(kind, CHALLENGE.payload(), CONTROLLER_KEY), CONTROLLER_KEY.public)


def test_longest_message() -> None:
    """48,000 bytes of payload pass, one more does not."""

    def head(length: int) -> Head:
        return Head(1, "", "", "", "", "x" * length, "", "", "", "", "", 1)

    room = 48_000 - len(head(0).payload())
    assert open_message(head(room).seal(CONTROLLER_KEY), CONTROLLER_KEY.public) == head(room)
    with pytest.raises(ChamberError):
        head(room + 1).payload()
    too_long = head(room).payload().replace(b"xx", b"xxx", 1)
    with pytest.raises(MessageRefused) as refused:
        open_message(seal("head", too_long, CONTROLLER_KEY), CONTROLLER_KEY.public)
    assert refused.value.code == "size"


OFFER = CardOffer(
    "s1", "sitting-1", HASH, "ntag424", "04782e21801d80", {"crv": "Ed25519", "kty": "OKP", "x": HASH}, "A" * 22, "AA", 1
)


def test_offer_has_known_payload() -> None:
    """Members of the table, in its order; `kind` is the card's, the message's own stands in the header."""
    expected = (
        f'{{"v":1,"seat":"s1","sitting":"sitting-1","nonce":"{HASH}","kind":"ntag424","uid":"04782e21801d80",'
        f'"key":{{"crv":"Ed25519","kty":"OKP","x":"{HASH}"}},"challenge":"{"A" * 22}","mirror":"AA","ts":1}}'
    )
    assert OFFER.payload() == expected.encode()
    assert read_envelope(OFFER.seal(CONTROLLER_KEY)).kind == "card-offer"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind_": "piv"}, {"kind_": ""}, {"uid": ""}, {"uid": "04782E21801D80"}, {"challenge": "A" * 21 + "B"},
        {"challenge": HASH}, {"mirror": "A" * 343}, {"mirror": "A"}, {"key": {"crv": "Ed25519"}}, {"nonce": ""},
    ],
    ids=str,
)  # fmt: skip
def test_offer_with_a_member_of_another_form_is_refused(changes: dict[str, Any]) -> None:
    """Before a byte of it is used."""
    with pytest.raises(ChamberError):
        replace(OFFER, **changes).payload()


@pytest.mark.parametrize(
    "message",
    [
        Status(HASH, 1, "counts", 2), Refusal(HASH, "late", 2, "", ()), CHALLENGE, OFFER,
        replace(OFFER, kind_="uid", uid="0a0b0c0d", challenge="", mirror=""), CardQuestion("s1", HASH, HASH, 1),
        CardAnswer("s1", HASH, HASH, 1), CardAttested("s1", HASH, "a.b.c", 1),
    ],
)  # fmt: skip
def test_message_goes_there_and_back(message: Record) -> None:
    """What is written is read."""
    assert open_message(message.seal(CONTROLLER_KEY), CONTROLLER_KEY.public) == message


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_any_payload_is_a_message_or_refused(payload: bytes) -> None:
    """Nothing but `MessageRefused` comes out, whatever was signed."""
    for kind in MESSAGES:
        with pytest.raises(MessageRefused):
            open_message(seal(kind, payload, ROOT_KEY), ROOT_KEY.public)
