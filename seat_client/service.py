"""The loop around one seat: events in, effects out. It owns the clock, the randomness and the log, and holds no rules.

How it works. Whatever happens calls `feed`, in the thread of the event loop: the link's arrivals directly, presses and
cards from two small tasks, the deadline from one timer. `feed` makes the moment, lets the core judge and carries out
the effects in order, so a record is on the disk before it is on the wire. Nothing polls, no message makes a task.

The pulse measures the unit and tells systemd that the seat is alive. It asks the core first: a core that fails, or a
loop that stands still, is not vouched for. systemd is told `ready` as soon as the core runs, before any link: a seat
without network is well, and systemd would end one that never gets ready.

The log says what an operator would mention and never what was chosen.
"""

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol, runtime_checkable

from protocol.errors import ChamberError, WrongOrder
from protocol.seat_status import FAULT, HEARTBEAT_S, OFFLINE, ONLINE
from seat_client import events as e
from seat_client.board_power import Power
from seat_client.card import AttestedCard, Card
from seat_client.errors import CardGone, JournalBroken
from seat_client.events import Happening
from seat_client.journal import Journal
from seat_client.link import Link
from seat_client.panel import Panel
from seat_client.pulse import BEAT_S, Pulse
from seat_client.reader import AttestedPlaced, CardPlaced, Reader
from seat_client.seat import Seat
from seat_client.systemd import Notifier

log = logging.getLogger(__name__)
ENTROPY_BYTES = 32
_LOUD = frozenset({Happening.FAULT, Happening.REFUSED, Happening.NOT_COUNTED, Happening.UNKNOWN})
Watch = Callable[[str, e.Report], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a seat's service is built from. A simulated unit has neither systemd nor a supply of its own."""

    link: Link
    panel: Panel
    reader: Reader
    journal: Journal
    notifier: Notifier = field(default_factory=Notifier)
    power: Callable[[], Power] = Power


@runtime_checkable
class CountingReader(Protocol):
    """A reader of real hardware, which counts what goes wrong."""

    @property
    def errors(self) -> int:
        """Failed attempts on the line since the start."""

    @property
    def late_looks(self) -> int:
        """Looks at the tray that came more than half a second late since the start."""


class SeatService:
    """One running seat. `watch(seat, report)` is told what happens; only a simulator needs it."""

    def __init__(
        self, seat: Seat, parts: Parts, *, watch: Watch | None = None, jitter: Callable[[], float] = random.random
    ) -> None:
        self.seat = seat
        self._parts = parts
        self._watch = watch
        self._jitter = jitter
        self._card: Card | None = None
        self._attested_card: AttestedCard | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._signing: asyncio.Task[None] | None = None
        watchdog_s = parts.notifier.watchdog_s
        period_s = min(BEAT_S, watchdog_s / 2) if watchdog_s else BEAT_S
        self._pulse = Pulse(period_s, self._beat)
        self._beats_to_measure = max(1, int(HEARTBEAT_S / period_s))
        # Seats that got power together need not all measure in the same second.
        self._beats = int(jitter() * self._beats_to_measure)
        self._carry_out: dict[type[e.Effect], Callable[..., None]] = {
            e.KeepRecords: self._keep,
            e.DropRecord: self._drop,
            e.PublishRecord: self._publish,
            e.PublishStatus: self._publish_status,
            e.AskCard: self._ask_card,
            e.BeginProof: self._ask_proof,
            e.FinishProof: self._ask_proof,
            e.ShowLamp: self._show_lamp,
            e.ShowButtons: self._show_buttons,
            e.Report: self._report,
        }

    async def run(self) -> None:
        """Run until cancelled."""
        self._loop = asyncio.get_running_loop()
        journal = self._parts.journal
        if journal.damage:
            log.error("a damaged journal was put aside", extra={"seat": self.seat.id, "aside": journal.damage})
        self.feed(e.Started(journal.records(), program_version()))
        if journal.damage:
            self.feed(e.JournalFailed())
        self._measure()
        self._pulse.start(self._loop)
        self._parts.notifier.ready()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._parts.link.run(self.feed))
                tasks.create_task(self._follow_reader())
                tasks.create_task(self._follow_panel())
                tasks.create_task(self._follow_troubles())
                tasks.create_task(self._follow_buttons())
        finally:
            self._stop()
            await self._parts.reader.stop()

    def feed(self, event: e.Event) -> None:
        """Take one event. An event out of order is our own mistake: logged, and the seat goes on."""
        moment = e.Moment(time.monotonic(), time.time_ns() // 1_000_000, self._jitter())
        try:
            effects = self.seat.handle(event, moment)
        except WrongOrder as error:
            log.error("event out of order: %s", error.fact, extra={"seat": self.seat.id})  # noqa: TRY400 - the cause is in the words
            return
        if log.isEnabledFor(logging.DEBUG):
            names = ", ".join(type(effect).__name__ for effect in effects)
            log.debug("%s -> %s", type(event).__name__, names, extra={"seat": self.seat.id})
        for effect in effects:
            self._carry_out[type(effect)](effect)
        self._set_timer(moment.now_s)

    def _set_timer(self, now_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline_s = self.seat.next_deadline_s()
        if deadline_s is not None and self._loop is not None:
            self._timer = self._loop.call_later(max(0.0, deadline_s - now_s), self.feed, e.TimePassed())

    def _stop(self) -> None:
        self._parts.notifier.stopping()
        self._pulse.stop()
        if self._timer is not None:
            self._timer.cancel()
        if self._signing is not None:
            self._signing.cancel()

    # How the unit is.

    def _beat(self) -> None:
        self._beats += 1
        if self._beats >= self._beats_to_measure:
            self._beats = 0
            self._measure()
        status = self.seat.status
        link = ONLINE if self.seat.is_connected else OFFLINE
        state = status.state if status.state == FAULT else ""
        words = (link, state, status.fault, status.button, status.tray)
        self._parts.notifier.kick(" ".join(word for word in words if word))

    def _measure(self) -> None:
        reader, power = self._parts.reader, self._parts.power()
        errors, late = (reader.errors, reader.late_looks) if isinstance(reader, CountingReader) else (0, 0)
        self.feed(e.Measured(errors, self._pulse.late + late, power.throttled, power.undervolted))

    # Where events come from.

    async def _follow_reader(self) -> None:
        async for change in self._parts.reader.changes():
            self._card = self._attested_card = None
            if isinstance(change, CardPlaced):
                self._card = change.card
                self.feed(e.CardEntered(change.card.member, change.card.public, secrets.token_bytes(ENTROPY_BYTES)))
            elif isinstance(change, AttestedPlaced):
                card = self._attested_card = change.card
                self.feed(e.AttestedCardEntered(card.kind, card.uid, secrets.token_bytes(ENTROPY_BYTES)))
            else:
                self.feed(e.CardLeft())

    async def _follow_panel(self) -> None:
        async for button in self._parts.panel.presses():
            self.feed(e.ButtonPressed(button))

    async def _follow_troubles(self) -> None:
        async for trouble in self._parts.reader.troubles():
            self.feed(e.TrayTold(trouble.code, trouble.reason))

    async def _follow_buttons(self) -> None:
        async for trouble in self._parts.panel.troubles():
            self.feed(e.ButtonTold(trouble.code, trouble.button))

    async def _sign(self, card: Card, effect: e.AskCard) -> None:
        try:
            signature = await card.sign(effect.message)
        except CardGone:
            self.feed(e.CardFailed(effect.number))
            return
        self.feed(e.CardSigned(effect.number, signature))

    async def _prove(self, card: AttestedCard, effect: e.BeginProof | e.FinishProof) -> None:
        try:
            answer: e.Event
            if isinstance(effect, e.BeginProof):
                answer = e.ProofBegun(effect.number, *await card.begin())
            else:
                answer = e.ProofFinished(effect.number, await card.finish(effect.response))
        except ChamberError as error:
            answer = e.CardFailed(effect.number, error.code)
        self.feed(answer)

    # What effects do.

    def _keep(self, effect: e.KeepRecords) -> None:
        try:
            self._parts.journal.keep(effect.records)
        except JournalBroken as error:
            log.error("a record is not kept: %s", error.fact, extra={"seat": self.seat.id})  # noqa: TRY400 - the cause is in the words
            self._later(e.JournalFailed())

    def _drop(self, effect: e.DropRecord) -> None:
        with contextlib.suppress(JournalBroken):  # it would be sent once more after a power cut, and receipted again
            self._parts.journal.drop(effect.record)

    def _publish(self, effect: e.PublishRecord) -> None:
        self._parts.link.publish(effect.data)

    def _publish_status(self, effect: e.PublishStatus) -> None:
        self._parts.link.publish_status(effect.status)

    def _ask_card(self, effect: e.AskCard) -> None:
        if self._card is None or self._loop is None:
            self._later(e.CardFailed(effect.number))
        else:
            self._signing = self._loop.create_task(self._sign(self._card, effect))

    def _ask_proof(self, effect: e.BeginProof | e.FinishProof) -> None:
        if self._attested_card is None or self._loop is None:
            self._later(e.CardFailed(effect.number))
        else:
            self._signing = self._loop.create_task(self._prove(self._attested_card, effect))

    def _show_lamp(self, effect: e.ShowLamp) -> None:
        self._parts.panel.show(effect.lamp, effect.reason)

    def _show_buttons(self, effect: e.ShowButtons) -> None:
        self._parts.panel.show_buttons(may_press=effect.may_press, secret=True, asks_to_speak=effect.asks_to_speak)

    def _report(self, effect: e.Report) -> None:
        level = logging.WARNING if effect.what in _LOUD else logging.INFO
        fields = {"seat": self.seat.id, "vote": effect.vote, "reason": effect.reason}
        told = " ".join(f"{name}={value}" for name, value in fields.items() if value)
        log.log(level, "%s %s", effect.what.value, told, extra=fields)
        if self._watch is not None:
            self._watch(self.seat.id, effect)

    def _later(self, event: e.Event) -> None:
        """Feed an event after the one at hand is done."""
        if self._loop is not None:
            self._loop.call_soon(self.feed, event)


@cache
def program_version() -> str:
    """The version that is installed; empty in a source tree that is not."""
    try:
        return version("chamber-voting")
    except PackageNotFoundError:
        return ""
