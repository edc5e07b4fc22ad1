"""Child processes of the bench: ours by module, mosquitto by its name.

Ours talk in JSON lines. All are killed at the end.
"""

import asyncio
import json
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from controller.bench.rows import BenchFailed

_LINE_BYTES_MAX = 64 * 1024 * 1024
ANSWER_MAX_S = 300
MOSQUITTO_START_MAX_S = 10.0
_MOSQUITTO_PLACES = "/usr/sbin:/usr/local/sbin"
_CONFIGURATION = """\
per_listener_settings false
allow_anonymous true
persistence false
max_inflight_messages 1000
max_queued_messages 100000
set_tcp_nodelay true
log_dest none
{user}
listener {port} 127.0.0.1
"""
"""The limits that a chamber needs, and no persistence: the plain echo is spared the disk."""


class Child:
    """A child of ours that answers lines with lines."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self._process = process
        self._name = name

    async def read(self) -> dict[str, Any]:
        """Its next line. Raises `BenchFailed`: it ended, or says nothing for five minutes."""
        assert self._process.stdout is not None, "started with pipes"
        try:
            async with asyncio.timeout(ANSWER_MAX_S):
                line = await self._process.stdout.readline()
        except TimeoutError as error:
            raise BenchFailed(f"the process {self._name} says nothing") from error
        if not line:
            raise BenchFailed(f"the process {self._name} ended by itself")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def ask(self, line: str) -> dict[str, Any]:
        """Give it a line and wait for its answer."""
        assert self._process.stdin is not None, "started with pipes"
        self._process.stdin.write(line.encode() + b"\n")
        return await self.read()

    async def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def start_child(module: str, *arguments: str) -> AsyncIterator[Child]:
    """Run `python -m controller.bench.<module>`; killed at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"controller.bench.{module}", *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LINE_BYTES_MAX,
    )  # fmt: skip
    child = Child(process, module)
    try:
        yield child
    finally:
        await child.kill()


def find_mosquitto() -> str | None:
    """The path of mosquitto, also where an ordinary user's PATH leaves it out."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=_MOSQUITTO_PLACES)


@asynccontextmanager
async def start_mosquitto(program: str, directory: Path) -> AsyncIterator[str]:
    """Run mosquitto on a free port of the loopback. Yields its URL. Raises `BenchFailed`: it does not start."""
    port = _free_port()
    configuration = directory / "mosquitto.conf"
    # As root it would change its user and not find the folder.
    user = "user root" if os.geteuid() == 0 else ""
    configuration.write_text(_CONFIGURATION.format(port=port, user=user), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(configuration), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _until_listening(process, port)
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _until_listening(process: asyncio.subprocess.Process, port: int) -> None:
    """Try until somebody answers: mosquitto tells nobody when it listens."""
    deadline_s = asyncio.get_running_loop().time() + MOSQUITTO_START_MAX_S
    while process.returncode is None and asyncio.get_running_loop().time() < deadline_s:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.01)
    raise BenchFailed("mosquitto did not start")
