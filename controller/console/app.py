"""The console: one shell with header, the vote at hand, a body for each screen, and the keys; all of it drawn of what
the link knows.

Nothing of the sitting lives here: closing it changes nothing, and two may be open. News only mark it dirty; ten times
a second it takes a snapshot and shows what changed, and the clock once a second. Every key passes the gate
(`gate.py`) before Textual sees it; those that act go to the hand (`hand.py`), which says what comes of them.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from textual import events
from textual.app import App, ComposeResult, SystemCommand
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from controller.console.bodies.floor import FloorBody
from controller.console.body import Body
from controller.console.catalogue import Selection, actions_of, meaning_of, objection_sentence, texts_of
from controller.console.dialogs import DetailsDialog, Dialog, FindDialog, FormDialog, KeyButton, QuestionDialog
from controller.console.footer import FooterKeys, StatusLine
from controller.console.forms import form_of
from controller.console.gate import Over, To, counts_once, where
from controller.console.hand import CONFIRM, Ask, Do, Fill, Hand, Leave, Order, PutAway, Say
from controller.console.header import HeaderLines
from controller.console.help import help_lines
from controller.console.link import ConsoleLink
from controller.console.palette import ACTION, LANGUAGE, SCREEN, THEME, Command, Palette, commands_of
from controller.console.panel import VoteStrip
from controller.console.questions import question_of
from controller.console.screens import conducting_bodies, screen_name
from controller.console.snapshot import Snapshot
from controller.console.themes import THEMES, PlainCharacters
from controller.words import catalogue
from protocol.errors import ChamberError
from protocol.explain import Catalogue

log = logging.getLogger(__name__)
TICK_S: Final = 0.1
WAITS_S: Final = 1.0
"""An act that has no answer for so long is spoken of."""
_SECOND_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class Options:
    """How a console looks and keeps time. `now_s` never goes back; `unix_ms` is this machine's clock."""

    language: str = "en"
    theme: str = "dark"
    ascii_only: bool = False
    last_call_s: float = 5.0
    now_s: Callable[[], float] = time.monotonic
    unix_ms: Callable[[], int] = field(default=lambda: time.time_ns() // 1_000_000)


class ConsoleApp(App[None]):
    """The console of one officer on `link`. `bodies`: its screens in the order of their digits; the chair's if none."""

    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    ALLOW_SELECT: ClassVar[bool] = False
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (66, "-narrow"), (110, "-medium"), (160, "-wide")]  # noqa: RUF012 - Textual's
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-middle"), (40, "-high")]  # noqa: RUF012 - Textual's form
    CSS: ClassVar[str] = """
    Screen { layers: base over; background: $background; color: $foreground; }
    ContentSwitcher { height: 1fr; width: 1fr; }
    ContentSwitcher.-old { opacity: 60%; }
    """

    def __init__(self, link: ConsoleLink, options: Options | None = None, bodies: Sequence[Body] = ()) -> None:
        super().__init__()
        self.link, self.options = link, options or Options()
        self.words: Catalogue = catalogue(self.options.language)
        self.language = self.options.language
        self.known = Snapshot()
        self.hand = Hand(self.options.now_s, self.options.last_call_s)
        self.bodies = tuple(bodies) or conducting_bodies(ascii_only=self.options.ascii_only)
        self.status = StatusLine()
        self._at = self.bodies[0].SCREEN
        self._dirty = True
        self._shown: tuple[int, bool, int | None] = (0, False, None)
        self._asked: Dialog | None = None
        self._said_by, self._sent_s = "", 0.0
        self._switcher = ContentSwitcher(*self.bodies, initial=self._at)
        self._header, self._strip, self._footer = HeaderLines(), VoteStrip(), FooterKeys()
        for theme in THEMES.values():
            self.register_theme(theme)
        if self.options.ascii_only:
            self._filters.append(PlainCharacters())

    # --- What stands there.

    def compose(self) -> ComposeResult:
        """Header, the vote at hand, the screen, the keys; and over them a line for what does not go."""
        yield self._header
        yield self._strip
        yield self._switcher
        yield self._footer
        yield self.status

    def on_mount(self) -> None:
        """Begin to listen."""
        self.theme = self.options.theme
        self.link.changed = self.mark_dirty
        self.body.takes_focus().focus()
        self.set_interval(TICK_S, self.tick)
        self.call_after_refresh(self.tick)

    @property
    def body(self) -> Body:
        """The body of the screen at hand."""
        return next(body for body in self.bodies if self._at == body.SCREEN)

    @property
    def at(self) -> str:
        """The screen at hand."""
        return self._at

    @property
    def clock_ms(self) -> int:
        """The controller's clock."""
        return self.options.unix_ms() + self.known.ahead_ms

    def mark_dirty(self) -> None:
        """Something is new; the next tick shows it."""
        self._dirty = True

    def tick(self) -> None:
        """Take what is known, let the hand see it, show what changed."""
        self.known = self.link.snapshot()
        free = len(self.screen_stack) == 1
        self._carry_out(self.hand.tick(self.known, free=free))
        if self.hand.under_way and self.options.now_s() - self._sent_s >= WAITS_S:
            name = texts_of(self.words)[self.hand.under_way][0]
            self.status.say(self.words.gettext("%(act)s: sent, no answer yet.") % {"act": name}, quiet=True)
        shown = (self.clock_ms // _SECOND_MS, self.known.fresh, self.hand.seconds_left(self.known))
        if self._dirty or shown != self._shown:
            self._dirty, self._shown = False, shown
            self.show()

    def show(self) -> None:
        """Show everything that is known now."""
        known, words, clock_ms = self.known, self.words, self.clock_ms
        seconds_left = self.hand.seconds_left(known)
        self._header.show(known, words, clock_ms, self.language)
        self._strip.show(known, words, clock_ms, seconds_left, floor=isinstance(self.body, FloorBody))
        body = self.body
        body.clock_ms = clock_ms
        if isinstance(body, FloorBody):
            body.seconds_left = seconds_left
        body.show(known, words)
        self._switcher.set_class(not known.fresh, "-old")
        self._footer.show(self._at, known, body.selection, words)

    def go_to(self, screen: str) -> None:
        """Another screen."""
        if screen == self._at:
            return
        self._at = screen
        self._switcher.current = screen
        self.body.takes_focus().focus()
        self.show()
        self.call_after_refresh(self.show)  # now it has a size

    def speak(self, language: str) -> None:
        """Another language, at once."""
        self.language, self.words = language, catalogue(language)
        self.show()

    # --- Keys.

    async def on_event(self, event: events.Event) -> None:
        """Every key passes the gate first."""
        if isinstance(event, events.Key) and not event.is_forwarded and not self._gate(event.key):
            event.stop()
            return
        await super().on_event(event)

    def _gate(self, key: str) -> bool:
        """True if the key goes on to what has the focus."""
        top = self.screen
        to = where(key, _kind_of(top), CONFIRM)
        if key != self._said_by and to is not To.NOWHERE and not self.hand.under_way:
            self.status.say("")
        if to is To.HAND:
            return self._push(key)
        if counts_once(key) and self.hand.guard.is_held(key, self.options.now_s()):
            return False
        if to is To.CLOSE:
            self._close(top)
        elif to is To.SEND:
            self._send(top)
        elif to is To.SCREEN:
            number = int(key) - 1
            if number < len(self.bodies):
                self.go_to(self.bodies[number].SCREEN)
        else:
            self._open(to)
        return to is To.FOCUS

    def _push(self, key: str) -> bool:
        """A key that acts; Esc goes on to what has the focus where it takes nothing back."""
        self.known = self.link.snapshot()
        selection = self.body.selection
        if key == "escape" and not self.hand.asks:
            action, objection = meaning_of(key, self._at, self.known, selection)
            if action is None or objection:
                return not self.hand.guard.is_held(key, self.options.now_s())
        self._said_by = key
        self._carry_out(self.hand.push(key, self._at, self.known, selection))
        return False

    def _open(self, to: To) -> None:
        if to is To.HELP:
            lines = help_lines(self._at, self.known, self.words, ascii_only=self.options.ascii_only)
            title = self.words.gettext("Help: %(screen)s") % {"screen": screen_name(self._at, self.words)}
            self.push_screen(DetailsDialog(title, lines, self.words))
        elif to is To.PALETTE:
            screens = [(body.SCREEN, screen_name(body.SCREEN, self.words)) for body in self.bodies]
            commands = commands_of(self.known, self.body.selection, screens, tuple(THEMES), self.words)
            self.push_screen(Palette(commands, self.words))
        elif to is To.FIND:
            self.push_screen(FindDialog(self.words, self.body.find))
        elif to is To.LEAVE:
            self._carry_out(self.hand.leave(self.known))

    def _close(self, dialog: Screen[object]) -> None:
        if isinstance(dialog, FormDialog):
            self._carry_out(self.hand.push("escape", self._at, self.known, Selection()))
        elif self.screen is dialog:
            self.pop_screen()

    def _send(self, dialog: Screen[object]) -> None:
        assert isinstance(dialog, FormDialog), "only a form is sent"
        answers = dialog.answers()
        if answers is None:
            return
        self.known = self.link.snapshot()
        order = self.hand.filled(dialog.form.bring(answers), self.known)
        if isinstance(order, Say):  # what was typed stays
            dialog.say(objection_sentence(order.name, self.words))
            return
        if order is not None:
            self._put_away()
        self._carry_out(order)

    # --- Orders.

    def _carry_out(self, order: Order | None) -> None:
        """Do what the hand says."""
        selection = self.body.selection
        if isinstance(order, Ask | Fill | Do):
            self.status.say("")
        if isinstance(order, Ask):
            asked = question_of(order.action, self.known, selection, self.words, order.confirm)
            self._ask(QuestionDialog(asked, self.words))
        elif isinstance(order, Fill):
            label = texts_of(self.words)[order.action][0]
            form = form_of(order.action, self.known, selection, self.words)
            self._ask(FormDialog(form, CONFIRM, label, self.words))
        elif isinstance(order, Do):
            self._put_away()
            self._sent_s = self.options.now_s()
            self.run_worker(self._perform(order), group="act", exit_on_error=True)
        elif isinstance(order, Say):
            self.status.say(objection_sentence(order.name, self.words))
        elif isinstance(order, PutAway):
            self._put_away()
            if order.name:
                self.status.say(objection_sentence(order.name, self.words))
        elif isinstance(order, Leave):
            self.exit()

    def _ask(self, dialog: Dialog) -> None:
        self._asked = dialog
        self.push_screen(dialog)

    def _put_away(self) -> None:
        dialog, self._asked = self._asked, None
        if dialog is not None and self.screen is dialog:
            self.pop_screen()

    async def _perform(self, order: Do) -> None:
        """Bring an act about; what goes wrong is said in one line."""
        try:
            record = await self.link.perform(order.act)
        except ChamberError as error:
            self._failed(order, self._sentence(error))
        except Exception:
            log.exception("the act %s failed", order.action)
            self._failed(order, self.words.gettext("The act failed here: look whether it is recorded, then act again."))
        else:
            self.hand.answered(order.action, record)
            if self.status.has_class("-quiet"):
                self.status.say("")
        self._dirty = True
        self.tick()

    def _failed(self, order: Do, sentence: str) -> None:
        self.hand.failed(order.action)
        self.status.say(f"{texts_of(self.words)[order.action][0]}: {sentence}")

    def _sentence(self, error: ChamberError) -> str:
        """What a refused act is told: the name of what stood against it, else what the error says."""
        if error.code == "unreachable":
            return self.words.gettext(
                "The controller does not answer. The act may be recorded: look before you act again."
            )
        return objection_sentence(getattr(error, "why", "") or error.code, self.words)

    # --- Messages.

    def on_footer_keys_clicked(self, event: FooterKeys.Clicked) -> None:
        """A click on a key does what the key does, with the same guard."""
        event.stop()
        self._gate(event.key)

    def on_key_button_pushed(self, event: KeyButton.Pushed) -> None:
        """A button of a dialog does what its key does, with the same guard."""
        event.stop()
        self._gate(event.key)

    def on_palette_picked(self, event: Palette.Picked) -> None:
        """What was chosen in the palette."""
        command = event.command
        if command.sort == ACTION:
            self._choose(command)
        elif command.sort == SCREEN:
            self.go_to(command.id)
        elif command.sort == LANGUAGE:
            self.speak(command.id)
        elif command.sort == THEME:
            self.theme = command.id
        else:
            self._carry_out(self.hand.leave(self.known))

    def _choose(self, command: Command) -> None:
        self.known = self.link.snapshot()
        action = next(one for one in actions_of(self.known.role) if one.id == command.id)
        self._carry_out(self.hand.choose(action, self.known, self.body.selection))

    def on_body_moved(self, event: Body.Moved) -> None:
        """Other keys may be legal."""
        event.stop()
        self._footer.show(self._at, self.known, self.body.selection, self.words)

    def on_body_chosen(self, event: Body.Chosen) -> None:
        """Enter: details, which commit nothing."""
        event.stop()
        lines = self.body.details()
        if lines and len(self.screen_stack) == 1:
            self.push_screen(DetailsDialog(screen_name(self._at, self.words), lines, self.words))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of our own, known before a theme is on."""
        return dict(THEMES["dark"].variables)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:  # noqa: ARG002 - Textual's
        """None of Textual's own: a picture of a secret roll-call would be a leak."""
        return ()


def _kind_of(top: Screen[object]) -> Over:
    """What stands over the screen."""
    if isinstance(top, QuestionDialog):
        return Over.QUESTION
    if isinstance(top, FormDialog):
        return Over.FORM
    if isinstance(top, DetailsDialog):
        return Over.READING
    return Over.TYPING if isinstance(top, Dialog) else Over.NOTHING
