"""The chip's dialogue: ACK, answer, abort, repeat, sleep, speed."""

from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.cards.plain import plain_card
from firmware_sim.cards.uid import uid_card
from firmware_sim.pn532.chip import START_BAUD, Chip
from firmware_sim.pn532.timing import ACK_S
from tests.firmware_sim.chip_bench import ACK, WAKE_UP, Bench, awake, framed

ERROR = bytes.fromhex("0000ff01ff7f8100")
NACK = bytes.fromhex("0000ffff0000")
GET_VERSION = bytes.fromhex("0000ff02fed4022a00")
VERSION = bytes.fromhex("0000ff06fad50332010607e800")
LIST = bytes.fromhex("0000ff04fcd44a0100e100")
COMMANDS = bytes.fromhex("00020406081012143240424a4452545460")
SLEEPS = bytes.fromhex("0000ff03fdd517001400")


def sleeps(bench: Bench) -> bool:
    """Whether the chip is in LowVbat or PowerDown."""
    return bench.chip.asleep


def test_the_ack_comes_first_and_the_answer_later() -> None:
    """Two writes, at their times."""
    bench = awake()
    bench.chip.receive(GET_VERSION, bench.now_s)
    assert bench.chip.take_due(bench.now_s) == []
    assert bench.chip.take_due(bench.now_s + ACK_S) == [ACK]
    assert bench.hear() == [VERSION]


def test_two_commands_in_one_write_answer_only_the_second() -> None:
    """A new command replaces the one that runs; both are acknowledged."""
    assert awake().say(GET_VERSION + framed(b"\xd4\x14\x01")) == [ACK, ACK, framed(b"\xd5\x15")]


def test_the_host_s_ack_aborts_without_an_answer() -> None:
    """And the chip takes the next command."""
    bench = awake()
    bench.chip.receive(GET_VERSION, bench.now_s)
    assert bench.chip.take_due(bench.now_s + ACK_S) == [ACK]
    assert bench.say(ACK) == []
    assert bench.say(GET_VERSION) == [ACK, VERSION]


def test_nack_repeats_the_last_answer() -> None:
    """As often as it is sent, without another ACK."""
    bench = awake()
    bench.say(GET_VERSION)
    assert bench.say(NACK) == [VERSION]
    assert bench.say(NACK) == [VERSION]


def test_nack_before_any_answer_is_silence() -> None:
    """There is nothing to repeat."""
    bench = Bench()
    bench.chip.receive(WAKE_UP, bench.now_s)
    assert bench.say(NACK) == []


def test_an_unknown_command_gets_the_error_frame() -> None:
    """Acknowledged first; so does a frame that is not from a host, and one without a command."""
    bench = awake()
    assert bench.say(framed(b"\xd4\x99")) == [ACK, ERROR]
    assert bench.say(framed(b"\xd5\x02")) == [ACK, ERROR]
    assert bench.say(framed(b"\xd4")) == [ACK, ERROR]


def test_a_wrong_checksum_is_met_with_silence() -> None:
    """No ACK, so the host knows."""
    assert awake().say(GET_VERSION[:-2] + b"\x2b\x00") == []


def test_a_bare_frame_does_not_wake_a_chip_in_low_vbat() -> None:
    """Its head is lost while the edges are counted."""
    bench = Bench(Chip())
    assert sleeps(bench)
    assert bench.say(GET_VERSION) == []
    assert not sleeps(bench)
    assert bench.say(GET_VERSION) == [ACK, VERSION]


def test_three_zeros_are_too_short_a_wake_up_and_ten_are_enough() -> None:
    """A zero byte is one edge, five are needed."""
    bench = Bench(Chip())
    bench.say(bytes(3))
    assert sleeps(bench)
    assert Bench(Chip()).say(bytes(10) + GET_VERSION) == [ACK, VERSION]


def test_a_wake_up_in_one_write_with_the_command_is_heard() -> None:
    """As libnfc and Adafruit send it."""
    assert Bench(Chip()).say(WAKE_UP + framed(b"\xd4\x14\x01")) == [ACK, framed(b"\xd5\x15")]


def test_power_down_sleeps_after_its_answer_and_keeps_settings() -> None:
    """A host program ends; the next one finds the retries that it set."""
    bench = awake()
    bench.command("320500010a")
    bench.command("0863030b")
    assert bench.say(framed(b"\xd4\x16\xf0")) == [ACK, SLEEPS]
    assert sleeps(bench)
    bench.wake()
    assert bench.command("066303") == "070b"
    before_s = bench.now_s
    assert bench.command("4a0100") == "4b00"
    assert 0.05 < bench.now_s - before_s < 0.1


def test_power_down_without_the_line_s_bit_wakes_by_reset_only() -> None:
    """The mask names what may wake the chip."""
    bench = awake()
    assert bench.say(framed(b"\xd4\x16\x20")) == [ACK, SLEEPS]
    assert bench.say(WAKE_UP + GET_VERSION) == []
    assert sleeps(bench)
    bench.chip.reset()
    bench.wake()


def test_power_down_takes_the_field_from_the_card() -> None:
    """A selected card is found again after waking."""
    bench = awake()
    bench.chip.place(plain_card(bytes(7)), bench.now_s)
    assert bench.command("4a0100").startswith("4b01")
    assert bench.say(framed(b"\xd4\x16\xf0")) == [ACK, SLEEPS]
    bench.wake()
    assert bench.command("4a0100").startswith("4b01")


def test_a_reset_forgets_settings_registers_and_speed() -> None:
    """A pulse on RSTPDN, or power that failed."""
    bench = awake()
    bench.command("086303 0b")
    bench.command("1007")
    bench.say(ACK)
    assert bench.chip.baud == 921_600
    bench.chip.reset()
    assert sleeps(bench)
    bench.wake()
    assert bench.chip.baud == START_BAUD
    assert bench.command("066303") == "0780"


def test_the_speed_changes_only_after_the_host_s_ack() -> None:
    """Another command instead keeps the old one."""
    bench = awake()
    assert bench.command("1008") == "11"
    assert bench.chip.baud == START_BAUD
    bench.say(GET_VERSION)
    bench.say(ACK)
    assert bench.chip.baud == START_BAUD
    assert bench.command("1000") == "11"
    bench.say(ACK)
    assert bench.chip.baud == 9_600


def test_an_endless_poll_says_nothing_until_a_card_comes() -> None:
    """Retries FF are what the chip starts with."""
    bench = awake()
    assert bench.say(LIST) == [ACK]
    bench.now_s += 3600
    bench.chip.place(uid_card(b"\x08\x01\x02\x03"), bench.now_s)
    assert bench.hear() == [framed(bytes.fromhex("d54b01010004080408010203"))]


def test_an_aborted_poll_leaves_no_answer_behind() -> None:
    """A card that comes later is not told."""
    bench = awake()
    assert bench.say(LIST) == [ACK]
    assert bench.say(ACK) == []
    bench.chip.place(uid_card(b"\x08\x01\x02\x03"), bench.now_s)
    assert bench.hear() == []


def test_a_card_taken_away_before_the_answer_is_a_timeout() -> None:
    """Torn in the middle of an exchange."""
    bench, card = awake(), plain_card(bytes(7))
    bench.chip.place(card, bench.now_s)
    bench.command("4a0100")
    bench.chip.receive(framed(bytes.fromhex("d4400100a40400")), bench.now_s)
    bench.chip.remove(card)
    assert bench.hear() == [ACK, framed(b"\xd5\x41\x01")]


def test_a_card_that_leaves_before_it_is_told_sends_the_poll_on() -> None:
    """The poll goes on, and the next card ends it."""
    bench, first = awake(), uid_card(b"\x08\x01\x02\x03")
    bench.chip.place(first, bench.now_s)
    bench.chip.receive(LIST, bench.now_s)
    bench.chip.remove(first)
    assert bench.hear() == [ACK]
    bench.chip.place(uid_card(b"\x08\x01\x02\x04"), bench.now_s)
    assert bench.hear() == [framed(bytes.fromhex("d54b01010004080408010204"))]


def test_cards_laid_down_together_are_found_together() -> None:
    """A poll for two that runs for ever."""
    bench = awake()
    assert bench.say(framed(b"\xd4\x4a\x02\x00")) == [ACK]
    bench.chip.place_together((uid_card(b"\x08\x01\x02\x03"), uid_card(b"\x08\x01\x02\x04")), bench.now_s)
    assert bench.hear()[0][5:8] == b"\xd5\x4b\x02"


@given(st.lists(st.tuples(st.sampled_from(sorted(COMMANDS)), st.binary(max_size=60)), max_size=12), st.booleans())
def test_no_command_stops_the_chip(commands: list[tuple[int, bytes]], lies: bool) -> None:
    """Whatever arguments: an ACK, at most one answer, and the next command is obeyed."""
    bench = awake()
    if lies:
        bench.chip.place_together((plain_card(bytes(7)), uid_card(bytes(4))), bench.now_s)
    for code, arguments in commands:
        heard = bench.say(framed(bytes((0xD4, code)) + arguments))
        assert heard[:1] == [ACK]
        assert len(heard) <= 2
        if sleeps(bench):
            bench.wake()
    bench.chip.reset()
    bench.wake()
    assert bench.say(GET_VERSION) == [ACK, VERSION]
