"""A sitting conducted by script: what a secretary and a chair do, act by act, each a signed record.

The scripted officers are `OfficerClient`s, the very client that the console uses. Every call waits for its receipt,
so what comes next has seen it.

Source: `docs/protocol.md` sections 6.4, 6.6 and 6.7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from controller.officer import OfficerClient
from protocol import records
from protocol.encoding import canonical_json, hash_text, salted_text
from protocol.jws import read_envelope
from protocol.messages import Head
from protocol.records import MEANING_VERSION, PLAIN_OPTIONS, Result

MEMBERS_A_PART, SEATS_A_PART = 120, 200
ENTRIES_BYTES_A_PART = 40_000
"""With usual names the numbers bound a part; with long ones the bytes do, as a part is at most 48,000."""


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """Who may vote, where, and under which law. Entries are those of `roster-part`."""

    sitting: str
    statutory: int
    in_office: int
    members: Sequence[dict[str, Any]]
    seats: Sequence[dict[str, Any]]
    rules: bytes


@dataclass(frozen=True, slots=True)
class VotePlan:
    """A vote to be held. `title` becomes a salted blob; its salt is derived, so that a script is repeatable."""

    vote: str
    title: str
    rule: str
    item: str = ""
    options: tuple[str, ...] = PLAIN_OPTIONS
    mode: str = "open"
    repeats: str = ""
    decisive: bool = False
    eligible: str = "all"
    min: int = 1
    max: int = 1
    places: int = 1
    sign: str = "session"
    change: str = "last"
    duration_ms: int = 0
    extend_ms: int = 0


class Secretary:
    """The secretary's acts."""

    def __init__(self, client: OfficerClient) -> None:
        self.client = client

    async def submit_roster(self, plan: RosterPlan) -> str:
        """Rules, parts and roster. Returns the roster's hash."""
        await self.client.send_blob(plan.rules)
        members, seats = _in_parts(plan.members, MEMBERS_A_PART), _in_parts(plan.seats, SEATS_A_PART)
        parts = []
        for number, (some_members, some_seats) in enumerate([(m, ()) for m in members] + [((), s) for s in seats], 1):
            parts.append(await self._part(plan.sitting, number, some_members, some_seats))
        roster, _ = await self.client.act(
            lambda seq, seen, ts: records.Roster(
                plan.sitting, plan.statutory, plan.in_office, tuple(parts), hash_text(plan.rules), MEANING_VERSION,
                "", (), (), seq, seen, ts,
            )
        )  # fmt: skip
        return roster

    async def _part(self, sitting: str, number: int, members: tuple[Any, ...], seats: tuple[Any, ...]) -> str:
        part, _ = await self.client.act(lambda _seq, _seen, ts: records.RosterPart(sitting, number, members, seats, ts))
        return part

    async def submit_agenda(self, sitting: str, version: int, items: Sequence[tuple[str, str]]) -> None:
        """A version of the agenda: (id, title) of each item."""
        text = canonical_json({"v": 1, "items": [{"id": item, "title": title} for item, title in items]}).decode()
        blob = salted_text(_salt(f"{sitting} agenda {version}"), text)
        await self.client.send_blob(blob)
        await self.client.act(lambda seq, seen, ts: records.Agenda(sitting, version, hash_text(blob), seq, seen, ts))

    async def acknowledge(self, record: str) -> None:
        """Agree to another officer's act."""
        await self.client.act(lambda seq, seen, ts: records.Ack(record, seq, seen, ts))

    async def declare_recusal(self, sitting: str, item: str, member: str, code: str) -> None:
        """Enter that a member takes no part in an item."""
        await self.client.act(lambda _seq, _seen, ts: records.Recusal(sitting, item, member, "declare", code, ts))

    async def enter_presence(self, sitting: str, member: str, state: str, code: str) -> None:
        """Correct who is in the room."""
        await self.client.act(lambda _seq, _seen, ts: records.Presence(sitting, member, state, code, ts))


class Chair:
    """The acts of who presides, or of the operator by order."""

    def __init__(self, client: OfficerClient) -> None:
        self.client = client

    async def open_sitting(self, sitting: str, roster: str, prev: str = "") -> str:
        """Acknowledge the roster and open. Returns the record's hash."""
        trust = self.client.desk.trust_digest
        opened, _ = await self.client.act(
            lambda seq, seen, ts: records.SittingOpen(sitting, roster, trust, prev, *_position(seen), seq, seen, ts)
        )
        return opened

    async def take_chair(self, sitting: str, why: str) -> None:
        """Preside from now on."""
        officer = self.client.officer
        await self.client.act(lambda seq, seen, ts: records.Presiding(sitting, officer, why, seq, seen, ts))

    async def item(self, sitting: str, item: str, act: str, decision: str = "") -> None:
        """Activate, decide, note, defer, withdraw or reopen an item."""
        await self.client.act(lambda seq, seen, ts: records.Item(sitting, item, act, decision, seq, seen, ts))

    async def arm(self, sitting: str, plan: VotePlan) -> str:
        """Prepare a vote. Returns the arm's hash."""
        blob = salted_text(_salt(f"{sitting} {plan.vote} title"), plan.title)
        await self.client.send_blob(blob)
        arm, _ = await self.client.act(
            lambda seq, seen, ts: records.VoteArm(
                sitting, plan.item, plan.vote, plan.mode, hash_text(blob), "", plan.options, plan.min, plan.max,
                plan.places, plan.rule, plan.eligible, plan.sign, plan.change, plan.duration_ms, plan.extend_ms,
                int(plan.decisive), plan.repeats, seq, seen, ts,
            )
        )  # fmt: skip
        return arm

    async def open(self, arm: str) -> str:
        """Open an armed vote. Returns the open's hash, which ballots bind to."""
        opened, _ = await self.client.act(lambda seq, seen, ts: records.VoteOpen(arm, seq, seen, ts))
        return opened

    async def step(self, opened: str, act: str) -> None:
        """Hold, resume, last call, reopen."""
        await self.client.act(lambda seq, seen, ts: records.VoteAct(opened, act, 0, seq, seen, ts))

    async def close(self, opened: str) -> tuple[str, Result]:
        """Close after a last call, and wait for the result. Returns its hash and the record."""
        await self.close_unseen(opened)
        return await self.wait_for_result(opened, after="")

    async def close_unseen(self, opened: str) -> str:
        """Close and do not wait for the result. Returns the record's hash."""
        closed, _ = await self.client.act(
            lambda seq, seen, ts: records.VoteClose(opened, *_position(seen), seq, seen, ts)
        )
        return closed

    async def cast(self, opened: str, choice: str, tied: str) -> tuple[str, Result]:
        """Give the casting vote on a tie and wait for the second result."""
        await self.client.act(lambda seq, seen, ts: records.CastingVote(opened, choice, seq, seen, ts))
        return await self.wait_for_result(opened, after=tied)

    async def wait_for_result(self, opened: str, after: str) -> tuple[str, Result]:
        """The result of this vote that stands in the head, another one than `after`."""

        def is_it(head: Head) -> bool:
            found = result_of(head)
            return found is not None and found[1].open == opened and found[0] != after

        found = result_of(await self.client.wait_for_head(is_it))
        assert found is not None, "waited for it"
        return found

    async def announce(self, result: str) -> None:
        """Declare a result."""
        await self.client.act(lambda seq, seen, ts: records.VoteAnnounce(result, seq, seen, ts))

    async def void(self, opened: str, code: str, basis: str = "") -> str:
        """Void a vote. Returns the record's hash; after the close it waits for the secretary."""
        void, _ = await self.client.act(lambda seq, seen, ts: records.VoteVoid(opened, code, basis, seq, seen, ts))
        return void

    async def close_sitting(self, sitting: str, code: str = "end") -> None:
        """Close the sitting."""
        await self.client.act(lambda seq, seen, ts: records.SittingClose(sitting, code, seq, seen, ts))


def result_of(head: Head) -> tuple[str, Result] | None:
    """(hash, record) of the result in a head, which the desk has verified to come from the controller."""
    if not head.result:
        return None
    data = head.result.encode("ascii")
    record = records.read_record("result", read_envelope(data).payload)
    return (hash_text(data), record) if isinstance(record, Result) else None


def _in_parts(entries: Sequence[dict[str, Any]], entries_max: int) -> list[tuple[dict[str, Any], ...]]:
    """The entries in order, as many together as one part bears."""
    parts: list[list[dict[str, Any]]] = []
    room = 0
    for entry in entries:
        size = len(canonical_json(entry)) + 1
        if size > room or len(parts[-1]) == entries_max:
            parts.append([])
            room = ENTRIES_BYTES_A_PART
        parts[-1].append(entry)
        room -= size
    return [tuple(part) for part in parts]


def _position(seen: str) -> tuple[int, str]:
    size, _, root = seen.partition(":")
    return int(size), root


def _salt(what: str) -> bytes:
    """A salt for texts that are public anyway; private ones take it from the system's generator."""
    return hash_text(what.encode())[:16].encode("ascii")


def member_entry(member: str, name: str, group: str, jwk: Mapping[str, str], grade: str = "piv") -> dict[str, Any]:
    """A member of a `roster-part`."""
    return {"id": member, "name": name, "group": group, "auth": grade, "jwk": dict(jwk)}


def seat_entry(seat: str, jwk: Mapping[str, str], place: str) -> dict[str, Any]:
    """A seat of a `roster-part`."""
    return {"id": seat, "jwk": dict(jwk), "place": place}
