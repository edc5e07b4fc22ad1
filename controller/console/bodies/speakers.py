"""Screen 3, the speakers: who has the floor, and who waits for it."""

from typing import ClassVar

from controller.console.bodies.table_body import TableBody
from controller.console.catalogue import SPEAKERS, Selection
from controller.console.rows.speakers import inputs, speakers_foot, speakers_heading, speakers_table
from controller.console.rows.table import Line, Table
from controller.console.snapshot import Snapshot


class SpeakersBody(TableBody):
    """The clock of the speech goes by the controller's clock, `clock_ms`."""

    SCREEN: ClassVar[str] = SPEAKERS

    @property
    def selection(self) -> Selection:
        """The selected request's speaker; the member, too, where it is one."""
        speaker = self.list.selected
        is_member = any(one.id == speaker for one in self.known.house.members)
        return Selection(speaker=speaker, member=speaker if is_member else "")

    def inputs(self, snapshot: Snapshot) -> tuple[object, ...]:
        """What the rows are made of."""
        return inputs(snapshot)

    def make_table(self, width: int) -> Table:
        """The queue."""
        return speakers_table(self.known, self.words, width)

    def make_heading(self, width: int) -> tuple[Line, ...]:
        """The list, and who speaks."""
        return speakers_heading(self.known, self.words, width, self.now_ms)

    def make_foot(self, width: int, selected: str) -> tuple[Line, ...]:  # noqa: ARG002 - the same whoever is selected
        """How long the groups have spoken."""
        return speakers_foot(self.known, self.words, width, self.now_ms)
