"""The register of cards that cannot sign: strict, the owner's alone, and absent where every card signs."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from controller.card_register import (
    FILE,
    NO_CARDS,
    CardRegisterRefused,
    RegisteredCard,
    read_register,
    write_register,
)
from controller.keyfile import KeyFileRefused

MASTER = bytes(range(16))
PROVES = RegisteredCard("04782e21801d80", "m01", "ntag424", counter=True)
SHOWS = RegisteredCard("0a0b0c0d", "m02", "uid", counter=False)
ENTRY = {"uid": "04782e21801d80", "member": "m01", "kind": "ntag424", "counter": True}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A body's folder."""
    (tmp_path / "keys").mkdir()
    return tmp_path


def test_register_reads_back(folder: Path) -> None:
    """Cards by UID, with their master key."""
    written = write_register(folder, [PROVES, SHOWS], MASTER)
    register = read_register(folder)
    assert register == written
    assert (register.find(PROVES.uid), register.find(SHOWS.uid), register.find("00000000")) == (PROVES, SHOWS, None)
    assert register.master == MASTER


def test_register_and_key_are_the_owner_s_alone_and_never_overwritten(folder: Path) -> None:
    """A UID is a person's, and whoever has the key can make the cards."""
    write_register(folder, [PROVES], MASTER)
    paths = [folder / FILE, folder / "keys" / "ntag424.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    (folder / "keys" / "ntag424.key").unlink()
    with pytest.raises(CardRegisterRefused):
        write_register(folder, [SHOWS], MASTER)
    assert json.loads((folder / FILE).read_bytes())["cards"][0]["uid"] == PROVES.uid


def test_without_a_register_every_card_signs(folder: Path) -> None:
    """Nobody need have one."""
    assert read_register(folder) is NO_CARDS


def test_register_that_others_may_read_is_refused(folder: Path) -> None:
    """The words say what to do."""
    write_register(folder, [PROVES], MASTER)
    (folder / FILE).chmod(0o640)
    with pytest.raises(CardRegisterRefused, match="chmod 600"):
        read_register(folder)


def test_register_without_its_key_is_refused(folder: Path) -> None:
    """No card could be asked anything."""
    write_register(folder, [PROVES], MASTER)
    (folder / "keys" / "ntag424.key").unlink()
    with pytest.raises(KeyFileRefused):
        read_register(folder)


SPOILED: dict[str, tuple[Any, str]] = {
    "no object": ([], "an object of v"),
    "another version": ({"v": 2, "cards": []}, "an object of v"),
    "a version that is true": ({"v": True, "cards": []}, "an object of v"),
    "another member": ({"v": 1, "cards": [], "master": ""}, "an object of v"),
    "cards in no list": ({"v": 1, "cards": {}}, "a list"),
    "a card that is no object": ({"v": 1, "cards": ["04782e21801d80"]}, "card 1: write exactly"),
    "a card without its kind": ({"v": 1, "cards": [{"uid": "04782e21801d80", "member": "m01"}]}, "card 1: write"),
    "a card with a name": ({"v": 1, "cards": [{**ENTRY, "name": "x"}]}, "card 1: write exactly"),
    "capital digits": ({"v": 1, "cards": [{**ENTRY, "uid": "04782E21801D80"}]}, "card 1: uid"),
    "five bytes": ({"v": 1, "cards": [{**ENTRY, "uid": "0011223344"}]}, "card 1: uid"),
    "a number for a UID": ({"v": 1, "cards": [{**ENTRY, "uid": 4}]}, "card 1: uid"),
    "an ntag424 of four bytes": ({"v": 1, "cards": [{**ENTRY, "uid": "00112233"}]}, "has 7 bytes"),
    "a member who is no identifier": ({"v": 1, "cards": [{**ENTRY, "member": "M 1"}]}, "card 1: member"),
    "a card that signs": ({"v": 1, "cards": [{**ENTRY, "kind": "piv"}]}, "card 1: kind"),
    "a counter in words": ({"v": 1, "cards": [{**ENTRY, "counter": "yes"}]}, "card 1: counter"),
    "a counter as a number": ({"v": 1, "cards": [{**ENTRY, "counter": 1}]}, "card 1: counter"),
    "a counter of a bare card": ({"v": 1, "cards": [{**ENTRY, "kind": "uid"}]}, "only an ntag424 has one"),
    "one card twice": ({"v": 1, "cards": [ENTRY, {**ENTRY, "member": "m02"}]}, "UID 04782e21801d80 stands here twice"),
    "one member twice": ({"v": 1, "cards": [ENTRY, {**ENTRY, "uid": "04782e21801d81"}]}, "member m01 stands here"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_malformed_register_is_refused_with_what_to_write(folder: Path, what: str) -> None:
    """By the number of the card."""
    document, words = SPOILED[what]
    write_register(folder, [PROVES], MASTER)
    (folder / FILE).write_text(json.dumps(document), encoding="ascii")
    with pytest.raises(CardRegisterRefused, match=words):
        read_register(folder)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'{"v":1,"cards":' + b"[" * 100_000])
def test_register_that_is_no_json_is_refused(folder: Path, data: bytes) -> None:
    """Also one that would exhaust the reader."""
    write_register(folder, [PROVES], MASTER)
    (folder / FILE).write_bytes(data)
    with pytest.raises(CardRegisterRefused, match="not JSON"):
        read_register(folder)
