"""One line of the map as a strip of styled text. Pure: needs no app.

Every segment has a style, also a blank one: Textual's filter for `NO_COLOR` fails on a segment without. Neighbours of
one style are one segment. Where seats share a cell: alike, they show their glyph; a fault among them takes the cell;
else halves show the two colours, and lit dots show who has acted, in the colour of most of them. Where there are no
halves (`--ascii`, `NO_COLOR`) such a cell shows the most urgent glyph in it, or that of most who have acted.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from controller.console.map.layout import Arrangement, Cell, Density
from controller.console.map.marks import ACTED, Mark, Palette, first_of, glyph

_BRAILLE: Final = 0x2800
_DOTS: Final = (0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80)
"""The dot of each part of a cell, line by line."""
_UPPER_HALF: Final = "▀"


class Painter:
    """Draws the lines of one arrangement in one palette; remembers each line until its marks change."""

    def __init__(
        self, arrangement: Arrangement, palette: Palette, *, ascii_only: bool = False, halves: bool = True
    ) -> None:
        self.arrangement, self._palette = arrangement, palette
        self._halves = halves and not ascii_only
        self._glyphs = {mark: glyph(mark, ascii_only=ascii_only) for mark in Mark}
        styles = {ink: Style(color=ink.colour, bgcolor=ink.ground, bold=ink.bold) for ink in palette.inks.values()}
        self._styles = {mark: styles[ink] for mark, ink in palette.inks.items()}
        self.text_style = Style(color=palette.text, bgcolor=palette.ground)
        self._mixed: dict[tuple[Mark, Mark], Style] = {}
        self._seats = [[index for cell in row for _part, index in cell.seats] for row in arrangement.rows]
        self._drawn: dict[int, tuple[tuple[Mark, ...], int, Strip]] = {}

    def line(self, number: int, marks: Sequence[Mark], cursor: int = -1) -> Strip:
        """Line `number`; `marks` are by index in the plan, `cursor` is the index of the selected seat or -1."""
        if not 0 <= number < len(self._seats):
            return self.words("")
        seats = self._seats[number]
        shown = tuple([marks[index] for index in seats])
        here = cursor if cursor in seats else -1
        known = self._drawn.get(number)
        if known is not None and known[0] == shown and known[1] == here:
            return known[2]
        strip = self._draw(self.arrangement.rows[number], marks, here)
        self._drawn[number] = (shown, here, strip)
        return strip

    def words(self, text: str) -> Strip:
        """A line of words, cut or filled to the map's width; nothing in them is read as markup."""
        columns = self.arrangement.columns
        return Strip([Segment(set_cell_size(plain(text), columns), self.text_style)], columns)

    def _draw(self, cells: Sequence[Cell], marks: Sequence[Mark], cursor: int) -> Strip:
        """The line: blanks belong to the run before them as long as it has the map's own background."""
        runs: list[tuple[str, Style]] = []
        at, label_cells = 0, self.arrangement.label_cells
        for cell in cells:
            text, style = self._cell(cell, marks, cursor)
            runs.append((" " * (cell.column - label_cells - at), self.text_style))
            runs.append((text, style))
            at = cell.column + 1
        runs.append((" " * (self.arrangement.columns - at), self.text_style))
        return Strip(_merged(runs, self._palette.ground, self.text_style), self.arrangement.columns)

    def _cell(self, cell: Cell, marks: Sequence[Mark], cursor: int) -> tuple[str, Style]:
        """What stands in a cell, with the number before it."""
        for _part, index in cell.seats:
            if index == cursor:
                return self._label(index) + self._glyphs[marks[index]], self._styles[marks[index]] + Style(reverse=True)
        found = {marks[index] for _part, index in cell.seats}
        if len(found) == 1 or Mark.FAULT in found:
            mark = first_of(found)
            return self._label(cell.seats[0][1]) + self._glyphs[mark], self._styles[mark]
        acted = [marks[index] for _part, index in cell.seats if marks[index] in ACTED]
        if self.arrangement.density is Density.PAIR:
            upper, lower = (marks[index] for _part, index in cell.seats)
            if self._halves:
                return _UPPER_HALF, self._two(upper, lower)
            acted = []
        if not acted:
            mark = first_of(found)
            return self._glyphs[mark], self._styles[mark]
        most = Counter(acted)
        mark = first_of(one for one in most if most[one] == max(most.values()))
        if not self._halves:
            return self._glyphs[mark], self._styles[mark]
        lit = sum(_DOTS[part] for part, index in cell.seats if marks[index] in ACTED)
        return chr(_BRAILLE + lit), self._styles[mark]

    def _label(self, index: int) -> str:
        """The number before a glyph, or nothing."""
        cells = self.arrangement.label_cells
        return self.arrangement.places[index].label.rjust(cells) if cells else ""

    def _two(self, upper: Mark, lower: Mark) -> Style:
        """The colours of two seats in one cell."""
        style = self._mixed.get((upper, lower))
        if style is None:
            inks = self._palette.inks
            style = self._mixed[upper, lower] = Style(color=inks[upper].colour, bgcolor=inks[lower].colour)
        return style


def lines_changed(arrangement: Arrangement, before: Sequence[Mark], after: Sequence[Mark]) -> set[int]:
    """The lines in which a seat of the arrangement shows something else than before."""
    spots = arrangement.spots
    return {
        spots[index].line
        for index, (old, new) in enumerate(zip(before, after, strict=True))
        if old is not new and index in spots
    }


def plain(text: str) -> str:
    """A text as one line that a terminal cannot misread: any blank is a space, and what is not printed is left out.

    That takes escape sequences, line breaks and the marks that turn a text's direction.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else " "
        for character in text
        if character.isprintable() or character.isspace() or unicodedata.category(character).startswith("Z")
    )


def _merged(runs: Sequence[tuple[str, Style]], ground: str, blank: Style) -> list[Segment]:
    """Neighbours of one style, which is one object, as one segment."""
    segments: list[Segment] = []
    text, style = "", blank
    for more, other in runs:
        if not more:
            continue
        stays = other is style or (more.isspace() and _is_bare(style, ground))
        if text and not stays:
            segments.append(Segment(text, style))
            text = ""
        if not text and not stays:
            style = other
        text += more
    if text:
        segments.append(Segment(text, style))
    return segments


def _is_bare(style: Style, ground: str) -> bool:
    """True if a blank in this style looks like the map's background."""
    return not style.reverse and style.bgcolor is not None and style.bgcolor.name == ground.lower()
