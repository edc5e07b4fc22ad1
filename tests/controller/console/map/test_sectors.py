"""Parts of a large room, steps of the cursor, and what a view makes of them."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.console.map.layout import GLYPHS, Arrangement, Density, arrange
from controller.console.map.plan import Kind, Place
from controller.console.map.sectors import sector_of, sectors, step, zoom
from controller.console.map.view import NOBODY, View
from tests.controller.console.map.drawing import room

SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1))


def reached(arrangement: Arrangement) -> set[int]:
    """Every seat that arrows reach from the first."""

    def steps() -> Iterator[int]:
        waiting, seen = [0], {0}
        while waiting:
            here = waiting.pop()
            yield here
            for right, down in SIDES:
                there = step(arrangement, here, right, down)
                if there is not None and there not in seen:
                    seen.add(there)
                    waiting.append(there)

    return set(steps())


@pytest.mark.parametrize(
    ("size", "density", "names"),
    [
        ((120, 40), Density.PAIR, "A1 A2 A3 B1 B2 B3 C1 C2 C3"),
        ((80, 24), Density.DOTS, "A1 A2 A3 A4 B1 B2 B3 B4 C1 C2 C3 C4 D1 D2 D3 D4"),
    ],
)
def test_sectors_share_out_the_room(size: tuple[int, int], density: Density, names: str) -> None:
    """Each seat is in exactly one, and a sector without seats is none."""
    arrangement = arrange(room(3000), *size)
    found = sectors(arrangement)
    assert arrangement.density is density
    assert " ".join(sector.name for sector in found) == names
    assert sorted(index for sector in found for index in sector.seats) == list(range(3000))
    for sector in found:
        for index in sector.seats:
            spot = arrangement.spots[index]
            assert sector.column <= spot.column < sector.column + sector.columns
            assert sector.line <= spot.line < sector.line + sector.lines
            assert sector_of(arrangement, index) is sector


def test_a_room_with_glyphs_has_no_sectors() -> None:
    """There is nothing more to see in them."""
    assert sectors(arrange(room(67), 80, 24)) == ()
    assert sector_of(arrange(room(67), 80, 24), 5) is None


@pytest.mark.parametrize("size", [(40, 11), (40, 12), (41, 13), (80, 24), (120, 40)], ids=str)
@pytest.mark.parametrize("kind", Kind)
def test_a_sector_alone_has_glyphs(kind: Kind, size: tuple[int, int]) -> None:
    """Each of its seats once and inside; nobody else's."""
    whole = arrange(room(3000, kind), *size)
    assert sectors(whole)
    for sector in sectors(whole):
        part = zoom(whole, sector)
        assert part.density in GLYPHS
        assert tuple(sorted(part.spots)) == sector.seats
        assert len(set(part.spots.values())) == len(sector.seats)
        assert all(0 <= spot.column < size[0] and 0 <= spot.line < size[1] for spot in part.spots.values())


@given(st.integers(1500, 3000), st.integers(40, 80), st.integers(12, 20), st.floats(0, 1), st.floats(0, 0.2))
@settings(max_examples=8, deadline=None)
def test_a_sector_of_a_crowd_has_glyphs(count: int, columns: int, lines: int, middle: float, spread: float) -> None:
    """Even where the plan has all seats in one corner."""
    plan = tuple(Place(f"s{n}", str(n), middle + spread * (n % 50) / 50, middle) for n in range(count))
    whole = arrange(plan, columns, lines)
    assert all(zoom(whole, sector).density in GLYPHS for sector in sectors(whole))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("count", [1, 7, 25, 39, 67, 250, 720])
def test_arrows_reach_every_seat(kind: Kind, count: int) -> None:
    """From the first seat on."""
    assert reached(arrange(room(count, kind), 80, 24)) == set(range(count))


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40)], ids=str)
def test_arrows_reach_every_seat_of_a_sector(size: tuple[int, int]) -> None:
    """In the room's largest sector, from its first seat."""
    whole = arrange(room(3000), *size)
    sector = max(sectors(whole), key=lambda one: len(one.seats))
    part = zoom(whole, sector)
    places = {n: i for i, n in enumerate(sector.seats)}
    seen, waiting = {sector.seats[0]}, [sector.seats[0]]
    while waiting:
        here = waiting.pop()
        for right, down in SIDES:
            there = step(part, here, right, down)
            if there is not None and there not in seen:
                seen.add(there)
                waiting.append(there)
    assert seen == set(places)


def test_a_step_goes_to_the_seat_straight_ahead() -> None:
    """Not to a nearer one aside."""
    plan = tuple(Place(str(n), str(n), x, y) for n, (x, y) in enumerate([(0, 0.5), (0.6, 0.5), (0.4, 0.1), (1, 1)]))
    arrangement = arrange(plan, 80, 24)
    assert step(arrangement, 0, 1, 0) == 1
    assert step(arrangement, 0, 0, -1) == 2
    assert step(arrangement, 0, -1, 0) is None
    assert step(arrangement, 3, -1, 0) == 1


def test_a_view_selects_the_first_seat_at_the_first_step() -> None:
    """There is a cursor only once somebody asks for it."""
    view = View(arrange(room(67), 80, 24))
    assert (view.seat, view.step(0, 1).seat, view.go(10).seat) == ("", "s0", "s9")


def test_a_view_of_an_empty_room_stays_as_it_is() -> None:
    """No move finds a seat."""
    view = View(arrange((), 80, 24))
    assert view.step(1, 0) == view.go(1) == view.zoom_in() == view.select(0) == view.look_into("A1") == view


def test_a_step_over_a_sectors_edge_leads_into_the_next_one() -> None:
    """To the seat that is nearest in the whole room."""
    view = View(arrange(room(3000), 80, 24)).select(0).zoom_in()
    assert view.sector is not None
    assert view.sector.name == "D1"
    names = [view.sector.name]
    for _ in range(40):
        view = view.step(0, -1)
        assert view.sector is not None
        assert view.cursor in view.sector.seats
        names.append(view.sector.name)
    assert list(dict.fromkeys(names))[:2] == ["D1", "C1"]


def test_looking_into_a_named_sector_puts_the_cursor_inside() -> None:
    """A cursor that is there already stays; an unknown name changes nothing."""
    view = View(arrange(room(3000), 80, 24)).look_into("B3")
    assert view.sector is not None
    assert view.cursor == view.sector.seats[0]
    other = view.select(view.sector.seats[7]).zoom_out()
    assert other.look_into("B3").cursor == other.cursor
    assert other.look_into("E1") is other


def test_another_size_keeps_the_seat_and_stays_in_a_sector_where_there_are_any() -> None:
    """From dots to dots, and out of them to glyphs and to nothing."""
    view = View(arrange(room(3000), 80, 24)).select(1500).zoom_in()
    smaller, wide, tiny = view.resized(60, 20), view.resized(200, 60), view.resized(10, 5)
    assert (smaller.cursor, smaller.place_of_seat) == (1500, smaller.sector.name if smaller.sector else "none")
    assert (wide.cursor, wide.sector) == (1500, None)
    assert (tiny.cursor, tiny.sector, tiny.seat) == (NOBODY, None, "")
