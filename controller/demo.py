"""`chamber demo`: a whole sitting of the bundled council, from the founding of its log to a verified package.

Nothing in it is a shortcut: cards, signed ballots over MQTT, durable leaves, results, a package that the verifier
checks as a stranger would. What comes of every vote is compared with the script; a difference ends it: `DemoFailed`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.conduct import Chair, RosterPlan
from controller.demo_council.council import Council, DemoItem
from controller.demo_scenes import SCENES, test_vote
from controller.demo_stage import DemoFailed, Stage
from controller.founding import Body, OfficerPlan
from controller.house import EMBEDDED, House, MemberPlan, open_house
from controller.package_reader import read_package
from controller.terminal import Audience, Frame, Line
from controller.words import catalogue
from protocol.explain import explain_quorum
from protocol.majority import Figures, quorum_needed_of, write_rule_book
from protocol.state import LogState
from protocol.verify import Verdict, verify_package

QUORUM = "rs.quorum"
_ROLES = ("chair", "deputy", "secretary", "operator")


@dataclass(frozen=True, slots=True)
class Demo:
    """What came of it. `votes` as `replay --json` prints them, the voided one with outcome null."""

    votes: list[dict[str, Any]]
    lines: Sequence[Line]
    package: Path
    verdict: Verdict
    root_words: str
    records: int


async def run_demo(
    council: Council, directory: Path, out: Path, audience: Audience, language: str, pace_s: float = 0.0, *,
    broker: str = EMBEDDED, hardware: bool = False,
) -> Demo:  # fmt: skip
    """Hold the sitting in a fresh log in `directory`; the package goes below `out`.

    Raises `DemoFailed`, and what `open_house` and the acts raise.
    """
    words, texts = catalogue(language), council.texts
    audience.tell(
        words.gettext("An invented assembly: town, people, groups and standing orders are made up. Seats: %(seats)d.")
        % {"seats": len(council.members)}
    )
    body = Body(texts["chamber"], texts["body"], texts["term"])
    officers = [OfficerPlan(role, role, council.officers[role]) for role in _ROLES]
    members = [MemberPlan(member.id, member.name, member.group) for member in council.members]
    async with open_house(directory, body, officers, members, broker, hardware=hardware) as house:
        stage = _set_stage(house, council, audience, language, pace_s)
        await hold_sitting(stage)
        package = house.export(stage.id, out)
        verdict = verify_package(read_package(package), house.root_words)
        check_verdict(stage, verdict)
        return Demo(stage.figures, stage.lines, package, verdict, house.root_words, stage.state.size)


def _set_stage(house: House, council: Council, audience: Audience, language: str, pace_s: float) -> Stage:
    """Everything in its place; whoever watches sees each batch."""
    stage = Stage(
        house, council, audience, catalogue(language), language, pace_s, Chair(house.officers["chair"]), Frame("")
    )
    stage.frame = Frame(_house_line(stage))
    house.service.watchers.append(lambda _recorder: stage.draw(now=False))
    return stage


def _house_line(stage: Stage) -> str:
    texts = stage.council.texts
    return f"{stage.text(texts['name_sr'], texts['name_en'])} · {stage.text(texts['title_sr'], texts['title_en'])}"


async def hold_sitting(stage: Stage) -> None:
    """From the roster to the closing, item by item."""
    await open_sitting(stage)
    await test_vote(stage)
    items = stage.council.items
    for number, item in enumerate(items, 1):
        stage.frame = Frame(_house_line(stage), item.id, stage.title(item), number, len(items))
        await hold_item(stage, number, item)
    await stage.catch_up(stage.presiding.client)
    await stage.presiding.close_sitting(stage.id)
    stage.audience.heading(stage.words.gettext("The sitting is closed."))


async def open_sitting(stage: Stage) -> None:
    """Roster, agenda, opening; seats sign in; quorum."""
    gettext, council, house = stage.words.gettext, stage.council, stage.house
    stage.audience.heading(stage.frame.house)
    seats = len(council.members)
    rules = write_rule_book(list(council.rules))
    roster = await stage.secretary.submit_roster(RosterPlan(stage.id, seats, seats, house.members, house.seats, rules))
    await stage.catch_up(stage.presiding.client)
    await stage.presiding.open_sitting(stage.id, roster)
    await stage.catch_up(stage.secretary.client)
    await stage.secretary.submit_agenda(stage.id, 1, [(item.id, item.title_sr) for item in council.items])
    stage.absent.add(council.cast.late)
    await stage.seat_everybody()
    here, quorum = len(stage.sitting.present), next(rule for rule in council.rules if rule.id == QUORUM)
    figures = Figures(seats, seats, here, 0, 0, 0)
    stage.expect(here >= quorum_needed_of(quorum, figures), "a quorum is there")
    stage.audience.tell(
        gettext("%(here)d of %(seats)d members have put in their cards.") % {"here": here, "seats": seats}
    )
    stage.audience.tell(explain_quorum(quorum, figures, stage.words))
    stage.draw()
    await stage.pause()


async def hold_item(stage: Stage, number: int, item: DemoItem) -> None:
    """Activate an item, play its scene, and say what became of it."""
    stage.audience.heading(f"{number}. {stage.title(item)}")
    await stage.catch_up(stage.presiding.client)
    await stage.presiding.item(stage.id, item.id, "activate")
    stage.draw()
    await stage.pause(0.6)
    await SCENES[item.scene](stage, item)
    await stage.catch_up(stage.presiding.client)
    if not item.votes:
        await stage.presiding.item(stage.id, item.id, "note")
        return
    adopted = stage.vote(item.votes[-1].id).results[-1][2].outcome == "adopted"
    await stage.presiding.item(stage.id, item.id, "decide", f"15-{number}" if adopted else "")


def check_verdict(stage: Stage, verdict: Verdict) -> None:
    """The stranger's verdict beside the script: verified, the right root, our outcomes. Raises `DemoFailed`."""
    if (verdict.verdict, verdict.root) != ("verified", "confirmed"):
        raise DemoFailed(f"the package does not verify: {verdict.as_json()}")
    assert isinstance(verdict.state, LogState), "a verified package has a state"
    theirs = verdict.state.sittings[stage.id].votes
    for item in stage.council.items:
        for vote in item.votes:
            outcome = theirs[vote.id].results[-1][2].outcome
            stage.expect(outcome == vote.judged, f"the verifier finds {outcome!r} for {vote.id}")
