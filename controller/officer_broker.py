"""The officer's MQTT door: one connection through `aiomqtt`, made anew whenever it is lost.

Source: `docs/protocol.md` section 5.1.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiomqtt

from controller.mqtt.bus import BrokerUnreachable

log = logging.getLogger(__name__)
RECONNECT_S = 0.5
_SOCKET_OPTIONS = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]


class OfficerLine:
    """A line to the broker at `url` as `identity`, subscribed to `topics` (topic, QoS)."""

    def __init__(self, url: str, identity: str, topics: list[tuple[str, int]]) -> None:
        self._url = url
        self._identity = identity
        self._topics = topics
        self._client: aiomqtt.Client | None = None
        self.connected = asyncio.Event()

    @property
    def connected_now(self) -> bool:
        """True while the connection stands."""
        return self._client is not None

    async def messages(self) -> AsyncIterator[tuple[str, bytes]]:
        """(topic, payload) for ever; reconnects by itself. Raises `BrokerUnreachable`: never once connected."""
        parts = urlsplit(self._url)
        while True:
            try:
                async with self._new_client(parts.hostname or "127.0.0.1", parts.port or 1883) as client:
                    for topic, qos in self._topics:
                        await client.subscribe(topic, qos=qos)
                    self._client = client
                    self.connected.set()
                    async for message in client.messages:
                        yield message.topic.value, bytes(message.payload)
            except (aiomqtt.MqttError, OSError) as error:
                if not self.connected.is_set():
                    raise BrokerUnreachable(self._url, str(error)) from error
                self._client = None
                log.info("line of %s lost, connecting again: %s", self._identity, error)
                await asyncio.sleep(RECONNECT_S)

    def _new_client(self, host: str, port: int) -> aiomqtt.Client:
        """A client whose connection was lost keeps old messages (aiomqtt 2.5), so each attempt has its own."""
        return aiomqtt.Client(
            host, port, identifier=self._identity, protocol=aiomqtt.ProtocolVersion.V5, socket_options=_SOCKET_OPTIONS
        )

    async def send(self, topic: str, payload: bytes) -> bool:
        """Publish with QoS 1. False if the line is down: the caller sends again."""
        if self._client is None:
            return False
        try:
            await self._client.publish(topic, payload, qos=1)
        except (aiomqtt.MqttError, OSError):
            return False
        return True
