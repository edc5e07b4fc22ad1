"""Screen 6, the results: all votes, and below the selected one with its named list."""

from typing import ClassVar

from controller.console.bodies.table_body import TableBody
from controller.console.catalogue import RESULTS, Selection
from controller.console.rows.results import inputs, results_foot, results_heading, results_table
from controller.console.rows.table import Line, Table
from controller.console.snapshot import Snapshot
from protocol.explain import Catalogue


class ResultsBody(TableBody):
    """Tab goes to the named list and back, arrows scroll in it."""

    SCREEN: ClassVar[str] = RESULTS
    FOOT_SCROLLS: ClassVar[bool] = True
    DEFAULT_CSS: ClassVar[str] = "ResultsBody > RowList { min-height: 2; max-height: 45%; }"

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self._foot_made_of: tuple[object, ...] = ()
        self._foot: tuple[Line, ...] = ()

    @property
    def selection(self) -> Selection:
        """The selected vote, and its item."""
        vote = self.list.selected
        item = next((line.item for line in self.known.now.votes if line.id == vote), "")
        return Selection(vote=vote, item=item)

    def find(self, text: str) -> bool:
        """Select the next vote in which this is found; else go to it in the named list of the selected one."""
        return super().find(text) or self.foot.find(text)

    def inputs(self, snapshot: Snapshot) -> tuple[object, ...]:
        """What the rows are made of."""
        return inputs(snapshot)

    def show(self, snapshot: Snapshot, words: Catalogue) -> None:
        """Show what is known; the list takes no more lines than it has votes."""
        self.list.styles.height = max(2, len(snapshot.now.votes) + 1)
        super().show(snapshot, words)

    def make_table(self, width: int) -> Table:
        """The votes."""
        return results_table(self.known, self.words, width)

    def make_heading(self, width: int) -> tuple[Line, ...]:
        """How many votes there were."""
        return results_heading(self.known, self.words, width)

    def make_foot(self, width: int, selected: str) -> tuple[Line, ...]:
        """The selected vote. Three thousand names are laid out once, not at every beat of the clock."""
        made_of = (self.words, width, selected, *self.inputs(self.known))
        if made_of != self._foot_made_of:
            self._foot_made_of, self._foot = made_of, self.write_foot(width, selected)
        return self._foot

    def write_foot(self, width: int, selected: str) -> tuple[Line, ...]:
        """Why, and the named list."""
        return results_foot(self.known, self.words, width, selected)

    def first_key(self) -> str:
        """The cursor begins on the newest vote."""
        return self.known.now.votes[-1].id if self.known.now.votes else ""
