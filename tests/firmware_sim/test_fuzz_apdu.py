"""APDUs and TLV as simulated cards read them, and whole cards under any APDU."""

from hypothesis import strategies as st

from firmware_sim.cards.apdu import Command, Pieces, read_command, read_tlvs, tlv
from firmware_sim.cards.catalogue import ISO_DEP
from firmware_sim.cards.isodep import Application
from firmware_sim.cards.ntag424 import Ntag424
from firmware_sim.cards.piv import Piv
from tests.fuzzing import fuzzed

HEADERS = st.binary(min_size=4, max_size=4)
TAGS = st.integers(0x01, 0xFE)
SELECTS = [
    bytes.fromhex("00a4040009a00000030800001000"),
    bytes.fromhex("00a4040c07d276000085010100"),
    bytes.fromhex("00a4000c02e10400"),
]
APDUS = st.one_of(
    st.sampled_from(
        [
            *SELECTS,
            *(
                bytes.fromhex(text)
                for text in ("00cb3fff055c035fc10100", "00c0000000", "9060000000", "90af000000", "9071000002000000")
            ),
        ]
    ),
    st.builds(
        lambda head, data, le: head + bytes((len(data),)) * bool(data) + data + le,
        st.builds(
            lambda cla, ins, rest: bytes((cla, ins)) + rest,
            st.sampled_from([0x00, 0x10, 0x90]),
            st.sampled_from([0x20, 0x87, 0xA4, 0xB0, 0xC0, 0xCB, 0xD6, 0x51, 0x60, 0x71, 0x8D, 0xAD, 0xAF, 0xC4, 0xF5]),
            st.binary(min_size=2, max_size=2),
        ),
        st.binary(max_size=48),
        st.sampled_from([b"", b"\x00", b"\x10"]),
    ),
    st.binary(max_size=300),
)


@fuzzed(200, apdu=st.binary(max_size=600))
def test_any_bytes_are_an_apdu_or_none(apdu: bytes) -> None:
    """Never an error, never more data than there is, and Le within its form."""
    read = read_command(apdu)
    if read is not None:
        assert bytes((read.cla, read.ins, read.p1, read.p2)) == apdu[:4]
        assert read.data in apdu[4:]
        assert read.expected is None or 1 <= read.expected <= 65_536


@fuzzed(200, head=HEADERS, data=st.binary(max_size=700), le=st.one_of(st.none(), st.integers(1, 65_536)))
def test_every_apdu_is_read_as_it_was_written(head: bytes, data: bytes, le: int | None) -> None:
    """The four cases of ISO/IEC 7816-4, short where both fit, else extended."""
    short = len(data) < 256 and (le is None or le <= 256)
    width = 1 if short else 2
    written = head + (b"" if short or not (data or le) else b"\x00")
    written += (len(data).to_bytes(width, "big") + data) * bool(data)
    written += b"" if le is None else (le % 256**width).to_bytes(width, "big")
    assert read_command(written) == Command(head[0], head[1], head[2], head[3], data, le)


@fuzzed(200, data=st.binary(max_size=400))
def test_any_bytes_are_a_list_of_tlvs_or_none(data: bytes) -> None:
    """Never an error, never more value than there is."""
    found = read_tlvs(data)
    assert found is None or sum(map(len, found.values())) <= len(data)


@fuzzed(150, values=st.dictionaries(TAGS, st.binary(max_size=400), max_size=6))
def test_tlvs_are_read_as_they_were_written(values: dict[int, bytes]) -> None:
    """Each form of the length."""
    assert read_tlvs(b"".join(tlv(tag, value) for tag, value in values.items())) == values


@fuzzed(150, data=st.binary(max_size=2_000), sizes=st.lists(st.one_of(st.none(), st.integers(1, 300)), min_size=1))
def test_answer_in_pieces_is_whole(data: bytes, sizes: list[int | None]) -> None:
    """Whatever lengths are asked for; 61xx while more waits, 9000 at the end, and then nothing."""
    pieces, told, turn = Pieces(), b"", 0
    answer = pieces.start(data, sizes[0])
    while answer[-2] == 0x61:
        told += answer[:-2]
        assert answer[-1] in {min(len(data) - len(told), 256) % 256, 0}
        turn += 1
        answer = pieces.go_on(sizes[turn % len(sizes)])
    assert told + answer[:-2] == data
    assert pieces.go_on(None) == b"\x90\x00"


def made(kind: str) -> Application:
    """A fresh application of a kind."""
    return ISO_DEP[kind].application(1, None)


@fuzzed(60, kind=st.sampled_from(sorted(ISO_DEP)), apdus=st.lists(APDUS, max_size=12))
def test_card_answers_any_apdus_and_keeps_its_secrets(kind: str, apdus: list[bytes]) -> None:
    """Always a status word; after power it is selected again; its keys were neither told nor changed."""
    card = made(kind)
    keys = [bytes(key) for key in card.keys] if isinstance(card, Ntag424) else []
    for apdu in apdus:
        answer = card.process(apdu)
        assert len(answer) >= 2
        assert answer[-2] & 0xF0 in {0x60, 0x90}
        assert not any(key in answer for key in keys if any(key))
        assert card.think_s(apdu) >= 0
    assert not isinstance(card, Ntag424) or card.keys == keys
    card.power_off()
    assert card.process(SELECTS[0 if isinstance(card, Piv) else 1])[-2:] == b"\x90\x00"
