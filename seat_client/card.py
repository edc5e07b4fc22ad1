"""The card: what every kind of card must do for a seat.

Source: `docs/protocol.md` sections 5.4 and 6.4.
"""

from typing import Protocol

from protocol.keys import PublicKey


class Card(Protocol):
    """A member's card while it lies in the tray."""

    @property
    def member(self) -> str:
        """The id of the member that the card names. A hint: the log believes only the key."""

    @property
    def public(self) -> PublicKey:
        """The card's public key (P-256)."""

    async def sign(self, message: bytes) -> bytes:
        """Sign `message`: r||s, 64 bytes, s in the lower half. Raises `CardGone`: taken out meanwhile."""
