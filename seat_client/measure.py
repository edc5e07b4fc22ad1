"""How fast and how light this seat is, on the machine it runs on: for its self-test, and for `chamber bench`.

Each figure has its unit in its name. None of them is a promise about another machine, and none is judged here.

Source: `docs/performance.md`.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Final

from protocol.errors import ChamberError
from protocol.seat_status import SeatStatus
from seat_client import events as e
from seat_client.assembly import make_line, make_reader
from seat_client.errors import JournalBroken, SettingsRefused
from seat_client.events import Button, Happening
from seat_client.journal import FileJournal, MemoryJournal
from seat_client.link import Take
from seat_client.pretend_chamber import MEMBER, SEAT, PretendChamber
from seat_client.seat import Seat
from seat_client.service import Parts, SeatService
from seat_client.settings import SOFTWARE, Settings
from seat_client.software_card import SoftwareCard
from seat_client.software_panel import SoftwarePanel
from seat_client.software_reader import SoftwareReader

IMPORTS: Final = 3
PRESSES: Final = 200
KEPT: Final = 50
RECORD_BYTES: Final = 700
"""About as long as a ballot."""
IDLE_S: Final = 5.0
WAIT_S: Final = 60.0
_ALWAYS: Final = ("seat_client.cli", "seat_client.assembly", "seat_client.settings")
_WITH_READER: Final = ("seat_client.nfc.tray", "seat_client.nfc.serial_port")
_WITH_PINS: Final = ("seat_client.buttons.gpio_panel",)
_IMPORT: Final = """
import importlib, json, sys, time
started = time.perf_counter()
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(time.perf_counter() - started)
"""


async def measure(settings: Settings) -> dict[str, float]:
    """Measure this seat; it takes about ten seconds, and the seat must not run meanwhile.

    `import_s`: loading what `run` loads, in a new process. `press_to_wire_ms`: the median from a press to its signed
    record on the link, without the disk. `journal_ms`: the median of keeping one record on the journal's disk. With a
    reader of hardware also `idle_cpu_percent`: processor time of a tray that is watched, in percent of one core; and,
    if a PIV card lies in it, `card_in_ms`: from listing it, the field switched off and on before, to the last byte of
    its certificate. What cannot be measured is left out. Raises `SettingsRefused`: as `make_reader`.
    """
    figures = {
        "import_s": await time_import(modules_of(settings), IMPORTS),
        "press_to_wire_ms": await time_presses(PRESSES),
    }
    with contextlib.suppress(JournalBroken):
        figures["journal_ms"] = time_journal(settings.journal, KEPT)
    if settings.reader != SOFTWARE:
        figures |= await _measure_reader(settings)
    return {name: round(figure, 3) for name, figure in figures.items()}


async def _measure_reader(settings: Settings) -> dict[str, float]:
    """`card_in_ms` and `idle_cpu_percent`, or nothing if the reader does not answer."""
    from seat_client.measure_reader import read_card, watch_idle  # noqa: PLC0415 - only a seat with a reader has pyserial

    try:
        card_in_ms = await asyncio.to_thread(read_card, make_line(settings, None))
        figures = {} if card_in_ms is None else {"card_in_ms": card_in_ms}
        return figures | {"idle_cpu_percent": await watch_idle(make_reader(settings, None), IDLE_S)}
    except SettingsRefused:
        raise
    except ChamberError:
        return {}


def modules_of(settings: Settings) -> tuple[str, ...]:
    """What `chamber-seat run` imports with these settings."""
    with_reader = () if settings.reader == SOFTWARE else _WITH_READER
    return _ALWAYS + with_reader + (() if settings.panel == SOFTWARE else _WITH_PINS)


async def time_import(modules: tuple[str, ...], count: int) -> float:
    """Seconds for importing these in a new process: the median of `count`, the start of Python not counted."""
    command = [sys.executable, "-c", _IMPORT, json.dumps(modules)]
    done = [
        await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True, timeout=WAIT_S)
        for _ in range(count)
    ]
    return median(float(child.stdout) for child in done)


class _Link:
    """A link that is a function call away from a chamber. `sent_s` is when the newest record was given to it."""

    def __init__(self, chamber: PretendChamber) -> None:
        self.sent_s = 0.0
        self._chamber = chamber
        self._take: Take = lambda _: None

    async def run(self, take: Take) -> None:
        self._take = take
        for event in (e.LinkUp(), e.TrustArrived(self._chamber.trust), e.HeadArrived(self._chamber.head)):
            take(event)
        await asyncio.Event().wait()

    def publish(self, data: bytes) -> None:
        self.sent_s = time.perf_counter()
        asyncio.get_running_loop().call_soon(lambda: self._take(e.DownArrived(self._chamber.answer(data))))

    def publish_status(self, status: SeatStatus) -> None:
        """Nobody reads it."""

    def cut(self) -> None:
        """Nothing to cut."""


async def time_presses(count: int) -> float:
    """Milliseconds from a press to its signed record on the link: the median of `count`, each recorded before the next.

    The seat is a whole one, with panel, reader, journal and link in memory.
    """
    chamber, panel, reader = PretendChamber(), SoftwarePanel(), SoftwareReader()
    link, told = _Link(chamber), asyncio.Queue[Happening]()
    service = SeatService(
        Seat(SEAT, chamber.device, chamber.root.public),
        Parts(link, panel, reader, MemoryJournal()),
        watch=lambda _seat, report: told.put_nowait(report.what),
    )

    async def until(what: Happening) -> None:
        while await told.get() is not what:
            pass

    times_s = []
    running = asyncio.create_task(service.run())
    try:
        async with asyncio.timeout(WAIT_S):
            reader.place(SoftwareCard(MEMBER, bytes(31) + b"\x01"))
            await until(Happening.PRESENT)
            for number in range(count):
                pressed_s = time.perf_counter()
                panel.push(Button.AGAINST if number % 2 else Button.FOR)
                await until(Happening.RECORDED)
                times_s.append(link.sent_s - pressed_s)
    finally:
        running.cancel()
        await asyncio.wait([running])
    return median(times_s) * 1000


def time_journal(journal: Path, count: int) -> float:
    """Milliseconds for keeping one record on the disk of this journal: the median of `count`, in a file beside it.

    Raises `JournalBroken`.
    """
    beside = journal.with_name(f"{journal.name}.measured")
    made, times_s = FileJournal(beside), []
    try:
        for number in range(count):
            started_s = time.perf_counter()
            made.keep((number.to_bytes(RECORD_BYTES, "big"),))
            times_s.append(time.perf_counter() - started_s)
    finally:
        made.close()
        beside.unlink(missing_ok=True)
    return median(times_s) * 1000
