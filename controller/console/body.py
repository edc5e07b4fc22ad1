"""What stands between header and footer: one widget for each screen of the console.

A body is told what is known (`show`), says what is selected, finds a member, and knows the details of the selected
thing. It acts on nothing: keys that act belong to the application, which asks the body for its selection.
"""

from typing import ClassVar

from textual.message import Message
from textual.widget import Widget

from controller.console.catalogue import Selection
from controller.console.snapshot import Snapshot
from protocol.explain import Catalogue


class Body(Widget):
    """The body of one screen; `name` and id are the screen's, `SCREEN`, one of `catalogue.SCREENS`.

    A subclass sets `SCREEN`, and overrides what it knows better. Arrows, Home, End, PgUp, PgDn and Tab are its own;
    so is Enter, with which it posts `Chosen`. Digits, F-keys, Space, Del, `/` and Esc never reach it.
    """

    SCREEN: ClassVar[str] = ""
    DEFAULT_CSS: ClassVar[str] = "Body { width: 1fr; height: 1fr; }"

    class Moved(Message):
        """Another thing is selected: the footer may say something else."""

    class Chosen(Message):
        """Enter: the details of the selected thing are wanted."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(name=self.SCREEN, id=self.SCREEN)
        self.ascii_only = ascii_only
        self.clock_ms = 0
        """The controller's clock, Unix ms; the application sets it before each `show`."""

    def show(self, snapshot: Snapshot, words: Catalogue) -> None:
        """Show what is known, in the language of `words`: called after changes, and once a second while visible."""

    @property
    def selection(self) -> Selection:
        """What is selected."""
        return Selection()

    def find(self, text: str) -> bool:
        """Select the first member whose name or seat contains `text`, case apart; False if there is none."""
        return not text

    def details(self) -> tuple[str, ...]:
        """The selected thing in a few lines, in the language last shown; empty where nothing is selected."""
        return ()

    def takes_focus(self) -> Widget:
        """The widget that has the focus when the screen is shown."""
        return self
