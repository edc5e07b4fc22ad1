"""Where each seat stands in a drawing of the room: a hemicycle of character cells, or a block where it gets too tight.

Pure geometry. Seats are numbered from the left to the right, so that neighbours in the roster, who sit by groups, form
wedges.
"""

from math import cos, pi, sin, sqrt

Place = tuple[int, int]
"""(column, line), from the upper left corner."""
_GAP = 2
"""Cells between the columns of two seats in one line: a glyph that is drawn wide must not cover its neighbour."""
_ARCS_MAX = 8
_INNER = 0.42
_CELL_RATIO = 2.0
"""A character cell is about twice as high as it is wide."""
_STRETCHES = (1.5, 2.4, 4.0)
"""How much wider than a half circle; the roundest that has room is taken."""


def place_seats(seats: int, width: int, height: int) -> list[Place]:
    """Places of all seats in `width` x `height` cells, by seat number; a block may need more lines than `height`."""
    best = max(1, min(_ARCS_MAX, round(sqrt(seats) / 2)))
    for stretch in _STRETCHES:
        for arcs in (*range(best, _ARCS_MAX + 1), *range(best - 1, 0, -1)):
            places = _hemicycle(seats, arcs, width, height, stretch)
            if places and _are_apart(places):
                return places
    return _block(seats, width, height)


def _hemicycle(seats: int, arcs: int, width: int, height: int, stretch: float) -> list[Place]:
    """Seats on arcs, in proportion to their lengths, then numbered by angle; empty if an arc would get no seat."""
    radii = [1.0] if arcs == 1 else [_INNER + (1 - _INNER) * arc / (arcs - 1) for arc in range(arcs)]
    counts = _divide(seats, radii)
    if min(counts) < 2 and seats > arcs:  # noqa: PLR2004 - an arc has two ends
        return []
    half_width = min((width - 1) / 2, (height - 1) * _CELL_RATIO * stretch)
    points: list[tuple[float, Place]] = []
    for radius, count in zip(radii, counts, strict=True):
        for number in range(count):
            angle = pi * (1 - (number / (count - 1) if count > 1 else 0.5))
            column = round((width - 1) / 2 + half_width * radius * cos(angle))
            line = round((height - 1) * (1 - radius * sin(angle)))
            points.append((-angle, (column, line)))
    points.sort(key=lambda point: point[0])
    return [place for _, place in points]


def _divide(seats: int, radii: list[float]) -> list[int]:
    """Whole numbers of seats in proportion to the arcs' lengths; what is left over goes to the outer arcs."""
    total = sum(radii)
    counts = [int(seats * radius / total) for radius in radii]
    for place in range(seats - sum(counts)):
        counts[-1 - place % len(counts)] += 1
    return counts


def _are_apart(places: list[Place]) -> bool:
    """True if no two seats touch."""
    by_line: dict[int, list[int]] = {}
    for column, line in places:
        by_line.setdefault(line, []).append(column)
    return all(
        after - before >= _GAP
        for columns in by_line.values()
        for before, after in zip(sorted(columns), sorted(columns)[1:], strict=False)
    )


def _block(seats: int, width: int, height: int) -> list[Place]:
    """Columns from the left to the right, as wide apart as there is room for."""
    gap = _GAP if -(-seats // height) * _GAP <= width else 1
    lines = max(min(height, seats), -(-seats // (width // gap)))
    columns = -(-seats // lines)
    left = (width - (columns - 1) * gap - 1) // 2
    return [(left + number // lines * gap, number % lines) for number in range(seats)]
