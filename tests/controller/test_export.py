"""Export: a package appears whole or not at all, and never in the place of another."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from controller.export import OutputRefused, check_writable, export_package, next_version, write_folder
from controller.package_reader import read_package
from controller.store import Store
from protocol import records
from protocol.package import NothingToExport
from protocol.verify import verify_package
from tests.controller.recorder_room import Room, open_room
from tests.protocol.chamber_builder import officer_key


def stored(directory: Path) -> tuple[Room, Store]:
    """A sitting with one vote, on the disk."""
    room = open_room()
    vote = room.open_vote()
    room.press(vote, m1="for")
    room.close(vote)
    room.act("chair", records.SittingClose)
    store = Store(directory)
    for batch in room.batches:
        store.commit(batch)
    return room, store


def exported(room: Room, store: Store, out: Path, sitting: str = "sitting-1") -> Path:
    """Export as the secretary does."""
    signer = officer_key("secretary")
    return export_package(store, room.recorder.memory, room.recorder.checkpoint, sitting, signer, out)


def test_versions_are_counted(tmp_path: Path) -> None:
    """Each export is a version of its own, and each verifies."""
    room, store = stored(tmp_path / "store")
    out = tmp_path / "packages"
    assert [exported(room, store, out).relative_to(out).as_posix() for _ in range(3)] == [
        "sitting-1/v1", "sitting-1/v2", "sitting-1/v3",
    ]  # fmt: skip
    for number in (1, 2, 3):
        assert verify_package(read_package(out / "sitting-1" / f"v{number}")).verdict == "verified"
    store.close()


def test_next_version_looks_at_names(tmp_path: Path) -> None:
    """A gap is not filled, other names are passed over, nothing is made."""
    assert next_version(tmp_path / "none") == (1, tmp_path / "none" / "v1")
    assert not (tmp_path / "none").exists()
    for name in ("v1", "v7", "vx", "latest", ".v9.part", "v", "v-3"):
        (tmp_path / name).mkdir()
    assert next_version(tmp_path) == (8, tmp_path / "v8")


def test_package_is_never_overwritten(tmp_path: Path) -> None:
    """Somebody else took the name meanwhile."""
    target = tmp_path / "v1"
    target.mkdir()
    (target / "session.json").write_bytes(b"older")
    with pytest.raises(OSError, match="not empty"):
        write_folder({"session.json": b"newer"}, target)
    assert (target / "session.json").read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["v1"]


def test_half_a_package_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full in the middle: nothing is left behind, and the next export has the same number."""
    room, store = stored(tmp_path / "store")
    out = tmp_path / "packages"
    calls = 0
    real = os.fsync

    def full(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputRefused, match="No space left"):
        exported(room, store, out)
    assert [path.name for path in (out / "sitting-1").iterdir()] == []
    assert exported(room, store, out).name == "v1"
    store.close()


def test_leftover_of_a_crash_is_swept(tmp_path: Path) -> None:
    """A part that nobody finished."""
    (tmp_path / ".v1.part").mkdir()
    (tmp_path / ".v1.part" / "junk").write_bytes(b"x")
    write_folder({"a": b"1", "b/c": b"2"}, tmp_path / "v1")
    assert read_package(tmp_path / "v1") == {"a": b"1", "b/c": b"2"}


@pytest.mark.parametrize("sitting", ["sitting-9", "../../elsewhere", "", "SITTING-1"])
def test_sitting_that_is_not_there_makes_no_folder(tmp_path: Path, sitting: str) -> None:
    """A mistyped name changes nothing."""
    room, store = stored(tmp_path / "store")
    out = tmp_path / "packages"
    with pytest.raises(NothingToExport):
        exported(room, store, out, sitting)
    assert not out.exists()
    assert not (tmp_path / "elsewhere").exists()
    store.close()


def blocked(directory: Path) -> Path:
    """A place that cannot be written by anybody: a file stands where a folder should."""
    (directory / "file").write_bytes(b"")
    return directory / "file" / "out"


def test_unwritable_output(tmp_path: Path) -> None:
    """Found out beforehand, and at the writing."""
    place = blocked(tmp_path)
    with pytest.raises(OutputRefused) as caught:
        check_writable(place)
    assert caught.value.code == "output"
    room, store = stored(tmp_path / "store")
    with pytest.raises(OutputRefused):
        exported(room, store, place)
    store.close()


def test_writable_output_keeps_no_trace(tmp_path: Path) -> None:
    """The probe goes away."""
    check_writable(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_bytes_of_the_evidence_are_those_of_the_log(tmp_path: Path) -> None:
    """The leaves come from the store, exactly."""
    room, store = stored(tmp_path / "store")
    files: dict[str, Any] = read_package(exported(room, store, tmp_path / "packages"))
    bundle = next(data for path, data in files.items() if path.startswith("evidence/tile/entries/"))
    assert bundle == b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in room.leaves)
    store.close()
