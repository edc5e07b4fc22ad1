"""A room in which some members have cards that cannot sign, and hands that lay them into seats.

m1 has a card that signs; m2 and m4 have an NTAG 424, m2's mirrors a counter that is asked for; m3's card proves
nothing; m5's card is not in the register; the register has a card of m9, who is not in the roster.
"""

from typing import Any

from controller.attesting import Attester
from controller.card_register import CardRegister, RegisteredCard
from controller.recorder import Memory, Recorder
from firmware_sim.cards.faulty import CardFault
from firmware_sim.cards.ntag424 import Ntag424
from firmware_sim.fleet.attested import make_chip
from firmware_sim.plan import AttestedCards, uid_of_secret
from protocol.encoding import base64url, from_base64url
from protocol.keys import Ed25519Signer
from protocol.messages import CardAnswer, CardAttested, CardOffer, CardQuestion, Refusal, open_message
from protocol.record import Record
from protocol.topics import Way
from seat_client.nfc import ntag424
from tests.controller.recorder_room import KEYS, TOPICS, Entropy, Room, seat_topic
from tests.protocol.chamber_builder import (
    CONTROLLER_KEY,
    ORIGIN,
    device_key,
    member_entry,
    officer_key,
    seat_entry,
    seed,
)

MASTER = bytes(range(16))
SECRETS = {f"m{number}": seed(f"card of m{number}") for number in range(1, 10)}
UIDS = {member: uid_of_secret(secret) for member, secret in SECRETS.items()}
GRADES = {"m1": "piv", "m2": "ntag424", "m3": "uid", "m4": "ntag424", "m5": "ntag424"}
REGISTER = CardRegister(
    {
        UIDS[member].hex(): RegisteredCard(UIDS[member].hex(), member, kind, counter)
        for member, kind, counter in (
            ("m2", "ntag424", True), ("m3", "uid", False), ("m4", "ntag424", False), ("m9", "ntag424", False),
        )
    },
    MASTER,
)  # fmt: skip


def chip(member: str, master: bytes = MASTER, fault: CardFault | None = None) -> Ntag424:
    """The chip of a member's card."""
    return make_chip(AttestedCards({}, ORIGIN.split("/")[1], master), SECRETS[member], fault)


class CardRoom(Room):
    """An open sitting with those members and seats s1 to s6."""

    def __init__(self, *, demo: bool = True, register: CardRegister = REGISTER) -> None:
        super().__init__()
        self.demo, self.register = demo, register

    def restart(self) -> None:
        """Build the recorder anew from what was made durable."""
        memory = Memory()
        for batch in self.batches:
            for blob in batch.blobs.values():
                memory.keep_blob(blob)
        memory.load(self.leaves)
        checkpoint = next(batch.checkpoint for batch in reversed(self.batches) if batch.checkpoint)
        entropy = Entropy(f"after {len(self.batches)}")
        attester = Attester(self.register, entropy, demo=self.demo)
        self.take_over(Recorder(memory, KEYS, TOPICS, entropy, checkpoint, attester))

    def answer(self, seat: str, data: bytes) -> Record:
        """Send what a seat sends; the one message that comes back."""
        outgoing = self.send(seat_topic(seat), data)
        down = [out.payload for out in outgoing if out.topic == seat_topic(seat, Way.DOWN)]
        assert len(down) == 1
        return open_message(down[0], CONTROLLER_KEY.public)


def open_card_room(*, demo: bool = True, register: CardRegister = REGISTER) -> CardRoom:
    """The sitting is open and the seats are empty."""
    room = CardRoom(demo=demo, register=register)
    room.found()
    room.restart()
    members = [member_entry(member, auth=grade) for member, grade in GRADES.items()]
    part = room.part(members, [seat_entry(f"s{number}") for number in range(1, 7)])
    room.append(room.roster([part], statutory=len(members), in_office=len(members)), officer_key("secretary"))
    room.open_sitting()
    return room


class Hand:
    """A card in a seat, and the seat's device that relays it. Each offer is a new nonce and a new session key."""

    def __init__(self, room: CardRoom, member: str, seat: str = "s1", chip_: Ntag424 | None = None) -> None:
        self.room, self.seat, self.uid = room, seat, UIDS[member]
        self.kind = "uid" if GRADES.get(member) == "uid" else "ntag424"
        self.chip = chip_ or chip(member)
        self.key = Ed25519Signer(seed("no key yet"))
        self.nonce = ""

    def offer(self, **changes: Any) -> bytes:
        """The offer's bytes, not sent yet; single members can be changed."""
        self.nonce = changes.pop("nonce", "") or self.room.ask_nonce(self.seat)
        self.key = Ed25519Signer(seed(f"session {self.nonce}"))
        challenge = mirror = b""
        if self.kind == "ntag424":
            assert ntag424.select(self.chip.process)
            mirror = ntag424.read_message(self.chip.process)
            challenge = ntag424.begin(self.chip.process, 0)
        members: dict[str, Any] = {
            "seat": self.seat, "sitting": self.room.here.id, "nonce": self.nonce, "kind_": self.kind,
            "uid": self.uid.hex(), "key": self.key.public.jwk(), "challenge": base64url(challenge),
            "mirror": base64url(mirror), "ts": self.room.now_ms,
        } | changes  # fmt: skip
        return CardOffer(**members).seal(device_key(self.seat))

    def ask(self, **changes: Any) -> CardQuestion:
        """Offer the card; the controller's question."""
        question = self.room.answer(self.seat, self.offer(**changes))
        assert isinstance(question, CardQuestion), question
        return question

    def prove(self, question: CardQuestion) -> bytes:
        """The answer's bytes, not sent yet."""
        proof = ntag424.finish(self.chip.process, from_base64url(question.response.encode()))
        return self.answer_with(proof)

    def answer_with(self, proof: bytes, nonce: str = "") -> bytes:
        """An answer with this proof."""
        answer = CardAnswer(self.seat, nonce or self.nonce, base64url(proof), self.room.now_ms)
        return answer.seal(device_key(self.seat))

    def attest(self) -> CardAttested:
        """All of it; the controller's word."""
        last = self.offer() if self.kind == "uid" else self.prove(self.ask())
        attested = self.room.answer(self.seat, last)
        assert isinstance(attested, CardAttested), attested
        return attested

    def refusal(self, data: bytes) -> tuple[str, str]:
        """Send what must be refused, which changes nothing. Returns (reason, why)."""
        size, present = self.room.size, set(self.room.here.present)
        refused = self.room.answer(self.seat, data)
        assert isinstance(refused, Refusal), refused
        assert self.room.here.present == present
        assert self.room.size - size <= 1  # an incident at most
        return refused.reason, refused.why
