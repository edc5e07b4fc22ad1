"""Parts of a map that is too dense for glyphs, and steps of a cursor over any map. Pure.

A map of half blocks is cut into three by three sectors and one of dots into four by four, so that each sector has room
for glyphs in the whole map's size. Sectors are named like squares of a board, by a letter for the band from above and
a number from the left: A1 is the upper left one.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from controller.console.map.layout import OVERVIEWS, Arrangement, Density, choose_density, settle

_CUTS: Final = {Density.PAIR: 3, Density.DOTS: 4}
_CACHED: Final = 32
_CELL_RATIO: Final = 2
"""Widths of a cell in its height."""
_ASIDE: Final = 2.0
"""A step prefers a seat straight ahead to one this many times nearer, but aside."""


@dataclass(frozen=True, slots=True)
class Sector:
    """A rectangle of a map, in cells, and the indices of the seats in it."""

    name: str
    column: int
    line: int
    columns: int
    lines: int
    seats: tuple[int, ...]


@lru_cache(_CACHED)
def sectors(arrangement: Arrangement) -> tuple[Sector, ...]:
    """The sectors that have seats, band by band; none where each seat has its glyph already."""
    cuts = _CUTS.get(arrangement.density, 0)
    inside: dict[tuple[int, int], list[int]] = {}
    for index, spot in arrangement.spots.items():
        at = (_band(spot.line, cuts, arrangement.lines), _band(spot.column, cuts, arrangement.columns)) if cuts else ()
        if at:
            inside.setdefault(at, []).append(index)
    found = []
    for (band, across), seats in sorted(inside.items()):
        left, right = (_start(part, cuts, arrangement.columns) for part in (across, across + 1))
        top, bottom = (_start(part, cuts, arrangement.lines) for part in (band, band + 1))
        name = f"{chr(ord('A') + band)}{across + 1}"
        found.append(Sector(name, left, top, right - left, bottom - top, tuple(sorted(seats))))
    return tuple(found)


def sector_of(arrangement: Arrangement, index: int) -> Sector | None:
    """The sector of a seat; None where there are none."""
    return next((sector for sector in sectors(arrangement) if index in sector.seats), None)


@lru_cache(_CACHED)
def zoom(arrangement: Arrangement, sector: Sector) -> Arrangement:
    """The sector alone in the size of the whole map; with glyphs from 40x11 on. Indices stay those of the plan."""
    wished = {
        index: (
            (arrangement.points[index][0] - sector.column) / sector.columns,
            (arrangement.points[index][1] / _CELL_RATIO - sector.line) / sector.lines,
        )
        for index in sector.seats
    }
    labels = [arrangement.places[index].label for index in sector.seats]
    density = choose_density(labels, arrangement.columns, arrangement.lines, cover=1.0)
    return settle(arrangement.places, wished, density, arrangement.columns, arrangement.lines)


def step(arrangement: Arrangement, index: int, right: int, down: int) -> int | None:
    """The nearest seat in a direction: (1, 0), (-1, 0), (0, 1) or (0, -1); None at the edge.

    Seats within half a right angle of the direction come first; without one, any seat that lies further that way.
    """
    here_x, here_y = arrangement.points[index]
    best: tuple[bool, float, int] | None = None
    for other, (x, y) in arrangement.points.items():
        ahead = (x - here_x) * right + (y - here_y) * down
        if ahead <= 0:
            continue
        aside = abs((x - here_x) * down) + abs((y - here_y) * right)
        score = (aside > ahead, ahead + _ASIDE * aside, other)
        if best is None or score < best:
            best = score
    return best[2] if best else None


def is_overview(arrangement: Arrangement) -> bool:
    """True where seats share cells, so that a sector must be looked into."""
    return arrangement.density in OVERVIEWS


def _band(at: int, cuts: int, cells: int) -> int:
    """Which of `cuts` parts of `cells` a cell is in."""
    return ((at + 1) * cuts - 1) // cells


def _start(part: int, cuts: int, cells: int) -> int:
    """The first cell of a part."""
    return part * cells // cuts
