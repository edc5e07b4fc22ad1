"""Topic names under `chamber/{chamber}/{body}/`, who publishes what, and who may.

Source: `docs/protocol.md` section 5.1.
"""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from protocol.errors import ChamberError, TopicRefused
from protocol.fields import check_identifier, is_identifier

CONTROLLER = "controller"
DESK, PUBLIC = "desk", "public"
ROOMS = (DESK, PUBLIC)
"""Documents for officers' consoles, and for everybody."""


class Way(Enum):
    """The last word of a topic that belongs to a seat or an officer."""

    UP = "up"
    DOWN = "down"
    STATUS = "status"
    BLOB = "blob"


class Party(Enum):
    """Who has topics of their own."""

    SEAT = "seat"
    OFFICER = "officer"


WAYS = {
    Party.SEAT: frozenset({Way.UP, Way.DOWN, Way.STATUS}),
    Party.OFFICER: frozenset({Way.UP, Way.DOWN, Way.BLOB}),
}


@dataclass(frozen=True, slots=True)
class Address:
    """A topic of one seat or officer, taken apart."""

    party: Party
    id: str
    way: Way


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one body."""

    chamber: str
    body: str

    @property
    def prefix(self) -> str:
        """Everything of this body stands below."""
        return f"chamber/{self.chamber}/{self.body}"

    @property
    def sitting(self) -> str:
        """Retained: the signed head: the newest checkpoint and what is open now."""
        return f"{self.prefix}/sitting"

    @property
    def hall(self) -> str:
        """Retained: what the big screen shows."""
        return f"{self.prefix}/hall"

    @property
    def checkpoint(self) -> str:
        """Retained: the newest signed checkpoint."""
        return f"{self.prefix}/log/checkpoint"

    @property
    def trust(self) -> str:
        """Retained: the trust records, one a line, from which keys are learned."""
        return f"{self.prefix}/log/trust"

    def document(self, room: str, name: str, part: int) -> str:
        """Retained: a part of a document for consoles (`room` `desk`, officers only) or for all (`public`)."""
        return f"{self.prefix}/{room}/{name}/{part}"

    def documents(self, room: str) -> str:
        """The filter of all documents of a room."""
        return f"{self.prefix}/{room}/#"

    def room_of(self, topic: str) -> str:
        """The room of a document's topic, or "" for any other topic."""
        for room in ROOMS:
            if topic.startswith(f"{self.prefix}/{room}/"):
                return room
        return ""

    def of(self, party: Party, party_id: str, way: Way) -> str:
        """A topic of one seat or officer."""
        return f"{self.prefix}/{party.value}/{party_id}/{way.value}"

    def inbound(self) -> tuple[str, ...]:
        """The filters of everything the controller consumes."""
        return (
            f"{self.prefix}/seat/+/up", f"{self.prefix}/seat/+/status",
            f"{self.prefix}/officer/+/up", f"{self.prefix}/officer/+/blob",
        )  # fmt: skip

    def read(self, topic: str) -> Address:
        """Take a topic of a seat or officer apart. Raises `TopicRefused`: any other topic."""
        prefix, _, rest = topic.partition(self.prefix + "/")
        parts = rest.split("/")
        try:
            party, party_id, way = parts
            check_identifier(party_id)
            address = Address(Party(party), party_id, Way(way))
            if address.way not in WAYS[address.party]:
                raise TopicRefused("a way of the other party")
        except (ValueError, ChamberError) as error:
            raise TopicRefused(f"no topic of this body: {topic[:120]!r}") from error
        if prefix:
            raise TopicRefused(f"a topic of another body: {topic[:120]!r}")
        return address


def client_id(party: Party, party_id: str, tag: str = "") -> str:
    """The MQTT client id of a seat or officer. `tag` tells several lines of one officer apart; no seat has one."""
    return f"{party.value}-{party_id}.{tag}" if tag else f"{party.value}-{party_id}"


def identity_of(client: str) -> str:
    """Whose a client id is: without an officer's tag. What a certificate names, and what the access rule asks about."""
    name, point, tag = client.partition(".")
    return name if point and name.startswith("officer-") and is_identifier(tag) else client


def allowed(topics: Topics, identity: str, action: str, topic: str) -> bool:
    """The access rule of the broker: `action` is `publish`, `subscribe` or `receive`, `identity` a client id.

    A seat or officer writes and reads only its own topics and reads what is retained for all; nobody but the
    controller reads `seat/+/up`, so nobody sees a ballot before the close.
    """
    access = _access_of(topics, identity_of(identity))
    if access is None:
        return action != "publish" and (topic in {topics.hall, topics.trust} or topics.room_of(topic) == PUBLIC)
    if action == "publish":
        return topic in access.writes
    if access.officer and topic.startswith(f"{topics.prefix}/seat/") and topic.endswith("/status"):
        return True
    if access.officer and topics.room_of(topic):
        return True
    return topic == access.down or topic in access.shared


class _Access(NamedTuple):
    """What one seat or officer may write, and read."""

    officer: bool
    writes: frozenset[str]
    down: str
    shared: frozenset[str]


@lru_cache(maxsize=4_096)
def _access_of(topics: Topics, identity: str) -> _Access | None:
    """Kept for each client, since the broker asks twice a ballot. None for anybody but seats and officers."""
    party, _, party_id = identity.partition("-")
    if party not in {"seat", "officer"} or not is_identifier(party_id):
        return None
    own = f"{topics.prefix}/{party}/{party_id}/"
    ways = ("up", "status") if party == "seat" else ("up", "blob")
    return _Access(party == "officer", frozenset(own + way for way in ways), own + "down", _shared_topics(topics))


@lru_cache(maxsize=16)
def _shared_topics(topics: Topics) -> frozenset[str]:
    return frozenset({topics.sitting, topics.hall, topics.checkpoint, topics.trust})
