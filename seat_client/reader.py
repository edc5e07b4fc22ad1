"""The reader: tells when a card is placed and when it is removed, whatever the card and the reader are."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from seat_client.card import Card


@dataclass(frozen=True, slots=True)
class CardPlaced:
    """A card lies in the tray and can be talked to."""

    card: Card


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The tray is empty."""


class Reader(Protocol):
    """One tray."""

    def changes(self) -> AsyncIterator[CardPlaced | CardRemoved]:
        """Placed and removed by turns, beginning with placed; the first may come at once after power-up."""
