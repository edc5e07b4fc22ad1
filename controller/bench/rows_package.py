"""Rows of what comes after a sitting: verifying its package, and a controller that comes back with a long log."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from controller.bench.chamber import SITTING, Chamber, Message
from controller.bench.children import start_child
from controller.bench.limits import RawCheck, raw_checks, time_raw_checks
from controller.bench.rows import BenchFailed, Row
from controller.collector import collector_paused
from controller.export import export_package
from controller.founding import officer_key
from controller.package_reader import read_package
from protocol.decide import BALLOTS_BEFORE_CLOSE_MAX
from protocol.verify import verify_package
from protocol.words import root_words

RECOVERY_S = 5.0
RESTARTS_MAX = 3
VERIFICATIONS_MAX = 3
"""A round of these takes seconds."""
Step = Callable[[], None]


def measure_verify(chamber: Chamber, votes: int, rounds: int, advance: Step) -> Row:
    """A sitting of `votes` votes, every seat in each: ballots a second through `verify_package`, on one core.

    The raw verifications are of the last vote's ballots, before and after each verification of the package.
    Closes the chamber's sitting.
    """
    messages: list[Message] = []
    for _ in range(votes):
        opened = chamber.open_vote()
        messages = chamber.press_all(opened)
        chamber.take_all(messages)
        chamber.close_vote(opened)
        advance()
    checks = raw_checks(chamber, messages)
    chamber.close_sitting()
    memory, directory = chamber.recorder.memory, chamber.directory
    signer = officer_key(directory / "keys", "secretary")
    place = export_package(chamber.store, memory, chamber.recorder.checkpoint, SITTING, signer, directory / "packages")
    seats = len(chamber.seats)
    words, some = root_words(chamber.root.public), min(rounds, VERIFICATIONS_MAX)
    raw_s, ballot_s = _verify_rounds(place, words, checks, votes * seats, some)
    return Row("verify", seats, 1 / ballot_s, "ballots/s", 1 / raw_s, ">= 0.6", f"{votes} votes")


def _verify_rounds(place: Path, words: str, checks: list[RawCheck], ballots: int, rounds: int) -> tuple[float, float]:
    """Medians: (seconds a raw verification, seconds a ballot of the package)."""
    raw_s, ballot_s = [time_raw_checks(checks)], []
    for _ in range(rounds):
        started = time.perf_counter()
        with collector_paused():  # as `chamber verify` does
            verdict = verify_package(read_package(place), words)
        ballot_s.append((time.perf_counter() - started) / ballots)
        if verdict.verdict != "verified" or verdict.ballots != ballots:
            raise BenchFailed(f"our own package does not verify: {verdict.problem}")
        raw_s.append(time_raw_checks(checks))
    return median(raw_s), median(ballot_s)


def grow_log(chamber: Chamber, records: int, advance: Step) -> None:
    """Fill the log to at least `records` leaves, with votes in which every seat presses as often as it may."""
    tree = chamber.recorder.memory.tree
    while tree.size < records:
        opened = chamber.open_vote()
        missing = records - tree.size
        times = max(1, min(BALLOTS_BEFORE_CLOSE_MAX, -(-missing // len(chamber.seats))))
        for _ in range(times):
            # One press of all at a time, so that signed ballots do not pile up in memory.
            chamber.take_all(_next_presses(chamber, opened))
        chamber.close_vote(opened)
        advance()


def _next_presses(chamber: Chamber, opened: str) -> list[Message]:
    entered = chamber.recorder.memory.state.opens[opened].entered_before
    seq = 1 + max(entered.values(), default=0)
    seen = chamber.seen
    return [(seat.up, seat.press(opened, seen, seq)) for seat in chamber.seats]


def measure_recovery(chamber: Chamber, rounds: int) -> Row:
    """From starting a controller to serving, after the one before was killed; the log is compared each time.

    Closes the chamber's store.
    """
    tree = chamber.recorder.memory.tree
    expected = {"size": tree.size, "root": tree.root().hex(), "records": tree.size}
    chamber.close()
    seconds = asyncio.run(_restart(chamber.directory, expected, min(rounds, RESTARTS_MAX)))
    note = f"{tree.size:,} records; from starting the process, with its imports"
    return Row("recovery", len(chamber.seats), seconds, "s", RECOVERY_S, "<= 1", note)


async def _restart(directory: Path, expected: dict[str, object], rounds: int) -> float:
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        async with start_child("process_serve", str(directory)) as controller:
            ready = await controller.read()
            seconds.append(time.perf_counter() - started)
        if {name: ready[name] for name in expected} != expected:
            raise BenchFailed(f"the log came back as {ready}, not as {expected}")
    return median(seconds)
