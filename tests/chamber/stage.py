"""What everything in one simulation shares: chance, time, weather, and the trace of what happened."""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from random import Random

from tests.chamber.timeline import Timeline

Trace = list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad it is. Plain numbers are probabilities: per message, per effect, per signature, per commit.

    `ordered`: every message takes the same time, so that none overtakes another.
    """

    loss: float = 0.0
    repeat: float = 0.0
    delay_ms_max: int = 5
    power_cut: float = 0.0
    journal_fails: float = 0.0
    card_fails: float = 0.0
    crash: float = 0.0
    disk_fails: float = 0.0
    clock_jumps: float = 0.0
    ordered: bool = True


CALM = Weather()


def draw_storm(random: Random) -> Weather:
    """A storm of its own for each seed: some dangers are strong, some absent, so that each meets the others alone."""
    strongest = Weather(
        loss=0.3, repeat=0.25, power_cut=0.004, journal_fails=0.02, card_fails=0.1, crash=0.06, disk_fails=0.05,
        clock_jumps=0.3,
    )  # fmt: skip
    names = ("loss", "repeat", "power_cut", "journal_fails", "card_fails", "crash", "disk_fails", "clock_jumps")
    drawn = {name: getattr(strongest, name) * random.choice((0.0, 0.2, 0.6, 1.0)) for name in names}
    return replace(CALM, delay_ms_max=random.choice((20, 200, 900, 3000)), ordered=random.random() < 0.25, **drawn)


@dataclass(slots=True)
class Stage:
    """Shared by all parts of one simulation."""

    random: Random
    weather: Weather
    timeline: Timeline = field(default_factory=Timeline)
    trace: Trace = field(default_factory=list)

    @property
    def now_ms(self) -> int:
        """The virtual time."""
        return self.timeline.now_ms

    def note(self, *what: object) -> None:
        """Write a line into the trace."""
        self.trace.append((self.timeline.now_ms, *what))

    def chance(self, probability: float) -> bool:
        """True with this probability. Nothing is drawn for zero."""
        return probability > 0.0 and self.random.random() < probability

    def delay_ms(self) -> int:
        """How long a message travels: mostly short, now and then long enough to be overtaken by many."""
        if self.weather.ordered:
            return self.weather.delay_ms_max
        return int(self.random.random() ** 4 * self.weather.delay_ms_max) + 1

    def trace_hash(self) -> str:
        """One hash over the whole trace."""
        return sha256("\n".join(map(repr, self.trace)).encode()).hexdigest()


class Broken(AssertionError):
    """A rule of the simulation does not hold. `rule` names it."""

    def __init__(self, rule: str, fact: str) -> None:
        super().__init__(f"{rule}: {fact}")
        self.rule = rule


def require(holds: object, rule: str, fact: object = "") -> None:
    """Raises `Broken` unless `holds`."""
    if not holds:
        raise Broken(rule, str(fact))
