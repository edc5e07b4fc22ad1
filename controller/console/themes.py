"""The looks of the console: dark, light, high contrast, with the seat map's own colours; and plain characters.

No state is told by colour alone, so `NO_COLOR` loses nothing.

Source: reference of the console, palette; contrast and differences were measured there.
"""

from functools import lru_cache
from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from controller.console.map.marks import DARK, HIGH_CONTRAST, LIGHT, Mark, Palette

_ATTENTION: Final = {"dark": "#F0C040", "light": "#6B5E00", "high-contrast": "#FFD75F"}
_FAULT: Final = "#B00020"


def _theme(palette: Palette, surface: str, panel: str, *, dark: bool) -> Theme:
    accent = palette.inks[Mark.FOR].colour
    # Names of their own: Textual makes CSS variables of them, and `for` alone would be too short to find.
    variables = {
        "vote-for": accent, "vote-against": palette.inks[Mark.AGAINST].colour,
        "vote-abstain": palette.inks[Mark.ABSTAIN].colour, "vote-cast": palette.inks[Mark.VOTED].colour,
        "vote-absent": palette.inks[Mark.ABSENT].colour, "attention": _ATTENTION[palette.name],
        "fault-ground": _FAULT, "fault-text": "#FFFFFF", "border": palette.inks[Mark.ABSENT].colour,
    }  # fmt: skip
    return Theme(
        palette.name, primary=accent, secondary=accent, accent=accent, warning=_ATTENTION[palette.name], error=_FAULT,
        success=accent, foreground=palette.text, background=palette.ground, surface=surface, panel=panel, dark=dark,
        variables=variables,
    )  # fmt: skip


THEMES: Final = {
    "dark": _theme(DARK, "#1A2129", "#242D37", dark=True),
    "light": _theme(LIGHT, "#F2F4F6", "#E2E6EA", dark=False),
    "high-contrast": _theme(HIGH_CONTRAST, "#000000", "#1C1C1C", dark=True),
}

_ASCII: Final = str.maketrans(
    {
        "·": ".", "◊": "e", "○": "o", "●": "@", "▲": "+", "▼": "-", "■": "=", "►": ">", "▶": ">", "×": "x", "→": ">",
        "≥": ">", "…": "~", "–": "-", "‹": "<", "›": ">", "█": "#", "░": ".", "▀": "'", "▄": ",", "▌": "|", "▐": "|",
        "▏": "|", "▕": "|", "▎": "|", "▁": "_", "▔": "-", "━": "-", "─": "-", "│": "|", "┃": "|", "╭": "+", "╮": "+",
        "╰": "+", "╯": "+", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+",
        "╶": "-", "╴": "-", "╵": "|", "╷": "|", "▊": "|", "▋": "|", "✓": "v", "✗": "x", "╺": "-", "╸": "-",
    }
)  # fmt: skip


class PlainCharacters(LineFilter):
    """Signs and lines as ASCII, each as wide as before; letters of all languages stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The same segments in plain characters."""
        return [Segment(_plain(segment.text), segment.style, segment.control) for segment in segments]


@lru_cache(4096)
def _plain(text: str) -> str:
    return text if text.isascii() else text.translate(_ASCII)
