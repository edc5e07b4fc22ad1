"""Where the seats of a room stand. Pure.

A plan is a tuple of `Place`s in the roster's order. x and y are 0..1 of the room as the chair sees it drawn: (0, 0) is
the upper left corner, and the chair sits below the middle of the lower edge. The map and the printed seat plan
(`controller/fallback/seat_plan.py`) name and place seats by the same rule: two numbers in each `place` text are row and
seat. The rule stands here again because the sheets load far more than a console needs.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from math import cos, pi, sin, sqrt
from typing import Final

LABEL_CELLS_MAX: Final = 7
"""A label is a number of a seat, or of row and seat; what is longer is not one."""
_INNER: Final = 0.4
"""Radius of the first arc of a hemicycle, of the last one's."""
_ARCS_BY_SEATS: Final = 0.27
"""Arcs squared for each seat: with it seats are as far from their neighbours as arcs are from each other."""
_BENCH_SEATS_BY_BENCHES: Final = 4.0
_ROW_SEATS_BY_ROWS: Final = 1.8
_AISLE: Final = 0.24
"""Width of the floor between two facing blocks."""
_NUMBER: Final = re.compile("[0-9]{1,4}")

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """One seat of a plan: its id, what is written beside its glyph, where it stands (0..1), and its group."""

    seat: str
    label: str
    x: float
    y: float
    group: str = ""


class Kind(Enum):
    """How a room without a plan of its own is drawn."""

    HEMICYCLE = "hemicycle"
    ROWS = "rows"
    CLASSROOM = "classroom"


Sitter = tuple[str, str, str]
"""(seat id, its `place` text, group)."""


def plan_of_roster(seats: Sequence[Sitter], kind: Kind = Kind.HEMICYCLE) -> tuple[Place, ...]:
    """Rows where every `place` text has two numbers, like `row 3 seat 4`; else `kind`, in the roster's order."""
    texts = [text for _seat, text, _group in seats]
    grid = rows_and_places(texts)
    points = _rows_of_grid(grid) if grid else _POINTS[kind](len(seats))
    return tuple(
        Place(seat, label, x, y, group)
        for (seat, _text, group), label, (x, y) in zip(seats, labels_of(texts), points, strict=True)
    )


def plan_of_kind(kind: Kind, seats: Sequence[Sitter]) -> tuple[Place, ...]:
    """The seats in the roster's order as `kind`, whatever their `place` texts say; the labels are theirs."""
    return tuple(
        Place(seat, label, x, y, group)
        for (seat, _text, group), label, (x, y) in zip(
            seats, labels_of([text for _seat, text, _group in seats]), _POINTS[kind](len(seats)), strict=True
        )
    )


def plan_of_points(rows: Iterable[tuple[str, str, float, float, str]]) -> tuple[Place, ...]:
    """A house's own plan: (seat id, label, x, y, group) in any unit; it is stretched to fill the room.

    A label that is not a short text of plain letters and digits gives way to the seat's number in the list.
    """
    given = list(rows)
    xs, ys = _stretched([x for _, _, x, _, _ in given]), _stretched([y for _, _, _, y, _ in given])
    return tuple(
        Place(seat, label if is_label(label) else str(number), x, y, group)
        for number, ((seat, label, _x, _y, group), x, y) in enumerate(zip(given, xs, ys, strict=True), 1)
    )


def labels_of(texts: Sequence[str]) -> list[str]:
    """What stands beside each glyph: `row/seat`, the one number of the `place` text, or the number in the list."""
    grid = rows_and_places(texts)
    if grid:
        labels = [f"{row}/{place}" for row, place in grid]
        if all(map(is_label, labels)):
            return labels
    found = [numbers[0] for text in texts if len(numbers := _NUMBER.findall(text)) == 1]
    return found if len(found) == len(set(found)) == len(texts) else [str(n) for n in range(1, len(texts) + 1)]


def rows_and_places(texts: Sequence[str]) -> list[tuple[int, int]]:
    """(row, number) of each place; empty if one of the texts does not say so, or two say the same."""
    found = [_NUMBER.findall(text) for text in texts]
    grid = [(int(numbers[0]), int(numbers[1])) for numbers in found if len(numbers) == 2]  # noqa: PLR2004 - row and number
    return grid if len(grid) == len(texts) == len(set(grid)) else []


def is_label(text: str) -> bool:
    """True if each character of a short text takes exactly one cell and is written from left to right."""
    return 0 < len(text) <= LABEL_CELLS_MAX and all(
        c.isprintable()
        and not c.isspace()
        and unicodedata.east_asian_width(c) not in {"W", "F"}
        and not unicodedata.category(c).startswith("M")
        and unicodedata.bidirectional(c) in {"L", "EN", "ES", "CS", "ON"}
        for c in text
    )


def _hemicycle(seats: int) -> list[Point]:
    """Arcs around the chair, numbered by angle from the left, so that neighbours in the roster form wedges."""
    arcs = max(1, round(sqrt(_ARCS_BY_SEATS * seats)))
    radii = [1.0] if arcs == 1 else [_INNER + (1 - _INNER) * arc / (arcs - 1) for arc in range(arcs)]
    found: list[tuple[float, float, float]] = []
    for radius, count in zip(radii, _divide(seats, radii), strict=True):
        for number in range(count):
            turn = number / (count - 1) if count > 1 else 0.5
            x, y = (1 - radius * cos(pi * turn)) / 2, 1 - radius * sin(pi * turn)
            found.append((round(turn, 9), x, y))
    return [(x, y) for _turn, x, y in sorted(found)]


def _divide(seats: int, lengths: Sequence[float]) -> list[int]:
    """Whole numbers of seats in proportion to the arcs' lengths; what is left over goes to the outer arcs."""
    total = sum(lengths)
    counts = [int(seats * length / total) for length in lengths]
    for place in range(seats - sum(counts)):
        counts[-1 - place % len(counts)] += 1
    return counts


def _facing(seats: int) -> list[Point]:
    """Two blocks that face each other: the first half on the left; the front benches first, from the chair outwards."""
    left = (seats + 1) // 2
    return _block(left, left, 0.0) + [(1 - x, y) for x, y in _block(seats - left, left, 0.0)]


def _block(seats: int, most: int, back: float) -> list[Point]:
    """`seats` on benches that are long enough for `most`; the back bench stands at x = `back`."""
    benches = max(1, round(sqrt(most / _BENCH_SEATS_BY_BENCHES)))
    length = max(1, -(-most // benches))
    depth = (1 - _AISLE) / 2
    return [
        (
            depth - (depth - back) * (number // length) / (benches - 1) if benches > 1 else depth,
            1 - number % length / (length - 1) if length > 1 else 0.5,
        )
        for number in range(seats)
    ]


def _classroom(seats: int) -> list[Point]:
    """Rows before the chair, the first one nearest to him, each numbered from the left."""
    rows = max(1, round(sqrt(seats / _ROW_SEATS_BY_ROWS)))
    longest = max(1, -(-seats // rows))
    return _rows_of_grid([(number // longest, number % longest) for number in range(seats)])


def _rows_of_grid(grid: Sequence[tuple[int, int]]) -> list[Point]:
    """(row, number) of each seat: the lowest row is nearest to the chair, each row stands in the middle."""
    rows: dict[int, list[int]] = {}
    for line, place in sorted(grid):
        rows.setdefault(line, []).append(place)
    order = {line: number for number, line in enumerate(rows)}
    inside = {line: {place: number for number, place in enumerate(places)} for line, places in rows.items()}
    longest = max(map(len, rows.values()), default=1)
    pitch, deep = 1 / max(1, longest - 1), 1 / max(1, len(rows) - 1)
    return [
        (
            0.5 + (inside[line][place] - (len(rows[line]) - 1) / 2) * pitch,
            1 - order[line] * deep if len(rows) > 1 else 0.5,
        )
        for line, place in grid
    ]


def _stretched(values: list[float]) -> list[float]:
    """Values as 0..1 of their range; all alike stand in the middle."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    return [(value - low) / (high - low) if high > low else 0.5 for value in values]


_POINTS: Final[dict[Kind, Callable[[int], list[Point]]]] = {
    Kind.HEMICYCLE: _hemicycle,
    Kind.ROWS: _facing,
    Kind.CLASSROOM: _classroom,
}
