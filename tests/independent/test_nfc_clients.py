"""Other people's NFC software on the simulated reader: libnfc, nfcpy, Adafruit's and pn532pi's drivers."""

import subprocess
from pathlib import Path

import pytest

from firmware_sim.cards.catalogue import NTAG424_CHAMBER, NTAG424_MASTER, make_card, ntag424_key
from protocol.ntag424 import read_mirror
from tests.independent.nfc_tools import (
    OPEN_WITH_NFCPY,
    WAIT_S,
    Reader,
    require_program,
    require_python,
    run_reader,
    run_script,
)

pytestmark = pytest.mark.independent

PIV_TEMPLATE = "61114f0600001000010079074f05a0000003089000"
ADAFRUIT = """
import sys, serial
from adafruit_pn532.uart import PN532_UART
with serial.Serial(sys.argv[1], 115200, timeout=0.1) as port:
    chip = PN532_UART(port, debug=False)
    print(bytes(chip.firmware_version).hex())
    chip.SAM_configuration()
    print(bytes(chip.read_passive_target(timeout=5.0)).hex())
    answer = chip.call_function(0x40, params=bytes.fromhex("0100a4040005a000000308"), response_length=64, timeout=5)
    print(bytes(answer).hex())
    chip.power_down()
"""
PN532PI = """
import sys, serial
import pn532pi.interfaces.pn532hsu as hsu
hsu.Serial = lambda *_, **__: serial.Serial(sys.argv[1], 115200, timeout=5)
import pn532pi
chip = pn532pi.Pn532(pn532pi.Pn532Hsu(0))
chip.begin()
print(hex(chip.getFirmwareVersion()))
chip.SAMConfig()
print(chip.inListPassiveTarget())
found, answer = chip.inDataExchange(bytearray.fromhex("00a4040005a000000308"))
print(found, bytes(answer).hex())
"""
YUBIKIT_OVER_NFCPY = """
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from yubikit.core import TRANSPORT
from yubikit.core.smartcard import SmartCardConnection
from yubikit.piv import KEY_TYPE, SLOT, PivSession

class Connection(SmartCardConnection):
    transport = TRANSPORT.NFC
    def send_and_receive(self, apdu):
        answer = bytes(tag.transceive(bytes(apdu)))
        return answer[:-2], int.from_bytes(answer[-2:], "big")
    def close(self):
        pass

session = PivSession(Connection())
certificate = session.get_certificate(SLOT.CARD_AUTH)
signature = session.sign(SLOT.CARD_AUTH, KEY_TYPE.ECCP256, b"a record", hashes.SHA256())
certificate.public_key().verify(signature, b"a record", ec.ECDSA(hashes.SHA256()))
print(session.version, certificate.subject.rfc4514_string(), tag.is_present)
frontend.close()
"""


def uid_of(name: str) -> bytes:
    """The UID of a card with seed 1."""
    return make_card(name, 1).identity.uid


def spaced(data: bytes) -> str:
    """Bytes as libnfc's tools print them."""
    return data.hex("/").replace("/", "  ")


def list_cards(reader: Reader) -> str:
    """What nfc-list prints; it must not say that anything is wrong."""
    done = reader.libnfc("nfc-list")
    assert done.returncode == 0
    # Without a USB bus libnfc complains about that, and about nothing else.
    said = [line for line in done.stderr.splitlines() if line and "USB busses" not in line]
    assert not said, said
    return done.stdout


@pytest.mark.parametrize(("relist", "runs"), [("strict", 20), ("lenient", 3)])
def test_nfc_list_finds_the_card_each_time_in_a_row(relist: str, runs: int) -> None:
    """Each run wakes the chip, sets it up, polls all modulations and lets it sleep."""
    require_program("nfc-list")
    with run_reader("piv", "--present", "--relist", relist) as reader:
        told = {list_cards(reader) for _ in range(runs)}
    assert len(told) == 1
    assert f"UID (NFCID1): {spaced(uid_of('piv'))}" in told.pop()


@pytest.mark.parametrize("name", ["piv", "ntag424", "uid", "type2"])
def test_nfc_list_tells_each_kind_of_card_on_a_paced_line(name: str) -> None:
    """And nothing once it is taken away."""
    require_program("nfc-list")
    with run_reader(name, "--present", "--pace") as reader:
        told = list_cards(reader)
        reader.move_card()
        empty = list_cards(reader)
    assert spaced(uid_of(name)) in told
    assert ("ATS:" in told) is (name in {"piv", "ntag424"})
    assert "UID" not in empty


def test_nfc_list_finds_two_cards() -> None:
    """One after the other: it halts the first to find the second."""
    require_program("nfc-list")
    with run_reader("piv", "--present", "--fault", "two-cards") as reader:
        told = list_cards(reader)
    assert "2 ISO14443A passive target(s) found" in told
    assert spaced(uid_of("piv")) in told
    assert spaced(uid_of("uid")) in told


def test_nfc_scan_device_names_the_reader() -> None:
    """Found and opened."""
    with run_reader("none") as reader:
        done = reader.libnfc("nfc-scan-device")
    assert "1 NFC device(s) found" in done.stdout
    assert reader.path in done.stdout


def test_nfc_poll_sees_the_card_come_and_go() -> None:
    """The card is laid down while it polls, and taken away while it watches."""
    program = require_program("nfc-poll")
    unbuffered = require_program("stdbuf")
    with run_reader("piv") as reader:
        command = [unbuffered, "-o0", program]
        with subprocess.Popen(command, env=reader.environment(), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            told = ""
            for wanted in ("modulations)", "removing..."):
                while wanted not in told:
                    letter = process.stdout.read(1)
                    assert letter, told
                    told += letter
                reader.move_card()
            told += process.stdout.read()
            assert process.wait(WAIT_S) == 0
    assert spaced(uid_of("piv")) in told
    assert told.rstrip().endswith("done.")


def test_nfc_anticol_selects_bit_by_bit() -> None:
    """Raw frames of seven bits, checksums by the host, RATS."""
    with run_reader("piv", "--present") as reader:
        done = reader.libnfc("nfc-anticol")
    assert f"UID: {uid_of('piv').hex()}" in done.stdout
    assert "ATQA: 0044" in done.stdout
    assert "SAK: 20" in done.stdout
    assert "ATS: 12  78  77  95  02" in done.stdout


def test_nfc_mfultralight_reads_every_page(tmp_path: Path) -> None:
    """45 pages of a type 2 tag into a file."""
    with run_reader("type2", "--present") as reader:
        done = reader.libnfc("nfc-mfultralight", "r", str(tmp_path / "dump"))
    assert "45 of 45 pages read (0 pages failed)" in done.stdout
    dump = (tmp_path / "dump").read_bytes()
    uid = uid_of("type2")
    assert dump[:3] + dump[4:8] == uid


def test_nfcpy_reads_a_message_and_sees_the_card_go() -> None:
    """ISO-DEP in its own software, at 921,600 bit/s; two runs, libnfc in between, and the counter has grown."""
    python = require_python("nfc")
    require_program("nfc-list")
    script = OPEN_WITH_NFCPY + (
        "print(target.sdd_res.hex(), tag.is_present)\n"
        "print(tag.ndef.records[0].iri)\n"
        "import os, signal\nos.kill(int(sys.argv[2]), signal.SIGUSR1)\n"
        "while tag.is_present: pass\n"
        "print(frontend.sense(nfc.clf.RemoteTarget('106A')))\nfrontend.close()\n"
    )
    with run_reader("ntag424", "--present") as reader:
        told = [run_script(python, script, reader.path, str(reader.process.pid))]
        reader.move_card()
        assert spaced(uid_of("ntag424")) in list_cards(reader)
        told.append(run_script(python, script, reader.path, str(reader.process.pid)))
    assert [(lines[0], lines[2]) for lines in told] == [(f"{uid_of('ntag424').hex()} True", "None")] * 2
    key = ntag424_key(NTAG424_MASTER, uid_of("ntag424"), NTAG424_CHAMBER)
    mirrored = [read_mirror(key, bytes.fromhex(lines[1].partition("?p=")[2][:32])) for lines in told]
    assert {uid for uid, _ in mirrored} == {uid_of("ntag424")}
    assert mirrored[0][1] < mirrored[1][1]


def test_adafruit_s_driver_reads_uid_and_short_answer() -> None:
    """It waits for ever for a card and never aborts."""
    python = require_python("serial", "adafruit_pn532.uart")
    with run_reader("piv", "--present") as reader:
        told = run_script(python, ADAFRUIT, reader.path)
    assert told == ["32010607", uid_of("piv").hex(), "00" + PIV_TEMPLATE]


def test_pn532pi_lists_and_exchanges() -> None:
    """It writes each frame in pieces, behind a wake-up of its own."""
    python = require_python("serial", "pn532pi")
    with run_reader("piv", "--present") as reader:
        told = run_script(python, PN532PI, reader.path)
    assert told == ["0x32010607", "True", f"True {PIV_TEMPLATE}"]


@pytest.mark.parametrize("options", [[], ["--pace"]])
def test_yubikit_signs_through_nfcpy_and_the_reader(options: list[str]) -> None:
    """The whole way: Yubico's PIV client, nfcpy's ISO-DEP, the serial line, the chip, the card."""
    python = require_python("nfc", "yubikit.piv")
    with run_reader("piv", "--present", *options) as reader:
        told = run_script(python, OPEN_WITH_NFCPY + YUBIKIT_OVER_NFCPY, reader.path)
    assert told == ["5.2.7 CN=m01 True"]


def test_libnfc_survives_a_reader_with_faults() -> None:
    """Not every run succeeds, but each ends, and the reader goes on."""
    require_program("nfc-list")
    with run_reader("piv", "--present", "--fault", "status-01", "--fault", "torn", "--seed", "7") as reader:
        for _ in range(5):
            assert reader.libnfc("nfc-list").returncode in {0, 1}
