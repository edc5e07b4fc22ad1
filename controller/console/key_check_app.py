"""Asks for every key of a console on this keyboard and shows what arrives: `chamber rehearse --keys`."""

import time
from collections.abc import Callable

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static

from controller.console.catalogue import key_name
from controller.console.key_check import KeyCheck, KeyFinding
from protocol.explain import Catalogue

_LOOK_S = 0.5


class KeyCheckApp(App[list[KeyFinding]]):
    """Returns what came of each key."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Static { padding: 1 2; }"

    def __init__(self, words: Catalogue, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._words, self._now_s = words, now_s
        self.check = KeyCheck(now_s())

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(self._text(), id="ask", markup=False)

    def on_mount(self) -> None:
        """Look at the time now and then."""
        self.set_interval(_LOOK_S, self._look)

    def _text(self) -> str:
        done, gettext = self.check.findings, self._words.gettext
        lines = [
            gettext("Press this key: %(key)s") % {"key": key_name(self.check.wanted)},
            gettext("Key %(number)d of %(total)d. Wait if it does not work.")
            % {"number": len(done) + 1, "total": self.check.total},
        ]
        lines += [_line(finding, self._words) for finding in done if not finding.ok]
        return "\n\n".join(lines)

    async def on_event(self, event: events.Event) -> None:
        """Every key comes here first, also those that Textual would act on."""
        if isinstance(event, events.Key):
            event.stop()
            event.prevent_default()
            self.check.press(event.key, self._now_s())
            self._show()
            return
        await super().on_event(event)

    def _look(self) -> None:
        self.check.pass_time(self._now_s())
        self._show()

    def _show(self) -> None:
        if self.check.wanted:
            self.query_one("#ask", Static).update(self._text())
        else:
            self.exit(self.check.findings)


def _line(finding: KeyFinding, words: Catalogue) -> str:
    said = {"key": key_name(finding.key), "arrived": ", ".join(finding.arrived)}
    if finding.arrived:
        return words.gettext("%(key)s arrives as %(arrived)s.") % said
    return words.gettext("%(key)s does not arrive.") % said


def finding_line(finding: KeyFinding, words: Catalogue) -> str:
    """What came of a key, in words; "" if it is well."""
    return "" if finding.ok else _line(finding, words)
