"""Cards of three kinds on simulated hardware, from the tray to a verified package; and cards that should not vote.

One card signs, one proves its key to the controller, one proves nothing.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from controller.card_register import CardRegister, RegisteredCard
from controller.conduct import Chair, RosterPlan, Secretary, VotePlan, member_entry, seat_entry
from controller.founding import Body, OfficerPlan, found_log, founding_records, make_keys, officer_key, read_keys
from controller.house import EMBEDDED, House, MemberPlan, open_house
from controller.keyfile import read_key
from controller.officer import OfficerClient
from controller.package_reader import read_package
from controller.service import unix_ms
from controller.serving import make_service, run_beside
from controller.store import Store
from firmware_sim.cards.faulty import CardFault
from firmware_sim.cards.iso14443a import CardA
from firmware_sim.cards.ntag424 import ntag424_card
from firmware_sim.cards.ntag424_files import NDEF
from firmware_sim.cards.uid import uid_card
from firmware_sim.commands import MoveCards, Quit
from firmware_sim.fleet.attested import make_chip
from firmware_sim.fleet.hardware_kit import HardwareKit
from firmware_sim.fleet.kit import Kit, See
from firmware_sim.fleet.seats import Fleet
from firmware_sim.plan import AttestedCards, read_plan, uid_of_secret
from protocol.keys import Ed25519Signer
from protocol.majority import simple_rule, write_rule_book
from protocol.package import SESSION
from protocol.verify import verify_package

BODY = Body("novigrad", "assembly", "2024")
OFFICERS = [OfficerPlan("chair", "chair", "Chair"), OfficerPlan("secretary", "secretary", "Secretary")]
MEMBERS = [
    MemberPlan("m-signs", "Signs", "", "piv"),
    MemberPlan("m-proves", "Proves", "", "ntag424"),
    MemberPlan("m-shows", "Shows", "", "uid"),
]
SITTING = "s1"
WAIT_S = 60.0


async def open_sitting(house: House) -> Chair:
    """Roster and opening."""
    rules = write_rule_book([simple_rule("simple", "Simple")])
    plan = RosterPlan(SITTING, len(MEMBERS), len(MEMBERS), house.members, house.seats, rules)
    roster = await Secretary(house.officers["secretary"]).submit_roster(plan)
    chair = Chair(house.officers["chair"])
    await chair.open_sitting(SITTING, roster)
    return chair


async def hold_vote(house: House, chair: Chair, vote: str, choices: dict[str, str], **plan: Any) -> str:
    """Open, press, close. Returns the open's hash."""
    opened = await chair.open(await chair.arm(SITTING, VotePlan(vote, vote, "simple", **plan)))
    await house.fleet.vote(vote, {house.seat_of[member]: choice for member, choice in choices.items()})
    await chair.step(opened, "last-call")
    result, _ = await chair.close(opened)
    await chair.announce(result)
    return opened


@pytest.mark.parametrize("hardware", [True, False], ids=["hardware", "software"])
def test_members_with_cards_of_every_kind_vote_and_the_package_says_which(tmp_path: Path, hardware: bool) -> None:
    """Grade B is told ballot by ballot, and where each ballot is signed by the card only the card that can counts."""

    async def hold() -> tuple[Path, str, list[dict[str, Any]]]:
        async with (
            asyncio.timeout(WAIT_S),
            open_house(tmp_path / "house", BODY, OFFICERS, MEMBERS, hardware=hardware) as house,
        ):
            told: list[dict[str, Any]] = []
            house.fleet.watchers.append(told.append)
            chair = await open_sitting(house)
            await house.fleet.seat({house.seat_of[member.id]: member.id for member in MEMBERS})
            everyone = {"m-signs": "for", "m-proves": "against", "m-shows": "for"}
            await hold_vote(house, chair, "v-1", everyone)
            await hold_vote(house, chair, "v-2", everyone, sign="card")
            await house.fleet.seat({})
            await chair.close_sitting(SITTING)
            return house.export(SITTING, tmp_path / "out"), house.root_words, told

    package, words, told = asyncio.run(hold())
    files = read_package(package)
    verdict = verify_package(files, words)
    assert (verdict.verdict, verdict.root) == ("verified", "confirmed")
    document = json.loads(files[SESSION])
    assert {member["id"]: member["grade"] for member in document["members"]} == {
        "m-signs": "piv", "m-proves": "ntag424", "m-shows": "uid",
    }  # fmt: skip
    first, second = (
        {row["member"]: (row["standing"], row["attested"]) for row in vote["ballots"]} for vote in document["votes"]
    )
    assert first == {"m-signs": ("for", 0), "m-proves": ("against", 1), "m-shows": ("for", 1)}
    assert second == {"m-signs": ("for", 0), "m-proves": ("not-voting", 0), "m-shows": ("not-voting", 0)}
    refused = {(event["member"], event["reason"]) for event in told if event["event"] == "refused"}
    assert refused == {("m-proves", "card-cannot-sign"), ("m-shows", "card-cannot-sign")}
    assert document["incidents"] == []


# --- Cards that should not vote ---------------------------------------------------------------------------------

MASTER = bytes(range(16))
SECRETS = {name: bytes([number]) * 32 for number, name in enumerate(("shown", "silent", "bare", "stranger"), 1)}
UIDS = {name: uid_of_secret(secret) for name, secret in SECRETS.items()}
KINDS = {"shown": ("ntag424", True), "silent": ("ntag424", False), "bare": ("uid", False)}
REGISTER = CardRegister(
    {UIDS[name].hex(): RegisteredCard(UIDS[name].hex(), f"m-{name}", *of) for name, of in KINDS.items()}, MASTER
)
SEATS = ("s-1", "s-2", "s-3")
DEVICES = {seat: Ed25519Signer(seat.encode().ljust(32, b"\x00")) for seat in SEATS}


def ntag(name: str, master: bytes = MASTER, fault: CardFault | None = None) -> CardA:
    """An NTAG 424 with this number, under a master key."""
    chip = make_chip(AttestedCards({}, BODY.chamber, master), SECRETS[name], fault)
    mirror = chip.files[NDEF].mirror
    assert mirror is not None
    mirror.counter = 5
    return ntag424_card(chip, UIDS[name])


class Trays:
    """Hardware for a fleet, with whatever cards; `firmware_sim.fleet.kit.Kits`."""

    def __init__(self, cards: Mapping[str, CardA]) -> None:
        self._cards = cards

    def knows(self, member: str) -> bool:
        """True if there is such a card."""
        return member in self._cards

    def make(self, see: See) -> Kit:
        """The kit of a seat."""
        return HardwareKit(self._cards, see, Random(1))


class Hall:
    """Seats on simulated hardware at a running controller, and what they tell."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.incidents: Callable[[], list[tuple[str, str]]] = list
        self.fleet: Fleet
        self._changed = asyncio.Event()

    def emit(self, **event: Any) -> None:
        """An event of the fleet."""
        self.told.append(event)
        self._changed.set()

    async def lay(self, card: str, seat: str = "s-1") -> tuple[str, str]:
        """Lay a card into a tray. Returns what came of it: (`present`, member), or (`refused`, reason)."""
        start = len(self.told)
        await self.fleet.carry_out(MoveCards({seat: card}))
        came = await self._next(start, {"present", "refused"})
        return came["event"], came["member"] if came["event"] == "present" else came["reason"]

    async def take(self, seat: str = "s-1") -> None:
        """Take it out, and wait until the seat has said so."""
        start = len(self.told)
        await self.fleet.carry_out(MoveCards(removed=(seat,)))
        await self._next(start, {"absent"})

    async def fault(self) -> str:
        """The reason of the first fault."""
        return str((await self._next(0, {"fault"}))["reason"])

    async def until_ready(self) -> None:
        """Every seat has keys and head."""
        await self._next(0, {"ready"})

    async def _next(self, start: int, kinds: set[str]) -> dict[str, Any]:
        while True:
            found = [event for event in self.told[start:] if event["event"] in kinds]
            if found:
                return found[0]
            self._changed.clear()
            await self._changed.wait()


@asynccontextmanager
async def open_hall(directory: Path, cards: Mapping[str, CardA], *, demo: bool) -> AsyncIterator[Hall]:
    """A founded log with an open sitting of the register's members, served; three seats with empty trays."""
    make_keys(directory / "keys", OFFICERS, os.urandom)
    keys, root = read_keys(directory / "keys"), read_key(directory / "keys" / "root.key")
    async with asyncio.timeout(WAIT_S), AsyncExitStack() as stack:
        store = Store(directory)
        stack.callback(store.close)
        store.claim()
        signed = [(plan, officer_key(directory / "keys", plan.id)) for plan in OFFICERS]
        found_log(store, keys, BODY, founding_records(BODY, root, keys, signed, unix_ms()), os.urandom, unix_ms())
        service = make_service(store, keys, BODY.topics, EMBEDDED, 3, cards=REGISTER, demo=demo)
        await run_beside(stack, service)
        secretary, chair = [
            await stack.enter_async_context(
                OfficerClient(plan.id, signer, root.public.thumbprint, BODY.topics, service.bus.url)
            )
            for plan, signer in reversed(signed)
        ]
        members = [member_entry(f"m-{name}", name, "", {}, kind) for name, (kind, _) in KINDS.items()]
        seats = [seat_entry(seat, device.public.jwk(), seat) for seat, device in DEVICES.items()]
        rules = write_rule_book([simple_rule("simple", "Simple")])
        roster = await Secretary(secretary).submit_roster(RosterPlan(SITTING, 3, 3, members, seats, rules))
        await Chair(chair).open_sitting(SITTING, roster)
        plan = read_plan(
            json.dumps({
                "v": 1, "chamber": BODY.chamber, "body": BODY.body, "root": root.public.jwk(), "journal_dir": "",
                "seed": 1, "cards": [],
                "seats": [{"id": seat, "device_seed": seat.encode().ljust(32, b"\x00").hex()} for seat in SEATS],
            }).encode()
        )  # fmt: skip
        hall = Hall()
        hall.fleet = Fleet(plan, [service.bus.url], hall.emit, Trays(cards))
        hall.incidents = lambda: [(i.about, i.code) for _, i in service.recorder.memory.state.incidents]
        hall.fleet.start()
        await hall.until_ready()
        yield hall
        await hall.fleet.carry_out(Quit())


def test_card_that_is_not_in_the_register_is_refused_at_its_seat(tmp_path: Path) -> None:
    """Also if its keys come from the right master; nothing is noted, and the next card votes."""

    async def play() -> None:
        async with open_hall(tmp_path, {"a": ntag("stranger"), "b": ntag("shown")}, demo=True) as hall:
            assert await hall.lay("a") == ("refused", "card-unknown")
            await hall.take()
            assert await hall.lay("b") == ("present", "m-shown")
            assert hall.incidents() == []

    asyncio.run(play())


def test_card_with_the_number_of_another_and_no_key_of_it_is_refused(tmp_path: Path) -> None:
    """What it shows gives it away, and is noted; one that shows nothing refuses the controller itself."""

    async def play() -> None:
        cards = {"a": ntag("shown", bytes(16)), "b": ntag("silent", bytes(16))}
        async with open_hall(tmp_path, cards, demo=True) as hall:
            assert await hall.lay("a") == ("refused", "card-proof")
            assert hall.incidents() == [("seat-s-1", "card-proof")]
            await hall.fleet.carry_out(MoveCards({"s-2": "b"}))
            assert await hall.fault() == "card-authentication"
            assert hall.incidents() == [("seat-s-1", "card-proof")]

    asyncio.run(play())


def test_copy_whose_counter_stands_still_is_refused(tmp_path: Path) -> None:
    """The first time it cannot be told from the card; the second time it is, at whichever seat."""

    async def play() -> None:
        cards = {"a": ntag("shown", fault=CardFault.FROZEN_COUNTER)}
        async with open_hall(tmp_path, cards, demo=True) as hall:
            assert await hall.lay("a") == ("present", "m-shown")
            await hall.take()
            assert await hall.lay("a", "s-2") == ("refused", "card-cloned")
            assert hall.incidents() == [("seat-s-2", "card-cloned")]

    asyncio.run(play())


def test_card_that_comes_back_is_attested_again(tmp_path: Path) -> None:
    """Its counter has grown with the reading."""

    async def play() -> None:
        async with open_hall(tmp_path, {"a": ntag("shown")}, demo=False) as hall:
            for seat in ("s-1", "s-1", "s-2"):
                assert await hall.lay("a", seat) == ("present", "m-shown")
                await hall.take(seat)

    asyncio.run(play())


def test_bare_card_votes_in_a_demonstration_only(tmp_path: Path) -> None:
    """Anyone can copy it."""

    async def play(demo: bool, directory: Path) -> tuple[str, str]:
        async with open_hall(directory, {"a": uid_card(UIDS["bare"])}, demo=demo) as hall:
            return await hall.lay("a")

    assert asyncio.run(play(True, tmp_path / "demo")) == ("present", "m-bare")
    assert asyncio.run(play(False, tmp_path / "sitting")) == ("refused", "card-kind")
