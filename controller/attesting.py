"""Cards that cannot sign: judges what a seat offers, asks the card through it, and attests the session. Pure.

How it works. A nonce brings one offer, an offer one answer. What either was answered is kept with the nonce, so the
same bytes are always answered the same way, and a nonce is worth one attempt. Nothing here is durable: a restart
forgets offers, the seat is told `nonce` and begins anew. The last counter of a card is what the log says of it.

Source: `docs/protocol.md` section 5.5.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from controller.card_register import CardRegister, RegisteredCard
from protocol.decide import Refused
from protocol.encoding import base64url, from_base64url
from protocol.errors import KeyRefused
from protocol.keys import key_of_jwk
from protocol.messages import CardAnswer, CardAttested, CardOffer, CardQuestion
from protocol.ntag424 import (
    CHALLENGE_BYTES,
    RANDOM_BYTES,
    CardProofRefused,
    card_key,
    card_reference,
    check_proof,
    read_counter,
    respond,
)
from protocol.records import SessionAttested
from protocol.state import LogState, Seat, SittingState

OFFERS_MAX: Final = 8_192
UNKNOWN: Final = "card-unknown"
KIND: Final = "card-kind"
PROOF: Final = "card-proof"
CLONED: Final = "card-cloned"


class Place(NamedTuple):
    """Where a message comes from. `issued`: its nonce was given to this seat and is not used up."""

    sitting: SittingState
    seat: Seat
    issued: bool


Answered = CardQuestion | CardAttested | Refused
"""What a message is answered."""


@dataclass(slots=True)
class _Offer:
    """One nonce's offer. `answered`: what its bytes are answered; `outcome`: the same for the card's proof."""

    hash: str
    message: CardOffer
    card: RegisteredCard | None = None
    key: bytes = b""
    random_a: bytes = b""
    counter: int = 0
    answered: Answered | None = None
    answer_hash: str = ""
    outcome: Answered | None = None


class Attester:
    """The cards of one body. `entropy(n)` gives n random bytes; `demo` accepts cards that prove nothing (`uid`)."""

    def __init__(self, register: CardRegister, entropy: Callable[[int], bytes], *, demo: bool) -> None:
        self._register, self._entropy, self._demo = register, entropy, demo
        self._offers: dict[str, _Offer] = {}

    def judge(
        self, state: LogState, place: Place, message: CardOffer | CardAnswer, message_hash: str, now_ms: int
    ) -> Answered | SessionAttested:
        """What to answer; or the record to append, and then to `settle`."""
        if isinstance(message, CardOffer):
            return self._judge_offer(state, place, message, message_hash, now_ms)
        return self._judge_answer(state, place, message, message_hash, now_ms)

    def settle(
        self, message: CardOffer | CardAnswer, message_hash: str, appended: bytes | Refused, now_ms: int
    ) -> Answered:
        """The record for this message stands in the log, as these bytes, or was refused there. What to answer."""
        answered: Answered
        if isinstance(appended, Refused):
            answered = replace(appended, hash=message_hash)
        else:
            answered = CardAttested(message.seat, message.nonce, appended.decode("ascii"), now_ms)
        offer = self._offers[message.nonce]
        if isinstance(message, CardOffer):
            offer.answered = answered
        else:
            offer.outcome = answered
        return answered

    # --- The offer --------------------------------------------------------------------------------------

    def _judge_offer(
        self, state: LogState, place: Place, message: CardOffer, message_hash: str, now_ms: int
    ) -> Answered | SessionAttested:
        known = self._offers.get(message.nonce)
        if known is not None and known.hash == message_hash and known.answered is not None:
            return known.answered
        if known is not None or not place.issued or message.sitting != place.sitting.id:
            return Refused(message_hash, "nonce", "not an unused nonce of this controller, seat and sitting")
        if place.seat.kid in place.sitting.revoked:
            return Refused(message_hash, "seat", "an offer of a device that was revoked")
        if not _is_session_key(message):
            return Refused(message_hash, "key", "an offer whose session key is weak or malformed")
        offer = self._keep(_Offer(message_hash, message))
        why, fact = self._judge_card(place, offer)
        if why:
            offer.answered = _refuse(message_hash, why, fact)
            return offer.answered
        if message.kind_ == "uid":
            return self._attestation(state, place, offer, now_ms)
        try:
            offer.answered = self._question(state, offer, now_ms)
        except CardProofRefused as error:
            offer.answered = _refuse(message_hash, PROOF, error.fact)
        return offer.answered

    def _keep(self, offer: _Offer) -> _Offer:
        while len(self._offers) >= OFFERS_MAX:
            del self._offers[next(iter(self._offers))]
        self._offers[offer.message.nonce] = offer
        return offer

    def _judge_card(self, place: Place, offer: _Offer) -> tuple[str, str]:
        """Why register and roster do not have this card so, and a fact; empty if they do."""
        card = offer.card = self._register.find(offer.message.uid)
        member = place.sitting.members.get(card.member) if card is not None else None
        if card is None or member is None:
            return UNKNOWN, "a card that is not in the register, or whose member is not in the roster"
        if not card.kind == member.auth == offer.message.kind_:
            return KIND, f"a card of kind {offer.message.kind_} of a member whose card is {member.auth}"
        if card.kind == "uid" and not self._demo:
            return KIND, "a card that anyone can copy is accepted in demonstrations only"
        return "", ""

    def _question(self, state: LogState, offer: _Offer, now_ms: int) -> Answered:
        """What the card is to be asked. Raises `CardProofRefused`: challenge or mirror are not this card's."""
        message, card = offer.message, offer.card
        assert state.trust is not None, "a sitting has an anchor"
        assert card is not None, "judged before"
        uid, challenge = bytes.fromhex(message.uid), _bytes_of(message.challenge)
        if len(challenge) != CHALLENGE_BYTES:
            raise CardProofRefused("an offer without the card's challenge")
        offer.key = card_key(self._register.master, uid, state.trust.chamber)
        if card.counter:
            offer.counter = read_counter(offer.key, uid, _bytes_of(message.mirror))
        if self._is_stale(state, offer):
            return _refuse(offer.hash, CLONED, f"counter {offer.counter} is not above the last one of this card")
        offer.random_a = self._entropy(RANDOM_BYTES)
        response = respond(offer.key, challenge, offer.random_a)
        return CardQuestion(message.seat, message.nonce, base64url(response), now_ms)

    def _is_stale(self, state: LogState, offer: _Offer) -> bool:
        """Whether the log has a counter of this card that is as high: the message was read before, or there are two."""
        card = offer.card
        return card is not None and card.counter and offer.counter <= state.card_counters.get(self._reference(card), 0)

    # --- The answer -------------------------------------------------------------------------------------

    def _judge_answer(
        self, state: LogState, place: Place, message: CardAnswer, message_hash: str, now_ms: int
    ) -> Answered | SessionAttested:
        offer = self._offers.get(message.nonce)
        if offer is None or offer.message.seat != message.seat or not isinstance(offer.answered, CardQuestion):
            return Refused(message_hash, "nonce", "an answer to no question of this controller to this seat")
        if offer.outcome is not None:
            repeated = offer.answer_hash == message_hash
            return offer.outcome if repeated else Refused(message_hash, "nonce", "a second answer to one question")
        offer.answer_hash = message_hash
        challenge, proof = _bytes_of(offer.message.challenge), _bytes_of(message.proof)
        try:
            check_proof(offer.key, challenge, offer.random_a, proof)
        except CardProofRefused as error:
            offer.outcome = _refuse(message_hash, PROOF, error.fact)
            return offer.outcome
        if self._is_stale(state, offer):  # a copy at another seat was quicker
            fact = f"counter {offer.counter} is not above the last one of this card"
            offer.outcome = _refuse(message_hash, CLONED, fact)
            return offer.outcome
        return self._attestation(state, place, offer, now_ms)

    def _attestation(self, state: LogState, place: Place, offer: _Offer, now_ms: int) -> SessionAttested:
        message, card = offer.message, offer.card
        assert card is not None, "judged before"
        return SessionAttested(
            state.origin, message.sitting, card.member, message.seat, place.seat.kid, message.key, message.nonce,
            state.size, self._reference(card), offer.counter, now_ms,
        )  # fmt: skip

    def _reference(self, card: RegisteredCard) -> str:
        return card_reference(self._register.master, bytes.fromhex(card.uid))


def _refuse(message_hash: str, why: str, fact: str) -> Refused:
    return Refused(message_hash, "card", fact, why)


def _bytes_of(text: str) -> bytes:
    """The bytes of a member that was read as base64url."""
    return from_base64url(text.encode("ascii"))


def _is_session_key(message: CardOffer) -> bool:
    try:
        return key_of_jwk(message.key).algorithm == "Ed25519"
    except KeyRefused:
        return False
