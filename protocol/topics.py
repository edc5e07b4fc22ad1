"""Topic names under `chamber/{chamber}/{body}/`, who publishes what, and who may.

Source: `docs/protocol.md` section 5.1.
"""

from dataclasses import dataclass
from enum import Enum

from protocol.errors import ChamberError, TopicRefused
from protocol.fields import check_identifier, is_identifier

CONTROLLER = "controller"


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


def client_id(party: Party, party_id: str) -> str:
    """The MQTT client id, and certificate name, of a seat or officer."""
    return f"{party.value}-{party_id}"


def allowed(topics: Topics, identity: str, action: str, topic: str) -> bool:
    """The access rule of the broker: `action` is `publish`, `subscribe` or `receive`, `identity` a client id.

    A seat or officer writes and reads only its own topics and reads what is retained for all; nobody but the
    controller reads `seat/+/up`, so nobody sees a ballot before the close.
    """
    party, _, party_id = identity.partition("-")
    own = f"{topics.prefix}/{party}/{party_id}/"
    if party not in {"seat", "officer"} or not is_identifier(party_id):
        return action != "publish" and topic == topics.hall
    if action == "publish":
        ways = ("up", "status") if party == "seat" else ("up", "blob")
        return topic in {own + way for way in ways}
    shared = {topics.sitting, topics.hall, topics.checkpoint, topics.trust}
    if party == "officer" and topic.startswith(f"{topics.prefix}/seat/") and topic.endswith("/status"):
        return True
    return topic in shared or topic == own + "down"
