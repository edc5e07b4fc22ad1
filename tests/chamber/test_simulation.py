"""The deterministic simulation: a few dozen seeds always, thousands with `-m slow`. See `world.py` for how it works.

`CHAMBER_SEED=n` repeats one seed; `CHAMBER_SEEDS=n` runs the first n.
"""

import logging
import os
from collections.abc import Iterator

import pytest

from tests.chamber.fleet import run_seeds, seeds_from_environment
from tests.chamber.world import Outcome, simulate

FEW = range(36)
MANY = range(5000)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Refusals and failed commits are logged by the thousand."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("seed", seeds_from_environment(FEW))
def test_storm_then_calm(seed: int) -> None:
    """Whatever the storm does, the log holds what was pressed, and in the calm everything is answered."""
    outcome = simulate(seed)
    assert outcome.leaves > 0


def test_seed_repeats_exactly() -> None:
    """One seed gives the same log, byte for byte, and the same trace."""
    seed = seeds_from_environment([7])[0]
    assert simulate(seed) == simulate(seed)


def test_seeds_differ() -> None:
    """Another seed is another story."""
    assert simulate(1).trace != simulate(2).trace


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_thousands_of_seeds() -> None:
    """No seed of thousands breaks a rule, and together they have been through enough to mean something."""
    seeds = seeds_from_environment(MANY)
    failures: list[str] = []
    outcomes: list[Outcome] = []
    for outcome in run_seeds(seeds, os.cpu_count() or 1):
        (failures if isinstance(outcome, str) else outcomes).append(outcome)  # type: ignore[arg-type]
    assert not failures, f"{len(failures)} of {len(seeds)} seeds failed:\n" + "\n".join(failures[:20])
    assert sum(outcome.presses for outcome in outcomes) > 4 * len(seeds)
    assert sum(outcome.votes for outcome in outcomes) > 2 * len(seeds)
    assert sum(outcome.crashes for outcome in outcomes) > len(seeds)
    assert max(outcome.seats for outcome in outcomes) > 9 or len(seeds) < 50
