"""A person's lines from standard input, without a thread where the system allows: the door to the keyboard."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TextIO

LINE_BYTES_MAX = 4_096
"""What somebody pastes is cut off there."""


async def lines_of(stream: TextIO) -> AsyncIterator[str]:
    """The lines of a stream until it ends. What is no UTF-8 is shown as it can be."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_BYTES_MAX)
    try:
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), stream)
    except (ValueError, OSError):  # a plain file, or a stream without a descriptor: it never makes anybody wait
        for whole in stream:
            yield whole
            await asyncio.sleep(0)
        return
    while True:
        line = b""
        with contextlib.suppress(ValueError):  # too long for a line of a person: passed over
            line = await reader.readline()
            if not line:
                return
        yield line.decode("utf-8", "replace")
