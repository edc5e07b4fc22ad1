"""The floor: who speaks, who waits, how long; computed from the `speech` records of a sitting, in the order of the log.

    NONE -request-> WAITING -grant-> SPEAKING -stop-> NONE
    NONE <-withdraw- WAITING;   NONE -grant-> SPEAKING;   SPEAKING -extend-> SPEAKING

A speaker stands somewhere in this table for each item apart, so that a request waits with its item when the council
goes on to another. One person speaks at a time in a sitting: a grant ends the speech before it, whatever its item. A
list once closed takes no request but those that answer somebody.

Lengths come from `ts`, which clocks of several officers write: one that runs backwards makes a length of nothing.

Source: `docs/protocol.md` section 7.1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from protocol.records import Speech

Speeches = Sequence[tuple[int, Speech]]
"""The effective `speech` records of one sitting with their indices, ascending: `SittingState.speeches`."""


class Turn(Enum):
    """Where a speaker stands on an item."""

    NONE = "none"
    WAITING = "waiting"
    SPEAKING = "speaking"


MOVES: dict[tuple[Turn, str], Turn] = {
    (Turn.NONE, "request"): Turn.WAITING,
    (Turn.WAITING, "withdraw"): Turn.NONE,
    (Turn.NONE, "grant"): Turn.SPEAKING,
    (Turn.WAITING, "grant"): Turn.SPEAKING,
    (Turn.SPEAKING, "stop"): Turn.NONE,
    (Turn.SPEAKING, "extend"): Turn.SPEAKING,
}
_LEADS_TO = {act: turn for (_, act), turn in MOVES.items()}


@dataclass(frozen=True, slots=True)
class SpeechSort:
    """A kind of speech. The queue goes by `rank`, the least first; `default_ms` is what a grant offers (0: no limit).

    `passes_closed_list`: may be asked for on an item whose list is closed.
    """

    id: str
    rank: int
    default_ms: int
    passes_closed_list: bool


@dataclass(frozen=True, slots=True)
class SpeechSorts:
    """The kinds of speech that a council's standing orders know."""

    sorts: tuple[SpeechSort, ...]

    def of(self, sort: str) -> SpeechSort:
        """The kind with this id; one that is not known comes last and answers nobody."""
        for known in self.sorts:
            if known.id == sort:
                return known
        last = max((known.rank for known in self.sorts), default=0)
        return SpeechSort(sort, last + 1, 0, passes_closed_list=False)


def with_own_sorts(own: Sequence[SpeechSort]) -> SpeechSorts:
    """The usual kinds, with a council's own in their place or beside them."""
    named = {sort.id for sort in own}
    return SpeechSorts((*own, *(sort for sort in DEFAULT_SORTS.sorts if sort.id not in named)))


DEFAULT_SORTS = SpeechSorts(
    (
        SpeechSort("point-of-order", 0, 60_000, passes_closed_list=True),
        SpeechSort("ad-vocem", 1, 60_000, passes_closed_list=True),
        SpeechSort("reply", 2, 120_000, passes_closed_list=True),
        SpeechSort("request", 3, 300_000, passes_closed_list=False),
        # What the SPEAK button of a seat asks for.
        SpeechSort("debate", 3, 300_000, passes_closed_list=False),
    )
)
"""What a log means is judged by these; a council's own sorts rank its queue and offer its times."""


@dataclass(frozen=True, slots=True)
class Current:
    """The running speech. `deadline_ms`: Unix ms, 0 without a limit. `left_ms` is negative past the deadline, else 0.

    `item` need not be the one that the floor was asked for.
    """

    speaker: str
    item: str
    sort: str
    since_ms: int
    deadline_ms: int
    left_ms: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits. `since_ms`: when it was made, by its own clock; `position` counts from 1."""

    speaker: str
    sort: str
    since_ms: int
    position: int


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor as an item sees it. `current` is the sitting's; `queue` and `closed` are the item's.

    `totals_ms`: how long each speaker has spoken in the whole sitting, the running speech included.
    """

    current: Current | None
    queue: tuple[Waiting, ...]
    closed: bool
    totals_ms: Mapping[str, int]


@dataclass(slots=True)
class _Running:
    """A speech from its grant on. `given_ms`: all the time given, 0 for no limit."""

    granted: Speech
    given_ms: int

    def spoken_ms(self, until_ms: int) -> int:
        """Its length, never negative."""
        return max(0, until_ms - self.granted.ts)


@dataclass(slots=True)
class _Room:
    """The whole sitting's floor, speech by speech; `waiting` is in the order of the requests."""

    waiting: dict[tuple[str, str], Speech] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    totals_ms: dict[str, int] = field(default_factory=dict)
    running: _Running | None = None

    def take(self, speech: Speech) -> None:
        """Go on by one record; what is not allowed is passed over, as a log holds it void."""
        if speech.act == "close-list":
            self.closed.add(speech.item)
        elif (self._turn(speech), speech.act) in MOVES:
            self._move(speech)

    def count(self, until_ms: int) -> None:
        """Add what the running speech has lasted."""
        if self.running is not None:
            speaker = self.running.granted.speaker
            self.totals_ms[speaker] = self.totals_ms.get(speaker, 0) + self.running.spoken_ms(until_ms)

    def _turn(self, speech: Speech) -> Turn:
        running = self.running
        if running is not None and _key(running.granted) == _key(speech):
            return Turn.SPEAKING
        return Turn.WAITING if _key(speech) in self.waiting else Turn.NONE

    def _move(self, speech: Speech) -> None:
        if speech.act == "request":
            if speech.item not in self.closed or _answers(speech):
                self.waiting[_key(speech)] = speech
            return
        self.waiting.pop(_key(speech), None)
        if speech.act in {"grant", "stop"}:
            self.count(speech.ts)
            self.running = _Running(speech, speech.ms) if speech.act == "grant" else None
        elif speech.act == "extend" and self.running is not None:
            given_ms = self.running.given_ms
            self.running.given_ms = given_ms + speech.ms if given_ms and speech.ms else 0


def judge_floor(speeches: Speeches, record: Speech) -> bool:
    """True if this act is a move of the table, after these speeches. Costs one pass over them, at most two."""
    return not objection(speeches, record)


def objection(speeches: Speeches, record: Speech) -> str:
    """What stands against an act: `list-closed`, or where the speaker stands (`turn-is-waiting`); or nothing."""
    turn = turn_of(speeches, record.item, record.speaker)
    if record.act != "close-list" and (turn, record.act) not in MOVES:
        return f"turn-is-{turn.value}"
    asks = record.act == "close-list" or (record.act == "request" and not _answers(record))
    return "list-closed" if asks and list_is_closed(speeches, record.item) else ""


def turn_of(speeches: Speeches, item: str, speaker: str) -> Turn:
    """Where a speaker stands on an item: his latest act there says so, unless a later grant took the floor away."""
    taken = False
    for _, speech in reversed(speeches):
        own = speech.item == item and speech.speaker == speaker
        if own and speech.act in _LEADS_TO:
            turn = _LEADS_TO[speech.act]
            return Turn.NONE if taken and turn is Turn.SPEAKING else turn
        taken = taken or speech.act == "grant"
    return Turn.NONE


def list_is_closed(speeches: Speeches, item: str) -> bool:
    """True once the list of an item takes no more requests."""
    return any(speech.act == "close-list" and speech.item == item for _, speech in speeches)


def floor_of(speeches: Speeches, item: str, now_ms: int, sorts: SpeechSorts = DEFAULT_SORTS) -> Floor:
    """The floor of an item at `now_ms` (Unix ms)."""
    room = _Room()
    for _, speech in speeches:
        room.take(speech)
    room.count(now_ms)
    asked = [speech for speech in room.waiting.values() if speech.item == item]
    asked.sort(key=lambda speech: sorts.of(speech.sort).rank)  # stable: in a rank, first come first served
    return Floor(
        None if room.running is None else _current(room.running, now_ms),
        tuple(Waiting(speech.speaker, speech.sort, speech.ts, number) for number, speech in enumerate(asked, 1)),
        item in room.closed,
        room.totals_ms,
    )


def group_totals_ms(totals_ms: Mapping[str, int], group_of: Mapping[str, str]) -> dict[str, int]:
    """How long each group has spoken; who has none (guests, members without a group) is counted under ""."""
    totals: dict[str, int] = {}
    for speaker, spoken_ms in totals_ms.items():
        group = group_of.get(speaker, "")
        totals[group] = totals.get(group, 0) + spoken_ms
    return totals


def _key(speech: Speech) -> tuple[str, str]:
    return speech.item, speech.speaker


def _answers(speech: Speech) -> bool:
    """True for what may be asked for on a closed list."""
    return DEFAULT_SORTS.of(speech.sort).passes_closed_list


def _current(running: _Running, now_ms: int) -> Current:
    granted, given_ms = running.granted, running.given_ms
    deadline_ms = granted.ts + given_ms if given_ms else 0
    left_ms = given_ms - running.spoken_ms(now_ms) if given_ms else 0
    return Current(granted.speaker, granted.item, granted.sort, granted.ts, deadline_ms, left_ms)
