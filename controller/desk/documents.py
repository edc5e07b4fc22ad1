"""The documents that a console and a hall screen are made of: plain data, computed by the controller from the log.

`House` says who and what there is and changes rarely; `Now` says where the sitting stands; `VoteRecord` tells one vote
that has ended. Before a vote's end nothing in them tells how anybody voted: `Now` says who has answered, and only to
officers. Numbers that are positions count from 0 in the lists of the newest `House`.

Source: `docs/protocol.md` section 5.6.
"""

from dataclasses import dataclass, field

from protocol.agenda import AgendaItem, Speaker
from protocol.floor import SpeechSort
from protocol.majority import Figures, Rule

ABSENT, PRESENT, EXCUSED = "a", "p", "e"
"""Letters of `Now.presence`."""
ANSWERED, SILENT, NOT_ASKED = "1", "0", "-"
"""Letters of `VoteNow.answered`."""
EMPTY_SEAT = -1


@dataclass(frozen=True, slots=True)
class HouseMember:
    """A member of the roster in force."""

    id: str
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class HouseSeat:
    """A seat of the roster in force; `place` as the roster says it."""

    id: str
    place: str


@dataclass(frozen=True, slots=True)
class HouseOfficer:
    """An officer of the log."""

    id: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class House:
    """Who and what there is. `sitting` is empty before the first; `roster` the hash of the roster to open with.

    `previous`: hash of the latest `sitting-open` of the log, which the next one quotes.
    """

    chamber: str = ""
    body: str = ""
    term: str = ""
    sitting: str = ""
    roster: str = ""
    previous: str = ""
    statutory: int = 0
    in_office: int = 0
    members: tuple[HouseMember, ...] = ()
    seats: tuple[HouseSeat, ...] = ()
    officers: tuple[HouseOfficer, ...] = ()
    rules: tuple[Rule, ...] = ()
    agenda: int = 0
    items: tuple[AgendaItem, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    sorts: tuple[SpeechSort, ...] = ()


@dataclass(frozen=True, slots=True)
class QuorumNow:
    """Who counts as here by `rule` (empty: none asks) and how many must be."""

    rule: str = ""
    here: int = 0
    needed: int = 0


@dataclass(frozen=True, slots=True)
class ItemNow:
    """Where an item of the agenda stands: `planned`, `active`, `decided`, `noted`, `deferred`, `withdrawn`."""

    id: str
    phase: str
    decision: str = ""


@dataclass(frozen=True, slots=True)
class VoteNow:
    """The vote at hand. `arm`, `open` and `result` are hashes, empty where there is none yet.

    `answered`: a letter for each member, empty for the hall. `figures`: what is known before the end, no votes.
    `deadline_ms`, `opened_ms`: Unix ms of the controller's clock, 0 for none.
    """

    id: str
    arm: str
    open: str
    result: str
    item: str
    title: str
    phase: str
    mode: str
    rule: Rule
    options: tuple[str, ...]
    min: int
    max: int
    places: int
    sign: str
    change: str
    duration_ms: int
    extend_ms: int
    extended_ms: int
    opened_ms: int
    deadline_ms: int
    decisive: int
    repeats: str
    turnout: int
    eligible: int
    answered: str
    figures: Figures
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class SpeechNow:
    """The running speech; `deadline_ms` is 0 without a limit."""

    speaker: str
    item: str
    sort: str
    since_ms: int
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class RequestNow:
    """A request for the floor that waits, in the order of the queue."""

    speaker: str
    sort: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class SpokenNow:
    """How long somebody has spoken in this sitting, the running speech left out, and how often."""

    speaker: str
    ms: int
    times: int


@dataclass(frozen=True, slots=True)
class FloorNow:
    """The floor of the item at hand."""

    current: SpeechNow | None = None
    queue: tuple[RequestNow, ...] = ()
    closed: int = 0
    spoken: tuple[SpokenNow, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingNow:
    """A record that waits for an acknowledgement `by` the chair or the secretary."""

    record: str
    kind: str
    author: str
    by: str


@dataclass(frozen=True, slots=True)
class VoteLine:
    """A vote of this sitting in one line. `counts` follows its options, and is empty before the end.

    `hidden`: it ended in camera; the hall is told neither title nor outcome.
    """

    id: str
    item: str
    title: str
    phase: str
    mode: str
    outcome: str = ""
    counts: tuple[int, ...] = ()
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Now:
    """Where the sitting stands. `number`: the log's size; `ts`: the controller's clock, Unix ms.

    `presence`: a letter for each member. `occupied`: for each seat the position of its member, or `EMPTY_SEAT`.
    `waiting` and `legal` are empty for the hall.
    """

    number: int = 0
    ts: int = 0
    sitting: str = ""
    phase: str = ""
    in_camera: int = 0
    presiding: str = ""
    item: str = ""
    items: tuple[ItemNow, ...] = ()
    presence: str = ""
    recused: tuple[str, ...] = ()
    occupied: tuple[int, ...] = ()
    quorum: QuorumNow = field(default_factory=QuorumNow)
    vote: VoteNow | None = None
    floor: FloorNow = field(default_factory=FloorNow)
    waiting: tuple[WaitingNow, ...] = ()
    legal: tuple[str, ...] = ()
    votes: tuple[VoteLine, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedAnswer:
    """What became of a member in a vote. `standing` as in `session.json`; `choice`: the options of who chose some.

    `entered`: the secretary entered it. `attested`: the card could not sign, the controller attested it.
    """

    member: str
    name: str
    group: str
    standing: str
    choice: tuple[str, ...] = ()
    entered: int = 0
    attested: int = 0


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """A vote that has ended, counted. `phase`: `closed`, `announced` or `void`; `ended_ms`: by the result's clock."""

    sitting: str
    id: str
    open: str
    result: str
    item: str
    title: str
    mode: str
    phase: str
    rule: Rule
    options: tuple[str, ...]
    counts: tuple[int, ...]
    figures: Figures
    outcome: str
    needed: int
    elected: tuple[str, ...]
    casting: str
    not_voting: int
    absent: int
    recused: int
    plain: int
    ended_ms: int
    void_code: str
    void_basis: str
    repeats: str
    repeated_by: str
    answers: tuple[NamedAnswer, ...]
