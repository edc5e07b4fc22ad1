"""Rows over real MQTT: from press to verified receipt, in an idle chamber and in a burst of all seats.

The controller serves the chamber's log in a process of its own. Beside it stands a plain echo: for `idle_receipt_p50`
on the same embedded broker, for `burst_receipt_p99` on mosquitto. Press and echo take turns, with the same clients.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

from controller.bench.chamber import BenchSeat, Chamber
from controller.bench.children import Child, find_mosquitto, start_child, start_mosquitto
from controller.bench.limits import FsyncProbe
from controller.bench.process_load import LoadPlan
from controller.bench.process_serve import EMBEDDED
from controller.bench.rows import BenchFailed, Row, percentile
from controller.officer_broker import OfficerLine
from protocol.checkpoint import LogKey
from protocol.keys import PublicKey
from protocol.receipt import open_receipt
from protocol.topics import Party, client_id

IDLE_SEATS, IDLE_PRESSES = 8, 16
"""Presses a seat stay well inside the budget of one vote, which the burst's rounds share."""
ANSWER_MAX_S = 30
NO_MOSQUITTO = "mosquitto is not on PATH: the limit is an echo over the embedded broker"


async def measure_wire(chamber: Chamber, rounds: int) -> list[Row]:
    """Both rows. Closes the chamber's store: from here on the controller's process has it.

    Raises `BenchFailed`: a process fails, a receipt does not hold.
    """
    opened, seen = chamber.open_vote(), chamber.seen
    chamber.close()
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(start_child("process_serve", str(chamber.directory)))
        url = str((await served.read())["url"])
        idle = await _measure_idle(chamber, url, opened, seen)
        burst = await _measure_burst(stack, chamber, _load_for(chamber, url, opened, seen), rounds)
    return [idle, burst]


def _load_for(chamber: Chamber, url: str, opened: str, seen: str) -> LoadPlan:
    seats = [[seat.id, seat.member, seat.session, seat.seed.hex()] for seat in chamber.seats]
    log_key, controller = str(chamber.recorder.memory.state.log_key), chamber.keys.controller.public.jwk()
    return LoadPlan(url=url, echo=False, opened=opened, seen=seen, log_key=log_key, controller=controller, seats=seats)


# --- Idle ---------------------------------------------------------------------------------------------------


class Phone:
    """A seat's line through aiomqtt: send a payload, wait for the answer."""

    def __init__(self, seat: BenchSeat, url: str) -> None:
        self.seat = seat
        self._line = OfficerLine(url, client_id(Party.SEAT, seat.id), [(seat.down, 1)])
        self._answer: asyncio.Future[bytes] | None = None

    async def listen(self) -> None:
        """Hand each answer to whoever waits."""
        async for _topic, payload in self._line.messages():
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(payload)

    async def connected(self) -> None:
        """Wait until the line stands."""
        await self._line.connected.wait()

    async def call(self, make: Callable[[], bytes], check: Callable[[bytes, bytes], None]) -> float:
        """Seconds to make a payload, send it, get its answer and check it."""
        self._answer = asyncio.get_running_loop().create_future()
        started = time.perf_counter()
        payload = make()
        sending = asyncio.create_task(self._line.send(self.seat.up, payload))
        async with asyncio.timeout(ANSWER_MAX_S):
            check(payload, await self._answer)
            elapsed_s = time.perf_counter() - started
            if not await sending:
                raise BenchFailed("a line was lost")
        return elapsed_s


@asynccontextmanager
async def _phones(seats: Sequence[BenchSeat], url: str) -> AsyncIterator[list[Phone]]:
    phones = [Phone(seat, url) for seat in seats]
    tasks = [asyncio.create_task(phone.listen()) for phone in phones]
    try:
        async with asyncio.timeout(ANSWER_MAX_S):
            await asyncio.gather(*(phone.connected() for phone in phones))
        yield phones
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _measure_idle(chamber: Chamber, url: str, opened: str, seen: str) -> Row:
    """Press, echo and fsync in turn, one at a time: nothing else happens in the chamber."""
    seats, state = chamber.seats[:IDLE_SEATS], chamber.recorder.memory.state
    assert state.log_key is not None, "a founded log has its key"
    check = _receipt_check(state.log_key, chamber.keys.controller.public)
    pressed: list[float] = []
    echoed: list[float] = []
    synced: list[float] = []
    async with AsyncExitStack() as stack:
        echo = await stack.enter_async_context(start_child("process_echo", EMBEDDED))
        callers = await stack.enter_async_context(_phones(seats, url))
        others = await stack.enter_async_context(_phones(seats, str((await echo.read())["url"])))
        probe = stack.enter_context(FsyncProbe(chamber.directory))
        for seq in range(1, IDLE_PRESSES + 1):
            for caller, other in zip(callers, others, strict=True):
                ballot = caller.seat.press(opened, seen, seq)
                pressed.append(await caller.call(lambda s=caller.seat, n=seq: s.press(opened, seen, n), check))  # type: ignore[misc]
                echoed.append(await other.call(lambda b=ballot: b, _echo_check))  # type: ignore[misc]
                synced.append(probe.measure())
    limit_s = median(echoed) + median(synced)
    note = f"the limit: round trip {median(echoed) * 1e3:.2f} ms and fsync {median(synced) * 1e3:.2f} ms"
    return Row("idle_receipt_p50", len(chamber.seats), median(pressed) * 1e3, "ms", limit_s * 1e3, "<= 2", note)


def _receipt_check(log_key: LogKey, controller: PublicKey) -> Callable[[bytes, bytes], None]:
    def check(record: bytes, answer: bytes) -> None:
        if not open_receipt(answer, record, log_key, controller).counts:
            raise BenchFailed("a ballot that does not count")

    return check


def _echo_check(payload: bytes, answer: bytes) -> None:
    if answer != payload:
        raise BenchFailed("an echo of something else")


# --- Burst --------------------------------------------------------------------------------------------------


async def _measure_burst(stack: AsyncExitStack, chamber: Chamber, plan: LoadPlan, rounds: int) -> Row:
    """All seats press at once, then all at the echo, in turn; each p99 is the median of its rounds."""
    program, note = find_mosquitto(), ""
    broker = EMBEDDED
    if program is None:
        note = NO_MOSQUITTO
    else:
        broker = await stack.enter_async_context(start_mosquitto(program, chamber.directory))
    echo = await stack.enter_async_context(start_child("process_echo", broker))
    plain = replace(plan, url=str((await echo.read())["url"]), echo=True)
    ours = await _start_load(stack, plan, chamber.directory / "keys" / "load.json")
    theirs = await _start_load(stack, plain, chamber.directory / "keys" / "load-echo.json")
    pressed: list[float] = []
    echoed: list[float] = []
    for number in range(rounds + 1):
        for load, into in ((ours, pressed), (theirs, echoed)):
            milliseconds = [float(ms) for ms in (await load.ask(str(number)))["ms"]]
            if number:  # the first round warms both sides up
                into.append(percentile(milliseconds, 0.99))
    return Row("burst_receipt_p99", len(chamber.seats), median(pressed), "ms", median(echoed), "<= 1", note)


async def _start_load(stack: AsyncExitStack, plan: LoadPlan, path: Path) -> Child:
    plan.write(path)
    load = await stack.enter_async_context(start_child("process_load", str(path)))
    await load.read()
    return load
