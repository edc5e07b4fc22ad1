"""How rows and lines are written: styles of each emphasis and glyph in the palette of the theme. Needs no app.

Every segment has a style, also a blank one: Textual's filter for `NO_COLOR` fails on a segment without.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from controller.console.map.marks import DARK, HIGH_CONTRAST, LIGHT, Mark, Palette, glyph
from controller.console.rows.table import Emphasis, Line
from controller.console.text import fill

_GLYPH_MARKS: Final = {glyph(mark): mark for mark in reversed(Mark) if mark is not Mark.NOT_VOTING}
_IN_ASCII: Final = str.maketrans(
    {glyph(mark): glyph(mark, ascii_only=True) for mark in Mark}
    | {"√": "v", "→": ">", "–": "-", "…": "~", "█": "#", "░": ".", "≠": "#"}
)
_PALETTES: Final = {palette.name: palette for palette in (DARK, LIGHT, HIGH_CONTRAST)}


class Ink:
    """The styles of one palette."""

    def __init__(self, palette: Palette) -> None:
        ground = palette.ground
        absent, attention = palette.inks[Mark.ABSENT].colour, palette.inks[Mark.SPEAKING].colour
        self.text = Style(color=palette.text, bgcolor=ground)
        self.title = Style(color=absent, bgcolor=ground, underline=True)
        self.of = {
            Emphasis.PLAIN: self.text,
            Emphasis.STRONG: self.text + Style(bold=True),
            Emphasis.QUIET: Style(color=absent, bgcolor=ground),
            Emphasis.WARN: Style(color=attention, bgcolor=ground, bold=True),
            Emphasis.BAD: self.text + Style(bold=True),
        }
        self.glyphs = {
            text: Style(
                color=palette.inks[mark].colour, bgcolor=palette.inks[mark].ground, bold=palette.inks[mark].bold
            )
            for text, mark in _GLYPH_MARKS.items()
        }


@cache
def ink_of(palette: str) -> Ink:
    """The styles of a palette by its name."""
    return Ink(_PALETTES[palette])


def strip_of(
    parts: Iterable[tuple[str, bool]], ink: Ink, emphasis: Emphasis, width: int, *, reverse: bool, ascii_only: bool
) -> Strip:
    """A line of `width` cells from (text, are these glyphs); `reverse` marks the selected row in every theme."""
    style = ink.of[emphasis]
    turned = Style(reverse=True)
    segments = []
    for text, is_glyphs in parts:
        for piece, own in _pieces(text, ink) if is_glyphs else [(text, None)]:
            shown = piece.translate(_IN_ASCII) if ascii_only else piece
            segments.append(Segment(shown, (own or style) + turned if reverse else own or style))
    strip = Strip(segments)
    return strip.adjust_cell_length(width, style + turned if reverse else ink.text)


def strip_of_line(line: Line, ink: Ink, width: int, *, ascii_only: bool) -> Strip:
    """A line of words, cut or filled to `width` cells."""
    parts = [(fill(line.text, width), line.glyphs)]
    return strip_of(parts, ink, line.emphasis, width, reverse=False, ascii_only=ascii_only)


def _pieces(text: str, ink: Ink) -> list[tuple[str, Style | None]]:
    """A text cut at its glyphs, each with its own style."""
    pieces: list[tuple[str, Style | None]] = []
    run = ""
    for letter in text:
        own = ink.glyphs.get(letter)
        if own is None:
            run += letter
            continue
        pieces += [(run, None)] if run else []
        pieces.append((letter, own))
        run = ""
    return [*pieces, (run, None)] if run else pieces
