"""Rows of the seat client: how long it takes to load, what it holds and what it does while nothing happens.

The seat is the real one, as its own process with software hardware, connected to a controller that serves.
"""

import asyncio
import json
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from controller.bench.chamber import BODY, Chamber
from controller.bench.children import start_child
from controller.bench.rows import BenchFailed, Row
from controller.keyfile import write_key
from controller.officer_broker import OfficerLine
from protocol.topics import Party, Way, client_id

SEAT_CLIENT = "seat_client"
RSS_MB, IMPORT_S, IDLE_CPU_PERCENT = 60.0, 1.0, 2.0
IMPORTS = 5
IDLE_S = 5.0
"""How long the idle seat is watched: its ticks of processor time are 10 ms, so 0.2 % can be told."""
CONNECT_MAX_S = 30
_IMPORT = "import time; t = time.perf_counter(); import seat_client.assembly; print(time.perf_counter() - t)"
_SETTINGS = """\
chamber = {chamber}
body = {body}
seat = {seat}
brokers = [{url}]
key_file = "device.key"
journal = "journal"
reader = "software:"
panel = "software:"
[root]
crv = {crv}
kty = {kty}
x = {x}
"""


def has_seat_client() -> bool:
    """Whether the seat client is installed here."""
    return find_spec(f"{SEAT_CLIENT}.assembly") is not None


async def measure_seat(chamber: Chamber) -> list[Row]:
    """`seat_import`, `seat_rss` and `seat_idle_cpu`. Closes the chamber's store. Raises `BenchFailed`."""
    imports_s = [await _time_import() for _ in range(IMPORTS)]
    chamber.close()
    async with start_child("process_serve", str(chamber.directory)) as controller:
        rss_mb, cpu_percent = await _watch_idle(chamber, str((await controller.read())["url"]))
    return [
        Row("seat_rss", 1, rss_mb, "MB", RSS_MB, "<= 1"),
        Row("seat_import", 1, median(imports_s), "s", IMPORT_S, "<= 1"),
        Row("seat_idle_cpu", 1, cpu_percent, "% of a core", IDLE_CPU_PERCENT, "<= 1"),
    ]


async def _time_import() -> float:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _IMPORT, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    if process.returncode:
        raise BenchFailed("the seat client cannot be imported")
    return float(output)


async def _watch_idle(chamber: Chamber, url: str) -> tuple[float, float]:
    """(resident MB, percent of a core) of a seat that is connected and left alone."""
    seat = chamber.seats[0].id
    settings = _write_settings(chamber, seat, url)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", SEAT_CLIENT, "run", "--settings", str(settings), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(CONNECT_MAX_S):
            await _until_online(seat, url)
        before = _cpu_s(process.pid)
        # What happens while nothing happens: there is no event to wait for.
        await asyncio.sleep(IDLE_S)
        return _resident_mb(process.pid), (_cpu_s(process.pid) - before) / IDLE_S * 100
    except (TimeoutError, OSError) as error:
        raise BenchFailed("the seat client did not come online, or ended") from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _write_settings(chamber: Chamber, seat: str, url: str) -> Path:
    folder = chamber.directory / "seat"
    folder.mkdir()
    write_key(folder / "device.key", "ed25519", os.urandom(32))
    values: dict[str, Any] = {"chamber": BODY.chamber, "body": BODY.body, "seat": seat, "url": url}
    values |= chamber.root.public.jwk()
    path = folder / "seat.toml"
    path.write_text(_SETTINGS.format(**{name: json.dumps(text) for name, text in values.items()}), encoding="utf-8")
    return path


async def _until_online(seat: str, url: str) -> None:
    """Wait for the seat's own retained status."""
    topic = BODY.topics.of(Party.SEAT, seat, Way.STATUS)
    line = OfficerLine(url, client_id(Party.OFFICER, "chair"), [(topic, 1)])
    async for _topic, payload in line.messages():
        if json.loads(payload)["state"] == "online":
            return


def _resident_mb(pid: int) -> float:
    """VmRSS. Source: proc(5)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def _cpu_s(pid: int) -> float:
    """User and system time: fields 14 and 15, counted behind the name in parentheses. Source: proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
