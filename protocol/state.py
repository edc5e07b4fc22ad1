"""The state that a log means: plain data, changed only by `evolve`.

`LogState` is keyed by sitting and never reset. Sets and dictionaries that a vote fixes at its opening are shared by
reference and replaced, never changed, when a roster is amended.

Source: `docs/protocol.md` section 7.
"""

from dataclasses import dataclass, field
from enum import Enum

from protocol import records
from protocol.checkpoint import LogKey
from protocol.encoding import from_base64url, hash_text
from protocol.errors import RulesRefused
from protocol.keys import PublicKey
from protocol.majority import Rule, RuleBook
from protocol.record import By, Record
from protocol.vote import Phase


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """Whose key signs: `owner` is an officer, member, seat or session hash by `by`; `role` an officer's role.

    `sitting`: the latest one whose records introduced the key, empty for the keys of trust records.
    """

    key: PublicKey
    by: By
    owner: str
    role: str = ""
    sitting: str = ""


@dataclass(slots=True)
class Entry:
    """One leaf, read: where it stands, its hash, what it says and who signed it.

    `again`: it waited for an `ack` and is judged a second time; its `seq` and `seen` were judged when it came.
    """

    index: int
    hash: str
    kid: str
    author: KeyOwner
    record: Record
    again: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the effective roster has him or her. `kid` is empty for cards that cannot sign."""

    id: str
    name: str
    group: str
    auth: str
    kid: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat as the effective roster has it. `kid` is its device key's thumbprint."""

    id: str
    kid: str
    place: str


@dataclass(slots=True)
class SessionState:
    """One card at one seat, from its binding to its end (log indices, -1 for not yet)."""

    hash: str
    index: int
    sitting: str
    member: str
    seat: str
    device_kid: str
    key: PublicKey
    attested: bool
    bound_index: int = -1
    end_index: int = -1
    why: str = ""

    @property
    def live(self) -> bool:
        """Bound and not ended."""
        return self.bound_index >= 0 and self.end_index < 0


@dataclass(slots=True)
class CountedBallot:
    """A valid answer of a member. `session` is empty where the secretary entered it, who then says `how` and when."""

    index: int
    member: str
    choice: tuple[str, ...]
    session: str
    how: str = ""
    held_at: int = 0


@dataclass(slots=True)
class VoteState:
    """One vote, from arming on. Everything fixed at the opening is set there."""

    arm: records.VoteArm
    arm_hash: str
    rule: Rule
    phase: Phase = Phase.ARMED
    open_hash: str = ""
    open_index: int = -1
    end_index: int = -1
    opened_ts: int = 0
    extended_ms: int = 0
    members: dict[str, Member] = field(default_factory=dict)
    eligible: frozenset[str] = frozenset()
    statutory: int = 0
    in_office: int = 0
    recusal: str = "block"
    recused: set[str] = field(default_factory=set)
    ballots: dict[str, CountedBallot] = field(default_factory=dict)
    assisted: dict[str, CountedBallot] = field(default_factory=dict)
    session_seq: dict[str, int] = field(default_factory=dict)
    entered_before: dict[str, int] = field(default_factory=dict)
    entered_after: dict[str, int] = field(default_factory=dict)
    present_at_end: frozenset[str] = frozenset()
    checked_present: frozenset[str] | None = None
    void_count: int = 0
    void_hash: str = ""
    inputs: int = 0
    judged_inputs: int = -1
    casting: str = ""
    lots: list[str] = field(default_factory=list)
    paper: records.PaperResult | None = None
    results: list[tuple[str, int, records.Result]] = field(default_factory=list)
    announced_index: int = -1
    void_code: str = ""
    void_basis: str = ""
    repeated_by: str = ""
    rule_corrections: list[tuple[int, str, str]] = field(default_factory=list)
    stated: list[tuple[int, str, str]] = field(default_factory=list)
    last_change: int = -1

    @property
    def running(self) -> bool:
        """True while ballots may still count."""
        phase = self.phase
        return phase is Phase.OPEN or phase is Phase.LAST_CALL or phase is Phase.HELD

    @property
    def deadline_ms(self) -> int:
        """When the vote expires by itself (Unix ms), 0 for never."""
        return self.opened_ts + self.arm.duration_ms + self.extended_ms if self.arm.duration_ms else 0


class SittingPhase(Enum):
    """Where a sitting stands."""

    PREPARED = "prepared"
    OPEN = "open"
    ADJOURNED = "adjourned"
    CLOSED = "closed"
    SIGNED = "signed"


class ItemPhase(Enum):
    """Where an item of the agenda stands."""

    PLANNED = "planned"
    ACTIVE = "active"
    DECIDED = "decided"
    NOTED = "noted"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"


ITEM_MOVES: dict[tuple[ItemPhase, str], ItemPhase] = {
    (ItemPhase.PLANNED, "activate"): ItemPhase.ACTIVE,
    (ItemPhase.PLANNED, "defer"): ItemPhase.DEFERRED,
    (ItemPhase.PLANNED, "withdraw"): ItemPhase.WITHDRAWN,
    (ItemPhase.DEFERRED, "activate"): ItemPhase.ACTIVE,
    (ItemPhase.ACTIVE, "defer"): ItemPhase.DEFERRED,
    (ItemPhase.ACTIVE, "withdraw"): ItemPhase.WITHDRAWN,
    (ItemPhase.ACTIVE, "note"): ItemPhase.NOTED,
    (ItemPhase.ACTIVE, "decide"): ItemPhase.DECIDED,
    (ItemPhase.DECIDED, "reopen"): ItemPhase.ACTIVE,
    (ItemPhase.NOTED, "reopen"): ItemPhase.ACTIVE,
    (ItemPhase.WITHDRAWN, "reopen"): ItemPhase.ACTIVE,
}


@dataclass(slots=True)
class ItemState:
    """One item of the agenda. `changes` lists (index, act)."""

    id: str
    phase: ItemPhase = ItemPhase.PLANNED
    decision: str = ""
    last_change: int = -1
    changes: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class SittingState:
    """One sitting: its law, its people, what is happening."""

    id: str
    first_index: int
    phase: SittingPhase = SittingPhase.PREPARED
    first_roster: str = ""
    roster: str = ""
    rules: str = ""
    statutory: int = 0
    in_office: int = 0
    members: dict[str, Member] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    presiding: str = ""
    presided: list[tuple[int, str]] = field(default_factory=list)
    in_camera: bool = False
    present: set[str] = field(default_factory=set)
    excused: set[str] = field(default_factory=set)
    attendance: list[tuple[int, str, str]] = field(default_factory=list)
    live_by_member: dict[str, str] = field(default_factory=dict)
    live_by_seat: dict[str, str] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    items: dict[str, ItemState] = field(default_factory=dict)
    recusals: dict[str, set[str]] = field(default_factory=dict)
    recusal_acts: list[tuple[int, records.Recusal]] = field(default_factory=list)
    turns: list[tuple[int, str, str]] = field(default_factory=list)
    """(index, what, code) of every adjourning, resuming, end and return of the public part, agenda and amendment."""
    quorum_checks: list[tuple[int, str, frozenset[str]]] = field(default_factory=list)
    agenda: records.Agenda | None = None
    votes: dict[str, VoteState] = field(default_factory=dict)
    speeches: list[tuple[int, records.Speech]] = field(default_factory=list)
    minutes: list[tuple[int, records.Minutes]] = field(default_factory=list)
    opened_index: int = -1
    closed_index: int = -1
    last_index: int = -1
    last_change: int = -1


@dataclass(slots=True)
class OfficerState:
    """An officer of this log. `last_seq` rises over the whole log."""

    id: str
    role: str
    name: str
    kid: str
    last_seq: int = 0


@dataclass(slots=True)
class LogState:
    """Everything a log means.

    `card_counters` holds, by `card_ref`, the highest counter that was attested.
    `notes` counts what each key of a roster has entered since the last opening besides ballots and sessions.
    `owed` holds votes whose (next) result the controller has yet to append; `disputed` lists indices of results that
    the recount contradicts; `last_vote_end` is the index at which a vote last ended.
    """

    size: int = 0
    trust: records.Trust | None = None
    trust_hash: str = ""
    log_key: LogKey | None = None
    trust_records: list[str] = field(default_factory=list)
    keys: dict[str, KeyOwner] = field(default_factory=dict)
    officers: dict[str, OfficerState] = field(default_factory=dict)
    rule_books: dict[str, RuleBook] = field(default_factory=dict)
    index_by_hash: dict[str, int] = field(default_factory=dict)
    parts: dict[str, records.RosterPart] = field(default_factory=dict)
    eligible_parts: dict[str, records.EligiblePart] = field(default_factory=dict)
    rosters: dict[str, records.Roster] = field(default_factory=dict)
    pending: dict[str, Entry] = field(default_factory=dict)
    sittings: dict[str, SittingState] = field(default_factory=dict)
    sessions: dict[str, SessionState] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)
    session_kids: set[str] = field(default_factory=set)
    card_counters: dict[str, int] = field(default_factory=dict)
    arms: dict[str, VoteState] = field(default_factory=dict)
    opens: dict[str, VoteState] = field(default_factory=dict)
    results: dict[str, VoteState] = field(default_factory=dict)
    running: VoteState | None = None
    last_vote_end: int = -1
    owed: dict[str, VoteState] = field(default_factory=dict)
    voids: dict[int, str] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    incidents: list[tuple[int, records.Incident]] = field(default_factory=list)
    disputed: list[int] = field(default_factory=list)
    last_sitting_open: str = ""

    @property
    def origin(self) -> str:
        """The log's origin. Only once index 0 is known."""
        assert self.trust is not None, "asked before index 0"
        return self.trust.origin

    def trust_digest(self) -> str:
        """`sitting-open.trust`: SHA-256 over the raw hashes of all earlier trust records in order."""
        return hash_text(b"".join(from_base64url(text.encode("ascii")) for text in self.trust_records))

    def rules_of(self, sitting: SittingState) -> RuleBook:
        """The law of a sitting. Raises `RulesRefused`: its document was not given beforehand."""
        book = self.rule_books.get(sitting.rules)
        if book is None:
            raise RulesRefused(f"the rules {sitting.rules} of sitting {sitting.id} are not here", "rules-missing")
        return book

    def eligible_list(self, sitting: str, part: str) -> frozenset[str] | None:
        """The member ids of an `eligible-part` of this sitting, or None if the log holds none with this hash."""
        record = self.eligible_parts.get(part)
        return frozenset(record.members) if record is not None and record.sitting == sitting else None

    def sitting_of_vote(self, vote: VoteState) -> SittingState:
        """The sitting that armed this vote."""
        return self.sittings[vote.arm.sitting]


def void_lines_hash(lines: list[tuple[int, str]]) -> str:
    """`result.void_hash`: SHA-256 of the ascending lines `index:reason`, each ended by a line feed."""
    return hash_text("".join(f"{index}:{reason}\n" for index, reason in lines).encode("ascii"))
