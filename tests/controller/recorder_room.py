"""A chamber in memory for tests: the real recorder, with everything that reaches it going through `take`.

`Room` makes records as `ChamberLog` does, but each goes to the recorder on its sender's topic, is sealed into a batch
and answered. `sent` holds what was published; `answer(...)` opens what a sender got.
"""

from base64 import b64decode
from hashlib import sha256
from typing import Any

from controller.recorder import Batch, Keys, Memory, Outgoing, Recorder
from protocol import records
from protocol.keys import Ed25519Signer, Signer
from protocol.messages import Challenge, ChallengeRequest, Refusal, Status, open_message
from protocol.receipt import Receipt, open_receipt
from protocol.record import By, Record
from protocol.state import Entry
from protocol.topics import Party, Topics, Way
from tests.protocol.chamber_builder import (
    CONTROLLER_KEY,
    LOG_KEY,
    ORIGIN,
    ROOT_KEY,
    RULES,
    ChamberLog,
    device_key,
    officer_key,
)

KEYS = Keys(LOG_KEY, CONTROLLER_KEY)
TOPICS = Topics(*ORIGIN.split("/")[1:3])


class Entropy:
    """Random bytes that are always the same ones."""

    def __init__(self, name: str = "entropy") -> None:
        self._name, self._number = name, 0

    def __call__(self, size: int) -> bytes:
        """The next bytes."""
        self._number += 1
        return sha256(f"{self._name} {self._number}".encode()).digest()[:size]


def seat_topic(seat: str, way: Way = Way.UP) -> str:
    """A topic of a seat."""
    return TOPICS.of(Party.SEAT, seat, way)


def officer_topic(officer: str, way: Way = Way.UP) -> str:
    """A topic of an officer."""
    return TOPICS.of(Party.OFFICER, officer, way)


class Room(ChamberLog):
    """A chamber whose log is a recorder's. `batches` holds what was made durable."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[Batch] = []
        self.sent: list[Outgoing] = []
        self.take_over(Recorder(Memory(), KEYS, TOPICS, Entropy()))

    def take_over(self, recorder: Recorder) -> None:
        """Go on with another recorder, as after a restart."""
        self.recorder = recorder
        self.state, self.tree = recorder.memory.state, recorder.memory.tree

    # --- Messages.

    def send(self, topic: str, payload: bytes) -> list[Outgoing]:
        """One message, one batch. Returns what was published."""
        self.now_ms += 1000
        self.recorder.take(topic, payload, self.now_ms)
        return self.finish()

    def finish(self) -> list[Outgoing]:
        """Seal the batch, keep it, and return what may be published now."""
        batch = self.recorder.seal(self.now_ms)
        self.batches.append(batch)
        self.leaves += batch.leaves
        outgoing = self.recorder.publish(batch, self.now_ms)
        self.sent += outgoing
        return outgoing

    def refusal(self, topic: str, payload: bytes) -> str:
        """Send what must be refused: one signed refusal goes back, nothing else changes. Returns the reason."""
        before = (self.size, dict(self.state.voids), self.state.running, dict(self.recorder.memory.blobs))
        outgoing = self.send(topic, payload)
        down = topic.rpartition("/")[0] + "/down"
        refused = [open_message(out.payload, CONTROLLER_KEY.public) for out in outgoing if out.topic == down]
        assert len(refused) == 1
        assert isinstance(refused[0], Refusal)
        incidents = [leaf for leaf in self.batches[-1].leaves if b"." in leaf]
        assert len(incidents) <= 1
        assert (self.size - len(incidents), *before[1:]) == (
            before[0], dict(self.state.voids), self.state.running, dict(self.recorder.memory.blobs),
        )  # fmt: skip
        return refused[0].reason

    def receipt(self, outgoing: list[Outgoing], data: bytes) -> Receipt:
        """The one receipt of these bytes among what was published."""
        found = [
            open_receipt(out.payload, data, self.log_key, CONTROLLER_KEY.public)
            for out in outgoing
            if out.topic.endswith("/down") and out.payload.startswith(b"c2sp.org/tlog-proof@v1\n")
        ]
        assert len(found) == 1
        return found[0]

    def ask_nonce(self, seat: str) -> str:
        """Let a seat ask for a challenge. Returns the nonce."""
        request = ChallengeRequest(seat, self.now_ms).seal(device_key(seat))
        outgoing = self.send(seat_topic(seat), request)
        challenges = [out for out in outgoing if out.topic == seat_topic(seat, Way.DOWN)]
        message = open_message(challenges[0].payload, CONTROLLER_KEY.public)
        assert isinstance(message, Challenge)
        assert message.seat == seat
        return message.nonce

    # --- As in `ChamberLog`, by way of the recorder.

    def session(self, member: str, seat: str, /, **members: Any) -> tuple[records.Session, Ed25519Signer]:
        """As in `ChamberLog`, with a nonce that the controller gave."""
        return super().session(member, seat, **({"nonce": self.ask_nonce(seat)} | members))

    def append(self, record: Record | bytes, signer: Signer | None = None) -> Entry:
        """Send a record that must enter."""
        data = self._seal(record, signer)
        if isinstance(record, records.Trust | records.Officer):
            self.recorder.append_founding(data)
            self.finish()
        else:
            assert not isinstance(record, bytes)
            assert signer is not None
            self.receipt(self.send(self.topic_of(record, signer), data), data)
        index = self.state.index_by_hash[records_hash(data)]
        author = self.state.keys[signer.public.thumbprint] if signer is not None else self.state.keys[""]
        assert not isinstance(record, bytes)
        return Entry(index, records_hash(data), "", author, record)

    def topic_of(self, record: Record, signer: Signer) -> str:
        """Where the sender of a record sends it."""
        owner = self.state.keys[signer.public.thumbprint]
        if owner.by is By.OFFICER:
            return officer_topic(owner.owner)
        if owner.by is By.DEVICE:
            return seat_topic(owner.owner)
        if owner.by is By.SESSION:
            return seat_topic(self.state.sessions[owner.owner].seat)
        return seat_topic(getattr(record, "seat", "s1"))

    def settle(self) -> list[Entry]:
        """The recorder has settled already."""
        return []

    def add_rules(self, rules: list[Any]) -> str:
        """Hand the rules in as the secretary does."""
        from protocol.majority import write_rule_book  # noqa: PLC0415 - one use

        data = write_rule_book(rules)
        self.send(officer_topic("secretary", Way.BLOB), data)
        self.blobs[records_hash(data)] = data
        return records_hash(data)


def records_hash(data: bytes) -> str:
    """The hash of a record's bytes."""
    from protocol.encoding import hash_text  # noqa: PLC0415 - one use

    return hash_text(data)


def founded_room() -> Room:
    """A founded log with its rules and no sitting."""
    room = Room()
    room.found()
    return room


def open_room(members: int = 5) -> Room:
    """An open sitting with every member seated and `item-1` active."""
    room = founded_room()
    room.prepare(members)
    room.open_sitting()
    room.activate()
    for number in range(1, members + 1):
        room.sit(f"m{number}")
    return room


def status_of(payload: bytes) -> Status:
    """The signed half of a receipt."""
    line = payload.split(b"\n")[1]
    status = open_message(b64decode(line.removeprefix(b"extra ")), CONTROLLER_KEY.public)
    assert isinstance(status, Status)
    return status


__all__ = ["KEYS", "ROOT_KEY", "RULES", "TOPICS", "Entropy", "Room", "founded_room", "officer_key", "open_room"]
