"""APDUs: literal bytes, every form of an answer, and chains that do not end."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import ChamberError
from seat_client.nfc.apdu import ANSWER_BYTES_MAX, CHAIN_PARTS_MAX, Command, read_response, transmit
from seat_client.nfc.errors import AnswerNonsense, ChainEndless, StatusRefused
from tests.seat_client.nfc.scripted_card import card

GET_DATA = Command(0x00, 0xCB, 0x3F, 0xFF, bytes.fromhex("5c035fc101"), 256)


@pytest.mark.parametrize(
    ("command", "apdu"),
    [
        (
            Command(0x00, 0xA4, 0x04, 0x00, bytes.fromhex("a000000308000010000100"), 256),
            "00a404000ba00000030800001000010000",
        ),
        (GET_DATA, "00cb3fff055c035fc10100"),
        (Command(0x00, 0xC0, 0x00, 0x00, le=0x40), "00c0000040"),
        (Command(0x00, 0x20, 0x00, 0x80), "00200080"),
        (Command(0x00, 0xA4, 0x04, 0x0C, b"\x01"), "00a4040c0101"),
    ],
)
def test_short_apdu_has_the_bytes_of_the_standard(command: Command, apdu: str) -> None:
    """Cases 1 to 4."""
    assert command.encode().hex() == apdu


@pytest.mark.parametrize(
    "command", [Command(0, 0, 0, 0, bytes(256)), Command(0, 0, 0, 0, le=257), Command(0, 0, 0, 0, le=-1)]
)
def test_what_no_short_apdu_has_is_our_mistake(command: Command) -> None:
    """Too much data, or an impossible length."""
    with pytest.raises(ValueError, match="short APDU"):
        command.encode()


@pytest.mark.parametrize("data", [b"", b"\x90"])
def test_answer_without_a_status_word_is_refused(data: bytes) -> None:
    """Two bytes are the least."""
    with pytest.raises(AnswerNonsense):
        read_response(data)


def test_long_answer_is_fetched_in_parts() -> None:
    """61 00 means 256 more, 61 40 means 64."""
    send = card(
        ("00cb3fff055c035fc10100", "aa" * 256 + "6100"),
        ("00c0000000", "bb" * 256 + "6140"),
        ("00c0000040", "cc" * 64 + "9000"),
    )
    assert transmit(send, GET_DATA) == b"\xaa" * 256 + b"\xbb" * 256 + b"\xcc" * 64


def test_wrong_length_is_asked_again_once() -> None:
    """6C tells the right one; a card that says so twice has refused."""
    assert transmit(card(("00c0000040", "6c10"), ("00c0000010", "019000")), Command(0, 0xC0, 0, 0, le=64)) == b"\x01"
    with pytest.raises(StatusRefused):
        transmit(card(("00c0000040", "6c10"), ("00c0000010", "6c20")), Command(0, 0xC0, 0, 0, le=64))


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("6a82", "card-not-found"),
        ("6982", "card-security"),
        ("6a80", "card-parameters"),
        ("6700", "card-length"),
        ("1234", "card-status"),
    ],
)
def test_status_word_is_named(status: str, code: str) -> None:
    """By a code of its own where there is one."""
    with pytest.raises(StatusRefused) as refused:
        transmit(card(("00cb3fff055c035fc10100", status)), GET_DATA)
    assert refused.value.code == code
    assert refused.value.status_word == int(status, 16)


@pytest.mark.parametrize("part", [256, 1, 0])
def test_endless_chain_is_cut(part: int) -> None:
    """However large the parts are: bounded in number and in bytes."""
    asked: list[int] = []

    def send(apdu: bytes) -> bytes:
        asked.append(len(apdu))
        return bytes(part) + b"\x61\x00"

    with pytest.raises(ChainEndless):
        transmit(send, GET_DATA)
    assert len(asked) <= CHAIN_PARTS_MAX + 1
    assert len(asked) * part <= ANSWER_BYTES_MAX + 2 * 256


def test_ten_kilobytes_are_still_read() -> None:
    """The longest certificate that is accepted comes whole."""
    left = [ANSWER_BYTES_MAX]

    def send(apdu: bytes) -> bytes:
        left[0] -= 256
        return bytes(256) + (b"\x61\x00" if left[0] else b"\x90\x00")

    assert len(transmit(send, GET_DATA)) == ANSWER_BYTES_MAX


@given(st.lists(st.binary(max_size=258), min_size=1, max_size=60))
def test_any_card_is_answered_or_refused_by_name(answers: list[bytes]) -> None:
    """Nonsense ends in one of our errors, within bounds."""
    script, answer = list(answers), b""

    def send(apdu: bytes) -> bytes:
        return script.pop(0) if script else b"\x61\x01"

    with contextlib.suppress(ChamberError):
        answer = transmit(send, GET_DATA)
    assert len(answer) <= min(ANSWER_BYTES_MAX, sum(map(len, answers)))
