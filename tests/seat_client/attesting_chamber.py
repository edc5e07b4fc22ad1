"""A chamber in memory with a member whose card proves a key and one whose card proves nothing, and who attests them."""

from typing import ClassVar

from controller.attesting import Attester, Place
from controller.card_register import CardRegister, RegisteredCard
from firmware_sim.cards.ntag424 import Ntag424
from firmware_sim.fleet.attested import make_chip
from firmware_sim.plan import AttestedCards, uid_of_secret
from protocol.decide import Refused
from protocol.encoding import hash_text
from protocol.jws import read_envelope
from protocol.messages import CardAnswer, CardOffer, open_message
from protocol.records import SessionAttested
from tests.seat_client.chamber import CHAMBER, CONTROLLER, SITTING, Chamber, card

MASTER = bytes(range(16))
SECRETS = {member: hash_text(member.encode())[:32].encode() for member in ("m03", "m04", "m05")}
UIDS = {member: uid_of_secret(secret) for member, secret in SECRETS.items()}


def chip(member: str = "m03", master: bytes = MASTER) -> Ntag424:
    """The chip of a member's card."""
    return make_chip(AttestedCards({}, CHAMBER, master), SECRETS[member])


class AttestingChamber(Chamber):
    """m03 has an NTAG 424, m04 a card that proves nothing, m05 a card that is not in the register."""

    grades: ClassVar[dict[str, str]] = {"m03": "ntag424", "m04": "uid", "m05": "ntag424"}

    def __init__(self) -> None:
        super().__init__(cards={"m01": card("m01").public.jwk(), "m03": {}, "m04": {}, "m05": {}})
        self.restart()

    def restart(self) -> None:
        """The controller forgets its offers and nonces."""
        cards = [
            RegisteredCard(UIDS["m03"].hex(), "m03", "ntag424", True),
            RegisteredCard(UIDS["m04"].hex(), "m04", "uid", False),
        ]
        register = CardRegister({card.uid: card for card in cards}, MASTER)
        self._attester = Attester(register, lambda size: bytes(range(size)), demo=True)
        self.nonces.clear()

    def take(self, data: bytes) -> bytes:
        """As in `Chamber`, and cards are judged."""
        envelope = read_envelope(data)
        if envelope.kind not in {"card-offer", "card-answer"}:
            return super().take(data)
        sitting = self.state.sittings[SITTING]
        seat = next(seat for seat in sitting.seats.values() if seat.kid == envelope.kid)
        message = open_message(data, self.state.keys[seat.kid].key)
        assert isinstance(message, CardOffer | CardAnswer)
        self.ts += 1
        place = Place(sitting, seat, message.nonce in self.nonces)
        judged = self._attester.judge(self.state, place, message, hash_text(data), self.ts)
        if isinstance(judged, SessionAttested):
            judged = self._attester.settle(message, hash_text(data), self.append(judged, CONTROLLER), self.ts)
        if isinstance(judged, Refused):
            return self.refusal(judged.hash, judged.reason, why=judged.why)
        return judged.seal(CONTROLLER)
