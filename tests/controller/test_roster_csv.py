"""Tables as spreadsheets write them: every form that is a table is read, every other refused with what to do."""

from pathlib import Path

import pytest

from controller.preparing.problems import Findings
from controller.preparing.roster_csv import BYTES_MAX, ROWS_MAX, Row, read_rows

COLUMNS, OPTIONAL = ("id", "name", "group"), ("card",)
GOOD = "id,name,group,card\nm1,Члан Први,Г,k\n"
CELLS = {"id": "m1", "name": "Члан Први", "group": "Г", "card": "k"}


def read(tmp_path: Path, data: str | bytes) -> tuple[list[Row] | None, list[tuple[str, str, str]]]:
    """Rows, and (level, where, code) of each problem."""
    path = tmp_path / "roster.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    found = Findings()
    rows = read_rows(path, COLUMNS, OPTIONAL, found)
    return rows, [(problem.level, problem.where, problem.code) for problem in found.problems]


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.rstrip("\n"),
        GOOD + "\n\n,,,\n",
        "sep=;\r\n" + GOOD.replace(",", ";"),
        "Group,CARD, Id ,name\nГ,k,m1,Члан Први\n",
        'id,name,group,card\n"m1","Члан Први","Г","k"\n',
        "id,name,group,card,\nm1,Члан Први,Г,k,\n",
        "id,name,group,card\nm1,Члан Први,Г,k,,\n",
    ],
)
def test_table_is_read_in_every_form(tmp_path: Path, data: str) -> None:
    """With or without a mark, by any separator, line end and order."""
    rows, problems = read(tmp_path, data)
    assert problems == []
    assert rows is not None
    assert [row.cells for row in rows] == [CELLS]


def test_cells_keep_separators_quotes_and_blanks_in_them(tmp_path: Path) -> None:
    """Names are judged elsewhere, as they stand."""
    rows, problems = read(tmp_path, 'id;name;group\nm1;" А;""Б"" ";\n')
    assert problems == []
    assert rows is not None
    assert rows[0].cells == {"id": "m1", "name": ' А;"Б" ', "group": "", "card": ""}


def test_what_may_be_left_out_is_empty(tmp_path: Path) -> None:
    """The column, or the cell at the end of its line."""
    assert read(tmp_path, "id,name,group\nm1,А,Г\n")[0] == [
        Row("roster.csv:2", {"id": "m1", "name": "А", "group": "Г", "card": ""})
    ]
    rows, problems = read(tmp_path, "id,name,group,card\nm1,А,Г\n")
    assert problems == []
    assert rows is not None
    assert rows[0].cells["card"] == ""


def test_rows_know_their_line(tmp_path: Path) -> None:
    """Also behind empty lines and cells of two lines."""
    rows, _problems = read(tmp_path, 'id,name,group\n\nm1,"А\nБ",Г\nm2,В,Г\n')
    assert rows is not None
    assert [row.where for row in rows] == ["roster.csv:4", "roster.csv:5"]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (GOOD.encode("utf-16"), "UTF-16"),
        (GOOD.encode("utf-16-le"), "UTF-16"),
        (GOOD.encode("utf-16-be"), "UTF-16"),
        ("id,name,group\nm1,Петар Петровић,Група грађана\n".encode("cp1251"), "Windows-1251"),
        ("id,name,group\nm1,Želimir Šarić,Grupa građana\n".encode("cp1250"), "Windows-1250"),
    ],
)
def test_other_encodings_are_refused_with_what_to_do(tmp_path: Path, data: bytes, encoding: str) -> None:
    """They are never guessed: a wrong guess changes names."""
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    found = Findings()
    assert read_rows(path, COLUMNS, OPTIONAL, found) is None
    (problem,) = found.problems
    assert (problem.level, problem.code) == ("wrong", "csv-encoding")
    assert encoding in problem.words
    assert "save as CSV UTF-8" in problem.words


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("", ("missing", "roster.csv", "csv-empty")),
        ("\n \n,,\n", ("missing", "roster.csv", "csv-empty")),
        ("id,name\nm1,А\n", ("wrong", "roster.csv:1", "csv-header")),
        ("id,name,group,cards\nm1,А,Г,k\n", ("wrong", "roster.csv:1", "csv-header")),
        ("id,name,group,name\nm1,А,Г,Б\n", ("wrong", "roster.csv:1", "csv-header")),
        ("m1,Члан Први,Г,k\n", ("wrong", "roster.csv:1", "csv-header")),
        ('id,name,group\nm1,"А,Г\n', ("wrong", "roster.csv:2", "csv-row")),
        ("id,name,group\n" + "m,А,Г\n" * (ROWS_MAX + 1), ("wrong", "roster.csv", "csv-size")),
        (b"i" * (BYTES_MAX + 1), ("wrong", "roster.csv", "csv-size")),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: str | bytes, problem: tuple[str, str, str]) -> None:
    """With its place."""
    rows, problems = read(tmp_path, data)
    assert rows is None
    assert problem in problems


@pytest.mark.parametrize(
    ("line", "code"), [("m2,А, Б,Г,k", "csv-row"), ("m2,А", "csv-row"), ("m2", "csv-row"), ("m2,А,Г,k,x", "csv-row")]
)
def test_row_of_another_length_is_named_and_the_others_stay(tmp_path: Path, line: str, code: str) -> None:
    """So that all of them are told at once."""
    rows, problems = read(tmp_path, f"{GOOD}{line}\nm3,В,Г,k\n")
    assert problems == [("wrong", "roster.csv:3", code)]
    assert rows is not None
    assert [row.cells["id"] for row in rows] == ["m1", "m3"]


def test_missing_file_is_missing(tmp_path: Path) -> None:
    """And a folder in its place is wrong."""
    found = Findings()
    assert read_rows(tmp_path / "nowhere.csv", COLUMNS, OPTIONAL, found) is None
    assert read_rows(tmp_path, COLUMNS, OPTIONAL, found) is None
    assert [(problem.level, problem.code) for problem in found.problems] == [
        ("missing", "csv-file"), ("wrong", "csv-file"),
    ]  # fmt: skip
