"""Cards made of software: P-256 in memory, or a simulated chip that cannot sign. For demonstrations, tests and load."""

from protocol.keys import P256Signer, PublicKey
from seat_client.card import CardChallenge
from seat_client.errors import CardGone
from seat_client.nfc import ntag424
from seat_client.nfc.apdu import Send


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


class SoftwareAttestedCard:
    """A card that cannot sign: `send` carries one APDU to its chip, which a `uid` card does not have."""

    __slots__ = ("_send", "in_field", "kind", "uid")

    def __init__(self, kind: str, uid: bytes, send: Send | None = None) -> None:
        self.kind, self.uid = kind, uid
        self.in_field = True
        self._send = send

    async def begin(self) -> CardChallenge:
        """Ask the chip at once. Raises `CardGone`: it lies in no tray; `StatusRefused`: it refuses."""
        send = self._chip()
        if not ntag424.select(send):
            raise CardGone("a card without the application")
        message = ntag424.read_message(send)
        return CardChallenge(ntag424.begin(send, 0), message)

    async def finish(self, response: bytes) -> bytes:
        """Ask the chip at once. Raises as `begin`."""
        return ntag424.finish(self._chip(), response)

    def _chip(self) -> Send:
        if not self.in_field or self._send is None:
            raise CardGone("the card was taken out")
        return self._send
