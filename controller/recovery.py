"""From the store to a recorder: what a restart does after `kill -9` at any moment.

The leaves are read back and evolved without checking every signature again: instead their Merkle root is compared with
the last signed checkpoint, and that checkpoint with the one in the second place.

Source: `docs/protocol.md` section 4.
"""

from collections.abc import Callable

from controller.attesting import Attester
from controller.collector import collector_paused
from controller.recorder import Keys, Memory, Recorder
from controller.store import Store
from protocol.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from protocol.errors import ChamberError, CheckpointRefused
from protocol.topics import Topics


class Behind(ChamberError):
    """A valid checkpoint is newer than our log: the database was restored or lost. Serving would fork the log."""

    code = "behind"


class Damaged(ChamberError):
    """The log on the disk is not the one that was signed."""

    code = "damaged"


def load_memory(store: Store) -> Memory:
    """Read the whole log into memory. Raises `StoreFailed`, or `Damaged`: a leaf cannot be read."""
    memory = Memory()
    for blob in store.blobs().values():
        memory.keep_blob(blob)
    with collector_paused():
        for leaves in store.leaves():
            try:
                memory.load(leaves)
            except (ChamberError, KeyError, TypeError) as error:
                raise Damaged(f"leaf {memory.state.size} of the store cannot be read: {error}") from error
    return memory


def check_against_checkpoints(store: Store, memory: Memory) -> None:
    """Compare the tree with the checkpoints held. Raises `Damaged`: another root; `Behind`: a newer one is held."""
    log_key = memory.state.log_key
    if log_key is None:
        return
    for note, place in ((store.checkpoint(), "the database"), (store.second_checkpoint(), "the second place")):
        try:
            held = open_checkpoint(note, log_key)
        except CheckpointRefused as error:
            if place == "the database":
                raise Damaged(f"the checkpoint in {place} does not verify: {error}") from error
            continue  # torn by a power cut in mid-write; the database is ahead of it by construction
        if held.size > memory.tree.size:
            raise Behind(f"{place} holds a checkpoint of {held.size} leaves, the log has {memory.tree.size}")
        if memory.tree.root(held.size) != held.root:
            raise Damaged(f"the log's root at {held.size} is not the one signed in {place}")


def recover(
    store: Store,
    keys: Keys,
    topics: Callable[[Memory], Topics],
    entropy: Callable[[int], bytes],
    attester: Callable[[], Attester] | None = None,
) -> Recorder:
    """Build the recorder that goes on where the store ends. `attester` makes one that has no offers yet.

    Raises `StoreFailed`, `Damaged`, `Behind`.
    """
    memory = load_memory(store)
    check_against_checkpoints(store, memory)
    note = b""
    if memory.tree.size:
        note = sign_checkpoint(Checkpoint(memory.state.origin, memory.tree.size, memory.tree.root()), keys.log)
    return Recorder(memory, keys, topics(memory), entropy, note, attester() if attester is not None else None)


def topics_of(memory: Memory) -> Topics:
    """The topics of the body whose log this is. Raises `Damaged`: a log without its index 0."""
    trust = memory.state.trust
    if trust is None:
        raise Damaged("the store holds no founded log; run `chamber init` first")
    return Topics(trust.chamber, trust.body)
