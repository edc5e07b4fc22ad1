"""The controller's loop: messages from the bus to the recorder, its batches to the store, its answers to the bus.

It owns the clock and holds no rules. One batch is everything that has arrived, one durable commit, then the answers:
group commit. If the store fails nothing is answered or acknowledged, and the recorder is built anew from what is on
the disk.

Source: `docs/protocol.md` section 4.
"""

import asyncio
import gc
import logging
import time
from collections.abc import Callable
from typing import Protocol

from controller.mqtt.bus import Bus, Delivery
from controller.recorder import Batch, Recorder
from controller.store import Store, StoreFailed
from protocol.errors import TopicRefused

log = logging.getLogger(__name__)
BATCH_MESSAGES_MAX = 500
"""Messages of one commit: with 500 a disk that takes 8 ms for it costs a ballot 16 µs, with 200 it would cost 40 µs."""
_GC_THRESHOLDS = (20_000, 50, 1_000)
Watcher = Callable[[Recorder], None]


class Follower(Protocol):
    """Publishes something of its own beside the recorder's messages."""

    def note(self) -> None:
        """A batch is durable."""

    def greet(self) -> None:
        """A broker may have forgotten what is retained: send it again."""

    def stop(self) -> None:
        """Send nothing more."""


def unix_ms() -> int:
    """The clock: Unix milliseconds."""
    return time.time_ns() // 1_000_000


def settle_heap() -> None:
    """Call once in a process that serves one log, after it was read: what it holds stays, so it need not be searched.

    With 705 connections the collector took 10 % of a burst; nothing on the way of a ballot makes a cycle.
    """
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


class Service:
    """Runs one body's log. `rebuild` makes a recorder from the store; `watchers` and `followers` are told after each
    batch.

    `store_failures_max`: after so many failed batches in a row `run` gives up. A chamber leaves it at None and goes on
    trying, for a full disk can be emptied; a rehearsal has nobody to do it.
    """

    def __init__(
        self,
        bus: Bus,
        store: Store,
        rebuild: Callable[[], Recorder],
        now_ms: Callable[[], int] = unix_ms,
        store_failures_max: int | None = None,
    ) -> None:
        self.bus = bus
        self.recorder = rebuild()
        self.watchers: list[Watcher] = []
        self.followers: list[Follower] = []
        self._store = store
        self._rebuild = rebuild
        self._now_ms = now_ms
        self._store_failures_max = store_failures_max
        self._store_failures = 0

    async def start(self) -> None:
        """Open the bus and publish what is retained. Raises `BrokerUnreachable`."""
        await self.bus.start()
        self.send_retained()

    async def run(self) -> None:
        """Serve until cancelled. Raises `StoreFailed`, `Damaged`, `Behind`: the store is gone and stays gone."""
        while True:
            self._work(await self._next_batch())
            # Let the answers go out before the next batch is judged: with a full queue nothing else yields.
            await asyncio.sleep(0)

    async def _next_batch(self) -> list[Delivery]:
        """All that has arrived; empty when a deadline passed first."""
        now_ms = self._now_ms()
        deadline_ms = self.recorder.next_deadline_ms(now_ms)
        if deadline_ms is None:
            return await self.bus.receive(BATCH_MESSAGES_MAX)
        try:
            async with asyncio.timeout((deadline_ms - now_ms) / 1000):
                return await self.bus.receive(BATCH_MESSAGES_MAX)
        except TimeoutError:
            return []

    def _work(self, deliveries: list[Delivery]) -> None:
        now_ms = self._now_ms()
        batch = self._judge(deliveries, now_ms)
        try:
            self._store.commit(batch)
        except StoreFailed as error:
            log.error("batch of %d leaves not written, nothing answered: %s", len(batch.leaves), error.fact)  # noqa: TRY400
            self._store_failures += 1
            if self._store_failures == self._store_failures_max:
                raise
            self._start_again()
            return
        self._store_failures = 0
        for outgoing in self.recorder.publish(batch, now_ms):
            self.bus.publish(outgoing.topic, outgoing.payload, retain=outgoing.retain)
        for delivery in deliveries:
            delivery.acknowledge()
        for watcher in self.watchers:
            watcher(self.recorder)
        for follower in self.followers:
            follower.note()

    def _judge(self, deliveries: list[Delivery], now_ms: int) -> Batch:
        """Hand all messages to the recorder. One that breaks it is left out, and the others are judged again.

        No input may do that; if a bug of ours lets it, it costs its sender an answer, not the chamber its vote.
        """
        while True:
            for delivery in deliveries:
                try:
                    self.recorder.take(delivery.topic, delivery.payload, now_ms)
                except TopicRefused as error:
                    log.warning("message refused: %s", error.fact)
                except Exception:
                    log.exception("a message on %s broke the recorder and is left out", delivery.topic)
                    deliveries.remove(delivery)
                    delivery.acknowledge()
                    self._start_again()
                    break
            else:
                return self.recorder.seal(now_ms)

    def _start_again(self) -> None:
        """Go on from what is on the disk."""
        self.recorder = self._rebuild()
        self.send_retained()

    def send_retained(self) -> None:
        """Publish everything retained: at the start, and when a broker has forgotten it."""
        for outgoing in self.recorder.greet(self._now_ms()):
            self.bus.publish(outgoing.topic, outgoing.payload, retain=outgoing.retain)
        for follower in self.followers:
            follower.greet()

    def quiet(self) -> None:
        """Let nobody be told anything more: before the bus stops."""
        for follower in self.followers:
            follower.stop()
