"""The two scenes of `chamber demo` in which a seat loses its power: with a press on its way, and before it.

What the log holds afterwards is checked, not assumed. Sources are the sections of `docs/protocol.md` named in each.
"""

import asyncio
from typing import Any

from controller.demo_council.council import DemoItem
from controller.demo_stage import Stage, patience, pick_choices
from protocol import records
from protocol.explain import outcome_word
from protocol.vote import Phase

DEAD_SEAT_CODE = "seat-without-power"


async def power_cut(stage: Stage, item: DemoItem) -> None:
    """A seat loses power with a press on its way, comes back, and its journal settles it. Sources: 5, 5.3, 6.5."""
    gettext, vote, member = stage.words.gettext, item.votes[0], stage.council.cast.loses_power
    voters = stage.voters_of(item)
    spread = vote.spread_of(len(stage.council.members), len(voters))
    choices = pick_choices(spread, voters, {member: records.FOR})
    opened = await stage.open_vote(item, vote)
    await stage.press(vote.id, {voter: choice for voter, choice in choices.items() if voter != member})
    await press_and_lose_power(stage, vote.id, member)
    stage.audience.stress(
        gettext("Seat %(seat)s (%(name)s) loses power right after the press; its lamp can tell nothing now.")
        % {"seat": stage.place(member), "name": stage.name(member)}
    )
    await stage.pause()
    await restore_power(stage, member)
    async with patience("the seat that lost power settles its press"):
        await stage.house.fleet.wait_for("settled", lambda event: event["vote"] == vote.id)
    stage.expect(member in stage.vote(vote.id).ballots, "the ballot of the seat that lost power is recorded")
    stage.audience.stress(
        gettext("Power is back: the seat sends what its journal kept, byte for byte, and its lamp says recorded.")
    )
    stage.draw()
    await stage.pause()
    result, _ = await stage.close_vote(vote.id, opened)
    await stage.announce(item, vote, result, spread)


async def press_and_lose_power(stage: Stage, vote_id: str, member: str) -> None:
    """The button goes down, and with the next breath the power: before the receipt, or in the moment it comes."""
    fleet, seat = stage.house.fleet, stage.house.seat_of[member]
    pressed = asyncio.Event()

    def cut(event: dict[str, Any]) -> None:
        if event["event"] == "pressed" and event["seat"] == seat and not pressed.is_set():
            pressed.set()
            cut_power(stage, member)

    fleet.watchers.append(cut)
    try:
        fleet.send(do="vote", choices={seat: records.FOR}, vote=vote_id)
        async with patience("the seat takes the press"):
            await pressed.wait()
    finally:
        fleet.watchers.remove(cut)


def cut_power(stage: Stage, member: str) -> None:
    """Take the power from a member's seat; what is asked of the seats afterwards finds it dark."""
    stage.house.fleet.send(do="power-cut", seats=[stage.house.seat_of[member]])
    stage.dark.add(member)
    stage.draw()


async def restore_power(stage: Stage, member: str) -> None:
    """Give the power back, and wait until the member is present again at a fresh session."""
    seat = stage.house.seat_of[member]
    before = stage.sitting.live_by_seat.get(seat)
    stage.house.fleet.send(do="power-on", seats=[seat])
    await stage.until(
        lambda: stage.sitting.live_by_seat.get(seat, before) != before and member in stage.sitting.present,
        "a fresh session at the seat that lost power",
    )
    stage.dark.discard(member)
    stage.draw()


async def dead_seat(stage: Stage, item: DemoItem) -> None:
    """A vote fails by the one whose seat was dead, is voided on the record and repeated. Sources: 6.3 and 7.2."""
    first, again = item.votes
    member = stage.council.cast.dead_seat
    voters, seats = stage.voters_of(item), len(stage.council.members)
    spread = first.spread_of(seats, len(voters))
    opened = await stage.open_vote(item, first)
    cut_power(stage, member)
    await stage.pause(0.5)
    await stage.press(first.id, pick_choices(spread, voters, {member: ""}))
    _, record = await stage.close_vote(first.id, opened)
    stage.compare(first, spread)
    stage.audience.result(record.outcome, outcome_word(record.outcome, stage.words))
    await void_vote(stage, opened, member, record)
    stage.expect(stage.vote(first.id).phase is Phase.VOID, "the vote is void")
    stage.report(item, first)
    await restore_power(stage, member)
    await stage.pause()
    spread = again.spread_of(seats, len(voters))
    repeated = await stage.open_vote(item, again, repeats=opened)
    await stage.press(again.id, pick_choices(spread, voters, {member: records.FOR}))
    result, _ = await stage.close_vote(again.id, repeated)
    await stage.announce(item, again, result, spread)
    stage.expect(stage.vote(again.id).arm.repeats == opened, "the repeat quotes the voided vote")
    stage.audience.stress(
        stage.words.gettext("The repeat quotes the voided vote; both stay in the log and in the package.")
    )
    await stage.pause()


async def void_vote(stage: Stage, opened: str, member: str, record: records.Result) -> None:
    """Put the dead seat on record, void the vote by the chair, and have the secretary agree."""
    seat, chair = stage.house.seat_of[member], stage.presiding
    stage.audience.stress(
        stage.words.gettext(
            "Seat %(seat)s was dead: %(name)s pressed and no lamp came on. For %(for)d, needed %(needed)d."
        )
        % {"seat": stage.place(member), "name": stage.name(member), "for": record.counts[0], "needed": record.needed}
    )
    await stage.pause()
    await chair.client.act(lambda _seq, _seen, ts: records.Incident(seat, DEAD_SEAT_CODE, "", ts))
    await stage.catch_up(chair.client)
    void = await chair.void(opened, DEAD_SEAT_CODE)
    await stage.catch_up(stage.secretary.client)
    await stage.secretary.acknowledge(void)
    stage.audience.stress(
        stage.words.gettext("The chair voids the vote with its reason; the secretary agrees by a record.")
    )
