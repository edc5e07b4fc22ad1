"""The controller's machine: the real `Service`, recorder and recovery on a simulated disk and bus, and power cuts.

`Service.run` is a loop around `_work`; here the timeline is the loop and calls the same `_work`.
"""

from collections.abc import Callable
from functools import partial
from typing import cast

from controller.mqtt.bus import Bus, Delivery
from controller.recorder import Memory, Recorder
from controller.recovery import recover, topics_of
from controller.service import Service
from controller.store import Store
from protocol.errors import TopicRefused
from tests.chamber.auditor import Auditor
from tests.chamber.disk import CUTS, FAILURES, PowerCut, SimulatedDisk
from tests.chamber.people import KEYS
from tests.chamber.stage import Stage, require
from tests.chamber.wire import Wire

BATCH_MAX = 50
Recover = Callable[[SimulatedDisk, Callable[[int], bytes]], Recorder]


def recover_really(disk: SimulatedDisk, entropy: Callable[[int], bytes]) -> Recorder:
    """The real recovery, on the simulated disk."""
    return recover(cast("Store", disk), KEYS, topics_of, entropy)


class SimulatedBus:
    """The controller's side of the wire. `cut_after`: how many more messages leave before the power goes."""

    url = "simulated:"

    def __init__(self, wire: Wire, auditor: Auditor) -> None:
        self.cut_after = -1
        self._wire = wire
        self._auditor = auditor

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Let a message leave the house."""
        if self.cut_after == 0:
            self.cut_after = -1
            raise PowerCut
        self.cut_after -= self.cut_after > 0
        self._auditor.saw_published(topic, payload)
        self._wire.send_down(topic, payload, retain=retain)


class Server:
    """A machine that can lose power at any moment and comes back. `clock_ms` is its clock's error."""

    def __init__(
        self,
        stage: Stage,
        wire: Wire,
        disk: SimulatedDisk,
        auditor: Auditor,
        rebuild: Recover = recover_really,
    ) -> None:
        self.clock_ms = 0
        self.bus = SimulatedBus(wire, auditor)
        self.service: Service | None = None
        self.crashes = 0
        self.broken: list[Exception] = []
        self._stage = stage
        self._wire = wire
        self._disk = disk
        self._auditor = auditor
        self._recover = rebuild
        self._inbox: list[tuple[str, bytes]] = []
        self._awake_at = -1
        wire.to_controller = self.take

    def _rebuild(self) -> Recorder:
        """Recover; the recorder tells us of a message that breaks it, which the service would only log."""
        recorder = self._recover(self._disk, self._stage.random.randbytes)
        take = recorder.take

        def watched(topic: str, payload: bytes, now_ms: int) -> None:
            try:
                take(topic, payload, now_ms)
            except TopicRefused:
                raise
            except Exception as error:
                self.broken.append(error)
                raise

        setattr(recorder, "take", watched)  # noqa: B010 - a method of one object is replaced on purpose
        return recorder

    @property
    def memory(self) -> Memory:
        """What the running controller believes. Only while it runs."""
        assert self.service is not None, "asked while the power is off"
        return self.service.recorder.memory

    def start(self) -> None:
        """Recover from the disk, connect and publish what is retained. Raises what recovery raises: it may not."""
        if self.service is not None:
            return
        self._stage.note("controller starts", len(self._disk.log))
        bus, store = cast("Bus", self.bus), cast("Store", self._disk)
        self.service = Service(bus, store, self._rebuild, lambda: self._stage.now_ms + self.clock_ms)
        self._live(self.service.send_retained)
        for identity, client in self._wire.clients.items():
            if client.connected:
                self._wire.connect(identity)

    def take(self, topic: str, payload: bytes) -> None:
        """A message reaches the machine; it is worked on in a moment, with all that comes meanwhile."""
        if self.service is None:
            return
        self._inbox.append((topic, payload))
        self._wake_in(self._stage.random.randrange(1, 15))

    def _wake_in(self, delay_ms: int) -> None:
        when = self._stage.now_ms + delay_ms
        if self._awake_at < self._stage.now_ms or when < self._awake_at:
            self._awake_at = when
            self._stage.timeline.after(delay_ms, lambda: self._wake(when))

    def _wake(self, when: int) -> None:
        if self.service is None or when != self._awake_at:
            return
        self._awake_at = -1
        self._live(self._work)
        self._plan_next()

    def _plan_next(self) -> None:
        if self.service is None:
            return  # the power went
        now_ms = self._stage.now_ms + self.clock_ms
        deadline_ms = self.service.recorder.next_deadline_ms(now_ms)
        if self._inbox:
            self._wake_in(1)
        elif deadline_ms is not None:
            self._wake_in(deadline_ms - now_ms)

    def _work(self) -> None:
        assert self.service is not None, "only a running machine works"
        self._choose_danger()
        batch, self._inbox = self._inbox[:BATCH_MAX], self._inbox[BATCH_MAX:]
        done: list[int] = []
        deliveries = [Delivery("", topic, payload, partial(done.append, 1)) for topic, payload in batch]
        self.service._work(deliveries)  # noqa: SLF001 - see the module's first lines
        self._auditor.saw_committed()
        require(not self.broken, "no message breaks the recorder", self.broken)

    def _choose_danger(self) -> None:
        chance, random, weather = self._stage.chance, self._stage.random, self._stage.weather
        still_full = self._disk.failing != "" and chance(0.6)
        if not still_full:
            self._disk.failing = random.choice(FAILURES) if chance(weather.disk_fails) else ""
        if chance(weather.crash):
            if chance(0.5):
                self._disk.cut = random.choice(CUTS)
            else:
                self.bus.cut_after = random.randrange(6)

    def _live(self, what: Callable[[], None]) -> None:
        try:
            what()
        except PowerCut:
            self.lose_power()

    def lose_power(self) -> None:
        """Everything in memory is gone; an embedded broker forgets its messages; clients lose their connections."""
        self._stage.note("controller loses power", len(self._disk.log))
        self.service, self._inbox, self.crashes = None, [], self.crashes + 1
        self._disk.cut, self.bus.cut_after, self._awake_at = "", -1, -1
        self._auditor.saw_committed()
        if self._stage.chance(0.5):
            self._wire.forget()
        if self._stage.chance(self._stage.weather.clock_jumps):
            self.clock_ms = self._stage.random.randrange(-4000, 4000)
        self._stage.timeline.after(self._stage.random.randrange(50, 3000), self.start)
