"""What a row of the table is, and how the table reads.

`ratio` is `value / limit`, always; `reach` says where it should be. The limit of a row is measured in the same run,
except where the reach is a time that people set (closing, recovery, the seat's figures): there it is that time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from protocol.errors import ChamberError


class BenchFailed(ChamberError):
    """A measurement could not be made, or what was measured did its work wrong."""

    code = "bench"


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `reach`: `>= x` or `<= x`, on the ratio; empty for a row that only informs."""

    name: str
    seats: int
    value: float
    unit: str
    limit: float
    reach: str = ""
    note: str = ""

    @property
    def ratio(self) -> float:
        """The figure in units of its limit."""
        return self.value / self.limit if self.limit else 0.0

    @property
    def met(self) -> bool | None:
        """Whether the ratio is where it should be; None without a reach."""
        comparator, _, bound = self.reach.partition(" ")
        if not bound:
            return None
        return self.ratio >= float(bound) if comparator == ">=" else self.ratio <= float(bound)

    def as_json(self) -> dict[str, Any]:
        """The row as `chamber bench --json` prints it."""
        row: dict[str, Any] = {
            "name": self.name, "seats": self.seats, "value": round(self.value, 4), "unit": self.unit,
            "limit": round(self.limit, 4), "ratio": round(self.ratio, 4), "reach": self.reach, "met": self.met,
        }  # fmt: skip
        return row | ({"note": self.note} if self.note else {})


_MET = {True: "met", False: "NOT MET", None: ""}
_HEADINGS = ("row", "seats", "value", "unit", "limit", "ratio", "reach", "")


def write_table(rows: Sequence[Row]) -> str:
    """The rows as a table in plain text, notes below."""
    cells = [_HEADINGS] + [
        (r.name, str(r.seats), f"{r.value:,.2f}", r.unit, f"{r.limit:,.2f}", f"{r.ratio:.3f}", r.reach, _MET[r.met])
        for r in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEADINGS))]
    lines = ["  ".join(_aligned(line, widths)).rstrip() for line in cells]
    notes = [f"{row.name}, {row.seats} seats: {row.note}" for row in rows if row.note]
    return "\n".join(lines + notes)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    numbers = {1, 2, 4, 5}
    return [
        cell.rjust(width) if column in numbers else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least `part` (0 to 1) of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(part * len(ordered)) - 1)]
