"""The chip: what it is told at the start, how its lists are read, and what each status means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import ChamberError
from seat_client.errors import CardGone
from seat_client.nfc.chip import WAKE_UP, Chip
from seat_client.nfc.conversation import Conversation
from seat_client.nfc.errors import AnswerNonsense, CommandFailed, ReaderSilent
from seat_client.nfc.frames import ACK, Answer, FrameDecoder
from seat_client.nfc.targets import Target, read_targets
from tests.seat_client.nfc.scripted_port import Say, ScriptedPort, command, turn

START: list[tuple[bytes, Say]] = [
    (WAKE_UP, ()),
    turn("1401", "15"),
    turn("02", "0332010607"),
    turn("1214", "13"),
    turn("3202000b0a", "33"),
    turn("320400", "33"),
    turn("3205ff0101", "33"),
]
FIELD = [turn("320100", "33"), turn("320101", "33")]
NTAG_LIST = "4b010103442007" + "04958caa5c5e80" + "067777710280"
NTAG = Target(1, bytes.fromhex("0344"), 0x20, bytes.fromhex("04958caa5c5e80"), bytes.fromhex("067777710280"))


def chip(*script: tuple[bytes, Say]) -> tuple[Chip, ScriptedPort]:
    """A chip over a script."""
    port = ScriptedPort(script)
    return Chip(Conversation(port)), port


def test_start_sets_every_setting_itself() -> None:
    """Whatever another program left behind is overwritten, in the manual's order."""
    reader, port = chip(*START)
    assert str(reader.start()) == "PN532 1.6"
    assert not port.script


@pytest.mark.parametrize("version", ["0333010607", "03320106", "03"])
def test_another_chip_is_refused(version: str) -> None:
    """Only a PN532 has these commands."""
    reader, _ = chip(*START[:2], turn("02", version))
    with pytest.raises(AnswerNonsense, match="no PN532"):
        reader.start()


def test_setting_that_is_answered_with_data_is_refused() -> None:
    """A setting has no answer but that it was taken."""
    reader, _ = chip(START[0], turn("1401", "1501"))
    with pytest.raises(AnswerNonsense):
        reader.start()


def test_card_is_listed_after_the_field_was_off() -> None:
    """The first listing switches the field, because nobody knows what came before."""
    reader, port = chip(*FIELD, turn("4a0200", NTAG_LIST))
    assert reader.list_targets() == (NTAG,)
    assert not port.script


def test_empty_field_is_listed_again_without_switching() -> None:
    """No card was activated, so none can be mute."""
    reader, port = chip(*FIELD, turn("4a0200", "4b00"), turn("4a0200", "4b00"), turn("4a0200", NTAG_LIST))
    assert [len(reader.list_targets()) for _ in range(3)] == [0, 0, 1]
    assert not port.script


def test_listing_that_failed_switches_the_field_next_time() -> None:
    """Its answer may have named a card that is now mute."""
    reader, port = chip(*FIELD, turn("4a0200", "4b00"), turn("4a0200", "4bff"), *FIELD, turn("4a0200", NTAG_LIST))
    reader.list_targets()
    with pytest.raises(AnswerNonsense):
        reader.list_targets()
    assert reader.list_targets() == (NTAG,)
    assert not port.script


def test_literal_list_of_a_key_fob_is_read() -> None:
    """4-byte UID, long ATS: the bytes of a real dialogue."""
    frame = bytes.fromhex(
        "0000ff1ee2d54b01010044200427a31f5c12787795028073c021c057597562694b6579ec00",
    )
    (answer,) = FrameDecoder().feed(frame)
    assert isinstance(answer, Answer)
    (target,) = read_targets(answer.data[1:])
    assert target.uid == bytes.fromhex("27a31f5c")
    assert target.ats == bytes.fromhex("12787795028073c021c057597562694b6579")
    assert target.speaks_iso_dep
    assert not target.has_random_uid


def test_two_cards_are_both_listed() -> None:
    """With and without an ATS."""
    two = read_targets(bytes.fromhex("02" + "0103442007" + "04958caa5c5e80" + "067777710280" + "020004080412345678"))
    assert [target.number for target in two] == [1, 2]
    assert [target.speaks_iso_dep for target in two] == [True, False]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "03",
        "01",
        "0101034420",
        "010103442007" + "04958caa5c5e",
        "010103440805" + "0102030405",
        "0101034420" + "07" + "04958caa5c5e80" + "077777710280",
        "0101034420" + "07" + "04958caa5c5e80" + "00",
        "010103440804" + "01020304" + "00",
        "0001",
        "02" + "010004080412345678" + "010004080412345678",
    ],
)
def test_impossible_list_is_refused(data: str) -> None:
    """Cut, too long, wrong lengths, more than were asked for, one number twice."""
    with pytest.raises(AnswerNonsense):
        read_targets(bytes.fromhex(data))


@given(st.binary(max_size=80))
def test_any_list_is_read_or_refused_by_name(data: bytes) -> None:
    """Nothing but our own errors."""
    try:
        targets = read_targets(data)
    except ChamberError:
        return
    assert len(targets) == data[0]


def test_random_uid_is_the_same_card_by_its_other_traits() -> None:
    """After a reset such a card has another UID; a card with a fixed one is never taken for it."""
    first, second = (Target(1, b"\x44\x00", 0x20, bytes([8, 1, 2, last]), b"\x02\x80") for last in (3, 4))
    assert first.may_be(second)
    assert not first.may_be(NTAG)
    assert NTAG.may_be(NTAG)


def test_apdu_is_answered() -> None:
    """ISOSelectFile, as a real host sent it."""
    reader, _ = chip(turn("400100a4040c07d276000085010100", "41009000"))
    assert reader.exchange(NTAG, bytes.fromhex("00a4040c07d276000085010100")) == b"\x90\x00"


@pytest.mark.parametrize("status", ["01", "27", "29", "2a", "2b", "c1"])
def test_card_that_left_is_named(status: str) -> None:
    """Each status that means so, also with other bits set."""
    reader, _ = chip(turn("4001b0", f"41{status}"))
    with pytest.raises(CardGone):
        reader.exchange(NTAG, b"\xb0")


@pytest.mark.parametrize("status", [0x02, 0x0B, 0x13, 0x2D, 0x3F])
def test_disturbed_air_is_named_with_its_status(status: int) -> None:
    """The card may still be there."""
    reader, _ = chip(turn("4001b0", f"41{status:02x}"))
    with pytest.raises(CommandFailed) as refused:
        reader.exchange(NTAG, b"\xb0")
    assert refused.value.status == status


@pytest.mark.parametrize("got", ["41", "41409000"])
def test_answer_without_status_or_in_parts_is_refused(got: str) -> None:
    """Neither can be an answer to a short APDU."""
    reader, _ = chip(turn("4001b0", got))
    with pytest.raises(AnswerNonsense):
        reader.exchange(NTAG, b"\xb0")


def test_apdu_is_not_sent_twice() -> None:
    """Silence ends it; whoever asked decides what to do."""
    reader, port = chip((command("4001b0"), (ACK,)), (ACK, ()))
    with pytest.raises(ReaderSilent):
        reader.exchange(NTAG, b"\xb0")
    assert not port.script


@pytest.mark.parametrize(
    ("got", "present"),
    [("4300a3", True), ("430002b8c89100", True), ("4301", False), ("4302", False), ("4300", False), ("43", False)],
)
def test_presence_is_any_answer_without_an_error(got: str, present: bool) -> None:
    """R(ACK) or the last block again; a status alone is no card."""
    reader, _ = chip(turn("42b2", got))
    assert reader.is_present(NTAG) is present


@pytest.mark.parametrize(("got", "present"), [("4b010100040804" + "01020304", True), ("4b00", False)])
def test_simple_card_is_looked_for_by_listing(got: str, present: bool) -> None:
    """It does not know R(NAK)."""
    reader, port = chip(*FIELD, turn("4a0200", got))
    assert reader.is_present(Target(1, b"\x00\x04", 0x08, bytes.fromhex("01020304"))) is present
    assert not port.script


def test_release_and_sleep_end_a_stay() -> None:
    """Every card is let go, and the field is off."""
    reader, port = chip(turn("5200", "5300"), turn("320100", "33"))
    reader.release()
    reader.sleep()
    assert not port.script


def test_apdu_that_no_short_form_has_is_our_mistake() -> None:
    """Nothing, or more than 261 bytes."""
    reader, _ = chip()
    for apdu in (b"", bytes(262)):
        with pytest.raises(ValueError, match="APDU"):
            reader.exchange(NTAG, apdu)
