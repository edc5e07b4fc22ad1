"""Everything that is drawn in a terminal, and the only module that knows Rich.

People read on standard error: a story that scrolls and, below it, the room as it is now. Data goes to standard output,
which is not this module's business. Where nobody watches (no terminal, or headless) the story is plain lines. Colour
never stands alone: each mark has a glyph of its own, and `NO_COLOR` is respected.
"""

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from controller.picture import Mark, Picture, mark_word, phase_word
from controller.seat_map import place_seats
from protocol.explain import Catalogue

MARKS: dict[Mark, tuple[str, str, str]] = {
    Mark.ABSENT: ("·", ".", "#7A8691"),
    Mark.PRESENT: ("○", "o", "#C8D0D8"),
    Mark.RECORDED: ("●", "@", "#F0E442"),
    Mark.FOR: ("▲", "+", "bold #3DDCB8"),
    Mark.AGAINST: ("▼", "-", "bold #FF7C1F"),
    Mark.ABSTAINED: ("■", "=", "bold #B399FF"),
    Mark.NOT_VOTING: ("○", "o", "#C8D0D8"),
    Mark.RECUSED: ("×", "x", "#7A8691"),
    Mark.DARK: ("!", "!", "bold #FFFFFF on #B00020"),
}
"""Glyph, the same in ASCII, style. Choices differ by CIEDE2000 >= 25.9, also for people who see few colours."""
_MEASURE = Console(file=io.StringIO())
_SENTENCE_LINES = 2
_WIDTH_MAX, _LINES_BESIDE_MAP, _MAP_LINES_MIN, _MAP_LINES_MAX = 100, 17, 5, 12
_ATTENTION = "#F0C040"
_OUTCOME_STYLES = {
    "adopted": "bold #3DDCB8", "not-adopted": "bold #FF7C1F", "tie": f"bold {_ATTENTION}", "void": f"bold {_ATTENTION}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """The words around the room: whose sitting, and which item (id, title) of how many; 0 before the first."""

    house: str
    item_id: str = ""
    item: str = ""
    number: int = 0
    items: int = 0


class Audience(Protocol):
    """Whoever follows a sitting."""

    def heading(self, text: str) -> None:
        """A new item begins."""

    def tell(self, text: str) -> None:
        """Something happened."""

    def stress(self, text: str) -> None:
        """Something happened that is worth a second look."""

    def result(self, outcome: str, text: str) -> None:
        """A result: `outcome` is its code, for the colour."""

    def show(self, frame: Frame, picture: Picture) -> None:
        """The room now."""


class PlainAudience:
    """Plain lines on standard error, nothing that moves."""

    def heading(self, text: str) -> None:
        """A new item begins."""
        sys.stderr.write(f"\n{text}\n")

    def tell(self, text: str) -> None:
        """Something happened."""
        sys.stderr.write(f"  {text}\n")

    def stress(self, text: str) -> None:
        """Something happened that is worth a second look."""
        sys.stderr.write(f"> {text}\n")

    def result(self, outcome: str, text: str) -> None:  # noqa: ARG002 - the words say it
        """A result."""
        sys.stderr.write(f"= {text}\n")

    def show(self, frame: Frame, picture: Picture) -> None:
        """Nothing is drawn."""


class LiveAudience:
    """The story above, the room below it, drawn again at every change."""

    def __init__(self, console: Console, live: Live, words: Catalogue) -> None:
        self._console, self._live, self._words = console, live, words

    def heading(self, text: str) -> None:
        """A new item begins."""
        self._console.print()
        self._console.print(text, style="bold", markup=False, highlight=False)

    def tell(self, text: str) -> None:
        """Something happened."""
        self._line("  ", text, "")

    def stress(self, text: str) -> None:
        """Something happened that is worth a second look."""
        self._line("› ", text, _ATTENTION)

    def result(self, outcome: str, text: str) -> None:
        """A result."""
        self._line("= ", text, _OUTCOME_STYLES.get(outcome, "bold"))

    def _line(self, sign: str, text: str, style: str) -> None:
        """A line with a hanging indent."""
        row = Table.grid()
        row.add_row(Text(sign, style), Text(text, style))
        self._console.print(row)

    def show(self, frame: Frame, picture: Picture) -> None:
        """The room now."""
        width, lines = self._console.size
        room = draw_room(frame, picture, self._words, min(width, _WIDTH_MAX), lines, ascii_only=is_ascii(self._console))
        self._live.update(room, refresh=True)


def is_ascii(console: Console) -> bool:
    """True if the terminal cannot show our glyphs."""
    return not console.encoding.lower().startswith("utf")


@contextmanager
def watch(words: Catalogue, *, headless: bool) -> Iterator[tuple[Audience, bool]]:
    """An audience, and whether somebody watches: live where standard error is a terminal, else plain lines."""
    if headless or not sys.stderr.isatty():
        yield PlainAudience(), False
        return

    console = Console(stderr=True, highlight=False)
    with Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop") as live:
        yield LiveAudience(console, live, words), True


def draw_room(
    frame: Frame, picture: Picture, words: Catalogue, width: int, lines: int, *, ascii_only: bool = False
) -> RenderableType:
    """The room in a box: item, map, figures, sentence."""
    inner = width - 4
    head = Text(f"{frame.number}. {frame.item}" if frame.number else frame.item or " ", "bold", no_wrap=True)
    head.truncate(inner, overflow="ellipsis")
    map_lines = max(_MAP_LINES_MIN, min(_MAP_LINES_MAX, lines - _LINES_BESIDE_MAP))
    sentence = Text(picture.sentence, _OUTCOME_STYLES.get(picture.outcome, ""))
    parts = [head, _turnout(picture, words), *draw_map(picture.marks, inner, map_lines, ascii_only=ascii_only)]
    parts += [_legend(picture, words, ascii_only=ascii_only), sentence]
    # As high in every phase, so that the story above does not jump.
    sentence_lines = len(sentence.wrap(_MEASURE, inner))
    parts += [Text(" ")] * (_SENTENCE_LINES - sentence_lines)
    return Panel(
        Group(*parts), title=frame.house, title_align="left",
        subtitle=f"{frame.number}/{frame.items}" if frame.number else None, subtitle_align="right",
        width=width, box=box.ASCII if ascii_only else box.ROUNDED, border_style="#7A8691",
    )  # fmt: skip


def _turnout(picture: Picture, words: Catalogue) -> Text:
    """One line: the phase, who is here, how many ballots are recorded."""
    parts = [phase_word(picture.phase, words)] if picture.phase else []
    parts.append(
        words.gettext("present %(here)d of %(seats)d") % {"here": picture.present, "seats": len(picture.marks)}
    )
    if picture.phase is not None:
        parts.append(words.gettext("recorded %(recorded)d") % {"recorded": picture.recorded})
    return Text(" · ".join(parts), "#C8D0D8")


def draw_map(marks: Sequence[Mark], width: int, height: int, *, ascii_only: bool = False) -> list[Text]:
    """The seats, line by line: a glyph and a colour each."""
    places = place_seats(len(marks), width, height)
    rows: list[list[tuple[str, str]]] = [[(" ", "")] * width for _ in range(max(line for _, line in places) + 1)]
    for (column, line), mark in zip(places, marks, strict=True):
        glyph, plain, style = MARKS[mark]
        rows[line][column] = (plain if ascii_only else glyph, style)
    return [Text.assemble(*row, no_wrap=True) for row in rows]


def _legend(picture: Picture, words: Catalogue, *, ascii_only: bool) -> Text:
    """Figures with their glyphs once there is a result, else what the glyphs on the map mean."""
    text = Text()
    shown = picture.counts or tuple((mark, 1) for mark in Mark if mark in picture.marks)
    for mark, count in shown:
        if count == 0 and mark in {Mark.ABSENT, Mark.RECUSED}:
            continue
        glyph, plain, style = MARKS[mark]
        figure = f" {count}" if picture.counts else ""
        text.append(plain if ascii_only else glyph, style).append(f" {mark_word(mark, words)}{figure}   ")
    text.rstrip()
    return text


@dataclass(frozen=True, slots=True)
class Line:
    """A vote in the closing table: its item's title, outcome code and word, figures, number needed."""

    vote: str
    title: str
    outcome: str
    word: str
    figures: tuple[int, int, int]
    needed: int


def print_table(lines: Sequence[Line], words: Catalogue) -> None:
    """All votes at a glance, on standard error."""
    console = Console(stderr=True, highlight=False)
    table = Table(box=box.ASCII if is_ascii(console) else box.SIMPLE, width=min(console.width, _WIDTH_MAX))
    table.add_column(words.pgettext("table", "vote"))
    table.add_column(words.pgettext("table", "on"), no_wrap=True, overflow="ellipsis", ratio=1)
    for mark in (Mark.FOR, Mark.AGAINST, Mark.ABSTAINED):
        glyph, plain, style = MARKS[mark]
        table.add_column(plain if is_ascii(console) else glyph, justify="right", header_style=style)
    table.add_column(words.pgettext("table", "needed"), justify="right")
    table.add_column(words.pgettext("table", "outcome"))
    for line in lines:
        figures = [str(figure) for figure in line.figures]
        style = _OUTCOME_STYLES.get(line.outcome, "")
        table.add_row(line.vote, Text(line.title), *figures, str(line.needed or ""), Text(line.word, style))
    console.print(table)


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[..., None]]:
    """A progress bar on standard error for a person who watches; yields `advance(steps=1)`. Silent elsewhere."""
    if not sys.stderr.isatty() or total <= 0:
        yield lambda _steps=1: None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda steps=1: bar.advance(task, steps)
