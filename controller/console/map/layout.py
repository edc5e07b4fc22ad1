"""Which cell of a terminal each seat of a plan gets. Pure, and the same for the same plan and size.

How it works: `choose_density` takes the largest drawing of a seat that has room; its cells form a grid; each seat goes
to the free square of the grid that is nearest to where the plan has it. A cell is twice as high as it is wide, and
distances are measured in widths of a cell.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from math import floor, inf
from typing import Final

from controller.console.map.plan import Place, Point

_RING: Final = 0.66
"""Share of a rectangle that a hemicycle covers: what a plan may hope for."""
_CACHED: Final = 16


class Density(Enum):
    """How a seat is drawn, from the largest drawing to the smallest."""

    LABEL = "label"
    """number and glyph, a blank after it"""
    WIDE = "wide"
    """glyph and a blank"""
    GLYPH = "glyph"
    """glyph"""
    PAIR = "pair"
    """two seats in a cell, one above the other"""
    DOTS = "dots"
    """eight seats in a cell, four lines of two"""
    NONE = "none"
    """there are more seats than dots: nothing is drawn"""


GLYPHS: Final = (Density.LABEL, Density.WIDE, Density.GLYPH)
"""Where each seat has a glyph of its own."""
OVERVIEWS: Final = (Density.PAIR, Density.DOTS)
"""Where it has not, so that there are sectors to look into."""
_FILL: Final = {Density.LABEL: 0.55, Density.WIDE: 0.85, Density.GLYPH: 0.90, Density.PAIR: 1.80}
"""Cells that seats may take, of those that a plan covers; measured on screens of 80x24 to 200x60."""
_PARTS: Final = {Density.PAIR: (1, 2), Density.DOTS: (2, 4)}
"""Seats beside and above each other in one cell."""


@dataclass(frozen=True, slots=True)
class Spot:
    """The cell of a seat's glyph; `part` counts the seats of one cell by lines from its upper left corner."""

    column: int
    line: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that is drawn; `seats` are (part, index in the plan)."""

    column: int
    seats: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Arrangement:
    """A plan, or a sector of it, in `columns` x `lines` cells; equal only to itself, so that it can be a key.

    `spots` and `points` are by index in `places`, for the seats that are drawn; a point is the middle of a seat, in
    widths of a cell. `rows` are the cells of each line from the left. `label_cells` is the room of a number before its
    glyph.
    """

    places: tuple[Place, ...]
    density: Density
    columns: int
    lines: int
    label_cells: int
    spots: Mapping[int, Spot]
    points: Mapping[int, Point]
    rows: tuple[tuple[Cell, ...], ...]

    def seat_at(self, column: int, line: int) -> int | None:
        """Index of the seat drawn there, its number and the blank after its glyph included; the first of several."""
        if not 0 <= line < len(self.rows):
            return None
        blank = 1 if self.density in {Density.LABEL, Density.WIDE} else 0
        for cell in self.rows[line]:
            if cell.column - self.label_cells <= column <= cell.column + blank:
                return cell.seats[0][1]
        return None


@dataclass(frozen=True, slots=True)
class _Grid:
    """The squares of a density: how many, how wide and high, and where the first one starts."""

    columns: int
    lines: int
    width: float
    height: float
    left: int


@lru_cache(_CACHED)
def arrange(places: tuple[Place, ...], columns: int, lines: int) -> Arrangement:
    """The plan in `columns` x `lines` cells, each seat in exactly one place; `Density.NONE` where they have no room."""
    labels = [place.label for place in places]
    density = choose_density(labels, columns, lines)
    return settle(places, {index: (place.x, place.y) for index, place in enumerate(places)}, density, columns, lines)


def choose_density(labels: Sequence[str], columns: int, lines: int, cover: float = _RING) -> Density:
    """The largest drawing for seats of these labels; `cover` is the share of the rectangle that their plan covers."""
    seats, digits = len(labels), max(map(len, labels), default=0)
    for density, fill in _FILL.items():
        cells = digits + 2 if density is Density.LABEL else 2 if density is Density.WIDE else 1
        grid = _grid_of(density, digits, columns, lines)
        if seats * cells <= fill * cover * columns * lines and seats <= grid.columns * grid.lines:
            return density
    grid = _grid_of(Density.DOTS, digits, columns, lines)
    return Density.DOTS if seats <= grid.columns * grid.lines else Density.NONE


def settle(
    places: tuple[Place, ...], wished: Mapping[int, Point], density: Density, columns: int, lines: int
) -> Arrangement:
    """Seats, by index where they wish to be (0..1), on the squares of a density that has room for them."""
    digits = max((len(places[index].label) for index in wished), default=0) if density is Density.LABEL else 0
    rows: list[list[Cell]] = [[] for _ in range(max(0, lines))]
    spots: dict[int, Spot] = {}
    points: dict[int, Point] = {}
    if density is not Density.NONE:
        grid = _grid_of(density, digits, columns, lines)
        beside, above = _PARTS.get(density, (1, 1))
        cells: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for index, (square, line) in _nearest_squares(wished, grid).items():
            column = grid.left + digits + (square // beside if density in OVERVIEWS else square * int(grid.width))
            spot = Spot(column, line // above, line % above * beside + square % beside)
            spots[index] = spot
            points[index] = (column + 0.5 if beside == 1 else (square + 0.5) * grid.width, (line + 0.5) * grid.height)
            cells.setdefault((spot.line, column), []).append((spot.part, index))
        for (line, column), seats in sorted(cells.items()):
            rows[line].append(Cell(column, tuple(sorted(seats))))
    return Arrangement(places, density, columns, lines, digits, spots, points, tuple(map(tuple, rows)))


def _grid_of(density: Density, digits: int, columns: int, lines: int) -> _Grid:
    """The squares of a density in a rectangle; the last square of a line may do without its blank."""
    columns, lines = max(0, columns), max(0, lines)
    if density in _PARTS:
        beside, above = _PARTS[density]
        return _Grid(columns * beside, lines * above, 1 / beside, 2 / above, 0)
    cells = digits + 2 if density is Density.LABEL else 2 if density is Density.WIDE else 1
    squares = columns if cells == 1 else (columns + 1) // cells
    used = squares * cells - (cells > 1)
    return _Grid(squares, lines, cells, 2, max(0, columns - used) // 2)


def _nearest_squares(wished: Mapping[int, Point], grid: _Grid) -> dict[int, tuple[int, int]]:
    """A free square (column, line) for each seat, the nearest to its wish; mirrored seats one after the other.

    A line remembers for each square the next free one to its left and right, so that a crowded plan costs little more
    than one with room.
    """
    after = [list(range(grid.columns + 1)) for _ in range(grid.lines)]
    before = [list(range(grid.columns + 1)) for _ in range(grid.lines)]
    found: dict[int, tuple[int, int]] = {}
    order = sorted(wished, key=lambda index: _order(wished[index], index))
    for index in order:
        x, y = wished[index]
        column, line = _rounded(x, grid.columns), _rounded(y, grid.lines)
        if after[line][column] != column:
            column, line = _search(column, line, grid, after, before, outwards=-1 if x < 0.5 else 1)  # noqa: PLR2004 - middle
        after[line][column] = column + 1
        before[line][column + 1] = column
        found[index] = (column, line)
    return found


def _order(point: Point, index: int) -> tuple[float, float, float, int]:
    """Lines from above; inside one from the outer seats inwards, the left of two mirrored ones first."""
    x, y = point
    return (round(y, 6), -round(abs(x - 0.5), 6), x, index)


def _rounded(share: float, squares: int) -> int:
    """The square of a share 0..1; mirrored shares get mirrored squares."""
    share = min(1.0, max(0.0, share))
    if share <= 0.5:  # noqa: PLR2004 - the middle
        return floor(share * (squares - 1) + 0.5)
    return squares - 1 - floor((1 - share) * (squares - 1) + 0.5)


def _search(
    column: int, line: int, grid: _Grid, after: list[list[int]], before: list[list[int]], *, outwards: int
) -> tuple[int, int]:
    """The free square nearest to a taken one; of two as near, the one in a nearer line, then the outer one."""
    best, at = inf, (-1, -1)
    for away in range(grid.lines):
        high = away * grid.height
        if high >= best:
            break
        for other in (line - away, line + away) if away else (line,):
            if not 0 <= other < grid.lines:
                continue
            for square in _free_beside(column, after[other], before[other], outwards):
                far = ((square - column) * grid.width) ** 2 + high * high
                if far < best * best:
                    best, at = far**0.5, (square, other)
    return at


def _free_beside(column: int, after: list[int], before: list[int], outwards: int) -> Iterable[int]:
    """The nearest free squares of one line on both sides of `column`, itself included; the outer one first."""
    right = _follow(after, column)
    left = _follow(before, column + 1) - 1
    squares = (left, right) if outwards < 0 else (right, left)
    return [square for square in squares if 0 <= square < len(after) - 1]


def _follow(links: list[int], at: int) -> int:
    """Where a chain of links ends; each that was passed is set two steps further."""
    while links[at] != at:
        links[at] = at = links[links[at]]
    return at
