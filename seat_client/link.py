"""The link: what the seat's service knows of any broker."""

from collections.abc import Callable
from typing import Protocol

from protocol.seat_status import SeatStatus
from seat_client.events import Event

Take = Callable[[Event], None]
"""Takes `LinkUp`, `LinkDown`, `TrustArrived`, `HeadArrived` and `DownArrived`, in the thread of the event loop."""


class Link(Protocol):
    """One seat's way to the chamber."""

    async def run(self, take: Take) -> None:
        """Stay connected until cancelled, then say goodbye."""

    def publish(self, data: bytes) -> None:
        """Send on `up`, QoS 1. Without a connection nothing happens: the core sends again after the reconnect."""

    def publish_status(self, status: SeatStatus) -> None:
        """Send the retained `status`."""

    def cut(self) -> None:
        """Break the connection without a goodbye, as a power cut does."""
