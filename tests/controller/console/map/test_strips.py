"""One line of the map: the right glyphs, few segments, a style on each, and no line drawn twice."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.strip import Strip

from controller.console.map.layout import Arrangement, Density, arrange, settle
from controller.console.map.marks import DARK, HIGH_CONTRAST, LIGHT, Mark, Palette, glyph
from controller.console.map.plan import Place
from controller.console.map.strips import Painter, lines_changed, plain
from tests.controller.console.map.drawing import room

A, P, V, F, N, X, S = Mark.ABSENT, Mark.PRESENT, Mark.VOTED, Mark.FOR, Mark.AGAINST, Mark.FAULT, Mark.SPEAKING


def in_one_cell(density: Density, count: int) -> Arrangement:
    """So many seats in a map of one cell."""
    places = tuple(Place(f"s{n}", str(n), 0.5, 0.5) for n in range(count))
    arrangement = settle(places, dict.fromkeys(range(count), (0.0, 0.0)), density, 1, 1)
    by_part = sorted(range(count), key=lambda index: arrangement.spots[index].part)
    ordered = {index: (0.0, part / max(1, count - 1)) for part, index in enumerate(by_part)}
    return settle(places, ordered, density, 1, 1)


def cell_of(density: Density, parts: list[Mark], *, halves: bool = True, ascii_only: bool = False) -> Segment:
    """What one cell shows for the marks of its seats, part by part."""
    arrangement = in_one_cell(density, len(parts))
    marks = [parts[arrangement.spots[index].part] for index in range(len(parts))]
    (segment,) = Painter(arrangement, DARK, halves=halves, ascii_only=ascii_only).line(0, marks)
    return segment


def styles(strip: Strip) -> list[object]:
    """The style of each segment."""
    return [segment.style for segment in strip]


@pytest.mark.parametrize("palette", [DARK, LIGHT, HIGH_CONTRAST], ids=lambda palette: palette.name)
@pytest.mark.parametrize(("count", "size"), [(67, (80, 24)), (720, (80, 24)), (3000, (120, 40)), (3000, (80, 24))])
def test_every_line_is_as_wide_as_the_map_and_styled(palette: Palette, count: int, size: tuple[int, int]) -> None:
    """Also lines without seats; neighbours never have one style."""
    arrangement = arrange(room(count), *size)
    chance = random.Random(count)
    marks = [chance.choice(list(Mark)) for _ in range(count)]
    painter = Painter(arrangement, palette)
    for line in range(-1, size[1] + 1):
        strip = painter.line(line, marks, cursor=count // 2)
        assert strip.cell_length == size[0] == sum(segment.cell_length for segment in strip)
        assert all(segment.style is not None and segment.style.bgcolor is not None for segment in strip)
        assert all(one != other for one, other in zip(styles(strip), styles(strip)[1:], strict=False))


def test_a_line_of_one_state_is_one_segment() -> None:
    """Blanks between seats belong to the run, so that little is sent to the terminal."""
    strip = Painter(arrange(room(720), 80, 24), DARK).line(12, [F] * 720)
    assert [segment.text.strip()[:1] for segment in strip if segment.text.strip()] == ["▲"]
    assert len(list(strip)) <= 2


def test_the_red_of_a_fault_stays_in_its_cell() -> None:
    """A blank after it has the map's background."""
    arrangement = arrange(room(25), 80, 24)
    marks = [X] * 25
    ((red, text),) = {
        (segment.style.bgcolor.name, segment.text)
        for segment in Painter(arrangement, DARK).line(0, marks)
        if segment.style and segment.style.bgcolor and segment.style.bgcolor.name == "#b00020" and "12" in segment.text
    }
    assert (red, text) == ("#b00020", "12!")


def test_the_selected_seat_is_reversed_with_its_number() -> None:
    """And only that one; a cursor elsewhere changes nothing in this line."""
    arrangement = arrange(room(25), 80, 24)
    painter = Painter(arrangement, DARK)
    found = [s.text for s in painter.line(0, [P] * 25, cursor=11) if s.style and s.style.reverse]
    assert found == ["12○"]
    assert not [s for s in painter.line(0, [P] * 25, cursor=3) if s.style and s.style.reverse]


@pytest.mark.parametrize(
    ("pair", "halves", "text"),
    [
        ([F, F], True, "▲"), ([F, N], True, "▀"), ([A, X], True, "!"), ([X, A], False, "!"),
        ([P, V], False, "●"), ([A, P], False, "○"), ([V], True, "●"),
    ],
)  # fmt: skip
def test_two_seats_in_a_cell(pair: list[Mark], halves: bool, text: str) -> None:
    """Alike they are their glyph, different ones halves or the more urgent glyph; a fault is never half a cell."""
    assert cell_of(Density.PAIR, pair, halves=halves).text == text


def test_halves_have_the_colours_of_their_seats() -> None:
    """The upper one in front, the lower one behind."""
    style = cell_of(Density.PAIR, [F, N]).style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    assert (style.color.name, style.bgcolor.name) == ("#3ddcb8", "#ff7c1f")


@pytest.mark.parametrize(
    ("parts", "halves", "text"),
    [
        ([V, A, A, A, A, A, A, A], True, "⠁"),
        ([A, V, A, A, A, A, A, A], True, "⠈"),
        ([A, A, A, A, A, A, A, V], True, "⢀"),
        ([V, V, V, V, V, V, V, P], True, "⡿"),
        ([V] * 8, True, "●"),
        ([A] * 8, True, "·"),
        ([A, A, A, P, A, A, A, A], True, "○"),
        ([A, A, A, P, A, A, S, A], True, "►"),
        ([V, V, V, V, V, V, V, X], True, "!"),
        ([F, N, N, A, A, A, A, A], False, "▼"),
        ([F, N, A, A, A, A, A, A], False, "▲"),
    ],
)
def test_eight_seats_in_a_cell(parts: list[Mark], halves: bool, text: str) -> None:
    """Lit dots are ballots, place by place; alike they are their glyph; a fault takes the cell."""
    assert cell_of(Density.DOTS, parts, halves=halves).text == text


@pytest.mark.parametrize(("count", "size"), [(67, (80, 24)), (3000, (120, 40)), (3000, (80, 24))])
def test_in_ascii_every_character_is_ascii(count: int, size: tuple[int, int]) -> None:
    """Also where seats share cells."""
    chance = random.Random(7)
    marks = [chance.choice(list(Mark)) for _ in range(count)]
    painter = Painter(arrange(room(count), *size), DARK, ascii_only=True)
    assert all(painter.line(line, marks).text.isascii() for line in range(size[1]))


def test_every_mark_is_written_with_its_glyph_beside_the_number() -> None:
    """In the order of the plan."""
    marks = list(Mark)
    plan = tuple(Place(f"s{n}", str(n), n / 10, 0.5) for n in range(len(marks)))
    arrangement = arrange(plan, 80, 12)
    text = Painter(arrangement, DARK).line(arrangement.spots[0].line, marks).text
    assert text.split() == [f"{n}{glyph(mark)}" for n, mark in enumerate(marks)]


def test_a_line_is_drawn_again_only_when_it_changes() -> None:
    """Its marks, or whether the cursor is in it."""
    arrangement = arrange(room(67), 80, 24)
    painter = Painter(arrangement, DARK)
    line = arrangement.spots[0].line
    elsewhere = next(n for n in range(67) if arrangement.spots[n].line != line)
    before = painter.line(line, [P] * 67)
    assert painter.line(line, [P] * elsewhere + [F] + [P] * (66 - elsewhere), cursor=elsewhere) is before
    assert painter.line(line, [F] + [P] * 66) is not before
    assert painter.line(line, [P] * 67, cursor=0).text == before.text


def test_only_lines_with_a_changed_seat_have_changed() -> None:
    """A seat outside the sector that is drawn changes none."""
    arrangement = arrange(room(67), 80, 24)
    after = [P] * 67
    after[3], after[40] = F, X
    assert lines_changed(arrangement, [P] * 67, after) == {arrangement.spots[3].line, arrangement.spots[40].line}
    assert lines_changed(arrangement, after, list(after)) == set()
    part = settle(arrangement.places, {0: (0.5, 0.5)}, Density.GLYPH, 80, 24)
    assert lines_changed(part, [P] * 67, after) == set()


@given(st.text(max_size=40))
def test_words_fill_the_line_whatever_is_in_them(text: str) -> None:
    """Nothing unprintable is left, nothing is wider than the map."""
    strip = Painter(arrange(room(3), 20, 12), DARK).words(text)
    assert strip.cell_length == 20 == sum(segment.cell_length for segment in strip)
    assert strip.text.isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[bold]Ana[/bold] [link=x]", "[bold]Ana[/bold] [link=x]"),
        ("a\x1b[31mb\x07", "a[31mb"),
        ("a\nb\tc\u00a0d\u2028e", "a b c d e"),
        ("\u202eAna\u2066\u200bB", "AnaB"),
        ("Đorđe Ивић", "Đorđe Ивић"),
    ],
)
def test_words_hold_no_sign_that_a_terminal_obeys(text: str, shown: str) -> None:
    """Brackets are brackets; escape sequences, line breaks and turns of direction are gone."""
    assert plain(text) == shown
