"""How each seat is, the faulty ones first, from what the seats say of themselves; decides nothing.

Besides that, whoever sits there and did not press in the latest votes: a dead button looks like that.

Source: `docs/protocol.md` section 5.1.
"""

from enum import Enum
from typing import Final

from controller.console.rows.attendance import seat_labels
from controller.console.rows.table import Column, Emphasis, Line, Row, Sought, Table, paragraph, widest
from controller.console.rows.votes import MISSED_TOLD, missed_in_a_row
from controller.console.snapshot import Snapshot
from controller.desk.documents import EMPTY_SEAT
from protocol.explain import Catalogue
from protocol.seat_status import FAULT, OFFLINE, SeatStatus

_NOT_OF_THE_HOUSE: Final = "?"
_SLOWED: Final = 0b1110
_WEAK: Final = 0b0001
_BEFORE_BITS: Final = 16


class SeatState(Enum):
    """How a seat is, the worst first."""

    FAULT = "fault"
    SILENT = "silent"
    OFFLINE = "offline"
    WARNED = "warned"
    OK = "ok"


_ORDER: Final = {state: number for number, state in enumerate(SeatState)}
_MARKS: Final = {
    SeatState.FAULT: "!", SeatState.SILENT: "·", SeatState.OFFLINE: "×", SeatState.WARNED: "►", SeatState.OK: "●",
}  # fmt: skip
_EMPHASES: Final = {
    SeatState.FAULT: Emphasis.BAD, SeatState.SILENT: Emphasis.WARN, SeatState.OFFLINE: Emphasis.WARN,
    SeatState.WARNED: Emphasis.STRONG, SeatState.OK: Emphasis.PLAIN,
}  # fmt: skip


def inputs(snapshot: Snapshot) -> tuple[object, ...]:
    """What the rows are made of."""
    return snapshot.house, snapshot.now.occupied, snapshot.health, snapshot.votes


def state_words(words: Catalogue) -> dict[SeatState, str]:
    """The state of a seat in a word."""
    return {
        SeatState.FAULT: words.pgettext("seat", "fault"),
        SeatState.SILENT: words.pgettext("seat", "never heard"),
        SeatState.OFFLINE: words.pgettext("seat", "offline"),
        SeatState.WARNED: words.pgettext("seat", "look at it"),
        SeatState.OK: words.pgettext("seat", "ok"),
    }


def state_of(status: SeatStatus | None, missed: int = 0) -> SeatState:
    """How a seat is that says this of itself, with a member who missed so many votes in a row."""
    if status is None:
        return SeatState.SILENT
    if status.state == FAULT or status.fault:
        return SeatState.FAULT
    if status.state == OFFLINE:
        return SeatState.OFFLINE
    warned = status.button or status.tray or status.undervolted or status.throttled & _SLOWED or missed >= MISSED_TOLD
    return SeatState.WARNED if warned else SeatState.OK


def seats_table(snapshot: Snapshot, words: Catalogue, width: int) -> Table:
    """A row for each seat of the roster, and for others that report; the worst first. Its key is the seat's id."""
    missed = missed_in_a_row(snapshot)
    states = state_words(words)
    ranked = []
    for seat, label, member in _seats(snapshot):
        status = snapshot.health.get(seat)
        person = snapshot.house.members[member] if member != EMPTY_SEAT else None
        times = missed.get(person.id, 0) if person is not None else 0
        state = state_of(status, times)
        known = status if status is not None and status.state != OFFLINE else None
        cells = (
            label, person.name if person is not None else "", states[state],
            "; ".join(remarks(status, times, words)) if status is not None else "",
            str(known.reader_errors) if known else "", str(known.missed_beats) if known else "",
            _power(known, words) if known else "", uptime(known.uptime_s, words) if known else "",
            known.version if known else "",
        )  # fmt: skip
        ranked.append((_ORDER[state], Row(seat, cells, _MARKS[state], _EMPHASES[state])))
    ranked.sort(key=lambda one: one[0])
    labels = [row.cells[0] for _, row in ranked]
    seat, errors = words.pgettext("table", "seat"), words.pgettext("table", "reader errors")
    beats, power = words.pgettext("table", "late beats"), words.pgettext("table", "power")
    since = words.pgettext("table", "runs for")
    columns = (
        Column(seat, widest(labels), sought=Sought.WHOLE),
        Column(words.pgettext("table", "member"), 12, 36, at=50, sought=Sought.PART),
        Column(words.pgettext("table", "state"), widest(states.values())),
        Column(words.pgettext("table", "what it says"), 12, 60, at=40),
        Column(errors, 6, at=110, right=True),
        Column(beats, 6, at=118, right=True),
        Column(power, 6, 14, at=126),
        Column(since, 8, at=136, right=True),
        Column(words.pgettext("table", "program"), 8, 14, at=100),
    )
    return Table(columns, tuple(row for _, row in ranked), empty=words.gettext("No seats yet.")).fitted(width)


def _seats(snapshot: Snapshot) -> list[tuple[str, str, int]]:
    """(id, label, position of the member) of each seat of the roster and of each other one that was heard of."""
    house = snapshot.house
    occupied = (*snapshot.now.occupied, *[EMPTY_SEAT] * (len(house.seats) - len(snapshot.now.occupied)))
    found = [
        (seat.id, label, member if member < len(house.members) else EMPTY_SEAT)
        for seat, label, member in zip(house.seats, seat_labels(snapshot), occupied, strict=False)
    ]
    known = {seat.id for seat in house.seats}
    return found + [(seat, _NOT_OF_THE_HOUSE, EMPTY_SEAT) for seat in sorted(snapshot.health.keys() - known)]


def remarks(status: SeatStatus, missed: int, words: Catalogue) -> list[str]:
    """What a status says beyond its state, each in a few words, the worst first."""
    said = []
    if status.fault:
        said.append(fault_word(status.fault, words))
    if status.button:
        said.append(words.gettext("button: %(button)s") % {"button": status.button.replace(",", ", ")})
    if status.tray == "two-cards":
        said.append(words.gettext("two cards in the tray"))
    elif status.tray:
        said.append(words.gettext("card refused: %(code)s") % {"code": status.tray})
    if status.undervolted or status.throttled & _SLOWED:
        said.append(_power(status, words))
    if missed >= MISSED_TOLD:
        said.append(
            words.ngettext("missed %(count)d vote in a row", "missed %(count)d votes in a row", missed)
            % {"count": missed}
        )
    return said


def fault_word(code: str, words: Catalogue) -> str:
    """Why a seat is unfit, in a few words; a code that is not known is named."""
    known = {
        "fork": words.pgettext("fault", "saw two histories: stop the votes"),
        "root": words.pgettext("fault", "trusts another chamber"),
        "trust": words.pgettext("fault", "was shown false keys"),
        "journal": words.pgettext("fault", "memory card full or broken"),
        "reader-gone": words.pgettext("fault", "reader cannot be opened"),
        "reader-silent": words.pgettext("fault", "reader does not answer"),
        "frame-damaged": words.pgettext("fault", "reader's line is disturbed"),
    }
    return known.get(code) or words.gettext("fault: %(code)s") % {"code": code}


def _power(status: SeatStatus, words: Catalogue) -> str:
    if status.undervolted or status.throttled & _WEAK:
        return words.pgettext("power", "too weak")
    if status.throttled & _SLOWED:
        return words.pgettext("power", "slowed down")
    return words.pgettext("power", "was weak") if status.throttled >> _BEFORE_BITS else words.pgettext("power", "ok")


def uptime(seconds: int, words: Catalogue) -> str:
    """How long a seat's program runs, in the two largest units."""
    minutes, hours, days = seconds // 60, seconds // 3_600, seconds // 86_400
    if days:
        return words.gettext("%(days)d d %(hours)d h") % {"days": days, "hours": hours % 24}
    if hours:
        return words.gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes % 60}
    return words.gettext("%(minutes)d min") % {"minutes": minutes}


def seats_heading(snapshot: Snapshot, words: Catalogue, width: int) -> tuple[Line, ...]:
    """How many seats are in which state."""
    missed, members = missed_in_a_row(snapshot), snapshot.house.members
    counts = dict.fromkeys(SeatState, 0)
    for seat, _label, member in _seats(snapshot):
        times = missed.get(members[member].id, 0) if member != EMPTY_SEAT else 0
        counts[state_of(snapshot.health.get(seat), times)] += 1
    states = state_words(words)
    told = ", ".join(f"{_MARKS[state]} {states[state]} {count}" for state, count in counts.items())
    bad = counts[SeatState.FAULT] > 0
    return paragraph(told, width, emphasis=Emphasis.STRONG if bad else Emphasis.PLAIN, glyphs=True)


def seats_foot(snapshot: Snapshot, words: Catalogue, width: int, selected: str) -> tuple[Line, ...]:
    """All that the selected seat says, where the columns leave something out."""
    found = next((one for one in _seats(snapshot) if one[0] == selected), None)
    if found is None:
        return ()
    _seat, label, member = found
    person = snapshot.house.members[member] if member != EMPTY_SEAT else None
    status = snapshot.health.get(selected)
    missed = missed_in_a_row(snapshot).get(person.id, 0) if person is not None else 0
    parts = [words.gettext("Seat %(seat)s") % {"seat": label if label != _NOT_OF_THE_HOUSE else selected}]
    parts += [person.name if person is not None else words.gettext("nobody sits there")]
    parts.append(state_words(words)[state_of(status, missed)])
    if status is not None:
        parts += remarks(status, missed, words)
        if status.state != OFFLINE:
            counted = {"errors": status.reader_errors, "beats": status.missed_beats}
            parts.append(words.gettext("reader errors %(errors)d, late beats %(beats)d") % counted)
            parts.append(words.gettext("power: %(power)s") % {"power": _power(status, words)})
            parts.append(words.gettext("runs for %(time)s") % {"time": uptime(status.uptime_s, words)})
            parts += [words.gettext("program %(version)s") % {"version": status.version}] if status.version else []
    return paragraph(" · ".join(parts), width)
