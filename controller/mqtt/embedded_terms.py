"""The terms on which the embedded broker works: its limits, and where its time comes from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from controller.mqtt.exchange import ExchangeLimits


class Cancellable(Protocol):
    """A call that has been scheduled."""

    def cancel(self) -> None:
        """Do not make the call."""


class Clock(Protocol):
    """Where time comes from, so that a test can let it pass."""

    def now_s(self) -> float:
        """Return seconds of a monotonic clock."""

    def call_at(self, when_s: float, call: Callable[[], None]) -> Cancellable:
        """Make `call` at `when_s`."""


@dataclass(frozen=True, slots=True)
class BrokerLimits:
    """What the embedded broker accepts. Times in seconds, sizes in bytes."""

    exchange: ExchangeLimits = field(default_factory=ExchangeLimits)
    connections_max: int = 4_096
    packet_bytes_max: int = 256 * 1024
    receive_maximum: int = 1_000
    inbound_messages_max: int = 100_000
    inbound_bytes_max: int = 64 * 1024 * 1024
    connect_timeout_s: float = 10.0
    close_timeout_s: float = 5.0
    keep_alive_max_s: int = 300


class LoopClock:
    """The event loop's own clock."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now_s(self) -> float:
        """Return seconds of the loop's monotonic clock."""
        return self._loop.time()

    def call_at(self, when_s: float, call: Callable[[], None]) -> Cancellable:
        """Make `call` at `when_s`."""
        return self._loop.call_at(when_s, call)
