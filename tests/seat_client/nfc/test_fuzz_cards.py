"""The drivers of cards, and the reader between, under any answers: an answer, or an error of ours with a name."""

import contextlib

import pytest
from hypothesis import strategies as st

from firmware_sim.cards.catalogue import authority, make_card
from firmware_sim.pn532.faults import Fault, Faults
from protocol.errors import ChamberError
from seat_client.nfc import ntag424, piv
from seat_client.nfc.apdu import ANSWER_BYTES_MAX, Send
from seat_client.nfc.cards import CertificateCache, Policy, identify
from seat_client.nfc.chip import PARTS_MAX, Chip
from seat_client.nfc.conversation import LADDER, Conversation
from seat_client.nfc.happenings import Happening
from seat_client.nfc.port import Port
from seat_client.nfc.targets import Target
from seat_client.nfc.tlv import element
from seat_client.nfc.watch import State, Watch
from seat_client.reader import Trouble
from tests.fuzzing import fuzzed
from tests.protocol.card_issuer import NOW_S
from tests.seat_client.nfc.scripted_port import ScriptedPort, answer
from tests.seat_client.nfc.simulated_port import SimulatedPort

TARGET = Target(1, b"\x00\x44", 0x20, bytes.fromhex("04112233445566"), bytes.fromhex("067777710280"))
STATUSES = st.sampled_from(
    [
        b"\x90\x00",
        b"\x90\x00",
        b"\x61\x00",
        b"\x61\x20",
        b"\x6c\x20",
        b"\x67\x00",
        b"\x6a\x82",
        b"\x91\x00",
        b"\x91\xaf",
    ]
)
INSIDE = st.recursive(
    st.binary(max_size=90),
    lambda inner: st.builds(element, st.sampled_from([0x53, 0x70, 0x71, 0x7C, 0x82, 0xFE]), inner),
    max_leaves=3,
)
ANSWERS = st.one_of(
    st.builds(lambda data, status: data + status, INSIDE, STATUSES),
    st.sampled_from([bytes.fromhex("040402300011059" + "1af"), bytes(32) + b"\x91\x00", bytes(16) + b"\x91\xaf"]),
    st.binary(max_size=258),
)
SCRIPTS = st.lists(ANSWERS, max_size=12)


def card_of(script: list[bytes]) -> Send:
    """A card that says this, then refuses everything."""
    rest = list(script)
    return lambda _apdu: rest.pop(0) if rest else b"\x6d\x00"


@fuzzed(150, script=SCRIPTS, extended=st.booleans())
def test_any_card_is_no_piv_card_or_gives_what_it_must(script: list[bytes], extended: bool) -> None:
    """A signature is 64 bytes, a certificate no longer than what was said."""
    said = sum(map(len, script))
    with contextlib.suppress(ChamberError):
        assert piv.select(card_of(script)) in {True, False}
    with contextlib.suppress(ChamberError):
        assert len(piv.read_certificate(card_of(script), extended=extended)) <= min(said, ANSWER_BYTES_MAX)
    with contextlib.suppress(ChamberError):
        assert len(piv.sign(card_of(script), bytes(32))) == 64


@fuzzed(150, script=SCRIPTS)
def test_any_card_is_no_ntag_424_or_gives_what_it_must(script: list[bytes]) -> None:
    """Challenge 16 bytes, proof 32, a message that the controller takes."""
    with contextlib.suppress(ChamberError):
        ntag424.select(card_of(script))
    with contextlib.suppress(ChamberError):
        assert len(ntag424.get_version(card_of(script)).uid) <= 7
    with contextlib.suppress(ChamberError):
        assert len(ntag424.begin(card_of(script), 0)) == 16
    with contextlib.suppress(ChamberError):
        assert len(ntag424.finish(card_of(script), bytes(32))) == 32
    with contextlib.suppress(ChamberError):
        assert len(ntag424.read_message(card_of(script))) <= 256


@fuzzed(100, script=SCRIPTS, attested=st.booleans())
def test_no_card_of_any_words_is_taken_for_a_member(script: list[bytes], attested: bool) -> None:
    """It is refused by name, or is at most one that the controller must check."""
    try:
        found = identify(TARGET, card_of(script), Policy(authority(), attested=attested), CertificateCache(), NOW_S)
    except ChamberError:
        return
    assert attested
    assert found.kind == "ntag424"


class Noisy(ScriptedPort):
    """A reader that says the next of these after each frame of the host, whatever it was."""

    def __init__(self, said: list[bytes]) -> None:
        super().__init__([], lenient=True)
        self._said = said
        self._turn = 0

    def write(self, data: bytes) -> None:
        """Noise for an answer."""
        super().write(data)
        self._arriving.append(self._said[self._turn % len(self._said)])
        self._turn += 1


ACK = bytes.fromhex("0000ff00ff00")
WORDS = st.one_of(
    st.binary(min_size=1, max_size=30),
    st.sampled_from([ACK, ACK * 2, bytes.fromhex("0000ff01ff7f8100"), ACK + answer("410061"), ACK + answer("4b03")]),
    st.builds(
        lambda code, data: ACK + answer(bytes((code, *data)).hex()),
        st.sampled_from([0x03, 0x13, 0x15, 0x33, 0x41, 0x43, 0x4B]),
        st.binary(max_size=40),
    ),
)


@fuzzed(60, said=st.lists(WORDS, min_size=1, max_size=6))
def test_any_reader_ends_every_call_with_an_answer_or_a_name(said: list[bytes]) -> None:
    """Within so many frames as the ladder of remedies allows, on a clock that only waiting moves."""
    port: Port = Noisy(said)
    chip = Chip(Conversation(port))
    extended = bytes.fromhex("00cb3fff0000055c035fc1010000")
    for call in (
        chip.start,
        chip.list_targets,
        lambda: chip.exchange(TARGET, b"\x00\xa4\x04\x00"),
        lambda: chip.exchange(TARGET, extended),
        lambda: chip.is_present(TARGET),
        chip.release,
    ):
        with contextlib.suppress(ChamberError):
            call()
    assert isinstance(port, Noisy)
    assert len(port.written) <= 400 + PARTS_MAX * len(LADDER)


class ScriptedFaults(Faults):
    """These faults in order, then none."""

    def __init__(self, script: list[Fault | None]) -> None:
        super().__init__()
        self._script = script

    def draw(self) -> Fault | None:
        """The next."""
        return self._script.pop(0) if self._script else None


def watch_of(port: SimulatedPort) -> Watch:
    """A tray that knows the catalogue's authority."""
    return Watch(Chip(Conversation(port)), Policy(authority(), attested=True), lambda _: None, lambda: NOW_S)


@fuzzed(
    20,
    faults=st.lists(st.tuples(st.integers(1, 12), st.sampled_from(sorted(Fault, key=str))), max_size=6),
    card=st.sampled_from(["piv", "ntag424", "uid", "type2"]),
)
def test_tray_survives_any_faults_of_reader_and_air(faults: list[tuple[int, Fault]], card: str) -> None:
    """Whatever goes wrong, steps go on, and in clear weather the tray comes to know what lies in it."""
    drawn: list[Fault | None] = []
    for pause, fault in faults:
        drawn += [None] * pause + [fault]
    port = SimulatedPort(ScriptedFaults(drawn))
    port.place(make_card(card, 1))
    watch = watch_of(port)
    for _ in range(40 + 10 * len(faults)):
        port.pause(watch.step())
    assert watch.state is (State.HELD if card in {"piv", "ntag424"} else State.REFUSED)


def test_card_whose_every_try_was_disturbed_is_known_later_by_itself() -> None:
    """Five faults in a row that left a good card refused until somebody took it out: found by the test above."""
    faults = [(1, Fault.BAD_CHECKSUM), (7, Fault.BROWN_OUT), (3, Fault.BROWN_OUT), (1, Fault.BAD_CHECKSUM)]
    drawn: list[Fault | None] = []
    for pause, fault in [*faults, (1, Fault.STATUS_02)]:
        drawn += [None] * pause + [fault]
    port = SimulatedPort(ScriptedFaults(drawn))
    port.place(make_card("piv", 1))
    told: list[Happening] = []
    watch = Watch(Chip(Conversation(port)), Policy(authority()), told.append, lambda: NOW_S)
    states = []
    for _ in range(90):
        port.pause(watch.step())
        states.append(watch.state)
    assert State.REFUSED in states
    assert watch.state is State.HELD
    assert told[-2] == Trouble("clear")


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.LATE, Fault.STALE])
def test_card_whose_first_listing_was_lost_is_found(fault: Fault) -> None:
    """It was activated and is mute to the repetition: the field is switched before the next listing."""
    setting_up = 6 + 2  # commands until the first listing: the settings, the field off and on
    port = SimulatedPort(ScriptedFaults([None] * setting_up + [fault]))
    port.place(make_card("piv", 1))
    watch = watch_of(port)
    for _ in range(4):
        port.pause(watch.step())
    assert watch.state is State.HELD
