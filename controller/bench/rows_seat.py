"""Rows of the seat client: what it loads and holds, what it does while nothing happens, how fast are press and card.

The seat is the real one, in processes of its own, on a simulated reader in another: a PN532 at the end of a serial line
whose bytes take their time at 115,200 baud, with cards that take theirs. It is connected to a controller that serves.
Where the reader's libraries are not installed, the seat is one of software, and there are no rows of cards.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
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
PRESS_MS, CARD_MS, CARD_HOST_MS = 5.0, 250.0, 20.0
IMPORTS, PRESSES, CARDS = 5, 500, 25
IDLE_S = 5.0
"""How long the idle seat is watched: its ticks of processor time are 10 ms, so 0.2 % can be told."""
CONNECT_MAX_S = 30
CHILD_MAX_S = 300
_MODULES = ("seat_client.cli", "seat_client.assembly", "seat_client.settings")
_READER_MODULES = ("seat_client.nfc.tray", "seat_client.nfc.serial_port")
_IMPORT = """
import importlib, sys, time
started = time.perf_counter()
for name in sys.argv[1:]:
    importlib.import_module(name)
print(time.perf_counter() - started)
"""
_PRESS = """
import asyncio, sys
from seat_client.measure import time_presses
print(asyncio.run(time_presses(int(sys.argv[1]))))
"""
_CARDS = """
import asyncio, json, os, signal, sys
from pathlib import Path
from seat_client.measure_reader import time_cards
url, issuer, pid, count, known = sys.argv[1:]
move = lambda: os.kill(int(pid), signal.SIGUSR1)
times = asyncio.run(time_cards(url, Path(issuer).read_bytes(), move, int(count), known=known == "known"))
print(json.dumps([[time.wall_ms, time.host_ms] for time in times]))
"""
_SETTINGS = """\
chamber = {chamber}
body = {body}
seat = {seat}
brokers = [{url}]
key_file = "device.key"
journal = "journal"
reader = {reader}
panel = "software:"
[root]
crv = {crv}
kty = {kty}
x = {x}
[cards]
issuer = {issuer}
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """A simulated reader: its line, the file of who issued its card, and the process that SIGUSR1 moves the card in."""

    url: str = "software:"
    issuer: str = "cards.der"
    pid: int = 0


def has_seat_client() -> bool:
    """Whether the seat client is installed here."""
    return find_spec(f"{SEAT_CLIENT}.assembly") is not None


def has_reader() -> bool:
    """Whether a simulated reader and what drives it are installed here."""
    return find_spec("serial") is not None and find_spec("firmware_sim") is not None


async def measure_seat(chamber: Chamber) -> list[Row]:
    """Every row of the seat client. Closes the chamber's store. Raises `BenchFailed`."""
    names = _MODULES + (_READER_MODULES if has_reader() else ())
    imports_s = [float(await _run(_IMPORT, *names)) for _ in range(IMPORTS)]
    press_ms = float(await _run(_PRESS, str(PRESSES)))
    chamber.close()
    async with _start_reader(chamber.directory) as reader:
        cards = await _measure_cards(reader) if reader.pid else []
        async with start_child("process_serve", str(chamber.directory)) as controller:
            rss_mb, idle_percent, card_percent = await _watch_idle(
                chamber, str((await controller.read())["url"]), reader
            )
    note = f"an empty tray; with a card in it {card_percent:.2f} %" if reader.pid else "no reader of hardware"
    return [
        Row("seat_rss", 1, rss_mb, "MB", RSS_MB, "<= 1"),
        Row("seat_import", 1, median(imports_s), "s", IMPORT_S, "<= 1"),
        Row("seat_idle_cpu", 1, idle_percent, "% of a core", IDLE_CPU_PERCENT, "<= 1", note),
        Row("seat_press_to_wire_ms", 1, press_ms, "ms", PRESS_MS, "<= 1", "without the disk"),
        *cards,
    ]


async def _measure_cards(reader: Reader) -> list[Row]:
    """`seat_card_in_ms`, `seat_card_known_ms` and `seat_card_host_ms`."""
    first, known = await _time_cards(reader, "first"), await _time_cards(reader, "known")
    return [
        _card_row("seat_card_in_ms", first),
        _card_row("seat_card_known_ms", known),
        Row("seat_card_host_ms", 1, median(host_ms for _, host_ms in first), "ms", CARD_HOST_MS, "<= 1"),
    ]


def _card_row(name: str, times: list[tuple[float, float]]) -> Row:
    walls_ms = [wall_ms for wall_ms, _ in times]
    return Row(name, 1, median(walls_ms), "ms", CARD_MS, "<= 1", f"{min(walls_ms):.0f} to {max(walls_ms):.0f} ms")


async def _time_cards(reader: Reader, which: str) -> list[tuple[float, float]]:
    """(milliseconds until the seat is told, processor time in milliseconds) of each card."""
    return [
        (wall_ms, host_ms)
        for wall_ms, host_ms in json.loads(
            await _run(_CARDS, reader.url, reader.issuer, str(reader.pid), str(CARDS), which)
        )
    ]


@asynccontextmanager
async def _start_reader(directory: Path) -> AsyncIterator[Reader]:
    """A PN532 with a PIV card beside it, at 115,200 baud; one of software where none can be had."""
    if not has_reader():
        yield Reader()
        return
    issuer = directory / "cards.der"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "firmware_sim", "reader", "--card", "piv", "--pace", "--save-authority", str(issuer),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None, "started with a pipe"
        url = (await process.stdout.readline()).decode().strip()
        if not url:
            raise BenchFailed("the simulated reader did not start")
        yield Reader(url, str(issuer), process.pid)
    finally:
        await _kill(process)


async def _run(script: str, *arguments: str) -> bytes:
    """What a script printed. Raises `BenchFailed`: it failed, or took minutes."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, *arguments, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(CHILD_MAX_S):
            output, _ = await process.communicate()
    except TimeoutError as error:
        raise BenchFailed("a measurement of the seat client came to no end") from error
    finally:
        await _kill(process)
    if process.returncode:
        raise BenchFailed("the seat client cannot be loaded, or failed while it was measured")
    return output


async def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _watch_idle(chamber: Chamber, url: str, reader: Reader) -> tuple[float, float, float]:
    """(resident MB, percent of a core with an empty tray, with a card) of a seat that is connected and left alone."""
    seat = chamber.seats[0].id
    settings = _write_settings(chamber, seat, url, reader)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", SEAT_CLIENT, "run", "--settings", str(settings), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(CONNECT_MAX_S):
            await _until_online(seat, url)
        empty_percent = card_percent = await _idle_percent(process.pid)
        if reader.pid:
            os.kill(reader.pid, signal.SIGUSR1)
            await asyncio.sleep(1)  # its session is asked for and refused: it is no member's card here
            card_percent = await _idle_percent(process.pid)
        return _resident_mb(process.pid), empty_percent, card_percent
    except (TimeoutError, OSError) as error:
        raise BenchFailed("the seat client did not come online, or ended") from error
    finally:
        await _kill(process)


async def _idle_percent(pid: int) -> float:
    before_s = _cpu_s(pid)
    # What happens while nothing happens: there is no event to wait for.
    await asyncio.sleep(IDLE_S)
    return (_cpu_s(pid) - before_s) / IDLE_S * 100


def _write_settings(chamber: Chamber, seat: str, url: str, reader: Reader) -> Path:
    folder = chamber.directory / "seat"
    folder.mkdir()
    write_key(folder / "device.key", "ed25519", os.urandom(32))
    values: dict[str, Any] = {"chamber": BODY.chamber, "body": BODY.body, "seat": seat, "url": url}
    values |= {"reader": reader.url, "issuer": reader.issuer} | chamber.root.public.jwk()
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
