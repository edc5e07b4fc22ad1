"""The driver's frame decoder under any bytes: it never raises, never holds more than a frame, and finds what is whole.

How much can be lost: noise that looks like the beginning of a frame may claim the bytes behind it, so frames that begin
within one longest frame of the end of the noise may be swallowed. Every later one is found.
"""

from itertools import pairwise

from hypothesis import strategies as st

from firmware_sim.pn532.frames import FRAME_BYTES_MAX, FrameReader, HostFrame, Kind, encode_answer
from seat_client.nfc.errors import AnswerNonsense
from seat_client.nfc.frames import ACK, DATA_BYTES_MAX, NACK, Answer, Damaged, Frame, FrameDecoder, encode_command
from seat_client.nfc.targets import Target, read_targets
from tests.fuzzing import fuzzed

START = b"\x00\xff"
LONGEST = len(START) + 5 + FRAME_BYTES_MAX + 1
"""From the start code to the checksum of an extended frame."""
NOISE = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [START, ACK, NACK, b"\x00\x00\xff\xff\xff\x01\x09\xf6", b"\x00\xff\x10\xf0", b"\xd5", bytes(3)]
        ),
    ),
    max_size=8,
).map(b"".join)
ANSWERS = st.binary(min_size=1, max_size=DATA_BYTES_MAX)


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """Cut `data` at these places, wherever they are."""
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(places)]


def decoded(pieces: list[bytes]) -> tuple[list[Frame], int]:
    """What a new decoder finds, and how many bytes it held at most."""
    decoder, found, held = FrameDecoder(), [], 0
    for piece in pieces:
        found += decoder.feed(piece)
        held = max(held, len(decoder._bytes))  # noqa: SLF001 - the bound is the point
    return found, held


@fuzzed(150, noise=NOISE, cuts=st.lists(st.integers(0, 999), max_size=6))
def test_any_bytes_end_within_bounds_however_they_are_cut(noise: bytes, cuts: list[int]) -> None:
    """The same frames in pieces as at once; one frame is held at most; no frame is made of fewer bytes than it has."""
    found, held = decoded(in_pieces(noise, cuts))
    assert found == decoded([noise])[0]
    assert held < LONGEST
    assert sum(len(frame.data) + 6 for frame in found if isinstance(frame, Answer)) <= len(noise)


@fuzzed(150, answer=ANSWERS, cuts=st.lists(st.integers(0, 999), max_size=6))
def test_every_answer_of_the_reader_is_read(answer: bytes, cuts: list[int]) -> None:
    """Written by the simulator's own encoder: normal and extended frames, in any pieces."""
    assert decoded(in_pieces(encode_answer(answer), cuts))[0] == [Answer(answer)]


@fuzzed(150, command=ANSWERS)
def test_every_command_is_heard_by_the_reader(command: bytes) -> None:
    """Read by the simulator's own reader."""
    assert FrameReader().feed(encode_command(command)) == [HostFrame(Kind.COMMAND, 0xD4, command)]


@fuzzed(200, before=NOISE, after=NOISE, answer=st.binary(min_size=1, max_size=60))
def test_frame_between_noise_without_a_start_code_is_always_found(before: bytes, after: bytes, answer: bytes) -> None:
    """Nothing is lost where the noise holds no beginning of a frame."""
    quiet = before.replace(b"\xff", b"\xfe")
    assert decoded([quiet + encode_answer(answer) + after])[0][0] == Answer(answer)


@fuzzed(150, noise=NOISE, answer=st.binary(min_size=1, max_size=40))
def test_loss_behind_noise_is_one_longest_frame_at_most(noise: bytes, answer: bytes) -> None:
    """Of the same frame again and again, each that begins later than that is found."""
    frame = encode_answer(answer)
    if frame.count(START) > 1:
        frame = encode_answer(b"\x41")  # one that holds a start code inside may be taken apart by its neighbours
    count = 2 * LONGEST // len(frame) + 2
    found = [one for one in decoded([noise + frame * count])[0] if isinstance(one, Answer)]
    beyond = sum(1 for number in range(count) if number * len(frame) > LONGEST)
    assert found[len(found) - beyond :] == [Answer(frame[5:-2][1:])] * beyond


@fuzzed(150, answer=ANSWERS, place=st.integers(0, 999), change=st.integers(1, 255))
def test_no_changed_frame_passes_for_another(answer: bytes, place: int, change: int) -> None:
    """One changed byte behind the start code: no answer but the whole one comes out, unless the frame holds another."""
    frame = bytearray(encode_answer(answer))
    at = 3 + place % (len(frame) - 4)
    frame[at] ^= change
    found = decoded([bytes(frame)])[0]
    inner = [one for one in found if isinstance(one, Answer)]
    assert not inner or bytes(frame).count(START) > 1
    assert all(len(one.data) < len(answer) for one in inner)
    assert inner or not found or isinstance(found[0], Damaged) or bytes(frame[3:5]) in {ACK[3:5], NACK[3:5]}


TARGETS = st.lists(
    st.tuples(st.binary(min_size=2, max_size=2), st.sampled_from([0x00, 0x08]), st.sampled_from([4, 7, 10])),
    max_size=2,
)


@fuzzed(
    150, data=st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(lambda rest: b"\x01\x01\x00\x44" + rest))
)
def test_any_list_of_cards_is_read_or_refused_by_name(data: bytes) -> None:
    """Never more cards or bytes than are there; whatever the ATS says of the card is read without an error."""
    try:
        targets = read_targets(data)
    except AnswerNonsense:
        return
    assert sum(5 + len(target.uid) + len(target.ats) for target in targets) == len(data) - 1
    assert all(target.takes_extended in {True, False} for target in targets)


@fuzzed(100, cards=TARGETS, ats=st.binary(max_size=20))
def test_list_of_cards_comes_back_as_it_was_written(cards: list[tuple[bytes, int, int]], ats: bytes) -> None:
    """Up to two, the last of them with an ATS."""
    told, wanted = b"", []
    for number, (sens, sak, size) in enumerate(cards, 1):
        last = number == len(cards)
        whole_ats = bytes((len(ats) + 1,)) + ats if last else b""
        target = Target(number, sens, sak | 0x20 * last, bytes(range(number, number + size)), whole_ats)
        told += bytes((number,)) + sens + bytes((target.sel_res, size)) + target.uid + whole_ats
        wanted.append(target)
    assert list(read_targets(bytes((len(cards),)) + told)) == wanted
