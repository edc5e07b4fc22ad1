"""The controller's core: messages in, leaves and answers out. No I/O, clock or randomness of its own.

One batch at a time: `take` each message that has arrived, `seal` them into leaves and one checkpoint, let the caller
make that durable, then `publish` what may be told. Nothing is answered before its leaf is durable; if the disk fails
the caller throws this object away and builds a new one from the store.

Source: `docs/protocol.md` sections 4, 5 and 6.1.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from controller.attesting import Attester, Place
from controller.card_register import NO_CARDS
from controller.heads import Scene, compose_hall, compose_head, scene_of
from protocol import records
from protocol.checkpoint import Checkpoint, sign_checkpoint
from protocol.decide import Accepted, Refused, Repeated, decide, due_records
from protocol.encoding import base64url, hash_text
from protocol.errors import ChamberError, TopicRefused
from protocol.keys import Signer
from protocol.majority import read_rule_book
from protocol.merkle import Tree, leaf_hash
from protocol.messages import CardAnswer, CardOffer, Challenge, ChallengeRequest, Refusal, open_message
from protocol.receipt import write_receipt
from protocol.record import By, Record
from protocol.sitting import evolve, open_known_leaf
from protocol.state import Entry, LogState, SittingPhase, SittingState, VoteState
from protocol.topics import Address, Party, Topics, Way

BLOB_BYTES_MAX = 60_000
BLOBS_MAX = 5_000
"""Blobs of one officer since the controller started: a sitting needs one a vote and item."""
NONCES_MAX = 8_192
ENDS_MAX = 16_384
REFUSED_MAX = 16_384
HALL_INTERVAL_MS = 200
"""Turnout in the hall changes at most this often while ballots arrive."""
_VOTE_KINDS = (
    records.VoteArm, records.VoteOpen, records.VoteAct, records.VoteClose, records.VoteExpired, records.VoteVoid,
)  # fmt: skip
_KEPT_KINDS = (records.VoteArm, records.VoteOpen, records.Result)
_TRUST_KINDS = (records.Trust, records.Officer, records.KeyChange)
NONCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to publish."""

    topic: str
    payload: bytes
    retain: bool = False


@dataclass(slots=True)
class Batch:
    """What must be durable together: leaves from `first_index` on, blobs, and the checkpoint (empty: no new leaf)."""

    first_index: int
    leaves: list[bytes] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    checkpoint: bytes = b""


@dataclass(frozen=True, slots=True)
class Keys:
    """The two keys the controller holds."""

    log: Signer
    controller: Signer


@dataclass(slots=True)
class Memory:
    """A log in memory: what it means, its tree, and the exact bytes that are shown again."""

    state: LogState = field(default_factory=LogState)
    tree: Tree = field(default_factory=Tree)
    blobs: dict[str, bytes] = field(default_factory=dict)
    exact: dict[str, bytes] = field(default_factory=dict)
    trust: list[bytes] = field(default_factory=list)
    sitting: SittingState | None = None
    vote: VoteState | None = None
    incidents: set[tuple[str, str, str]] = field(default_factory=set)
    """(sitting, source, reason) of the controller's own incidents."""

    def keep_blob(self, blob: bytes) -> str:
        """Keep a blob under its hash; one that is a document of rules becomes law that rosters may quote."""
        blob_hash = hash_text(blob)
        self.blobs[blob_hash] = blob
        with suppress(ChamberError):  # most blobs are titles; a roster that quotes one as rules is refused
            self.state.rule_books[blob_hash] = read_rule_book(blob)
        return blob_hash

    def append(self, data: bytes, entry: Entry, judged: str | None = None) -> None:
        """Give the next leaf its meaning and its place in the tree. `judged`: as in `evolve`."""
        reason = evolve(self.state, entry, judged)
        self.tree.append(leaf_hash(data))
        if type(entry.record) is not records.Ballot:
            self._remember(data, entry, effective=not reason)

    def load(self, leaves: list[bytes]) -> None:
        """Append leaves that this log accepted before. Raises what `open_known_leaf` raises: a damaged store."""
        for data in leaves:
            self.append(data, open_known_leaf(self.state, data, self.state.size))

    def _remember(self, data: bytes, entry: Entry, *, effective: bool) -> None:
        record = entry.record
        if isinstance(record, _KEPT_KINDS):
            self.exact[entry.hash] = data
        if isinstance(record, _TRUST_KINDS) and effective:
            self.trust.append(data)
        if not effective:
            return
        if isinstance(record, records.Incident) and entry.author.by is By.CONTROLLER and self.sitting:
            self.incidents.add((self.sitting.id, record.about, record.code))
        if isinstance(record, _VOTE_KINDS):
            of = getattr(record, "open", "") or getattr(record, "arm", "") or getattr(record, "of", entry.hash)
            vote = self.state.opens.get(of) or self.state.arms.get(of) or self.state.arms.get(entry.hash)
            here = {getattr(record, "sitting", ""), self.sitting.id if self.sitting is not None else ""}
            if vote is not None and vote.arm.sitting in here:  # an act on an earlier sitting's vote changes no screen
                self.vote = vote
        named = self.state.sittings.get(getattr(record, "sitting", ""))
        if named is not None and named is not self.sitting:
            self.sitting, self.vote = (
                named,
                None if self.vote is None or self.vote.arm.sitting != named.id else self.vote,
            )


class _End(NamedTuple):
    """Who is at the other end of a topic: kept for each, since ballots come by the thousand.

    `down` is where answers go, `source` the name in incidents.
    """

    address: Address
    down: str
    source: str


class Recorder:
    """Judges what arrives and says what to write and what to answer.

    `entropy(n)` gives n random bytes; `attester` knows the cards that cannot sign, without one there are none. After
    construction `checkpoint` is the newest one, empty for an empty log.
    """

    def __init__(
        self,
        memory: Memory,
        keys: Keys,
        topics: Topics,
        entropy: Callable[[int], bytes],
        checkpoint: bytes = b"",
        attester: Attester | None = None,
    ) -> None:
        self.memory = memory
        self.checkpoint = checkpoint
        self._keys = keys
        self._topics = topics
        self._entropy = entropy
        self._attester = attester or Attester(NO_CARDS, entropy, demo=False)
        self._nonces: dict[str, str] = {}
        self._blobs_kept: dict[str, int] = {}
        self._refused: dict[str, str] = {}
        self._batch = Batch(memory.state.size)
        self._answers: list[tuple[str, str, int | Refusal]] = []
        self._direct: list[Outgoing] = []
        self._roots: dict[int, str] = {}
        self._ends: dict[str, _End] = {}
        self._trust_shown = len(memory.trust)
        self._shown: object = None
        self._hall_shown: object = None
        self._hall_ms = 0

    # --- Messages in ------------------------------------------------------------------------------------

    def take(self, topic: str, payload: bytes, now_ms: int) -> None:
        """Judge one message that arrived. Raises `TopicRefused`: none of this body's topics; nothing changed."""
        end = self._ends.get(topic)
        if end is None:
            address = self._topics.read(topic)
            if address.way is Way.DOWN:
                raise TopicRefused("nobody but the controller writes here")
            down = self._topics.of(address.party, address.id, Way.DOWN)
            if len(self._ends) >= ENDS_MAX:
                self._ends.clear()
            end = self._ends[topic] = _End(address, down, f"{address.party.value}-{address.id}")
        way = end.address.way
        if way is Way.BLOB:
            self._take_blob(end.address, payload)
        elif way is Way.UP:
            self._take_record(end, payload, now_ms)

    def _take_blob(self, address: Address, payload: bytes) -> None:
        """Keep an officer's blob. One too long, or beyond the budget, is dropped: its words stay unknown."""
        known = address.id in self.memory.state.officers
        if not known or len(payload) > BLOB_BYTES_MAX or hash_text(payload) in self.memory.blobs:
            return
        kept = self._blobs_kept.get(address.id, 0) + 1
        if kept <= BLOBS_MAX:
            self._blobs_kept[address.id] = kept
            self._batch.blobs[self.memory.keep_blob(payload)] = payload

    def _take_record(self, end: _End, payload: bytes, now_ms: int) -> None:
        address, down, source = end
        decision = self._judge_here(decide(self.memory.state, payload, self.root_at, self._nonces))
        if isinstance(decision, Accepted):
            self._append(payload, decision)
            self._answers.append((down, decision.entry.hash, decision.entry.index))
            if decision.forked:
                self._note_incident(source, "fork", now_ms)
        elif isinstance(decision, Repeated):
            self._answers.append((down, decision.hash, decision.index))
        elif decision.reason == "kind" and address.party is Party.SEAT and self._take_request(end, payload, now_ms):
            return
        else:
            self._refuse(down, source, decision, now_ms)

    def _judge_here(self, decision: Accepted | Repeated | Refused) -> Accepted | Repeated | Refused:
        """What this controller remembers beside the log: whom it gave a nonce, and what it has refused before."""
        if not isinstance(decision, Accepted):
            return decision
        entry = decision.entry
        refused_for = self._refused.get(entry.hash)
        if refused_for is not None:
            return Refused(entry.hash, refused_for, "refused before; a refusal is final for these bytes")
        if isinstance(entry.record, records.Session) and self._nonces.get(entry.record.nonce) != entry.record.seat:
            return Refused(entry.hash, "nonce", f"a nonce that was not issued to {entry.record.seat}")
        return decision

    def _refuse(self, down: str, source: str, decision: Refused, now_ms: int) -> None:
        self._answers.append((down, decision.hash, _refusal(decision, self.memory.state.size)))
        while len(self._refused) >= REFUSED_MAX:
            del self._refused[next(iter(self._refused))]
        self._refused[decision.hash] = decision.reason
        if decision.suspicion:
            self._note_incident(source, decision.suspicion, now_ms)

    def _take_request(self, end: _End, payload: bytes, now_ms: int) -> bool:
        """Answer what a seat asks before it has a session. False if it is no such message of this seat's device."""
        sitting = self._open_sitting()
        seat = sitting.seats.get(end.address.id) if sitting is not None else None
        if sitting is None or seat is None:
            return False
        try:
            message = open_message(payload, self.memory.state.keys[seat.kid].key)
        except ChamberError:
            return False
        if not isinstance(message, ChallengeRequest | CardOffer | CardAnswer) or message.seat != seat.id:
            return False
        if isinstance(message, ChallengeRequest):
            self._answer_directly(end, self._give_nonce(sitting, seat.id, now_ms))
        else:
            place = Place(sitting, seat, self._nonces.get(message.nonce) == seat.id)
            self._take_card(end, place, message, hash_text(payload), now_ms)
        return True

    def _give_nonce(self, sitting: SittingState, seat: str, now_ms: int) -> Challenge:
        nonce = base64url(self._entropy(NONCE_BYTES))
        while len(self._nonces) >= NONCES_MAX:
            del self._nonces[next(iter(self._nonces))]
        self._nonces[nonce] = seat
        return Challenge(seat, sitting.id, nonce, self.memory.state.size, now_ms)

    def _take_card(
        self, end: _End, place: Place, message: CardOffer | CardAnswer, message_hash: str, now_ms: int
    ) -> None:
        """Judge what a seat relays of a card that cannot sign; its session enters the log with this batch."""
        judged = self._attester.judge(self.memory.state, place, message, message_hash, now_ms)
        if isinstance(judged, records.SessionAttested):
            data = judged.seal(self._keys.controller)
            decision = decide(self.memory.state, data, self.root_at, self._nonces, own=True)
            if isinstance(decision, Accepted):
                self._append(data, decision)
            appended = decision if isinstance(decision, Refused) else data
            judged = self._attester.settle(message, message_hash, appended, now_ms)
        if isinstance(judged, Refused):
            self._refuse(end.down, end.source, judged, now_ms)
        else:
            self._answer_directly(end, judged)

    def _answer_directly(self, end: _End, message: Record) -> None:
        """Answer with the batch at hand, once it is durable."""
        self._direct.append(Outgoing(end.down, message.seal(self._keys.controller)))

    def _open_sitting(self) -> SittingState | None:
        sitting = self.memory.sitting
        return sitting if sitting is not None and sitting.phase is SittingPhase.OPEN else None

    def _append(self, data: bytes, accepted: Accepted) -> None:
        entry = accepted.entry
        self.memory.append(data, entry, accepted.reason)
        self._batch.leaves.append(data)
        if isinstance(entry.record, records.Session | records.SessionAttested):
            self._nonces.pop(entry.record.nonce, None)

    def _append_own(self, record: Record) -> None:
        """Sign and append a record of the controller's own."""
        data = record.seal(self._keys.controller)
        decision = decide(self.memory.state, data, self.root_at, own=True)
        assert isinstance(decision, Accepted), f"our own {record.kind} was not legal: {decision}"
        self._append(data, decision)

    def _note_incident(self, source: str, code: str, now_ms: int) -> None:
        """One incident each source, reason and sitting."""
        sitting = self._open_sitting()
        if sitting is None or (sitting.id, source, code) in self.memory.incidents:
            return
        self._append_own(records.Incident(source, code, "", now_ms))

    # --- The batch --------------------------------------------------------------------------------------

    def seal(self, now_ms: int) -> Batch:
        """Append what is due by now, sign the checkpoint, and hand over what must be made durable."""
        while due := due_records(self.memory.state, now_ms):
            for record in due:
                self._append_own(record)
        batch, self._batch = self._batch, Batch(self.memory.state.size)
        if batch.leaves:
            tree = self.memory.tree
            self.checkpoint = sign_checkpoint(
                Checkpoint(self.memory.state.origin, tree.size, tree.root()), self._keys.log
            )
            batch.checkpoint = self.checkpoint
        return batch

    def publish(self, batch: Batch, now_ms: int) -> list[Outgoing]:
        """What may be told now that `batch` is durable: challenges, receipts, refusals, head, hall, checkpoint."""
        outgoing, self._direct = self._direct, []
        answers, self._answers = self._answers, []
        outgoing += [Outgoing(topic, self._answer(record_hash, answer)) for topic, record_hash, answer in answers]
        if batch.checkpoint:
            outgoing.append(Outgoing(self._topics.checkpoint, batch.checkpoint, retain=True))
        return outgoing + self._show_trust() + self._show(now_ms)

    def greet(self, now_ms: int) -> list[Outgoing]:
        """Everything retained, for a broker that may have forgotten it: at every start."""
        self._shown = self._hall_shown = None
        self._trust_shown = 0
        outgoing = self._show_trust()
        if self.checkpoint:
            outgoing.append(Outgoing(self._topics.checkpoint, self.checkpoint, retain=True))
        return outgoing + self._show(now_ms)

    def _answer(self, record_hash: str, answer: int | Refusal) -> bytes:
        if isinstance(answer, Refusal):
            return answer.seal(self._keys.controller)
        size, reason = self.memory.tree.size, self.memory.state.voids.get(answer, "")
        path = self.memory.tree.inclusion(answer, size)
        return write_receipt(record_hash, answer, reason, path, self.checkpoint, size, self._keys.controller)

    def _show_trust(self) -> list[Outgoing]:
        """The trust records, whenever there is a new one."""
        if len(self.memory.trust) == self._trust_shown:
            return []
        self._trust_shown = len(self.memory.trust)
        return [Outgoing(self._topics.trust, b"\n".join(self.memory.trust), retain=True)]

    def _show(self, now_ms: int) -> list[Outgoing]:
        scene = self.scene()
        outgoing = []
        shown = self._head_key(scene)
        if shown != self._shown:
            self._shown = shown
            # The log's size, not the clock: a restart with a clock behind would publish heads that nobody believes.
            number = self.memory.tree.size
            head = compose_head(scene, self.memory.exact, self.memory.blobs, self.checkpoint, number, now_ms)
            outgoing.append(Outgoing(self._topics.sitting, head.seal(self._keys.controller), retain=True))
            self._hall_ms = 0
        hall_key = (
            shown,
            len(scene.sitting.present) if scene.sitting else 0,
            len(scene.vote.ballots) if scene.vote else 0,
        )
        if hall_key != self._hall_shown and now_ms - self._hall_ms >= HALL_INTERVAL_MS:
            self._hall_shown, self._hall_ms = hall_key, now_ms
            hall = compose_hall(scene, self.memory.blobs, self.memory.tree.size, now_ms)
            outgoing.append(Outgoing(self._topics.hall, hall.seal(self._keys.controller), retain=True))
        return outgoing

    def _head_key(self, scene: Scene) -> object:
        sitting, vote = scene.sitting, scene.vote
        return (
            sitting and (sitting.id, sitting.phase, sitting.in_camera),
            scene.item,
            vote and (vote.arm_hash, vote.phase, len(vote.results)),
        )

    # --- Questions --------------------------------------------------------------------------------------

    def scene(self) -> Scene:
        """Where the chamber stands. A running vote comes before one that is armed, or voided, meanwhile."""
        running = self.memory.state.running
        if running is not None:
            return scene_of(self.memory.state.sitting_of_vote(running), running)
        return scene_of(self.memory.sitting, self.memory.vote)

    def next_deadline_ms(self, now_ms: int) -> int | None:
        """When to be woken without a message: a vote's expiry or a waiting change in the hall."""
        running = self.memory.state.running
        expiry = running.deadline_ms if running is not None and running.deadline_ms else None
        scene = self.scene()
        hall = self._hall_ms + HALL_INTERVAL_MS if scene.vote is not None and scene.vote.running else None
        waits = [when for when in (expiry, hall) if when is not None and when > now_ms]
        return min(waits, default=None)

    def root_at(self, size: int) -> str:
        """Our own root at a size we have reached, 43 characters."""
        known = self._roots.get(size)
        if known is None:
            if len(self._roots) > 512:  # noqa: PLR2004 - signers quote the last few checkpoints
                self._roots.clear()
            known = self._roots[size] = base64url(self.memory.tree.root(size))
        return known

    def append_founding(self, data: bytes) -> None:
        """Append a trust record made offline: the anchor and the officers. Raises `ChamberError`: it would be void."""
        decision = decide(self.memory.state, data, self.root_at)
        if not isinstance(decision, Accepted):
            raise ChamberError(f"a founding record that the log refuses: {decision}", "founding")
        self._append(data, decision)


def _refusal(decision: Refused, size: int) -> Refusal:
    """The answer to what was not logged."""
    return Refusal(decision.hash, decision.reason, size, decision.why, decision.legal)
