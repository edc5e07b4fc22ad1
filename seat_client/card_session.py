"""One card at this seat: its session key, and the records that key, card and device sign.

A card answers late and outside the core, so what it must sign is drafted first and finished when the signature comes.

Source: `docs/protocol.md` sections 5.4, 6.3 and 6.5.
"""

from dataclasses import dataclass
from typing import Final

from protocol.encoding import base64url, digest, from_base64url, hash_text
from protocol.jws import seal
from protocol.keys import SIGNATURE_BYTES, Ed25519Signer, PublicKey, Signer
from protocol.meaning.session import pop_message
from protocol.record import Record
from protocol.records import Ballot, Session, SessionBind, SessionEnd, Speech
from seat_client.events import ChallengeOpened, Moment

_KEY_DOMAIN: Final = b"chamber-seat/session-key/1"


@dataclass(frozen=True, slots=True)
class Draft:
    """A record without its signature. `message` is what `key` must sign."""

    message: bytes
    key: PublicKey

    def finish(self, signature: bytes) -> bytes:
        """The envelope's exact bytes. Verify the signature first, with `key.verify`."""
        return self.message + b"." + base64url(signature).encode("ascii")


class _Blank:
    """Stands in for a signer that has not answered yet."""

    def __init__(self, public: PublicKey) -> None:
        self.public = public

    def sign(self, message: bytes) -> bytes:
        """As many bytes as a signature has; `draft` cuts them off again."""
        del message
        return bytes(SIGNATURE_BYTES)


def draft(record: Record, key: PublicKey) -> Draft:
    """Lay a record out for a key that will sign later."""
    return Draft(seal(record.kind, record.payload(), _Blank(key)).rpartition(b".")[0], key)


@dataclass(frozen=True, slots=True)
class Place:
    """Where sessions are opened: the seat's id, its device key and the log's origin."""

    seat: str
    device: Signer
    origin: str


class CardSession:
    """A session from its challenge to its end. `bound` is True once the binding counts."""

    __slots__ = ("_key", "_seq", "bind_hash", "bound", "draft", "hash", "member", "sitting")

    def __init__(
        self, place: Place, member: str, card: PublicKey, entropy: bytes, given: ChallengeOpened, moment: Moment
    ) -> None:
        """Make a fresh key from the card's stay (`entropy`) and the challenge, and draft the session."""
        self._key = Ed25519Signer(digest(_KEY_DOMAIN + entropy + given.nonce.encode("ascii")))
        self._seq = 0
        self.member, self.sitting = member, given.sitting
        self.hash = self.bind_hash = ""
        self.bound = False
        session = Session(
            place.origin, given.sitting, member, place.seat, place.device.public.thumbprint, self._key.public.jwk(),
            given.nonce, given.size, moment.unix_ms,
        )  # fmt: skip
        self.draft = draft(session, card)

    def authorise(self, signature: bytes) -> bytes:
        """The session's envelope, with the card's verified signature."""
        session = self.draft.finish(signature)
        self.hash = hash_text(session)
        return session

    def bind(self, device: Signer, moment: Moment) -> bytes:
        """The binding of a session that stands in the log."""
        possession = self._key.sign(pop_message(from_base64url(self.hash.encode("ascii"))))
        bind = SessionBind(self.hash, base64url(possession), moment.unix_ms).seal(device)
        self.bind_hash = hash_text(bind)
        return bind

    def ballot(self, seat: str, opened: str, choice: tuple[str, ...], seen: str, moment: Moment) -> Ballot:
        """The next ballot of this session; its `seq` is higher than any before."""
        return Ballot(opened, self.hash, seat, self.member, choice, self._next_seq(), seen, moment.unix_ms)

    def speech(self, item: str, act: str, sort: str, moment: Moment) -> bytes:
        """Ask for the floor or withdraw."""
        return Speech(self.sitting, item, self.member, act, sort, 0, self._next_seq(), moment.unix_ms).seal(self)

    def end(self, why: str, moment: Moment) -> bytes:
        """The session's own word that it is over."""
        return SessionEnd(self.hash, why, moment.unix_ms).seal(self)

    @property
    def public(self) -> PublicKey:
        """The session's public key."""
        return self._key.public

    def sign(self, message: bytes) -> bytes:
        """Sign with the session's key: a session is a `Signer`."""
        return self._key.sign(message)

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq
