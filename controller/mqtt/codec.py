"""The seam over the `mqtt5` package: bytes to MQTT 5 packets and back, pure.

The package trusts its input more than a listener may: text that is not UTF-8 makes it panic
(and print a trace), and packet identifier 0, wildcards in a topic, NUL characters and the
reserved flag of CONNECT pass. So a packet is measured, walked and checked here first, and only
then handed over. Only the packets that a client may send are read; MQTT 5 only.

Source: MQTT Version 5.0, OASIS Standard, sections 1.5, 2.1 to 2.2, 3 and 4.7.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import mqtt5
from mqtt5 import (
    ConnAckPacket,
    ConnAckReasonCode,
    ConnectPacket,
    DisconnectPacket,
    DisconnectReasonCode,
    Packet,
    PingReqPacket,
    PingRespPacket,
    PubAckPacket,
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
    Will,
)

from controller.mqtt.topics import MqttRefused, TopicRefused, check_topic

__all__ = [
    "ConnAckPacket",
    "ConnAckReasonCode",
    "ConnectPacket",
    "DisconnectPacket",
    "DisconnectReasonCode",
    "MalformedPacket",
    "MqttRefused",
    "Packet",
    "PacketTooLarge",
    "PacketUnexpected",
    "PingReqPacket",
    "PingRespPacket",
    "PubAckPacket",
    "PubAckReasonCode",
    "PublishPacket",
    "QoS",
    "RetainHandling",
    "SubAckPacket",
    "SubAckReasonCode",
    "SubscribePacket",
    "TopicFilter",
    "TopicRefused",
    "UnsubAckPacket",
    "UnsubAckReasonCode",
    "UnsubscribePacket",
    "VersionUnsupported",
    "Will",
    "read_packet",
    "write_packet",
]


_VERSION: Final = 5
_CONTINUES: Final = 0x80
"""This bit of a variable byte integer's byte says that another one follows (section 1.5.5)."""


class MalformedPacket(MqttRefused):
    """The bytes are not an MQTT 5 packet."""

    reason_code = 0x81


class PacketTooLarge(MqttRefused):
    """The fixed header announces more bytes than the listener accepts."""

    reason_code = 0x95


class PacketUnexpected(MqttRefused):
    """A packet that a client may not send, or not now, or not with these values."""


class VersionUnsupported(MqttRefused):
    """CONNECT of another protocol version than 5; `version` is the byte that it carries."""

    def __init__(self, version: int) -> None:
        super().__init__(f"protocol version {version}")
        self.version = version


def read_packet(buffer: memoryview, packet_bytes_max: int) -> tuple[Packet, int] | None:
    """Read one packet of a client from the start of `buffer`.

    Returns the packet and how many bytes it used, or `None` while it is incomplete; a size
    over `packet_bytes_max` (fixed header included) is refused as soon as it is announced.

    Raises `PacketTooLarge`, `MalformedPacket`, `PacketUnexpected`, `TopicRefused`: see there.
    Raises `VersionUnsupported`: a CONNECT of MQTT 3.1, 3.1.1 or of a version to come.
    """
    header = _read_header(buffer)
    if header is None:
        return None
    start, length = header
    if length > packet_bytes_max:
        raise PacketTooLarge(f"packet of {length} bytes, limit {packet_bytes_max}")
    walk = _WALKS.get(buffer[0] >> 4)
    if walk is None:
        raise PacketUnexpected(f"packet type {buffer[0] >> 4} from a client")
    if len(buffer) < length:
        return None
    whole = buffer[:length]
    try:
        walk(whole, start)
    except IndexError as error:
        raise MalformedPacket("a field runs over the end of the packet") from error
    packet = _parse(whole)
    _check_values(packet)
    return packet, length


def write_packet(packet: Packet) -> bytes:
    """Return the bytes of `packet`. Only packets of our own making are written."""
    return packet.write()


def _read_header(buffer: memoryview) -> tuple[int, int] | None:
    """Return where the variable header starts and the packet's whole length, if known yet."""
    available = len(buffer)
    remaining = 0
    for place in range(1, 5):
        if place >= available:
            return None
        byte = buffer[place]
        remaining |= (byte & 0x7F) << (7 * (place - 1))
        if byte < _CONTINUES:
            if byte == 0 and place > 1:
                raise MalformedPacket("remaining length is not in its shortest form")
            return place + 1, place + 1 + remaining
    raise MalformedPacket("remaining length has more than four bytes")


def _parse(whole: memoryview) -> Packet:
    try:
        packet, length = mqtt5.read(whole)
    except (ValueError, IndexError, OverflowError) as error:
        raise MalformedPacket(str(error)) from error
    except BaseException as error:
        # A Rust panic derives from BaseException and its class cannot be imported; anything
        # else of that family (KeyboardInterrupt, SystemExit, CancelledError) is not ours.
        if type(error).__name__ != "PanicException":
            raise
        raise MalformedPacket("the codec gave up") from error
    if length != len(whole):
        raise MalformedPacket("bytes follow the last field")
    return packet


def _check_values(packet: Packet) -> None:
    """Refuse what parses well and is forbidden all the same."""
    if isinstance(packet, PublishPacket):
        if packet.topic_alias is not None:
            # We announce no Topic Alias Maximum, which means 0 (section 3.2.2.3.8).
            raise PacketUnexpected("topic alias")
        check_topic(packet.topic)
        if packet.packet_id == 0:
            raise MalformedPacket("packet identifier 0")
        if packet.subscription_ids:
            raise PacketUnexpected("subscription identifier from a client")
    elif isinstance(packet, SubscribePacket | UnsubscribePacket):
        if packet.packet_id == 0:
            raise MalformedPacket("packet identifier 0")
        if not (packet.topic_filters if isinstance(packet, SubscribePacket) else packet.patterns):
            raise PacketUnexpected("no topic filter")
    elif isinstance(packet, PubAckPacket):
        if packet.packet_id == 0:
            raise MalformedPacket("packet identifier 0")
    elif isinstance(packet, ConnectPacket):
        _check_connect(packet)


def _check_connect(packet: ConnectPacket) -> None:
    if packet.receive_max == 0 or packet.max_packet_size == 0:
        raise PacketUnexpected("receive maximum or maximum packet size is 0")
    if packet.will is not None:
        check_topic(packet.will.topic)


# The walks below visit every length-prefixed field once, so that all text is known to be UTF-8
# and every length to fit before the codec sees it. An index past the end raises IndexError.

_BYTES, _TEXT, _PAIR, _NUMBER = "bytes", "text", "pair", "number"
_PROPERTIES: Final[dict[int, int | str]] = {
    # Section 2.2.2.2: identifier, and the number of bytes or the form of what follows.
    0x01: 1,
    0x02: 4,
    0x03: _TEXT,
    0x08: _TEXT,
    0x09: _BYTES,
    0x0B: _NUMBER,
    0x11: 4,
    0x12: _TEXT,
    0x13: 2,
    0x15: _TEXT,
    0x16: _BYTES,
    0x17: 1,
    0x18: 4,
    0x19: 1,
    0x1A: _TEXT,
    0x1C: _TEXT,
    0x1F: _TEXT,
    0x21: 2,
    0x22: 2,
    0x23: 2,
    0x24: 1,
    0x25: 1,
    0x26: _PAIR,
    0x27: 4,
    0x28: 1,
    0x29: 1,
    0x2A: 1,
}


def _skip_bytes(packet: memoryview, at: int) -> int:
    end = at + 2 + (packet[at] << 8 | packet[at + 1])
    if end > len(packet):
        raise IndexError(end)
    return end


def _skip_text(packet: memoryview, at: int) -> int:
    end = _skip_bytes(packet, at)
    try:
        text = str(packet[at + 2 : end], "utf-8")
    except UnicodeDecodeError as error:
        raise MalformedPacket("text is not UTF-8") from error
    if "\0" in text:
        # Section 1.5.4: no encoded string may hold U+0000.
        raise MalformedPacket("text holds NUL")
    return end


def _read_number(packet: memoryview, at: int) -> tuple[int, int]:
    """Return a variable byte integer and where it ends. Source: section 1.5.5."""
    value = 0
    for shift in (0, 7, 14, 21):
        byte = packet[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < _CONTINUES:
            return value, at
    raise MalformedPacket("variable byte integer has more than four bytes")


def _skip_properties(packet: memoryview, at: int) -> int:
    length = packet[at]
    if length == 0:
        return at + 1
    length, at = _read_number(packet, at)
    end = at + length
    if end > len(packet):
        raise IndexError(end)
    while at < end:
        form = _PROPERTIES.get(packet[at])
        at += 1
        if form is None:
            raise MalformedPacket("unknown property")
        if isinstance(form, int):
            at += form
        elif form == _TEXT:
            at = _skip_text(packet, at)
        elif form == _BYTES:
            at = _skip_bytes(packet, at)
        elif form == _PAIR:
            at = _skip_text(packet, _skip_text(packet, at))
        else:
            at = _read_number(packet, at)[1]
    if at != end:
        raise MalformedPacket("properties are longer than announced")
    return end


def _walk_connect(packet: memoryview, at: int) -> None:
    if packet[0] & 0x0F:
        raise MalformedPacket("reserved flags")
    name_end = _skip_text(packet, at)
    if bytes(packet[at + 2 : name_end]) not in (b"MQTT", b"MQIsdp"):
        raise MalformedPacket("not the protocol name")
    if packet[name_end] != _VERSION:
        raise VersionUnsupported(packet[name_end])
    flags = packet[name_end + 1]
    if flags & 0x01 or (not flags & 0x04 and flags & 0x38):
        raise MalformedPacket("reserved or contradictory connect flags")
    at = _skip_properties(packet, name_end + 4)
    at = _skip_text(packet, at)
    if flags & 0x04:
        at = _skip_properties(packet, at)
        at = _skip_bytes(packet, _skip_text(packet, at))
    if flags & 0x80:
        at = _skip_text(packet, at)
    if flags & 0x40:
        _skip_bytes(packet, at)


def _walk_publish(packet: memoryview, at: int) -> None:
    quality = packet[0] & 0x06
    if packet[0] & 0x08 and not quality:
        raise MalformedPacket("DUP without an acknowledgement to wait for")
    at = _skip_text(packet, at)
    _skip_properties(packet, at + 2 if quality else at)


def _walk_acknowledgement(packet: memoryview, at: int) -> None:
    # Reason code and properties may be left out (section 3.4.2.1).
    if len(packet) > at + 3:
        _skip_properties(packet, at + 3)


def _walk_subscribe(packet: memoryview, at: int) -> None:
    at = _skip_properties(packet, at + 2)
    while at < len(packet):
        at = _skip_text(packet, at)
        if packet[at] & 0xC0:
            raise MalformedPacket("reserved subscription options")
        at += 1


def _walk_unsubscribe(packet: memoryview, at: int) -> None:
    at = _skip_properties(packet, at + 2)
    while at < len(packet):
        at = _skip_text(packet, at)


def _walk_ping(packet: memoryview, at: int) -> None:
    if len(packet) != at:
        raise MalformedPacket("ping with a body")


def _walk_disconnect(packet: memoryview, at: int) -> None:
    if len(packet) > at + 1:
        _skip_properties(packet, at + 1)


_WALKS: Final[dict[int, Callable[[memoryview, int], None]]] = {
    1: _walk_connect,
    3: _walk_publish,
    4: _walk_acknowledgement,
    8: _walk_subscribe,
    10: _walk_unsubscribe,
    12: _walk_ping,
    14: _walk_disconnect,
}
"""Packet type to walk. Missing on purpose: what only a server sends; QoS 2 (5 to 7), since
CONNACK announces Maximum QoS 1 and we never send it; AUTH (15), since we offer no method."""
