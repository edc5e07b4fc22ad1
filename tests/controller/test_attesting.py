"""Cards that cannot sign at the controller: what is asked, attested, answered again, refused; what a restart keeps."""

from collections.abc import Callable
from typing import Any

import pytest

from controller.attesting import OFFERS_MAX, Attester, Place
from controller.card_register import CardRegister, RegisteredCard
from firmware_sim.cards.faulty import CardFault
from firmware_sim.cards.ntag424_files import NDEF
from firmware_sim.fleet.attested import make_chip
from firmware_sim.plan import AttestedCards
from protocol import records
from protocol.decide import Refused
from protocol.encoding import base64url, hash_text
from protocol.jws import read_envelope
from protocol.keys import Ed25519Signer
from protocol.messages import CardAttested, CardOffer, CardQuestion, Refusal
from protocol.records import SessionAttested, read_record
from protocol.topics import Way
from tests.controller.card_room import MASTER, REGISTER, SECRETS, UIDS, CardRoom, Hand, chip, open_card_room
from tests.controller.recorder_room import seat_topic
from tests.protocol.chamber_builder import CONTROLLER_KEY, device_key, officer_key, seed

Spoil = Callable[[CardRoom], tuple[Hand, bytes]]


def record_of(attested: CardAttested) -> SessionAttested:
    """The record that the controller sent, as any reader of the log has it."""
    envelope = read_envelope(attested.record.encode())
    envelope.verify(CONTROLLER_KEY.public)
    record = read_record(envelope.kind, envelope.payload)
    assert isinstance(record, SessionAttested)
    return record


def bind(hand: Hand, attested: CardAttested) -> None:
    """The seat binds the session."""
    room = hand.room
    room.append(room.bind(hash_text(attested.record.encode()), hand.key), device_key(hand.seat))


# --- What is attested -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("member", "counter"), [("m2", 1), ("m3", 0), ("m4", 0)])
def test_card_is_attested_for_the_member_of_the_register(member: str, counter: int) -> None:
    """The record stands in the log, names no UID, and its session binds like any other."""
    room = open_card_room()
    hand = Hand(room, member)
    attested = hand.attest()
    record = record_of(attested)
    assert (record.member, record.seat, record.counter) == (member, "s1", counter)
    assert (record.key, record.nonce, record.dev) == (
        hand.key.public.jwk(), hand.nonce, device_key("s1").public.thumbprint,
    )  # fmt: skip
    assert room.leaves[-1] == attested.record.encode()
    assert UIDS[member].hex() not in attested.record
    assert base64url(UIDS[member]) not in attested.record
    bind(hand, attested)
    assert room.here.present == {member}
    assert room.state.sessions[hash_text(room.leaves[-2])].attested


def test_card_is_named_alike_each_time_and_unlike_every_other() -> None:
    """So that a counter can be compared, and no UID guessed."""
    room = open_card_room()
    named = [record_of(Hand(room, member).attest()).card_ref for member in ("m2", "m3", "m4", "m4")]
    assert len(set(named)) == 3
    assert named[2] == named[3]


def test_attestation_is_told_when_it_is_durable() -> None:
    """Judging alone publishes nothing; the answer comes with the batch."""
    room = open_card_room()
    hand = Hand(room, "m4")
    answer = hand.prove(hand.ask())
    before = len(room.sent)
    room.recorder.take(seat_topic("s1"), answer, room.now_ms)
    assert len(room.sent) == before
    outgoing = room.finish()
    assert len(room.batches[-1].leaves) == 1
    assert outgoing[0].topic == seat_topic("s1", Way.DOWN)


def test_two_cards_in_one_batch_are_both_attested() -> None:
    """One commit, two records, each seat its own answer."""
    room = open_card_room()
    hands = [Hand(room, "m2", "s2"), Hand(room, "m4", "s4")]
    for data, hand in [(hand.prove(hand.ask()), hand) for hand in hands]:
        room.recorder.take(seat_topic(hand.seat), data, room.now_ms)
    outgoing = room.finish()
    assert len(room.batches[-1].leaves) == 2
    assert {out.topic for out in outgoing if out.topic.endswith("/down")} == {
        seat_topic(hand.seat, Way.DOWN) for hand in hands
    }


# --- The same bytes again ---------------------------------------------------------------------------------------


def test_same_bytes_are_answered_the_same_way_and_enter_once() -> None:
    """The offer before and after its answer, the answer before and after the binding."""
    room = open_card_room()
    hand = Hand(room, "m2")
    offer = hand.offer()
    question = room.answer("s1", offer)
    assert isinstance(question, CardQuestion)
    assert room.answer("s1", offer) == question
    answer = hand.prove(question)
    attested = room.answer("s1", answer)
    assert isinstance(attested, CardAttested)
    size = room.size
    assert room.answer("s1", answer) == attested
    assert room.answer("s1", offer) == question
    assert room.size == size
    bind(hand, attested)
    assert room.answer("s1", answer) == attested


def test_refused_bytes_are_refused_the_same_way() -> None:
    """Also a wrong proof, though its nonce is used up by now."""
    room = open_card_room()
    hand = Hand(room, "m2")
    hand.ask()
    wrong = hand.answer_with(bytes(32))
    assert [hand.refusal(wrong) for _ in range(3)] == [("card", "card-proof")] * 3
    unknown = Hand(room, "m5").offer()
    assert [hand.refusal(unknown) for _ in range(2)] == [("card", "card-unknown")] * 2


def test_nonce_is_worth_one_offer_and_one_answer() -> None:
    """Other bytes with a nonce that was used are refused; the first ones still hold."""
    room = open_card_room()
    hand = Hand(room, "m2")
    question = hand.ask()
    assert hand.refusal(Hand(room, "m4").offer(nonce=hand.nonce)) == ("nonce", "")
    good = hand.prove(question)
    assert isinstance(room.answer("s1", good), CardAttested)
    assert hand.refusal(hand.answer_with(bytes(32))) == ("nonce", "")
    assert isinstance(room.answer("s1", good), CardAttested)


def test_wrong_proof_leaves_no_second_try() -> None:
    """The right one comes too late: a card is not guessed at."""
    room = open_card_room()
    hand = Hand(room, "m2")
    question = hand.ask()
    assert hand.refusal(hand.answer_with(bytes(32))) == ("card", "card-proof")
    assert hand.refusal(hand.prove(question)) == ("nonce", "")
    assert record_of(hand.attest()).member == "m2"


# --- What is refused --------------------------------------------------------------------------------------------


def offered(member: str, chip_: Any = None, **changes: Any) -> Spoil:
    """An offer of a member's card, some member of which is another."""

    def spoil(room: CardRoom) -> tuple[Hand, bytes]:
        hand = Hand(room, member, chip_=chip_)
        return hand, hand.offer(**changes)

    return spoil


def of_another_seat(room: CardRoom) -> tuple[Hand, bytes]:
    """A nonce that another seat was given."""
    hand = Hand(room, "m2")
    return hand, hand.offer(nonce=room.ask_nonce("s2"))


def of_a_used_key(room: CardRoom) -> tuple[Hand, bytes]:
    """The session key of a session that stands in the log."""
    first = Hand(room, "m3")
    first.attest()
    hand = Hand(room, "m3")
    return hand, hand.offer(key=first.key.public.jwk())


def of_a_revoked_device(room: CardRoom) -> tuple[Hand, bytes]:
    """A seat whose device is believed no more."""
    kid = device_key("s1").public.thumbprint
    room.append(room.make(records.DeviceRevoke, seat="s1", kid=kid), officer_key("secretary"))
    hand = Hand(room, "m2")
    return hand, hand.offer()


def mirror_of(member: str) -> str:
    """What a card of a member shows."""
    from seat_client.nfc import ntag424  # noqa: PLC0415 - one use

    process = chip(member).process
    assert ntag424.select(process)
    return base64url(ntag424.read_message(process))


SPOILED: dict[str, tuple[tuple[str, str], Spoil]] = {
    "a card that is not in the register": (("card", "card-unknown"), offered("m5")),
    "a card of somebody who is not in the roster": (("card", "card-unknown"), offered("m9")),
    "a card that hides its number": (("card", "card-unknown"), offered("m2", uid="08010203")),
    "a card that shows another kind": (("card", "card-kind"), offered("m2", kind_="uid", challenge="", mirror="")),
    "a bare card as one that proves": (("card", "card-kind"), offered("m3", kind_="ntag424")),
    "an offer without a challenge": (("card", "card-proof"), offered("m4", challenge="")),
    "an offer without what the card shows": (("card", "card-proof"), offered("m2", mirror="")),
    "an offer with what another card shows": (("card", "card-proof"), offered("m2", mirror=mirror_of("m4"))),
    "a card of another master key": (("card", "card-proof"), offered("m2", chip("m2", bytes(16)))),
    "a nonce that nobody gave": (("nonce", ""), offered("m2", nonce=hash_text(b"made up"))),
    "a nonce of another seat": (("nonce", ""), of_another_seat),
    "a nonce of another sitting": (("nonce", ""), offered("m2", sitting="sitting-9")),
    "a session key of small order": (("key", ""), offered("m2", key={"crv": "Ed25519", "kty": "OKP", "x": "A" * 43})),
    "a session key that was used": (("session", ""), of_a_used_key),
    "a device that was revoked": (("seat", ""), of_a_revoked_device),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILED)
def test_what_does_not_fit_is_refused_by_name(what: str) -> None:
    """Nothing is logged but an incident where it smells of an attack, once; a good card is attested afterwards."""
    expected, spoil = SPOILED[what]
    room = open_card_room()
    hand, data = spoil(room)
    assert hand.refusal(data) == expected
    assert hand.refusal(data) == expected
    noted = [(record.about, record.code) for _, record in room.state.incidents]
    code = next((code for code in reversed(expected) if code in {"card-proof", "key"}), "")
    assert noted == ([("seat-s1", code)] if code else [])
    assert record_of(Hand(room, "m4", "s4").attest()).member == "m4"


def test_bare_card_is_refused_outside_a_demonstration() -> None:
    """Anyone can copy it."""
    room = open_card_room(demo=False)
    hand = Hand(room, "m3")
    assert hand.refusal(hand.offer()) == ("card", "card-kind")
    assert record_of(Hand(room, "m2").attest()).member == "m2"


def test_register_that_calls_a_signing_member_s_card_another_kind_is_not_believed() -> None:
    """The roster is acknowledged by the chair, the register is a file."""
    uid = UIDS["m1"].hex()
    register = CardRegister({uid: RegisteredCard(uid, "m1", "ntag424", counter=False)}, MASTER)
    room = open_card_room(register=register)
    hand = Hand(room, "m1")
    assert hand.refusal(hand.offer()) == ("card", "card-kind")


def test_chamber_without_a_register_knows_no_such_card() -> None:
    """Every card signs there."""
    room = open_card_room(register=CardRegister())
    hand = Hand(room, "m2")
    assert hand.refusal(hand.offer()) == ("card", "card-unknown")


@pytest.mark.parametrize("spoil", ["another device", "a changed byte", "another seat's name"])
def test_message_that_the_seat_s_device_did_not_sign_is_no_message(spoil: str) -> None:
    """It is answered like any other bytes of no known kind."""
    room = open_card_room()
    hand = Hand(room, "m2")
    good = hand.offer()
    other = Hand(room, "m2", "s2").offer()
    data = {
        "another device": other,
        "a changed byte": b".".join([*good.split(b".")[:2], other.split(b".")[2]]),
        "another seat's name": CardOffer(
            "s2", room.here.id, hand.nonce, "ntag424", hand.uid.hex(), hand.key.public.jwk(), "", "", 1
        ).seal(device_key("s1")),
    }[spoil]
    assert hand.refusal(data) == ("kind", "")


def test_answer_without_a_question_is_refused() -> None:
    """There was no offer, or it was refused, or another seat's was meant."""
    room = open_card_room()
    hand = Hand(room, "m2")
    hand.nonce = room.ask_nonce("s1")
    assert hand.refusal(hand.answer_with(bytes(32))) == ("nonce", "")
    unknown = Hand(room, "m5")
    unknown.refusal(unknown.offer())
    assert unknown.refusal(unknown.answer_with(bytes(32))) == ("nonce", "")
    asked = Hand(room, "m4", "s2")
    asked.ask()
    assert hand.refusal(hand.answer_with(bytes(32), asked.nonce)) == ("nonce", "")


def test_adjourned_sitting_attests_nobody() -> None:
    """An answer that comes after the adjournment is refused, and after resuming the card is asked anew."""
    room = open_card_room()
    hand = Hand(room, "m2")
    answer = hand.prove(hand.ask())
    room.act("chair", records.Adjourn)
    refused = room.answer("s1", answer)
    assert isinstance(refused, Refusal)
    assert room.state.sessions == {}
    room.act("chair", records.Resume)
    assert record_of(hand.attest()).member == "m2"


# --- Copies -----------------------------------------------------------------------------------------------------


def test_counter_must_rise_from_one_attestation_to_the_next() -> None:
    """A card whose message stands still is a copy's; the incident is noted once."""
    room = open_card_room()
    frozen = Hand(room, "m2", chip_=chip("m2", fault=CardFault.FROZEN_COUNTER))
    mirror = frozen.chip.files[NDEF].mirror
    assert mirror is not None
    mirror.counter = 7
    assert record_of(frozen.attest()).counter == 7
    assert frozen.refusal(frozen.offer()) == ("card", "card-cloned")
    assert frozen.refusal(frozen.offer()) == ("card", "card-cloned")
    assert [(i.about, i.code) for _, i in room.state.incidents] == [("seat-s1", "card-cloned")]


def test_counter_is_what_the_log_says_also_after_a_restart() -> None:
    """A restart forgets offers and nothing else."""
    room = open_card_room()
    genuine = Hand(room, "m2")
    copy = make_chip(AttestedCards({}, "kikinda", MASTER), SECRETS["m2"])
    assert [record_of(genuine.attest()).counter for _ in range(3)] == [1, 2, 3]
    room.restart()
    behind = Hand(room, "m2", "s2", copy)
    assert behind.refusal(behind.offer()) == ("card", "card-cloned")
    assert record_of(genuine.attest()).counter == 4


def test_two_offers_with_one_counter_are_a_copy_and_the_quicker_one_wins() -> None:
    """Judged again with the proof, as both were fresh when they were offered."""
    room = open_card_room()
    first, second = Hand(room, "m2", "s1"), Hand(room, "m2", "s2", chip("m2"))
    asked = [(hand, hand.ask()) for hand in (first, second)]
    answers = [hand.prove(question) for hand, question in asked]
    assert isinstance(room.answer("s1", answers[0]), CardAttested)
    assert second.refusal(answers[1]) == ("card", "card-cloned")
    assert second.refusal(answers[1]) == ("card", "card-cloned")


def test_restart_forgets_offers_and_says_so() -> None:
    """Neither the offer nor the answer is known any more; the seat asks for another nonce."""
    room = open_card_room()
    hand = Hand(room, "m2")
    offer = hand.offer()
    question = room.answer("s1", offer)
    assert isinstance(question, CardQuestion)
    answer = hand.prove(question)
    room.restart()
    assert hand.refusal(offer) == ("nonce", "")
    assert hand.refusal(answer) == ("nonce", "")
    assert record_of(hand.attest()).member == "m2"


# --- Bounds -----------------------------------------------------------------------------------------------------


def test_offers_are_bounded_and_the_oldest_is_forgotten() -> None:
    """A seat that floods costs itself an offer, not the controller its memory."""
    room = open_card_room()
    attester = Attester(REGISTER, bytes, demo=True)
    place = Place(room.here, room.here.seats["s1"], issued=True)
    key = Ed25519Signer(seed("flood")).public.jwk()
    offers = [
        CardOffer("s1", room.here.id, hash_text(str(n).encode()), "ntag424", "04" + "00" * 6, key, "", "", n)
        for n in range(OFFERS_MAX + 1)
    ]
    for number, offer in enumerate(offers):
        answered = attester.judge(room.state, place, offer, hash_text(b"offer %d" % number), 1)
        assert isinstance(answered, Refused)
        assert answered.why == "card-unknown"
    used_up = place._replace(issued=False)
    assert reason(attester, room, used_up, offers[-1], OFFERS_MAX) == "card"
    assert reason(attester, room, used_up, offers[0], 0) == "nonce"


def reason(attester: Attester, room: CardRoom, place: Place, offer: CardOffer, number: int) -> str:
    """What an offer is refused for."""
    answered = attester.judge(room.state, place, offer, hash_text(b"offer %d" % number), 1)
    assert isinstance(answered, Refused)
    return answered.reason
