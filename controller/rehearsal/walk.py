"""`chamber rehearse`: a prepared sitting is walked before its day, step by step, in a log that is thrown away.

Every seat, card and button, every rule and every prepared vote, and the hard cases: real controller, real broker, real
seats on simulated hardware, keys made for the rehearsal. A step that fails does not end it; what the next ones need is
tidied up first. A step that waits longer than the patience has failed, and says for what it waited.

Source: `docs/protocol.md`, the sections named in each file of steps.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from controller.fleet_process import FleetFailed
from controller.officer import ActRefused
from controller.procedures.log_view import OutOfOrder
from controller.procedures.refusal_words import refusal_sentence
from controller.rehearsal.acts import tidy
from controller.rehearsal.cases import (
    check_deputy,
    check_lost_controller,
    check_package,
    check_quorum_lost,
    check_recusal,
    check_void,
)
from controller.rehearsal.house import open_rehearsal_house
from controller.rehearsal.plan import RehearsalPlan
from controller.rehearsal.report import Report, State, Step, not_checked
from controller.rehearsal.rules import check_rule
from controller.rehearsal.seats import (
    check_agenda,
    check_buttons,
    check_cards,
    check_floor,
    check_online,
    check_power_cut,
    prepare_sitting,
)
from controller.rehearsal.stage import Changes, NotChecked, Reports, Stage
from controller.rehearsal.votes import check_vote
from protocol.errors import ChamberError
from protocol.explain import Catalogue

PATIENCE_S: Final = 30.0
PATIENCE_A_SEAT_S: Final = 0.1
Walk = Callable[[Stage], Awaitable[str]]
Tell = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Stop:
    """A step to walk. `needed`: without it the steps after it cannot be walked at all."""

    id: str
    what: str
    walk: Walk
    needed: bool = False


def stops_of(plan: RehearsalPlan, words: Catalogue) -> list[Stop]:
    """All steps, in the order in which they are walked."""
    gettext = words.gettext
    return [
        Stop("seats-online", gettext("Every seat is online"), check_online, needed=True),
        Stop("roster", gettext("Roster and law; the sitting is opened"), prepare_sitting, needed=True),
        Stop("cards", gettext("Every member's card at the member's seat"), check_cards),
        Stop("buttons", gettext("Every button of every seat: lamp, press, receipt"), check_buttons),
        Stop("floor", gettext("The floor: asked, taken back, granted, stopped"), check_floor),
        Stop("power-cut", gettext("A seat loses its power and comes back"), check_power_cut),
        *(
            Stop(f"rule-{rule.id}", gettext("Rule %(rule)s") % {"rule": rule.id}, partial(check_rule, rule=rule))
            for rule in plan.rules
        ),
        Stop("agenda", gettext("The agenda"), check_agenda),
        *(
            Stop(
                f"vote-{vote.vote}",
                gettext("Prepared vote %(vote)s") % {"vote": vote.vote},
                partial(check_vote, plan=vote, number=number),
            )
            for number, vote in enumerate(plan.sitting.votes)
        ),
        Stop("recusal", gettext("A recusal"), check_recusal),
        Stop("void", gettext("A vote is voided and repeated"), check_void),
        Stop("deputy", gettext("The deputy takes the chair"), check_deputy),
        Stop("quorum", gettext("A lost quorum blocks the opening"), check_quorum_lost),
        Stop(
            "lost-controller",
            gettext("The controller is lost in mid-vote and recovered"),
            check_lost_controller,
            needed=True,
        ),
        Stop("package", gettext("The package verifies"), check_package),
    ]


async def rehearse(
    plan: RehearsalPlan, directory: Path, tell: Tell, words: Catalogue, *,
    seed: int = 1, patience_s: float = PATIENCE_S,
) -> tuple[Step, ...]:  # fmt: skip
    """Walk the sitting in a fresh log in `directory`; `tell` hears of each step. Returns all of them.

    Raises `StoreFailed`, `BrokerUnreachable`, `KeyFileRefused`: this machine cannot hold a rehearsal.
    """
    patience_s += PATIENCE_A_SEAT_S * len(plan.seats)
    stops = stops_of(plan, words)
    steps: list[Step] = []

    def enter(stop: Stop, state: State, detail: str) -> None:
        steps.append(Step(stop.id, stop.what, state, detail))
        tell(steps[-1])

    changes, reports = Changes(), Reports()
    try:
        async with open_rehearsal_house(plan, directory, changes.note, seed, patience_s) as house:
            stage = Stage(plan, house, words, changes, reports)
            async with _listening(stage):
                while len(steps) < len(stops) and not stage.lost:
                    stop = stops[len(steps)]
                    state, detail = await walk_step(stage, stop.walk, patience_s)
                    enter(stop, state, detail)
                    if stop.needed and state != "ok":
                        break
    except FleetFailed as error:
        enter(stops[0], "failed", error.fact)
    for stop in stops[len(steps) :]:
        enter(stop, "not-checked", words.gettext("an earlier step had to be ok first"))
    return tuple(steps)


@asynccontextmanager
async def _listening(stage: Stage) -> AsyncIterator[None]:
    """Hear what the seats report, and their end, so that nobody waits for seats that are gone."""
    fleet = stage.house.fleet
    end = asyncio.create_task(fleet.wait_for("end", lambda _event: False))

    def lose(task: "asyncio.Task[object]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            stage.lost = str(error)
            stage.changes.note()

    end.add_done_callback(lose)
    fleet.watchers.append(stage.note_event)
    fleet.send(do="watch-lamps")
    try:
        yield
    finally:
        end.cancel()
        await asyncio.gather(end, return_exceptions=True)


async def walk_step(stage: Stage, walk: Walk, patience_s: float) -> tuple[State, str]:
    """One step, then tidying up if it was not ok."""
    end: tuple[State, str]
    try:
        async with asyncio.timeout(patience_s):
            return "ok", await walk(stage)
    except NotChecked as reason:
        end = "not-checked", reason.fact
    except TimeoutError:
        facts = {"s": round(patience_s), "what": stage.waits_for()}
        end = "failed", stage.gettext("waited %(s)d s in vain: %(what)s", **facts)
    except (ActRefused, OutOfOrder) as error:
        end = "failed", refusal_sentence(error.why or error.code, stage.words)
    except ChamberError as error:
        end = "failed", error.fact
    with suppress(TimeoutError, ChamberError):
        async with asyncio.timeout(patience_s):
            await tidy(stage)
    return end


def report_of(plan: RehearsalPlan, steps: tuple[Step, ...], now_ms: int, words: Catalogue) -> Report:
    """The report of a rehearsal."""
    sitting = plan.sitting
    return Report(
        plan.body.chamber, plan.body.body, plan.id, plan.file_hash, plan.rules_hash, plan.roster_hash,
        len(sitting.roster.seats), len(sitting.roster.members), steps, not_checked(words), now_ms,
    )  # fmt: skip
