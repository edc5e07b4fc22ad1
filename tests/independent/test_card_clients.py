"""Other people's smart card software on the simulated PIV card: yubikit in process, OpenSC, Yubico's tools."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.independent.nfc_tools import READER, WAIT_S, require_program, require_python, run_card, run_script

pytestmark = pytest.mark.independent

PIN = "123456"
YUBIKIT = """
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from firmware_sim.cards.catalogue import piv_application
from yubikit.core import TRANSPORT
from yubikit.core.smartcard import ApduError, SmartCardConnection
from yubikit.piv import KEY_TYPE, SLOT, InvalidPinError, PivSession

card = piv_application(1)

class Connection(SmartCardConnection):
    transport = TRANSPORT.NFC
    def send_and_receive(self, apdu):
        answer = card.process(bytes(apdu))
        return answer[:-2], int.from_bytes(answer[-2:], "big")
    def close(self):
        pass

session = PivSession(Connection())
print(session.version, session.get_pin_attempts())
for slot in (SLOT.CARD_AUTH, SLOT.AUTHENTICATION, SLOT.SIGNATURE):
    certificate = session.get_certificate(slot)
    if slot != SLOT.CARD_AUTH:
        try:
            session.sign(slot, KEY_TYPE.ECCP256, b"a record", hashes.SHA256())
        except ApduError as error:
            print(hex(error.sw))
        session.verify_pin("123456")
    signature = session.sign(slot, KEY_TYPE.ECCP256, b"a record", hashes.SHA256())
    certificate.public_key().verify(signature, b"a record", ec.ECDSA(hashes.SHA256()))
    print(slot.name)
try:
    session.verify_pin("000000")
except InvalidPinError as error:
    print(error.attempts_remaining)
"""


@pytest.fixture(scope="module")
def piv(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A PIV card in the virtual reader of a PC/SC daemon."""
    with run_card(tmp_path_factory.mktemp("pcscd"), "piv"):
        yield


def run(program: str, *arguments: str, folder: Path | None = None) -> str:
    """Run a program that must succeed, and return what it printed."""
    command = [require_program(program), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def certificate_of(slot: str, folder: Path) -> Path:
    """A certificate as yubico-piv-tool reads it."""
    path = folder / f"{slot}.pem"
    run("yubico-piv-tool", "-r", READER, "-a", "read-certificate", "-s", slot, "-o", str(path))
    return path


def test_yubikit_reads_verifies_and_signs_in_process() -> None:
    """9E without a PIN, 9A and 9C with; wrong PINs are counted."""
    told = run_script(require_python("yubikit.piv"), YUBIKIT)
    assert told == ["5.2.7 3", "CARD_AUTH", "0x6982", "AUTHENTICATION", "0x6982", "SIGNATURE", "2"]


@pytest.mark.usefixtures("piv")
def test_opensc_knows_the_card_and_reads_its_certificates() -> None:
    """By its ATR and its answer to SELECT."""
    told = run("opensc-tool", "--reader", READER, "--atr", "--name")
    assert "3b:8d:80:01:80:73:c0:21:c0:57:59:75:62:69:4b:65:79:f9" in told
    assert "Personal Identity Verification Card" in told
    listed = run("pkcs15-tool", "--reader", READER, "--list-certificates", "--list-keys")
    assert listed.count("X.509 Certificate [") == 4
    assert "Certificate for Card Authentication" in listed


@pytest.mark.usefixtures("piv")
def test_opensc_signs_with_9e_without_a_pin(tmp_path: Path) -> None:
    """And openssl verifies it under the certificate."""
    certificate = certificate_of("9e", tmp_path)
    (tmp_path / "record").write_bytes(b"a record")
    run("openssl", "dgst", "-sha256", "-binary", "-out", "digest", "record", folder=tmp_path)
    run(
        *("pkcs15-crypt", "--reader", READER, "--sign", "--key", "04", "--raw"),
        *("--signature-format", "openssl", "--input", "digest", "--output", "signature"),
        folder=tmp_path,
    )
    key = run("openssl", "x509", "-in", str(certificate), "-pubkey", "-noout")
    (tmp_path / "key.pem").write_text(key)
    told = run("openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "record", folder=tmp_path)
    assert "Verified OK" in told


@pytest.mark.usefixtures("piv")
def test_pkcs11_signs_with_9a_after_the_pin(tmp_path: Path) -> None:
    """Login, ECDSA over a digest."""
    (tmp_path / "digest").write_bytes(bytes(range(32)))
    run(
        *("pkcs11-tool", "--login", "--pin", PIN, "--sign", "--mechanism", "ECDSA", "--id", "01"),
        *("--input-file", "digest", "--output-file", "signature"),
        folder=tmp_path,
    )
    assert len((tmp_path / "signature").read_bytes()) == 64


@pytest.mark.usefixtures("piv")
def test_yubico_piv_tool_accepts_the_card(tmp_path: Path) -> None:
    """Version, status, PIN, and a test of the signature."""
    told = run("yubico-piv-tool", "-r", READER, "-a", "version", "-a", "status", "-a", "verify-pin", "-P", PIN)
    assert "Application version 5.2.7 found." in told
    assert "PIN tries left:\t3" in told
    assert "Successfully verified PIN." in told
    certificate = certificate_of("9e", tmp_path)
    tested = run(
        *("yubico-piv-tool", "-r", READER, "-a", "test-signature", "-s", "9e", "-A", "ECCP256"),
        *("-i", str(certificate)),
    )
    assert "Successful ECDSA verification." in tested


@pytest.mark.usefixtures("piv")
def test_ykman_tells_the_slots() -> None:
    """Over pyscard."""
    script = "import sys\nfrom ykman._cli.__main__ import main\nsys.argv = ['ykman', *sys.argv[1:]]\nmain()\n"
    python = require_python("ykman._cli.__main__", "smartcard")
    told = "\n".join(run_script(python, script, "-r", READER, "piv", "info"))
    assert "PIV version:              5.2.7" in told
    assert told.count("CN=m01") == 4
