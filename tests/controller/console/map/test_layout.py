"""Every seat has its own spot inside the map, in any size, and known rooms look as they did."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.console.map.layout import GLYPHS, Arrangement, Density, arrange, choose_density
from controller.console.map.plan import Kind, Place, plan_of_roster
from tests.controller.console.map.drawing import drawn, room

ROOMS = Path(__file__).parent / "rooms"
SHARE = st.floats(0, 1)
PLANS = st.lists(st.tuples(SHARE, SHARE), max_size=120).map(
    lambda points: tuple(Place(f"s{n}", str(n + 1), x, y) for n, (x, y) in enumerate(points))
)


def check(arrangement: Arrangement) -> None:
    """Every seat once, no two in one place, nothing outside, and all three tables agree."""
    places, spots = arrangement.places, arrangement.spots
    assert sorted(spots) == list(range(len(places)))
    assert len(set(spots.values())) == len(places)
    assert len(arrangement.rows) == arrangement.lines
    listed = [
        (index, (cell.column, line, part))
        for line, row in enumerate(arrangement.rows)
        for cell in row
        for part, index in cell.seats
    ]
    assert sorted(listed) == [(n, (spots[n].column, spots[n].line, spots[n].part)) for n in sorted(spots)]
    room_before = arrangement.label_cells
    width = {Density.LABEL: room_before + 2, Density.WIDE: 2}.get(arrangement.density, 1)
    for row in arrangement.rows:
        columns = [cell.column for cell in row]
        assert all(room_before <= column < arrangement.columns for column in columns)
        assert all(after - before >= width for before, after in pairwise(columns))
    most = {Density.PAIR: 2, Density.DOTS: 8}.get(arrangement.density, 1)
    assert all(len(cell.seats) <= most and cell.seats[-1][0] < most for row in arrangement.rows for cell in row)


@pytest.mark.parametrize("file", sorted(ROOMS.glob("*.txt")), ids=lambda file: file.stem)
def test_known_rooms_look_as_they_did(file: Path) -> None:
    """The pictures are named by kind, seats and size."""
    kind, count, size = file.stem.split("-")
    columns, lines = map(int, size.split("x"))
    assert drawn(arrange(room(int(count), Kind(kind)), columns, lines)) == file.read_text(encoding="utf-8")


def test_there_are_pictures_of_rooms() -> None:
    """Without one the test above would pass unseen."""
    assert {file.stem for file in ROOMS.glob("*.txt")} >= {
        "hemicycle-7-80x24", "hemicycle-25-80x24", "hemicycle-39-80x24", "hemicycle-67-80x24", "hemicycle-250-200x60",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("count", "columns", "lines", "density"),
    [
        (7, 80, 24, Density.LABEL),
        (100, 80, 24, Density.LABEL),
        (250, 80, 24, Density.WIDE),
        (720, 80, 24, Density.GLYPH),
        (3000, 80, 24, Density.DOTS),
        (720, 120, 40, Density.WIDE),
        (3000, 120, 40, Density.PAIR),
        (250, 200, 60, Density.LABEL),
        (3000, 200, 60, Density.WIDE),
        (3000, 40, 12, Density.DOTS),
        (3001, 20, 12, Density.NONE),
    ],
)
def test_the_largest_drawing_that_has_room_is_chosen(count: int, columns: int, lines: int, density: Density) -> None:
    """As measured on three sizes of terminals."""
    arrangement = arrange(room(count), columns, lines)
    assert arrangement.density is density
    if density is not Density.NONE:
        check(arrangement)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("count", [0, 1, 2, 39, 67, 720, 3000])
@pytest.mark.parametrize("size", [(40, 12), (54, 20), (80, 24), (200, 60), (300, 12), (40, 100)], ids=str)
def test_every_room_has_room_in_every_size(kind: Kind, count: int, size: tuple[int, int]) -> None:
    """From 40x12, up to 3,000 seats."""
    check(arrange(room(count, kind), *size))


@given(PLANS, st.integers(40, 130), st.integers(12, 50))
@settings(max_examples=60, deadline=None)
def test_any_plan_has_room(plan: tuple[Place, ...], columns: int, lines: int) -> None:
    """However its points lie."""
    check(arrange(plan, columns, lines))


@pytest.mark.parametrize("count", [5, 400, 3000])
def test_seats_that_wish_for_one_spot_stand_around_it(count: int) -> None:
    """A plan whose coordinates are all alike is shown all the same."""
    plan = tuple(Place(f"s{n}", str(n + 1), 0.5, 0.5) for n in range(count))
    check(arrange(plan, 80, 24))


@given(PLANS, st.integers(-2, 30), st.integers(-2, 8))
@settings(max_examples=60, deadline=None)
def test_a_size_too_small_is_no_error(plan: tuple[Place, ...], columns: int, lines: int) -> None:
    """Either all seats are drawn or none."""
    arrangement = arrange(plan, columns, lines)
    assert (arrangement.density is Density.NONE) == (not arrangement.spots and bool(plan))
    if arrangement.spots:
        check(arrangement)


@pytest.mark.parametrize("count", [7, 39, 67, 250, 720])
def test_no_seat_is_far_from_its_wish(count: int) -> None:
    """A little more than half a square of the grid, and at worst one square aside."""
    arrangement = arrange(room(count), 80, 24)
    square = {Density.LABEL: arrangement.label_cells + 2, Density.WIDE: 2}.get(arrangement.density, 1)
    for index, place in enumerate(arrangement.places):
        spot = arrangement.spots[index]
        assert abs(spot.column - place.x * 79) <= 2.5 * square
        assert abs(spot.line - place.y * 23) <= 1.6


def test_the_same_plan_and_size_are_arranged_once() -> None:
    """A repaint costs no layout."""
    assert arrange(room(67), 80, 24) is arrange(room(67), 80, 24)


def test_labels_of_two_numbers_are_drawn_whole() -> None:
    """Right up to the glyph."""
    plan = plan_of_roster([(f"s{n}", f"row {n // 4 + 9} seat {n % 4 + 1}", "") for n in range(8)])
    picture = drawn(arrange(plan, 40, 12))
    assert picture.splitlines()[0].split() == ["10/1○", "10/2○", "10/3○", "10/4○"]
    assert picture.splitlines()[-1].split() == ["9/1○", "9/2○", "9/3○", "9/4○"]


def test_a_seat_is_found_under_its_number_its_glyph_and_the_blank_after_it() -> None:
    """And nobody beside them."""
    arrangement = arrange(room(25), 80, 24)
    spot = arrangement.spots[10]
    assert [arrangement.seat_at(spot.column + away, spot.line) for away in (-3, -2, -1, 0, 1, 2)] == [
        None, 10, 10, 10, 10, None,
    ]  # fmt: skip
    assert arrangement.seat_at(0, -1) is arrangement.seat_at(0, 24) is None


def test_a_covered_rectangle_holds_more_than_a_ring() -> None:
    """A sector has no floor in its middle."""
    labels = ["1"] * 400
    assert choose_density(labels, 40, 12) is Density.PAIR
    assert choose_density(labels, 40, 12, cover=1.0) in GLYPHS
