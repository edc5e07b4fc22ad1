"""The retained status of a seat: what it says, when it is published, and how seldom."""

import pytest

from protocol.seat_status import SeatStatus
from seat_client import events as e
from seat_client.seat import Seat
from tests.seat_client.chamber import ROOT, Chamber, key
from tests.seat_client.rig import Rig


def online() -> Rig:
    """A connected seat that may publish again."""
    rig = Rig(Chamber()).connect()
    rig.pass_time(5)
    rig.statuses.clear()
    return rig


def test_status_at_the_first_link_says_what_was_measured_before() -> None:
    """One message, with the program's version and the uptime."""
    rig = Rig(Chamber())
    rig.seat = Seat("s-01", key("s-01"), ROOT.public)
    rig.feed(e.Started((), "1.2"))
    rig.feed(e.Measured(reader_errors=2, missed_beats=1, throttled=0x50000, undervolted=True))
    assert rig.statuses == []
    rig.now_s += 40
    rig.feed(e.LinkUp())
    assert rig.statuses == [
        SeatStatus("online", "", 2, 1, 0x50000, undervolted=True, uptime_s=40, version="1.2"),
    ]


def test_reconnect_publishes_again() -> None:
    """Its will may have been published meanwhile."""
    rig = online()
    rig.feed(e.LinkDown())
    assert rig.seat.next_deadline_s() is None
    rig.feed(e.LinkUp())
    assert [status.state for status in rig.statuses] == ["online"]


def test_link_that_comes_and_goes_publishes_once_a_second() -> None:
    """The status that was held back arrives when the second is over."""
    rig = online()
    for _ in range(5):
        rig.feed(e.LinkDown())
        rig.feed(e.LinkUp())
    assert len(rig.statuses) == 1
    assert len(rig.pass_time().statuses) == 2
    assert rig.seat.next_deadline_s() is None


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (e.TrayTold("reader-gone"), ("fault", "reader-gone", "", "")),
        (e.TrayTold("two-cards"), ("online", "", "two-cards", "")),
        (e.TrayTold("card-refused", "certificate-expired"), ("online", "", "certificate-expired", "")),
        (e.ButtonTold("stuck", "for"), ("fault", "", "", "for:stuck")),
        (e.JournalFailed(), ("fault", "journal", "", "")),
    ],
    ids=["reader", "crowded", "card-refused", "button", "journal"],
)
def test_change_that_matters_is_published_at_once(event: e.Event, said: tuple[str, str, str, str]) -> None:
    """Once, however often it is told."""
    rig = online()
    rig.feed(event)
    rig.feed(event)
    (status,) = rig.statuses
    assert (status.state, status.fault, status.tray, status.button) == said


def test_second_change_waits_for_the_pause_and_the_last_state_arrives() -> None:
    """Of many changes within a second the first and the last are published."""
    rig = online()
    for code in ("reader-gone", "reader-back", "reader-silent"):
        rig.feed(e.TrayTold(code))
    rig.feed(e.ButtonTold("stuck", "against"))
    assert [status.fault for status in rig.statuses] == ["reader-gone"]
    due_s = rig.seat.next_deadline_s()
    assert due_s == pytest.approx(rig.now_s + 1, abs=0.01)
    rig.pass_time()
    assert [(status.fault, status.button) for status in rig.statuses[1:]] == [("reader-silent", "against:stuck")]
    assert rig.seat.next_deadline_s() is None


def test_change_that_is_taken_back_within_the_pause_is_not_published() -> None:
    """What is retained is true already, and no deadline is left."""
    rig = online()
    rig.feed(e.TrayTold("two-cards"))
    rig.feed(e.TrayTold("clear"))
    rig.feed(e.TrayTold("two-cards"))
    assert rig.seat.next_deadline_s() is None
    assert [status.tray for status in rig.pass_time().statuses] == ["two-cards"]


def test_early_timer_publishes_nothing() -> None:
    """A time that has not come changes nothing."""
    rig = online()
    rig.feed(e.TrayTold("two-cards"))
    rig.feed(e.TrayTold("clear"))
    rig.pass_time(0.5)
    assert len(rig.statuses) == 1
    assert [status.tray for status in rig.pass_time(0.5).statuses] == ["two-cards", ""]


def test_heartbeat_publishes_though_nothing_changed() -> None:
    """With its uptime and counters."""
    rig = online()
    rig.feed(e.Measured(reader_errors=7))
    rig.now_s += 30
    rig.feed(e.Measured(reader_errors=9))
    assert [status.reader_errors for status in rig.statuses] == [7, 9]
    assert rig.statuses[1].uptime_s == rig.statuses[0].uptime_s + 30


def test_several_buttons_are_named_with_commas() -> None:
    """In the order in which they failed."""
    rig = online()
    rig.feed(e.ButtonTold("stuck", "for"))
    rig.feed(e.ButtonTold("bouncing", "speak"))
    assert rig.pass_time().statuses[-1].button == "for:stuck,speak:bouncing"


def test_status_without_a_link_is_kept_for_the_next() -> None:
    """Nothing is published into the void, no timer runs, and the link brings the newest."""
    rig = online()
    rig.feed(e.LinkDown())
    rig.feed(e.TrayTold("reader-gone"))
    assert (rig.statuses, rig.seat.next_deadline_s()) == ([], None)
    assert rig.seat.status.fault == "reader-gone"
    rig.feed(e.LinkUp())
    assert [status.fault for status in rig.statuses] == ["reader-gone"]


def test_status_never_says_who_is_present() -> None:
    """With a member in a vote it is the very same as without."""
    rig = online()
    before = rig.seat.status
    rig.chamber.open()
    rig.insert().show()
    assert rig.seat.member == "m01"
    assert rig.statuses == []
    assert rig.seat.status == before
