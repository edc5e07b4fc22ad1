"""Topic names and topic filters: what is one, and which belong together. Pure.

Two stores, both with work bounded by the levels of a topic: `FilterTree` finds the subscribers
of a topic (filters without wildcards sit in a dictionary, the few others in a tree), and
`TopicTree` finds the topics under a filter (for retained messages).

Source: MQTT Version 5.0, OASIS Standard, section 4.7.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Final, Generic, TypeVar

TOPIC_LEVELS_MAX: Final = 32
"""Levels of a topic or filter; keeps the work for one message bounded. Ours need six."""
REMEMBERED_MAX: Final = 16_384
"""Topics whose wildcard filters are remembered: two for each of the most seats, and some."""

Subscriber = TypeVar("Subscriber", bound=Hashable)
Value = TypeVar("Value")


class MqttRefused(Exception):
    """What a client sent breaks the protocol or a limit; its connection must be closed.

    `reason` says why in English, without any part of a payload; `reason_code` is the number to
    send in DISCONNECT (MQTT 5, section 3.14.2.1), 0x82 (protocol error) unless a subclass
    knows better.
    """

    reason_code: int = 0x82

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TopicRefused(MqttRefused):
    """A topic name with wildcards, an empty one, one with too many levels, or no filter."""

    reason_code = 0x90


def check_topic(topic: str) -> None:
    """Accept `topic` as the name of a message's topic.

    Raises `TopicRefused`: empty, a wildcard or NUL inside, or more than 32 levels.
    """
    if not topic or "+" in topic or "#" in topic or "\0" in topic:
        raise TopicRefused("topic name is empty or holds a wildcard or NUL")
    if topic.count("/") >= TOPIC_LEVELS_MAX:
        raise TopicRefused("topic name has too many levels")


def check_filter(pattern: str) -> None:
    """Accept `pattern` as a topic filter: `+` fills a whole level, `#` only the last one.

    Raises `TopicRefused`: it is none, or has more than 32 levels.
    """
    levels = pattern.split("/")
    if not pattern or "\0" in pattern or len(levels) > TOPIC_LEVELS_MAX:
        raise TopicRefused("topic filter is empty, holds NUL or has too many levels")
    for place, level in enumerate(levels, start=1):
        if "+" in level and level != "+":
            raise TopicRefused("+ does not fill its level")
        if "#" in level and (level != "#" or place != len(levels)):
            raise TopicRefused("# is not the whole last level")


class _FilterNode(Generic[Subscriber, Value]):
    """The subscribers whose filter ends here, and the levels that may follow."""

    __slots__ = ("children", "subscribers")

    def __init__(self) -> None:
        self.children: dict[str, _FilterNode[Subscriber, Value]] = {}
        self.subscribers: dict[Subscriber, list[Value]] = {}


class FilterTree(Generic[Subscriber, Value]):
    """Subscriptions: filter, subscriber and a value (its options), found by topic."""

    def __init__(self) -> None:
        self._exact: dict[str, dict[Subscriber, list[Value]]] = {}
        self._root: _FilterNode[Subscriber, Value] = _FilterNode()
        self._wildcards = 0
        # The same few thousand topics come again and again; forgotten when a wildcard changes.
        self._remembered: dict[str, tuple[dict[Subscriber, list[Value]], ...]] = {}

    def add(self, pattern: str, subscriber: Subscriber, value: Value) -> None:
        """Enter a subscription; an older one of this subscriber to the same filter gives way.

        `pattern` has passed `check_filter`.
        """
        if "+" not in pattern and "#" not in pattern:
            self._exact.setdefault(pattern, {})[subscriber] = [value]
            return
        self._remembered.clear()
        node = self._root
        for level in pattern.split("/"):
            node = node.children.setdefault(level, _FilterNode())
        self._wildcards += subscriber not in node.subscribers
        node.subscribers[subscriber] = [value]

    def remove(self, pattern: str, subscriber: Subscriber) -> None:
        """Take a subscription out; one that is not there is no error."""
        if "+" not in pattern and "#" not in pattern:
            subscribers = self._exact.get(pattern, {})
            subscribers.pop(subscriber, None)
            if not subscribers:
                self._exact.pop(pattern, None)
            return
        self._remembered.clear()
        path = [self._root]
        levels = pattern.split("/")
        for level in levels:
            child = path[-1].children.get(level)
            if child is None:
                return
            path.append(child)
        self._wildcards -= path[-1].subscribers.pop(subscriber, None) is not None
        while levels and not path[-1].subscribers and not path[-1].children:
            path.pop()
            del path[-1].children[levels.pop()]

    def matching(self, topic: str) -> Mapping[Subscriber, list[Value]]:
        """Return each subscriber of `topic` once, with the values of all its matching filters.

        The mapping is a view for reading at once: it may change with the next `add`.
        """
        exact = self._exact.get(topic, {})
        if not self._wildcards:
            return exact
        wild = self._remembered.get(topic)
        if wild is None:
            if len(self._remembered) >= REMEMBERED_MAX:
                self._remembered.clear()
            wild = self._remembered[topic] = tuple(self._matching_wildcards(topic))
        if not wild:
            return exact
        found = dict(exact)
        for subscribers in wild:
            for subscriber, values in subscribers.items():
                found[subscriber] = found.get(subscriber, []) + values
        return found

    def _matching_wildcards(self, topic: str) -> Iterator[dict[Subscriber, list[Value]]]:
        nodes = [self._root]
        for place, level in enumerate(topic.split("/")):
            # A wildcard in first place does not reach topics that begin with $ (4.7.2).
            wild = place > 0 or not topic.startswith("$")
            following: list[_FilterNode[Subscriber, Value]] = []
            for node in nodes:
                children = node.children
                if wild and "#" in children:
                    yield children["#"].subscribers
                if wild and "+" in children:
                    following.append(children["+"])
                if level in children:
                    following.append(children[level])
            nodes = following
            if not nodes:
                return
        for node in nodes:
            if node.subscribers:
                yield node.subscribers
            # "a/#" also matches "a" itself (4.7.1.2).
            if "#" in node.children:
                yield node.children["#"].subscribers


class _TopicNode(Generic[Value]):
    """The value kept for the topic that ends here, and the topics below."""

    __slots__ = ("children", "values")

    def __init__(self) -> None:
        self.children: dict[str, _TopicNode[Value]] = {}
        self.values: list[Value] = []


class TopicTree(Generic[Value]):
    """One value a topic, found by topic filter."""

    def __init__(self) -> None:
        self._root: _TopicNode[Value] = _TopicNode()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, topic: str) -> bool:
        node: _TopicNode[Value] | None = self._root
        for level in topic.split("/"):
            node = node.children.get(level) if node is not None else None
        return node is not None and bool(node.values)

    def put(self, topic: str, value: Value) -> None:
        """Keep `value` for `topic` in place of an older one."""
        node = self._root
        for level in topic.split("/"):
            node = node.children.setdefault(level, _TopicNode())
        self._count += not node.values
        node.values = [value]

    def remove(self, topic: str) -> None:
        """Forget the value of `topic`; none is no error."""
        path = [self._root]
        levels = topic.split("/")
        for level in levels:
            child = path[-1].children.get(level)
            if child is None:
                return
            path.append(child)
        self._count -= len(path[-1].values)
        path[-1].values = []
        while levels and not path[-1].values and not path[-1].children:
            path.pop()
            del path[-1].children[levels.pop()]

    def matching(self, pattern: str) -> list[Value]:
        """Return the values of all topics that `pattern` (a checked filter) matches."""
        nodes = [self._root]
        for place, level in enumerate(pattern.split("/")):
            following: list[_TopicNode[Value]] = []
            for node in nodes:
                if level == "#":
                    return [value for start in nodes for value in _below(start, first=place == 0)]
                if level == "+":
                    following.extend(_visible_children(node, first=place == 0))
                elif level in node.children:
                    following.append(node.children[level])
            nodes = following
        return [value for node in nodes for value in node.values]


def _visible_children(node: _TopicNode[Value], *, first: bool) -> list[_TopicNode[Value]]:
    """Return what a wildcard at this place reaches: no `$` topic in first place (4.7.2)."""
    return [child for level, child in node.children.items() if not first or not level.startswith("$")]


def _below(node: _TopicNode[Value], *, first: bool) -> Iterator[Value]:
    yield from node.values
    waiting = _visible_children(node, first=first)
    while waiting:
        current = waiting.pop()
        yield from current.values
        waiting.extend(current.children.values())
