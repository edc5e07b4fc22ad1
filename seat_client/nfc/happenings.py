"""What a tray tells: cards come and go by turns, and troubles have names (`seat_client.reader.Trouble`).

`stay` numbers the stays of cards at this tray, so that a request for one card is never carried out by the next.
"""

from dataclasses import dataclass

from seat_client.nfc.cards import Identity
from seat_client.reader import Trouble


@dataclass(frozen=True, slots=True)
class Arrived:
    """A card that may vote here lies in the tray."""

    stay: int
    identity: Identity


@dataclass(frozen=True, slots=True)
class Left:
    """The card of this stay is gone, or no longer trusted."""

    stay: int


Happening = Arrived | Left | Trouble
