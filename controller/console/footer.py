"""The line below every screen: the keys that mean something now. A click on one does what the key does, nothing more.

What the line has no room for is behind F2, and the line says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import RenderResult
from textual.content import Content
from textual.events import Click, Resize
from textual.message import Message
from textual.widget import Widget

from controller.console.catalogue import Action, Selection, key_name, legal_keys, texts_of
from controller.console.snapshot import Snapshot
from controller.console.text import cut, width_of
from protocol.explain import Catalogue

_GAP: Final = "  "


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of the footer: the key to push, and what stands there."""

    key: str
    cap: str
    label: str

    @property
    def width(self) -> int:
        """Cells it takes, the gap after it included."""
        return width_of(f"{self.cap} {self.label}") + len(_GAP)


def entries_of(
    screen: str, snapshot: Snapshot, selection: Selection, words: Catalogue, width: int
) -> tuple[Entry, ...]:
    """F1 and F2, then what is legal now, as far as there is room; if not all has it, F2 says that there is more."""
    texts = texts_of(words)
    legal = [_entry(action, texts) for action in legal_keys(screen, snapshot, selection)]
    help_, commands = Entry("f1", "F1", words.gettext("help")), Entry("f2", "F2", words.gettext("commands"))
    entries = [help_, commands, *legal]
    if sum(entry.width for entry in entries) <= width:
        return tuple(entries)
    more = Entry("f2", "F2", words.gettext("more"))
    shown = [help_, *legal]
    while len(shown) > 1 and sum(entry.width for entry in (*shown, more)) > width:
        shown.pop()
    return (*shown, more)


def _entry(action: Action, texts: dict[str, tuple[str, str]]) -> Entry:
    return Entry(action.key, key_name(action.key), texts[action.id][0])


class FooterKeys(Widget):
    """The line of keys."""

    ALLOW_SELECT: ClassVar[bool] = False
    DEFAULT_CSS: ClassVar[str] = "FooterKeys { height: 1; width: 1fr; background: $panel; }"

    class Clicked(Message):
        """A key of the footer was clicked."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    def __init__(self) -> None:
        super().__init__(id="footer", markup=False)
        self._given: tuple[str, Snapshot, Selection, Catalogue] | None = None
        self._entries: tuple[Entry, ...] = ()

    @property
    def entries(self) -> Sequence[Entry]:
        """What stands there."""
        return self._entries

    def show(self, screen: str, snapshot: Snapshot, selection: Selection, words: Catalogue) -> None:
        """Show what is legal now."""
        self._given = (screen, snapshot, selection, words)
        self._renew()

    def render(self) -> RenderResult:
        """The keys, each after its cap."""
        parts: list[Content | tuple[str, str] | str] = [" "]
        for entry in self._entries:
            parts += [(entry.cap, "bold $accent"), f" {entry.label}{_GAP}"]
        return Content.assemble(*parts)

    def on_resize(self, _event: Resize) -> None:
        """Room for more, or for less."""
        self._renew()

    def on_click(self, event: Click) -> None:
        """The key that stands where was clicked."""
        start = 1
        for entry in self._entries:
            if start <= event.x < start + entry.width - len(_GAP):
                self.post_message(self.Clicked(entry.key))
            start += entry.width

    def _renew(self) -> None:
        if self._given is None or not self.size.width:
            return
        entries = entries_of(*self._given, self.size.width - 1)
        if entries != self._entries:
            self._entries = entries
            self.refresh()


class StatusLine(Widget):
    """What stands against the last act, in words, over the line above the footer until the next key."""

    ALLOW_SELECT: ClassVar[bool] = False
    DEFAULT_CSS: ClassVar[str] = """
    StatusLine { display: none; layer: over; dock: bottom; margin-bottom: 1; height: auto; max-height: 3; width: 1fr;
      background: $fault-ground; color: $fault-text; padding: 0 1; }
    StatusLine.-told { display: block; }
    StatusLine.-quiet { background: $panel; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__(id="status", markup=False)
        self.text = ""

    def say(self, text: str, *, quiet: bool = False) -> None:
        """Say a line; "" takes it away."""
        if text == self.text and quiet == self.has_class("-quiet"):
            return
        self.text = cut(text, 300)
        self.set_class(bool(text), "-told")
        self.set_class(quiet, "-quiet")
        self.refresh(layout=True)

    def render(self) -> RenderResult:
        """The line; longer than the screen is wide, it wraps."""
        return Content(f"! {self.text}" if self.text and not self.has_class("-quiet") else self.text)
