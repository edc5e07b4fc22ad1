"""One card's stay in the tray: its session from the request for a nonce to the end, and what the card is asked.

A card that signs is asked for a signature. One that cannot is asked for a challenge and then for a proof, which the
controller judges; one that proves nothing (`uid`) is not asked at all.

It says nothing of where the seat stands; the table of moves does, and `seat.py` calls each method at its move.

Source: `docs/protocol.md` sections 5.4, 5.5 and 6.5.
"""

from typing import Final

from protocol.errors import SignatureRefused
from protocol.keys import PublicKey, Signer
from protocol.messages import CardAnswer, CardOffer, ChallengeRequest
from protocol.records import Ballot
from seat_client.bindings import Bindings
from seat_client.card_session import CardSession, Draft, Place, draft
from seat_client.events import (
    AskCard,
    AttestedCardEntered,
    BeginProof,
    CardEntered,
    CardFailed,
    CardSigned,
    ChallengeOpened,
    FinishProof,
    OfferOpened,
    ProofBegun,
    ProofFinished,
    QuestionOpened,
)
from seat_client.outgoing import Outgoing

NONCE_TRIES_MAX: Final = 3
"""A controller that forgets one nonce was restarted; one that forgets this many in a row is out of order."""
SPEECH_SORT: Final = "debate"
PROVES_NOTHING: Final = "uid"
CardAnswered = CardSigned | ProofBegun | ProofFinished | CardFailed
"""What a card that was asked comes back with."""


class Stay:
    """The card in the tray and its session, either may be missing. `denied`: why there is no session."""

    __slots__ = (
        "_asked", "_bindings", "_device", "_floor_asked", "_nonce_tries", "_outgoing", "_request", "_seat", "_unsigned",
        "_wanted", "card", "denied", "session",
    )  # fmt: skip

    def __init__(self, seat: str, device: Signer, outgoing: Outgoing, bindings: Bindings) -> None:
        self.card: CardEntered | AttestedCardEntered | None = None
        self.session: CardSession | None = None
        self.denied = ""
        self._seat, self._device = seat, device
        self._outgoing, self._bindings = outgoing, bindings
        self._nonce_tries = 0
        self._request = ""
        self._asked = 0
        self._wanted: type[CardAnswered] | None = None
        self._unsigned: tuple[Draft, Ballot | None] | None = None
        self._floor_asked = False

    @property
    def member(self) -> str:
        """The member who is present, or empty."""
        return self.session.member if self.session is not None and self.session.bound else ""

    @property
    def holder(self) -> str:
        """The member whom the card, or the controller for it, names, present or not; or empty."""
        if isinstance(self.card, CardEntered):
            return self.card.member
        return self.session.member if self.session is not None else ""

    @property
    def cannot_sign(self) -> bool:
        """True for a card that only the controller can check."""
        return isinstance(self.card, AttestedCardEntered)

    def owns(self, record: str) -> bool:
        """True for the hash of the request, offer, answer, session or binding at hand."""
        of_session = () if self.session is None else (self.session.hash, self.session.bind_hash)
        return record in {self._request, *of_session}

    def awaits(self, nonce: str) -> bool:
        """True if a card was offered with this nonce, and the session has no record yet."""
        session = self.session
        return self.cannot_sign and session is not None and session.nonce == nonce and not session.hash

    def enter(self, card: CardEntered | AttestedCardEntered) -> None:
        """A card is placed."""
        self.card, self.denied, self._nonce_tries = card, "", 0

    def ask_nonce(self) -> None:
        """Ask for a nonce."""
        request = ChallengeRequest(self._seat, self._outgoing.moment.unix_ms).seal(self._device)
        self._send_request(request, ChallengeRequest.kind)

    def _send_request(self, data: bytes, kind: str) -> None:
        """Send what is no record, instead of what was sent before: it has been answered."""
        self._outgoing.outbox.settle(self._request)
        self._request = self._outgoing.ask(data, kind)

    # A card that signs.

    def take_nonce(self, given: ChallengeOpened, origin: str) -> None:
        """Make the session's key and let the card sign."""
        assert isinstance(self.card, CardEntered), "only a seat with such a card asks so"
        self._outgoing.outbox.settle(self._request)
        place = Place(self._seat, self._device, origin)
        self.session = CardSession(place, self.card.entropy, given.sitting, given.nonce)
        self._ask_card(self.session.draft(self.card, given, self._outgoing.moment), None)

    def ask_ballot(self, ballot: Ballot) -> None:
        """Let the card sign a ballot, in a vote that wants it so."""
        assert isinstance(self.card, CardEntered), "a card that cannot sign is not asked to"
        self._ask_card(draft(ballot, self.card.key), ballot)

    def _ask_card(self, asked: Draft, ballot: Ballot | None) -> None:
        self._unsigned = (asked, ballot)
        self._outgoing.effects.append(AskCard(self._want(CardSigned), asked.message))

    def _want(self, wanted: type[CardAnswered]) -> int:
        """Ask the card something; returns the number of the request."""
        self._asked += 1
        self._wanted = wanted
        return self._asked

    def judge_answer(self, event: CardAnswered) -> CardAnswered | None:
        """What a card's answer is worth: nothing if it was not asked for, a failure if this card did not sign it."""
        if self._wanted is None or event.number != self._asked or type(event) not in {self._wanted, CardFailed}:
            return None
        if isinstance(event, CardSigned):
            assert self._unsigned is not None, "a signature was asked for"
            asked = self._unsigned[0]
            try:
                asked.key.verify(asked.message, event.signature)
            except SignatureRefused:
                return CardFailed(event.number)
        return event

    def take_signature(self, signature: bytes) -> tuple[bytes, Ballot] | None:
        """Send the session; or return a ballot's envelope and the ballot, to be cast."""
        assert self._unsigned is not None, "judged before"
        assert self.session is not None, "a card is asked only for or within a session"
        asked, ballot = self._unsigned
        self.forget_question()
        if ballot is not None:
            return asked.finish(signature), ballot
        self._outgoing.send(self.session.authorise(asked, signature))
        return None

    # A card that cannot.

    def begin_proof(self, given: OfferOpened, origin: str) -> None:
        """Make the session's key and ask the card for its challenge; one that proves nothing is offered at once."""
        card = self._attested_card()
        self._outgoing.outbox.settle(self._request)
        self.session = CardSession(Place(self._seat, self._device, origin), card.entropy, given.sitting, given.nonce)
        if card.kind == PROVES_NOTHING:
            self._send_request(self.session.offer(card, None, self._outgoing.moment), CardOffer.kind)
        else:
            self._outgoing.effects.append(BeginProof(self._want(ProofBegun)))

    def send_offer(self, begun: ProofBegun) -> None:
        """Offer the card with its challenge."""
        assert self.session is not None, "made before the card was asked"
        self.forget_question()
        self._send_request(self.session.offer(self._attested_card(), begun, self._outgoing.moment), CardOffer.kind)

    def finish_proof(self, question: QuestionOpened) -> None:
        """Ask the card what the controller wants to know."""
        self._outgoing.outbox.settle(self._request)
        self._outgoing.effects.append(FinishProof(self._want(ProofFinished), question.response))

    def send_proof(self, finished: ProofFinished) -> None:
        """Answer the controller's question."""
        assert self.session is not None, "the card was asked for it"
        self.forget_question()
        self._send_request(self.session.answer(finished.proof, self._outgoing.moment), CardAnswer.kind)

    def take_attestation(self, data: bytes, controller: PublicKey) -> None:
        """Take the controller's record of the session. Raises `AttestationRefused`: it is not that; nothing changed."""
        assert self.session is not None, "judged before"
        self.session.accept(data, controller)
        self._outgoing.outbox.settle(self._request)

    def _attested_card(self) -> AttestedCardEntered:
        assert isinstance(self.card, AttestedCardEntered), "only such a card is offered"
        return self.card

    # Either.

    def forget_question(self) -> None:
        """The card has answered, or did not."""
        self._unsigned = self._wanted = None

    def may_try_again(self, reason: str) -> bool:
        """True if a refused session is worth another nonce."""
        return reason == "nonce" and self.session is not None and self._nonce_tries < NONCE_TRIES_MAX

    def try_again(self) -> None:
        """The nonce is gone; ask for another when the way is clear."""
        self._nonce_tries += 1
        self.close("")

    def send_binding(self) -> None:
        """The session stands in the log: bind it. Not before, because a binding that came first would be refused."""
        assert self.session is not None, "it has just been answered"
        self._outgoing.send(self.session.bind(self._device, self._outgoing.moment))

    def bind(self) -> None:
        """The binding counts: the member is present."""
        assert self.session is not None, "its binding has just been answered"
        self.session.bound, self._nonce_tries, self._floor_asked = True, 0, False
        self._bindings.supersede()

    def speak(self, item: str) -> None:
        """Ask for the floor, or take it back."""
        assert self.session is not None, "only a member who is present speaks"
        act = "withdraw" if self._floor_asked else "request"
        self._floor_asked = not self._floor_asked
        self._outgoing.send(self.session.speech(item, act, SPEECH_SORT, self._outgoing.moment))

    @property
    def asks_to_speak(self) -> bool:
        """True while the member waits for the floor, as far as this seat knows."""
        return self._floor_asked and self.member != ""

    def learn_turn(self, *, waiting: bool) -> None:
        """A request or its withdrawal was refused: the next press asks, or takes back what still waits."""
        self._floor_asked = waiting

    def end(self) -> None:
        """The session's own key says that it is over. Only once its binding was sent."""
        session = self.session
        assert session is not None, "a session that was bound"
        self._bindings.end(session.end("card-removed", self._outgoing.moment), session.bind_hash, session.member)
        session.bind_hash = ""

    def close(self, reason: str) -> None:
        """Nothing more is signed by this session's key. `reason` says why there is none, while the card stays."""
        if self.session is not None:
            self._outgoing.drop(self.session.bind_hash)
        self._outgoing.outbox.settle(self._request)
        self.session, self._request, self.denied = None, "", reason
        self.forget_question()

    def leave(self) -> None:
        """The tray is empty."""
        self.close("")
        self.card = None
