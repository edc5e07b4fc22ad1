"""The service: nothing is answered or acknowledged before it is durable, and a failing store costs nobody a vote."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.mqtt.bus import Delivery
from controller.recorder import Batch, Recorder
from controller.recovery import Behind, recover, topics_of
from controller.service import Service
from controller.store import Store, StoreFailed
from protocol import records
from protocol.messages import Refusal, open_message
from protocol.receipt import open_receipt
from protocol.topics import Way
from tests.controller.recorder_room import KEYS, TOPICS, Entropy, Room, officer_topic, open_room, seat_topic
from tests.protocol.chamber_builder import CONTROLLER_KEY, officer_key

WAIT_S = 20


class FakeBus:
    """A bus in memory: what the test puts in arrives, what the controller says stays here."""

    url = "fake://"

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes, bool]] = []
        self.acknowledged: list[bytes] = []
        self._waiting: list[Delivery] = []
        self._arrived = asyncio.Event()
        self._changed = asyncio.Condition()

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Keep it."""
        self.published.append((topic, payload, retain))

    async def receive(self, batch_max: int) -> list[Delivery]:
        """All that has arrived."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        some, self._waiting = self._waiting[:batch_max], self._waiting[batch_max:]
        return some

    def put(self, *messages: tuple[str, bytes]) -> None:
        """Let messages arrive together."""
        self._waiting += [Delivery("", t, p, lambda p=p: self.acknowledged.append(p)) for t, p in messages]  # type: ignore[misc]
        self._arrived.set()

    def answers(self, topic: str) -> list[bytes]:
        """What was said on a topic."""
        return [payload for name, payload, _ in self.published if name == topic]


class FailingStore(Store):
    """A store that fails at will: before it writes, or after (when only the second place failed)."""

    failures = 0
    after = False

    def commit(self, batch: Batch) -> None:
        """Fail, or commit."""
        if self.failures and batch.leaves:
            self.failures -= 1
            if self.after:
                super().commit(batch)
            raise StoreFailed("no space left on the device")
        super().commit(batch)


class Running:
    """A service with its bus and store over a room's log. `now_ms` is its clock."""

    def __init__(self, directory: Path, room: Room, store_failures_max: int | None = None) -> None:
        self.room = room
        self.bus = FakeBus()
        self.store = FailingStore(directory)
        for batch in room.batches:
            self.store.commit(batch)
        self.now_ms = room.now_ms
        self._rebuilt = asyncio.Event()
        self.service = Service(self.bus, self.store, self._rebuild, lambda: self.now_ms, store_failures_max)
        self._seen = asyncio.Event()
        self.service.watchers.append(lambda _recorder: self._seen.set())

    def _rebuild(self) -> Recorder:
        self._rebuilt.set()
        return recover(self.store, KEYS, topics_of, Entropy("service"))

    async def step(self, *messages: tuple[str, bytes]) -> None:
        """Let messages arrive and wait until their batch is done."""
        self._seen.clear()
        self.bus.put(*messages)
        async with asyncio.timeout(WAIT_S):
            await self._seen.wait()

    async def fail(self, *messages: tuple[str, bytes]) -> None:
        """Let messages arrive and wait until the recorder is built anew."""
        self._rebuilt.clear()
        self.bus.put(*messages)
        async with asyncio.timeout(WAIT_S):
            await self._rebuilt.wait()

    @property
    def size(self) -> int:
        """Leaves on the disk."""
        return sum(len(some) for some in self.store.leaves())


def running(
    directory: Path, test: Callable[[Running, asyncio.Task[None]], object], failures_max: int | None = None
) -> None:
    """Run a test against a service that serves."""

    async def run() -> None:
        room = open_room()
        room.open_vote()
        it = Running(directory, room, failures_max)
        await it.service.start()
        serving = asyncio.create_task(it.service.run())
        try:
            await test(it, serving)  # type: ignore[misc]
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            it.store.close()

    asyncio.run(run())


def ballot(room: Room, member: str, choice: str = "for") -> tuple[str, bytes]:
    """A press: topic and bytes."""
    vote = next(iter(room.state.opens))
    data = room.make_ballot(vote, member, choice).seal(room.sitters[member].key)
    return seat_topic("s" + member[1:]), data


def test_answered_and_acknowledged_once_durable(tmp_path: Path) -> None:
    """A receipt for each, one batch for all that came together."""

    async def test(it: Running, _serving: asyncio.Task[None]) -> None:
        before = it.size
        presses = [ballot(it.room, member) for member in ("m1", "m2", "m3")]
        await it.step(*presses)
        assert it.size == before + 3
        assert it.bus.acknowledged == [data for _, data in presses]
        for topic, data in presses:
            answer = it.bus.answers(topic.replace("/up", "/down"))
            assert open_receipt(answer[0], data, it.room.log_key, CONTROLLER_KEY.public).counts

    running(tmp_path, test)


def test_start_brings_what_is_retained(tmp_path: Path) -> None:
    """Before anybody asks."""

    async def test(it: Running, _serving: asyncio.Task[None]) -> None:
        assert {topic for topic, _, retain in it.bus.published if retain} == {
            TOPICS.trust, TOPICS.checkpoint, TOPICS.sitting, TOPICS.hall,
        }  # fmt: skip

    running(tmp_path, test)


@pytest.mark.parametrize("after", [False, True])
def test_failing_store_answers_nothing_and_recovers(
    tmp_path: Path, after: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The same bytes again, once there is room, are recorded once and answered."""

    async def test(it: Running, _serving: asyncio.Task[None]) -> None:
        before, press = it.size, ballot(it.room, "m1")
        down = press[0].replace("/up", "/down")
        it.store.failures, it.store.after = 3, after
        for number in range(3):
            await it.fail(press)
            if after:
                it.store.failures = 0
                break
            assert (it.bus.answers(down), it.bus.acknowledged, it.size) == ([], [], before), number
        assert (it.bus.answers(down), it.bus.acknowledged) == ([], [])
        await it.step(press)
        assert open_receipt(it.bus.answers(down)[0], press[1], it.room.log_key, CONTROLLER_KEY.public).counts
        assert (it.bus.acknowledged, it.size) == ([press[1]], before + 1)

    with caplog.at_level(logging.CRITICAL):
        running(tmp_path, test)


def test_other_members_go_on_after_a_failure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing of the failed batch lives on in memory."""

    async def test(it: Running, _serving: asyncio.Task[None]) -> None:
        it.store.failures = 1
        await it.fail(ballot(it.room, "m1", "against"), ballot(it.room, "m2", "against"))
        await it.step(ballot(it.room, "m3"))
        vote = next(iter(it.service.recorder.memory.state.opens.values()))
        assert {member: ballot.choice for member, ballot in vote.ballots.items()} == {"m3": ("for",)}

    with caplog.at_level(logging.CRITICAL):
        running(tmp_path, test)


def test_rehearsal_gives_up_on_a_store_that_stays_broken(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """After so many failures in a row, with the store's own error."""

    async def test(it: Running, serving: asyncio.Task[None]) -> None:
        it.store.failures = 2
        press = ballot(it.room, "m1")
        await it.fail(press)
        it.bus.put(press)
        async with asyncio.timeout(WAIT_S):
            with pytest.raises(StoreFailed):
                await serving

    with caplog.at_level(logging.CRITICAL):
        running(tmp_path, test, failures_max=2)


def test_store_that_went_back_ends_the_service(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """If what is on the disk is older than the second place, serving on would fork the log."""

    async def test(it: Running, serving: asyncio.Task[None]) -> None:
        await it.step(ballot(it.room, "m1"))
        connection = it.store._connection  # noqa: SLF001 - the disk goes back in time under the service
        connection.exec_driver_sql("DELETE FROM entries WHERE position = (SELECT max(position) FROM entries)")
        connection.exec_driver_sql("DELETE FROM checkpoints WHERE size = (SELECT max(size) FROM checkpoints)")
        connection.commit()
        it.store.failures = 1
        it.bus.put(ballot(it.room, "m2"))
        async with asyncio.timeout(WAIT_S):
            with pytest.raises(Behind):
                await serving

    with caplog.at_level(logging.CRITICAL):
        running(tmp_path, test)


def test_refusals_and_strangers(tmp_path: Path) -> None:
    """A refused record is answered, a message of nobody's topic is dropped, both are acknowledged."""

    async def test(it: Running, _serving: asyncio.Task[None]) -> None:
        before = it.size
        await it.step(
            (seat_topic("s1"), b"nonsense"), ("chamber/other/log/x", b"?"), (seat_topic("s1", Way.DOWN), b"!")
        )
        answers = it.bus.answers(seat_topic("s1", Way.DOWN))
        refusal = open_message(answers[0], CONTROLLER_KEY.public)
        assert isinstance(refusal, Refusal)
        assert (len(answers), refusal.reason, it.size) == (1, "parts", before)
        assert it.bus.acknowledged == [b"nonsense", b"?", b"!"]

    running(tmp_path, test)


def test_message_that_breaks_the_recorder_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug costs its sender an answer; the others in the same batch are recorded once."""
    real = Recorder.take

    def take(self: Recorder, topic: str, payload: bytes, now_ms: int) -> None:
        if payload == b"poison":
            raise ZeroDivisionError
        real(self, topic, payload, now_ms)

    monkeypatch.setattr(Recorder, "take", take)

    async def test(it: Running, _serving: asyncio.Task[None]) -> None:
        before = it.size
        one, two = ballot(it.room, "m1"), ballot(it.room, "m2")
        await it.step(one, (seat_topic("s3"), b"poison"), two)
        assert it.size == before + 2
        assert sorted(it.bus.acknowledged) == sorted([one[1], two[1], b"poison"])
        assert it.bus.answers(seat_topic("s3", Way.DOWN)) == []

    with caplog.at_level(logging.CRITICAL):
        running(tmp_path, test)


def test_vote_expires_without_any_message(tmp_path: Path) -> None:
    """The service wakes at the deadline."""

    async def run() -> None:
        room = open_room()
        vote = room.open_vote(duration_ms=60_000)
        it = Running(tmp_path, room)
        it.now_ms = room.vote(vote).deadline_ms - 5
        await it.service.start()
        serving = asyncio.create_task(it.service.run())

        def tick(recorder: Recorder) -> None:
            it.now_ms += 5
            if recorder.memory.state.opens[vote].results:
                done.set()

        done = asyncio.Event()
        it.service.watchers.append(tick)
        async with asyncio.timeout(WAIT_S):
            await done.wait()
        ended = it.service.recorder.memory.state.opens[vote]
        assert (ended.phase.value, ended.results[-1][2].outcome) == ("closed", "not-adopted")
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        it.store.close()

    asyncio.run(run())


def test_officers_acts_go_the_same_way(tmp_path: Path) -> None:
    """Last call and close in one batch: the second had not seen the first, so it is refused as stale."""

    async def test(it: Running, _serving: asyncio.Task[None]) -> None:
        vote = next(iter(it.room.state.opens))
        last_call = it.room.make(records.VoteAct, "chair", of=vote, act="last-call").seal(officer_key("chair"))
        close = it.room.make(records.VoteClose, "chair", open=vote, seq=10**9).seal(officer_key("chair"))
        await it.step((officer_topic("chair"), last_call), (officer_topic("chair"), close))
        first, second = it.bus.answers(officer_topic("chair", Way.DOWN))
        assert open_receipt(first, last_call, it.room.log_key, CONTROLLER_KEY.public).counts
        refusal = open_message(second, CONTROLLER_KEY.public)
        assert isinstance(refusal, Refusal)
        assert refusal.reason == "stale"

    running(tmp_path, test)
