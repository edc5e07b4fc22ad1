"""The envelope: known bytes, and every other spelling refused by name."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import EnvelopeRefused, SignatureRefused
from protocol.jws import Envelope, read_envelope, seal
from protocol.keys import Ed25519Signer, P256Signer

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
SIGNER = Ed25519Signer(SEED)
CARD = P256Signer(bytes(31) + b"\x07")
PAYLOAD = b'{"v":1,"arm":"' + b"A" * 43 + b'","seq":7,"seen":"12:' + b"A" * 43 + b'","ts":1700000000000}'
HEADER = b'{"alg":"Ed25519","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","typ":"vote-open+jws"}'
SIGNATURE_TEXT = b"8HbkKpTIENTTU7TO8LIdECtlvUEOPaKL8DPkn8pwBe9jgVG_X_dBKaXuy9OGADT2H1sH6LtbqdIcsnLpw70TBQ"


def text(data: bytes) -> bytes:
    """Unpadded base64url, written without the project's own encoder."""
    return base64.urlsafe_b64encode(data).replace(b"=", b"")


SIGNED = text(HEADER) + b"." + text(PAYLOAD)
ENVELOPE = SIGNED + b"." + SIGNATURE_TEXT


def test_envelope_of_a_known_key_has_known_bytes() -> None:
    """Key of RFC 8032 and RFC 8037; another library signs the same bytes to the same signature."""
    assert seal("vote-open", PAYLOAD, SIGNER) == ENVELOPE
    assert text(Ed25519PrivateKey.from_private_bytes(SEED).sign(SIGNED)) == SIGNATURE_TEXT


def test_known_bytes_are_read_and_verify() -> None:
    """All parts come back; the leaf is the bytes themselves."""
    envelope = read_envelope(ENVELOPE)
    assert (envelope.algorithm, envelope.kind, envelope.payload) == ("Ed25519", "vote-open", PAYLOAD)
    assert envelope.kid == SIGNER.public.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert (envelope.data, envelope.signed) == (ENVELOPE, SIGNED)
    envelope.verify(SIGNER.public)


def test_card_envelope_says_es256() -> None:
    """What a card signs has the other algorithm in its header."""
    envelope = read_envelope(seal("session", b"{}", CARD))
    assert envelope.algorithm == "ES256"
    envelope.verify(CARD.public)


def with_header(header: bytes) -> bytes:
    """An envelope with this header, correctly signed by the key it may or may not name."""
    signed = text(header) + b"." + text(PAYLOAD)
    return signed + b"." + text(SIGNER.sign(signed))


KID = HEADER[26:69].decode()
HEADERS = {
    "alg none": HEADER.replace(b"Ed25519", b"none"),
    "alg EdDSA": HEADER.replace(b"Ed25519", b"EdDSA"),
    "alg HS256": HEADER.replace(b"Ed25519", b"HS256"),
    "alg in lower case": HEADER.replace(b"Ed25519", b"ed25519"),
    "second alg": HEADER.replace(b'{"alg"', b'{"alg":"none","alg"'),
    "crit": HEADER.replace(b"}", b',"crit":["exp"]}'),
    "jwk": HEADER.replace(b"}", b',"jwk":{}}'),
    "b64 false": HEADER.replace(b"}", b',"b64":false}'),
    "x5c": HEADER.replace(b"}", b',"x5c":[]}'),
    "other order": json.dumps({"kid": KID, "alg": "Ed25519", "typ": "vote-open+jws"}, separators=(",", ":")).encode(),
    "white space": HEADER.replace(b",", b", "),
    "trailing newline": HEADER + b"\n",
    "escaped letter": HEADER.replace(b"kid", b"\\u006bid"),
    "no typ": HEADER[: HEADER.index(b',"typ"')] + b"}",
    "typ without +jws": HEADER.replace(b"+jws", b""),
    "typ in capitals": HEADER.replace(b"vote-open", b"Vote-open"),
    "typ too long": HEADER.replace(b"vote-open", b"v" * 41),
    "empty typ": HEADER.replace(b"vote-open", b""),
    "short kid": HEADER.replace(KID.encode(), KID[:-1].encode()),
    "empty": b"",
    "list": b"[]",
    "not UTF-8": HEADER.replace(b"vote-open", b"\xff"),
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_header_that_is_not_the_template_is_refused(header: bytes) -> None:
    """Byte for byte, also where a JSON parser would be satisfied; asked twice, since headers are remembered."""
    for _ in range(2):
        with pytest.raises(EnvelopeRefused) as refused:
            read_envelope(with_header(header))
        assert refused.value.code == "header"


TWINS = {
    "padded signature": (ENVELOPE + b"==", "base64url"),
    "padded payload": (
        text(HEADER) + b"." + base64.urlsafe_b64encode(PAYLOAD + b"x") + b"." + SIGNATURE_TEXT,
        "base64url",
    ),
    "other last letter": (ENVELOPE[:-1] + b"R", "base64url"),
    "standard alphabet": (SIGNED + b"." + SIGNATURE_TEXT.replace(b"_", b"/"), "base64url"),
    "leading space": (b" " + ENVELOPE, "base64url"),
    "trailing newline": (ENVELOPE + b"\n", "base64url"),
    "two parts": (SIGNED, "parts"),
    "four parts": (ENVELOPE + b".", "parts"),
    "empty": (b"", "parts"),
    "no signature": (SIGNED + b".", "signature-size"),
    "63 bytes of signature": (SIGNED + b"." + text(bytes(63)), "signature-size"),
    "65 bytes of signature": (SIGNED + b"." + text(bytes(65)), "signature-size"),
    "too long": (ENVELOPE + b"A" * 65_536, "size"),
    "JSON serialisation": (b'{"payload":"","protected":"","signature":""}', "parts"),
}


@pytest.mark.parametrize(("data", "code"), TWINS.values(), ids=TWINS.keys())
def test_twin_of_an_envelope_is_refused(data: bytes, code: str) -> None:
    """No second byte string means the same record."""
    with pytest.raises(EnvelopeRefused) as refused:
        read_envelope(data)
    assert refused.value.code == code


def test_longest_envelope_is_read() -> None:
    """65,535 bytes fit an entry bundle; one more does not."""
    head = len(text(HEADER)) + 1 + 1 + 86
    payload = b"x" * ((65_535 - head) * 3 // 4)
    data = seal("vote-open", payload, SIGNER)
    assert len(data) <= 65_535
    assert read_envelope(data).payload == payload
    with pytest.raises(EnvelopeRefused):
        read_envelope(seal("vote-open", payload + b"xx", SIGNER))


def test_algorithm_of_the_header_is_that_of_the_key() -> None:
    """An Ed25519 header over a card's key is refused before the signature is looked at."""
    envelope = read_envelope(ENVELOPE)
    with pytest.raises(EnvelopeRefused) as refused:
        envelope.verify(CARD.public)
    assert refused.value.code == "algorithm"


def test_changing_any_part_breaks_the_signature() -> None:
    """Header, payload and signature are all covered."""
    envelope = read_envelope(ENVELOPE)
    for signed in (SIGNED.replace(b"WF", b"WG", 1), text(HEADER.replace(b"open", b"oper")) + b"." + text(PAYLOAD)):
        changed = Envelope(ENVELOPE, "Ed25519", envelope.kid, "vote-open", PAYLOAD, signed, envelope.signature)
        if signed != SIGNED:
            with pytest.raises(SignatureRefused):
                changed.verify(SIGNER.public)


@given(st.integers(0, len(ENVELOPE) - 1), st.integers(0, 255))
@settings(max_examples=150)
def test_any_changed_byte_is_noticed(position: int, byte: int) -> None:
    """A changed byte gives no envelope, or one that does not verify under the key."""
    data = ENVELOPE[:position] + bytes([byte]) + ENVELOPE[position + 1 :]
    if data == ENVELOPE:
        return
    with pytest.raises((EnvelopeRefused, SignatureRefused)):
        read_envelope(data).verify(SIGNER.public)


@given(st.one_of(st.binary(max_size=200), st.lists(st.binary(max_size=60), min_size=3, max_size=3).map(b".".join)))
@settings(max_examples=200)
def test_any_bytes_are_an_envelope_or_refused(data: bytes) -> None:
    """Nothing but `EnvelopeRefused` comes out."""
    try:
        envelope = read_envelope(data)
    except EnvelopeRefused:
        return
    assert envelope.data == data
