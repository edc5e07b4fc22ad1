"""Each fault as the host meets it, and that a seed repeats it exactly."""

import pytest

from firmware_sim.cards.plain import plain_card
from firmware_sim.pn532.chip import Chip
from firmware_sim.pn532.faults import LATE_S, Fault, Faults
from firmware_sim.pn532.frames import FrameReader
from tests.firmware_sim.chip_bench import ACK, WAKE_UP, Bench, framed

GET_VERSION = bytes.fromhex("0000ff02fed4022a00")
VERSION = bytes.fromhex("0000ff06fad50332010607e800")
SELECT = framed(bytes.fromhex("d4400100a40400"))


def bench_with(*kinds: Fault, one_in: int = 1, seed: int = 1) -> Bench:
    """An awake chip that meets one of the faults in every command, unless told otherwise."""
    bench = Bench(Chip(faults=Faults(seed, kinds, one_in)))
    bench.chip.receive(WAKE_UP, bench.now_s)
    return bench


def with_card(*kinds: Fault) -> Bench:
    """The same with a card that was listed."""
    bench = bench_with(*kinds)
    bench.chip.place(plain_card(bytes(7)), bench.now_s)
    bench.say(framed(b"\xd4\x4a\x01\x00"))
    return bench


def test_without_faults_nothing_goes_wrong() -> None:
    """A hundred commands."""
    bench = bench_with()
    assert all(bench.say(GET_VERSION) == [ACK, VERSION] for _ in range(100))


def test_a_command_without_ack_has_no_answer_either() -> None:
    """It was not heard."""
    assert bench_with(Fault.NO_ACK).say(GET_VERSION) == []


def test_a_wrong_checksum_can_be_asked_again_with_nack() -> None:
    """One bit of the checksum; what is repeated is right."""
    bench = bench_with(Fault.BAD_CHECKSUM)
    assert bench.say(GET_VERSION) == [ACK, VERSION[:-2] + b"\xe9\x00"]
    assert bench.say(bytes.fromhex("0000ffff0000")) == [VERSION]


def test_a_truncated_answer_lacks_its_end() -> None:
    """At least the checksum."""
    for seed in range(20):
        frames = bench_with(Fault.TRUNCATED, seed=seed).say(GET_VERSION)
        assert frames[0] == ACK
        assert VERSION.startswith(frames[1])
        assert len(frames[1]) < len(VERSION) - 1


def test_noise_changes_at_most_one_byte() -> None:
    """And a reader of frames never takes it for another answer."""
    for seed in range(50):
        ack, answer = bench_with(Fault.NOISE, seed=seed).say(GET_VERSION)
        assert ack == ACK
        assert sum(one != other for one, other in zip(answer, VERSION, strict=True)) <= 1
        assert [frame.data for frame in FrameReader().feed(answer)] in ([], [VERSION[6:-2]])


def test_a_late_answer_can_be_aborted() -> None:
    """Two seconds late; after the host's ACK it never comes."""
    bench = bench_with(Fault.LATE)
    before_s = bench.now_s
    assert bench.say(GET_VERSION) == [ACK, VERSION]
    assert bench.now_s - before_s > LATE_S
    bench.chip.receive(GET_VERSION, bench.now_s)
    assert bench.chip.take_due(bench.now_s + 1) == [ACK]
    assert bench.say(ACK) == []


def test_a_stale_answer_comes_although_the_host_aborted() -> None:
    """And lands in front of the next one."""
    bench = bench_with(Fault.STALE)
    bench.chip.receive(GET_VERSION, bench.now_s)
    assert bench.chip.take_due(bench.now_s + 1) == [ACK]
    bench.chip.receive(ACK, bench.now_s)
    assert bench.say(framed(b"\xd4\x14\x01")) == [ACK, VERSION, framed(b"\xd5\x15")]


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Fault.STATUS_01, 0x01), (Fault.STATUS_02, 0x02), (Fault.STATUS_0B, 0x0B), (Fault.STATUS_13, 0x13)],
)
def test_a_bad_status_replaces_the_answer_of_an_exchange(fault: Fault, status: int) -> None:
    """Raw or not; other commands have no status to spoil."""
    bench = with_card(fault)
    assert bench.say(SELECT) == [ACK, framed(bytes((0xD5, 0x41, status)))]
    assert bench.say(framed(b"\xd4\x42\xb2")) == [ACK, framed(bytes((0xD5, 0x43, status)))]
    assert bench.say(GET_VERSION) == [ACK, VERSION]


def test_a_torn_card_loses_its_state_in_the_middle() -> None:
    """It lies there again, so a host that lists again finds it."""
    bench = bench_with(Fault.TORN)
    bench.chip.place(plain_card(bytes(7)), bench.now_s)
    list_it = framed(b"\xd4\x4a\x01\x00")
    assert bench.say(list_it) == [ACK, framed(b"\xd5\x4b\x00")]
    assert bench.say(SELECT) == [ACK, framed(b"\xd5\x41\x01")]


def test_a_brown_out_leaves_the_chip_in_low_vbat() -> None:
    """Without a word, and with every setting lost."""
    bench = bench_with(Fault.BROWN_OUT)
    assert bench.say(GET_VERSION) == []
    assert bench.chip.asleep


def test_the_first_command_after_each_wake_up_is_swallowed() -> None:
    """The second is heard."""
    bench = bench_with(Fault.FIRST_SWALLOWED)
    assert bench.say(GET_VERSION) == []
    assert bench.say(GET_VERSION) == [ACK, VERSION]
    bench.say(framed(b"\xd4\x16\xf0"))
    assert bench.say(WAKE_UP + GET_VERSION) == []
    assert bench.say(GET_VERSION) == [ACK, VERSION]


def test_a_seed_repeats_its_faults_and_another_seed_has_others() -> None:
    """Drawn among all, one command in six."""

    def run(seed: int) -> list[list[bytes]]:
        bench = bench_with(*Fault, one_in=6, seed=seed)
        return [bench.say(WAKE_UP + GET_VERSION) for _ in range(100)]

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert 40 < sum(heard == [ACK, VERSION] for heard in run(1)) < 100
