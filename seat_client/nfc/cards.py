"""Which card lies in the tray: `piv` (signs), `ntag424` (proves a key to the controller), `uid` (demonstrations only).

PIV is asked for first, because a key fob may have both applications. What a card says is checked here as far as a seat
can: that the chamber issued it, that it is in its time, whose it is. Every refusal has a code of its own.

Source: `docs/protocol.md` sections 3, 6.4 and 6.5.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from protocol.certificates import CardCertificate, check_card_certificate, read_card_certificate
from protocol.keys import PublicKey
from seat_client.nfc import ntag424, piv
from seat_client.nfc.apdu import Send
from seat_client.nfc.errors import CardRefused
from seat_client.nfc.targets import Target

CACHED_MAX: Final = 256
"""More cards than any assembly has members; a certificate takes one or two kilobytes."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which cards a seat accepts. `issuer`: the DER certificate of the chamber's card authority, empty for no PIV.

    `attested`: cards that only the controller can check (`ntag424`). `demo`: cards that prove nothing (`uid`).
    `is_member` tells whether an id stands in the roster, if the seat knows one; it is called in the reader's thread.
    """

    issuer: bytes = b""
    attested: bool = False
    demo: bool = False
    is_member: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class PivIdentity:
    """A card that signs: the member and key of its certificate."""

    member: str
    public: PublicKey
    kind: Literal["piv"] = "piv"


@dataclass(frozen=True, slots=True)
class NtagIdentity:
    """A card that proves its key to the controller. Only `uid` is known here, 7 bytes or 4 random ones."""

    uid: bytes
    kind: Literal["ntag424"] = "ntag424"


@dataclass(frozen=True, slots=True)
class UidIdentity:
    """A card that anyone can copy."""

    uid: bytes
    kind: Literal["uid"] = "uid"


Identity = PivIdentity | NtagIdentity | UidIdentity


class CertificateCache:
    """Certificates by UID, so that a card that comes back is known without the slow reading. The oldest goes first."""

    def __init__(self) -> None:
        self._held: OrderedDict[bytes, CardCertificate] = OrderedDict()

    def get(self, target: Target) -> CardCertificate | None:
        """The certificate of this card, if it was read before and its UID is its own."""
        return None if target.has_random_uid else self._held.get(target.uid)

    def put(self, target: Target, certificate: CardCertificate) -> None:
        """Keep a certificate."""
        if not target.has_random_uid:
            self._held[target.uid] = certificate
            if len(self._held) > CACHED_MAX:
                self._held.popitem(last=False)

    def drop(self, target: Target) -> None:
        """Forget a card: it is not what its UID says."""
        self._held.pop(target.uid, None)


def identify(target: Target, send: Send, policy: Policy, cache: CertificateCache, unix_s: float) -> Identity:
    """Find out which card it is, and whether it may vote here.

    Raises `CertificateRefused`, `ClockUnset`: see `protocol.certificates`. `CardRefused`: `card-unknown-member`,
    `card-kind` (no kind that this seat accepts), `card-demo-only`, `certificate-missing`, `certificate-compressed`.
    `StatusRefused`, `ChainEndless`, `TlvRefused`, `AnswerNonsense`: it behaves like no such card.
    """
    if target.speaks_iso_dep:
        if piv.select(send):
            return _identify_piv(target, send, policy, cache, unix_s)
        if ntag424.select(send) and ntag424.get_version(send).is_ntag424:
            if not policy.attested:
                raise CardRefused("cards that cannot sign are not accepted here", "card-kind")
            return NtagIdentity(target.uid)
    if not policy.demo:
        raise CardRefused("a card that anyone can copy is accepted in demonstrations only", "card-demo-only")
    return UidIdentity(target.uid)


def _identify_piv(target: Target, send: Send, policy: Policy, cache: CertificateCache, unix_s: float) -> PivIdentity:
    if not policy.issuer:
        raise CardRefused("no card authority is set, so no signing card is accepted here", "card-kind")
    certificate = cache.get(target)
    if certificate is None:
        certificate = read_card_certificate(piv.read_certificate(send))
    # A kept certificate is judged again: it may have expired since.
    check_card_certificate(certificate, policy.issuer, unix_s)
    if policy.is_member is not None and not policy.is_member(certificate.member):
        raise CardRefused("a card of somebody who is no member here", "card-unknown-member")
    cache.put(target, certificate)
    return PivIdentity(certificate.member, certificate.public)
