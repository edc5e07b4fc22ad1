"""Receipts: what a seat must hold before its lamp may say *recorded*.

A receipt is one C2SP tlog-proof whose `extra` line carries the controller-signed status. The lamp needs both: a proof
that leads from the seat's own bytes to a root signed by the log key, and a status `counts` signed by the controller.

Source: `docs/protocol.md` section 5.3.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass

from protocol.checkpoint import Checkpoint, LogKey, open_proof, write_proof
from protocol.encoding import hash_text
from protocol.errors import ChamberError, ReceiptRefused
from protocol.jws import seal
from protocol.keys import PublicKey, Signer
from protocol.messages import Status, open_message

COUNTS = "counts"
_EXTRA = b"extra "
_HEADER_END = len(b"c2sp.org/tlog-proof@v1\n")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A verified receipt. `void_reason` is empty if the record counts."""

    record: str
    index: int
    void_reason: str
    checkpoint: Checkpoint

    @property
    def counts(self) -> bool:
        """True if the record takes effect as the log stood."""
        return self.void_reason == ""


def write_receipt(
    record_hash: str, index: int, reason: str, path: list[bytes], note: bytes, at_size: int, controller: Signer
) -> bytes:
    """Write the receipt of the record at `index`.

    `path` leads to the checkpoint `note`, `reason` is the record's void reason or empty.
    """
    word = f"void:{reason}" if reason else COUNTS
    # The canonical payload of a `Status`, written straight: receipts go out by the thousand and all values are our own.
    payload = f'{{"v":1,"record":"{record_hash}","index":{index},"status":"{word}","at_size":{at_size}}}'
    status = seal(Status.kind, payload.encode("ascii"), controller)
    proof = write_proof(index, path, note)
    return proof[:_HEADER_END] + _EXTRA + b64encode(status) + b"\n" + proof[_HEADER_END:]


def open_receipt(data: bytes, record: bytes, log_key: LogKey, controller: PublicKey) -> Receipt:
    """Check that `data` is the receipt of exactly these record bytes.

    Raises `ReceiptRefused`: no status, of another record or index, not signed by the controller, a proof or
    checkpoint that does not hold.
    """
    extra, gap, _ = data[_HEADER_END:].partition(b"\n")
    if not gap or not extra.startswith(_EXTRA):
        raise ReceiptRefused("a receipt without a status")
    try:
        envelope = b64decode(extra[len(_EXTRA) :], validate=True)
        status = open_message(envelope, controller)
        proof = data[:_HEADER_END] + data[_HEADER_END + len(extra) + 1 :]
        index, checkpoint = open_proof(proof, record, log_key)
    except (ChamberError, ValueError) as error:
        raise ReceiptRefused(f"a receipt that does not hold: {error}") from error
    if b64encode(envelope) != extra[len(_EXTRA) :]:
        raise ReceiptRefused("a second spelling of a status")
    if not isinstance(status, Status) or (status.record, status.index) != (hash_text(record), index):
        raise ReceiptRefused("the receipt of another record")
    word, _, reason = status.status.partition(":")
    if status.status != COUNTS and (word != "void" or not reason):
        raise ReceiptRefused("a status that is neither `counts` nor `void:reason`")
    return Receipt(status.record, index, reason, checkpoint)
