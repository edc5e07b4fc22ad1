"""What happened before a simulation: a founded log, an old sitting with a vote, and a sitting that has been opened.

Written once a process for each number of seats, by the real recorder and the real officers' desks, in fine weather.
"""

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any, cast

from controller.founding import found_log, founding_records
from controller.officer_desk import Desk, Draft
from controller.recorder import Recorder
from controller.store import Store
from protocol import records
from protocol.encoding import hash_text, salted_text
from protocol.jws import read_envelope
from protocol.messages import Challenge, ChallengeRequest, read_message
from protocol.receipt import Receipt
from protocol.record import Record
from protocol.topics import Party, Way
from tests.chamber.disk import SimulatedDisk
from tests.chamber.own_session import OwnSession
from tests.chamber.people import (
    BODY,
    HOSTILE_MEMBER,
    HOSTILE_SEAT,
    ITEM,
    KEYS,
    OFFICERS,
    OLD_SITTING,
    PLANS,
    RULES,
    SITTING,
    TOPICS,
    card_key,
    key_of,
    members_of,
    seats_of,
)  # fmt: skip
from tests.chamber.timeline import START_MS

Message = tuple[str, bytes]


@dataclass(slots=True)
class Prologue:
    """The disk at the beginning, and every message that was ever sent: what a hostile client may have kept."""

    disk: SimulatedDisk
    sent_up: list[Message] = field(default_factory=list)
    sent_down: list[Message] = field(default_factory=list)


@cache
def write_prologue(seats: int) -> Prologue:
    """The prologue of a chamber with so many seats, a spare one and a hostile one. Copy its disk before use."""
    return Writer(seats).write()


def title_blob(vote: str) -> bytes:
    """The salted title of a vote."""
    return salted_text(sha256(vote.encode()).digest()[:16], f"Vote {vote}")


def arm_draft(sitting: str, vote: str, **members: Any) -> Draft:
    """Arm a vote for, against, abstain; `members` replace the usual ones."""
    usual: dict[str, Any] = {
        "item": "", "mode": "open", "title_hash": hash_text(title_blob(vote)), "text_hash": "",
        "options": records.PLAIN_OPTIONS, "min": 1, "max": 1, "places": 1, "rule": "simple", "eligible": "all",
        "sign": "session", "change": "last", "duration_ms": 0, "extend_ms": 0, "decisive": 1, "repeats": "",
    }  # fmt: skip
    whole = usual | members
    return lambda seq, seen, ts: records.VoteArm(sitting=sitting, vote=vote, seq=seq, seen=seen, ts=ts, **whole)


def close_draft(opened: str) -> Draft:
    """Close a vote at what was seen."""

    def draft(seq: int, seen: str, ts: int) -> Record:
        size, _, root = seen.partition(":")
        return records.VoteClose(opened, int(size), root, seq, seen, ts)

    return draft


def act_draft(of: str, act: str, ms: int = 0) -> Draft:
    """Hold, resume, last call, reopen, extend, disarm."""
    return lambda seq, seen, ts: records.VoteAct(of, act, ms, seq, seen, ts)


class Writer:
    """Plays the officers and two seats, one message at a time, each answered before the next.

    After `write`, `act` goes on from where the prologue ends.
    """

    def __init__(self, seats: int) -> None:
        self._seats = seats
        self.disk = SimulatedDisk()
        self._prologue = Prologue(self.disk)
        self.now_ms = START_MS - 3_600_000
        self._drawn = 0
        self.desks: dict[str, Desk] = {}
        self.recorder: Recorder

    def _entropy(self, size: int) -> bytes:
        self._drawn += 1
        return sha256(b"entropy %d" % self._drawn).digest()[:size]

    def write(self) -> Prologue:
        """The whole of it."""
        signed = [(plan, key_of(plan.id)) for plan in PLANS]
        founding = founding_records(BODY, key_of("root"), KEYS, signed, self.now_ms)
        self.recorder = found_log(cast("Store", self.disk), KEYS, BODY, founding, self._entropy, self.now_ms)
        self.desks = {name: Desk(key_of(name), key_of("root").public.thumbprint) for name in OFFICERS}
        self._hear(self.recorder.greet(self.now_ms))
        self.send(TOPICS.of(Party.OFFICER, "secretary", Way.BLOB), RULES)
        last = self._hold_old_sitting()
        self._open_sitting(SITTING, last)
        self.act("chair", lambda q, n, t: records.Item(SITTING, ITEM, "activate", "", q, n, t))
        return self._prologue

    def _hold_old_sitting(self) -> str:
        opened = self._open_sitting(OLD_SITTING, "")
        sessions = [self._seat_member(f"m{number}", f"s{number}") for number in (1, 2)]
        arm = self.act("chair", arm_draft(OLD_SITTING, "v-old"))
        vote = self.act("chair", lambda q, n, t: records.VoteOpen(arm, q, n, t))
        for number, session in enumerate(sessions, 1):
            seen = f"{self.recorder.memory.tree.size}:{self.recorder.root_at(self.recorder.memory.tree.size)}"
            self.send(TOPICS.of(Party.SEAT, f"s{number}", Way.UP), session.ballot(vote, ("for",), seen, self.now_ms))
        self.act("chair", act_draft(vote, "last-call"))
        self.act("chair", close_draft(vote))
        self.act("chair", lambda q, n, t: records.SittingClose(OLD_SITTING, "end", q, n, t))
        return opened

    def _open_sitting(self, sitting: str, prev: str) -> str:
        members = [_member(m) for m in [*members_of(self._seats), HOSTILE_MEMBER]]
        seats = [_seat(s) for s in [*seats_of(self._seats), HOSTILE_SEAT]]
        part = self.act("secretary", lambda _q, _n, t: records.RosterPart(sitting, 1, tuple(members), tuple(seats), t))
        number = len(members)
        roster = self.act(
            "secretary",
            lambda q, n, t: records.Roster(
                sitting, number, number, (part,), hash_text(RULES), "1", "", (), (), q, n, t
            ),
        )
        trust = self.desks["chair"].trust_digest

        def draft(seq: int, seen: str, ts: int) -> Record:
            size, _, root = seen.partition(":")
            return records.SittingOpen(sitting, roster, trust, prev, int(size), root, seq, seen, ts)

        return self.act("chair", draft)

    def _seat_member(self, member: str, seat: str) -> OwnSession:
        up = TOPICS.of(Party.SEAT, seat, Way.UP)
        self.send(up, ChallengeRequest(seat, self.now_ms).seal(key_of(seat)))
        challenge = read_message(read_envelope(self._prologue.sent_down[-1][1]))
        assert isinstance(challenge, Challenge), "the answer to a request"
        origin = self.recorder.memory.state.origin
        session = OwnSession(origin, member, seat, challenge, self._entropy(32), self.now_ms)
        for data in session.opening:
            self.send(up, data)
        return session

    def act(self, officer: str, draft: Draft) -> str:
        """An act that must be legal. Returns its hash."""
        desk = self.desks[officer]
        record_hash, data = desk.compose(draft, self.now_ms)
        self.send(TOPICS.of(Party.OFFICER, officer, Way.UP), data)
        assert record_hash not in desk.waiting, "in fine weather every act is answered"
        return record_hash

    def send(self, topic: str, payload: bytes) -> None:
        """Bring one message to the recorder, and its answers to the desks."""
        self.now_ms += 1000
        self._prologue.sent_up.append((topic, payload))
        self.recorder.take(topic, payload, self.now_ms)
        batch = self.recorder.seal(self.now_ms)
        self.disk.commit(batch)
        self._hear(self.recorder.publish(batch, self.now_ms))

    def _hear(self, outgoing: Any) -> None:
        for message in outgoing:
            self._prologue.sent_down.append((message.topic, message.payload))
            for officer, desk in self.desks.items():
                self._tell(officer, desk, message.topic, message.payload)

    @staticmethod
    def _tell(officer: str, desk: Desk, topic: str, payload: bytes) -> None:
        if topic == TOPICS.trust:
            desk.take_trust(payload)
        elif topic == TOPICS.checkpoint:
            desk.take_checkpoint(payload)
        elif topic == TOPICS.sitting:
            desk.take_head(payload)
        elif topic == TOPICS.of(Party.OFFICER, officer, Way.DOWN):
            _, answer = desk.take_answer(payload)
            assert isinstance(answer, Receipt), "every act of the prologue is legal"


def _member(member: str) -> dict[str, Any]:
    return {"id": member, "name": f"Member {member}", "group": "g", "auth": "piv", "jwk": card_key(member).jwk()}


def _seat(seat: str) -> dict[str, Any]:
    return {"id": seat, "jwk": key_of(seat).public.jwk(), "place": f"Place {seat}"}
