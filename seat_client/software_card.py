"""A card made of software: P-256 in memory, for demonstrations, tests and load."""

from protocol.keys import P256Signer, PublicKey
from seat_client.errors import CardGone


class SoftwareCard:
    """A card of `member` with a 32-byte secret scalar. `in_field` says whether it can answer."""

    __slots__ = ("_signer", "in_field", "member")

    def __init__(self, member: str, secret: bytes) -> None:
        self.member = member
        self.in_field = True
        self._signer = P256Signer(secret)

    @property
    def public(self) -> PublicKey:
        """The card's public key."""
        return self._signer.public

    async def sign(self, message: bytes) -> bytes:
        """Sign at once. Raises `CardGone`: it lies in no tray."""
        if not self.in_field:
            raise CardGone("the card was taken out")
        return self._signer.sign(message)
