"""Our figures of a vote beside those the body itself printed.

A difference is *explained* if the file's own `checks` list it with the same two numbers; any other one is a failure.
"""

from dataclasses import dataclass, field
from typing import Any

from controller.sitting_file import FileVote, SittingFile
from protocol.state import VoteState
from protocol.tally import count_vote, outcome_of

_OUTCOME_WORDS = {"adopted": "adopted", "not-adopted": "rejected", "tie": "rejected", "no-quorum": "rejected"}


@dataclass(slots=True)
class Comparison:
    """What a replay found, in the shape that `replay --json` prints."""

    votes: list[dict[str, Any]] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)
    explained: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)


def figures_of(vote_id: str, vote: VoteState, why: str) -> dict[str, Any]:
    """One vote as `--json` prints it: members' own choices, the casting vote apart; `outcome` null if only counted."""
    tally = count_vote(vote)
    outcome, needed, _ = outcome_of(vote, tally)
    return {
        "id": vote_id, "for": tally.figures.for_, "against": tally.figures.against, "abstain": tally.figures.abstain,
        "not_voting": tally.not_voting, "absent": tally.absent, "recused": tally.recused, "casting": vote.casting,
        "outcome": _OUTCOME_WORDS.get(outcome), "why": why, "needed": needed,
    }  # fmt: skip


def compare(comparison: Comparison, sitting: SittingFile, official: FileVote, ours: dict[str, Any]) -> None:
    """Enter one vote and every printed figure that differs from ours."""
    comparison.votes.append(ours)
    counted = {
        "yes": ours["for"], "no": ours["against"], "abstain": ours["abstain"],
        "not_voting": ours["not_voting"], "absent": ours["absent"],
    }  # fmt: skip
    pairs: list[tuple[str, Any, Any]] = [(name, value, counted[name]) for name, value in official.official.items()]
    if official.outcome and official.majority != "unknown":
        pairs.append(("outcome", official.outcome, ours["outcome"]))
    for name, printed, our_own in pairs:
        if printed != our_own:
            entry = {"vote": official.id, "field": name, "official": printed, "ours": our_own}
            known = sitting.explained.get((official.id, name)) == (printed, our_own)
            (comparison.explained if known else comparison.differences).append(entry)
