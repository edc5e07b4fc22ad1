"""The agenda's rows, and what stands below them."""

from dataclasses import replace

import pytest

from controller.console.rows.agenda import agenda_foot, agenda_heading, agenda_table, inputs, selected_sentence
from controller.console.rows.table import Emphasis
from controller.console.snapshot import Snapshot
from protocol.agenda import Attachment
from protocol.explain import ENGLISH
from tests.controller.console.rows.days import day, ended, with_items, with_votes
from tests.controller.console.snapshots import idle, lost, with_series, with_vote


def lines(known: Snapshot, width: int) -> list[str]:
    """Titles and rows as text."""
    table = agenda_table(known, ENGLISH, width)
    return [table.titles(), *map(table.line, table.rows)]


def test_an_agenda_in_eighty_columns() -> None:
    """Number, title, rule, what it needs, figures and outcome; sub-items are indented."""
    assert lines(with_items(day()), 79) == [
        "   #   item                          rule            needed ▲:▼:■ outcome",
        "√  1   Minutes of the 11th sitting   –                      3:1:0 adopted",
        "►  2   Amendments to the 2026 budget Majority of al…      3 1:2:0 not adopted",
        "→  3   Local tax rates for 2027      Majority of al…      3       deferred",
        "√  3.1   Property tax                –                            noted",
        "-  4   Any other business            –                            withdrawn",
    ]


def test_an_agenda_in_forty_columns() -> None:
    """Number, title and figures are left."""
    assert lines(with_items(day()), 39) == [
        "   #   item                       ▲:▼:■",
        "√  1   Minutes of the 11th sitti… 3:1:0",
        "►  2   Amendments to the 2026 bu… 1:2:0",
        "→  3   Local tax rates for 2027",
        "√  3.1   Property tax",
        "-  4   Any other business",
    ]


def test_a_settled_item_whose_vote_failed_is_marked_rejected() -> None:
    """By its glyph, not by colour alone."""
    known = idle(5)
    known = with_items(with_votes(known, ended(known, "v-1", "faa-x")))
    row = agenda_table(known, ENGLISH, 79).rows[0]
    assert (row.mark, row.emphasis) == ("×", Emphasis.QUIET)


@pytest.mark.parametrize("phase", ["open", "held", "last-call"])
def test_a_running_vote_is_marked_and_tells_no_figures(phase: str) -> None:
    """Only that it runs."""
    row = agenda_table(with_vote(phase, answered=9), ENGLISH, 79).rows[1]
    assert (row.key, row.mark, row.cells[4]) == ("i-2", "►●", "")
    assert row.cells[5] == {"open": "open", "held": "held", "last-call": "last call"}[phase]


def test_an_armed_vote_is_said_and_has_no_mark() -> None:
    """Nobody can press yet."""
    row = agenda_table(with_vote("armed"), ENGLISH, 79).rows[1]
    assert (row.mark, row.cells[5]) == ("►", "armed")


def test_the_decisive_vote_tells_the_outcome_though_another_came_later() -> None:
    """The motion itself, and after a void vote its repetition; an amendment does not speak for the item."""
    known = idle(5)
    void = ended(known, "v-2", "fff-x", item="i-2", phase="void")
    motion = ended(known, "v-2-2", "ffa-x", item="i-2", repeats=void.open)
    amendment = ended(known, "v-2a", "aaafx", item="i-2")
    row = agenda_table(with_votes(known, void, motion, amendment), ENGLISH, 79).rows[1]
    assert row.cells[4:] == ("2:1:0", "adopted")


def test_a_test_vote_or_a_void_one_tells_nothing_of_an_item() -> None:
    """They decide nothing."""
    known = idle(5)
    trial = ended(known, "t", "ffffx", mode="test", outcome="none", item="i-2")
    void = ended(known, "v-2", "fff-x", item="i-2", phase="void")
    assert agenda_table(with_votes(known, trial, void), ENGLISH, 79).rows[1].cells[4:] == ("", "")


def test_the_heading_says_how_far_the_agenda_is() -> None:
    """Settled of all."""
    assert [line.text for line in agenda_heading(with_items(day()), ENGLISH, 79)] == ["Agenda: 3 of 5 items settled"]


@pytest.mark.parametrize(
    ("known", "selected", "sentence"),
    [
        (idle(), "i-2", ""),
        (idle(), "", ""),
        (idle(), "i-3", "You have selected item 3. The active item is 2. F4 makes 3 active."),
        (idle(), "i-3-1", "You have selected item 3.1. The active item is 2. F4 makes 3.1 active."),
        (idle(), "i-1", "You have selected item 1. The active item is 2."),  # decided
        (with_vote("open"), "i-3", "You have selected item 3. The active item is 2."),
        (lost(idle()), "i-3", "You have selected item 3. The active item is 2."),
        (replace(idle(), officer="secretary", role="secretary"), "i-3",
         "You have selected item 3. The active item is 2."),
        (replace(idle(), now=replace(idle().now, item="")), "i-3",
         "You have selected item 3. No item is active. F4 makes 3 active."),
    ],
)  # fmt: skip
def test_a_selected_item_that_is_not_active_is_said(known: Snapshot, selected: str, sentence: str) -> None:
    """F4 is offered only where it is legal."""
    assert selected_sentence(known, ENGLISH, selected) == sentence


def test_below_stand_the_votes_of_the_item_in_their_order() -> None:
    """With what each needs, where it stands, or how it came out."""
    known = with_vote("closed")
    assert [line.text for line in agenda_foot(known, ENGLISH, 79, "i-2")] == [
        "Votes in their order:",
        " ○ 1. Amendment 1 · More votes for than against",
        " √ 2. Amendments to the 2026 budget · 24:5:3 adopted",
    ]
    assert [line.text for line in agenda_foot(with_vote("open"), ENGLISH, 79, "i-2")][-1] == (
        " ● 2. Amendments to the 2026 budget · open"
    )


def test_a_prepared_series_stands_in_place_of_the_motions() -> None:
    """It is what F5 arms; the next one has its mark."""
    assert [line.text for line in agenda_foot(with_series(idle(), 2), ENGLISH, 79, "i-2")] == [
        "Votes in their order:",
        " ○ 1. Prepared vote 1 · More votes for than against",
        "   2. Prepared vote 2 · More votes for than against",
    ]


def test_an_item_without_votes_says_so_and_names_its_documents() -> None:
    """Nothing is left to guess."""
    known = idle()
    items = tuple(
        replace(one, documents=(Attachment("h", "budget.pdf", ""), Attachment("h", "opinion.pdf", "")))
        if one.id == "i-4" else one
        for one in known.house.items
    )  # fmt: skip
    known = replace(known, house=replace(known.house, items=items))
    assert [line.text for line in agenda_foot(known, ENGLISH, 79, "i-4")][1:] == [
        "No vote is prepared on this item.",
        "Documents: budget.pdf, opinion.pdf",
    ]


def test_nothing_is_below_an_item_that_is_gone() -> None:
    """Nor before there is an agenda."""
    assert agenda_foot(idle(), ENGLISH, 79, "i-99") == ()
    assert agenda_table(Snapshot(), ENGLISH, 79).empty == "There is no agenda yet."


def test_ballots_that_arrive_change_no_row() -> None:
    """So a burst of them makes nothing anew."""
    assert inputs(with_vote("open", answered=1)) == inputs(with_vote("open", answered=20))
    assert inputs(with_vote("open")) != inputs(with_vote("held"))
