"""The simulated seats: a child process that speaks one JSON object a line on its standard input and output.

The controller never imports simulated hardware; it starts it, as it would find real seats in the room.
"""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from protocol.errors import ChamberError

log = logging.getLogger(__name__)
Event = dict[str, Any]
_LINE_BYTES_MAX = 4 * 1024 * 1024
_STOP_S = 10


class FleetFailed(ChamberError):
    """The seats' process ended by itself or spoke nonsense."""

    code = "fleet"


class Fleet:
    """A running fleet. `present` maps seats to the members whose sessions are recorded there."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.present: dict[str, str] = {}
        self.watchers: list[Callable[[Event], None]] = []
        self._process = process
        self._changed = asyncio.Condition()
        self._seen: dict[str, list[Event]] = {}
        self._failure = ""

    def send(self, **command: object) -> None:
        """Give the seats a command."""
        assert self._process.stdin is not None, "started with pipes"
        self._process.stdin.write(json.dumps(command, ensure_ascii=False).encode() + b"\n")

    async def listen(self) -> None:
        """Read events until the process ends. After something that is no event, nothing more is believed."""
        assert self._process.stdout is not None, "started with pipes"
        while True:
            try:
                line = await self._process.stdout.readline()
                if not line:
                    break
                self._take(json.loads(line))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                self._failure = f"the seats said something that is no event: {error}"
                break
            async with self._changed:
                self._changed.notify_all()
        self._failure = self._failure or "the seats' process ended"
        async with self._changed:
            self._changed.notify_all()
        # To the end, or the pipe stays open and a full one would hold the process back.
        while await self._process.stdout.read(_LINE_BYTES_MAX):
            pass

    def _take(self, event: Event) -> None:
        name = str(event["event"])
        self._seen.setdefault(name, []).append(event)
        if name == "present":
            self.present[event["seat"]] = event["member"]
        elif name == "absent":
            self.present.pop(event["seat"], None)
        for watcher in self.watchers:
            watcher(event)

    async def wait_for(self, name: str, wanted: Callable[[Event], bool] = lambda _event: True) -> Event:
        """Wait for an event (one already seen counts once). Raises `FleetFailed`."""
        found: list[Event] = []

        def is_there() -> bool:
            found.extend(event for event in self._seen.get(name, []) if wanted(event))
            return bool(found) or bool(self._failure)

        async with self._changed:
            await self._changed.wait_for(is_there)
        if not found:
            raise FleetFailed(self._failure)
        self._seen[name].remove(found[0])
        return found[0]

    async def seat(self, members: Mapping[str, str]) -> None:
        """Put cards in and take cards out until exactly these seats hold these members. Raises `FleetFailed`."""
        current = dict(self.present)
        out = [seat for seat, member in current.items() if members.get(seat) != member]
        into = {seat: member for seat, member in members.items() if current.get(seat) != member}
        if out or into:
            self.send(do="cards", **{"in": into, "out": out})
        async with self._changed:
            await self._changed.wait_for(lambda: self.present == dict(members) or bool(self._failure))
        if self._failure:
            raise FleetFailed(self._failure)

    async def vote(self, vote: str, choices: Mapping[str, str], *, habits: bool = False) -> None:
        """Let members answer a running vote; wait until every planned press has its receipt. Raises `FleetFailed`."""
        self.send(do="vote", choices=dict(choices), habits=habits, vote=vote)
        await self.wait_for("settled", lambda event: event["vote"] == vote)

    async def press(self, presses: Mapping[str, str]) -> None:
        """Push buttons at once."""
        self.send(do="press", presses=dict(presses))

    async def stop(self) -> None:
        """End the process, by force if it does not go."""
        self.watchers.clear()
        with suppress(OSError, ConnectionError):
            self.send(do="quit")
        try:
            async with asyncio.timeout(_STOP_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def start_fleet(plan: Path, url: str, *, hardware: bool = False) -> AsyncIterator[Fleet]:
    """Start the seats of a plan against a broker and wait until all are ready. Raises `FleetFailed`.

    `hardware`: each seat on a simulated reader, card and pins, instead of software ones.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "firmware_sim", "seats", "--plan", str(plan), "--broker", url,
        *(["--hardware"] if hardware else []),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LINE_BYTES_MAX,
    )  # fmt: skip
    fleet = Fleet(process)
    listening = asyncio.create_task(fleet.listen())
    try:
        await fleet.wait_for("ready")
        yield fleet
    finally:
        await fleet.stop()
        await listening
