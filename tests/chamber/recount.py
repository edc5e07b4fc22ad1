"""Counts every vote again from the published leaves alone, the slow and obvious way.

This is a second reading of `docs/protocol.md` sections 6.5, 7.2 and 7.3; it shares no code with the first. Leaves other
than ballots enter the log only if they take effect, so it asks of ballots alone whether they count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chamber.plain import Leaf, read_leaf, thumbprint_of

DECLARE_ONLY = "declare-only"


@dataclass(slots=True)
class Session:
    """A session as the log tells it; `ended` is the index of its end, or beyond every log."""

    member: str
    seat: str
    sitting: str
    kid: str
    bound: int = 1 << 60
    ended: int = 1 << 60


@dataclass(slots=True)
class Vote:
    """A vote and what counted in it: `counted` maps members to (index, choice); `end` is -1 while it runs."""

    open: str
    arm: dict[str, Any]
    opened: int
    end: int = -1
    changed: int = -1
    held: bool = False
    void: bool = False
    counted: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    entered: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    recused: set[str] = field(default_factory=set)
    recused_at: dict[str, int] = field(default_factory=dict)
    last_seq: dict[str, int] = field(default_factory=dict)
    results: list[dict[str, Any]] = field(default_factory=list)

    @property
    def blocks_recused(self) -> bool:
        """True if a recused member may not vote."""
        return bool(self.arm["rule"] != DECLARE_ONLY)

    def counts(self) -> list[int]:
        """How often each option was chosen."""
        chosen = [option for _, choice in self.counted.values() for option in choice]
        return [chosen.count(option) for option in self.arm["options"]]


class Recount:
    """Reads a log from its first leaf to its last. `votes` are those that were opened, by the hash of the opening.

    `blind` lists acts on a vote that had not seen its last change.
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = [read_leaf(data) for data in leaves]
        self.votes: dict[str, Vote] = {}
        self._arms: dict[str, dict[str, Any]] = {}
        self._sessions: dict[str, Session] = {}
        self._members: dict[str, str] = {}
        self._recused: dict[tuple[str, str], set[str]] = {}
        self._late_voids: dict[str, str] = {}
        self._running: Vote | None = None
        self.blind: list[int] = []
        for index, leaf in enumerate(self.leaves):
            read = getattr(self, "_read_" + leaf.kind.replace("-", "_"), None)
            if read is not None:
                read(index, leaf)

    # --- People.

    def _read_roster_part(self, _index: int, leaf: Leaf) -> None:
        self._members |= {member["id"]: thumbprint_of(member["jwk"]) for member in leaf.payload["members"]}

    def _read_session(self, _index: int, leaf: Leaf) -> None:
        p = leaf.payload
        self._sessions[leaf.hash] = Session(p["member"], p["seat"], p["sitting"], thumbprint_of(p["key"]))

    def _read_session_bind(self, index: int, leaf: Leaf) -> None:
        new = self._sessions[leaf.payload["session"]]
        for old in self._sessions.values():
            alive = old.bound < index < old.ended and old.sitting == new.sitting
            if alive and (old.member == new.member or old.seat == new.seat):
                old.ended = index
        new.bound = index

    def _read_session_end(self, index: int, leaf: Leaf) -> None:
        self._sessions[leaf.payload["session"]].ended = index

    def _read_adjourn(self, index: int, leaf: Leaf) -> None:
        for session in self._sessions.values():
            if session.sitting == leaf.payload["sitting"]:
                session.ended = min(session.ended, index)

    _read_sitting_close = _read_adjourn

    def _read_recusal(self, index: int, leaf: Leaf) -> None:
        p = leaf.payload
        listed = self._recused.setdefault((p["sitting"], p["item"]), set())
        (listed.add if p["act"] == "declare" else listed.discard)(p["member"])
        vote = self._running
        if vote is None or (vote.arm["sitting"], vote.arm["item"]) != (p["sitting"], p["item"]):
            return
        (vote.recused.add if p["act"] == "declare" else vote.recused.discard)(p["member"])
        if p["act"] == "declare" and vote.blocks_recused:
            vote.counted.pop(p["member"], None)
            vote.entered.pop(p["member"], None)
            vote.recused_at[p["member"]] = index

    # --- Votes.

    def _read_vote_arm(self, _index: int, leaf: Leaf) -> None:
        self._arms[leaf.hash] = leaf.payload

    def _read_vote_open(self, index: int, leaf: Leaf) -> None:
        arm = self._arms[leaf.payload["arm"]]
        recused = set(self._recused.get((arm["sitting"], arm["item"]), set()))
        self.votes[leaf.hash] = self._running = Vote(leaf.hash, arm, index, changed=index, recused=recused)

    def _note_change(self, index: int, leaf: Leaf, vote: Vote) -> None:
        """An act on a vote changes it; who had not seen the last change acted blindly."""
        if int(leaf.payload["seen"].partition(":")[0]) <= vote.changed:
            self.blind.append(index)
        vote.changed = index

    def _read_vote_act(self, index: int, leaf: Leaf) -> None:
        act = leaf.payload["act"]
        if act != "disarm":
            self._note_change(index, leaf, self.votes[leaf.payload["of"]])
        if act in {"hold", "resume"}:
            self.votes[leaf.payload["of"]].held = act == "hold"

    def _read_vote_close(self, index: int, leaf: Leaf) -> None:
        self._note_change(index, leaf, self.votes[leaf.payload["open"]])
        self._end(self.votes[leaf.payload["open"]], index)

    def _read_vote_expired(self, index: int, leaf: Leaf) -> None:
        self._end(self.votes[leaf.payload["open"]], index)

    def _end(self, vote: Vote, index: int) -> None:
        vote.end, vote.changed, self._running = index, index, None
        for member, answer in vote.entered.items():
            vote.counted.setdefault(member, answer)

    def _read_vote_void(self, index: int, leaf: Leaf) -> None:
        vote = self.votes[leaf.payload["open"]]
        if vote.end < 0:
            vote.void = True
            self._end(vote, index)
        else:
            self._late_voids[leaf.hash] = vote.open

    def _read_ack(self, _index: int, leaf: Leaf) -> None:
        opened = self._late_voids.get(leaf.payload["of"])
        if opened is not None:
            self.votes[opened].void = True

    def _read_result(self, _index: int, leaf: Leaf) -> None:
        self.votes[leaf.payload["open"]].results.append(leaf.payload)

    # --- Ballots.

    def _read_ballot(self, index: int, leaf: Leaf) -> None:
        p, vote = leaf.payload, self._running
        if vote is None or vote.open != p["open"] or vote.held or not self._may_vote(index, leaf, vote):
            return
        if p["seq"] <= vote.last_seq.get(p["session"], -1):
            return
        if vote.arm["change"] == "first" and p["member"] in vote.counted:
            return
        vote.last_seq[p["session"]] = p["seq"]
        vote.counted[p["member"]] = (index, tuple(p["choice"]))

    def _may_vote(self, index: int, leaf: Leaf, vote: Vote) -> bool:
        p, session = leaf.payload, self._sessions.get(leaf.payload["session"])
        if session is None or not session.bound < index < session.ended:
            return False
        signer = self._members.get(session.member) if vote.arm["sign"] == "card" else session.kid
        named = (session.member, session.seat, session.sitting) == (p["member"], p["seat"], vote.arm["sitting"])
        recused = p["member"] in vote.recused and vote.blocks_recused
        sound = len(p["choice"]) == 1 and p["choice"][0] in vote.arm["options"]
        return leaf.kid == signer and named and not recused and sound

    def _read_assisted_ballot(self, index: int, leaf: Leaf) -> None:
        p, vote = leaf.payload, self._running
        if vote is not None and vote.open == p["open"] and not vote.held:
            vote.entered[p["member"]] = (index, tuple(p["choice"]))
