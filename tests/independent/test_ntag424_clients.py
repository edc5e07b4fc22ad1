"""Other people's NTAG 424 software: pylibsdm over nfcpy and the reader, boltlib over PC/SC, sphragis APDU by APDU.

Sphragis, under the GPL, is asked in an interpreter of its own and never imported here; it also judges the keys and
messages that the controller computes.
"""

from pathlib import Path
from random import Random

import pytest

from firmware_sim.cards.catalogue import ntag424_application, uid_of
from firmware_sim.cards.ntag424 import Ntag424
from protocol.ntag424 import DIVERSIFICATION_BYTES_MAX, card_key, diversify
from tests.independent.nfc_tools import OPEN_WITH_NFCPY, require_python, run_card, run_reader, run_script

pytestmark = pytest.mark.independent

PYLIBSDM = """
from pylibsdm.tag.ntag424dna.tag import NTAG424DNA
card = NTAG424DNA(tag)
key = bytes.fromhex(sys.argv[2])
card.set_key(0, key)
print(card.authenticate_ev2_first(0))
print(card.get_file_settings(2).to_bytes().hex())
print(card.change_key(0, bytes(range(16)), 7))
card.set_key(0, bytes(range(16)))
print(card.authenticate_ev2_first(0))
card.set_key(0, key)
try:
    card.authenticate_ev2_first(0)
except Exception as error:
    print(type(error).__name__)
frontend.close()
"""
BOLTLIB = """
import boltlib
print(boltlib.get_version())
print(boltlib.read_uid())
print(boltlib.read_uri())
boltlib.write_uri("https://www.example/vote")
print(boltlib.read_uri())
"""
SPHRAGIS_CARD = """
import sys
from firmware_sim.cards.catalogue import ntag424_application
from sphragis import CounterStore, StaticKeys, Verifier
from sphragis.apdu import ApduError, read_binary, select_file, select_ndef_app
from sphragis.ev2 import AuthError, authenticate_ev2_first
from sphragis.keyprov import change_key, get_card_uid, get_key_version

class Transport:
    def __init__(self):
        self.card = ntag424_application(1)
    def transceive(self, apdu):
        return self.card.process(bytes(apdu))

key, new_key, transport = bytes.fromhex(sys.argv[1]), bytes(range(16)), Transport()

def refusal(key):
    try:
        authenticate_ev2_first(transport, 0, key)
    except (ApduError, AuthError) as error:
        return type(error).__name__ + f" {getattr(error, 'sw', 0):04x}"
    return "accepted"

def address():
    transport.transceive(select_ndef_app())
    transport.transceive(select_file(0xE104))
    text = transport.transceive(read_binary(0, 128))[:-2]
    query = text[text.index(b"?") + 1 :].rstrip(b"\\0").decode()
    return query.replace("p=", "picc_data=", 1).replace("&m=", "&cmac=")
"""
"""What both scripts of sphragis begin with; its first argument is the card's key 0."""
SPHRAGIS_EV2 = """
session = authenticate_ev2_first(transport, 0, key)
print(get_card_uid(session).hex())
print(session.send_mac(0xF5, b"\\x02").hex())
change_key(session, 0, new_key, 7, auth_key_no=0)
print(refusal(key))
session = authenticate_ev2_first(transport, 0, new_key)
print(get_key_version(session, 0))
print(refusal(bytes(16)))
"""
SPHRAGIS_ADDRESS = """
verifier = Verifier(StaticKeys(key, key), CounterStore())
first = address()
print(verifier.verify(first).verdict.value, verifier.verify(address()).verdict.value)
print(verifier.verify(first).verdict.value)
print(Verifier(StaticKeys(key, new_key), CounterStore()).verify(address()).verdict.value)
"""
SPHRAGIS_KEYS = """
import sys
from sphragis.diversify import diversify_key
for line in sys.argv[2:]:
    print(diversify_key(bytes.fromhex(sys.argv[1]), bytes.fromhex(line)).hex())
"""


def test_pylibsdm_authenticates_and_changes_a_key() -> None:
    """AuthenticateEV2First, settings under a MAC, ChangeKey, and the old key refused."""
    python = require_python("nfc", "pylibsdm.tag.ntag424dna.tag")
    card = ntag424_application(1)
    assert isinstance(card, Ntag424)
    with run_reader("ntag424", "--present") as reader:
        told = run_script(python, OPEN_WITH_NFCPY + PYLIBSDM, reader.path, card.keys[0].hex())
    assert told == ["True", "00e0ee", "True", "True", "Type4TagCommandError"]


def test_boltlib_reads_and_writes_an_ntag_424(tmp_path: Path) -> None:
    """Version, UID through the reader's own command, the message of the second file."""
    python = require_python("boltlib", "smartcard")
    with run_card(tmp_path, "ntag424"):
        told = run_script(python, BOLTLIB)
    uid = uid_of(1, "ntag424").hex()
    assert told[1].lower().replace(" ", "") == uid
    assert told[2].startswith("https://www.example/card?p=")
    assert told[3] == "https://www.example/vote"


def sphragis_told(script: str) -> list[str]:
    """What a script of sphragis printed about card 1, whose key it is given."""
    card = ntag424_application(1)
    assert isinstance(card, Ntag424)
    return run_script(require_python("sphragis.ev2"), SPHRAGIS_CARD + script, card.keys[0].hex())


def test_sphragis_authenticates_and_changes_a_key() -> None:
    """AuthenticateEV2First, an encrypted answer, one under a MAC, ChangeKey; the old key and another are refused."""
    assert sphragis_told(SPHRAGIS_EV2) == [
        uid_of(1, "ntag424").hex(),
        "0000e0ee000100",
        "ApduError 91ae",
        "7",
        "ApduError 91ae",
    ]


def test_sphragis_believes_each_mirrored_address_once() -> None:
    """Fresh, fresh, then the first one again; under another key it is forged."""
    assert sphragis_told(SPHRAGIS_ADDRESS) == ["AUTHENTIC AUTHENTIC", "REPLAY", "FORGED"]


def test_sphragis_derives_the_keys_that_the_controller_derives() -> None:
    """Messages of every length, the plain CMAC trap among them (under 16 bytes), and the key of a chamber's card."""
    master, draw = bytes.fromhex("00112233445566778899aabbccddeeff"), Random(1)
    messages = [draw.randbytes(size) for size in range(1, DIVERSIFICATION_BYTES_MAX + 1)]
    uid = uid_of(1, "ntag424")
    ours = [diversify(master, message).hex() for message in messages] + [card_key(master, uid, "novigrad").hex()]
    messages.append(uid + bytes.fromhex("3042f5") + b"novigrad")
    python = require_python("sphragis.diversify")
    assert run_script(python, SPHRAGIS_KEYS, master.hex(), *(message.hex() for message in messages)) == ours
