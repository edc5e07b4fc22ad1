"""Tables of members and seats as spreadsheets write them: CSV in UTF-8, read into rows by the names in its first line.

Comma, semicolon or tab is told from the first line; columns stand in any order. Other encodings are never guessed,
because a wrong guess changes names: they are refused with what to do.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from controller.preparing.problems import Findings

BYTES_MAX = 4 * 1024 * 1024
ROWS_MAX = 5_000
_DELIMITERS = (",", ";", "\t")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table. `where` is `file:line`; `cells` by column, also those that may be left out (then empty)."""

    where: str
    cells: dict[str, str]


def read_rows(path: Path, columns: Sequence[str], optional: Sequence[str], found: Findings) -> list[Row] | None:
    """The rows of a CSV file; None if it cannot be read as a table, or if a column of `columns` is missing.

    Cells are as they stand in the file. A row with too many or too few cells is a problem and left out.
    """
    try:
        if path.stat().st_size > BYTES_MAX:
            found.wrong(path.name, "csv-size", found.gettext("larger than any roster; give the table alone"))
            return None
        data = path.read_bytes()
    except FileNotFoundError:
        found.missing(path.name, "csv-file", found.gettext("there is no such file; save the table there"))
        return None
    except OSError as error:
        found.wrong(path.name, "csv-file", f"{error.strerror}")
        return None
    text = _decode(data, path.name, found)
    return None if text is None else _read_table(text, path.name, columns, optional, found)


def _decode(data: bytes, name: str, found: Findings) -> str | None:
    if data[:2] in _UTF_16 or b"\x00" in data[:200]:
        _refuse_encoding(name, "UTF-16", found)
        return None
    try:
        return data.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError:
        _refuse_encoding(name, _likely_encoding(data), found)
        return None


def _refuse_encoding(name: str, encoding: str, found: Findings) -> None:
    said = {"encoding": encoding}
    found.wrong(
        name,
        "csv-encoding",
        found.gettext("not UTF-8 but probably %(encoding)s; in the spreadsheet save as CSV UTF-8") % said,
    )


def _likely_encoding(data: bytes) -> str:
    """Only for the words: Cyrillic text is mostly letters above ASCII, Latin text mostly below."""
    high = sum(byte >= 0x80 for byte in data)  # noqa: PLR2004 - the first byte above ASCII
    letters = sum(chr(byte).isalpha() for byte in data if byte < 0x80)  # noqa: PLR2004 - as above
    return "Windows-1251" if high > letters / 2 else "Windows-1250"


def _read_table(
    text: str, name: str, columns: Sequence[str], optional: Sequence[str], found: Findings
) -> list[Row] | None:
    first_line = text.splitlines()[0] if text.strip() else ""
    delimiter = max(_DELIMITERS, key=first_line.count)
    skipped = 0
    if first_line.lower().startswith("sep="):  # written by a spreadsheet for itself
        delimiter, skipped = first_line[4:5] or ",", 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        lines.extend((reader.line_num, cells) for cells in reader)
    except csv.Error as error:
        found.wrong(f"{name}:{reader.line_num}", "csv-row", found.gettext("quotes do not close here: %s") % error)
        return None
    lines = [(line, cells) for line, cells in lines[skipped:] if any(cell.strip() for cell in cells)]
    if len(lines) > ROWS_MAX:
        found.wrong(name, "csv-size", found.gettext("larger than any roster; give the table alone"))
        return None
    if not lines:
        found.missing(name, "csv-empty", found.gettext("the file is empty; write %s") % ",".join([*columns, *optional]))
        return None
    header = [cell.strip().casefold() for cell in lines[0][1]]
    if not _check_header(header, f"{name}:{lines[0][0]}", columns, optional, found):
        return None
    rows = [_read_row(header, f"{name}:{line}", cells, optional, found) for line, cells in lines[1:]]
    return [row for row in rows if row is not None]


def _check_header(
    header: list[str], where: str, columns: Sequence[str], optional: Sequence[str], found: Findings
) -> bool:
    known = {"known": ", ".join([*columns, *optional])}
    sound = True
    for column in dict.fromkeys(header):
        said = {"column": column} | known
        if column and header.count(column) > 1:
            found.wrong(where, "csv-header", found.gettext("the column %(column)s is here twice; keep one") % said)
            sound = False
        elif column and column not in columns and column not in optional:
            words = found.gettext("the column %(column)s is unknown; take it away, or name it one of: %(known)s")
            found.wrong(where, "csv-header", words % said)
            sound = False
    for column in columns:
        if column not in header:
            said = {"column": column} | known
            words = found.gettext("the column %(column)s is missing; the first line names: %(known)s")
            found.wrong(where, "csv-header", words % said)
            sound = False
    return sound


def _read_row(header: list[str], where: str, cells: list[str], optional: Sequence[str], found: Findings) -> Row | None:
    """Spreadsheets leave out empty cells at the end, and add empty ones beyond the header."""
    beyond = cells[len(header) :]
    unnamed = [cell for column, cell in zip(header, cells, strict=False) if not column]
    if any(cell.strip() for cell in [*beyond, *unnamed]):
        said = {"cells": len(cells), "columns": len(header)}
        words = found.gettext("%(cells)d cells under %(columns)d columns; put a text with a separator into quotes")
        found.wrong(where, "csv-row", words % said)
        return None
    named = [column for column in header if column]
    if len(cells) < len(header) and any(column not in optional for column in header[len(cells) :] if column):
        said = {"cells": len(cells), "columns": len(named)}
        words = found.gettext("only %(cells)d cells under %(columns)d columns; fill in the rest of the row")
        found.wrong(where, "csv-row", words % said)
        return None
    given = dict(zip(header, cells, strict=False))
    return Row(where, {column: given.get(column, "") for column in [*named, *optional]})
