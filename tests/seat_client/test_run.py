"""The seat as a process: it starts by its settings, connects, and says goodbye when it is stopped."""

import asyncio
import signal
import sys
from pathlib import Path

from seat_client.key_file import write_key_file
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
        assert await receive(bus, 1) == [(STATUS, b'{"v":1,"state":"online"}')]
        process.send_signal(signal.SIGTERM)
        assert await receive(bus, 1) == [(STATUS, b'{"v":1,"state":"offline"}')]
        code = await process.wait()
        await bus.stop()
        return code

    assert asyncio.run(run()) == 0
