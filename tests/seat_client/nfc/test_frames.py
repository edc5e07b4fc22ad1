"""Frames of the reader: literal bytes of the manual and of real dialogs, every damage, and any noise at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seat_client.nfc.frames import (
    ACK,
    DATA_BYTES_MAX,
    NACK,
    Acknowledged,
    Answer,
    Damaged,
    Frame,
    FrameDecoder,
    NotAcknowledged,
    SyntaxRefused,
    encode_command,
)

FIRMWARE = bytes.fromhex("0000ff06fad50332010607e800")
LONGEST_HELD = 2 + 5 + 265 + 1


def decode(data: bytes) -> list[Frame]:
    """Everything in `data`, fed at once."""
    return FrameDecoder().feed(data)


def chip_frame(body: bytes) -> bytes:
    """Any body in a normal frame with right checksums."""
    size = len(body)
    return b"\x00\x00\xff" + bytes([size, -size & 0xFF]) + body + bytes([-sum(body) & 0xFF, 0])


def chip_extended(body: bytes) -> bytes:
    """Any body in an extended frame with right checksums."""
    high, low = divmod(len(body), 256)
    header = bytes([0xFF, 0xFF, high, low, -(high + low) & 0xFF])
    return b"\x00\x00\xff" + header + body + bytes([-sum(body) & 0xFF, 0])


@pytest.mark.parametrize(
    ("command", "frame"),
    [
        ("1401", "0000ff03fdd414011700"),
        ("02", "0000ff02fed4022a00"),
        ("00006c69626e6663", "0000ff09f7d400006c69626e6663be00"),
        ("1214", "0000ff03fdd412140600"),
        ("3205ff0101", "0000ff06fad43205ff0101f400"),
        ("320400", "0000ff04fcd4320400f600"),
        ("4a0100", "0000ff04fcd44a0100e100"),
        ("400100a404000ba00000030800001000010000", "0000ff14ecd4400100a404000ba000000308000010000100007c00"),
        ("400100cb3fff055c035fc10100", "0000ff0ef2d4400100cb3fff055c035fc101005d00"),
        ("400100c0000040", "0000ff08f8d4400100c0000040eb00"),
        ("42b2", "0000ff03fdd442b23800"),
    ],
)
def test_command_has_the_bytes_of_real_dialogs(command: str, frame: str) -> None:
    """What other hosts were seen to send for the same command."""
    assert encode_command(bytes.fromhex(command)) == bytes.fromhex(frame)


def test_long_command_is_an_extended_frame() -> None:
    """A line test of 262 bytes, as nfcpy sends it: 265 bytes with TFI, code and number."""
    frame = encode_command(bytes(DATA_BYTES_MAX))
    assert frame[:9] == bytes.fromhex("0000ffffff0109f6d4")
    assert len(frame) == 275


@pytest.mark.parametrize("size", [254, 255])
def test_form_changes_where_the_length_no_longer_fits(size: int) -> None:
    """255 bytes with TFI are a normal frame, 256 an extended one."""
    frame = encode_command(bytes(size))
    assert (frame[3:5] == b"\xff\xff") is (size == 255)


@pytest.mark.parametrize("size", [0, DATA_BYTES_MAX + 1])
def test_command_that_no_frame_can_hold_is_our_mistake(size: int) -> None:
    """Nothing and too much are not commands."""
    with pytest.raises(ValueError, match="1 to 264"):
        encode_command(bytes(size))


@pytest.mark.parametrize(
    ("data", "frame"),
    [
        (ACK, Acknowledged()),
        (NACK, NotAcknowledged()),
        (bytes.fromhex("0000ff01ff7f8100"), SyntaxRefused()),
        (bytes.fromhex("0000ff02fed5151600"), Answer(bytes.fromhex("15"))),
        (FIRMWARE, Answer(bytes.fromhex("0332010607"))),
        (bytes.fromhex("0000ff03fdd54b00e000"), Answer(bytes.fromhex("4b00"))),
        (
            bytes.fromhex("0000ff15ebd54b010103442007" + "04a1b2c3d4e580" + "06777771028036" + "00"),
            Answer(bytes.fromhex("4b010103442007" + "04a1b2c3d4e580" + "067777710280")),
        ),
        (bytes.fromhex("0000ff05fbd5410090005a00"), Answer(bytes.fromhex("41009000"))),
        (bytes.fromhex("0000ff03fdd54301e700"), Answer(bytes.fromhex("4301"))),
        (chip_extended(b"\xd5\x41" + bytes(259)), Answer(b"\x41" + bytes(259))),
        (chip_extended(b"\xd5\x03"), Answer(b"\x03")),
    ],
    ids=lambda value: value.hex()[:24] if isinstance(value, bytes) else "",
)
def test_frame_of_the_manual_is_read(data: bytes, frame: Frame) -> None:
    """ACK, NACK, error, normal and extended frames, also an extended one with little in it."""
    assert decode(data) == [frame]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (bytes.fromhex("0000ff06fbd50332010607e800"), "length checksum"),
        (bytes.fromhex("0000ffffff0109f7d5"), "length checksum"),
        (bytes.fromhex("0000ff0000d5"), "length"),
        (bytes.fromhex("0000ffffff0000" + "00d5"), "length"),
        (bytes.fromhex("0000ffffff010af5d5"), "length"),
        (bytes.fromhex("0000ff06fad50332010607e900"), "data checksum"),
        (bytes.fromhex("0000ff06fad50332010617e800"), "data checksum"),
        (bytes.fromhex("0000ff02fed4022a00"), "direction"),
        (chip_frame(b"\xd5"), "empty"),
        (chip_frame(b"\x7f\x00"), "direction"),
    ],
    ids=str,
)
def test_damaged_frame_is_refused(data: bytes, what: str) -> None:
    """Each check by name: wrong lengths, wrong sums, our own echo, an answer without a code."""
    assert decode(data)[0] == Damaged(what)


@given(st.integers(3, len(FIRMWARE) - 2), st.integers(1, 255))
def test_no_changed_byte_passes(position: int, change: int) -> None:
    """Whichever byte of a frame is changed, no answer comes out: only the postamble may be anything."""
    broken = bytearray(FIRMWARE)
    broken[position] ^= change
    assert not [frame for frame in decode(bytes(broken)) if isinstance(frame, Answer)]


@given(st.binary(max_size=300))
def test_noise_before_a_frame_is_skipped(noise: bytes) -> None:
    """After any noise, one longest frame of silence and the next frame is read: nothing blocks the line for ever."""
    decoder = FrameDecoder()
    decoder.feed(noise)
    found = decoder.feed(bytes(LONGEST_HELD) + FIRMWARE)
    assert Answer(bytes.fromhex("0332010607")) in found


def test_frame_behind_a_broken_start_is_found() -> None:
    """A start code that leads nowhere hides at most itself."""
    assert decode(bytes.fromhex("00ff00ff") + b"\x00\xff\x10\x10" + FIRMWARE)[-1] == Answer(FIRMWARE[6:11])


@given(st.lists(st.sampled_from([ACK, FIRMWARE, b"\x55\x55", b"\x00" * 3, chip_extended(bytes([0xD5]) * 260)])))
def test_cutting_into_pieces_changes_nothing(parts: list[bytes]) -> None:
    """Byte by byte or at once: the same frames."""
    data = b"".join(parts)
    decoder = FrameDecoder()
    assert [frame for byte in data for frame in decoder.feed(bytes([byte]))] == decode(data)


@given(st.lists(st.one_of(st.binary(max_size=400), st.sampled_from([b"\x00\xff", b"\xff\xff\x01\x09\xf6", ACK]))))
def test_any_bytes_end_within_bounds(pieces: list[bytes]) -> None:
    """Nothing raises, the result is no longer than the input, and what is kept is one frame at most."""
    decoder = FrameDecoder()
    for piece in pieces:
        assert len(decoder.feed(piece)) <= len(piece) + 1
        assert len(decoder._bytes) <= LONGEST_HELD  # noqa: SLF001 - the bound is the point


def test_reset_forgets_the_unfinished_frame() -> None:
    """What was half there does not swallow the next answer."""
    decoder = FrameDecoder()
    decoder.feed(bytes.fromhex("0000ffffff0109f6d541"))
    decoder.reset()
    assert decoder.feed(FIRMWARE) == [Answer(FIRMWARE[6:11])]
