"""All votes, and the selected one with its named list."""

from dataclasses import replace

import pytest

from controller.console.rows.results import inputs, results_foot, results_heading, results_table
from controller.console.rows.table import Emphasis
from controller.console.snapshot import Snapshot
from controller.desk.documents import NamedAnswer
from protocol.explain import ENGLISH
from tests.controller.console.rows.days import day, ended, with_votes
from tests.controller.console.snapshots import idle, with_vote


def foot(known: Snapshot, vote: str, width: int = 79) -> list[str]:
    """The lines below as text."""
    return [line.text for line in results_foot(known, ENGLISH, width, vote)]


def test_votes_in_eighty_columns() -> None:
    """A test apart, a void one without an outcome, and what waits to be announced."""
    table = results_table(day(), ENGLISH, 79)
    assert [table.titles(), *map(table.line, table.rows)] == [
        "  #    item vote                                ▲:▼:■ outcome     stands",
        "  T1   1    Title of trial                      2:0:0 counted     announced",
        "× 1    1    Title of first                      3:0:0             void",
        "√ 2    1    Title of again                      2:1:0 adopted     announced",
        "√ 3    1    Title of papers                     3:1:0 adopted     announced",
        "  4    2    Title of last                       1:2:0 not adopted not announced",
    ]
    assert table.rows[4].emphasis is Emphasis.WARN


def test_votes_in_forty_columns() -> None:
    """Number, title and figures are left."""
    table = results_table(day(), ENGLISH, 39)
    assert table.line(table.rows[2]) == "√ 2    Title of again             2:1:0"


@pytest.mark.parametrize("phase", ["armed", "open", "held", "last-call"])
def test_a_vote_before_its_end_has_no_figures_anywhere(phase: str) -> None:
    """Neither in its row nor below: never a split before the close."""
    known = with_vote(phase, answered=11)
    row = results_table(known, ENGLISH, 199).rows[0]
    assert row.cells[4:6] == ("", "")
    assert row.mark == ("" if phase == "armed" else "●").rjust(1)
    below = foot(known, "v-2")
    assert below == [f"Amendments to the 2026 budget: {phase.replace('-', ' ')}"]


def test_the_heading_counts_and_warns_of_what_is_not_announced() -> None:
    """Tests apart."""
    assert [line.text for line in results_heading(day(), ENGLISH, 79)] == ["Votes 4, tests 1; to be announced: 1"]
    assert [line.text for line in results_heading(idle(), ENGLISH, 79)] == ["Votes 0, tests 0"]


def test_below_a_vote_stands_why_and_who() -> None:
    """Each group under its glyph and number."""
    assert foot(day(), "again") == [
        "Needed 2: more than half of the votes for and against, 1 of them against. For",
        "2, against 1, abstained 0. Adopted.",
        "It repeats vote 1.",
        "▲ for 2",
        "  Member 001 Surname (B)  Member 002 Surname (C)",
        "▼ against 1",
        "  Member 003 Surname",
        "○ not voting 1",
        "  Member 004 Surname (A)",
        "· absent 1",
        "  Member 005 Surname (B)",
    ]


def test_a_void_vote_says_its_reason_and_no_outcome() -> None:
    """Its figures stay; it did not adopt anything."""
    below = foot(day(), "first")
    assert below[:3] == [
        "VOID, reason: wrong-text. Basis: Decision 4.",
        "For 3, against 0, abstained 0.",
        "It was repeated as vote 2.",
    ]
    assert "dopted" not in " ".join(below)


def test_a_vote_on_paper_has_no_named_list() -> None:
    """Nobody is said not to have voted."""
    assert foot(day(), "papers")[-1] == "Nobody's answer is known: there is no named list."
    assert "Member" not in " ".join(foot(day(), "papers"))


def test_a_vote_among_candidates_names_choices_figures_and_who_is_elected() -> None:
    """By the candidates' names."""
    known = idle(5)
    answers = (
        NamedAnswer("m-0001", "Member 001", "A", "chose", ("m-0002",)),
        NamedAnswer("m-0003", "Member 003", "", "chose", ("m-0002", "m-0004"), entered=1),
        NamedAnswer("m-0004", "Member 004", "", "for", ("for",), attested=1),
    )
    record = ended(
        known, "board", "-----", plain=0, options=("m-0002", "m-0004"), counts=(2, 1), outcome="elected",
        elected=("m-0002",), answers=answers,
    )  # fmt: skip
    known = with_votes(known, record)
    assert results_table(known, ENGLISH, 79).rows[0].cells[4:6] == ("", "elected")
    assert foot(known, "board") == [
        "Elected. m-0002",
        "Member 002 Surname 2, Member 004 Surname 1",
        "▲ for 1",
        "  Member 004: attested",
        "● voted 2",
        "  Member 001 (A): Member 002 Surname",
        "  Member 003: Member 002 Surname, Member 004 Surname, entered",
    ]


def test_a_void_vote_among_candidates_is_shown_too() -> None:
    """It has an outcome that no table of outcomes knows."""
    known = idle(5)
    record = ended(known, "v", "-----", plain=0, phase="void", void_code="error", outcome="void", counts=())
    assert foot(with_votes(known, record), "v")[0] == "VOID, reason: error."


def test_nothing_is_below_nothing() -> None:
    """Nor in a sitting without votes."""
    assert foot(day(), "unknown") == foot(day(), "") == []
    assert results_table(Snapshot(), ENGLISH, 79).empty == "There was no vote yet."


def test_a_correction_after_the_close_makes_the_rows_anew() -> None:
    """The record is among what they are made of."""
    known = day()
    changed = {**known.votes, "last": replace(known.votes["last"], casting="for")}
    assert inputs(known) == inputs(day())
    assert inputs(known) != inputs(replace(known, votes=changed))
