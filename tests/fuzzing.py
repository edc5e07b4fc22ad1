"""Fuzzing within bounds: one property, a short run in the ordinary suite and a long one with `-m slow`.

Both are bounded by the number of examples and repeat themselves exactly, so a failure is the same on every machine.
CHAMBER_FUZZ_SEED, a number, makes the long run try others; a failure prints the example itself.
"""

import os
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.strategies import SearchStrategy

LONGER: Final = 25
"""How many times the examples of the short run the long one has."""
SEED: Final = os.environ.get("CHAMBER_FUZZ_SEED", "")


def fuzzed(examples: int, **strategies: SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[[int], None]]:
    """Turn a property with these arguments into a test with so many examples, and a slow one with many more."""

    def made(checked: Callable[..., None]) -> Callable[[int], None]:
        @pytest.mark.parametrize(
            "count", [examples, pytest.param(examples * LONGER, marks=pytest.mark.slow)], ids=["short", "long"]
        )
        def test(count: int) -> None:
            random = count > examples and SEED != ""
            bounds = settings(
                max_examples=count,
                derandomize=not random,
                deadline=None,
                database=None,
                suppress_health_check=[HealthCheck.too_slow],
            )
            run = given(**strategies)(checked)
            (seed(int(SEED))(bounds(run)) if random else bounds(run))()

        test.__name__, test.__doc__ = checked.__name__, checked.__doc__
        return test

    return made
