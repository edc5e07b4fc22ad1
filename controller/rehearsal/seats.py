"""Steps at every seat: online, the member's card, each button with its lamp and receipt, the floor, a power cut.

Sources: `docs/protocol.md` sections 5.3, 5.4, 6.5 and 7.1.
"""

from dataclasses import replace
from typing import Any, Final

from controller.conduct import Secretary, VotePlan
from controller.procedures.people import act_on_floor, speech
from controller.procedures.sitting import open_sitting, submit_agenda
from controller.rehearsal.acts import (
    count_heads,
    declare,
    end_vote,
    open_vote,
    press,
    seat_members,
    start_presses,
)
from controller.rehearsal.stage import NotChecked, Stage
from protocol.floor import floor_of
from protocol.records import FOR, PLAIN_OPTIONS

FLOOR_ALL_MAX: Final = 60
"""In a larger chamber the floor is walked at a sample of the seats."""
FLOOR_SAMPLE: Final = 20


async def check_online(stage: Stage) -> str:
    """Every seat of the table has a verified view of the chamber."""
    seats = [str(seat["id"]) for seat in stage.plan.seats]
    for seat in seats:
        await stage.house.fleet.wait_for("online", lambda event, seat=seat: event["seat"] == seat)  # type: ignore[misc]
        stage.reports.online.add(seat)
    return stage.gettext("seats: %(count)d", count=len(seats))


async def prepare_sitting(stage: Stage) -> str:
    """The roster with its law and the opening; the agenda follows after what needs no item."""
    roster = replace(stage.plan.sitting.roster, members=stage.house.members, seats=stage.house.seats)
    await Secretary(await stage.catch_up(stage.secretary)).submit_roster(roster)
    await open_sitting(await stage.catch_up(stage.chair), stage.view, stage.sitting)
    return stage.gettext(
        "members %(members)d, seats %(seats)d, rules %(rules)d",
        members=len(stage.sitting.members),
        seats=len(stage.sitting.seats),
        rules=len(stage.plan.sitting.rules),
    )


async def check_cards(stage: Stage) -> str:
    """Every member's card at the member's seat: the lamp present at the seat, and the same session in the log."""
    try:
        wrong = await seat_members(stage, stage.seat_of)
    finally:  # also when a seat says nothing at all and the step's time is over
        stage.absent |= stage.seat_of.keys() - stage.sitting.live_by_member.keys()
    await count_heads(stage)
    stage.expect(not wrong, stage.named(wrong, wrong))
    await stage.lamps(stage.seated, ("present",))
    said = stage.gettext("cards read: %(count)d", count=len(stage.seat_of))
    without = [member["id"] for member in stage.house.members if member["id"] not in stage.seat_of]
    free = [stage.plan.place(seat["id"]) for seat in stage.house.seats if seat["id"] not in stage.seat_of.values()]
    return "; ".join(
        [
            said,
            *([stage.gettext("without a seat: %(members)s", members=", ".join(without))] if without else []),
            *([stage.gettext("without a member: %(seats)s", seats=", ".join(free))] if free else []),
        ]
    )


async def check_buttons(stage: Stage) -> str:
    """Three test votes, so that each seat presses each button once.

    The lamps say open, pressed, recorded, and the log holds that very ballot.
    """
    rules = stage.plan.sitting.rules
    rule = next((rule for rule in rules.values() if rule.mayor == "counts"), next(iter(rules.values())))
    asked: set[str] = set()
    for turn in range(len(PLAIN_OPTIONS)):
        vote = stage.plan.free_name(f"test-{turn + 1}")
        stage.reports.forget_lamps()
        await open_vote(stage, _test(stage, vote, rule.id))
        voters = stage.voters(vote)
        choices = {m: PLAIN_OPTIONS[(number + turn) % len(PLAIN_OPTIONS)] for number, m in enumerate(voters)}
        await press(stage, vote, choices)
        await stage.lamps(voters, ("vote-open", "pressed", "recorded"))
        asked.update(voters)
        await end_vote(stage, vote)
        result = await declare(stage, vote)
        expected = tuple(sum(choice == option for choice in choices.values()) for option in PLAIN_OPTIONS)
        stage.expect(result.counts == expected, stage.gettext("%(vote)s counts other presses", vote=vote))
        stage.expect(result.outcome == "none", stage.gettext("%(vote)s decides something", vote=vote))
    said = stage.gettext("seats where for, against and abstain were pressed and recorded: %(count)d", count=len(asked))
    left = [member for member in stage.seat_of if member not in asked]
    return "; ".join([said, *([stage.gettext("not asked: %(seats)s", seats=stage.named(left))] if left else [])])


def _test(stage: Stage, vote: str, rule: str) -> VotePlan:
    return VotePlan(vote, stage.gettext("Rehearsal: test vote"), rule, mode="test")


async def check_floor(stage: Stage) -> str:
    """The button that asks for the floor: asked, taken back, asked again, granted and stopped."""
    members = stage.seated
    if len(members) > FLOOR_ALL_MAX:
        members = members[:: -(-len(members) // FLOOR_SAMPLE)]
    if not members:
        raise NotChecked(stage.gettext("no seat has a card in"))
    await _push(stage, members, waiting=True)
    await _push(stage, members, waiting=False)
    await _push(stage, members, waiting=True)
    for member in members:
        await act_on_floor(stage.chair, stage.sitting, speech("", member, "grant"))
        current = floor_of(stage.sitting.speeches, "", 0).current
        stage.expect(
            current is not None and current.speaker == member,
            stage.gettext("%(member)s has the floor granted but not given", member=member),
        )
        await act_on_floor(stage.chair, stage.sitting, speech("", member, "stop"))
    stage.expect(_waiting(stage) == set(), stage.gettext("somebody still waits for the floor"))
    said = stage.gettext("seats: %(count)d", count=len(members))
    if len(members) == len(stage.seated):
        return said
    return f"{said}; " + stage.gettext("a sample of %(all)d", all=len(stage.seated))


async def _push(stage: Stage, members: list[str], *, waiting: bool) -> None:
    """All of them push the button once; then all of them wait for the floor, or none does."""
    await stage.house.fleet.press({stage.seat_of[member]: "speak" for member in members})

    def late() -> list[str]:
        return [member for member in members if (member in _waiting(stage)) != waiting]

    await stage.until(
        lambda: not late(), lambda: stage.gettext("the floor asked for at %(seats)s", seats=stage.named(late()))
    )
    await stage.catch_up(stage.chair)


def _waiting(stage: Stage) -> set[str]:
    return {one.speaker for one in floor_of(stage.sitting.speeches, "", 0).queue}


async def check_power_cut(stage: Stage) -> str:
    """A seat loses its power with a press on its way; back again, its journal settles it, and the card signs in."""
    vote = stage.plan.free_name("power")
    await open_vote(stage, _test(stage, vote, next(iter(stage.plan.sitting.rules))))
    voters = stage.voters(vote)
    if not voters:
        raise NotChecked(stage.gettext("no seat has a card in"))
    member = voters[-1]
    seat, before = stage.seat_of[member], stage.sitting.live_by_seat[stage.seat_of[member]]
    fleet = stage.house.fleet

    def cut(event: dict[str, Any]) -> None:
        if event["event"] == "pressed" and (event["seat"], event["vote"]) == (seat, vote):
            fleet.send(do="power-cut", seats=[seat])

    # With the next breath after the press: before the receipt, or in the moment it comes.
    fleet.watchers.append(cut)
    start_presses(stage, vote, {member: FOR})
    place = stage.plan.place(seat)
    try:
        await stage.until(
            lambda: stage.reports.taken(seat, vote) and seat not in stage.reports.online,
            lambda: stage.gettext("a press at seat %(seat)s and the loss of its power", seat=place),
        )
    finally:
        fleet.watchers.remove(cut)
    fleet.send(do="power-on", seats=[seat])
    await stage.until(
        lambda: stage.sitting.live_by_seat.get(seat, before) != before and fleet.present.get(seat) == member,
        lambda: stage.gettext("a fresh session at seat %(seat)s", seat=place),
    )
    # The ballot stands in the log once a fresh session does: a seat settles its journal first.
    ballot = stage.vote(vote).ballots.get(member)
    kept = ballot is not None and ballot.choice == (FOR,) and ballot.session == before
    stage.expect(kept, stage.gettext("the press at seat %(seat)s is lost", seat=place))
    await end_vote(stage, vote)
    await declare(stage, vote)
    return stage.gettext("seat %(seat)s: the press before the cut is recorded, the card signed in again", seat=place)


async def check_agenda(stage: Stage) -> str:
    """The agenda with its motions and speakers, as it was prepared."""
    agenda = stage.plan.sitting.agenda
    await submit_agenda(await stage.catch_up(stage.secretary), stage.view, stage.sitting, agenda)
    stage.expect(stage.view.agenda(stage.sitting) == agenda, stage.gettext("the log holds another agenda"))
    return stage.gettext("items: %(count)d", count=len(agenda.items))
