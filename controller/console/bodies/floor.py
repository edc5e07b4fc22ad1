"""Screen 1, the floor: the seats, the vote at hand, and on large screens the agenda and who speaks."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from controller.console.body import Body
from controller.console.catalogue import FLOOR, Selection
from controller.console.floor_view import (
    agenda_lines,
    find_seat,
    marks_of,
    places_of,
    seat_in_words,
    speaker_lines,
)
from controller.console.map.marks import Mark, legend
from controller.console.map.plan import Place
from controller.console.map.widget import SeatMap
from controller.console.panel import VotePanel
from controller.console.panel_view import Line, Tone
from controller.console.snapshot import Snapshot
from controller.console.text import cut
from controller.console.text_lines import TextLines
from controller.desk.documents import EMPTY_SEAT
from protocol.explain import ENGLISH, Catalogue

Making = Callable[[int, int], Sequence[Line]]


class _Made(TextLines):
    """Lines that somebody else makes for a width and a height."""

    def __init__(self, make: Making, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._make = make

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """As they are made."""
        return self._make(width, height)


class FloorBody(Body):
    """Seats at the left of the vote. `seconds_left`: of the last call that this console gave; set before `show`."""

    SCREEN: ClassVar[str] = FLOOR
    SCOPED_CSS: ClassVar[bool] = False  # the classes of sizes are the screen's
    DEFAULT_CSS: ClassVar[str] = """
    FloorBody { layout: horizontal; }
    FloorBody #floor-agenda { display: none; width: 44; height: 1fr; border-right: vkey $border; }
    FloorBody #floor-seats { width: 1fr; height: 1fr; }
    FloorBody #floor-legend { height: 1; width: 1fr; }
    FloorBody #floor-side { width: 30; height: 1fr; }
    FloorBody #floor-speakers { display: none; height: 40%; width: 1fr; padding: 0 0 0 1; border-left: vkey $border; }
    .-tiny FloorBody #floor-seats { display: none; }
    .-tiny FloorBody #floor-side { width: 1fr; }
    .-medium FloorBody #floor-side { width: 40; }
    .-wide FloorBody #floor-side { width: 44; }
    .-wide FloorBody #floor-agenda { display: block; }
    .-high FloorBody #floor-speakers { display: block; }
    """

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self._known = Snapshot()
        self._words: Catalogue = ENGLISH
        self._places: tuple[Place, ...] = ()
        self._marks: tuple[Mark, ...] = ()
        self._plan_of: tuple[object, ...] = ()
        self.seconds_left: int | None = None
        self.map = SeatMap(describe=self._describe, ascii_only=ascii_only, id="floor-map")
        self.panel = VotePanel()

    def compose(self) -> ComposeResult:
        """Agenda, seats, vote."""
        yield _Made(lambda width, height: agenda_lines(self._known, self._words, width, height), id="floor-agenda")
        with Vertical(id="floor-seats"):
            yield self.map
            yield _Made(self._legend, id="floor-legend")
        with Vertical(id="floor-side"):
            yield self.panel
            yield _Made(self._speakers, id="floor-speakers")

    def show(self, snapshot: Snapshot, words: Catalogue) -> None:
        """Show what is known."""
        spoken, self._known = self._words, snapshot
        self._words = words
        plan_of = (snapshot.house.seats, snapshot.house.roster)
        if plan_of != self._plan_of:
            self._plan_of, self._places = plan_of, places_of(snapshot)
            self.map.show(self._places)
            self._marks = ()
        marks = marks_of(snapshot)
        if marks != self._marks:
            self._marks = marks
            self.map.update(marks)
        if words is not spoken:
            self.map.speak(words)
        self.map.retell()
        self.panel.show(snapshot, words, self.clock_ms, self.seconds_left)
        for lines in self.query(_Made):
            lines.renew()

    @property
    def selection(self) -> Selection:
        """The seat under the cursor and who sits there."""
        who = self._known.member_at(self.map.selected)
        known = EMPTY_SEAT < who < len(self._known.house.members)
        return Selection(seat=self.map.selected, member=self._known.house.members[who].id if known else "")

    def find(self, text: str) -> bool:
        """Put the cursor on a member's seat, or on a seat by its number."""
        seat = find_seat(self._known, text)
        return bool(seat) and self.map.select(seat)

    def details(self) -> tuple[str, ...]:
        """The selected seat."""
        seat = next((one for one in self._known.house.seats if one.id == self.map.selected), None)
        if seat is None:
            return ()
        return (self._words.gettext("Seat %(seat)s") % {"seat": seat.place}, *self._describe(seat.id).split(" · "))

    def takes_focus(self) -> Widget:
        """The seats."""
        return self.map

    def on_seat_map_chosen(self, event: SeatMap.Chosen) -> None:
        """Enter on a seat."""
        event.stop()
        self.post_message(self.Chosen())

    def on_seat_map_selected(self, event: SeatMap.Selected) -> None:
        """Another seat."""
        event.stop()
        self.post_message(self.Moved())

    def _describe(self, seat: str) -> str:
        index = next((number for number, one in enumerate(self._places) if one.seat == seat), None)
        mark = self._marks[index] if index is not None and index < len(self._marks) else Mark.ABSENT
        return seat_in_words(self._known, seat, mark, self._words)

    def _legend(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002 - always one line
        told = "  ".join(legend(self._marks, self._words, ascii_only=self.ascii_only))
        return [Line(cut(f" {told}", width), Tone.QUIET)]

    def _speakers(self, width: int, height: int) -> Sequence[Line]:
        return speaker_lines(self._known, self._words, self.clock_ms, width, height)
