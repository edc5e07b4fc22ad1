"""What is drawn fits the terminal, says all by glyph as well as by colour, and is silent where nobody watches."""

import io
import sys
from collections.abc import Callable

import pytest
from rich.console import Console

from controller.picture import Mark, Picture
from controller.terminal import MARKS, Frame, Line, PlainAudience, draw_map, draw_room, print_table, progress, watch
from protocol.explain import ENGLISH
from protocol.vote import Phase

FRAME = Frame("Municipal Assembly of Vetrograd · 15th sitting", "item-04", "Draft decision " * 12, 4, 12)
COUNTS = (
    (Mark.FOR, 2),
    (Mark.AGAINST, 1),
    (Mark.ABSTAINED, 1),
    (Mark.NOT_VOTING, 1),
    (Mark.ABSENT, 1),
    (Mark.RECUSED, 0),
)


def picture(seats: int, *, ended: bool) -> Picture:
    """A room with every kind of mark that the phase may show."""
    shown = [mark for mark, _ in COUNTS] if ended else [Mark.ABSENT, Mark.PRESENT, Mark.RECORDED, Mark.DARK]
    marks = tuple(shown[n % len(shown)] for n in range(seats))
    sentence = "Needed 20: more than half of the 39 seats fixed by law (19.5, rounded up). "
    if not ended:
        return Picture(marks, seats - 1, Phase.OPEN, 7, (), "", sentence)
    return Picture(
        marks, seats - 1, Phase.ANNOUNCED, 7, COUNTS, "not-adopted", sentence + "For 2, against 1. Not adopted."
    )


def drawn(
    seats: int, width: int, lines: int, *, ended: bool, ascii_only: bool = False, no_color: bool | None = None
) -> list[str]:
    """The room as lines of text."""
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=True, color_system="truecolor", no_color=no_color)
    console.print(draw_room(FRAME, picture(seats, ended=ended), ENGLISH, width, lines, ascii_only=ascii_only))
    return file.getvalue().splitlines()


def plain(lines: list[str]) -> list[str]:
    """Without escape sequences."""
    console = Console(width=500)
    return [console.render_str(line).plain if "\x1b" not in line else _strip(line) for line in lines]


def _strip(line: str) -> str:
    from rich.text import Text  # noqa: PLC0415 - beside the one use

    return Text.from_ansi(line).plain


@pytest.mark.parametrize("seats", [3, 39, 100, 300])
@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize(("width", "lines"), [(80, 24), (120, 40)])
def test_the_room_fits_and_keeps_its_height(seats: int, ended: bool, width: int, lines: int) -> None:
    """No line is wider than the terminal, there is room for the story above, and the height does not jump."""
    rows = plain(drawn(seats, width, lines, ended=ended))
    assert all(len(row) <= width for row in rows)
    assert len(rows) <= lines - 8
    assert len(rows) == len(drawn(seats, width, lines, ended=not ended))


def test_marks_differ_by_glyph_alone() -> None:
    """Whoever sees no colours can tell the choices apart, also in ASCII; silence looks like presence on purpose."""
    told = [mark for mark in Mark if mark is not Mark.NOT_VOTING]
    assert len({MARKS[mark][0] for mark in told}) == len({MARKS[mark][1] for mark in told}) == len(told)
    assert all(MARKS[mark][1].isascii() for mark in Mark)


def test_no_color_is_respected() -> None:
    """Not one colour is written; glyphs and words remain."""
    text = "\n".join(drawn(39, 80, 24, ended=True, no_color=True))
    assert "38;2" not in text
    assert "▲ for 2   ▼ against 1   ■ abstained 1   ○ not voting 1   · absent 1" in "\n".join(plain(text.splitlines()))
    assert "recused" not in text


def test_a_terminal_without_unicode_gets_ascii() -> None:
    """Box and seats in ASCII."""
    rows = plain(drawn(9, 80, 24, ended=True, ascii_only=True))
    assert all(row.replace("·", "").replace("…", "").isascii() for row in rows)


def test_a_map_line_holds_a_glyph_for_each_seat() -> None:
    """As many glyphs as seats, whatever the size."""
    for seats in (3, 39, 120, 300):
        text = "".join(line.plain for line in draw_map([Mark.RECORDED] * seats, 76, 7))
        assert text.count("●") == seats


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    """A bar in a log file helps nobody."""
    with progress(3, "votes") as advance:
        advance()
        advance(2)
    assert capsys.readouterr() == ("", "")


def test_progress_draws_where_somebody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal it counts steps."""
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    with progress(3, "votes") as advance:
        advance(3)
    assert "3/3" in screen.getvalue()


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It does."""
        return True


def test_headless_is_plain_even_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Headless asks for lines, whoever watches."""
    monkeypatch.setattr(sys, "stderr", Screen())
    with watch(ENGLISH, headless=True) as (audience, watched):
        assert isinstance(audience, PlainAudience)
        assert not watched


def test_a_live_audience_tells_the_story_above_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines stay, the room is taken away at the end."""
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    with watch(ENGLISH, headless=False) as (audience, watched):
        assert watched
        lines: list[tuple[Callable[[str], None], str]] = [
            (audience.heading, "4. Budget"), (audience.tell, "a line"), (audience.stress, "a hard case [19]"),
        ]  # fmt: skip
        for tell, text in lines:
            tell(text)
        audience.result("not-adopted", "Not adopted.")
        audience.show(FRAME, picture(39, ended=True))
    for words in ("4. Budget", "a line", "a hard case [19]", "Not adopted.", "Vetrograd"):
        assert words in screen.getvalue()


def test_the_closing_table_has_a_line_for_each_vote(capsys: pytest.CaptureFixture[str]) -> None:
    """Figures and outcome of every vote, on standard error."""
    print_table([Line("v04", "Budget [draft]", "not-adopted", "Not adopted", (19, 13, 4), 20)], ENGLISH)
    out, err = capsys.readouterr()
    assert out == ""
    for words in ("v04", "Budget [draft]", "19", "13", "20", "Not adopted"):
        assert words in err
