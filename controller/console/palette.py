"""The command palette: every action that is legal now, the screens, the languages and the looks; found by its words.

Nothing is chosen before an arrow or a letter has been pressed, so that Enter held down from before chooses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from controller.console.catalogue import Selection, actions_of, key_name, texts_of
from controller.console.dialogs import Dialog
from controller.console.rows.finding import fold
from controller.console.snapshot import Snapshot
from controller.console.text import clean
from controller.words import LANGUAGES
from protocol.explain import Catalogue

ACTION, SCREEN, LANGUAGE, THEME, LEAVE = "action", "screen", "language", "theme", "leave"
LANGUAGE_NAMES = {
    "sr-Cyrl": "Српски (ћирилица)", "sr-Latn": "Srpski (latinica)", "ro": "Română", "uk": "Українська",
    "pl": "Polski", "en": "English",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """An entry: what it is and of which, its words, and its key if it has one."""

    sort: str
    id: str
    name: str
    what: str = ""
    key: str = ""


def commands_of(
    snapshot: Snapshot,
    selection: Selection,
    screens: Sequence[tuple[str, str]],
    themes: Sequence[str],
    words: Catalogue,
) -> tuple[Command, ...]:
    """All entries, legal actions first. `screens`: (id, name)."""
    texts = texts_of(words)
    found = [
        Command(ACTION, action.id, *texts[action.id], key_name(action.key) if action.key else "")
        for action in actions_of(snapshot.role)
        if not action.objection(snapshot, selection)
    ]
    found += [
        Command(SCREEN, screen, words.gettext("Screen: %(name)s") % {"name": name}, key=str(number))
        for number, (screen, name) in enumerate(screens, 1)
    ]
    found += [
        Command(LANGUAGE, language, LANGUAGE_NAMES[language], words.gettext("Language")) for language in LANGUAGES
    ]
    names = theme_names(words)
    found += [Command(THEME, theme, names.get(theme, theme), words.gettext("Look")) for theme in themes]
    return (*found, Command(LEAVE, "", words.gettext("Leave the console"), key="Ctrl+Q"))


def theme_names(words: Catalogue) -> dict[str, str]:
    """The looks in words."""
    return {
        "dark": words.gettext("dark"), "light": words.gettext("light"),
        "high-contrast": words.gettext("high contrast"),
    }  # fmt: skip


def matching(commands: Sequence[Command], text: str) -> list[Command]:
    """Those in whose words each word of `text` is, in their order."""
    wanted = fold(text).split()
    return [one for one in commands if all(word in fold(f"{one.name} {one.what} {one.key}") for word in wanted)]


class Palette(Dialog):
    """The palette. Enter chooses what an arrow or a letter has marked."""

    typing: ClassVar[bool] = True
    DEFAULT_CSS: ClassVar[str] = """
    Palette #dialog-frame { width: 96; }
    Palette OptionList { height: auto; max-height: 16; border: none; background: $surface; padding: 0; }
    Palette.-low OptionList { max-height: 6; }
    """

    class Picked(Message):
        """A command was chosen."""

        def __init__(self, command: Command) -> None:
            self.command = command
            super().__init__()

    def __init__(self, commands: Sequence[Command], words: Catalogue) -> None:
        super().__init__()
        self._commands, self._words = tuple(commands), words
        self._shown: list[Command] = list(commands)

    def compose(self) -> ComposeResult:
        """A field and the list."""
        with Vertical(id="dialog-frame"):
            yield Input(placeholder=self._words.gettext("Type what you look for"), id="wanted")
            yield OptionList(*map(_option, self._shown), markup=False)
            yield Static("", id="nothing", markup=False)

    def on_mount(self) -> None:
        """Letters go to the field; the list has no focus of its own."""
        found = self.query_one(OptionList)
        found.can_focus = False
        found.highlighted = None
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """What fits, the first of it marked."""
        event.stop()
        self._shown = matching(self._commands, event.value)
        found = self.query_one(OptionList)
        found.clear_options().add_options([_option(one) for one in self._shown])
        found.highlighted = 0 if self._shown and event.value.strip() else None
        nothing = "" if self._shown else self._words.gettext("Nothing of that name can be done now.")
        self.query_one("#nothing", Static).update(Content(nothing))

    def on_key(self, event: events.Key) -> None:
        """Arrows move the mark."""
        moves = {"down": "cursor_down", "up": "cursor_up", "pagedown": "page_down", "pageup": "page_up"}
        if event.key in moves:
            event.stop()
            event.prevent_default()
            getattr(self.query_one(OptionList), f"action_{moves[event.key]}")()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        marked = self.query_one(OptionList).highlighted
        if marked is not None:
            self._pick(marked)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click on an entry."""
        event.stop()
        self._pick(event.option_index)

    def _pick(self, number: int) -> None:
        command = self._shown[number]
        self.app.post_message(self.Picked(command))
        self.dismiss()


def _option(command: Command) -> Option:
    parts: list[str | tuple[str, str]] = [(clean(command.name), "bold")]
    if command.key:
        parts.append((f"  {command.key}", "$accent"))
    if command.what:
        parts.append((f"  {clean(command.what)}", "$vote-absent"))
    return Option(Content.assemble(*parts))
