"""Topics, sessions and the exchange: pure, with time as a number."""

from __future__ import annotations

import mqtt5
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.mqtt.codec import (
    Packet,
    PacketUnexpected,
    PubAckReasonCode,
    PublishPacket,
    QoS,
    RetainHandling,
    SubAckPacket,
    SubAckReasonCode,
    SubscribePacket,
    TopicFilter,
    UnsubAckPacket,
    UnsubAckReasonCode,
    UnsubscribePacket,
    read_packet,
)
from controller.mqtt.exchange import AclFunction, Exchange, ExchangeLimits, SessionsFull, Will
from controller.mqtt.session import NEVER, Message, Session, SessionLimits
from controller.mqtt.topics import FilterTree, TopicRefused, TopicTree, check_filter, check_topic


def allow_all(identity: str, action: str, topic: str) -> bool:
    """Allow everything."""
    return True


class House:
    """An exchange with a hand on the clock, and eyes for what each client gets."""

    def __init__(self, allowed: AclFunction = allow_all, limits: ExchangeLimits | None = None) -> None:
        self.exchange = Exchange(limits or ExchangeLimits(), allowed)
        self.now_s = 1_000.0

    def connect(
        self,
        client: str,
        *,
        clean_start: bool = False,
        expiry_s: int = 3_600,
        receive_maximum: int = 100,
        packet_bytes_max: int | None = None,
        will: Will | None = None,
    ) -> Session:
        """Connect and let what waits go out, as the listener does after CONNACK."""
        session, self.present = self.exchange.connect(
            client,
            clean_start=clean_start,
            expiry_s=expiry_s,
            receive_maximum=receive_maximum,
            packet_bytes_max=packet_bytes_max,
            will=will,
            now_s=self.now_s,
        )
        session.pump(self.now_s)
        return session

    def disconnect(self, session: Session, *, with_will: bool = True, expiry_s: int | None = None) -> None:
        """End a connection."""
        self.exchange.disconnect(session, with_will=with_will, now_s=self.now_s, expiry_s=expiry_s)

    def subscribe(self, session: Session, *requests: TopicFilter | str) -> list[SubAckReasonCode]:
        """Subscribe and return the codes of SUBACK; what comes behind it stays to be taken."""
        filters = [
            TopicFilter(request, max_qos=QoS.AT_LEAST_ONCE, retain_as_published=False)
            if isinstance(request, str)
            else request
            for request in requests
        ]
        self.exchange.subscribe(session, SubscribePacket(1, filters), self.now_s)
        packets = read_all(session.take_outgoing())
        [answer] = [packet for packet in packets if isinstance(packet, SubAckPacket)]
        for packet in packets:
            if packet is not answer:
                session.send(packet.write())
        return answer.reason_codes

    def publish(
        self,
        topic: str,
        payload: bytes = b"x",
        *,
        quality: int = 1,
        retain: bool = False,
        publisher: str = "writer",
        expiry_s: float = NEVER,
    ) -> PubAckReasonCode:
        """Publish in the name of another client."""
        message = Message(topic, payload, quality, retain, publisher, self.now_s + expiry_s)
        return self.exchange.publish(message, self.now_s)

    def take_wills(self) -> list[Message]:
        """Take the wills due by now."""
        return self.exchange.take_wills(self.now_s)


def read_all(data: bytes) -> list[Packet]:
    """Read the packets that a client would see."""
    packets = []
    while data:
        packet, length = mqtt5.read(memoryview(data))
        packets.append(packet)
        data = data[length:]
    return packets


def take(session: Session) -> list[PublishPacket]:
    """Take the messages on their way to a client."""
    packets = read_all(session.take_outgoing())
    assert all(isinstance(packet, PublishPacket) for packet in packets)
    return [packet for packet in packets if isinstance(packet, PublishPacket)]


def payloads(session: Session) -> list[bytes]:
    """Take the payloads on their way to a client."""
    return [packet.payload for packet in take(session)]


# Topics


@pytest.mark.parametrize(
    ("pattern", "topic", "matches"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("a/+", "a/", True),
        ("+", "a", True),
        ("+", "/a", False),
        ("/+", "/a", True),
        ("+/+", "/a", True),
        ("#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/#", "ab", False),
        ("a/+/c", "a/b/c", True),
        ("+/b/#", "a/b", True),
        ("#", "$SYS/a", False),
        ("+/a", "$SYS/a", False),
        ("$SYS/#", "$SYS/a", True),
        ("a/$b", "a/$b", True),
        ("a/+", "a/$b", True),
    ],
)
def test_filter_matches_as_the_standard_says(pattern: str, topic: str, matches: bool) -> None:
    """Section 4.7, for both directions of the search."""
    filters: FilterTree[str, int] = FilterTree()
    filters.add(pattern, "someone", 1)
    assert bool(filters.matching(topic)) is matches
    topics: TopicTree[int] = TopicTree()
    topics.put(topic, 7)
    assert topics.matching(pattern) == ([7] if matches else [])


LEVEL = st.sampled_from(["a", "b", "", "$c"])
TOPIC = st.lists(LEVEL, min_size=1, max_size=4).map("/".join).filter(bool)
PATTERN = st.builds(
    lambda levels, end: "/".join([*levels, *end]),
    st.lists(st.sampled_from(["a", "b", "", "$c", "+"]), min_size=1, max_size=4),
    st.sampled_from([[], ["#"]]),
).filter(bool)


def matches_plainly(pattern: str, topic: str) -> bool:
    """The standard's rule written down without a tree."""
    wanted, given_levels = pattern.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in ("+", "#"):
        return False
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        given_levels = given_levels[: len(wanted)]
    return len(wanted) == len(given_levels) and all(
        one in ("+", other) for one, other in zip(wanted, given_levels, strict=True)
    )


@settings(max_examples=300, deadline=None, derandomize=True)
@given(patterns=st.lists(PATTERN, max_size=6, unique=True), topics=st.lists(TOPIC, max_size=6, unique=True))
def test_trees_agree_with_the_plain_rule(patterns: list[str], topics: list[str]) -> None:
    """Whatever is entered, both trees find what the plain rule finds, and nothing after removal."""
    filters: FilterTree[str, str] = FilterTree()
    kept: TopicTree[str] = TopicTree()
    for pattern in patterns:
        filters.add(pattern, pattern, pattern)
    for topic in topics:
        kept.put(topic, topic)
    assert len(kept) == len(topics)
    for topic in topics:
        assert topic in kept
        assert set(filters.matching(topic)) == {one for one in patterns if matches_plainly(one, topic)}
    for pattern in patterns:
        assert sorted(kept.matching(pattern)) == sorted(one for one in topics if matches_plainly(pattern, one))
        filters.remove(pattern, pattern)
    for topic in topics:
        assert not filters.matching(topic)
        kept.remove(topic)
    assert len(kept) == 0
    assert kept.matching("#") == []


def test_overlapping_filters_name_a_subscriber_once() -> None:
    """All values of one subscriber come together."""
    filters: FilterTree[str, int] = FilterTree()
    for value, pattern in enumerate(["a/b", "a/+", "#"]):
        filters.add(pattern, "someone", value)
    filters.add("a/+", "other", 9)
    assert {name: sorted(values) for name, values in filters.matching("a/b").items()} == {
        "someone": [0, 1, 2],
        "other": [9],
    }
    filters.remove("a/x", "someone")
    filters.remove("b/+/c", "someone")


@pytest.mark.parametrize("topic", ["", "a/+", "#", "a\0b", "/".join("a" * 33)])
def test_no_topic_is_refused(topic: str) -> None:
    """What is no topic name has a named refusal."""
    with pytest.raises(TopicRefused):
        check_topic(topic)


@pytest.mark.parametrize("pattern", ["", "a+", "a/b#", "#/a", "a/#/b", "a\0", "/".join("a" * 33)])
def test_no_filter_is_refused(pattern: str) -> None:
    """What is no topic filter has a named refusal."""
    with pytest.raises(TopicRefused):
        check_filter(pattern)


# Sessions


def test_window_is_the_receive_maximum_exactly() -> None:
    """Three on their way, each acknowledgement lets one more go, and an unknown one none."""
    house = House()
    session = house.connect("seat", receive_maximum=3)
    house.subscribe(session, "a")
    for number in range(6):
        house.publish("a", b"%d" % number)
    first = take(session)
    assert [packet.payload for packet in first] == [b"0", b"1", b"2"]
    assert (session.unacknowledged, session.queued) == (3, 3)
    assert not session.acknowledge(999, house.now_s)
    assert take(session) == []
    assert first[1].packet_id is not None
    assert session.acknowledge(first[1].packet_id, house.now_s)
    assert payloads(session) == [b"3"]
    assert (session.unacknowledged, session.queued) == (3, 2)


def test_unacknowledged_messages_come_again_first() -> None:
    """At the next connection: same identifiers, same order, DUP, then the rest, within a smaller window."""
    house = House()
    session = house.connect("seat", receive_maximum=3)
    house.subscribe(session, "a")
    for number in range(3):
        house.publish("a", b"%d" % number)
    first = take(session)
    house.disconnect(session)
    house.publish("a", b"3")
    again = house.connect("seat", receive_maximum=2)
    assert again is session
    assert house.present
    packets = take(session)
    assert [(one.packet_id, one.payload, one.duplicate) for one in packets] == [
        (one.packet_id, one.payload, True) for one in first[:2]
    ]
    for packet in packets:
        assert packet.packet_id is not None
        session.acknowledge(packet.packet_id, house.now_s)
    rest = take(session)
    assert [(one.payload, one.duplicate) for one in rest] == [(b"2", True), (b"3", False)]


def test_full_queue_drops_the_newest_and_counts() -> None:
    """Limits by number and by bytes hold; what was accepted stays."""
    house = House(limits=ExchangeLimits(session=SessionLimits(queue_messages_max=3, queue_bytes_max=10)))
    session = house.connect("seat")
    house.subscribe(session, "a")
    house.disconnect(session)
    for payload in (b"1", b"22222222", b"333", b"4", b"5"):
        house.publish("a", payload)
    assert (session.dropped, session.take_dropped(), session.take_dropped()) == (2, 2, 0)
    assert house.exchange.dropped() == 2
    house.connect("seat")
    assert payloads(session) == [b"1", b"22222222", b"4"]


def test_expired_messages_make_room_and_do_not_arrive() -> None:
    """A message whose time ran out in the queue is not delivered; others carry what remains."""
    house = House(limits=ExchangeLimits(session=SessionLimits(queue_messages_max=2)))
    session = house.connect("seat")
    house.subscribe(session, "a")
    house.disconnect(session)
    house.publish("a", b"stale", expiry_s=5)
    house.publish("a", b"fresh", expiry_s=60)
    house.now_s += 10
    house.publish("a", b"new")
    house.now_s += 20
    house.connect("seat")
    assert [(one.payload, one.message_expiry_interval) for one in take(session)] == [(b"fresh", 30), (b"new", None)]
    assert session.dropped == 0


def test_burst_waits_until_its_beginning_was_taken() -> None:
    """Not more bytes than the limit are given to the wire at once; nothing is lost."""
    house = House(limits=ExchangeLimits(session=SessionLimits(outgoing_bytes_max=250)))
    session = house.connect("seat")
    house.subscribe(session, "a")
    for number in range(5):
        house.publish("a", bytes([number]) * 100)
    counts = []
    while data := session.take_outgoing():
        counts.append(len(read_all(data)))
        session.pump(house.now_s)
    assert counts == [3, 2]


def test_quality_zero_is_not_queued() -> None:
    """QoS 0 goes out at once, beside a full window, or never."""
    house = House()
    session = house.connect("seat", receive_maximum=1)
    house.subscribe(session, "a")
    house.publish("a", b"1")
    house.publish("a", b"0", quality=0)
    assert payloads(session) == [b"1", b"0"]
    session.paused = True
    house.publish("a", b"0", quality=0)
    house.disconnect(session)
    house.publish("a", b"0", quality=0)
    house.connect("seat")
    assert [one.duplicate for one in take(session)] == [True]


def test_too_large_message_for_the_client_is_passed_over() -> None:
    """Section 3.1.2.11.4: it counts as delivered and does not hold a place in the window."""
    house = House()
    session = house.connect("seat", receive_maximum=1, packet_bytes_max=50)
    house.subscribe(session, "a")
    house.publish("a", bytes(100))
    house.publish("a", b"small")
    assert payloads(session) == [b"small"]


def test_identifiers_wrap_and_skip_those_in_use() -> None:
    """After 65,535 comes 1, and an identifier that is still held is not given twice."""
    house = House()
    session = house.connect("seat", receive_maximum=2)
    house.subscribe(session, "a")
    house.publish("a", b"held")
    [held] = take(session)
    seen = set()
    for _ in range(65_600):
        house.publish("a")
        [packet] = take(session)
        assert packet.packet_id is not None
        seen.add(packet.packet_id)
        session.acknowledge(packet.packet_id, house.now_s)
    assert held.packet_id not in seen
    assert len(seen) == 65_534


# The exchange


def test_session_ends_when_its_time_is_over() -> None:
    """Before its expiry a session is present, afterwards it and its subscriptions are gone."""
    house = House()
    session = house.connect("seat", expiry_s=10)
    house.subscribe(session, "a")
    house.disconnect(session)
    house.now_s += 9
    assert house.connect("seat", expiry_s=10) is session
    house.disconnect(session)
    assert house.exchange.next_deadline_s() <= house.now_s + 10
    house.now_s += 10
    house.take_wills()
    assert house.exchange.sessions == 0
    assert house.publish("a") is PubAckReasonCode.NO_MATCHING_SUBSCRIBERS
    assert house.connect("seat") is not session
    assert not house.present


def test_session_without_expiry_ends_with_its_connection() -> None:
    """Expiry 0, or DISCONNECT with expiry 0, ends the session at once; adding one is refused."""
    house = House()
    session = house.connect("seat", expiry_s=0)
    with pytest.raises(PacketUnexpected):
        house.disconnect(session, expiry_s=5)
    assert session.connected
    house.disconnect(session)
    assert house.exchange.sessions == 0
    session = house.connect("seat", expiry_s=100)
    house.disconnect(session, expiry_s=0)
    assert house.exchange.sessions == 0


def test_clean_start_ends_the_old_session_and_lets_its_will_go() -> None:
    """A waiting will does not wait for a session that is over (3.1.3.2.2)."""
    house = House()
    will = Will("w", b"gone", 1, retain=False, delay_s=60)
    session = house.connect("seat", will=will)
    house.disconnect(session)
    assert house.take_wills() == []
    assert house.connect("seat", clean_start=True) is not session
    assert [message.payload for message in house.take_wills()] == [b"gone"]


def test_will_waits_for_its_delay_or_the_end_of_the_session() -> None:
    """Whichever comes first; its expiry counts from then."""
    house = House()
    for client, expiry_s in (("long", 100), ("short", 10)):
        session = house.connect(client, expiry_s=expiry_s, will=Will("w", b"x", 1, retain=True, delay_s=30, expiry_s=5))
        house.disconnect(session)
    assert house.exchange.next_deadline_s() == house.now_s + 10
    house.now_s += 10
    assert [message.publisher for message in house.take_wills()] == ["short"]
    assert house.exchange.next_deadline_s() == house.now_s + 20
    house.now_s += 20
    [message] = house.take_wills()
    assert (message.publisher, message.retain, message.expires_s) == ("long", True, house.now_s + 5)
    house.now_s += 1_000
    assert house.take_wills() == []


def test_will_is_taken_back_by_a_return_or_a_proper_end() -> None:
    """No will after coming back in time, after DISCONNECT, or twice."""
    house = House()
    will = Will("w", b"gone", 1, retain=False, delay_s=30)
    session = house.connect("seat", will=will)
    house.disconnect(session)
    house.now_s += 29
    house.connect("seat", will=will)
    house.now_s += 100
    assert house.take_wills() == []
    house.disconnect(session, with_will=False)
    house.now_s += 100
    assert house.take_wills() == []


def test_will_that_its_client_may_not_publish_is_left_out() -> None:
    """A will is a publication like any other."""
    house = House(lambda identity, action, topic: action != "publish" or topic == f"status/{identity}")
    for topic in ("status/seat", "status/other"):
        session = house.connect("seat", expiry_s=0, will=Will(topic, b"gone", 1, retain=False))
        house.disconnect(session)
    assert [message.topic for message in house.take_wills()] == ["status/seat"]


def test_many_short_connections_leave_no_trace() -> None:
    """Deadlines that no longer hold are cleared out."""
    house = House()
    for _ in range(1_000):
        house.disconnect(house.connect("seat", expiry_s=3_600))
    assert len(house.exchange._deadlines) < 100  # noqa: SLF001 - the memory is the point
    house.now_s += 3_600
    house.take_wills()
    assert house.exchange.sessions == 0


def test_subscriptions_are_granted_or_refused_one_by_one() -> None:
    """Each filter has its own answer, QoS 2 is granted as 1, and a refusal changes nothing else."""
    house = House(
        lambda identity, action, topic: topic != "private",
        ExchangeLimits(subscriptions_max=2),
    )
    session = house.connect("seat")
    codes = house.subscribe(
        session,
        TopicFilter("a"),
        "private",
        "$share/group/a",
        TopicFilter("b", max_qos=QoS.AT_MOST_ONCE),
        "c",
        TopicFilter("a"),
    )
    assert codes == [
        SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE,
        SubAckReasonCode.NOT_AUTHORIZED,
        SubAckReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
        SubAckReasonCode.GRANTED_QOS_AT_MOST_ONCE,
        SubAckReasonCode.QUOTA_EXCEEDED,
        SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE,
    ]
    assert session.filters == {"a", "b"}
    with pytest.raises(PacketUnexpected):
        house.exchange.subscribe(session, SubscribePacket(1, [TopicFilter("a")], subscription_id=5), house.now_s)


def test_what_is_no_filter_is_answered_so() -> None:
    """A bad filter is the answer of its subscription, not the end of the connection."""
    house = House()
    session = house.connect("seat")
    found = read_packet(memoryview(bytes.fromhex("82 0b 0001 00 0005 612f232f62 01")), 100)
    assert found is not None
    packet = found[0]
    assert isinstance(packet, SubscribePacket)
    house.exchange.subscribe(session, packet, house.now_s)
    [answer] = read_all(session.take_outgoing())
    assert isinstance(answer, SubAckPacket)
    assert answer.reason_codes == [SubAckReasonCode.TOPIC_FILTER_INVALID]
    assert session.filters == set()


def test_unsubscribing_ends_delivery() -> None:
    """UNSUBACK tells what was there; afterwards nothing arrives."""
    house = House()
    session = house.connect("seat")
    house.subscribe(session, "a", "b/+")
    house.exchange.unsubscribe(session, UnsubscribePacket(7, ["a", "b/+", "c"]))
    [answer] = read_all(session.take_outgoing())
    assert isinstance(answer, UnsubAckPacket)
    assert answer.reason_codes == [
        UnsubAckReasonCode.SUCCESS,
        UnsubAckReasonCode.SUCCESS,
        UnsubAckReasonCode.NO_SUBSCRIPTION_EXISTED,
    ]
    assert house.publish("a") is PubAckReasonCode.NO_MATCHING_SUBSCRIBERS
    assert house.publish("b/c") is PubAckReasonCode.NO_MATCHING_SUBSCRIBERS


def test_overlapping_subscriptions_deliver_once_with_the_best_quality() -> None:
    """One message, one delivery, unless every matching subscription is no local and it is one's own."""
    house = House()
    session = house.connect("seat")
    house.subscribe(
        session,
        TopicFilter("a/b", max_qos=QoS.AT_MOST_ONCE),
        TopicFilter("a/+", max_qos=QoS.AT_LEAST_ONCE, no_local=True),
    )
    house.publish("a/b")
    house.publish("a/b", publisher="seat")
    house.publish("a/c", publisher="seat")
    assert [int(packet.qos) for packet in take(session)] == [1, 0]


def test_delivery_asks_whether_the_client_may_receive() -> None:
    """A wildcard subscription reaches only what its owner may read, live and retained."""
    house = House(lambda identity, action, topic: action != "receive" or topic == f"down/{identity}")
    house.publish("down/one", b"kept", retain=True)
    sessions = [house.connect(name) for name in ("one", "two")]
    for session in sessions:
        house.subscribe(session, "down/#")
    house.publish("down/two", b"live")
    assert [payloads(session) for session in sessions] == [[b"kept"], [b"live"]]


def test_retained_message_is_kept_replaced_cleared_and_expires() -> None:
    """One message a topic, with the retain flag for newcomers only."""
    house = House(limits=ExchangeLimits(retained_max=2))
    house.publish("a", b"old", retain=True)
    house.publish("a", b"new", retain=True)
    house.publish("b", b"brief", retain=True, expiry_s=10)
    assert house.publish("c", b"third", retain=True) is PubAckReasonCode.QUOTA_EXCEEDED
    session = house.connect("seat")
    house.subscribe(session, "+")
    packets = take(session)
    assert sorted((one.topic, one.payload, one.retain) for one in packets) == [
        ("a", b"new", True),
        ("b", b"brief", True),
    ]
    house.now_s += 10
    house.publish("a", b"", retain=True)
    assert [(one.payload, one.retain) for one in take(session)] == [(b"", False)]
    house.subscribe(session, "#")
    assert take(session) == []


def test_retain_handling_and_retain_as_published() -> None:
    """Section 3.8.3.1: when retained messages come, and whether live ones keep their flag."""
    house = House()
    house.publish("a", b"kept", retain=True)
    session = house.connect("seat")
    never = TopicFilter("a", retain_handling=RetainHandling.SEND_NEVER)
    once = TopicFilter("a", retain_handling=RetainHandling.SEND_IF_SUBSCRIPTION_NOT_EXISTS)
    house.subscribe(session, never)
    house.subscribe(session, once)
    assert take(session) == []
    house.subscribe(session, TopicFilter("a"))
    assert payloads(session) == [b"kept"]
    house.publish("a", b"live", retain=True)
    assert [packet.retain for packet in take(session)] == [True]


def test_too_many_sessions_are_refused_and_old_ones_stay() -> None:
    """A newcomer is turned away; whoever has a session comes back into it."""
    house = House(limits=ExchangeLimits(sessions_max=1))
    house.disconnect(house.connect("one"))
    with pytest.raises(SessionsFull):
        house.connect("two")
    house.connect("one")
    assert house.present


def test_sessions_with_bytes_stand_in_ready() -> None:
    """Once each, until their bytes are taken."""
    house = House()
    one, two = house.connect("one"), house.connect("two")
    house.subscribe(one, "a")
    house.subscribe(two, "a")
    house.exchange.ready.clear()
    house.publish("a")
    house.publish("a")
    assert house.exchange.ready == [one, two]


def test_connection_that_ended_leaves_no_bytes() -> None:
    """What was not taken is void; the message itself comes again."""
    house = House()
    session = house.connect("seat")
    house.subscribe(session, "a")
    house.publish("a", b"1")
    house.disconnect(session)
    assert session.take_outgoing() == b""
    house.connect("seat")
    assert [(one.payload, one.duplicate) for one in take(session)] == [(b"1", True)]
