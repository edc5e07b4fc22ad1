"""A list of rows as one widget that draws line by line: 3,000 rows cost no more than those on screen.

The cursor stands on what a row shows, not on its place: when rows come, go or change their order, it stays with its
own, and where that is gone nothing is selected until a key or a click selects again.
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from controller.console.bodies.ink import Ink, ink_of, strip_of, strip_of_line
from controller.console.map.marks import palette_of
from controller.console.rows.finding import fold
from controller.console.rows.table import Emphasis, Line, Table

_TITLE_LINES: Final = 1
_ALL: Final = 1_000_000


class Drawn(ScrollView):
    """What lists and panes of lines have in common: the ink of the theme, and a height that scrolls."""

    ALLOW_SELECT: ClassVar[bool] = False
    DEFAULT_CSS: ClassVar[str] = "Drawn { scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; }"

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.ascii_only = ascii_only

    @property
    def ink(self) -> Ink:
        """The styles of the theme that is on."""
        theme = self.app.current_theme
        return ink_of(palette_of(theme.name, dark=theme.dark).name)

    @property
    def cells(self) -> int:
        """The width that a line has, the scrollbar left out; 0 before there is a size."""
        return self.scrollable_content_region.width


class Lines(Drawn):
    """Lines of words; as high as they are many where `hugs`, else it fills its place and scrolls with the arrows."""

    DEFAULT_CSS: ClassVar[str] = """
    Lines { height: 1fr; }
    Lines.hugging { height: auto; }
    """

    def __init__(
        self, *, hugs: bool = False, ascii_only: bool = False, id: str | None = None  # noqa: A002 - Textual's name
    ) -> None:  # fmt: skip
        super().__init__(ascii_only=ascii_only, id=id)
        self.can_focus = not hugs
        self._hugs = hugs
        self._lines: tuple[Line, ...] = ()
        if hugs:
            self.styles.height = 0

    @property
    def shown(self) -> tuple[Line, ...]:
        """The lines."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines; the place in them stays as far as there are so many."""
        shown = tuple(lines)
        if shown == self._lines:
            return
        if self._hugs and len(shown) != len(self._lines):
            self.styles.height = len(shown)
        self._lines = shown
        self.virtual_size = Size(0, len(shown))
        self.refresh()

    def find(self, text: str) -> bool:
        """Scroll to the next line with this text; False if there is none."""
        wanted = fold(text)
        if not wanted:
            return False
        if not wanted:
            return False
        start = int(self.scroll_y) + 1
        for number in (*range(start, len(self._lines)), *range(min(start, len(self._lines)))):
            if wanted in fold(self._lines[number].text):
                self.scroll_to(y=number, animate=False, force=True)
                return True
        return False

    def render_line(self, y: int) -> Strip:
        """A line, or a blank one after the last."""
        number = y + self.scroll_offset.y
        line = self._lines[number] if number < len(self._lines) else Line("")
        return strip_of_line(line, self.ink, self.cells, ascii_only=self.ascii_only)


class RowList(Drawn, can_focus=True):
    """A table with a cursor."""

    DEFAULT_CSS: ClassVar[str] = "RowList { height: 1fr; min-height: 3; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Row above", show=False, id="rows.up"),
        Binding("down", "step(1)", "Row below", show=False, id="rows.down"),
        Binding("pageup", "page(-1)", "A page up", show=False, id="rows.page-up"),
        Binding("pagedown", "page(1)", "A page down", show=False, id="rows.page-down"),
        Binding("home", f"step(-{_ALL})", "First row", show=False, id="rows.first"),
        Binding("end", f"step({_ALL})", "Last row", show=False, id="rows.last"),
        Binding("enter", "choose", "Details", show=False, id="rows.choose"),
    ]

    class Moved(Message):
        """Another row is selected, or none any more."""

    class Chosen(Message):
        """Enter: details of the selected row are wanted."""

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(ascii_only=ascii_only, id=id)
        self.table = Table()
        self._places: dict[str, int] = {}
        self._key = ""
        self._at = -1

    @property
    def selected(self) -> str:
        """The key of the selected row; "" if none is, also while the row that was is gone."""
        return self._key if self._key in self._places else ""

    def show(self, table: Table, first: str = "") -> None:
        """Show other rows. `first`: where the cursor stands at first, before a person moved it."""
        before = self.selected
        self.table = table.fitted(self.cells) if self.cells else table
        self._places = {row.key: place for place, row in enumerate(table.rows)}
        if not self._key and table.rows:
            self._key = first if first in self._places else table.rows[0].key
        self._at = self._places.get(self._key, min(self._at, len(table.rows) - 1))
        self.virtual_size = Size(0, len(table.rows) + _TITLE_LINES)
        if self.selected != before:
            self.post_message(self.Moved())
        self.refresh()

    def select(self, key: str) -> bool:
        """Put the cursor on a row by its key; False if there is no such row."""
        if key not in self._places:
            return False
        moved = key != self.selected
        self._key, self._at = key, self._places[key]
        self._into_view()
        self.refresh()
        if moved:
            self.post_message(self.Moved())
        return True

    def find(self, text: str) -> bool:
        """Select the next row in which this is found; False if there is none."""
        key = self.table.find(text, self.selected)
        return bool(key) and self.select(key)

    def render_line(self, y: int) -> Strip:
        """The titles above all, then the rows from where it is scrolled to."""
        ink, width = self.ink, self.cells
        if not self.table.rows:
            line = Line(self.table.empty if y == 0 else "", Emphasis.QUIET)
            return strip_of_line(line, ink, width, ascii_only=self.ascii_only)
        if y < _TITLE_LINES:
            line = Line(self.table.titles(), Emphasis.QUIET)
            return strip_of_line(line, ink, width, ascii_only=self.ascii_only)
        place = y - _TITLE_LINES + self.scroll_offset.y
        if place >= len(self.table.rows):
            return Strip.blank(width, ink.text)
        row = self.table.rows[place]
        return strip_of(
            self.table.written(row), ink, row.emphasis, width, reverse=row.key == self._key, ascii_only=self.ascii_only
        )

    def action_step(self, rows: int) -> None:
        """Move by rows, as far as there are any; from nowhere to where the lost row was."""
        if not self.table.rows:
            return
        lost = not self.selected
        place = self._at if lost else self._at + rows
        self.select(self.table.rows[min(max(0, place), len(self.table.rows) - 1)].key)

    def action_page(self, pages: int) -> None:
        """Move by what the screen shows."""
        self.action_step(pages * max(1, self._rows_shown))

    def action_choose(self) -> None:
        """Ask for the details of the selected row."""
        if self.selected:
            self.post_message(self.Chosen())

    def on_click(self, event: Click) -> None:
        """Select the row that was clicked; nothing more."""
        at = event.get_content_offset(self)
        if at is None or at.y < _TITLE_LINES:
            return
        place = at.y - _TITLE_LINES + self.scroll_offset.y
        if place < len(self.table.rows):
            self.select(self.table.rows[place].key)

    def on_resize(self, _event: Resize) -> None:
        """Columns come and go with the width; the cursor stays in view."""
        self.table = self.table.fitted(self.cells)
        self._into_view()
        self.refresh()

    @property
    def _rows_shown(self) -> int:
        return self.scrollable_content_region.height - _TITLE_LINES

    def _into_view(self) -> None:
        """Scroll as little as shows the cursor."""
        shown, top = self._rows_shown, self.scroll_offset.y
        if shown <= 0 or self._at < 0:
            return
        if self._at < top:
            self.scroll_to(y=self._at, animate=False, force=True)
        elif self._at >= top + shown:
            self.scroll_to(y=self._at - shown + 1, animate=False, force=True)
