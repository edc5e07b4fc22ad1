"""What a rehearsal is for: each planted fault is found, named, and makes the report say that nothing is ready."""

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from controller.rehearsal import house as rehearsal_house
from controller.rehearsal import walk as rehearsal
from controller.rehearsal.acts import wrong_presses
from controller.rehearsal.house import Controller
from controller.rehearsal.plan import RehearsalPlan
from controller.rehearsal.report import Step
from controller.rehearsal.stage import Changes, NotChecked, Reports, Stage, StepFailed
from controller.rehearsal.walk import rehearse, report_of, walk_step
from protocol.errors import RulesRefused
from protocol.explain import ENGLISH
from protocol.keys import Ed25519Signer
from tests.controller.rehearsal_room import plan_of, secret


def walk(plan: RehearsalPlan, directory: Path) -> dict[str, Step]:
    """Rehearse; steps by id. What was told is what is returned."""
    told: list[Step] = []
    steps = asyncio.run(rehearse(plan, directory / "work", told.append, ENGLISH))
    assert list(steps) == told
    return {step.id: step for step in steps}


def only(monkeypatch: pytest.MonkeyPatch, *ids: str) -> None:
    """Walk these steps and no other."""
    stops_of = rehearsal.stops_of
    monkeypatch.setattr(
        rehearsal, "stops_of", lambda plan, words: [stop for stop in stops_of(plan, words) if stop.id in ids]
    )


def test_seats_and_rules_that_are_not_right_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that no reader finds, a seat with another key than the roster has, an example that comes out otherwise."""
    make_fleet = rehearsal_house.make_fleet

    def make_faulty(*arguments: Any) -> Any:
        fleet, members, seats = make_fleet(*arguments)
        fleet["cards"] = [card for card in fleet["cards"] if card["member"] != "m5"]
        seats[3]["jwk"] = Ed25519Signer(secret("another device")).public.jwk()
        return fleet, members, seats

    monkeypatch.setattr(rehearsal_house, "make_fleet", make_faulty)
    plan = plan_of(tmp_path, members=5)
    law = plan.laws["rs.total"]
    wrong = replace(law, examples=(replace(law.examples[0], needed=law.examples[0].needed + 1),))
    plan = replace(plan, laws={**plan.laws, "rs.total": wrong})
    steps = walk(plan, tmp_path)
    assert [step.id for step in steps.values() if step.state == "failed"] == ["cards", "rule-rs.total"]
    assert steps["cards"].detail.startswith("m4 @ s-04 (4) (")
    assert "m5 @ s-05 (5) (unknown-member)" in steps["cards"].detail
    assert steps["rule-rs.total"].detail.startswith("worked example 1 comes out as ")
    assert "not asked: m4 @ s-04 (4); m5 @ s-05 (5)" in steps["buttons"].detail
    assert steps["package"].state == "ok"
    report = report_of(plan, tuple(steps.values()), 1, ENGLISH)
    assert not report.ready


def test_log_that_lost_a_batch_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that forgets: the controller refuses to come back, and what needs it is not walked."""
    only(monkeypatch, "seats-online", "roster", "cards", "lost-controller", "package")
    lose = Controller.lose

    async def forget(self: Controller) -> None:
        await lose(self)
        connection = sqlite3.connect(tmp_path / "work" / "store.sqlite3")
        newest = "(SELECT max(position) FROM entries)"
        connection.execute(f"DELETE FROM checkpoints WHERE size > {newest}")  # noqa: S608 - a test's own text
        connection.execute(f"DELETE FROM entries WHERE position = {newest}")  # noqa: S608 - as above
        connection.commit()
        connection.close()

    monkeypatch.setattr(Controller, "lose", forget)
    monkeypatch.setattr(rehearsal, "tidy", _nothing)
    steps = walk(plan_of(tmp_path), tmp_path)
    assert [step.state for step in steps.values()] == ["ok", "ok", "ok", "failed", "not-checked"]
    assert "holds a checkpoint of" in steps["lost-controller"].detail


async def _nothing(_stage: Stage) -> None:
    """Tidy nothing: there is no controller any more."""


def test_seats_that_are_gone_are_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their process ends in mid-step: that step has failed, the others were not walked."""

    async def quit_fleet(stage: Stage) -> str:
        stage.house.fleet.send(do="quit")
        await stage.until(lambda: False, lambda: "seats that are gone")
        return ""

    monkeypatch.setattr(rehearsal, "check_floor", quit_fleet)
    only(monkeypatch, "seats-online", "roster", "cards", "floor", "power-cut", "package")
    steps = walk(plan_of(tmp_path), tmp_path)
    assert [step.state for step in steps.values()] == ["ok", "ok", "ok", "failed", "not-checked", "not-checked"]
    assert steps["floor"].detail == "the seats' process ended"


def test_seats_that_never_come_up_are_a_failed_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that the seats refuse: nothing was walked, and the report says so."""
    make_fleet = rehearsal_house.make_fleet

    def make_nonsense(*arguments: Any) -> Any:
        fleet, members, seats = make_fleet(*arguments)
        return {**fleet, "v": 2}, members, seats

    monkeypatch.setattr(rehearsal_house, "make_fleet", make_nonsense)
    steps = walk(plan_of(tmp_path), tmp_path)
    assert steps["seats-online"].state == "failed"
    assert {step.state for step in list(steps.values())[1:]} == {"not-checked"}


def test_rule_that_nobody_can_win_today_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More members needed than the roster has: better found before the day."""
    only(monkeypatch, "seats-online", "roster", "cards", "rule-rs.total")
    plan = plan_of(tmp_path)
    rules = dict(plan.sitting.rules)
    rules["rs.total"] = replace(rules["rs.total"], base="fixed", fixed=9)
    steps = walk(replace(plan, sitting=replace(plan.sitting, rules=rules)), tmp_path)
    assert steps["rule-rs.total"].detail == "nothing can be adopted, even with everybody for it (members: 3)"


# --- One step alone. ----------------------------------------------------------------------------------------


def bare_stage() -> Stage:
    """A stage without a house, for steps that need none."""
    return Stage(cast("Any", None), cast("Any", None), ENGLISH, Changes(), Reports())


@pytest.mark.parametrize(
    ("error", "state", "detail"),
    [
        (StepFailed("the lamp is dark"), "failed", "the lamp is dark"),
        (NotChecked("no deputy"), "not-checked", "no deputy"),
        (RulesRefused("no such rule"), "failed", "no such rule"),
    ],
)
def test_what_a_step_raises_is_what_the_report_says(
    monkeypatch: pytest.MonkeyPatch, error: Exception, state: str, detail: str
) -> None:
    """Failures in words; what could not be walked is no failure; and it is tidied up after both."""
    tidied: list[Stage] = []

    async def tidy(stage: Stage) -> None:
        tidied.append(stage)

    async def step(_stage: Stage) -> str:
        raise error

    monkeypatch.setattr(rehearsal, "tidy", tidy)
    assert asyncio.run(walk_step(bare_stage(), step, 10)) == (state, detail)
    assert len(tidied) == 1


def test_step_that_waits_in_vain_says_for_what(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any patience at all, so that the test needs none."""

    async def step(stage: Stage) -> str:
        await stage.until(lambda: False, lambda: "the lamp at s-03")
        return ""

    monkeypatch.setattr(rehearsal, "tidy", _nothing)
    end = asyncio.run(walk_step(bare_stage(), step, 0))
    assert end == ("failed", "waited 0 s in vain: the lamp at s-03")


def event(name: str, choice: str = "for", reason: str = "", vote: str = "v1") -> dict[str, Any]:
    """What a seat tells."""
    return {"event": name, "seat": "s-01", "member": "m1", "vote": vote, "choice": [choice], "reason": reason}


@pytest.mark.parametrize(
    ("events", "ballot", "wrong"),
    [
        (["pressed", "recorded"], ("for", "s-01"), ""),
        (["recorded"], ("for", "s-01"), "recorded without a press"),
        (["pressed", "recorded"], ("against", "s-01"), "the log holds another ballot than was pressed"),
        (["pressed", "recorded"], ("for", "s-02"), "the log holds another ballot than was pressed"),
        (["pressed", "recorded"], None, "the log holds another ballot than was pressed"),
        (["pressed", "not-counted"], ("for", "s-01"), "recused"),
        (["pressed", "unknown"], ("for", "s-01"), "recused"),
        (["ignored"], None, "recused"),
    ],
)
def test_lamp_and_log_are_compared(events: list[str], ballot: tuple[str, str] | None, wrong: str) -> None:
    """A lamp that says recorded without the ballot of that button from that seat is as wrong as one that does not."""
    reports = Reports()
    for name in events:
        reports.note(event(name, reason="" if name in {"pressed", "recorded"} else "recused"))
    ballots = {} if ballot is None else {"m1": SimpleNamespace(choice=(ballot[0],), session="session")}
    stage = SimpleNamespace(
        seat_of={"m1": "s-01"},
        reports=reports,
        gettext=lambda message: message,
        vote=lambda _vote: SimpleNamespace(ballots=ballots),
        state=SimpleNamespace(sessions={"session": SimpleNamespace(seat=ballot[1] if ballot else "")}),
    )
    assert wrong_presses(cast("Stage", stage), "v1", {"m1": "for"}) == ({"m1": wrong} if wrong else {})


def test_reports_keep_votes_apart() -> None:
    """The end of a press in one vote says nothing of the next; a fresh press waits again."""
    reports = Reports()
    for one in (event("pressed"), event("recorded"), event("pressed", vote="v2")):
        reports.note(one)
    assert (reports.end("s-01", "v1"), reports.end("s-01", "v2")) == (("recorded", ""), ("", ""))
    reports.note(event("pressed"))
    assert reports.end("s-01", "v1") == ("", "")
    assert not reports.taken("s-02", "v1")
    reports.note({"event": "offline", "seat": "s-01"})
    assert "s-01" not in reports.online


def test_lamp_that_never_comes_is_waited_for_by_name() -> None:
    """A seat that told recorded, and showed another light: the step fails with the lamps it waited for."""
    stage = bare_stage()
    stage.plan = cast("Any", SimpleNamespace(sitting=SimpleNamespace(seat_of={"m1": "s-01"}), place=lambda _seat: "1"))
    for lamp in ("present", "vote-open", "pressed"):
        stage.note_event({"event": "lamp", "seat": "s-01", "lamp": lamp})

    async def shows(*wanted: str) -> bool:
        stage.changes.event = asyncio.Event()
        try:
            async with asyncio.timeout(0):
                await stage.lamps(["m1"], wanted)
        except TimeoutError:
            return False
        return True

    assert asyncio.run(shows("vote-open", "pressed"))
    assert not asyncio.run(shows("vote-open", "pressed", "recorded"))
    assert "vote-open, pressed, recorded" in stage.waits_for()
    stage.reports.forget_lamps()
    assert not asyncio.run(shows("vote-open", "pressed"))
    assert asyncio.run(shows("pressed"))
