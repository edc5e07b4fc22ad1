"""Each command of the firmware: what it answers, what it refuses, what it does to cards."""

import pytest

from firmware_sim.cards.iso14443a import State
from firmware_sim.cards.plain import plain_card
from firmware_sim.cards.type2 import type2_card
from firmware_sim.cards.uid import uid_card
from firmware_sim.pn532.chip import Chip
from firmware_sim.pn532.field import Card
from firmware_sim.pn532.initiator import Relist
from firmware_sim.rf import crc_a
from tests.firmware_sim.chip_bench import ACK, Bench, awake, framed

UID = bytes.fromhex("04a1b2c3d4e580")
LISTED = "4b010103442007" + UID.hex() + "067777710280"
ERROR = bytes.fromhex("0000ff01ff7f8100")
FEW_RETRIES = "3205000102"


def bench_with(*cards: Card, relist: Relist = Relist.STRICT) -> Bench:
    """An awake chip that gives up polling soon, with cards on it."""
    bench = awake(Chip(relist=relist))
    assert bench.command(FEW_RETRIES) == "33"
    for card in cards:
        bench.chip.place(card, bench.now_s)
    return bench


def test_the_line_test_echoes_in_the_frame_that_fits() -> None:
    """Also 262 bytes, for which both sides need the extended form."""
    data = bytes(range(256)) + bytes(6)
    assert awake().command("0000" + data.hex()) == "0100" + data.hex()


@pytest.mark.parametrize(
    "command",
    [
        "00", "0009", "0200", "0400", "06", "0663", "08", "086302", "10", "1009", "12", "121400", "14", "1400", "16",
        "32", "3203", "320100ff", "32050102", "40", "4a", "4a01", "4a0000", "4a0300", "4a0105", "4a01000102",
        "44", "440101", "52", "54", "60", "6001", "600102", "60000220", "60010020", "60011020",
    ],
)  # fmt: skip
def test_a_command_of_the_wrong_form_gets_the_error_frame(command: str) -> None:
    """Too short, too long, or a value that does not exist."""
    assert awake().say(framed(b"\xd4" + bytes.fromhex(command))) == [ACK, ERROR]


def test_general_status_tells_field_and_targets() -> None:
    """It does not notice that a card has gone."""
    card = plain_card(UID)
    bench = bench_with(card)
    assert bench.command("04") == "0500000000"
    bench.command("4a0100")
    assert bench.command("04") == "050001010100000000"
    bench.chip.remove(card)
    assert bench.command("04") == "050001010100000000"


def test_listing_tells_the_card_and_its_answer_to_select() -> None:
    """SENS_RES with its high byte first; the ATS begins with its own length."""
    assert bench_with(plain_card(UID)).command("4a0100") == LISTED


def test_listing_without_automatic_rats_leaves_the_card_before_its_protocol() -> None:
    """So an exchange, which is raw then, finds a card that does not understand it."""
    bench = bench_with(plain_card(UID))
    bench.command("1200")
    assert bench.command("4a0100") == LISTED.removesuffix("067777710280")
    assert bench.command("400100a40400") == "4101"


def test_an_empty_field_is_told_after_the_retries_and_leaves_the_request_in_the_fifo() -> None:
    """Drivers read 26 there to tell an empty field from a mute card."""
    bench = bench_with()
    before_s = bench.now_s
    assert bench.command("4a0100") == "4b00"
    assert bench.now_s - before_s >= 3 * 0.0055
    assert bench.command("066339") == "0726"


def test_listing_again_misses_a_selected_card_unless_lenient() -> None:
    """REQA is not for cards that are selected; switching the field off and on cures it."""
    assert [bench_with(plain_card(UID), relist=Relist.LENIENT).command("4a0100") for _ in range(2)] == [LISTED] * 2
    bench = bench_with(plain_card(UID))
    assert [bench.command("4a0100") for _ in range(3)] == [LISTED, "4b00", "4b00"]
    assert [bench.command(field) for field in ("320100", "320101")] == ["33", "33"]
    assert bench.command("4a0100") == LISTED


def test_listing_another_modulation_finds_nothing_and_keeps_registers() -> None:
    """FeliCa, type B, Jewel: there are no such cards here."""
    bench = bench_with(plain_card(UID))
    bench.command("0863020363030b")
    assert {bench.command(f"4a01{kind}") for kind in ("0100ffff0100", "03 00", "04")} == {"4b00"}
    assert bench.command("0663026303") == "07030b"


def test_listing_type_a_sets_registers_back() -> None:
    """A host before may have left them at another modulation."""
    bench = bench_with(plain_card(UID))
    bench.command("0863020363030b633d07")
    assert bench.command("4a0100") == LISTED
    assert bench.command("06630263036305633d") == "0780804000"


def test_a_card_can_be_listed_by_its_uid() -> None:
    """In the cascade form; another UID finds nothing."""
    bench = bench_with(plain_card(UID))
    assert bench.command("4a0100" + "8804a1b2c3d4e581") == "4b00"
    assert bench.command("4a0100" + "8804a1b2c3d4e580") == LISTED


@pytest.mark.parametrize("number", ["00", "01"])
def test_a_deselected_card_is_halted_and_can_be_taken_up_again(number: str) -> None:
    """The next exchange wakes it; listing does not find it."""
    card = plain_card(UID)
    bench = bench_with(card)
    bench.command("4a0100")
    assert bench.command("44" + number) == "4500"
    assert card.state is State.HALT
    assert bench.command("400100a40400") == "41009000"
    bench.command("44" + number)
    assert bench.command("5401") == "5500"
    assert bench.command("4a0100") == "4b00"


def test_a_released_card_is_no_target_any_more() -> None:
    """Nor is a number that was never given."""
    bench = bench_with(plain_card(UID))
    assert bench.command("4001") == "4127"
    bench.command("4a0100")
    assert bench.command("5202") == "5327"
    assert bench.command("5200") == "5300"
    assert bench.command("400100a40400") == "4127"
    assert bench.command("5401") == "5527"
    assert bench.command("5200") == "5300"


def test_two_cards_are_told_apart_by_their_bits_and_talked_to_in_turn() -> None:
    """The one that sends a 1 first is first; the other is halted meanwhile."""
    badge, card = uid_card(bytes.fromhex("08010203")), plain_card(UID)
    bench = bench_with(badge, card)
    assert bench.command("4a0200") == "4b02" + LISTED[4:] + "02000408" + "0408010203"
    assert bench.command("400100a40400") == "41009000"
    assert badge.state is State.HALT
    assert bench.command("400230 00") == "4101"
    assert card.state is State.HALT
    assert bench.command("400100a40400") == "41009000"
    assert bench.command("04").startswith("05000102")


def test_one_of_two_cards_is_chosen_where_one_is_asked_for() -> None:
    """Anticollision leaves one."""
    bench = bench_with(uid_card(b"\x08\x01\x02\x03"), uid_card(b"\x08\x01\x02\x83"))
    assert bench.command("4a0100").endswith("0408010283")


def test_one_card_where_two_are_asked_for_stays_usable() -> None:
    """It was halted to look for the second, and taken up again."""
    bench = bench_with(plain_card(UID))
    assert bench.command("4a0200") == LISTED
    assert bench.command("400100a40400") == "41009000"


def test_a_card_that_is_gone_is_a_timeout() -> None:
    """Status 01 after the timeout of item 2; the presence test says the same."""
    card = plain_card(UID)
    bench = bench_with(card)
    bench.command("4a0100")
    assert bench.command("0006") == "0100"
    assert bench.command("42b2") == "4300a3"
    bench.chip.remove(card)
    before_s = bench.now_s
    assert bench.command("400100a40400") == "4101"
    assert bench.now_s - before_s > 0.05
    assert bench.command("42b2") == "4301"
    assert bench.command("0006") == "0101"


def test_a_shorter_timeout_is_obeyed() -> None:
    """RFConfiguration item 2, third byte."""
    bench = bench_with()
    bench.command("3202000b05")
    before_s = bench.now_s
    assert bench.command("42b2") == "4301"
    assert bench.now_s - before_s < 0.005


def test_a_raw_exchange_needs_the_field() -> None:
    """Off, nobody answers."""
    bench = bench_with(plain_card(UID))
    bench.command("4a0100")
    bench.command("320100")
    assert bench.command("42b2") == "4301"


def test_raw_bits_and_checksums_follow_the_registers() -> None:
    """Seven bits out by BitFraming; without CRC the two bytes are the host's; four bits back are told in Control."""
    bench = bench_with(type2_card(UID))
    bench.command("320101")
    bench.command("0863020063030063 3d07".replace(" ", ""))
    assert bench.command("4226") == "43004400"
    bench.command("08633d00")
    assert bench.command("429320") == "43008804a1b29f"
    assert bench.command("42937088 04a1b29fae4b".replace(" ", "")) == "430004da17"
    assert bench.command("429520") == "4300c3d4e58072"
    assert bench.command("429570c3d4e580723bb1") == "430000fe51"
    assert bench.command("4260f832") == "43000004040201000f03" + crc_a(bytes.fromhex("0004040201000f03")).hex()
    bench.command("08633d04")
    assert bench.command("420f") == "4301"


def test_with_checksums_on_a_wrong_one_is_told() -> None:
    """A four-bit answer cannot carry one."""
    bench = bench_with(type2_card(UID))
    bench.command("4a0100")
    assert bench.command("42ff") == "4302"
    assert bench.command("06633c") == "0714"


def test_memory_is_read_and_written_through_an_exchange() -> None:
    """Type 2 has no protocol above: pages come raw, an acknowledgement is an empty answer, a refusal 13."""
    bench = bench_with(type2_card(UID))
    bench.command("4a0100")
    assert bench.command("4001a20a01020304") == "4100"
    assert bench.command("4001300a").startswith("410001020304")
    assert bench.command("400130ff") == "4113"


def test_auto_poll_tells_the_kind_of_card() -> None:
    """ISO-DEP as 20, others as 10, and nothing that was not asked for."""
    assert bench_with(plain_card(UID)).command("60010120") == "610120" + "12" + LISTED[4:]
    assert bench_with(uid_card(b"\x08\x01\x02\x03")).command("6001012010") == "610110" + "09" + "010004080408010203"
    assert bench_with(uid_card(b"\x08\x01\x02\x03")).command("60010120") == "6100"


def test_auto_poll_ends_after_its_rounds() -> None:
    """Rounds, period of 150 ms, types."""
    bench = bench_with()
    before_s = bench.now_s
    assert bench.command("6002022010") == "6100"
    assert 1.2 <= bench.now_s - before_s < 1.3
