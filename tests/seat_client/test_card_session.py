"""What a session signs, against an encoder that shares nothing with the protocol package but the signing."""

from hashlib import sha256
from typing import Any

import pytest

from firmware_sim.encoder import encode_envelope
from protocol.encoding import base64url, hash_text
from protocol.jws import read_envelope
from protocol.records import SessionAttested
from seat_client.card_session import CardSession, Draft, Place
from seat_client.errors import AttestationRefused
from seat_client.events import AttestedCardEntered, CardEntered, ChallengeOpened, Moment, ProofBegun
from tests.seat_client.chamber import CONTROLLER, card, key

MOMENT = Moment(1.0, 1_700_000_000_000, 0.0)
PLACE = Place("s-01", key("s-01"), "chamber/a/b/c")
NONCE = hash_text(b"nonce")


def start(nonce: str = NONCE, entropy: bytes = bytes(32)) -> CardSession:
    """A session at this seat."""
    return CardSession(PLACE, entropy, "s1", nonce)


def drafted(session: CardSession) -> Draft:
    """The session as m01's card is to sign it."""
    entered = CardEntered("m01", card("m01").public, bytes(32))
    return session.draft(entered, ChallengeOpened("s1", session.nonce, 7), MOMENT)


def authorised(session: CardSession) -> bytes:
    """The session, signed by m01's card."""
    draft = drafted(session)
    return session.authorise(draft, card("m01").sign(draft.message))


def test_drafted_session_is_the_envelope_that_the_card_signs() -> None:
    """Header and payload of the draft are those of the independent encoder, and the card's signature completes them."""
    session = start()
    draft = drafted(session)
    signature = card("m01").sign(draft.message)
    data = session.authorise(draft, signature)

    class Replay:
        public = card("m01").public

        def sign(self, message: bytes) -> bytes:
            assert message == draft.message
            return signature

    values = {
        "ctx": "chamber/a/b/c", "sitting": "s1", "member": "m01", "seat": "s-01",
        "dev": key("s-01").public.thumbprint, "key": session.public.jwk(), "nonce": NONCE, "size": 7,
        "ts": MOMENT.unix_ms,
    }  # fmt: skip
    assert data == encode_envelope("session", values, Replay())
    assert session.hash == hash_text(data)


def test_binding_proves_possession() -> None:
    """`pop` is the session key's signature over the prefix and the raw hash; the device signs the binding."""
    session = start()
    data = authorised(session)
    bind = session.bind(PLACE.device, MOMENT)
    possession = session.sign(b"cvs-pop/1" + sha256(data).digest())
    values = {"session": session.hash, "pop": base64url(possession), "ts": MOMENT.unix_ms}
    assert bind == encode_envelope("session-bind", values, key("s-01"))
    assert session.bind_hash == hash_text(bind)


def test_keys_of_two_sessions_differ() -> None:
    """Another nonce or another stay of the card is another key."""
    keys = {start().public, start(hash_text(b"other")).public, start(entropy=bytes([1]) * 32).public}
    assert len(keys) == 3


def test_seq_rises_over_ballots_and_speech() -> None:
    """One counter a session."""
    session = start()
    authorised(session)
    ballots = [session.ballot("s-01", NONCE, ("for",), "0:" + NONCE, MOMENT) for _ in range(2)]
    speech = read_envelope(session.speech("", "request", "debate", MOMENT))
    assert [ballot.seq for ballot in ballots] == [1, 2]
    assert b'"seq":3' in speech.payload


# --- A card that cannot sign ------------------------------------------------------------------------------------

NTAG = AttestedCardEntered("ntag424", bytes.fromhex("04782e21801d80"), bytes(32))


def attestation(session: CardSession, **changes: Any) -> SessionAttested:
    """The controller's record of a session."""
    members: dict[str, Any] = {
        "ctx": "chamber/a/b/c", "sitting": "s1", "member": "m01", "seat": "s-01", "dev": key("s-01").public.thumbprint,
        "key": session.public.jwk(), "nonce": NONCE, "size": 7, "card_ref": NONCE, "counter": 3, "ts": 1,
    } | changes  # fmt: skip
    return SessionAttested(**members)


def test_offer_and_answer_have_known_members() -> None:
    """Against the independent encoder, signed by the device; a card that proves nothing has no challenge."""
    session = start()
    values: dict[str, Any] = {
        "seat": "s-01", "sitting": "s1", "nonce": NONCE, "kind": "ntag424", "uid": "04782e21801d80",
        "key": session.public.jwk(), "challenge": base64url(bytes(16)), "mirror": base64url(b"shown"),
        "ts": MOMENT.unix_ms,
    }  # fmt: skip
    begun = ProofBegun(1, bytes(16), b"shown")
    assert session.offer(NTAG, begun, MOMENT) == encode_envelope("card-offer", values, key("s-01"))
    bare = AttestedCardEntered("uid", bytes.fromhex("0a0b0c0d"), bytes(32))
    values |= {"kind": "uid", "uid": "0a0b0c0d", "challenge": "", "mirror": ""}
    assert session.offer(bare, None, MOMENT) == encode_envelope("card-offer", values, key("s-01"))
    values = {"seat": "s-01", "nonce": NONCE, "proof": base64url(bytes(32)), "ts": MOMENT.unix_ms}
    assert session.answer(bytes(32), MOMENT) == encode_envelope("card-answer", values, key("s-01"))


def test_attested_session_is_the_controller_s_record_and_its_member_is_the_one_named_there() -> None:
    """The binding quotes its hash."""
    session = start()
    record = attestation(session).seal(CONTROLLER)
    session.accept(record, CONTROLLER.public)
    assert (session.hash, session.member) == (hash_text(record), "m01")
    assert b'"session":"' + session.hash.encode() in read_envelope(session.bind(PLACE.device, MOMENT)).payload


@pytest.mark.parametrize(
    "changes",
    [
        {"ctx": "chamber/a/b/d"}, {"sitting": "s2"}, {"seat": "s-02"}, {"dev": NONCE}, {"nonce": hash_text(b"other")},
        {"key": key("other").public.jwk()},
    ],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_attestation_of_another_session_is_refused(changes: dict[str, Any]) -> None:
    """Log, sitting, seat, device, nonce, key: each is compared."""
    session = start()
    with pytest.raises(AttestationRefused):
        session.accept(attestation(session, **changes).seal(CONTROLLER), CONTROLLER.public)
    assert (session.hash, session.member) == ("", "")


def test_attestation_that_is_not_the_controller_s_is_refused() -> None:
    """Of another key, with another's signature, of another kind, or no record at all."""
    session = start()
    good = attestation(session).seal(CONTROLLER)
    other = attestation(session, counter=4).seal(CONTROLLER)
    mixed = b".".join([*good.split(b".")[:2], other.split(b".")[2]])
    for bad in (attestation(session).seal(key("s-01")), mixed, authorised(start()), b"nonsense"):
        with pytest.raises(AttestationRefused):
            session.accept(bad, CONTROLLER.public)
    assert session.hash == ""
