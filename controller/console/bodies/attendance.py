"""Screen 4, attendance: the quorum, and who is here."""

from typing import ClassVar

from controller.console.bodies.table_body import TableBody
from controller.console.catalogue import ATTENDANCE, Selection
from controller.console.rows.attendance import attendance_heading, attendance_table, inputs
from controller.console.rows.table import Line, Table
from controller.console.snapshot import Snapshot


class AttendanceBody(TableBody):
    """Those who are not here come first; the cursor stays with its member when one comes or goes."""

    SCREEN: ClassVar[str] = ATTENDANCE

    @property
    def selection(self) -> Selection:
        """The selected member, and the seat where he or she sits."""
        member = self.list.selected
        position = next((number for number, one in enumerate(self.known.house.members) if one.id == member), None)
        return Selection(member=member, seat=self.known.seat_of(position) if position is not None else "")

    def inputs(self, snapshot: Snapshot) -> tuple[object, ...]:
        """What the rows are made of."""
        return inputs(snapshot)

    def make_table(self, width: int) -> Table:
        """The members."""
        return attendance_table(self.known, self.words, width)

    def make_heading(self, width: int) -> tuple[Line, ...]:
        """The quorum, and how many are here."""
        return attendance_heading(self.known, self.words, width)

    def details(self) -> tuple[str, ...]:
        """The selected member's row, column by column."""
        table = self.list.table
        row = next((one for one in table.rows if one.key == self.list.selected), None)
        if row is None:
            return ()
        return tuple(f"{column.title}: {cell}" for column, cell in zip(table.columns, row.cells, strict=True) if cell)
