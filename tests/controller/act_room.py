"""An installation whose controller runs in a thread of its own, for commands that block until they are answered."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from controller.conduct import RosterPlan, Secretary
from controller.installation import Installation, read_installation
from controller.procedures.line import open_room
from controller.serving import serve_installation
from protocol.majority import write_rule_book
from tests.controller.installation_room import HEAD, found, write_installation
from tests.protocol.chamber_builder import RULES, card_key, device_key, member_entry, seat_entry

WAIT_S = 30
SITTING = "sitting-1"
BODY = """
[[bodies]]
body = "skupstina"
term = "2024-2028"
name = "Скупштина"
statutory = 5
""" + "".join(
    f'[[bodies.officers]]\nid = "{role}"\nrole = "{role}"\nname = "The {role}"\n'
    for role in ("chair", "deputy", "secretary", "operator")
)


class LiveHouse:
    """A founded installation of one body and its running controller. Use as a context manager."""

    def __init__(self, directory: Path) -> None:
        self.directory = write_installation(directory, HEAD + BODY)
        found(self.directory)
        self.url = ""
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    @property
    def installation(self) -> Installation:
        """What its file says."""
        return read_installation(self.directory)

    @property
    def options(self) -> tuple[object, ...]:
        """The options with which `chamber act` finds it: any free port is not in its file."""
        return ("--dir", self.directory, "--broker", self.url)

    def __enter__(self) -> Self:
        """Serve."""
        self._thread.start()
        assert self._ready.wait(WAIT_S), "the controller did not start"
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive(), "the controller did not stop"

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with serve_installation(self.installation) as bodies:
            self.url = bodies[0].url
            self._ready.set()
            await self._stop.wait()

    def submit_roster(self, members: int = 5) -> None:
        """Submit a roster of members m1.. and seats s1.. under the rules of the tests."""
        plan = RosterPlan(
            SITTING, members, members, [member_entry(f"m{n}") for n in range(1, members + 1)],
            [seat_entry(f"s{n}") for n in range(1, members + 2)], write_rule_book(RULES),
        )  # fmt: skip

        async def submit() -> None:
            async with open_room(self.installation, broker=self.url) as room:
                await Secretary(await room.officer("secretary")).submit_roster(plan)

        asyncio.run(submit())


@contextmanager
def live_house(directory: Path) -> Iterator[LiveHouse]:
    """A house that is served while the block runs."""
    with LiveHouse(directory) as house:
        yield house


SITTING_FILE = """
v = 1
sitting = "sitting-1"
title = "A sitting of the tests"
day = "2026-12-03"
in_office = 5
roster = "roster.csv"
seats = "seats.csv"
[[speakers]]
id = "guest"
name = "A treasurer"
sort = "treasurer"
[[items]]
id = "item-1"
title = "The budget"
[[items]]
id = "item-2"
title = "Appointments"
[[items]]
id = "item-2-a"
title = "The first appointment"
parent = "item-2"
[[votes]]
vote = "v1"
item = "item-1"
title = "First amendment"
rule = "rs.present"
[[votes]]
vote = "v2"
item = "item-1"
title = "Second amendment"
rule = "rs.total"
"""


def write_sitting(folder: Path, text: str = SITTING_FILE) -> Path:
    """A sitting.toml with its two tables, five members m1.. at seats s1..; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    cards = [card_key(f"m{n}").public.jwk() for n in range(1, 6)]
    members = [f"m{n},Member {letter},,s{n},{card_text(cards[n - 1])}" for n, letter in enumerate("ABCDE", 1)]
    seats = [f"s{n},Row {n},{device_key(f's{n}').public.jwk()['x']}" for n in range(1, 7)]
    (folder / "roster.csv").write_text("\n".join(["id,name,group,seat,card", *members]), encoding="utf-8")
    (folder / "seats.csv").write_text("\n".join(["id,place,device", *seats]), encoding="utf-8")
    path = folder / "sitting.toml"
    path.write_text(text, encoding="utf-8")
    return path


def card_text(jwk: dict[str, str]) -> str:
    """A card's key as a roster's table writes it."""
    return f"{jwk['x']}.{jwk['y']}"
