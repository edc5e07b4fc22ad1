"""Founding a log: keys once, the anchor and officers as the first leaves, into an empty store only."""

import stat
from pathlib import Path

import pytest

from controller.founding import (
    Body,
    OfficerPlan,
    found_log,
    founding_records,
    make_keys,
    officer_key,
    read_keys,
)
from controller.keyfile import KeyFileRefused, read_key
from controller.store import Store, StoreFailed
from protocol.errors import ChamberError, PayloadRefused
from protocol.jws import read_envelope
from protocol.keys import Ed25519Signer
from tests.controller.recorder_room import Entropy

BODY = Body("kikinda", "assembly", "2024")
OFFICERS = (OfficerPlan("chair", "chair", "Chair"), OfficerPlan("secretary", "secretary", "Secretary"))


def records_of(directory: Path, body: Body = BODY) -> list[bytes]:
    """Keys and the first leaves."""
    make_keys(directory / "keys", OFFICERS, Entropy(str(directory)))
    root = read_key(directory / "keys" / "root.key")
    signed = [(plan, officer_key(directory / "keys", plan.id)) for plan in OFFICERS]
    return founding_records(body, root, read_keys(directory / "keys"), signed, 1)


def test_founded_log(tmp_path: Path) -> None:
    """Anchor and officers, durable, under one checkpoint; the recorder goes on."""
    leaves = records_of(tmp_path)
    store = Store(tmp_path)
    recorder = found_log(store, read_keys(tmp_path / "keys"), BODY, leaves, Entropy(), 1)
    assert [read_envelope(leaf).kind for leaf in leaves] == ["trust", "officer", "officer"]
    assert [leaf for some in store.leaves() for leaf in some] == leaves
    assert recorder.memory.state.origin == "chamber/kikinda/assembly/2024"
    assert set(recorder.memory.state.officers) == {"chair", "secretary"}
    assert store.second_checkpoint() == store.checkpoint() != b""
    store.close()


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    """A folder for the owner alone; a second founding refuses."""
    make_keys(tmp_path / "keys", OFFICERS, Entropy())
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    names = {path.name for path in (tmp_path / "keys").iterdir()}
    assert names == {"root.key", "log.key", "controller.key", "officer-chair.key", "officer-secretary.key"}
    with pytest.raises(KeyFileRefused):
        make_keys(tmp_path / "keys", OFFICERS, Entropy())


def test_log_is_founded_once(tmp_path: Path) -> None:
    """A second anchor does not fit into a store that has one."""
    leaves = records_of(tmp_path)
    keys = read_keys(tmp_path / "keys")
    store = Store(tmp_path)
    found_log(store, keys, BODY, leaves, Entropy(), 1)
    with pytest.raises(StoreFailed):
        found_log(store, keys, BODY, leaves, Entropy(), 2)
    assert sum(len(some) for some in store.leaves()) == 3
    store.close()


def test_records_that_the_log_refuses(tmp_path: Path) -> None:
    """An officer without the anchor, one of another root, the anchor twice: nothing is written."""
    leaves = records_of(tmp_path)
    other = records_of(tmp_path / "other")
    keys = read_keys(tmp_path / "keys")
    store = Store(tmp_path)
    for wrong in (leaves[1:], [leaves[0], other[1]], [leaves[0], leaves[0]], [b"x"]):
        with pytest.raises(ChamberError, match="founding record"):
            found_log(store, keys, BODY, wrong, Entropy(), 1)
        assert list(store.leaves()) == []
    store.close()


def test_body_with_impossible_words(tmp_path: Path) -> None:
    """Identifiers are asked for where the anchor is made."""
    with pytest.raises(PayloadRefused):
        records_of(tmp_path, Body("Град", "assembly", "2024"))


def test_officer_who_has_the_controllers_key(tmp_path: Path) -> None:
    """One key has one owner."""
    records_of(tmp_path)
    keys, root = read_keys(tmp_path / "keys"), read_key(tmp_path / "keys" / "root.key")
    assert isinstance(keys.controller, Ed25519Signer)
    leaves = founding_records(BODY, root, keys, [(OFFICERS[0], keys.controller)], 1)
    store = Store(tmp_path)
    with pytest.raises(ChamberError):
        found_log(store, keys, BODY, leaves, Entropy(), 1)
    store.close()
