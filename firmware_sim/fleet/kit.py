"""The hardware of a simulated seat, behind one interface: what the seat is given, and the hands that move it.

`SoftwareKit` is a panel and a reader without any hardware, for big chambers. `hardware_kit` simulates
the hardware itself.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from firmware_sim.plan import ALL_SIGN, AttestedCards, uid_of_secret
from seat_client.events import Button
from seat_client.lamps import Lamp
from seat_client.panel import Panel
from seat_client.reader import Reader
from seat_client.software_card import SoftwareAttestedCard, SoftwareCard
from seat_client.software_panel import SoftwarePanel
from seat_client.software_reader import SoftwareReader

AnyCard = SoftwareCard | SoftwareAttestedCard
See = Callable[[Lamp], None]
"""Whoever sits there sees the lamp."""


class Kit(Protocol):
    """A panel and a reader from power-up to power-down."""

    @property
    def panel(self) -> Panel:
        """What the seat shows on and is pressed at."""

    @property
    def reader(self) -> Reader:
        """What the seat finds cards with."""

    def push(self, button: Button) -> None:
        """Push a button once."""

    def place(self, member: str) -> None:
        """Lay a member's card into the tray."""

    def remove(self) -> None:
        """Take out what lies there."""

    def close(self) -> None:
        """The power is gone."""


class Kits(Protocol):
    """Makes the kits of a fleet."""

    def knows(self, member: str) -> bool:
        """True if there is a card of this member."""

    def make(self, see: See) -> Kit:
        """The kit of a seat that gets power. Called inside the event loop."""


class SoftwareKit:
    """Panel, reader and cards of software."""

    def __init__(self, cards: Mapping[str, AnyCard], see: See) -> None:
        self.panel = SoftwarePanel(see)
        self.reader = SoftwareReader()
        self._cards = cards

    def push(self, button: Button) -> None:
        """Push a button once."""
        self.panel.push(button)

    def place(self, member: str) -> None:
        """Lay a member's card into the tray."""
        self.reader.place(self._cards[member])

    def remove(self) -> None:
        """Take out what lies there."""
        self.reader.remove()

    def close(self) -> None:
        """A card that lies in a dead tray answers nobody."""
        self.reader.remove()


class SoftwareKits:
    """Kits of software, with cards from their secrets; `attested` says which of them cannot sign."""

    def __init__(self, secrets: Mapping[str, bytes], attested: AttestedCards = ALL_SIGN) -> None:
        self._cards = {member: _card(member, secret, attested) for member, secret in secrets.items()}

    def knows(self, member: str) -> bool:
        """True if there is a card of this member."""
        return member in self._cards

    def make(self, see: See) -> SoftwareKit:
        """The kit of a seat that gets power."""
        return SoftwareKit(self._cards, see)


def _card(member: str, secret: bytes, attested: AttestedCards) -> AnyCard:
    kind = attested.kinds.get(member, "")
    if not kind:
        return SoftwareCard(member, secret)
    if kind == "uid":
        return SoftwareAttestedCard(kind, uid_of_secret(secret))
    from firmware_sim.fleet.attested import make_chip  # noqa: PLC0415 - most fleets have no such card

    chip = make_chip(attested, secret)
    return SoftwareAttestedCard(kind, uid_of_secret(secret), chip.process)
