"""The seat map as one widget that draws line by line.

What it is told (`update`) waits for a tick, ten times a second, so that a burst of ballots costs one repaint; then only
lines that changed are drawn again, one region each, since Textual re-sends a line from its left edge anyway.
The cursor, Enter and the mouse choose a seat to look at; nothing here commits anything. The last line says the selected
seat in words.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final

from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from controller.console.map.layout import Arrangement, Density, arrange
from controller.console.map.marks import Mark, mark_word, palette_of
from controller.console.map.plan import Place
from controller.console.map.strips import Painter, lines_changed
from controller.console.map.view import NOBODY, View
from protocol.explain import ENGLISH, Catalogue

TICK_S: Final = 0.1
PAGE_SEATS: Final = 10
"""PgUp and PgDn go so many seats back and forth by number."""
_ALL: Final = 1_000_000
"""More seats than any room has."""

Describe = Callable[[str], str]
"""A seat's id to name, group and state in the reader's words."""


class _OfSeat(Message):
    """A message about one seat of a map."""

    def __init__(self, seat_map: "SeatMap", seat: str) -> None:
        self.seat_map, self.seat = seat_map, seat
        super().__init__()

    @property
    def control(self) -> "SeatMap":
        """The map, for `@on` with a selector."""
        return self.seat_map


class SeatMap(Widget, can_focus=True):
    """Seats of a plan with their marks, a cursor, and sectors to look into where the room is large."""

    ALLOW_SELECT: ClassVar[bool] = False
    DEFAULT_CSS: ClassVar[str] = "SeatMap { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1, 0)", "Seat to the left", show=False, id="map.left"),
        Binding("right", "step(1, 0)", "Seat to the right", show=False, id="map.right"),
        Binding("up", "step(0, -1)", "Seat above", show=False, id="map.up"),
        Binding("down", "step(0, 1)", "Seat below", show=False, id="map.down"),
        Binding("home", f"go(-{_ALL})", "First seat", show=False, id="map.first"),
        Binding("end", f"go({_ALL})", "Last seat", show=False, id="map.last"),
        Binding("pageup", f"go(-{PAGE_SEATS})", "Ten seats back", show=False, id="map.back"),
        Binding("pagedown", f"go({PAGE_SEATS})", "Ten seats on", show=False, id="map.on"),
        Binding("enter", "choose", "Details of the seat", show=False, id="map.choose"),
        Binding("plus", "zoom_in", "Look into the sector", show=False, id="map.zoom-in"),
        Binding("minus,escape", "zoom_out", "Back to the whole room", show=False, id="map.zoom-out"),
    ]

    class Selected(_OfSeat):
        """The cursor stands on another seat."""

    class Chosen(_OfSeat):
        """Enter asks for a seat's details."""

    def __init__(
        self,
        *,
        describe: Describe | None = None,
        words: Catalogue = ENGLISH,
        ascii_only: bool = False,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, markup=False)
        self._describe, self._words, self._ascii = describe, words, ascii_only
        self._view = View(arrange((), 0, 0))
        self._painter: Painter | None = None
        self._marks: tuple[Mark, ...] = ()
        self._queued: tuple[Mark, ...] | None = None

    @property
    def selected(self) -> str:
        """The id of the seat under the cursor; empty before one was selected."""
        return self._view.seat

    @property
    def sector(self) -> str:
        """The name of the sector that is looked into; empty over the whole room."""
        return self._view.sector.name if self._view.sector else ""

    @property
    def shown(self) -> Arrangement:
        """What is drawn, the whole room or a sector."""
        return self._view.shown

    @property
    def whole(self) -> Arrangement:
        """The whole room, also while a sector is looked into: `sectors(map.whole)` is the table of them."""
        return self._view.whole

    def show(self, places: Sequence[Place]) -> None:
        """Show another plan, its seats absent until the next `update`; the cursor keeps its seat if that is there."""
        seat = self.selected
        self._marks, self._queued = (Mark.ABSENT,) * len(places), None
        view = View(arrange(tuple(places), self._view.whole.columns, self._view.whole.lines))
        self._view = view.select(view.index_of(seat))
        self._rebuild()

    def update(self, marks: Sequence[Mark]) -> None:
        """Queue one mark for each seat, in the plan's order; a tick shows it. Raises `ValueError`: not as many."""
        if len(marks) != len(self._marks):
            raise ValueError(f"{len(marks)} marks for {len(self._marks)} seats")
        self._queued = tuple(marks)

    def apply(self) -> int:
        """Show what is queued; returns how many lines are drawn again. The tick calls it."""
        if self._queued is None:
            return 0
        before, self._marks, self._queued = self._marks, self._queued, None
        lines = lines_changed(self.shown, before, self._marks)
        cursor = self._view.cursor
        if cursor != NOBODY and self._marks[cursor] is not before[cursor]:
            lines.add(self._last_line)
        self._refresh_lines(lines)
        return len(lines)

    def speak(self, words: Catalogue, describe: Describe | None = None) -> None:
        """Another language, and a callback that speaks it where one is given."""
        self._words, self._describe = words, describe or self._describe
        self.refresh()

    def retell(self) -> None:
        """Draw the last line again: `describe` says something else of the selected seat than before."""
        self._refresh_lines([self._last_line])

    def select(self, seat: str) -> bool:
        """Put the cursor on a seat by its id, in its sector if one is looked into; False if there is no such seat."""
        index = self._view.index_of(seat)
        self._look(self._view.select(index))
        return self._view.cursor == index != NOBODY

    def look_into(self, sector: str) -> bool:
        """Look into a sector by its name; False if there is none of that name."""
        self._look(self._view.look_into(sector))
        return self.sector == sector

    def render(self) -> RenderResult:
        """Nothing: `render_line` draws."""
        return ""

    def render_line(self, y: int) -> Strip:
        """A line of the map, or the words below it."""
        if self._painter is None:
            return Strip.blank(self.size.width, self.rich_style)
        if y == self._last_line:
            return self._painter.words(self._last_words())
        return self._painter.line(y, self._marks, self._view.cursor)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc and `-` belong to the map only in a sector, and `+` only over sectors; else they go on to the screen."""
        if action == "zoom_out":
            return self._view.sector is not None
        if action == "zoom_in":
            return self._view.may_zoom
        return super().check_action(action, parameters)

    def action_step(self, right: int, down: int) -> None:
        """Move to the nearest seat in a direction."""
        self._look(self._view.step(right, down))

    def action_go(self, seats: int) -> None:
        """Move by seats of the plan's order."""
        self._look(self._view.go(seats))

    def action_choose(self) -> None:
        """Over sectors look into the one of the selected seat; else ask for the seat's details."""
        if self._view.may_zoom:
            self.action_zoom_in()
        elif self.selected:
            self.post_message(self.Chosen(self, self.selected))

    def action_zoom_in(self) -> None:
        """Look into the sector of the selected seat."""
        self._look(self._view.zoom_in())

    def action_zoom_out(self) -> None:
        """Back to the whole room."""
        self._look(self._view.zoom_out())

    def on_mount(self) -> None:
        """Start the tick, and follow the theme."""
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._rebuild())
        self.set_interval(TICK_S, self.apply)

    def on_resize(self, _event: Resize) -> None:
        """Arrange the seats anew, above the line of words."""
        self._view = self._view.resized(self.size.width, max(0, self.size.height - 1))
        self._rebuild()

    def on_click(self, event: Click) -> None:
        """Select the seat that was clicked; nothing more."""
        at = event.get_content_offset(self)
        index = self.shown.seat_at(at.x, at.y) if at else None
        if index is not None:
            self._look(self._view.select(index))

    @property
    def _last_line(self) -> int:
        return max(0, self.size.height - 1)

    def _look(self, view: View) -> None:
        """Another view: all is drawn anew if the cells are others, else the lines that the cursor left and came to."""
        before, self._view = self._view, view
        if view.shown is not before.shown:
            self._rebuild()
        elif view.cursor != before.cursor:
            spots = view.shown.spots
            self._refresh_lines(
                {spots[index].line for index in (before.cursor, view.cursor) if index in spots} | {self._last_line}
            )
        if view.cursor != before.cursor and view.seat:
            self.post_message(self.Selected(self, view.seat))

    def _rebuild(self) -> None:
        """A painter for the cells and the theme of now; everything is drawn anew."""
        if not self.is_attached:
            return
        theme = self.app.current_theme
        palette = palette_of(theme.name, dark=theme.dark)
        self._painter = Painter(self.shown, palette, ascii_only=self._ascii, halves=not self.app.no_color)
        self.refresh()
        self.refresh_bindings()

    def _refresh_lines(self, lines: Iterable[int]) -> None:
        """Draw lines again, one region each."""
        gutter, width = self.gutter, self.size.width
        regions = [Region(gutter.left, gutter.top + line, width, 1) for line in sorted(lines)]
        if regions:  # without one, all would be drawn
            self.refresh(*regions)

    def _last_words(self) -> str:
        """The selected seat: its sector, its number, and what `describe` says; without seats, why there are none."""
        view = self._view
        if not view.whole.places:
            return self._words.gettext("No seats yet.")
        if view.whole.density is Density.NONE:
            return self._words.gettext("The seat map needs a larger window.")
        if view.cursor == NOBODY:
            return ""
        place = view.whole.places[view.cursor]
        said = self._describe(place.seat) if self._describe else self._state_of(place)
        return " ".join(filter(None, [view.place_of_seat, place.label, said]))

    def _state_of(self, place: Place) -> str:
        """Group and state, where nobody describes seats."""
        mark = self._marks[self._view.cursor]
        return " · ".join(filter(None, [place.group, mark_word(mark, self._words)]))
