"""How a scripted vote falls, for any number of seats: pure arithmetic, so that the hard cases come out in every size.

Each spread says what the present members who may vote press. Its outcome follows from the rule alone; the data says
which one it must be.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Numbers of members; `silent` ones are present and press nothing."""

    for_: int
    against: int
    abstain: int
    silent: int


def unanimous(_seats: int, voters: int) -> Spread:
    """Everybody for."""
    return Spread(voters, 0, 0, 0)


def broad(_seats: int, voters: int) -> Spread:
    """A clear majority, some against, a few abstain, hardly anybody keeps silent."""
    against, abstain, silent = voters * 3 // 20, voters // 10, voters // 25
    return Spread(voters - against - abstain - silent, against, abstain, silent)


def clear(_seats: int, voters: int) -> Spread:
    """A majority that nobody doubts, with a quarter against."""
    against, abstain, silent = voters // 4, voters // 12, voters // 20
    return Spread(voters - against - abstain - silent, against, abstain, silent)


def wide(_seats: int, voters: int) -> Spread:
    """Hardly anybody against."""
    against, abstain = voters // 16, voters // 13
    return Spread(voters - against - abstain, against, abstain, 0)


def short_of_all(seats: int, voters: int) -> Spread:
    """More for than against, yet one too few for a majority of all seats."""
    for_ = seats // 2
    against = min(for_ - 1, voters // 3)
    rest = voters - for_ - against
    return Spread(for_, against, rest - rest // 2, rest // 2)


def just_enough(seats: int, voters: int) -> Spread:
    """Exactly the majority of all seats."""
    return _one_decides(seats // 2 + 1, voters, silent=0)


def dead_seat(seats: int, voters: int) -> Spread:
    """As `just_enough`, but the one whose vote decides sits at a dead seat."""
    return _one_decides(seats // 2, voters, silent=1)


def _one_decides(for_: int, voters: int, silent: int) -> Spread:
    rest = voters - for_ - silent
    return Spread(for_, rest - rest // 3, rest // 3, silent)


def tie(_seats: int, voters: int) -> Spread:
    """As many for as against."""
    half = max(1, voters * 2 // 5)
    rest = voters - 2 * half
    return Spread(half, half, rest - rest // 2, rest // 2)


SPREADS: dict[str, Callable[[int, int], Spread]] = {
    "unanimous": unanimous,
    "broad": broad,
    "clear": clear,
    "wide": wide,
    "short-of-all": short_of_all,
    "just-enough": just_enough,
    "dead-seat": dead_seat,
    "tie": tie,
}
"""By the word of the data: (all seats, present members who may vote) to the spread."""
