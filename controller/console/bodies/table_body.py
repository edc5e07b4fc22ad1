"""A body with a list: lines above it, the list with its cursor, lines below it that belong to the selected row.

Rows are made anew only when what they are made of has changed; lines each time, since clocks are in them.
"""

from abc import abstractmethod
from typing import ClassVar

from textual.app import ComposeResult
from textual.events import Resize
from textual.widget import Widget

from controller.console.bodies.row_list import Lines, RowList
from controller.console.body import Body
from controller.console.rows.table import Line, Table
from controller.console.snapshot import Snapshot
from protocol.explain import ENGLISH, Catalogue


class TableBody(Body):
    """A subclass says what its rows and lines are. `FOOT_SCROLLS`: the lines below are a pane of their own."""

    FOOT_SCROLLS: ClassVar[bool] = False
    DEFAULT_CSS: ClassVar[str] = """
    TableBody { layout: vertical; }
    TableBody > .foot { max-height: 40%; }
    TableBody > .heading { max-height: 30%; }
    """

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self.known: Snapshot = Snapshot()
        self.words: Catalogue = ENGLISH
        self.heading = Lines(hugs=True, ascii_only=ascii_only)
        self.list = RowList(ascii_only=ascii_only)
        self.foot = Lines(hugs=not self.FOOT_SCROLLS, ascii_only=ascii_only)
        self.heading.add_class("heading")
        self.foot.set_class(not self.FOOT_SCROLLS, "foot")
        self._made_of: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Lines, list, lines."""
        yield self.heading
        yield self.list
        yield self.foot

    def show(self, snapshot: Snapshot, words: Catalogue) -> None:
        """Show what is known."""
        self.known, self.words = snapshot, words
        made_of = (words, *self.inputs(snapshot))
        if made_of != self._made_of:
            self._made_of = made_of
            self.list.show(self.make_table(self.list.cells), self.first_key())
        self._write()

    def find(self, text: str) -> bool:
        """Select the next row in which this is found; nothing is sought for no text."""
        return not text or self.list.find(text)

    def details(self) -> tuple[str, ...]:
        """The lines below the list, without blanks at their ends."""
        return (
            tuple(line.text.strip() for line in self.make_foot(self._width, self.list.selected)) if self._width else ()
        )

    def takes_focus(self) -> Widget:
        """The list."""
        return self.list

    @property
    def now_ms(self) -> int:
        """The controller's clock: what the application has set, else when the newest document was made."""
        return self.clock_ms or self.known.now.ts

    @abstractmethod
    def inputs(self, snapshot: Snapshot) -> tuple[object, ...]:
        """What the rows are made of."""

    @abstractmethod
    def make_table(self, width: int) -> Table:
        """The rows of what is known."""

    def make_heading(self, width: int) -> tuple[Line, ...]:  # noqa: ARG002 - a subclass needs it
        """The lines above."""
        return ()

    def make_foot(self, width: int, selected: str) -> tuple[Line, ...]:  # noqa: ARG002 - a subclass needs them
        """The lines below."""
        return ()

    def first_key(self) -> str:
        """Where the cursor stands at first."""
        return ""

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The lines below follow the cursor."""
        event.stop()
        self._write()
        self.post_message(self.Moved())

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Enter on a row."""
        event.stop()
        self.post_message(self.Chosen())

    def on_resize(self, _event: Resize) -> None:
        """The lines are as wide as the body."""
        self._write()

    @property
    def _width(self) -> int:
        # A cell is left for a scrollbar, so that its coming and going breaks no line anew.
        return max(0, self.size.width - 1)

    def _write(self) -> None:
        if self._width:
            self.heading.show(self.make_heading(self._width))
            self.foot.show(self.make_foot(self._width, self.list.selected))
