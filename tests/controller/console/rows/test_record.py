"""The secretary's record: figures, signatures, the count once more, and what waits."""

from dataclasses import replace

from controller.console.rows.record import comparison, kind_word, record_foot, record_heading, record_table, signed
from controller.console.rows.table import Emphasis
from controller.desk.documents import VoteLine, WaitingNow
from protocol.explain import ENGLISH
from tests.controller.console.rows.days import day, ended
from tests.controller.console.snapshots import idle, with_vote


def test_a_record_in_eighty_columns() -> None:
    """A column for each figure; nobody is silent in a vote on paper."""
    table = record_table(day(), ENGLISH, 79)
    assert [table.titles(), *map(table.line, table.rows)] == [
        "  #    item vote                                 ▲    ▼    ■    ○ outcome",
        "  T1   1    Title of trial                       2    0    0    2 counted",
        "× 1    1    Title of first                       3    0    0    1 void",
        "√ 2    1    Title of again                       2    1    0    1 adopted",
        "√ 3    1    Title of papers                      3    1    0      adopted",
        "  4    2    Title of last                        1    2    0    1 not adopted",
    ]


def test_a_wide_record_has_time_rule_and_signatures() -> None:
    """When it ended, to the second."""
    row = record_table(day(), ENGLISH, 199).rows[2]
    assert (row.cells[1], row.cells[9], row.cells[11]) == (
        "00:55:20",
        "More votes for than against",
        "result, declared",
    )


def test_what_never_opened_is_no_part_of_the_record_and_what_runs_has_no_figures() -> None:
    """A vote taken back is left out."""
    known = with_vote("open", answered=12)
    lines = (VoteLine("back", "i-2", "Taken back", "disarmed", "open"), *known.now.votes)
    rows = record_table(replace(known, now=replace(known.now, votes=lines)), ENGLISH, 199).rows
    assert [(row.key, row.mark) for row in rows] == [("v-2", "●")]
    assert rows[0].cells[5:9] == ("", "", "", "")
    assert rows[0].cells[10] == "open"


def test_names_and_figures_are_compared() -> None:
    """They agree, or stand out."""
    record = ended(idle(5), "v", "ffab-")
    (line,) = comparison(record, ENGLISH, 79)
    assert line.text == "Names and figures agree: ▲ 2 = 2, ▼ 1 = 1, ■ 1 = 1, ○ 1 = 1"
    (line,) = comparison(replace(record, counts=(3, 1, 1)), ENGLISH, 79)
    assert line.text == "THE NAMES AND THE FIGURES DIFFER: ▲ 2 ≠ 3, ▼ 1 = 1, ■ 1 = 1, ○ 1 = 1"
    assert line.emphasis is Emphasis.BAD
    (line,) = comparison(replace(record, not_voting=0), ENGLISH, 79)
    assert line.text.startswith("THE NAMES AND THE FIGURES DIFFER:")


def test_without_a_named_list_nothing_is_compared() -> None:
    """On paper, and among candidates."""
    for record in (ended(idle(5), "v", "-----", mode="paper"), ended(idle(5), "v", "-----", plain=0)):
        assert comparison(record, ENGLISH, 79)[0].text == "Without a named list there is nothing to compare."


def test_what_is_signed_is_said() -> None:
    """The result, then its declaration; or the voiding; a test is on no record."""
    votes = day().votes
    assert [signed(votes[name], ENGLISH) for name in ("last", "again", "first", "trial")] == [
        "result", "result, declared", "voided", "not recorded",
    ]  # fmt: skip
    running_voided = replace(votes["first"], result="")
    assert (signed(None, ENGLISH), signed(running_voided, ENGLISH)) == ("", "voided")
    assert signed(replace(votes["last"], result=""), ENGLISH) == ""


def test_what_waits_for_the_secretary_stands_above() -> None:
    """Hers first."""
    known = day()
    waiting = (WaitingNow("a", "lot", "secretary", "chair"), WaitingNow("b", "vote-void", "chair", "secretary"))
    lines = record_heading(replace(known, now=replace(known.now, waiting=waiting)), ENGLISH, 79)
    assert [line.text for line in lines] == [
        "Sitting s-12: 100 records in the log",
        "The voiding of a vote by The chair waits for you: acknowledge it.",
        "A lot by The secretary waits for the chair.",
    ]


def test_every_record_that_two_officers_make_has_words() -> None:
    """A kind that is not known is named."""
    assert all(kind_word(kind, ENGLISH) != kind for kind in ("vote-void", "roster", "lot", "takeover"))
    assert kind_word("another", ENGLISH) == "another"


def test_below_a_vote_stand_comparison_sentence_and_names() -> None:
    """Of a running one only that it runs."""
    lines = [line.text for line in record_foot(day(), ENGLISH, 79, "last")]
    assert lines[0] == "Names and figures agree: ▲ 1 = 1, ▼ 2 = 2, ■ 0 = 0, ○ 1 = 1"
    assert "  Member 002 Surname (C)  Member 003 Surname" in lines
    assert [line.text for line in record_foot(with_vote("open"), ENGLISH, 79, "v-2")] == [
        "Amendments to the 2026 budget: open"
    ]
    assert record_foot(day(), ENGLISH, 79, "gone") == ()
