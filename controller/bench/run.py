"""The whole run: which chambers are built, what is measured on each, in which order."""

import asyncio
import gc
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from controller.bench.chamber import Chamber
from controller.bench.limits import raise_open_files
from controller.bench.rows import Row
from controller.bench.rows_log import FEW_SEATS, LogFigures, measure_round, measure_scaling
from controller.bench.rows_package import grow_log, measure_recovery, measure_verify
from controller.bench.rows_seat import has_seat_client, measure_seat
from controller.bench.rows_wire import measure_wire
from controller.service import settle_heap
from protocol.keys import self_test

Progress = Callable[[int, str], AbstractContextManager[Callable[..., None]]]
"""`progress(total, label)` yields `advance(steps=1)`."""
RECOVERY_SEATS = 705
SEATS_OF_ONE = 1


@dataclass(frozen=True, slots=True)
class BenchPlan:
    """What to measure. `seats`: sizes of chambers, ascending; `records`: the log that recovery reads.

    `votes` of the sitting that is verified; `rounds` behind each median; `wire`: also rows over MQTT and the seat's.
    """

    seats: Sequence[int]
    records: int = 150_000
    votes: int = 50
    rounds: int = 7
    wire: bool = True


def run_bench(plan: BenchPlan, progress: Progress) -> list[Row]:
    """Measure every row. Raises `BenchFailed`, `StoreFailed`, `BrokerUnreachable`."""
    self_test()
    raise_open_files(max(plan.seats))
    rows: list[Row] = []
    for seats in plan.seats:
        rows += _measure_chamber(plan, seats, progress)
    rows += _measure_largest(plan, max(plan.seats), progress)
    rows.append(_measure_recovery(plan, progress))
    if plan.wire and has_seat_client():
        with _new_chamber(SEATS_OF_ONE) as chamber, progress(1, "seat client") as advance:
            rows += asyncio.run(measure_seat(chamber))
            advance()
    return rows


@contextmanager
def _new_chamber(seats: int) -> Iterator[Chamber]:
    """A chamber in a directory that is gone afterwards; the collector works as in the service's process meanwhile."""
    thresholds = gc.get_threshold()
    with TemporaryDirectory(prefix="chamber-bench-") as directory:
        chamber = Chamber(Path(directory), seats)
        settle_heap()
        try:
            yield chamber
        finally:
            gc.unfreeze()
            gc.set_threshold(*thresholds)


def _measure_chamber(plan: BenchPlan, seats: int, progress: Progress) -> list[Row]:
    """Taking in, closing, and the way over the wire, at one size."""
    figures = LogFigures()
    with _new_chamber(seats) as chamber:
        with progress(plan.rounds, f"{seats} seats: log") as advance:
            for _ in range(plan.rounds):
                measure_round(chamber, figures)
                advance()
        rows = figures.rows(seats)
        if plan.wire:
            with progress(1, f"{seats} seats: wire") as advance:
                rows += asyncio.run(measure_wire(chamber, plan.rounds))
                advance()
    return rows


def _measure_largest(plan: BenchPlan, seats: int, progress: Progress) -> list[Row]:
    """What is asked once, of the largest chamber: against a small one, and its package."""
    with _new_chamber(seats) as chamber, _new_chamber(min(FEW_SEATS, seats)) as few, progress(1, "scaling") as advance:
        rows = [measure_scaling(few, chamber, plan.rounds)]
        advance()
    with _new_chamber(seats) as chamber, progress(plan.votes, f"{seats} seats: package") as advance:
        rows.append(measure_verify(chamber, plan.votes, plan.rounds, advance))
    return rows


def _measure_recovery(plan: BenchPlan, progress: Progress) -> Row:
    seats = min(RECOVERY_SEATS, max(plan.seats))
    with _new_chamber(seats) as chamber:
        with progress(plan.records, "recovery") as advance:
            before = [0]

            def grown() -> None:
                size = chamber.recorder.memory.tree.size
                advance(size - before[0])
                before[0] = size

            grow_log(chamber, plan.records, grown)
        return measure_recovery(chamber, plan.rounds)


def machine() -> dict[str, Any]:
    """What the figures depend on, without naming the machine."""
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
