"""A fleet of real seats on simulated hardware, each with its own connection and keys, in one process.

A seat here is the very `SeatService` of a real unit; only card, panel and reader are of a `Kit`, and its journal may
live in memory. Nothing polls and no message makes a task, so that thousands fit into one process.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from firmware_sim.commands import CastVote, Command, CutPower, GivePower, MoveCards, PressButtons, Quit, WatchLamps
from firmware_sim.fleet.kit import Kit, Kits, SoftwareKits
from firmware_sim.member import Act, Step, generator_of, plan_steps
from firmware_sim.plan import Plan
from firmware_sim.script import Script
from protocol.keys import Ed25519Signer
from seat_client.broker import BrokerLink, read_broker
from seat_client.events import Button, Happening, Report
from seat_client.journal import FileJournal, Journal, MemoryJournal
from seat_client.lamps import Lamp
from seat_client.seat import Seat
from seat_client.service import Parts, SeatService

log = logging.getLogger(__name__)
CONNECTING_MAX: Final = 64
"""How many seats of a fleet connect at once."""
_TOLD: Final = frozenset(Happening) - {Happening.READY, Happening.OPENED, Happening.CLOSED}
_ANSWERS: Final = frozenset({Happening.RECORDED, Happening.NOT_COUNTED, Happening.REFUSED})
Emit = Callable[..., None]


class SeatUnit:
    """One seat of the fleet, with or without power. It is also the hands of whoever sits there."""

    def __init__(self, fleet: "Fleet", seat_id: str, device: Ed25519Signer) -> None:
        self.id = seat_id
        self.member = ""
        self.script: Script | None = None
        self._fleet = fleet
        self._device = device
        self._memory = MemoryJournal()
        self._file: FileJournal | None = None
        self._service: SeatService | None = None
        self._link: BrokerLink | None = None
        self._kit: Kit | None = None
        self._task: asyncio.Task[None] | None = None

    # Power.

    def switch_on(self) -> None:
        """Start a real seat; nothing if it has power already."""
        if self._task is not None:
            return
        fleet = self._fleet
        seat = Seat(self.id, self._device, fleet.plan.root)
        self._kit = fleet.kits.make(self._see)
        if self.member:
            self._kit.place(self.member)
        self._link = BrokerLink(
            fleet.brokers, fleet.plan.topics, self.id, jitter=fleet.generator.random, gate=fleet.gate
        )
        parts = Parts(self._link, self._kit.panel, self._kit.reader, self._open_journal())
        self._service = SeatService(seat, parts, watch=fleet.note, jitter=fleet.generator.random)
        self._task = asyncio.get_running_loop().create_task(self._service.run(), name=self.id)
        self._task.add_done_callback(self._report_end)
        if self.script is not None:
            self.script.note_power()

    async def switch_off(self, *, goodbye: bool) -> None:
        """Take the power away, with or without a goodbye. What the journal's file holds stays."""
        task, self._task = self._task, None
        if task is None or self._link is None:
            return
        if not goodbye:
            self._link.cut()
            self._fleet.note(self.id, Report(Happening.OFFLINE))
        task.cancel()
        await asyncio.wait([task])
        if self._kit is not None:
            self._kit.close()
        self._kit = None
        self._service = self._link = None
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open_journal(self) -> Journal:
        folder = self._fleet.plan.journal_dir
        if not folder:
            return self._memory
        # Not flushed: the power that is cut here is a task's, and this machine keeps what was written.
        self._file = FileJournal(Path(folder) / f"{self.id}.journal", flush=False)
        return self._file

    def _report_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            log.error("seat %s broke down", self.id, exc_info=task.exception())
            self._fleet.emit(event="error", seat=self.id, reason="broke-down")

    # Hands.

    def can_press(self, vote: str) -> bool:
        """True if a press would go to this vote (to any, if empty)."""
        now = self._service.seat.vote_to_press if self._service is not None else ""
        return now != "" and vote in {"", now}

    def is_present(self) -> bool:
        """True if somebody is present here."""
        return self._service is not None and self._service.seat.member != ""

    def may_change_press(self) -> bool:
        """False if the vote at hand takes the first press only."""
        return self._service is None or self._service.seat.may_change_press

    def do(self, step: Step) -> None:
        """Push a button, or move the card of this member."""
        if step.act is Act.PRESS:
            self.push(Button(step.choice))
        elif self._kit is None:
            return
        elif step.act is Act.PULL_CARD:
            self._kit.remove()
        elif self.member:
            self._kit.place(self.member)

    def push(self, button: Button) -> None:
        """Push a button once; without power nothing happens."""
        if self._kit is not None:
            self._kit.push(button)

    def place(self, member: str) -> None:
        """Lay a member's card into the tray, with or without power."""
        self.member = member
        if self._kit is not None:
            self._kit.place(member)

    def remove(self) -> None:
        """Take the card out."""
        self.member = ""
        if self._kit is not None:
            self._kit.remove()

    def _see(self, lamp: Lamp) -> None:
        if self._fleet.lamps_watched:
            self._fleet.emit(event="lamp", seat=self.id, lamp=lamp.value)
        if self.script is not None:
            self.script.look()


class Fleet:
    """All seats of a plan. `emit(**members)` takes one event for whoever started the fleet."""

    def __init__(self, plan: Plan, urls: Sequence[str], emit: Emit, kits: Kits | None = None) -> None:
        """Make every seat, without power. `urls`: brokers; `kits`: its hardware, of software if not given.

        Raises `SettingsRefused`: an address that is none.
        """
        self.plan = plan
        self.brokers = tuple(read_broker(url) for url in urls)
        self.emit = emit
        self.lamps_watched = False
        self.generator = random.Random(plan.seed)
        self.gate = asyncio.Semaphore(CONNECTING_MAX)
        self.units = {seat: SeatUnit(self, seat, Ed25519Signer(seed)) for seat, seed in plan.seats.items()}
        self.kits = kits or SoftwareKits(plan.cards, plan.attested)
        self._awaited = set(self.units)
        self._opened: dict[str, bool] = {}
        self._used: set[str] = set()
        self._votes = 0
        self._command: CastVote | None = None
        self._vote = ""
        self._voting: set[str] = set()

    def start(self) -> None:
        """Give power to every seat. Raises `JournalBroken`: the folder of the journals cannot be written."""
        if self.plan.journal_dir:
            Path(self.plan.journal_dir).mkdir(parents=True, exist_ok=True)
        for unit in self.units.values():
            unit.switch_on()

    async def carry_out(self, command: Command) -> None:
        """Do what a command says. Seats and members that the plan does not know are told and passed over."""
        if isinstance(command, MoveCards):
            self._move_cards(command)
        elif isinstance(command, PressButtons):
            for unit in self._known(command.presses):
                unit.push(Button(command.presses[unit.id]))
        elif isinstance(command, CastVote):
            self._start_vote(command)
        elif isinstance(command, CutPower):
            await asyncio.gather(*(unit.switch_off(goodbye=False) for unit in self._known(command.seats)))
        elif isinstance(command, GivePower):
            for unit in self._known(command.seats):
                unit.switch_on()
        elif isinstance(command, WatchLamps):
            self.lamps_watched = True
        else:
            assert isinstance(command, Quit), "every command has its branch"
            await asyncio.gather(*(unit.switch_off(goodbye=True) for unit in self.units.values()))

    def note(self, seat: str, report: Report) -> None:
        """A seat reports: pass it on, and let its member see it."""
        if report.what is Happening.READY:
            self._note_ready(seat)
        elif report.what is Happening.OPENED:
            self._opened.setdefault(report.vote, self.units[seat].may_change_press())
            asyncio.get_running_loop().call_soon(self._begin_vote)
        elif report.what in _TOLD:
            self._emit_report(seat, report)
        script = self.units[seat].script
        if script is None:
            return
        if report.what is Happening.PRESSED:
            script.note_pressed()
        elif report.what in _ANSWERS and report.choice:
            script.note_answer(report.choice[0])
        elif report.what is Happening.IGNORED:
            script.note_ignored(report.reason)
        elif report.what is Happening.CLOSED and report.vote == self._vote:
            script.note_closed()
        else:
            # The seat is still at work on what it reports; the member looks when it has finished.
            asyncio.get_running_loop().call_soon(script.look)

    def _emit_report(self, seat: str, report: Report) -> None:
        members: dict[str, Any] = {
            "event": report.what.value, "seat": seat, "member": report.member, "vote": report.vote,
            "choice": list(report.choice), "reason": report.reason, "ms": round(report.ms, 3),
        }  # fmt: skip
        self.emit(**members)

    def _note_ready(self, seat: str) -> None:
        if seat in self._awaited:
            self._awaited.discard(seat)
            if not self._awaited:
                self.emit(event="ready", seats=len(self.units))

    def _known(self, seats: Sequence[str] | dict[str, str]) -> list[SeatUnit]:
        for seat in seats:
            if seat not in self.units:
                self.emit(event="error", seat=seat, reason="unknown-seat")
        return [self.units[seat] for seat in seats if seat in self.units]

    def _move_cards(self, command: MoveCards) -> None:
        for unit in self._known(command.removed):
            unit.remove()
        for unit in self._known(command.placed):
            member = command.placed[unit.id]
            if self.kits.knows(member):
                unit.place(member)
            else:
                self.emit(event="error", seat=unit.id, reason="unknown-member")

    def _start_vote(self, command: CastVote) -> None:
        for unit in self.units.values():
            if unit.script is not None:
                unit.script.stop()
                unit.script = None
        self._command, self._vote = command, ""
        self._begin_vote()

    def _begin_vote(self) -> None:
        """Let members vote as soon as some seat has seen the vote they wait for.

        Without a name that is the newest one that no earlier command was about: seats that have not heard of its
        opening yet may still show the vote before.
        """
        command = self._command
        fresh = [vote for vote in self._opened if vote not in self._used]
        vote = command.vote or (fresh[-1] if fresh else "") if command is not None else ""
        if command is None or vote not in self._opened:
            return
        self._command, self._vote = None, vote
        self._used.add(vote)
        self._votes += 1
        chosen = self._known(command.choices)
        for unit in chosen:
            generator = generator_of(self.plan.seed, self._votes, unit.id) if command.habits else None
            steps = plan_steps(command.choices[unit.id], generator, may_change=self._opened[vote])
            if steps:
                unit.script = Script(unit, vote, steps, partial(self._finish, unit))
        self._voting = {unit.id for unit in chosen if unit.script is not None}
        for unit in chosen:
            if unit.script is not None:
                unit.script.look()
        if not self._voting:
            self.emit(event="settled", vote=vote)

    def _finish(self, unit: SeatUnit) -> None:
        if unit.id in self._voting:
            self._voting.discard(unit.id)
            if not self._voting:
                self.emit(event="settled", vote=self._vote)
