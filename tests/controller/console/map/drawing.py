"""Rooms and pictures for the tests of the seat map."""

from collections.abc import Sequence

from controller.console.map.layout import Arrangement
from controller.console.map.marks import DARK, Mark
from controller.console.map.plan import Kind, Place, Sitter, plan_of_kind
from controller.console.map.strips import Painter

WIDTHS = {"label": 4, "wide": 2, "glyph": 1}


def sitters(count: int) -> list[Sitter]:
    """Seats without a `place` text, in four groups."""
    return [(f"s{number}", "", "ABCD"[number * 4 // count]) for number in range(count)]


def room(count: int, kind: Kind = Kind.HEMICYCLE) -> tuple[Place, ...]:
    """A room of so many seats."""
    return plan_of_kind(kind, sitters(count))


def drawn(arrangement: Arrangement, marks: Sequence[Mark] | None = None, *, ascii_only: bool = False) -> str:
    """The picture as text without blanks at the ends of lines; everyone present where no marks are given."""
    painter = Painter(arrangement, DARK, ascii_only=ascii_only)
    marks = marks or [Mark.PRESENT] * len(arrangement.places)
    return "\n".join(painter.line(line, marks).text.rstrip() for line in range(arrangement.lines)) + "\n"
