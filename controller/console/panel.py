"""The vote at hand as widgets: a panel beside the seats, and two lines above every other screen."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Digits

from controller.console.panel_view import (
    Line,
    PanelView,
    Tone,
    clock_line,
    expected,
    panel_of,
    state_tone,
    state_word,
    turnout_line,
)
from controller.console.snapshot import LIVE, OVER, Snapshot
from controller.console.text import bar, cut, fill, width_of
from controller.console.text_lines import TextLines
from protocol.explain import ENGLISH, Catalogue, outcome_word

_DIGIT_LINES: Final = 3
_BAR_CELLS: Final = 20
_WAITING: Final = frozenset({"armed", "closed"})


class _Told(TextLines):
    """Lines that are given."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._given: Sequence[Line] = ()

    def tell(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        self._given = lines
        self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """As they were given."""
        return [Line(cut(line.text, width), line.tone) for line in self._given[:height]]


class VotePanel(Widget):
    """State, large figures, and what belongs to them. A test vote has a frame in the colour of attention."""

    DEFAULT_CSS: ClassVar[str] = """
    VotePanel { width: 1fr; height: 1fr; padding: 0 0 0 1; border-left: vkey $border; }
    VotePanel.-test { border-left: outer $attention; }
    VotePanel #panel-state { height: 1; }
    VotePanel Digits { height: 3; width: 1fr; text-style: bold; color: $foreground; }
    VotePanel Digits.-none { display: none; }
    VotePanel #panel-lines { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__(id="panel")
        self._known, self._clock_ms = Snapshot(), 0
        self._words: Catalogue = ENGLISH
        self._seconds_left: int | None = None
        self._view: PanelView | None = None

    def compose(self) -> ComposeResult:
        """The state, the figures, the lines."""
        yield _Told(id="panel-state")
        yield Digits("", id="panel-large")
        yield _Told(id="panel-lines")

    def show(self, snapshot: Snapshot, words: Catalogue, clock_ms: int, seconds_left: int | None) -> None:
        """Show the vote at hand."""
        self._known, self._words, self._clock_ms, self._seconds_left = snapshot, words, clock_ms, seconds_left
        self._renew()

    def on_resize(self, _event: Resize) -> None:
        """Other cells, other lines."""
        self._renew()

    def _renew(self) -> None:
        width, height = self.content_size.width, self.content_size.height
        if not width or not height:
            return
        view = panel_of(self._known, self._words, self._clock_ms, width, height, self._seconds_left)
        if view == self._view:
            return
        self._view = view
        self.set_class(view.test, "-test")
        large = self.query_one("#panel-large", Digits)
        large.set_class(not view.large, "-none")
        large.update(view.large)
        self.query_one("#panel-state", _Told).tell([Line(cut(view.state, width), view.tone)])
        self.query_one("#panel-lines", _Told).tell(view.lines)


class VoteStrip(TextLines):
    """The vote at hand in two lines, on every screen but the floor; gone while there is none."""

    DEFAULT_CSS: ClassVar[str] = """
    VoteStrip { display: none; height: 2; width: 1fr; background: $surface; }
    VoteStrip.-shown { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(id="strip")
        self._known, self._clock_ms = Snapshot(), 0
        self._words: Catalogue = ENGLISH
        self._seconds_left: int | None = None

    def show(
        self, snapshot: Snapshot, words: Catalogue, clock_ms: int, seconds_left: int | None, *, floor: bool
    ) -> None:
        """Show the vote at hand. `floor`: the floor is shown, which has the panel."""
        self._known, self._words, self._clock_ms, self._seconds_left = snapshot, words, clock_ms, seconds_left
        vote = snapshot.now.vote
        self.set_class(not floor and vote is not None and (vote.phase in LIVE or vote.phase in _WAITING), "-shown")
        self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002 - always two
        """State, clock and title; turnout and what is needed, or figures after the close."""
        vote, words = self._known.now.vote, self._words
        if vote is None:
            return []
        clock = clock_line(vote, self._clock_ms, self._seconds_left)
        state = " ".join(filter(None, [f" {state_word(vote, words)}", clock]))
        first = f"{state}  {cut(vote.title, max(0, width - width_of(state) - 2))}"
        return [Line(fill(first, width), state_tone(vote)), Line(fill(f" {self._second(width)}", width), Tone.PLAIN)]

    def _second(self, width: int) -> str:
        vote, words = self._known.now.vote, self._words
        assert vote is not None, "the first line asked"
        if vote.phase in OVER:
            record = self._known.votes.get(vote.id)
            if record is None:
                return ""
            return f"{' : '.join(str(count) for count in record.counts)}  → {outcome_word(record.outcome, words)}"
        needed = self._known.needed_sentence(words)
        if vote.phase == "armed":
            return needed
        voted = f"● {turnout_line(self._known, vote, words)}"
        cells = min(_BAR_CELLS, max(0, width // 4))
        missing = words.gettext("not yet %(missing)d") % {"missing": len(self._known.missing())}
        return f"{voted} {bar(vote.turnout, expected(self._known, vote), cells)} ○ {missing}  {needed}"
