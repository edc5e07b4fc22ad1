"""One seat: what it does with every card, press, message and passing of time. Pure.

How it works. `handle` looks the event up in the table of `moves.py`, changes the state, lets the handler of that event
type work, then asks what stands open: a session to ask for, a session of before a power cut to end, a lamp to change.
The parts know their own subject: `known_keys` whom to believe, `view` what is open and which trees were seen, `outbox`
what wants an answer, `presses` what became of each press, `card_session` what is signed.

Rules. Journal first, then publish. A record goes out byte for byte until a verified receipt or a signed refusal settles
it. A new session waits until nothing of an earlier one is outstanding, so a rebooted seat settles its journal first.
The journal keeps a session's binding until that session is over, so a rebooted seat knows whom it left behind.
A press makes a ballot only from officers' records; a repeat of the newest standing choice makes none.

Source: `docs/protocol.md` sections 5, 6.5 and 7.3.
"""

from collections.abc import Callable
from typing import Any, Final

from protocol.errors import ChamberError, SignatureRefused
from protocol.jws import Envelope, read_envelope
from protocol.keys import PublicKey, Signer
from protocol.messages import Challenge, ChallengeRequest
from protocol.records import Ballot, SessionBind, SessionEnd, read_record
from seat_client import events as e
from seat_client.answers import Settled, read_down
from seat_client.card_session import CardSession, Draft, Place, draft
from seat_client.errors import ForkSeen
from seat_client.events import Happening
from seat_client.lamps import Lamp, Situation, Standing, choose_lamp
from seat_client.moves import CARD_IN, State, next_state
from seat_client.outbox import Outbox
from seat_client.presses import Press, Presses, why_not
from seat_client.view import View

NONCE_TRIES_MAX: Final = 3
"""A controller that forgets one nonce was restarted; one that forgets this many in a row is out of order."""
SPEECH_SORT: Final = "debate"
_DEAD_SESSION: Final = frozenset({"session", "unknown-key"})
"""Reasons of a ballot's answer that say that its session is not alive."""


class Seat:
    """One seat. `device` signs for the unit, `root` is the pinned root of the chamber's keys."""

    def __init__(self, seat: str, device: Signer, root: PublicKey) -> None:
        self.id = seat
        self.state = State.OFF
        self._device = device
        self._view = View(root)
        self._outbox = Outbox()
        self._presses = Presses()
        self._online = False
        self._ready_told = False
        self._journal_failed = False
        self._fault = ""
        self._card: e.CardEntered | None = None
        self._session: CardSession | None = None
        self._denied = ""
        self._nonce_tries = 0
        self._request = ""
        self._asked = 0
        self._unsigned: tuple[Draft, Ballot | None] | None = None
        self._leftover: SessionBind | None = None
        self._leftover_hash = ""
        self._leftover_lives = False
        self._binds_to_drop: dict[str, str] = {}
        self._floor_asked = False
        self._shown: tuple[Lamp, str] | None = None
        self._effects: list[e.Effect] = []
        self._moment = e.Moment(0.0, 0, 0.0)

    # --- What others may ask ------------------------------------------------------------------------------------

    @property
    def member(self) -> str:
        """The member who is present here, or empty."""
        return self._session.member if self._session is not None and self._session.bound else ""

    @property
    def vote_to_press(self) -> str:
        """The id of the vote that a press would go to now, or empty."""
        arm, head = self._view.arm, self._view.head
        takes = self.state is State.PRESENT and head is not None and head.takes_ballots
        return arm.vote if takes and arm is not None else ""

    @property
    def may_change_press(self) -> bool:
        """False in a vote where the first press stands."""
        return self._view.arm is None or self._view.arm.change == "last"

    def next_deadline_s(self) -> float | None:
        """When to be told that time has passed; None while there is nothing to send again, or no link to send it."""
        return self._outbox.next_due_s() if self._online else None

    # --- The one way in -----------------------------------------------------------------------------------------

    def handle(self, event: e.Event, moment: e.Moment) -> list[e.Effect]:
        """Take an event and return what to do, in order. Raises `WrongOrder`: no such move; nothing has changed."""
        if isinstance(event, e.CardSigned | e.CardFailed):
            if self.state is State.OFF or self._unsigned is None or event.number != self._asked:
                return []  # the answer to a question that a card, since taken out, was asked
            event = self._check_signature(event, self._unsigned[0])
        next_state(self.state, type(event))
        self._effects, self._moment = [], moment
        self._enter(event)
        self._look_around()
        return self._effects

    def _enter(self, event: e.Event) -> None:
        before, self.state = self.state, next_state(self.state, type(event))
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event, before)

    @staticmethod
    def _check_signature(event: e.CardSigned | e.CardFailed, asked: Draft) -> e.CardSigned | e.CardFailed:
        if isinstance(event, e.CardSigned):
            try:
                asked.key.verify(asked.message, event.signature)
            except SignatureRefused:
                return e.CardFailed(event.number)
        return event

    # --- Power, link and what arrives ---------------------------------------------------------------------------

    def _on_started(self, event: e.Started, _before: State) -> None:
        for data in event.records:
            try:
                self._take_up(data, read_envelope(data))
            except ChamberError:
                self._tell(Happening.FAULT, reason="journal")

    def _take_up(self, data: bytes, envelope: Envelope) -> None:
        """Go on with a record of before the power cut."""
        record = read_record(envelope.kind, envelope.payload)
        if isinstance(record, Ballot):
            self._presses.add(Press(envelope.hash, record.open, "", record.session, record.member, record.choice, 0.0))
        elif isinstance(record, SessionBind):
            self._leftover, self._leftover_hash = record, envelope.hash
        elif isinstance(record, SessionEnd):
            self._binds_to_drop[envelope.hash] = self._leftover_hash
            if self._leftover is not None and self._leftover.session == record.session:
                self._leftover = None
        self._outbox.add(data, envelope.kind, self._moment)

    def _on_link_up(self, _event: e.LinkUp, _before: State) -> None:
        self._online = True
        self._tell(Happening.ONLINE)
        self._publish_status()
        self._effects += [e.PublishRecord(data) for data in self._outbox.everything(self._moment)]

    def _on_link_down(self, _event: e.LinkDown, _before: State) -> None:
        self._online = False
        self._tell(Happening.OFFLINE)

    def _on_time_passed(self, _event: e.TimePassed, _before: State) -> None:
        if self._online:
            self._effects += [e.PublishRecord(data) for data in self._outbox.due(self._moment)]

    def _on_journal_failed(self, _event: e.JournalFailed, _before: State) -> None:
        self._journal_failed = True
        self._tell(Happening.FAULT, reason="journal")
        self._publish_status()

    def _on_arrival(self, event: e.TrustArrived | e.HeadArrived, _before: State) -> None:
        """Let the view learn; a fault it finds goes to the lamp, a fresh head may open, close or end something."""
        before = self._view.head
        learned = self._view.learn_trust(event.data) if isinstance(event, e.TrustArrived) else None
        learned = learned or self._view.learn_head(event.data if isinstance(event, e.HeadArrived) else b"")
        if learned.ignored:
            self._tell(Happening.FAULT, reason=learned.ignored)
        if learned.fault:
            self._set_fault(learned.fault)
        elif not learned.ignored and self._view.head is not before:
            self._set_fault("")
            self._follow_head(before.running_vote if before is not None else ("", ""))

    def _follow_head(self, before: tuple[str, str]) -> None:
        head = self._view.head
        assert head is not None, "called when a head was believed"
        if head.running_vote != before:
            if before[0]:
                self._tell(Happening.CLOSED, vote=before[1])
                for press in self._presses.unsettled(before[0]):
                    if self._presses.is_newest(press):
                        self._tell(Happening.UNKNOWN, press=press)
            if head.running_vote[0]:
                self._tell(Happening.OPENED, vote=head.running_vote[1])
        sitting = self._session.sitting if self._session is not None else head.sitting
        if self.state is not State.WAITING and (not head.sitting or sitting != head.sitting):
            self._enter(e.SittingEnded())

    def _on_down(self, event: e.DownArrived, _before: State) -> None:
        keys = self._view.keys
        if keys is None:
            return  # asked again after a pause, by when the keys are here
        try:
            answer = read_down(event.data, keys, self._outbox)
        except ChamberError as error:
            self._tell(Happening.FAULT, reason=error.code)
            return
        if isinstance(answer, Challenge):
            self._take_challenge(answer)
        elif answer is not None:
            self._take_answer(answer)

    def _take_challenge(self, challenge: Challenge) -> None:
        if challenge.seat != self.id or challenge.sitting != self._view.sitting:
            self._tell(Happening.FAULT, reason="challenge")
            return
        self._enter(e.ChallengeOpened(challenge.sitting, challenge.nonce, challenge.size))

    # --- Receipts and refusals ----------------------------------------------------------------------------------

    def _take_answer(self, answer: Settled) -> None:
        if answer.receipt is not None and not self._note_receipt(answer):
            return
        self._outbox.settle(answer.record)
        if answer.kind == "ballot":
            self._settle_ballot(answer)
        elif answer.kind in {"session", "session-bind", "challenge-request"}:
            self._settle_session(answer)
        elif answer.kind == "session-end":
            self._settle_end(answer)
        else:
            self._settle_other(answer)

    def _note_receipt(self, answer: Settled) -> bool:
        """Compare a receipt's checkpoint with what was seen. False: this receipt is not enough."""
        assert answer.receipt is not None, "asked for receipts only"
        try:
            fresh = self._view.note_receipt(answer.receipt.checkpoint)
        except ForkSeen as error:
            self._set_fault(error.code)
            return False
        if not fresh:
            urged = self._outbox.urge(answer.record, self._moment)
            if urged is None:
                self._tell(Happening.FAULT, reason="stale-receipt")
            elif self._online:
                self._effects.append(e.PublishRecord(urged))
        return fresh

    def _settle_ballot(self, answer: Settled) -> None:
        self._effects.append(e.DropRecord(answer.record))
        counted = answer.receipt is not None and not answer.reason
        standing = Standing.RECORDED if counted else Standing.NOT_COUNTED
        press = self._presses.settle(answer.record, standing, answer.reason)
        if press is None:
            return
        if self._presses.is_newest(press):
            refused = Happening.REFUSED if answer.receipt is None else Happening.NOT_COUNTED
            self._tell(Happening.RECORDED if counted else refused, press=press, reason=answer.reason)
        session = self._session
        if session is not None and session.hash == press.session and answer.reason in _DEAD_SESSION:
            if self.state is State.PRESENT:
                self._enter(e.SessionLost(answer.reason))

    def _settle_session(self, answer: Settled) -> None:
        refused = answer.receipt is None or answer.reason != ""
        session = self._session
        if answer.record == self._leftover_hash:
            self._leftover_lives = not refused
            if refused:
                self._forget_leftover()
        elif session is not None and answer.record == session.bind_hash and not refused:
            self._enter(e.SessionCounted())
        elif answer.record in {self._request, *((session.hash, session.bind_hash) if session else ())} and refused:
            self._effects.append(e.DropRecord(answer.record))
            self._deny(answer.reason)
        elif answer.kind != "challenge-request":
            self._effects.append(e.DropRecord(answer.record))

    def _deny(self, reason: str) -> None:
        again = reason == "nonce" and self._nonce_tries < NONCE_TRIES_MAX and self.state is State.BINDING
        if again or self.state in {State.ASKING, State.BINDING}:
            self._enter(e.NonceGone() if again else e.SessionDenied(reason))

    def _settle_end(self, answer: Settled) -> None:
        self._effects.append(e.DropRecord(answer.record))
        bind = self._binds_to_drop.pop(answer.record, "")
        if bind:
            self._effects.append(e.DropRecord(bind))
        self._tell(Happening.ABSENT, reason=answer.reason)

    def _settle_other(self, answer: Settled) -> None:
        self._effects.append(e.DropRecord(answer.record))
        if answer.reason:
            self._floor_asked = False
            self._tell(Happening.REFUSED, reason=answer.reason)

    # --- Card and session ---------------------------------------------------------------------------------------

    def _on_card_entered(self, event: e.CardEntered, _before: State) -> None:
        self._card, self._denied, self._nonce_tries = event, "", 0

    def _on_way_cleared(self, _event: e.WayCleared, _before: State) -> None:
        request = ChallengeRequest(self.id, self._moment.unix_ms).seal(self._device)
        self._request = self._outbox.add(request, ChallengeRequest.kind, self._moment)
        self._effects.append(e.PublishRecord(request))

    def _on_challenge(self, event: e.ChallengeOpened, before: State) -> None:
        if before is not State.ASKING:
            return
        assert self._card is not None, "only a card in the tray is asked for"
        assert self._view.keys is not None, "a challenge was verified with them"
        self._outbox.settle(self._request)
        card = self._card
        self._session = CardSession(self._place(), card.member, card.key, card.entropy, event, self._moment)
        self._ask_card(self._session.draft, None)

    def _on_card_signed(self, event: e.CardSigned, before: State) -> None:
        assert self._unsigned is not None, "late answers are sorted out before"
        assert self._session is not None, "a card is asked only for a session or in one"
        (asked, ballot), self._unsigned = self._unsigned, None
        if ballot is not None:
            self._cast(asked.finish(event.signature), ballot)
        elif before is State.SIGNING:
            self._send(*self._session.authorise(event.signature, self._place(), self._moment))

    def _on_card_failed(self, _event: e.CardFailed, before: State) -> None:
        self._unsigned = None
        self._tell(Happening.FAULT, reason="card")
        if before is State.SIGNING:
            self._session, self._denied = None, "card"

    def _on_session_counted(self, _event: e.SessionCounted, _before: State) -> None:
        assert self._session is not None, "its binding was just answered"
        self._session.bound = True
        self._nonce_tries = 0
        self._floor_asked = False
        self._forget_leftover()
        self._tell(Happening.PRESENT)

    def _on_session_denied(self, event: e.SessionDenied, _before: State) -> None:
        self._close_session(event.reason)
        self._tell(Happening.REFUSED, reason=event.reason)

    def _on_nonce_gone(self, _event: e.NonceGone, _before: State) -> None:
        self._nonce_tries += 1
        self._close_session("")

    def _on_session_lost(self, event: e.SessionLost, _before: State) -> None:
        self._tell(Happening.ABSENT, reason=event.reason)
        self._close_session(event.reason)

    def _on_sitting_ended(self, _event: e.SittingEnded, _before: State) -> None:
        if self.member:
            self._tell(Happening.ABSENT, reason="sitting")
        self._close_session("")

    def _on_card_left(self, _event: e.CardLeft, before: State) -> None:
        session, self._card = self._session, None
        if before in {State.BINDING, State.PRESENT} and session is not None:
            end = session.end("card-removed", self._moment)
            self._binds_to_drop[self._send(end)] = session.bind_hash
            session.bind_hash = ""
        else:
            self._tell(Happening.ABSENT)
        self._close_session("")

    def _close_session(self, reason: str) -> None:
        """Nothing more is signed by this session's key. `reason` stays on the lamp until the card is taken out."""
        if self._session is not None and self._session.bind_hash:
            self._effects.append(e.DropRecord(self._session.bind_hash))
        self._outbox.settle(self._request)
        self._session, self._unsigned, self._denied = None, None, reason

    def _forget_leftover(self) -> None:
        if self._leftover_hash and self._leftover_hash not in self._binds_to_drop.values():
            self._effects.append(e.DropRecord(self._leftover_hash))
        self._leftover, self._leftover_hash, self._leftover_lives = None, "", False

    # --- Buttons ------------------------------------------------------------------------------------------------

    def _on_button(self, event: e.ButtonPressed, _before: State) -> None:
        session = self._session
        if self.state is not State.PRESENT or session is None:
            self._tell(Happening.IGNORED, reason="absent")
        elif event.button is e.Button.SPEAK:
            act = "withdraw" if self._floor_asked else "request"
            self._floor_asked = not self._floor_asked
            self._send(session.speech(self._view.item, act, SPEECH_SORT, self._moment))
        else:
            self._press((event.button.value,), session)

    def _press(self, choice: tuple[str, ...], session: CardSession) -> None:
        head, arm = self._view.head, self._view.arm
        newest = self._presses.newest(head.open_hash, session.member) if head is not None else None
        reason = "fork" if self._fault else why_not(head, session.sitting, choice, newest)
        if reason or head is None or arm is None:
            self._tell(Happening.IGNORED, vote=arm.vote if arm else "", reason=reason)
            return
        ballot = session.ballot(self.id, head.open_hash, choice, self._view.seen, self._moment)
        if arm.sign == "session":
            self._cast(session.seal(ballot), ballot)
        elif self._card is not None:
            self._ask_card(draft(ballot, self._card.key), ballot)

    def _cast(self, data: bytes, ballot: Ballot) -> None:
        record = self._send(data)
        vote = self._view.vote_name(ballot.open)
        press = Press(record, ballot.open, vote, ballot.session, ballot.member, ballot.choice, self._moment.now_s)
        self._presses.add(press)
        self._tell(Happening.PRESSED, press=press)

    # --- What is done in many places ----------------------------------------------------------------------------

    def _send(self, *records: bytes) -> str:
        """Keep, then publish. Returns the hash of the last record."""
        self._effects.append(e.KeepRecords(records))
        last = ""
        for data in records:
            last = self._outbox.add(data, read_envelope(data).kind, self._moment)
            if self._online:
                self._effects.append(e.PublishRecord(data))
        return last

    def _ask_card(self, asked: Draft, ballot: Ballot | None) -> None:
        self._asked += 1
        self._unsigned = (asked, ballot)
        self._effects.append(e.AskCard(self._asked, asked.message))

    def _place(self) -> Place:
        assert self._view.keys is not None, "sessions are opened once the keys are known"
        return Place(self.id, self._device, self._view.keys.origin)

    def _tell(self, what: Happening, *, vote: str = "", press: Press | None = None, reason: str = "") -> None:
        member = self.member or (self._card.member if self._card is not None else "")
        if press is None:
            self._effects.append(e.Report(what, member, vote, reason=reason))
            return
        ms = (self._moment.now_s - press.pressed_s) * 1000 if press.pressed_s else 0.0
        vote = press.vote or self._view.vote_name(press.open)
        self._effects.append(e.Report(what, press.member, vote, press.choice, reason, ms))

    def _set_fault(self, reason: str) -> None:
        """A fork stays until somebody has looked; everything else ends with the next good head."""
        if reason == self._fault or self._fault == ForkSeen.code:
            return
        self._fault = reason
        if reason:
            self._tell(Happening.FAULT, reason=reason)
        self._publish_status()

    def _publish_status(self) -> None:
        if self._online:
            self._effects.append(e.PublishStatus("fault" if self._fault or self._journal_failed else "online"))

    # --- What stands open ---------------------------------------------------------------------------------------

    def _look_around(self) -> None:
        connected = self._online and self._view.keys is not None and self._view.head is not None
        if connected and not self._ready_told:
            self._ready_told = True
            self._tell(Happening.READY)
        if connected and len(self._outbox) == 0:
            if self.state is State.WAITING and self._view.sitting:
                self._enter(e.WayCleared())
            elif self.state is State.ABSENT and self._leftover is not None and self._leftover_lives:
                self._end_leftover(self._leftover)
        self._show_lamp(connected=connected)

    def _end_leftover(self, leftover: SessionBind) -> None:
        """The card was taken out while there was no power: say so with the device's own key."""
        end = SessionEnd(leftover.session, "power-cut", self._moment.unix_ms).seal(self._device)
        self._binds_to_drop[self._send(end)] = self._leftover_hash
        self._forget_leftover()

    def _show_lamp(self, *, connected: bool) -> None:
        head, member = self._view.head, self.member
        press = self._presses.newest(head.open_hash, member) if head is not None and member else None
        situation = Situation(
            fault=self._fault != "", connected=connected, card=self.state in CARD_IN,
            denied=self.state is State.REFUSED, present=self.state is State.PRESENT,
            phase=head.phase if head is not None else "", press=press.standing if press is not None else None,
            unsettled=bool(self._presses.unsettled()),
        )  # fmt: skip
        lamp = choose_lamp(situation)
        reasons = {Lamp.FAULT: self._fault, Lamp.NOT_COUNTED: self._denied or (press.reason if press else "")}
        shown = (lamp, reasons.get(lamp, ""))
        if shown != self._shown:
            self._shown = shown
            self._effects.append(e.ShowLamp(*shown))


# Each handler takes its own class of event, which a table of callables cannot say.
_HANDLERS: Final[dict[type[e.Event], Callable[[Seat, Any, State], None]]] = {
    e.Started: Seat._on_started,
    e.LinkUp: Seat._on_link_up,
    e.LinkDown: Seat._on_link_down,
    e.TrustArrived: Seat._on_arrival,
    e.HeadArrived: Seat._on_arrival,
    e.DownArrived: Seat._on_down,
    e.TimePassed: Seat._on_time_passed,
    e.JournalFailed: Seat._on_journal_failed,
    e.CardEntered: Seat._on_card_entered,
    e.CardLeft: Seat._on_card_left,
    e.CardSigned: Seat._on_card_signed,
    e.CardFailed: Seat._on_card_failed,
    e.ButtonPressed: Seat._on_button,
    e.WayCleared: Seat._on_way_cleared,
    e.ChallengeOpened: Seat._on_challenge,
    e.SessionCounted: Seat._on_session_counted,
    e.SessionDenied: Seat._on_session_denied,
    e.NonceGone: Seat._on_nonce_gone,
    e.SessionLost: Seat._on_session_lost,
    e.SittingEnded: Seat._on_sitting_ended,
}
