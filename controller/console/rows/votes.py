"""What several screens ask of the sitting's votes: their numbers, the decisive one of an item, who missed some. Pure.

Nothing here is known of a running vote but that it runs.
"""

from typing import Final

from controller.console.snapshot import LIVE, Snapshot
from controller.desk.documents import VoteLine, VoteRecord
from protocol.vote import Phase

NOT_VOTING: Final = "not-voting"
MISSED_TOLD: Final = 2
"""So many votes in a row without a press, though here, and somebody should look."""
_LOOKED_AT: Final = 9


def numbers_of_votes(snapshot: Snapshot) -> dict[str, str]:
    """The number of each vote as people count: `1`, `2`, tests apart as `T1`; one that was never opened has none."""
    numbers: dict[str, str] = {}
    votes = tests = 0
    for line in snapshot.now.votes:
        if line.phase == Phase.DISARMED.value:
            continue
        if line.mode == "test":
            tests += 1
            numbers[line.id] = f"T{tests}"
        else:
            votes += 1
            numbers[line.id] = str(votes)
    return numbers


def numbers_of_items(snapshot: Snapshot) -> dict[str, str]:
    """The number of each item, `3` or `3.2`, in one pass over the agenda."""
    counts: dict[str, int] = {}
    numbers: dict[str, str] = {}
    for item in snapshot.house.items:
        counts[item.parent] = counts.get(item.parent, 0) + 1
        above = numbers.get(item.parent, "")
        numbers[item.id] = f"{above}.{counts[item.parent]}" if above else str(counts[item.parent])
    return numbers


def ended_votes(snapshot: Snapshot, *, pressed: bool = False) -> list[VoteRecord]:
    """Votes that ended and were not voided, the latest last. `pressed`: only those in which members press."""
    found = [
        record
        for record in snapshot.votes.values()
        if record.phase != Phase.VOID.value and not (pressed and record.mode in {"paper", "secret"})
    ]
    return sorted(found, key=lambda record: record.ended_ms)


def vote_of_item(snapshot: Snapshot, item: str) -> VoteLine | None:
    """The vote that tells how an item came out: the latest decisive one that has ended, else the latest ended one.

    A repetition of a decisive vote is decisive too.
    """
    ended = [
        line
        for line in snapshot.now.votes
        if line.item == item and line.mode != "test" and line.outcome and line.phase != Phase.VOID.value
    ]
    if not ended:
        return None
    decisive = {plan.vote for plan in snapshot.series_of(item) if plan.decisive}
    opened = {record.open: record.id for record in snapshot.votes.values()}
    for line in reversed(ended):
        if _first_of(line.id, snapshot, opened) in decisive:
            return line
    return ended[-1]


def running_vote_of(snapshot: Snapshot, item: str) -> bool:
    """True if a vote on this item runs."""
    vote = snapshot.now.vote
    return vote is not None and vote.item == item and vote.phase in LIVE


def missed_in_a_row(snapshot: Snapshot) -> dict[str, int]:
    """How many of the latest votes each member was here for and did not press; members without such are left out."""
    missed: dict[str, int] = {}
    still: set[str] | None = None
    for record in reversed(ended_votes(snapshot, pressed=True)[-_LOOKED_AT:]):
        again = {answer.member for answer in record.answers if answer.standing == NOT_VOTING}
        still = again if still is None else still & again
        for member in still:
            missed[member] = missed.get(member, 0) + 1
        if not still:
            break
    return missed


def _first_of(vote: str, snapshot: Snapshot, opened: dict[str, str]) -> str:
    """The vote that this one repeats, and so on to the first."""
    seen = {vote}
    while (record := snapshot.votes.get(vote)) is not None and record.repeats in opened:
        vote = opened[record.repeats]
        if vote in seen:
            break
        seen.add(vote)
    return vote
