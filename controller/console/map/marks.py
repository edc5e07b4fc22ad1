"""What a seat shows: its glyph, the same in ASCII, and its colours on three backgrounds. Pure.

No state is told by colour alone. Each glyph takes one cell, and the choices differ by CIEDE2000 >= 18.5 also for people
who see few colours. Present and not voting have one glyph on purpose: they are the same seat before and after a vote's
end, and never stand beside each other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from protocol.explain import Catalogue


class Mark(Enum):
    """The state of a seat. `voted` says that there is a ballot, never which."""

    ABSENT = "absent"
    EXCUSED = "excused"
    PRESENT = "present"
    SPEAKING = "speaking"
    VOTED = "voted"
    RECUSED = "recused"
    NOT_VOTING = "not-voting"
    ABSTAIN = "abstain"
    AGAINST = "against"
    FOR = "for"
    FAULT = "fault"

    # One object each, and maps compare and look up thousands of them in a tick.
    __hash__ = object.__hash__


ORDER: Final = tuple(reversed(Mark))
"""Which of several states a seat shows: a fault before all else, a choice before the bare fact of a ballot."""
_RANK: Final = {mark: rank for rank, mark in enumerate(ORDER)}

ACTED: Final = frozenset({Mark.VOTED, Mark.FOR, Mark.AGAINST, Mark.ABSTAIN})
"""Where a ballot was counted: a lit dot of the densest map."""

_GLYPHS: Final = {
    Mark.ABSENT: ("·", "."),
    Mark.EXCUSED: ("◊", "e"),
    Mark.PRESENT: ("○", "o"),
    Mark.SPEAKING: ("►", ">"),
    Mark.VOTED: ("●", "@"),
    Mark.RECUSED: ("×", "x"),
    Mark.NOT_VOTING: ("○", "o"),
    Mark.ABSTAIN: ("■", "="),
    Mark.AGAINST: ("▼", "-"),
    Mark.FOR: ("▲", "+"),
    Mark.FAULT: ("!", "!"),
}


@dataclass(frozen=True, slots=True)
class Ink:
    """How a mark is written: `#rrggbb` on `#rrggbb`."""

    colour: str
    ground: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Palette:
    """A background, the ink of words on it, and the ink of each mark."""

    name: str
    ground: str
    text: str
    inks: Mapping[Mark, Ink]


def _palette(name: str, ground: str, text: str, colours: Mapping[Mark, str]) -> Palette:
    inks = {mark: Ink(colour, ground) for mark, colour in colours.items()}
    return Palette(name, ground, text, {**inks, Mark.FAULT: Ink("#FFFFFF", "#B00020", bold=True)})


DARK: Final = _palette("dark", "#0F1419", "#C8D0D8", {
    Mark.ABSENT: "#7A8691", Mark.EXCUSED: "#7A8691", Mark.PRESENT: "#C8D0D8", Mark.SPEAKING: "#F0C040",
    Mark.VOTED: "#F0E442", Mark.RECUSED: "#7A8691", Mark.NOT_VOTING: "#C8D0D8", Mark.ABSTAIN: "#B399FF",
    Mark.AGAINST: "#FF7C1F", Mark.FOR: "#3DDCB8",
})  # fmt: skip
LIGHT: Final = _palette("light", "#FFFFFF", "#40464D", {
    Mark.ABSENT: "#6A7076", Mark.EXCUSED: "#6A7076", Mark.PRESENT: "#40464D", Mark.SPEAKING: "#6B5E00",
    Mark.VOTED: "#6B5E00", Mark.RECUSED: "#6A7076", Mark.NOT_VOTING: "#40464D", Mark.ABSTAIN: "#3A1F8F",
    Mark.AGAINST: "#A83200", Mark.FOR: "#00735C",
})  # fmt: skip
HIGH_CONTRAST: Final = _palette("high-contrast", "#000000", "#FFFFFF", {
    Mark.ABSENT: "#C8D0D8", Mark.EXCUSED: "#C8D0D8", Mark.PRESENT: "#FFFFFF", Mark.SPEAKING: "#F0C040",
    Mark.VOTED: "#F0E442", Mark.RECUSED: "#C8D0D8", Mark.NOT_VOTING: "#FFFFFF", Mark.ABSTAIN: "#B399FF",
    Mark.AGAINST: "#FF7C1F", Mark.FOR: "#3DDCB8",
})  # fmt: skip


def palette_of(theme: str, *, dark: bool) -> Palette:
    """The palette for a theme of the console, by its name and whether it is dark."""
    if theme == HIGH_CONTRAST.name:
        return HIGH_CONTRAST
    return DARK if dark else LIGHT


def glyph(mark: Mark, *, ascii_only: bool = False) -> str:
    """The one character of a mark."""
    return _GLYPHS[mark][ascii_only]


def first_of(marks: Iterable[Mark]) -> Mark:
    """The one to show where several are true; absent where none is."""
    return min(marks, key=_RANK.__getitem__, default=Mark.ABSENT)


def mark_word(mark: Mark, words: Catalogue) -> str:
    """The legend's word for a mark."""
    table = {
        Mark.ABSENT: words.pgettext("legend", "absent"),
        Mark.EXCUSED: words.pgettext("legend", "excused"),
        Mark.PRESENT: words.pgettext("legend", "present"),
        Mark.SPEAKING: words.pgettext("legend", "speaking"),
        Mark.VOTED: words.pgettext("legend", "voted"),
        Mark.RECUSED: words.pgettext("legend", "recused"),
        Mark.NOT_VOTING: words.pgettext("legend", "not voting"),
        Mark.ABSTAIN: words.pgettext("legend", "abstained"),
        Mark.AGAINST: words.pgettext("legend", "against"),
        Mark.FOR: words.pgettext("legend", "for"),
        Mark.FAULT: words.pgettext("legend", "fault"),
    }
    return table[mark]


def legend(marks: Iterable[Mark], words: Catalogue, *, ascii_only: bool = False) -> list[str]:
    """`glyph word` for each mark that occurs, the most urgent first."""
    return [
        f"{glyph(mark, ascii_only=ascii_only)} {mark_word(mark, words)}"
        for mark in sorted(set(marks), key=_RANK.__getitem__)
    ]
