"""Does each key that a console needs arrive from this keyboard, through this terminal? Pure; time is an argument.

One key after another is asked for. Another key that comes instead is noted and asked again; the second wrong answer, or
silence, is taken as missing, and the next key is asked for. A key that arrives as another one is worse than none.

Source: reference of the console, keys: what terminals, tmux, layouts and browsers do to them.
"""

from dataclasses import dataclass
from typing import Final

from controller.console.catalogue import ACTIONS, SCREENS, SECRETARY_ACTIONS

WAIT_S: Final = 10.0
WRONG_MAX: Final = 2
_SHARED: Final = ("f1", "f2", "escape", "enter", "tab", "up", "down", "slash", "ctrl+q")


def wanted_keys() -> tuple[str, ...]:
    """Every key that has a meaning: those of the actions, of screens, and those that all screens share."""
    acts = {action.key for action in (*ACTIONS, *SECRETARY_ACTIONS) if action.key}
    numbered = sorted((key for key in acts | set(_SHARED) if key[1:].isdigit()), key=lambda key: int(key[1:]))
    rest = [key for key in (*_SHARED, *sorted(acts)) if key not in numbered]
    digits = [str(number) for number in range(1, len(SCREENS) + 1)]
    return tuple(dict.fromkeys([*numbered, *digits, *rest]))


@dataclass(frozen=True, slots=True)
class KeyFinding:
    """What came of one key. `arrived`: other keys that came instead."""

    key: str
    ok: bool
    arrived: tuple[str, ...] = ()


class KeyCheck:
    """The check of one keyboard, since `now_s`."""

    def __init__(self, now_s: float, keys: tuple[str, ...] | None = None) -> None:
        self._keys = wanted_keys() if keys is None else keys
        self._asked_s = now_s
        self._wrong: list[str] = []
        self.findings: list[KeyFinding] = []

    @property
    def wanted(self) -> str:
        """The key that is asked for; "" when all were."""
        return self._keys[len(self.findings)] if len(self.findings) < len(self._keys) else ""

    @property
    def total(self) -> int:
        """How many keys are asked for."""
        return len(self._keys)

    def press(self, key: str, now_s: float) -> None:
        """A key has come."""
        if not self.wanted:
            return
        if key == self.wanted:
            self._settle(now_s, ok=True)
            return
        self._wrong.append(key)
        if len(self._wrong) >= WRONG_MAX:
            self._settle(now_s, ok=False)

    def pass_time(self, now_s: float) -> None:
        """Nothing came for a while."""
        if self.wanted and now_s - self._asked_s >= WAIT_S:
            self._settle(now_s, ok=False)

    def _settle(self, now_s: float, *, ok: bool) -> None:
        self.findings.append(KeyFinding(self.wanted, ok, tuple(self._wrong)))
        self._wrong, self._asked_s = [], now_s
