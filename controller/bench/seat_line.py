"""The load generator's seat on the wire: one MQTT 5 connection, as light as a burst of thousands needs.

It connects, subscribes to the seat's `down`, publishes with QoS 1, acknowledges what it gets and hands it on. Only
what a broker sends to such a client is understood; anything else ends the run.

Source: MQTT Version 5.0, OASIS Standard, sections 3.1, 3.3, 3.4, 3.8 and 3.9.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import cast

from controller.bench.rows import BenchFailed
from controller.mqtt.codec import (
    ConnectPacket,
    PubAckPacket,
    PubAckReasonCode,
    PublishPacket,
    QoS,
    SubscribePacket,
    TopicFilter,
    read_packet,
    write_packet,
)

_CONNACK, _PUBLISH, _PUBACK, _SUBACK = 2, 3, 4, 9
_PACKET_BYTES_MAX = 256 * 1024
_IDENTIFIERS = 65_535
_REFUSAL = 0x80
"""Reason codes from here on mean failure (section 2.4)."""
_SHORT_MAX = 0x80
"""A CONNACK or SUBACK to this client is short enough for one byte of remaining length."""


class SeatLine(asyncio.Protocol):
    """The protocol object of one seat's socket. `on_message` gets each payload; `ready` is done once subscribed."""

    def __init__(self, identity: str, down: str, ready: "asyncio.Future[None]") -> None:
        self.on_message: Callable[[bytes], None] = lambda _payload: None
        self.ready = ready
        self._identity = identity
        self._down = down
        self._transport: asyncio.Transport | None = None
        self._pending = b""
        self._identifier = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send CONNECT."""
        self._transport = cast("asyncio.Transport", transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._transport.write(write_packet(ConnectPacket(self._identity, clean_start=True)))

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail whoever still waits to be ready."""
        if not self.ready.done():
            self.ready.set_exception(BenchFailed(f"the broker closed the line of {self._identity}: {exc}"))

    def publish(self, topic: str, payload: bytes) -> None:
        """Send with QoS 1."""
        assert self._transport is not None, "ready lines have a transport"
        self._identifier = self._identifier % _IDENTIFIERS + 1
        packet = PublishPacket(topic, payload, qos=QoS.AT_LEAST_ONCE, packet_id=self._identifier)
        self._transport.write(write_packet(packet))

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take every complete packet."""
        if self._pending:
            data = self._pending + data
        view, at = memoryview(data), 0
        while at < len(data):
            length = self._take(view[at:])
            if not length:
                break
            at += length
        self._pending = data[at:]

    def _take(self, view: memoryview) -> int:
        """Take one packet. Returns its length, 0 while it is incomplete."""
        kind = view[0] >> 4
        if kind in {_CONNACK, _SUBACK}:
            return self._take_answer(view, kind)
        found = read_packet(view, _PACKET_BYTES_MAX)
        if found is None:
            return 0
        packet, length = found
        if isinstance(packet, PublishPacket):
            if packet.packet_id and self._transport is not None:
                answer = PubAckPacket(packet.packet_id, reason_code=PubAckReasonCode.SUCCESS)
                self._transport.write(write_packet(answer))
            self.on_message(packet.payload or b"")
        elif not isinstance(packet, PubAckPacket) or packet.reason_code.value >= _REFUSAL:
            raise BenchFailed(f"the broker refused a message of {self._identity}")
        return length

    def _take_answer(self, view: memoryview, kind: int) -> int:
        if len(view) < 2 or len(view) < 2 + view[1]:  # noqa: PLR2004 - type and length
            return 0
        length = 2 + view[1]
        # CONNACK: flags, reason code. SUBACK: its last byte is the reason code of the one filter.
        reason = view[3] if kind == _CONNACK else view[length - 1]
        if view[1] >= _SHORT_MAX or reason >= _REFUSAL:
            self.ready.set_exception(BenchFailed(f"the broker refused {self._identity}: reason 0x{reason:02x}"))
        elif kind == _CONNACK:
            assert self._transport is not None, "an answer comes over it"
            wanted = [TopicFilter(self._down, max_qos=QoS.AT_LEAST_ONCE)]
            self._transport.write(write_packet(SubscribePacket(1, wanted)))
        else:
            self.ready.set_result(None)
        return length
