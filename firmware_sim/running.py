"""Runs a fleet: lines in, events out, until told to quit or standard input ends."""

import asyncio
import contextlib
import resource
from collections.abc import Sequence
from typing import IO

from firmware_sim.commands import CommandRefused, Quit, read_command
from firmware_sim.fleet.kit import Kits
from firmware_sim.fleet.seats import Fleet
from firmware_sim.lines import LineWriter, read_lines
from firmware_sim.plan import Plan


async def serve(plan: Plan, urls: Sequence[str], source: int, out: IO[bytes], *, hardware: bool = False) -> None:
    """Run the fleet of `plan`; commands come from the file descriptor `source`, events go to `out`.

    `hardware`: every seat has a simulated reader, card and pins instead of software ones.

    Raises `SettingsRefused`: an address that is none; `JournalBroken`: the folder of the journals refuses.
    """
    writer = LineWriter(out, asyncio.get_running_loop().call_soon)
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    fleet = Fleet(plan, urls, writer.emit, _hardware(plan) if hardware else None)
    try:
        fleet.start()
        read_lines(source, lines.put_nowait, lambda: lines.put_nowait(b'{"do":"quit"}'))
        await _obey(fleet, lines, writer)
    finally:
        writer.close()


def _hardware(plan: Plan) -> Kits:
    from firmware_sim.fleet.hardware_kit import HardwareKits  # noqa: PLC0415 - its libraries are loaded only where it is used

    return HardwareKits(plan.cards, plan.seed, plan.attested)


async def _obey(fleet: Fleet, lines: "asyncio.Queue[bytes]", writer: LineWriter) -> None:
    while True:
        line = await lines.get()
        try:
            command = read_command(line)
        except CommandRefused as error:
            writer.emit(event="error", seat="", reason=error.fact)
            continue
        await fleet.carry_out(command)
        if isinstance(command, Quit):
            return


def raise_file_limit() -> None:
    """Allow as many open files as the machine lets us: each seat has its own connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):  # then as many seats as the soft limit allows
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
