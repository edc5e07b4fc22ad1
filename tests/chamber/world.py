"""A whole chamber in one seed: real cores, simulated clock, wire, disk, journals and people; a storm, then calm.

How it works. `simulate(seed)` makes one generator from the seed and gives it to everything that chooses. Time is a
number: `timeline.py` holds a heap of (when, order, what) and nothing else waits. The parts:

    people.py    names, keys, rules: the same in every seed, so that keys are made once a process
    prologue.py  a founded log, an old sitting with a vote, and a sitting that has been opened: where every seed begins
    stage.py     chance, time, weather and the trace, shared by all
    parts.py     all parts of one chamber, put together, and how they wait for each other
    wire.py      the broker and the wire: loses, repeats, delays, reorders, retains, speaks wills, forgets
    disk.py      the store's simulated disk: a batch is durable or not, wherever the power goes
    server.py    the real `Service`, recorder and recovery around disk and wire; power cuts between any two steps
    seat_unit.py the real seat core, with journal.py, a card of real P-256, and a hand that pushes buttons
    officers.py  the real `Desk` for five officers and acts by chance: legal, illegal, late
    hostile.py   a client that hears everything, owns one card and one seat, and means no good

Storm (`storm.py`). Members come, press, go, and carry cards about; officers act; links break; seats and the controller
lose power; the disk fills; the hostile client does its worst. Each seed draws its own weather (`stage.draw_storm`), so
that some dangers come alone. Meanwhile the auditor looks at each message that leaves the controller and each lamp that
lights.

Calm (`calm.py`). Everything is repaired. Within bounded time every press that a journal keeps is answered, a running
vote can be closed, a last vote of all who are there counts exactly what they press, the sitting closes, and its package
verifies.

Checkers know only what hands did and what was published; none imports the meaning of records:

    ledger.py    every push of a button, and which ballot it became
    auditor.py   during the run: nothing is told before it is durable, no figures before the end, no two truths
    recount.py   a second, naive reading of the final log: who counts in which vote
    verdict.py   at the end: receipts, refusals, checkpoints, results, wall and package against ledger and recount
    plain.py     the decoder of all of them, of another make than the project's

Besides: own_session.py makes sessions without the seat's code; signatures.py remembers which signatures held.

A failure is a `SeedFailed` that names its seed; `CHAMBER_SEED=n pytest tests/chamber` repeats it exactly.
`Plan` lets a test plant a fault: another way to recover, another make of seat.
"""

from dataclasses import dataclass
from hashlib import sha256
from random import Random

from protocol.package import Source, build_package
from protocol.verify import verify_package
from protocol.words import root_words
from tests.chamber import verdict
from tests.chamber.calm import Calm
from tests.chamber.parts import Chamber, Plan
from tests.chamber.people import SITTING, key_of
from tests.chamber.recount import Recount
from tests.chamber.signatures import remembered_signatures
from tests.chamber.stage import Trace, require
from tests.chamber.storm import Storm

FEW, SOME, MANY = (3, 5), (6, 9), (20, 39)


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

    def __init__(self, seed: int, cause: BaseException, trace: Trace) -> None:
        super().__init__(f"seed {seed}: {type(cause).__name__}: {cause}\n  repeat with CHAMBER_SEED={seed}")
        self.seed = seed
        self.cause = cause
        self.trace = trace


def simulate(seed: int, plan: Plan | None = None) -> Outcome:
    """Run one seed. Raises `SeedFailed`."""
    world = World(seed, plan or Plan())
    try:
        with remembered_signatures():
            return world.run()
    except Exception as error:
        raise SeedFailed(seed, error, world.chamber.stage.trace) from error


def draw_seats(seed: int, random: Random) -> int:
    """How many seats: mostly three to five, sometimes up to nine, seldom up to thirty-nine."""
    low, high = MANY if seed % 50 == 49 else SOME if random.random() < 0.15 else FEW
    return random.randint(low, high)


class World:
    """One chamber. `run` plays storm and calm and asks every checker."""

    def __init__(self, seed: int, plan: Plan) -> None:
        random = Random(seed)
        self.seed = seed
        self.seats = draw_seats(seed, random)
        self.chamber = Chamber(self.seats, random, plan)

    def run(self) -> Outcome:
        """Storm, calm, verdict. Raises `Broken`, or whatever the project raised and should not have."""
        Storm(self.chamber).rage()
        Calm(self.chamber).bring_to_an_end()
        recount, chamber = self._judge(), self.chamber
        log = sha256(b"".join(len(leaf).to_bytes(4, "big") + leaf for leaf in chamber.disk.log)).hexdigest()
        return Outcome(
            self.seed, self.seats, log, chamber.stage.trace_hash(), len(chamber.disk.log), len(chamber.ledger.presses),
            len(recount.votes), chamber.server.crashes, chamber.stage.timeline.steps,
        )  # fmt: skip

    def _judge(self) -> Recount:
        recount = Recount(self.chamber.disk.log)
        verdict.judge_log_only_grew(self.chamber.disk.log, self.chamber.auditor)
        verdict.judge_receipts(self.chamber.disk.log, self.chamber.auditor)
        verdict.judge_refusals(recount, self.chamber.auditor)
        verdict.judge_votes(recount, self.chamber.auditor, self.chamber.ledger, self.chamber.hostile.own)
        verdict.judge_package(self._export(), recount, SITTING)
        return recount

    def _export(self) -> dict[str, bytes]:
        """The package as the secretary would publish it; it verifies under the root's words."""
        memory = self.chamber.server.memory
        source = Source(memory.state, memory.tree, self.chamber.disk.log, self.chamber.disk.checkpoint(), memory.blobs)
        files = build_package(source, SITTING, 1, key_of("secretary"), self.chamber.stage.now_ms)
        judged = verify_package(files, root_words(key_of("root").public))
        require(judged.verdict == "verified", "the package verifies", judged.problem)
        return files
