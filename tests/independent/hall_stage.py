"""A hall screen on a stage: the real board and server, with scenes from standard input, one a line.

A line is `{"scene": {...}}`, `{"quiet": true}` (the controller is not heard any more) or `{"quiet": false}`. Run as a
program it prints `{"url": "http://..."}` when pages can come.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from controller.desk.codec import read_document, write_document
from controller.hall.board import Board
from controller.hall.listener import Listener
from controller.hall.scene import HallScene
from controller.hall.server import make_app, version_of_files
from controller.hall.sizes import sizes_of
from controller.hall.tongues import Tongues
from controller.words import catalogue

BEAT_S = 0.5


async def play(port: int, languages: tuple[str, ...]) -> None:
    """Show what comes on standard input, until it ends."""
    sizes = sizes_of()
    board = Board(version_of_files(sizes))
    tongues = Tongues(languages, tuple(catalogue(language) for language in languages))
    listener = Listener(make_app(board, tongues, sizes), "127.0.0.1", port)
    serving = asyncio.create_task(listener.run())
    lines = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{listener.port}/"}) + "\n")
    sys.stdout.flush()
    quiet = False

    async def keep_time() -> None:
        while True:
            if not quiet:
                board.heard(time.time_ns() // 1_000_000)
            await asyncio.sleep(BEAT_S)

    beating = asyncio.create_task(keep_time())
    while line := await lines.readline():
        told = json.loads(line)
        quiet = told.get("quiet", quiet)
        if "scene" in told:
            board.show(read_document(HallScene, json.dumps(told["scene"]).encode()))
    board.end()
    listener.stop()
    beating.cancel()
    await asyncio.gather(serving, beating, return_exceptions=True)


class Stage:
    """A stage in a process of its own, which can be killed and started again on the same port."""

    def __init__(self, *languages: str) -> None:
        self._languages = languages
        self._port = 0
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start, and wait until pages can come."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.independent.hall_stage", str(self._port), *self._languages],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )  # fmt: skip
        assert self._process.stdout is not None, "a pipe"
        self.url = json.loads(self._process.stdout.readline())["url"]
        self._port = int(self.url.rstrip("/").rpartition(":")[2])

    def tell(self, **told: Any) -> None:
        """Send a line."""
        assert self._process is not None, "a stage that was started"
        assert self._process.stdin is not None, "a pipe"
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()

    def show(self, scene: HallScene) -> None:
        """Show a scene."""
        self.tell(scene=json.loads(write_document(scene)))

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@contextmanager
def on_stage(*languages: str) -> Iterator[Stage]:
    """A stage that is up."""
    stage = Stage(*languages)
    stage.start()
    try:
        yield stage
    finally:
        stage.kill()


if __name__ == "__main__":
    asyncio.run(play(int(sys.argv[1]), tuple(sys.argv[2:])))
