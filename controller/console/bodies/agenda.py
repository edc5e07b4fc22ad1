"""Screen 2, the agenda: the items, and what belongs to the selected one."""

from typing import ClassVar

from controller.console.bodies.table_body import TableBody
from controller.console.catalogue import AGENDA, Selection
from controller.console.rows.agenda import agenda_foot, agenda_heading, agenda_table, inputs
from controller.console.rows.table import Line, Table
from controller.console.snapshot import Snapshot


class AgendaBody(TableBody):
    """The selected item is this console's own; the active one is the house's and has its mark."""

    SCREEN: ClassVar[str] = AGENDA

    @property
    def selection(self) -> Selection:
        """The selected item."""
        return Selection(item=self.list.selected)

    def inputs(self, snapshot: Snapshot) -> tuple[object, ...]:
        """What the rows are made of."""
        return inputs(snapshot)

    def make_table(self, width: int) -> Table:
        """The items."""
        return agenda_table(self.known, self.words, width)

    def make_heading(self, width: int) -> tuple[Line, ...]:
        """How far the agenda is."""
        return agenda_heading(self.known, self.words, width)

    def make_foot(self, width: int, selected: str) -> tuple[Line, ...]:
        """What belongs to the selected item."""
        return agenda_foot(self.known, self.words, width, selected)

    def first_key(self) -> str:
        """The cursor begins on the active item."""
        return self.known.now.item
