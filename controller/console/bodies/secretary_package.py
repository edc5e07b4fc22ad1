"""The secretary's package: how the export stands, what was voided or corrected, and a draft of the minutes to read."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.events import Resize
from textual.widget import Widget

from controller.console.bodies.row_list import Lines
from controller.console.body import Body
from controller.console.rows.draft_minutes import draft_minutes, errata, inputs
from controller.console.rows.table import Emphasis, Line, one_line, paragraph
from controller.console.snapshot import Snapshot
from protocol.explain import ENGLISH, Catalogue

PACKAGE: Final = "package"


class SecretaryPackageBody(Body):
    """`progress`: what the application says of export, signing and publishing, the latest last; set it, then `show`."""

    SCREEN: ClassVar[str] = PACKAGE
    DEFAULT_CSS: ClassVar[str] = """
    SecretaryPackageBody { layout: vertical; }
    SecretaryPackageBody > .state { max-height: 50%; }
    """

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self.progress: tuple[str, ...] = ()
        self.state = Lines(hugs=True, ascii_only=ascii_only)
        self.state.add_class("state")
        self.draft = Lines(ascii_only=ascii_only)
        self._known = Snapshot()
        self._words: Catalogue = ENGLISH
        self._made_of: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """The state above, the draft below."""
        yield self.state
        yield self.draft

    def show(self, snapshot: Snapshot, words: Catalogue) -> None:
        """Show what is known; the draft is written anew only when something in it has changed."""
        self._known, self._words = snapshot, words
        width = max(0, self.size.width - 1)
        made_of = (words, width, self.progress, *inputs(snapshot))
        if width and made_of != self._made_of:
            self._made_of = made_of
            self.state.show(self._state(width))
            self.draft.show(draft_minutes(snapshot, words, width))

    def find(self, text: str) -> bool:
        """Go to the next line of the draft with this text."""
        return not text or self.draft.find(text)

    def details(self) -> tuple[str, ...]:
        """How the export stands."""
        return tuple(line.text for line in self.state.shown)

    def takes_focus(self) -> Widget:
        """The draft, which scrolls."""
        return self.draft

    def on_resize(self, _event: Resize) -> None:
        """Lines are broken anew."""
        self.show(self._known, self._words)

    def _state(self, width: int) -> tuple[Line, ...]:
        words = self._words
        lines: tuple[Line, ...] = (one_line(words.gettext("Package"), width, Emphasis.STRONG),)
        said = self.progress or (words.gettext("Nothing was exported yet from this desk."),)
        for sentence in said:
            lines += paragraph(sentence, width, indent=2)
        lines += (one_line(words.gettext("Errata"), width, Emphasis.STRONG),)
        return (*lines, *(Line(f"  {one.text}", one.emphasis) for one in errata(self._known, words, width - 2)))
