"""An officer's side of the protocol, pure: what was verified so far, what to sign next, what an answer means.

The desk believes only what leads to the root key it was given: trust records, checkpoints of the log key, heads and
answers of the controller's key.

Source: `docs/protocol.md` sections 5 and 6.2.
"""

from collections.abc import Callable

from protocol.checkpoint import Checkpoint, LogKey, open_checkpoint
from protocol.encoding import base64url, hash_text
from protocol.errors import ChamberError, MessageRefused
from protocol.keys import PublicKey, Signer
from protocol.messages import Head, Refusal, open_message
from protocol.receipt import Receipt, open_receipt
from protocol.record import Record
from protocol.sitting import evolve, open_leaf
from protocol.state import LogState

Draft = Callable[[int, str, int], Record]
"""Makes a record from (seq, seen, ts)."""
NOT_OURS = "not-ours"
"""The code of an answer to what another line of the same officer asked."""
_PROOF = b"c2sp.org/tlog-proof@v1\n"


def open_trust(payload: bytes, believed: Callable[[PublicKey], bool]) -> LogState:
    """What the trust records of `log/trust` say, if `believed` is true of the key of the chamber root.

    Raises `ChamberError`: another root, a record that does not hold.
    """
    state = LogState()
    for line in payload.split(b"\n"):
        entry = open_leaf(state, line, state.size)
        if state.size == 0 and not believed(entry.author.key):
            raise MessageRefused("trust records of another root")
        if evolve(state, entry):
            raise MessageRefused("trust records that do not hold")
    return state


def controller_of(state: LogState) -> PublicKey:
    """The key of the controller that trust records name."""
    return next(owner.key for owner in state.keys.values() if owner.owner == "controller")


class Desk:
    """What one officer knows. `root` is the thumbprint of the chamber root's key."""

    def __init__(self, signer: Signer, root: str) -> None:
        self._signer = signer
        self._root = root
        self._log_key: LogKey | None = None
        self._controller: PublicKey | None = None
        self._seq = 0
        self.checkpoint: Checkpoint | None = None
        self.trust_digest = ""
        self.trust_hash = ""
        self.origin = ""
        self.head: Head | None = None
        self.waiting: dict[str, bytes] = {}

    @property
    def ready(self) -> bool:
        """True once keys, a checkpoint and a head are known."""
        return self._log_key is not None and self.checkpoint is not None and self.head is not None

    @property
    def controller(self) -> PublicKey | None:
        """The controller's key, once the trust records are known."""
        return self._controller

    def take_trust(self, payload: bytes) -> None:
        """Learn the keys from the trust records. Raises `ChamberError`: another root, a record that does not hold."""
        state = open_trust(payload, lambda root: root.thumbprint == self._root)
        self._log_key = state.log_key
        self._controller = controller_of(state)
        self.trust_digest, self.trust_hash, self.origin = state.trust_digest(), state.trust_hash, state.origin

    def take_checkpoint(self, note: bytes) -> None:
        """Keep a newer checkpoint. Raises `CheckpointRefused`, or `MessageRefused`: another tree of the same size."""
        if self._log_key is None:
            return
        self._advance(open_checkpoint(note, self._log_key))

    def _advance(self, checkpoint: Checkpoint) -> None:
        newest = self.checkpoint
        if newest is not None and checkpoint.size == newest.size and checkpoint.root != newest.root:
            raise MessageRefused("two trees of one size: this log is forked", "fork")
        if newest is None or checkpoint.size > newest.size:
            self.checkpoint = checkpoint

    def take_head(self, payload: bytes) -> None:
        """Keep a newer head. Raises `MessageRefused` or `CheckpointRefused`."""
        if self._controller is None:
            return
        head = open_message(payload, self._controller)
        if not isinstance(head, Head):
            raise MessageRefused("not a head")
        if self.head is None or head.number > self.head.number:
            self.take_checkpoint(head.checkpoint.encode())
            self.head = head

    def compose(self, draft: Draft, now_ms: int) -> tuple[str, bytes]:
        """Sign the next act on what was seen last. Returns its hash and bytes, which wait for an answer."""
        assert self.checkpoint is not None, "an officer acts on a checkpoint"
        self._seq = max(self._seq + 1, now_ms)
        seen = f"{self.checkpoint.size}:{base64url(self.checkpoint.root)}"
        data = draft(self._seq, seen, now_ms).seal(self._signer)
        record_hash = hash_text(data)
        self.waiting[record_hash] = data
        return record_hash, data

    def take_answer(self, payload: bytes) -> tuple[str, Receipt | Refusal]:
        """Read an answer to an act that waits: its hash, and the verified receipt or refusal.

        Raises `ChamberError`: it answers nothing of ours, or does not hold.
        """
        if self._log_key is None or self._controller is None:
            raise MessageRefused("an answer before the trust records; the act is sent again, and so is its answer")
        if not payload.startswith(_PROOF):
            refusal = open_message(payload, self._controller)
            if not isinstance(refusal, Refusal) or self.waiting.pop(refusal.record, None) is None:
                raise MessageRefused("a refusal of nothing that waits", NOT_OURS)
            return refusal.record, refusal
        for record_hash, data in self.waiting.items():
            try:
                receipt = open_receipt(payload, data, self._log_key, self._controller)
            except ChamberError:
                continue
            del self.waiting[record_hash]
            self._advance(receipt.checkpoint)
            return record_hash, receipt
        raise MessageRefused("a receipt of nothing that waits", NOT_OURS)
