"""A seat: the real core, a simulated journal and card around it, a hand that pushes buttons.

Effects are carried out one by one, and the power may go between any two of them.
"""

from collections.abc import Callable
from typing import Any

from protocol.seat_status import write_status
from protocol.topics import Party, Way, client_id
from seat_client import events as e
from seat_client.lamps import Lamp
from seat_client.seat import Seat
from tests.chamber.auditor import Auditor
from tests.chamber.journal import SimulatedJournal
from tests.chamber.ledger import Ledger
from tests.chamber.people import TOPICS, card_key, card_sign, key_of
from tests.chamber.stage import Stage, require
from tests.chamber.timeline import START_MS
from tests.chamber.wire import Wire

CHOICES = (e.Button.FOR, e.Button.AGAINST, e.Button.ABSTAIN)
Hand = tuple[str, str]
MakeSeat = Callable[[str], Seat]


def make_real_seat(seat: str) -> Seat:
    """The real core of a seat."""
    return Seat(seat, key_of(seat), key_of("root").public)


class SeatUnit:
    """One seat in its place. `member` is whose card lies in the tray, `lamp` what is shown; no power, no lamp."""

    def __init__(
        self, seat: str, stage: Stage, wire: Wire, ledger: Ledger, auditor: Auditor, make: MakeSeat = make_real_seat
    ) -> None:
        self.id = seat
        self.core: Seat | None = None
        self.member = ""
        self.lamp = Lamp.OFFLINE
        self._stage, self._wire, self._ledger, self._auditor, self._make = stage, wire, ledger, auditor, make
        self._journal = SimulatedJournal(stage.random)
        self._identity = client_id(Party.SEAT, seat)
        self._up = TOPICS.of(Party.SEAT, seat, Way.UP)
        self._status = TOPICS.of(Party.SEAT, seat, Way.STATUS)
        self._down = TOPICS.of(Party.SEAT, seat, Way.DOWN)
        self._hand: Hand | None = None
        self._asked: dict[int, Hand] = {}
        self._life = self._stay = 0
        self._due_ms = -1
        wire.add(self._identity, [TOPICS.sitting, TOPICS.trust, self._down], self._take, self._status)
        self._carry_out: dict[type[e.Effect], Callable[[Any], None]] = {
            e.KeepRecords: self._keep, e.DropRecord: self._drop, e.PublishRecord: self._publish,
            e.PublishStatus: self._publish_status, e.AskCard: self._ask_card, e.ShowLamp: self._show_lamp,
            e.ShowButtons: lambda _effect: None, e.Report: self._report,
        }  # fmt: skip

    # --- Power and link.

    def power_on(self) -> None:
        """Start with what the journal holds; the reader sees the card that lies there."""
        if self.core is not None:
            return
        self.core = self._make(self.id)
        self.feed(e.Started(self._journal.records()))
        self.connect()
        self._see_card()

    def power_off(self) -> None:
        """A power cut: memory is gone, the journal is not."""
        if self.core is None:
            return
        self._stage.note(self.id, "loses power")
        self._life, self._due_ms, self.core, self.lamp = self._life + 1, -1, None, Lamp.OFFLINE
        self._hand, self._asked = None, {}
        self._journal.lose_power()
        self._ledger.lose_power(self.id)
        self._wire.drop(self._identity)

    def connect(self) -> None:
        """The link comes up."""
        if self.core is not None and not self._wire.clients[self._identity].connected:
            self._wire.connect(self._identity)
            self.feed(e.LinkUp())

    def disconnect(self) -> None:
        """The link is lost."""
        if self.core is not None and self._wire.clients[self._identity].connected:
            self._wire.drop(self._identity)
            self.feed(e.LinkDown())

    # --- People.

    def insert(self, member: str) -> None:
        """Somebody puts a card into the tray."""
        if not self.member:
            self.member, self._stay = member, self._stay + 1
            self._see_card()

    def _see_card(self) -> None:
        if self.core is not None and self.member:
            self.feed(e.CardEntered(self.member, card_key(self.member), self._stage.random.randbytes(32)))

    def remove(self) -> None:
        """The card is taken out."""
        if self.member:
            self.member, self._stay = "", self._stay + 1
            self.feed(e.CardLeft())

    def press(self, button: e.Button) -> None:
        """A hand pushes a button."""
        self._stage.note(self.id, self.member, "pushes", button.value)
        self._hand = (self.member, button.value)
        self.feed(e.ButtonPressed(button))
        self._hand = None

    # --- The loop of the seat's service.

    def feed(self, event: e.Event) -> None:
        """Let the core handle an event, and carry out its effects until the power goes."""
        core, now_ms = self.core, self._stage.now_ms
        if core is None:
            return
        moment = e.Moment((now_ms - START_MS) / 1000, now_ms, self._stage.random.random())
        for effect in core.handle(event, moment):
            if self._stage.chance(self._stage.weather.power_cut):
                self.power_off()
                self._stage.timeline.after(self._stage.random.randrange(300, 5000), self.power_on)
                return
            self._carry_out[type(effect)](effect)
        self._set_timer(core)

    def _set_timer(self, core: Seat) -> None:
        deadline_s = core.next_deadline_s()
        due_ms = -1 if deadline_s is None else START_MS + round(deadline_s * 1000) + 1
        if due_ms != self._due_ms and due_ms >= 0:
            self._stage.timeline.after(due_ms - self._stage.now_ms, lambda: self._ring(due_ms))
        self._due_ms = due_ms

    def _ring(self, due_ms: int) -> None:
        if due_ms == self._due_ms:
            self._due_ms = -1
            self.feed(e.TimePassed())

    def _take(self, topic: str, payload: bytes) -> None:
        if topic == self._down:
            self.feed(e.DownArrived(payload))
        elif topic == TOPICS.sitting:
            self.feed(e.HeadArrived(payload))
        else:
            self.feed(e.TrustArrived(payload))

    # --- Effects.

    def _keep(self, effect: e.KeepRecords) -> None:
        broken = self._stage.chance(self._stage.weather.journal_fails)
        if broken:
            self._later(e.JournalFailed())
        else:
            self._journal.keep(effect.records)
        for data in effect.records:
            self._ledger.enter(data, self.id, self._hand, kept=not broken)

    def _drop(self, effect: e.DropRecord) -> None:
        self._journal.drop(effect.record)
        self._ledger.settle(effect.record)

    def _publish(self, effect: e.PublishRecord) -> None:
        self._wire.send_up(self._identity, self._up, effect.data)

    def _publish_status(self, effect: e.PublishStatus) -> None:
        self._wire.send_up(self._identity, self._status, write_status(effect.status), retain=True)

    def _ask_card(self, effect: e.AskCard) -> None:
        if self._hand is not None:
            self._asked[effect.number] = self._hand
        member, stay, life = self.member, self._stay, self._life
        fails = self._stage.chance(self._stage.weather.card_fails)

        def answer() -> None:
            if life != self._life:
                return
            self._hand = self._asked.pop(effect.number, None)
            if fails or stay != self._stay:
                self.feed(e.CardFailed(effect.number))
            else:
                self.feed(e.CardSigned(effect.number, card_sign(member, effect.message)))
            self._hand = None

        self._stage.timeline.after(self._stage.random.randrange(20, 600), answer)

    def _show_lamp(self, effect: e.ShowLamp) -> None:
        self.lamp = effect.lamp
        self._stage.note(self.id, "lamp", effect.lamp.value, effect.reason)
        if effect.lamp is Lamp.RECORDED and self.core is not None:
            head = self.core._view.head  # noqa: SLF001 - which vote the lamp speaks of is told nowhere else
            require(head is not None, "recorded means a known vote", self.id)
            self._auditor.saw_recorded(self.id, self.member, head.open_hash if head is not None else "")

    def _report(self, effect: e.Report) -> None:
        self._stage.note(self.id, effect.what.value, effect.member, effect.vote, effect.reason)
        fork = effect.what is e.Happening.FAULT and effect.reason == "fork"
        require(not fork, "no seat ever sees a fork", self.id)

    def _later(self, event: e.Event) -> None:
        life = self._life
        self._stage.timeline.after(0, lambda: self.feed(event) if life == self._life else None)
