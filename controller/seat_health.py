"""How the seats are, from what they say of themselves; pure. Never evidence, and it says nothing of members or presses.

A retained status has no age: how long a seat has been offline is known only from the moment at which this board heard
of it. A seat that is there says so every `HEARTBEAT_S`, so one that is online and says nothing for three of them is
quiet: its broker may have forgotten to tell that it is gone.

Source: `docs/protocol.md` section 5.1.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, Final

from protocol.errors import MessageRefused, TopicRefused
from protocol.explain import ENGLISH, Catalogue
from protocol.seat_status import FAULT, HEARTBEAT_S, OFFLINE, SeatStatus, read_status
from protocol.topics import Topics, Way

QUIET_S: Final = 3 * HEARTBEAT_S
OFTEN_AN_HOUR: Final = 10
"""So many failed attempts or late beats an hour are everyday life with a reader; more are told."""
_WEAK_BEFORE: Final = 1 << 16
_SLOWED_NOW: Final = 0b1110
_SLOWED_BEFORE: Final = 0b1110 << 16


class Condition(Enum):
    """How a seat is. Only `WELL` has nothing to say."""

    SILENT = "silent"
    UNREADABLE = "unreadable"
    OFFLINE = "offline"
    QUIET = "quiet"
    FAULT = "fault"
    WARNED = "warned"
    WELL = "well"


@dataclass(frozen=True, slots=True)
class SeatHealth:
    """One seat now. `for_s`: how long it is known to be offline or quiet, else 0. `status`: what it said last."""

    seat: str
    place: str
    condition: Condition
    for_s: int = 0
    status: SeatStatus | None = None


@dataclass(slots=True)
class _Heard:
    """What a seat said last (None if it could not be read), when, and since when it is offline."""

    status: SeatStatus | None
    at_s: float
    offline_since_s: float


class HealthBoard:
    """What was heard of a body's seats. `seats`: those of the roster, with their places; others may report as well."""

    def __init__(self, topics: Topics, seats: Mapping[str, str] | None = None) -> None:
        self._topics = topics
        self._places = dict(seats or {})
        self._heard: dict[str, _Heard] = {}
        self._now_s = 0.0

    @property
    def is_complete(self) -> bool:
        """True once every seat of the roster was heard of; never without a roster."""
        return bool(self._places) and self._places.keys() <= self._heard.keys()

    def take(self, topic: str, payload: bytes, now_s: float) -> None:
        """Take a message; one that is no seat's status is passed over. `now_s` never goes back."""
        self._now_s = now_s
        try:
            address = self._topics.read(topic)
        except TopicRefused:
            return
        if address.way is not Way.STATUS:
            return
        try:
            status = read_status(payload)
        except MessageRefused:
            status = None
        before = self._heard.get(address.id)
        was_offline = before is not None and before.status is not None and before.status.state == OFFLINE
        since_s = before.offline_since_s if before is not None and was_offline else now_s
        self._heard[address.id] = _Heard(status, now_s, since_s)

    def seats(self, now_s: float | None = None) -> list[SeatHealth]:
        """Every seat, those of the roster first and in its order. `now_s`: when the last message came, if not given."""
        now_s = self._now_s if now_s is None else now_s
        others = sorted(self._heard.keys() - self._places.keys())
        return [self._judge(seat, self._places.get(seat, ""), now_s) for seat in (*self._places, *others)]

    def _judge(self, seat: str, place: str, now_s: float) -> SeatHealth:
        heard = self._heard.get(seat)
        if heard is None:
            return SeatHealth(seat, place, Condition.SILENT)
        status, silence_s = heard.status, now_s - heard.at_s
        if status is None:
            return SeatHealth(seat, place, Condition.UNREADABLE)
        if status.state == OFFLINE:
            return SeatHealth(seat, place, Condition.OFFLINE, int(now_s - heard.offline_since_s), status)
        if silence_s > QUIET_S:
            return SeatHealth(seat, place, Condition.QUIET, int(silence_s), status)
        if status.state == FAULT:
            return SeatHealth(seat, place, Condition.FAULT, 0, status)
        return SeatHealth(seat, place, Condition.WARNED if _remarks(status, ENGLISH) else Condition.WELL, 0, status)

    def as_json(self, now_s: float | None = None) -> dict[str, Any]:
        """For machines: `seats`, each with seat, place, condition, for_s, status (or null); counts `well` and `of`."""
        seats = self.seats(now_s)
        return {
            "seats": [
                {
                    "seat": one.seat, "place": one.place, "condition": one.condition.value, "for_s": one.for_s,
                    "status": asdict(one.status) if one.status is not None else None,
                }
                for one in seats
            ],
            "well": _count_well(seats),
            "of": len(seats),
        }  # fmt: skip

    def lines(self, words: Catalogue = ENGLISH, now_s: float | None = None) -> list[str]:
        """One line for each seat that has something to say, then how many are well."""
        seats = self.seats(now_s)
        lines = [_line(one, words) for one in seats if one.condition is not Condition.WELL]
        if not seats:
            return [words.gettext("No seat has been heard of, and no roster names any.")]
        counts = {"well": _count_well(seats), "of": len(seats)}
        return [*lines, words.gettext("Seats that are well: %(well)d of %(of)d.") % counts]


def _count_well(seats: list[SeatHealth]) -> int:
    return sum(one.condition is Condition.WELL for one in seats)


def _line(one: SeatHealth, words: Catalogue) -> str:
    name = f"{one.seat} ({one.place})" if one.place else one.seat
    told = _words_of_condition(one, words)
    if one.status is not None and one.condition is not Condition.OFFLINE:
        told += _remarks(one.status, words)
    return f"{name}: {'; '.join(told)}"


def _words_of_condition(one: SeatHealth, words: Catalogue) -> list[str]:
    """Why nothing better is known of a seat; empty where its status says all."""
    minutes = {"minutes": one.for_s // 60}
    if one.condition is Condition.SILENT:
        return [words.gettext("never heard of: is it switched on and connected?")]
    if one.condition is Condition.UNREADABLE:
        return [words.gettext("what it says cannot be read: is its program another version?")]
    if one.condition is Condition.OFFLINE and minutes["minutes"]:
        return [words.gettext("offline for at least %(minutes)d min") % minutes]
    if one.condition is Condition.OFFLINE:
        return [words.gettext("offline")]
    if one.condition is Condition.QUIET:
        return [words.gettext("nothing heard for %(minutes)d min") % minutes]
    return []


def _remarks(status: SeatStatus, words: Catalogue) -> list[str]:
    """What a status says beyond `online`, each in a few words."""
    remarks = []
    if status.fault or (status.state == FAULT and not status.button):
        remarks.append(_words_of_fault(status.fault, words))
    if status.button:
        remarks.append(words.gettext("a button fails: %(button)s") % {"button": status.button.replace(",", ", ")})
    if status.tray == "two-cards":
        remarks.append(words.gettext("two cards lie in the tray"))
    elif status.tray:
        remarks.append(words.gettext("the card in the tray is refused: %(code)s") % {"code": status.tray})
    return remarks + _words_of_power(status, words) + _words_of_counters(status, words)


def _words_of_fault(code: str, words: Catalogue) -> str:
    told: dict[str, str] = {
        "": words.gettext("a fault without a name"),
        "fork": words.gettext("it saw two histories of one log: stop the votes and keep the log"),
        "root": words.gettext("it trusts the root key of another chamber"),
        "trust": words.gettext("what it was shown as the keys of this chamber cannot be true"),
        "journal": words.gettext("it cannot keep its presses: its memory card is full or broken"),
        "reader-gone": words.gettext("its reader cannot be opened"),
        "reader-silent": words.gettext("its reader does not answer"),
        "frame-damaged": words.gettext("what its reader says arrives damaged"),
    }
    return told.get(code) or words.gettext("fault: %(code)s") % {"code": code}


def _words_of_power(status: SeatStatus, words: Catalogue) -> list[str]:
    remarks = []
    if status.undervolted:
        remarks.append(words.gettext("its supply is too weak"))
    elif status.throttled & _WEAK_BEFORE:
        remarks.append(words.gettext("its supply was too weak"))
    if status.throttled & _SLOWED_NOW:
        remarks.append(words.gettext("it is slowed down by heat or a weak supply"))
    elif status.throttled & _SLOWED_BEFORE:
        remarks.append(words.gettext("it was slowed down by heat or a weak supply"))
    return remarks


def _words_of_counters(status: SeatStatus, words: Catalogue) -> list[str]:
    hours = max(status.uptime_s, 3_600) / 3_600
    remarks = []
    if status.reader_errors > OFTEN_AN_HOUR * hours:
        said = {"count": status.reader_errors, "hours": round(hours)}
        remarks.append(words.gettext("failed attempts on its reader: %(count)d in %(hours)d h") % said)
    if status.missed_beats > OFTEN_AN_HOUR * hours:
        said = {"count": status.missed_beats, "hours": round(hours)}
        remarks.append(words.gettext("it was late %(count)d times in %(hours)d h") % said)
    return remarks
