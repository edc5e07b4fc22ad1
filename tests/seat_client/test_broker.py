"""The door to a broker, against a real one that listens in this process."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from controller.mqtt.broker import EmbeddedBus, open_bus
from protocol.seat_status import SeatStatus, write_status
from protocol.topics import Topics, allowed
from seat_client import events as e
from seat_client.broker import BrokerLink, read_broker
from seat_client.errors import BrokerUnreachable, SettingsRefused

TOPICS = Topics("novigrad", "assembly")
UP, DOWN = "chamber/novigrad/assembly/seat/s-01/up", "chamber/novigrad/assembly/seat/s-01/down"
STATUS = "chamber/novigrad/assembly/seat/s-01/status"


class Side:
    """The link's events, and a way to wait for one."""

    def __init__(self) -> None:
        self.events: list[e.Event] = []
        self._changed = asyncio.Event()

    def take(self, event: e.Event) -> None:
        """An event of the link."""
        self.events.append(event)
        self._changed.set()

    async def until(self, wanted: Callable[[list[e.Event]], bool]) -> None:
        """Wait until what has happened is as wanted."""
        async with asyncio.timeout(10):
            while not wanted(self.events):
                self._changed.clear()
                await self._changed.wait()


async def listen(url: str = "embedded://127.0.0.1:0") -> EmbeddedBus:
    """A broker with the chamber's access rule."""
    bus = open_bus(url, identity="controller", inbound=TOPICS.inbound(), allowed=partial(allowed, TOPICS))
    assert isinstance(bus, EmbeddedBus)
    await bus.start()
    return bus


async def receive(bus: EmbeddedBus, count: int) -> list[tuple[str, bytes]]:
    """The next messages that reach the controller, acknowledged."""
    found: list[tuple[str, bytes]] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            for delivery in await bus.receive(10):
                found.append((delivery.topic, delivery.payload))
                delivery.acknowledge()
    return found


def play(story: Callable[[EmbeddedBus, BrokerLink, Side], Awaitable[None]]) -> None:
    """Run a story with a broker and a link that is up."""

    async def run() -> None:
        bus = await listen()
        bus.publish(TOPICS.trust, b"trust", retain=True)
        bus.publish(TOPICS.sitting, b"head", retain=True)
        link, side = BrokerLink([read_broker(bus.url)], TOPICS, "s-01", jitter=lambda: 0.0), Side()
        task = asyncio.create_task(link.run(side.take))
        try:
            await side.until(lambda events: e.LinkUp() in events and len(events) >= 3)
            await story(bus, link, side)
        finally:
            task.cancel()
            await asyncio.wait([task])
            await bus.stop()

    asyncio.run(run())


def test_retained_messages_and_answers_arrive() -> None:
    """Trust and head at once, what is for this seat when it comes, nothing of other topics."""

    async def story(bus: EmbeddedBus, _link: BrokerLink, side: Side) -> None:
        assert {e.TrustArrived(b"trust"), e.HeadArrived(b"head")} <= set(side.events)
        bus.publish(DOWN, b"answer")
        await side.until(lambda events: e.DownArrived(b"answer") in events)

    play(story)


def test_records_and_status_are_published() -> None:
    """On the seat's own topics."""

    async def story(bus: EmbeddedBus, link: BrokerLink, _side: Side) -> None:
        link.publish(b"record")
        link.publish_status(SeatStatus("online", reader_errors=3))
        assert await receive(bus, 2) == [
            (UP, b"record"), (STATUS, write_status(SeatStatus("online", reader_errors=3))),
        ]  # fmt: skip

    play(story)


def test_same_record_is_not_in_flight_twice() -> None:
    """Until its PUBACK a second copy is not sent; afterwards it is."""

    async def story(bus: EmbeddedBus, link: BrokerLink, side: Side) -> None:
        link.publish(b"record")
        link.publish(b"record")
        link.publish(b"another")
        assert await receive(bus, 2) == [(UP, b"record"), (UP, b"another")]
        bus.publish(DOWN, b"done")
        await side.until(lambda events: e.DownArrived(b"done") in events)
        link.publish(b"record")
        assert await receive(bus, 1) == [(UP, b"record")]

    play(story)


def test_goodbye_says_offline() -> None:
    """A seat that is stopped says so itself."""

    async def run() -> None:
        bus = await listen()
        link, side = BrokerLink([read_broker(bus.url)], TOPICS, "s-01"), Side()
        task = asyncio.create_task(link.run(side.take))
        await side.until(lambda events: e.LinkUp() in events)
        task.cancel()
        await asyncio.wait([task])
        assert await receive(bus, 1) == [(STATUS, b'{"v":1,"state":"offline"}')]
        await bus.stop()

    asyncio.run(run())


def test_cut_says_nothing_and_never_comes_back() -> None:
    """As after a power cut: no goodbye, no reconnect; nothing is published any more."""

    async def story(bus: EmbeddedBus, link: BrokerLink, side: Side) -> None:
        link.cut()
        await side.until(lambda events: e.LinkDown() in events)
        link.publish(b"record")
        assert bus.connected() == []

    play(story)


def test_lost_broker_is_found_again() -> None:
    """The broker goes and comes back on the same port: down, up, and the retained messages once more."""

    async def run() -> None:
        bus = await listen()
        link, side = BrokerLink([read_broker(bus.url)], TOPICS, "s-01", jitter=lambda: 0.0), Side()
        task = asyncio.create_task(link.run(side.take))
        await side.until(lambda events: e.LinkUp() in events)
        await bus.stop()
        await side.until(lambda events: e.LinkDown() in events)
        again = await listen(bus.url.replace("mqtt", "embedded", 1))
        await side.until(lambda events: events.count(e.LinkUp()) == 2)
        link.publish(b"record")
        assert (UP, b"record") in await receive(again, 1)
        task.cancel()
        await asyncio.wait([task])
        await again.stop()

    asyncio.run(run())


def test_next_broker_of_the_list_is_tried() -> None:
    """A dead first broker costs a pause, not the vote."""

    async def run() -> None:
        gone = await listen()
        await gone.stop()
        bus = await listen()
        link, side = BrokerLink([read_broker(gone.url), read_broker(bus.url)], TOPICS, "s-01"), Side()
        task = asyncio.create_task(link.run(side.take))
        await side.until(lambda events: e.LinkUp() in events)
        await BrokerLink([read_broker(gone.url), read_broker(bus.url)], TOPICS, "s-02").check()
        task.cancel()
        await asyncio.wait([task])
        await bus.stop()
        with pytest.raises(BrokerUnreachable):
            await link.check()

    asyncio.run(run())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1", "mqtt://", "127.0.0.1:1883", "mqtt://a:b", "mqtt://a/b", "mqtts://127.0.0.1"]
)
def test_other_addresses_are_refused(url: str) -> None:
    """Scheme, host, port; TLS only with keys."""
    with pytest.raises(SettingsRefused):
        read_broker(url)


def test_ports_have_defaults() -> None:
    """1883 in the clear."""
    assert read_broker("mqtt://broker.example").port == 1883
