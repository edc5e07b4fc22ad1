"""Who is here: the quorum, and each member with seat, state and the last votes; those who are not here come first.

Source: `docs/protocol.md` sections 6.5 and 8.
"""

from typing import Final

from controller.console.map.marks import Mark, glyph
from controller.console.map.plan import labels_of
from controller.console.rows.table import Column, Emphasis, Line, Row, Sought, Table, paragraph, widest
from controller.console.rows.votes import ended_votes
from controller.console.rows.wording import MARK_OF_STANDING
from controller.console.snapshot import Snapshot
from controller.desk.documents import ABSENT, EXCUSED, PRESENT
from protocol.explain import Catalogue

LAST_VOTES: Final = 3
_MARKS: Final = {ABSENT: Mark.ABSENT, EXCUSED: Mark.EXCUSED, PRESENT: Mark.PRESENT}
_ORDER: Final = {ABSENT: 0, EXCUSED: 1, PRESENT: 2}
_NO_VOTE: Final = " "
_GROUP_MOST: Final = 24


def inputs(snapshot: Snapshot) -> tuple[object, ...]:
    """What the rows are made of."""
    now = snapshot.now
    return snapshot.house, now.presence, now.occupied, now.recused, snapshot.votes


def state_words(words: Catalogue) -> dict[Mark, str]:
    """The state of one member, in the singular where a legend has the plural."""
    return {
        Mark.ABSENT: words.pgettext("one member", "absent"),
        Mark.EXCUSED: words.pgettext("one member", "excused"),
        Mark.PRESENT: words.pgettext("one member", "present"),
        Mark.RECUSED: words.pgettext("one member", "present, recused"),
    }


def attendance_table(snapshot: Snapshot, words: Catalogue, width: int) -> Table:
    """A row for each member, those not here first, each group in the roster's order; its key is the member's id."""
    seats = seat_labels(snapshot)
    at_seat = {who: label for label, who in zip(seats, snapshot.now.occupied, strict=False)}
    recused = set(snapshot.now.recused)
    told = [
        {answer.member: glyph(MARK_OF_STANDING[answer.standing]) for answer in record.answers}
        for record in ended_votes(snapshot, pressed=True)[-LAST_VOTES:]
    ]
    states = state_words(words)
    ranked = []
    for number, (member, letter) in enumerate(zip(snapshot.house.members, snapshot.now.presence, strict=False)):
        state = _MARKS.get(letter, Mark.ABSENT)
        if state is Mark.PRESENT and member.id in recused:
            state = Mark.RECUSED
        last = "".join([one.get(member.id, _NO_VOTE) for one in told])
        cells = (at_seat.get(number, ""), member.name, member.group, states[state], last)
        emphasis = Emphasis.PLAIN if letter == PRESENT else Emphasis.QUIET
        ranked.append((_ORDER.get(letter, 0), Row(member.id, cells, glyph(state), emphasis)))
    ranked.sort(key=lambda one: one[0])
    last_title = words.pgettext("table", "last votes")
    seat = words.pgettext("table", "seat")
    all_groups = widest({member.group for member in snapshot.house.members})
    columns = (
        Column(seat, widest(seats), sought=Sought.WHOLE),
        Column(words.pgettext("table", "name"), 14, 44, sought=Sought.PART),
        Column(words.pgettext("table", "group"), 6, max(6, min(_GROUP_MOST, all_groups)), at=56),
        Column(words.pgettext("table", "state"), widest(states.values()), at=36),
        Column(last_title, LAST_VOTES, at=64, glyphs=True),
    )
    return Table(columns, tuple(row for _, row in ranked), empty=words.gettext("No members yet.")).fitted(width)


def attendance_heading(snapshot: Snapshot, words: Catalogue, width: int) -> tuple[Line, ...]:
    """The quorum by its rule, and how many are here, not here, excused."""
    presence = snapshot.now.presence
    counts = [(mark, presence.count(letter)) for letter, mark in ((PRESENT, Mark.PRESENT), (ABSENT, Mark.ABSENT),
                                                                  (EXCUSED, Mark.EXCUSED))]  # fmt: skip
    legends = {
        Mark.PRESENT: words.pgettext("legend", "present"), Mark.ABSENT: words.pgettext("legend", "absent"),
        Mark.EXCUSED: words.pgettext("legend", "excused"),
    }  # fmt: skip
    told = ", ".join(f"{glyph(mark)} {legends[mark]} {count}" for mark, count in counts)
    return (*quorum_lines(snapshot, words, width), *paragraph(told, width, glyphs=True))


def quorum_lines(snapshot: Snapshot, words: Catalogue, width: int) -> tuple[Line, ...]:
    """`Quorum: 31 here, 20 needed: there is one. (Half of all members)`."""
    quorum = snapshot.now.quorum
    said = {"here": quorum.here, "needed": quorum.needed}
    if not quorum.needed:
        return paragraph(words.gettext("Here %(here)d; no quorum is asked.") % said, width)
    if snapshot.quorum_met:
        text, emphasis = words.gettext("Quorum: %(here)d here, %(needed)d needed: there is one."), Emphasis.PLAIN
    else:
        text, emphasis = words.gettext("Quorum: %(here)d here, %(needed)d needed: THERE IS NONE."), Emphasis.WARN
    rule = snapshot.rule(quorum.rule)
    return paragraph(text % said + (f" ({rule.title})" if rule is not None else ""), width, emphasis=emphasis)


def seat_labels(snapshot: Snapshot) -> list[str]:
    """What stands on each seat, as on the map."""
    return labels_of([seat.place for seat in snapshot.house.seats])
