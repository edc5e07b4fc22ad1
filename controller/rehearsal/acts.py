"""The acts that the steps of a rehearsal share: cards in and out, presses, and a vote from arming to announcing.

Officers act by the very procedures that the command line uses; members press at real seats on simulated hardware.
"""

from collections.abc import Iterable, Mapping

from controller.conduct import VotePlan
from controller.officer import ActRefused, OfficerClient
from controller.procedures.entries import PaperCount, enter_paper_result
from controller.procedures.items import move_item
from controller.procedures.sitting import acknowledge, check_quorum, list_members, preside
from controller.procedures.votes import announce, arm_vote, close_vote, open_arm, step_vote, void_vote
from controller.rehearsal.stage import RECORDED, Stage
from protocol.records import Result
from protocol.state import ItemPhase
from protocol.vote import ENDED

VOID_CODE = "rehearsal"


async def seat_members(stage: Stage, members: Iterable[str]) -> dict[str, str]:
    """Cards in and out until exactly these are in, in the log too. Returns the reason by member who is not present."""
    fleet = stage.house.fleet
    wanted = {stage.seat_of[member]: member for member in members}
    before = dict(fleet.present)
    out = [seat for seat, member in before.items() if wanted.get(seat) != member]
    into = {seat: member for seat, member in wanted.items() if before.get(seat) != member}
    for seat in into:
        stage.reports.trouble.pop(seat, None)
    fleet.send(do="cards", **{"in": into, "out": out})

    def unread() -> list[str]:
        here, trouble, live = fleet.present, stage.reports.trouble, stage.sitting.live_by_member
        late = [before[seat] for seat in out if seat in here and here[seat] == before[seat]]
        late += [member for seat, member in into.items() if here.get(seat) != member and seat not in trouble]
        return late + [m for m, seat in stage.seat_of.items() if (m in live) != (here.get(seat) == m)]

    await stage.until(
        lambda: not unread(), lambda: stage.gettext("the cards of %(members)s", members=stage.named(unread()))
    )
    wrong = {member: seat for seat, member in wanted.items() if fleet.present.get(seat) != member}
    return {member: stage.reports.trouble.get(seat, "") for member, seat in wrong.items()}


async def press(stage: Stage, vote_id: str, choices: Mapping[str, str]) -> None:
    """Members press, and each press becomes the counted ballot of that button. Raises `StepFailed`: of whom not."""
    start_presses(stage, vote_id, choices)
    await wait_for_presses(stage, vote_id, choices)
    wrong = wrong_presses(stage, vote_id, choices)
    stage.expect(not wrong, stage.named(wrong, wrong))


def start_presses(stage: Stage, vote_id: str, choices: Mapping[str, str]) -> None:
    """Let members push their buttons; each waits until the lamp says that this vote is open."""
    for member in choices:
        stage.reports.trouble.pop(stage.seat_of[member], None)
    stage.house.fleet.send(do="vote", choices={stage.seat_of[m]: choice for m, choice in choices.items()}, vote=vote_id)


async def wait_for_presses(stage: Stage, vote_id: str, members: Iterable[str]) -> None:
    """Wait until every seat has an answer to its press, or says why it will have none."""
    seats = {member: stage.seat_of[member] for member in members}

    def unanswered() -> list[str]:
        reports = stage.reports
        return [m for m, seat in seats.items() if not reports.end(seat, vote_id)[0] and seat not in reports.trouble]

    await stage.until(
        lambda: not unanswered(),
        lambda: stage.gettext("the lamp recorded at %(seats)s", seats=stage.named(unanswered())),
    )


def wrong_presses(stage: Stage, vote_id: str, choices: Mapping[str, str]) -> dict[str, str]:
    """Members whose press is not the counted ballot of that button from that seat, and why.

    A seat says recorded only on a verified receipt; that the receipt is of the button that was pushed, the log says.
    """
    wrong = {}
    ballots = stage.vote(vote_id).ballots
    for member, choice in choices.items():
        seat, ballot = stage.seat_of[member], ballots.get(member)
        end, reason = stage.reports.end(seat, vote_id)
        if end != RECORDED:
            wrong[member] = reason or end or stage.reports.trouble.get(seat, "")
        elif not stage.reports.taken(seat, vote_id):
            wrong[member] = stage.gettext("recorded without a press")
        elif ballot is None or ballot.choice != (choice,) or stage.state.sessions[ballot.session].seat != seat:
            wrong[member] = stage.gettext("the log holds another ballot than was pressed")
    return wrong


# --- Votes. -------------------------------------------------------------------------------------------------


async def open_vote(stage: Stage, vote: VotePlan, officer: OfficerClient | None = None) -> None:
    """Arm and open, by the chair or another officer who presides."""
    client = await stage.catch_up(officer or stage.chair)
    await open_arm(client, await arm_vote(client, stage.view, stage.sitting, vote))


async def end_vote(stage: Stage, vote_id: str, officer: OfficerClient | None = None) -> None:
    """Last call and close; a vote whose own time was over first has closed itself."""
    client = await stage.catch_up(officer or stage.chair)
    try:
        await step_vote(client, stage.view, stage.vote(vote_id), "last-call")
        await close_vote(client, stage.view, stage.vote(vote_id))
    except ActRefused:
        await stage.catch_up(client)
        if stage.vote(vote_id).phase not in ENDED:
            raise


async def count_papers(stage: Stage, vote_id: str, figures: tuple[int, ...]) -> None:
    """The secretary enters valid papers, the chair agrees. Each figure is at most the number of papers."""
    vote, papers = stage.vote(vote_id), max(sum(figures), 1)
    count = PaperCount(papers, papers, papers, 0, dict(zip(vote.arm.options, figures, strict=True)))
    paper = await enter_paper_result(await stage.catch_up(stage.secretary), stage.view, vote, count)
    await acknowledge(await stage.catch_up(stage.chair), paper)


async def declare(stage: Stage, vote_id: str, officer: OfficerClient | None = None) -> Result:
    """Wait for the result of a closed vote and announce it."""
    await stage.until(
        lambda: bool(stage.vote(vote_id).results), lambda: stage.gettext("the result of %(vote)s", vote=vote_id)
    )
    client = await stage.catch_up(officer or stage.chair)
    await announce(client, stage.view, stage.vote(vote_id))
    return stage.vote(vote_id).results[-1][2]


async def call_item(stage: Stage, item: str) -> None:
    """Let an item be the active one; what was active before it is noted. "" is no item."""
    client = await stage.catch_up(stage.chair)
    for other in list(stage.sitting.items.values()):
        if other.id != item and other.phase is ItemPhase.ACTIVE:
            await move_item(client, stage.sitting, other.id, "note")
    phase = stage.sitting.items[item].phase if item in stage.sitting.items else ItemPhase.PLANNED
    if item and phase is not ItemPhase.ACTIVE:
        act = "activate" if phase in {ItemPhase.PLANNED, ItemPhase.DEFERRED} else "reopen"
        await move_item(client, stage.sitting, item, act)


async def count_heads(stage: Stage) -> None:
    """Establish who is here, as some rules ask before a vote: everybody whose card is in."""
    present = [member for member in stage.sitting.members if member in stage.sitting.present]
    listed = await list_members(await stage.catch_up(stage.secretary), stage.view, stage.sitting, present)
    await check_quorum(await stage.catch_up(stage.chair), stage.sitting, "roll-call", listed)


async def tidy(stage: Stage) -> None:
    """After a failure: the chair presides, and no vote runs, so that the next step starts clean."""
    if stage.plan.id not in stage.state.sittings:
        return
    chair, running = stage.chair.officer, stage.state.running
    if stage.sitting.presiding not in {"", chair}:
        await preside(await stage.catch_up(stage.chair), stage.sitting, VOID_CODE)
    if running is not None:
        await void_vote(await stage.catch_up(stage.chair), stage.view, running, VOID_CODE)
