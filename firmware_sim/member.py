"""A simulated member: what hand and card do in one vote, by habit.

Habits come from a seeded generator: the same seed, vote and seat give the same steps. Whatever the habit, the last
press is the choice that was planned, so the outcome of a vote does not depend on it.
"""

from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final

PLAIN: Final = ("for", "against", "abstain")


class Act(Enum):
    """One movement."""

    PRESS = "press"
    PULL_CARD = "pull-card"
    PLACE_CARD = "place-card"


class Habit(Enum):
    """How a member votes."""

    PROMPT = "prompt"
    LATE = "late"
    CHANGES_MIND = "changes-mind"
    DOUBLE_PRESS = "double-press"
    PULLS_CARD = "pulls-card"


_WEIGHTS: Final = {
    Habit.PROMPT: 55,
    Habit.LATE: 15,
    Habit.CHANGES_MIND: 12,
    Habit.DOUBLE_PRESS: 10,
    Habit.PULLS_CARD: 8,
}


@dataclass(frozen=True, slots=True)
class Step:
    """Wait `wait_s`, then move. `choice` only for a press."""

    wait_s: float
    act: Act
    choice: str = ""


def generator_of(seed: int, vote: int, seat: str) -> Random:
    """The generator of one member in the `vote`-th vote."""
    return Random(f"{seed}/{vote}/{seat}")


def habit_of(generator: Random) -> Habit:
    """Draw a habit."""
    return generator.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))[0]


def plan_steps(choice: str, generator: Random | None, *, may_change: bool = True) -> tuple[Step, ...]:
    """The movements that end with `choice`; none for an empty choice. Without a generator: press at once.

    `may_change` is False where the first press stands: such a member never presses anything else first.
    """
    if not choice:
        return ()
    if generator is None:
        return (Step(0.0, Act.PRESS, choice),)
    habit, wait_s = habit_of(generator), generator.uniform(0.0, 0.02)
    last = Step(wait_s, Act.PRESS, choice)
    if habit is Habit.LATE:
        return (Step(wait_s + generator.uniform(0.05, 0.15), Act.PRESS, choice),)
    if habit is Habit.CHANGES_MIND and may_change:
        other = generator.choice([option for option in PLAIN if option != choice])
        return (Step(wait_s, Act.PRESS, other), Step(generator.uniform(0.0, 0.03), Act.PRESS, choice))
    if habit is Habit.DOUBLE_PRESS:
        return (last, Step(generator.uniform(0.0, 0.01), Act.PRESS, choice))
    if habit is Habit.PULLS_CARD:
        return (Step(wait_s, Act.PULL_CARD), Step(generator.uniform(0.01, 0.03), Act.PLACE_CARD), last)
    return (last,)
