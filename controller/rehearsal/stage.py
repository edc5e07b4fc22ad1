"""The stage of a rehearsal: the running house, what its seats report, and the waiting.

A step either returns what it found, or raises `StepFailed` or `NotChecked` with the reason in words. What a seat
reports and what the log holds are compared: a lamp that says recorded without a ballot in the log is a failure.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from controller.officer import OfficerClient
from controller.procedures.log_view import LogView
from controller.rehearsal.house import RehearsalHouse
from controller.rehearsal.plan import RehearsalPlan
from protocol.errors import ChamberError
from protocol.explain import Catalogue
from protocol.state import LogState, SittingState, VoteState

NAMED_MAX: Final = 12
"""Members whom a reason names; of more it gives the number."""
RECORDED: Final = "recorded"
PRESS_ENDS: Final = frozenset({RECORDED, "not-counted", "refused", "unknown", "ignored"})
"""What a seat reports at the end of a press; each is a lamp, but for a press that was ignored."""


class StepFailed(ChamberError):
    """What a step asked for is not so."""

    code = "step"


class NotChecked(ChamberError):
    """A step could not be walked, and nothing is wrong with that."""

    code = "step-not-checked"


@dataclass(slots=True)
class Changes:
    """Tells whoever waits that something happened, in the log or at a seat."""

    event: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self) -> None:
        """Something happened."""
        self.event.set()


@dataclass(slots=True)
class Reports:
    """What the seats reported. `trouble`: why nothing more is to be expected of a seat now, by seat."""

    trouble: dict[str, str] = field(default_factory=dict)
    presses: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    online: set[str] = field(default_factory=set)
    lamps: dict[str, list[str]] = field(default_factory=dict)
    """The lamps that each seat showed since `forget_lamps`, the newest last."""

    def note(self, event: dict[str, Any]) -> None:
        """Take one event of the fleet."""
        name, seat, vote = event["event"], event.get("seat", ""), event.get("vote", "")
        reason = str(event.get("reason", ""))
        if name == "lamp":
            self.lamps.setdefault(seat, []).append(str(event["lamp"]))
        elif name == "online":
            self.online.add(seat)
        elif name == "offline":
            self.online.discard(seat)
        if vote and (name == "pressed" or name in PRESS_ENDS):
            self.presses.setdefault((seat, vote), []).append((name, reason))
        elif name in {"error", "refused"} or (name == "ignored" and reason):
            self.trouble[seat] = reason or name

    def taken(self, seat: str, vote: str) -> bool:
        """True if the seat took a press in this vote, which it does only while its lamp says that it is open."""
        return any(name == "pressed" for name, _reason in self.presses.get((seat, vote), ()))

    def forget_lamps(self) -> None:
        """Remember only what each seat shows now."""
        self.lamps = {seat: shown[-1:] for seat, shown in self.lamps.items()}

    def end(self, seat: str, vote: str) -> tuple[str, str]:
        """(report, reason) that ended the newest press of a seat in a vote; empty while it waits."""
        reports = self.presses.get((seat, vote), ())
        return reports[-1] if reports and reports[-1][0] in PRESS_ENDS else ("", "")


@dataclass(slots=True)
class Stage:
    """Everything a step needs. `waits_for` says what is being waited for, to be told if it never comes.

    `absent`: members whose card could not be read, who are asked for nothing more. `lost`: why the seats are
    gone, all of them.
    """

    plan: RehearsalPlan
    house: RehearsalHouse
    words: Catalogue
    changes: Changes
    reports: Reports
    absent: set[str] = field(default_factory=set)
    lost: str = ""
    waits_for: Callable[[], str] = str

    # --- The house.

    @property
    def state(self) -> LogState:
        """What the log means now; read only."""
        return self.house.controller.service.recorder.memory.state

    @property
    def view(self) -> LogView:
        """Finders over the log."""
        return LogView(self.house.controller.service.recorder.memory)

    @property
    def sitting(self) -> SittingState:
        """The sitting as the log has it."""
        return self.state.sittings[self.plan.id]

    @property
    def chair(self) -> OfficerClient:
        """The officer with the role of chair."""
        return self.house.officers[self.plan.officer("chair")]

    @property
    def secretary(self) -> OfficerClient:
        """The officer with the role of secretary."""
        return self.house.officers[self.plan.officer("secretary")]

    @property
    def seat_of(self) -> Mapping[str, str]:
        """The seats of the members who have one."""
        return self.plan.sitting.seat_of

    @property
    def seated(self) -> list[str]:
        """Members who have a seat and whose card was read."""
        return [member for member in self.seat_of if member not in self.absent]

    def vote(self, vote_id: str) -> VoteState:
        """A vote as the log has it."""
        return self.sitting.votes[vote_id]

    def voters(self, vote_id: str) -> list[str]:
        """Members here who may vote in an opened vote."""
        vote = self.vote(vote_id)
        here = self.sitting.live_by_member
        return [m for m in self.seated if m in here and m in vote.eligible and m not in vote.recused]

    # --- Words.

    def gettext(self, message: str, **facts: object) -> str:
        """Translate, with facts put in."""
        return self.words.gettext(message) % facts

    def named(self, members: Iterable[str], reasons: Mapping[str, str] | None = None) -> str:
        """Members at their seats, with reasons by member if given; of many the first ones and how many more."""
        told = []
        for member in members:
            why = (reasons or {}).get(member, "")
            told.append(f"{member} @ {self.plan.place(self.seat_of.get(member, ''))}" + (f" ({why})" if why else ""))
        more = [self.gettext("more: %(count)d", count=len(told) - NAMED_MAX)] if len(told) > NAMED_MAX else []
        return "; ".join(told[:NAMED_MAX] + more)

    def expect(self, condition: object, what: str) -> None:
        """Go on only if it is so. Raises `StepFailed`."""
        if not condition:
            raise StepFailed(what)

    # --- Waiting.

    def note_event(self, event: dict[str, Any]) -> None:
        """The seats report something."""
        self.reports.note(event)
        self.changes.note()

    async def until(self, condition: Callable[[], bool], what: Callable[[], str]) -> None:
        """Wait until it is so, woken by every batch of the log and every report; how long is the step's affair.

        Raises `StepFailed`: the seats are gone.
        """
        self.waits_for = what
        while True:
            self.changes.event.clear()
            if condition():
                return
            self.expect(not self.lost, self.lost)
            await self.changes.event.wait()

    async def lamps(self, members: Iterable[str], wanted: tuple[str, ...]) -> None:
        """Wait until each of these members' seats has shown these lamps, the last of them now."""
        seats = {member: self.seat_of[member] for member in members}

        def dark() -> list[str]:
            shown = self.reports.lamps
            return [
                member
                for member, seat in seats.items()
                if not set(wanted) <= set(shown.get(seat, ())) or shown[seat][-1] != wanted[-1]
            ]

        await self.until(
            lambda: not dark(),
            lambda: self.gettext("the lamps %(lamps)s at %(seats)s", lamps=", ".join(wanted), seats=self.named(dark())),
        )

    async def catch_up(self, client: OfficerClient) -> OfficerClient:
        """Wait until an officer has seen all that the log holds now, so that no act is stale. Returns the officer."""
        self.waits_for = lambda: self.gettext("the newest checkpoint at %(officer)s", officer=client.officer)
        size = self.state.size
        await client.wait_for_head(
            lambda _head: client.desk.checkpoint is not None and client.desk.checkpoint.size >= size
        )
        self.waits_for = lambda: self.gettext("the answer to an act of %(officer)s", officer=client.officer)
        return client
