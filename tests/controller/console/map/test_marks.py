"""What a seat shows can be read without colours, and in colours on each background."""

import unicodedata

import pytest

from controller.console.map.marks import (
    DARK,
    HIGH_CONTRAST,
    LIGHT,
    ORDER,
    Mark,
    Palette,
    first_of,
    glyph,
    legend,
    mark_word,
    palette_of,
)
from controller.terminal import MARKS as DEMO_MARKS
from controller.words import LANGUAGES, catalogue
from protocol.explain import ENGLISH

PALETTES = (DARK, LIGHT, HIGH_CONTRAST)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`. Source: WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21. Source: WCAG 2.2."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_the_known_figures() -> None:
    """Black on white, and two of the measured colours."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#7A8691", "#0F1419") == pytest.approx(5.0, abs=0.05)
    assert contrast("#3A1F8F", "#FFFFFF") == pytest.approx(11.8, abs=0.05)


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_every_mark_stands_out_from_its_background(palette: Palette) -> None:
    """4.5 to 1 as for text, 7 to 1 where high contrast was asked for."""
    least = 7 if palette is HIGH_CONTRAST else 4.5
    assert set(palette.inks) == set(Mark)
    assert all(contrast(ink.colour, ink.ground) >= least for ink in palette.inks.values())
    assert contrast(palette.text, palette.ground) >= least


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_choices_have_colours_of_their_own(palette: Palette) -> None:
    """Beside glyphs of their own."""
    shown = [palette.inks[mark] for mark in (Mark.FOR, Mark.AGAINST, Mark.ABSTAIN, Mark.FAULT, Mark.PRESENT)]
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("ascii_only", [False, True])
def test_marks_differ_by_glyph_alone(ascii_only: bool) -> None:
    """Silence alone looks like presence, on purpose; every glyph takes one cell."""
    glyphs = {mark: glyph(mark, ascii_only=ascii_only) for mark in Mark if mark is not Mark.NOT_VOTING}
    assert len(set(glyphs.values())) == len(glyphs)
    assert all(len(one) == 1 and unicodedata.east_asian_width(one) not in {"W", "F"} for one in glyphs.values())
    assert all(one.isascii() for one in glyphs.values()) == ascii_only


def test_the_demonstration_draws_the_same_glyphs() -> None:
    """Whoever has seen one picture can read the other."""
    same = {"recorded": Mark.VOTED, "dark": Mark.FAULT}
    for mark, (one, other, _style) in DEMO_MARKS.items():
        ours = same.get(mark.value) or Mark(mark.value)
        assert (glyph(ours), glyph(ours, ascii_only=True)) == (one, other)


@pytest.mark.parametrize(
    ("marks", "shown"),
    [
        ([], Mark.ABSENT),
        ([Mark.PRESENT, Mark.FAULT, Mark.FOR], Mark.FAULT),
        ([Mark.VOTED, Mark.FOR], Mark.FOR),
        ([Mark.SPEAKING, Mark.PRESENT], Mark.SPEAKING),
        ([Mark.VOTED, Mark.SPEAKING], Mark.VOTED),
        ([Mark.ABSENT, Mark.EXCUSED], Mark.EXCUSED),
        ([Mark.RECUSED, Mark.PRESENT], Mark.RECUSED),
    ],
)
def test_of_several_states_the_most_urgent_is_shown(marks: list[Mark], shown: Mark) -> None:
    """In whatever order they come."""
    assert first_of(marks) is first_of(reversed(marks)) is shown


def test_the_order_holds_every_mark_with_the_fault_first() -> None:
    """None can be forgotten."""
    assert set(ORDER) == set(Mark)
    assert (ORDER[0], ORDER[-1]) == (Mark.FAULT, Mark.ABSENT)


@pytest.mark.parametrize(
    ("theme", "dark", "palette"),
    [
        ("textual-dark", True, DARK),
        ("textual-light", False, LIGHT),
        ("high-contrast", True, HIGH_CONTRAST),
        ("nord", True, DARK),
    ],
)
def test_a_theme_has_its_palette(theme: str, dark: bool, palette: Palette) -> None:
    """Any other theme by its brightness."""
    assert palette_of(theme, dark=dark) is palette


def test_the_legend_names_what_occurs_in_its_order() -> None:
    """Glyph and word, each once."""
    marks = [Mark.ABSENT, Mark.FOR, Mark.FAULT, Mark.FOR]
    assert legend(marks, ENGLISH) == ["! fault", "▲ for", "· absent"]
    assert legend(marks, ENGLISH, ascii_only=True) == ["! fault", "+ for", ". absent"]
    assert legend([], ENGLISH) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mark_has_a_word_in_every_language(language: str) -> None:
    """And no two the same."""
    words = [mark_word(mark, catalogue(language)) for mark in Mark]
    assert all(words)
    assert len(set(words)) == len(words)
