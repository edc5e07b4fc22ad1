"""One seat core on a bench: its clock, its card, its journal, and a wire to a chamber that can be cut or held."""

from typing import Any

from firmware_sim.cards.ntag424 import Ntag424
from protocol.keys import P256Signer
from protocol.seat_status import SeatStatus
from seat_client import events as e
from seat_client.events import Button, Happening
from seat_client.journal import MemoryJournal
from seat_client.lamps import Lamp
from seat_client.nfc import ntag424
from seat_client.nfc.errors import StatusRefused
from seat_client.seat import Seat
from tests.seat_client.chamber import ROOT, Chamber, card, key


class Rig:
    """Carries out the effects of one seat. `sent` is everything published, `held` what the wire keeps back."""

    def __init__(self, chamber: Chamber, seat: str = "s-01") -> None:
        self.chamber, self.seat_id = chamber, seat
        self.journal = MemoryJournal()
        self.now_s, self.jitter = 100.0, 0.0
        self.hold = False
        self.card: P256Signer | None = None
        self.chip: Ntag424 | None = None
        self.card_answers = True
        self.switch_on()

    def switch_on(self) -> None:
        """Power, with what the journal holds."""
        self.seat = Seat(self.seat_id, key(self.seat_id), ROOT.public)
        self.lamp, self.lamp_reason = Lamp.ABSENT, ""
        self.sent: list[bytes] = []
        self.held: list[bytes] = []
        self.reports: list[e.Report] = []
        self.statuses: list[SeatStatus] = []
        self.lit: list[tuple[bool, bool]] = []
        self.asked: list[e.AskCard] = []
        self.relayed: list[e.BeginProof | e.FinishProof] = []
        self.feed(e.Started(self.journal.records()))

    def feed(self, event: e.Event) -> list[e.Effect]:
        """Give the seat an event and carry out what it wants."""
        self.now_s += 0.001
        effects = self.seat.handle(event, e.Moment(self.now_s, int(self.now_s * 1000), self.jitter))
        answers: list[e.Event] = []
        for effect in effects:
            answers += self._carry_out(effect)
        for answer in answers:
            self.feed(answer)
        return effects

    def _carry_out(self, effect: e.Effect) -> list[e.Event]:
        if isinstance(effect, e.KeepRecords):
            self.journal.keep(effect.records)
        elif isinstance(effect, e.DropRecord):
            self.journal.drop(effect.record)
        elif isinstance(effect, e.PublishRecord):
            self.sent.append(effect.data)
            if self.hold:
                self.held.append(effect.data)
            else:
                return [e.DownArrived(self.chamber.take(effect.data))]
        elif isinstance(effect, e.AskCard | e.BeginProof | e.FinishProof):
            return self._ask(effect)
        elif isinstance(effect, e.ShowLamp):
            self.lamp, self.lamp_reason = effect.lamp, effect.reason
        elif isinstance(effect, e.ShowButtons):
            self.lit.append((effect.may_press, effect.asks_to_speak))
        elif isinstance(effect, e.PublishStatus):
            self.statuses.append(effect.status)
        elif isinstance(effect, e.Report):
            self.reports.append(effect)
        return []

    def _ask(self, effect: e.AskCard | e.BeginProof | e.FinishProof) -> list[e.Event]:
        if not isinstance(effect, e.AskCard):
            self.relayed.append(effect)
            return [self.prove(effect)] if self.card_answers else []
        self.asked.append(effect)
        if self.card_answers and self.card is not None:
            return [e.CardSigned(effect.number, self.card.sign(effect.message))]
        return []

    # --- What happens in a room ---------------------------------------------------------------------------------

    def connect(self) -> "Rig":
        """Link, keys and head."""
        self.feed(e.LinkUp())
        self.feed(e.TrustArrived(self.chamber.trust))
        return self.show()

    def show(self, **changes: Any) -> "Rig":
        """The chamber's next head arrives."""
        self.feed(e.HeadArrived(self.chamber.head(**changes)))
        return self

    def insert(self, member: str = "m01") -> "Rig":
        """A card is placed."""
        self.card = card(member)
        self.feed(e.CardEntered(member, self.card.public, bytes(32)))
        return self

    def insert_attested(self, uid: bytes, chip: Ntag424 | None = None) -> "Rig":
        """A card is placed that cannot sign; without a chip it proves nothing."""
        self.chip = chip
        self.feed(e.AttestedCardEntered("uid" if chip is None else "ntag424", uid, bytes(32)))
        return self

    def prove(self, effect: e.BeginProof | e.FinishProof) -> e.Event:
        """What the chip in the tray answers."""
        assert self.chip is not None
        try:
            if isinstance(effect, e.FinishProof):
                return e.ProofFinished(effect.number, ntag424.finish(self.chip.process, effect.response))
            assert ntag424.select(self.chip.process)
            mirror = ntag424.read_message(self.chip.process)
            return e.ProofBegun(effect.number, ntag424.begin(self.chip.process, 0), mirror)
        except StatusRefused as error:
            return e.CardFailed(effect.number, error.code)

    def remove(self) -> "Rig":
        """The card is taken out."""
        self.card = self.chip = None
        self.feed(e.CardLeft())
        return self

    def push(self, button: Button) -> "Rig":
        """A press."""
        self.feed(e.ButtonPressed(button))
        return self

    def deliver(self, *order: int) -> "Rig":
        """What the wire held reaches the chamber; its answers come back, in this order if one is given."""
        self.hold = False
        held, self.held = self.held, []
        answers = [self.chamber.take(data) for data in held]
        for number in order or range(len(answers)):
            self.feed(e.DownArrived(answers[number]))
        return self

    def pass_time(self, seconds: float = 1.0) -> "Rig":
        """Time passes, and the seat is told."""
        self.now_s += seconds
        self.feed(e.TimePassed())
        return self

    @property
    def state(self) -> str:
        """The state that the retained status says now, or a second later if the seat may not yet publish it."""
        return self.pass_time().statuses[-1].state

    def shows(self, lamp: Lamp) -> bool:
        """Whether this lamp is lit."""
        return self.lamp is lamp

    def told(self) -> list[str]:
        """What was reported, in words."""
        return [report.what.value for report in self.reports]

    def last(self, what: Happening) -> e.Report:
        """The latest report of this sort."""
        return next(report for report in reversed(self.reports) if report.what is what)


def seated(chamber: Chamber | None = None, seat: str = "s-01", member: str = "m01") -> Rig:
    """A connected seat with a member present."""
    return Rig(chamber or Chamber(), seat).connect().insert(member)


def voting(**changes: Any) -> Rig:
    """A seat with a member present and an open vote."""
    rig = seated()
    rig.chamber.open(**changes)
    return rig.show()
