"""Who gets what: sessions, subscriptions, retained messages and wills. Pure.

How it works. The listener tells the exchange what happened (a client connected, subscribed,
published, acknowledged, went away) and the time. The exchange finds the sessions concerned and
lets each gather its bytes; the sessions with bytes to send stand in `ready`. What
time brings about (wills after their delay, the end of a session) happens in `take_wills`, to be
called after each event and at `next_deadline_s`.

Of MQTT 5 it offers what a seat needs: QoS 0 and 1, retained messages, wills, sessions with
expiry, message expiry, no local, retain as published and retain handling. Overlapping
subscriptions deliver once. Not offered, and refused: shared subscriptions, subscription
identifiers, topic aliases, QoS 2 (granted as 1). User properties are dropped.

Source: MQTT Version 5.0, OASIS Standard, sections 3.1.2, 3.3.1.3, 3.8.3.1 and 4.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from controller.mqtt.codec import (
    PacketUnexpected,
    PubAckReasonCode,
    RetainHandling,
    SubAckPacket,
    SubAckReasonCode,
    SubscribePacket,
    TopicFilter,
    UnsubAckPacket,
    UnsubAckReasonCode,
    UnsubscribePacket,
    write_packet,
)
from controller.mqtt.session import NEVER, Message, Session, SessionLimits
from controller.mqtt.topics import FilterTree, MqttRefused, TopicRefused, TopicTree, check_filter

Action: TypeAlias = Literal["publish", "subscribe", "receive"]
AclFunction: TypeAlias = Callable[[str, Action, str], bool]
"""Asked as `allowed(identity, action, topic)`; for "subscribe" the topic is the filter."""


class SessionsFull(MqttRefused):
    """No room for one more session."""

    reason_code = 0x97


@dataclass(frozen=True, slots=True)
class ExchangeLimits:
    """What all clients together, and each one, may hold."""

    session: SessionLimits = field(default_factory=SessionLimits)
    sessions_max: int = 10_000
    subscriptions_max: int = 100
    retained_max: int = 20_000
    session_expiry_max_s: int = 86_400


@dataclass(frozen=True, slots=True)
class Will:
    """The message to publish for a client that vanishes, `delay_s` after it did.

    `expiry_s` counts from its publication; `None` means it keeps its value.
    """

    topic: str
    payload: bytes
    quality: int
    retain: bool
    delay_s: int = 0
    expiry_s: int | None = None


@dataclass(frozen=True, slots=True)
class _Subscription:
    quality: int
    no_local: bool
    retain_as_published: bool


@dataclass(slots=True)
class _Member:
    """A session with its terms: how long it outlives a connection, and its will."""

    session: Session
    expiry_s: int
    will: Will | None
    will_due_s: float = NEVER
    ends_s: float = NEVER


class Exchange:
    """The state of the broker. `ready` lists sessions with bytes to send; its owner clears it."""

    def __init__(self, limits: ExchangeLimits, allowed: AclFunction) -> None:
        self.limits = limits
        self.allowed = allowed
        self.ready: list[Session] = []
        self._members: dict[str, _Member] = {}
        self._filters: FilterTree[Session, _Subscription] = FilterTree()
        self._retained: TopicTree[Message] = TopicTree()
        self._deadlines: list[tuple[float, str]] = []
        self._wills_due: list[tuple[str, Will]] = []
        self._dropped_before = 0

    @property
    def sessions(self) -> int:
        """How many sessions there are, connected or not."""
        return len(self._members)

    def dropped(self) -> int:
        """How many messages were lost to full queues, by all sessions so far."""
        return self._dropped_before + sum(member.session.dropped for member in self._members.values())

    def connect(
        self,
        client: str,
        *,
        clean_start: bool,
        expiry_s: int,
        receive_maximum: int,
        packet_bytes_max: int | None,
        will: Will | None,
        now_s: float,
    ) -> tuple[Session, bool]:
        """Begin a connection of `client`; an older one of the same name has been ended before.

        Returns the session and whether it was present already. Send CONNACK, then `pump` it.
        Raises `SessionsFull`: too many sessions.
        """
        self._let_time_pass(now_s)
        member = self._members.get(client)
        if member is not None and clean_start:
            self._end(client, member)
            member = None
        present = member is not None
        expiry_s = min(expiry_s, self.limits.session_expiry_max_s)
        if member is None:
            if len(self._members) >= self.limits.sessions_max:
                raise SessionsFull(f"{len(self._members)} sessions")
            session = Session(client, self.limits.session, self.ready)
            member = self._members[client] = _Member(session, expiry_s, will)
        else:
            # Coming back in time takes back a will that was still waiting (3.1.3.2.2).
            member.expiry_s, member.will = expiry_s, will
            member.will_due_s = member.ends_s = NEVER
        member.session.attach(receive_maximum, packet_bytes_max)
        return member.session, present

    def disconnect(self, session: Session, *, with_will: bool, now_s: float, expiry_s: int | None = None) -> None:
        """End the connection of `session`; `expiry_s` is the new one DISCONNECT may carry.

        Raises `PacketUnexpected`: an expiry although CONNECT had none (3.14.2.2.2).
        """
        member = self._members[session.client]
        if expiry_s is not None:
            if expiry_s and not member.expiry_s:
                raise PacketUnexpected("session expiry at the end of a session without one")
            member.expiry_s = min(expiry_s, self.limits.session_expiry_max_s)
        session.detach()
        member.ends_s = now_s + member.expiry_s
        if member.will is not None and with_will:
            member.will_due_s = now_s + min(member.will.delay_s, member.expiry_s)
        else:
            member.will = None
        self._remember(session.client, member)
        self._let_time_pass(now_s)

    def subscribe(self, session: Session, packet: SubscribePacket, now_s: float) -> None:
        """Enter the subscriptions, answer SUBACK, then send the retained messages.

        Raises `PacketUnexpected`: a subscription identifier, which CONNACK ruled out.
        """
        if packet.subscription_id is not None:
            raise PacketUnexpected("subscription identifier")
        codes = []
        granted: list[tuple[TopicFilter, _Subscription]] = []
        for request in packet.topic_filters:
            known = request.pattern in session.filters
            code = self._judge_filter(session, request.pattern)
            codes.append(code)
            if code != SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE:
                continue
            subscription = _Subscription(
                0 if request.max_qos == 0 else 1, request.no_local, request.retain_as_published
            )
            if not subscription.quality:
                codes[-1] = SubAckReasonCode.GRANTED_QOS_AT_MOST_ONCE
            session.filters.add(request.pattern)
            self._filters.add(request.pattern, session, subscription)
            handling = request.retain_handling
            if handling == RetainHandling.SEND_ALWAYS or (
                handling == RetainHandling.SEND_IF_SUBSCRIPTION_NOT_EXISTS and not known
            ):
                granted.append((request, subscription))
        session.send(write_packet(SubAckPacket(packet.packet_id, codes)))
        for request, subscription in granted:
            self._send_retained(session, request.pattern, subscription, now_s)

    def unsubscribe(self, session: Session, packet: UnsubscribePacket) -> None:
        """Take subscriptions out and answer UNSUBACK."""
        codes = []
        for pattern in packet.patterns:
            if pattern in session.filters:
                session.filters.remove(pattern)
                self._filters.remove(pattern, session)
                codes.append(UnsubAckReasonCode.SUCCESS)
            else:
                codes.append(UnsubAckReasonCode.NO_SUBSCRIPTION_EXISTED)
        session.send(write_packet(UnsubAckPacket(packet.packet_id, codes)))

    def publish(self, message: Message, now_s: float) -> PubAckReasonCode:
        """Keep `message` if it is to be retained and offer it to every subscriber.

        Returns the code for PUBACK: success, nobody subscribed, or no room to retain it (then
        it goes to nobody). Whether the publisher may publish has been asked before.
        """
        topic = message.topic
        if message.retain and not self._retain(message):
            return PubAckReasonCode.QUOTA_EXCEEDED
        subscribers = self._filters.matching(topic)
        if not subscribers:
            return PubAckReasonCode.NO_MATCHING_SUBSCRIBERS
        publisher, retain = message.publisher, message.retain
        for session, subscriptions in subscribers.items():
            # Several filters of one client may match: the best quality counts.
            quality, as_published = -1, False
            for subscription in subscriptions:
                if subscription.no_local and session.client == publisher:
                    continue
                quality = max(quality, subscription.quality)
                as_published = as_published or subscription.retain_as_published
            if quality < 0 or not self.allowed(session.client, "receive", topic):
                continue
            session.offer(
                message,
                min(quality, message.quality),
                retain=retain and as_published,
                now_s=now_s,
            )
        return PubAckReasonCode.SUCCESS

    def next_deadline_s(self) -> float:
        """When to call `take_wills` at the latest; `NEVER` if nothing is due."""
        return self._deadlines[0][0] if self._deadlines else NEVER

    def take_wills(self, now_s: float) -> list[Message]:
        """End the sessions whose time is over and return the wills due, to be published.

        A will that its client may not publish is left out.
        """
        self._let_time_pass(now_s)
        due, self._wills_due = self._wills_due, []
        return [
            Message(
                will.topic,
                will.payload,
                will.quality,
                will.retain,
                client,
                NEVER if will.expiry_s is None else now_s + will.expiry_s,
            )
            for client, will in due
            if self.allowed(client, "publish", will.topic)
        ]

    def _judge_filter(self, session: Session, pattern: str) -> SubAckReasonCode:
        """Return granted (QoS 1), or why not."""
        try:
            check_filter(pattern)
        except TopicRefused:
            return SubAckReasonCode.TOPIC_FILTER_INVALID
        if pattern.startswith("$share/"):
            return SubAckReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED
        if not self.allowed(session.client, "subscribe", pattern):
            return SubAckReasonCode.NOT_AUTHORIZED
        known = pattern in session.filters
        if not known and len(session.filters) >= self.limits.subscriptions_max:
            return SubAckReasonCode.QUOTA_EXCEEDED
        return SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE

    def _retain(self, message: Message) -> bool:
        if not message.payload:
            self._retained.remove(message.topic)
        elif len(self._retained) < self.limits.retained_max or message.topic in self._retained:
            self._retained.put(message.topic, message)
        else:
            return False
        return True

    def _send_retained(self, session: Session, pattern: str, subscription: _Subscription, now_s: float) -> None:
        for message in self._retained.matching(pattern):
            if message.expires_s <= now_s:
                self._retained.remove(message.topic)
            elif subscription.no_local and message.publisher == session.client:
                continue
            elif self.allowed(session.client, "receive", message.topic):
                quality = min(subscription.quality, message.quality)
                session.offer(message, quality, retain=True, now_s=now_s)

    def _remember(self, client: str, member: _Member) -> None:
        """Enter the member's next deadline. Entries out of date are skipped when they come up."""
        if len(self._deadlines) > 64 + 4 * len(self._members):
            # Many short connections leave such entries behind: start afresh from what holds.
            self._deadlines = [
                (min(each.will_due_s, each.ends_s), name) for name, each in self._members.items() if each.ends_s < NEVER
            ]
            heapq.heapify(self._deadlines)
            return
        heapq.heappush(self._deadlines, (min(member.will_due_s, member.ends_s), client))

    def _let_time_pass(self, now_s: float) -> None:
        while self._deadlines and self._deadlines[0][0] <= now_s:
            client = heapq.heappop(self._deadlines)[1]
            member = self._members.get(client)
            if member is None:
                continue
            if member.ends_s <= now_s:
                self._end(client, member)
            elif member.will_due_s <= now_s:
                self._bequeath(client, member)
                self._remember(client, member)

    def _bequeath(self, client: str, member: _Member) -> None:
        if member.will is not None and member.will_due_s < NEVER:
            self._wills_due.append((client, member.will))
        member.will = None
        member.will_due_s = NEVER

    def _end(self, client: str, member: _Member) -> None:
        """End a session: its will, if one is waiting, does not wait any longer."""
        self._bequeath(client, member)
        for pattern in member.session.filters:
            self._filters.remove(pattern, member.session)
        self._dropped_before += member.session.dropped
        del self._members[client]
