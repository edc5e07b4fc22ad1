"""How the seats are."""

from dataclasses import replace

import pytest

from controller.console.rows.seats import fault_word, remarks, seats_foot, seats_heading, seats_table, state_of, uptime
from controller.console.snapshot import Snapshot
from protocol.explain import ENGLISH
from protocol.seat_status import SeatStatus
from tests.controller.console.rows.days import day
from tests.controller.console.snapshots import idle, with_health


def with_status(**health: SeatStatus) -> Snapshot:
    """Five seats, of which these have said something."""
    return replace(day(), health={seat.replace("_", "-"): status for seat, status in health.items()})


BROKEN = with_status(
    s_0001=SeatStatus("online", uptime_s=90_061, version="0.3.1", reader_errors=2, missed_beats=7),
    s_0002=SeatStatus("offline"),
    s_0003=SeatStatus("fault", fault="reader-silent", reader_errors=12, uptime_s=3_700),
    s_0004=SeatStatus("online", uptime_s=59, version="0.3.1"),
    s_0077=SeatStatus("online", throttled=0x50005),
)


def test_the_worst_seats_come_first() -> None:
    """Fault, never heard, offline, those to look at, then the rest; a seat that is in no roster at its place."""
    table = seats_table(BROKEN, ENGLISH, 79)
    assert [table.titles(), *map(table.line, table.rows)] == [
        "  seat member                         state       what it says",
        "! 3    Member 003 Surname             fault       reader does not answer",
        "· 5                                   never heard",
        "× 2    Member 002 Surname             offline",
        "► 4    Member 004 Surname             look at it  missed 3 votes in a row",
        "► ?                                   look at it  too weak",
        "● 1    Member 001 Surname             ok",
    ]
    assert [row.key for row in table.rows] == ["s-0003", "s-0005", "s-0002", "s-0004", "s-0077", "s-0001"]


def test_a_wide_screen_has_what_a_technician_asks_for() -> None:
    """Errors, beats, power, how long, which program; nothing of that for a seat that is gone."""
    rows = {row.key: row.cells[4:] for row in seats_table(BROKEN, ENGLISH, 199).rows}
    assert rows["s-0001"] == ("2", "7", "ok", "1 d 1 h", "0.3.1")
    assert rows["s-0003"] == ("12", "0", "ok", "1 h 1 min", "")
    assert rows["s-0002"] == rows["s-0005"] == ("", "", "", "", "")


def test_in_forty_columns_seat_and_state_are_left() -> None:
    """The state in words."""
    table = seats_table(BROKEN, ENGLISH, 39)
    assert [table.line(row) for row in table.rows][:2] == ["! 3    fault", "· 5    never heard"]


def test_the_heading_counts_every_state() -> None:
    """Also those that no seat is in."""
    assert [line.text for line in seats_heading(BROKEN, ENGLISH, 79)] == [
        "! fault 1, · never heard 1, × offline 1, ► look at it 2, ● ok 1",
    ]
    assert [line.text for line in seats_heading(with_health(idle(0)), ENGLISH, 79)] == [
        "! fault 0, · never heard 0, × offline 0, ► look at it 0, ● ok 0",
    ]


@pytest.mark.parametrize(
    ("status", "missed", "state"),
    [
        (None, 0, "silent"),
        (None, 9, "silent"),
        (SeatStatus("offline"), 0, "offline"),
        (SeatStatus("fault"), 0, "fault"),
        (SeatStatus("online", fault="journal"), 0, "fault"),
        (SeatStatus("online", button="for:stuck"), 0, "warned"),
        (SeatStatus("online", tray="two-cards"), 0, "warned"),
        (SeatStatus("online", undervolted=True), 0, "warned"),
        (SeatStatus("online", throttled=0b0100), 0, "warned"),
        (SeatStatus("online", throttled=1 << 16), 0, "ok"),
        (SeatStatus("online"), 1, "ok"),
        (SeatStatus("online"), 2, "warned"),
    ],
)
def test_a_seat_is_what_it_says_and_what_its_member_misses(status: SeatStatus | None, missed: int, state: str) -> None:
    """One missed vote is nothing; what is over is nothing."""
    assert state_of(status, missed).value == state


def test_a_status_says_all_that_is_wrong() -> None:
    """The worst first."""
    status = SeatStatus(
        "fault", fault="reader-gone", button="for:stuck,yes:dead", tray="revoked", undervolted=True, throttled=1
    )
    assert remarks(status, 2, ENGLISH) == [
        "reader cannot be opened", "button: for:stuck, yes:dead", "card refused: revoked", "too weak",
        "missed 2 votes in a row",
    ]  # fmt: skip
    assert remarks(SeatStatus("online", tray="two-cards", throttled=0b0010), 0, ENGLISH) == [
        "two cards in the tray", "slowed down",
    ]  # fmt: skip
    assert remarks(SeatStatus("online"), 1, ENGLISH) == []


FAULTS = ("fork", "root", "trust", "journal", "reader-gone", "reader-silent", "frame-damaged")


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_that_seats_report_has_words(code: str) -> None:
    """One that is not known is named."""
    assert fault_word(code, ENGLISH) != f"fault: {code}"
    assert fault_word("new-one", ENGLISH) == "fault: new-one"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 min"), (3_599, "59 min"), (3_600, "1 h 0 min"), (86_400, "1 d 0 h"), (900_000, "10 d 10 h")],
)
def test_a_time_of_running_has_two_units(seconds: int, said: str) -> None:
    """The largest."""
    assert uptime(seconds, ENGLISH) == said


def test_below_stands_all_that_the_selected_seat_says() -> None:
    """At any width; of an empty seat that nobody sits there."""
    assert " ".join(line.text for line in seats_foot(BROKEN, ENGLISH, 79, "s-0001")) == (
        "Seat 1 · Member 001 Surname · ok · reader errors 2, late beats 7 · power: ok · runs for 1 d 1 h · "
        "program 0.3.1"
    )
    assert seats_foot(BROKEN, ENGLISH, 79, "s-0005")[0].text == "Seat 5 · nobody sits there · never heard"
    assert seats_foot(BROKEN, ENGLISH, 79, "s-0077")[0].text.startswith("Seat s-0077 · nobody sits there · look at it")
    assert seats_foot(BROKEN, ENGLISH, 79, "gone") == ()
