"""A chamber without a wire: a founded log whose seats have their sessions, driven straight through recorder and store.

Every record is signed by the key it needs and judged like any other; only MQTT is left out.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.bench.rows import BenchFailed
from controller.conduct import member_entry, seat_entry
from controller.founding import Body, OfficerPlan, found_log, founding_records, make_keys, officer_key, read_keys
from controller.keyfile import read_key
from controller.officer_desk import Desk, Draft
from controller.recorder import Outgoing
from controller.service import BATCH_MESSAGES_MAX, unix_ms
from controller.store import Store
from protocol import records
from protocol.encoding import base64url, digest, hash_text
from protocol.keys import Ed25519Signer, P256Signer, p256_secret
from protocol.majority import simple_rule, write_rule_book
from protocol.meaning.session import pop_message
from protocol.messages import Challenge, ChallengeRequest, Refusal, open_message
from protocol.record import Record
from protocol.records import MEANING_VERSION, PLAIN_OPTIONS
from protocol.topics import Party, Way

BODY = Body("bench", "assembly", "2026")
OFFICERS = (OfficerPlan("chair", "chair", "Chair"), OfficerPlan("secretary", "secretary", "Secretary"))
SITTING = "bench"
SEED_BYTES = 32
ENTRIES_A_PART = 120
"""Entries of members are under 300 bytes here, of seats fewer; a part holds 48,000."""
Entries = tuple[dict[str, Any], ...]
Message = tuple[str, bytes]
"""(topic, payload) as a seat or an officer publishes it."""


@dataclass(frozen=True, slots=True)
class BenchSeat:
    """A seat in session. `seed` is its session key's, which the load's process needs too."""

    id: str
    member: str
    session: str
    seed: bytes
    signer: Ed25519Signer

    @property
    def up(self) -> str:
        """Where it publishes."""
        return BODY.topics.of(Party.SEAT, self.id, Way.UP)

    @property
    def down(self) -> str:
        """Where it is answered."""
        return BODY.topics.of(Party.SEAT, self.id, Way.DOWN)

    def press(self, opened: str, seen: str, seq: int, choice: str = "for") -> bytes:
        """Sign a ballot."""
        return records.Ballot(opened, self.session, self.id, self.member, (choice,), seq, seen, unix_ms()).seal(
            self.signer
        )


class Chamber:
    """A log in `directory` with an open sitting and `count` seats in session."""

    def __init__(self, directory: Path, count: int) -> None:
        make_keys(directory / "keys", OFFICERS, os.urandom)
        self.directory = directory
        self.keys = read_keys(directory / "keys")
        self.root = read_key(directory / "keys" / "root.key")
        self.store = Store(directory)
        self.store.claim()
        signed = [(plan, officer_key(directory / "keys", plan.id)) for plan in OFFICERS]
        founding = founding_records(BODY, self.root, self.keys, signed, unix_ms())
        self.recorder = found_log(self.store, self.keys, BODY, founding, os.urandom, unix_ms())
        self.desks = {plan.id: Desk(signer, self.root.public.thumbprint) for plan, signer in signed}
        for desk in self.desks.values():
            desk.take_trust(b"\n".join(self.recorder.memory.trust))
        self.seats: list[BenchSeat] = []
        self._votes = 0
        self._seat(count)

    def close(self) -> None:
        """Close the store; the log stays in its directory."""
        self.store.close()

    def step(self, messages: Sequence[Message]) -> list[Outgoing]:
        """One batch as the service does it: judge, make durable, answer."""
        now_ms = unix_ms()
        for topic, payload in messages:
            self.recorder.take(topic, payload, now_ms)
        batch = self.recorder.seal(now_ms)
        self.store.commit(batch)
        return self.recorder.publish(batch, now_ms)

    def sign_act(self, officer: str, draft: Draft) -> tuple[str, Message]:
        """An officer's act on the newest checkpoint: its hash, and the message."""
        desk = self.desks[officer]
        desk.take_checkpoint(self.recorder.checkpoint)
        record_hash, data = desk.compose(draft, unix_ms())
        return record_hash, (BODY.topics.of(Party.OFFICER, officer, Way.UP), data)

    def check_answer(self, officer: str, outgoing: Sequence[Outgoing]) -> None:
        """Verify the receipt of the officer's act. Raises `BenchFailed`: it was refused, or there is none."""
        down = BODY.topics.of(Party.OFFICER, officer, Way.DOWN)
        answers = [message.payload for message in outgoing if message.topic == down]
        if len(answers) != 1 or isinstance(self.desks[officer].take_answer(answers[0])[1], Refusal):
            raise BenchFailed(f"an act of the {officer} was refused")

    def act(self, officer: str, draft: Draft) -> str:
        """Let an officer act. Returns the record's hash."""
        record_hash, message = self.sign_act(officer, draft)
        self.check_answer(officer, self.step([message]))
        return record_hash

    @property
    def seen(self) -> str:
        """The newest checkpoint as records quote it."""
        size = self.recorder.memory.tree.size
        return f"{size}:{self.recorder.root_at(size)}"

    def open_vote(self) -> str:
        """Arm and open another vote. Returns the open's hash."""
        self._votes += 1
        vote, title = f"v-{self._votes}", hash_text(b"title")
        arm = self.act(
            "chair",
            lambda seq, seen, ts: records.VoteArm(
                SITTING, "", vote, "open", title, "", PLAIN_OPTIONS, 1, 1, 1, "simple", "all", "session", "last",
                0, 0, 0, "", seq, seen, ts,
            ),
        )  # fmt: skip
        return self.act("chair", lambda seq, seen, ts: records.VoteOpen(arm, seq, seen, ts))

    def press_all(self, opened: str, times: int = 1) -> list[Message]:
        """Signed ballots of every seat, `times` of each, in the order of pressing."""
        seen = self.seen
        return [(seat.up, seat.press(opened, seen, time)) for time in range(1, times + 1) for seat in self.seats]

    def take_all(self, messages: Sequence[Message]) -> None:
        """Let the log take messages in the service's batches. Raises `BenchFailed`: one did not enter."""
        before = self.recorder.memory.tree.size
        for batch in batches(messages):
            self.step(batch)
        if self.recorder.memory.tree.size - before != len(messages):
            raise BenchFailed("a ballot was refused")

    def call_last(self, opened: str) -> None:
        """Announce the end of a vote."""
        self.act("chair", lambda seq, seen, ts: records.VoteAct(opened, "last-call", 0, seq, seen, ts))

    def sign_close(self, opened: str) -> Message:
        """The chair's close, signed and not yet sent."""

        def draft(seq: int, seen: str, ts: int) -> Record:
            size, _, root = seen.partition(":")
            return records.VoteClose(opened, int(size), root, seq, seen, ts)

        return self.sign_act("chair", draft)[1]

    def close_vote(self, opened: str) -> None:
        """Last call, close and announce."""
        self.call_last(opened)
        self.check_answer("chair", self.step([self.sign_close(opened)]))
        result = self.recorder.memory.state.opens[opened].results[-1][0]
        self.act("chair", lambda seq, seen, ts: records.VoteAnnounce(result, seq, seen, ts))

    def close_sitting(self) -> None:
        """The sitting is over."""
        self.act("chair", lambda seq, seen, ts: records.SittingClose(SITTING, "end", seq, seen, ts))

    # --- Getting there ----------------------------------------------------------------------------------

    def _seat(self, count: int) -> None:
        """Roster, opening, and a session at every seat."""
        cards = {f"m-{number:04d}": P256Signer(p256_secret(os.urandom(SEED_BYTES))) for number in range(1, count + 1)}
        devices = {f"s-{number:04d}": Ed25519Signer(os.urandom(SEED_BYTES)) for number in range(1, count + 1)}
        self._open_sitting(cards, devices)
        everybody = list(zip(cards.items(), devices.items(), strict=True))
        for some in (everybody[i : i + BATCH_MESSAGES_MAX] for i in range(0, count, BATCH_MESSAGES_MAX)):
            self._open_sessions([(*card, *device) for card, device in some])

    def _open_sitting(self, cards: dict[str, P256Signer], devices: dict[str, Ed25519Signer]) -> None:
        rules = write_rule_book([simple_rule("simple", "More for than against")])
        self.step([(BODY.topics.of(Party.OFFICER, "secretary", Way.BLOB), rules)])
        members = [member_entry(member, member, "", card.public.jwk()) for member, card in cards.items()]
        seats = [seat_entry(seat, device.public.jwk(), "") for seat, device in devices.items()]
        starts = range(0, len(members), ENTRIES_A_PART)
        lists: list[tuple[Entries, Entries]] = [(tuple(members[i : i + ENTRIES_A_PART]), ()) for i in starts]
        lists += [((), tuple(seats[i : i + ENTRIES_A_PART])) for i in starts]
        parts = tuple(self._enter_part(number, *some) for number, some in enumerate(lists, 1))
        count, law = len(members), hash_text(rules)
        roster = self.act(
            "secretary",
            lambda seq, seen, ts: records.Roster(
                SITTING, count, count, parts, law, MEANING_VERSION, "", (), (), seq, seen, ts
            ),
        )

        def draft(seq: int, seen: str, ts: int) -> Record:
            size, _, root = seen.partition(":")
            trust = self.desks["chair"].trust_digest
            return records.SittingOpen(SITTING, roster, trust, "", int(size), root, seq, seen, ts)

        self.act("chair", draft)

    def _enter_part(self, number: int, members: Entries, seats: Entries) -> str:
        return self.act("secretary", lambda _seq, _seen, ts: records.RosterPart(SITTING, number, members, seats, ts))

    def _open_sessions(self, people: Sequence[tuple[str, P256Signer, str, Ed25519Signer]]) -> None:
        """Nonce, session and binding of some members at their seats, as one batch each."""
        asked = [(_up(seat), ChallengeRequest(seat, unix_ms()).seal(device)) for _, _, seat, device in people]
        answers = [open_message(m.payload, self.keys.controller.public) for m in self.step(asked) if "/down" in m.topic]
        challenges = {answer.seat: answer for answer in answers if isinstance(answer, Challenge)}
        sessions, bindings, seats = [], [], []
        for member, card, seat, device in people:
            challenge, seed = challenges[seat], os.urandom(SEED_BYTES)
            signer = Ed25519Signer(seed)
            session = records.Session(
                self.recorder.memory.state.origin, SITTING, member, seat, device.public.thumbprint,
                signer.public.jwk(), challenge.nonce, challenge.size, unix_ms(),
            ).seal(card)  # fmt: skip
            pop = base64url(signer.sign(pop_message(digest(session))))
            sessions.append((_up(seat), session))
            bindings.append((_up(seat), records.SessionBind(hash_text(session), pop, unix_ms()).seal(device)))
            seats.append(BenchSeat(seat, member, hash_text(session), seed, signer))
        self.take_all(sessions)
        self.take_all(bindings)
        self.seats += seats


def _up(seat: str) -> str:
    return BODY.topics.of(Party.SEAT, seat, Way.UP)


def batches(messages: Sequence[Message]) -> list[Sequence[Message]]:
    """Messages as the service takes them when they wait for it."""
    return [messages[i : i + BATCH_MESSAGES_MAX] for i in range(0, len(messages), BATCH_MESSAGES_MAX)]
