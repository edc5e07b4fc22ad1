"""The seat's core: every rule, driven against a chamber in memory."""

import inspect

import pytest

from protocol.encoding import hash_text
from protocol.errors import WrongOrder
from protocol.jws import read_envelope
from protocol.records import Ballot, Speech, read_record
from seat_client import events as e
from seat_client.events import Button, Happening
from seat_client.lamps import Lamp
from seat_client.moves import MOVES, State
from seat_client.seat import Seat
from tests.seat_client.chamber import CONTROLLER, DEPUTY, ROOT, SECRETARY, Chamber, key
from tests.seat_client.rig import Rig, seated, voting

EVENTS = [
    made for _, made in inspect.getmembers(e, inspect.isclass) if issubclass(made, e.Event) and made is not e.Event
]


def ballots(rig: Rig) -> list[Ballot]:
    """The ballots that a seat published, in order."""
    found = []
    for data in dict.fromkeys(rig.sent):
        envelope = read_envelope(data)
        if envelope.kind == "ballot":
            record = read_record("ballot", envelope.payload)
            assert isinstance(record, Ballot)
            found.append(record)
    return found


def binding(rig: Rig, *, at: str = "session-bind") -> Rig:
    """A card that has signed, and a wire that holds the session, or its binding."""
    rig.card_answers = False
    if rig.card is None:
        rig.insert()
    rig.hold = True
    assert rig.card is not None
    rig.feed(e.CardSigned(rig.asked[-1].number, rig.card.sign(rig.asked[-1].message)))
    if at == "session-bind":
        rig.feed(e.DownArrived(rig.chamber.take(rig.held.pop())))
    return rig


# --- The table --------------------------------------------------------------------------------------------------


def example(event: type[e.Event]) -> e.Event:
    """Some event of this class."""
    values = {
        "records": (), "data": b"", "member": "m01", "key": ROOT.public, "entropy": bytes(32), "number": 0,
        "signature": bytes(64), "button": Button.FOR, "sitting": "s1", "nonce": hash_text(b""), "size": 1,
        "reason": "x", "code": "clear", "kind": "ntag424", "uid": bytes(7), "challenge": bytes(16), "mirror": b"",
        "proof": bytes(32), "response": bytes(32), "version": "", "reader_errors": 0, "missed_beats": 0, "throttled": 0,
        "undervolted": False,
    }  # fmt: skip
    return event(**{name: values[name] for name in getattr(event, "__match_args__", ())})


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_pair_is_in_the_table_or_out_of_order(state: State, event: type[e.Event]) -> None:
    """A pair that the table does not have raises `WrongOrder` and changes nothing."""
    if (state, event) in MOVES:
        return
    seat = Seat("s-01", key("s-01"), ROOT.public)
    seat.state = state
    if event in {e.CardSigned, e.ProofBegun, e.ProofFinished, e.CardFailed} and state is not State.OFF:
        assert seat.handle(example(event), e.Moment(1.0, 1, 0.0)) == []  # a late answer of a card, passed over
    else:
        with pytest.raises(WrongOrder):
            seat.handle(example(event), e.Moment(1.0, 1, 0.0))
    assert seat.state is state


def test_every_event_has_a_handler() -> None:
    """No class of event of the table would be looked up in vain."""
    assert {event for _, event in MOVES} == set(Seat._HANDLERS) == set(EVENTS)  # noqa: SLF001 - the seat's own table


# --- Card, session, presence --------------------------------------------------------------------------------------


def test_card_leads_to_presence() -> None:
    """Card in, nonce, session signed by the card, binding: present on the receipt, not before."""
    rig = Rig(Chamber()).connect()
    assert rig.shows(Lamp.ABSENT)
    rig.hold = True
    rig.insert()
    assert rig.seat.member == ""
    rig.deliver()
    assert rig.seat.state is State.PRESENT
    assert rig.shows(Lamp.PRESENT)
    assert rig.seat.member == "m01"
    assert rig.chamber.state.sittings["s1"].present == {"m01"}
    assert rig.last(Happening.PRESENT).member == "m01"


def test_binding_alone_is_not_presence() -> None:
    """The binding goes out once the session stands in the log; without its own receipt the seat stays absent."""
    rig = binding(Rig(Chamber()).connect(), at="session")
    assert [read_envelope(data).kind for data in rig.held] == ["session"]
    rig.feed(e.DownArrived(rig.chamber.take(rig.held.pop())))
    assert [read_envelope(data).kind for data in rig.held] == ["session-bind"]
    assert (rig.seat.state, rig.lamp) == (State.BINDING, Lamp.ABSENT)
    rig.deliver()
    assert rig.shows(Lamp.PRESENT)


def test_card_out_ends_the_session() -> None:
    """The session key signs the end, the lamp goes dark at once, the absence is told with its receipt."""
    rig = seated()
    rig.hold = True
    rig.remove()
    assert rig.shows(Lamp.ABSENT)
    assert "absent" not in rig.told()
    rig.deliver()
    assert rig.last(Happening.ABSENT).member == "m01"
    assert rig.chamber.state.sittings["s1"].present == set()
    assert rig.journal.records() == ()


def test_card_out_and_in_again_is_a_new_session() -> None:
    """A second stay has another key and counts its presses anew."""
    rig = voting().push(Button.FOR)
    rig.remove().insert().push(Button.AGAINST)
    first, second = ballots(rig)
    assert first.session != second.session
    assert rig.chamber.state.opens[rig.chamber.open_hash].ballots["m01"].choice == ("against",)


def test_new_session_waits_for_the_end_of_the_old() -> None:
    """Nothing is asked for while a record of the earlier stay is outstanding."""
    rig = seated()
    rig.hold = True
    rig.remove().insert("m02")
    assert rig.seat.state is State.WAITING
    rig.deliver()
    assert rig.seat.member == "m02"


def test_end_overtakes_no_ballot() -> None:
    """The card is taken out while a press is outstanding: its ballot is settled first, then the session ends."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR).remove()
    assert [read_envelope(data).kind for data in rig.held] == ["ballot"]
    rig.deliver()
    assert rig.chamber.state.opens[rig.chamber.open_hash].ballots["m01"].choice == ("for",)
    assert rig.last(Happening.ABSENT).member == "m01"


@pytest.mark.parametrize("refused", [False, True])
def test_card_pulled_while_the_binding_travels(refused: bool) -> None:
    """A binding that counts is ended; one that was refused leaves nothing to end."""
    rig = binding(Rig(Chamber()).connect()).remove()
    if refused:
        rig.feed(e.DownArrived(rig.chamber.refusal(hash_text(rig.held.pop()), "session")))
    rig.deliver()
    assert rig.chamber.state.sittings["s1"].present == set()
    assert rig.last(Happening.ABSENT).member == "m01"
    assert ("session-end" in [read_envelope(data).kind for data in rig.sent]) != refused
    assert rig.journal.records() == ()


def test_card_pulled_while_the_session_travels() -> None:
    """A session that was never bound needs no end."""
    rig = binding(Rig(Chamber()).connect(), at="session").remove()
    assert rig.last(Happening.ABSENT).member == "m01"
    rig.deliver()
    assert [read_envelope(data).kind for data in rig.sent] == ["challenge-request", "session"]
    assert rig.journal.records() == ()


def test_card_pulled_while_it_signs() -> None:
    """The late failure of a card that was taken out changes nothing."""
    rig = Rig(Chamber()).connect()
    rig.card_answers = False
    rig.insert().remove()
    assert rig.feed(e.CardFailed(rig.asked[0].number)) == []
    assert rig.seat.state is State.ABSENT


def test_card_that_fails_is_refused_until_taken_out() -> None:
    """A card that does not answer leaves the seat red; the next try is a person's."""
    rig = Rig(Chamber()).connect()
    rig.card_answers = False
    rig.insert()
    rig.feed(e.CardFailed(rig.asked[0].number))
    assert (rig.seat.state, rig.lamp, rig.lamp_reason) == (State.REFUSED, Lamp.NOT_COUNTED, "card")
    rig.card_answers = True
    rig.remove().insert()
    assert rig.shows(Lamp.PRESENT)


def test_signature_of_another_card_is_a_failure() -> None:
    """The seat checks the card's signature before anything is sent."""
    rig = Rig(Chamber()).connect()
    rig.card_answers = False
    rig.insert()
    rig.feed(e.CardSigned(rig.asked[0].number, bytes(63) + b"\x01"))
    assert rig.seat.state is State.REFUSED
    assert [read_envelope(data).kind for data in rig.sent] == ["challenge-request"]


def test_unknown_member_is_refused() -> None:
    """A card that the roster does not have gets a signed refusal and a red lamp with its reason."""
    rig = Rig(Chamber()).connect().insert("m99")
    assert (rig.seat.state, rig.lamp, rig.lamp_reason) == (State.REFUSED, Lamp.NOT_COUNTED, "unknown-key")
    assert rig.last(Happening.REFUSED).reason == "unknown-key"
    assert rig.journal.records() == ()


def test_forgotten_nonce_is_asked_for_again() -> None:
    """A controller that restarted between challenge and session is asked once more."""
    rig = Rig(Chamber()).connect()
    rig.card_answers = False
    rig.insert()
    rig.chamber.nonces.clear()
    rig.card_answers = True
    assert rig.card is not None
    rig.feed(e.CardSigned(rig.asked[0].number, rig.card.sign(rig.asked[0].message)))
    assert rig.shows(Lamp.PRESENT)
    assert len(rig.asked) == 2


def test_nonces_are_not_asked_for_for_ever() -> None:
    """A controller that never knows its own nonces ends in a refusal, not in a loop."""
    rig = Rig(Chamber()).connect()
    rig.card_answers = False
    rig.insert()
    for tries in range(4):
        rig.chamber.nonces.clear()
        assert rig.card is not None
        rig.feed(e.CardSigned(rig.asked[tries].number, rig.card.sign(rig.asked[tries].message)))
    assert (rig.seat.state, rig.lamp_reason) == (State.REFUSED, "nonce")


def test_second_challenge_changes_nothing() -> None:
    """A request that was sent twice is answered twice."""
    rig = seated()
    asked = len(rig.asked)
    rig.feed(e.DownArrived(rig.chamber.challenge("again")))
    assert (rig.lamp, len(rig.asked)) == (Lamp.PRESENT, asked)


def test_challenge_for_another_seat_is_told() -> None:
    """A challenge that names another seat or sitting is not answered."""
    rig = Rig(Chamber()).connect()
    rig.hold = True
    rig.insert()
    rig.feed(e.DownArrived(rig.chamber.challenge("x", seat="s-02")))
    rig.feed(e.DownArrived(rig.chamber.challenge("x", sitting="s2")))
    assert rig.seat.state is State.ASKING
    assert [r.reason for r in rig.reports if r.what is Happening.FAULT] == ["challenge", "challenge"]


def test_no_session_without_a_sitting() -> None:
    """A card may lie in the tray before the sitting; the session is asked for when it opens."""
    rig = Rig(Chamber())
    rig.chamber.sitting_state = "prepared"
    rig.connect().insert()
    assert (rig.seat.state, rig.lamp) == (State.WAITING, Lamp.ABSENT)
    rig.chamber.sitting_state = "open"
    rig.show()
    assert rig.shows(Lamp.PRESENT)


def test_adjourning_ends_presence_and_resuming_asks_again() -> None:
    """Sessions end with an adjournment in the log, so nothing is signed for it; the card need not be moved."""
    rig = seated()
    rig.chamber.adjourn()
    rig.show()
    assert (rig.seat.state, rig.lamp, rig.journal.records()) == (State.WAITING, Lamp.ABSENT, ())
    rig.chamber.resume()
    rig.show()
    assert rig.shows(Lamp.PRESENT)


# --- Presses ------------------------------------------------------------------------------------------------------


def test_press_is_recorded_on_its_receipt() -> None:
    """Pressed, then recorded; the ballot quotes the newest checkpoint and the choice in option order."""
    rig = voting()
    assert rig.shows(Lamp.VOTE_OPEN)
    rig.hold = True
    rig.push(Button.FOR)
    assert rig.shows(Lamp.PRESSED)
    rig.deliver()
    assert rig.shows(Lamp.RECORDED)
    (ballot,) = ballots(rig)
    assert (ballot.choice, ballot.seq, ballot.member, ballot.seat) == (("for",), 1, "m01", "s-01")
    report = rig.last(Happening.RECORDED)
    assert (report.vote, report.choice, report.member) == ("v-1", ("for",), "m01")
    assert report.ms > 0
    assert len(rig.journal.records()) == 1, "only the binding is kept once the ballot has its receipt"


def test_ballot_is_kept_before_it_is_sent() -> None:
    """The journal has it first."""
    rig = voting()
    effects = rig.seat.handle(e.ButtonPressed(Button.FOR), e.Moment(200.0, 200_000, 0.0))
    kinds = [type(effect) for effect in effects]
    assert kinds.index(e.KeepRecords) < kinds.index(e.PublishRecord)


def test_change_of_mind_is_a_new_ballot() -> None:
    """The later ballot has a higher seq and is the one that counts; recorded again after its own receipt."""
    rig = voting().push(Button.FOR)
    rig.hold = True
    rig.push(Button.ABSTAIN)
    assert rig.shows(Lamp.PRESSED)
    rig.deliver()
    assert rig.shows(Lamp.RECORDED)
    first, second = ballots(rig)
    assert first.seq < second.seq
    rig.chamber.close()
    assert rig.chamber.figures == (0, 0, 1)


def test_receipts_out_of_order_speak_of_the_newest_press() -> None:
    """The older receipt, coming later, neither lights nor darkens the lamp."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR).push(Button.AGAINST)
    rig.deliver(1)
    assert rig.shows(Lamp.RECORDED)
    rig.feed(e.DownArrived(rig.chamber.take(rig.sent[-2])))
    assert rig.shows(Lamp.RECORDED)
    assert rig.last(Happening.RECORDED).choice == ("against",)
    assert "not-counted" not in rig.told()


def test_receipt_of_the_older_press_does_not_light_the_lamp() -> None:
    """Pressed stays until the newest press has its own receipt."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR).push(Button.AGAINST)
    rig.feed(e.DownArrived(rig.chamber.take(rig.held[0])))
    assert rig.shows(Lamp.PRESSED)
    rig.feed(e.DownArrived(rig.chamber.take(rig.held[1])))
    assert rig.shows(Lamp.RECORDED)


def test_second_press_of_the_same_makes_no_ballot() -> None:
    """A double press is one ballot."""
    rig = voting().push(Button.FOR).push(Button.FOR)
    assert len(ballots(rig)) == 1
    assert rig.last(Happening.IGNORED).reason == "same"


def test_first_press_stands_where_the_vote_says_so() -> None:
    """With `change` first the seat does not spend a ballot that would be void."""
    rig = voting(change="first").push(Button.FOR).push(Button.AGAINST)
    assert len(ballots(rig)) == 1
    assert rig.last(Happening.IGNORED).reason == "first"
    assert not rig.seat.may_change_press


@pytest.mark.parametrize(
    ("phase", "reason"), [("armed", "early"), ("held", "held"), ("closed", "late")], ids=["before", "hold", "after"]
)
def test_press_outside_an_open_vote_makes_no_ballot(phase: str, reason: str) -> None:
    """Before the open, in a hold and after the close a press is passed over, with its reason."""
    rig = seated()
    if phase == "armed":
        rig.chamber.arm()
    else:
        rig.chamber.open()
        rig.chamber.step("hold")
        if phase == "closed":
            rig.chamber.close()
    rig.show().push(Button.FOR)
    assert ballots(rig) == []
    assert rig.last(Happening.IGNORED).reason == reason
    assert rig.seat.vote_to_press == ""


def test_press_after_a_hold_counts() -> None:
    """When the hold is over a press is taken."""
    rig = voting()
    rig.chamber.step("hold")
    rig.show()
    assert rig.shows(Lamp.PRESENT)
    rig.chamber.step("resume")
    rig.show().push(Button.FOR)
    assert rig.shows(Lamp.RECORDED)


def test_last_call_is_shown_and_takes_presses() -> None:
    """Last call has a lamp of its own for whoever has not pressed."""
    rig = voting()
    rig.chamber.step("last-call")
    rig.show()
    assert rig.shows(Lamp.LAST_CALL)
    rig.push(Button.FOR)
    assert rig.shows(Lamp.RECORDED)


def test_press_without_a_member_makes_no_ballot() -> None:
    """Nobody present, nothing signed."""
    rig = Rig(Chamber()).connect()
    rig.chamber.open()
    rig.show().push(Button.FOR)
    assert rig.last(Happening.IGNORED).reason == "absent"
    assert ballots(rig) == []


@pytest.mark.parametrize(("changes", "reason"), [({"mode": "paper"}, "mode"), ({"options": ("a", "b")}, "choice")])
def test_vote_that_has_no_such_button(changes: dict[str, object], reason: str) -> None:
    """Papers are not pressed, and a button without its option chooses nothing."""
    rig = voting(**changes).push(Button.FOR)
    assert rig.last(Happening.IGNORED).reason == reason


def test_test_votes_take_presses() -> None:
    """Test votes are votes for the seat."""
    assert voting(mode="test").push(Button.FOR).shows(Lamp.RECORDED)


def test_card_signs_each_ballot_where_the_vote_asks_for_it() -> None:
    """With `sign` card the ballot is the card's."""
    rig = voting(sign="card").push(Button.FOR)
    assert rig.shows(Lamp.RECORDED)
    assert read_envelope(rig.sent[-1]).algorithm == "ES256"


def test_card_that_fails_on_a_ballot_sends_nothing() -> None:
    """The member sees a fault told and may press again."""
    rig = voting(sign="card")
    rig.card_answers = False
    rig.push(Button.FOR)
    rig.feed(e.CardFailed(rig.asked[-1].number))
    assert (ballots(rig), rig.lamp, rig.seat.state) == ([], Lamp.VOTE_OPEN, State.PRESENT)
    rig.card_answers = True
    assert rig.push(Button.FOR).shows(Lamp.RECORDED)


def test_speak_button_asks_and_withdraws() -> None:
    """SPEAK is a request, SPEAK again takes it back."""
    rig = seated().push(Button.SPEAK).push(Button.SPEAK)
    acts = []
    for data in rig.sent[-2:]:
        record = read_record("speech", read_envelope(data).payload)
        assert isinstance(record, Speech)
        acts.append((record.act, record.speaker))
    assert acts == [("request", "m01"), ("withdraw", "m01")]
    assert [speech.act for _, speech in rig.chamber.state.sittings["s1"].speeches] == ["request", "withdraw"]


def test_card_that_comes_back_to_a_waiting_request_can_take_it_back() -> None:
    """The request outlives the session; the seat learns of it by the refusal of a second one."""
    rig = seated().push(Button.SPEAK).remove().insert().push(Button.SPEAK)
    floor = rig.chamber.state.sittings["s1"].speeches
    assert [speech.act for _, speech in floor] == ["request"]
    rig.push(Button.SPEAK)
    assert [speech.act for _, speech in floor] == ["request", "withdraw"]
    rig.push(Button.SPEAK)
    assert [speech.act for _, speech in floor] == ["request", "withdraw", "request"]


# --- The tray -----------------------------------------------------------------------------------------------------


def test_card_that_may_not_vote_here_shows_why_until_it_is_gone() -> None:
    """A foreign card, or two at once: red with the reason, and nothing is asked of it."""
    rig = Rig(Chamber()).connect()
    sent = len(rig.sent)
    rig.feed(e.TrayTold("card-refused", "certificate-issuer"))
    assert (rig.lamp, rig.lamp_reason) == (Lamp.NOT_COUNTED, "certificate-issuer")
    rig.feed(e.TrayTold("two-cards"))
    assert (rig.lamp, rig.lamp_reason) == (Lamp.NOT_COUNTED, "two-cards")
    assert rig.last(Happening.REFUSED).reason == "two-cards"
    rig.feed(e.TrayTold("clear"))
    assert (rig.lamp, len(rig.sent)) == (Lamp.ABSENT, sent)


def test_reader_that_fails_is_a_fault_until_it_is_back() -> None:
    """In the lamp and in the retained status; told once, however often it is tried again."""
    rig = Rig(Chamber()).connect()
    for _ in range(3):
        rig.feed(e.TrayTold("reader-silent"))
    assert (rig.lamp, rig.lamp_reason) == (Lamp.FAULT, "reader-silent")
    assert rig.state == "fault"
    assert rig.told().count("fault") == 1
    rig.feed(e.TrayTold("reader-back"))
    assert rig.shows(Lamp.ABSENT)
    assert rig.state == "online"


# --- The buttons themselves ---------------------------------------------------------------------------------------


def test_buttons_are_lit_together_while_a_press_would_be_taken() -> None:
    """From the opening to the close, and the same after a press: nobody beside reads from them what was chosen."""
    rig = voting()
    assert rig.lit == [(True, False)]
    rig.push(Button.AGAINST)
    assert rig.lit == [(True, False)]
    rig.chamber.step("last-call")
    rig.show()
    rig.chamber.close()
    rig.show()
    assert rig.lit == [(True, False), (False, False)]


def test_speak_is_lit_while_the_member_waits() -> None:
    """Asked, taken back."""
    rig = seated().push(Button.SPEAK)
    assert rig.lit == [(False, True)]
    rig.push(Button.SPEAK)
    assert rig.lit[-1] == (False, False)


def test_button_that_is_stuck_is_a_fault_of_the_status_and_the_others_vote() -> None:
    """Told once with its kind; the lamp stays the vote's."""
    rig = voting()
    for _ in range(2):
        rig.feed(e.ButtonTold("stuck", "for"))
    assert rig.last(Happening.FAULT).reason == "button-stuck"
    assert rig.told().count("fault") == 1
    assert rig.state == "fault"
    assert rig.push(Button.AGAINST).shows(Lamp.RECORDED)
    rig.feed(e.ButtonTold("clear", "for"))
    assert rig.state == "online"


# --- Answers that do not say `counts` -----------------------------------------------------------------------------


def test_void_press_is_not_counted_with_its_reason() -> None:
    """A press that reaches the log after the close is void `late`: red, with the reason."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR)
    rig.chamber.close()
    rig.deliver()
    assert (rig.lamp, rig.lamp_reason) == (Lamp.NOT_COUNTED, "late")
    assert rig.last(Happening.NOT_COUNTED).reason == "late"


def test_refused_press_is_not_counted_with_its_reason() -> None:
    """A signed refusal is final: red, nothing outstanding; the member may press again."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR)
    rig.feed(e.DownArrived(rig.chamber.refusal(hash_text(rig.held[0]), "budget")))
    assert (rig.lamp, rig.lamp_reason) == (Lamp.NOT_COUNTED, "budget")
    assert rig.last(Happening.REFUSED).vote == "v-1"
    assert rig.seat.next_deadline_s() is None
    rig.hold = False
    assert rig.push(Button.FOR).shows(Lamp.RECORDED)


def test_closed_without_receipt_is_unknown_and_still_sent() -> None:
    """Amber until the answer comes; the record goes out again and again."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR)
    ballot = rig.held[-1]
    rig.chamber.take(ballot)
    rig.chamber.close()
    rig.show()
    assert rig.shows(Lamp.UNKNOWN)
    assert rig.last(Happening.UNKNOWN).choice == ("for",)
    rig.now_s += 3.0
    rig.feed(e.TimePassed())
    assert rig.sent.count(ballot) == 2
    rig.deliver()
    assert rig.shows(Lamp.RECORDED)


def test_dead_session_refuses_until_the_card_is_taken_out() -> None:
    """A ballot void `session` means that this session lives no more: the member must be seen to come back."""
    rig = voting()
    other = seated(rig.chamber, "s-02", "m01")
    assert other.seat.member == "m01"
    rig.push(Button.FOR)
    assert (rig.seat.state, rig.lamp, rig.lamp_reason) == (State.REFUSED, Lamp.NOT_COUNTED, "session")
    rig.remove().insert()
    assert rig.seat.state is State.PRESENT


@pytest.mark.parametrize("spoil", ["other-record", "other-index", "status", "proof"])
def test_receipt_that_does_not_hold_lights_nothing(spoil: str) -> None:
    """A receipt for other bytes, a forged status or a broken path is told; the record keeps being sent."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR)
    record = hash_text(rig.held[0])
    good = rig.chamber.take(rig.held[0])
    index = rig.chamber.state.index_by_hash[record]
    bad = {
        "other-record": rig.chamber.receipt(record, 3),
        "other-index": rig.chamber.receipt(hash_text(rig.chamber.leaves[3]), index),
        "status": good.replace(b"extra ", b"extra A", 1),
        "proof": good.replace(b"\nindex ", b"\nindex 1", 1),
    }[spoil]
    rig.feed(e.DownArrived(bad))
    assert rig.shows(Lamp.PRESSED)
    rig.feed(e.DownArrived(good))
    assert rig.shows(Lamp.RECORDED)


@pytest.mark.parametrize("kind", ["refusal", "challenge", "noise"])
def test_message_of_another_key_is_no_answer(kind: str) -> None:
    """Only the controller answers."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR)
    record = hash_text(rig.held[0])
    data = {
        "refusal": rig.chamber.refusal(record, "budget", SECRETARY),
        "challenge": rig.sent[0],
        "noise": b"\xff\x00",
    }[kind]
    rig.feed(e.DownArrived(data))
    assert rig.shows(Lamp.PRESSED)
    assert "fault" in rig.told()


def test_older_checkpoint_is_asked_for_again_at_once() -> None:
    """A receipt over a tree smaller than one already verified is not enough; the record is sent again, once."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR)
    record, ballot = hash_text(rig.held[0]), rig.held[0]
    rig.chamber.take(ballot)
    index = rig.chamber.state.index_by_hash[record]
    old = rig.chamber.receipt(record, index, size=index + 1)
    rig.chamber.step("last-call")
    rig.show()
    rig.feed(e.DownArrived(old))
    assert rig.shows(Lamp.PRESSED)
    assert rig.sent.count(ballot) == 2
    rig.deliver(0)
    assert rig.shows(Lamp.RECORDED)


# --- Heads, keys, trees ---------------------------------------------------------------------------------------------


def faults(rig: Rig) -> list[str]:
    """The reasons of the faults told."""
    return [report.reason for report in rig.reports if report.what is Happening.FAULT]


def test_older_head_is_passed_over_and_told() -> None:
    """A head of a lower number does not open a vote again."""
    rig = voting()
    old = rig.chamber.head()
    rig.chamber.close()
    rig.show()
    rig.feed(e.HeadArrived(old))
    assert faults(rig) == ["head-number"]
    assert rig.seat.vote_to_press == ""


def test_head_over_a_smaller_tree_is_passed_over_and_told() -> None:
    """A checkpoint that shrinks is not believed, whatever the number."""
    rig = voting()
    rig.show(checkpoint=rig.chamber.note_of(3, rig.chamber.tree.root(3)).decode())
    assert faults(rig) == ["head-size"]


def test_same_head_again_is_no_fault() -> None:
    """A retained head comes again at each reconnect."""
    rig = voting()
    head = rig.chamber.head()
    rig.feed(e.HeadArrived(head))
    rig.feed(e.HeadArrived(head))
    assert faults(rig) == []


def test_two_trees_of_one_size_are_a_fork() -> None:
    """A head that contradicts a checkpoint: a lasting fault; nothing is signed any more."""
    rig = voting()
    rig.show(checkpoint=rig.chamber.note_of(rig.chamber.tree.size, bytes(32)).decode())
    assert (rig.lamp, rig.lamp_reason) == (Lamp.FAULT, "fork")
    assert rig.state == "fault"
    rig.push(Button.FOR)
    assert ballots(rig) == []
    rig.show()
    assert rig.shows(Lamp.FAULT), "a fork stays until somebody has looked"


def test_receipt_of_another_tree_is_a_fork() -> None:
    """A receipt whose checkpoint contradicts one that was seen lights the fault, not the lamp."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR)
    receipt = rig.chamber.take(rig.held[0])
    other = rig.chamber.note_of(rig.chamber.tree.size, bytes(32)).decode()
    rig.show(checkpoint=other)
    rig.feed(e.DownArrived(receipt))
    assert (rig.lamp, rig.lamp_reason) == (Lamp.FAULT, "fork")
    assert "recorded" not in rig.told()


def test_vote_of_an_unknown_officer_is_not_believed() -> None:
    """An arm that no officer of the trust list signed makes the head a fault; a good head ends it."""
    rig = seated()
    rig.chamber.add_officer("dep", "deputy", DEPUTY)
    rig.chamber.open()
    forged = rig.chamber.arm_data.decode()
    open_by_secretary = rig.chamber.open_data.decode()
    rig.show(arm=forged[:-4] + "AAAA", open=open_by_secretary)
    assert (rig.lamp, rig.lamp_reason) == (Lamp.FAULT, "officer")
    rig.show()
    assert rig.shows(Lamp.VOTE_OPEN)


def test_vote_of_a_new_officer_waits_for_the_trust_list() -> None:
    """The head may come before the list that names its officer: it is read again then."""
    rig = seated()
    rig.chamber.add_officer("dep", "deputy", DEPUTY)
    rig.chamber.append_presiding()
    rig.chamber.arm(signer=DEPUTY)
    rig.show()
    assert rig.shows(Lamp.FAULT)
    rig.feed(e.TrustArrived(rig.chamber.trust))
    assert rig.shows(Lamp.PRESENT)


def test_head_before_the_trust_list_waits() -> None:
    """Retained messages come in any order."""
    rig = Rig(Chamber())
    rig.feed(e.LinkUp())
    rig.show()
    assert rig.shows(Lamp.OFFLINE)
    rig.feed(e.TrustArrived(rig.chamber.trust))
    assert rig.shows(Lamp.ABSENT)
    assert rig.told() == ["online", "ready"]


def test_head_of_another_key_is_passed_over() -> None:
    """Only the controller says what is open; whoever writes on the topic besides cannot stop a vote."""
    rig = voting().show(signer=SECRETARY, phase="closed")
    assert faults(rig) == ["head"]
    assert rig.push(Button.FOR).shows(Lamp.RECORDED)


def test_head_with_a_checkpoint_of_another_key_is_a_fault() -> None:
    """The controller shows a tree that the log's key did not sign: nothing is pressed until that is over."""
    rig = voting().show(checkpoint="")
    assert (rig.lamp, rig.lamp_reason) == (Lamp.FAULT, "checkpoint")
    assert rig.push(Button.FOR).last(Happening.IGNORED).reason == "checkpoint"


def test_words_cannot_open_what_no_officer_opened() -> None:
    """`phase` open without a `vote-open` takes no press."""
    rig = seated()
    rig.chamber.arm()
    rig.show(phase="open")
    assert rig.push(Button.FOR).last(Happening.IGNORED).reason == "early"


def test_wrong_root_is_a_fault_and_nothing_is_learned() -> None:
    """Trust records of another root are not believed; the right ones end the fault with the next head."""
    rig = Rig(Chamber())
    rig.feed(e.LinkUp())
    rig.seat = Seat("s-01", key("s-01"), CONTROLLER.public)
    rig.feed(e.Started())
    rig.feed(e.LinkUp())
    rig.feed(e.TrustArrived(rig.chamber.trust))
    rig.show()
    assert (rig.lamp, rig.lamp_reason) == (Lamp.FAULT, "root")


def test_trust_list_that_forgets_is_passed_over() -> None:
    """An older list cannot bring back what a newer one replaced."""
    rig = seated()
    old = rig.chamber.trust
    rig.chamber.add_officer("dep", "deputy", DEPUTY)
    rig.feed(e.TrustArrived(rig.chamber.trust))
    rig.feed(e.TrustArrived(old))
    assert faults(rig) == ["trust-forgets"]


# --- Link, time, power ------------------------------------------------------------------------------------------------


def test_record_is_sent_again_with_growing_pauses() -> None:
    """After 3 s, then 6 s, byte for byte; jitter stretches the pause."""
    rig = voting()
    rig.hold, rig.jitter = True, 0.5
    rig.push(Button.FOR)
    pressed_s, ballot = rig.now_s, rig.held[0]
    due = rig.seat.next_deadline_s()
    assert due is not None
    assert due == pytest.approx(pressed_s + 3.0 * 1.25)
    rig.now_s = due
    rig.feed(e.TimePassed())
    again = rig.seat.next_deadline_s()
    assert again == pytest.approx(rig.now_s + 6.0 * 1.25)
    assert rig.sent.count(ballot) == 2


def test_time_before_the_deadline_sends_nothing() -> None:
    """An early timer is harmless."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR)
    rig.feed(e.TimePassed())
    assert len(rig.held) == 1


def test_reconnect_sends_everything_at_once() -> None:
    """What has no answer goes out again as soon as there is a link, in order."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR).push(Button.AGAINST)
    before = list(rig.held)
    rig.feed(e.LinkDown())
    assert rig.shows(Lamp.OFFLINE)
    assert rig.seat.next_deadline_s() is None
    rig.held.clear()
    rig.feed(e.LinkUp())
    assert rig.held == before
    rig.deliver()
    assert rig.shows(Lamp.RECORDED)


def test_press_without_a_link_is_kept_and_sent_later() -> None:
    """A short loss of the link loses no press."""
    rig = voting()
    rig.feed(e.LinkDown())
    rig.push(Button.FOR)
    assert ballots(rig) == []
    assert len(rig.journal.records()) == 2
    rig.feed(e.LinkUp())
    assert rig.shows(Lamp.RECORDED)


def test_power_cut_keeps_the_press() -> None:
    """The rebooted seat settles its journal before it opens a new session, and shows what became of the press."""
    rig = voting()
    rig.hold = True
    rig.push(Button.FOR)
    rig.switch_on()
    rig.hold = True
    rig.insert()
    rig.feed(e.LinkUp())
    rig.feed(e.TrustArrived(rig.chamber.trust))
    rig.show()
    assert (rig.seat.state, rig.lamp) == (State.WAITING, Lamp.UNKNOWN)
    rig.deliver()
    assert (rig.seat.state, rig.lamp) == (State.PRESENT, Lamp.RECORDED)
    assert rig.last(Happening.RECORDED).vote == "v-1"
    assert len(rig.journal.records()) == 1, "the new binding"


def test_power_cut_without_a_card_ends_the_session() -> None:
    """A member who left while there was no power is not present any more: the device says so."""
    rig = seated()
    rig.switch_on()
    rig.connect()
    assert rig.chamber.state.sittings["s1"].present == set()
    assert rig.shows(Lamp.ABSENT)
    assert rig.journal.records() == ()


def test_second_power_cut_while_binding() -> None:
    """Two bindings in the journal, the newer one refused: the older session is found alive and ended."""
    rig = seated()
    rig.switch_on()
    rig.card_answers = False
    rig.insert().connect()
    binding(rig)
    rig.switch_on()
    rig.connect()
    older, newer = rig.held
    rig.hold = False
    rig.feed(e.DownArrived(rig.chamber.refusal(hash_text(newer), "session")))
    assert rig.chamber.state.sittings["s1"].present == {"m01"}
    rig.feed(e.DownArrived(rig.chamber.take(older)))
    assert rig.chamber.state.sittings["s1"].present == set()
    assert rig.journal.records() == ()


def test_power_cut_while_the_binding_travels() -> None:
    """The session of a card that is gone is bound by the journal, and ended at once."""
    rig = binding(Rig(Chamber()).connect())
    rig.switch_on()
    rig.hold = False
    rig.connect()
    assert [read_envelope(data).kind for data in rig.sent] == ["session-bind", "session-end"]
    assert rig.chamber.state.sittings["s1"].present == set()
    assert rig.journal.records() == ()


def test_power_cut_and_the_nonce_forgotten() -> None:
    """The session is refused by a controller that has restarted meanwhile: nothing is left behind."""
    rig = binding(Rig(Chamber()).connect(), at="session")
    rig.chamber.nonces.clear()
    rig.switch_on()
    rig.hold = False
    rig.connect()
    assert rig.journal.records() == ()
    rig.card_answers = True
    assert rig.insert().shows(Lamp.PRESENT)


def test_power_cut_after_the_card_left() -> None:
    """An end that was on its way is settled, and not said twice."""
    rig = seated()
    rig.hold = True
    rig.remove()
    rig.switch_on()
    rig.hold = False
    rig.connect()
    assert rig.chamber.state.sittings["s1"].present == set()
    assert [read_envelope(data).kind for data in rig.sent] == ["session-bind", "session-end"]
    assert rig.journal.records() == ()


def test_damaged_record_in_the_journal_is_told() -> None:
    """A record that cannot be read is passed over; the others are settled."""
    rig = seated()
    rig.journal.keep((b"not a record",))
    rig.switch_on()
    assert faults(rig) == ["journal"]
    assert rig.connect().shows(Lamp.ABSENT)


def test_full_disk_is_told_and_the_vote_goes_on() -> None:
    """A press that could not be kept is recorded all the same; the status says fault."""
    rig = voting()
    rig.feed(e.JournalFailed())
    assert rig.state == "fault"
    assert rig.push(Button.FOR).shows(Lamp.RECORDED)


def test_two_seats_vote_and_are_counted() -> None:
    """A whole vote: two members, one changes his mind, the figures are theirs."""
    chamber = Chamber()
    first, second = seated(chamber), seated(chamber, "s-02", "m02")
    chamber.open()
    for rig in (first, second):
        rig.show()
    first.push(Button.FOR)
    second.push(Button.FOR).push(Button.AGAINST)
    chamber.close()
    for rig in (first, second):
        rig.show()
        assert rig.shows(Lamp.RECORDED)
    assert chamber.figures == (1, 1, 0)
    assert first.told()[-1] == "closed"
