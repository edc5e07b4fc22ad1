"""Lines in and out."""

import asyncio
import io
import json
import os

from firmware_sim.lines import LineWriter, read_lines


def test_events_are_lines_in_order() -> None:
    """One object a line, nothing lost at the end."""
    out = io.BytesIO()
    writer = LineWriter(out)
    for number in range(1000):
        writer.emit(event="x", seat=f"s-{number}", reason="ђ")
    writer.close()
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["seat"] for line in lines] == [f"s-{number}" for number in range(1000)]


def test_reader_that_has_gone_stops_nothing() -> None:
    """Nobody listens any more: the fleet goes on."""
    tried: list[object] = []

    class Gone(io.BytesIO):
        def write(self, data: object) -> int:
            tried.append(data)
            raise BrokenPipeError

    writer = LineWriter(Gone())
    writer.emit(event="x")
    writer.close()
    assert tried


def test_commands_are_split_at_line_feeds() -> None:
    """However they arrive; empty lines are nothing; the end is told."""

    async def run() -> list[bytes]:
        source, sink = os.pipe()
        lines: list[bytes] = []
        end = asyncio.Event()
        read_lines(source, lines.append, end.set)
        for part in (b'{"a"', b":1}\n\n{}\n", b"rest without end"):
            os.write(sink, part)
        os.close(sink)
        async with asyncio.timeout(5):
            await end.wait()
        os.close(source)
        return lines

    assert asyncio.run(run()) == [b'{"a":1}', b"{}"]
