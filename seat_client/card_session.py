"""One card at this seat: its session key, and the records that key, card and device sign.

A card answers late and outside the core, so what it must sign is drafted first and finished when the signature comes.
A card that cannot sign is offered to the controller instead, whose record of the session is then compared with ours.

Source: `docs/protocol.md` sections 5.4, 5.5, 6.3 and 6.5.
"""

from dataclasses import dataclass
from typing import Final

from protocol.encoding import base64url, digest, from_base64url, hash_text
from protocol.errors import ChamberError
from protocol.jws import read_envelope, seal
from protocol.keys import SIGNATURE_BYTES, Ed25519Signer, PublicKey, Signer
from protocol.meaning.session import pop_message
from protocol.messages import CardAnswer, CardOffer
from protocol.record import Record
from protocol.records import Ballot, Session, SessionAttested, SessionBind, SessionEnd, Speech, read_record
from seat_client.errors import AttestationRefused
from seat_client.events import AttestedCardEntered, CardEntered, ChallengeOpened, Moment, ProofBegun

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
    """A session from its nonce to its end. `hash` is empty until it has its record, `bound` True once that counts."""

    __slots__ = ("_key", "_place", "_seq", "bind_hash", "bound", "hash", "member", "nonce", "sitting")

    def __init__(self, place: Place, entropy: bytes, sitting: str, nonce: str) -> None:
        """Make a fresh key from the card's stay (`entropy`) and the nonce."""
        self._key = Ed25519Signer(digest(_KEY_DOMAIN + entropy + nonce.encode("ascii")))
        self._place, self._seq = place, 0
        self.sitting, self.nonce = sitting, nonce
        self.member = self.hash = self.bind_hash = ""
        self.bound = False

    # A card that signs.

    def draft(self, card: CardEntered, given: ChallengeOpened, moment: Moment) -> Draft:
        """The session as the card is to sign it."""
        place, self.member = self._place, card.member
        session = Session(
            place.origin, self.sitting, card.member, place.seat, place.device.public.thumbprint,
            self._key.public.jwk(), self.nonce, given.size, moment.unix_ms,
        )  # fmt: skip
        return draft(session, card.key)

    def authorise(self, drafted: Draft, signature: bytes) -> bytes:
        """The session's envelope, with the card's verified signature."""
        session = drafted.finish(signature)
        self.hash = hash_text(session)
        return session

    # A card that cannot.

    def offer(self, card: AttestedCardEntered, begun: ProofBegun | None, moment: Moment) -> bytes:
        """The offer of a card; `begun` is what it gave, nothing for one that proves nothing."""
        challenge, mirror = (base64url(begun.challenge), base64url(begun.mirror)) if begun is not None else ("", "")
        return CardOffer(
            self._place.seat, self.sitting, self.nonce, card.kind, card.uid.hex(), self._key.public.jwk(), challenge,
            mirror, moment.unix_ms,
        ).seal(self._place.device)  # fmt: skip

    def answer(self, proof: bytes, moment: Moment) -> bytes:
        """The card's proof for the controller."""
        return CardAnswer(self._place.seat, self.nonce, base64url(proof), moment.unix_ms).seal(self._place.device)

    def accept(self, data: bytes, controller: PublicKey) -> None:
        """Take the controller's record of this session. Raises `AttestationRefused`: not that."""
        place = self._place
        try:
            envelope = read_envelope(data)
            record = read_record(envelope.kind, envelope.payload)
            envelope.verify(controller)
        except ChamberError as error:
            raise AttestationRefused(error.fact) from error
        if not isinstance(record, SessionAttested) or envelope.kid != controller.thumbprint:
            raise AttestationRefused("a record that is no attestation of the controller's")
        named = (record.ctx, record.sitting, record.seat, record.dev, record.key, record.nonce)
        device = place.device.public.thumbprint
        if named != (place.origin, self.sitting, place.seat, device, self._key.public.jwk(), self.nonce):
            raise AttestationRefused("an attestation of another session")
        self.hash, self.member = envelope.hash, record.member

    # Either.

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
