"""The seats' process as the controller sees it: events in, commands out, and an end whatever it says."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import pytest

from controller.fleet_process import Fleet, FleetFailed

WAIT_S = 30
SCRIPT = "import sys, json\ndef say(**event):\n    print(json.dumps(event), flush=True)\n"


def with_fleet(script: str, test: Callable[[Fleet], Awaitable[None]], limit: int = 2**16) -> None:
    """Run a test against a process that runs `script`."""

    async def run() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            SCRIPT + script,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=limit,
        )
        fleet = Fleet(process)
        listening = asyncio.create_task(fleet.listen())
        try:
            async with asyncio.timeout(WAIT_S):
                await test(fleet)
        finally:
            if process.returncode is None:
                process.kill()
            await fleet.stop()
            await listening

    asyncio.run(run())


ECHO = """
say(event="ready", seats=2)
for line in sys.stdin:
    command = json.loads(line)
    if command["do"] == "cards":
        for seat in command["out"]:
            say(event="absent", seat=seat, member="")
        for seat, member in command["in"].items():
            say(event="present", seat=seat, member=member)
    elif command["do"] == "vote":
        say(event="settled", vote="another")
        say(event="settled", vote=command["vote"])
    elif command["do"] == "quit":
        break
"""


def test_cards_and_votes() -> None:
    """Exactly these seats hold these members; a vote is over when it has settled."""

    async def test(fleet: Fleet) -> None:
        await fleet.wait_for("ready")
        for members in ({"s1": "m1", "s2": "m2"}, {"s1": "m2"}, {"s2": "m1", "s1": "m2"}, {}, {}):
            await fleet.seat(members)
            assert fleet.present == members
        await fleet.vote("v1", {"s1": "for"})
        await fleet.vote("v1", {"s1": "for"})
        await fleet.press({"s1": "for"})

    with_fleet(ECHO, test)


def test_event_counts_once() -> None:
    """One that was seen before anybody waited is not lost, and not used twice."""

    async def test(fleet: Fleet) -> None:
        await fleet.wait_for("done")
        assert (await fleet.wait_for("x"))["n"] == 1
        assert (await fleet.wait_for("x", lambda event: event["n"] == 3))["n"] == 3
        assert (await fleet.wait_for("x"))["n"] == 2
        with pytest.raises(FleetFailed):
            await fleet.wait_for("x")

    with_fleet('for n in (1, 2, 3):\n    say(event="x", n=n)\nsay(event="done")\n', test)


def test_watchers_see_everything() -> None:
    """In order."""
    seen: list[object] = []

    async def test(fleet: Fleet) -> None:
        fleet.watchers.append(lambda event: seen.append(event["event"]))
        fleet.send(do="go")
        await fleet.wait_for("b")

    with_fleet('sys.stdin.readline()\nsay(event="a")\nsay(event="b")\n', test)
    assert seen == ["a", "b"]


@pytest.mark.parametrize(
    "script",
    [
        "", "raise SystemExit(1)", 'print("hello")', 'print("[1]")', 'print("null")', 'print("{}")', 'print("\\x00")',
        'say(event="present")', 'print("[" * 100000)', 'print("x" * 10_000_000)',
        'sys.stdout.buffer.write(b"\\xff\\n")',
    ],
)  # fmt: skip
def test_process_that_ends_or_speaks_nonsense(script: str) -> None:
    """Whoever waits gets an error, whatever he waits for."""

    async def test(fleet: Fleet) -> None:
        with pytest.raises(FleetFailed):
            await fleet.wait_for("ready")
        with pytest.raises(FleetFailed):
            await fleet.seat({"s1": "m1"})
        with pytest.raises(FleetFailed):
            await fleet.vote("v1", {})

    with_fleet(script, test)


def test_process_that_dies_while_one_waits() -> None:
    """The wait ends."""

    async def test(fleet: Fleet) -> None:
        waiting = asyncio.create_task(fleet.wait_for("never"))
        await fleet.wait_for("ready")
        fleet.send(do="quit")
        with pytest.raises(FleetFailed):
            await waiting

    with_fleet(ECHO, test)


def test_stop_is_patient_then_firm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that does not go is ended."""
    monkeypatch.setattr("controller.fleet_process._STOP_S", 0.1)

    async def test(fleet: Fleet) -> None:
        await fleet.wait_for("ready")
        await fleet.stop()
        with pytest.raises(FleetFailed):
            await fleet.wait_for("anything")

    with_fleet('import signal, threading\nsay(event="ready")\nthreading.Event().wait()\n', test)
