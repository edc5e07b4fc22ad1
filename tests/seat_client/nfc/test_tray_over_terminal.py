"""The whole way: tray, worker, serial port, pseudo-terminal, simulated chip, card. As with a real reader."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest

from firmware_sim.pn532.chip import Chip as SimulatedChip
from firmware_sim.terminal import PseudoTerminal
from seat_client.nfc.cards import Policy
from seat_client.nfc.serial_port import SerialPort
from seat_client.nfc.tray import Tray
from seat_client.reader import AttestedPlaced, CardPlaced, CardRemoved, Trouble
from tests.protocol.card_issuer import NOW_S, authority
from tests.seat_client.nfc.simulated_port import piv

pytestmark = pytest.mark.slow
POLICY = Policy(authority(), attested=True)
MESSAGE = b"a session record"


async def with_tray(path: str, scene: Callable[[Tray], Awaitable[None]]) -> None:
    """Play a scene with a tray on a terminal, and stop it whatever happens."""
    tray = Tray(SerialPort(path), POLICY, unix_s=lambda: NOW_S)
    try:
        await scene(tray)
    finally:
        await tray.stop()


@pytest.mark.parametrize("paced", [False, True], ids=["at once", "at 115200 baud"])
def test_card_votes_through_a_terminal_and_the_reader_is_unplugged(paced: bool) -> None:
    """Placed, signed, removed, placed again, unplugged: as the service sees it."""

    async def play() -> None:
        terminal = PseudoTerminal(SimulatedChip(), paced=paced)
        card = piv()

        async def scene(tray: Tray) -> None:
            changes, troubles = tray.changes(), tray.troubles()
            terminal.place(card)
            placed = await anext(changes)
            assert isinstance(placed, CardPlaced)
            placed.card.public.verify(MESSAGE, await placed.card.sign(MESSAGE))
            terminal.remove(card)
            assert await anext(changes) == CardRemoved()
            terminal.place(card)
            assert isinstance(await anext(changes), CardPlaced)
            assert tray.errors == 0
            terminal.close()
            assert await anext(changes) == CardRemoved()
            assert (await anext(troubles)).code == "reader-gone"

        try:
            await with_tray(terminal.path, scene)
        finally:
            terminal.close()

    asyncio.run(play())


@contextmanager
def reader_process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`python -m firmware_sim reader` and the path that it printed."""
    command = [sys.executable, "-m", "firmware_sim", "reader", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.terminate()


def test_reader_of_another_process_is_only_another_setting() -> None:
    """Its card comes and goes by a signal; a challenge comes from the card."""

    async def scene(tray: Tray) -> None:
        changes = tray.changes()
        placed = await anext(changes)
        assert isinstance(placed, AttestedPlaced)
        assert len((await placed.card.begin()).challenge) == 16
        process.send_signal(signal.SIGUSR1)
        assert await anext(changes) == CardRemoved()
        process.send_signal(signal.SIGUSR1)
        assert isinstance(await anext(changes), AttestedPlaced)

    with reader_process("--card", "ntag424", "--present", "--pace") as (process, path):
        asyncio.run(with_tray(path, scene))


def test_two_cards_on_the_reader_of_another_process_are_refused() -> None:
    """By the name that the lamp shows."""

    async def scene(tray: Tray) -> None:
        waiting = asyncio.ensure_future(anext(tray.changes()))
        assert await anext(tray.troubles()) == Trouble("two-cards")
        waiting.cancel()

    with reader_process("--card", "piv", "--present", "--fault", "two-cards") as (_, path):
        asyncio.run(with_tray(path, scene))
