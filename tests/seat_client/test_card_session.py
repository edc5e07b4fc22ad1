"""What a session signs, against an encoder that shares nothing with the protocol package but the signing."""

from hashlib import sha256

from firmware_sim.encoder import encode_envelope
from protocol.encoding import base64url, hash_text
from protocol.jws import read_envelope
from seat_client.card_session import CardSession, Place
from seat_client.events import ChallengeOpened, Moment
from tests.seat_client.chamber import card, key

MOMENT = Moment(1.0, 1_700_000_000_000, 0.0)
PLACE = Place("s-01", key("s-01"), "chamber/a/b/c")
NONCE = hash_text(b"nonce")


def start(nonce: str = NONCE, entropy: bytes = bytes(32)) -> CardSession:
    """A session of m01."""
    return CardSession(PLACE, "m01", card("m01").public, entropy, ChallengeOpened("s1", nonce, 7), MOMENT)


def test_drafted_session_is_the_envelope_that_the_card_signs() -> None:
    """Header and payload of the draft are those of the independent encoder, and the card's signature completes them."""
    session = start()
    signature = card("m01").sign(session.draft.message)
    data = session.authorise(signature)

    class Replay:
        public = card("m01").public

        def sign(self, message: bytes) -> bytes:
            assert message == session.draft.message
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
    data = session.authorise(card("m01").sign(session.draft.message))
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
    session.authorise(card("m01").sign(session.draft.message))
    ballots = [session.ballot("s-01", NONCE, ("for",), "0:" + NONCE, MOMENT) for _ in range(2)]
    speech = read_envelope(session.speech("", "request", "debate", MOMENT))
    assert [ballot.seq for ballot in ballots] == [1, 2]
    assert b'"seq":3' in speech.payload
