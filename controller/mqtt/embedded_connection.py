"""One client's connection to the embedded broker: bytes in, packets to the broker, bytes out.

How it works. Before CONNECT a connection has no session; afterwards every packet goes to the
broker's exchange in the name of `client`. Whatever breaks the protocol closes this connection,
with the reason in DISCONNECT (or CONNACK), and no other. A client that does not read is not
read from either, so its answers cannot pile up.

Source: MQTT Version 5.0, OASIS Standard, sections 3.1, 3.2, 3.3, 3.14, 4.8, 4.9 and 4.13.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from typing import Final, Protocol, cast

from controller.mqtt.codec import (
    ConnAckPacket,
    ConnAckReasonCode,
    ConnectPacket,
    DisconnectPacket,
    DisconnectReasonCode,
    MqttRefused,
    Packet,
    PacketUnexpected,
    PingReqPacket,
    PingRespPacket,
    PubAckPacket,
    PubAckReasonCode,
    PublishPacket,
    QoS,
    SubscribePacket,
    UnsubscribePacket,
    VersionUnsupported,
    read_packet,
    write_packet,
)
from controller.mqtt.embedded_terms import BrokerLimits, Cancellable, Clock
from controller.mqtt.exchange import Exchange, SessionsFull, Will
from controller.mqtt.session import NEVER, Message, Session
from protocol.topics import identity_of

log = logging.getLogger(__name__)

CLIENT_PATTERN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What may name a client: it becomes a topic level, so no `/`, `+` or `#`."""

_CONNECT_TYPE: Final = 1
_PING_RESPONSE: Final = write_packet(PingRespPacket())
_VERSION: Final = 5
_OLDER_REFUSED: Final = b"\x20\x02\x00\x01"
"""CONNACK of MQTT 3.1.1, return code 1: all that an older client understands."""
_LATER_REFUSED: Final = write_packet(ConnAckPacket(reason_code=ConnAckReasonCode.UNSUPPORTED_PROTOCOL_VERSION))
_REASONS: Final = {
    0x81: DisconnectReasonCode.MALFORMED_PACKET,
    0x82: DisconnectReasonCode.PROTOCOL_ERROR,
    0x8D: DisconnectReasonCode.KEEP_ALIVE_TIMEOUT,
    0x90: DisconnectReasonCode.TOPIC_NAME_INVALID,
    0x93: DisconnectReasonCode.RECEIVE_MAX_EXCEEDED,
    0x95: DisconnectReasonCode.PACKET_TOO_LARGE,
    0x9B: DisconnectReasonCode.QOS_NOT_SUPPORTED,
}


class QualityUnsupported(MqttRefused):
    """A PUBLISH with QoS 2, above the maximum announced in CONNACK."""

    reason_code = 0x9B


class ReceiveMaximumExceeded(MqttRefused):
    """More unacknowledged PUBLISH packets than CONNACK allows."""

    reason_code = 0x93


class KeepAliveElapsed(MqttRefused):
    """No packet for one and a half times the keep-alive."""

    reason_code = 0x8D


class ConnectRefused(Exception):
    """CONNECT is well formed and still not accepted; `code` goes into CONNACK."""

    def __init__(self, code: ConnAckReasonCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Broker(Protocol):
    """What a connection needs of the broker that it belongs to."""

    limits: BrokerLimits
    clock: Clock
    exchange: Exchange

    def enter(self, connection: Connection) -> bool:
        """Count a connection in; False: there are too many."""

    def leave(self, connection: Connection) -> None:
        """Count a connection out."""

    def admit(self, connection: Connection, packet: ConnectPacket, will: Will | None) -> bool:
        """Give the connection its session, ending an older one; returns session present.

        Raises `ConnectRefused`: this client may not connect.
        """

    def welcome(self, connection: Connection) -> None:
        """Go on after CONNACK: only now may anything else be sent."""

    def dismiss(self, connection: Connection, *, with_will: bool, expiry_s: int | None) -> None:
        """End the connection's use of its session. Raises `PacketUnexpected`."""

    def accept(self, message: Message, packet_id: int, connection: Connection) -> None:
        """Take in a message that the client may publish; `packet_id` 0 means QoS 0."""

    def flush_soon(self) -> None:
        """Write what the sessions have to send in the next turn of the loop."""


class Connection(asyncio.Protocol):
    """The protocol object of one accepted socket.

    `client` is empty until CONNECT was accepted; `unanswered` holds the packet identifiers of
    messages whose PUBACK is still owed.
    """

    def __init__(self, broker: Broker, *, certified: bool) -> None:
        self._broker = broker
        self._certified = certified
        self._transport: asyncio.Transport | None = None
        self._pending = b""
        self._closing = False
        self._refusal_told = False
        self._last_packet_s = 0.0
        self._silence_max_s = NEVER
        self._timer: Cancellable | None = None
        self.client = ""
        self.session: Session | None = None
        self.unanswered: set[int] = set()

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for CONNECT, for a limited time."""
        self._transport = cast("asyncio.Transport", transport)
        if not self._broker.enter(self):
            self._closing = True
            self._transport.abort()
            return
        plain = self._transport.get_extra_info("socket")
        if plain is not None:
            # Without it Nagle's algorithm and delayed acknowledgements add 40 ms each way.
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        clock = self._broker.clock
        when_s = clock.now_s() + self._broker.limits.connect_timeout_s
        self._timer = clock.call_at(when_s, self._give_up_waiting)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        """End the session's connection; a will becomes due unless DISCONNECT came first."""
        if self._timer is not None:
            self._timer.cancel()
        if self.session is not None:
            log.info("client %s lost its connection", self.client)
            self._broker.dismiss(self, with_will=True, expiry_s=None)
        self._closing = True
        self._broker.leave(self)

    def data_received(self, data: bytes) -> None:
        """Carry every complete packet to the broker."""
        if self._closing:
            return
        if self._pending:
            data = self._pending + data
        view = memoryview(data)
        limit = self._broker.limits.packet_bytes_max
        at = 0
        try:
            if self.session is None and data and data[0] >> 4 != _CONNECT_TYPE:
                # Whoever speaks another protocol would else be waited for.
                raise PacketUnexpected("first packet is not CONNECT")
            while not self._closing:
                found = read_packet(view[at:], limit)
                if found is None:
                    break
                packet, length = found
                at += length
                self._last_packet_s = self._broker.clock.now_s()
                self._handle(packet)
        except VersionUnsupported as error:
            log.warning("a client speaks %s, only MQTT 5 is served", error.reason)
            self._close(_OLDER_REFUSED if error.version < _VERSION else _LATER_REFUSED)
        except MqttRefused as error:
            self.refuse(error)
        except ConnectRefused as error:
            log.warning("a client was not admitted: %s", error.reason)
            self._close(write_packet(ConnAckPacket(reason_code=error.code)))
        self._pending = data[at:]
        self._broker.flush_soon()

    def eof_received(self) -> None:
        """Let the transport close: a client that sends no more is gone."""

    def pause_writing(self) -> None:
        """Stop sending to, and reading from, a client that does not read."""
        if self.session is not None:
            self.session.paused = True
        if self._transport is not None and not self._closing:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        if self._transport is not None and not self._closing:
            self._transport.resume_reading()
        if self.session is not None:
            self.session.paused = False
            self.session.pump(self._broker.clock.now_s())
            self._broker.flush_soon()

    # Called by the broker

    def write_out(self) -> None:
        """Write what the session has gathered, in one piece."""
        if self.session is not None and self._transport is not None:
            data = self.session.take_outgoing()
            if data:
                self._transport.write(data)
            # Writing may have paused the session, or made room for what waits.
            self.session.pump(self._broker.clock.now_s())

    def answer(self, packet_id: int, code: PubAckReasonCode) -> None:
        """Send PUBACK, unless this connection is over."""
        if self.session is not None:
            self.session.send(write_packet(PubAckPacket(packet_id, reason_code=code)))
            self._broker.flush_soon()

    def refuse(self, error: MqttRefused, *, with_will: bool = True) -> None:
        """Close the connection with the reason of `error`."""
        if self.session is None:
            log.warning("a connection was refused: %s", error.reason)
            self._close(b"")
            return
        log.warning("client %s was disconnected: %s", self.client, error.reason)
        self.part(_REASONS[error.reason_code], with_will=with_will)

    def part(self, code: DisconnectReasonCode, *, with_will: bool) -> None:
        """Send what is due and DISCONNECT with `code`, end the session's connection, close."""
        self.write_out()
        if self.session is not None:
            self._broker.dismiss(self, with_will=with_will, expiry_s=None)
        self._close(write_packet(DisconnectPacket(reason_code=code)))

    def abort(self) -> None:
        """Close without another byte."""
        if self._transport is not None:
            self._transport.abort()

    def peer_common_names(self) -> list[str]:
        """Return the common names in the subject of the peer's certificate."""
        assert self._transport is not None
        certificate = self._transport.get_extra_info("peercert") or {}
        return [value for names in certificate.get("subject", ()) for name, value in names if name == "commonName"]

    # Packets

    def _handle(self, packet: Packet) -> None:
        if self.session is None:
            if not isinstance(packet, ConnectPacket):
                raise PacketUnexpected("first packet is not CONNECT")
            self._handle_connect(packet)
        elif isinstance(packet, PublishPacket):
            self._handle_publish(packet)
        elif isinstance(packet, PubAckPacket):
            self.session.acknowledge(packet.packet_id, self._last_packet_s)
        elif isinstance(packet, PingReqPacket):
            self.session.send(_PING_RESPONSE)
        elif isinstance(packet, SubscribePacket):
            self._broker.exchange.subscribe(self.session, packet, self._last_packet_s)
        elif isinstance(packet, UnsubscribePacket):
            self._broker.exchange.unsubscribe(self.session, packet)
        elif isinstance(packet, DisconnectPacket):
            self._handle_disconnect(packet)
        else:
            raise PacketUnexpected("second CONNECT")

    def _handle_connect(self, packet: ConnectPacket) -> None:
        self._check_identity(packet)
        if packet.authentication_method is not None:
            raise ConnectRefused(ConnAckReasonCode.BAD_AUTHENTICATION_METHOD, "extended authentication")
        self.client = packet.client_id
        try:
            present = self._broker.admit(self, packet, _read_will(packet))
        except SessionsFull as error:
            raise ConnectRefused(ConnAckReasonCode.QUOTA_EXCEEDED, error.reason) from error
        session = self.session
        assert session is not None
        keep_alive_max_s = self._broker.limits.keep_alive_max_s
        keep_alive_s = min(packet.keep_alive or keep_alive_max_s, keep_alive_max_s)
        session.send(write_packet(self._agree(packet, keep_alive_s, present=present)))
        session.pump(self._last_packet_s)
        self._broker.welcome(self)
        self._silence_max_s = 1.5 * keep_alive_s
        self._watch()

    def _agree(self, packet: ConnectPacket, keep_alive_s: int, *, present: bool) -> ConnAckPacket:
        """Return the terms: what is not offered, and what differs from what was asked."""
        limits = self._broker.limits
        expiry_max_s = limits.exchange.session_expiry_max_s
        return ConnAckPacket(
            session_present=present,
            session_expiry_interval=expiry_max_s if packet.session_expiry_interval > expiry_max_s else None,
            server_keep_alive=None if keep_alive_s == packet.keep_alive else keep_alive_s,
            receive_max=limits.receive_maximum,
            max_qos=QoS.AT_LEAST_ONCE,
            max_packet_size=limits.packet_bytes_max,
            subscription_id_available=False,
            shared_subscription_available=False,
        )

    def _check_identity(self, packet: ConnectPacket) -> None:
        """Accept the client identifier.

        Raises `ConnectRefused`: it is not usable, or not the certificate's name.
        """
        client = packet.client_id
        if not CLIENT_PATTERN.fullmatch(client):
            raise ConnectRefused(ConnAckReasonCode.CLIENT_ID_NOT_VALID, "client identifier")
        if self._certified and self.peer_common_names() != [identity_of(client)]:
            raise ConnectRefused(
                ConnAckReasonCode.NOT_AUTHORIZED,
                f"client identifier {client} is not the certificate's common name",
            )

    def _handle_publish(self, packet: PublishPacket) -> None:
        broker = self._broker
        quality = int(packet.qos)
        if quality > 1:
            raise QualityUnsupported("QoS 2")
        packet_id = packet.packet_id or 0
        if packet_id:
            if packet_id in self.unanswered:
                self.answer(packet_id, PubAckReasonCode.PACKET_ID_IN_USE)
                return
            if len(self.unanswered) >= broker.limits.receive_maximum:
                raise ReceiveMaximumExceeded(f"{len(self.unanswered)} messages unacknowledged")
        topic = packet.topic
        if not broker.exchange.allowed(self.client, "publish", topic):
            if not self._refusal_told:
                self._refusal_told = True
                log.warning("client %s may not publish to %r", self.client, topic)
            if packet_id:
                self.answer(packet_id, PubAckReasonCode.NOT_AUTHORIZED)
            return
        expiry_s = packet.message_expiry_interval
        expires_s = NEVER if expiry_s is None else self._last_packet_s + expiry_s
        message = Message(topic, packet.payload, quality, packet.retain, self.client, expires_s)
        broker.accept(message, packet_id, self)

    def _handle_disconnect(self, packet: DisconnectPacket) -> None:
        with_will = packet.reason_code != DisconnectReasonCode.NORMAL_DISCONNECTION
        self.write_out()
        self._broker.dismiss(self, with_will=with_will, expiry_s=packet.session_expiry_interval)
        log.info("client %s left", self.client)
        self._close(b"")

    # Time and the end

    def _give_up_waiting(self) -> None:
        if self.session is None and not self._closing:
            log.info("a connection sent no CONNECT in time")
            self._closing = True
            self.abort()

    def _watch(self) -> None:
        """Sleep until the keep-alive could run out; packets only move `_last_packet_s`."""
        if self._timer is not None:
            self._timer.cancel()
        if self._closing:
            return
        due_s = self._last_packet_s + self._silence_max_s
        if self._broker.clock.now_s() >= due_s:
            self.refuse(KeepAliveElapsed("keep-alive ran out"))
            self._broker.flush_soon()
        else:
            self._timer = self._broker.clock.call_at(due_s, self._watch)

    def _close(self, last_words: bytes) -> None:
        if self._closing or self._transport is None:
            return
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        if last_words:
            self._transport.write(last_words)
        # A peer that does not read would keep the transport open for ever.
        clock = self._broker.clock
        when_s = clock.now_s() + self._broker.limits.close_timeout_s
        self._timer = clock.call_at(when_s, self.abort)
        self._transport.close()


def _read_will(packet: ConnectPacket) -> Will | None:
    """Return the will of CONNECT. Raises `ConnectRefused`: it has QoS 2."""
    will = packet.will
    if will is None:
        return None
    if will.qos == QoS.EXACTLY_ONCE:
        raise ConnectRefused(ConnAckReasonCode.QUALITY_NOT_SUPPORTED, "will with QoS 2")
    return Will(
        will.topic,
        will.payload or b"",
        int(will.qos),
        will.retain,
        will.will_delay_interval,
        will.message_expiry_interval,
    )
