"""Where a key goes: to the hand, to a dialog, to what has the focus, or nowhere. Pure.

No letter acts, so another layout of the keyboard changes nothing; what is not named here goes nowhere, but into a
field that waits for text.
"""

from enum import Enum
from typing import Final


class To(Enum):
    """Where a key goes."""

    HAND = "hand"
    FOCUS = "focus"
    HELP = "help"
    PALETTE = "palette"
    FIND = "find"
    SCREEN = "screen"
    LEAVE = "leave"
    CLOSE = "close"
    SEND = "send"
    NOWHERE = "nowhere"


class Over(Enum):
    """What stands over the screen."""

    NOTHING = "nothing"
    QUESTION = "question"
    FORM = "form"
    READING = "reading"
    TYPING = "typing"


_MOVES: Final = frozenset(
    {"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "tab", "shift+tab", "enter", "plus", "minus"}
)
_ACTS: Final = frozenset({"f3", "f4", "f5", "f6", "f7", "f8", "f9", "delete", "escape"})
_BY_NAME: Final = {
    "f1": To.HELP, "question_mark": To.HELP, "f2": To.PALETTE, "ctrl+p": To.PALETTE, "slash": To.FIND,
    "ctrl+q": To.LEAVE, "ctrl+c": To.LEAVE,
}  # fmt: skip
_NEVER_TYPED: Final = frozenset({"ctrl+q", "ctrl+c", "ctrl+p", "ctrl+z", *(f"f{number}" for number in range(1, 25))})
_HELD_COUNTS_ONCE: Final = frozenset({"enter", "escape"})


def where(key: str, over: Over, confirm: str = "") -> To:
    """Where `key` goes. `confirm`: the key that sends a form."""
    if over is Over.NOTHING:
        return _on_screen(key)
    if over is Over.QUESTION:
        return To.HAND
    if over is Over.FORM and key == confirm:
        return To.SEND
    if key == "escape" or (over is Over.READING and key in {"enter", "f1", "question_mark"}):
        return To.CLOSE
    if key in _NEVER_TYPED:
        return To.NOWHERE
    return To.FOCUS if over is not Over.READING or key in _MOVES else To.NOWHERE


def counts_once(key: str) -> bool:
    """True of keys that mean something once, however long they are held, also where no guard asks."""
    return key in _HELD_COUNTS_ONCE


def _on_screen(key: str) -> To:
    if key in _ACTS:
        return To.HAND
    if key in _BY_NAME:
        return _BY_NAME[key]
    if len(key) == 1 and key in "123456789":
        return To.SCREEN
    return To.FOCUS if key in _MOVES else To.NOWHERE
