"""One picture of the hall's screen: what the page draws, with every word already said. Plain data.

The page adds nothing to it but form: it knows no rule, no language and no vote. Times are Unix ms of the controller's
clock, 0 for none. A text is said once for each language of the screen, and once alone where all say the same.

Source: `docs/protocol.md` section 5.2 for what the hall may know.
"""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """What the hall sees. A test vote has the states of a vote, and `HallScene.test`."""

    NO_SITTING = "no-sitting"
    RECESS = "recess"
    IN_CAMERA = "in-camera"
    IDLE = "idle"
    ITEM = "item"
    SPEAKER = "speaker"
    ARMED = "armed"
    OPEN = "open"
    HELD = "held"
    LAST_CALL = "last-call"
    RESULT = "result"
    NAMED = "named"


VOTING = frozenset({State.ARMED, State.OPEN, State.HELD, State.LAST_CALL})
"""A vote is prepared or runs: nothing is shown of any ballot but how many there are."""
RESULTS = frozenset({State.RESULT, State.NAMED})
GRAVE = VOTING | RESULTS
"""Where a figure or a word that may be old must not stand: the page covers itself when it hears nothing."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text in one language; `lang` is a tag as in HTML, empty where nobody knows."""

    lang: str
    text: str


Said = tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many have answered, of how many."""

    voted: int
    of: int
    said: Said


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a result. `mark` chooses glyph and colour."""

    mark: str
    label: Said
    count: int


@dataclass(frozen=True, slots=True)
class SeatMark:
    """A seat of the hemicycle: 0 to 1,000 from the left and from above, the chair below the middle."""

    x: int
    y: int
    mark: str


@dataclass(frozen=True, slots=True)
class NameGroup:
    """Everybody of whom the same became."""

    mark: str
    label: Said
    names: Said


@dataclass(frozen=True, slots=True)
class HallScene:
    """What the hall sees. `number`: the log's size. Empty is what this state does not show."""

    state: str
    number: int = 0
    test: int = 0
    grave: int = 0
    place: Said = ()
    headline: Said = ()
    item: Said = ()
    item_title: Said = ()
    title: Said = ()
    detail: Said = ()
    needed: Said = ()
    quorum: Said = ()
    coming: Said = ()
    turnout: Turnout | None = None
    since_ms: int = 0
    ends_ms: int = 0
    figures: tuple[Figure, ...] = ()
    outcome: str = ""
    outcome_word: Said = ()
    why: Said = ()
    seats: tuple[SeatMark, ...] = ()
    names: tuple[NameGroup, ...] = ()
