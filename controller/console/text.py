"""Text that others wrote, made safe for a line of a terminal: names with control, bidi or endless characters. Pure.

Widths are counted in cells, as a terminal counts them.
"""

import unicodedata
from typing import Final

from rich.cells import cell_len, set_cell_size

ELLIPSIS: Final = "…"
_MARKS_A_LETTER: Final = 2
"""More marks above one letter than any language here has grow into the lines above."""
_BLANKS: Final = frozenset({"Cc", "Zl", "Zp", "Zs"})
_NOTHING: Final = frozenset({"Cf", "Cs"})
"""Bidi controls, joiners and other characters without a width of their own; halves of characters."""
_UNKNOWN: Final = frozenset({"Co", "Cn"})
_STACKED: Final = frozenset({"Mn", "Me"})


def clean(text: str) -> str:
    """`text` in one line: controls and odd blanks are blanks, bidi controls go, what no font knows is `?`."""
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for letter in text:
        category = unicodedata.category(letter)
        marks = marks + 1 if category in _STACKED else 0
        if category in _BLANKS:
            kept.append(" ")
        elif category in _UNKNOWN:
            kept.append("?")
        elif category not in _NOTHING and marks <= _MARKS_A_LETTER:
            kept.append(letter)
    return "".join(kept)


def width_of(text: str) -> int:
    """How many cells `text` takes."""
    return cell_len(text)


def cut(text: str, cells: int) -> str:
    """`text` made clean, no wider than `cells`; what is cut ends in an ellipsis."""
    line = clean(text)
    if cell_len(line) <= cells:
        return line
    return set_cell_size(line, cells - 1).rstrip() + ELLIPSIS if cells > 0 else ""


def fill(text: str, cells: int, *, right: bool = False) -> str:
    """`text` made clean and exactly `cells` wide: cut, or blanks after it (before it if `right`)."""
    line = cut(text, cells)
    blanks = " " * (cells - cell_len(line))
    return blanks + line if right else line + blanks


def wrap(text: str, cells: int, lines: int = 0) -> list[str]:
    """`text` made clean and broken at its blanks into lines of at most `cells`; more than `lines` end in an ellipsis.

    `lines` 0 is for as many as it takes.
    """
    broken: list[str] = []
    line = ""
    for word in clean(text).split():
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= cells:
            line = longer
            continue
        broken += [line] if line else []
        line = cut(word, cells)
    broken += [line] if line else []
    if not lines or len(broken) <= lines:
        return broken
    return [*broken[: lines - 1], cut(" ".join(broken[lines - 1 :]), cells)]


def bar(part: int, whole: int, cells: int) -> str:
    """A bar of `cells`: `part` of `whole` is filled. Nothing of nothing is an empty bar; full only if all are there."""
    filled = min(cells, part * cells // whole) if whole > 0 else 0
    return "█" * filled + "░" * (cells - filled)


def clock_of(seconds: int) -> str:
    """`02:14`, and `1:02:14` from an hour on; never less than `00:00`."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
