"""Checks every message, batch and lamp as it happens, from outside: what is told must be durable, whole and consistent.

The auditor knows the disk (what would survive a power cut now), the ledger of presses, and what has been published.
It counts nothing and imports no meaning of records.
"""

from collections.abc import Callable

from tests.chamber import plain
from tests.chamber.disk import SimulatedDisk
from tests.chamber.ledger import Ledger
from tests.chamber.people import TOPICS
from tests.chamber.stage import require

BEFORE_END = frozenset({"", "armed", "disarmed", "open", "held", "last-call"})
RUNNING = frozenset({"open", "held", "last-call"})
OVER = frozenset({"closed", "announced", "void"})


class Auditor:
    """Remembers what was published. Every method raises `Broken` if a rule does not hold."""

    def __init__(self, disk: SimulatedDisk, ledger: Ledger) -> None:
        self.receipts: dict[str, list[plain.Told]] = {}
        self.refusals: dict[str, str] = {}
        self.checkpoints: dict[int, bytes] = {}
        self.figures: dict[str, list[list[int]]] = {}
        self.counts: dict[str, list[int]] = {}
        self._disk = disk
        self._ledger = ledger
        self._head: plain.Payload = {}
        self._heads: dict[int, plain.Payload] = {}
        self._over: set[str] = set()
        self._leaf_hashes: list[str] = []
        self._readers: dict[str, Callable[[bytes], None]] = {
            TOPICS.sitting: self._saw_head, TOPICS.hall: self._saw_hall, TOPICS.checkpoint: self._saw_checkpoint,
            TOPICS.trust: lambda _payload: None,
        }  # fmt: skip

    # --- What the controller publishes.

    def saw_published(self, topic: str, payload: bytes) -> None:
        """The controller lets a message leave the house."""
        reader = self._readers.get(topic)
        if reader is not None:
            reader(payload)
        elif plain.is_receipt(payload):
            self._saw_receipt(payload)
        else:
            leaf = plain.read_leaf(payload)
            require(leaf.kind in {"challenge", "refusal"}, "ways down carry answers only", leaf.kind)
            if leaf.kind == "refusal":
                self._saw_refusal(leaf.payload)

    def saw_committed(self) -> None:
        """A batch is durable: the log has grown and only grown."""
        new = [plain.hash_of(leaf) for leaf in self._disk.log[len(self._leaf_hashes) :]]
        self._leaf_hashes += new

    def durable_hash(self, index: int) -> str:
        """The hash of the durable leaf at an index, empty beyond the end."""
        self.saw_committed()
        return self._leaf_hashes[index] if index < len(self._leaf_hashes) else ""

    def _saw_receipt(self, payload: bytes) -> None:
        told = plain.read_receipt(payload)
        require(self.durable_hash(told.at) == told.record, "no receipt before the leaf is durable", told)
        self._note_checkpoint(told.size, told.root)
        earlier = self.receipts.setdefault(told.record, [])
        require(all(old.at == told.at for old in earlier), "a record stands at one place", told)
        void = any(old.status != "counts" for old in earlier)
        require(not void or told.status != "counts", "what was void never counts again", told)
        earlier.append(told)

    def _saw_refusal(self, payload: plain.Payload) -> None:
        self.refusals[payload["record"]] = payload["reason"]
        require(payload["record"] not in self._leaf_hashes, "what stands in the log is not refused", payload)

    def _saw_checkpoint(self, payload: bytes) -> None:
        self._note_checkpoint(*plain.read_checkpoint_note(payload))

    def _note_checkpoint(self, size: int, root: bytes) -> None:
        require(size <= len(self._disk.log), "no checkpoint before its leaves are durable", size)
        require(self.checkpoints.setdefault(size, root) == root, "one tree of each size", size)

    def _saw_head(self, payload: bytes) -> None:
        head = plain.read_leaf(payload).payload
        said = head | {"ts": 0, "title": "", "blob": ""}
        require(self._heads.setdefault(head["number"], said) == said, "one head of each number", head["number"])
        require(head["number"] >= self._head.get("number", 0), "heads rise", head["number"])
        self._saw_checkpoint(head["checkpoint"].encode())
        opened = plain.hash_of(head["open"].encode()) if head["open"] else ""
        if head["phase"] in BEFORE_END:
            require(not head["result"], "no result before the end", head["phase"])
            require(opened not in self._over, "a vote that is over stays over", head["phase"])
        elif opened:
            self._over.add(opened)
        if head["result"]:
            self._saw_result(head["result"].encode(), opened)
        self._head = head

    def _saw_result(self, data: bytes, opened: str) -> None:
        result = plain.read_leaf(data)
        self.saw_committed()
        require(result.hash in self._leaf_hashes, "no result before it is durable", result.payload)
        require(result.payload["open"] == opened, "a head's result is of the head's vote", opened)
        counts = result.payload["counts"]
        require(self.counts.setdefault(opened, counts) == counts, "a count never moves after the end", counts)

    def _saw_hall(self, payload: bytes) -> None:
        hall = plain.read_leaf(payload).payload
        if hall["phase"] in BEFORE_END:
            silent = not hall["figures"] and not hall["outcome"]
            require(silent, "nobody sees the split before the end", hall)
            return
        opened = plain.hash_of(self._head["open"].encode()) if self._head.get("open") else ""
        if hall["figures"] and opened:
            seen = self.figures.setdefault(opened, [])
            require(not seen or seen[-1] == hall["figures"], "a count never moves after the end", (seen, hall))
            seen.append(hall["figures"])

    # --- What a seat shows.

    def saw_recorded(self, seat: str, member: str, vote_open: str) -> None:
        """A lamp says *recorded*: the newest press that the seat can know is durable, and a receipt said it counts."""
        for press in self._ledger.at(seat, member, vote_open):
            told = self.receipts.get(press.record, [])
            if any(t.status == "counts" for t in told):
                durable = all(self.durable_hash(t.at) == t.record for t in told)
                require(durable, "recorded means durable", (seat, member))
                return
            require(press.forgotten, "recorded means receipted", (seat, member, vote_open))
        require(holds=False, rule="recorded means pressed", fact=(seat, member))
