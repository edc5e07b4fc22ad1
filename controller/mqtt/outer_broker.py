"""A broker of somebody else, through `aiomqtt` 2.5.1 over `paho-mqtt`: MQTT 5, QoS 1.

How it works. One task connects, subscribes and waits for the end of the connection, then tries
again after a pause that doubles, with jitter. Each attempt has a new client, because a client
used again keeps messages of the old connection and would acknowledge them on the new one. The
session at the broker outlives the connection (`clean_start=False`), and an acknowledgement is
sent only when the service says so; whatever was not acknowledged comes again.

What we publish is kept here until the broker's PUBACK, because paho's own memory ends with its
client. While there is no connection it waits, within a bound: the oldest message that is not
retained gives way, and of retained ones only the latest for each topic is kept.

Source: `aiomqtt` 2.5.1; MQTT Version 5.0, OASIS Standard, sections 3.1.2.11 and 4.4.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import logging
import random
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import aiomqtt
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.client import ConnectFlags, MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from controller.mqtt.bus import BrokerUnreachable, Delivery
from controller.mqtt.topics import check_filter, check_topic

log = logging.getLogger(__name__)

SESSION_EXPIRY_S: Final = 86_400
RECEIVE_MAXIMUM: Final = 500
"""Unacknowledged messages towards us: the batch of one durable commit, and a bound on memory."""
IN_FLIGHT_MAX: Final = 1_000
WAITING_MAX: Final = 20_000
REFUSAL: Final = 0x80
"""Reason codes from here on mean failure (MQTT 5, section 2.4)."""
PAUSE_FIRST_S: Final = 0.1
PAUSE_MAX_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A message that the broker has not acknowledged. `key`: its topic if retained, else a number."""

    key: str | int
    topic: str
    payload: bytes
    retain: bool


def _is_refusal(code: int | ReasonCode) -> bool:
    return (code if isinstance(code, int) else code.value) >= REFUSAL


def _report_end(first: asyncio.Future[None], task: asyncio.Task[None]) -> None:
    """Make a fault of our own visible: the task itself only ever ends by `stop`."""
    error = None if task.cancelled() else task.exception()
    if error is None:
        return
    log.error("the connection to the outer broker was given up", exc_info=error)
    if not first.done():
        first.set_exception(error)


class _Wire:
    """One connection attempt and what comes of it.

    The only place that reaches for `aiomqtt.Client._client`, the paho client inside. aiomqtt
    2.5.1 has no public way to acknowledge by hand, to publish without waiting, to see the reason
    code of a PUBACK or to learn whether the session was present. Check again with every new
    version of aiomqtt.
    """

    def __init__(
        self,
        client: aiomqtt.Client,
        take: Callable[[Delivery], None],
        published: Callable[[int, int], None],
    ) -> None:
        self.client = client
        self.session_present = False
        self.alive = False
        self._take = take
        self._published = published
        self._paho: PahoClient = client._client  # noqa: SLF001 - see the class
        self._paho.manual_ack_set(on=True)
        self._paho.on_message = self._handle_message
        self._paho.on_publish = self._handle_puback
        # Typed as any call because paho's type joins the callbacks of all its versions.
        self._inner_connect: Callable[..., None] | None = self._paho.on_connect
        self._paho.on_connect = self._handle_connack
        client.pending_calls_threshold = 10**9

    def publish(self, message: _Outgoing) -> int:
        """Send with QoS 1 and return the packet identifier. Raises `OSError` or `ValueError`."""
        return self._paho.publish(message.topic, message.payload, 1, retain=message.retain).mid

    def _handle_connack(
        self, paho: PahoClient, userdata: object, flags: ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        self.session_present = flags.session_present
        if self._inner_connect is not None:
            self._inner_connect(paho, userdata, flags, code, properties)

    def _handle_message(self, _paho: PahoClient, _userdata: object, message: MQTTMessage) -> None:
        def acknowledge() -> None:
            if self.alive and message.qos:
                # A connection that breaks in this moment is found by its own task.
                with contextlib.suppress(OSError, ValueError):
                    self._paho.ack(message.mid, message.qos)

        self._take(Delivery("", message.topic, bytes(message.payload), acknowledge))

    def _handle_puback(
        self, _paho: PahoClient, _userdata: object, mid: int, code: ReasonCode, _properties: Properties | None
    ) -> None:
        if self.alive:
            self._published(mid, code.value)


class OuterBus:
    """The controller as a client of an outer broker.

    `on_link(connected, session_present)` is told when the connection stands and when it is lost.
    `jitter` returns a number from 0 to 1 that lengthens the pause before the next attempt.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        identity: str,
        inbound: Sequence[str],
        tls: ssl.SSLContext | None = None,
        on_link: Callable[[bool, bool], None] | None = None,
        jitter: Callable[[], float] = random.random,
        waiting_max: int = WAITING_MAX,
    ) -> None:
        for pattern in inbound:
            check_filter(pattern)
        self.url = f"{'mqtt' if tls is None else 'mqtts'}://{host}:{port}"
        self._host, self._port, self._tls = host, port, tls
        self._identity, self._inbound = identity, tuple(inbound)
        self._on_link, self._jitter, self._waiting_max = on_link, jitter, waiting_max
        self._arrived: deque[Delivery] = deque()
        self._arrival = asyncio.Event()
        self._numbers = itertools.count(1)
        self._waiting: dict[str | int, _Outgoing] = {}
        self._unanswered: dict[int, _Outgoing] = {}
        self._wire: _Wire | None = None
        self._task: asyncio.Task[None] | None = None
        self._overflowing = False
        self.dropped = 0

    async def start(self) -> None:
        """Connect and subscribe. Raises `BrokerUnreachable`: the first attempt failed."""
        first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._stay_connected(first), name="outer broker")
        self._task.add_done_callback(functools.partial(_report_end, first))
        try:
            await first
        except (aiomqtt.MqttError, OSError) as error:
            await self.stop()
            raise BrokerUnreachable(self.url, str(error)) from error

    async def stop(self) -> None:
        """Disconnect; the session with its unacknowledged messages stays at the broker."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None
            self._let_go()

    @property
    def is_connected(self) -> bool:
        """Whether the connection to the broker stands."""
        return self._wire is not None

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send with QoS 1 when possible; never blocks. Raises `TopicRefused`: no topic name."""
        check_topic(topic)
        key = topic if retain else next(self._numbers)
        self._waiting.pop(key, None)
        if len(self._waiting) >= self._waiting_max:
            self._make_room()
        self._waiting[key] = _Outgoing(key, topic, payload, retain)
        self._pump()

    async def receive(self, batch_max: int) -> list[Delivery]:
        """Wait for a message, then return all that have arrived, at most `batch_max`."""
        while not self._arrived:
            self._arrival.clear()
            await self._arrival.wait()
        return [self._arrived.popleft() for _ in range(min(batch_max, len(self._arrived)))]

    async def _stay_connected(self, first: asyncio.Future[None]) -> None:
        pause_s = PAUSE_FIRST_S
        while True:
            try:
                await self._connect_once(first)
            except (aiomqtt.MqttError, OSError) as error:
                if not first.done():
                    first.set_exception(error)
                    return
                if self._wire is not None:
                    pause_s = PAUSE_FIRST_S
                self._let_go()
                log.warning("no connection to %s: %s", self.url, error)
            await asyncio.sleep(pause_s * (1 + self._jitter()))
            pause_s = min(2 * pause_s, PAUSE_MAX_S)

    async def _connect_once(self, first: asyncio.Future[None]) -> None:
        """Connect and subscribe, then wait for the end, which raises `MqttError` or `OSError`."""
        wire = _Wire(self._make_client(), self._take, self._settle)
        try:
            async with wire.client as client:
                wire.alive = True
                options = SubscribeOptions(qos=1, noLocal=True)
                for pattern in self._inbound:
                    codes = await client.subscribe(pattern, options=options)
                    if any(_is_refusal(code) for code in codes):
                        raise aiomqtt.MqttError(f"subscription to {pattern} refused")
                log.info("connected to %s, session present: %s", self.url, wire.session_present)
                self._wire = wire
                if not first.done():
                    first.set_result(None)
                if self._on_link is not None:
                    self._on_link(True, wire.session_present)  # noqa: FBT003 - the hook's agreed form
                self._pump()
                # Messages come by callback, so this only ever ends with the connection.
                await anext(client.messages)
        finally:
            wire.alive = False

    def _make_client(self) -> aiomqtt.Client:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho leaves it so
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        return aiomqtt.Client(
            self._host,
            self._port,
            identifier=self._identity,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=False,
            properties=properties,
            max_inflight_messages=IN_FLIGHT_MAX,
            tls_context=self._tls,
            # Without it Nagle's algorithm and delayed acknowledgements add 40 ms each way.
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )

    def _let_go(self) -> None:
        """Put what was sent and not acknowledged before what waits."""
        if self._wire is not None and self._on_link is not None:
            self._on_link(False, False)  # noqa: FBT003 - the hook's agreed form
        self._wire = None
        unanswered = [entry for entry in self._unanswered.values() if entry.key not in self._waiting]
        self._unanswered = {}
        # A dictionary keeps the last of two retained messages on one topic in the first's place.
        self._waiting = {entry.key: entry for entry in unanswered} | self._waiting

    def _take(self, delivery: Delivery) -> None:
        self._arrived.append(delivery)
        self._arrival.set()

    def _pump(self) -> None:
        while self._wire is not None and self._waiting and len(self._unanswered) < IN_FLIGHT_MAX:
            key = next(iter(self._waiting))
            message = self._waiting[key]
            try:
                packet_id = self._wire.publish(message)
            except (OSError, ValueError):
                # The connection broke under our hands; its task finds out, the message waits.
                return
            del self._waiting[key]
            self._unanswered[packet_id] = message
        self._overflowing = self._overflowing and bool(self._waiting)

    def _settle(self, packet_id: int, code: int) -> None:
        message = self._unanswered.pop(packet_id, None)
        if message is not None and code >= REFUSAL:
            log.error("%s refused a message on %s: 0x%02x", self.url, message.topic, code)
        self._pump()

    def _make_room(self) -> None:
        victim = next((key for key, entry in self._waiting.items() if not entry.retain), None)
        self._waiting.pop(next(iter(self._waiting)) if victim is None else victim)
        self.dropped += 1
        if not self._overflowing:
            self._overflowing = True
            log.error("more than %d messages wait for %s, dropping the oldest", self._waiting_max, self.url)
