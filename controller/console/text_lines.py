"""A widget of plain lines: text that was cut before it comes here, each line in one colour, drawn only if changed.

Nothing in a line is markup, whoever wrote it.
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import RenderResult
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget

from controller.console.panel_view import Line, Tone

_STYLES: Final = {
    Tone.PLAIN: "",
    Tone.FAULT: "bold $fault-text on $fault-ground",
    Tone.ATTENTION: "bold $attention",
}


def style_of(tone: Tone) -> str:
    """The style of a tone in the theme at hand."""
    return _STYLES.get(tone, f"${tone.value}")


class TextLines(Widget):
    """Lines for the size at hand. A subclass makes them in `lines_for`, and calls `renew` when they may be others."""

    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes, markup=False)
        self._drawn: tuple[Line, ...] = ()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """The lines for so many cells and lines; called at each `renew` and resize."""
        raise NotImplementedError

    @property
    def drawn(self) -> tuple[Line, ...]:
        """What stands there now."""
        return self._drawn

    def renew(self) -> None:
        """Make the lines anew, and draw them if they changed."""
        lines = tuple(self.lines_for(self.size.width, self.size.height)) if self.size.width else ()
        if lines != self._drawn:
            self._drawn = lines
            self.refresh()

    def render(self) -> RenderResult:
        """The lines."""
        return Content("\n").join([Content.styled(line.text, style_of(line.tone)) for line in self._drawn])

    def on_resize(self, _event: Resize) -> None:
        """Other cells, other cuts."""
        self.renew()
