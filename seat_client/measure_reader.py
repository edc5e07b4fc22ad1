"""How long a card takes and what watching a tray costs, with the real driver on whatever line it is given.

A card that is laid down waits for the next poll, is listed, selected and read, and told. All of it is measured, with
cards laid down at every point of a poll; what this process spends on it is measured beside it.

Source: `docs/performance.md`.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from protocol.errors import ChamberError
from seat_client.nfc import piv
from seat_client.nfc.cards import Policy
from seat_client.nfc.chip import Chip
from seat_client.nfc.conversation import Conversation, Timing
from seat_client.nfc.port import Port
from seat_client.nfc.serial_port import SerialPort
from seat_client.nfc.tray import Tray
from seat_client.reader import CardRemoved, Reader

WAIT_S: Final = 60.0
SETTLE_S: Final = 0.3
"""While a reader is set up, or after a card was taken out: then the tray is polled evenly."""
CYCLE_S: Final = 0.115
"""About one poll of an empty tray and the pause behind it: cards are laid down at every point of it."""
_GOLDEN: Final = 0.618_034
"""The broken parts of its multiples fill an interval evenly, however many there are."""


@dataclass(frozen=True, slots=True)
class CardTime:
    """One card: milliseconds from being laid down until the seat is told, and processor time of this process."""

    wall_ms: float
    host_ms: float


def read_card(line: Port) -> float | None:
    """Milliseconds from listing the PIV card that lies there to the last byte of its certificate; None without one.

    The field is switched off and on before, which a card that is laid down does not wait for: about 30 ms. Closes the
    line. Raises what the reader does wrong.
    """
    try:
        chip = Chip(Conversation(line, Timing()))
        chip.start(reopen=True)
        try:
            return _read_listed(chip)
        finally:
            chip.sleep()
    finally:
        line.close()


def _read_listed(chip: Chip) -> float | None:
    started_s = time.perf_counter()
    targets = chip.list_targets()
    if len(targets) != 1 or not targets[0].speaks_iso_dep:
        return None

    def send(apdu: bytes) -> bytes:
        return chip.exchange(targets[0], apdu)

    try:
        if not piv.select(send):
            return None
        piv.read_certificate(send, extended=targets[0].takes_extended)
    except ChamberError:
        return None  # another kind of card, which is no trouble of the reader
    return (time.perf_counter() - started_s) * 1000


async def watch_idle(reader: Reader, seconds: float) -> float:
    """Processor time of this process while a tray is watched, in percent of one core. Stops the reader."""
    following = asyncio.ensure_future(_follow(reader))
    try:
        await asyncio.sleep(SETTLE_S)
        cpu_s, started_s = time.process_time(), time.perf_counter()
        # What happens while nothing happens: there is no event to wait for.
        await asyncio.sleep(seconds)
        return (time.process_time() - cpu_s) / (time.perf_counter() - started_s) * 100
    finally:
        await reader.stop()
        await following


async def _follow(reader: Reader) -> None:
    async for _ in reader.changes():
        pass


async def time_cards(url: str, issuer: bytes, move: Callable[[], None], count: int, *, known: bool) -> list[CardTime]:
    """Lay a PIV card down `count` times. `move` lays it down or takes it away, `issuer` is its authority (DER).

    `known`: the seat has read this card before; else each time is the first. Raises `TimeoutError`: it is not found.
    """
    async with asyncio.timeout(WAIT_S * (count + 1)):
        if not known:
            return [await _place_first(_Bench(url, issuer, move), number) for number in range(count)]
        async with _Bench(url, issuer, move) as bench:
            await bench.place(0)
            return [await bench.place(number) for number in range(count)]


async def _place_first(bench: "_Bench", number: int) -> CardTime:
    async with bench:
        return await bench.place(number)


class _Bench:
    """One tray that has seen no card yet, and what lays a card into it."""

    def __init__(self, url: str, issuer: bytes, move: Callable[[], None]) -> None:
        self._tray = Tray(SerialPort(url), Policy(issuer=issuer))
        self._changes = self._tray.changes()
        self._move = move

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tray.stop()

    async def place(self, number: int) -> CardTime:
        """Lay the card down at the point of a poll that `number` stands for, until it is told, and take it away."""
        told = asyncio.ensure_future(anext(self._changes))
        await asyncio.sleep(SETTLE_S + CYCLE_S * (number * _GOLDEN % 1))
        cpu_s, placed_s = time.process_time(), time.perf_counter()
        self._move()
        await told
        taken = CardTime((time.perf_counter() - placed_s) * 1000, (time.process_time() - cpu_s) * 1000)
        self._move()
        while not isinstance(await anext(self._changes), CardRemoved):
            pass
        return taken
