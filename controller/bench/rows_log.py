"""Rows of the log itself: taking ballots in, closing a vote, and whether more seats make a ballot dearer.

The load is what the service sees when seats press faster than it works: full batches, each judged, made durable by one
commit and, for `ingest_receipts`, answered.
"""

import time
from dataclasses import dataclass, field
from statistics import median

from controller.bench.chamber import Chamber, Message, batches
from controller.bench.limits import raw_checks, time_raw_checks
from controller.bench.rows import BenchFailed, Row
from controller.service import BATCH_MESSAGES_MAX, unix_ms
from protocol.decide import BALLOTS_BEFORE_CLOSE_MAX

CLOSE_MS = 50.0
FEW_SEATS = 30
FULL_BATCHES = 2


@dataclass(slots=True)
class LogFigures:
    """Seconds, one entry a round: for a raw verification, a ballot, its receipt; and for a close."""

    raw_s: list[float] = field(default_factory=list)
    ingest_s: list[float] = field(default_factory=list)
    receipt_s: list[float] = field(default_factory=list)
    close_s: list[float] = field(default_factory=list)

    def rows(self, seats: int) -> list[Row]:
        """`ingest`, `ingest_receipts` and `close_to_result`."""
        raw, ingest, receipt = median(self.raw_s), median(self.ingest_s), median(self.receipt_s)
        return [
            Row("ingest", seats, 1 / ingest, "ballots/s", 1 / raw, ">= 0.6"),
            Row("ingest_receipts", seats, 1 / (ingest + receipt), "ballots/s", 1 / raw),
            Row("close_to_result", seats, median(self.close_s) * 1e3, "ms", CLOSE_MS, "<= 1"),
        ]


def measure_round(chamber: Chamber, figures: LogFigures) -> None:
    """One vote: raw verification of its ballots, then their way into the log, then the close."""
    opened = chamber.open_vote()
    messages = chamber.press_all(opened, _times(len(chamber.seats)))
    figures.raw_s.append(time_raw_checks(raw_checks(chamber, messages)))
    whole = len(messages) // BATCH_MESSAGES_MAX * BATCH_MESSAGES_MAX or len(messages)
    taken_s, answered_s = _take_timed(chamber, messages[:whole])
    figures.ingest_s.append(taken_s / whole)
    figures.receipt_s.append(answered_s / whole)
    chamber.take_all(messages[whole:])
    if len(chamber.recorder.memory.state.opens[opened].ballots) != len(chamber.seats):
        raise BenchFailed("a ballot does not count")
    figures.close_s.append(_close_timed(chamber, opened))


def _times(seats: int) -> int:
    """How often every seat presses, so that some batches are full; only those are timed."""
    return min(BALLOTS_BEFORE_CLOSE_MAX, -(-FULL_BATCHES * BATCH_MESSAGES_MAX // seats))


def _take_timed(chamber: Chamber, messages: list[Message]) -> tuple[float, float]:
    """(seconds until durable, seconds for the answers) of all messages, in batches."""
    recorder, taken_s, answered_s = chamber.recorder, 0.0, 0.0
    for some in batches(messages):
        started, now_ms = time.perf_counter(), unix_ms()
        for topic, payload in some:
            recorder.take(topic, payload, now_ms)
        batch = recorder.seal(now_ms)
        chamber.store.commit(batch)
        durable = time.perf_counter()
        answers = recorder.publish(batch, now_ms)
        taken_s, answered_s = taken_s + durable - started, answered_s + time.perf_counter() - durable
        if len(batch.leaves) != len(some) or len(answers) < len(some):
            raise BenchFailed("a ballot was refused")
    return taken_s, answered_s


def _close_timed(chamber: Chamber, opened: str) -> float:
    """Seconds from the close's arrival to the durable result and the head that shows it."""
    chamber.call_last(opened)
    message = chamber.sign_close(opened)
    started = time.perf_counter()
    outgoing = chamber.step([message])
    elapsed_s = time.perf_counter() - started
    chamber.check_answer("chair", outgoing)
    if not chamber.recorder.memory.state.opens[opened].results:
        raise BenchFailed("a close without a result")
    return elapsed_s


def measure_scaling(few: Chamber, many: Chamber, rounds: int) -> Row:
    """The cost of a ballot with many seats, against few, in batches of the same size.

    So a difference comes from the number of seats and not from sharing a commit among more ballots.
    """
    times = max(1, min(BALLOTS_BEFORE_CLOSE_MAX, BATCH_MESSAGES_MAX // len(few.seats)))
    size = min(times * len(few.seats), BATCH_MESSAGES_MAX)
    costs: dict[int, list[float]] = {0: [], 1: []}
    for _ in range(rounds):
        for side, chamber in enumerate((few, many)):
            opened = chamber.open_vote()
            presses = chamber.press_all(opened, -(-size // len(chamber.seats)))[:size]
            costs[side].append(_take_timed(chamber, presses)[0] / len(presses))
            chamber.close_vote(opened)
    value, limit = median(costs[1]) * 1e6, median(costs[0]) * 1e6
    note = f"the limit is the cost at {len(few.seats)} seats, in batches of the same size"
    return Row("scaling", len(many.seats), value, "µs/ballot", limit, "<= 1.2", note)
