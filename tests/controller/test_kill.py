"""The real controller, killed again and again in mid-vote under 39 real seats: nothing is lost, nothing doubled."""

import asyncio
import json
import os
import random
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from controller.conduct import Chair, RosterPlan, Secretary, VotePlan, member_entry, seat_entry
from controller.export import export_package
from controller.fleet_process import Event, Fleet, start_fleet
from controller.founding import Body, OfficerPlan, found_log, founding_records, make_keys, officer_key, read_keys
from controller.keyfile import read_key
from controller.officer import OfficerClient
from controller.package_reader import read_package
from controller.recovery import recover, topics_of
from controller.service import unix_ms
from controller.store import Store
from protocol import records
from protocol.jws import read_envelope
from protocol.keys import Ed25519Signer, P256Signer, p256_secret
from protocol.majority import simple_rule, write_rule_book
from protocol.records import read_record
from protocol.verify import verify_package
from protocol.words import root_words

SEATS = 39
ROUNDS = 12
BODY = Body("kikinda", "assembly", "2024")
OFFICERS = (OfficerPlan("chair", "chair", "Chair"), OfficerPlan("secretary", "secretary", "Secretary"))
CHOICES = ("for", "against", "abstain")
START_S = 30


class Controller:
    """The controller's process. `kills` counts how often it died."""

    def __init__(self, directory: Path, port: int) -> None:
        self.kills = 0
        self._directory, self._port = directory, port
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, moment: str = "never", number: int = 0) -> None:
        """Start it and wait until it serves."""
        script = Path(__file__).with_name("kill_controller.py")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, str(script), str(self._directory), str(self._port), moment, str(number),
            stdout=asyncio.subprocess.PIPE, env=environment,
        )  # fmt: skip
        assert self._process.stdout is not None
        async with asyncio.timeout(START_S):
            assert await self._process.stdout.readline() == b"serving\n"

    async def kill(self) -> None:
        """End it with a signal that it cannot catch, unless it died already."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        self.kills += 1

    async def died(self) -> None:
        """Wait until it dies by itself."""
        assert self._process is not None
        await self._process.wait()


class Watch:
    """What the lamps showed: every press with its receipt, in the order of the events."""

    def __init__(self, fleet: Fleet) -> None:
        self.recorded: list[tuple[str, str]] = []
        self.wrong: list[Event] = []
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        fleet.watchers.append(self._see)

    def _see(self, event: Event) -> None:
        if event["event"] == "recorded" and event["choice"]:
            self.recorded.append((event["member"], event["choice"][0]))
            task = asyncio.get_running_loop().create_task(self._wake())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif event["event"] in {"error", "refused", "not-counted"}:
            self.wrong.append(event)

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, count: int) -> None:
        """Wait until so many presses showed *recorded*."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.recorded) >= count)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def found(directory: Path) -> tuple[dict[str, str], RosterPlan, Path, str]:
    """Keys, log, and the seats' plan. Returns seats by member, the roster, the plan's file and the root's words."""
    make_keys(directory / "keys", OFFICERS, os.urandom)
    keys, root = read_keys(directory / "keys"), read_key(directory / "keys" / "root.key")
    signed = [(plan, officer_key(directory / "keys", plan.id)) for plan in OFFICERS]
    store = Store(directory)
    found_log(store, keys, BODY, founding_records(BODY, root, keys, signed, unix_ms()), os.urandom, unix_ms())
    store.close()
    devices = {f"s-{number:02d}": os.urandom(32) for number in range(1, SEATS + 1)}
    cards = {f"m-{number:02d}": p256_secret(os.urandom(32)) for number in range(1, SEATS + 1)}
    plan: dict[str, Any] = {
        "v": 1, "chamber": BODY.chamber, "body": BODY.body, "root": root.public.jwk(),
        "journal_dir": str(directory / "journals"), "seed": 1,
        "seats": [{"id": seat, "device_seed": secret.hex()} for seat, secret in devices.items()],
        "cards": [{"member": member, "secret": secret.hex()} for member, secret in cards.items()],
    }  # fmt: skip
    (directory / "journals").mkdir()
    path = directory / "fleet.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    path.chmod(0o600)
    roster = RosterPlan(
        "sitting-1", SEATS, SEATS,
        [member_entry(m, f"Member {m}", "group", P256Signer(secret).public.jwk()) for m, secret in cards.items()],
        [seat_entry(seat, Ed25519Signer(secret).public.jwk(), seat) for seat, secret in devices.items()],
        write_rule_book([simple_rule("simple", "More for than against")]),
    )  # fmt: skip
    return dict(zip(devices, cards, strict=True)), roster, path, root_words(root.public)


@asynccontextmanager
async def officers(directory: Path, url: str) -> AsyncIterator[tuple[Chair, Secretary]]:
    """Chair and secretary on the line."""
    root = read_key(directory / "keys" / "root.key").public.thumbprint
    chair, secretary = (
        OfficerClient(plan.id, officer_key(directory / "keys", plan.id), root, BODY.topics, url) for plan in OFFICERS
    )
    async with chair, secretary:
        yield Chair(chair), Secretary(secretary)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1])
def test_killed_controller_loses_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    """Twelve rounds of presses, each with a death at a seeded moment: from outside, before or after a durable batch."""
    asyncio.run(_kill_again_and_again(tmp_path, seed))


async def _kill_again_and_again(directory: Path, seed: int) -> None:
    generator = random.Random(seed)
    member_of, roster, plan, words = found(directory)
    port = free_port()
    controller = Controller(directory, port)
    await controller.start()
    url = f"mqtt://127.0.0.1:{port}"
    last: dict[str, str] = {}
    try:
        async with officers(directory, url) as (chair, secretary), start_fleet(plan, url) as fleet:
            watch = Watch(fleet)
            await chair.open_sitting("sitting-1", await secretary.submit_roster(roster))
            await fleet.seat(member_of)
            opened = await chair.open(await chair.arm("sitting-1", VotePlan("vote-1", "A vote", "simple")))
            await fleet.vote("vote-1", dict.fromkeys(member_of, "for"))
            last = dict.fromkeys(member_of.values(), "for")
            for number in range(1, ROUNDS + 1):
                moment = generator.choice(("outside", "outside", "before", "after"))
                if moment != "outside":
                    await controller.kill()
                    await controller.start(moment, generator.randint(1, 2))
                presses = {
                    seat: generator.choice([choice for choice in CHOICES if choice != last[member]])
                    for seat, member in member_of.items()
                }
                await fleet.press(presses)
                if moment == "outside":
                    await watch.until(number * SEATS + generator.randrange(SEATS))
                else:
                    await controller.died()
                await controller.kill()
                await controller.start()
                await watch.until((number + 1) * SEATS)
                last = {member: presses[seat] for seat, member in member_of.items()}
            await _end(controller, chair, opened)
            assert watch.wrong == []
            shown = Counter(watch.recorded)
    finally:
        await controller.kill()
    assert controller.kills >= ROUNDS
    _check(directory, shown, last, words)


async def _end(controller: Controller, chair: Chair, opened: str) -> None:
    """Last call, close, result, announcement and the sitting's end, with a death in the middle of each act."""
    for act in (
        chair.step(opened, "last-call"),
        chair.close(opened),
        chair.close_sitting("sitting-1"),
    ):
        running = asyncio.ensure_future(act)
        await asyncio.wait({running}, timeout=0)
        await controller.kill()
        await controller.start()
        result = await running
        if isinstance(result, tuple):
            await chair.announce(result[0])


def _check(directory: Path, shown: Counter[tuple[str, str]], last: dict[str, str], words: str) -> None:
    """The log against the lamps, then the package against everybody."""
    store = Store(directory)
    leaves = [leaf for some in store.leaves() for leaf in some]
    assert len(set(leaves)) == len(leaves), "a leaf stands twice in the log"
    envelopes = [read_envelope(leaf) for leaf in leaves]
    ballots = [read_record(e.kind, e.payload) for e in envelopes if e.kind == "ballot"]
    logged = Counter((b.member, b.choice[0]) for b in ballots if isinstance(b, records.Ballot))
    assert sum(shown.values()) == (ROUNDS + 1) * SEATS
    assert logged == shown, "every press that showed recorded is in the log once, and nothing else is"
    recorder = recover(store, read_keys(directory / "keys"), topics_of, os.urandom)
    signer = officer_key(directory / "keys", "secretary")
    folder = export_package(store, recorder.memory, recorder.checkpoint, "sitting-1", signer, directory / "packages")
    store.close()
    verdict = verify_package(read_package(folder), words)
    assert verdict.as_json() | {"void": 0} == {
        "verdict": "verified", "root": "confirmed", "sitting": "sitting-1", "votes": 1, "ballots": SEATS, "void": 0,
        "witnesses": [], "problem": None,
    }  # fmt: skip
    assert verdict.void == ROUNDS * SEATS, "the replaced presses and no others"
    assert verdict.state is not None
    vote = verdict.state.sittings["sitting-1"].votes["vote-1"]
    assert {member: ballot.choice[0] for member, ballot in vote.ballots.items()} == last
