"""A log for tests, written exactly as a controller writes it: every record goes through `decide` and then `evolve`.

`open_chamber()` gives a sitting that is open, with every member at a seat and `item-1` active:

    log = open_chamber()
    vote = log.open_vote(rule="simple")
    log.ballot(vote, "m1", "for")
    result = log.close(vote)

`log.act("chair", VoteOpen, arm=...)` fills in what an honest officer would: sitting, `seq`, `seen`, size,
root and time.
Three ways to bring a record to the log: `append` expects that it enters, `refused` that `decide` refuses it and nothing
changes, `forced` puts it into the log without asking `decide`, as a dishonest controller could. Each has a twin that
also makes the record: `act`, `act_refused`, `act_forced`.

Keys come from fixed seeds (`officer_key`, `card_key`, `device_key`, ...),
so that two logs of the same calls differ only
in the cards' randomised signatures.
"""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any, TypeVar

from protocol import records
from protocol.checkpoint import Checkpoint, LogKey, sign_checkpoint
from protocol.decide import Accepted, Refused, decide, due_records
from protocol.encoding import base64url, from_base64url, hash_text, salted_text
from protocol.keys import Ed25519Signer, P256Signer, Signer
from protocol.majority import Rule, simple_rule, write_rule_book
from protocol.merkle import Tree, leaf_hash
from protocol.record import Record
from protocol.sitting import evolve, open_leaf
from protocol.state import Entry, LogState, SittingState, VoteState

ORIGIN = "chamber/kikinda/assembly/2024"
ITEM = "item-1"
OFFICERS = ("chair", "deputy", "eldest", "secretary", "operator")
AnyRecord = TypeVar("AnyRecord", bound=Record)

RULES = [
    simple_rule("simple", "More for than against"),
    simple_rule("absolute", "More than half of all seats", base="statutory"),
    simple_rule("in-office", "More than half of those in office", base="in_office"),
    simple_rule("present", "More than half of those present", base="present"),
    simple_rule("presses", "More than half of those who pressed", base="present", present_from="presses"),
    simple_rule("checked", "More than half of those found here", base="present", present_from="quorum-check"),
    simple_rule("cast", "At least two thirds of votes cast", base="cast", comparator=">=", numerator=2, denominator=3),
    simple_rule("papers", "More than half of papers cast", base="papers_cast"),
    simple_rule("three", "Three votes for", base="fixed", fixed=3),
    simple_rule("count", "Counted only", base="none"),
    simple_rule("casting", "Simple, the chair decides a tie", tie="casting-vote"),
    simple_rule("lot", "Simple, a tie is decided by lot", tie="lot"),
    simple_rule("lots", "A tenth of votes, places by lot", base="cast", comparator=">=", denominator=10, tie="lot"),
    simple_rule("repeat", "Simple, a tie is repeated", tie="repeat"),
    simple_rule("declare-only", "Simple, an interest is only declared", recusal="declare-only"),
    simple_rule(
        "leave-base", "More than half of those in office, the recused left out", base="in_office", recusal="leave-base"
    ),
    simple_rule(
        "quorum", "Simple, half of all seats must be here", quorum_base="statutory", quorum_numerator=1,
        quorum_denominator=2,
    ),
    simple_rule(
        "quorum-cast", "Simple, half of all seats must vote", quorum_base="statutory", quorum_numerator=1,
        quorum_denominator=2, quorum_source="cast",
    ),
]  # fmt: skip


def seed(name: str) -> bytes:
    """32 bytes that belong to a name."""
    return sha256(f"chamber test key {name}".encode()).digest()


def officer_key(officer: str) -> Ed25519Signer:
    """An officer's key."""
    return Ed25519Signer(seed(f"officer {officer}"))


def card_key(member: str) -> P256Signer:
    """A member's card."""
    return P256Signer(seed(f"card {member}"))


def device_key(seat: str) -> Ed25519Signer:
    """A seat's own key."""
    return Ed25519Signer(seed(f"seat {seat}"))


ROOT_KEY = Ed25519Signer(seed("root"))
LOG_KEY = Ed25519Signer(seed("log"))
CONTROLLER_KEY = Ed25519Signer(seed("controller"))


def member_entry(member: str, *, auth: str = "piv", jwk: dict[str, str] | None = None) -> dict[str, Any]:
    """A member as a roster part lists it; cards other than `piv` cannot sign."""
    key = jwk if jwk is not None else card_key(member).public.jwk() if auth == "piv" else {}
    return {"id": member, "name": f"Member {member}", "group": "g1", "auth": auth, "jwk": key}


def seat_entry(seat: str, *, jwk: dict[str, str] | None = None) -> dict[str, Any]:
    """A seat as a roster part lists it."""
    return {"id": seat, "jwk": jwk if jwk is not None else device_key(seat).public.jwk(), "place": f"Row {seat}"}


@dataclass(frozen=True, slots=True)
class Sitter:
    """One session: who sits where, with which key."""

    member: str
    seat: str
    session: str
    key: Ed25519Signer


class ChamberLog:
    """A log with its tree and the state it means. `sitting` is the sitting that made records belong to."""

    def __init__(self) -> None:
        self.state = LogState()
        self.tree = Tree()
        self.leaves: list[bytes] = []
        self.blobs: dict[str, bytes] = {}
        self.nonces: set[str] = set()
        self.sitting = "sitting-1"
        self.sitters: dict[str, Sitter] = {}
        self.now_ms = 1_700_000_000_000
        self._numbers = 0

    # --- What the log says of itself.

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self.tree.size

    def root_at(self, size: int) -> str:
        """The root at a size, as records write it."""
        return base64url(self.tree.root(size))

    def seen(self, size: int | None = None) -> str:
        """What an officer who has verified the checkpoint of `size` (the newest) quotes."""
        size = self.size if size is None else size
        return f"{size}:{self.root_at(size)}"

    def checkpoint(self, size: int | None = None) -> bytes:
        """The signed checkpoint of `size` (the newest)."""
        size = self.size if size is None else size
        return sign_checkpoint(Checkpoint(ORIGIN, size, self.tree.root(size)), LOG_KEY)

    @property
    def log_key(self) -> LogKey:
        """The key that signs the checkpoints."""
        return LogKey(ORIGIN, LOG_KEY.public)

    def reason(self, entry: Entry) -> str:
        """Why a logged record takes no effect as the log stands now, or nothing."""
        return self.state.voids.get(entry.index, "")

    @property
    def here(self) -> SittingState:
        """The state of the sitting that made records belong to."""
        return self.state.sittings[self.sitting]

    def vote(self, open_hash: str) -> VoteState:
        """The state of a vote by its `vote-open`."""
        return self.state.opens[open_hash]

    # --- Making records.

    def unique(self, what: str = "x") -> str:
        """A new hash, for nonces and title blobs."""
        self._numbers += 1
        return hash_text(f"{what} {self._numbers}".encode())

    def make(self, kind: type[AnyRecord], who: str = "", /, **members: Any) -> AnyRecord:
        """A record of a class; what is not given is what the officer `who` would honestly write."""
        self.now_ms += 1000
        officer = self.state.officers.get(who)
        usual: dict[str, Any] = {
            "sitting": self.sitting, "ts": self.now_ms, "seq": officer.last_seq + 1 if officer else 0,
            "seen": self.seen(), "size": self.size, "root": self.root_at(self.size), "code": "test", "why": "test",
            "ctx": ORIGIN, "item": ITEM, "trust": self.state.trust_hash, "ms": 0, "basis": "", "text_hash": "",
            "held_at": self.now_ms,
        }  # fmt: skip
        names = [field.name for field in fields(kind)]
        return kind(**{name: members.pop(name) if name in members else usual[name] for name in names}, **members)

    # --- Bringing records to the log.

    def append(self, record: Record | bytes, signer: Signer | None = None) -> Entry:
        """Append a record that must enter; returns its entry, which may be void (see `reason`)."""
        data = self._seal(record, signer)
        own = signer is not None and signer.public == CONTROLLER_KEY.public
        decision = decide(self.state, data, self.root_at, self.nonces, own=own)
        assert isinstance(decision, Accepted), decision
        return self._write(decision.entry, data)

    def refused(self, record: Record | bytes, signer: Signer | None = None, *, own: bool = False) -> str:
        """The reason for which `decide` refuses a record; also checks that the refusal changed nothing."""
        before = deepcopy(self.state)
        decision = decide(self.state, self._seal(record, signer), self.root_at, self.nonces, own=own)
        assert isinstance(decision, Refused), decision
        assert self.state == before, "a refusal changed the state"
        return decision.reason

    def forced(self, record: Record | bytes, signer: Signer | None = None) -> Entry:
        """Append a well-signed record without asking `decide`, as a dishonest controller could."""
        data = self._seal(record, signer)
        return self._write(open_leaf(self.state, data, self.state.size), data)

    def act(self, who: str, kind: type[Record], /, **members: Any) -> Entry:
        """Let an officer do something that must be accepted and take effect (or wait for its `ack`)."""
        entry = self.append(self.make(kind, who, **members), officer_key(who))
        assert self.reason(entry) == ""
        return entry

    def act_refused(self, who: str, kind: type[Record], /, **members: Any) -> str:
        """Let an officer try something; returns the reason of the refusal."""
        return self.refused(self.make(kind, who, **members), officer_key(who))

    def act_forced(self, who: str, kind: type[Record], /, **members: Any) -> str:
        """Put an officer's record into the log without asking; returns its void reason, or nothing."""
        return self.reason(self.forced(self.make(kind, who, **members), officer_key(who)))

    def _seal(self, record: Record | bytes, signer: Signer | None) -> bytes:
        if isinstance(record, bytes):
            return record
        assert signer is not None, "a record needs its signer"
        return record.seal(signer)

    def _write(self, entry: Entry, data: bytes) -> Entry:
        assert entry.index == self.tree.append(leaf_hash(data))
        self.leaves.append(data)
        evolve(self.state, entry)
        return entry

    # --- Whole steps.

    def found(self, officers: Iterable[str] = OFFICERS) -> None:
        """Index 0 and the officers; each officer's id is also the role. Also gives the log its rules."""
        vkey = str(LogKey(ORIGIN, LOG_KEY.public))
        _, chamber, body, term = ORIGIN.split("/")
        anchor = self.make(
            records.Trust, chamber=chamber, body=body, term=term, root=ROOT_KEY.public.jwk(), card_ca="", device_ca="",
            log_key=vkey, log_pq_key="", controller=CONTROLLER_KEY.public.jwk(), policy=f"log {vkey}\nquorum none\n",
        )  # fmt: skip
        self.append(anchor, ROOT_KEY)
        for officer in officers:
            self.appoint(officer, officer)
        self.add_rules(RULES)

    def appoint(self, officer: str, role: str, signer: Ed25519Signer | None = None) -> Entry:
        """Enter an officer, or replace one."""
        key = (signer or officer_key(officer)).public.jwk()
        record = self.make(records.Officer, officer=officer, role=role, name=f"Officer {officer}", jwk=key)
        return self.append(record, ROOT_KEY)

    def add_rules(self, rules: list[Rule]) -> str:
        """Give the log a document of rules beforehand; returns its hash."""
        from protocol.majority import read_rule_book  # noqa: PLC0415 - read as any reader would

        data = write_rule_book(rules)
        book = read_rule_book(data)
        self.blobs[book.hash] = data
        self.state.rule_books[book.hash] = book
        return book.hash

    def part(self, members: list[dict[str, Any]], seats: list[dict[str, Any]]) -> str:
        """Append a roster part; returns its hash."""
        part = self.make(records.RosterPart, part=1, members=tuple(members), seats=tuple(seats))
        return self.append(part, officer_key("secretary")).hash

    def eligible(self, *members: str) -> str:
        """Append a list of members; returns its hash."""
        part = self.make(records.EligiblePart, part=1, members=members)
        return self.append(part, officer_key("secretary")).hash

    def roster(self, parts: Iterable[str], /, **members: Any) -> records.Roster:
        """A roster record over these parts; a first one of five seats unless told otherwise."""
        usual: dict[str, Any] = {
            "statutory": 5, "in_office": 5, "parts": tuple(parts), "rules": next(iter(self.state.rule_books)),
            "evolve": records.MEANING_VERSION, "prev": "", "add": (), "remove": (),
        }  # fmt: skip
        return self.make(records.Roster, "secretary", **(usual | members))

    def prepare(
        self, members: int = 5, *, statutory: int | None = None, in_office: int | None = None, auth: str = "piv"
    ) -> str:
        """Prepare the sitting: members m1.. and as many seats s1.. and one spare. Returns the roster's hash."""
        part = self.part(
            [member_entry(f"m{n}", auth=auth) for n in range(1, members + 1)],
            [seat_entry(f"s{n}") for n in range(1, members + 2)],
        )
        record = self.roster([part], statutory=statutory or members, in_office=in_office or members)
        return self.append(record, officer_key("secretary")).hash

    def open_sitting(self, who: str = "chair") -> Entry:
        """Open the prepared sitting."""
        trust, prev = self.state.trust_digest(), self.state.last_sitting_open
        return self.act(who, records.SittingOpen, roster=self.here.first_roster, trust=trust, prev=prev)

    def activate(self, item: str = ITEM, who: str = "chair") -> Entry:
        """Call an item."""
        return self.act(who, records.Item, item=item, act="activate", decision="")

    def session(self, member: str, seat: str, /, **members: Any) -> tuple[records.Session, Ed25519Signer]:
        """A session record of a card at a seat, with a fresh nonce, and its key; not appended yet."""
        nonce = self.unique("nonce")
        self.nonces.add(nonce)
        key = Ed25519Signer(seed(f"session {nonce}"))
        usual: dict[str, Any] = {
            "member": member, "seat": seat, "dev": device_key(seat).public.thumbprint, "key": key.public.jwk(),
            "nonce": nonce,
        }  # fmt: skip
        return self.make(records.Session, **(usual | members)), key

    def bind(self, session: str, key: Signer) -> records.SessionBind:
        """The binding of a session, with the session key's proof of possession."""
        pop = key.sign(b"cvs-pop/1" + from_base64url(session.encode()))
        return self.make(records.SessionBind, session=session, pop=base64url(pop))

    def sit(self, member: str, seat: str | None = None) -> Sitter:
        """Let a member put the card into a seat (the one of the same number): session and bind."""
        seat = seat or "s" + member[1:]
        record, key = self.session(member, seat)
        session = self.append(record, card_key(member)).hash
        self.append(self.bind(session, key), device_key(seat))
        self.sitters[member] = Sitter(member, seat, session, key)
        return self.sitters[member]

    def sit_attested(self, member: str) -> Sitter:
        """The same for a member whose card cannot sign: the controller attests the session."""
        seat = "s" + member[1:]
        given, key = self.session(member, seat)
        members = {name: getattr(given, name) for name in ("member", "seat", "dev", "key", "nonce", "size")}
        record = self.make(records.SessionAttested, **members, card_ref=hash_text(member.encode()), counter=0)
        session = self.append(record, CONTROLLER_KEY).hash
        self.append(self.bind(session, key), device_key(seat))
        self.sitters[member] = Sitter(member, seat, session, key)
        return self.sitters[member]

    def leave(self, member: str) -> Entry:
        """Let a member pull the card: the session key says that it ends."""
        sitter = self.sitters[member]
        return self.append(self.make(records.SessionEnd, session=sitter.session, why="card-out"), sitter.key)

    def arm(self, who: str = "chair", **members: Any) -> Entry:
        """Arm a vote on `item-1` for, against, abstain under the rule `simple`, or otherwise by `members`."""
        return self.act(who, records.VoteArm, **self.arm_members(**members))

    def arm_members(self, **members: Any) -> dict[str, Any]:
        """The members of an arm that `arm` fills in."""
        self._numbers += 1
        title = salted_text(bytes(16), f"Vote {self._numbers}")
        self.blobs[hash_text(title)] = title
        usual: dict[str, Any] = {
            "vote": f"vote-{self._numbers}", "mode": "open", "title_hash": hash_text(title),
            "options": records.PLAIN_OPTIONS,
            "min": 1, "max": 1, "places": 1, "rule": "simple", "eligible": "all", "sign": "session", "change": "last",
            "duration_ms": 0, "extend_ms": 0, "decisive": 1, "repeats": "",
        }  # fmt: skip
        return usual | members

    def open_vote(self, who: str = "chair", **members: Any) -> str:
        """Arm a vote (see `arm`) and open it; returns the hash of the `vote-open`."""
        return self.act(who, records.VoteOpen, arm=self.arm(who, **members).hash).hash

    def step(self, vote: str, act: str, ms: int = 0, who: str = "chair") -> Entry:
        """Hold, resume, last-call, reopen or extend a vote."""
        return self.act(who, records.VoteAct, of=vote, act=act, ms=ms)

    def make_ballot(self, vote: str, sitter: Sitter | str, /, *choice: str, **members: Any) -> records.Ballot:
        """A ballot of a sitter (or of the member who sits), not appended yet."""
        sitter = self.sitters[sitter] if isinstance(sitter, str) else sitter
        counted = self.state.opens[vote].session_seq.get(sitter.session, 0) if vote in self.state.opens else 0
        usual: dict[str, Any] = {
            "open": vote, "session": sitter.session, "seat": sitter.seat, "member": sitter.member, "choice": choice,
            "seq": counted + 1,
        }  # fmt: skip
        return self.make(records.Ballot, **(usual | members))

    def ballot(self, vote: str, sitter: Sitter | str, /, *choice: str, **members: Any) -> Entry:
        """Let a sitter press: the ballot must enter, `reason` tells whether it counts."""
        record = self.make_ballot(vote, sitter, *choice, **members)
        sitter = self.sitters[sitter] if isinstance(sitter, str) else sitter
        return self.append(record, sitter.key)

    def assist(self, vote: str, member: str, *choice: str) -> Entry:
        """Let the secretary enter a member's answer."""
        record = self.make(
            records.AssistedBallot, open=vote, member=member, choice=choice, how="assisted", held_at=self.now_ms
        )
        return self.append(record, officer_key("secretary"))

    def press(self, vote: str, **choices: str) -> None:
        """Let several members press at once: `press(vote, m1="for", m2="against")`."""
        for member, choice in choices.items():
            assert self.reason(self.ballot(vote, member, choice)) == ""

    def settle(self) -> list[Entry]:
        """Append what the controller owes now: an expiry, results."""
        written: list[Entry] = []
        while due := due_records(self.state, self.now_ms):
            written += [self.append(record, CONTROLLER_KEY) for record in due]
        return written

    def end(self, vote: str, who: str = "chair") -> Entry:
        """Last call and close, without the result."""
        if self.vote(vote).phase.value == "open":
            self.step(vote, "last-call", who=who)
        return self.act(who, records.VoteClose, open=vote)

    def close(self, vote: str, who: str = "chair") -> records.Result:
        """End a vote and let the controller state the result."""
        self.end(vote, who)
        self.settle()
        return self.latest(vote)

    def latest(self, vote: str) -> records.Result:
        """The latest result of a vote."""
        return self.vote(vote).results[-1][2]

    def announce(self, vote: str, who: str = "chair") -> Entry:
        """Announce the latest result."""
        return self.act(who, records.VoteAnnounce, result=self.vote(vote).results[-1][0])

    def ack(self, of: Entry, who: str) -> Entry:
        """Let another officer agree."""
        return self.act(who, records.Ack, of=of.hash)


def found_log() -> ChamberLog:
    """A log with its anchor, five officers and its rules, and no sitting."""
    log = ChamberLog()
    log.found()
    return log


def open_chamber(members: int = 5, **numbers: Any) -> ChamberLog:
    """An open sitting with every member m1.. at seat s1.. and `item-1` active; `numbers` as in `prepare`."""
    log = found_log()
    log.prepare(members, **numbers)
    log.open_sitting()
    log.activate()
    for number in range(1, members + 1):
        log.sit(f"m{number}")
    return log


def result_figures(result: records.Result) -> tuple[tuple[int, ...], str]:
    """(counts, outcome) of a result."""
    return result.counts, result.outcome
