"""An officer on the line: acts and their answers over a real broker, also when the line is lost in between."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from controller import officer as officer_module
from controller.conduct import Chair, RosterPlan, Secretary, VotePlan
from controller.founding import Body, OfficerPlan, found_log, founding_records, make_keys, officer_key, read_keys
from controller.keyfile import read_key
from controller.mqtt.broker import open_bus
from controller.mqtt.bus import BrokerUnreachable
from controller.officer import ActRefused, OfficerClient
from controller.recovery import recover, topics_of
from controller.service import Service, unix_ms
from controller.store import Store
from protocol import records
from protocol.errors import ChamberError
from protocol.keys import Ed25519Signer
from protocol.majority import simple_rule, write_rule_book
from protocol.topics import allowed
from tests.protocol.chamber_builder import member_entry, seat_entry

BODY = Body("kikinda", "assembly", "2024")
OFFICERS = (
    OfficerPlan("chair", "chair", "Chair"), OfficerPlan("deputy", "deputy", "Deputy"),
    OfficerPlan("secretary", "secretary", "Secretary"),
)  # fmt: skip
WAIT_S = 30
ROSTER = RosterPlan(
    "sitting-1", 2, 2, [member_entry("m1"), member_entry("m2")], [seat_entry("s1"), seat_entry("s2")],
    write_rule_book([simple_rule("simple", "More for than against")]),
)  # fmt: skip


class Hall:
    """A running controller that can be stopped and started again on its port."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = 0
        self.url = ""
        make_keys(directory / "keys", OFFICERS, os.urandom)
        self.root = read_key(directory / "keys" / "root.key").public.thumbprint
        self._keys = read_keys(directory / "keys")
        signed = [(plan, officer_key(directory / "keys", plan.id)) for plan in OFFICERS]
        leaves = founding_records(BODY, read_key(directory / "keys" / "root.key"), self._keys, signed, unix_ms())
        self.store = Store(directory)
        found_log(self.store, self._keys, BODY, leaves, os.urandom, unix_ms())
        self.service: Service | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Serve, on the port of before if there was one."""
        topics = BODY.topics
        bus = open_bus(
            f"embedded://127.0.0.1:{self.port}", identity="controller", inbound=topics.inbound(),
            allowed=partial(allowed, topics),
        )  # fmt: skip
        self.service = Service(bus, self.store, partial(recover, self.store, self._keys, topics_of, os.urandom))
        await self.service.start()
        self.url, self.port = bus.url, int(bus.url.rpartition(":")[2])
        self._serving = asyncio.create_task(self.service.run())

    async def stop(self) -> None:
        """Stop serving."""
        assert self.service is not None
        assert self._serving is not None
        self._serving.cancel()
        await asyncio.gather(self._serving, return_exceptions=True)
        await self.service.bus.stop()

    def client(self, officer: str, signer: Ed25519Signer | None = None) -> OfficerClient:
        """An officer's client."""
        key = signer or officer_key(self.directory / "keys", officer)
        return OfficerClient(officer, key, self.root, BODY.topics, self.url)


def in_hall(directory: Path, test: Callable[[Hall], Awaitable[None]]) -> None:
    """Run a test in a hall, with an end to all waiting."""

    async def run() -> None:
        async with _serving(directory) as hall, asyncio.timeout(WAIT_S):
            await test(hall)

    asyncio.run(run())


@asynccontextmanager
async def _serving(directory: Path) -> AsyncIterator[Hall]:
    hall = Hall(directory)
    await hall.start()
    try:
        yield hall
    finally:
        await hall.stop()
        hall.store.close()


async def _open(chair: OfficerClient, secretary: OfficerClient) -> None:
    roster = await Secretary(secretary).submit_roster(ROSTER)
    await Chair(chair).open_sitting("sitting-1", roster)


def test_acts_and_their_receipts(tmp_path: Path) -> None:
    """A sitting by two officers: opened, a vote held without presses, closed."""

    async def test(hall: Hall) -> None:
        async with hall.client("chair") as chair, hall.client("secretary") as secretary:
            await _open(chair, secretary)
            presiding = Chair(chair)
            opened = await presiding.open(await presiding.arm("sitting-1", VotePlan("v1", "A title", "simple")))
            await presiding.step(opened, "last-call")
            result, record = await presiding.close(opened)
            assert (record.outcome, record.counts) == ("not-adopted", (0, 0, 0))
            await presiding.announce(result)
            await presiding.close_sitting("sitting-1")
            head = await chair.wait_for_head(lambda head: head.state == "closed")
            assert head.phase == "announced"

    in_hall(tmp_path, test)


def test_refused_act_raises(tmp_path: Path) -> None:
    """With the kind and the reason; the next act is taken as ever."""

    async def test(hall: Hall) -> None:
        async with hall.client("chair") as chair, hall.client("secretary") as secretary:
            with pytest.raises(ActRefused) as caught:
                await Chair(chair).close_sitting("sitting-1")
            assert (caught.value.code, str(caught.value)) == ("state", "sitting-close was refused: sitting-unknown")
            assert caught.value.legal == ("roster",)
            await _open(chair, secretary)
            with pytest.raises(ActRefused):
                await Chair(secretary).close_sitting("sitting-1")
            await Chair(chair).close_sitting("sitting-1")

    in_hall(tmp_path, test)


def test_officer_whom_the_log_does_not_know(tmp_path: Path) -> None:
    """Anybody may read the head; nobody else may act."""

    async def test(hall: Hall) -> None:
        async with hall.client("stranger", Ed25519Signer(os.urandom(32))) as stranger:
            with pytest.raises(ActRefused) as caught:
                await Chair(stranger).close_sitting("sitting-1")
            assert caught.value.code == "unknown-key"

    in_hall(tmp_path, test)


def test_act_while_the_line_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sent again, byte for byte, when the controller is back; one leaf, one receipt."""
    monkeypatch.setattr(officer_module, "RESEND_S", 0.2)

    async def test(hall: Hall) -> None:
        async with hall.client("chair") as chair, hall.client("secretary") as secretary:
            await _open(chair, secretary)
            await hall.stop()
            acting = asyncio.create_task(Chair(chair).close_sitting("sitting-1"))
            await asyncio.wait({acting}, timeout=0)
            await hall.start()
            await acting
            assert hall.service is not None
            assert hall.service.recorder.memory.state.sittings["sitting-1"].phase.value == "closed"
            assert hall.service.recorder.memory.state.voids == {}

    in_hall(tmp_path, test)


def test_blob_while_the_line_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the line does not keep the line from coming back."""
    monkeypatch.setattr(officer_module, "RESEND_S", 0.2)

    async def test(hall: Hall) -> None:
        async with hall.client("chair") as chair, hall.client("secretary") as secretary:
            await hall.stop()
            opening = asyncio.create_task(_open(chair, secretary))
            await asyncio.wait({opening}, timeout=0)
            await hall.start()
            await opening
            assert hall.service is not None
            assert hall.service.recorder.memory.state.sittings["sitting-1"].phase.value == "open"

    in_hall(tmp_path, test)


def test_lost_answer_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The act was recorded and its receipt lost: the same bytes bring the receipt again and make no second leaf."""
    monkeypatch.setattr(officer_module, "RESEND_S", 0.2)

    async def test(hall: Hall) -> None:
        async with hall.client("chair") as chair, hall.client("secretary") as secretary:
            await _open(chair, secretary)
            taken = chair.desk.take_answer
            lost: list[bytes] = []

            def lose(payload: bytes) -> object:
                if not lost:
                    lost.append(payload)
                    raise ChamberError("an answer that gets lost")
                return taken(payload)

            monkeypatch.setattr(chair.desk, "take_answer", lose)
            await Chair(chair).close_sitting("sitting-1")
            assert len(lost) == 1
            leaves = [leaf for some in hall.store.leaves() for leaf in some]
            assert len(set(leaves)) == len(leaves)

    in_hall(tmp_path, test)


def test_takes_the_chair(tmp_path: Path) -> None:
    """The deputy presides from the moment the receipt is there; the chair's acts are refused then."""

    async def test(hall: Hall) -> None:
        async with (
            hall.client("chair") as chair,
            hall.client("deputy") as deputy,
            hall.client("secretary") as secretary,
        ):
            await _open(chair, secretary)
            with pytest.raises(ActRefused):
                await Chair(deputy).close_sitting("sitting-1")
            await Chair(deputy).take_chair("sitting-1", "handover")
            with pytest.raises(ActRefused):
                await Chair(chair).close_sitting("sitting-1")
            await Chair(deputy).close_sitting("sitting-1")

    in_hall(tmp_path, test)


def test_broker_that_is_not_there(tmp_path: Path) -> None:
    """Never once connected is an error with the address."""

    async def run() -> None:
        hall = Hall(tmp_path)
        hall.store.close()
        hall.url = "mqtt://127.0.0.1:1"
        async with asyncio.timeout(WAIT_S):
            with pytest.raises(BrokerUnreachable):
                async with hall.client("chair"):
                    pass

    asyncio.run(run())


def test_presence_and_recusal_by_the_secretary(tmp_path: Path) -> None:
    """The secretary's other acts enter too."""

    async def test(hall: Hall) -> None:
        async with hall.client("chair") as chair, hall.client("secretary") as secretary:
            await _open(chair, secretary)
            acts = Secretary(secretary)
            await acts.submit_agenda("sitting-1", 1, [("item-1", "The budget")])
            await Chair(chair).item("sitting-1", "item-1", "activate")
            await acts.enter_presence("sitting-1", "m1", "present", "by-sight")
            await acts.declare_recusal("sitting-1", "item-1", "m2", "interest")
            assert hall.service is not None
            sitting = hall.service.recorder.memory.state.sittings["sitting-1"]
            assert (sitting.present, sitting.recusals) == ({"m1"}, {"item-1": {"m2"}})
            assert isinstance(sitting.agenda, records.Agenda)

    in_hall(tmp_path, test)
