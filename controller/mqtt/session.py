"""One client's session: what is on its way to it, whether it is connected or not. Pure.

How it works. A message for the client is *offered*. With QoS 1 it takes a packet identifier and
a place in the window (the client's Receive Maximum) if both the wire and the window are open,
else it waits in the queue. It holds identifier and place until the client acknowledges it; at
each reconnect what is unacknowledged goes out again first, in order, marked DUP. QoS 0 goes out
at once or never. Bytes to send gather here; the session enters itself in `ready` when the
first arrive, and whoever owns the wire takes them with `take_outgoing`.

Time is an argument, in seconds of a monotonic clock.

Source: MQTT Version 5.0, OASIS Standard, sections 3.3.2.3.3, 4.1, 4.4, 4.6 and 4.9.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple

from controller.mqtt.codec import PublishPacket, QoS, write_packet

PACKET_IDENTIFIER_MAX: Final = 65_535
NEVER: Final = math.inf


class Message(NamedTuple):
    """One message, as it travels between clients. (A tuple: thousands are made in a burst.)

    `publisher` is the identity of the client it came from. `expires_s` is when it loses its
    value, `NEVER` by default. User properties and the other optional ones are not carried.
    """

    topic: str
    payload: bytes
    quality: int
    retain: bool
    publisher: str
    expires_s: float = NEVER


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """What one session may hold. A message over a limit of the queue is dropped and counted.

    `outgoing_bytes_max`: from here on messages wait until what is due has been taken, so that a
    client that does not read is noticed before a whole burst has been written to it.
    """

    queue_messages_max: int = 10_000
    queue_bytes_max: int = 16 * 1024 * 1024
    window_max: int = 1_000
    outgoing_bytes_max: int = 256 * 1024


_Waiting = tuple[Message, bool]
"""A message and whether it goes out with the retain flag."""


class Session:
    """The state that outlives a connection: queue, window and unacknowledged messages.

    `dropped` counts messages lost to a full queue; expiry does not count as a loss.
    """

    __slots__ = (
        "_dropped_told",
        "_earliest_expiry_s",
        "_last_identifier",
        "_outgoing",
        "_outgoing_bytes",
        "_packet_bytes_max",
        "_queue",
        "_queue_bytes",
        "_ready",
        "_resending",
        "_unacknowledged",
        "_window",
        "client",
        "connected",
        "dropped",
        "filters",
        "limits",
        "paused",
    )

    def __init__(self, client: str, limits: SessionLimits, ready: list[Session]) -> None:
        self.client = client
        self.limits = limits
        self.connected = False
        self.paused = False
        self._outgoing: list[bytes] = []
        self._outgoing_bytes = 0
        self.filters: set[str] = set()
        self.dropped = 0
        self._dropped_told = 0
        self._ready = ready
        self._queue: deque[_Waiting] = deque()
        self._queue_bytes = 0
        self._earliest_expiry_s = NEVER
        self._unacknowledged: dict[int, _Waiting] = {}
        self._resending: deque[int] = deque()
        self._last_identifier = 0
        self._window = 0
        self._packet_bytes_max = 0

    @property
    def queued(self) -> int:
        """Messages that wait for the wire or the window."""
        return len(self._queue)

    @property
    def unacknowledged(self) -> int:
        """Messages that the client has not acknowledged, sent or to be sent again."""
        return len(self._unacknowledged)

    def take_dropped(self) -> int:
        """Return how many messages were dropped since this was last asked."""
        fresh, self._dropped_told = self.dropped - self._dropped_told, self.dropped
        return fresh

    def attach(self, receive_maximum: int, packet_bytes_max: int | None) -> None:
        """Begin a connection with the window and packet size that the client announced.

        Call `pump` after CONNACK has been sent.
        """
        self.connected = True
        self.paused = False
        self.take_outgoing()
        self._window = min(receive_maximum, self.limits.window_max)
        self._packet_bytes_max = packet_bytes_max or 1 << 28
        self._resending = deque(self._unacknowledged)

    def detach(self) -> None:
        """End a connection: bytes not yet taken are void, messages stay."""
        self.connected = False
        self.take_outgoing()

    def send(self, data: bytes) -> None:
        """Add bytes for the wire."""
        if not self._outgoing:
            self._ready.append(self)
        self._outgoing.append(data)
        self._outgoing_bytes += len(data)

    def take_outgoing(self) -> bytes:
        """Return the bytes for the wire, which are then the caller's. Call `pump` afterwards."""
        outgoing = self._outgoing
        data = outgoing[0] if len(outgoing) == 1 else b"".join(outgoing)
        outgoing.clear()
        self._outgoing_bytes = 0
        return data

    def offer(self, message: Message, quality: int, *, retain: bool, now_s: float) -> None:
        """Send `message` with this QoS (0 or 1) and retain flag, now or when its turn comes."""
        if quality == 0:
            if self.connected and not self.paused:
                self._write(message, 0, retain=retain, duplicate=False, now_s=now_s)
            return
        if self._is_open() and not self._resending and not self._queue:
            self._write(message, self._next_identifier(), retain=retain, duplicate=False, now_s=now_s)
        elif self._has_room(len(message.payload), now_s):
            self._queue.append((message, retain))
            self._queue_bytes += len(message.payload)
            self._earliest_expiry_s = min(self._earliest_expiry_s, message.expires_s)
        else:
            self.dropped += 1

    def acknowledge(self, packet_id: int, now_s: float) -> bool:
        """Free the place of a message that the client has. False: no such message."""
        if self._unacknowledged.pop(packet_id, None) is None:
            return False
        if packet_id in self._resending:
            self._resending.remove(packet_id)
        if self._queue or self._resending:
            self.pump(now_s)
        return True

    def pump(self, now_s: float) -> None:
        """Send what waits, as far as wire and window are open."""
        while self._is_open():
            if self._resending:
                packet_id = self._resending.popleft()
                message, retain = self._unacknowledged[packet_id]
                self._write(message, packet_id, retain=retain, duplicate=True, now_s=now_s)
            elif self._queue:
                message, retain = self._queue.popleft()
                self._queue_bytes -= len(message.payload)
                if message.expires_s > now_s:
                    packet_id = self._next_identifier()
                    self._write(message, packet_id, retain=retain, duplicate=False, now_s=now_s)
            else:
                return

    def _is_open(self) -> bool:
        """Say whether wire and window take one more message with QoS 1."""
        return (
            self.connected
            and not self.paused
            and len(self._unacknowledged) - len(self._resending) < self._window
            and self._outgoing_bytes < self.limits.outgoing_bytes_max
        )

    def _has_room(self, size: int, now_s: float) -> bool:
        """Say whether `size` bytes fit into the queue, after clearing out what has expired."""
        if not self._fits(size) and self._earliest_expiry_s <= now_s:
            self._queue = deque(entry for entry in self._queue if entry[0].expires_s > now_s)
            self._queue_bytes = sum(len(message.payload) for message, _ in self._queue)
            self._earliest_expiry_s = min((message.expires_s for message, _ in self._queue), default=NEVER)
        return self._fits(size)

    def _fits(self, size: int) -> bool:
        return (
            len(self._queue) < self.limits.queue_messages_max
            and self._queue_bytes + size <= self.limits.queue_bytes_max
        )

    def _next_identifier(self) -> int:
        identifier = self._last_identifier
        while True:
            identifier = identifier % PACKET_IDENTIFIER_MAX + 1
            if identifier not in self._unacknowledged:
                self._last_identifier = identifier
                return identifier

    def _write(self, message: Message, packet_id: int, *, retain: bool, duplicate: bool, now_s: float) -> None:
        """Encode and send; `packet_id` 0 means QoS 0."""
        expires_s = message.expires_s
        data = write_packet(
            PublishPacket(
                message.topic,
                message.payload,
                qos=QoS.AT_LEAST_ONCE if packet_id else QoS.AT_MOST_ONCE,
                retain=retain,
                packet_id=packet_id or None,
                duplicate=duplicate,
                message_expiry_interval=None if expires_s == NEVER else max(0, math.ceil(expires_s - now_s)),
            )
        )
        if len(data) > self._packet_bytes_max:
            # The client does not take packets of this size: act as if it were delivered
            # (section 3.1.2.11.4).
            self._unacknowledged.pop(packet_id, None)
            return
        if packet_id:
            self._unacknowledged[packet_id] = (message, retain)
        self.send(data)
