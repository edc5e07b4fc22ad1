"""The MQTT door of the controller: one function that opens the broker a URL names.

`embedded://127.0.0.1:0` listens itself (port 0: any free one; with TLS if a context is given);
`mqtt://host:port` and `mqtts://host:port` are a broker of somebody else.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from controller.mqtt.bus import BrokerUnreachable, Bus, BusUrlRefused, Delivery
from controller.mqtt.embedded_broker import EmbeddedBroker
from controller.mqtt.embedded_terms import BrokerLimits
from controller.mqtt.exchange import AclFunction, Action
from controller.mqtt.outer_broker import OuterBus
from controller.mqtt.session import Message

__all__ = [
    "AclFunction",
    "Action",
    "BrokerLimits",
    "BrokerUnreachable",
    "Bus",
    "BusHooks",
    "BusUrlRefused",
    "Delivery",
    "EmbeddedBus",
    "OuterBus",
    "open_bus",
]

log = logging.getLogger(__name__)

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class BusHooks:
    """Whom to tell of connections.

    `on_connection(identity, connected)`: a client came or went (embedded broker only).
    `on_link(connected, session_present)`: the controller itself reached or lost the outer broker;
    without a session present the broker has forgotten everything, so seats should send again.
    """

    on_connection: Callable[[str, bool], None] | None = None
    on_link: Callable[[bool, bool], None] | None = None


def open_bus(
    url: str,
    *,
    identity: str,
    inbound: Sequence[str],
    allowed: AclFunction,
    tls: ssl.SSLContext | None = None,
    limits: BrokerLimits | None = None,
    hooks: BusHooks | None = None,
) -> Bus:
    """Return the bus for `url`, not yet started.

    `identity` is the controller's name on the bus, `inbound` the topic filters whose messages it
    receives. `allowed` and `limits` rule the embedded broker; an outer one has its own.

    Raises `BusUrlRefused`: unknown scheme, no host, or `mqtts` without `tls`.
    """
    hooks, parts = hooks or BusHooks(), urlsplit(url)
    host, port = _read_address(url, parts)
    if parts.scheme == "embedded":
        return EmbeddedBus(
            host,
            port or 0,
            identity=identity,
            inbound=inbound,
            allowed=allowed,
            tls=tls,
            limits=limits,
            on_connection=hooks.on_connection,
        )
    if parts.scheme not in _PORTS or (parts.scheme == "mqtts") is not (tls is not None):
        raise BusUrlRefused(url)
    return OuterBus(
        host,
        port or _PORTS[parts.scheme],
        identity=identity,
        inbound=inbound,
        tls=tls,
        on_link=hooks.on_link,
    )


def _read_address(url: str, parts: SplitResult) -> tuple[str, int | None]:
    try:
        port = parts.port
    except ValueError as error:
        raise BusUrlRefused(url) from error
    if not parts.hostname or parts.path not in ("", "/") or parts.username is not None:
        raise BusUrlRefused(url)
    return parts.hostname, port


class EmbeddedBus:
    """The embedded broker as the controller's bus.

    What clients publish to `inbound` waits here, up to the limits; beyond them a client gets
    PUBACK 0x97 (quota exceeded) and sends again later.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        identity: str,
        inbound: Sequence[str],
        allowed: AclFunction,
        tls: ssl.SSLContext | None = None,
        limits: BrokerLimits | None = None,
        on_connection: Callable[[str, bool], None] | None = None,
    ) -> None:
        self._limits = limits or BrokerLimits()
        self._scheme = "mqtt" if tls is None else "mqtts"
        self._host = host
        self._arrived: deque[Delivery] = deque()
        self._arrived_bytes = 0
        self._arrival = asyncio.Event()
        self._full = False
        self.broker = EmbeddedBroker(
            host,
            port,
            identity=identity,
            allowed=allowed,
            inbound=inbound,
            deliver=self._take,
            tls=tls,
            limits=self._limits,
            on_connection=on_connection,
        )
        self.url = self._name(port)

    async def start(self) -> None:
        """Listen. Raises `BrokerUnreachable`: the address cannot be listened on."""
        try:
            await self.broker.start()
        except OSError as error:
            raise BrokerUnreachable(self.url, str(error)) from error
        self.url = self._name(self.broker.port)

    async def stop(self) -> None:
        """Disconnect everybody and close; deliveries not yet received are lost."""
        await self.broker.stop()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send with QoS 1; never blocks. Raises `TopicRefused`: not a topic name."""
        self.broker.publish(topic, payload, retain=retain)

    async def receive(self, batch_max: int) -> list[Delivery]:
        """Wait for a message, then return all that have arrived, at most `batch_max`."""
        while not self._arrived:
            self._arrival.clear()
            await self._arrival.wait()
        self._full = False
        batch = [self._arrived.popleft() for _ in range(min(batch_max, len(self._arrived)))]
        self._arrived_bytes -= sum(len(delivery.payload) for delivery in batch)
        return batch

    def connected(self) -> list[str]:
        """Return the identities of the clients that are connected, sorted."""
        return self.broker.connected()

    def _take(self, message: Message, acknowledge: Callable[[], None]) -> bool:
        limits, size = self._limits, len(message.payload)
        if len(self._arrived) >= limits.inbound_messages_max or self._arrived_bytes + size > limits.inbound_bytes_max:
            if not self._full:
                self._full = True
                log.warning("%d messages wait for the controller, refusing more", len(self._arrived))
            return False
        self._arrived.append(Delivery(message.publisher, message.topic, message.payload, acknowledge))
        self._arrived_bytes += size
        self._arrival.set()
        return True

    def _name(self, port: int) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{self._scheme}://{host}:{port}"
