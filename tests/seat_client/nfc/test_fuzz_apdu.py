"""APDUs and TLV at the seat, under any card: what comes back is whole, or an error of ours with a name, within bounds.

The simulated card's own reader of APDUs is the other end, so that a mistake of one side cannot hide in the other.
"""

import contextlib

import pytest
from hypothesis import strategies as st

from firmware_sim.cards import apdu as other_end
from protocol.errors import ChamberError
from seat_client.nfc.apdu import (
    ANSWER_BYTES_MAX,
    CHAIN_PARTS_MAX,
    DATA_BYTES_MAX,
    LE_MAX,
    LE_WHOLE,
    Command,
    is_extended,
    read_response,
    transmit,
)
from seat_client.nfc.errors import AnswerNonsense, ChainEndless, StatusRefused, TlvRefused
from seat_client.nfc.tlv import ELEMENTS_MAX, Element, element, find, read_elements
from tests.fuzzing import fuzzed

BYTE = st.integers(0, 255)
LENGTHS = st.one_of(st.none(), st.integers(1, LE_MAX), st.just(LE_WHOLE))
COMMANDS = st.builds(Command, BYTE, BYTE, BYTE, BYTE, st.binary(max_size=DATA_BYTES_MAX), LENGTHS)
GET_DATA = Command(0x00, 0xCB, 0x3F, 0xFF, bytes.fromhex("5c035fc101"), 256)
STATUSES = st.sampled_from([b"\x90\x00", b"\x61\x00", b"\x61\x01", b"\x61\xff", b"\x6c\x00", b"\x6c\x10", b"\x6a\x82"])
SAID = st.one_of(
    st.builds(lambda data, status: data + status, st.binary(max_size=256), STATUSES), st.binary(max_size=258)
)
TAGS = st.one_of(
    st.integers(1, 0xFE).filter(lambda tag: tag & 0x1F != 0x1F), st.sampled_from([0x5F2F, 0x7F49, 0x5FC101, 0x5FC1FF])
).filter(lambda tag: tag != 0x5FC1FF)


@fuzzed(200, command=COMMANDS)
def test_every_apdu_is_read_by_a_card_as_it_was_meant(command: Command) -> None:
    """Short and extended; what is extended is told from what is not."""
    written = command.encode()
    expected = other_end.Command(command.cla, command.ins, command.p1, command.p2, command.data, command.le)
    assert other_end.read_command(written) == expected
    assert is_extended(written) == (command.le == LE_WHOLE)


@fuzzed(200, said=st.lists(SAID, max_size=60), command=COMMANDS)
def test_any_card_gives_an_answer_or_an_error_with_a_name(said: list[bytes], command: Command) -> None:
    """Never more than it said, never more than there may be, and never asked without end."""
    script, asked, answer = list(said), [0], b""

    def send(apdu: bytes) -> bytes:
        assert 4 <= len(apdu) <= 265
        asked[0] += 1
        return script.pop(0) if script else b"\x61\x00"

    with contextlib.suppress(AnswerNonsense, ChainEndless, StatusRefused):
        answer = transmit(send, command)
    assert len(answer) <= min(ANSWER_BYTES_MAX, sum(map(len, said)))
    assert asked[0] <= CHAIN_PARTS_MAX + 2


@fuzzed(60, part=st.integers(0, 256), wanted=st.sampled_from([256, LE_WHOLE]), more=BYTE, wrong=st.booleans())
def test_endless_chain_ends_with_its_name(part: int, wanted: int, more: int, wrong: bool) -> None:
    """However large the parts are, whatever is announced, also behind a corrected length."""
    asked: list[int] = []

    def send(apdu: bytes) -> bytes:
        asked.append(len(apdu))
        return b"\x6c\x20" if wrong and len(asked) == 1 else bytes(part) + bytes((0x61, more))

    with pytest.raises(ChainEndless) as refused:
        transmit(send, Command(0x00, 0xCB, 0x3F, 0xFF, le=wanted))
    assert refused.value.code == "chain-endless"
    assert len(asked) <= CHAIN_PARTS_MAX + 2
    assert len(asked) * part <= ANSWER_BYTES_MAX + 3 * 256


@fuzzed(150, data=st.binary(max_size=3_000), sizes=st.lists(st.integers(1, 256), min_size=1, max_size=5))
def test_answer_in_parts_comes_whole(data: bytes, sizes: list[int]) -> None:
    """Cut by the card where it likes, as long as it needs no more parts than there may be."""
    sizes = [max(size, len(data) // (CHAIN_PARTS_MAX - 2) + 1) for size in sizes]
    pieces, turns = other_end.Pieces(), [0]

    def send(apdu: bytes) -> bytes:
        size = sizes[turns[0] % len(sizes)]
        turns[0] += 1
        return pieces.go_on(size) if apdu[1] == 0xC0 else pieces.start(data, size)

    assert transmit(send, GET_DATA) == data


@fuzzed(100, data=st.binary(max_size=10))
def test_any_answer_is_split_or_refused(data: bytes) -> None:
    """Two bytes of status are the least."""
    try:
        response = read_response(data)
    except AnswerNonsense:
        assert len(data) < 2
    else:
        assert response.data + response.status_word.to_bytes(2, "big") == data


@fuzzed(
    200, data=st.one_of(st.binary(max_size=600), st.binary(max_size=80).map(lambda value: element(0x53, value)[:-1]))
)
def test_any_bytes_are_elements_or_refused(data: bytes) -> None:
    """No byte is read twice, none behind the end, and none is left over."""
    try:
        elements = read_elements(data)
    except TlvRefused:
        return
    assert len(elements) <= ELEMENTS_MAX
    assert sum(len(one.value) + 2 for one in elements) <= len(data)
    assert not data or elements


@fuzzed(150, elements=st.lists(st.builds(Element, TAGS, st.binary(max_size=400)), max_size=8))
def test_elements_are_read_as_they_were_written(elements: list[Element]) -> None:
    """One, two and three bytes of tag, each form of the length; one that stands alone is found by its tag."""
    written = b"".join(element(one.tag, one.value) for one in elements)
    assert read_elements(written) == tuple(elements)
    for one in elements:
        if [other.tag for other in elements].count(one.tag) == 1:
            assert find(element(0x7C, written), 0x7C, one.tag) == one.value
        else:
            with pytest.raises(TlvRefused):
                find(written, one.tag)


@fuzzed(
    100, values=st.dictionaries(st.integers(1, 0xFE).filter(lambda tag: tag & 0x1F != 0x1F), st.binary(max_size=400))
)
def test_both_ends_read_what_the_other_wrote(values: dict[int, bytes]) -> None:
    """Seat and simulated card have each a codec of their own."""
    ours = b"".join(element(tag, value) for tag, value in values.items())
    theirs = b"".join(other_end.tlv(tag, value) for tag, value in values.items())
    assert ours == theirs
    assert other_end.read_tlvs(ours) == values
    if len(values) <= ELEMENTS_MAX:
        assert read_elements(theirs) == tuple(Element(tag, value) for tag, value in values.items())


def test_errors_of_cards_are_ours() -> None:
    """What the properties above let pass is one family."""
    assert all(issubclass(error, ChamberError) for error in (AnswerNonsense, ChainEndless, StatusRefused, TlvRefused))
