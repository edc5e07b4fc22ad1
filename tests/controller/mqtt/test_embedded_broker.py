"""The embedded broker on real sockets of this machine, with paho and aiomqtt at the other end."""

from __future__ import annotations

import asyncio
import datetime as dt
import heapq
import itertools
import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.mqtt.broker import (
    AclFunction,
    BrokerLimits,
    BrokerUnreachable,
    BusHooks,
    BusUrlRefused,
    Delivery,
    EmbeddedBus,
    OuterBus,
    open_bus,
)
from controller.mqtt.embedded_broker import EmbeddedBroker
from controller.mqtt.embedded_connection import Connection
from controller.mqtt.exchange import ExchangeLimits
from controller.mqtt.session import Session, SessionLimits
from controller.mqtt.topics import TopicRefused
from tests.controller.mqtt.mqtt_probes import PROBES, SLOW_PROBES, Probe, check_refused, name_of, open_stream, read_end
from tests.controller.mqtt.mqtt_visitor import PATIENCE_S, Visitor, expiry_of


def allow_all(identity: str, action: str, topic: str) -> bool:
    """Allow everything."""
    return True


def allow_seat(identity: str, action: str, topic: str) -> bool:
    """The rule of a chamber: one's own branch, and what all may read."""
    if action == "publish":
        return topic in (f"seat/{identity}/up", f"seat/{identity}/status")
    if action == "subscribe":
        return topic in (f"seat/{identity}/down", "sitting", "seat/+/status", "barrier/#") or topic == "#"
    return topic in (f"seat/{identity}/down", "sitting")


class Call:
    """A call at a time, which can be taken back."""

    def __init__(self, call: Callable[[], None]) -> None:
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        """Do not make the call."""
        self.call = None


class FakeClock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self._now_s = 1_000.0
        self._order = itertools.count()
        self._calls: list[tuple[float, int, Call]] = []

    def now_s(self) -> float:
        """Return the time that the test has reached."""
        return self._now_s

    def call_at(self, when_s: float, call: Callable[[], None]) -> Call:
        """Make the call when the test gets there."""
        entry = Call(call)
        heapq.heappush(self._calls, (when_s, next(self._order), entry))
        return entry

    def advance(self, seconds: float) -> None:
        """Let time pass, with the calls due in it, in order."""
        until_s = self._now_s + seconds
        while self._calls and self._calls[0][0] <= until_s:
            self._now_s, _, entry = heapq.heappop(self._calls)
            if entry.call is not None:
                entry.call()
        self._now_s = until_s


def run_broker(
    body: Callable[[EmbeddedBroker], Awaitable[None]],
    *,
    allowed: AclFunction = allow_all,
    limits: BrokerLimits | None = None,
    clock: FakeClock | None = None,
    on_connection: Callable[[str, bool], None] | None = None,
) -> None:
    """Run `body` with a broker around it."""

    async def run() -> None:
        broker = EmbeddedBroker(
            "127.0.0.1",
            0,
            identity="controller",
            allowed=allowed,
            limits=limits,
            clock=clock,
            on_connection=on_connection,
        )
        await broker.start()
        try:
            await body(broker)
        finally:
            await broker.stop()

    asyncio.run(run())


def run_bus(
    body: Callable[[EmbeddedBus, int], Awaitable[None]],
    *,
    inbound: Sequence[str] = ("seat/+/up",),
    allowed: AclFunction = allow_all,
    limits: BrokerLimits | None = None,
    hooks: BusHooks | None = None,
) -> None:
    """Run `body` with the controller's bus over an embedded broker, and its port."""

    async def run() -> None:
        bus = open_bus(
            "embedded://127.0.0.1:0",
            identity="controller",
            inbound=inbound,
            allowed=allowed,
            limits=limits,
            hooks=hooks,
        )
        assert isinstance(bus, EmbeddedBus)
        await bus.start()
        try:
            await body(bus, int(bus.url.rpartition(":")[2]))
        finally:
            await bus.stop()

    asyncio.run(run())


async def receive(bus: EmbeddedBus, batch_max: int = 100) -> list[Delivery]:
    """Receive a batch, within patience."""
    return await asyncio.wait_for(bus.receive(batch_max), PATIENCE_S)


@pytest.mark.parametrize("probe", PROBES, ids=name_of)
def test_probe(probe: Probe) -> None:
    """The table that every broker of the chamber must pass."""
    run_broker(lambda broker: probe(broker.port))


@pytest.mark.slow
@pytest.mark.parametrize("probe", SLOW_PROBES, ids=name_of)
def test_slow_probe(probe: Probe) -> None:
    """The part of the table in which seconds pass."""
    run_broker(lambda broker: probe(broker.port))


# Time, on a clock of our own


def test_silent_client_is_gone_after_one_and_a_half_keep_alives() -> None:
    """Not before, and its will is published."""
    clock = FakeClock()

    async def body(broker: EmbeddedBroker) -> None:
        async with Visitor(broker.port, "watcher", keep_alive_s=100) as watcher:
            await watcher.subscribe("w")
            silent = Visitor(broker.port, "silent", keep_alive_s=10, will=("w", b"gone", False, None))
            await silent.connect()
            clock.advance(14.9)
            assert broker.connected() == ["silent", "watcher"]
            clock.advance(0.2)
            assert broker.connected() == ["watcher"]
            assert (await watcher.next()).payload == b"gone"
            assert await asyncio.wait_for(silent.lost, PATIENCE_S) == 0x8D
            await silent.leave()

    run_broker(body, clock=clock)


def test_packets_keep_a_client_alive() -> None:
    """Each packet starts the keep-alive anew."""
    clock = FakeClock()

    async def body(broker: EmbeddedBroker) -> None:
        async with Visitor(broker.port, "busy", keep_alive_s=10) as busy:
            for _ in range(5):
                clock.advance(14)
                await busy.publish("a", b"x")
            assert broker.connected() == ["busy"]

    run_broker(body, clock=clock)


def test_keep_alive_of_none_or_too_long_is_replaced() -> None:
    """Server Keep Alive tells the client what holds (3.2.2.3.14)."""

    async def body(broker: EmbeddedBroker) -> None:
        for asked_s, answer_s in ((0, 30), (600, 30), (20, None)):
            visitor = Visitor(broker.port, "seat", keep_alive_s=asked_s)
            _, _, properties = await visitor.connect()
            assert properties is not None
            assert getattr(properties, "ServerKeepAlive", None) == answer_s
            await visitor.leave()

    run_broker(body, limits=BrokerLimits(keep_alive_max_s=30))


def test_connection_without_connect_is_closed() -> None:
    """Whoever only opens a connection loses it when the time for CONNECT is over."""
    clock = FakeClock()

    async def body(broker: EmbeddedBroker) -> None:
        async with open_stream(broker.port) as (reader, _), Visitor(broker.port, "seat") as seat:
            await seat.publish("a", b"x")
            clock.advance(10.1)
            assert await read_end(reader) == b""
            assert broker.connected() == ["seat"]

    run_broker(body, clock=clock)


def test_will_delay_and_expiry_follow_the_clock() -> None:
    """The will comes when its delay is over; an expired message does not come at all."""
    clock = FakeClock()

    async def body(broker: EmbeddedBroker) -> None:
        async with Visitor(broker.port, "absent", clean_start=False, expiry_s=600) as absent:
            await absent.subscribe("e")
        async with Visitor(broker.port, "watcher", keep_alive_s=200) as watcher:
            await watcher.subscribe("w")
            torn = Visitor(broker.port, "torn", expiry_s=600, will=("w", b"gone", False, 30))
            await torn.connect()
            await torn.drop()
            await watcher.publish("e", b"stale", expiry_s=20)
            await watcher.publish("e", b"fresh", expiry_s=60)
            await watcher.expect_nothing()
            clock.advance(30)
            assert (await watcher.next()).payload == b"gone"
        async with Visitor(broker.port, "absent", clean_start=False, expiry_s=600) as absent:
            message = await absent.next()
            assert message.payload == b"fresh"
            assert expiry_of(message) == 30
            await absent.expect_nothing()

    run_broker(body, clock=clock)


# Who may do what


def test_takeover_is_told_and_seen() -> None:
    """The older connection hears 0x8E; the hook sees one go and one come."""
    seen: list[tuple[str, bool]] = []

    async def body(broker: EmbeddedBroker) -> None:
        first = Visitor(broker.port, "seat", clean_start=False, expiry_s=60)
        await first.connect()
        await first.subscribe("a")
        second = Visitor(broker.port, "seat", clean_start=False, expiry_s=60)
        assert (await second.connect())[1] is True
        assert await asyncio.wait_for(first.lost, PATIENCE_S) == 0x8E
        await first.leave()
        assert broker.connected() == ["seat"]
        await second.publish("a", b"still here")
        assert (await second.next()).payload == b"still here"
        await second.leave()

    run_broker(body, on_connection=lambda identity, connected: seen.append((identity, connected)))
    assert seen == [("seat", True), ("seat", False), ("seat", True), ("seat", False)]


def test_refused_publications_and_subscriptions_are_told(caplog: pytest.LogCaptureFixture) -> None:
    """PUBACK and SUBACK carry 0x87, nobody receives anything, the connection stays, no payload is logged."""

    async def body(bus: EmbeddedBus, port: int) -> None:
        async with Visitor(port, "one") as one, Visitor(port, "two") as two:
            assert await two.subscribe("#") == 1
            assert await one.subscribe("seat/two/down") == 0x87
            assert await one.publish("seat/two/up", b"forged ballot") == 0x87
            assert await one.publish("seat/two/up", b"forged ballot", 0) == 0
            assert await one.publish("unheard/of", b"forged ballot") == 0x87
            assert await one.publish("seat/two/status", b"forged ballot", retain=True) == 0x87
            bus.publish("seat/one/down", b"not for two")
            bus.publish("seat/two/down", b"for two")
            assert (await two.next()).payload == b"for two"

    with caplog.at_level(logging.DEBUG):
        run_bus(body, allowed=allow_seat)
    assert "may not publish to 'seat/two/up'" in caplog.text
    assert "forged ballot" not in caplog.text


def test_forged_will_is_dropped() -> None:
    """A will for another seat is not published; one for oneself is."""

    async def body(bus: EmbeddedBus, port: int) -> None:
        for topic in ("seat/other/status", "seat/one/status"):
            torn = Visitor(port, "one", will=(topic, b"gone", True, None))
            await torn.connect()
            await torn.drop()
        [delivery] = await receive(bus)
        assert (delivery.client, delivery.topic) == ("one", "seat/one/status")
        delivery.acknowledge()

    run_bus(body, allowed=allow_seat, inbound=["seat/+/status"])


def test_subscriber_nobody_expected_is_answered() -> None:
    """A message that nobody wants is acknowledged as such (0x10)."""

    async def body(broker: EmbeddedBroker) -> None:
        async with Visitor(broker.port, "seat") as seat:
            assert await seat.publish("nobody/there", b"x") == 0x10

    run_broker(body)


@pytest.mark.parametrize("name", ["", "a/b", "a+", "#", "é", "x" * 65])
def test_client_identifier_that_is_no_name_is_refused(name: str) -> None:
    """CONNACK 0x85: the name must serve as a level of a topic."""

    async def body(broker: EmbeddedBroker) -> None:
        visitor = Visitor(broker.port, name)
        assert (await visitor.connect())[0] == 0x85
        await visitor.leave()
        assert broker.connected() == []

    run_broker(body)


def test_controllers_own_name_is_refused() -> None:
    """Nobody connects as the controller."""

    async def body(broker: EmbeddedBroker) -> None:
        visitor = Visitor(broker.port, "controller")
        assert (await visitor.connect())[0] == 0x87
        await visitor.leave()

    run_broker(body)


# Bad bytes


@pytest.mark.parametrize(
    ("packet", "answer"),
    [
        pytest.param("30 06 0003 782f23 00", "e0 01 90", id="wildcard topic"),
        pytest.param("30 06 0003 782fff 00", "e0 01 81", id="not UTF-8"),
        pytest.param("30 ffff7f", "e0 01 95", id="too large"),
        pytest.param("34 06 0001 78 0001 00", "e0 01 9b", id="QoS 2"),
        pytest.param("10 11 0004 4d515454 05 02 003c 00 0004 766572 79", "e0 01 82", id="second CONNECT"),
        pytest.param("20 03 00 00 00", "e0 01 82", id="a server's packet"),
        pytest.param("e0 07 00 05 11 00000005", "e0 01 82", id="expiry out of nowhere"),
    ],
)
def test_bad_packet_ends_its_connection_only(packet: str, answer: str) -> None:
    """DISCONNECT says why; everybody else goes on."""

    async def body(broker: EmbeddedBroker) -> None:
        async with Visitor(broker.port, "bystander") as bystander:
            assert await check_refused(broker.port, bytes.fromhex(packet)) == bytes.fromhex(answer)
            assert broker.connected() == ["bystander"]
            await bystander.expect_nothing()

    run_broker(body)


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        pytest.param("10 0c 0004 4d515454 04 02 003c 0000", "20 02 00 01", id="MQTT 3.1.1"),
        pytest.param("10 0d 0004 4d515454 06 02 003c 00 0000", "20 03 00 84 00", id="a version to come"),
        pytest.param("c0 00", "", id="ping first"),
        pytest.param("474554202f20485454502f312e310d0a", "", id="HTTP"),
        pytest.param("16 03 01 00 00", "", id="TLS"),
    ],
)
def test_what_is_no_connect_is_turned_away(data: str, answer: str) -> None:
    """An older client is told so in its own words, others get nothing."""

    async def body(broker: EmbeddedBroker) -> None:
        async with open_stream(broker.port) as (reader, stream):
            stream.write(bytes.fromhex(data))
            assert await read_end(reader) == bytes.fromhex(answer)

    run_broker(body)


def test_packets_in_single_bytes_are_understood() -> None:
    """The wire may cut anywhere."""

    async def body(broker: EmbeddedBroker) -> None:
        async with Visitor(broker.port, "watcher") as watcher, open_stream(broker.port) as (reader, stream):
            await watcher.subscribe("x")
            for byte in bytes.fromhex("10 11 0004 4d515454 05 02 003c 00 0004 736c6f77 32 06 0001 78 0001 00 e0 00"):
                stream.write(bytes([byte]))
                await stream.drain()
            assert (await watcher.next()).topic == "x"
            assert (await read_end(reader))[-4:] == bytes.fromhex("40 02 0001")

    run_broker(body)


class SilentTransport(asyncio.Transport):
    """A transport to nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Forget the bytes."""

    def close(self) -> None:
        """Be closed."""
        self.closed = True

    def abort(self) -> None:
        """Be closed."""
        self.closed = True


CONVERSATION = [
    bytes.fromhex("10 11 0004 4d515454 05 02 003c 00 0004 766572 79"),
    bytes.fromhex("82 09 0102 00 0003 612f2b 2d"),
    bytes.fromhex("33 0f 0003 612f62 000a 05 02 0000003c 6869"),
    bytes.fromhex("32 0f 0009 736561742f782f7570 0001 00 78"),
    bytes.fromhex("40 02 0001"),
    bytes.fromhex("a2 08 0001 00 0003 612f2b"),
    bytes.fromhex("c0 00"),
    bytes.fromhex("e0 00"),
]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_no_bytes_do_more_than_end_their_connection(data: st.DataObject) -> None:
    """A conversation with damage in it never raises, and leaves the broker able to serve the next one."""
    order = data.draw(st.lists(st.sampled_from(CONVERSATION), max_size=8))
    wire = bytearray(b"".join([CONVERSATION[0], *order]))
    for _ in range(data.draw(st.integers(0, 3))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(wire)))

    async def run() -> None:
        broker = EmbeddedBroker(
            "127.0.0.1",
            0,
            identity="controller",
            allowed=allow_all,
            inbound=["seat/+/up"],
            deliver=lambda message, acknowledge: True,
        )
        await broker.start()
        try:
            await converse(broker)
        finally:
            await broker.stop()

    async def converse(broker: EmbeddedBroker) -> None:
        for sent in (bytes(wire), b"".join(CONVERSATION)):
            connection, transport = Connection(broker, certified=False), SilentTransport()
            connection.connection_made(transport)
            connection.data_received(sent[:cut])
            await asyncio.sleep(0)
            connection.data_received(sent[cut:])
            await asyncio.sleep(0)
            if sent != wire:
                assert transport.closed
                assert connection.client == "very"
            connection.connection_lost(None)
        assert broker.connected() == []

    asyncio.run(run())


# Limits


def test_one_connection_too_many_is_closed() -> None:
    """Those inside stay; a place that becomes free can be taken."""

    async def body(broker: EmbeddedBroker) -> None:
        async with Visitor(broker.port, "one") as one:
            async with Visitor(broker.port, "two"), open_stream(broker.port) as (reader, _):
                assert await read_end(reader) == b""
            await one.expect_nothing()

    run_broker(body, limits=BrokerLimits(connections_max=2))


def test_full_queue_is_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What an absent client misses is known."""
    limits = BrokerLimits(exchange=ExchangeLimits(session=SessionLimits(queue_messages_max=5)))

    async def body(broker: EmbeddedBroker) -> None:
        async with Visitor(broker.port, "seat", clean_start=False, expiry_s=60) as seat:
            await seat.subscribe("a")
        for number in range(8):
            broker.publish("a", b"%d" % number)
        assert broker.dropped() == 3
        async with Visitor(broker.port, "seat", clean_start=False, expiry_s=60) as seat:
            assert [message.payload for message in await seat.take(5)] == [b"0", b"1", b"2", b"3", b"4"]

    run_broker(body, limits=limits)
    assert "client seat missed 3 messages" in caplog.text


async def is_held_back(session: Session, other: Visitor) -> bool:
    """True if messages still wait for this client after the broker has served another one several times."""
    for _ in range(3):
        await other.expect_nothing()
        if not (session.paused and session.queued):
            return False
    return True


def test_client_that_does_not_read_is_not_read_from() -> None:
    """Its answers do not pile up: it is stopped, and served again when it reads."""

    async def body(broker: EmbeddedBroker) -> None:
        async with open_stream(broker.port) as (reader, stream), Visitor(broker.port, "writer") as writer:
            stream.write(bytes.fromhex("10 11 0004 4d515454 05 02 003c 00 0004 736c6f77 82 07 0001 00 0001 78 01"))
            await reader.readexactly(2)
            await writer.expect_nothing()
            session = broker._by_client["slow"].session  # noqa: SLF001 - what waits cannot be seen from outside
            assert session is not None
            published = 0  # the system's buffers take some megabytes
            while published < 150 and not await is_held_back(session, writer):
                for _ in range(10):
                    broker.publish("x", bytes(100_000))
                published += 10
            assert (session.paused, session.queued > 0) == (True, True)
            received = 0
            while received < published * 100_000:
                received += len(await asyncio.wait_for(reader.read(1 << 20), PATIENCE_S))
            async with asyncio.timeout(PATIENCE_S):
                while session.paused or session.queued:  # noqa: ASYNC110 - the broker has no event for it
                    await asyncio.sleep(0)
            assert (session.paused, session.queued) == (False, 0)

    run_broker(body, limits=BrokerLimits(close_timeout_s=0.2))


def test_more_unacknowledged_messages_than_announced_end_the_connection() -> None:
    """Our Receive Maximum binds the client (0x93)."""

    async def body(bus: EmbeddedBus, port: int) -> None:
        data = b"".join(bytes.fromhex(f"32 0f 0009 736561742f782f7570 {number:04x} 00 78") for number in (1, 2, 3))
        assert await check_refused(port, data) == bytes.fromhex("e0 01 93")
        assert len(await receive(bus)) == 2

    run_bus(body, limits=BrokerLimits(receive_maximum=2))


# The controller's bus


def test_puback_waits_for_the_acknowledgement() -> None:
    """A client's PUBACK comes when the controller says so, in any order, and only once."""

    async def body(bus: EmbeddedBus, port: int) -> None:
        async with Visitor(port, "seat-1") as seat, Visitor(port, "chair") as chair:
            await chair.subscribe("seat/+/up")
            first = asyncio.ensure_future(seat.publish("seat/seat-1/up", b"one"))
            second = asyncio.ensure_future(seat.publish("seat/seat-1/up", b"two"))
            deliveries = await receive(bus)
            while len(deliveries) < 2:
                deliveries += await receive(bus)
            assert [(one.client, one.topic, one.payload) for one in deliveries] == [
                ("seat-1", "seat/seat-1/up", b"one"),
                ("seat-1", "seat/seat-1/up", b"two"),
            ]
            assert [message.payload for message in await chair.take(2)] == [b"one", b"two"]
            await seat.expect_nothing()
            assert not first.done()
            assert not second.done()
            deliveries[1].acknowledge()
            assert await second == 0
            assert not first.done()
            deliveries[0].acknowledge()
            deliveries[0].acknowledge()
            assert await first == 0

    run_bus(body)


def test_acknowledgement_after_the_connection_ended_does_nothing() -> None:
    """The client sends again, and gets its PUBACK on the new connection."""

    async def body(bus: EmbeddedBus, port: int) -> None:
        seat = Visitor(port, "seat-1")
        await seat.connect()
        pending = seat.paho.publish("seat/seat-1/up", b"press", 1)
        [old] = await receive(bus)
        await seat.drop()
        assert not pending.is_published()
        async with Visitor(port, "seat-1") as again:
            old.acknowledge()
            answer = asyncio.ensure_future(again.publish("seat/seat-1/up", b"press"))
            [new] = await receive(bus)
            old.acknowledge()
            await again.expect_nothing()
            assert not answer.done()
            new.acknowledge()
            assert await answer == 0

    run_bus(body)


def test_receive_drains_up_to_the_batch() -> None:
    """A batch is what has arrived, at most the number asked for, in order."""

    async def body(bus: EmbeddedBus, port: int) -> None:
        async with Visitor(port, "seat-1") as seat:
            for number in range(5):
                seat.paho.publish("seat/seat-1/up", b"%d" % number, 0)
            await seat.expect_nothing()
            assert [one.payload for one in await receive(bus, 3)] == [b"0", b"1", b"2"]
            assert [one.payload for one in await receive(bus, 3)] == [b"3", b"4"]

    run_bus(body)


def test_full_inbound_queue_refuses_by_quota() -> None:
    """The client hears 0x97 and may try again; nothing that was accepted is lost."""

    async def body(bus: EmbeddedBus, port: int) -> None:
        async with Visitor(port, "seat-1") as seat:
            accepted = seat.paho.publish("seat/seat-1/up", b"one", 1)
            assert await seat.publish("seat/seat-1/up", b"two") == 0x97
            [delivery] = await receive(bus)
            assert delivery.payload == b"one"
            delivery.acknowledge()
            await seat.expect_nothing()
            assert accepted.is_published()

    run_bus(body, limits=BrokerLimits(inbound_messages_max=1))


def test_controllers_messages_go_out_and_do_not_come_back() -> None:
    """Also on a topic that it consumes itself; retained ones wait for who comes later."""

    async def body(bus: EmbeddedBus, port: int) -> None:
        bus.publish("sitting", b"open", retain=True)
        async with Visitor(port, "seat-1") as seat:
            await seat.subscribe("#")
            assert (await seat.next()).payload == b"open"
            bus.publish("seat/seat-1/up", b"own")
            assert (await seat.next()).payload == b"own"
            answer = asyncio.ensure_future(seat.publish("seat/seat-1/up", b"seat's"))
            [delivery] = await receive(bus)
            assert delivery.payload == b"seat's"
            delivery.acknowledge()
            await answer
        with pytest.raises(TopicRefused):
            bus.publish("sitting/#", b"x")

    run_bus(body)


def test_hooks_tell_of_connections() -> None:
    """Health sees who is there; the first answer may be sent from within the hook."""
    seen: list[tuple[str, bool]] = []

    async def body(bus: EmbeddedBus, port: int) -> None:
        async with Visitor(port, "seat-1"), Visitor(port, "seat-2"):
            assert bus.connected() == ["seat-1", "seat-2"]

    run_bus(body, hooks=BusHooks(on_connection=lambda identity, connected: seen.append((identity, connected))))
    assert sorted(seen) == [("seat-1", False), ("seat-1", True), ("seat-2", False), ("seat-2", True)]


def test_stopping_says_goodbye() -> None:
    """Clients hear 0x8B (server shutting down) and no wills fly about."""

    async def run() -> None:
        bus = open_bus("embedded://127.0.0.1:0", identity="controller", inbound=["w"], allowed=allow_all)
        await bus.start()
        seat = Visitor(int(bus.url.rpartition(":")[2]), "seat-1", will=("w", b"gone", False, None))
        await seat.connect()
        await bus.stop()
        assert await asyncio.wait_for(seat.lost, PATIENCE_S) == 0x8B
        await seat.leave()
        waiting = asyncio.ensure_future(bus.receive(1))
        assert not (await asyncio.wait([waiting], timeout=0))[0]
        waiting.cancel()

    asyncio.run(run())


@pytest.mark.parametrize(
    "url",
    [
        "amqp://127.0.0.1",
        "embedded://",
        "mqtt://127.0.0.1:99999",
        "mqtts://127.0.0.1",
        "mqtt://name@127.0.0.1",
        "mqtt://127.0.0.1/a",
        "",
    ],
)
def test_url_of_no_broker_is_refused(url: str) -> None:
    """A wrong setting has a name, before anything is started."""
    with pytest.raises(BusUrlRefused):
        open_bus(url, identity="controller", inbound=[], allowed=allow_all)


def test_address_in_use_is_unreachable() -> None:
    """Neither listening twice nor connecting to nobody works, and both say so."""

    async def run() -> None:
        first = open_bus("embedded://127.0.0.1:0", identity="controller", inbound=[], allowed=allow_all)
        await first.start()
        address = first.url.partition("://")[2]
        second = open_bus(f"embedded://{address}", identity="controller", inbound=[], allowed=allow_all)
        with pytest.raises(BrokerUnreachable):
            await second.start()
        await first.stop()
        outer = open_bus(f"mqtt://{address}", identity="controller", inbound=[], allowed=allow_all)
        with pytest.raises(BrokerUnreachable):
            await outer.start()

    asyncio.run(run())


def test_outer_bus_speaks_to_an_embedded_broker() -> None:
    """The other implementation of the bus does the same, with ours as the broker outside."""

    async def body(broker: EmbeddedBroker) -> None:
        links: list[tuple[bool, bool]] = []
        bus = open_bus(
            f"mqtt://127.0.0.1:{broker.port}",
            identity="second-controller",
            inbound=["seat/+/up"],
            allowed=allow_all,
            hooks=BusHooks(on_link=lambda up, present: links.append((up, present))),
        )
        await bus.start()
        async with Visitor(broker.port, "seat-1") as seat:
            await seat.subscribe("seat/+/down")
            await seat.publish("seat/seat-1/up", b"press")
            bus.publish("seat/seat-1/up", b"own")
            [delivery] = await asyncio.wait_for(bus.receive(10), PATIENCE_S)
            assert (delivery.client, delivery.payload) == ("", b"press")
            bus.publish("seat/seat-1/down", b"receipt")
            assert (await seat.next()).payload == b"receipt"
            await bus.stop()
            delivery.acknowledge()
            await bus.start()
            [again] = await asyncio.wait_for(bus.receive(10), PATIENCE_S)
            assert again.payload == b"press"
            again.acknowledge()
        await bus.stop()
        assert links == [(True, False), (False, False), (True, True), (False, False)]

    run_broker(body)


def test_outer_bus_keeps_the_newest_within_its_bound() -> None:
    """Before there is a connection: the latest of each retained topic, and the newest of the others."""

    async def body(broker: EmbeddedBroker) -> None:
        bus = OuterBus("127.0.0.1", broker.port, identity="second-controller", inbound=[], waiting_max=3)
        for number in range(3):
            bus.publish("sitting", b"head %d" % number, retain=True)
        for number in range(5):
            bus.publish("down", b"%d" % number)
        assert bus.dropped == 3
        async with Visitor(broker.port, "seat-1") as seat:
            await seat.subscribe("#")
            await bus.start()
            assert [message.payload for message in await seat.take(3)] == [b"head 2", b"3", b"4"]
            await seat.expect_nothing()
            await bus.stop()

    run_broker(body)


def test_outer_bus_survives_the_loss_of_its_broker(caplog: pytest.LogCaptureFixture) -> None:
    """What was published meanwhile arrives at the next broker, once the bus has found it."""

    async def run() -> None:
        changed = asyncio.Event()
        bus: OuterBus | None = None

        async def wait_until(connected: bool) -> None:
            while bus is not None and bus.is_connected is not connected:
                changed.clear()
                await asyncio.wait_for(changed.wait(), PATIENCE_S)

        first = EmbeddedBroker("127.0.0.1", 0, identity="outer", allowed=allow_all)
        await first.start()
        bus = OuterBus(
            "127.0.0.1",
            first.port,
            identity="controller",
            inbound=["up"],
            on_link=lambda up, present: changed.set(),
            jitter=lambda: 0.0,
        )
        await bus.start()
        await first.stop()
        await wait_until(connected=False)
        bus.publish("down", b"kept", retain=True)
        second = EmbeddedBroker("127.0.0.1", first.port, identity="outer", allowed=allow_all)
        await second.start()
        await wait_until(connected=True)
        async with Visitor(second.port, "seat-1") as seat:
            await seat.subscribe("down")
            assert (await seat.next()).payload == b"kept"
            await seat.publish("up", b"press")
            [delivery] = await asyncio.wait_for(bus.receive(1), PATIENCE_S)
            assert delivery.payload == b"press"
        await bus.stop()
        await second.stop()

    asyncio.run(run())
    assert "kept" not in caplog.text


# TLS


class Authority:
    """A certificate authority for one test."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self.path = directory / "ca.pem"
        certificate = self._build(self.name, self.key, authority=True)
        self.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def _build(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def make_context(self, name: str, *, server: bool) -> ssl.SSLContext:
        """Return a context with a certificate for `name` that trusts this authority only."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._build(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key, authority=False)
        path = self.directory / f"{name}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.path)
        context.load_cert_chain(path)
        return context


def test_certificate_is_the_identity(tmp_path: Path) -> None:
    """With TLS, the common name must be the client identifier; the rightful owner is not disturbed."""
    authority = Authority(tmp_path)

    async def run() -> None:
        bus = open_bus(
            "embedded://127.0.0.1:0",
            identity="controller",
            inbound=["seat/+/up"],
            allowed=allow_all,
            tls=authority.make_context("server", server=True),
        )
        assert isinstance(bus, EmbeddedBus)
        await bus.start()
        assert bus.url.startswith("mqtts://127.0.0.1:")
        port = int(bus.url.rpartition(":")[2])
        async with Visitor(port, "seat-1", tls=authority.make_context("seat-1", server=False)) as seat:
            thief = Visitor(port, "seat-1", tls=authority.make_context("seat-2", server=False))
            assert (await thief.connect())[0] == 0x87
            await thief.leave()
            answer = asyncio.ensure_future(seat.publish("seat/seat-1/up", b"press"))
            [delivery] = await receive(bus)
            assert delivery.client == "seat-1"
            delivery.acknowledge()
            assert await answer == 0
            assert bus.connected() == ["seat-1"]
        await bus.stop()

    asyncio.run(run())


def test_tls_without_client_certificates_is_refused(tmp_path: Path) -> None:
    """A context that would let anybody in is an error of our own configuration."""
    context = Authority(tmp_path).make_context("server", server=True)
    context.verify_mode = ssl.CERT_NONE
    with pytest.raises(ValueError, match="client certificate"):
        open_bus("embedded://127.0.0.1:0", identity="controller", inbound=[], allowed=allow_all, tls=context)
