"""A paho client with an asyncio face: what the broker tests knock on the door with.

paho runs in its own thread; everything it reports enters the event loop at one place.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from types import TracebackType
from typing import Self, TypeVar, cast

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

Result = TypeVar("Result")
PATIENCE_S = 10.0
"""How long a test waits for what must come; far more than it takes."""


def make_properties(packet_type: int, **values: object) -> Properties | None:
    """Return paho properties of a packet, `None` without any."""
    present = {name: value for name, value in values.items() if value is not None}
    if not present:
        return None
    properties = Properties(packet_type)  # type: ignore[no-untyped-call] # paho leaves it so
    for name, value in present.items():
        setattr(properties, name, value)
    return properties


def expiry_of(message: MQTTMessage) -> int | None:
    """Return the message expiry interval, which paho keeps as a dynamic attribute."""
    value: int | None = getattr(message.properties, "MessageExpiryInterval", None)
    return value


def resolve(future: asyncio.Future[Result], result: Result) -> None:
    """Set the result, unless it is known already."""
    if not future.done():
        future.set_result(result)


class Visitor:
    """One client. Used as `async with Visitor(port, "name") as visitor`; leaves properly at the end."""

    def __init__(
        self,
        port: int,
        name: str,
        *,
        clean_start: bool = True,
        expiry_s: int | None = None,
        receive_maximum: int | None = None,
        packet_bytes_max: int | None = None,
        keep_alive_s: int = 60,
        manual: bool = False,
        will: tuple[str, bytes, bool, int | None] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`will` is topic, payload, retain and delay in seconds."""
        self._loop = asyncio.get_running_loop()
        self._port = port
        self._keep_alive_s = keep_alive_s
        self._manual = manual
        self._clean_start = clean_start
        self._properties = make_properties(
            PacketTypes.CONNECT,
            SessionExpiryInterval=expiry_s,
            ReceiveMaximum=receive_maximum,
            MaximumPacketSize=packet_bytes_max,
        )
        self.messages: asyncio.Queue[MQTTMessage] = asyncio.Queue()
        self.connected: asyncio.Future[tuple[int, bool, Properties | None]] = self._loop.create_future()
        self.lost: asyncio.Future[int] = self._loop.create_future()
        self._answers: dict[tuple[str, int], asyncio.Future[list[int]]] = {}
        paho = self.paho = Client(
            CallbackAPIVersion.VERSION2,
            client_id=name,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=manual,
        )
        if will is not None:
            topic, payload, retain, delay_s = will
            properties = make_properties(PacketTypes.WILLMESSAGE, WillDelayInterval=delay_s)
            paho.will_set(topic, payload, 1, retain, properties)
        if tls is not None:
            paho.tls_set_context(tls)
        paho.on_connect = self._handle_connect
        paho.on_disconnect = self._handle_disconnect
        paho.on_message = self._handle_message
        paho.on_subscribe = self._handle_subscribe
        paho.on_publish = self._handle_publish

    async def __aenter__(self) -> Self:
        code, _, _ = await self.connect()
        assert code == 0, f"CONNACK 0x{code:02x}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leave()

    async def connect(self) -> tuple[int, bool, Properties | None]:
        """Connect and return reason code, session present and the properties of CONNACK."""
        await asyncio.to_thread(
            self.paho.connect,
            "127.0.0.1",
            self._port,
            self._keep_alive_s,
            clean_start=self._clean_start,
            properties=self._properties,
        )
        plain = cast("socket.socket", self.paho.socket())
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.paho.loop_start()
        return await asyncio.wait_for(self.connected, PATIENCE_S)

    async def leave(self) -> None:
        """Send DISCONNECT and wait for the thread to end."""
        self.paho.disconnect()
        await self._end()

    async def drop(self) -> None:
        """Tear the connection without a word."""
        plain = cast("socket.socket", self.paho.socket())
        plain.shutdown(socket.SHUT_RDWR)
        await self._end()

    async def subscribe(
        self,
        pattern: str,
        qos: int = 1,
        *,
        no_local: bool = False,
        as_published: bool = False,
        retain_handling: int = 0,
    ) -> int:
        """Subscribe and return the reason code."""
        options = SubscribeOptions(qos, no_local, as_published, retain_handling)
        _, mid = self.paho.subscribe(pattern, options=options)
        assert mid is not None
        return (await self._answer("subscribe", mid))[0]

    async def publish(
        self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False, expiry_s: int | None = None
    ) -> int:
        """Publish and return the reason code of PUBACK (0 for QoS 0)."""
        properties = make_properties(PacketTypes.PUBLISH, MessageExpiryInterval=expiry_s)
        mid = self.paho.publish(topic, payload, qos, retain, properties).mid
        return (await self._answer("publish", mid))[0]

    async def next(self) -> MQTTMessage:
        """Wait for the next message."""
        return await asyncio.wait_for(self.messages.get(), PATIENCE_S)

    async def take(self, count: int) -> list[MQTTMessage]:
        """Wait for `count` messages."""
        return [await self.next() for _ in range(count)]

    async def expect_nothing(self) -> None:
        """See that no message is waiting at the broker either: one of our own overtakes nothing."""
        topic = f"barrier/{id(self)}"
        await self.subscribe(topic)
        await self.publish(topic, b"barrier")
        message = await self.next()
        assert message.topic == topic, f"unexpected message on {message.topic}"
        if self._manual:
            self.paho.ack(message.mid, message.qos)

    async def _end(self) -> None:
        """Wait for the thread to end and close what paho leaves open.

        `loop_stop` leaves open the pair of sockets that wakes the thread, and may leave the connection.
        The client closes them in `__del__`, but it is part of a cycle, and the garbage collector may
        finalize the sockets before it: a `ResourceWarning` in whatever test runs then.
        """
        await asyncio.to_thread(self.paho.loop_stop)
        self.paho._reset_sockets()  # noqa: SLF001 - paho has no public call that closes them

    def _answer(self, kind: str, mid: int) -> asyncio.Future[list[int]]:
        waiting = self._answers.setdefault((kind, mid), self._loop.create_future())
        return cast("asyncio.Future[list[int]]", asyncio.ensure_future(asyncio.wait_for(waiting, PATIENCE_S)))

    def _enter(self, kind: str, mid: int, codes: list[int]) -> None:
        waiting = self._answers.setdefault((kind, mid), self._loop.create_future())
        resolve(waiting, codes)

    # Called in paho's thread

    def _handle_connect(
        self, client: Client, userdata: object, flags: ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        result = (code.value, flags.session_present, properties)
        self._loop.call_soon_threadsafe(resolve, self.connected, result)

    def _handle_disconnect(
        self, client: Client, userdata: object, flags: DisconnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        self._loop.call_soon_threadsafe(resolve, self.lost, code.value)

    def _handle_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        self._loop.call_soon_threadsafe(self.messages.put_nowait, message)

    def _handle_subscribe(
        self, client: Client, userdata: object, mid: int, codes: list[ReasonCode], properties: Properties | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._enter, "subscribe", mid, [code.value for code in codes])

    def _handle_publish(
        self, client: Client, userdata: object, mid: int, code: ReasonCode, properties: Properties | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._enter, "publish", mid, [code.value])
