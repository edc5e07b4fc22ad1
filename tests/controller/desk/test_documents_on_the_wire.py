"""A running house tells its consoles and its hall what they may know, and nothing of the split before the close."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from controller.conduct import Chair, RosterPlan, Secretary, VotePlan
from controller.desk.documents import VoteRecord
from controller.desk.publisher import DeskPublisher
from controller.desk.reader import DeskReader
from controller.founding import Body, OfficerPlan
from controller.house import House, MemberPlan, open_house
from controller.officer_broker import OfficerLine
from protocol import records
from protocol.errors import ChamberError
from protocol.keys import PublicKey
from protocol.majority import write_rule_book
from tests.protocol.chamber_builder import RULES

SITTING = "sitting-1"
OFFICERS = [OfficerPlan(role, role, f"The {role}") for role in ("chair", "secretary")]
MEMBERS = [MemberPlan(f"m{number}", f"Member {number}", "group" if number % 2 else "") for number in range(1, 6)]
WAIT_S = 30


class Screen:
    """Somebody who reads the documents, as `identity`."""

    def __init__(self, house: House, identity: str) -> None:
        self.reader = DeskReader()
        self.seen: list[bytes] = []
        topics = house.body.topics
        self._topics = topics
        rooms = [(topics.documents(room), 1) for room in ("desk", "public")]
        self._line = OfficerLine(house.service.bus.url, identity, rooms)
        owner = next(one for one in house.service.recorder.memory.state.keys.values() if one.owner == "controller")
        self._key: PublicKey = owner.key
        self._changed = asyncio.Condition()

    async def run(self) -> None:
        """Read for ever."""
        async for topic, payload in self._line.messages():
            self.seen.append(payload)
            self.reader.take(self._topics.room_of(topic), payload, self._key)
            async with self._changed:
                self._changed.notify_all()

    async def until(self, wanted: Callable[[DeskReader], bool]) -> DeskReader:
        """What was read once it is as `wanted`."""
        async with asyncio.timeout(WAIT_S), self._changed:
            await self._changed.wait_for(lambda: wanted(self.reader))
        return self.reader


@asynccontextmanager
async def watched(house: House, identity: str) -> AsyncIterator[Screen]:
    """A screen that reads while the block runs."""
    screen = Screen(house, identity)
    task = asyncio.create_task(screen.run())
    try:
        yield screen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _phase(reader: DeskReader) -> str:
    return reader.now.vote.phase if reader.now is not None and reader.now.vote is not None else ""


def _turnout(reader: DeskReader) -> int:
    return reader.now.vote.turnout if reader.now is not None and reader.now.vote is not None else -1


async def hold_a_vote(house: House, officer: Screen, hall: Screen) -> tuple[VoteRecord, VoteRecord]:
    """A vote of five: three for, one against, one silent; returns what officer and hall are told at the end."""
    secretary, chair = Secretary(house.officers["secretary"]), Chair(house.officers["chair"])
    roster = await secretary.submit_roster(
        RosterPlan(SITTING, 5, 5, house.members, house.seats, write_rule_book(RULES))
    )
    size = house.service.recorder.memory.state.size
    await chair.client.wait_for_head(lambda head: head.number >= size - 1)
    told = await officer.until(lambda reader: reader.house is not None and reader.house.roster == roster)
    assert told.house is not None
    assert [member.name for member in told.house.members] == [member.name for member in MEMBERS]
    assert len(told.house.seats) == 5
    await chair.open_sitting(SITTING, roster)
    house.fleet.send(do="cards", **{"in": {house.seat_of[member.id]: member.id for member in MEMBERS}})
    await officer.until(lambda reader: reader.now is not None and reader.now.presence == "ppppp")
    opened = await chair.open(await chair.arm(SITTING, VotePlan("v-1", "The budget", RULES[0].id)))
    choices = dict(zip(("m1", "m2", "m3", "m4"), ("for", "for", "against", "for"), strict=True))
    house.fleet.send(do="vote", choices={house.seat_of[member]: choice for member, choice in choices.items()})
    told = await officer.until(lambda reader: _turnout(reader) == 4)
    assert told.now is not None
    assert told.now.vote is not None
    assert told.now.vote.answered == "11110"
    assert told.votes == {}
    seen = await hall.until(lambda reader: _turnout(reader) == 4)
    assert seen.now is not None
    assert seen.now.vote is not None
    assert seen.now.vote.answered == ""
    await chair.step(opened, "last-call")
    await chair.close(opened)
    officer_told = await officer.until(lambda reader: "v-1" in reader.votes)
    hall_told = await hall.until(lambda reader: "v-1" in reader.votes)
    return officer_told.votes["v-1"], hall_told.votes["v-1"]


def test_a_vote_is_told_to_console_and_hall_alike_and_only_at_its_end(tmp_path: Path) -> None:
    """The very same record, with names; who has answered is the officers' alone."""

    async def work() -> None:
        async with (
            open_house(tmp_path, Body("kikinda", "skupstina", "2024"), OFFICERS, MEMBERS) as house,
            watched(house, "officer-watcher") as officer,
            watched(house, "hall-1") as hall,
        ):
            told, seen = await hold_a_vote(house, officer, hall)
            assert told == seen
            assert told.counts == (3, 1, 0)
            assert [answer.standing for answer in told.answers] == ["for", "for", "against", "for", "not-voting"]
            assert told.answers[0].name == "Member 1"
            assert not any(b"desk/" in payload for payload in hall.seen)

    asyncio.run(work())


def test_a_hall_screen_cannot_read_the_room_of_the_officers(tmp_path: Path) -> None:
    """It asks for both rooms and gets one."""

    async def work() -> None:
        async with (
            open_house(tmp_path, Body("kikinda", "skupstina", "2024"), OFFICERS, MEMBERS) as house,
            watched(house, "hall-1") as hall,
        ):
            told = await hall.until(lambda reader: reader.now is not None)
            assert told.now is not None
            assert told.now.legal == ()
            officer = Screen(house, "officer-watcher")
            task = asyncio.create_task(officer.run())
            read = await officer.until(lambda reader: reader.now is not None and reader.now.legal == ("roster",))
            assert read.now is not None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(work())


def test_a_document_of_another_key_is_refused(tmp_path: Path) -> None:
    """A reader believes the controller's key alone."""

    async def work() -> None:
        async with (
            open_house(tmp_path, Body("kikinda", "skupstina", "2024"), OFFICERS, MEMBERS) as house,
            watched(house, "hall-1") as hall,
        ):
            await hall.until(lambda reader: reader.now is not None)
            other = house.officers["chair"].desk
            state = house.service.recorder.memory.state
            key = next(one.key for one in state.keys.values() if one.owner == "chair")
            assert other.controller is not None
            reader = DeskReader()
            with pytest.raises(ChamberError, match="another key"):
                reader.take("public", hall.seen[0], key)
            assert reader.take("public", hall.seen[0], other.controller) or reader.house is None

    asyncio.run(work())


def test_what_is_decided_in_camera_never_reaches_the_hall(tmp_path: Path) -> None:
    """Neither then nor when the public is back, nor after the broker has forgotten everything."""

    async def work() -> None:
        async with (
            open_house(tmp_path, Body("kikinda", "skupstina", "2024"), OFFICERS, MEMBERS) as house,
            watched(house, "officer-watcher") as officer,
            watched(house, "hall-1") as hall,
        ):
            secretary, chair = Secretary(house.officers["secretary"]), Chair(house.officers["chair"])
            roster = await secretary.submit_roster(
                RosterPlan(SITTING, 5, 5, house.members, house.seats, write_rule_book(RULES))
            )
            await officer.until(lambda reader: reader.house is not None and reader.house.roster == roster)
            await chair.open_sitting(SITTING, roster)
            await chair.client.act(lambda seq, seen, ts: records.InCamera(SITTING, "on", seq, seen, ts))
            await hall.until(lambda reader: reader.now is not None and bool(reader.now.in_camera))
            opened = await chair.open(await chair.arm(SITTING, VotePlan("v-1", "A secret matter", RULES[0].id)))
            await chair.step(opened, "last-call")
            await chair.close(opened)
            told = await officer.until(lambda reader: "v-1" in reader.votes)
            assert told.votes["v-1"].title == "A secret matter"
            await chair.client.act(lambda seq, seen, ts: records.InCamera(SITTING, "off", seq, seen, ts))
            house.service.send_retained()
            seen = await hall.until(lambda reader: reader.now is not None and not reader.now.in_camera)
            assert seen.votes == {}
            assert seen.now is not None
            assert [(line.id, line.title, line.outcome, line.counts) for line in seen.now.votes] == [
                ("v-1", "", "", ())
            ]
            known = await officer.until(lambda reader: reader.now is not None and not reader.now.in_camera)
            assert known.now is not None
            assert known.now.votes[0].title == "A secret matter"

    asyncio.run(work())


def test_documents_that_cannot_be_made_cost_the_chamber_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake of ours there is logged; acts are taken and answered, and the next beat tries again."""

    async def work() -> None:
        async with open_house(tmp_path, Body("kikinda", "skupstina", "2024"), OFFICERS, MEMBERS) as house:
            publisher = next(one for one in house.service.followers if isinstance(one, DeskPublisher))
            publisher._recorder_of = lambda: 1 / 0  # type: ignore[assignment,return-value] # noqa: SLF001 - a planted fault
            house.service.send_retained()
            secretary = Secretary(house.officers["secretary"])
            await secretary.submit_roster(RosterPlan(SITTING, 5, 5, house.members, house.seats, write_rule_book(RULES)))
            publisher._recorder_of = lambda: house.service.recorder  # noqa: SLF001 - mended
            async with watched(house, "hall-1") as hall:
                await hall.until(lambda reader: reader.house is not None and len(reader.house.members) == 5)

    asyncio.run(work())
    assert "could not be made" in caplog.text
