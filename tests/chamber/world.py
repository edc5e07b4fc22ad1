"""A whole chamber in one seed: real cores, simulated clock, wire, disk, journals and people; a storm, then calm.

How it works. `simulate(seed)` makes one generator from the seed and gives it to everything that chooses. Time is a
number: `timeline.py` holds a heap of (when, order, what) and nothing else waits. The parts:

    people.py    names, keys, rules: the same in every seed, so that keys are made once a process
    prologue.py  a founded log, an old sitting with a vote, and a sitting that has been opened: where every seed begins
    stage.py     chance, time, weather and the trace, shared by all
    wire.py      the broker and the wire: loses, repeats, delays, reorders, retains, speaks wills, forgets
    disk.py      the store's simulated disk: a batch is durable or not, wherever the power goes
    server.py    the real `Service`, recorder and recovery around disk and wire; power cuts between any two steps
    seat_unit.py the real seat core, with journal.py, a card of real P-256, and a hand that pushes buttons
    officers.py  the real `Desk` for five officers and acts by chance: legal, illegal, late
    hostile.py   a client that hears everything, owns one card and one seat, and means no good

Storm. Members come, press, go, and carry cards about; officers act; links break; seats and the controller lose power;
the disk fills; the hostile client does its worst. Each seed draws its own weather (`stage.draw_storm`), so that some
dangers come alone. Meanwhile the auditor looks at each message that leaves the controller and each lamp that lights.

Calm. Everything is repaired. Within bounded time every press that a journal keeps is answered, a running vote can be
closed, a last vote of all who are there counts exactly what they press, the sitting closes, and its package verifies.

Checkers know only what hands did and what was published; none imports the meaning of records:

    ledger.py    every push of a button, and which ballot it became
    auditor.py   during the run: nothing is told before it is durable, no figures before the end, no two truths
    recount.py   a second, naive reading of the final log: who counts in which vote
    verdict.py   at the end: receipts, refusals, checkpoints, results, wall and package against ledger and recount
    plain.py     the decoder of all of them, of another make than the project's

A failure is a `SeedFailed` that names its seed; `CHAMBER_SEED=n pytest tests/chamber` repeats it exactly.
`Plan` lets a test plant a fault: another way to recover, to make a seat, to write the disk.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from random import Random

from controller.officer_desk import Draft
from protocol import records
from protocol.package import Source, build_package
from protocol.verify import verify_package
from protocol.words import root_words
from seat_client.events import Button
from seat_client.lamps import Lamp
from tests.chamber import verdict
from tests.chamber.auditor import Auditor
from tests.chamber.hostile import Hostile
from tests.chamber.ledger import Ledger
from tests.chamber.officers import COUNTED, Conduct, OfficerUnit, result_counts
from tests.chamber.people import SITTING, key_of, members_of, seats_of
from tests.chamber.plain import hash_of
from tests.chamber.prologue import act_draft, arm_draft, close_draft, write_prologue
from tests.chamber.recount import Recount
from tests.chamber.seat_unit import MakeSeat, SeatUnit, make_real_seat
from tests.chamber.server import Recover, Server, recover_really
from tests.chamber.stage import CALM, Stage, draw_storm, require
from tests.chamber.wire import Wire

CHOICES = (Button.FOR, Button.AGAINST, Button.ABSTAIN)
QUIET_MS_MAX = 240_000
"""Longer than the longest pause of a seat that sends again, twice."""
STEPS_MAX = 40_000
TRIES = 5
FIRST_CALM_MS = 2_000
"""People sit down before the storm begins."""
FEW, SOME, MANY = (3, 5), (6, 9), (20, 39)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a simulation is built from; a test replaces a part to plant a fault."""

    recover: Recover = recover_really
    make_seat: MakeSeat = make_real_seat
    prepare: Callable[["World"], None] = lambda _world: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a seed came to. `log` is a hash over all leaves, `trace` over all that happened."""

    seed: int
    seats: int
    log: str
    trace: str
    leaves: int
    presses: int
    votes: int
    crashes: int
    steps: int


class SeedFailed(AssertionError):
    """A simulation found something wrong. `seed` repeats it exactly."""

    def __init__(self, seed: int, cause: BaseException, trace: list[tuple[object, ...]]) -> None:
        super().__init__(f"seed {seed}: {type(cause).__name__}: {cause}\n  repeat with CHAMBER_SEED={seed}")
        self.seed = seed
        self.cause = cause
        self.trace = trace


def simulate(seed: int, plan: Plan | None = None) -> Outcome:
    """Run one seed. Raises `SeedFailed`."""
    world = World(seed, plan or Plan())
    try:
        return world.run()
    except Exception as error:
        raise SeedFailed(seed, error, world.stage.trace) from error


def draw_seats(seed: int, random: Random) -> int:
    """How many seats: mostly three to five, sometimes up to nine, seldom up to thirty-nine."""
    low, high = MANY if seed % 50 == 49 else SOME if random.random() < 0.15 else FEW
    return random.randint(low, high)


@dataclass(slots=True)
class _Storm:
    """How much happens in a storm."""

    until_ms: int = 0
    members_ms: int = 220
    officers_ms: int = 900
    hostile_ms: int = 1200
    faults_ms: int = 3000


class World:
    """One chamber. `run` plays storm and calm and asks every checker."""

    def __init__(self, seed: int, plan: Plan) -> None:
        self.seed = seed
        random = Random(seed)
        self.seats_count = draw_seats(seed, random)
        self.stage = Stage(random, CALM)
        self._weather = draw_storm(random)
        prologue = write_prologue(self.seats_count)
        self.disk = prologue.disk.copy()
        self.wire = Wire(self.stage)
        self.ledger = Ledger()
        self.auditor = Auditor(self.disk, self.ledger)
        self.server = Server(self.stage, self.wire, self.disk, self.auditor, plan.recover)
        self.members = members_of(self.seats_count)
        self.seats = {
            seat: SeatUnit(seat, self.stage, self.wire, self.ledger, self.auditor, plan.make_seat)
            for seat in seats_of(self.seats_count)
        }
        self.conduct = Conduct(self.stage, self.wire, self.seats_count)
        self.hostile = Hostile(self.stage, self.wire, prologue, self.seats_count)
        self._storm = _Storm(self.stage.now_ms + random.randrange(10_000, 40_000))
        plan.prepare(self)

    def run(self) -> Outcome:
        """Storm, calm, verdict. Raises `Broken`, or whatever the project raised and should not have."""
        self._begin()
        self._run_until(self.stage.now_ms + FIRST_CALM_MS)
        self.stage.weather = self._weather
        self._run_until(self._storm.until_ms)
        self._clear_weather()
        self._settle()
        self._end_votes()
        self._hold_last_vote()
        self._close_sitting()
        recount = self._judge()
        log = sha256(b"".join(len(leaf).to_bytes(4, "big") + leaf for leaf in self.disk.log)).hexdigest()
        return Outcome(
            self.seed, self.seats_count, log, self.stage.trace_hash(), len(self.disk.log), len(self.ledger.presses),
            len(recount.votes), self.server.crashes, self.stage.timeline.steps,
        )  # fmt: skip

    # --- Storm.

    def _begin(self) -> None:
        self.server.start()
        for officer in self.conduct.officers.values():
            officer.connect()
        for seat in self.seats.values():
            seat.power_on()
        self.hostile.connect()
        for member, seat in zip(self.members, self.seats.values(), strict=False):
            self.stage.timeline.after(self.stage.random.randrange(1, 1500), partial(seat.insert, member))
        storm = self._storm
        busy = max(1, self.seats_count // 5)
        self._again(storm.members_ms // busy, self._move_members)
        self._again(storm.officers_ms, self.conduct.act_somehow)
        self._again(storm.hostile_ms, self.hostile.do_something_bad)
        self._again(storm.faults_ms, self._break_something)

    def _again(self, every_ms: int, what: Callable[[], None]) -> None:
        """Let something happen again and again while the storm lasts, at uneven times."""

        def happen() -> None:
            if self.stage.now_ms < self._storm.until_ms:
                what()
                self._again(every_ms, what)

        self.stage.timeline.after(self.stage.random.randrange(1, 2 * every_ms), happen)

    def _move_members(self) -> None:
        random, seat = self.stage.random, self.stage.random.choice(list(self.seats.values()))
        chance, member = self.stage.chance, seat.member
        if not member:
            if chance(0.5):
                self._bring_card(seat)
        elif seat.lamp in {Lamp.NOT_COUNTED, Lamp.ABSENT} and chance(0.4):
            seat.remove()
            seat.insert(member)
        elif chance(0.06):
            seat.remove()
        elif chance(0.06):
            seat.remove()
            random.choice(list(self.seats.values())).insert(member)
        else:
            seat.press(Button.SPEAK if chance(0.05) else random.choice(CHOICES))

    def _bring_card(self, seat: SeatUnit) -> None:
        """Somebody comes back, or, now and then, a card turns up that lies in another seat already."""
        away = [member for member in self.members if all(s.member != member for s in self.seats.values())]
        if self.stage.chance(0.1):
            away = self.members
        if away:
            seat.insert(self.stage.random.choice(away))

    def _break_something(self) -> None:
        random, weather, after = self.stage.random, self.stage.weather, self.stage.timeline.after
        seat, officer = random.choice(list(self.seats.values())), random.choice(list(self.conduct.officers.values()))
        back_ms = random.randrange(200, 6000)
        if self.stage.chance(weather.loss):
            seat.disconnect()
            after(back_ms, seat.connect)
        if self.stage.chance(weather.power_cut * 40):
            seat.power_off()
            after(back_ms, seat.power_on)
        if self.stage.chance(weather.loss):
            officer.disconnect()
            after(back_ms, officer.connect)
        if self.stage.chance(weather.loss / 2):
            officer.restart()
        if self.stage.chance(weather.crash * 3) and self.server.service is not None:
            self.server.lose_power()

    # --- Calm.

    def _clear_weather(self) -> None:
        """The storm is over: everything has power, every link is made anew, nobody is hostile."""
        self.stage.note("calm")
        self.stage.weather = CALM
        self.disk.failing = self.disk.cut = ""
        self.server.bus.cut_after = -1
        self.server.start()
        self.server.clock_ms = 0
        for seat in self.seats.values():
            seat.power_on()
            seat.disconnect()
            seat.connect()
        for officer in self.conduct.officers.values():
            officer.disconnect()
            officer.connect()

    def _run_until(self, until_ms: int, wanted: Callable[[], bool] | None = None) -> bool:
        done = self.stage.timeline.run_until(until_ms, wanted)
        require(self.stage.timeline.steps < STEPS_MAX, "bounded steps", self.stage.timeline.steps)
        return done

    def _wait(self, rule: str, wanted: Callable[[], bool], fact: Callable[[], object] = str) -> None:
        reached = self._run_until(self.stage.now_ms + QUIET_MS_MAX, wanted)
        require(reached, rule, fact())

    def _settle(self) -> None:
        """Every press is answered, every seat has nothing left to send, every officer's act has its answer."""
        self._wait("every press is answered", lambda: not self.ledger.unsettled(), self.ledger.unsettled)
        self._wait("nothing stays unanswered", self._all_quiet, self._busy)

    def _busy(self) -> list[str]:
        seats = [
            seat.id for seat in self.seats.values() if seat.core is None or seat.core.next_deadline_s() is not None
        ]
        return seats + [
            name for name, unit in self.conduct.officers.items() if unit.desk.waiting or not unit.desk.ready
        ]

    def _all_quiet(self) -> bool:
        return not self._busy()

    def _act(self, name: str, draft: Draft) -> str:
        """An act of the chair in fine weather, tried again while others have just acted; returns its answer."""
        unit, answer = self._unit(), "stale"
        for _ in range(TRIES):
            self._wait("officers are ready", lambda: unit.desk.ready)
            record = unit.act(name, draft)
            self._wait("every act is answered", lambda r=record: r in unit.answers, lambda: name)  # type: ignore[misc]
            self._run_until(self.stage.now_ms + 500)
            answer = unit.answers[record]
            if answer != "stale":
                break
        return answer

    def _unit(self) -> OfficerUnit:
        return self.conduct.officers["chair"]

    def _must(self, name: str, draft: Draft) -> None:
        answer = self._act(name, draft)
        require(answer == COUNTED, "in fine weather the chair can act", (name, answer))

    def _end_votes(self) -> None:
        """The chair comes back, resumes the sitting, and ends the vote that still runs."""
        self._act("take chair", lambda q, n, t: records.Presiding(SITTING, "chair", "back", q, n, t))
        self._run_until(self.stage.now_ms + 500)
        head = self._unit().head
        require(head is not None, "the chair sees a head")
        assert head is not None, "required"
        if head.state == "adjourned":
            self._must("resume", lambda q, n, t: records.Resume(SITTING, "back", q, n, t))
        opened = hash_of(head.open.encode())
        if head.phase == "open":
            answer = self._act("last-call", act_draft(opened, "last-call"))
            self._expect_end_by_itself(answer)
        if self._phase() in {"held", "last-call"}:
            answer = self._act("close", close_draft(opened))
            self._expect_end_by_itself(answer)
        require(self._phase() not in {"open", "held", "last-call"}, "every vote can be closed", self._phase())

    def _phase(self) -> str:
        head = self._unit().head
        return head.phase if head is not None else ""

    def _expect_end_by_itself(self, answer: str) -> None:
        """An act on a running vote works, unless its time was over meanwhile."""
        over = answer in {"stale", "closed", "state"} and self._phase() in {"closed", "void"}
        require(answer == COUNTED or over, "every vote can be closed", (answer, self._phase()))

    def _hold_last_vote(self) -> None:
        """All who are there press once, every lamp says recorded, and exactly that is counted."""
        self._reinsert_cards()
        self._must("arm", arm_draft(SITTING, "v-last"))
        arm = self._unit().head
        assert arm is not None, "the chair has just acted on it"
        self._must("open", lambda q, n, t: records.VoteOpen(hash_of(arm.arm.encode()), q, n, t))
        head = self._unit().head
        assert head is not None, "the chair has just acted on it"
        opened = hash_of(head.open.encode())
        pressed = [0, 0, 0]
        for seat in self.seats.values():
            if seat.member:
                require(seat.lamp is Lamp.VOTE_OPEN, "whoever sits sees the vote", (seat.id, seat.lamp))
                choice = self.stage.random.randrange(3)
                seat.press(CHOICES[choice])
                pressed[choice] += 1
        self._settle()
        lamps = {seat.id: seat.lamp for seat in self.seats.values() if seat.member}
        require(set(lamps.values()) <= {Lamp.RECORDED}, "in fine weather every press is recorded", lamps)
        self._must("last-call", act_draft(opened, "last-call"))
        self._must("close", close_draft(opened))
        self._wait("a result follows the close", lambda: bool(result_counts(self._unit().head)))
        require(result_counts(self._unit().head) == pressed, "the last vote is what was pressed", pressed)

    def _reinsert_cards(self) -> None:
        """Each member sits down once more, one card in one seat, as after a confusion in the room."""
        for seat in self.seats.values():
            seat.remove()
        self._settle()
        for member, seat in zip(self.members, self.seats.values(), strict=False):
            seat.insert(member)
        self._wait(
            "whoever brings a card is seated",
            lambda: all(
                s.lamp is not Lamp.ABSENT and s.core and s.core.member == s.member
                for s in self.seats.values()
                if s.member
            ),
            lambda: {seat.id: (seat.member, seat.lamp.value) for seat in self.seats.values()},
        )
        self._settle()

    def _close_sitting(self) -> None:
        self._must("close sitting", lambda q, n, t: records.SittingClose(SITTING, "end", q, n, t))
        self._settle()

    def _judge(self) -> Recount:
        recount = Recount(self.disk.log)
        verdict.judge_log_only_grew(self.disk.log, self.auditor)
        verdict.judge_receipts(self.disk.log, self.auditor)
        verdict.judge_refusals(recount, self.auditor)
        verdict.judge_votes(recount, self.auditor, self.ledger, self.hostile.own)
        verdict.judge_package(self._export(), recount, SITTING)
        return recount

    def _export(self) -> dict[str, bytes]:
        """The package as the secretary would publish it; it verifies under the root's words."""
        memory = self.server.memory
        source = Source(memory.state, memory.tree, self.disk.log, self.disk.checkpoint(), memory.blobs)
        files = build_package(source, SITTING, 1, key_of("secretary"), self.stage.now_ms)
        judged = verify_package(files, root_words(key_of("root").public))
        require(judged.verdict == "verified", "the package verifies", judged.problem)
        return files
