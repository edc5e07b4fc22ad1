"""Simulated members: the habit varies, the last choice never."""

from random import Random

import pytest

from firmware_sim.member import PLAIN, Act, Habit, Step, generator_of, habit_of, plan_steps


@pytest.mark.parametrize("seat", [f"s-{number:02}" for number in range(40)])
def test_last_press_is_the_choice_that_was_planned(seat: str) -> None:
    """Whatever the habit, for every choice; and the card is back before the last press."""
    for choice in PLAIN:
        steps = plan_steps(choice, generator_of(7, 1, seat))
        assert steps[-1].act is Act.PRESS
        assert steps[-1].choice == choice
        acts = [step.act for step in steps]
        assert acts.count(Act.PULL_CARD) == acts.count(Act.PLACE_CARD)
        assert sum(step.wait_s for step in steps) < 0.5


def test_same_seed_gives_the_same_steps() -> None:
    """By seed, vote and seat; and by nothing else."""

    def steps(seed: int, vote: int, seat: str) -> tuple[Step, ...]:
        return plan_steps("for", generator_of(seed, vote, seat))

    assert steps(1, 1, "s-01") == steps(1, 1, "s-01")
    assert len({steps(1, 1, "s-01"), steps(2, 1, "s-01"), steps(1, 2, "s-01"), steps(1, 1, "s-02")}) == 4


def test_every_habit_occurs() -> None:
    """In a big council each is seen."""
    assert {habit_of(generator_of(1, 1, f"s-{number}")) for number in range(300)} == set(Habit)


def test_empty_choice_never_presses() -> None:
    """Neither with habits nor without."""
    assert plan_steps("", Random(1)) == plan_steps("", None) == ()


def test_without_habits_presses_at_once() -> None:
    """One step, no waiting."""
    assert plan_steps("abstain", None) == (Step(0.0, Act.PRESS, "abstain"),)


def test_nobody_changes_a_press_that_stands() -> None:
    """Where the first press stands it is the planned one."""
    for number in range(300):
        steps = plan_steps("for", generator_of(1, 1, f"s-{number}"), may_change=False)
        assert {step.choice for step in steps if step.act is Act.PRESS} == {"for"}
