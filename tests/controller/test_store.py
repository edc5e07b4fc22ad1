"""The store: one batch is one durable transaction, and what cannot be written is nowhere."""

import os
import sqlite3
from pathlib import Path

import pytest

from controller.recorder import Batch
from controller.store import CHECKPOINT_FILE, Store, StoreFailed


def batch(first: int, *leaves: bytes, blobs: dict[str, bytes] | None = None) -> Batch:
    """A batch with a checkpoint that only names its size."""
    note = f"size {first + len(leaves)}\n".encode() if leaves else b""
    return Batch(first, list(leaves), blobs or {}, note)


def all_leaves(store: Store, start: int = 0) -> list[bytes]:
    """The log."""
    return [leaf for some in store.leaves(start) for leaf in some]


def query(directory: Path, text: str, *values: object) -> list[tuple[object, ...]]:
    """What another process sees, or does."""
    connection = sqlite3.connect(directory / "store.sqlite3")
    try:
        rows = connection.execute(text, values).fetchall()
        connection.commit()
        return rows
    finally:
        connection.close()


def test_batches_come_back_in_order(tmp_path: Path) -> None:
    """Leaves, the newest checkpoint, blobs; also after it was closed."""
    store = Store(tmp_path)
    assert (all_leaves(store), store.checkpoint(), store.second_checkpoint(), store.blobs()) == ([], b"", b"", {})
    store.commit(batch(0, b"a", b"b", blobs={"h": b"blob"}))
    store.commit(batch(2, b"c"))
    store.close()
    again = Store(tmp_path)
    assert all_leaves(again) == [b"a", b"b", b"c"]
    assert all_leaves(again, 1) == [b"b", b"c"]
    assert again.checkpoint() == again.second_checkpoint() == b"size 3\n"
    assert again.blobs() == {"h": b"blob"}
    again.close()


def test_every_connection_is_durable(tmp_path: Path) -> None:
    """WAL and synchronous=FULL (2), asked of the connection that writes."""
    store = Store(tmp_path)
    connection = store._connection  # noqa: SLF001 - the pragmas hold for this connection alone
    assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    connection.rollback()
    store.close()


def test_committed_batch_is_seen_by_another_process(tmp_path: Path) -> None:
    """When `commit` returns it is there, with the checkpoint outside the database."""
    store = Store(tmp_path)
    store.commit(batch(0, b"a"))
    assert query(tmp_path, "SELECT position, leaf FROM entries") == [(0, b"a")]
    assert query(tmp_path, "SELECT size, note FROM checkpoints") == [(1, b"size 1\n")]
    assert (tmp_path / CHECKPOINT_FILE).read_bytes() == b"size 1\n"
    store.close()


def test_second_place_is_cut_to_its_note(tmp_path: Path) -> None:
    """A shorter note leaves nothing of a longer one."""
    store = Store(tmp_path)
    store.commit(Batch(0, [b"a"], {}, b"x" * 500))
    store.commit(Batch(1, [b"b"], {}, b"short"))
    assert store.second_checkpoint() == b"short"
    store.close()


def test_empty_batch_writes_nothing(tmp_path: Path) -> None:
    """Nothing arrived, nothing to sync."""
    store = Store(tmp_path)
    store.commit(Batch(0))
    assert query(tmp_path, "SELECT count(*) FROM checkpoints") == [(0,)]
    store.close()


def test_blobs_without_leaves(tmp_path: Path) -> None:
    """A blob may come before the record that quotes it; the same one twice is one."""
    store = Store(tmp_path)
    store.commit(batch(0, blobs={"h": b"one"}))
    store.commit(batch(0, blobs={"h": b"one", "i": b"two"}))
    assert store.blobs() == {"h": b"one", "i": b"two"}
    store.close()


def test_index_is_never_written_twice(tmp_path: Path) -> None:
    """A batch at an index that is taken fails whole."""
    store = Store(tmp_path)
    store.commit(batch(0, b"a", b"b"))
    with pytest.raises(StoreFailed):
        store.commit(batch(1, b"x", b"y", blobs={"h": b"z"}))
    assert all_leaves(store) == [b"a", b"b"]
    assert (store.blobs(), store.checkpoint()) == ({}, b"size 2\n")
    store.commit(batch(2, b"c"))
    assert all_leaves(store) == [b"a", b"b", b"c"]
    store.close()


def test_full_disk_loses_nothing_and_writes_nothing(tmp_path: Path) -> None:
    """The failed batch is nowhere; with room again the same batch is written by the same store."""
    store = Store(tmp_path)
    store.commit(batch(0, b"a"))
    connection = store._connection  # noqa: SLF001 - a full disk, simulated by the database itself
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    connection.rollback()
    big = batch(1, *[bytes([n]) * 30_000 for n in range(20)])
    for _ in range(3):
        with pytest.raises(StoreFailed, match="full"):
            store.commit(big)
        assert all_leaves(store) == [b"a"]
        assert store.checkpoint() == store.second_checkpoint() == b"size 1\n"
    connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    connection.rollback()
    store.commit(big)
    assert len(all_leaves(store)) == 21
    store.close()


def test_hole_in_the_log(tmp_path: Path) -> None:
    """A missing index is noticed at reading."""
    store = Store(tmp_path)
    store.commit(batch(0, b"a", b"b", b"c"))
    query(tmp_path, "DELETE FROM entries WHERE position = 1")
    with pytest.raises(StoreFailed, match="hole near index 0"):
        all_leaves(store)
    query(tmp_path, "DELETE FROM entries WHERE position = 0")
    with pytest.raises(StoreFailed, match="hole"):
        all_leaves(store)
    store.close()


def test_locked_database(tmp_path: Path) -> None:
    """Another process holds the write lock longer than we wait."""
    store = Store(tmp_path)
    store._connection.exec_driver_sql("PRAGMA busy_timeout=1")  # noqa: SLF001 - no waiting in tests
    store._connection.rollback()  # noqa: SLF001 - as above
    other = sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreFailed, match="locked"):
        store.commit(batch(0, b"a"))
    other.execute("ROLLBACK")
    other.close()
    store.commit(batch(0, b"a"))
    assert all_leaves(store) == [b"a"]
    store.close()


def test_second_place_that_cannot_be_written(tmp_path: Path) -> None:
    """The leaves are durable by then, and nothing may be answered all the same."""
    store = Store(tmp_path)
    descriptor = store._second_fd  # noqa: SLF001 - the only way to break a file that is open
    read_only = os.open(tmp_path / CHECKPOINT_FILE, os.O_RDONLY)
    os.dup2(read_only, descriptor)
    with pytest.raises(StoreFailed):
        store.commit(batch(0, b"a"))
    assert all_leaves(store) == [b"a"]
    os.close(read_only)
    store.close()


@pytest.mark.parametrize(
    "data", [b"not a database at all, and long enough to be one" * 100, b"SQLite format 3\x00" + bytes(4000)]
)
def test_what_is_no_database(tmp_path: Path, data: bytes) -> None:
    """The store says so."""
    (tmp_path / "store.sqlite3").write_bytes(data)
    with pytest.raises(StoreFailed):
        all_leaves(Store(tmp_path))


def test_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """A file stands in its place."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreFailed):
        Store(tmp_path / "file" / "store")


def test_many_leaves_are_read_in_parts(tmp_path: Path) -> None:
    """More than one part, in order."""
    store = Store(tmp_path)
    leaves = [str(n).encode() for n in range(25_000)]
    store.commit(batch(0, *leaves))
    parts = list(store.leaves())
    assert len(parts) > 1
    assert [leaf for part in parts for leaf in part] == leaves
    store.close()


def test_two_controllers_on_one_store(tmp_path: Path) -> None:
    """The second is refused in words; a reader is not; after the first has gone it may."""
    first, second = Store(tmp_path), Store(tmp_path)
    first.claim()
    with pytest.raises(StoreFailed, match="another controller is running"):
        second.claim()
    assert list(second.leaves()) == []
    first.close()
    second.claim()
    second.close()
