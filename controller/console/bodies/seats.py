"""Screen 5, the seats: how the devices are, the faulty ones first."""

from typing import ClassVar

from controller.console.bodies.table_body import TableBody
from controller.console.catalogue import SEATS, Selection
from controller.console.rows.seats import inputs, seats_foot, seats_heading, seats_table
from controller.console.rows.table import Line, Table
from controller.console.snapshot import Snapshot
from controller.desk.documents import EMPTY_SEAT


class SeatsBody(TableBody):
    """What seats say of themselves is shown and decides nothing."""

    SCREEN: ClassVar[str] = SEATS

    @property
    def selection(self) -> Selection:
        """The selected seat, and who sits there."""
        seat = self.list.selected
        position = self.known.member_at(seat)
        is_taken = EMPTY_SEAT < position < len(self.known.house.members)
        return Selection(seat=seat, member=self.known.house.members[position].id if is_taken else "")

    def inputs(self, snapshot: Snapshot) -> tuple[object, ...]:
        """What the rows are made of."""
        return inputs(snapshot)

    def make_table(self, width: int) -> Table:
        """The seats."""
        return seats_table(self.known, self.words, width)

    def make_heading(self, width: int) -> tuple[Line, ...]:
        """How many seats are in which state."""
        return seats_heading(self.known, self.words, width)

    def make_foot(self, width: int, selected: str) -> tuple[Line, ...]:
        """All that the selected seat says."""
        return seats_foot(self.known, self.words, width, selected)
