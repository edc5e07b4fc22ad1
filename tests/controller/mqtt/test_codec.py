"""The codec against literal bytes of the MQTT 5 standard, and against what is no packet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.mqtt.codec import (
    ConnAckPacket,
    ConnAckReasonCode,
    ConnectPacket,
    DisconnectPacket,
    DisconnectReasonCode,
    MalformedPacket,
    MqttRefused,
    Packet,
    PacketTooLarge,
    PacketUnexpected,
    PingReqPacket,
    PubAckPacket,
    PubAckReasonCode,
    PublishPacket,
    QoS,
    RetainHandling,
    SubAckPacket,
    SubAckReasonCode,
    SubscribePacket,
    TopicRefused,
    UnsubscribePacket,
    VersionUnsupported,
    read_packet,
    write_packet,
)

LIMIT = 1_000


def read(data: bytes, limit: int = LIMIT) -> tuple[Packet, int] | None:
    """Read from the start of `data`."""
    return read_packet(memoryview(data), limit)


def read_whole(data: bytes) -> Packet:
    """Read a packet that is all of `data`."""
    found = read(data)
    assert found is not None
    assert found[1] == len(data)
    return found[0]


CONNECT = bytes.fromhex(
    "10 2a"  # CONNECT, 42 bytes follow
    "00 04 4d515454 05 ce 000a"  # protocol name, version 5, user name + password + will QoS 1 + clean, 10 s
    "05 11 0000000a"  # properties: session expiry 10 s
    "0003 616263"  # client identifier abc
    "05 18 00000003"  # will properties: delay 3 s
    "0001 77 0002 6869"  # will topic w, payload hi
    "0002 7573 0002 7077"  # user name us, password pw
)


def test_connect_with_everything_is_read() -> None:
    """Section 3.1: every part of a CONNECT arrives where it belongs."""
    packet = read_whole(CONNECT)
    assert isinstance(packet, ConnectPacket)
    assert (packet.client_id, packet.clean_start, packet.keep_alive) == ("abc", True, 10)
    assert packet.session_expiry_interval == 10
    assert packet.will is not None
    assert (packet.will.topic, packet.will.payload, packet.will.qos == 1) == ("w", b"hi", True)
    assert packet.will.will_delay_interval == 3
    assert (packet.username, packet.password) == ("us", b"pw")


def test_publish_of_quality_1_is_read() -> None:
    """Section 3.3: topic a/b, identifier 10, expiry 60 s, payload hi."""
    packet = read_whole(bytes.fromhex("33 0f 0003 612f62 000a 05 02 0000003c 6869"))
    assert isinstance(packet, PublishPacket)
    assert (packet.topic, packet.payload, packet.packet_id) == ("a/b", b"hi", 10)
    assert packet.qos == QoS.AT_LEAST_ONCE
    assert (packet.retain, packet.duplicate, packet.message_expiry_interval) == (True, False, 60)


def test_subscribe_is_read() -> None:
    """Section 3.8.3.1: QoS 1, no local, retain as published, retain handling 2 in one byte."""
    packet = read_whole(bytes.fromhex("82 09 0102 00 0003 612f2b 2d"))
    assert isinstance(packet, SubscribePacket)
    assert packet.packet_id == 0x0102
    [request] = packet.topic_filters
    assert (request.pattern, request.no_local, request.retain_as_published) == ("a/+", True, True)
    assert request.max_qos == QoS.AT_LEAST_ONCE
    assert request.retain_handling == RetainHandling.SEND_NEVER


def test_small_packets_are_read() -> None:
    """PUBACK with and without reason, UNSUBSCRIBE, PINGREQ and DISCONNECT in their short forms."""
    short = read_whole(bytes.fromhex("40 02 0007"))
    assert isinstance(short, PubAckPacket)
    assert (short.packet_id, short.reason_code) == (7, PubAckReasonCode.SUCCESS)
    long = read_whole(bytes.fromhex("40 04 0007 87 00"))
    assert isinstance(long, PubAckPacket)
    assert long.reason_code == PubAckReasonCode.NOT_AUTHORIZED
    unsubscribe = read_whole(bytes.fromhex("a2 06 0001 00 0001 61"))
    assert isinstance(unsubscribe, UnsubscribePacket)
    assert unsubscribe.patterns == ["a"]
    assert isinstance(read_whole(bytes.fromhex("c0 00")), PingReqPacket)
    plain = read_whole(bytes.fromhex("e0 00"))
    assert isinstance(plain, DisconnectPacket)
    assert plain.reason_code == DisconnectReasonCode.NORMAL_DISCONNECTION
    expiry = read_whole(bytes.fromhex("e0 07 04 05 11 00000005"))
    assert isinstance(expiry, DisconnectPacket)
    assert (expiry.reason_code, expiry.session_expiry_interval) == (
        DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE,
        5,
    )


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (ConnAckPacket(session_present=True), "20 03 01 00 00"),
        (ConnAckPacket(reason_code=ConnAckReasonCode.NOT_AUTHORIZED), "20 03 00 87 00"),
        (PublishPacket("a/b", b"hi", qos=QoS.AT_LEAST_ONCE, packet_id=10), "32 0a 0003 612f62 000a 00 6869"),
        (
            PublishPacket("a", b"", qos=QoS.AT_LEAST_ONCE, packet_id=1, duplicate=True, retain=True),
            "3b 06 0001 61 0001 00",
        ),
        (SubAckPacket(1, [SubAckReasonCode.NOT_AUTHORIZED]), "90 04 0001 00 87"),
        (DisconnectPacket(reason_code=DisconnectReasonCode.SESSION_TAKEN_OVER), "e0 01 8e"),
    ],
)
def test_packets_of_the_server_have_the_bytes_of_the_standard(packet: Packet, expected: str) -> None:
    """What we write is what section 3 lays down."""
    written = write_packet(packet)
    if isinstance(packet, ConnAckPacket):
        # The property length may be followed by properties with default values left out.
        assert written[:4] == bytes.fromhex(expected)[:4]
    else:
        assert written == bytes.fromhex(expected)


@pytest.mark.parametrize("length", range(len(CONNECT)))
def test_part_of_a_packet_is_incomplete(length: int) -> None:
    """Until its last byte is there, a packet is neither read nor refused."""
    assert read(CONNECT[:length]) is None


def test_second_packet_in_the_buffer_is_left_alone() -> None:
    """The length says where the next packet begins."""
    found = read(b"\xc0\x00" + CONNECT)
    assert found is not None
    assert found[1] == 2


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("30 05 0003 ffffff", id="topic is not UTF-8"),
        pytest.param("30 06 0003 eda080 00", id="topic holds a surrogate"),
        pytest.param("30 04 0000 00 78", id="empty topic"),
        pytest.param("30 06 0003 610062 00", id="topic holds NUL"),
        pytest.param("30 09 0001 61 04 03 0001 ff 78", id="content type is not UTF-8"),
        pytest.param("30 0b 0001 61 07 26 0001 6b 0001 ff", id="user property is not UTF-8"),
        pytest.param("30 06 0001 61 02 0203", id="property runs over"),
        pytest.param("30 07 0001 61 7f 0005 78", id="properties run over"),
        pytest.param("30 05 0001 61 01 7e", id="unknown property"),
        pytest.param("30 0f 0001 61 0a 02 00000001 02 00000001 78", id="property twice"),
        pytest.param("30 03 0009 61", id="topic runs over"),
        pytest.param("32 03 0001 61", id="identifier missing"),
        pytest.param("32 06 0001 61 0000 00", id="identifier 0"),
        pytest.param("36 06 0001 61 0001 00", id="QoS 3"),
        pytest.param("38 04 0001 61 00", id="DUP with QoS 0"),
        pytest.param("30 ffffffff 01", id="length of five bytes"),
        pytest.param("c0 80 00", id="length not in the shortest form"),
        pytest.param("c0 01 00", id="ping with a body"),
        pytest.param("c1 00", id="ping with flags"),
        pytest.param("80 07 0001 00 0001 61 01", id="subscribe without its flags"),
        pytest.param("82 07 0001 00 0001 61 03", id="subscribe with QoS 3"),
        pytest.param("82 07 0001 00 0001 61 c1", id="subscribe with reserved bits"),
        pytest.param("82 06 0001 00 0001 61", id="subscribe without options"),
        pytest.param("82 07 0000 00 0001 61 01", id="subscribe with identifier 0"),
        pytest.param("82 07 0001 00 0001 ff 01", id="filter is not UTF-8"),
        pytest.param("a2 06 0000 00 0001 61", id="unsubscribe with identifier 0"),
        pytest.param("40 02 0000", id="acknowledgement with identifier 0"),
        pytest.param("40 03 0001 77", id="unknown reason"),
        pytest.param("e0 01 77", id="unknown reason to disconnect"),
        pytest.param("10 0d 0004 4d515454 05 03 000a 00 0000", id="reserved connect flag"),
        pytest.param("10 0d 0004 4d515454 05 0a 000a 00 0000", id="will quality without a will"),
        pytest.param("10 0d 0004 4d515454 05 c2 000a 00 0000", id="user name announced and missing"),
        pytest.param("10 0d 0004 4d515455 05 02 000a 00 0000", id="protocol name"),
        pytest.param("11 0d 0004 4d515454 05 02 000a 00 0000", id="connect with header flags"),
        pytest.param("10 0e 0004 4d515454 05 02 000a 00 0001 ff", id="client identifier is not UTF-8"),
        pytest.param("10 0e 0004 4d515454 05 02 000a 00 0000 00", id="bytes after the last field"),
    ],
)
def test_malformed_packet_is_refused(data: str) -> None:
    """Bytes that are no packet are refused by that name, whatever the codec below does with them."""
    with pytest.raises(MalformedPacket):
        read(bytes.fromhex(data))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("20 03 00 00 00", id="CONNACK"),
        pytest.param("50 02 0001", id="PUBREC"),
        pytest.param("62 02 0001", id="PUBREL"),
        pytest.param("90 04 0001 00 00", id="SUBACK"),
        pytest.param("d0 00", id="PINGRESP"),
        pytest.param("f0 02 00 00", id="AUTH"),
        pytest.param("00 00", id="type 0"),
        pytest.param("30 07 0000 03 23 0005 78", id="topic alias"),
        pytest.param("30 07 0001 61 02 0b 05 78", id="subscription identifier"),
        pytest.param("82 03 0001 00", id="no filter"),
        pytest.param("a2 03 0001 00", id="no filter to leave"),
        pytest.param("10 10 0004 4d515454 05 02 000a 03 21 0000 0000", id="receive maximum 0"),
        pytest.param("10 12 0004 4d515454 05 02 000a 05 27 00000000 0000", id="maximum packet size 0"),
    ],
)
def test_packet_out_of_place_is_refused(data: str) -> None:
    """What a client may not send is refused, by another name than broken bytes unless it is broken too."""
    with pytest.raises((PacketUnexpected, MalformedPacket)):
        read(bytes.fromhex(data))


@pytest.mark.parametrize("topic", [b"a/+", b"a/#", b"#", b"a+b", b"/".join([b"a"] * 33)])
def test_publish_to_what_is_no_topic_is_refused(topic: bytes) -> None:
    """Wildcards or far too many levels: no topic name."""
    body = len(topic).to_bytes(2, "big") + topic + b"\x00x"
    with pytest.raises(TopicRefused):
        read(b"\x30" + bytes([len(body)]) + body)


def test_will_on_a_wildcard_is_refused() -> None:
    """A will is a message too: its topic is checked when it is announced."""
    data = bytes.fromhex("10 14 0004 4d515454 05 06 000a 00 0001 61 00 0001 23 0000")
    with pytest.raises(TopicRefused):
        read(data)


@pytest.mark.parametrize("version", [3, 4, 6])
def test_other_version_is_refused_by_number(version: int) -> None:
    """The listener can answer an older client in its own language."""
    with pytest.raises(VersionUnsupported) as refused:
        read(bytes.fromhex("10 0c 0004 4d515454") + bytes([version]) + bytes.fromhex("02 000a 0000"))
    assert refused.value.version == version


def test_too_large_packet_is_refused_at_its_header() -> None:
    """The announced length is judged before any of the body arrives."""
    assert read(bytes.fromhex("30 e507")) is None
    with pytest.raises(PacketTooLarge):
        read(bytes.fromhex("30 e607"))


VALID = [
    CONNECT,
    bytes.fromhex("33 0f 0003 612f62 000a 05 02 0000003c 6869"),
    bytes.fromhex("82 09 0102 00 0003 612f2b 2d"),
    bytes.fromhex("a2 06 0001 00 0001 61"),
    bytes.fromhex("40 04 0007 87 00"),
    bytes.fromhex("e0 07 04 05 11 00000005"),
    bytes.fromhex("30 0f 0001 61 0b 26 0001 6b 0001 76 03 0001 74"),
]


@settings(max_examples=400, deadline=None, derandomize=True)
@given(data=st.data())
def test_damaged_packet_is_read_or_refused_by_name(data: st.DataObject) -> None:
    """Flipped, cut and added bytes lead to a packet, to waiting or to a named refusal: nothing else."""
    damaged = bytearray(data.draw(st.sampled_from(VALID)))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    damaged += data.draw(st.binary(max_size=8))
    check_read(bytes(damaged))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(first=st.integers(0, 255), body=st.binary(max_size=100))
def test_noise_is_read_or_refused_by_name(first: int, body: bytes) -> None:
    """The same for bytes without any sense."""
    check_read(bytes([first, len(body)]) + body)


def check_read(data: bytes) -> None:
    """Read and demand one of the three good outcomes."""
    try:
        found = read(data)
    except MqttRefused as refusal:
        assert refusal.reason  # noqa: PT017 - a refusal is one of the two good outcomes here
        return
    if found is not None:
        packet, length = found
        assert 2 <= length <= len(data)
        assert write_packet(packet)
