"""The seat's door to a broker: `aiomqtt` 2.5.1 over `paho-mqtt`, MQTT 5.

How it works. One task a seat connects, subscribes and waits for the end of the connection, then tries the next broker
of the list after a pause that doubles, with jitter. Each attempt has a new client: one used again keeps messages of
its old connection. Arrivals come by callback straight into the seat, without queue or task.

A record whose PUBACK is outstanding is not sent again on the same connection: TCP will deliver it, and a second copy
would only feed a storm. If no PUBACK comes for long the connection is taken for dead.

Source: `docs/protocol.md` section 5.1; MQTT Version 5.0, OASIS Standard, sections 3.1.2.5, 3.1.3.2.2 and 4.4.
"""

import asyncio
import contextlib
import logging
import random
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiomqtt
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.client import MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from protocol.seat_status import GONE, SeatStatus, write_status
from protocol.topics import Party, Topics, Way, client_id
from seat_client.errors import BrokerUnreachable, SettingsRefused
from seat_client.events import DownArrived, Event, HeadArrived, LinkDown, LinkUp, TrustArrived
from seat_client.link import Take

log = logging.getLogger(__name__)

KEEPALIVE_S: Final = 30
SESSION_EXPIRY_S: Final = 30
"""How long a broker holds answers for a seat that is away; the seat asks again anyway."""
WILL_DELAY_S: Final = 5
CARE_S: Final = 10.0
"""How often a connection is looked after: pings, and records without a PUBACK."""
DEAF_S: Final = 30.0
CONNECT_TIMEOUT_S: Final = 10.0
PAUSE_FIRST_S: Final = 0.1
PAUSE_MAX_S: Final = 5.0
REFUSAL: Final = 0x80
"""Reason codes from here on mean failure. Source: MQTT 5, section 2.4."""
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker of the list."""

    host: str
    port: int
    tls: ssl.SSLContext | None


def read_broker(url: str, tls: ssl.SSLContext | None = None) -> Broker:
    """Read `mqtt://host:port` or `mqtts://host:port`. Raises `SettingsRefused`: another form, or TLS without keys."""
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        raise SettingsRefused(f"not the address of a broker: {url}") from error
    if not parts.hostname or parts.path not in {"", "/"} or (parts.scheme == "mqtts" and tls is None):
        raise SettingsRefused(f"not the address of a broker that can be reached: {url}")
    return Broker(parts.hostname, port, tls if parts.scheme == "mqtts" else None)


class _Wire:
    """One connection attempt. The only place that reaches into `aiomqtt.Client`: 2.5.1 has no public way to take
    messages without a queue, to publish without waiting, or to ping without a task that wakes every second.
    Check again with every new version of aiomqtt.
    """

    __slots__ = ("_in_flight", "_is_cut", "_paho", "_sources", "_take", "_timer", "client")

    def __init__(self, client: aiomqtt.Client, sources: dict[str, Callable[[bytes], Event]], take: Take) -> None:
        self.client = client
        self._sources, self._take = sources, take
        self._in_flight: dict[int, tuple[bytes, float]] = {}
        self._is_cut = False
        self._timer: asyncio.TimerHandle | None = None
        self._paho: PahoClient = client._client  # noqa: SLF001 - see the class
        self._paho.on_message = self._handle_message
        self._paho.on_publish = self._handle_puback

    def publish(self, topic: str, data: bytes, *, retain: bool = False) -> None:
        """Send with QoS 1, unless the very same is under way."""
        if any(data == other for other, _ in self._in_flight.values()):
            return
        with contextlib.suppress(OSError, ValueError):  # a connection that breaks now is found by its own task
            self._in_flight[self._paho.publish(topic, data, 1, retain=retain).mid] = (data, time.monotonic())

    async def stay(self) -> None:
        """Wait for the end of the connection, which raises `MqttError` or `OSError`."""
        ended: asyncio.Future[None] = self.client._disconnected  # noqa: SLF001 - see the class
        each_second = self.client._misc_task  # noqa: SLF001 - see the class
        if each_second is not None:
            each_second.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(CARE_S, self._care, loop)
        try:
            await asyncio.wait([ended])
        finally:
            self._timer.cancel()
            if self._is_cut and not ended.done():
                # Then aiomqtt takes it for ended and says no goodbye.
                ended.set_exception(aiomqtt.MqttError("cut"))
            if ended.done():
                ended.exception()  # looked at, so that nobody complains that it was not
        raise aiomqtt.MqttError("the connection ended") from ended.exception()

    def cut(self) -> None:
        """Break the connection without a word."""
        self._is_cut = True
        raw = self._paho.socket()
        if isinstance(raw, socket.socket):
            with contextlib.suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)

    def _care(self, loop: asyncio.AbstractEventLoop) -> None:
        oldest = min((sent for _, sent in self._in_flight.values()), default=time.monotonic())
        if time.monotonic() - oldest > DEAF_S:
            log.warning("no PUBACK for %.0f s: the broker is taken for dead", DEAF_S)
            self.cut()
        else:
            self._paho.loop_misc()
        self._timer = loop.call_later(CARE_S, self._care, loop)

    def _handle_message(self, _paho: PahoClient, _userdata: object, message: MQTTMessage) -> None:
        make = self._sources.get(message.topic)
        if make is not None:
            self._take(make(bytes(message.payload)))

    def _handle_puback(
        self, _paho: PahoClient, _userdata: object, mid: int, _code: ReasonCode, _properties: Properties | None
    ) -> None:
        self._in_flight.pop(mid, None)


class BrokerLink:
    """One seat's way to the chamber, through the first broker of the list that answers.

    `jitter` gives 0 <= j < 1 and stretches the pauses, so that a hall of seats does not come back as one.
    """

    def __init__(
        self,
        brokers: Sequence[Broker],
        topics: Topics,
        seat: str,
        *,
        jitter: Callable[[], float] = random.random,
        gate: asyncio.Semaphore | None = None,
    ) -> None:
        self._brokers = tuple(brokers)
        self._identity = client_id(Party.SEAT, seat)
        self._up = topics.of(Party.SEAT, seat, Way.UP)
        self._status = topics.of(Party.SEAT, seat, Way.STATUS)
        self._sources: dict[str, Callable[[bytes], Event]] = {
            topics.of(Party.SEAT, seat, Way.DOWN): DownArrived,
            topics.sitting: HeadArrived,
            topics.trust: TrustArrived,
        }
        self._subscriptions = [
            (topic, SubscribeOptions(qos=0 if topic == topics.sitting else 1)) for topic in self._sources
        ]
        self._jitter = jitter
        self._gate = gate or asyncio.Semaphore()
        self._wire: _Wire | None = None
        self._is_cut = False

    async def run(self, take: Take) -> None:
        """Stay connected until cancelled, then say goodbye."""
        pause_s, attempt = PAUSE_FIRST_S, 0
        while not self._is_cut:
            broker = self._brokers[attempt % len(self._brokers)]
            attempt += 1
            try:
                await self._connect(broker, take)
            except (aiomqtt.MqttError, OSError) as error:
                if self._wire is not None:
                    pause_s, attempt = PAUSE_FIRST_S, attempt - 1
                    self._wire = None
                    take(LinkDown())
                log.info("no connection to %s:%d: %s", broker.host, broker.port, error)
            await asyncio.sleep(pause_s * (1 + self._jitter()))
            pause_s = min(2 * pause_s, PAUSE_MAX_S)

    async def check(self) -> None:
        """Connect once and leave again. Raises `BrokerUnreachable`: no broker of the list took us."""
        reasons = []
        for broker in self._brokers:
            try:
                async with self._make_client(broker):
                    return
            except (aiomqtt.MqttError, OSError) as error:
                reasons.append(f"{broker.host}:{broker.port}: {error}")
        raise BrokerUnreachable("; ".join(reasons))

    def publish(self, data: bytes) -> None:
        """Send on `up`, QoS 1, if there is a connection."""
        if self._wire is not None:
            self._wire.publish(self._up, data)

    def publish_status(self, status: SeatStatus) -> None:
        """Send the retained `status`, if there is a connection."""
        if self._wire is not None:
            self._wire.publish(self._status, write_status(status), retain=True)

    def cut(self) -> None:
        """Break the connection without a goodbye and never come back."""
        self._is_cut = True
        if self._wire is not None:
            self._wire.cut()

    async def _connect(self, broker: Broker, take: Take) -> None:
        async with contextlib.AsyncExitStack() as stack:
            async with self._gate:
                wire = _Wire(self._make_client(broker), self._sources, take)
                try:
                    await stack.enter_async_context(wire.client)
                except BaseException:
                    wire.cut()  # aiomqtt leaves the socket of an attempt that was given up
                    raise
            codes = await wire.client.subscribe(self._subscriptions)
            if any((code if isinstance(code, int) else code.value) >= REFUSAL for code in codes):
                raise aiomqtt.MqttError("the broker refuses our topics")
            self._wire = wire
            take(LinkUp())
            try:
                await wire.stay()
            except asyncio.CancelledError:
                if not self._is_cut:
                    wire.publish(self._status, GONE, retain=True)
                self._wire = None
                raise

    def _make_client(self, broker: Broker) -> aiomqtt.Client:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho leaves it so
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        delay = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call] # paho leaves it so
        delay.WillDelayInterval = WILL_DELAY_S
        return aiomqtt.Client(
            broker.host,
            broker.port,
            identifier=self._identity,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=False,
            properties=properties,
            will=aiomqtt.Will(self._status, GONE, qos=1, retain=True, properties=delay),
            keepalive=KEEPALIVE_S,
            timeout=CONNECT_TIMEOUT_S,
            tls_context=broker.tls,
            # Without it Nagle's algorithm and delayed acknowledgements add 40 ms each way.
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )
