"""Runs many seeds on all cores."""

import logging
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.chamber.world import Outcome, SeedFailed, simulate

CHUNK = 25


def seeds_from_environment(usual: Iterable[int]) -> list[int]:
    """`CHAMBER_SEED` names one seed, `CHAMBER_SEEDS` how many to run from 0 on; else the usual ones."""
    one, many = os.environ.get("CHAMBER_SEED", ""), os.environ.get("CHAMBER_SEEDS", "")
    if one:
        return [int(one)]
    return list(range(int(many))) if many else list(usual)


def run_seeds(seeds: list[int], processes: int) -> Iterator[Outcome | str]:
    """The outcome of each seed, or the words of its failure."""
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for outcomes in pool.map(_run_chunk, chunks):
            yield from outcomes


def _run_chunk(seeds: list[int]) -> list[Outcome | str]:
    logging.disable(logging.CRITICAL)  # refusals by the thousand are what these seeds are made of
    return [_run_one(seed) for seed in seeds]


def _run_one(seed: int) -> Outcome | str:
    try:
        return simulate(seed)
    except SeedFailed as failure:
        return str(failure)
