"""A simulated broker and the wire around it: loses, repeats, delays, reorders, retains, speaks wills.

Worse than MQTT on purpose: also what one connection would keep in order may be overtaken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

from protocol.topics import Way
from tests.chamber.stage import Stage

Take = Callable[[str, bytes], None]
OFFLINE = b'{"v":1,"state":"offline"}'


@dataclass(slots=True)
class Client:
    """A client of the broker. `connection` counts its connections; what was sent on an older one does not arrive."""

    topics: frozenset[str]
    take: Take
    will_topic: str = ""
    connected: bool = False
    connection: int = 0


class Wire:
    """Between the controller and everybody else. `overhear` is told every message, as a curious broker would be."""

    def __init__(self, stage: Stage) -> None:
        self.retained: dict[str, bytes] = {}
        self.clients: dict[str, Client] = {}
        self.to_controller: Take = lambda _topic, _payload: None
        self.overhear: Callable[[str, bytes, bool], None] = lambda _topic, _payload, _up: None
        self._stage = stage

    def add(self, identity: str, topics: list[str], take: Take, will_topic: str = "") -> None:
        """Make a client known; it is not connected yet."""
        self.clients[identity] = Client(frozenset(topics), take, will_topic)

    def connect(self, identity: str) -> None:
        """Connect: what is retained follows, each message on its own way."""
        client = self.clients[identity]
        client.connected, client.connection = True, client.connection + 1
        for topic in sorted(client.topics & self.retained.keys()):
            self._carry_down(client, topic, self.retained[topic])

    def drop(self, identity: str) -> None:
        """Break a connection without a goodbye: the will is spoken, what was under way is lost."""
        client = self.clients[identity]
        if client.connected and client.will_topic:
            self.retained[client.will_topic] = OFFLINE
            self._carry_up(client.will_topic, OFFLINE)
        client.connected = False

    def send_up(self, identity: str, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send towards the controller, if connected."""
        if not self.clients[identity].connected:
            return
        if retain:
            self.retained[topic] = payload
        self.overhear(topic, payload, True)
        self._carry_up(topic, payload)

    def _carry_up(self, topic: str, payload: bytes) -> None:
        for _ in range(self._copies()):
            self._stage.timeline.after(self._stage.delay_ms(), lambda: self.to_controller(topic, payload))

    def send_down(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish from the controller to whoever listens."""
        self._stage.note("down", topic, len(payload), crc32(payload))
        if retain:
            self.retained[topic] = payload
        self.overhear(topic, payload, False)
        self.inject_down(topic, payload)

    def inject_down(self, topic: str, payload: bytes) -> None:
        """Bring bytes to whoever listens on a topic, whoever wrote them."""
        for client in self.clients.values():
            if topic in client.topics:
                self._carry_down(client, topic, payload)

    def inject_up(self, topic: str, payload: bytes) -> None:
        """Bring bytes to the controller on any topic."""
        self._carry_up(topic, payload)

    def _carry_down(self, client: Client, topic: str, payload: bytes) -> None:
        connection = client.connection
        for _ in range(self._copies()):
            self._stage.timeline.after(self._stage.delay_ms(), lambda: self._arrive(client, connection, topic, payload))

    @staticmethod
    def _arrive(client: Client, connection: int, topic: str, payload: bytes) -> None:
        if client.connected and client.connection == connection:
            client.take(topic, payload)

    def _copies(self) -> int:
        if self._stage.chance(self._stage.weather.loss):
            return 0
        return 2 if self._stage.chance(self._stage.weather.repeat) else 1

    def forget(self) -> None:
        """The broker died with everything it knew: retained messages and connections."""
        self.retained.clear()


def is_upwards(topic: str) -> bool:
    """True for a topic that the controller reads."""
    return topic.rpartition("/")[2] in {Way.UP.value, Way.BLOB.value, Way.STATUS.value}
