"""A hostile client: it hears everything, can write on every topic, and owns one member's card and one seat.

It replays, flips bits, pads, spells base64 a second way, sends other people's records from its own place, floods, and
brings back what was retained in an old sitting. It has no key but its own.
"""

from base64 import b64encode
from collections import deque

from protocol import records
from protocol.encoding import base64url
from protocol.errors import ChamberError
from protocol.jws import read_envelope
from protocol.keys import Ed25519Signer
from protocol.messages import Challenge, ChallengeRequest, Refusal, Status, read_message
from protocol.topics import Party, Way, client_id
from tests.chamber import plain
from tests.chamber.auditor import RUNNING
from tests.chamber.own_session import OwnSession
from tests.chamber.people import (
    HOSTILE_MEMBER,
    HOSTILE_SEAT,
    TOPICS,
    key_of,
    members_of,
    seats_of,
)  # fmt: skip
from tests.chamber.prologue import Prologue
from tests.chamber.stage import Stage
from tests.chamber.wire import Wire, is_upwards

HEARD_MAX = 300
FLOOD = 40
ORIGIN = "chamber/kikinda/assembly/2024"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Hostile:
    """Does one bad thing at a time. `own` holds its honest ballots by hash: they may count, once, as any member's."""

    def __init__(self, stage: Stage, wire: Wire, prologue: Prologue, seats: int) -> None:
        self.own: dict[str, str] = {}
        self._stage, self._wire = stage, wire
        self._heard: deque[tuple[str, bytes]] = deque(prologue.sent_up + prologue.sent_down, maxlen=HEARD_MAX)
        self._old = prologue.sent_up + prologue.sent_down
        self._victims = list(zip(members_of(seats), seats_of(seats), strict=False))
        self._session: OwnSession | None = None
        self._open = ""
        self._seen = ""
        self._identity = client_id(Party.SEAT, HOSTILE_SEAT)
        self._up = TOPICS.of(Party.SEAT, HOSTILE_SEAT, Way.UP)
        wire.add(self._identity, [TOPICS.of(Party.SEAT, HOSTILE_SEAT, Way.DOWN), TOPICS.sitting], self._take)
        wire.overhear = self._hear

    def _hear(self, topic: str, payload: bytes, _up: bool) -> None:
        self._heard.append((topic, payload))

    def connect(self) -> None:
        """Come in by the front door."""
        self._wire.connect(self._identity)

    def _take(self, topic: str, payload: bytes) -> None:
        if topic == TOPICS.sitting:
            self._read_head(payload)
        elif not plain.is_receipt(payload):
            self._answer_challenge(payload)

    def _read_head(self, payload: bytes) -> None:
        try:
            head = plain.read_leaf(payload).payload
            size, root = plain.read_checkpoint_note(head["checkpoint"].encode())
            opened, phase = head["open"], head["phase"]
        except (ValueError, KeyError):
            return  # something of its own making
        self._open = plain.hash_of(opened.encode()) if phase in RUNNING else ""
        self._seen = f"{size}:{base64url(root)}"

    def _answer_challenge(self, payload: bytes) -> None:
        try:
            challenge = read_message(read_envelope(payload))
        except ChamberError:
            return
        if not isinstance(challenge, Challenge):
            return
        entropy = self._stage.random.randbytes(32)
        self._session = OwnSession(ORIGIN, HOSTILE_MEMBER, HOSTILE_SEAT, challenge, entropy, self._stage.now_ms)
        for data in self._session.opening:
            self._wire.inject_up(self._up, data)

    # --- Bad things.

    def do_something_bad(self) -> None:
        """One bad thing."""
        self._stage.random.choice(
            (
                self._ask_for_session, self._vote_honestly, self._vote_for_others, self._vote_for_others,
                self._replay, self._replay, self._replay_elsewhere, self._flip, self._flip, self._second_spelling,
                self._replay_old, self._flood, self._refuse_others,
            )
        )()  # fmt: skip

    def _ask_for_session(self) -> None:
        self._wire.inject_up(self._up, ChallengeRequest(HOSTILE_SEAT, self._stage.now_ms).seal(key_of(HOSTILE_SEAT)))

    def _vote_honestly(self) -> None:
        if self._session is not None and self._open:
            choice = self._stage.random.choice(records.PLAIN_OPTIONS)
            data = self._ballot(HOSTILE_SEAT, HOSTILE_MEMBER, (choice,))
            self.own[plain.hash_of(data)] = choice
            self._wire.inject_up(self._up, data)

    def _ballot(self, seat: str, member: str, choice: tuple[str, ...]) -> bytes:
        assert self._session is not None, "asked by those who checked"
        return self._session.ballot(self._open, choice, self._seen, self._stage.now_ms, member=member, seat=seat)

    def _vote_for_others(self) -> None:
        if self._session is None or not self._open:
            return
        member, seat = self._stage.random.choice(self._victims)
        choice = self._stage.random.choice((("for",), ("against",), ("for", "against"), ("no-such-option",)))
        member, seat = self._stage.random.choice(((member, seat), (member, HOSTILE_SEAT), (HOSTILE_MEMBER, seat)))
        self._wire.inject_up(TOPICS.of(Party.SEAT, seat, Way.UP), self._ballot(seat, member, choice))

    def _inject(self, topic: str, payload: bytes) -> None:
        if is_upwards(topic):
            self._wire.inject_up(topic, payload)
        else:
            self._wire.inject_down(topic, payload)

    def _pick(self) -> tuple[str, bytes]:
        return self._heard[self._stage.random.randrange(len(self._heard))]

    def _replay(self) -> None:
        self._inject(*self._pick())

    def _replay_old(self) -> None:
        self._inject(*self._stage.random.choice(self._old))

    def _replay_elsewhere(self) -> None:
        _, seat = self._stage.random.choice(self._victims)
        way = self._stage.random.choice((Way.UP, Way.DOWN))
        self._inject(TOPICS.of(Party.SEAT, seat, way), self._pick()[1])

    def _flip(self) -> None:
        topic, payload = self._pick()
        if payload:
            place = self._stage.random.randrange(len(payload))
            flipped = payload[place] ^ (1 << self._stage.random.randrange(8))
            self._inject(topic, payload[:place] + bytes([flipped]) + payload[place + 1 :])

    def _second_spelling(self) -> None:
        """The same record in other bytes: padding, white space, or the unused bits of the last character."""
        topic, payload = self._pick()
        if not payload:
            return
        position = _ALPHABET.find(payload[-1:])
        other = _ALPHABET[position ^ 1 : (position ^ 1) + 1] if position >= 0 else b"="
        twins = (payload + b"=", payload + b"==", payload + b"\n", b" " + payload, payload[:-1] + other)
        self._inject(topic, self._stage.random.choice(twins))

    def _flood(self) -> None:
        if self._session is not None and self._open and self._stage.chance(0.3):
            for _ in range(FLOOD):
                choice = self._stage.random.choice(records.PLAIN_OPTIONS)
                data = self._ballot(HOSTILE_SEAT, HOSTILE_MEMBER, (choice,))
                self.own[plain.hash_of(data)] = choice
                self._wire.inject_up(self._up, data)

    def _refuse_others(self) -> None:
        """A refusal, and a receipt, of somebody's newest record, signed by a key of its own."""
        sent = [(topic, payload) for topic, payload in self._heard if topic.endswith("/up") and "/seat/" in topic]
        if not sent:
            return
        topic, payload = sent[-1]
        key = Ed25519Signer(self._stage.random.randbytes(32))
        down = topic.removesuffix("up") + "down"
        record = plain.hash_of(payload)
        self._wire.inject_down(down, Refusal(record, "late", 1, "", ()).seal(key))
        status = Status(record, 0, "counts", 1).seal(key)
        note = self._wire.retained.get(TOPICS.checkpoint, b"")
        lines = b"c2sp.org/tlog-proof@v1\nextra " + b64encode(status) + b"\nindex 0\n\n"
        self._wire.inject_down(down, lines + note)
