"""The seat plan: a drawing of the places, and a list of who sits where. Pure.

Where the names of all places hold two numbers, the first is the row and the second the place in it; else the seats
stand as the screen shows them.
"""

import re
from itertools import count
from typing import Final

from controller.fallback.markup import Markup, element, page, row
from controller.fallback.paper import Paper
from controller.seat_map import place_seats

WIDTH_MM, HEIGHT_MM = 270.0, 86.0
NAMES_FROM_MM: Final = 24.0
"""A box this wide holds a name."""
_GAP_MM: Final = 2.0
_LETTER_MM: Final = 2.05
"""A wide letter of a name in a box."""
_CELLS = 120, 17
_STYLE: Final = """
svg { display: block; width: 100%; height: auto; }
svg text { font-family: inherit; text-anchor: middle; fill: #000; }
.plan { break-inside: avoid; columns: 4; column-gap: 5mm; }
.plan table { margin: 0; font-size: 9pt; }
.plan td { padding: 0.5mm 1.2mm; }
.plan td:first-child { white-space: nowrap; width: 1%; }
"""


def seat_plan(paper: Paper) -> str:
    """The plan as HTML, in landscape."""
    title = paper.words.gettext("Seat plan")
    people = {person.id: person for person in paper.people()}
    sits = {seat: people[member] for member, seat in paper.sitting.seat_of.items()}
    seats = paper.sitting.roster.seats
    places = [paper.script(seat["place"] or seat["id"]) for seat in seats]
    names = [sits[seat["id"]].name if seat["id"] in sits else "" for seat in seats]
    rows = [
        row("td", ("", place), ("", name or paper.words.gettext("free")))
        for place, name in zip(places, names, strict=True)
    ]
    without = [person.name for person in people.values() if not person.place]
    notes = [element("p", paper.words.gettext("Without a seat: %s") % ", ".join(without))] if without else []
    return page(
        paper.language,
        title,
        paper.heading(title),
        _drawing(paper, places, names),
        *notes,
        element("div", element("table", element("tbody", *rows)), class_="plan"),
        landscape=True,
        style=_STYLE,
    )


def _drawing(paper: Paper, places: list[str], names: list[str]) -> Markup:
    if not places:
        return Markup()
    grid = rows_and_places([seat["place"] for seat in paper.sitting.roster.seats])
    boxes, width, height, total = _in_rows(grid) if grid else _in_arcs(len(places))
    drawn = [
        _box(left, top, width, height, (number, name))
        for (left, top), number, name in zip(boxes, _numbers(places, grid), names, strict=True)
    ]
    chair = element("text", paper.words.gettext("Chair"), x=WIDTH_MM / 2, y=total + 7, font_size=4.5)
    return element(
        "svg", *drawn, chair, viewBox=f"0 0 {WIDTH_MM:g} {total + 9:g}", role="img",
        aria_label=paper.words.gettext("Seat plan"),
    )  # fmt: skip


def rows_and_places(places: list[str]) -> list[tuple[int, int]]:
    """(row, number) of each place; empty if one of them does not say so, or two say the same."""
    found = [re.findall(r"[0-9]{1,4}", place) for place in places]
    grid = [(int(numbers[0]), int(numbers[1])) for numbers in found if len(numbers) == 2]  # noqa: PLR2004 - row and number
    return grid if len(grid) == len(places) == len(set(grid)) else []


def _numbers(places: list[str], grid: list[tuple[int, int]]) -> list[str]:
    """What stands in the box: the numbers of the place, which fit where its words do not."""
    if grid:
        return [f"{one}/{other}" for one, other in grid]
    numbers = [re.findall(r"[0-9]{1,4}", place) for place in places]
    if all(len(found) == 1 for found in numbers):
        return [found[0] for found in numbers]
    return [str(number) for number, _place in zip(count(1), places, strict=False)]


Drawn = tuple[list[tuple[float, float]], float, float, float]
"""(left, top) of each box, their width and height, the height of all."""


def _in_rows(grid: list[tuple[int, int]]) -> Drawn:
    """The first row is nearest the chair, who sits below; each row stands in the middle."""
    rows = {line: sorted(place for one, place in grid if one == line) for line in sorted({line for line, _ in grid})}
    widest = max(len(places) for places in rows.values())
    width = min(34.0, WIDTH_MM / widest - _GAP_MM)
    height = max(7.0, min(16.0, HEIGHT_MM / len(rows) - _GAP_MM))
    boxes = []
    for line, place in grid:
        order = list(rows).index(line)
        left = (WIDTH_MM - len(rows[line]) * (width + _GAP_MM) + _GAP_MM) / 2
        boxes.append((left + rows[line].index(place) * (width + _GAP_MM), (len(rows) - 1 - order) * (height + _GAP_MM)))
    return boxes, width, height, len(rows) * (height + _GAP_MM)


def _in_arcs(seats: int) -> Drawn:
    """As on the screen: a half circle of character cells, here of millimetres."""
    columns, lines = _CELLS
    cells = place_seats(seats, columns, lines)
    deepest = max(line for _column, line in cells) + 1
    across, down = WIDTH_MM / columns, HEIGHT_MM / max(lines, deepest)
    by_line: dict[int, list[int]] = {}
    for column, line in cells:
        by_line.setdefault(line, []).append(column)
    apart = min(
        (b - a for columns in by_line.values() for a, b in zip(sorted(columns), sorted(columns)[1:], strict=False)),
        default=columns,
    )
    width = min(16.0, apart * across - 0.4)
    boxes = [(min(column * across, WIDTH_MM - width), line * down) for column, line in cells]
    return boxes, width, down - 0.6, deepest * down


def _box(left: float, top: float, width: float, height: float, texts: tuple[str, str]) -> Markup:
    number, name = texts
    middle = left + width / 2
    named = bool(name) and width >= NAMES_FROM_MM and height >= 12  # noqa: PLR2004 - millimetres for three lines
    lines = _wrapped(name, int(width / _LETTER_MM)) if named else []
    rect = element(
        "rect", x=f"{left:.2f}", y=f"{top:.2f}", width=f"{width:.2f}", height=f"{height:.2f}",
        fill="none", stroke="#000", stroke_width="0.35", stroke_dasharray="none" if name else "1.5 1",
    )  # fmt: skip
    size = min(4.4, height * 0.8, width / max(2, len(number)) * 1.5)
    base = top + (4.6 if named else height / 2 + size * 0.36)
    texts_drawn = [element("text", number, x=f"{middle:.2f}", y=f"{base:.2f}", font_size=f"{size:.2f}")]
    for place, line in enumerate(lines):
        texts_drawn.append(element("text", line, x=f"{middle:.2f}", y=f"{base + 4 + place * 3.6:.2f}", font_size="3.1"))
    return element("g", rect, *texts_drawn)


def _wrapped(name: str, characters: int) -> list[str]:
    """At most two lines; what is longer is cut, and stands whole in the list below."""
    first, second = "", ""
    for word in name.split():
        if not second and len(f"{first} {word}".strip()) <= characters:
            first = f"{first} {word}".strip()
        else:
            second = f"{second} {word}".strip()
    if not first:
        first, _, second = second.partition(" ")
    return [line if len(line) <= characters else line[: characters - 1] + "…" for line in (first, second) if line]
