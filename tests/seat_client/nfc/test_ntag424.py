"""NTAG 424 DNA at the seat: a relay of literal dialogs, and answers that no such card gives."""

import pytest

from seat_client.nfc import ntag424
from seat_client.nfc.errors import AnswerNonsense, StatusRefused
from tests.seat_client.nfc.scripted_card import card

SELECT = "00a4040c07d276000085010100"
BEGIN = "9071000002000000"
CHALLENGE = "f8aa16271579791173aab189c1db6583"
RESPONSE = "002fb6a3bece2a3e26cc19442b207738067816a27ae5a87d9dd8e5c9dd0a7885"
PROOF = "b8c88292388ff7acc0233837d1b87137b066cb71be7ae6d888cfb664120bf00d"
HARDWARE = "04040230001105"
SOFTWARE = "04040201021105"
PRODUCTION = "04958caa5c5e80" + "ba5571010020" + "19"


def test_relay_has_the_bytes_of_a_real_dialogue() -> None:
    """Select, challenge, response, proof: nothing is added and nothing kept."""
    send = card((SELECT, "9000"), (BEGIN, CHALLENGE + "91af"), ("90af000020" + RESPONSE + "00", PROOF + "9100"))
    assert ntag424.select(send)
    assert ntag424.begin(send, 0).hex() == CHALLENGE
    assert ntag424.finish(send, bytes.fromhex(RESPONSE)).hex() == PROOF


def test_other_cards_have_no_such_application() -> None:
    """Not found is an answer; blocked is a refusal."""
    assert not ntag424.select(card((SELECT, "6a82")))
    with pytest.raises(StatusRefused):
        ntag424.select(card((SELECT, "6985")))


def test_version_tells_the_card_from_others() -> None:
    """Three parts; the UID stands in the last."""
    version = ntag424.get_version(
        card(("9060000000", HARDWARE + "91af"), ("90af000000", SOFTWARE + "91af"), ("90af000000", PRODUCTION + "9100"))
    )
    assert version.is_ntag424
    assert version.uid.hex() == "04958caa5c5e80"


@pytest.mark.parametrize("hardware", ["0401023000" + "1105", "04040210001105", "05040230001105"])
def test_another_product_is_no_ntag424(hardware: str) -> None:
    """Another type, another generation, another maker."""
    version = ntag424.get_version(
        card(("9060000000", hardware + "91af"), ("90af000000", SOFTWARE + "91af"), ("90af000000", PRODUCTION + "9100"))
    )
    assert not version.is_ntag424


@pytest.mark.parametrize("answer", ["91af", HARDWARE[:-2] + "91af", HARDWARE + "00" + "91af"])
def test_version_of_other_lengths_is_refused(answer: str) -> None:
    """Seven bytes in the first part."""
    send = card(("9060000000", answer), ("90af000000", SOFTWARE + "91af"), ("90af000000", PRODUCTION + "9100"))
    with pytest.raises(AnswerNonsense):
        ntag424.get_version(send)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("91ae", "card-authentication"),
        ("91ad", "card-wait"),
        ("9140", "card-key-missing"),
        ("9000", "card-status"),
        ("6f00", "card-status"),
    ],
)
def test_refusal_of_the_card_is_named(status: str, code: str) -> None:
    """Also a status of the other family, which means nothing here."""
    with pytest.raises(StatusRefused) as refused:
        ntag424.finish(card(("90af000020" + "00" * 32 + "00", status)), bytes(32))
    assert refused.value.code == code


def test_challenge_and_proof_of_other_lengths_are_refused() -> None:
    """Neither is passed on."""
    with pytest.raises(AnswerNonsense):
        ntag424.begin(card((BEGIN, CHALLENGE[:-2] + "91af")), 0)
    with pytest.raises(AnswerNonsense):
        ntag424.finish(card(("90af000020" + "00" * 32 + "00", PROOF + "00" + "9100")), bytes(32))


def test_what_the_protocol_does_not_have_is_our_mistake() -> None:
    """Key 5, 31 bytes."""
    with pytest.raises(ValueError, match="keys 0 to 4"):
        ntag424.begin(card(), 5)
    with pytest.raises(ValueError, match="32 bytes"):
        ntag424.finish(card(), bytes(31))
