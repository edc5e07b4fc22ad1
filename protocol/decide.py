"""The controller's judgement on what may enter the log: `decide`, and what it owes by itself: `due_records`.

Everything that arrives is appended, is a repeat of what stands there already, or is refused with a reason and changes
nothing. A ballot of a known vote enters even if it will not count, so that nobody can say it was hidden; a budget keeps
that from becoming a flood.

Source: `docs/protocol.md` section 6.1.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import NamedTuple

from protocol import records
from protocol.encoding import hash_text
from protocol.errors import ChamberError, RulesRefused
from protocol.procedure import legal_now
from protocol.record import By, Record
from protocol.records import MEANING_VERSION
from protocol.sitting import NOTES, judge, open_leaf
from protocol.state import Entry, LogState, SittingPhase
from protocol.tally import expected_result
from protocol.vote import Phase

BALLOTS_BEFORE_CLOSE_MAX = 32
BALLOTS_AFTER_CLOSE_MAX = 1
NOTES_MAX = 256
"""Incidents, speeches and recusals of one session, device or card key, counted from the latest opening of a sitting."""
SEAT_KEYS = frozenset({By.SESSION, By.DEVICE, By.CARD})
SUSPICIOUS = frozenset({
    "signature", "key", "fork", "budget", "wrong-key", "unknown-key", "foreign", "card-proof", "card-cloned",
})  # fmt: skip
"""Refusals that smell of an attack, by their reason or by why: one `incident` each source, code and sitting."""

RootAt = Callable[[int], str]
"""The root (43 characters) of our own tree at a size it has reached."""


class Accepted(NamedTuple):
    """Append this entry. `reason`: the void reason it gets, or empty; `forked`: it saw a root that is not ours."""

    entry: Entry
    reason: str
    forked: bool = False


@dataclass(frozen=True, slots=True)
class Repeated:
    """These very bytes stand in the log at `index`: answer with the receipt again."""

    hash: str
    index: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Not logged. `reason` is a code of `docs/protocol.md` section 6.1, `fact` is for people who look closer.

    `why` names what stood against an act that would be void `state`, or against a card; `legal` are the verbs that are
    legal now.
    """

    hash: str
    reason: str
    fact: str
    why: str = ""
    legal: tuple[str, ...] = ()

    @property
    def suspicion(self) -> str:
        """The code of the incident if this smells of an attack, else empty."""
        return next((code for code in (self.reason, self.why) if code in SUSPICIOUS), "")


def decide(
    state: LogState, data: bytes, root_at: RootAt, nonces: Container[str] = (), *, own: bool = False
) -> Accepted | Repeated | Refused:
    """Judge incoming bytes.

    `nonces`: those the controller has issued and not seen used; `own`: a record from the controller itself.
    """
    record_hash = hash_text(data)
    known = state.index_by_hash.get(record_hash)
    if known is not None:
        return Repeated(record_hash, known)
    try:
        entry = open_leaf(state, data, state.size, record_hash)
    except ChamberError as error:
        return Refused(record_hash, error.code, error.fact)
    record = entry.record
    if entry.author.by is By.CONTROLLER and not own:
        return Refused(record_hash, "foreign", "only the controller itself writes records of its key")
    if type(record) is records.Ballot:
        return _decide_ballot(state, entry, record, root_at)
    try:
        reason = _not_yet_here(state, entry, root_at, nonces) or judge(state, entry)
    except RulesRefused as error:
        return Refused(record_hash, error.code, error.fact)
    return _refused(state, entry, reason) if reason else Accepted(entry, "")


def _refused(state: LogState, entry: Entry, judged: str) -> Refused:
    """Refuse what would take no effect; an officer is also told what would be legal now."""
    reason, _, why = judged.partition("/")
    fact = f"a {entry.record.kind} that would be void: {judged}"
    advised = entry.author.by is By.OFFICER and reason in {"state", "stale", "closed"}
    return Refused(entry.hash, reason, fact, why, legal_now(state, entry.record, why) if advised else ())


def _decide_ballot(
    state: LogState, entry: Entry, record: records.Ballot, root_at: RootAt
) -> Accepted | Repeated | Refused:
    vote = state.opens.get(record.open)
    if vote is None:
        return Refused(entry.hash, "unknown-vote", "a ballot for a vote that this log never opened")
    phase = state.sittings[vote.arm.sitting].phase
    if phase is SittingPhase.CLOSED or phase is SittingPhase.SIGNED:
        return Refused(entry.hash, "sitting-closed", "a ballot after the sitting was closed")
    entered, most = (
        (vote.entered_before, BALLOTS_BEFORE_CLOSE_MAX)
        if vote.running
        else (vote.entered_after, BALLOTS_AFTER_CLOSE_MAX)
    )
    if entered.get(entry.author.owner, 0) >= most:
        return Refused(entry.hash, "budget", f"more than {most} ballots of one session for one vote")
    return Accepted(entry, judge(state, entry), _forked(state, record.seen, root_at))


def _not_yet_here(state: LogState, entry: Entry, root_at: RootAt, nonces: Container[str]) -> str:
    """What `evolve` cannot ask of a log but the controller must ask of a newcomer."""
    record = entry.record
    if isinstance(record, NOTES) and entry.author.by in SEAT_KEYS and state.notes.get(entry.kid, 0) >= NOTES_MAX:
        return "budget"
    if isinstance(record, records.Session | records.SessionAttested):
        if record.nonce not in nonces:
            return "nonce"
        return "fork" if record.size > state.size else ""
    if isinstance(record, records.Roster):
        if record.evolve != MEANING_VERSION:
            return "meaning"
        if record.rules not in state.rule_books:
            return "rules-missing"
    if isinstance(record, records.SittingOpen) and record.prev != state.last_sitting_open:
        return "state/not-the-next-sitting"
    saw = [getattr(record, "seen", None)]
    if isinstance(record, records.SittingOpen | records.VoteClose | records.Takeover):
        saw.append(f"{record.size}:{record.root}")
    return "fork" if any(seen is not None and _forked(state, seen, root_at) for seen in saw) else ""


def _forked(state: LogState, seen: str, root_at: RootAt) -> bool:
    size_text, _, root = seen.partition(":")
    size = int(size_text)
    return size > state.size or root_at(size) != root


def due_records(state: LogState, now_ms: int) -> list[Record]:
    """What the controller owes the log now: the expiry of a vote whose time is over, else results of ended votes.

    Call again after appending: an expiry makes a result due.
    """
    running = state.running
    if (
        running is not None
        and running.deadline_ms
        and now_ms >= running.deadline_ms
        and running.phase is not Phase.HELD
    ):
        return [records.VoteExpired(running.open_hash, now_ms)]
    return [expected_result(vote, now_ms) for vote in state.owed.values()]
