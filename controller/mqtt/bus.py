"""What the controller's service knows of any broker: messages in, messages out.

Rules for every implementation. Delivery is at least once: what is not acknowledged comes again,
so the service must know a repeat. A PUBACK is sent only by `Delivery.acknowledge`. What the
controller publishes does not come back to it. All calls belong in the thread of the event loop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message that a client published towards the controller.

    `client` is the authenticated identity: the certificate's common name, without TLS the MQTT
    client identifier, and empty where an outer broker hides it. Call `acknowledge` once, after
    the message is durable; later than its connection it does nothing.
    """

    client: str
    topic: str
    payload: bytes
    acknowledge: Callable[[], None]


class BrokerUnreachable(Exception):
    """The broker at `url` could not be reached, or refused the controller at the start."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class BusUrlRefused(ValueError):
    """`url` names no broker that we can open."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class Bus(Protocol):
    """The way to the seats and officers.

    `url` is where they connect; with an embedded broker on port 0 it is known after `start`.
    """

    url: str

    async def start(self) -> None:
        """Listen or connect. Raises `BrokerUnreachable`: neither was possible."""

    async def stop(self) -> None:
        """Close; messages still waiting are lost."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send with QoS 1 when possible; never blocks. Raises `TopicRefused`: no topic name."""

    async def receive(self, batch_max: int) -> list[Delivery]:
        """Wait for a message, then return all that have arrived, at most `batch_max`."""
