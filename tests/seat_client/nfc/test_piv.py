"""PIV: literal APDUs of a real dialogue, a card of software, and answers that no card should give."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from protocol.encoding import digest
from protocol.keys import P256_ORDER, P256Signer
from seat_client.nfc import piv
from seat_client.nfc.errors import AnswerNonsense, CardRefused, StatusRefused, TlvRefused
from seat_client.nfc.tlv import element
from tests.protocol.card_issuer import certificate, private_key, subject
from tests.seat_client.nfc.scripted_card import card

SELECT = "00a404000ba00000030800001000010000"
SELECTED = "61114f0600001000010079074f05a0000003089000"
GET_CERTIFICATE = "00cb3fff055c035fc10100"
SIGN = "0087119e267c2482008120{}00"
DIGEST = bytes.fromhex("8c68b9fb7255b6cf41e44885fbc72b8670aeae746eb3cc20d3b8e56ec281aff2")


def held(certificate_der: bytes, information: int = 0) -> bytes:
    """The object that holds a certificate, as SELECT FILE would give it, with its status."""
    inside = element(0x70, certificate_der) + element(0x71, bytes([information])) + element(0xFE, b"")
    return element(0x53, inside) + b"\x90\x00"


def test_select_has_the_bytes_of_a_real_dialogue() -> None:
    """A card with the application, and one without."""
    assert piv.select(card((SELECT, SELECTED)))
    assert not piv.select(card((SELECT, "6a82")))


def test_card_that_refuses_to_be_selected_is_named() -> None:
    """Neither there nor absent: blocked, say."""
    with pytest.raises(StatusRefused) as refused:
        piv.select(card((SELECT, "6983")))
    assert refused.value.code == "card-blocked"


def test_certificate_is_taken_out_of_its_object() -> None:
    """Exactly its bytes."""
    der = certificate(subject("m07"))[:200]
    assert piv.read_certificate(card((GET_CERTIFICATE, held(der)))) == der


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (held(b"\x1f\x8b", 1), "certificate-compressed"),
        (b"\x53\x00\x90\x00", "certificate-missing"),
        (b"\x6a\x82", "certificate-missing"),
    ],
)
def test_card_without_a_readable_certificate_is_refused_by_name(answer: bytes, code: str) -> None:
    """Compressed, empty, not there."""
    with pytest.raises(CardRefused) as refused:
        piv.read_certificate(card((GET_CERTIFICATE, answer)))
    assert refused.value.code == code


@pytest.mark.parametrize("answer", ["9000", "70029000", "530270059000", "5304710100fe9000", "5300530090" + "00"])
def test_malformed_object_is_refused(answer: str) -> None:
    """No object, cut ones, none inside, two of them."""
    with pytest.raises((TlvRefused, CardRefused)):
        piv.read_certificate(card((GET_CERTIFICATE, answer)))


@pytest.mark.parametrize("high", [False, True], ids=["s low", "s high"])
def test_signature_verifies_and_has_low_s(high: bool) -> None:
    """A card gives DER with any s; the envelope wants r||s with s in the lower half."""
    message = b"a session"
    der = private_key(21).sign(digest(message), ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    r, s = utils.decode_dss_signature(der)
    wanted = max(s, P256_ORDER - s) if high else min(s, P256_ORDER - s)
    answer = element(0x7C, element(0x82, utils.encode_dss_signature(r, wanted))) + b"\x90\x00"
    signature = piv.sign(card((SIGN.format(digest(message).hex()), answer)), digest(message))
    assert signature == r.to_bytes(32, "big") + min(s, P256_ORDER - s).to_bytes(32, "big")
    P256Signer((21).to_bytes(32, "big")).public.verify(message, signature)


def test_request_for_a_signature_has_the_bytes_of_a_real_dialogue() -> None:
    """Slot 9E, P-256, the digest of the dialogue; a card that asks for a PIN is named."""
    expected = "0087119e267c24820081208c68b9fb7255b6cf41e44885fbc72b8670aeae746eb3cc20d3b8e56ec281aff200"
    with pytest.raises(StatusRefused) as refused:
        piv.sign(card((expected, "6982")), DIGEST)
    assert refused.value.code == "card-security"


@pytest.mark.parametrize(
    "answer",
    [
        "9000",
        "7c009000",
        "7c0282009000",
        "7c04820230009000",
        "7c048202ffff9000",
        "7c0882063004020101029000",
        "7c2b8229" + "3027022200" + "ff" * 33 + "0201019000",
        "7c2b8229" + "3027020101022200" + "ff" * 33 + "9000",
    ],
)
def test_answer_that_is_no_signature_is_refused(answer: str) -> None:
    """Empty, cut, not DER, out of range: named, nothing signed."""
    with pytest.raises(AnswerNonsense):
        piv.sign(card((SIGN.format(DIGEST.hex()), answer)), DIGEST)


def test_digest_of_another_length_is_our_mistake() -> None:
    """Slot 9E with P-256 signs 32 bytes."""
    with pytest.raises(ValueError, match="32"):
        piv.sign(card(), b"short")
