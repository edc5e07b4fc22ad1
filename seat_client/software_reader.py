"""A reader made of software: cards are placed and removed by a call."""

import asyncio
from collections.abc import AsyncIterator

from seat_client.reader import AttestedPlaced, CardPlaced, CardRemoved, Change, Trouble
from seat_client.software_card import SoftwareAttestedCard, SoftwareCard


class SoftwareReader:
    """A tray that anybody in the process can lay a card into. `card` is what lies there."""

    __slots__ = ("_changes", "card")

    def __init__(self, card: SoftwareCard | SoftwareAttestedCard | None = None) -> None:
        self.card: SoftwareCard | SoftwareAttestedCard | None = None
        self._changes: asyncio.Queue[Change] = asyncio.Queue()
        if card is not None:
            self.place(card)

    def place(self, card: SoftwareCard | SoftwareAttestedCard) -> None:
        """Lay a card into the tray; one that lies there is taken out first."""
        self.remove()
        self.card = card
        card.in_field = True
        self._changes.put_nowait(CardPlaced(card) if isinstance(card, SoftwareCard) else AttestedPlaced(card))

    def remove(self) -> None:
        """Take the card out, if there is one."""
        if self.card is not None:
            self.card.in_field = False
            self.card = None
            self._changes.put_nowait(CardRemoved())

    async def troubles(self) -> AsyncIterator[Trouble]:
        """Software has none."""
        await asyncio.Event().wait()
        yield Trouble("clear")

    async def stop(self) -> None:
        """Nothing to let go."""

    async def changes(self) -> AsyncIterator[Change]:
        """Placed and removed by turns."""
        while True:
            yield await self._changes.get()
