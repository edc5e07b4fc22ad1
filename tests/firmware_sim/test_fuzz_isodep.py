"""The block protocol of simulated cards, and of the reader before them, under any blocks at all.

Nothing fails, no frame is longer than the other side takes, the application hears nothing that was not sent, and after
DESELECT and RATS (or power) the card talks again: no block sequence blocks it for longer.
"""

from hypothesis import strategies as st

from firmware_sim.cards.iso14443a import Move
from firmware_sim.cards.isodep import COMMAND_BYTES_MAX, IsoDep, frame_bytes_max
from firmware_sim.pn532.blocks import ANSWER_BYTES_MAX, Blocks
from firmware_sim.pn532.field import Heard
from firmware_sim.rf import RfFrame, strip_crc, with_crc
from tests.firmware_sim.test_card_isodep import ATS, Echo, card, reader
from tests.fuzzing import fuzzed

CONTROLS = st.sampled_from([0x02, 0x03, 0x12, 0x13, 0xA2, 0xA3, 0xB2, 0xB3, 0xF2, 0xC2, 0x0A, 0x0B, 0x1A, 0xE0])
BLOCKS = st.builds(
    lambda control, body: bytes((control,)) + body, st.one_of(CONTROLS, st.integers(0, 255)), st.binary(max_size=40)
)
SEQUENCES = st.lists(BLOCKS, max_size=30)


@fuzzed(150, rats=st.integers(0, 255), blocks=SEQUENCES, waits=st.integers(0, 2))
def test_card_answers_any_blocks_within_bounds(rats: int, blocks: list[bytes], waits: int) -> None:
    """No frame longer than FSD; what the application heard was sent to it, in order."""
    echo = Echo()
    layer = IsoDep(echo, ATS, waits=waits)
    accepted = layer.receive(bytes((0xE0, rats))).move is Move.ACTIVATE
    longest = frame_bytes_max(rats >> 4)
    for block in blocks:
        frame = layer.receive(block).frame
        assert frame is None or len(frame.data) <= max(longest, len(ATS) + 2)
        assert frame is None or strip_crc(frame) is not None
    assert accepted == (rats & 0x0F != 0x0F)
    assert sum(map(len, echo.heard)) <= sum(map(len, blocks))
    sent = b"".join(blocks)
    assert all(byte in sent for command in echo.heard for byte in command)


@fuzzed(150, blocks=SEQUENCES, waits=st.integers(0, 2), power=st.booleans())
def test_card_talks_again_after_any_blocks(blocks: list[bytes], waits: int, power: bool) -> None:
    """DESELECT or power, then RATS, then an APDU goes through whole."""
    layer, echo = card(waits=waits)
    for block in blocks:
        layer.receive(block)
    if power:
        layer.power_off()
    else:
        layer.receive(b"\xc2")
    layer.receive(b"\xe0\x50")
    echo.heard.clear()
    assert reader(layer).exchange(b"\x00\xa4\x04\x00", more=False).data == b"\x00\xa4\x04\x00"
    assert echo.heard == [b"\x00\xa4\x04\x00"]


@fuzzed(60, command=st.binary(min_size=1, max_size=600), fsci=st.integers(0, 15), waits=st.integers(0, 3))
def test_any_command_goes_through_whole(command: bytes, fsci: int, waits: int) -> None:
    """Cut into whatever frames the card takes, and asked for time: the same bytes there and back."""
    ats = bytes((0x06, 0x70 | fsci)) + ATS[2:]
    layer, echo = card(ats, waits)
    blocks, told = reader(layer, ats), b""
    outcome = blocks.exchange(b"C" + command, more=False)
    told += outcome.data
    while outcome.more:
        outcome = blocks.exchange(b"", more=False)
        told += outcome.data
    assert (outcome.status, told, echo.heard) == (0, b"C" + command, [b"C" + command])


@fuzzed(150, said=st.lists(st.one_of(st.none(), BLOCKS, st.binary(max_size=5)), max_size=12), crc=st.booleans())
def test_reader_before_any_card_has_a_status_for_it(said: list[bytes | None], crc: bool) -> None:
    """Silence, nonsense, wrong checksums and endless blocks: bounded, and by a status that the chip knows."""
    script = list(said)

    def send(_: RfFrame) -> Heard | None:
        answer = script.pop(0) if script else b"\x12\x00"
        if answer is None:
            return None
        return Heard(with_crc(answer) if crc else RfFrame(answer), None, 0.0)

    blocks = Blocks(ATS, send)
    for _ in range(3):
        outcome = blocks.exchange(b"\x00\xb0\x00\x00\x00", more=False)
        assert outcome.status in {0x00, 0x01, 0x02, 0x06, 0x0B}
        assert len(outcome.data) <= ANSWER_BYTES_MAX
        assert outcome.status == 0 or not outcome.data


@fuzzed(4, size=st.integers(1, 61), extra=st.integers(0, 300))
def test_endless_command_is_cut_off_and_never_heard(size: int, extra: int) -> None:
    """A chain without an end: silence behind the longest APDU, whatever the pieces are, and the card lives on."""
    layer, echo = card()
    answers = 0
    while (answers - 1) * size <= COMMAND_BYTES_MAX + extra:
        answers += 1
        if layer.receive(bytes((0x12 | answers & 1,)) + bytes(size)).frame is None:
            break
    assert answers == COMMAND_BYTES_MAX // size + 1
    assert echo.heard == []
    layer.receive(b"\xc2")
    layer.receive(b"\xe0\x50")
    assert reader(layer).exchange(b"\x01", more=False).data == b"\x01"
