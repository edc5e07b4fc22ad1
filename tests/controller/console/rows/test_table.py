"""Rows in columns: nothing is wider than its place, whatever is written in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.console.rows.finding import fold
from controller.console.rows.table import Column, Line, Row, Sought, Table, in_columns, lay_out, paragraph, widest
from controller.console.text import width_of

COLUMNS = (
    Column("#", 3, sought=Sought.WHOLE),
    Column("name", 10, 30, sought=Sought.PART),
    Column("group", 6, 12, at=50),
    Column("state", 8, at=30),
)
PEOPLE = Table(
    COLUMNS,
    (
        Row("m-1", ("1", "Ђорђевић Љиљана", "A", "present")),
        Row("m-12", ("12", "Şerban Ionuț", "B", "absent")),
        Row("m-2", ("2", "Member 12 of list", "B", "absent")),
    ),
)


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (0, (0, 0, 0, 0)),
        (2, (2, 0, 0, 0)),
        (13, (3, 0, 0, 0)),
        (20, (3, 16, 0, 0)),
        (40, (3, 27, 0, 8)),
        (80, (3, 30, 12, 8)),
    ],
)
def test_columns_come_with_the_width_and_grow_to_their_most(width: int, widths: tuple[int, ...]) -> None:
    """What does not fit is left out, the first column last."""
    assert lay_out(COLUMNS, width) == widths


def test_of_two_growing_columns_the_heavier_takes_more() -> None:
    """A title before a rule."""
    assert lay_out((Column("a", 4, 40, weight=4), Column("b", 4, 40)), 29) == (20, 8)


def test_a_cell_is_cut_with_an_ellipsis_and_its_column_is_as_wide_as_its_title() -> None:
    """A long title in any language is whole as long as there is room for its column; the last column left is cut."""
    table = Table((Column("long", 3), Column("b", 3)), (Row("r", ("abcdefgh", "xyzzy")),))
    wide, narrow = table.fitted(40), table.fitted(5)
    assert (wide.titles(), wide.line(wide.rows[0])) == ("  long b", "  abc… xy…")
    assert (narrow.titles(), narrow.line(narrow.rows[0])) == ("  lo…", "  ab…")


@given(st.lists(st.text(max_size=90), min_size=4, max_size=4), st.integers(4, 120), st.text(max_size=3))
def test_no_line_is_wider_than_the_list(cells: list[str], width: int, mark: str) -> None:
    """Wide letters, marks, controls, anything."""
    table = Table(COLUMNS, (Row("r", tuple(cells), mark),)).fitted(width)
    assert sum(width_of(text) for text, _ in table.written(table.rows[0])) <= width
    assert table.line(table.rows[0]).isprintable()


@pytest.mark.parametrize(
    ("text", "after", "found"),
    [
        ("12", "", "m-12"),  # the number before the name that has it
        ("12", "m-12", "m-12"),
        ("djordj", "", "m-1"),
        ("ĐORĐEVIĆ", "m-2", "m-1"),
        ("ђорђ", "", "m-1"),
        ("serban ionut", "", "m-12"),
        ("nobody", "", ""),
        ("  ", "", ""),
        ("", "m-1", ""),
    ],
)
def test_a_member_is_found_on_any_keyboard(text: str, after: str, found: str) -> None:
    """Case, accents and script do not matter; a number is the whole number."""
    assert PEOPLE.find(text, after) == found


def test_finding_goes_on_after_the_selected_row_and_round_again() -> None:
    """The same text twice leads to the next one."""
    two = Table(
        COLUMNS, (Row("a", ("1", "Ana", "", "")), Row("b", ("2", "Bo", "", "")), Row("c", ("3", "Anja", "", "")))
    )
    assert [two.find("an", after) for after in ("", "a", "c")] == ["a", "c", "a"]


def test_script_and_accents_fold_to_one_text() -> None:
    """As it is compared."""
    assert {fold(text) for text in ("Ђорђе", "Đorđe", "djordje", "DORDE")} == {"dorde"}
    assert fold("Мирослава  Шћепановић") == "miroslava scepanovic"


def test_names_stand_side_by_side_and_are_cut() -> None:
    """As many as fit, line by line; none at all makes no line."""
    assert in_columns(["Ana", "Bo", "Cvetana"], 22) == (Line("  Ana      Bo"), Line("  Cvetana"))
    assert in_columns(["x" * 80], 12) == (Line("  xxxxxxxxx…"),)
    assert in_columns([], 22) == ()


def test_a_sentence_is_broken_at_its_blanks() -> None:
    """Behind its indent."""
    assert paragraph("one two three", 9, indent=2) == (Line("  one two"), Line("  three"))
    assert paragraph("", 9) == ()


def test_the_widest_of_no_words_is_nothing() -> None:
    """A column for no words."""
    assert (widest([]), widest(["ab", "abc"])) == (0, 3)
