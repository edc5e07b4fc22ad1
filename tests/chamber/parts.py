"""All parts of one chamber put together, and how one waits for what must come."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.chamber.auditor import Auditor
from tests.chamber.hostile import Hostile
from tests.chamber.ledger import Ledger
from tests.chamber.officers import Conduct
from tests.chamber.people import members_of, seats_of
from tests.chamber.prologue import write_prologue
from tests.chamber.seat_unit import MakeSeat, SeatUnit, make_real_seat
from tests.chamber.server import Recover, Server, recover_really
from tests.chamber.stage import CALM, Stage, require
from tests.chamber.wire import Wire

QUIET_MS_MAX = 240_000
"""Longer than the longest pause of a seat that sends again, twice."""
STEPS_MAX = 40_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What a simulation is built from; a test replaces a part to plant a fault."""

    recover: Recover = recover_really
    make_seat: MakeSeat = make_real_seat


class Chamber:
    """Every part, wired. Nothing has power yet, and the weather is calm."""

    def __init__(self, seats: int, random: Random, plan: Plan) -> None:
        self.stage = Stage(random, CALM)
        prologue = write_prologue(seats)
        self.disk = prologue.disk.copy()
        self.wire = Wire(self.stage)
        self.ledger = Ledger()
        self.auditor = Auditor(self.disk, self.ledger)
        self.server = Server(self.stage, self.wire, self.disk, self.auditor, plan.recover)
        self.members = members_of(seats)
        self.seats = {
            seat: SeatUnit(seat, self.stage, self.wire, self.ledger, self.auditor, plan.make_seat)
            for seat in seats_of(seats)
        }
        self.conduct = Conduct(self.stage, self.wire, seats)
        self.hostile = Hostile(self.stage, self.wire, prologue, seats)

    def any_seat(self) -> SeatUnit:
        """A seat drawn by chance."""
        return self.stage.random.choice(list(self.seats.values()))

    def run_until(self, until_ms: int, wanted: Callable[[], bool] | None = None) -> bool:
        """Let time pass until `wanted`, or until `until_ms`. False: never wanted. Raises `Broken`: without end."""
        done = self.stage.timeline.run_until(until_ms, wanted)
        require(self.stage.timeline.steps < STEPS_MAX, "bounded steps", self.stage.timeline.steps)
        return done

    def wait(self, rule: str, wanted: Callable[[], bool], fact: Callable[[], object] = str) -> None:
        """Wait for what must come within bounded time. Raises `Broken` under the name `rule`."""
        reached = self.run_until(self.stage.now_ms + QUIET_MS_MAX, wanted)
        require(reached, rule, fact())
