"""The cards by name, and a card in the virtual reader of a PC/SC daemon."""

import socket
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.card_crypto import CardKey
from firmware_sim.cards.catalogue import ISO_DEP, ISSUER, NAMES, authority, make_card, uid_of
from firmware_sim.cards.faulty import CardFault, certify
from firmware_sim.rf import RfFrame, with_crc
from firmware_sim.vpcd import VirtualCard, atr_of, serve_card
from protocol.certificates import CertificateRefused, check_card_certificate, read_card_certificate

WAIT_S = 10
SELECT = {
    "piv": bytes.fromhex("00a4040005a000000308"),
    "ntag424": bytes.fromhex("00a4040c07d276000085010100"),
}


@pytest.mark.parametrize("name", NAMES)
def test_each_card_is_itself_for_its_seed(name: str) -> None:
    """The same UID again, another for another seed."""
    one, again, other = (make_card(name, seed).identity for seed in (1, 1, 2))
    assert one == again
    assert one.uid != other.uid


@pytest.mark.parametrize(
    ("name", "atr"),
    [("piv", "3b8d80018073c021c057597562694b6579f9"), ("ntag424", "3b8180018080")],
)
def test_the_atr_is_the_one_a_reader_makes(name: str, atr: str) -> None:
    """Of the historical bytes, as a YubiKey and an NTAG show it."""
    assert atr_of(ISO_DEP[name].ats).hex() == atr


def test_an_answer_to_select_without_interface_bytes_is_all_history() -> None:
    """No TA, TB, TC."""
    assert atr_of(bytes.fromhex("04058001")).hex() == "3b828001800182"


def test_a_virtual_card_obeys_the_daemon() -> None:
    """On, off and reset say nothing; ATR, UID and APDUs are answered, lengths and bytes cut as they may be."""
    kind = ISO_DEP["ntag424"]
    card = VirtualCard(kind.application(1, None), kind.ats, uid_of(1, "ntag424"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(WAIT_S)
        thread = threading.Thread(target=serve_card, args=(card, "127.0.0.1", listener.getsockname()[1]))
        thread.start()
        wire, _ = listener.accept()
        with wire:
            wire.settimeout(WAIT_S)

            def told(message: str) -> str:
                body = bytes.fromhex(message)
                wire.sendall(b"\x00")
                wire.sendall(bytes((len(body),)))
                wire.sendall(body)
                count = int.from_bytes(wire.recv(2, socket.MSG_WAITALL), "big")
                return wire.recv(count, socket.MSG_WAITALL).hex()

            wire.sendall(bytes.fromhex("000101"))
            assert told("04") == "3b8180018080"
            assert told("ffca000000") == uid_of(1, "ntag424").hex() + "9000"
            assert told("00a4040c07d276000085010100") == "9000"
            assert told("00a4000c02e103") == "9000"
            wire.sendall(bytes.fromhex("000102"))
            assert told("00b000000f") == "6a82"
            wire.sendall(b"\x00")
        thread.join(WAIT_S)
    assert not thread.is_alive()


@given(st.sampled_from(sorted(ISO_DEP)), st.lists(st.binary(max_size=80), max_size=8))
def test_no_apdu_stops_a_card(name: str, commands: list[bytes]) -> None:
    """Every answer ends in a status word, and the card can be selected afterwards."""
    card = ISO_DEP[name].application(1, None)
    for command in commands:
        assert len(card.process(command)) >= 2
    card.power_off()
    assert card.process(SELECT[name])[-2:] == b"\x90\x00"


@given(st.sampled_from(NAMES), st.lists(st.tuples(st.binary(max_size=70), st.integers(0, 7)), max_size=12))
def test_no_frame_stops_a_card(name: str, frames: list[tuple[bytes, int]]) -> None:
    """With and without a checksum; after the field was off it answers a call."""
    card = make_card(name, 1)
    card.power_on()
    for data, bits in frames:
        card.receive(RfFrame(data, bits))
        card.receive(with_crc(data))
    card.power_off()
    card.power_on()
    assert card.receive(RfFrame(b"\x26", 7)).frame is not None


def test_a_card_with_a_random_uid_shows_another_each_time() -> None:
    """Four bytes that begin with 08; the card is the same."""
    card = make_card("piv", 1, CardFault.RANDOM_UID)
    seen = set()
    for _ in range(3):
        card.power_on()
        seen.add(card.identity.uid)
        card.power_off()
    assert len(seen) == 3
    assert {(len(uid), uid[0]) for uid in seen} == {(4, 0x08)}


def test_a_seat_believes_a_good_card_and_names_what_is_wrong_with_others() -> None:
    """The certificates against the check that seats use."""
    now_s = datetime(2026, 11, 25, tzinfo=UTC).timestamp()

    def verdict(fault: CardFault | None) -> str:
        key = CardKey.of_scalar((7).to_bytes(32, "big"))
        try:
            read = read_card_certificate(certify(CardKey.of_secret(ISSUER), key, "m07", fault))
            check_card_certificate(read, authority(), now_s)
        except CertificateRefused as refused:
            return refused.code
        return read.member

    told = [verdict(fault) for fault in (None, *list(CardFault)[:3])]
    assert told == ["m07", "certificate-issuer", "certificate-expired", "certificate-form"]


def test_a_daemon_that_is_not_there_is_an_error() -> None:
    """Said by the caller, with the address."""
    kind = ISO_DEP["piv"]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        serve_card(VirtualCard(kind.application(1, None), kind.ats, b""), "127.0.0.1", port)
