"""Simulated hardware under a real seat: a PN532 on a pseudo-terminal with a card, and pins with contact bounce.

The seat runs its own driver and its own panel; what is simulated is what they are wired to. Each seat has a chip, a
terminal and a board of its own; cards are issued by an authority of this simulation that anyone could be.
"""

from collections.abc import Mapping
from functools import partial
from random import Random
from typing import Final

from firmware_sim.card_crypto import FAR_AHEAD, LONG_AGO, CardKey
from firmware_sim.cards.catalogue import ISSUER, authority, seeded, uid_of
from firmware_sim.cards.iso14443a import CardA
from firmware_sim.cards.ntag424 import ntag424_card
from firmware_sim.cards.piv import Piv, Slot, piv_card
from firmware_sim.cards.piv_objects import CARD
from firmware_sim.cards.uid import uid_card
from firmware_sim.fleet.attested import make_chip
from firmware_sim.fleet.kit import Kit, See
from firmware_sim.fleet.pins import Board
from firmware_sim.plan import ALL_SIGN, AttestedCards, uid_of_secret
from firmware_sim.pn532.chip import Chip
from firmware_sim.terminal import PseudoTerminal
from seat_client.buttons.gpio_panel import GpioPanel, PanelSettings
from seat_client.events import Button
from seat_client.lamps import Lamp
from seat_client.nfc.cards import Policy
from seat_client.nfc.serial_port import SerialPort
from seat_client.nfc.tray import Tray

POLICY: Final = Policy(issuer=authority(), attested=True, demo=True)
"""Every kind of card reaches the controller, which knows whether this is a demonstration."""
_GUID_BYTES: Final = 16


class SeenPanel(GpioPanel):
    """A panel on pins, whose lamp somebody sees."""

    def __init__(self, board: Board, see: See) -> None:
        self._see = see
        super().__init__(PanelSettings(pins=board.pins), board.factory)

    def show(self, lamp: Lamp, reason: str) -> None:
        """Show a lamp, and let it be seen."""
        super().show(lamp, reason)
        self._see(lamp)


class HardwareKit:
    """One seat's chip, terminal and board."""

    def __init__(self, cards: Mapping[str, CardA], see: See, generator: Random) -> None:
        self._cards = cards
        self._terminal = PseudoTerminal(Chip(), paced=False)
        self._board = Board(generator)
        self._lying: CardA | None = None
        self.panel = SeenPanel(self._board, see)
        pulse = partial(self._terminal.reset)
        self.reader = Tray(SerialPort(self._terminal.path, pulse), POLICY)

    def push(self, button: Button) -> None:
        """Push a button once: its contact bounces, and is let go a little later."""
        self._board.push(button)

    def place(self, member: str) -> None:
        """Lay a member's card into the tray."""
        self.remove()
        self._lying = self._cards[member]
        self._terminal.place(self._lying)

    def remove(self) -> None:
        """Take out what lies there."""
        if self._lying is not None:
            self._terminal.remove(self._lying)
            self._lying = None

    def close(self) -> None:
        """The power is gone: the line is dead and the lamps are dark."""
        self.remove()
        self.panel.close()
        self._board.close()
        self._terminal.close()


class HardwareKits:
    """Simulated hardware for a fleet: PIV cards from their secrets (P-256 scalars), or others as `attested` says."""

    def __init__(self, secrets: Mapping[str, bytes], seed: int, attested: AttestedCards = ALL_SIGN) -> None:
        issuer = CardKey.of_secret(ISSUER)
        self._generator = Random(seed)
        self._cards = {
            member: _attested_card(attested, member, secret)
            if member in attested.kinds
            else _piv_card(issuer, member, secret, number)
            for number, (member, secret) in enumerate(secrets.items())
        }

    def card(self, member: str) -> CardA:
        """A member's card."""
        return self._cards[member]

    def knows(self, member: str) -> bool:
        """True if there is a card of this member."""
        return member in self._cards

    def make(self, see: See) -> Kit:
        """The kit of a seat that gets power."""
        return HardwareKit(self._cards, see, self._generator)


def _attested_card(attested: AttestedCards, member: str, secret: bytes) -> CardA:
    uid = uid_of_secret(secret)
    if attested.kinds[member] == "uid":
        return uid_card(uid)
    return ntag424_card(make_chip(attested, secret), uid)


def _piv_card(issuer: CardKey, member: str, secret: bytes, number: int) -> CardA:
    key = CardKey.of_scalar(secret)
    slot = Slot(key, issuer.certify(key, member, (LONG_AGO, FAR_AHEAD)))
    application = Piv({CARD: slot}, seeded(number, "piv/guid", _GUID_BYTES), serial=number)
    return piv_card(application, uid_of(number, "piv"))
