"""What became of each press."""

from protocol.encoding import hash_text
from protocol.records import Ballot
from seat_client.events import Happening
from seat_client.lamps import Standing
from seat_client.presses import REMEMBERED, Press, Presses


def press(number: int, opened: str = "a", member: str = "m01", vote: str = "v-1") -> Press:
    """A press in a vote."""
    ballot = Ballot(hash_text(opened.encode()), hash_text(b"s"), "s-01", member, ("for",), number, "0:" + "A" * 43, 0)
    return Press(f"{opened}{number}", vote, ballot, 10.0)


def test_newest_is_by_vote_and_member() -> None:
    """Each member's own, in each vote."""
    presses = Presses()
    for made in (press(1), press(2), press(3, member="m02"), press(4, opened="b")):
        presses.add(made)
    newest = presses.newest(hash_text(b"a"), "m01")
    assert newest is not None
    assert newest.record == "a2"
    assert presses.is_newest(newest)
    assert presses.newest(hash_text(b"c"), "m01") is None


def test_settled_leaves_the_unsettled() -> None:
    """An answer for a record that is no press is none of ours."""
    presses = Presses()
    presses.add(press(1))
    presses.add(press(2, opened="b"))
    assert presses.settle("x", Standing.RECORDED) is None
    settled = presses.settle("a1", Standing.NOT_COUNTED, "late")
    assert settled is not None
    assert (settled.standing, settled.reason) == (Standing.NOT_COUNTED, "late")
    assert [one.record for one in presses.unsettled()] == ["b2"]
    assert presses.unsettled(hash_text(b"a")) == []


def test_memory_is_bounded_but_keeps_what_wants_an_answer() -> None:
    """Settled presses of earlier votes are forgotten."""
    presses = Presses()
    presses.add(press(0, opened="waits"))
    for number in range(REMEMBERED + 1):
        presses.add(press(number, opened="old"))
        presses.settle(f"old{number}", Standing.RECORDED)
    presses.add(press(1, opened="now"))
    assert presses.newest(hash_text(b"old"), "m01") is None
    assert [one.record for one in presses.unsettled()] == ["waits0", "now1"]


def test_report_counts_from_the_press() -> None:
    """Milliseconds from press to answer; none for a press of before a power cut."""
    made = press(1)
    assert made.report(Happening.RECORDED, 10.5, "").ms == 500.0
    made.pressed_s, made.vote = 0.0, ""
    report = made.report(Happening.RECORDED, 10.5, "v-9")
    assert (report.ms, report.vote) == (0.0, "v-9")
