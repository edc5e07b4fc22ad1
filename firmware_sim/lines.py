"""Lines in and out without ever holding up the event loop: one thread reads, one writes.

Threads, because standard input and output may be files or terminals, which an event loop cannot wait for.
"""

import asyncio
import contextlib
import json
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import IO, Any, Final

CHUNK_BYTES: Final = 65_536


class LineWriter:
    """Writes one JSON object a line. Whatever waits is written together and flushed once.

    `soon` calls a function a little later, as `call_soon` of an event loop does: one hand-over to the thread then
    serves everything that happened in one turn of the loop.
    """

    def __init__(self, out: IO[bytes], soon: Callable[[Callable[[], None]], object] | None = None) -> None:
        self._out = out
        self._soon = soon or (lambda call: call())
        self._fresh: list[bytes] = []
        self._waiting: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="events out", daemon=True)
        self._thread.start()

    def emit(self, **members: Any) -> None:  # noqa: ANN401 - any JSON value
        """Queue one event."""
        self._fresh.append(json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        if len(self._fresh) == 1:
            self._soon(self._hand_over)

    def close(self) -> None:
        """Write what waits, and end."""
        self._hand_over()
        self._waiting.put(None)
        self._thread.join()

    def _hand_over(self) -> None:
        if self._fresh:
            self._waiting.put(b"".join(self._fresh))
            self._fresh.clear()

    def _write(self) -> None:
        ended = False
        with contextlib.suppress(OSError, ValueError):  # nobody reads any more
            while not ended:
                lines = [self._waiting.get()]
                while not self._waiting.empty():
                    lines.append(self._waiting.get())
                ended = None in lines
                self._out.write(b"".join(line for line in lines if line is not None))
                self._out.flush()


def read_lines(source: int, take: Callable[[bytes], None], end: Callable[[], None]) -> None:
    """Hand each line of a file descriptor to `take` in the running loop's thread, then call `end`. Returns at once.

    Read without Python's buffer: its lock would be held for ever by a thread that still waits when the process ends.
    """
    loop = asyncio.get_running_loop()

    def read() -> None:
        rest = b""
        with contextlib.suppress(RuntimeError, OSError):  # the loop has ended meanwhile
            while chunk := os.read(source, CHUNK_BYTES):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    if line.strip():
                        loop.call_soon_threadsafe(take, line)
            loop.call_soon_threadsafe(end)

    threading.Thread(target=read, name="commands in", daemon=True).start()
