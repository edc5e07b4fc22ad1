"""One command, one answer, and every way in which the line can fail it."""

import pytest

from seat_client.nfc.conversation import LADDER, Conversation, Remedy
from seat_client.nfc.errors import CommandFailed, FrameDamaged, ReaderGone, ReaderSilent
from seat_client.nfc.frames import ACK, NACK
from tests.seat_client.nfc.scripted_port import ScriptedPort, answer, command, turn

FIRMWARE = bytes.fromhex("02")
VERSION = bytes.fromhex("32010607")
GOOD = turn("02", "0332010607")
DEAD = (command("02"), ())
ABORT = (ACK, ())
FIELD = [turn("320100", "33"), turn("320101", "33")]
BROKEN = answer("0332010607")[:-2] + b"\x00\x00"


def talk(*script: tuple[bytes, tuple[bytes, ...]]) -> tuple[Conversation, ScriptedPort]:
    """A conversation over a script."""
    port = ScriptedPort(script)
    return Conversation(port), port


def test_ack_then_answer() -> None:
    """The parameters come back without the code."""
    conversation, port = talk(GOOD)
    assert conversation.exchange(FIRMWARE) == VERSION
    assert conversation.errors == 0
    assert not port.script


@pytest.mark.parametrize(
    "pieces",
    [
        (ACK + answer("0332010607"),),
        tuple(bytes([byte]) for byte in ACK + answer("0332010607")),
        (b"\x55\x00\x17", ACK, b"\x00\x00\x00", answer("0332010607")),
        (ACK, ACK, answer("0332010607")),
        (ACK, answer("4b00"), answer("0332010607")),
        (answer("0399999999"), ACK, answer("0332010607")),
    ],
    ids=["one piece", "byte by byte", "noise between", "two ACKs", "stale answer", "late answer before the ACK"],
)
def test_answer_is_found_however_it_arrives(pieces: tuple[bytes, ...]) -> None:
    """Pieces, noise and answers to older commands do not matter; an answer before the ACK is never believed."""
    conversation, _ = talk((command("02"), pieces))
    assert conversation.exchange(FIRMWARE) == VERSION


@pytest.mark.parametrize("failures", [1, 2, 3])
def test_silence_is_aborted_and_the_command_sent_again(failures: int) -> None:
    """ACK, 10 ms, drain, again: up to three times."""
    conversation, port = talk(*[DEAD, ABORT] * failures, GOOD)
    assert conversation.exchange(FIRMWARE) == VERSION
    assert conversation.errors == failures
    assert not port.script


def test_fourth_silence_switches_the_field() -> None:
    """The field is off and on again before the fifth attempt."""
    conversation, port = talk(*[DEAD, ABORT] * 3, DEAD, ABORT, *FIELD, GOOD)
    assert conversation.exchange(FIRMWARE) == VERSION
    assert not port.script
    assert port.done == []


def dead_script(rungs: int) -> list[tuple[bytes, tuple[bytes, ...]]]:
    """A reader that answers nothing, for so many failing attempts."""
    field = [ABORT, (command("320100"), ()), ABORT, (command("320101"), ()), ABORT]
    tail: list[tuple[bytes, tuple[bytes, ...]]] = []
    for rung in LADDER[:rungs]:
        tail.append(DEAD)
        tail += {Remedy.ABORT: [ABORT], Remedy.FIELD: field}.get(rung.remedy, [])
    return tail


def test_dead_reader_is_reset_then_reopened_and_named() -> None:
    """The pin comes after the field, the port after the pin; both end the call, because the settings are lost."""
    conversation, port = talk(*dead_script(6), DEAD)
    for done in (["reset"], ["reset", "reopen"], ["reset", "reopen", "reopen"]):
        with pytest.raises(ReaderSilent) as refused:
            conversation.exchange(FIRMWARE)
        assert refused.value.code == "reader-silent"
        assert port.done == done


def test_without_a_pin_the_reset_is_an_abort() -> None:
    """A board whose pin is not wired goes the same way."""
    conversation, port = talk(*dead_script(5), ABORT)
    port.has_reset = False
    with pytest.raises(ReaderSilent):
        conversation.exchange(FIRMWARE)
    assert not port.script


def test_success_leads_back_to_the_first_rung() -> None:
    """After an answer the next failure starts gently again."""
    conversation, port = talk(*[DEAD, ABORT] * 3, GOOD, *[DEAD, ABORT] * 3, GOOD)
    assert conversation.exchange(FIRMWARE) == VERSION
    assert conversation.exchange(FIRMWARE) == VERSION
    assert not port.script


@pytest.mark.parametrize("pieces", [(), (ACK,)], ids=["no ACK", "no answer"])
def test_command_that_changes_a_card_is_never_sent_twice(pieces: tuple[bytes, ...]) -> None:
    """The reader may have carried it out: it is aborted and the error named."""
    conversation, port = talk((command("400100b0000010"), pieces), ABORT)
    with pytest.raises(ReaderSilent):
        conversation.exchange(bytes.fromhex("400100b0000010"), repeat=False)
    assert not port.script


def test_damaged_answer_is_asked_for_again_without_a_second_command() -> None:
    """NACK makes the reader repeat its answer: even a signature is not made twice."""
    conversation, port = talk(
        (command("40019001"), (ACK, answer("41009000")[:-2] + b"\x00")), (NACK, (answer("41009000"),))
    )
    assert conversation.exchange(bytes.fromhex("40019001"), repeat=False) == bytes.fromhex("009000")
    assert port.written.count(command("40019001")) == 1


def test_answer_damaged_twice_is_an_error_by_name() -> None:
    """Nothing of a damaged answer is used."""
    conversation, _ = talk((command("40019001"), (ACK, BROKEN)), (NACK, (BROKEN,)), ABORT)
    with pytest.raises(FrameDamaged, match="data checksum"):
        conversation.exchange(bytes.fromhex("40019001"), repeat=False)
    assert conversation.errors == 1


def test_damage_instead_of_an_ack_is_a_failed_attempt() -> None:
    """Noise with a start code: abort, again."""
    conversation, port = talk((command("02"), (b"\x00\xff\x10\x10",)), ABORT, GOOD)
    assert conversation.exchange(FIRMWARE) == VERSION
    assert not port.script


def test_frame_inside_a_damaged_one_is_not_believed() -> None:
    """A whole answer may stand inside a damaged one: it is not an answer."""
    inner = answer("0311111111")
    body = b"\xd5\x41" + inner
    outer = b"\x00\x00\xff" + bytes([len(body), -len(body) & 0xFF]) + body + b"\x01\x00"
    conversation, _ = talk((command("02"), (ACK, outer)), (NACK, (answer("0332010607"),)))
    assert conversation.exchange(FIRMWARE) == VERSION


def test_unknown_command_is_refused_at_once() -> None:
    """The error frame is no reason to try again."""
    conversation, port = talk((command("02"), (ACK, bytes.fromhex("0000ff01ff7f8100"))))
    with pytest.raises(CommandFailed) as refused:
        conversation.exchange(FIRMWARE)
    assert refused.value.status == 0x7F
    assert not port.script


def test_unplugged_reader_is_named_at_once() -> None:
    """No remedy is tried on a line that is not there."""
    conversation, port = talk()
    port.gone = True
    with pytest.raises(ReaderGone):
        conversation.exchange(FIRMWARE)
    assert port.done == []


def test_first_ack_may_be_late_only_once() -> None:
    """USB adapters delay the first bytes by up to a second; later silence is noticed sooner."""
    conversation, port = talk(DEAD, ABORT, GOOD, DEAD, ABORT, GOOD)
    conversation.exchange(FIRMWARE)
    first_s = port.now()
    conversation.exchange(FIRMWARE)
    assert first_s > 1.5
    assert port.now() - first_s < 0.3


def test_endless_noise_ends_at_the_deadline() -> None:
    """A line that never falls silent does not hold the tray for ever."""

    class Noisy(ScriptedPort):
        def read(self, until_s: float) -> bytes:
            self.clock_s += 0.001
            return b"\x55" * 64

    port = Noisy([], lenient=True)
    with pytest.raises(ReaderSilent):
        Conversation(port).exchange(FIRMWARE)
    assert port.now() < 30
