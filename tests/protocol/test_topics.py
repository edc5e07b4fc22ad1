"""Topic names and who may do what with them."""

import pytest

from protocol.errors import TopicRefused
from protocol.topics import Address, Party, Topics, Way, allowed, client_id

TOPICS = Topics("kikinda", "assembly")
PREFIX = "chamber/kikinda/assembly"


def test_names_are_those_of_the_table() -> None:
    """protocol.md section 5.1."""
    assert TOPICS.sitting == f"{PREFIX}/sitting"
    assert TOPICS.hall == f"{PREFIX}/hall"
    assert TOPICS.checkpoint == f"{PREFIX}/log/checkpoint"
    assert TOPICS.trust == f"{PREFIX}/log/trust"
    assert TOPICS.of(Party.SEAT, "s1", Way.UP) == f"{PREFIX}/seat/s1/up"
    assert set(TOPICS.inbound()) == {
        f"{PREFIX}/seat/+/up", f"{PREFIX}/seat/+/status", f"{PREFIX}/officer/+/up", f"{PREFIX}/officer/+/blob",
    }  # fmt: skip
    assert client_id(Party.OFFICER, "chair") == "officer-chair"


@pytest.mark.parametrize(
    ("topic", "address"),
    [
        ("seat/s1/up", Address(Party.SEAT, "s1", Way.UP)),
        ("seat/s1/down", Address(Party.SEAT, "s1", Way.DOWN)),
        ("seat/s1/status", Address(Party.SEAT, "s1", Way.STATUS)),
        ("officer/chair/up", Address(Party.OFFICER, "chair", Way.UP)),
        ("officer/chair/blob", Address(Party.OFFICER, "chair", Way.BLOB)),
        ("officer/chair/down", Address(Party.OFFICER, "chair", Way.DOWN)),
    ],
)
def test_topic_is_taken_apart(topic: str, address: Address) -> None:
    """Every row of the table that belongs to a seat or officer."""
    assert TOPICS.read(f"{PREFIX}/{topic}") == address


@pytest.mark.parametrize(
    "topic",
    [
        "", PREFIX, f"{PREFIX}/", f"{PREFIX}/sitting", f"{PREFIX}/seat/s1", f"{PREFIX}/seat/s1/up/x",
        f"{PREFIX}/seat//up",
        f"{PREFIX}/seat/S1/up", f"{PREFIX}/seat/+/up", f"{PREFIX}/seat/s1/blob", f"{PREFIX}/officer/chair/status",
        f"{PREFIX}/voter/s1/up", f"{PREFIX}/seat/s1/UP", "chamber/arad/assembly/seat/s1/up", f"x{PREFIX}/seat/s1/up",
        f"x/{PREFIX}/seat/s1/up", f"{PREFIX}/seat/{'s' * 41}/up", f"{PREFIX}/seat/s1\n/up", f"{PREFIX}/seat/../up",
    ],
)  # fmt: skip
def test_other_topic_is_refused(topic: str) -> None:
    """Other bodies, other ways, ids that are none."""
    with pytest.raises(TopicRefused):
        TOPICS.read(topic)


SEAT_MAY = [
    ("publish", "seat/s1/up"),
    ("publish", "seat/s1/status"),
    ("subscribe", "seat/s1/down"),
    ("receive", "seat/s1/down"),
]
OFFICER_MAY = [
    ("publish", "officer/chair/up"), ("publish", "officer/chair/blob"), ("subscribe", "officer/chair/down"),
    ("subscribe", "seat/+/status"),
]  # fmt: skip
SHARED = [("subscribe", topic) for topic in ("sitting", "hall", "log/checkpoint", "log/trust")]


@pytest.mark.parametrize(
    ("identity", "action", "topic"),
    [("seat-s1", *row) for row in SEAT_MAY + SHARED] + [("officer-chair",
    *row) for row in OFFICER_MAY + SHARED] + [("hall", "subscribe", "hall")],
)  # fmt: skip
def test_own_and_shared_topics_are_allowed(identity: str, action: str, topic: str) -> None:
    """What each party needs."""
    assert allowed(TOPICS, identity, action, f"{PREFIX}/{topic}")


@pytest.mark.parametrize(
    ("identity", "action", "topic"),
    [
        ("seat-s1", "publish", "seat/s2/up"), ("seat-s1", "publish", "seat/s1/down"), ("seat-s1", "publish", "sitting"),
        ("seat-s1", "publish", "hall"), ("seat-s1", "publish", "log/checkpoint"),
        ("seat-s1", "publish", "officer/s1/up"),
        ("seat-s1", "subscribe", "seat/s2/down"), ("seat-s1", "subscribe", "seat/+/up"),
        ("seat-s1", "subscribe", "seat/s1/up"),
        ("seat-s1", "subscribe", "#"), ("seat-s1", "subscribe", "seat/#"), ("seat-s1", "receive", "seat/s1/up"),
        ("officer-chair", "subscribe", "seat/+/up"), ("officer-chair", "subscribe", "seat/s1/up"),
        ("officer-chair", "receive", "seat/s1/up"), ("officer-chair", "publish", "seat/s1/up"),
        ("officer-chair", "publish", "officer/deputy/up"), ("officer-chair", "subscribe", "officer/deputy/down"),
        ("seat-+", "subscribe", "seat/+/down"), ("seat-#", "subscribe", "seat/#/down"),
        ("seat-s1/up", "publish", "seat/s1/up/up"),
        ("seat-", "subscribe", "seat//down"), ("seat", "subscribe", "sitting"), ("", "subscribe", "sitting"),
        ("hall", "publish", "hall"), ("hall", "subscribe", "sitting"), ("controller", "publish", "sitting"),
        ("officer-+", "subscribe", "officer/+/down"), ("seat-S1", "publish", "seat/S1/up"),
    ],
)  # fmt: skip
def test_everything_else_is_not(identity: str, action: str, topic: str) -> None:
    """Nobody reads a ballot on its way, nobody speaks for another, and no name is a wildcard."""
    assert not allowed(TOPICS, identity, action, f"{PREFIX}/{topic}")
