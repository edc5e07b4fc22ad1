"""The probe table on both brokers, and the controller's bus over mosquitto end to end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.mqtt.broker import Bus, BusHooks, Delivery, open_bus
from controller.mqtt.embedded_broker import EmbeddedBroker
from tests.controller.mqtt.mqtt_probes import PROBES, SLOW_PROBES, Probe, name_of
from tests.controller.mqtt.mqtt_visitor import PATIENCE_S, Visitor
from tests.independent.mosquitto import Mosquitto, run_mosquitto

pytestmark = pytest.mark.independent


def allow_all(identity: str, action: str, topic: str) -> bool:
    """Allow everything."""
    return True


async def run_embedded(probe: Probe) -> None:
    """Run a probe against an embedded broker of its own."""
    broker = EmbeddedBroker("127.0.0.1", 0, identity="controller", allowed=allow_all)
    await broker.start()
    try:
        await probe(broker.port)
    finally:
        await broker.stop()


async def run_port(probe: Probe, port: int) -> None:
    """Run a probe against a broker that listens already."""
    await probe(port)


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """Run one mosquitto for all tests here."""
    with run_mosquitto(tmp_path_factory.mktemp("mosquitto")) as broker:
        yield broker


SLOW = [pytest.param(probe, marks=pytest.mark.slow, id=name_of(probe)) for probe in SLOW_PROBES]
ALL = [*(pytest.param(probe, id=name_of(probe)) for probe in PROBES), *SLOW]


@pytest.mark.parametrize("probe", ALL)
def test_embedded_broker_passes_the_probe(probe: Probe) -> None:
    """The embedded broker does what the chamber needs."""
    asyncio.run(run_embedded(probe))


@pytest.mark.parametrize("probe", ALL)
def test_mosquitto_passes_the_probe(probe: Probe, mosquitto: Mosquitto) -> None:
    """mosquitto, an independent judge of the probes, does the same."""
    asyncio.run(run_port(probe, mosquitto.port))


def open_outer(port: int, links: list[tuple[bool, bool]] | None = None) -> Bus:
    """Return the bus over a broker outside."""
    hooks = BusHooks(on_link=None if links is None else lambda up, present: links.append((up, present)))
    return open_bus(
        f"mqtt://127.0.0.1:{port}",
        identity="controller",
        inbound=["chamber/k/b/seat/+/up"],
        allowed=allow_all,
        hooks=hooks,
    )


async def collect(bus: Bus, count: int) -> list[Delivery]:
    """Receive until `count` different payloads have come."""
    deliveries: dict[bytes, Delivery] = {}
    while len(deliveries) < count:
        for delivery in await asyncio.wait_for(bus.receive(50), PATIENCE_S):
            deliveries[delivery.payload] = delivery
    return list(deliveries.values())


def test_bus_over_mosquitto_carries_both_ways(mosquitto: Mosquitto) -> None:
    """Up with an acknowledgement, down with QoS 1, and nothing of its own comes back."""

    async def run() -> None:
        bus = open_outer(mosquitto.port)
        await bus.start()
        async with Visitor(mosquitto.port, "seat-1") as seat:
            await seat.subscribe("chamber/k/b/seat/seat-1/down")
            bus.publish("chamber/k/b/seat/controller/up", b"own")
            await seat.publish("chamber/k/b/seat/seat-1/up", b"press")
            [delivery] = await collect(bus, 1)
            assert (delivery.client, delivery.topic) == ("", "chamber/k/b/seat/seat-1/up")
            assert delivery.payload == b"press"
            delivery.acknowledge()
            bus.publish("chamber/k/b/seat/seat-1/down", b"receipt")
            assert (await seat.next()).payload == b"receipt"
        await bus.stop()

    asyncio.run(run())


def test_killed_controller_finds_its_messages_again(mosquitto: Mosquitto) -> None:
    """What was received and not acknowledged, and what came while it was away: nothing is lost."""

    async def run() -> None:
        first = open_outer(mosquitto.port)
        await first.start()
        async with Visitor(mosquitto.port, "seat-2") as seat:
            for number in range(10):
                await seat.publish("chamber/k/b/seat/seat-2/up", b"before %d" % number)
            deliveries = await collect(first, 10)
            for delivery in deliveries[:4]:
                delivery.acknowledge()
            # The acknowledgements are written in the order of the wire: a publish behind them
            # that arrives shows that the broker has them.
            await seat.subscribe("chamber/k/b/sitting")
            first.publish("chamber/k/b/sitting", b"behind")
            await seat.next()
            await first.stop()
            for number in range(5):
                await seat.publish("chamber/k/b/seat/seat-2/up", b"away %d" % number)
            links: list[tuple[bool, bool]] = []
            second = open_outer(mosquitto.port, links)
            await second.start()
            assert links == [(True, True)]
            again = await collect(second, 11)
            assert {delivery.payload for delivery in again} == {
                *(delivery.payload for delivery in deliveries[4:]),
                *(b"away %d" % number for number in range(5)),
            }
            for delivery in again:
                delivery.acknowledge()
            await second.stop()

    asyncio.run(run())


def test_broker_that_restarts_is_found_again(tmp_path: Path) -> None:
    """Through a broker's restart the bus reconnects, and what it published meanwhile arrives."""

    async def run(broker: Mosquitto) -> None:
        links: list[tuple[bool, bool]] = []
        changed = asyncio.Event()

        def note(up: bool, present: bool) -> None:
            links.append((up, present))
            changed.set()

        async def wait_for_link(up: bool) -> None:
            while not links or links[-1][0] is not up:
                changed.clear()
                await asyncio.wait_for(changed.wait(), PATIENCE_S)

        bus = open_bus(
            f"mqtt://127.0.0.1:{broker.port}",
            identity="controller",
            inbound=["chamber/k/b/seat/+/up"],
            allowed=allow_all,
            hooks=BusHooks(on_link=note),
        )
        await bus.start()
        await asyncio.to_thread(broker.kill)
        await wait_for_link(up=False)
        for number in range(3):
            bus.publish("chamber/k/b/sitting", b"head %d" % number, retain=True)
        bus.publish("chamber/k/b/log", b"last", retain=True)
        await asyncio.to_thread(broker.start)
        await wait_for_link(up=True)
        async with Visitor(broker.port, "seat-3") as seat:
            await seat.subscribe("chamber/k/b/#")
            received = {(message.topic, message.payload) for message in await seat.take(2)}
            assert received == {("chamber/k/b/sitting", b"head 2"), ("chamber/k/b/log", b"last")}
            await seat.publish("chamber/k/b/seat/seat-3/up", b"press")
            [delivery] = await collect(bus, 1)
            delivery.acknowledge()
        await bus.stop()

    with run_mosquitto(tmp_path) as broker:
        asyncio.run(run(broker))
