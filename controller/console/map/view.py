"""What of a room is looked at, the whole or one sector, and the seat under the cursor. Pure: moves give new views."""

from dataclasses import dataclass, replace
from typing import Final

from controller.console.map.layout import Arrangement, arrange
from controller.console.map.sectors import Sector, is_overview, sector_of, sectors, step, zoom

NOBODY: Final = -1
"""The cursor stands on no seat yet."""


@dataclass(frozen=True, slots=True)
class View:
    """The whole room arranged, the index of the selected seat, and the sector that is looked into, if one is."""

    whole: Arrangement
    cursor: int = NOBODY
    sector: Sector | None = None

    @property
    def shown(self) -> Arrangement:
        """What is drawn."""
        return zoom(self.whole, self.sector) if self.sector else self.whole

    @property
    def seat(self) -> str:
        """The id of the selected seat, or empty."""
        return self.whole.places[self.cursor].seat if self.cursor != NOBODY else ""

    @property
    def place_of_seat(self) -> str:
        """The name of the selected seat's sector; empty without seat or sectors."""
        sector = sector_of(self.whole, self.cursor)
        return sector.name if sector else ""

    @property
    def may_zoom(self) -> bool:
        """True over sectors: there is one to look into."""
        return self.sector is None and is_overview(self.whole)

    def index_of(self, seat: str) -> int:
        """The index of a seat by its id, or `NOBODY`."""
        return next((index for index, place in enumerate(self.whole.places) if place.seat == seat), NOBODY)

    def select(self, index: int) -> "View":
        """Another seat, in its own sector if one is looked into; unchanged for a seat that is not drawn."""
        if index not in self.whole.spots:
            return self
        sector = sector_of(self.whole, index) if self.sector else None
        return replace(self, cursor=index, sector=sector)

    def step(self, right: int, down: int) -> "View":
        """The nearest seat in a direction, from a sector's edge on into the next sector; the first seat at first."""
        if self.cursor == NOBODY:
            return self.select(0)
        found = step(self.shown, self.cursor, right, down)
        if found is None and self.sector:
            found = step(self.whole, self.cursor, right, down)
        return self if found is None else self.select(found)

    def go(self, seats: int) -> "View":
        """So many seats on in the plan's order, as far as there are any."""
        return self.select(min(max(0, self.cursor + seats), len(self.whole.places) - 1))

    def zoom_in(self) -> "View":
        """Into the sector of the selected seat, or of the first one."""
        if not self.may_zoom:
            return self
        view = self.select(0) if self.cursor == NOBODY else self
        return replace(view, sector=sector_of(self.whole, view.cursor))

    def zoom_out(self) -> "View":
        """Back to the whole room."""
        return replace(self, sector=None)

    def look_into(self, name: str) -> "View":
        """Into a sector by its name, on its first seat if the selected one is elsewhere; unchanged if there is none."""
        for sector in sectors(self.whole):
            if sector.name == name:
                inside = self.cursor in sector.seats
                return replace(self, sector=sector, cursor=self.cursor if inside else sector.seats[0])
        return self

    def resized(self, columns: int, lines: int) -> "View":
        """The same seat of the same room in another size; in a sector if it was in one and there are still any."""
        whole = arrange(self.whole.places, columns, lines)
        cursor = self.cursor if self.cursor in whole.spots else NOBODY
        return View(whole, cursor, sector_of(whole, cursor) if self.sector else None)
