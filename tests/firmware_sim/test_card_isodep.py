"""The block protocol, from the card's side and between the chip and the card."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.cards.iso14443a import Move
from firmware_sim.cards.isodep import COMMAND_BYTES_MAX, IsoDep, frame_bytes_max
from firmware_sim.pn532.blocks import ANSWER_BYTES_MAX, WAITS_MAX, Blocks
from firmware_sim.pn532.field import Heard
from firmware_sim.rf import RfFrame, strip_crc, with_crc

ATS = bytes.fromhex("067777710280")
SMALL_ATS = bytes.fromhex("067077710280")


class Echo:
    """Answers `length` bytes for the two length bytes of the command, or the command itself."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.powered_off = 0

    def power_off(self) -> None:
        """Count it."""
        self.powered_off += 1

    def process(self, command: bytes) -> bytes:
        """Remember and answer."""
        self.heard.append(command)
        return Random(1).randbytes(int.from_bytes(command[1:3], "big")) if command[:1] == b"L" else command

    def think_s(self, command: bytes) -> float:
        """No time."""
        return 0.0


def card(ats: bytes = ATS, waits: int = 0) -> tuple[IsoDep, Echo]:
    """A card behind RATS with frames of 64 bytes and CID 0."""
    echo = Echo()
    layer = IsoDep(echo, ats, waits=waits)
    assert layer.receive(b"\xe0\x50").move is Move.ACTIVATE
    return layer, echo


def said(layer: IsoDep, block: str) -> str | None:
    """The card's block for ours, both in hex without checksum."""
    frame = layer.receive(bytes.fromhex(block)).frame
    body = strip_crc(frame) if frame is not None else None
    return body.hex() if body is not None else None


def reader(layer: IsoDep, ats: bytes = ATS) -> Blocks:
    """The chip's half, wired to a card."""

    def send(frame: RfFrame) -> Heard | None:
        data = strip_crc(frame)
        answer = layer.receive(data).frame if data is not None else None
        return Heard(answer, None, 0.0) if answer is not None else None

    return Blocks(ats, send)


def test_block_numbers_toggle_and_are_answered_as_received() -> None:
    """I-blocks 0 and 1 in turn."""
    layer, echo = card()
    assert [said(layer, block) for block in ("02aa", "03bb", "02cc")] == ["02aa", "03bb", "02cc"]
    assert echo.heard == [b"\xaa", b"\xbb", b"\xcc"]


def test_a_nak_repeats_the_last_block_or_tells_that_the_card_is_ahead() -> None:
    """Rules 11 and 12; the application is not asked again."""
    layer, echo = card()
    assert said(layer, "b2") == "a3"
    assert said(layer, "02aa") == "02aa"
    assert said(layer, "b2") == "02aa"
    assert said(layer, "b3") == "a2"
    assert said(layer, "03bb") == "03bb"
    assert said(layer, "b2") == "a3"
    assert echo.heard == [b"\xaa", b"\xbb"]


def test_a_chained_command_is_put_together() -> None:
    """Each piece is acknowledged with its number."""
    layer, echo = card()
    assert [said(layer, block) for block in ("12aa", "13bb", "02cc")] == ["a2", "a3", "02aabbcc"]
    assert echo.heard == [b"\xaa\xbb\xcc"]


def test_a_long_answer_is_chained_until_the_reader_stops_asking() -> None:
    """61 bytes a frame of 64; an ACK behind the end is not answered."""
    layer, _ = card()
    first = said(layer, "024c0064")
    assert first is not None
    assert (first[:2], len(first)) == ("12", 124)
    second = said(layer, "a3")
    assert second is not None
    assert (second[:2], len(second)) == ("03", 80)
    assert said(layer, "a2") is None


def test_a_card_may_ask_for_time_before_it_answers() -> None:
    """S(WTX), granted as often as it asks; not granted, it waits."""
    layer, _ = card(waits=2)
    assert [said(layer, block) for block in ("02aa", "f201", "f201", "f201")] == ["f201", "f201", "02aa", None]


def test_deselect_ends_the_protocol() -> None:
    """The application forgets; RATS is needed again."""
    layer, echo = card()
    before = echo.powered_off
    assert said(layer, "c2") == "c2"
    assert echo.powered_off == before + 1
    assert said(layer, "02aa") is None
    assert said(layer, "e050") == ATS.hex()


def test_a_card_with_a_number_answers_to_it_only() -> None:
    """CID 3 in each block; without it, or with another, silence."""
    layer = IsoDep(Echo(), ATS)
    layer.receive(b"\xe0\x53")
    assert said(layer, "0a03aa") == "0a03aa"
    assert said(layer, "02aa") is None
    assert said(layer, "0b04aa") is None
    assert said(layer, "0b03bb") == "0b03bb"
    assert said(layer, "ca03") == "ca03"


@pytest.mark.parametrize("block", ["0600aa", "a200", "f201", "c200", "e050", "ff", "42", "08", "0a01aa"])
def test_what_is_no_valid_block_stays_unanswered(block: str) -> None:
    """NAD, an R-block with data, WTX that was not asked for, another number, nonsense."""
    layer, echo = card()
    assert said(layer, block) is None
    assert echo.heard == []


@pytest.mark.parametrize("rats", ["e0", "e05000", "e05f", "02aa", "b2"])
def test_only_rats_activates(rats: str) -> None:
    """Anything else ends the selection."""
    layer = IsoDep(Echo(), ATS)
    assert layer.receive(bytes.fromhex(rats)).move is Move.OTHER


def test_an_endless_command_is_cut_off() -> None:
    """A chain longer than any APDU is dropped and no longer answered."""
    layer, echo = card()
    answers = [said(layer, "12" + "00" * 1000) for _ in range(COMMAND_BYTES_MAX // 1000 + 1)]
    assert answers[0] == "a2"
    assert answers[-1] is None
    assert echo.heard == []


def test_codes_of_frame_sizes_are_those_of_the_standard() -> None:
    """FSDI and FSCI; what is in reserve means 256."""
    assert [frame_bytes_max(code) for code in (0, 2, 5, 8, 15)] == [16, 32, 64, 256, 256]


@given(st.binary(min_size=1, max_size=400), st.integers(0, 2))
def test_chip_and_card_exchange_any_apdu(command: bytes, waits: int) -> None:
    """Cut into small frames in both directions, and asked for time."""
    layer, echo = card(SMALL_ATS, waits)
    blocks = reader(layer, SMALL_ATS)
    outcome = blocks.exchange(b"C" + command, more=False)
    told = outcome.data
    while outcome.more:
        outcome = blocks.exchange(b"", more=False)
        told += outcome.data
    assert (outcome.status, told, echo.heard) == (0, b"C" + command, [b"C" + command])


def test_an_answer_longer_than_a_frame_to_the_host_comes_in_parts() -> None:
    """262 bytes and the rest, fetched without data."""
    layer, _ = card()
    blocks = reader(layer)
    first = blocks.exchange(b"L" + (600).to_bytes(2, "big"), more=False)
    second = blocks.exchange(b"", more=False)
    third = blocks.exchange(b"", more=False)
    assert [(part.more, len(part.data)) for part in (first, second, third)] == [(True, 262), (True, 262), (False, 76)]
    assert first.data + second.data + third.data == Random(1).randbytes(600)


def test_a_host_may_send_a_command_in_parts() -> None:
    """With MI set but in the last; the card hears one."""
    layer, echo = card()
    blocks = reader(layer)
    assert blocks.exchange(bytes(ANSWER_BYTES_MAX), more=True).data == b""
    assert blocks.exchange(b"\x01\x02", more=False).status == 0
    assert echo.heard == [bytes(ANSWER_BYTES_MAX) + b"\x01\x02"]


def test_a_card_that_asks_for_time_for_ever_is_given_up() -> None:
    """Bounded, and a timeout."""
    layer, _ = card(waits=WAITS_MAX + 1)
    assert reader(layer).exchange(b"\xaa", more=False).status == 0x01


@pytest.mark.parametrize(
    ("frame", "collision", "status"),
    [
        (None, None, 0x01),
        (RfFrame(b"\x02\x90\x00\x00\x00"), None, 0x02),
        (RfFrame(bytes.fromhex("0290002bd8")), 7, 0x06),
    ],
)
def test_what_goes_wrong_on_the_air_has_its_status(frame: RfFrame | None, collision: int | None, status: int) -> None:
    """Nobody, a wrong checksum, two at once."""
    blocks = Blocks(ATS, lambda _: Heard(frame, collision, 0.0) if frame is not None else None)
    assert blocks.exchange(b"\xaa", more=False).status == status


def test_a_block_of_another_number_is_a_protocol_error() -> None:
    """Status 0B."""
    blocks = Blocks(ATS, lambda _: Heard(with_crc(b"\x03\xaa"), None, 0.0))
    assert blocks.exchange(b"\xaa", more=False).status == 0x0B
