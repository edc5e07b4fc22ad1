"""One seat: what it does with every card, press, message and passing of time. Pure.

How it works. `handle` looks the event up in the table of `moves.py`, changes the state, lets the handler of that event
type work, then asks what stands open: a session to ask for, one of before a power cut to end, a lamp to change. Each
part knows its own subject: `view` what was verified, `outgoing` what leaves and wants an answer, `voting` the presses,
`stay` the card and its session, `bindings` which sessions the log may believe alive, `face` what is shown.

Rules. Journal first, then publish. A record goes out byte for byte until a verified receipt or a signed refusal settles
it. A new session waits until nothing of an earlier one is outstanding, so a rebooted seat settles its journal first.

Source: `docs/protocol.md` sections 5, 6.5 and 7.3.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from protocol.encoding import from_base64url
from protocol.errors import ChamberError
from protocol.jws import read_envelope
from protocol.keys import PublicKey, Signer
from protocol.messages import CardAnswer, CardAttested, CardOffer, CardQuestion, Challenge, ChallengeRequest
from protocol.records import Ballot, SessionBind, SessionEnd, read_record
from protocol.seat_status import SeatStatus
from seat_client import events as e
from seat_client.answers import Settled, read_down
from seat_client.bindings import Bindings
from seat_client.card_session import CardSession
from seat_client.errors import ForkSeen
from seat_client.events import Happening
from seat_client.face import Face
from seat_client.lamps import Situation
from seat_client.moves import CARD_IN, RELAYING, State, next_state
from seat_client.outgoing import Outgoing
from seat_client.stay import CardAnswered, Stay
from seat_client.view import Learned, View
from seat_client.voting import Voting

TURN_IS_WAITING: Final = "turn-is-waiting"
"""The name under which a request of somebody who waits already is refused: a card that came back to its seat."""
TRAY_CLEAR: Final = "clear"
READER_BACK: Final = "reader-back"
BUTTON_CLEAR: Final = "clear"
_OF_CARDS: Final = frozenset({"two-cards", "card-refused"})
_OPENING: Final = frozenset({"session", "session-bind", ChallengeRequest.kind, CardOffer.kind, CardAnswer.kind})
_MAY_BE_REFUSED: Final = frozenset({State.ASKING, *RELAYING, State.BINDING})
CANNOT_SIGN: Final = "card-cannot-sign"
"""Why a press makes no ballot in a vote in which each ballot is signed by the card itself."""


class Seat:
    """One seat. `device` signs for the unit, `root` is the pinned root of the chamber's keys."""

    def __init__(self, seat: str, device: Signer, root: PublicKey) -> None:
        self.id = seat
        self.state = State.OFF
        self._device = device
        self._view = View(root)
        self._outgoing = Outgoing()
        self._voting = Voting(self._view, self._outgoing)
        self._bindings = Bindings(self._outgoing)
        self._stay = Stay(seat, device, self._outgoing, self._bindings)
        self._face = Face(self._outgoing)
        self._refusal = ""
        self._ready_told = False

    # What others may ask.

    @property
    def member(self) -> str:
        """The member who is present here, or empty."""
        return self._stay.member

    @property
    def vote_to_press(self) -> str:
        """The id of the vote that a press would go to now, or empty."""
        head = self._view.head
        if self.state is not State.PRESENT or head is None or head.arm is None or not head.takes_ballots:
            return ""
        return head.arm.vote

    @property
    def may_change_press(self) -> bool:
        """False in a vote where the first press stands."""
        return self._view.arm is None or self._view.arm.change == "last"

    @property
    def status(self) -> SeatStatus:
        """What the seat says of itself, as of the newest event."""
        return self._face.status

    @property
    def is_connected(self) -> bool:
        """True while there is a link to a broker."""
        return self._outgoing.online

    def next_deadline_s(self) -> float | None:
        """When to be told that time has passed; None with nothing to send, or no link to send it."""
        waits = self._outgoing.online and self._view.keys is not None
        due_s = (self._outgoing.outbox.next_due_s() if waits else None, self._face.status_due_s())
        return min((one for one in due_s if one is not None), default=None)

    # The one way in.

    def handle(self, event: e.Event, moment: e.Moment) -> list[e.Effect]:
        """Take an event and return what to do, in order. Raises `WrongOrder`: no such move; nothing has changed."""
        if isinstance(event, CardAnswered) and self.state is not State.OFF:
            answer = self._stay.judge_answer(event)
            if answer is None:
                return []  # to what was asked of a card that has been taken out since
            event = answer
        next_state(self.state, type(event))
        effects = self._outgoing.begin(moment)
        self._enter(event)
        self._look_around()
        return effects

    def _enter(self, event: e.Event) -> None:
        before, self.state = self.state, next_state(self.state, type(event))
        self._HANDLERS[type(event)](self, event, before)

    def _look_around(self) -> None:
        connected = self._outgoing.online and self._view.keys is not None and self._view.head is not None
        if connected and not self._ready_told:
            self._ready_told = True
            self._tell(Happening.READY)
        self._bindings.send_ends()
        if connected and len(self._outgoing.outbox) == 0:
            if self.state is State.WAITING and self._view.sitting:
                self._enter(e.WayCleared())
            elif self.state is State.ABSENT:
                self._bindings.end_leftovers(self._device)
        self._show_lamp(connected=connected)
        self._face.tray = self._refusal
        self._face.show_status()

    # Power, link, time.

    def _on_started(self, event: e.Started, _before: State) -> None:
        self._face.start(event.version)
        for data in event.records:
            try:
                envelope = read_envelope(data)
                record = read_record(envelope.kind, envelope.payload)
            except ChamberError:
                self._tell(Happening.FAULT, reason="journal")
                continue
            if isinstance(record, Ballot):
                self._voting.find(envelope.hash, record)
            elif isinstance(record, SessionBind | SessionEnd):
                self._bindings.find(envelope.hash, record)
            self._outgoing.outbox.add(data, envelope.kind, self._outgoing.moment)

    def _on_link_up(self, _event: e.LinkUp, _before: State) -> None:
        self._outgoing.online = True
        self._tell(Happening.ONLINE)
        self._face.ask_status()
        self._send_again()

    def _send_again(self) -> None:
        """Everything without an answer, once the keys that can read the answers are here."""
        if self._outgoing.online and self._view.keys is not None:
            self._outgoing.publish(*self._outgoing.outbox.everything(self._outgoing.moment))

    def _on_link_down(self, _event: e.LinkDown, _before: State) -> None:
        self._outgoing.online = False
        self._tell(Happening.OFFLINE)

    def _on_time_passed(self, _event: e.TimePassed, _before: State) -> None:
        if self._outgoing.online and self._view.keys is not None:
            self._outgoing.publish(*self._outgoing.outbox.due(self._outgoing.moment))

    def _on_journal_failed(self, _event: e.JournalFailed, _before: State) -> None:
        self._face.note_journal(self._who())

    def _on_measured(self, event: e.Measured, _before: State) -> None:
        self._face.note_measures(event)

    # What arrives.

    def _on_trust(self, event: e.TrustArrived, _before: State) -> None:
        before, knew = self._running_vote(), self._view.keys is not None
        learned = self._view.learn_trust(event.data)
        if not knew:
            self._send_again()
        self._follow(learned, before)

    def _on_head(self, event: e.HeadArrived, _before: State) -> None:
        before = self._running_vote()
        self._follow(self._view.learn_head(event.data), before)

    def _running_vote(self) -> tuple[str, str]:
        return self._view.head.running_vote if self._view.head is not None else ("", "")

    def _follow(self, learned: Learned, before: tuple[str, str]) -> None:
        """Go where the view leads. `before` is (open, vote id) of the vote that ran until now."""
        if learned.ignored:
            self._tell(Happening.FAULT, reason=learned.ignored)
        if learned.fault:
            self._face.set_fault(learned.fault, self._who())
        if not learned.fresh:
            return
        self._face.set_fault("", self._who())
        after = self._running_vote()
        if before != after and before[0]:
            self._voting.close(*before)
        if before != after and after[0]:
            self._outgoing.tell(Happening.OPENED, self.member, after[1])
        session = self._stay.session
        sitting = session.sitting if session is not None else self._view.sitting
        if not self._view.sitting or sitting != self._view.sitting:
            self._enter(e.SittingEnded())

    def _on_down(self, event: e.DownArrived, _before: State) -> None:
        if self._view.keys is None:
            return  # nothing was asked before the keys were here
        try:
            answer = read_down(event.data, self._view.keys, self._outgoing.outbox)
        except ChamberError as error:
            self._tell(Happening.FAULT, reason=error.code)
            return
        if isinstance(answer, Settled):
            self._take_answer(answer)
        elif isinstance(answer, Challenge):
            self._take_challenge(answer)
        elif answer is not None:
            self._take_relayed(answer, self._view.keys.controller)

    def _take_challenge(self, answer: Challenge) -> None:
        if (answer.seat, answer.sitting) != (self.id, self._view.sitting):
            self._tell(Happening.FAULT, reason="challenge")
        elif self._stay.cannot_sign:
            self._enter(e.OfferOpened(answer.sitting, answer.nonce))
        else:
            self._enter(e.ChallengeOpened(answer.sitting, answer.nonce, answer.size))

    def _take_relayed(self, answer: CardQuestion | CardAttested, controller: PublicKey) -> None:
        """A question for the card at hand, or its session; what is about another stay comes too late to matter."""
        if answer.seat != self.id:
            self._tell(Happening.FAULT, reason=answer.kind)
        elif self.state not in RELAYING or not self._stay.awaits(answer.nonce):
            return
        elif isinstance(answer, CardQuestion):
            self._enter(e.QuestionOpened(from_base64url(answer.response.encode("ascii"))))
        else:
            try:
                self._stay.take_attestation(answer.record.encode("utf-8"), controller)
            except ChamberError as error:
                self._enter(e.SessionDenied(error.code))
            else:
                self._enter(e.AttestationFound())

    def _take_answer(self, answer: Settled) -> None:
        if not self._accept_receipt(answer):
            return
        self._outgoing.outbox.settle(answer.record)
        if answer.kind == "ballot":
            dead = self._voting.settle(answer)
            session = self._stay.session
            if self.state is State.PRESENT and session is not None and session.hash == dead:
                self._enter(e.SessionLost(answer.reason))
        elif answer.kind in _OPENING:
            self._settle_opening(answer)
        elif answer.kind == "session-end":
            self._bindings.settle_end(answer.record, answer.reason)
        else:
            self._settle_floor(answer)

    def _accept_receipt(self, answer: Settled) -> bool:
        """Compare a receipt's checkpoint with what was seen: an older one is asked for again, once at once."""
        if answer.receipt is None:
            return True
        try:
            fresh = self._view.note_receipt(answer.receipt.checkpoint)
        except ForkSeen as error:
            self._face.set_fault(error.code, self._who())
            return False
        if not fresh:
            urged = self._outgoing.outbox.urge(answer.record, self._outgoing.moment)
            if urged is None:
                self._tell(Happening.FAULT, reason="stale-receipt")
            else:
                self._outgoing.publish(urged)
        return fresh

    def _settle_opening(self, answer: Settled) -> None:
        """Request, session or binding has its answer; only those of the session at hand lead anywhere."""
        refused = answer.receipt is None or answer.reason != ""
        own = self._stay.owns(answer.record)
        session = self._stay.session
        if own and refused and self.state in _MAY_BE_REFUSED:
            again = self._stay.may_try_again(answer.reason)
            self._outgoing.drop(answer.record)
            self._enter(e.NonceGone() if again else e.SessionDenied(self._name_of(answer)))
        elif own and self.state is State.BINDING and session is not None and answer.record == session.hash:
            self._outgoing.drop(answer.record)
            self._stay.send_binding()
        elif own and self.state is State.BINDING:
            self._enter(e.SessionCounted())
        elif not self._bindings.settle_bind(answer.record, refused=refused):
            self._outgoing.drop(answer.record)

    @staticmethod
    def _name_of(answer: Settled) -> str:
        """What a member is told of a refusal: a card's own trouble rather than that it was the card."""
        return answer.why if answer.reason == "card" and answer.why else answer.reason

    def _settle_floor(self, answer: Settled) -> None:
        self._outgoing.drop(answer.record)
        if answer.reason:
            self._stay.learn_turn(waiting=answer.why == TURN_IS_WAITING)
            self._tell(Happening.REFUSED, reason=answer.reason)

    # Card and session.

    def _on_card_entered(self, event: e.CardEntered | e.AttestedCardEntered, _before: State) -> None:
        self._stay.enter(event)

    def _on_way_cleared(self, _event: e.WayCleared, _before: State) -> None:
        self._stay.ask_nonce()

    def _on_challenge(self, event: e.ChallengeOpened, before: State) -> None:
        if before is State.ASKING:
            assert self._view.keys is not None, "a challenge was verified with them"
            self._stay.take_nonce(event, self._view.keys.origin)

    def _on_card_signed(self, event: e.CardSigned, _before: State) -> None:
        signed = self._stay.take_signature(event.signature)
        if signed is not None:
            self._voting.cast(*signed)

    def _on_card_failed(self, event: e.CardFailed, before: State) -> None:
        self._tell(Happening.FAULT, reason=event.reason)
        self._stay.forget_question()
        if before is not State.PRESENT:
            self._stay.close(event.reason)

    # A card that cannot sign.

    def _on_offer_opened(self, event: e.OfferOpened, before: State) -> None:
        if before is State.ASKING:
            assert self._view.keys is not None, "a challenge was verified with them"
            self._stay.begin_proof(event, self._view.keys.origin)

    def _on_proof_begun(self, event: e.ProofBegun, _before: State) -> None:
        self._stay.send_offer(event)

    def _on_question_opened(self, event: e.QuestionOpened, before: State) -> None:
        if before is State.OFFERING:
            self._stay.finish_proof(event)

    def _on_proof_finished(self, event: e.ProofFinished, _before: State) -> None:
        self._stay.send_proof(event)

    def _on_attestation_found(self, _event: e.AttestationFound, _before: State) -> None:
        self._stay.send_binding()

    # Presence.

    def _on_session_counted(self, _event: e.SessionCounted, _before: State) -> None:
        self._stay.bind()
        self._tell(Happening.PRESENT)

    def _on_session_denied(self, event: e.SessionDenied, _before: State) -> None:
        self._tell(Happening.REFUSED, reason=event.reason)
        self._stay.close(event.reason)

    def _on_nonce_gone(self, _event: e.NonceGone, _before: State) -> None:
        self._stay.try_again()

    def _on_session_lost(self, event: e.SessionLost, _before: State) -> None:
        self._tell(Happening.ABSENT, reason=event.reason)
        self._stay.close(event.reason)

    def _on_sitting_ended(self, _event: e.SittingEnded, _before: State) -> None:
        if self.member:
            self._tell(Happening.ABSENT, reason="sitting")
        self._stay.close("")

    def _on_card_left(self, _event: e.CardLeft, before: State) -> None:
        session = self._stay.session
        if before in {State.BINDING, State.PRESENT} and session is not None and session.bind_hash:
            self._stay.end()
        else:
            self._tell(Happening.ABSENT)
        self._stay.leave()

    def _on_tray_told(self, event: e.TrayTold, _before: State) -> None:
        if event.code in _OF_CARDS:
            self._refusal = event.reason or event.code
            self._tell(Happening.REFUSED, reason=self._refusal)
        elif event.code == TRAY_CLEAR:
            self._refusal = ""
        else:
            self._face.set_reader("" if event.code == READER_BACK else event.code, self._who())

    # Buttons.

    def _on_button_told(self, event: e.ButtonTold, _before: State) -> None:
        self._face.set_button(event.button, "" if event.code == BUTTON_CLEAR else event.code, self._who())

    def _on_button(self, event: e.ButtonPressed, _before: State) -> None:
        session = self._stay.session
        if self.state is not State.PRESENT or session is None:
            self._tell(Happening.IGNORED, reason="absent")
        elif event.button is e.Button.SPEAK:
            self._stay.speak(self._view.item)
        elif self._face.fault:
            self._tell(Happening.IGNORED, reason=self._face.fault)
        else:
            self._press((event.button.value,), session)

    def _press(self, choice: tuple[str, ...], session: CardSession) -> None:
        ballot = self._voting.press(choice, self.id, session)
        if ballot is None:
            return
        if not self._view.signs_each_ballot:
            self._voting.cast(ballot.seal(session), ballot)
        elif self._stay.cannot_sign:
            self._voting.refuse(ballot, CANNOT_SIGN)
        else:
            self._stay.ask_ballot(ballot)

    # What is shown.

    def _tell(self, what: Happening, *, reason: str = "") -> None:
        self._outgoing.tell(what, self._who(), reason=reason)

    def _who(self) -> str:
        return self.member or self._stay.holder

    def _show_lamp(self, *, connected: bool) -> None:
        press = self._voting.newest(self.member) if self.member else None
        situation = Situation(
            fault=self._face.fault != "" or self._face.reader != "", connected=connected, card=self.state in CARD_IN,
            denied=self.state is State.REFUSED, present=self.state is State.PRESENT, phase=self._view.phase,
            press=press.standing if press is not None else None, unsettled=self._voting.unsettled,
            refused=self._refusal != "",
        )  # fmt: skip
        self._face.show_lamp(situation, self._refusal or self._stay.denied, press)
        able = not (self._view.signs_each_ballot and self._stay.cannot_sign)
        may_press = connected and able and not situation.fault and self.vote_to_press != ""
        self._face.show_buttons(may_press=may_press, asks_to_speak=self._stay.asks_to_speak)

    # Each handler takes its own class of event, which the type of a table cannot say.
    _HANDLERS: ClassVar[dict[type[e.Event], Callable[["Seat", Any, State], None]]] = {
        e.Started: _on_started,
        e.LinkUp: _on_link_up,
        e.LinkDown: _on_link_down,
        e.TimePassed: _on_time_passed,
        e.JournalFailed: _on_journal_failed,
        e.Measured: _on_measured,
        e.TrustArrived: _on_trust,
        e.HeadArrived: _on_head,
        e.DownArrived: _on_down,
        e.CardEntered: _on_card_entered,
        e.AttestedCardEntered: _on_card_entered,
        e.CardLeft: _on_card_left,
        e.CardSigned: _on_card_signed,
        e.CardFailed: _on_card_failed,
        e.OfferOpened: _on_offer_opened,
        e.ProofBegun: _on_proof_begun,
        e.QuestionOpened: _on_question_opened,
        e.ProofFinished: _on_proof_finished,
        e.AttestationFound: _on_attestation_found,
        e.TrayTold: _on_tray_told,
        e.ButtonTold: _on_button_told,
        e.ButtonPressed: _on_button,
        e.WayCleared: _on_way_cleared,
        e.ChallengeOpened: _on_challenge,
        e.SessionCounted: _on_session_counted,
        e.SessionDenied: _on_session_denied,
        e.NonceGone: _on_nonce_gone,
        e.SessionLost: _on_session_lost,
        e.SittingEnded: _on_sitting_ended,
    }
