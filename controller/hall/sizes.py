"""How large text must be, from how far people sit and how high the screen is. Pure.

Letters are legible from 16 minutes of arc and comfortable from 20 (ISO 9241-303 asks 16 at least and 20 to 22). A
capital of Noto Sans is 0.714 of its font size. Sizes are in hundredths of the screen's height, as `vh` in CSS.

A page that has to show a vote with its rule, figures and reason holds only so many lines: text larger than
`SMALL_MAX_VH` would push them off the screen, so it is held there, and `Sizes.held` says that the screen is too small
for the room.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import radians, tan
from typing import Final

LEAST_ARCMIN, GOOD_ARCMIN = 16, 20
CAP_HEIGHT: Final = 0.714
SMALL_MAX_VH: Final = 5.0
GOOD_MAX_VH: Final = 6.5
SMALL_MIN_VH: Final = 2.6
"""A near screen need not have small print."""
TITLE_LINES: Final = 2
_TITLE: Final = 1.15
"""The title, of good text."""
_LETTER: Final = 0.58
"""Mean width of a letter of Noto Sans, Cyrillic and bold, of its font size."""
_LINE_VH: Final = 16 / 9 * 100 * 0.94
"""A line of a page of 16:9 without its margins."""
DISTANCE_M: Final = 8.0
HEIGHT_MM: Final = 1_070
"""A screen of 86 inches, eight metres away."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Font sizes in vh: the smallest text of the page and its usual one; `held`: smaller than the room asks for."""

    small_vh: float
    good_vh: float
    held: bool

    @property
    def title_vh(self) -> float:
        """The font size of a title, before it is made smaller to fit."""
        return round(self.good_vh * _TITLE, 2)


def font_mm(distance_m: float, arcmin: float) -> float:
    """The font size whose capitals are seen at `arcmin` minutes of arc from `distance_m`."""
    return 2 * distance_m * 1_000 * tan(radians(arcmin / 60) / 2) / CAP_HEIGHT


def sizes_of(distance_m: float = DISTANCE_M, height_mm: float = HEIGHT_MM) -> Sizes:
    """The sizes for a screen of `height_mm` whose farthest reader sits `distance_m` away."""
    least, good = (font_mm(distance_m, arcmin) / height_mm * 100 for arcmin in (LEAST_ARCMIN, GOOD_ARCMIN))
    return Sizes(
        round(min(SMALL_MAX_VH, max(SMALL_MIN_VH, least)), 2),
        round(min(GOOD_MAX_VH, max(SMALL_MIN_VH * GOOD_ARCMIN / LEAST_ARCMIN, good)), 2),
        least > SMALL_MAX_VH,
    )


def title_letters(sizes: Sizes, languages: int = 1) -> int:
    """How many letters of a title have room in `TITLE_LINES` lines, where `languages` stand side by side."""
    return int(_LINE_VH / languages / (sizes.title_vh * _LETTER)) * TITLE_LINES


def long_titles(titles: Iterable[str], sizes: Sizes, languages: int = 1) -> list[str]:
    """The titles that need more than `TITLE_LINES` lines."""
    most = title_letters(sizes, languages)
    return [title for title in titles if len(title) > most]


def style_of(sizes: Sizes) -> str:
    """The sizes as a style sheet: `--u` is a hundredth of the screen's height, also where it is not 16:9."""
    return (
        ":root {\n"
        "  --u: min(1vh, 0.5625vw);\n"
        f"  --small: calc(var(--u) * {sizes.small_vh});\n"
        f"  --good: calc(var(--u) * {sizes.good_vh});\n"
        f"  --title: calc(var(--u) * {sizes.title_vh});\n"
        "}\n"
    )
