"""Two encoders that share nothing but the signature agree to the byte."""

from typing import Any

import pytest

from firmware_sim.encoder import MEMBERS, encode_envelope, encode_payload, encode_text
from protocol.encoding import base64url, hash_text
from protocol.jws import read_envelope
from protocol.keys import Ed25519Signer
from protocol.messages import ChallengeRequest
from protocol.record import Record
from protocol.records import KINDS, Ballot, Session, SessionBind, SessionEnd, Speech

SIGNER = Ed25519Signer(bytes(32))
HASH, SEEN = hash_text(b"x"), "12:" + hash_text(b"root")
POP = base64url(bytes(64))
CASES: list[tuple[Record, dict[str, Any]]] = [
    (
        Ballot(HASH, HASH, "s-01", "m01", ("for", "abstain"), 3, SEEN, 1_700_000_000_000),
        {"open": HASH, "session": HASH, "seat": "s-01", "member": "m01", "choice": ["for", "abstain"], "seq": 3,
         "seen": SEEN, "ts": 1_700_000_000_000},
    ),
    (Ballot(HASH, HASH, "s-01", "m01", (), 0, SEEN, 0),
     {"open": HASH, "session": HASH, "seat": "s-01", "member": "m01", "choice": [], "seq": 0, "seen": SEEN, "ts": 0}),
    (
        Session("chamber/a/b/c", "s1", "m01", "s-01", HASH, SIGNER.public.jwk(), HASH, 7, 2**53 - 1),
        {"ctx": "chamber/a/b/c", "sitting": "s1", "member": "m01", "seat": "s-01", "dev": HASH,
         "key": SIGNER.public.jwk(), "nonce": HASH, "size": 7, "ts": 2**53 - 1},
    ),
    (SessionBind(HASH, POP, 5), {"session": HASH, "pop": POP, "ts": 5}),
    (SessionEnd(HASH, "card-removed", 5), {"session": HASH, "why": "card-removed", "ts": 5}),
    (Speech("s1", "", "m01", "request", "debate", 0, 2, 5),
     {"sitting": "s1", "item": "", "speaker": "m01", "act": "request", "sort": "debate", "ms": 0, "seq": 2, "ts": 5}),
    (ChallengeRequest("s-01", 5), {"seat": "s-01", "ts": 5}),
]  # fmt: skip


@pytest.mark.parametrize(("record", "values"), CASES, ids=lambda case: getattr(case, "kind", ""))
def test_envelopes_are_equal(record: Record, values: dict[str, Any]) -> None:
    """Header, payload, signature: the same bytes; ours reads what the other wrote."""
    data = encode_envelope(record.kind, values, SIGNER)
    assert data == record.seal(SIGNER)
    envelope = read_envelope(data)
    assert envelope.payload == encode_payload(record.kind, values)
    envelope.verify(SIGNER.public)


@pytest.mark.parametrize("kind", sorted(set(MEMBERS) & set(KINDS)))
def test_member_order_is_that_of_the_record(kind: str) -> None:
    """The two tables were written apart."""
    assert KINDS[kind].names == MEMBERS[kind]


@pytest.mark.parametrize("text", ['"', "\\", "\n\t\r\b\f", "\x01\x1f", "Ђура", "é", "/", "\u2028", "😀"])
def test_strings_are_escaped_alike(text: str) -> None:
    """Shortest escapes, nothing else escaped."""
    from protocol.encoding import canonical_json  # noqa: PLC0415 - the other side of the comparison

    assert encode_payload("session-end", {"session": text, "why": "", "ts": 1}) == canonical_json(
        {"v": 1, "session": text, "why": "", "ts": 1}
    )


def test_base64url_of_every_byte() -> None:
    """Both alphabets, no padding."""
    for length in range(4):
        data = bytes(range(256))[: 255 - length]
        assert encode_text(data).decode() == base64url(data)
