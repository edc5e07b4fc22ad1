"""What any broker that the chamber uses must do: one probe each, on a port of this machine.

Each broker's tests run the whole table, so that embedded and outer brokers are held to the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aiomqtt
from paho.mqtt.packettypes import PacketTypes

from tests.controller.mqtt.mqtt_visitor import PATIENCE_S, Visitor, expiry_of, make_properties

Probe = Callable[[int], Awaitable[None]]


async def probe_retained_late_and_cleared(port: int) -> None:
    """A late subscriber gets the retained message, flagged; after clearing there is none."""
    async with Visitor(port, "writer") as writer, Visitor(port, "early") as early:
        await early.subscribe("r/+")
        await writer.publish("r/a", b"kept", retain=True)
        live = await early.next()
        assert (live.payload, live.retain) == (b"kept", False)
        async with Visitor(port, "late") as late:
            await late.subscribe("r/#")
            message = await late.next()
            assert (message.topic, message.payload, message.retain) == ("r/a", b"kept", True)
        await writer.publish("r/a", b"", retain=True)
        async with Visitor(port, "later") as later:
            await later.subscribe("r/#")
            await later.expect_nothing()


async def probe_retained_does_not_leak(port: int) -> None:
    """A client that never subscribed to a retained topic never sees it, however often it comes."""
    async with Visitor(port, "writer") as writer:
        await writer.publish("secret/a", b"kept", retain=True)
        for _ in range(2):
            async with Visitor(port, "other", clean_start=False, expiry_s=60) as other:
                await other.subscribe("public/#")
                await other.expect_nothing()
        await writer.publish("secret/a", b"", retain=True)


async def probe_retain_handling(port: int) -> None:
    """Retain handling 2 sends none, 1 only to a new subscription; as published keeps the flag."""
    async with Visitor(port, "writer") as writer, Visitor(port, "reader") as reader:
        await writer.publish("h/a", b"kept", retain=True)
        await reader.subscribe("h/a", retain_handling=2)
        await reader.expect_nothing()
        await reader.subscribe("h/a", retain_handling=1)
        await reader.expect_nothing()
        await reader.subscribe("h/+", retain_handling=1)
        assert (await reader.next()).payload == b"kept"
        await reader.subscribe("p/a", as_published=True)
        await writer.publish("p/a", b"new", retain=True)
        assert (await reader.next()).retain
        for topic in ("h/a", "p/a"):
            await writer.publish(topic, b"", retain=True)


async def probe_will_on_drop_only(port: int) -> None:
    """The will comes after an abrupt end, retained as asked, and not after a proper one."""
    async with Visitor(port, "watcher") as watcher:
        await watcher.subscribe("w/#")
        proper = Visitor(port, "proper", will=("w/proper", b"gone", False, None))
        await proper.connect()
        await proper.leave()
        torn = Visitor(port, "torn", will=("w/torn", b"gone", True, None))
        await torn.connect()
        await torn.drop()
        message = await watcher.next()
        assert (message.topic, message.payload) == ("w/torn", b"gone")
        async with Visitor(port, "late") as late:
            await late.subscribe("w/torn")
            assert (await late.next()).retain
            await late.publish("w/torn", b"", retain=True)


async def probe_takeover(port: int) -> None:
    """The same client identifier again ends the older connection (mosquitto 2.0.11 says no reason)."""
    first = Visitor(port, "same")
    await first.connect()
    async with Visitor(port, "same") as second:
        assert await asyncio.wait_for(first.lost, PATIENCE_S) >= 0x80
        await second.expect_nothing()
    await first.leave()


async def probe_offline_queue(port: int) -> None:
    """What was published while a session was away arrives in order, also after a clean session."""
    async with Visitor(port, "sleeper"):
        pass
    async with Visitor(port, "sleeper", clean_start=False, expiry_s=60) as sleeper:
        await sleeper.subscribe("q/a")
    async with Visitor(port, "writer") as writer:
        for number in range(10):
            await writer.publish("q/a", b"%d" % number)
    sleeper = Visitor(port, "sleeper", clean_start=False, expiry_s=0)
    code, present, _ = await sleeper.connect()
    assert (code, present) == (0, True)
    payloads = [message.payload for message in await sleeper.take(10)]
    assert payloads == [b"%d" % number for number in range(10)]
    await sleeper.leave()


async def probe_clean_start_forgets(port: int) -> None:
    """A clean start ends the old session with its subscriptions and messages."""
    async with Visitor(port, "again", clean_start=False, expiry_s=60) as again:
        await again.subscribe("c/a")
    async with Visitor(port, "writer") as writer:
        await writer.publish("c/a", b"lost on purpose")
    again = Visitor(port, "again", clean_start=True)
    assert (await again.connect())[1] is False
    await again.expect_nothing()
    await again.leave()


async def probe_unacknowledged_comes_again(port: int) -> None:
    """QoS 1 messages without PUBACK come again at the next connection, in order, marked DUP."""
    first = Visitor(port, "keeper", clean_start=False, expiry_s=60, manual=True)
    await first.connect()
    await first.subscribe("u/a")
    async with Visitor(port, "writer") as writer:
        for number in range(4):
            await writer.publish("u/a", b"%d" % number)
    await first.take(4)
    await first.drop()
    second = Visitor(port, "keeper", clean_start=False, expiry_s=0)
    assert (await second.connect())[1] is True
    messages = await second.take(4)
    assert [message.payload for message in messages] == [b"0", b"1", b"2", b"3"]
    assert all(message.dup for message in messages)
    await second.leave()


async def probe_large_payload(port: int) -> None:
    """100 kB go through unchanged."""
    payload = bytes(range(256)) * 400
    async with Visitor(port, "large") as large:
        await large.subscribe("l/a")
        await large.publish("l/a", payload)
        assert (await large.next()).payload == payload


async def probe_receive_maximum(port: int) -> None:
    """Not more messages are on their way than the client's Receive Maximum."""
    async with Visitor(port, "narrow", receive_maximum=3, manual=True) as narrow, Visitor(port, "writer") as writer:
        await narrow.subscribe("n/a")
        for number in range(8):
            await writer.publish("n/a", b"%d" % number)
        first = await narrow.take(3)
        # PINGRESP, SUBACK: whatever the broker had to send after it would be here by now.
        await narrow.subscribe("n/b")
        assert narrow.messages.empty()
        for message in first:
            narrow.paho.ack(message.mid, message.qos)
        following = await narrow.take(3)
        assert [message.payload for message in following] == [b"3", b"4", b"5"]


async def probe_expiry_and_will_delay(port: int) -> None:
    """A will waits for its delay; a message whose expiry ran out meanwhile does not arrive."""
    async with Visitor(port, "absent", clean_start=False, expiry_s=60) as absent:
        await absent.subscribe("e/a")
    async with Visitor(port, "watcher") as watcher:
        await watcher.subscribe("d/a")
        torn = Visitor(port, "torn", expiry_s=60, will=("d/a", b"gone", False, 2))
        await torn.connect()
        await watcher.publish("e/a", b"stale", expiry_s=1)
        await watcher.publish("e/a", b"fresh", expiry_s=600)
        await torn.drop()
        await watcher.expect_nothing()
        assert (await watcher.next()).payload == b"gone"
    absent = Visitor(port, "absent", clean_start=False, expiry_s=0)
    await absent.connect()
    message = await absent.next()
    assert message.payload == b"fresh"
    assert expiry_of(message) in range(590, 601)
    await absent.expect_nothing()
    await absent.leave()


async def probe_will_taken_back(port: int) -> None:
    """Whoever returns to its session before the will's delay is over has not died."""
    async with Visitor(port, "watcher") as watcher:
        await watcher.subscribe("t/a")
        first = Visitor(port, "shaky", clean_start=False, expiry_s=60, will=("t/a", b"gone", False, 60))
        await first.connect()
        await first.drop()
        async with Visitor(port, "shaky", clean_start=False, expiry_s=0) as second:
            await second.expect_nothing()
        await watcher.expect_nothing()


async def probe_no_local(port: int) -> None:
    """With no local, one's own messages do not come back; those of others do."""
    async with Visitor(port, "talker") as talker, Visitor(port, "other") as other:
        await talker.subscribe("o/#", no_local=True)
        await talker.publish("o/own", b"own")
        await other.publish("o/other", b"other")
        assert (await talker.next()).topic == "o/other"


async def probe_keep_alive(port: int) -> None:
    """A client that falls silent is gone after about one and a half times its keep-alive."""
    async with Visitor(port, "watcher") as watcher:
        await watcher.subscribe("k/a")
        async with open_stream(port) as (reader, stream):
            # CONNECT by hand, keep-alive 1 s, will k/a: paho would send pings.
            stream.write(bytes.fromhex("10 1a 0004 4d515454 05 06 0001 00 0004 6d757465 00 0003 6b2f61 0001 78"))
            assert (await reader.readexactly(2))[0] == 0x20
            message = await asyncio.wait_for(watcher.messages.get(), 20)
            assert (message.topic, message.payload) == ("k/a", b"x")


async def probe_quality_zero(port: int) -> None:
    """QoS 0 reaches who is there, with the lower of both qualities, and waits for nobody."""
    async with Visitor(port, "absent", clean_start=False, expiry_s=60) as absent:
        await absent.subscribe("z/a", 0)
    async with Visitor(port, "reader") as reader, Visitor(port, "writer") as writer:
        assert await reader.subscribe("z/a", 0) == 0
        await writer.publish("z/a", b"one", 1)
        assert (await reader.next()).qos == 0
        await writer.publish("z/a", b"zero", 0)
        assert (await reader.next()).payload == b"zero"


async def probe_wildcard_topic_is_refused(port: int) -> None:
    """A message to a wildcard ends the connection of whoever sends it, nobody else's."""
    async with Visitor(port, "bystander") as bystander:
        await bystander.subscribe("x/#")
        await check_refused(port, bytes.fromhex("30 06 0003 782f23 00"))
        await bystander.expect_nothing()


async def probe_invalid_text_is_refused(port: int) -> None:
    """A topic that is not UTF-8 ends the connection of whoever sends it, nobody else's."""
    async with Visitor(port, "bystander") as bystander:
        await bystander.subscribe("x/#")
        await check_refused(port, bytes.fromhex("30 06 0003 782fff 00"))
        await bystander.expect_nothing()


async def check_refused(port: int, packet: bytes) -> bytes:
    """Connect, send `packet`, and return what follows CONNACK until the broker closes."""
    async with open_stream(port) as (reader, stream):
        stream.write(bytes.fromhex("10 11 0004 4d515454 05 02 003c 00 0004 766572 79"))
        head = await asyncio.wait_for(reader.readexactly(2), PATIENCE_S)
        assert head[0] == 0x20
        await reader.readexactly(head[1])
        stream.write(packet)
        return await read_end(reader)


@asynccontextmanager
async def open_stream(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect for bytes written by hand; the connection is torn at the end."""
    reader, stream = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, stream
    finally:
        stream.transport.abort()
        with suppress(ConnectionError):
            await stream.wait_closed()


async def read_end(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the other side closes, however it does."""
    try:
        return await asyncio.wait_for(reader.read(), PATIENCE_S)
    except ConnectionError:
        return b""


async def probe_aiomqtt_round_trip(port: int) -> None:
    """The library that seats use gets its own message back with QoS 1 and its session with it."""
    properties = make_properties(PacketTypes.CONNECT, SessionExpiryInterval=60, ReceiveMaximum=10)
    for connection in range(2):
        client = aiomqtt.Client(
            "127.0.0.1",
            port,
            identifier="seat",
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=False,
            properties=properties,
        )
        async with client:
            await client.subscribe("a/seat/down", qos=1)
            await client.publish("a/seat/down", b"%d" % connection, qos=1)
            message = await asyncio.wait_for(anext(client.messages), PATIENCE_S)
            assert (message.payload, message.qos) == (b"%d" % connection, 1)


PROBES: list[Probe] = [
    probe_retained_late_and_cleared,
    probe_retained_does_not_leak,
    probe_retain_handling,
    probe_will_on_drop_only,
    probe_takeover,
    probe_offline_queue,
    probe_clean_start_forgets,
    probe_unacknowledged_comes_again,
    probe_large_payload,
    probe_receive_maximum,
    probe_will_taken_back,
    probe_no_local,
    probe_quality_zero,
    probe_wildcard_topic_is_refused,
    probe_invalid_text_is_refused,
    probe_aiomqtt_round_trip,
]
"""Probes that take no longer than their messages."""

SLOW_PROBES: list[Probe] = [probe_expiry_and_will_delay, probe_keep_alive]
"""Probes in which seconds must pass."""


def name_of(probe: Probe) -> str:
    """Return how a test names a probe."""
    return getattr(probe, "__name__", "probe").removeprefix("probe_")
