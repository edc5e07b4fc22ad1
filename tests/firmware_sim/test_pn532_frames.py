"""The simulator's own frame codec, pinned to literal bytes of the user manual."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.pn532.frames import ACK, ERROR, FRAME_BYTES_MAX, FrameReader, HostFrame, Kind, encode_answer
from tests.firmware_sim.chip_bench import WAKE_UP, framed

GET_VERSION = bytes.fromhex("0000ff02fed4022a00")
NACK = bytes.fromhex("0000ffff0000")
VERSION_COMMAND = HostFrame(Kind.COMMAND, 0xD4, b"\x02")


def read(data: bytes) -> list[HostFrame]:
    """What a fresh reader finds."""
    return FrameReader().feed(data)


def test_a_normal_frame_of_the_manual_is_read() -> None:
    """GetFirmwareVersion, with its preamble and postamble."""
    assert read(GET_VERSION) == [VERSION_COMMAND]


def test_an_extended_frame_is_read_whatever_its_length() -> None:
    """A host may send short data in the long form."""
    assert read(bytes.fromhex("0000ffffff0002fed4022a00")) == [VERSION_COMMAND]


def test_ack_and_nack_are_told_apart_from_commands() -> None:
    """Both have the form of a frame with a length."""
    assert read(ACK + NACK) == [HostFrame(Kind.ACK), HostFrame(Kind.NACK)]


@pytest.mark.parametrize("before", [b"", b"\x55\x55", WAKE_UP, b"\x00" * 11, b"\xff\xff\x00", b"junk\x00\x00"])
def test_whatever_stands_before_the_start_code_is_skipped(before: bytes) -> None:
    """The preamble may be any bytes."""
    assert read(before + GET_VERSION) == [VERSION_COMMAND]


def test_a_frame_without_postamble_is_complete() -> None:
    """The checksum is the last byte that matters."""
    assert read(GET_VERSION[:-1]) == [VERSION_COMMAND]


@pytest.mark.parametrize("place", range(3, 8))
def test_a_damaged_frame_is_nothing(place: int) -> None:
    """Whichever byte of length or body changes; a change of the start code hides the frame as well."""
    damaged = bytearray(GET_VERSION)
    damaged[place] ^= 0x04
    assert read(bytes(damaged)) == []


def test_a_frame_behind_a_damaged_one_is_found() -> None:
    """The search goes on behind the start code of the broken frame."""
    damaged = GET_VERSION[:6] + b"\x00" + GET_VERSION[7:]
    assert read(damaged + GET_VERSION) == [VERSION_COMMAND]


def test_a_frame_sent_while_a_cut_one_waits_for_its_end_is_found() -> None:
    """A host that repeats itself after a lost byte is heard."""
    cut = framed(b"\xd4\x00\x00libnfc")[:-6]
    assert read(cut + GET_VERSION + GET_VERSION) == [VERSION_COMMAND] * 2


def test_a_length_of_nothing_or_too_much_is_damaged() -> None:
    """An extended frame with length 0, and one that the firmware's buffer would not hold."""
    assert read(bytes.fromhex("0000ffffff0000000000") + GET_VERSION) == [VERSION_COMMAND]
    assert read(framed(bytes(FRAME_BYTES_MAX + 1)) + GET_VERSION) == [VERSION_COMMAND]
    assert len(read(framed(b"\xd4" + bytes(FRAME_BYTES_MAX - 1)))) == 1


@given(st.lists(st.binary(max_size=264), max_size=4), st.data())
def test_frames_are_found_however_they_are_cut(bodies: list[bytes], data: st.DataObject) -> None:
    """Pieces of any size, several frames at once."""
    stream, reader, found = b"".join(framed(b"\xd4" + body) for body in bodies), FrameReader(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += reader.feed(stream[:size])
        stream = stream[size:]
    assert found == [HostFrame(Kind.COMMAND, 0xD4, body) for body in bodies]


@given(st.binary(max_size=600))
def test_no_bytes_stop_the_reader(noise: bytes) -> None:
    """After noise and enough silence bytes, the next frame is read."""
    reader = FrameReader()
    reader.feed(noise)
    reader.feed(b"\x55" * (FRAME_BYTES_MAX + 8))
    assert reader.feed(GET_VERSION) == [VERSION_COMMAND]


def test_forgetting_drops_half_a_frame() -> None:
    """The chip lost power in between."""
    reader = FrameReader()
    assert reader.feed(GET_VERSION[:5]) == []
    reader.forget()
    assert reader.feed(GET_VERSION[5:]) == []


def test_answers_are_encoded_as_in_the_manual() -> None:
    """A short answer, one of 255 bytes, one of 256, and the error frame."""
    assert encode_answer(b"\x03\x32\x01\x06\x07") == bytes.fromhex("0000ff06fad50332010607e800")
    assert encode_answer(bytes(254)).startswith(bytes.fromhex("0000ffff01d5"))
    assert encode_answer(bytes(255)).startswith(bytes.fromhex("0000ffffff0100ffd5"))
    assert ERROR.hex() == "0000ff01ff7f8100"
