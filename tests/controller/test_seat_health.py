"""What is said of the seats: by condition, for machines and for people."""

import pytest

from controller.seat_health import QUIET_S, Condition, HealthBoard
from protocol.seat_status import GONE, SeatStatus, write_status
from protocol.topics import Topics

TOPICS = Topics("kikinda", "skupstina")
WELL = SeatStatus("online", uptime_s=600, version="0.1.0")


def board(*said: tuple[str, SeatStatus | bytes], now_s: float = 1_000.0) -> HealthBoard:
    """A board of seats s-01 (Row 1) and s-02 that has heard this."""
    made = HealthBoard(TOPICS, {"s-01": "Row 1", "s-02": ""})
    for seat, status in said:
        hear(made, seat, status, now_s)
    return made


def hear(made: HealthBoard, seat: str, status: SeatStatus | bytes, now_s: float) -> None:
    """One message."""
    payload = status if isinstance(status, bytes) else write_status(status)
    made.take(f"chamber/kikinda/skupstina/seat/{seat}/status", payload, now_s)


def said_of(status: SeatStatus) -> str:
    """What is said of a seat with this status, without its name; empty if it is well."""
    lines = board(("s-01", WELL), ("s-02", status)).lines()
    return lines[0].removeprefix("s-02: ") if len(lines) == 2 else ""


def test_well_seats_are_counted_and_not_listed() -> None:
    """One line for all of them."""
    assert board(("s-01", WELL), ("s-02", WELL)).lines() == ["Seats that are well: 2 of 2."]


def test_seat_of_the_roster_that_was_never_heard_of_is_silent() -> None:
    """With its place, in the roster's order."""
    made = board(("s-02", WELL))
    assert not made.is_complete
    assert made.lines() == [
        "s-01 (Row 1): never heard of: is it switched on and connected?", "Seats that are well: 1 of 2.",
    ]  # fmt: skip
    assert made.as_json()["seats"][0] == {
        "seat": "s-01", "place": "Row 1", "condition": "silent", "for_s": 0, "status": None,
    }  # fmt: skip


def test_seat_outside_the_roster_is_shown_after_it() -> None:
    """A spare, or one of another sitting; the board is complete without it."""
    made = board(("x-9", WELL), ("s-02", WELL), ("a-1", GONE), ("s-01", WELL))
    assert made.is_complete
    assert [one.seat for one in made.seats()] == ["s-01", "s-02", "a-1", "x-9"]
    assert made.lines() == ["a-1: offline", "Seats that are well: 3 of 4."]


def test_offline_is_counted_from_when_this_board_heard_of_it() -> None:
    """A retained status has no age; hearing it again does not make it younger, coming back ends it."""
    made = board(("s-01", WELL), ("s-02", GONE))
    hear(made, "s-02", GONE, 1_100)
    hear(made, "s-01", WELL, 1_110)
    assert made.lines()[0] == "s-02: offline for at least 1 min"
    assert made.seats(1_190)[1].for_s == 190
    assert made.lines(now_s=1_190)[0] == "s-02: offline for at least 3 min"
    hear(made, "s-02", WELL, 1_200)
    hear(made, "s-02", GONE, 1_210)
    assert made.seats(1_215)[1].for_s == 5


def test_seat_that_stops_saying_that_it_is_there_is_quiet() -> None:
    """After three heartbeats, not before; what it said last is still told."""
    made = board(("s-01", WELL), ("s-02", SeatStatus("fault", "fork")))
    hear(made, "s-01", WELL, 1_080)
    assert made.seats(1_000 + QUIET_S)[1].condition is Condition.FAULT
    quiet = made.seats(1_001 + QUIET_S)
    assert [one.condition for one in quiet] == [Condition.WELL, Condition.QUIET]
    assert made.lines(now_s=1_130)[0].startswith("s-02: nothing heard for 2 min; it saw two histories of one log")


def test_status_that_cannot_be_read_is_told() -> None:
    """And the next good one replaces it."""
    made = board(("s-01", WELL), ("s-02", b"{}"))
    assert made.is_complete
    assert made.seats()[1].condition is Condition.UNREADABLE
    assert made.lines()[0] == "s-02: what it says cannot be read: is its program another version?"
    hear(made, "s-02", WELL, 1_001)
    assert made.seats()[1].condition is Condition.WELL


@pytest.mark.parametrize(
    "topic",
    [
        "chamber/kikinda/skupstina/seat/s-01/up", "chamber/kikinda/vece/seat/s-01/status",
        "chamber/kikinda/skupstina/officer/chair/status", "chamber/kikinda/skupstina/sitting",
        "chamber/kikinda/skupstina/seat/S 1/status", "",
    ],
)  # fmt: skip
def test_what_is_no_status_of_a_seat_is_passed_over(topic: str) -> None:
    """Another topic, another body, an id that is none."""
    made = board()
    made.take(topic, write_status(WELL), 1.0)
    assert {one.condition for one in made.seats()} == {Condition.SILENT}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (SeatStatus("fault", "reader-gone"), "its reader cannot be opened"),
        (SeatStatus("fault", "journal"), "it cannot keep its presses: its memory card is full or broken"),
        (SeatStatus("fault", "fork"), "it saw two histories of one log: stop the votes and keep the log"),
        (SeatStatus("fault", "a-later-code"), "fault: a-later-code"),
        (SeatStatus("fault"), "a fault without a name"),
        (SeatStatus("fault", button="for:stuck,speak:bouncing"), "a button fails: for:stuck, speak:bouncing"),
        (SeatStatus("fault", "root", button="for:stuck"),
         "it trusts the root key of another chamber; a button fails: for:stuck"),
        (SeatStatus("online", tray="two-cards"), "two cards lie in the tray"),
        (SeatStatus("online", tray="clock"), "the card in the tray is refused: clock"),
        (SeatStatus("online", undervolted=True, throttled=0x10001), "its supply is too weak"),
        (SeatStatus("online", throttled=0x10000), "its supply was too weak"),
        (SeatStatus("online", throttled=0x20002), "it is slowed down by heat or a weak supply"),
        (SeatStatus("online", throttled=0x80000), "it was slowed down by heat or a weak supply"),
        (SeatStatus("online", reader_errors=11, uptime_s=60), "failed attempts on its reader: 11 in 1 h"),
        (SeatStatus("online", missed_beats=101, uptime_s=36_000), "it was late 101 times in 10 h"),
        (SeatStatus("online", reader_errors=10, missed_beats=10, uptime_s=60), ""),
        (SeatStatus("online", reader_errors=100, missed_beats=100, uptime_s=36_000), ""),
    ],
)  # fmt: skip
def test_what_a_status_says_is_put_into_words(status: SeatStatus, said: str) -> None:
    """Empty where it is well."""
    assert said_of(status) == said


def test_board_for_machines_has_every_member() -> None:
    """Conditions by name, statuses whole, counts."""
    found = board(("s-01", WELL), ("s-02", SeatStatus("online", tray="two-cards"))).as_json()
    assert (found["well"], found["of"]) == (1, 2)
    assert [one["condition"] for one in found["seats"]] == ["well", "warned"]
    assert found["seats"][0]["status"] == {
        "state": "online", "fault": "", "reader_errors": 0, "missed_beats": 0, "throttled": 0, "undervolted": False,
        "tray": "", "button": "", "uptime_s": 600, "version": "0.1.0",
    }  # fmt: skip


def test_nobody_at_all_is_said_too() -> None:
    """No roster, and nothing heard; such a board is never complete."""
    empty = HealthBoard(TOPICS)
    assert empty.lines() == ["No seat has been heard of, and no roster names any."]
    assert not empty.is_complete
    hear(empty, "s-01", WELL, 1.0)
    assert not empty.is_complete
