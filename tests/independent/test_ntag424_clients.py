"""Other people's NTAG 424 software on the simulated card: pylibsdm over nfcpy and the reader, boltlib over PC/SC."""

from pathlib import Path

import pytest

from firmware_sim.cards.catalogue import ntag424_application, uid_of
from firmware_sim.cards.ntag424 import Ntag424
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
