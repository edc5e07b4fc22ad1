"""The load generator in a process of its own: `python -m controller.bench.process_load PLAN`.

`PLAN` is a JSON file (`LoadPlan`). All seats connect, then one JSON line `{"ready": n}`. For each line on standard
input, the next round's number, every seat presses at once; the answer is one line `{"ms": [...]}`: for each seat the
time from the moment of pressing to its verified receipt. Signing and verifying are inside; `echo` plans send the same
bytes signed beforehand and take them back unread.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from controller.bench.chamber import BenchSeat
from controller.bench.limits import raise_open_files
from controller.bench.rows import BenchFailed
from controller.bench.seat_line import SeatLine
from protocol.checkpoint import LogKey, read_log_key
from protocol.errors import ChamberError
from protocol.keys import Ed25519Signer, PublicKey, key_of_jwk
from protocol.receipt import open_receipt
from protocol.topics import Party, client_id

CONNECTING_AT_ONCE = 200
ROUND_SEQ = 1_000
"""Presses of the load's rounds come after all others of the same session."""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """Whom to press for, where, and whose signatures to believe. `seats` are [id, member, session, seed in hex]."""

    url: str
    echo: bool
    opened: str
    seen: str
    log_key: str
    controller: dict[str, str]
    seats: list[list[str]]

    def write(self, path: Path) -> None:
        """Write the plan, readable by us alone: it holds keys."""
        path.touch(0o600)
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")


@dataclass(slots=True)
class Keys:
    """Whose signatures a receipt needs."""

    log: LogKey
    controller: PublicKey


class Load:
    """All seats of a plan on the wire."""

    def __init__(self, plan: LoadPlan) -> None:
        self._plan = plan
        self._keys = Keys(read_log_key(plan.log_key), key_of_jwk(plan.controller))
        self._seats = [_read_seat(entry) for entry in plan.seats]
        self._lines: list[SeatLine] = []
        self._ms: list[float] = []
        self._waiting = 0
        self._done: asyncio.Future[None] | None = None

    async def connect(self) -> None:
        """Connect and subscribe every seat, some at a time. Raises `BenchFailed`, `OSError`."""
        parts, loop = urlsplit(self._plan.url), asyncio.get_running_loop()
        for start in range(0, len(self._seats), CONNECTING_AT_ONCE):
            some = [
                SeatLine(client_id(Party.SEAT, seat.id), seat.down, loop.create_future())
                for seat in self._seats[start : start + CONNECTING_AT_ONCE]
            ]
            await asyncio.gather(*(self._connect(line, parts.hostname or "", parts.port or 0) for line in some))
            self._lines += some

    async def _connect(self, line: SeatLine, host: str, port: int) -> None:
        await asyncio.get_running_loop().create_connection(lambda: line, host, port)
        await line.ready

    async def press(self, number: int) -> list[float]:
        """One round. Returns each seat's milliseconds. Raises `BenchFailed`: a receipt does not hold."""
        self._done = asyncio.get_running_loop().create_future()
        self._ms, self._waiting = [], len(self._seats)
        sign = self._signer(number)
        started = time.perf_counter()
        for seat, line in zip(self._seats, self._lines, strict=True):
            record = sign(seat)
            line.on_message = self._taker(record, started)
            line.publish(seat.up, record)
        await self._done
        return self._ms

    def _signer(self, number: int) -> Callable[[BenchSeat], bytes]:
        """What makes a seat's bytes: a signature at the moment of pressing, or bytes made beforehand."""
        plan, seq = self._plan, ROUND_SEQ + number
        if not plan.echo:
            return lambda seat: seat.press(plan.opened, plan.seen, seq)
        ready = {seat.id: seat.press(plan.opened, plan.seen, seq) for seat in self._seats}
        return lambda seat: ready[seat.id]

    def _taker(self, record: bytes, started: float) -> Callable[[bytes], None]:
        """What a seat does with its answer."""

        def take(payload: bytes) -> None:
            done = self._done
            assert done is not None, "answers come in a round"
            try:
                self._check(payload, record)
            except ChamberError as error:
                if not done.done():
                    done.set_exception(error)
                return
            self._ms.append((time.perf_counter() - started) * 1e3)
            self._waiting -= 1
            if not self._waiting and not done.done():
                done.set_result(None)

        return take

    def _check(self, payload: bytes, record: bytes) -> None:
        """Verify the receipt, except at an echo. Raises `ReceiptRefused`, `BenchFailed`."""
        if not self._plan.echo and not open_receipt(payload, record, self._keys.log, self._keys.controller).counts:
            raise BenchFailed("a ballot that does not count")


def _read_seat(entry: list[str]) -> BenchSeat:
    seat, member, session, seed = entry
    return BenchSeat(seat, member, session, bytes.fromhex(seed), Ed25519Signer(bytes.fromhex(seed)))


async def _run(plan: LoadPlan) -> None:
    load = Load(plan)
    await load.connect()
    _say({"ready": len(plan.seats)})
    # The commands come one at a time and only between rounds, so reading them may block the loop.
    for line in sys.stdin:
        _say({"ms": await load.press(int(line))})


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    given: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    raise_open_files(len(given["seats"]))
    asyncio.run(_run(LoadPlan(**given)))
