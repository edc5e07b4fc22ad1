"""The floor: the clock of the speech, the queue, the times of the groups."""

from dataclasses import replace

import pytest

from controller.console.rows.speakers import inputs, speakers_foot, speakers_heading, speakers_table, time_left
from controller.console.rows.table import Emphasis
from controller.console.snapshot import Snapshot
from controller.desk.documents import RequestNow, SpeechNow
from protocol.explain import ENGLISH
from tests.controller.console.snapshots import NOON_MS, idle, with_floor


def with_speech(known: Snapshot, speech: SpeechNow | None) -> Snapshot:
    """Another one speaks."""
    return replace(known, now=replace(known.now, floor=replace(known.now.floor, current=speech)))


def test_a_queue_in_eighty_columns() -> None:
    """Position, name, group or office, sort in words, when asked, how often and how long spoken before."""
    table = speakers_table(with_floor(idle()), ENGLISH, 79)
    assert [table.titles(), *map(table.line, table.rows)] == [
        "    # name                     group     sort               asked times   spoke",
        "!   1 Member 002 Surname       C         point of order     00:53    0×       –",
        "    2 Member 003 Surname                 debate             00:52    1×   02:50",
        "    3 The treasurer            treasurer debate             00:52    0×       –",
        "    4 Member 006 Surname       C         debate             00:52    0×       –",
    ]
    assert [row.key for row in table.rows] == ["m-0002", "m-0003", "treasurer", "m-0006"]


def test_a_queue_in_forty_columns() -> None:
    """Position and name are left."""
    table = speakers_table(with_floor(idle()), ENGLISH, 39)
    assert table.line(table.rows[2]) == "    3 The treasurer"


def test_a_sort_of_the_council_itself_is_named_by_its_id() -> None:
    """And a speaker who is in no list by his id."""
    known = with_floor(idle())
    floor = replace(known.now.floor, queue=(RequestNow("guest-7", "question-time", NOON_MS),))
    row = speakers_table(replace(known, now=replace(known.now, floor=floor)), ENGLISH, 79).rows[0]
    assert (row.cells[1], row.cells[3]) == ("guest-7", "question-time")


@pytest.mark.parametrize(
    ("clock_ms", "said"),
    [
        (NOON_MS - 90_000, "03:00 left of 03:00"),  # a clock behind the grant's
        (NOON_MS, "02:00 left of 03:00"),
        (NOON_MS + 1, "02:00 left of 03:00"),
        (NOON_MS + 119_001, "00:01 left of 03:00"),
        (NOON_MS + 120_000, "00:00 left of 03:00"),
        (NOON_MS + 133_000, "00:13 over 03:00"),
    ],
)
def test_the_speech_counts_down_by_the_controllers_clock(clock_ms: int, said: str) -> None:
    """Past its end it says by how much."""
    assert time_left(SpeechNow("m", "i", "debate", NOON_MS - 60_000, NOON_MS + 120_000), clock_ms, ENGLISH) == said


def test_a_speech_without_a_limit_counts_up() -> None:
    """There is nothing left of it."""
    assert time_left(SpeechNow("m", "i", "debate", NOON_MS, 0), NOON_MS + 75_000, ENGLISH) == "01:15 so far"


def test_the_heading_says_who_speaks_and_whether_the_list_is_open() -> None:
    """With a bar where there is room."""
    known = with_floor(idle())
    assert [line.text for line in speakers_heading(known, ENGLISH, 79, NOON_MS)] == [
        "The list is open. 4 wait for the floor.",
        "► NOW Member 001 Surname (B)  02:00 left of 03:00 ██████░░░░",
    ]
    closed = replace(known, now=replace(known.now, floor=replace(known.now.floor, closed=1, queue=())))
    assert speakers_heading(closed, ENGLISH, 79, NOON_MS)[0].text == (
        "The list of speakers is closed. 0 wait for the floor."
    )


def test_in_forty_columns_the_name_gives_way_to_the_time() -> None:
    """In less than that the time has a line of its own."""
    known = with_floor(idle())
    assert speakers_heading(known, ENGLISH, 39, NOON_MS)[1].text == "► NOW Member 001…  02:00 left of 03:00"
    assert [line.text for line in speakers_heading(known, ENGLISH, 25, NOON_MS)][1:] == [
        "► NOW Member 001 Surname…",
        "02:00 left of 03:00",
    ]


def test_a_speech_over_its_time_stands_out() -> None:
    """As a warning."""
    known = with_floor(idle())
    assert speakers_heading(known, ENGLISH, 79, NOON_MS)[1].emphasis is Emphasis.STRONG
    assert speakers_heading(known, ENGLISH, 79, NOON_MS + 200_000)[1].emphasis is Emphasis.WARN


def test_groups_have_their_times_with_the_running_speech() -> None:
    """The longest first; who is of no group is among the others."""
    known = with_floor(idle())
    assert [line.text for line in speakers_foot(known, ENGLISH, 79, NOON_MS)] == [
        "Spoken so far: others 02:50, B 01:00"
    ]
    assert speakers_foot(with_speech(idle(), None), ENGLISH, 79, NOON_MS) == ()


def test_nobody_speaks_and_nobody_waits() -> None:
    """Said in words."""
    assert [line.text for line in speakers_heading(idle(), ENGLISH, 79, NOON_MS)] == [
        "The list is open. 0 wait for the floor.",
        "Nobody speaks.",
    ]
    assert speakers_table(idle(), ENGLISH, 79).empty == "Nobody waits for the floor."


def test_rows_are_made_of_house_and_floor_alone() -> None:
    """The clock makes none anew."""
    known = with_floor(idle())
    assert inputs(known) == inputs(replace(known, now=replace(known.now, ts=NOON_MS + 5_000)))
