"""A fleet of real seats over a real broker, against a chamber in memory."""

import asyncio
import contextlib
import io
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from controller.mqtt.broker import EmbeddedBus, open_bus
from firmware_sim.commands import read_command
from firmware_sim.fleet.seats import Fleet
from firmware_sim.plan import Plan, read_plan
from firmware_sim.running import serve
from protocol.encoding import hash_text
from protocol.topics import Party, Topics, Way, allowed
from tests.seat_client.chamber import BODY, CHAMBER, ROOT, Chamber, card

TOPICS = Topics(CHAMBER, BODY)
SEATS = tuple(f"s-{number:02}" for number in range(1, 9))
MEMBERS = tuple(f"m{number:02}" for number in range(1, 9))


def secret(name: str) -> str:
    """The secret behind `chamber.key` and `chamber.card`, in hex."""
    return hash_text(name.encode())[:32].encode().hex()


def make_plan(journal_dir: str = "", seed: int = 7) -> Plan:
    """Eight seats and eight cards."""
    return read_plan(
        json.dumps(
            {
                "v": 1, "chamber": CHAMBER, "body": BODY, "root": ROOT.public.jwk(), "journal_dir": journal_dir,
                "seed": seed, "seats": [{"id": seat, "device_seed": secret(seat)} for seat in SEATS],
                "cards": [{"member": member, "secret": secret(member)} for member in MEMBERS],
            }
        ).encode()
    )  # fmt: skip


class House:
    """A chamber behind a broker, and what its fleet tells."""

    def __init__(self, bus: EmbeddedBus) -> None:
        self.chamber = Chamber(SEATS, {member: card(member).public.jwk() for member in MEMBERS})
        self.events: list[dict[str, Any]] = []
        self.deaf = False
        self.unheard: list[tuple[str, bytes]] = []
        self.statuses: dict[str, bytes] = {}
        self._bus = bus
        self._changed = asyncio.Event()
        bus.publish(TOPICS.trust, self.chamber.trust, retain=True)
        self.show()

    def show(self) -> None:
        """Publish the next head."""
        self._bus.publish(TOPICS.sitting, self.chamber.head(), retain=True)

    def emit(self, **members: Any) -> None:
        """An event of the fleet."""
        self.events.append(members)
        self._changed.set()

    def told(self, event: str) -> list[dict[str, Any]]:
        """The events of one sort."""
        return [told for told in self.events if told["event"] == event]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for the fleet to get there."""
        async with asyncio.timeout(20):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def answer(self) -> None:
        """Judge what seats send, for ever."""
        while True:
            for delivery in await self._bus.receive(100):
                seat, way = delivery.topic.split("/")[-2:]
                if way == "status":
                    self.statuses[seat] = delivery.payload
                elif self.deaf:
                    self.unheard.append((seat, delivery.payload))
                else:
                    self._bus.publish(TOPICS.of(Party.SEAT, seat, Way.DOWN), self.chamber.take(delivery.payload))
                delivery.acknowledge()
                self._changed.set()


@contextlib.asynccontextmanager
async def house() -> AsyncIterator[tuple[House, str]]:
    """A chamber that answers, and its address."""
    bus = open_bus(
        "embedded://127.0.0.1:0", identity="controller", inbound=TOPICS.inbound(), allowed=partial(allowed, TOPICS)
    )
    assert isinstance(bus, EmbeddedBus)
    await bus.start()
    made = House(bus)
    task = asyncio.create_task(made.answer())
    try:
        yield made, bus.url
    finally:
        task.cancel()
        await asyncio.wait([task])
        await bus.stop()


def play(story: Callable[[House, Fleet], Awaitable[None]], plan: Plan) -> None:
    """Run a story with all seats online and all members present."""

    async def run() -> None:
        async with house() as (made, url):
            fleet = Fleet(plan, [url], made.emit)
            fleet.start()
            await made.until(lambda: bool(made.told("ready")))
            await fleet.carry_out(command(do="cards", **{"in": dict(zip(SEATS, MEMBERS, strict=True))}))
            await made.until(lambda: len(made.told("present")) == len(SEATS))
            try:
                await story(made, fleet)
            finally:
                await fleet.carry_out(command(do="quit"))

    asyncio.run(run())


def command(**members: Any) -> Any:
    """A command, through its own reader."""
    return read_command(json.dumps(members).encode())


def plan_choices(turn: int) -> dict[str, str]:
    """Some choice for each seat."""
    return {seat: ("for", "against", "abstain", "")[(number + turn) % 4] for number, seat in enumerate(SEATS)}


def figures(choices: dict[str, str]) -> tuple[int, ...]:
    """What a vote must come to."""
    return tuple(sum(choice == option for choice in choices.values()) for option in ("for", "against", "abstain"))


def test_votes_with_habits_come_to_what_was_planned() -> None:
    """Late, undecided, impatient and restless members: the last choice of each counts, in every vote."""

    async def story(made: House, fleet: Fleet) -> None:
        for turn in range(6):
            vote, choices = f"v-{turn}", plan_choices(turn)
            await fleet.carry_out(command(do="vote", choices=choices, habits=True))
            made.chamber.open(vote)
            made.show()
            await made.until(lambda vote=vote: any(told["vote"] == vote for told in made.told("settled")))  # type: ignore[misc]
            made.chamber.close()
            made.show()
            assert made.chamber.figures == figures(choices)
        assert made.told("fault") == made.told("refused") == made.told("unknown") == []

    play(story, make_plan())


def test_events_have_the_members_that_are_promised() -> None:
    """The form of an event that a controller's process reads."""

    async def story(made: House, fleet: Fleet) -> None:
        made.chamber.open()
        made.show()
        await fleet.carry_out(command(do="vote", choices={"s-01": "for"}, vote="v-1"))
        await made.until(lambda: bool(made.told("settled")))
        recorded = made.told("recorded")[0]
        assert recorded["ms"] > 0
        assert {**recorded, "ms": 0} == {
            "event": "recorded", "seat": "s-01", "member": "m01", "vote": "v-1", "choice": ["for"], "reason": "",
            "ms": 0,
        }  # fmt: skip
        assert made.told("ready") == [{"event": "ready", "seats": 8}]
        assert made.told("settled") == [{"event": "settled", "vote": "v-1"}]

    play(story, make_plan())


def test_power_cut_in_mid_vote_loses_no_press(tmp_path: Path) -> None:
    """Pressed, not yet answered, power gone: the journal brings the press back, and only then the session opens."""

    async def story(made: House, fleet: Fleet) -> None:
        made.chamber.open()
        made.show()
        made.deaf = True
        await fleet.carry_out(command(do="vote", choices=plan_choices(0)))
        await made.until(lambda: len(made.told("pressed")) == 6)
        await made.until(lambda: len(made.unheard) == 6)
        await fleet.carry_out(command(do="power-cut", seats=list(SEATS)))
        assert len(made.told("offline")) == 8
        made.deaf = False
        await fleet.carry_out(command(do="power-on", seats=list(SEATS)))
        await made.until(lambda: bool(made.told("settled")))
        await made.until(lambda: len(made.told("present")) == 16)
        made.chamber.close()
        assert made.chamber.figures == figures(plan_choices(0))

    play(story, make_plan(str(tmp_path / "journals")))


def test_seat_without_power_lets_the_vote_end() -> None:
    """A press that never could be made does not hold up the end of a vote."""

    async def story(made: House, fleet: Fleet) -> None:
        await fleet.carry_out(command(do="power-cut", seats=["s-01"]))
        made.chamber.open()
        made.show()
        await fleet.carry_out(command(do="vote", choices={"s-01": "for", "s-02": "for"}))
        await made.until(lambda: len(made.told("recorded")) == 1)
        assert made.told("settled") == []
        made.chamber.close()
        made.show()
        await fleet.carry_out(command(do="power-on", seats=["s-01"]))
        await made.until(lambda: len(made.told("present")) == 9)
        made.chamber.open("v-2")
        made.show()
        await fleet.carry_out(command(do="vote", choices={"s-01": "for"}))
        await made.until(lambda: any(told["vote"] == "v-2" for told in made.told("settled")))

    play(story, make_plan())


def test_cards_move_and_strangers_are_told() -> None:
    """Out and in; a seat or member that the plan does not have is named and passed over."""

    async def story(made: House, fleet: Fleet) -> None:
        await fleet.carry_out(command(do="cards", **{"in": {"s-01": "m02"}, "out": ["s-01", "s-02"]}))
        await made.until(lambda: len(made.told("absent")) == 2 and len(made.told("present")) == 9)
        assert made.told("present")[-1]["member"] == "m02"
        await fleet.carry_out(command(do="cards", **{"in": {"s-99": "m01", "s-02": "m99"}}))
        assert [(told["seat"], told["reason"]) for told in made.told("error")] == [
            ("s-99", "unknown-seat"), ("s-02", "unknown-member"),
        ]  # fmt: skip

    play(story, make_plan())


def test_press_goes_to_one_button() -> None:
    """A press before the vote is passed over; SPEAK asks for the floor."""

    async def story(made: House, fleet: Fleet) -> None:
        await fleet.carry_out(command(do="press", presses={"s-01": "for", "s-02": "speak"}))
        await made.until(lambda: bool(made.told("ignored")))
        assert made.told("ignored")[0]["reason"] == "early"
        await made.until(lambda: bool(made.chamber.state.sittings["s1"].speeches))

    play(story, make_plan())


def test_goodbye_leaves_every_seat_offline() -> None:
    """Quit says goodbye at each seat."""

    async def run() -> None:
        async with house() as (made, url):
            fleet = Fleet(make_plan(), [url], made.emit)
            fleet.start()
            await made.until(lambda: bool(made.told("ready")))
            await fleet.carry_out(command(do="quit"))
            offline = dict.fromkeys(SEATS, b'{"v":1,"state":"offline"}')
            await made.until(lambda: made.statuses == offline)
            assert made.statuses == offline

    asyncio.run(run())


def test_lines_drive_a_fleet() -> None:
    """Through file descriptors as the process does: ready, an error for nonsense, and the end with standard input."""

    class Out(io.BytesIO):
        def write(self, data: Any) -> int:
            if b"ready" in data:
                loops[0].call_soon_threadsafe(ready.set)
            return super().write(data)

    async def run() -> list[dict[str, Any]]:
        loops.append(asyncio.get_running_loop())
        source, sink = os.pipe()
        out = Out()
        async with house() as (_, url):
            serving = asyncio.create_task(serve(make_plan(), [url], source, out))
            os.write(sink, b"nonsense\n")
            async with asyncio.timeout(20):
                await ready.wait()
                os.close(sink)
                await serving
        os.close(source)
        return [json.loads(line) for line in out.getvalue().splitlines()]

    loops: list[asyncio.AbstractEventLoop] = []
    ready = asyncio.Event()
    events = asyncio.run(run())
    assert events[0]["event"] == "error"
    assert {"event": "ready", "seats": 8} in events
