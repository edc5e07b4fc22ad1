"""What stands over a screen: a question, a form, details, a search. None of them acts; each says what was answered.

Keys reach a dialog only through the application's gate: a question hears none of them but by the guard, so that no
focus, however it came about, lets Enter or Space confirm. Buttons are for the mouse and for fingers.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from controller.console.catalogue import key_name
from controller.console.forms import Answers, Field, Form, check
from controller.console.questions import Asked
from controller.console.text import clean
from protocol.explain import Catalogue

_VALUES_NAMED: Final = 6
_CHOICES_TYPED: Final = 40
"""More choices than that are typed, not leafed through."""


class KeyButton(Widget):
    """A button that stands for a key. Only the mouse reaches it: it never has the focus."""

    ALLOW_SELECT: ClassVar[bool] = False

    class Pushed(Message):
        """The button was clicked."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    def __init__(self, label: str, key: str, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, markup=False)
        self.key, self._label = key, clean(label)

    def render(self) -> Content:
        """What it does, and its key."""
        return Content(f"{self._label}  {key_name(self.key)}")

    def on_click(self) -> None:
        """As if the key was pushed."""
        self.post_message(self.Pushed(self.key))


class Dialog(ModalScreen[None]):
    """A frame over the screen. `typing`: letters and arrows belong to what has the focus in it."""

    typing: ClassVar[bool] = False
    DEFAULT_CSS: ClassVar[str] = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog #dialog-frame { width: 66; max-width: 100%; height: auto; max-height: 100%; padding: 1 2;
      background: $surface; border: tall $border; }
    Dialog #dialog-text { height: auto; max-height: 1fr; }
    Dialog Static { width: 1fr; height: auto; }
    Dialog .dialog-title { text-style: bold; margin-bottom: 1; }
    Dialog .dialog-warning { color: $attention; text-style: bold; }
    Dialog .dialog-wrong { color: $fault-text; background: $fault-ground; display: none; }
    Dialog .dialog-wrong.-told { display: block; }
    Dialog #dialog-buttons { height: auto; width: 1fr; align-horizontal: right; margin-top: 1; }
    Dialog KeyButton { width: auto; min-width: 14; height: 3; margin-left: 2; padding: 0 2; background: $panel;
      content-align: center middle; }
    Dialog #back { background: $foreground; color: $background; text-style: bold; }
    Dialog Input { border: none; height: 1; padding: 0 1; background: $panel; }
    Dialog Input:focus { border: none; background: $foreground; color: $background; }
    Dialog.-low #dialog-frame { padding: 0 1; border: none; }
    Dialog.-low KeyButton { height: 1; }
    Dialog.-low #dialog-buttons { margin-top: 0; }
    Dialog.-low .dialog-title { margin-bottom: 0; }
    Dialog.-tiny KeyButton { min-width: 8; margin-left: 1; padding: 0 1; }
    """

    def back_button(self, words: Catalogue) -> "KeyButton":
        """The way back."""
        return KeyButton(words.gettext("Back"), "escape", id="back")


def _text(text: str, classes: str = "") -> Static:
    return Static(Content(clean(text)), classes=classes, markup=False)


class QuestionDialog(Dialog):
    """A question before an act. Back stands out; what confirms is another key than what asked."""

    def __init__(self, asked: Asked, words: Catalogue) -> None:
        super().__init__()
        self.asked, self._words = asked, words

    def compose(self) -> ComposeResult:
        """What is asked, what speaks against it, the two ways on."""
        with Vertical(id="dialog-frame"):
            yield _text(self.asked.title, "dialog-title")
            with VerticalScroll(id="dialog-text", can_focus=False):
                for line in self.asked.lines:
                    yield _text(line)
                for line in self.asked.warnings:
                    yield _text(f"! {line}", "dialog-warning")
            with Horizontal(id="dialog-buttons"):
                yield self.back_button(self._words)
                yield KeyButton(self.asked.label, self.asked.confirm, id="confirm")


class DetailsDialog(Dialog):
    """Lines to read; arrows scroll, Enter or Esc leads back."""

    typing: ClassVar[bool] = True

    def __init__(self, title: str, lines: Sequence[str], words: Catalogue) -> None:
        super().__init__()
        self._title, self._lines, self._words = title, lines, words

    def compose(self) -> ComposeResult:
        """The lines."""
        with Vertical(id="dialog-frame"):
            yield _text(self._title, "dialog-title")
            with VerticalScroll(id="dialog-text"):
                for line in self._lines:
                    yield _text(line)
            with Horizontal(id="dialog-buttons"):
                yield self.back_button(self._words)


class FindDialog(Dialog):
    """What is looked for. `find` selects it and says if there is any."""

    typing: ClassVar[bool] = True

    def __init__(self, words: Catalogue, find: Callable[[str], bool]) -> None:
        super().__init__()
        self._words, self._find = words, find

    def compose(self) -> ComposeResult:
        """One field."""
        with Vertical(id="dialog-frame"):
            yield _text(self._words.gettext("Find a member by name or seat"), "dialog-title")
            yield Input(id="wanted")
            yield _text("", "dialog-wrong")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter looks; what is found is selected, and nothing else happens."""
        event.stop()
        if self._find(event.value.strip()):
            self.dismiss()
            return
        wrong = self.query_one(".dialog-wrong", Static)
        wrong.update(Content(self._words.gettext("Nobody of that name or seat is on this screen.")))
        wrong.add_class("-told")


class Choice(Widget, can_focus=True):
    """One of some values in a line: left and right leaf through them."""

    DEFAULT_CSS: ClassVar[str] = """
    Choice { height: 1; width: 1fr; padding: 0 1; background: $panel; }
    Choice:focus { background: $foreground; color: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "leaf(-1)", "Before", show=False, id="choice.before"),
        Binding("right,down", "leaf(1)", "Next", show=False, id="choice.next"),
    ]

    def __init__(self, choices: Sequence[tuple[str, str]], value: str, *, id: str) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id, markup=False)
        self._choices = tuple(choices)
        self._at = next((number for number, one in enumerate(choices) if one[0] == value), 0)

    @property
    def value(self) -> str:
        """What is chosen."""
        return self._choices[self._at][0] if self._choices else ""

    def render(self) -> Content:
        """The words of what is chosen."""
        return Content(f"‹ {clean(self._choices[self._at][1])} ›" if self._choices else "–")

    def action_leaf(self, step: int) -> None:
        """Another one; after the last comes the first."""
        if self._choices:
            self._at = (self._at + step) % len(self._choices)
            self.refresh()

    def on_click(self) -> None:
        """The next one."""
        self.focus()
        self.action_leaf(1)


class FormDialog(Dialog):
    """What is typed for an act: a field a line, Enter goes to the next one and never sends; the confirming key does."""

    typing: ClassVar[bool] = True

    def __init__(self, form: Form, confirm: str, label: str, words: Catalogue) -> None:
        super().__init__()
        self.form, self._confirm, self._label, self._words = form, confirm, label, words

    def compose(self) -> ComposeResult:
        """The fields."""
        with Vertical(id="dialog-frame"):
            yield _text(self.form.title, "dialog-title")
            with VerticalScroll(id="dialog-text", can_focus=False):
                if self.form.warning:
                    yield _text(self.form.warning, "dialog-warning")
                for field in self.form.fields:
                    yield _text(_label_of(field))
                    yield _widget_of(field)
            yield _text("", "dialog-wrong")
            with Horizontal(id="dialog-buttons"):
                yield self.back_button(self._words)
                yield KeyButton(self._label, self._confirm, id="confirm")

    def answers(self) -> Answers | None:
        """What stands in the fields; None if one does not hold: then it is said which, and the cursor is there."""
        found: dict[str, str] = {}
        for field in self.form.fields:
            widget = self.query_one(f"#field-{field.id}")
            assert isinstance(widget, Input | Choice), "made by `_widget_of`"
            found[field.id] = clean(widget.value).strip()
            wrong = check(field, found[field.id], self._words)
            if wrong:
                self.say(f"{field.label}: {wrong}")
                widget.focus()
                return None
        self.say("")
        return found

    def say(self, text: str) -> None:
        """What does not hold, in a line."""
        line = self.query_one(".dialog-wrong", Static)
        line.update(Content(clean(text)))
        line.set_class(bool(text), "-told")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: the next field."""
        event.stop()
        self.focus_next()


def _widget_of(field: Field) -> Widget:
    """Choices that have a preset are leafed through; others are typed, so that nothing is chosen by accident."""
    if field.choices and field.preset and len(field.choices) <= _CHOICES_TYPED:
        return Choice(field.choices, field.preset, id=f"field-{field.id}")
    return Input(field.preset, id=f"field-{field.id}", select_on_focus=False)


def _label_of(field: Field) -> str:
    """What is asked, and what may be typed where that is not free."""
    typed = [value for value, _ in field.choices[:_VALUES_NAMED]]
    more = ["…"] if len(field.choices) > len(typed) else []
    is_told = field.preset or all(value in field.label for value in typed)
    return field.label if not typed or is_told else f"{field.label} ({', '.join([*typed, *more])})"
