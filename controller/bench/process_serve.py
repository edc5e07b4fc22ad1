"""A controller in a process of its own: `python -m controller.bench.process_serve DIRECTORY`.

Recovers the log in `DIRECTORY`, serves it on the embedded broker, and says so with one JSON line: `url`, `size` and
`root` of the log, `records` counted one by one. Serves until it is killed.
"""

import asyncio
import json
import os
import sys
from functools import partial
from pathlib import Path

from controller.bench.chamber import BODY
from controller.bench.limits import raise_open_files
from controller.founding import read_keys
from controller.mqtt.broker import open_bus
from controller.recovery import recover, topics_of
from controller.service import Service, settle_heap
from controller.store import Store
from protocol.topics import allowed

SEATS_MAX = 4_000
EMBEDDED = "embedded://127.0.0.1:0"


async def serve(directory: Path) -> None:
    """Recover and serve. Raises `StoreFailed`, `Damaged`, `Behind`, `BrokerUnreachable`."""
    keys, store, topics = read_keys(directory / "keys"), Store(directory), BODY.topics
    store.claim()
    bus = open_bus(EMBEDDED, identity="controller", inbound=topics.inbound(), allowed=partial(allowed, topics))
    service = Service(bus, store, partial(recover, store, keys, topics_of, os.urandom))
    await service.start()
    settle_heap()
    memory = service.recorder.memory
    ready = {
        "url": bus.url,
        "size": memory.tree.size,
        "root": memory.tree.root().hex(),
        "records": _records(memory.state.index_by_hash),
    }
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    await service.run()


def _records(index_by_hash: dict[str, int]) -> int:
    """How many different records there are: fewer than the size if one had come twice."""
    return len(index_by_hash)


if __name__ == "__main__":
    raise_open_files(SEATS_MAX)
    asyncio.run(serve(Path(sys.argv[1])))
