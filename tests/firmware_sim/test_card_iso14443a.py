"""A type A card before its protocol: what it answers in which state."""

import pytest

from firmware_sim.cards.iso14443a import FALL_BACK, TABLE, CardA, Identity, State
from firmware_sim.cards.plain import plain_card
from firmware_sim.cards.type2 import type2_card
from firmware_sim.cards.uid import uid_card
from firmware_sim.pn532.field import Field
from firmware_sim.rf import RfFrame, bits_of, crc_a, frame_of_bits, strip_crc, with_crc

UID4 = bytes.fromhex("08010203")
UID7 = bytes.fromhex("04a1b2c3d4e580")
REQA, WUPA = RfFrame(b"\x26", 7), RfFrame(b"\x52", 7)
HLTA = with_crc(b"\x50\x00")
RATS = with_crc(b"\xe0\x50")
SELECT_1 = RfFrame(bytes.fromhex("93708804a1b29fae4b"))
SELECT_2 = RfFrame(bytes.fromhex("9570c3d4e580723bb1"))


def in_state(state: State, card: CardA | None = None) -> CardA:
    """A card with a seven-byte UID, led to a state by frames."""
    card = card or plain_card(UID7)
    way: dict[State, list[RfFrame]] = {
        State.OFF: [],
        State.IDLE: [],
        State.READY: [REQA],
        State.ACTIVE: [REQA, SELECT_1, SELECT_2],
        State.HALT: [REQA, SELECT_1, SELECT_2, HLTA],
        State.READY_AGAIN: [REQA, SELECT_1, SELECT_2, HLTA, WUPA],
        State.ACTIVE_AGAIN: [REQA, SELECT_1, SELECT_2, HLTA, WUPA, SELECT_1, SELECT_2],
        State.PROTOCOL: [REQA, SELECT_1, SELECT_2, RATS],
    }
    if state is not State.OFF:
        card.power_on()
    for frame in way[state]:
        card.receive(frame)
    assert card.state is state
    return card


def test_the_checksum_is_the_one_of_the_standard() -> None:
    """Annex B's examples, and what a reader sends to halt and select."""
    assert crc_a(b"\x00\x00").hex() == "a01e"
    assert crc_a(b"\x12\x34").hex() == "26cf"
    assert crc_a(b"\x50\x00").hex() == "57cd"
    assert crc_a(b"\xe0\x50").hex() == "bca5"


def test_a_changed_checksum_is_refused() -> None:
    """And so is a frame too short to have one, or with bits left over."""
    assert strip_crc(HLTA) == b"\x50\x00"
    assert strip_crc(RfFrame(HLTA.data[:-1] + b"\xce")) is None
    assert strip_crc(RfFrame(b"\xa0\x1e")) is None
    assert strip_crc(RfFrame(HLTA.data, 4)) is None


def test_a_seven_byte_uid_is_selected_in_two_levels() -> None:
    """As nfc-anticol shows it, byte by byte."""
    card = in_state(State.IDLE)
    said = [REQA, RfFrame(b"\x93\x20"), SELECT_1, RfFrame(b"\x95\x20"), SELECT_2, RATS]
    heard = [card.receive(frame).frame for frame in said]
    told = ["4403", "8804a1b29f", "04da17", "c3d4e58072", "20fc70", "067777710280be6a"]
    assert [frame.data.hex() if frame else None for frame in heard] == told


@pytest.mark.parametrize(
    ("state", "frame", "after"),
    [
        (State.OFF, WUPA, State.OFF),
        (State.IDLE, WUPA, State.READY),
        (State.IDLE, HLTA, State.IDLE),
        (State.IDLE, SELECT_1, State.IDLE),
        (State.READY, REQA, State.IDLE),
        (State.READY, SELECT_2, State.IDLE),
        (State.READY, RfFrame(SELECT_1.data[:-1] + b"\x00"), State.IDLE),
        (State.READY, with_crc(bytes.fromhex("93708804a1b39e")), State.IDLE),
        (State.ACTIVE, REQA, State.IDLE),
        (State.ACTIVE, WUPA, State.IDLE),
        (State.ACTIVE, HLTA, State.HALT),
        (State.ACTIVE, RfFrame(RATS.data[:-1]), State.IDLE),
        (State.ACTIVE, with_crc(b"\x30\x00"), State.IDLE),
        (State.HALT, REQA, State.HALT),
        (State.READY_AGAIN, REQA, State.HALT),
        (State.ACTIVE_AGAIN, REQA, State.HALT),
        (State.ACTIVE_AGAIN, HLTA, State.HALT),
        (State.PROTOCOL, REQA, State.PROTOCOL),
        (State.PROTOCOL, WUPA, State.PROTOCOL),
        (State.PROTOCOL, HLTA, State.PROTOCOL),
        (State.PROTOCOL, RATS, State.PROTOCOL),
    ],
)
def test_what_a_card_does_not_expect_sends_it_back(state: State, frame: RfFrame, after: State) -> None:
    """Mute, except where WUPA is heard."""
    card = in_state(state)
    answer = card.receive(frame)
    assert card.state is after
    assert (answer.frame is not None) is (after is State.READY)


def test_a_halted_card_is_woken_and_selected_again() -> None:
    """WUPA, and the whole selection; then it can activate its protocol."""
    card = in_state(State.ACTIVE_AGAIN)
    assert card.receive(RATS).frame is not None
    assert card.state is State.PROTOCOL


def test_every_state_has_a_way_back() -> None:
    """Whatever a card does not expect leads to a state that waits for a call, or nowhere."""
    assert set(FALL_BACK) == set(State)
    assert {state for state in State if FALL_BACK[state] is state} == {
        State.OFF,
        State.IDLE,
        State.HALT,
        State.PROTOCOL,
    }


@pytest.mark.parametrize("known", range(0, 40, 3))
def test_anticollision_completes_a_prefix_of_any_length(known: int) -> None:
    """The card sends the bits that the reader does not know; another prefix stays unanswered."""
    card = uid_card(UID4)
    card.power_on()
    card.receive(REQA)
    bits = bits_of(UID4 + bytes((UID4[0] ^ UID4[1] ^ UID4[2] ^ UID4[3],)))
    head = bits_of(bytes((0x93, 0x20 + (known // 8 << 4 | known % 8))))
    assert card.receive(frame_of_bits(head + bits[:known])).frame == frame_of_bits(bits[known:])
    if known:
        other = (*bits[: known - 1], 1 - bits[known - 1])
        assert card.receive(frame_of_bits(head + other)).frame is None
        assert card.state is State.READY


@pytest.mark.parametrize("frame", [b"\x93", b"\x93\x10", b"\x93\x71", b"\x93\xff", b"\x93\x50\x88", b"\x93\x23", b""])
def test_malformed_anticollision_is_not_answered(frame: bytes) -> None:
    """Counts that are too small, too large, or do not fit what was sent."""
    assert in_state(State.READY).receive(RfFrame(frame)).frame is None


def test_a_ten_byte_uid_has_three_levels() -> None:
    """Two of them with the cascade tag, each with its check byte."""
    levels = Identity(bytes(range(1, 11)), b"\x44\x00", 0x20).levels()
    assert [level.hex() for level in levels] == ["8801020388", "880405068f", "0708090a0c"]


def test_two_cards_that_answer_differently_collide_at_the_first_other_bit() -> None:
    """A one is heard over a zero."""
    field = Field()
    field.place(uid_card(b"\x08\x01\x02\x03"))
    field.place(uid_card(b"\x08\x01\x02\x07"))
    field.switch(on=True)
    assert field.exchange(REQA) is not None
    heard = field.exchange(RfFrame(b"\x93\x20"))
    assert heard is not None
    assert (heard.collision, heard.frame.data[:4].hex()) == (26, "08010207")


def test_a_card_in_a_field_that_is_off_is_off() -> None:
    """Placed before, placed after, and taken away."""
    field, card = Field(), uid_card(UID4)
    field.place(card)
    assert field.exchange(REQA) is None
    field.switch(on=True)
    assert field.exchange(REQA) is not None
    field.remove(card)
    assert (card.state, field.exchange(WUPA)) == (State.OFF, None)
    field.place(card)
    assert field.exchange(REQA) is not None
    field.switch(on=False)
    assert card.state is State.OFF


def test_a_type_2_tag_reads_round_its_end_and_refuses_its_head() -> None:
    """Page 43 goes on with 44, 0, 1; the UID cannot be written; a refusal ends the selection."""
    card = in_state(State.ACTIVE, type2_card(UID7))
    answer = card.receive(with_crc(b"\x30\x2b"))
    assert answer.frame is not None
    assert answer.frame.data[8:12].hex() == "04a1b29f"
    assert card.receive(with_crc(b"\x3a\x03\x03")).frame == with_crc(bytes.fromhex("e1101200"))
    assert card.receive(with_crc(b"\xa2\x00\x01\x02\x03\x04")).frame == RfFrame(b"\x00", 4)
    assert card.state is State.IDLE


def test_every_state_is_reached() -> None:
    """No state that nothing leads to."""
    assert set(TABLE.values()) | {State.OFF} == set(State)
