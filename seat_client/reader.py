"""The reader: tells when a card is placed and when it is removed, whatever the card and the reader are."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from seat_client.card import AttestedCard, Card


@dataclass(frozen=True, slots=True)
class CardPlaced:
    """A card lies in the tray and can be talked to."""

    card: Card


@dataclass(frozen=True, slots=True)
class AttestedPlaced:
    """A card lies in the tray that cannot sign: only the controller can check it."""

    card: AttestedCard


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The tray is empty."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that the lamp and the health message say. `code` is stable, `detail` a fact for a log.

    `two-cards`: more than one card lies there. `card-refused`: `reason` is the code of the refusal. `clear`: neither
    any more. `reader-gone`, `reader-silent`, `frame-damaged`, `answer-nonsense`, `command-failed`: the reader.
    `reader-back`: it works again.
    """

    code: str
    reason: str = ""
    detail: str = ""


Change = CardPlaced | AttestedPlaced | CardRemoved


class Reader(Protocol):
    """One tray."""

    def changes(self) -> AsyncIterator[Change]:
        """Placed and removed by turns, beginning with placed; the first may come at once after power-up."""

    def troubles(self) -> AsyncIterator[Trouble]:
        """What is wrong with the reader or what lies there, as it happens."""

    async def stop(self) -> None:
        """Let the hardware go; both iterators end."""
