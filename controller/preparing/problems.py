"""What is wrong or missing in a sitting that is being prepared, collected so that a person gets all of it at once."""

from dataclasses import dataclass, field
from typing import Literal

from protocol.explain import ENGLISH, Catalogue

Level = Literal["missing", "wrong", "warning"]
LEVELS: tuple[Level, ...] = ("wrong", "missing", "warning")
"""In the order a person is told."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `where`: a file with its line, or a table of `sitting.toml`; `code` is stable.

    `missing`: the sitting cannot be held before it is there; `wrong`: it is there and must be changed; `warning`: it
    may be meant.
    """

    level: Level
    where: str
    code: str
    words: str


@dataclass(slots=True)
class Findings:
    """Collects problems in the language of `words`."""

    words: Catalogue = ENGLISH
    problems: list[Problem] = field(default_factory=list)

    def gettext(self, message: str) -> str:
        """Translate."""
        return self.words.gettext(message)

    def missing(self, where: str, code: str, words: str) -> None:
        """Something is not there yet."""
        self._add("missing", where, code, words)

    def wrong(self, where: str, code: str, words: str) -> None:
        """Something is there and must be changed."""
        self._add("wrong", where, code, words)

    def warn(self, where: str, code: str, words: str) -> None:
        """Something looks odd and may be meant."""
        self._add("warning", where, code, words)

    def has(self, *levels: Level) -> bool:
        """True if a problem of one of these levels was found."""
        return any(problem.level in levels for problem in self.problems)

    def _add(self, level: Level, where: str, code: str, words: str) -> None:
        self.problems.append(Problem(level, _visible(where), code, _visible(words)))


def _visible(text: str) -> str:
    """Words quote what stands in files, and may not carry a terminal's orders, or hide what they complain of."""
    return "".join(character if character.isprintable() else f"<U+{ord(character):04X}>" for character in text)
