"""What the hall sees now and what it has seen of it: which state, which result, and since when. Pure.

Documents say where the sitting stands, not what the hall was shown before, so a screen keeps a `Memory`: the vote whose
result is or was shown, since when, and what else was going on then. A result leaves

* at the next vote that is armed, the next item that is called, the next speech;
* `RESULT_MS` after it was announced, or voided;

and it comes back when its phase changes, as when the chair announces it later, or when the vote that was armed in
between is taken back before its opening.

A screen that starts anew shows a result that still waits for its announcement, and of others only what ended less than
`RESULT_MS` ago: nothing old comes up again because a machine was restarted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from controller.desk.documents import Now, VoteRecord
from controller.hall.scene import State
from protocol.vote import Phase

RESULT_MS: Final = 60_000
NAMED_AFTER_MS: Final = 12_000
"""The figures first; the list of names when they have been read."""
_VOTING: Final = {
    Phase.ARMED.value: State.ARMED,
    Phase.OPEN.value: State.OPEN,
    Phase.HELD.value: State.HELD,
    Phase.LAST_CALL.value: State.LAST_CALL,
}
_OVER: Final = frozenset({Phase.CLOSED.value, Phase.ANNOUNCED.value, Phase.VOID.value})
_SITTING: Final = {
    "open": State.IDLE,
    "adjourned": State.RECESS,
}


@dataclass(frozen=True, slots=True)
class Memory:
    """The vote that was last seen: `phase` since `since_ms`, what was `going_on` then, and whether it has `left`.

    `occupied`: who sat where when the vote still ran, so that the picture of a result does not change when people go.
    """

    vote: str = ""
    phase: str = ""
    since_ms: int = 0
    going_on: frozenset[str] = frozenset()
    left: bool = False
    occupied: tuple[int, ...] = ()


def remember(memory: Memory, now: Now, votes: Mapping[str, VoteRecord]) -> Memory:
    """What is known after `now`, the newest document. `votes`: those that have ended, by id."""
    vote, phase = _latest(now)
    if not vote or now.in_camera:
        return Memory()
    going_on = _going_on(now)
    if (vote, phase) != (memory.vote, memory.phase):
        known = memory.vote == vote
        ended_ms = votes[vote].ended_ms if vote in votes else 0
        waits = phase == Phase.CLOSED.value or phase in _VOTING
        since_ms = now.ts if known or waits else ended_ms
        occupied = memory.occupied if known and phase in _OVER else now.occupied
        memory = Memory(vote, phase, since_ms, going_on, occupied=occupied)
    elif phase in _VOTING:
        memory = replace(memory, occupied=now.occupied)
    over = phase in _OVER and phase != Phase.CLOSED.value and now.ts - memory.since_ms >= RESULT_MS
    if over or going_on - memory.going_on:
        return replace(memory, left=True)
    # What has ended may begin again, and is then something new.
    return replace(memory, going_on=memory.going_on & going_on)


def state_of(now: Now, memory: Memory, votes: Mapping[str, VoteRecord], *, names: bool) -> State:
    """What the hall sees. `names`: whether lists of names are shown at all."""
    if not now.sitting or now.phase not in _SITTING:
        return State.NO_SITTING
    if now.in_camera:
        return State.IN_CAMERA
    if _SITTING[now.phase] is State.RECESS:
        return State.RECESS
    if now.vote is not None and now.vote.phase in _VOTING:
        return _VOTING[now.vote.phase]
    if memory.phase in _OVER and not memory.left:
        record = votes.get(memory.vote)
        can_be_named = names and record is not None and is_named(record)
        return State.NAMED if can_be_named and now.ts - memory.since_ms >= NAMED_AFTER_MS else State.RESULT
    if now.floor.current is not None:
        return State.SPEAKER
    return State.ITEM if now.item else State.IDLE


def is_named(record: VoteRecord) -> bool:
    """True of a vote whose ballots bear names and which counts, or only trains."""
    return record.mode in {"open", "test"} and record.phase != Phase.VOID.value and bool(record.answers)


def record_at_hand(now: Now, memory: Memory, votes: Mapping[str, VoteRecord]) -> VoteRecord | None:
    """The counted vote of a result; None until it has come, and of a vote that still runs by what is said now."""
    record = votes.get(memory.vote)
    if record is None or record.phase not in _OVER:
        return None
    return None if now.vote is not None and now.vote.id == record.id and now.vote.phase in _VOTING else record


def _latest(now: Now) -> tuple[str, str]:
    """(vote, phase) of the vote at hand, else of the latest that has ended."""
    if now.vote is not None:
        return now.vote.id, now.vote.phase
    line = next((line for line in reversed(now.votes) if line.phase in _OVER), None)
    return (line.id, line.phase) if line is not None else ("", "")


def _going_on(now: Now) -> frozenset[str]:
    """Items that are active, and the running speech: whatever is new among them takes the screen."""
    speech = now.floor.current
    spoken = {f"speech {speech.speaker} {speech.since_ms}"} if speech is not None else set()
    return frozenset({f"item {item.id}" for item in now.items if item.phase == "active"} | spoken)
