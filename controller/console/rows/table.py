"""Rows in columns, and lines of words: what a list shows, cut to its width in cells. Pure.

A column is shown from a width on; columns that may grow share what is left. No cell is wider than its column, whatever
its text: it is cleaned and cut where it is written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from controller.console.rows.finding import fold
from controller.console.text import cut, fill, width_of, wrap

GAP: Final = 1


class Emphasis(Enum):
    """How a row or a line stands out; never the only sign of what it says."""

    PLAIN = "plain"
    STRONG = "strong"
    QUIET = "quiet"
    WARN = "warn"
    BAD = "bad"


class Sought(Enum):
    """How `/` looks into a column."""

    NOT = "not"
    PART = "part"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `least` and `most` cells; `at`: the width of the list from which on it is shown.

    It is never narrower than its title, so that no label is cut where there is room for the column at all.
    `weight`: its share, beside others, of what is left over. `glyphs`: its characters are glyphs of `marks.py`, and
    coloured so.
    """

    title: str
    least: int
    most: int = 0
    at: int = 0
    weight: int = 1
    right: bool = False
    glyphs: bool = False
    sought: Sought = Sought.NOT


@dataclass(frozen=True, slots=True)
class Row:
    """A row. `key` is the id of what it shows; `mark`: glyphs before its cells; `cells`: one for each column."""

    key: str
    cells: tuple[str, ...]
    mark: str = ""
    emphasis: Emphasis = Emphasis.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """A line above or below a list. `glyphs`: glyphs in it have their colours."""

    text: str
    emphasis: Emphasis = Emphasis.PLAIN
    glyphs: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. `widths`: cells of each column, 0 if it is not shown. `empty`: said where there are no rows.

    `mark_cells`: width of the glyphs before the cells.
    """

    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    widths: tuple[int, ...] = ()
    mark_cells: int = 1
    empty: str = ""

    def fitted(self, width: int) -> "Table":
        """The same rows in so many cells."""
        return replace(self, widths=lay_out(self.columns, width - self.mark_cells - GAP))

    def titles(self) -> str:
        """The line of the columns' titles."""
        return self._line("", [column.title for column in self.columns])

    def written(self, row: Row) -> list[tuple[str, bool]]:
        """A row as (text, are these glyphs): the mark, then each shown cell with the gap before it."""
        parts = [(fill(row.mark, self.mark_cells), True)]
        for column, width, cell in zip(self.columns, self.widths, row.cells, strict=True):
            if width:
                parts.append((" " * GAP + fill(cell, width, right=column.right), column.glyphs))
        return parts

    def line(self, row: Row) -> str:
        """A row as one line."""
        return self._line(row.mark, row.cells)

    def find(self, text: str, after: str = "") -> str:
        """The key of the next row after the one with the key `after`, and round again, that `text` is sought in.

        A seat or number must be the whole text; that goes before a part of a name. "" if there is none.
        """
        wanted = fold(text)
        if not wanted:
            return ""
        start = next((number + 1 for number, row in enumerate(self.rows) if row.key == after), 0)
        ahead = (*self.rows[start:], *self.rows[:start])
        for sought, fits in ((Sought.WHOLE, wanted.__eq__), (Sought.PART, lambda cell: wanted in cell)):
            places = [place for place, column in enumerate(self.columns) if column.sought is sought]
            for row in ahead:
                if any(fits(fold(row.cells[place])) for place in places):
                    return row.key
        return ""

    def _line(self, mark: str, cells: Sequence[str]) -> str:
        shown = zip(self.columns, self.widths, cells, strict=True)
        parts = [fill(mark, self.mark_cells)]
        parts += [fill(cell, width, right=column.right) for column, width, cell in shown if width]
        return (" " * GAP).join(parts).rstrip()


def lay_out(columns: Sequence[Column], width: int) -> tuple[int, ...]:
    """The cells of each column, gaps left out; what does not fit gives way, the column that came in last at first."""
    leasts = [max(column.least, width_of(column.title)) for column in columns]
    shown = [place for place, column in enumerate(columns) if column.at <= width]
    while shown and sum(leasts[place] + GAP for place in shown) - GAP > width:
        if len(shown) == 1:
            return tuple(max(0, width) if place == shown[0] else 0 for place in range(len(columns)))
        # Of those that come in at the same width the rightmost goes; the first column names the row and stays.
        shown.remove(max(shown[1:], key=lambda place: (columns[place].at, place)))
    widths = [leasts[place] if place in shown else 0 for place in range(len(columns))]
    left = width - sum(widths[place] + GAP for place in shown) + GAP
    growing = [place for place in shown if columns[place].most > leasts[place]]
    while left > 0 and growing:
        share, weights = left, sum(columns[place].weight for place in growing)
        for place in tuple(growing):
            more = min(max(1, share * columns[place].weight // weights), columns[place].most - widths[place], left)
            widths[place] += more
            left -= more
            if widths[place] == columns[place].most:
                growing.remove(place)
    return tuple(widths)


def widest(texts: Iterable[str]) -> int:
    """The cells of the widest of some words: a column that holds one of them cuts none."""
    return max(map(width_of, texts), default=0)


def paragraph(
    text: str, width: int, *, indent: int = 0, emphasis: Emphasis = Emphasis.PLAIN, glyphs: bool = False
) -> tuple[Line, ...]:
    """A sentence as lines of at most `width` cells; nothing for nothing."""
    return tuple(Line(" " * indent + line, emphasis, glyphs) for line in wrap(text, max(1, width - indent)))


def in_columns(texts: Sequence[str], width: int, *, indent: int = 2, most: int = 60) -> tuple[Line, ...]:
    """Names side by side, as many as fit, read line by line."""
    if not texts:
        return ()
    cells = max(1, min(most, widest(texts), width - indent))
    across = max(1, (width - indent + 2) // (cells + 2))
    return tuple(
        Line(" " * indent + "  ".join(fill(text, cells) for text in texts[start : start + across]).rstrip())
        for start in range(0, len(texts), across)
    )


def one_line(text: str, width: int, emphasis: Emphasis = Emphasis.PLAIN, *, glyphs: bool = False) -> Line:
    """A line of words, cut."""
    return Line(cut(text, width), emphasis, glyphs)
