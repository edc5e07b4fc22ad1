"""The simulated chip under any bytes of a host: it never fails, finds what is whole, and can always be talked to again.

What can be lost: as at the driver's end, frames that begin within one longest frame of the end of the noise. A frame
that is damaged is nothing at all, and has no ACK.
"""

from itertools import pairwise

from hypothesis import strategies as st

from firmware_sim.cards.catalogue import NAMES, make_card
from firmware_sim.pn532.chip import Chip
from firmware_sim.pn532.frames import ACK, ERROR, FRAME_BYTES_MAX, FrameReader, HostFrame, Kind, encode_answer
from tests.firmware_sim.chip_bench import WAKE_UP, Bench, awake, framed
from tests.fuzzing import fuzzed

START = b"\x00\xff"
NACK = bytes.fromhex("0000ffff0000")
LONGEST = len(START) + 5 + FRAME_BYTES_MAX + 1
GET_VERSION = framed(b"\xd4\x02")
VERSION = encode_answer(bytes.fromhex("0332010607"))
NOISE = st.lists(
    st.one_of(
        st.binary(max_size=40), st.sampled_from([START, ACK, NACK, b"\x00\xff\xff\xff\x01\x09\xf6", WAKE_UP, b"\xd4"])
    ),
    max_size=8,
).map(b"".join)
CODES = st.sampled_from(
    [0x00, 0x02, 0x04, 0x06, 0x08, 0x10, 0x12, 0x14, 0x16, 0x32, 0x40, 0x42, 0x44, 0x4A, 0x52, 0x60]
)
COMMANDS = st.one_of(
    st.sampled_from(
        [bytes.fromhex(text) for text in ("4a0200", "4a0100", "1401", "1214", "320101", "42b2", "400100a4")]
    ),
    st.builds(lambda code, data: bytes((code,)) + data, CODES, st.binary(max_size=30)),
    st.binary(min_size=1, max_size=FRAME_BYTES_MAX - 1),
)


def read(pieces: list[bytes]) -> list[HostFrame]:
    """What a new reader finds."""
    reader = FrameReader()
    return [frame for piece in pieces for frame in reader.feed(piece)]


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """Cut `data` at these places, wherever they are."""
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(places)]


@fuzzed(150, noise=NOISE, cuts=st.lists(st.integers(0, 999), max_size=6))
def test_any_bytes_give_the_same_frames_however_they_are_cut(noise: bytes, cuts: list[int]) -> None:
    """And no frame is made of fewer bytes than it has."""
    found = read(in_pieces(noise, cuts))
    assert found == read([noise])
    assert sum(len(frame.data) + 6 if frame.kind is Kind.COMMAND else 4 for frame in found) <= len(noise)


@fuzzed(150, body=st.binary(min_size=1, max_size=FRAME_BYTES_MAX), cuts=st.lists(st.integers(0, 999), max_size=6))
def test_every_frame_of_a_host_is_read(body: bytes, cuts: list[int]) -> None:
    """Normal and extended, in any pieces."""
    assert read(in_pieces(framed(body), cuts)) == [HostFrame(Kind.COMMAND, body[0], body[1:])]


@fuzzed(150, before=NOISE, after=NOISE, data=st.binary(min_size=1, max_size=60))
def test_frame_between_noise_without_a_start_code_is_always_found(before: bytes, after: bytes, data: bytes) -> None:
    """Nothing is lost where the noise holds no beginning of a frame."""
    quiet = before.replace(b"\xff", b"\xfe")
    assert read([quiet + framed(b"\xd4" + data) + after])[0] == HostFrame(Kind.COMMAND, 0xD4, data)


@fuzzed(150, noise=NOISE)
def test_loss_behind_noise_is_one_longest_frame_at_most(noise: bytes) -> None:
    """Of the same frame again and again, each that begins later than that is found."""
    count = 2 * LONGEST // len(GET_VERSION) + 2
    wanted = HostFrame(Kind.COMMAND, 0xD4, b"\x02")
    found = [frame for frame in read([noise + GET_VERSION * count]) if frame == wanted]
    assert len(found) >= sum(1 for number in range(count) if number * len(GET_VERSION) > LONGEST)


def framed_right(frame: bytes) -> bool:
    """Whether a frame of the chip is an ACK, the error frame, or an answer whose lengths and sums are right."""
    if frame in {ACK, ERROR}:
        return True
    body = frame[8:-2] if frame.startswith(b"\x00\x00\xff\xff\xff") else frame[5:-2]
    return body[:1] == b"\xd5" and framed(body) == frame


@fuzzed(60, card=st.sampled_from(NAMES), commands=st.lists(COMMANDS, max_size=8), noise=NOISE)
def test_chip_answers_any_commands_and_can_be_reset_to_good(card: str, commands: list[bytes], noise: bytes) -> None:
    """Whatever a host asked, also asleep or at another rate: after a reset it wakes, answers and lists its card."""
    chip = Chip()
    bench = awake(chip)
    chip.place(make_card(card, 1), bench.now_s)
    for command in commands:
        assert all(framed_right(frame) for frame in bench.say(framed(b"\xd4" + command)))
    assert all(framed_right(frame) for frame in bench.say(noise))
    chip.reset()
    again = Bench(chip, bench.now_s)
    again.wake()
    assert again.say(GET_VERSION) == [ACK, VERSION]
    assert again.command("3205ff0101") == "33"
    assert again.command("4a0200").startswith("4b01")
