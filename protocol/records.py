"""Every kind of record that may stand in the log: one frozen class a kind, members in their normative order.

A class body is the row of the table in `docs/protocol.md` section 6: the annotations name the members after `v`, the
decorator gives the kind, who may sign it and how long its payload may be.

Source: `docs/protocol.md` section 6.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from protocol.errors import KindUnknown
from protocol.fields import (
    Flag,
    Hash,
    Hashes,
    Identifier,
    Identifiers,
    KeyObject,
    LongText,
    MemberEntries,
    Natural,
    Naturals,
    OptionalHash,
    OptionalIdentifier,
    Origin,
    SeatEntries,
    Seen,
    SignatureText,
    Text,
    one_of,
)
from protocol.record import PAYLOAD_BYTES_MAX, AnyRecord, Record, describe, read_again, read_as

MEANING_VERSION = "1"
"""`roster.evolve`: the version of the meaning in `protocol/sitting.py`."""
TRUST_BYTES_MAX = 16_000
PART_BYTES_MAX = 48_000

ROLES = ("chair", "deputy", "eldest", "secretary", "operator", "trustee")
FOR, AGAINST, ABSTAIN = "for", "against", "abstain"
PLAIN_OPTIONS = (FOR, AGAINST, ABSTAIN)
MAYOR = "mayor"
"""The id of the member who holds no seat and votes only where the rule counts a mayor."""


KINDS: dict[str, type[Record]] = {}


def _kind(
    kind: str, by: str, *, ack: bool = False, payload_bytes_max: int = PAYLOAD_BYTES_MAX
) -> Callable[[type[AnyRecord]], type[AnyRecord]]:
    """Enter a record class into the table of kinds."""

    def enter(record: type[AnyRecord]) -> type[AnyRecord]:
        KINDS[kind] = record
        record.needs_ack = ack
        return describe(record, kind, by, payload_bytes_max=payload_bytes_max)

    return enter


def read_record(kind: str, payload: bytes) -> Record:
    """Read a record's payload.

    Raises `KindUnknown`: this version has no such kind; `PayloadRefused`: too long, not canonical, wrong members.
    """
    record = KINDS.get(kind)
    if record is None:
        raise KindUnknown(f"no kind called {kind}")
    return read_as(record, payload)


def trust_again(kind: str, payload: bytes) -> Record:
    """Read a payload that this log has accepted before, without checking it again: for recovery only."""
    return read_again(KINDS[kind], payload)


# --- Trust --------------------------------------------------------------------------------------------------


@_kind("trust", "R", payload_bytes_max=TRUST_BYTES_MAX)
@dataclass(frozen=True, slots=True)
class Trust(Record):
    """The anchor at index 0. `log_key` is a C2SP vkey, `policy` C2SP policy text, the CAs base64 DER or empty."""

    chamber: Identifier
    body: Identifier
    term: Identifier
    root: KeyObject
    card_ca: LongText
    device_ca: LongText
    log_key: LongText
    log_pq_key: LongText
    controller: KeyObject
    policy: LongText
    ts: Natural

    @property
    def origin(self) -> str:
        """The log's C2SP origin, which is also `ctx` in sessions."""
        return f"chamber/{self.chamber}/{self.body}/{self.term}"


@_kind("officer", "R")
@dataclass(frozen=True, slots=True)
class Officer(Record):
    """An officer's key. `trust` is the hash of index 0; a later record of one officer replaces the earlier."""

    trust: Hash
    officer: Identifier
    role: Annotated[str, one_of(*ROLES)]
    name: Text
    jwk: KeyObject
    ts: Natural


@_kind("key-change", "R", payload_bytes_max=TRUST_BYTES_MAX)
@dataclass(frozen=True, slots=True)
class KeyChange(Record):
    """A new log key (vkeys)."""

    trust: Hash
    what: Annotated[str, one_of("log")]
    old: LongText
    new: LongText
    ts: Natural


# --- Who may vote -------------------------------------------------------------------------------------------


@_kind("roster-part", "S", payload_bytes_max=PART_BYTES_MAX)
@dataclass(frozen=True, slots=True)
class RosterPart(Record):
    """Some members {id name group auth jwk} and seats {id jwk place} of a sitting."""

    sitting: Identifier
    part: Natural
    members: MemberEntries
    seats: SeatEntries
    ts: Natural


@_kind("eligible-part", "S", payload_bytes_max=PART_BYTES_MAX)
@dataclass(frozen=True, slots=True)
class EligiblePart(Record):
    """A list of member ids, quoted by hash."""

    sitting: Identifier
    part: Natural
    members: Identifiers
    ts: Natural


@_kind("roster", "S", ack=True)
@dataclass(frozen=True, slots=True)
class Roster(Record):
    """The members, the numbers and the law of a sitting, or an amendment of them (`prev`)."""

    sitting: Identifier
    statutory: Natural
    in_office: Natural
    parts: Hashes
    rules: Hash
    evolve: Text
    prev: OptionalHash
    add: Identifiers
    remove: Identifiers
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("session", "K")
@dataclass(frozen=True, slots=True)
class Session(Record):
    """A card authorises a seat's ephemeral key (grade A). `dev` is the seat device's key thumbprint."""

    ctx: Origin
    sitting: Identifier
    member: Identifier
    seat: Identifier
    dev: Hash
    key: KeyObject
    nonce: Hash
    size: Natural
    ts: Natural


@_kind("session-attested", "C")
@dataclass(frozen=True, slots=True)
class SessionAttested(Record):
    """The controller attests a card that cannot sign by itself (grade B). `card_ref` is a salted hash."""

    ctx: Origin
    sitting: Identifier
    member: Identifier
    seat: Identifier
    dev: Hash
    key: KeyObject
    nonce: Hash
    size: Natural
    card_ref: Hash
    counter: Natural
    ts: Natural


@_kind("session-bind", "D")
@dataclass(frozen=True, slots=True)
class SessionBind(Record):
    """The seat takes a session. `pop`: the session key's signature over `cvs-pop/1` and the raw session hash."""

    session: Hash
    pop: SignatureText
    ts: Natural


@_kind("session-end", "EDO")
@dataclass(frozen=True, slots=True)
class SessionEnd(Record):
    """A session is over, from here on."""

    session: Hash
    why: Identifier
    ts: Natural


@_kind("presence", "S")
@dataclass(frozen=True, slots=True)
class Presence(Record):
    """The secretary corrects who is in the room."""

    sitting: Identifier
    member: Identifier
    state: Annotated[str, one_of("present", "left", "excused")]
    code: OptionalIdentifier
    ts: Natural


@_kind("device-revoke", "S")
@dataclass(frozen=True, slots=True)
class DeviceRevoke(Record):
    """A seat device's key is no longer believed; its session ends."""

    seat: Identifier
    kid: Hash
    code: Identifier
    ts: Natural


# --- The sitting --------------------------------------------------------------------------------------------


@_kind("sitting-open", "O")
@dataclass(frozen=True, slots=True)
class SittingOpen(Record):
    """The sitting begins; acknowledges the roster it quotes. `trust` fixes all earlier trust records."""

    sitting: Identifier
    roster: Hash
    trust: Hash
    prev: OptionalHash
    size: Natural
    root: Hash
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("presiding", "O")
@dataclass(frozen=True, slots=True)
class Presiding(Record):
    """Another officer takes the chair; signed by the one who takes it."""

    sitting: Identifier
    officer: Identifier
    why: Identifier
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("agenda", "S")
@dataclass(frozen=True, slots=True)
class Agenda(Record):
    """A version of the agenda; `items` is the hash of its blob."""

    sitting: Identifier
    version: Natural
    items: Hash
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("item", "O")
@dataclass(frozen=True, slots=True)
class Item(Record):
    """What happens to an item of the agenda. `decision` is the number given to what was adopted."""

    sitting: Identifier
    item: Identifier
    act: Annotated[str, one_of("activate", "reopen", "defer", "withdraw", "note", "decide")]
    decision: Text
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("speech", "EO")
@dataclass(frozen=True, slots=True)
class Speech(Record):
    """The floor: asked for, granted, ended. Speakers need not be members. `ms` is the time given."""

    sitting: Identifier
    item: OptionalIdentifier
    speaker: Identifier
    act: Annotated[str, one_of("request", "withdraw", "grant", "stop", "extend", "close-list")]
    sort: Identifier
    ms: Natural
    seq: Natural
    ts: Natural


@_kind("recusal", "ES")
@dataclass(frozen=True, slots=True)
class Recusal(Record):
    """A member takes no part in an item's votes that are not yet closed."""

    sitting: Identifier
    item: Identifier
    member: Identifier
    act: Annotated[str, one_of("declare", "withdraw")]
    code: OptionalIdentifier
    ts: Natural


@_kind("quorum-check", "O")
@dataclass(frozen=True, slots=True)
class QuorumCheck(Record):
    """The chair establishes who is here. `present` is the hash of an `eligible-part`."""

    sitting: Identifier
    how: Annotated[str, one_of("cards", "control-vote", "roll-call")]
    present: Hash
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("in-camera", "O")
@dataclass(frozen=True, slots=True)
class InCamera(Record):
    """The public part ends or begins again."""

    sitting: Identifier
    state: Annotated[str, one_of("on", "off")]
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("adjourn", "O")
@dataclass(frozen=True, slots=True)
class Adjourn(Record):
    """The sitting goes on another time; ends all sessions."""

    sitting: Identifier
    code: Identifier
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("resume", "O")
@dataclass(frozen=True, slots=True)
class Resume(Record):
    """An adjourned sitting goes on."""

    sitting: Identifier
    code: Identifier
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("sitting-close", "O")
@dataclass(frozen=True, slots=True)
class SittingClose(Record):
    """The sitting is over; ends all sessions."""

    sitting: Identifier
    code: Identifier
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("minutes", "S")
@dataclass(frozen=True, slots=True)
class Minutes(Record):
    """A version of the minutes and of its package, by their hashes."""

    sitting: Identifier
    version: Natural
    state: Annotated[str, one_of("draft", "objections", "adopted", "signed")]
    pdf_hash: OptionalHash
    package_hash: OptionalHash
    replaces: OptionalHash
    ts: Natural


# --- A vote -------------------------------------------------------------------------------------------------


@_kind("vote-arm", "O")
@dataclass(frozen=True, slots=True)
class VoteArm(Record):
    """A vote is prepared: everything a ballot will mean is fixed here."""

    sitting: Identifier
    item: OptionalIdentifier
    vote: Identifier
    mode: Annotated[str, one_of("open", "secret", "paper", "test")]
    title_hash: Hash
    text_hash: OptionalHash
    options: Identifiers
    min: Natural
    max: Natural
    places: Natural
    rule: Text
    eligible: LongText
    sign: Annotated[str, one_of("session", "card")]
    change: Annotated[str, one_of("last", "first")]
    duration_ms: Natural
    extend_ms: Natural
    decisive: Flag
    repeats: OptionalHash
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("vote-open", "O")
@dataclass(frozen=True, slots=True)
class VoteOpen(Record):
    """Voting begins; its hash is what ballots bind to."""

    arm: Hash
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("vote-act", "O")
@dataclass(frozen=True, slots=True)
class VoteAct(Record):
    """A step between arming and closing. `of` is the open, or for `disarm` the arm."""

    of: Hash
    act: Annotated[str, one_of("disarm", "hold", "resume", "last-call", "reopen", "extend")]
    ms: Natural
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("ballot", "EK")
@dataclass(frozen=True, slots=True)
class Ballot(Record):
    """A seat's answer to one vote. `choice`: option ids in the order of the arm's options."""

    open: Hash
    session: Hash
    seat: Identifier
    member: Identifier
    choice: Identifiers
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("assisted-ballot", "S")
@dataclass(frozen=True, slots=True)
class AssistedBallot(Record):
    """A member's answer entered by the secretary. `held_at` is when the member gave it."""

    open: Hash
    member: Identifier
    choice: Identifiers
    how: Annotated[str, one_of("assisted", "roll-call", "paper")]
    held_at: Natural
    ts: Natural


@_kind("vote-close", "O")
@dataclass(frozen=True, slots=True)
class VoteClose(Record):
    """Voting ends here. `size` and `root`: the newest checkpoint the officer had verified."""

    open: Hash
    size: Natural
    root: Hash
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("vote-expired", "C")
@dataclass(frozen=True, slots=True)
class VoteExpired(Record):
    """Voting ends because the time that the officer set beforehand is over."""

    open: Hash
    ts: Natural


@_kind("result", "C")
@dataclass(frozen=True, slots=True)
class Result(Record):
    """What the log says of a vote; anyone can compute it again. `from`/`to`: indices of open and end."""

    open: Hash
    from_: Natural
    to: Natural
    present: Natural
    counts: Naturals
    void_count: Natural
    void_hash: Hash
    needed: Natural
    outcome: Annotated[str, one_of("adopted", "not-adopted", "no-quorum", "tie", "elected", "none")]
    elected: Identifiers
    ts: Natural


@_kind("casting-vote", "O")
@dataclass(frozen=True, slots=True)
class CastingVote(Record):
    """Who presides decides a tie, where the rule allows it."""

    open: Hash
    choice: Annotated[str, one_of(FOR, AGAINST)]
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("lot", "S", ack=True)
@dataclass(frozen=True, slots=True)
class Lot(Record):
    """A tie decided by lot."""

    open: Hash
    choice: Identifier
    ts: Natural


@_kind("vote-announce", "O")
@dataclass(frozen=True, slots=True)
class VoteAnnounce(Record):
    """The chair declares the latest result."""

    result: Hash
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("vote-void", "O")
@dataclass(frozen=True, slots=True)
class VoteVoid(Record):
    """A vote does not count, for a reason; its figures stay. After the close it needs the secretary's `ack`."""

    open: Hash
    code: Identifier
    basis: Text
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("rule-correction", "S", ack=True)
@dataclass(frozen=True, slots=True)
class RuleCorrection(Record):
    """A wrong rule was named; the same ballots are judged by another. Both outcomes are shown."""

    open: Hash
    rule: Text
    code: Identifier
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("paper-result", "S", ack=True)
@dataclass(frozen=True, slots=True)
class PaperResult(Record):
    """The count of a vote held on paper. `figures` follow the options; `held_at` is when it was held."""

    open: Hash
    round: Natural
    issued: Natural
    returned: Natural
    valid: Natural
    invalid: Natural
    figures: Naturals
    held_at: Natural
    ts: Natural


@_kind("correction", "S")
@dataclass(frozen=True, slots=True)
class Correction(Record):
    """A member states after the result what was meant: recorded, the result is unchanged."""

    open: Hash
    member: Identifier
    stated: Identifier
    ts: Natural


# --- The log itself -----------------------------------------------------------------------------------------


@_kind("takeover", "S", ack=True)
@dataclass(frozen=True, slots=True)
class Takeover(Record):
    """A controller that lost part of its log goes on after the last known checkpoint."""

    size: Natural
    root: Hash
    gap: Text
    seq: Natural
    seen: Seen
    ts: Natural


@_kind("incident", "OSKDC")
@dataclass(frozen=True, slots=True)
class Incident(Record):
    """Something happened that should be on the record. `about`: a seat, member, vote or hash."""

    about: Text
    code: Identifier
    text_hash: OptionalHash
    ts: Natural


@_kind("ack", "OS")
@dataclass(frozen=True, slots=True)
class Ack(Record):
    """A second officer agrees; kinds that need it take effect here."""

    of: Hash
    seq: Natural
    seen: Seen
    ts: Natural
