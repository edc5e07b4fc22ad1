"""A controller in a process of its own, for the test that kills it: `DIRECTORY PORT MOMENT NUMBER`.

It serves the log in DIRECTORY on PORT and says `serving`. MOMENT is `never`, or `before` or `after`: then it kills
itself at its NUMBER-th batch with leaves, just before these are made durable or just after and before anybody is told.
"""

import asyncio
import os
import signal
import sys
from functools import partial
from pathlib import Path

from controller.founding import read_keys
from controller.mqtt.broker import open_bus
from controller.recorder import Batch
from controller.recovery import load_memory, recover, topics_of
from controller.service import Service
from controller.store import Store
from protocol.topics import allowed


class DyingStore(Store):
    """A store whose process dies at a given batch."""

    def __init__(self, directory: Path, moment: str, number: int) -> None:
        super().__init__(directory)
        self._moment, self._number = moment, number

    def commit(self, batch: Batch) -> None:
        """Commit, and die before or after."""
        if batch.leaves:
            self._number -= 1
        if self._number == 0 and self._moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        super().commit(batch)
        if self._number == 0 and self._moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)


async def serve(directory: Path, port: int, moment: str, number: int) -> None:
    """Serve until killed."""
    store = DyingStore(directory, moment, number)
    topics = topics_of(load_memory(store))
    bus = open_bus(
        f"embedded://127.0.0.1:{port}",
        identity="controller",
        inbound=topics.inbound(),
        allowed=partial(allowed, topics),
    )
    keys = read_keys(directory / "keys")
    service = Service(bus, store, partial(recover, store, keys, topics_of, os.urandom))
    await service.start()
    sys.stdout.write("serving\n")
    sys.stdout.flush()
    await service.run()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
