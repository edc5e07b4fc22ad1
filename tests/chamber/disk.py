"""A simulated disk with the store's interface: a batch is durable or it is not, whenever the power goes.

It keeps what `controller.store` keeps: leaves, blobs, one checkpoint a batch, and the second place. `cut` and `failing`
say what happens to the next commit.
"""

from collections.abc import Iterator

from controller.recorder import Batch
from controller.store import StoreFailed
from tests.chamber.stage import require

CUTS = ("before", "between", "torn", "after")
"""Where the power goes: nothing durable; the database alone; the second place half written; everything durable."""
FAILURES = ("database", "second place")


class PowerCut(BaseException):
    """The controller's machine lost power. A BaseException, as `kill -9` asks no handler."""


class SimulatedDisk:
    """Survives every crash: what is here is what a restart finds. `trusted` is for faults: has it been read once?"""

    def __init__(self) -> None:
        self.log: list[bytes] = []
        self.kept_blobs: dict[str, bytes] = {}
        self.notes: list[bytes] = []
        self.second = b""
        self.cut = ""
        self.failing = ""
        self.trusted = False

    def copy(self) -> "SimulatedDisk":
        """Another disk with the same content."""
        twin = SimulatedDisk()
        twin.log, twin.kept_blobs = list(self.log), dict(self.kept_blobs)
        twin.notes, twin.second = list(self.notes), self.second
        return twin

    def commit(self, batch: Batch) -> None:
        """As `Store.commit`; also raises `PowerCut` where the simulation wants one."""
        if not batch.leaves and not batch.blobs:
            return
        cut, self.cut = self.cut, ""
        if cut == "before":
            raise PowerCut
        if self.failing == "database":
            raise StoreFailed("the log could not be written: database or disk is full")
        self._write(batch)
        if cut == "between":
            raise PowerCut
        if batch.checkpoint:
            self.second = batch.checkpoint[: len(batch.checkpoint) // 2] if cut == "torn" else self.second
            if self.failing == "second place" and cut != "torn":
                raise StoreFailed("the log could not be written: No space left on device")
            self.second = self.second if cut == "torn" else batch.checkpoint
        if cut:
            raise PowerCut

    def _write(self, batch: Batch) -> None:
        if batch.leaves and batch.first_index < len(self.log):
            raise StoreFailed("the log could not be written: UNIQUE constraint failed: entries.position")
        require(not batch.leaves or batch.first_index == len(self.log), "no hole in the log", batch.first_index)
        self.kept_blobs |= batch.blobs
        self.log += batch.leaves
        if batch.leaves:
            self.notes.append(batch.checkpoint)

    def leaves(self, start: int = 0) -> Iterator[list[bytes]]:
        """All leaves from `start` on."""
        if len(self.log) > start:
            yield self.log[start:]

    def blobs(self) -> dict[str, bytes]:
        """Every blob by its hash."""
        return dict(self.kept_blobs)

    def checkpoint(self) -> bytes:
        """The checkpoint of the newest batch."""
        return self.notes[-1] if self.notes else b""

    def second_checkpoint(self) -> bytes:
        """What stands in the second place."""
        return self.second
