"""Numbers of votes and items, and who missed how many."""

from dataclasses import replace

from controller.console.rows.votes import missed_in_a_row, numbers_of_items, numbers_of_votes, vote_of_item
from controller.console.snapshot import Snapshot
from controller.desk.documents import VoteLine
from tests.controller.console.rows.days import day, ended, with_votes
from tests.controller.console.snapshots import idle


def test_tests_are_numbered_apart_and_what_never_opened_has_no_number() -> None:
    """The numbers of the record do not jump."""
    known = day()
    lines = (known.now.votes[0], VoteLine("back", "i-1", "Taken back", "disarmed", "open"), *known.now.votes[1:])
    assert numbers_of_votes(replace(known, now=replace(known.now, votes=lines))) == {
        "trial": "T1", "first": "1", "again": "2", "papers": "3", "last": "4",
    }  # fmt: skip


def test_items_are_numbered_as_the_snapshot_numbers_them() -> None:
    """Both ways say the same."""
    known = idle()
    assert numbers_of_items(known) == {item.id: known.item_number(item.id) for item in known.house.items}


def test_only_votes_missed_one_after_another_count() -> None:
    """From the latest back; whoever pressed once, or was not there, begins anew."""
    known = idle(5)
    one, two, three = ended(known, "one", "---f-"), ended(known, "two", "-f--x"), ended(known, "three", "--f--")
    assert missed_in_a_row(with_votes(known, one, two, three)) == {"m-0001": 3, "m-0002": 1, "m-0004": 2, "m-0005": 1}


def test_votes_without_presses_are_missed_by_nobody() -> None:
    """On paper, and void ones."""
    known = idle(5)
    votes = ended(known, "p", "-----", mode="paper"), ended(known, "v", "-----", phase="void")
    assert missed_in_a_row(with_votes(known, *votes)) == {}
    assert missed_in_a_row(Snapshot()) == {}


def test_votes_that_repeat_each_other_in_a_circle_end_the_search() -> None:
    """No log has them; a console must not hang for one that is forged."""
    known = idle(5)
    a, b = ended(known, "a", "fffff", item="i-2"), ended(known, "b", "aaaaa", item="i-2")
    found = vote_of_item(with_votes(known, replace(a, repeats=b.open), replace(b, repeats=a.open)), "i-2")
    assert found is not None
    assert found.id == "b"
