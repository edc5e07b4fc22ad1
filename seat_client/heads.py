"""What is open now: the head, and the officer's records in it from which alone a ballot takes its meaning.

The words around the records (title, item) are for display. `phase` can only narrow what the records allow: without a
`vote-open` that a known officer signed over a `vote-arm` that a known officer signed, nothing is open.
Reading is pure and remembered for a few heads, so that hundreds of seats in one process check a head once.

Source: `docs/protocol.md` sections 5.2 and 6.7.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from protocol.checkpoint import Checkpoint, open_checkpoint
from protocol.errors import ChamberError
from protocol.jws import read_envelope
from protocol.messages import Head, open_message
from protocol.record import Record, read_as
from protocol.records import VoteArm, VoteOpen
from seat_client.errors import HeadRefused
from seat_client.known_keys import KnownKeys

OPEN_SITTING = frozenset({"open", "in-camera"})
"""Head states in which sessions live."""
RUNNING = frozenset({"open", "held", "last-call"})
TAKES_BALLOTS = frozenset({"open", "last-call"})
AnyRecord = TypeVar("AnyRecord", bound=Record)


@dataclass(frozen=True, eq=False, slots=True)
class BelievedHead:
    """A verified head. `arm` is None without a vote; `open_hash` is empty unless the vote has been opened."""

    head: Head
    checkpoint: Checkpoint
    arm: VoteArm | None
    open_hash: str

    @property
    def sitting(self) -> str:
        """The sitting whose sessions are alive now, or empty."""
        return self.head.sitting if self.head.state in OPEN_SITTING else ""

    @property
    def phase(self) -> str:
        """The phase of the vote, empty without one."""
        return self.head.phase if self.arm is not None else ""

    @property
    def running_vote(self) -> tuple[str, str]:
        """(hash of the `vote-open`, vote id) while ballots may still count, also in a hold; else two empty strings."""
        running = self.arm is not None and self.open_hash != "" and self.phase in RUNNING
        return (self.open_hash, self.arm.vote) if running and self.arm is not None else ("", "")

    @property
    def takes_ballots(self) -> bool:
        """True while a press makes a ballot."""
        return self.open_hash != "" and self.phase in TAKES_BALLOTS


@lru_cache(maxsize=16)
def read_head(data: bytes, keys: KnownKeys) -> BelievedHead:
    """Read and verify a head.

    Raises `HeadRefused`: with code `head` if it is not the controller's at all, `checkpoint` if the log's key did not
    sign its checkpoint, `officer` if no officer known to `keys` signed a record in it, `vote` if these do not fit.
    """
    try:
        head = open_message(data, keys.controller)
    except ChamberError as error:
        raise HeadRefused(error.fact) from error
    if not isinstance(head, Head):
        raise HeadRefused("a message that is no head")
    try:
        checkpoint = open_checkpoint(head.checkpoint.encode(), keys.log_key)
    except ChamberError as error:
        raise HeadRefused(error.fact, "checkpoint") from error
    arm, arm_hash = _officer_record(head.arm, VoteArm, keys)
    opened, open_hash = _officer_record(head.open, VoteOpen, keys)
    if arm is not None and arm.sitting != head.sitting:
        raise HeadRefused("a vote of another sitting", "vote")
    if opened is not None and (arm is None or opened.arm != arm_hash):
        raise HeadRefused("a vote opened that was not armed", "vote")
    return BelievedHead(head, checkpoint, arm, open_hash)


def _officer_record(text: str, kind: type[AnyRecord], keys: KnownKeys) -> tuple[AnyRecord | None, str]:
    """The record in `text` and its hash, or None and nothing for an empty text."""
    if not text:
        return None, ""
    try:
        envelope = read_envelope(text.encode())
        key = keys.drivers.get(envelope.kid)
        if key is not None:
            envelope.verify(key)
        record = read_as(kind, envelope.payload)
    except ChamberError as error:
        raise HeadRefused(error.fact, "officer") from error
    if key is None or envelope.kind != kind.kind:
        raise HeadRefused(f"a {kind.kind} that no known officer signed", "officer")
    assert isinstance(record, kind), "read_as gives the class it was asked for"
    return record, envelope.hash
