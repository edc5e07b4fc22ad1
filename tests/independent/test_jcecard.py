"""Another author's PIV card judges our card driver: jcecard, a PIV card in Python, asked by `seat_client/nfc`.

It runs in the interpreter of other people's NFC software, APDUs in hex going in and answers coming out. What it leaves
to its own transport is done beside it: an answer longer than was asked for is given in parts, and a name in SELECT is
cut to the five bytes that it knows (a real card takes its full name too).
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from protocol.encoding import digest
from seat_client.nfc import ntag424, piv
from seat_client.nfc.cards import CertificateCache, PivIdentity, Policy, identify
from seat_client.nfc.errors import CardRefused, StatusRefused
from seat_client.nfc.targets import Target
from tests.independent.nfc_tools import ROOT, WAIT_S, require_python
from tests.protocol.card_issuer import NOW_S, authority, certificate, subject

pytestmark = pytest.mark.independent

CARD = """
from jcecard.apdu import APDUParser
from jcecard.piv import PIVApplet

applet, rest = PIVApplet(), b""

def process(apdu):
    command = APDUParser.parse(apdu)
    if command.ins == 0xA4:
        command.data = command.data[:5]
    answer = applet.process_apdu(command)
    return answer.data, bytes((answer.sw1, answer.sw2)), command

def answered(apdu):
    global rest
    if apdu[1] == 0xC0:
        held, status, wanted = rest, b"\\x90\\x00", apdu[4] or 256
    else:
        held, status, command = process(apdu)
        wanted = command.le or 256
    given, rest = held[:wanted], held[wanted:]
    return given + (bytes((0x61, min(len(rest), 256) % 256)) if rest else status)

def put_certificate(der):
    inner = b"\\x70\\x82" + len(der).to_bytes(2, "big") + der + b"\\x71\\x01\\x00\\xfe\\x00"
    told = b"\\x5c\\x03\\x5f\\xc1\\x01\\x53\\x82" + len(inner).to_bytes(2, "big") + inner
    applet.security.mgmt_authenticated = True
    return process(b"\\x00\\xdb\\x3f\\xff\\x00" + len(told).to_bytes(2, "big") + told)[1]

def generate():
    applet.security.mgmt_authenticated = True
    return process(bytes.fromhex("0047009e05ac03800111"))[0][-65:]

while True:
    verb, _, data = input().partition(" ")
    made = {"key": lambda _: generate(), "certificate": put_certificate, "apdu": answered}[verb](bytes.fromhex(data))
    print(made.hex(), flush=True)
"""
CONTAINER_BYTES = 4 + 4 + 3 + 2
"""What stands around a certificate: the heads of 53 and 70, 71 with its byte, an empty FE."""
TARGET = Target(1, b"\x00\x44", 0x20, bytes.fromhex("04112233445566"), bytes.fromhex("067777710280"))


@dataclass
class Card:
    """A card in a process of its own. `asked` is what our driver sent."""

    process: subprocess.Popen[str]
    asked: list[bytes] = field(default_factory=list)

    def tell(self, verb: str, data: bytes = b"") -> bytes:
        """One request and its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{verb} {data.hex()}\n")
        self.process.stdin.flush()
        return bytes.fromhex(self.process.stdout.readline())

    def send(self, apdu: bytes) -> bytes:
        """What the driver calls."""
        self.asked.append(apdu)
        return self.tell("apdu", apdu)

    def issue(self, padding: int = 0) -> bytes:
        """Let it make a key, and give it the chamber's certificate of member m07. Returns that certificate."""
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.tell("key"))
        der = certificate(subject("m07"), key=public, padding=padding)
        assert self.tell("certificate", der) == b"\x90\x00"
        return der


@contextmanager
def run_card() -> Iterator[Card]:
    """A new card."""
    python = require_python("jcecard.piv")
    command = [python, "-c", CARD]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield Card(process)
        finally:
            process.kill()
            process.wait(WAIT_S)


@pytest.fixture
def card() -> Iterator[Card]:
    """An empty card."""
    with run_card() as made:
        yield made


@pytest.mark.parametrize("padding", [0, 180, 500], ids=["two parts", "three parts", "four parts"])
def test_certificate_of_the_card_is_read_in_parts(card: Card, padding: int) -> None:
    """Exactly its bytes, and as many APDUs as 256 bytes each need."""
    der = card.issue(padding)
    assert piv.select(card.send)
    card.asked.clear()
    assert piv.read_certificate(card.send) == der
    assert len(card.asked) == -(-(len(der) + CONTAINER_BYTES) // 256)


def test_certificate_is_read_at_once_where_extended_apdus_are_taken(card: Card) -> None:
    """Its parser reads our extended APDU: one question, one answer."""
    der = card.issue(500)
    assert piv.select(card.send)
    card.asked.clear()
    assert piv.read_certificate(card.send, extended=True) == der
    assert len(card.asked) == 1


def test_card_is_identified_and_signs_for_its_member(card: Card) -> None:
    """The whole way of a seat: who it is, a signature without a PIN, verified under the certificate's key."""
    card.issue()
    identity = identify(TARGET, card.send, Policy(authority()), CertificateCache(), NOW_S)
    assert isinstance(identity, PivIdentity)
    assert identity.member == "m07"
    for message in (b"a session record", b"another"):
        identity.public.verify(message, piv.sign(card.send, digest(message)))


def test_card_without_a_certificate_is_refused_by_name(card: Card) -> None:
    """As a card that was never personalised."""
    assert piv.select(card.send)
    with pytest.raises(CardRefused) as refused:
        piv.read_certificate(card.send)
    assert refused.value.code == "certificate-missing"


def test_card_without_a_key_refuses_to_sign(card: Card) -> None:
    """Reference not found, by our name for it."""
    assert piv.select(card.send)
    with pytest.raises(StatusRefused) as refused:
        piv.sign(card.send, bytes(32))
    assert refused.value.code == "card-not-found"


def test_piv_card_is_no_ntag_424(card: Card) -> None:
    """The other application is not there: an answer, no error."""
    assert not ntag424.select(card.send)
