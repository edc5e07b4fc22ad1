"""What travels but is no record: head, challenge and its request, cards that cannot sign, receipt, refusal, hall.

All but a seat's status are signed envelopes of `protocol/jws.py` with a kind of their own, so that none can be taken
for a record; they are never logged.

Source: `docs/protocol.md` section 5.2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from protocol.errors import ChamberError, KeyRefused, MessageRefused
from protocol.fields import (
    ATTESTED_KINDS,
    CardUid,
    Hash,
    Identifier,
    Identifiers,
    KeyObject,
    LongText,
    MirrorText,
    Natural,
    Naturals,
    OptionalBlock,
    OptionalIdentifier,
    Text,
    TwoBlocks,
    one_of,
)
from protocol.jws import Envelope, read_envelope
from protocol.keys import PublicKey
from protocol.record import Record, describe, read_as

MESSAGE_BYTES_MAX = 48_000
MESSAGES: dict[str, type[Record]] = {}
AnyMessage = TypeVar("AnyMessage", bound=Record)


def message(kind: str, by: str) -> Callable[[type[AnyMessage]], type[AnyMessage]]:
    """Enter a message class into the table of messages."""

    def enter(described: type[AnyMessage]) -> type[AnyMessage]:
        MESSAGES[kind] = described
        return describe(described, kind, by, payload_bytes_max=MESSAGE_BYTES_MAX)

    return enter


@message("head", "C")
@dataclass(frozen=True, slots=True)
class Head(Record):
    """What is open now. `arm`, `open`, `result`: exact records or empty; `checkpoint`: the signed note.

    `number` rises with every head of one controller. `phase` is the vote's, or empty without one. `title` is the
    vote's or item's title in words, for display only; `blob` is base64url of the vote's title blob.
    """

    number: Natural
    sitting: OptionalIdentifier
    state: Annotated[str, one_of("", "prepared", "open", "in-camera", "adjourned", "closed", "signed")]
    item: OptionalIdentifier
    phase: Annotated[str, one_of("", "armed", "disarmed", "open", "held", "last-call", "closed", "announced", "void")]
    arm: LongText
    open: LongText
    result: LongText
    title: LongText
    blob: LongText
    checkpoint: LongText
    ts: Natural


@message("challenge-request", "D")
@dataclass(frozen=True, slots=True)
class ChallengeRequest(Record):
    """A seat asks for a nonce for a new session; signed by its device key."""

    seat: Identifier
    ts: Natural


@message("challenge", "C")
@dataclass(frozen=True, slots=True)
class Challenge(Record):
    """A nonce for one session of one seat. `size` is the log's size, which the session quotes."""

    seat: Identifier
    sitting: Identifier
    nonce: Hash
    size: Natural
    ts: Natural


@message("card-offer", "D")
@dataclass(frozen=True, slots=True)
class CardOffer(Record):
    """A seat offers a card that cannot sign, to be attested (`docs/protocol.md` section 5.5).

    `uid`: lower-case hex; `key`: the fresh session key; `challenge`: the card's 16 bytes, empty for `uid`; `mirror`:
    the bytes of its message as read before, at most 256, empty if there are none. Both in base64url.
    """

    seat: Identifier
    sitting: Identifier
    nonce: Hash
    kind_: Annotated[str, one_of(*ATTESTED_KINDS)]
    uid: CardUid
    key: KeyObject
    challenge: OptionalBlock
    mirror: MirrorText
    ts: Natural


@message("card-question", "C")
@dataclass(frozen=True, slots=True)
class CardQuestion(Record):
    """The controller's 32 bytes for the card that was offered with this nonce, in base64url."""

    seat: Identifier
    nonce: Hash
    response: TwoBlocks
    ts: Natural


@message("card-answer", "D")
@dataclass(frozen=True, slots=True)
class CardAnswer(Record):
    """The card's 32 bytes for the controller, in base64url."""

    seat: Identifier
    nonce: Hash
    proof: TwoBlocks
    ts: Natural


@message("card-attested", "C")
@dataclass(frozen=True, slots=True)
class CardAttested(Record):
    """The exact `session-attested` record that now stands in the log."""

    seat: Identifier
    nonce: Hash
    record: LongText
    ts: Natural


@message("status", "C")
@dataclass(frozen=True, slots=True)
class Status(Record):
    """The signed half of a receipt: at `at_size` the record at `index` `counts`, or is `void:reason`."""

    record: Hash
    index: Natural
    status: Text
    at_size: Natural


@message("refusal", "C")
@dataclass(frozen=True, slots=True)
class Refusal(Record):
    """The controller did not log a record. `reason`: a code of section 6.1; `size`: the log's size then.

    `why` names what stood against a record refused as `state`, or a card refused as `card`; to an officer `legal` names
    the verbs that were legal.
    """

    record: Hash
    reason: Identifier
    size: Natural
    why: OptionalIdentifier
    legal: Identifiers


@message("hall", "C")
@dataclass(frozen=True, slots=True)
class Hall(Record):
    """What the hall sees. Before the close only `turnout` tells of the ballots.

    `figures` is for, against, abstain, not voting, absent, recused once there is a result, else empty.
    """

    number: Natural
    sitting: OptionalIdentifier
    state: Text
    item: OptionalIdentifier
    title: LongText
    phase: Text
    present: Natural
    turnout: Natural
    needed: Natural
    outcome: Text
    figures: Naturals
    why: LongText
    ts: Natural


@message("desk-part", "C")
@dataclass(frozen=True, slots=True)
class DeskPart(Record):
    """Part `part` of `of` of version `number` of a document for consoles and screens; `data` is base64.

    `name` is `house`, `now` or `vote-` and a vote's id. `epoch` is another one after each start of the controller.
    Documents are no evidence; the log is.
    """

    name: Text
    epoch: Natural
    number: Natural
    part: Natural
    of: Natural
    data: LongText
    ts: Natural


def open_message(data: bytes, key: PublicKey) -> Record:
    """Open a signed message under the key that must have signed it.

    Raises `MessageRefused`: not a message, another key, a wrong signature, a wrong form.
    """
    try:
        envelope = read_envelope(data)
        if envelope.kid != key.thumbprint:
            raise KeyRefused("signed by another key")
        envelope.verify(key)
        return read_message(envelope)
    except ChamberError as error:
        raise MessageRefused(error.fact, error.code) from error


def read_message(envelope: Envelope) -> Record:
    """Read a message's payload; its signature is the caller's to check. Raises `MessageRefused` or `PayloadRefused`."""
    described = MESSAGES.get(envelope.kind)
    if described is None:
        raise MessageRefused(f"no message called {envelope.kind}")
    return read_as(described, envelope.payload)
