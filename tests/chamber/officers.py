"""Officers: the real desk around a key, a line that loses things, and acts drawn by chance, legal and not.

An act is sent again, byte for byte, until its answer comes, as the console does. Some acts are signed now and sent much
later, when the chamber has moved on: those must turn out stale, or do what they would have done then.
"""

from collections.abc import Callable

from controller.officer_desk import Desk, Draft
from protocol import records
from protocol.encoding import hash_text
from protocol.errors import ChamberError
from protocol.messages import Head, Refusal
from protocol.topics import Party, Way, client_id
from tests.chamber.people import ITEM, OFFICERS, SITTING, TOPICS, key_of, members_of
from tests.chamber.plain import read_leaf
from tests.chamber.prologue import act_draft, arm_draft, close_draft, title_blob
from tests.chamber.stage import Stage
from tests.chamber.wire import Wire

RESEND_MS = 3000
NOTHING = "A" * 43
"""The hash of no record."""
COUNTED = "counts"


class OfficerUnit:
    """One officer at a console. `answers` maps acts to `counts` or the reason of their refusal."""

    def __init__(self, officer: str, stage: Stage, wire: Wire) -> None:
        self.officer = officer
        self.answers: dict[str, str] = {}
        self.desk = self._new_desk()
        self._stage = stage
        self._wire = wire
        self._identity = client_id(Party.OFFICER, officer)
        self._up = TOPICS.of(Party.OFFICER, officer, Way.UP)
        self._down = TOPICS.of(Party.OFFICER, officer, Way.DOWN)
        wire.add(self._identity, [TOPICS.trust, self._down, TOPICS.checkpoint, TOPICS.sitting], self._take)

    def _new_desk(self) -> Desk:
        return Desk(key_of(self.officer), key_of("root").public.thumbprint)

    @property
    def head(self) -> Head | None:
        """The newest head that was believed."""
        return self.desk.head

    def connect(self) -> None:
        """The line comes up."""
        if not self._wire.clients[self._identity].connected:
            self._wire.connect(self._identity)

    def disconnect(self) -> None:
        """The line is lost."""
        self._wire.drop(self._identity)

    def restart(self) -> None:
        """The console starts anew: what waited is forgotten."""
        self._stage.note(self.officer, "restarts")
        self.desk = self._new_desk()
        self.disconnect()
        self.connect()

    def _take(self, topic: str, payload: bytes) -> None:
        try:
            if topic == self._down:
                self._take_answer(payload)
            elif topic == TOPICS.sitting:
                self.desk.take_head(payload)
            elif topic == TOPICS.checkpoint:
                self.desk.take_checkpoint(payload)
            else:
                self.desk.take_trust(payload)
        except ChamberError as error:
            self._stage.note(self.officer, "passes over", topic, error.code)

    def _take_answer(self, payload: bytes) -> None:
        record_hash, answer = self.desk.take_answer(payload)
        self.answers[record_hash] = answer.reason if isinstance(answer, Refusal) else answer.void_reason or COUNTED
        self._stage.note(self.officer, "answered", record_hash, self.answers[record_hash])

    def act(self, name: str, draft: Draft, held_ms: int = 0) -> str:
        """Sign an act now, send it after `held_ms`, and again until it is answered. Returns its hash, if ready."""
        if not self.desk.ready:
            return ""
        record_hash, data = self.desk.compose(draft, self._stage.now_ms)
        self._stage.note(self.officer, name, record_hash, held_ms)
        self._stage.timeline.after(held_ms, lambda: self._send(record_hash, data))
        return record_hash

    def _send(self, record_hash: str, data: bytes) -> None:
        if record_hash in self.desk.waiting:
            self._wire.send_up(self._identity, self._up, data)
            self._stage.timeline.after(RESEND_MS, lambda: self._send(record_hash, data))

    def send_blob(self, blob: bytes) -> None:
        """Hand a blob over; it may be lost, and then there is no title."""
        self._wire.send_up(self._identity, TOPICS.of(Party.OFFICER, self.officer, Way.BLOB), blob)


WHAT_NEXT: dict[str, tuple[str, ...]] = {
    "": ("arm",),
    "armed": ("open",) * 6 + ("disarm",),
    "disarmed": ("arm",),
    "open": ("wait",) * 8 + ("last-call",) * 3 + ("hold", "void", "extend"),
    "held": ("resume",) * 4 + ("close", "void", "extend"),
    "last-call": ("close",) * 5 + ("wait",) * 4 + ("reopen", "void", "extend"),
    "closed": ("announce",) * 6 + ("arm",) * 4 + ("cast",) * 3 + ("void", "void", "adjourn"),
    "announced": ("arm",) * 10 + ("void", "announce", "adjourn", "item"),
    "void": ("arm", "repeat", "repeat"),
}
"""What an officer who presides would probably do next, by the phase in the head."""
ANYTHING = (
    "arm", "open", "disarm", "hold", "resume", "last-call", "reopen", "extend", "close", "void", "announce", "cast",
    "repeat", "adjourn", "resume-sitting", "item", "in-camera", "end-session",
)  # fmt: skip


class Conduct:
    """Chooses what officers do. `presiding` is who last got the chair, as the room remembers."""

    def __init__(self, stage: Stage, wire: Wire, seats: int) -> None:
        self.officers = {officer: OfficerUnit(officer, stage, wire) for officer in OFFICERS}
        self.presiding = "chair"
        self._stage = stage
        self._members = members_of(seats)
        self._votes = 0
        self._claims: dict[str, str] = {}
        self._waiting_for_ack: list[str] = []
        self._drafts: dict[str, Callable[[Head, str], Draft]] = {
            "open": lambda head, _: _open(_of(head.arm)),
            "disarm": lambda head, _: act_draft(_of(head.arm), "disarm"),
            "close": lambda head, _: close_draft(_of(head.open)),
            "void": lambda head, _: _void(_of(head.open), "law" if self._stage.chance(0.6) else ""),
            "announce": lambda head, _: _announce(_of(head.result)),
            "cast": lambda head, _: _cast(_of(head.open), self._stage.random.choice(("for", "against"))),
            "extend": lambda head, _: act_draft(_of(head.open), "extend", self._stage.random.choice((500, 3000))),
            "arm": lambda _, officer: self._arm(officer, ""),
            "repeat": lambda head, officer: self._arm(officer, _of(head.open)),
            "adjourn": lambda _, __: lambda q, n, t: records.Adjourn(SITTING, "pause", q, n, t),
            "resume-sitting": lambda _, __: lambda q, n, t: records.Resume(SITTING, "pause", q, n, t),
            "item": lambda _, __: self._item(),
            "in-camera": lambda head, _: _in_camera("off" if head.state == "in-camera" else "on"),
            "end-session": lambda _, __: lambda _q, _n, t: records.SessionEnd(NOTHING, "order", t),
        }

    def act_somehow(self) -> None:
        """One act of some officer."""
        self._remember_chair()
        chance = self._stage.chance
        if chance(0.2):
            self._secretary()
        elif chance(0.06):
            self._claim_chair(self._stage.random.choice(("chair", "deputy", "eldest", "operator")))
        else:
            random = self._stage.random
            self._do(self.presiding if chance(0.7) else random.choice(("operator", "operator", *OFFICERS)))
            if chance(0.25):
                self._do("operator")  # who has not seen what was done a moment ago

    def _do(self, officer: str) -> None:
        unit = self.officers[officer]
        if unit.head is not None and unit.desk.ready:
            self._act(unit, unit.head)

    def _act(self, unit: OfficerUnit, head: Head) -> None:
        random = self._stage.random
        likely = ("resume-sitting",) if head.state == "adjourned" else WHAT_NEXT[head.phase]
        name = random.choice(ANYTHING) if self._stage.chance(0.12) else random.choice(likely)
        if name == "wait":
            return
        make = self._drafts.get(name)
        draft = make(head, unit.officer) if make is not None else act_draft(_of(head.open), name)
        held_ms = random.randrange(300, 6000) if self._stage.chance(0.15) else 0
        record_hash = unit.act(name, draft, held_ms)
        if name == "void":
            self._waiting_for_ack.append(record_hash)

    def _arm(self, officer: str, repeats: str) -> Draft:
        random = self._stage.random
        self._votes += 1
        vote = f"v-{self._votes}"
        self.officers[officer].send_blob(title_blob(vote))
        timed = self._stage.chance(0.25)
        return arm_draft(
            SITTING, vote, repeats=repeats, item=random.choice(("", ITEM, ITEM)),
            mode=random.choice(("open",) * 7 + ("test",)), change=random.choice(("last", "last", "last", "first")),
            sign=random.choice(("session",) * 4 + ("card",)),
            rule=random.choice(("simple", "casting", "casting", "declare-only", "present", "quorum")),
            duration_ms=random.randrange(1500, 8000) if timed else 0, extend_ms=4000 if timed else 0,
        )  # fmt: skip

    def _item(self) -> Draft:
        item, act = self._stage.random.choice(
            ((ITEM, "note"), (ITEM, "defer"), (ITEM, "activate"), (ITEM, "reopen"), ("item-2", "activate"))
        )
        return lambda q, n, t: records.Item(SITTING, item, act, "", q, n, t)

    def _claim_chair(self, officer: str) -> None:
        why = self._stage.random.choice(("absent", "conflict"))
        claim = self.officers[officer].act(
            "take chair", lambda q, n, t: records.Presiding(SITTING, officer, why, q, n, t)
        )
        if claim:
            self._claims[claim] = officer

    def _remember_chair(self) -> None:
        for claim, officer in list(self._claims.items()):
            answer = self.officers[officer].answers.get(claim)
            if answer is not None:
                del self._claims[claim]
                self.presiding = officer if answer == COUNTED else self.presiding

    def _secretary(self) -> None:
        unit, random = self.officers["secretary"], self._stage.random
        if unit.head is None:
            return
        opened, member = _of(unit.head.open), random.choice(self._members)
        choice = (random.choice(records.PLAIN_OPTIONS),)
        state, act = random.choice(("present", "left", "excused")), random.choice(("declare", "declare", "withdraw"))
        waiting = random.choice(self._waiting_for_ack) if self._waiting_for_ack else NOTHING
        name, draft = random.choice(
            (
                ("assist", lambda _q, _n, t: records.AssistedBallot(opened, member, choice, "assisted", t, t)),
                ("presence", lambda _q, _n, t: records.Presence(SITTING, member, state, "seen", t)),
                ("recusal", lambda _q, _n, t: records.Recusal(SITTING, ITEM, member, act, "interest", t)),
                ("ack", lambda q, n, t: records.Ack(waiting, q, n, t)),
            )
        )
        unit.act(name, draft)


def _of(record: str) -> str:
    """The hash of a record in a head; of no record where there is none."""
    return hash_text(record.encode()) if record else NOTHING


def _open(arm: str) -> Draft:
    return lambda q, n, t: records.VoteOpen(arm, q, n, t)


def _void(opened: str, basis: str) -> Draft:
    return lambda q, n, t: records.VoteVoid(opened, "mistake", basis, q, n, t)


def _announce(result: str) -> Draft:
    return lambda q, n, t: records.VoteAnnounce(result, q, n, t)


def _cast(opened: str, choice: str) -> Draft:
    return lambda q, n, t: records.CastingVote(opened, choice, q, n, t)


def _in_camera(state: str) -> Draft:
    return lambda q, n, t: records.InCamera(SITTING, state, q, n, t)


def result_counts(head: Head | None) -> list[int]:
    """The counts of the result in a head, read plainly."""
    if head is None or not head.result:
        return []
    counts: list[int] = read_leaf(head.result.encode()).payload["counts"]
    return counts
