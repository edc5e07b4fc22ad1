"""The embedded broker: a small MQTT 5 listener inside the controller's process.

No broker that installs with pip passed our probes, and one hop less makes the way from press to
receipt several times shorter. It keeps everything in memory: the broker is soft state, seats
send again until they hold a receipt.

Identity is the common name of the client's certificate, which must equal the client identifier;
without TLS, for demonstrations and tests, it is the client identifier alone, and user names and
passwords are not looked at. What an identity may do is asked of one function, for publishing,
subscribing, each delivery and wills. All calls belong in the thread of the event loop.

Source: MQTT Version 5.0, OASIS Standard.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from controller.mqtt.codec import (
    ConnAckReasonCode,
    ConnectPacket,
    DisconnectReasonCode,
    PubAckReasonCode,
)
from controller.mqtt.embedded_connection import Connection, ConnectRefused
from controller.mqtt.embedded_terms import BrokerLimits, Cancellable, Clock, LoopClock
from controller.mqtt.exchange import AclFunction, Exchange, Will
from controller.mqtt.session import NEVER, Message
from controller.mqtt.topics import FilterTree, check_filter, check_topic

__all__ = ["BrokerLimits", "Clock", "EmbeddedBroker", "LoopClock"]

log = logging.getLogger(__name__)

BACKLOG: Final = 4_096
"""A whole chamber may connect in the same instant; with 100, some wait a second to try again."""

Deliver: TypeAlias = Callable[[Message, Callable[[], None]], bool]
"""Takes a message for the controller and the call that sends PUBACK; False: no room."""


class _Acknowledgement:
    """Sends one PUBACK, once, if its connection still stands."""

    __slots__ = ("_connection", "_packet_id")

    def __init__(self, connection: Connection, packet_id: int) -> None:
        self._connection: Connection | None = connection
        self._packet_id = packet_id

    def __call__(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.unanswered.discard(self._packet_id)
            connection.answer(self._packet_id, PubAckReasonCode.SUCCESS)


def _nothing() -> None:
    """Acknowledge what needs no acknowledgement: QoS 0 and wills."""


class EmbeddedBroker:
    """The listener with its connections around one `Exchange`.

    `identity` is the controller's own name: no client may use it. Messages of clients that match
    a filter of `inbound` go to `deliver`, and their PUBACK waits for the call handed over with
    them. `on_connection(identity, connected)` is told of each client that comes or goes.

    Raises `ValueError`: `tls` does not demand client certificates.
    Raises `TopicRefused`: `inbound` holds what is no topic filter.
    """

    def __init__(  # noqa: PLR0913 - everything is passed in, once, by whoever builds the parts
        self,
        host: str,
        port: int,
        *,
        identity: str,
        allowed: AclFunction,
        inbound: Sequence[str] = (),
        deliver: Deliver | None = None,
        tls: ssl.SSLContext | None = None,
        limits: BrokerLimits | None = None,
        clock: Clock | None = None,
        on_connection: Callable[[str, bool], None] | None = None,
    ) -> None:
        if tls is not None and tls.verify_mode is not ssl.CERT_REQUIRED:
            raise ValueError("the TLS context does not demand a client certificate")
        self.limits = limits or BrokerLimits()
        self.exchange = Exchange(self.limits.exchange, allowed)
        self.port = port
        self._host = host
        self._identity = identity
        self._deliver = deliver
        self._tls = tls
        self._given_clock = clock
        self._on_connection = on_connection
        self._inbound: FilterTree[str, None] = FilterTree()
        for pattern in inbound:
            check_filter(pattern)
            self._inbound.add(pattern, identity, None)
        self._server: asyncio.Server | None = None
        self._open: set[Connection] = set()
        self._crowded = False
        self._by_client: dict[str, Connection] = {}
        self._flushing = False
        self._timer: Cancellable | None = None
        self._timer_s = NEVER
        self._emptied = asyncio.Event()

    async def start(self) -> None:
        """Listen. Afterwards `port` is the real one, if it was 0. Raises `OSError`."""
        self._loop = asyncio.get_running_loop()
        self.clock: Clock = self._given_clock or LoopClock(self._loop)
        handshake_s = self.limits.connect_timeout_s if self._tls is not None else None
        self._server = await self._loop.create_server(
            lambda: Connection(self, certified=self._tls is not None),
            self._host,
            self.port,
            backlog=BACKLOG,
            ssl=self._tls,
            ssl_handshake_timeout=handshake_s,
        )
        self.port = self._server.sockets[0].getsockname()[1]
        log.info("embedded broker listens on %s port %d", self._host, self.port)

    async def stop(self) -> None:
        """Send every client DISCONNECT (server shutting down) and close. No wills are sent."""
        if self._server is None:
            return
        self._server.close()
        self._emptied.clear()
        for connection in list(self._open):
            if connection.session is not None:
                connection.part(DisconnectReasonCode.SERVER_SHUTTING_DOWN, with_will=False)
            else:
                connection.abort()
        if self._open:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._emptied.wait(), self.limits.close_timeout_s)
        for connection in list(self._open):
            connection.abort()
        if self._timer is not None:
            self._timer.cancel()
        await self._server.wait_closed()
        self._server = None
        log.info("embedded broker stopped")

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish in the controller's name with QoS 1; never waits, never comes back.

        Raises `TopicRefused`: not a topic name.
        """
        check_topic(topic)
        message = Message(topic, payload, 1, retain, self._identity)
        if self.exchange.publish(message, self.clock.now_s()) is PubAckReasonCode.QUOTA_EXCEEDED:
            log.error("no room to retain a message on %s", topic)
        if not self._flushing:
            self.flush_soon()

    def connected(self) -> list[str]:
        """Return the identities of the clients that are connected, sorted."""
        return sorted(self._by_client)

    def dropped(self) -> int:
        """Return how many messages were lost to full session queues so far."""
        return self.exchange.dropped()

    # Called by connections

    def enter(self, connection: Connection) -> bool:
        """Count a connection in; False: there are too many."""
        if len(self._open) >= self.limits.connections_max:
            if not self._crowded:
                self._crowded = True
                log.warning("more than %d connections, refusing", self.limits.connections_max)
            return False
        self._crowded = False
        self._open.add(connection)
        return True

    def leave(self, connection: Connection) -> None:
        """Count a connection out."""
        self._open.discard(connection)
        if not self._open:
            self._emptied.set()

    def admit(self, connection: Connection, packet: ConnectPacket, will: Will | None) -> bool:
        """Give the connection its session, ending an older one; returns session present.

        Raises `ConnectRefused`: the name is the controller's own.
        Raises `SessionsFull`: too many sessions.
        """
        client = connection.client
        if client == self._identity:
            raise ConnectRefused(ConnAckReasonCode.NOT_AUTHORIZED, "a client used the controller's own name")
        older = self._by_client.get(client)
        if older is not None:
            log.warning("client %s connected anew, the older connection is closed", client)
            older.part(DisconnectReasonCode.SESSION_TAKEN_OVER, with_will=True)
        session, present = self.exchange.connect(
            client,
            clean_start=packet.clean_start,
            expiry_s=packet.session_expiry_interval,
            receive_maximum=packet.receive_max,
            packet_bytes_max=packet.max_packet_size,
            will=will,
            now_s=self.clock.now_s(),
        )
        connection.session = session
        self._by_client[client] = connection
        log.info("client %s connected", client)
        lost = session.take_dropped()
        if lost:
            log.warning("client %s missed %d messages, its queue was full", client, lost)
        return present

    def welcome(self, connection: Connection) -> None:
        """Go on after CONNACK: only now may anything else be sent."""
        if self._on_connection is not None:
            self._on_connection(connection.client, True)  # noqa: FBT003 - the hook's agreed form
        self._settle()

    def dismiss(self, connection: Connection, *, with_will: bool, expiry_s: int | None) -> None:
        """End the connection's use of its session.

        Raises `PacketUnexpected`: an expiry that DISCONNECT may not carry.
        """
        session = connection.session
        assert session is not None
        self.exchange.disconnect(session, with_will=with_will, expiry_s=expiry_s, now_s=self.clock.now_s())
        connection.session = None
        del self._by_client[connection.client]
        if self._on_connection is not None:
            self._on_connection(connection.client, False)  # noqa: FBT003 - the hook's agreed form
        self._settle()

    def accept(self, message: Message, packet_id: int, connection: Connection | None) -> None:
        """Take in a message that its client may publish; `packet_id` 0 means QoS 0 or a will."""
        deferred = False
        if self._deliver is not None and self._inbound.matching(message.topic):
            acknowledge: Callable[[], None] = _nothing
            if connection is not None and packet_id:
                acknowledge = _Acknowledgement(connection, packet_id)
                connection.unanswered.add(packet_id)
                deferred = True
            if not self._deliver(message, acknowledge):
                if connection is not None and packet_id:
                    connection.unanswered.discard(packet_id)
                    connection.answer(packet_id, PubAckReasonCode.QUOTA_EXCEEDED)
                return
        code = self.exchange.publish(message, self.clock.now_s())
        if connection is not None and packet_id and not deferred:
            connection.answer(packet_id, code)

    def flush_soon(self) -> None:
        """Write what the sessions have to send in the next turn of the loop."""
        if self.exchange.ready and not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        ready = list(self.exchange.ready)
        self.exchange.ready.clear()
        for session in ready:
            connection = self._by_client.get(session.client)
            if connection is not None:
                connection.write_out()
        self.flush_soon()

    def _settle(self) -> None:
        """Publish the wills that are due and sleep until the next deadline."""
        for message in self.exchange.take_wills(self.clock.now_s()):
            log.info("the will of client %s is published", message.publisher)
            self.accept(message, 0, None)
        self.flush_soon()
        due_s = self.exchange.next_deadline_s()
        if due_s != self._timer_s:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None if due_s == NEVER else self.clock.call_at(due_s, self._wake)
            self._timer_s = due_s

    def _wake(self) -> None:
        self._timer_s = NEVER
        self._timer = None
        self._settle()
