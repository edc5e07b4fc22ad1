"""What lies in a tray, over a simulated reader: cards that come, go, misbehave, and a reader that fails."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from firmware_sim.cards.catalogue import make_card
from firmware_sim.cards.faulty import CardFault
from firmware_sim.cards.iso14443a import CardA
from firmware_sim.pn532.faults import Fault, Faults
from protocol.certificates import CertificateRefused
from protocol.errors import ChamberError, SignatureRefused
from seat_client.errors import CardGone
from seat_client.nfc.cards import NtagIdentity, PivIdentity, Policy, UidIdentity
from seat_client.nfc.chip import Chip
from seat_client.nfc.conversation import Conversation
from seat_client.nfc.happenings import Arrived, Happening, Left
from seat_client.nfc.watch import JUDGE_AGAIN, MISSED_S, PRESENCE_S, State, Watch
from seat_client.reader import Trouble
from tests.protocol.card_issuer import ISSUED, NOW_S, STRANGER_SECRET, authority, certificate, rsa_key, subject
from tests.seat_client.nfc.simulated_port import SimulatedPort, piv

POLICY = Policy(authority())
MESSAGE = b"a session record"
SIGN = bytes.fromhex("0087119e26")


@dataclass
class Desk:
    """A watch over a simulated reader, and all it told."""

    policy: Policy = POLICY
    faults: Faults | None = None
    unix_s: float = NOW_S
    told: list[Happening] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Build the parts."""
        self.port = SimulatedPort(self.faults)
        self.watch = Watch(Chip(Conversation(self.port)), self.policy, self.told.append, lambda: self.unix_s)

    def run(self, seconds: float = 3.0) -> list[Happening]:
        """Let the watch look for so long; return what it told meanwhile."""
        before, until_s = len(self.told), self.port.clock_s + seconds
        while self.port.clock_s < until_s:
            self.port.pause(self.watch.step())
        return self.told[before:]

    def on_apdu(self, apdu: bytes, action: Callable[[], object]) -> None:
        """Do something when an APDU that begins like this is about to be sent."""
        self.port.on_write = lambda data: action() if apdu in data else None


def troubles(told: list[Happening]) -> list[tuple[str, str]]:
    """Codes and reasons."""
    return [(happening.code, happening.reason) for happening in told if isinstance(happening, Trouble)]


def desk_with(card: CardA, policy: Policy = POLICY) -> Desk:
    """A desk whose card was looked at."""
    desk = Desk(policy)
    desk.port.place(card)
    desk.run()
    return desk


def test_card_comes_signs_and_goes() -> None:
    """One arrival, one verified signature, one leaving."""
    desk = Desk()
    assert desk.run() == []
    assert desk.watch.state is State.EMPTY
    card = desk.port.place(piv())
    (arrived,) = desk.run()
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.identity, PivIdentity)
    assert arrived.identity.member == "m07"
    arrived.identity.public.verify(MESSAGE, desk.watch.sign(1, MESSAGE))
    assert desk.run() == []
    desk.port.remove(card)
    assert desk.run() == [Left(1)]
    assert desk.watch.errors == 0


def test_one_miss_is_a_movement_and_two_in_a_row_are_a_removal(monkeypatch: pytest.MonkeyPatch) -> None:
    """After one miss the card is looked for sooner, and a hit between two misses starts anew."""
    desk = desk_with(piv())
    seen = iter([False, True, False, True, False, False])
    monkeypatch.setattr(Chip, "is_present", lambda chip, target: next(seen))
    assert [desk.watch.step() for _ in range(5)] == [MISSED_S, PRESENCE_S, MISSED_S, PRESENCE_S, MISSED_S]
    assert desk.watch.state is State.HELD
    assert desk.watch.step() == 0.0
    assert desk.told[-1] == Left(1)


def test_card_that_lies_there_at_power_up_arrives() -> None:
    """Nobody has to lift it."""
    assert [type(told) for told in desk_with(piv()).told] == [Arrived]


def test_certificate_is_read_once_for_each_card() -> None:
    """The second stay does not read it again; the first did."""
    desk = Desk()
    reads: list[int] = []
    desk.on_apdu(bytes.fromhex("00cb3fff"), lambda: reads.append(1))
    for _ in range(3):
        card = desk.port.place(piv())
        desk.run()
        desk.port.remove(card)
        desk.run()
    assert [type(told) for told in desk.told] == [Arrived, Left] * 3
    assert len(reads) == 1


def test_card_with_a_random_uid_is_read_each_time() -> None:
    """Its UID says nothing about it."""
    desk = Desk()
    reads: list[int] = []
    desk.on_apdu(bytes.fromhex("00cb3fff"), lambda: reads.append(1))
    for uid in ("08010203", "08010203"):
        card = desk.port.place(piv(uid=uid))
        desk.run()
        desk.port.remove(card)
        desk.run()
    assert len(reads) == 2


@pytest.mark.parametrize(
    ("card", "code"),
    [
        (piv(der=certificate(subject("m07"), issuer_secret=STRANGER_SECRET)), "certificate-issuer"),
        (piv(der=certificate(subject("m07"), times=(ISSUED, datetime(2026, 2, 1, tzinfo=UTC)))), "certificate-expired"),
        (piv(der=certificate(subject("m07"), key=rsa_key().public_key())), "certificate-key"),
        (piv(subject("Ana Example")), "certificate-member"),
        (piv(der=b"no certificate"), "certificate-form"),
        (piv(subject("m99")), "card-unknown-member"),
        (piv(der=certificate(subject("m07"), padding=9_990)), "chain-endless"),
        (make_card("piv", 3, CardFault.ENDLESS_CHAIN), "chain-endless"),
        (make_card("ntag424", 3), "card-kind"),
        (make_card("type2", 3), "card-demo-only"),
        (make_card("uid", 3), "card-demo-only"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_card_that_may_not_vote_is_refused_by_name_once(card: CardA, code: str) -> None:
    """It never arrives, is refused once however long it lies there, and its leaving clears the lamp."""
    desk = Desk(Policy(authority(), is_member={"m07", "Ana Example"}.__contains__))
    desk.port.place(card)
    assert troubles(desk.run(10.0)) == [("card-refused", code)]
    desk.port.remove(card)
    assert troubles(desk.run()) == [("clear", "")]
    desk.port.place(piv())
    assert [type(told) for told in desk.run()] == [Arrived]


@pytest.mark.parametrize("seed", range(12))
def test_card_that_answers_nonsense_never_arrives(seed: int) -> None:
    """Refused by some name, or not seen at all; the next card is fine."""
    desk = Desk()
    card = desk.port.place(make_card("piv", seed, CardFault.NONSENSE))
    told = desk.run(10.0)
    assert not [happening for happening in told if isinstance(happening, Arrived)]
    desk.port.remove(card)
    desk.run()
    desk.port.place(piv())
    assert isinstance(desk.run()[-1], Arrived)


def test_clock_in_1970_is_named_and_the_card_is_judged_again() -> None:
    """Once the clock is set, the card that lies there arrives without being lifted."""
    desk = Desk(unix_s=86_400.0)
    desk.port.place(piv())
    assert troubles(desk.run(JUDGE_AGAIN * 0.3 * 3)) == [("card-refused", "clock")]
    desk.unix_s = NOW_S
    assert [type(told) for told in desk.run(JUDGE_AGAIN * 0.3 * 2)] == [Trouble, Arrived]


def test_two_cards_are_refused_until_one_is_left() -> None:
    """No guess which is meant."""
    desk = Desk()
    desk.port.place(piv())
    second = desk.port.place(piv(subject("m08"), uid="04010203040506"))
    assert troubles(desk.run()) == [("two-cards", "")]
    desk.port.remove(second)
    told = desk.run()
    assert troubles(told) == [("clear", "")]
    assert isinstance(told[-1], Arrived)
    assert told[-1].identity == PivIdentity("m07", desk_identity(piv()).public)


def desk_identity(card: CardA) -> PivIdentity:
    """What a good card is found to be."""
    arrived = desk_with(card).told[-1]
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.identity, PivIdentity)
    return arrived.identity


def test_card_pulled_before_it_signs_is_gone_and_nothing_is_signed() -> None:
    """The request fails, the leaving is told, and the next stay has a number of its own."""
    card = piv()
    desk = desk_with(card)
    desk.on_apdu(SIGN, lambda: desk.port.remove(card))
    with pytest.raises(CardGone):
        desk.watch.sign(1, MESSAGE)
    assert desk.told[-1] == Left(1)
    desk.port.on_write = None
    desk.port.place(card)
    desk.run()
    with pytest.raises(CardGone):
        desk.watch.sign(1, MESSAGE)
    assert desk.watch.sign(2, MESSAGE)


def test_card_exchanged_before_it_signs_never_signs_for_the_other() -> None:
    """Another card in the same tray at the same moment does not answer for the first."""
    card = piv()
    desk = desk_with(card)

    def exchange() -> None:
        desk.port.on_write = None
        desk.port.remove(card)
        desk.port.place(piv(subject("m08"), uid="04010203040506", holder="another"))

    desk.on_apdu(SIGN, exchange)
    with pytest.raises(CardGone):
        desk.watch.sign(1, MESSAGE)
    assert Left(1) in desk.told


def test_moved_card_signs_all_the_same() -> None:
    """It lost power for a moment: it is found, selected and asked again."""
    card = piv()
    desk = desk_with(card)

    def move() -> None:
        desk.port.on_write = None
        desk.port.remove(card)
        desk.port.place(card)

    desk.on_apdu(SIGN, move)
    desk_identity(piv()).public.verify(MESSAGE, desk.watch.sign(1, MESSAGE))
    assert not [told for told in desk.told if isinstance(told, Left)]


def test_cloned_uid_with_another_key_is_refused_by_its_signature() -> None:
    """A copy of the UID gets the kept certificate, but cannot sign with its key; then nothing of it is believed."""
    card = piv()
    desk = desk_with(card)
    desk.port.remove(card)
    desk.run()
    desk.port.place(piv(holder="a copy"))
    desk.run()
    with pytest.raises(SignatureRefused):
        desk.watch.sign(2, MESSAGE)
    assert desk.told[-2:] == [Left(2), Trouble("card-refused", "card-key", "an ES256 signature that does not verify")]
    with pytest.raises(CardGone):
        desk.watch.sign(2, MESSAGE)


def test_expired_certificate_is_refused_even_if_it_was_kept() -> None:
    """What was read once is judged each time."""
    card = piv()
    desk = desk_with(card)
    desk.port.remove(card)
    desk.run()
    desk.unix_s = datetime(2031, 1, 1, tzinfo=UTC).timestamp()
    desk.port.place(card)
    (refused,) = troubles(desk.run())
    assert refused in {("card-refused", "certificate-expired"), ("card-refused", "issuer-expired")}


def test_reader_unplugged_and_back_recovers_by_itself() -> None:
    """The card leaves with the reader, one trouble is told however long it lasts, and both come back."""
    desk = desk_with(piv())
    desk.port.unplugged = True
    assert [type(told) for told in desk.run(60.0)] == [Left, Trouble]
    assert troubles(desk.told) == [("reader-gone", "")]
    with pytest.raises(CardGone):
        desk.watch.sign(1, MESSAGE)
    desk.port.unplugged = False
    told = desk.run(10.0)
    assert troubles(told) == [("reader-back", "")]
    assert told[-1] == Arrived(2, desk_identity(piv()))


def test_reader_unplugged_while_signing_is_named() -> None:
    """The request fails as if the card had gone."""
    desk = desk_with(piv())
    desk.on_apdu(SIGN, lambda: setattr(desk.port, "unplugged", True))
    with pytest.raises(CardGone):
        desk.watch.sign(1, MESSAGE)
    assert troubles(desk.told) == [("reader-gone", "")]
    assert desk.watch.state is State.DOWN


def test_reader_that_is_not_there_at_power_up_is_waited_for() -> None:
    """Told once, then found."""
    desk = Desk()
    desk.port.unplugged = True
    assert troubles(desk.run(30.0)) == [("reader-gone", "")]
    desk.port.unplugged = False
    assert troubles(desk.run(10.0)) == [("reader-back", "")]


def test_brown_out_is_recovered_from() -> None:
    """The chip sleeps and has forgotten its settings: it is woken and set up anew."""
    desk = desk_with(piv())
    desk.port.chip.reset()
    told = desk.run(20.0)
    assert isinstance(told[-1], Arrived)
    assert isinstance(told[0], Left)


NOISE = (
    Fault.NO_ACK,
    Fault.BAD_CHECKSUM,
    Fault.TRUNCATED,
    Fault.LATE,
    Fault.STALE,
    Fault.STATUS_01,
    Fault.STATUS_02,
    Fault.STATUS_0B,
    Fault.STATUS_13,
    Fault.TORN,
    Fault.BROWN_OUT,
    Fault.NOISE,
    Fault.FIRST_SWALLOWED,
)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_line_does_nothing_wrong_is_signed(seed: int) -> None:
    """Every fault at once: each signature that comes out verifies, stays alternate, and some are signed in the end."""
    desk = Desk(faults=Faults(seed, NOISE, one_in=8))
    desk.port.place(piv())
    public = desk_identity(piv()).public
    signed = 0
    for round_ in range(40):
        desk.run(5.0)
        message = MESSAGE + bytes([round_])
        try:
            signature = desk.watch.sign(desk.watch.stay, message)
        except ChamberError:
            continue
        public.verify(message, signature)
        signed += 1
    assert signed
    stays = [told for told in desk.told if not isinstance(told, Trouble)]
    assert [type(told) for told in stays] == ([Arrived, Left] * len(stays))[: len(stays)]


@pytest.mark.parametrize("fault", NOISE)
def test_each_fault_alone_is_recovered_from(fault: Fault) -> None:
    """A reader that misbehaves one time in ten still lets a member vote."""
    desk = Desk(faults=Faults(1, (fault,), one_in=10))
    desk.port.place(piv())
    desk.run(30.0)
    public, signed = desk_identity(piv()).public, 0
    for _ in range(20):
        try:
            public.verify(MESSAGE, desk.watch.sign(desk.watch.stay, MESSAGE))
            signed += 1
        except ChamberError:
            desk.run(10.0)
    assert signed >= 5


def test_attested_card_is_relayed_and_holds_no_key_here() -> None:
    """Challenge and proof pass through; a wrong response is refused by the card, by name."""
    desk = desk_with(make_card("ntag424", 3), Policy(authority(), attested=True))
    (arrived,) = desk.told
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.identity, NtagIdentity)
    given = desk.watch.begin(1, 0)
    assert given.index(b"\xd1\x01") == 16
    assert b"example/card?p=" in given
    with pytest.raises(ChamberError) as refused:
        desk.watch.finish(1, bytes(32))
    assert refused.value.code == "card-authentication"
    with pytest.raises(CardGone):
        desk.watch.sign(1, MESSAGE)


def test_demonstration_accepts_a_bare_uid_and_sees_it_go() -> None:
    """Only where the policy says so."""
    card = make_card("type2", 3)
    desk = desk_with(card, Policy(demo=True))
    (arrived,) = desk.told
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.identity, UidIdentity)
    desk.port.remove(card)
    assert desk.run() == [Left(1)]


def test_seat_without_an_authority_accepts_no_signing_card() -> None:
    """It cannot tell whose card it is."""
    assert troubles(desk_with(piv(), Policy()).told) == [("card-refused", "card-kind")]


def test_issuer_that_is_no_certificate_is_named() -> None:
    """The chamber's file is wrong, and the seat says so."""
    desk = desk_with(piv(), Policy(b"not a certificate"))
    assert troubles(desk.told) == [("card-refused", "issuer-form")]
    assert issubclass(CertificateRefused, ChamberError)
