"""The seat's core with a card that cannot sign: it relays, and votes with the session that the controller attests."""

from typing import Any

import pytest

from protocol.encoding import base64url, hash_text
from protocol.jws import read_envelope
from protocol.keys import Ed25519Signer
from protocol.messages import CardAttested, CardOffer, CardQuestion, open_message
from protocol.records import SessionAttested
from seat_client import events as e
from seat_client.events import Button, Happening
from seat_client.lamps import Lamp
from seat_client.moves import State
from seat_client.stay import NONCE_TRIES_MAX
from tests.seat_client.attesting_chamber import UIDS, AttestingChamber, chip
from tests.seat_client.chamber import CONTROLLER, SITTING, key
from tests.seat_client.rig import Rig


def bench() -> Rig:
    """A connected seat with an empty tray."""
    return Rig(AttestingChamber()).connect()


def kinds(datas: list[bytes]) -> list[str]:
    """What was published, by kind."""
    return [read_envelope(data).kind for data in datas]


def held_at(kind: str) -> Rig:
    """A seat with a card that proves itself, and a wire that holds its message of a kind back."""
    rig = bench()
    rig.hold = True
    rig.insert_attested(UIDS["m03"], chip())
    while kinds(rig.held) != [kind]:
        (data,), rig.held = rig.held, []
        rig.feed(e.DownArrived(rig.chamber.take(data)))
    return rig


def restart(rig: Rig) -> None:
    """The controller forgets what it keeps beside the log."""
    assert isinstance(rig.chamber, AttestingChamber)
    rig.chamber.restart()


def attested(chamber: Any) -> list[bool]:
    """Whether each session of the log was attested."""
    return [session.attested for session in chamber.state.sessions.values()]


# --- The way to a session -----------------------------------------------------------------------------------------


def test_card_that_proves_its_key_leads_to_presence() -> None:
    """Request, offer, answer, binding; the member is the one whom the controller names."""
    rig = bench()
    rig.insert_attested(UIDS["m03"], chip())
    assert kinds(rig.sent) == ["challenge-request", "card-offer", "card-answer", "session-bind"]
    assert (rig.seat.state, rig.seat.member, rig.lamp) == (State.PRESENT, "m03", Lamp.PRESENT)
    assert rig.last(Happening.PRESENT).member == "m03"
    assert rig.chamber.state.sittings[SITTING].present == {"m03"}
    assert attested(rig.chamber) == [True]
    assert [type(effect) for effect in rig.relayed] == [e.BeginProof, e.FinishProof]
    assert rig.seat.next_deadline_s() is None or rig.pass_time(120.0).sent == rig.sent


def test_card_that_proves_nothing_is_never_asked() -> None:
    """It is offered, and attested at once where this is a demonstration."""
    rig = bench()
    rig.insert_attested(UIDS["m04"])
    assert kinds(rig.sent) == ["challenge-request", "card-offer", "session-bind"]
    assert (rig.seat.state, rig.seat.member) == (State.PRESENT, "m04")
    assert rig.relayed == []


def test_attested_member_votes_like_any_other() -> None:
    """The session's key signs; card out ends it."""
    rig = bench()
    rig.insert_attested(UIDS["m03"], chip())
    rig.chamber.open()
    rig.show().push(Button.FOR)
    assert rig.shows(Lamp.RECORDED)
    rig.remove()
    assert rig.chamber.state.sittings[SITTING].present == set()
    rig.chamber.close()
    assert rig.chamber.figures == (1, 0, 0)


@pytest.mark.parametrize("kind", ["card-offer", "card-answer"])
def test_each_step_is_sent_again_byte_for_byte_until_it_is_answered(kind: str) -> None:
    """And the same answer twice leads nowhere twice."""
    rig = held_at(kind)
    first = list(rig.held)
    rig.pass_time(10.0)
    assert rig.held == first * 2
    answers = [rig.chamber.take(data) for data in rig.held]
    assert answers[0] == answers[1]
    rig.hold = False
    for answer in answers:
        rig.feed(e.DownArrived(answer))
    assert rig.seat.state is State.PRESENT
    assert len(rig.relayed) == 2
    assert attested(rig.chamber) == [True]


@pytest.mark.parametrize("kind", ["card-offer", "card-answer"])
def test_controller_that_forgot_the_offer_is_asked_for_another_nonce(kind: str) -> None:
    """A restart costs a second, and the card is asked anew."""
    rig = held_at(kind)
    restart(rig)
    rig.deliver()
    assert (rig.seat.state, rig.seat.member) == (State.PRESENT, "m03")
    assert kinds(rig.sent).count("challenge-request") == 2
    assert attested(rig.chamber) == [True]


def test_controller_that_forgets_every_time_is_out_of_order() -> None:
    """The seat does not ask for ever."""
    rig = bench()
    rig.hold = True
    rig.insert_attested(UIDS["m03"], chip())
    for _ in range(20):
        if not rig.held:
            break
        (data,), rig.held = rig.held, []
        if read_envelope(data).kind == "card-offer":
            restart(rig)
        rig.feed(e.DownArrived(rig.chamber.take(data)))
    assert (rig.seat.state, rig.lamp, rig.lamp_reason) == (State.REFUSED, Lamp.NOT_COUNTED, "nonce")
    assert kinds(rig.sent).count("challenge-request") == NONCE_TRIES_MAX + 1


# --- What does not lead there ---------------------------------------------------------------------------------------


def test_card_that_is_not_in_the_register_is_refused_by_name() -> None:
    """The lamp says so; taking the card out ends it."""
    rig = bench()
    rig.insert_attested(UIDS["m05"], chip("m05"))
    assert (rig.seat.state, rig.lamp, rig.lamp_reason) == (State.REFUSED, Lamp.NOT_COUNTED, "card-unknown")
    assert rig.last(Happening.REFUSED).reason == "card-unknown"
    assert rig.remove().shows(Lamp.ABSENT)
    assert attested(rig.chamber) == []


def test_card_of_another_master_key_is_refused_by_what_it_shows() -> None:
    """Its message is encrypted under another key."""
    rig = bench()
    rig.insert_attested(UIDS["m03"], chip(master=bytes(16)))
    assert (rig.seat.state, rig.lamp, rig.lamp_reason) == (State.REFUSED, Lamp.NOT_COUNTED, "card-proof")


def test_card_that_refuses_in_mid_proof_is_told_with_its_own_word() -> None:
    """The controller asked something else than this card wanted to hear."""
    rig = held_at("card-offer")
    question = open_message(rig.chamber.take(rig.held.pop()), CONTROLLER.public)
    assert isinstance(question, CardQuestion)
    other = CardQuestion("s-01", question.nonce, base64url(bytes(32)), 1).seal(CONTROLLER)
    rig.feed(e.DownArrived(other))
    assert (rig.seat.state, rig.lamp_reason) == (State.REFUSED, "card-authentication")
    assert rig.last(Happening.FAULT).reason == "card-authentication"


@pytest.mark.parametrize("kind", ["card-offer", "card-answer"])
def test_card_taken_out_in_between_leaves_nothing_behind(kind: str) -> None:
    """What comes later is about nobody, and the next card has its own way."""
    rig = held_at(kind)
    rig.remove()
    assert (rig.seat.state, rig.lamp) == (State.ABSENT, Lamp.ABSENT)
    rig.deliver()
    assert (rig.seat.state, rig.seat.member) == (State.ABSENT, "")
    assert kinds(rig.sent).count("session-bind") == 0
    rig.insert("m01")
    assert (rig.seat.state, rig.seat.member) == (State.PRESENT, "m01")


def test_late_answers_of_a_card_are_passed_over() -> None:
    """It was taken out while it was thinking."""
    rig = bench()
    rig.card_answers = False
    rig.insert_attested(UIDS["m03"], chip())
    asked = rig.relayed[-1]
    begun = rig.prove(asked)
    rig.remove()
    assert rig.feed(begun) == []
    rig.insert_attested(UIDS["m03"], chip())
    assert rig.feed(begun) == []
    assert (rig.seat.state, rig.relayed[-1].number) == (State.OFFERING, asked.number + 1)
    assert rig.feed(e.ProofFinished(asked.number + 1, bytes(32))) == []
    assert kinds(rig.sent).count("card-offer") == 0


def test_end_of_the_sitting_in_between_leads_back_to_waiting() -> None:
    """And its resuming to a new nonce."""
    rig = held_at("card-answer")
    rig.chamber.adjourn()
    rig.show()
    assert rig.seat.state is State.WAITING
    rig.held, rig.hold = [], False
    rig.chamber.resume()
    rig.show()
    assert (rig.seat.state, rig.seat.member) == (State.PRESENT, "m03")


def answer_with(rig: Rig, **changes: Any) -> None:
    """The controller answers the offer on the wire with an attestation, some member of which is another."""
    offer = open_message(rig.held.pop(), key("s-01").public)
    assert isinstance(offer, CardOffer)
    members: dict[str, Any] = {
        "ctx": rig.chamber.state.origin, "sitting": SITTING, "member": "m03", "seat": "s-01",
        "dev": key("s-01").public.thumbprint, "key": offer.key, "nonce": offer.nonce, "size": 1,
        "card_ref": hash_text(b""), "counter": 1, "ts": 1,
    } | changes  # fmt: skip
    record = SessionAttested(**members).seal(CONTROLLER).decode()
    rig.feed(e.DownArrived(CardAttested("s-01", offer.nonce, record, 1).seal(CONTROLLER)))


def test_attestation_of_another_session_key_is_refused() -> None:
    """Whoever has that key would vote for this member."""
    rig = held_at("card-offer")
    answer_with(rig, key=Ed25519Signer(bytes(32)).public.jwk())
    assert (rig.seat.state, rig.lamp, rig.lamp_reason) == (State.REFUSED, Lamp.NOT_COUNTED, "attestation")
    assert kinds(rig.held) == []


def test_question_and_attestation_of_another_stay_or_seat_change_nothing() -> None:
    """Those of another nonce come too late; those for another seat are told."""
    rig = held_at("card-offer")
    held = list(rig.held)
    rig.feed(e.DownArrived(CardQuestion("s-01", hash_text(b"old"), base64url(bytes(32)), 1).seal(CONTROLLER)))
    rig.feed(e.DownArrived(CardAttested("s-01", hash_text(b"old"), "x", 1).seal(CONTROLLER)))
    assert "fault" not in rig.told()
    rig.feed(e.DownArrived(CardQuestion("s-02", hash_text(b"old"), base64url(bytes(32)), 1).seal(CONTROLLER)))
    assert rig.last(Happening.FAULT).reason == "card-question"
    assert (rig.seat.state, rig.held, len(rig.relayed)) == (State.OFFERING, held, 1)


def test_question_for_a_card_that_signs_changes_nothing() -> None:
    """It is asked nothing but signatures."""
    rig = bench()
    rig.hold = True
    rig.insert("m01")
    rig.feed(e.DownArrived(rig.chamber.take(rig.held.pop())))
    nonce = next(iter(rig.chamber.nonces))
    rig.feed(e.DownArrived(CardQuestion("s-01", nonce, base64url(bytes(32)), 1).seal(CONTROLLER)))
    assert rig.relayed == []
    rig.deliver()
    assert rig.seat.member == "m01"


def test_where_each_ballot_is_signed_by_the_card_this_one_cannot_answer() -> None:
    """Every press is told and shown, none is sent, and the buttons do not ask for one."""
    rig = bench()
    rig.insert_attested(UIDS["m03"], chip())
    rig.chamber.open(sign="card")
    rig.show()
    assert (True, False) not in rig.lit
    for _ in range(2):
        rig.push(Button.FOR)
        assert (rig.lamp, rig.lamp_reason) == (Lamp.NOT_COUNTED, "card-cannot-sign")
    assert rig.told().count("refused") == 2
    assert rig.last(Happening.REFUSED).reason == "card-cannot-sign"
    assert "ballot" not in kinds(rig.sent)
    assert rig.asked == []
    rig.chamber.close()
    rig.chamber.open(vote="v-2")
    rig.show().push(Button.AGAINST)
    assert rig.shows(Lamp.RECORDED)
