"""A console on the line of a real house: a sitting conducted in plain mode, two consoles of one officer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from controller.conduct import Chair, RosterPlan, Secretary, VotePlan
from controller.console.client import ConsoleClient
from controller.console.plain.session import PlainSession
from controller.console.snapshot import Snapshot
from controller.founding import Body, OfficerPlan, officer_key
from controller.house import House, MemberPlan, open_house
from controller.keyfile import read_key
from protocol.agenda import AgendaItem, Motion
from protocol.explain import ENGLISH
from protocol.majority import write_rule_book
from tests.controller.console.snapshots import ALL, QUORUM, SIMPLE

SITTING = "sitting-1"
BODY = Body("kikinda", "skupstina", "2024")
OFFICERS = [OfficerPlan(role, role, f"The {role}") for role in ("chair", "operator", "secretary")]
MEMBERS = [MemberPlan(f"m{number}", f"Member {number}", "") for number in range(1, 6)]
SERIES = tuple(VotePlan(f"v-{number}", f"Vote {number}", "simple", "i-1") for number in (1, 2))
WAIT_S = 30


class Desk:
    """A console and a way to wait for what it knows."""

    def __init__(self, house: House, officer: str = "chair") -> None:
        keys = house.directory / "keys"
        root = read_key(keys / "root.key").public.thumbprint
        self.client = ConsoleClient(
            officer, officer_key(keys, officer), root, BODY.topics, house.service.bus.url, series=SERIES
        )
        self._changed = asyncio.Event()
        self.client.changed = self._changed.set

    async def until(self, wanted: Callable[[Snapshot], bool]) -> Snapshot:
        """What is known once it is as `wanted`."""
        async with asyncio.timeout(WAIT_S):
            while not wanted(self.client.snapshot()):
                self._changed.clear()
                await self._changed.wait()
        return self.client.snapshot()


@asynccontextmanager
async def sitting(directory: Path) -> AsyncIterator[House]:
    """A house whose sitting is open, with an agenda of one item, and everybody here."""
    async with open_house(directory, BODY, OFFICERS, MEMBERS) as house:
        secretary, chair = Secretary(house.officers["secretary"]), Chair(house.officers["chair"])
        rules = write_rule_book([ALL, SIMPLE, QUORUM])
        roster = await secretary.submit_roster(RosterPlan(SITTING, 5, 5, house.members, house.seats, rules))
        await _catch_up(house)
        await chair.open_sitting(SITTING, roster)
        await _catch_up(house)
        await secretary.submit_agenda(SITTING, 1, [("i-1", "The budget")])
        house.fleet.send(do="cards", **{"in": {house.seat_of[member.id]: member.id for member in MEMBERS}})
        yield house


async def _catch_up(house: House) -> None:
    size = house.service.recorder.memory.state.size
    for client in house.officers.values():
        await client.wait_for_head(
            lambda _head, client=client: client.desk.checkpoint is not None and client.desk.checkpoint.size >= size  # type: ignore[misc]
        )


def _phase(known: Snapshot) -> str:
    return known.now.vote.phase if known.now.vote is not None else ""


def test_a_sitting_is_conducted_in_plain_mode_from_the_item_to_the_announcement(tmp_path: Path) -> None:
    """What is typed is signed, what happens is said, and the split is said at the close only."""
    said: list[str] = []

    async def work() -> None:
        async with sitting(tmp_path) as house:
            desk = Desk(house)
            session = PlainSession(desk.client, ENGLISH, said.append, last_call_s=0.05)

            async def typed() -> AsyncIterator[str]:
                desk.client.changed = desk._changed.set  # noqa: SLF001 - the test waits where the session would look
                await desk.until(lambda known: known.present == 5)
                yield "activate 1"
                await desk.until(lambda known: known.now.item == "i-1")
                for vote in SERIES:
                    yield "vote"
                    await desk.until(lambda known: _phase(known) == "armed")
                    yield "open"
                    yield "yes open"
                    await desk.until(lambda known: _phase(known) == "open")
                    choices = dict.fromkeys(list(house.seat_of.values())[:3], "for") | {house.seat_of["m4"]: "against"}
                    house.fleet.send(do="vote", choices=choices)
                    await desk.until(lambda known: known.now.vote is not None and known.now.vote.turnout == 4)
                    yield "missing"
                    yield "last-call"
                    await desk.until(lambda known, vote=vote.vote: vote in known.votes)  # type: ignore[misc]
                    session.look()
                    yield "announce"
                    await desk.until(lambda known, vote=vote.vote: known.votes[vote].phase == "announced")  # type: ignore[misc]
                    session.look()

            async with desk.client:
                await desk.until(lambda known: known.fresh and known.house.sitting == SITTING)
                await session.run(typed())
            votes = house.service.recorder.memory.sitting.votes  # type: ignore[union-attr]
            assert [vote.phase.value for vote in votes.values()] == ["announced", "announced"]
            assert [vote.results[-1][2].counts for vote in votes.values()] == [(3, 1, 0)] * 2

    asyncio.run(work())
    lines = [line[9:] for line in said]
    assert "Not yet: 1. s-05 Member 5." in lines
    results = [line for line in lines if line.startswith("Result of vote v-1.")]
    assert len(results) == 1
    assert "For 3, against 1, abstained 0. Adopted." in results[0]
    closed = lines.index(results[0])
    assert not any("against 1" in line for line in lines[:closed])


def test_two_consoles_of_one_officer_both_see_and_either_acts(tmp_path: Path) -> None:
    """Neither takes the other's place, nor that of a third line of the same officer."""

    async def work() -> None:
        async with sitting(tmp_path) as house:
            first, second = Desk(house), Desk(house)
            async with first.client, second.client:
                await first.until(lambda known: known.present == 5)
                await second.until(lambda known: known.present == 5)
                await first.client.perform(lambda acts: acts.move_item("i-1", "activate"))
                await second.until(lambda known: known.now.item == "i-1")
                await second.client.perform(lambda acts: acts.arm(SERIES[0]))
                await first.until(lambda known: _phase(known) == "armed")
                await first.client.perform(lambda acts: acts.disarm())
                known = await second.until(lambda known: known.now.vote is None)
                assert known.fresh
            await Chair(house.officers["chair"]).item(SITTING, "i-1", "note")

    asyncio.run(work())


def test_an_operator_acts_by_order_and_the_seats_say_how_they_are(tmp_path: Path) -> None:
    """The record is the operator's own; every seat's status has come."""

    async def work() -> None:
        async with sitting(tmp_path) as house:
            desk = Desk(house, "operator")
            async with desk.client:
                known = await desk.until(lambda known: known.present == 5 and len(known.health) == 5)
                assert known.by_order
                assert not known.presides
                assert {status.state for status in known.health.values()} == {"online"}
                await desk.client.perform(lambda acts: acts.move_item("i-1", "activate"))
                await desk.until(lambda known: known.now.item == "i-1")
            state = house.service.recorder.memory.state
            assert state.officers["operator"].last_seq > 0

    asyncio.run(work())


def test_a_console_that_comes_in_mid_vote_knows_everything_at_once(tmp_path: Path) -> None:
    """It owns nothing: what it shows is what the controller says."""

    async def work() -> None:
        async with sitting(tmp_path) as house:
            first = Desk(house)
            async with first.client:
                await first.until(lambda known: known.present == 5)
                await first.client.perform(lambda acts: acts.move_item("i-1", "activate"))
                await first.until(lambda known: known.now.item == "i-1")
                await first.client.perform(lambda acts: acts.arm(SERIES[0]))
                await first.until(lambda known: _phase(known) == "armed")
                await first.client.perform(lambda acts: acts.open())
            late = Desk(house)
            async with late.client:
                known = await late.until(lambda known: _phase(known) == "open")
                assert known.now.vote is not None
                assert known.now.vote.title == "Vote 1"
                assert [known.house.members[number].id for number in known.missing()] == [one.id for one in MEMBERS]

    asyncio.run(work())


def test_motions_of_the_agenda_are_the_series_where_no_file_was_given() -> None:
    """An amendment before its motion."""
    motions = (Motion("m", "M", "motion", "", 2, "all"), Motion("a", "A", "amendment", "m", 1, "all"))
    known = Snapshot()
    known = replace(known, house=replace(known.house, items=(AgendaItem("i-1", "x", motions=motions),)))
    assert [plan.vote for plan in known.series_of("i-1")] == ["a", "m"]
