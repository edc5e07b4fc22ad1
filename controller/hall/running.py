"""A running screen: the feed, the board and the HTTP server, until it is told to stop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from controller.desk.documents import House
from controller.hall.board import Board
from controller.hall.compose import HallSettings
from controller.hall.feed import HallFeed
from controller.hall.listener import Listener
from controller.hall.server import make_app, version_of_files
from controller.hall.sizes import Sizes
from controller.hall.source import Source


@dataclass(frozen=True, slots=True)
class Display:
    """A screen that can be opened at `url`."""

    board: Board
    url: str


@asynccontextmanager
async def run_display(
    source: Source,
    settings: HallSettings,
    sizes: Sizes,
    host: str,
    port: int,
    hosts: frozenset[str],
    house_changed: Callable[[House], None] = lambda _house: None,
) -> AsyncIterator[Display]:
    """Read and serve. Raises `AddressRefused`."""
    board = Board(version_of_files(sizes))
    listener = Listener(make_app(board, settings.tongues, sizes, hosts), host, port)
    feed = HallFeed(source.topics, source.believed, source.url, board, settings, house_changed)
    reading = asyncio.create_task(feed.run())
    serving = asyncio.create_task(listener.run())
    try:
        yield Display(board, f"http://{f'[{host}]' if ':' in host else host}:{listener.port}/")
    finally:
        board.end()
        listener.stop()
        reading.cancel()
        await asyncio.gather(reading, serving, return_exceptions=True)
