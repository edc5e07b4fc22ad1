"""A plain MQTT echo in a process of its own: `python -m controller.bench.process_echo URL`.

What a seat publishes on `up` comes back on its `down`, unread. It stands where the controller stands, behind the same
door: `embedded://…` listens itself, `mqtt://…` is an aiomqtt client of an outer broker. Says with one JSON line where
seats connect (`url`), and echoes until it is killed.
"""

import asyncio
import json
import sys
from functools import partial

from controller.bench.chamber import BODY
from controller.bench.limits import raise_open_files
from controller.bench.process_serve import SEATS_MAX
from controller.mqtt.broker import open_bus
from controller.service import BATCH_MESSAGES_MAX
from protocol.topics import Way, allowed


async def echo(url: str) -> None:
    """Echo for ever. Raises `BrokerUnreachable`."""
    topics = BODY.topics
    bus = open_bus(url, identity="controller", inbound=topics.inbound(), allowed=partial(allowed, topics))
    await bus.start()
    sys.stdout.write(json.dumps({"url": bus.url}) + "\n")
    sys.stdout.flush()
    down = Way.DOWN.value
    while True:
        for delivery in await bus.receive(BATCH_MESSAGES_MAX):
            bus.publish(f"{delivery.topic.rpartition('/')[0]}/{down}", delivery.payload)
            delivery.acknowledge()


if __name__ == "__main__":
    raise_open_files(SEATS_MAX)
    asyncio.run(echo(sys.argv[1]))
