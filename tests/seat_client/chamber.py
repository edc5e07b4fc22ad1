"""A chamber in memory: one log, its officers and one controller, made of the protocol's own functions and no broker."""

from typing import Any, ClassVar

from protocol import records
from protocol.checkpoint import Checkpoint, LogKey, sign_checkpoint
from protocol.decide import Accepted, Refused, Repeated, decide, due_records
from protocol.encoding import base64url, hash_text, salted_text
from protocol.jws import read_envelope
from protocol.keys import Ed25519Signer, Jwk, P256Signer, Signer
from protocol.majority import read_rule_book, simple_rule, write_rule_book
from protocol.merkle import Tree, leaf_hash
from protocol.messages import Challenge, ChallengeRequest, Head, Refusal, read_message
from protocol.receipt import write_receipt
from protocol.record import Record
from protocol.sitting import evolve
from protocol.state import LogState

CHAMBER, BODY, TERM, SITTING = "novigrad", "assembly", "2024", "s1"
SALT = bytes(16)


def key(name: str) -> Ed25519Signer:
    """A test key with a name."""
    return Ed25519Signer(hash_text(name.encode())[:32].encode())


def card(member: str) -> P256Signer:
    """A member's test card."""
    return P256Signer(hash_text(member.encode())[:32].encode())


ROOT, LOG, CONTROLLER = key("root"), key("log"), key("controller")
CHAIR, SECRETARY, DEPUTY = key("chair"), key("secretary"), key("deputy")


class Chamber:
    """The log and whoever writes it. `trust` is what `log/trust` holds; `head()` what `sitting` holds.

    `grades` are the members' whose cards cannot sign.
    """

    grades: ClassVar[dict[str, str]] = {}

    def __init__(self, seats: tuple[str, ...] = ("s-01", "s-02"), cards: dict[str, Jwk] | None = None) -> None:
        """Found a log and open a sitting. `cards` maps members to card keys (m01 and m02, if omitted)."""
        self.state, self.tree = LogState(), Tree()
        self.leaves: list[bytes] = []
        self.nonces: set[str] = set()
        self.seq, self.number, self.ts = 0, 0, 1_000
        self.arm_data = self.open_data = b""
        self.phase = self.sitting_state = self.item = ""
        self.rules = write_rule_book([simple_rule("simple", "Simple")])
        self.state.rule_books[hash_text(self.rules)] = read_rule_book(self.rules)
        self.trust_lines: list[bytes] = []
        self._found()
        self._open_sitting(seats, cards or {member: card(member).public.jwk() for member in ("m01", "m02")})

    @property
    def trust(self) -> bytes:
        """The retained trust list."""
        return b"\n".join(self.trust_lines)

    @property
    def note(self) -> bytes:
        """The newest signed checkpoint."""
        return self.note_of(self.tree.size, self.tree.root())

    def note_of(self, size: int, root: bytes) -> bytes:
        """A checkpoint signed with the log's key, true or not."""
        return sign_checkpoint(Checkpoint(self.state.origin, size, root), LOG)

    def append(self, record: Record, signer: Signer) -> bytes:
        """Sign and append; it must be accepted."""
        data = record.seal(signer)
        decision = decide(self.state, data, self.root_at, self.nonces, own=signer is CONTROLLER)
        assert isinstance(decision, Accepted), decision
        self._evolve(data, decision)
        return data

    def officer(self) -> tuple[int, str, int]:
        """(seq, seen, ts) of the next officer's act."""
        self.seq, self.ts = self.seq + 1, self.ts + 1
        return self.seq, f"{self.tree.size}:{self.root_at(self.tree.size)}", self.ts

    def root_at(self, size: int) -> str:
        """Our root at a size."""
        return base64url(self.tree.root(size))

    def _evolve(self, data: bytes, decision: Accepted) -> None:
        evolve(self.state, decision.entry)
        self.tree.append(leaf_hash(data))
        self.leaves.append(data)
        for record in due_records(self.state, self.ts):
            self.append(record, CONTROLLER)

    def _found(self) -> None:
        origin = f"chamber/{CHAMBER}/{BODY}/{TERM}"
        trust = records.Trust(
            CHAMBER, BODY, TERM, ROOT.public.jwk(), "", "", str(LogKey(origin, LOG.public)), "",
            CONTROLLER.public.jwk(), "", self.ts,
        )  # fmt: skip
        self.trust_lines.append(self.append(trust, ROOT))
        for name, role, signer in (("chair", "chair", CHAIR), ("sec", "secretary", SECRETARY)):
            self.add_officer(name, role, signer)

    def add_officer(self, name: str, role: str, signer: Signer) -> None:
        """The root makes somebody an officer."""
        record = records.Officer(hash_text(self.leaves[0]), name, role, name, signer.public.jwk(), self.ts)
        self.trust_lines.append(self.append(record, ROOT))

    def _open_sitting(self, seats: tuple[str, ...], cards: dict[str, Jwk]) -> None:
        member_entries = tuple(
            {"id": m, "name": m, "group": "", "auth": self.grades.get(m, "piv"), "jwk": jwk} for m, jwk in cards.items()
        )
        seat_entries = tuple({"id": s, "jwk": key(s).public.jwk(), "place": ""} for s in seats)
        part = self.append(records.RosterPart(SITTING, 1, member_entries, seat_entries, self.ts), SECRETARY)
        roster = records.Roster(
            SITTING, len(cards), len(cards), (hash_text(part),), hash_text(self.rules), "1", "", (), (),
            *self.officer(),
        )  # fmt: skip
        roster_data = self.append(roster, SECRETARY)
        seq, seen, ts = self.officer()
        size, _, root = seen.partition(":")
        opening = records.SittingOpen(
            SITTING, hash_text(roster_data), self.state.trust_digest(), "", int(size), root, seq, seen, ts
        )
        self.append(opening, CHAIR)
        self.sitting_state = "open"

    # --- The chair ------------------------------------------------------------------------------------------------

    def arm(self, vote: str = "v-1", signer: Signer = CHAIR, **changes: Any) -> None:
        """Arm a vote."""
        members: dict[str, Any] = {
            "mode": "open", "options": ("for", "against", "abstain"), "sign": "session", "change": "last", **changes,
        }  # fmt: skip
        arm = records.VoteArm(
            SITTING, "", vote, members["mode"], hash_text(salted_text(SALT, vote)), "", members["options"], 1, 1, 1,
            "simple", "all", members["sign"], members["change"], 0, 0, 0, "", *self.officer(),
        )  # fmt: skip
        self.arm_data, self.open_data, self.phase = self.append(arm, signer), b"", "armed"

    def open(self, vote: str = "v-1", **changes: Any) -> None:
        """Arm and open a vote."""
        self.arm(vote, **changes)
        self.open_data = self.append(records.VoteOpen(hash_text(self.arm_data), *self.officer()), CHAIR)
        self.phase = "open"

    def step(self, act: str) -> None:
        """Hold, resume, last call."""
        seq, seen, ts = self.officer()
        self.append(records.VoteAct(self.open_hash, act, 0, seq, seen, ts), CHAIR)
        self.phase = {"hold": "held", "resume": "open", "last-call": "last-call", "reopen": "open"}[act]

    def close(self) -> None:
        """Last call, if need be, and close."""
        if self.phase == "open":
            self.step("last-call")
        seq, seen, ts = self.officer()
        size, _, root = seen.partition(":")
        self.append(records.VoteClose(self.open_hash, int(size), root, seq, seen, ts), CHAIR)
        self.phase = "closed"

    @property
    def open_hash(self) -> str:
        """The hash of the vote at hand."""
        return hash_text(self.open_data)

    @property
    def figures(self) -> tuple[int, ...]:
        """The counts of the vote's latest result."""
        return self.state.opens[self.open_hash].results[-1][2].counts

    def append_presiding(self) -> None:
        """The deputy takes the chair."""
        self.append(records.Presiding(SITTING, "dep", "absence", *self.officer()), DEPUTY)

    def adjourn(self) -> None:
        """The sitting goes on another time."""
        self.append(records.Adjourn(SITTING, "evening", *self.officer()), CHAIR)
        self.sitting_state, self.phase, self.arm_data, self.open_data = "adjourned", "", b"", b""

    def resume(self) -> None:
        """The sitting goes on."""
        self.append(records.Resume(SITTING, "morning", *self.officer()), CHAIR)
        self.sitting_state = "open"

    # --- What the seat gets ---------------------------------------------------------------------------------------

    def head(self, signer: Signer = CONTROLLER, **changes: Any) -> bytes:
        """The next head; single members can be changed for bad cases."""
        self.number += 1
        members: dict[str, Any] = {
            "number": self.number, "sitting": SITTING, "state": self.sitting_state, "item": self.item,
            "phase": self.phase, "arm": self.arm_data.decode(), "open": self.open_data.decode(), "result": "",
            "title": "", "blob": "", "checkpoint": self.note.decode(), "ts": self.ts,
        } | changes  # fmt: skip
        return Head(**members).seal(signer)

    def take(self, data: bytes) -> bytes:
        """Judge what a seat sent up; the answer for its way down."""
        envelope = read_envelope(data)
        if envelope.kind == "challenge-request":
            request = read_message(envelope)
            assert isinstance(request, ChallengeRequest)
            return self.challenge(hash_text(data), request.seat)
        decision = decide(self.state, data, self.root_at, self.nonces)
        if isinstance(decision, Refused):
            return self.refusal(decision.hash, decision.reason, why=decision.why)
        if isinstance(decision, Accepted):
            self._evolve(data, decision)
            return self.receipt(decision.entry.hash, decision.entry.index)
        assert isinstance(decision, Repeated)
        return self.receipt(decision.hash, decision.index)

    def challenge(self, salt: str, seat: str = "s-01", sitting: str = SITTING) -> bytes:
        """A nonce for a seat."""
        nonce = hash_text(f"nonce {salt} {len(self.nonces)}".encode())
        self.nonces.add(nonce)
        return Challenge(seat, sitting, nonce, self.tree.size, self.ts).seal(CONTROLLER)

    def refusal(self, record: str, reason: str, signer: Signer = CONTROLLER, why: str = "") -> bytes:
        """A signed refusal."""
        return Refusal(record, reason, self.tree.size, why, ()).seal(signer)

    def receipt(self, record: str, index: int, reason: str | None = None, size: int | None = None) -> bytes:
        """The receipt of a leaf, at a size (now, if omitted)."""
        size = self.tree.size if size is None else size
        reason = self.state.voids.get(index, "") if reason is None else reason
        note = self.note_of(size, self.tree.root(size))
        return write_receipt(record, index, reason, self.tree.inclusion(index, size), note, size, CONTROLLER)
