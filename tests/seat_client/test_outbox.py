"""When a record is sent again."""

import pytest

from protocol.encoding import hash_text
from seat_client.events import Moment
from seat_client.outbox import PAUSE_MAX_S, Outbox


def at(now_s: float, jitter: float = 0.0) -> Moment:
    """A moment."""
    return Moment(now_s, 0, jitter)


def test_pauses_double_up_to_a_minute() -> None:
    """3, 6, 12, 24, 48 and then 60 s for ever."""
    outbox, now_s, pauses = Outbox(), 0.0, []
    outbox.add(b"a", "ballot", at(now_s))
    for _ in range(12):
        due = outbox.next_due_s()
        assert due is not None
        pauses.append(due - now_s)
        now_s = due
        assert outbox.due(at(now_s)) == [b"a"]
    assert pauses == [3.0, 6.0, 12.0, 24.0, 48.0, *[PAUSE_MAX_S] * 7]


def test_jitter_stretches_by_up_to_a_half() -> None:
    """The pause is never shorter than without jitter."""
    outbox = Outbox()
    outbox.add(b"a", "ballot", at(0.0, 0.9))
    assert outbox.next_due_s() == pytest.approx(3.0 * 1.45)


def test_reconnect_begins_the_pauses_anew() -> None:
    """Everything goes out in order, the next pause is the first."""
    outbox = Outbox()
    for data in (b"a", b"b"):
        outbox.add(data, "ballot", at(0.0))
    outbox.due(at(3.0))
    assert outbox.everything(at(100.0)) == [b"a", b"b"]
    assert outbox.next_due_s() == pytest.approx(103.0)


def test_settled_is_never_sent_again() -> None:
    """An answer ends it, and a second answer is harmless."""
    outbox = Outbox()
    record = outbox.add(b"a", "ballot", at(0.0))
    outbox.settle(record)
    outbox.settle(record)
    assert (len(outbox), outbox.due(at(99.0)), outbox.next_due_s(), outbox.find(record)) == (0, [], None, None)


def test_urged_once_until_its_turn() -> None:
    """Out of turn only once; an unknown record never."""
    outbox = Outbox()
    record = outbox.add(b"a", "ballot", at(0.0))
    assert outbox.urge(record, at(1.0)) == b"a"
    assert outbox.urge(record, at(1.1)) is None
    assert outbox.due(at(50.0)) == [b"a"]
    assert outbox.urge(record, at(51.0)) == b"a"
    assert outbox.urge(hash_text(b"b"), at(1.0)) is None
