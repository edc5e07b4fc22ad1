"""The card: what a card that signs, and one that cannot, must do for a seat.

Source: `docs/protocol.md` sections 5.4, 5.5 and 6.4.
"""

from typing import NamedTuple, Protocol

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


class CardChallenge(NamedTuple):
    """What a card gives the controller first: 16 bytes, and the message that it showed before, at most 256 bytes."""

    challenge: bytes
    mirror: bytes


class AttestedCard(Protocol):
    """A card that cannot sign, while it lies in the tray: only the controller can be convinced by it."""

    @property
    def kind(self) -> str:
        """`ntag424`, or `uid` for a card that proves nothing and is never asked anything."""

    @property
    def uid(self) -> bytes:
        """Its number, which proves nothing by itself."""

    async def begin(self) -> CardChallenge:
        """Ask for a challenge. Raises `CardGone`: taken out meanwhile, or the card refuses; its `code` says which."""

    async def finish(self, response: bytes) -> bytes:
        """Give it the controller's 32 bytes; returns its proof, 32 bytes. Raises `CardGone` as `begin`."""
