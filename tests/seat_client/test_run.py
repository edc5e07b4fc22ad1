"""The seat as a process: it starts by its settings, connects, and says goodbye when it is stopped."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

from protocol.seat_status import read_status
from seat_client.key_file import write_key_file
from seat_client.service import program_version
from tests.seat_client.test_broker import STATUS, listen, receive
from tests.seat_client.test_settings import GOOD, write


def test_seat_runs_until_it_is_stopped(tmp_path: Path) -> None:
    """Online when it is connected, offline when the system stops it, exit code 0."""
    write_key_file(tmp_path / "device.key", bytes(32))

    async def run() -> int:
        bus = await listen()
        path = write(tmp_path, GOOD.replace("mqtt://127.0.0.1:1883", bus.url))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "seat_client", "run", "--settings", str(path), stderr=asyncio.subprocess.DEVNULL
        )
        ((topic, payload),) = await receive(bus, 1)
        status = read_status(payload)
        assert (topic, status.state, status.version) == (STATUS, "online", program_version())
        process.send_signal(signal.SIGTERM)
        assert await receive(bus, 1) == [(STATUS, b'{"v":1,"state":"offline"}')]
        code = await process.wait()
        await bus.stop()
        return code

    assert asyncio.run(run()) == 0


def test_seat_without_a_broker_is_ready_and_says_when_it_stops(tmp_path: Path) -> None:
    """systemd, which started it, hears so; the exit code is 0."""
    write_key_file(tmp_path / "device.key", bytes(32))
    address = str(tmp_path / "notify")

    async def run(manager: socket.socket) -> int:
        bus = await listen()
        path = write(tmp_path, GOOD.replace("mqtt://127.0.0.1:1883", bus.url))
        await bus.stop()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "seat_client", "run", "--settings", str(path), stderr=asyncio.subprocess.DEVNULL,
            env=os.environ | {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "200000"},
        )  # fmt: skip
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(30):
            told = [await loop.sock_recv(manager, 1_000) for _ in range(3)]
            process.send_signal(signal.SIGTERM)
            while told[-1] != b"STOPPING=1":
                told.append(await loop.sock_recv(manager, 1_000))
            code = await process.wait()
        assert told[:3] == [b"READY=1", b"WATCHDOG=1\nSTATUS=offline", b"WATCHDOG=1"]
        return code

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.setblocking(False)
        assert asyncio.run(run(manager)) == 0
