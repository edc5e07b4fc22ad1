"""The two lines above every screen: whose sitting, quorum, who sits here, the clock; and the active item.

While the controller is not heard they say so instead, since everything below them may be old.
"""

import time
from collections.abc import Sequence
from typing import ClassVar, Final

from controller.console.panel_view import Line, Tone
from controller.console.questions import item_line, quorum_line
from controller.console.snapshot import Snapshot
from controller.console.text import cut, fill, width_of
from controller.console.text_lines import TextLines
from protocol.explain import ENGLISH, Catalogue

_GAP: Final = 2
_SECOND_MS: Final = 1000


def time_of_day(unix_ms: int) -> str:
    """`14:05:22` in the time zone of this machine."""
    return time.strftime("%H:%M:%S", time.localtime(unix_ms // _SECOND_MS))


def header_lines(snapshot: Snapshot, words: Catalogue, clock_ms: int, language: str, width: int) -> tuple[Line, Line]:
    """The two lines. `clock_ms`: the controller's clock."""
    if not snapshot.fresh:
        first, second = _no_link(snapshot, words, clock_ms)
        return Line(fill(f" ! {first}", width), Tone.FAULT), Line(fill(f"   {second}", width), Tone.FAULT)
    left = [f" {_whose(snapshot, words)}", quorum_line(snapshot, words)]
    right = [_officer(snapshot, words), language, f"{time_of_day(clock_ms)} "]
    first = _spread(left, right, width)
    item = item_line(snapshot, snapshot.now.item, words)
    second = cut(f" ▶ {item}" if item else f"   {words.gettext('No item is active.')}", width)
    return Line(first, Tone.PLAIN if snapshot.quorum_met else Tone.ATTENTION), Line(second)


def _whose(snapshot: Snapshot, words: Catalogue) -> str:
    house, now = snapshot.house, snapshot.now
    if not house.sitting:
        return words.gettext("No sitting yet")
    phase = {
        "prepared": words.gettext("not open yet"), "adjourned": words.gettext("adjourned"),
        "closed": words.gettext("closed"), "signed": words.gettext("closed and signed"),
    }.get(now.phase, "")  # fmt: skip
    camera = words.gettext("in camera") if now.in_camera else ""
    return " · ".join(filter(None, [house.body, house.sitting, phase, camera]))


def _officer(snapshot: Snapshot, words: Catalogue) -> str:
    name = snapshot.officer_name(snapshot.officer)
    return words.gettext("%(name)s, by order of the chair") % {"name": name} if snapshot.by_order else name


def _spread(left: list[str], right: list[str], width: int) -> str:
    """Both ends of a line. What is not needed most gives way: the language, who sits here, then whose sitting it is."""
    while width_of("  ".join([*left, *right])) > width and len(right) > 1:
        right.pop(-2)
    start, end = " " * _GAP, "  ".join(right)
    room = width - width_of(end) - _GAP
    whose = cut(left[0], max(0, room - width_of(left[1]) - _GAP))
    start = f"{whose}  {left[1]}" if whose.strip() else f" {left[1]}"
    return fill(start, max(0, width - width_of(end))) + end


def _no_link(snapshot: Snapshot, words: Catalogue, clock_ms: int) -> tuple[str, str]:
    if not snapshot.now.number:
        return words.gettext("CONNECTING TO THE SERVER"), words.gettext("Nothing is known yet.")
    since = {"time": time_of_day(clock_ms - int(snapshot.heard_s * _SECOND_MS)), "s": int(snapshot.heard_s)}
    first = words.gettext("NO LINK TO THE SERVER since %(time)s (%(s)d s). What you see is from %(time)s.") % since
    vote = snapshot.now.vote
    if not snapshot.vote_is_live or vote is None:
        return first, words.gettext("Nothing can be done from here until it is back. Retrying.")
    if vote.deadline_ms and vote.phase != "held":
        ends = time_of_day(vote.deadline_ms)
        return first, words.gettext("The vote goes on in the server: it closes by itself at %(time)s. Retrying.") % {
            "time": ends
        }
    return first, words.gettext("The vote goes on in the server, until it is closed from a console. Retrying.")


class HeaderLines(TextLines):
    """The two lines."""

    DEFAULT_CSS: ClassVar[str] = "HeaderLines { height: 2; width: 1fr; background: $panel; }"

    def __init__(self) -> None:
        super().__init__(id="header")
        self._known, self._clock_ms, self._language = Snapshot(), 0, ""
        self._words: Catalogue = ENGLISH

    def show(self, snapshot: Snapshot, words: Catalogue, clock_ms: int, language: str) -> None:
        """Show what is known."""
        self._known, self._words, self._clock_ms, self._language = snapshot, words, clock_ms, language
        self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002 - always two
        """The two lines."""
        return header_lines(self._known, self._words, self._clock_ms, self._language, width)
