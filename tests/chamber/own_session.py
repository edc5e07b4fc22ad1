"""A session made by hand, for the prologue and the hostile client: neither uses the seat's own code."""

from protocol import records
from protocol.encoding import base64url, from_base64url, hash_text
from protocol.keys import Ed25519Signer
from protocol.messages import Challenge
from tests.chamber.people import card_key, card_sign, key_of


class _Card:
    """A member's card as a signer."""

    def __init__(self, member: str) -> None:
        self.member, self.public = member, card_key(member)

    def sign(self, message: bytes) -> bytes:
        """Sign as the card does."""
        return card_sign(self.member, message)


class OwnSession:
    """A member's session at a seat. `opening` holds the session and its binding, to be sent in this order."""

    def __init__(self, origin: str, member: str, seat: str, given: Challenge, entropy: bytes, now_ms: int) -> None:
        self.key = Ed25519Signer(entropy)
        self._member, self._seat, self._seq = member, seat, 0
        session = records.Session(
            origin, given.sitting, member, seat, key_of(seat).public.thumbprint, self.key.public.jwk(), given.nonce,
            given.size, now_ms,
        ).seal(_Card(member))  # fmt: skip
        self.hash = hash_text(session)
        possession = self.key.sign(b"cvs-pop/1" + from_base64url(self.hash.encode()))
        bind = records.SessionBind(self.hash, base64url(possession), now_ms).seal(key_of(seat))
        self.opening = (session, bind)

    def ballot(
        self, opened: str, choice: tuple[str, ...], seen: str, now_ms: int, *, member: str = "", seat: str = ""
    ) -> bytes:
        """The next ballot; `member` and `seat` may lie."""
        self._seq += 1
        return records.Ballot(
            opened, self.hash, seat or self._seat, member or self._member, choice, self._seq, seen, now_ms
        ).seal(self.key)
