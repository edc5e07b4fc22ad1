"""Recovery: what a restart believes of the disk, and what makes it refuse to serve."""

import random
import sqlite3
from pathlib import Path

import pytest

from controller.recovery import Behind, Damaged, load_memory, recover, topics_of
from controller.store import CHECKPOINT_FILE, Store, StoreFailed
from protocol.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from protocol.keys import Ed25519Signer
from tests.controller.recorder_room import KEYS, TOPICS, Entropy, Room, open_room, seat_topic
from tests.protocol.chamber_builder import LOG_KEY, ORIGIN, seed


def written(directory: Path) -> Room:
    """A store with a vote that runs, two ballots in it."""
    room = open_room()
    vote = room.open_vote()
    room.press(vote, m1="for", m2="against")
    store = Store(directory)
    for batch in room.batches:
        store.commit(batch)
    store.close()
    return room


def change(directory: Path, text: str, *values: object) -> None:
    """Damage the database behind the store's back."""
    connection = sqlite3.connect(directory / "store.sqlite3")
    connection.execute(text, values)
    connection.commit()
    connection.close()


def recovered(directory: Path) -> Room:
    """A room that goes on from the disk."""
    store = Store(directory)
    room = Room()
    room.take_over(recover(store, KEYS, topics_of, Entropy("after")))
    room.leaves = [leaf for some in store.leaves() for leaf in some]
    room.now_ms += 10_000_000
    store.close()
    return room


def test_restart_goes_on_where_the_store_ends(tmp_path: Path) -> None:
    """The same root, the vote still runs, a repeat is answered, nothing is lost or doubled."""
    before = written(tmp_path)
    after = recovered(tmp_path)
    assert (after.size, after.tree.root()) == (before.size, before.tree.root())
    assert after.recorder.checkpoint == before.checkpoint()
    after.sitters = before.sitters
    vote = next(iter(after.state.opens))
    data = before.leaves[-1]
    assert after.receipt(after.send(seat_topic("s2"), data), data).index == before.size - 1
    assert after.close(vote).counts == (1, 1, 0)


def test_recovered_checkpoint_covers_every_leaf(tmp_path: Path) -> None:
    """It is signed anew and verifies."""
    before = written(tmp_path)
    note = recovered(tmp_path).recorder.checkpoint
    assert open_checkpoint(note, before.log_key) == Checkpoint(ORIGIN, before.size, before.tree.root())


def test_leaf_that_was_changed(tmp_path: Path) -> None:
    """Whichever leaf, wherever turned: the store is damaged, never trusted, and no other error comes out."""
    room = written(tmp_path)
    generator = random.Random(3)
    for _ in range(120):
        index = generator.randrange(room.size)
        leaf = bytearray(room.leaves[index])
        leaf[generator.randrange(len(leaf))] ^= 1 << generator.randrange(8)
        change(tmp_path, "UPDATE entries SET leaf = ? WHERE position = ?", bytes(leaf), index)
        with pytest.raises(Damaged):
            recovered(tmp_path)
        change(tmp_path, "UPDATE entries SET leaf = ? WHERE position = ?", room.leaves[index], index)
    assert recovered(tmp_path).size == room.size


@pytest.mark.parametrize("leaf", [b"", b"x", b"a.b.c", b"\xff" * 50, None, "text", 5])
def test_leaf_that_is_no_record(tmp_path: Path, leaf: object) -> None:
    """Also of another type than bytes."""
    written(tmp_path)
    change(tmp_path, "PRAGMA ignore_check_constraints=ON")
    try:
        change(tmp_path, "UPDATE entries SET leaf = ? WHERE position = 20", leaf)
    except sqlite3.IntegrityError:
        return  # the database itself refuses it
    with pytest.raises((Damaged, StoreFailed)):
        recovered(tmp_path)


def test_swapped_leaves(tmp_path: Path) -> None:
    """The order is the log."""
    room = written(tmp_path)
    change(tmp_path, "UPDATE entries SET leaf = ? WHERE position = ?", room.leaves[12], 14)
    change(tmp_path, "UPDATE entries SET leaf = ? WHERE position = ?", room.leaves[14], 12)
    with pytest.raises(Damaged):
        recovered(tmp_path)


def test_hole_in_the_log(tmp_path: Path) -> None:
    """A leaf that is gone."""
    written(tmp_path)
    change(tmp_path, "DELETE FROM entries WHERE position = 15")
    with pytest.raises(StoreFailed):
        recovered(tmp_path)


def test_lost_end_of_the_log(tmp_path: Path) -> None:
    """The database's own checkpoint knows of more leaves."""
    room = written(tmp_path)
    change(tmp_path, "DELETE FROM entries WHERE position = ?", room.size - 1)
    with pytest.raises(Behind):
        recovered(tmp_path)


def test_restored_old_database(tmp_path: Path) -> None:
    """A whole and valid older state: the second place holds a newer checkpoint, and serving would fork the log."""
    room = written(tmp_path)
    for table, column in (("entries", "position"), ("checkpoints", "size")):
        change(tmp_path, f"DELETE FROM {table} WHERE {column} >= ?", room.size - 1)  # noqa: S608 - names of ours
    change(tmp_path, "INSERT INTO checkpoints VALUES (?, ?)", room.size - 1, room.checkpoint(room.size - 1))
    with pytest.raises(Behind, match="second place"):
        recovered(tmp_path)


def test_emptied_database(tmp_path: Path) -> None:
    """Without leaves there is no log to serve."""
    written(tmp_path)
    for table in ("entries", "checkpoints", "blobs"):
        change(tmp_path, f"DELETE FROM {table}")  # noqa: S608 - names of ours
    with pytest.raises(Damaged, match="no founded log"):
        recovered(tmp_path)


@pytest.mark.parametrize("note", [b"", b"torn", b"\xff\x00" * 40])
def test_torn_second_place_is_passed_over(tmp_path: Path, note: bytes) -> None:
    """The database is ahead of it by construction."""
    room = written(tmp_path)
    (tmp_path / CHECKPOINT_FILE).write_bytes(note)
    assert recovered(tmp_path).size == room.size


def test_half_written_second_place(tmp_path: Path) -> None:
    """Every place at which a power cut may stop the pen."""
    room = written(tmp_path)
    old, new = room.checkpoint(room.size - 1), room.checkpoint()
    for cut in range(0, len(new), 7):
        (tmp_path / CHECKPOINT_FILE).write_bytes(new[:cut] + old[cut:])
        assert recovered(tmp_path).size == room.size


def test_older_second_place(tmp_path: Path) -> None:
    """A crash between the two places."""
    room = written(tmp_path)
    (tmp_path / CHECKPOINT_FILE).write_bytes(room.checkpoint(room.size - 3))
    assert recovered(tmp_path).size == room.size


def test_second_place_of_another_tree(tmp_path: Path) -> None:
    """Signed by our key at a size we have reached, with another root."""
    room = written(tmp_path)
    note = sign_checkpoint(Checkpoint(ORIGIN, room.size - 1, bytes(32)), LOG_KEY)
    (tmp_path / CHECKPOINT_FILE).write_bytes(note)
    with pytest.raises(Damaged, match="second place"):
        recovered(tmp_path)


def test_checkpoint_of_another_key_in_the_database(tmp_path: Path) -> None:
    """It must verify."""
    room = written(tmp_path)
    note = sign_checkpoint(Checkpoint(ORIGIN, room.size, room.tree.root()), Ed25519Signer(seed("nobody")))
    change(tmp_path, "UPDATE checkpoints SET note = ? WHERE size = ?", note, room.size)
    with pytest.raises(Damaged):
        recovered(tmp_path)


def test_leaves_beyond_the_last_checkpoint_are_kept(tmp_path: Path) -> None:
    """What is durable stays, covered by the next checkpoint."""
    room = written(tmp_path)
    change(tmp_path, "DELETE FROM checkpoints WHERE size = ?", room.size)
    (tmp_path / CHECKPOINT_FILE).write_bytes(b"")
    assert recovered(tmp_path).size == room.size


def test_blobs_come_back(tmp_path: Path) -> None:
    """Rules among them, before the leaves that quote them."""
    room = written(tmp_path)
    store = Store(tmp_path)
    memory = load_memory(store)
    assert memory.blobs == room.recorder.memory.blobs
    assert memory.state.rule_books.keys() == room.state.rule_books.keys()
    assert topics_of(memory) == TOPICS
    store.close()


def test_lost_blob_of_rules(tmp_path: Path) -> None:
    """A log cannot be read without its law."""
    written(tmp_path)
    change(tmp_path, "DELETE FROM blobs")
    with pytest.raises(Damaged):
        recovered(tmp_path)
