"""Receipts: the lamp needs a proof of these very bytes and a status `counts` under the controller's key."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.encoding import hash_text
from protocol.errors import ReceiptRefused
from protocol.keys import Ed25519Signer
from protocol.messages import Status
from protocol.receipt import Receipt, open_receipt, write_receipt
from tests.protocol.chamber_builder import CONTROLLER_KEY, LOG_KEY, ROOT_KEY, ChamberLog, found_log

LOG: ChamberLog = found_log()
INDEX = 3
RECORD = LOG.leaves[INDEX]
PATH = LOG.tree.inclusion(INDEX, LOG.size)
NOTE = LOG.checkpoint()


def receipt(
    reason: str = "", record: str = hash_text(RECORD), index: int = INDEX, signer: Ed25519Signer = CONTROLLER_KEY
) -> bytes:
    """The receipt of a record, or one that lies."""
    return write_receipt(record, index, reason, PATH, NOTE, LOG.size, signer)


GOOD = receipt()


def opened(data: bytes, record: bytes = RECORD) -> Receipt:
    """Open a receipt under the log's and the controller's keys."""
    return open_receipt(data, record, LOG.log_key, CONTROLLER_KEY.public)


def with_status(status: str) -> bytes:
    """A receipt with any words in its status."""
    envelope = Status(hash_text(RECORD), INDEX, status, LOG.size).seal(CONTROLLER_KEY)
    head, _, rest = GOOD.partition(b"\nindex")
    return head.partition(b"\n")[0] + b"\nextra " + base64.b64encode(envelope) + b"\nindex" + rest


def test_receipt_of_a_counting_record() -> None:
    """Header, extra, index, path, blank line, checkpoint; it counts."""
    lines = GOOD.split(b"\n")
    assert lines[0] == b"c2sp.org/tlog-proof@v1"
    assert lines[1].startswith(b"extra ")
    assert lines[2] == b"index 3"
    assert GOOD.endswith(b"\n\n" + NOTE)
    assert opened(GOOD).counts
    assert opened(GOOD).checkpoint.size == LOG.size


def test_receipt_of_a_void_record_says_why() -> None:
    """In the log, but without effect: the lamp must not say recorded."""
    result = opened(receipt("late"))
    assert (result.counts, result.void_reason, result.index) == (False, "late", INDEX)


REFUSED = {
    "of another record": receipt(record=hash_text(LOG.leaves[2])),
    "of another index": receipt(index=4),
    "status by another key": receipt(signer=ROOT_KEY),
    "status by the log key": receipt(signer=LOG_KEY),
    "no status": GOOD.partition(b"\n")[0] + b"\nindex" + GOOD.partition(b"\nindex")[2],
    "empty status": GOOD.replace(GOOD.split(b"\n")[1], b"extra "),
    "two status lines": GOOD.replace(b"\nindex", b"\n" + GOOD.split(b"\n")[1] + b"\nindex", 1),
    "status is no base64": GOOD.replace(b"extra ", b"extra ?"),
    "status in another spelling": with_status("counts").replace(b"extra ", b"extra  "),
    "another word": with_status("maybe"),
    "counts with a colon": with_status("counts:"),
    "void without a reason": with_status("void:"),
    "void alone": with_status("void"),
    "empty word": with_status(""),
    "checkpoint of another key": GOOD.replace(NOTE, NOTE[:-10] + b"AAAAAAAA=\n"),
    "no checkpoint": GOOD[: GOOD.index(b"\n\n")],
    "empty": b"",
    "header alone": b"c2sp.org/tlog-proof@v1\n",
    "a message of another kind": GOOD.replace(GOOD.split(b"\n")[1], b"extra " + base64.b64encode(LOG.leaves[0])),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_receipt_that_does_not_hold_is_refused(data: bytes) -> None:
    """Each half alone is not enough."""
    with pytest.raises(ReceiptRefused):
        opened(data)


def test_status_with_other_last_bits_is_refused() -> None:
    """A second base64 spelling of the same status is another byte string: not accepted."""
    data = next(
        candidate
        for words in ("counts", "void:late", "void:seq", "void:state")
        if b"=" in (candidate := with_status(words)).split(b"\n")[1]
    )
    line = data.split(b"\n")[1]
    body = line.rstrip(b"=")
    twin = body[:-1] + bytes([body[-1] + 1]) + line[len(body) :]
    assert base64.b64decode(twin[6:]) == base64.b64decode(line[6:])
    with pytest.raises(ReceiptRefused):
        opened(data.replace(line, twin))


def test_receipt_does_not_serve_for_other_bytes() -> None:
    """Another leaf of the same log, and a padded twin of this one."""
    for record in (LOG.leaves[2], RECORD + b"=", b""):
        with pytest.raises(ReceiptRefused):
            opened(GOOD, record)


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=2))
@settings(max_examples=200)
def test_any_change_is_refused(position: int, piece: bytes) -> None:
    """Nothing but `ReceiptRefused` comes out."""
    data = GOOD[:position] + piece + GOOD[position + 1 :]
    if data != GOOD:
        with pytest.raises(ReceiptRefused):
            opened(data)
