"""What the floor shows beside the vote: the mark of each seat, the seat in words, who speaks, the agenda. Pure.

While a vote runs a seat shows that there is an answer, never which. Afterwards it shows the choice only where the
named list has one: a secret vote has none.
"""

from controller.console.map.marks import Mark, mark_word
from controller.console.map.plan import Place, plan_of_roster
from controller.console.panel_view import Line, Tone
from controller.console.rows.finding import fold
from controller.console.rows.wording import MARK_OF_STANDING
from controller.console.snapshot import OVER, Snapshot
from controller.console.text import clean, clock_of, cut, fill
from controller.desk.documents import ANSWERED, EMPTY_SEAT
from protocol.explain import Catalogue
from protocol.seat_status import ONLINE

_SECOND_MS = 1000
_CLOCK_CELLS = 9
_ITEM_SIGNS = {"active": "▶", "decided": "✓", "noted": "✓", "deferred": "→", "withdrawn": "-"}


def places_of(snapshot: Snapshot) -> tuple[Place, ...]:
    """The plan of the house, from its roster's texts of places."""
    members, occupied = snapshot.house.members, snapshot.now.occupied
    group = {
        seat.id: members[who].group
        for seat, who in zip(snapshot.house.seats, occupied, strict=False)
        if EMPTY_SEAT < who < len(members)
    }
    return plan_of_roster([(seat.id, seat.place, group.get(seat.id, "")) for seat in snapshot.house.seats])


def marks_of(snapshot: Snapshot) -> tuple[Mark, ...]:
    """The mark of each seat of the house, in its order."""
    by_member = _marks_of_members(snapshot)
    occupied = {seat.id: who for seat, who in zip(snapshot.house.seats, snapshot.now.occupied, strict=False)}
    health, marks = snapshot.health, []
    for seat in snapshot.house.seats:
        status, who = health.get(seat.id), occupied.get(seat.id, EMPTY_SEAT)
        if status is not None and status.state != ONLINE:
            marks.append(Mark.FAULT)
        else:
            marks.append(by_member[who] if EMPTY_SEAT < who < len(by_member) else Mark.ABSENT)
    return tuple(marks)


def _marks_of_members(snapshot: Snapshot) -> list[Mark]:
    vote, members = snapshot.now.vote, snapshot.house.members
    recused = set(snapshot.now.recused)
    marks = [Mark.RECUSED if recused and member.id in recused else Mark.PRESENT for member in members]
    if vote is not None and snapshot.vote_is_live:
        for number, answered in enumerate(vote.answered[: len(marks)]):
            if answered == ANSWERED:
                marks[number] = Mark.VOTED
        return marks
    record = snapshot.votes.get(vote.id) if vote is not None and vote.phase in OVER else None
    if record is not None:
        standings = {answer.member: answer.standing for answer in record.answers}
        for number, member in enumerate(members):
            mark = MARK_OF_STANDING.get(standings.get(member.id, ""), marks[number])
            # Whoever sits here now and was absent then is here.
            marks[number] = marks[number] if mark is Mark.ABSENT else mark
    elif snapshot.now.floor.current is not None:
        speaker = snapshot.now.floor.current.speaker
        marks = [Mark.SPEAKING if member.id == speaker else mark for member, mark in zip(members, marks, strict=True)]
    return marks


def seat_in_words(snapshot: Snapshot, seat: str, mark: Mark, words: Catalogue) -> str:
    """`Name · group · voted`, of whoever sits there."""
    who = snapshot.member_at(seat)
    known = EMPTY_SEAT < who < len(snapshot.house.members)
    member = snapshot.house.members[who] if known else None
    name = clean(member.name) if member is not None else words.gettext("nobody sits here")
    group = clean(member.group) if member is not None else ""
    status = snapshot.health.get(seat)
    fault = status.fault or status.state if status is not None and status.state != ONLINE else ""
    said = [name, group, mark_word(mark, words) if known or mark is Mark.FAULT else "", fault]
    return " · ".join(filter(None, said))


def find_seat(snapshot: Snapshot, text: str) -> str:
    """The seat with this place, else of the first member whose name has this in it; "" if nobody like that sits."""
    wanted = fold(text)
    if not wanted:
        return ""
    for seat in snapshot.house.seats:
        if fold(seat.place) == wanted:
            return seat.id
    for number, member in enumerate(snapshot.house.members):
        seat_id = snapshot.seat_of(number) if wanted in fold(member.name) else ""
        if seat_id:
            return seat_id
    return ""


def speaker_lines(snapshot: Snapshot, words: Catalogue, clock_ms: int, width: int, height: int) -> list[Line]:
    """Who speaks, with the time left, and who waits, in their order."""
    floor = snapshot.now.floor
    title = words.gettext("Speakers") + (" · " + words.gettext("list closed") if floor.closed else "")
    lines = [Line(cut(title, width), Tone.QUIET)]
    room = width - _CLOCK_CELLS
    if floor.current is not None:
        name, current = snapshot.name_of(floor.current.speaker), floor.current
        until = current.deadline_ms - clock_ms if current.deadline_ms else clock_ms - current.since_ms
        over = "-" if until < 0 else ""
        clock = f"{over}{clock_of(abs(until) // _SECOND_MS)}"
        tone = Tone.ATTENTION if over or not current.deadline_ms else Tone.PLAIN
        lines.append(Line(fill(f"▶ {name}", room) + fill(clock, _CLOCK_CELLS, right=True), tone))
    lines += [
        Line(cut(f"{number:2} {snapshot.name_of(one.speaker)}", width)) for number, one in enumerate(floor.queue, 1)
    ]
    if len(lines) == 1:
        lines.append(Line(cut(words.gettext("nobody"), width), Tone.QUIET))
    return lines[:height]


def agenda_lines(snapshot: Snapshot, words: Catalogue, width: int, height: int) -> list[Line]:
    """The agenda in short, the active item always among the lines."""
    items = snapshot.house.items
    active = next((number for number, item in enumerate(items) if item.id == snapshot.now.item), 0)
    room = max(1, height - 1)
    first = max(0, min(active - room // 2, len(items) - room))
    lines = [Line(cut(words.gettext("Agenda"), width), Tone.QUIET)]
    for item in items[first : first + room]:
        phase = snapshot.item_phase(item.id)
        sign = _ITEM_SIGNS.get(phase, " ")
        tone = Tone.ATTENTION if phase == "active" else Tone.PLAIN
        lines.append(Line(cut(f"{sign} {snapshot.item_number(item.id)}. {item.title}", width), tone))
    if not items:
        lines.append(Line(cut(words.gettext("There is no agenda yet."), width), Tone.QUIET))
    return lines
