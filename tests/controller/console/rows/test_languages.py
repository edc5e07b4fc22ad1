"""In every language: no title is cut at eighty columns, no state is cut in its column, no line is too long."""

from collections.abc import Callable

import pytest

from controller.console.rows.agenda import agenda_foot, agenda_heading, agenda_table
from controller.console.rows.attendance import attendance_heading, attendance_table
from controller.console.rows.draft_minutes import draft_minutes, errata
from controller.console.rows.record import record_foot, record_heading, record_table
from controller.console.rows.results import results_foot, results_heading, results_table
from controller.console.rows.seats import seats_foot, seats_heading, seats_table
from controller.console.rows.speakers import speakers_foot, speakers_heading, speakers_table
from controller.console.rows.table import Table
from controller.console.snapshot import Snapshot
from controller.console.text import width_of
from controller.words import LANGUAGES, catalogue
from protocol.explain import Catalogue
from tests.controller.console.rows.days import day, with_items
from tests.controller.console.snapshots import NOON_MS, idle, lost, prepared, with_floor, with_health, with_vote

TABLES = (agenda_table, speakers_table, attendance_table, seats_table, results_table, record_table)
STATES = {
    "nothing": Snapshot(),
    "no seats": idle(0),
    "prepared": prepared(),
    "floor": with_health(with_floor(idle())),
    "open": with_vote("open", answered=4),
    "day": with_items(day()),
    "lost": lost(with_vote("closed")),
    "a big house": with_health(with_vote("closed", 705)),
}
WORDS_OF: dict[Callable[[Snapshot, Catalogue, int], Table], tuple[int, ...]] = {
    agenda_table: (5,), speakers_table: (3,), attendance_table: (3,), seats_table: (2,), results_table: (5, 6),
    record_table: (10,),
}  # fmt: skip
"""Of each table the columns that hold a word of a known few."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.__name__)
def test_titles_and_states_are_whole_at_eighty_columns(
    table: Callable[[Snapshot, Catalogue, int], Table], state: str, language: str
) -> None:
    """What does not fit is not shown at all; and the key of each row is its own."""
    made = table(STATES[state], catalogue(language), 79)
    assert "…" not in made.titles()
    for place in WORDS_OF[table]:
        assert all(width_of(row.cells[place]) <= made.widths[place] for row in made.rows if made.widths[place])
    assert len({row.key for row in made.rows}) == len(made.rows)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", [1, 20, 39, 79, 199])
def test_no_line_is_longer_than_its_place(width: int, state: str, language: str) -> None:
    """Headings, what is below, titles, rows, the draft."""
    known, words = STATES[state], catalogue(language)
    texts = [line.text for heading in (agenda_heading, attendance_heading, seats_heading, results_heading,
                                       record_heading, draft_minutes, errata)
             for line in heading(known, words, width)]  # fmt: skip
    texts += [line.text for foot, key in ((agenda_foot, "i-3"), (seats_foot, "s-0003"), (results_foot, "v-2"),
                                          (record_foot, "again"), (results_foot, "first"))
              for line in foot(known, words, width, key)]  # fmt: skip
    for clocked in (speakers_heading, speakers_foot):
        texts += [line.text for line in clocked(known, words, width, NOON_MS)]
    for table in TABLES:
        made = table(known, words, width)
        texts += [made.titles(), *map(made.line, made.rows[:40])]
    # An indent is not given up for a width that no screen has.
    indent = 5 if width == 1 else 0
    assert max(map(width_of, texts)) <= width + indent
