"""An assembly and an executive in one house: two sittings at the same time, kept apart from press to package."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from controller.body_founding import Founding
from controller.conduct import Chair, RosterPlan, Secretary, VotePlan, member_entry, seat_entry
from controller.founding import officer_key
from controller.installation import read_installation
from controller.keyfile import read_key
from controller.officer import ActRefused, OfficerClient
from controller.officer_broker import OfficerLine
from controller.package_reader import read_package
from controller.serving import Served, serve_installation
from protocol.jws import read_envelope
from protocol.keys import Ed25519Signer, PublicKey
from protocol.majority import simple_rule, write_rule_book
from protocol.messages import Refusal, open_message
from protocol.records import Result
from protocol.topics import Party, Topics, Way, client_id
from protocol.verify import verify_package
from seat_client import events as e
from seat_client.broker import BrokerLink, read_broker
from seat_client.events import Button, Happening
from seat_client.journal import MemoryJournal
from seat_client.lamps import Lamp
from seat_client.seat import Seat
from seat_client.service import Parts, SeatService
from seat_client.software_card import SoftwareCard
from seat_client.software_panel import SoftwarePanel
from seat_client.software_reader import SoftwareReader
from tests.controller.installation_room import Done, found, runner, write_installation

WAIT_S = 60
SITTING, VOTE = "sitting-1", "vote-1"
ASSEMBLY_RULE = simple_rule("total", "More than half of all seats", base="statutory")
EXECUTIVE_RULE = simple_rule("plain", "More for than against")


def secret(name: str) -> bytes:
    """32 bytes that belong to a name."""
    return sha256(f"two bodies {name}".encode()).digest()


def card_of(member: str) -> SoftwareCard:
    """A member's card; members of two bodies are different people here."""
    return SoftwareCard(member, secret(f"card {member}"))


class SeatUnit:
    """A real seat with software for hands, in this process."""

    def __init__(self, seat: str, device: Ed25519Signer, root: PublicKey, topics: Topics, url: str) -> None:
        self.reports: list[e.Report] = []
        self.panel, self.reader = SoftwarePanel(lambda _lamp: self._changed.set()), SoftwareReader()
        self._changed = asyncio.Event()
        parts = Parts(BrokerLink([read_broker(url)], topics, seat), self.panel, self.reader, MemoryJournal())
        self.service = SeatService(Seat(seat, device, root), parts, watch=self._note)

    def _note(self, _seat: str, report: e.Report) -> None:
        self.reports.append(report)
        self._changed.set()

    def says(self, what: Happening) -> list[e.Report]:
        """What of this has happened so far."""
        return [report for report in self.reports if report.what is what]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for the seat to get there."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()


@dataclass(slots=True)
class Chamber:
    """One body at work: its officers on the line, its seats, and who sits there."""

    served: Served
    founding: Founding
    topics: Topics
    root: PublicKey
    chair: Chair
    secretary: Secretary
    seats: dict[str, SeatUnit]
    roster: RosterPlan

    async def open(self, vote: str = VOTE) -> str:
        """Arm and open a vote. Returns its `vote-open`."""
        return await self.chair.open(await self.chair.arm(SITTING, VotePlan(vote, f"A vote of {self.name}", self.rule)))

    @property
    def name(self) -> str:
        """The body's identifier."""
        return self.served.config.body

    @property
    def rule(self) -> str:
        """The one rule of its book."""
        return (ASSEMBLY_RULE if self.name == "skupstina" else EXECUTIVE_RULE).id

    async def sit_down(self, members: Mapping[str, str]) -> None:
        """Cards into trays, and wait for the lamps."""
        for seat, member in members.items():
            self.seats[seat].reader.place(card_of(member))
        for seat in members:
            await self.seats[seat].until(lambda seat=seat: self.seats[seat].panel.lamp is Lamp.PRESENT)  # type: ignore[misc]

    async def press(self, seat: str, button: Button) -> None:
        """One press, and wait until the lamp says recorded."""
        unit = self.seats[seat]
        await unit.until(lambda: unit.service.seat.vote_to_press == VOTE)
        before = len(unit.says(Happening.RECORDED))
        unit.panel.push(button)
        await unit.until(lambda: len(unit.says(Happening.RECORDED)) > before)

    def leaves(self) -> list[bytes]:
        """The log as it is on the disk."""
        return [leaf for some in self.served.store.leaves() for leaf in some]


def roster_of(body: str, size: int) -> RosterPlan:
    """Members a1.. or e1..; seats have the same ids in both bodies, as two rooms number them."""
    members = [f"{'a' if body == 'skupstina' else 'e'}{number}" for number in range(1, size + 1)]
    rule = ASSEMBLY_RULE if body == "skupstina" else EXECUTIVE_RULE
    return RosterPlan(
        SITTING, size, size,
        [member_entry(member, f"Member {member}", "group", card_of(member).public.jwk()) for member in members],
        [
            seat_entry(seat, Ed25519Signer(secret(f"{body} {seat}")).public.jwk(), seat)
            for seat in (f"s-{number:02d}" for number in range(1, size + 1))
        ],
        write_rule_book([rule]),
    )  # fmt: skip


@asynccontextmanager
async def house(directory: Path) -> AsyncIterator[tuple[Chamber, Chamber]]:
    """Both bodies served by one process, with their sittings open and every seat connected."""
    foundings = found(write_installation(directory))
    installation = read_installation(directory)
    async with serve_installation(installation) as bodies, AsyncExitStack() as stack:
        chambers = []
        for served, founding in zip(bodies, foundings, strict=True):
            body = served.config
            topics = installation.log_of(body.body).topics
            root = read_key(founding.root_key).public
            clients = [
                await stack.enter_async_context(
                    OfficerClient(
                        officer.id, officer_key(founding.keys, officer.id), root.thumbprint, topics, served.url
                    )
                )
                for officer in (body.officer_with("chair"), body.officer_with("secretary"))
            ]
            seats = {
                entry["id"]: SeatUnit(
                    entry["id"], Ed25519Signer(secret(f"{body.body} {entry['id']}")), root, topics, served.url
                )
                for entry in roster_of(body.body, body.statutory).seats
            }
            for unit in seats.values():
                stack.push_async_callback(_end, asyncio.create_task(unit.service.run()))
            chamber = Chamber(
                served, founding, topics, root, Chair(clients[0]), Secretary(clients[1]), seats,
                roster_of(body.body, body.statutory),
            )  # fmt: skip
            await chamber.chair.open_sitting(SITTING, await chamber.secretary.submit_roster(chamber.roster))
            chambers.append(chamber)
        yield chambers[0], chambers[1]


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def in_house(directory: Path, story: Callable[[Chamber, Chamber], Awaitable[None]]) -> None:
    """Run a story in a house with two bodies, with an end to all waiting."""

    async def play() -> None:
        async with asyncio.timeout(WAIT_S), house(directory) as (assembly, executive):
            await story(assembly, executive)

    asyncio.run(play())


async def seat_all(*chambers: Chamber) -> None:
    """Everybody sits down."""
    for chamber in chambers:
        members = [entry["id"] for entry in chamber.roster.members]
        await chamber.sit_down(dict(zip(chamber.seats, members, strict=True)))


def check_only_noted(chamber: Chamber, before: list[bytes]) -> None:
    """Since `before` the log has grown by the controller's own note of an attempt and nothing else."""
    after = chamber.leaves()
    assert after[: len(before)] == before
    assert [read_envelope(leaf).kind for leaf in after[len(before) :]] == ["incident"]


async def vote_by_turns(
    assembly: Chamber, executive: Chamber, presses: Sequence[tuple[Chamber, str, Button]]
) -> tuple[Result, Result]:
    """A vote in each body, open at the same time; presses come as listed; both close, announce and end."""
    opened = {chamber.name: await chamber.open() for chamber in (assembly, executive)}
    for chamber, seat, button in presses:
        await chamber.press(seat, button)
    for chamber in (executive, assembly):
        await chamber.chair.step(opened[chamber.name], "last-call")
    ended = {chamber.name: await chamber.chair.close(opened[chamber.name]) for chamber in (assembly, executive)}
    for chamber in (executive, assembly):
        await chamber.chair.announce(ended[chamber.name][0])
        await chamber.chair.close_sitting(SITTING)
    return ended["skupstina"][1], ended["vece"][1]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run `chamber` in this process."""
    return runner(monkeypatch, capsys)


def test_two_sittings_at_once_are_kept_apart(tmp_path: Path, run: Callable[..., Done]) -> None:
    """Same ids of sitting, vote, chair and seats: each body's result comes from its own presses under its own rule."""
    logs: dict[str, list[bytes]] = {}

    async def story(assembly: Chamber, executive: Chamber) -> None:
        await seat_all(assembly, executive)
        presses = [
            (assembly, "s-01", Button.FOR), (executive, "s-01", Button.AGAINST), (assembly, "s-02", Button.FOR),
            (executive, "s-02", Button.FOR), (executive, "s-03", Button.FOR), (assembly, "s-03", Button.AGAINST),
        ]  # fmt: skip
        theirs, ours = await vote_by_turns(assembly, executive, presses)
        # Two of five seats are no majority of all; two of three present are a simple one.
        assert (theirs.outcome == "adopted", theirs.needed, theirs.counts) == (False, 3, (2, 1, 0))
        assert (ours.outcome == "adopted", ours.counts) == (True, (2, 1, 0))
        logs.update({chamber.name: chamber.leaves() for chamber in (assembly, executive)})

    in_house(tmp_path, story)
    assert not set(logs["skupstina"]) & set(logs["vece"])
    words = {founding.config.body: founding.root_words for founding in found(tmp_path)}
    for body, other in (("skupstina", "vece"), ("vece", "skupstina")):
        done = run("export", SITTING, "--dir", tmp_path, "--body", body, "--json")
        assert done.code == 0, done.err
        package = Path(json.loads(done.out)["package"])
        place = tmp_path if body == "skupstina" else tmp_path / "bodies" / body
        assert package == place / "packages" / SITTING / "v1"
        files = read_package(package)
        verdict = verify_package(files, words[body])
        assert (verdict.verdict, verdict.root, verdict.votes, verdict.ballots) == ("verified", "confirmed", 1, 3)
        assert verify_package(files, words[other]).verdict == "refused"


def test_officer_of_the_other_body_is_refused(tmp_path: Path) -> None:
    """Even under the id of its own chair: the key is not in this log. Only the attempt is noted."""

    async def story(assembly: Chamber, executive: Chamber) -> None:
        before = executive.leaves()
        stranger = officer_key(assembly.founding.keys, "chair")
        # An id of nobody, or the real chair's session would be taken over.
        line = OfficerClient("visitor", stranger, executive.root.thumbprint, executive.topics, executive.served.url)
        async with line:
            with pytest.raises(ActRefused) as caught:
                await Chair(line).close_sitting(SITTING)
        assert caught.value.code == "unknown-key"
        check_only_noted(executive, before)
        await executive.chair.close_sitting(SITTING)

    in_house(tmp_path, story)


def test_card_of_the_other_body_is_refused(tmp_path: Path) -> None:
    """The lamp says so; the member's own body still takes the card."""

    async def story(assembly: Chamber, executive: Chamber) -> None:
        unit = executive.seats["s-01"]
        unit.reader.place(card_of("a1"))
        await unit.until(lambda: unit.says(Happening.REFUSED))
        assert [report.reason for report in unit.says(Happening.REFUSED)] == ["unknown-key"]
        sitting = executive.served.service.recorder.memory.state.sittings[SITTING]
        assert sitting.present == set()
        await assembly.sit_down({"s-01": "a1"})

    in_house(tmp_path, story)


def test_ballot_of_the_other_body_is_refused(tmp_path: Path) -> None:
    """The very bytes that count in one log, sent to the other's controller; its own vote is as it was."""

    async def story(assembly: Chamber, executive: Chamber) -> None:
        await seat_all(assembly, executive)
        await assembly.open()
        await executive.open()
        await assembly.press("s-01", Button.FOR)
        ballot = next(leaf for leaf in assembly.leaves() if read_envelope(leaf).kind == "ballot")
        before = executive.leaves()
        refusal = await _answer_to(ballot, executive)
        assert refusal.reason == "unknown-key"
        check_only_noted(executive, before)
        await executive.press("s-01", Button.AGAINST)
        (vote,) = executive.served.service.recorder.memory.state.opens.values()
        assert {member: ballot.choice for member, ballot in vote.ballots.items()} == {"e1": ("against",)}

    in_house(tmp_path, story)


async def _answer_to(data: bytes, chamber: Chamber) -> Refusal:
    """Send bytes up as an unknown seat would, and return the refusal that comes down."""
    down, up = (chamber.topics.of(Party.SEAT, "s-99", way) for way in (Way.DOWN, Way.UP))
    line = OfficerLine(chamber.served.url, client_id(Party.SEAT, "s-99"), [(down, 1)])

    async def first() -> bytes:
        async for _topic, payload in line.messages():
            return payload
        raise AssertionError("a line goes on for ever")

    waiting = asyncio.create_task(first())
    await line.connected.wait()
    assert await line.send(up, data)
    payload = await waiting
    answer = open_message(payload, read_key(chamber.founding.keys / "controller.key").public)
    assert isinstance(answer, Refusal)
    return answer
