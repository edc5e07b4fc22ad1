"""Who is here, and what the members answered last."""

from dataclasses import replace

import pytest

from controller.console.rows.attendance import attendance_heading, attendance_table
from controller.console.snapshot import Snapshot
from controller.desk.documents import QuorumNow
from protocol.explain import ENGLISH
from tests.controller.console.rows.days import day, ended, with_votes
from tests.controller.console.snapshots import idle, prepared


def with_presence(known: Snapshot, presence: str) -> Snapshot:
    """Other members are here."""
    occupied = tuple(n if letter == "p" else -1 for n, letter in enumerate(presence))
    return replace(known, now=replace(known.now, presence=presence, occupied=occupied))


def test_who_is_not_here_comes_first() -> None:
    """Absent, then excused, then present, each in the roster's order; a seat only where somebody sits."""
    table = attendance_table(with_presence(day(), "papea"), ENGLISH, 79)
    assert [table.titles(), *map(table.line, table.rows)] == [
        "  seat name                                  group  state            last votes",
        "·      Member 002 Surname                    C      absent           ▲▲▼",
        "·      Member 005 Surname                    B      absent           ···",
        "◊      Member 004 Surname                    A      excused          ○○○",
        "○ 1    Member 001 Surname                    B      present          ▲▲▲",
        "○ 3    Member 003 Surname                           present          ○▼▼",
    ]


def test_in_forty_columns_state_and_name_are_left() -> None:
    """The state in words, not by its glyph alone."""
    table = attendance_table(idle(5), ENGLISH, 39)
    assert table.line(table.rows[0]) == "·      Member 005 Sur… absent"


def test_only_the_last_three_votes_count_and_in_their_order() -> None:
    """By the time at which they ended, void ones and those on paper left out."""
    known = idle(5)
    votes = [ended(known, f"v-{n}", letter * 5) for n, letter in enumerate("f-abr")]
    papers = ended(known, "papers", "-----", mode="paper")
    void = ended(known, "void", "fffff", phase="void")
    shuffled = with_votes(known, *votes, papers, void)
    shuffled = replace(shuffled, votes=dict(reversed(tuple(shuffled.votes.items()))))
    assert {row.cells[4] for row in attendance_table(shuffled, ENGLISH, 79).rows} == {"▼■×"}


def test_who_was_in_no_vote_has_none() -> None:
    """Nothing is made up for a member who came to the council later."""
    known = with_votes(idle(5), replace(ended(idle(5), "v", "fffff"), answers=()))
    assert {row.cells[4] for row in attendance_table(known, ENGLISH, 79).rows} == {" "}


def test_a_recused_member_is_here_and_recused() -> None:
    """With its own glyph."""
    known = idle(5)
    known = replace(known, now=replace(known.now, recused=("m-0002", "m-0005")))
    rows = {row.key: (row.mark, row.cells[3]) for row in attendance_table(known, ENGLISH, 79).rows}
    assert rows["m-0002"] == ("×", "present, recused")
    assert rows["m-0005"] == ("·", "absent")


@pytest.mark.parametrize(
    ("quorum", "said"),
    [
        (QuorumNow("quorum", 32, 20), "Quorum: 32 here, 20 needed: there is one. (Half of all members)"),
        (QuorumNow("quorum", 19, 20), "Quorum: 19 here, 20 needed: THERE IS NONE. (Half of all members)"),
        (QuorumNow("gone", 19, 20), "Quorum: 19 here, 20 needed: THERE IS NONE."),
        (QuorumNow("", 19, 0), "Here 19; no quorum is asked."),
    ],
)
def test_the_quorum_is_said_with_its_rule(quorum: QuorumNow, said: str) -> None:
    """And the numbers below it."""
    known = with_presence(idle(5), "ppaee")
    lines = attendance_heading(replace(known, now=replace(known.now, quorum=quorum)), ENGLISH, 79)
    assert [line.text for line in lines] == [said, "○ present 2, · absent 1, ◊ excused 2"]


def test_nobody_is_here_before_the_opening_and_there_may_be_no_members() -> None:
    """Both are said."""
    assert {row.mark for row in attendance_table(prepared(5), ENGLISH, 79).rows} == {"·"}
    nobody = attendance_table(idle(0), ENGLISH, 79)
    assert (nobody.rows, nobody.empty) == ((), "No members yet.")
