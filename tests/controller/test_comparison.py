"""Comparing with what was printed: equal, explained by the file itself, or a difference."""

from typing import Any

import pytest

from controller.comparison import Comparison, compare, figures_of
from controller.sitting_file import FileVote, SittingFile
from protocol import records
from tests.protocol.chamber_builder import ChamberLog, open_chamber


def official(figures: dict[str, int], outcome: str = "", majority: str = "simple") -> FileVote:
    """What the body printed."""
    return FileVote(
        "v", "", majority, 0, {"m1": "yes"}, figures, outcome, secret=False, casting="", has_tie_break=False
    )


OURS: dict[str, Any] = {
    "id": "v", "for": 5, "against": 3, "abstain": 2, "not_voting": 1, "absent": 4, "recused": 0, "casting": "",
    "outcome": "adopted", "why": "", "needed": 4,
}  # fmt: skip


def compared(printed: FileVote, explained: dict[tuple[str, str], tuple[Any, Any]] | None = None) -> Comparison:
    """One vote compared."""
    comparison = Comparison()
    compare(comparison, SittingFile("", "", "", 20, [], [], explained or {}), printed, OURS)
    return comparison


def test_equal_figures() -> None:
    """Nothing to tell."""
    done = compared(official({"yes": 5, "no": 3, "abstain": 2, "not_voting": 1, "absent": 4}, "adopted"))
    assert (done.votes, done.differences, done.explained) == ([OURS], [], [])


def test_only_what_is_printed_is_compared() -> None:
    """Neither figures nor an outcome."""
    assert compared(official({})).differences == []


@pytest.mark.parametrize(("field", "ours"), [("yes", 5), ("no", 3), ("abstain", 2), ("not_voting", 1), ("absent", 4)])
def test_each_figure_may_differ(field: str, ours: int) -> None:
    """The field, the printed number, ours."""
    entry = {"vote": "v", "field": field, "official": 99, "ours": ours}
    assert compared(official({field: 99})).differences == [entry]
    done = compared(official({field: 99}), {("v", field): (99, ours)})
    assert (done.differences, done.explained) == ([], [entry])


@pytest.mark.parametrize(
    "explained", [{("v", "yes"): (99, 6)}, {("v", "yes"): (98, 5)}, {("w", "yes"): (99, 5)}, {("v", "no"): (99, 5)}]
)
def test_explanation_of_something_else(explained: dict[tuple[str, str], tuple[Any, Any]]) -> None:
    """Other numbers, another vote, another field."""
    assert len(compared(official({"yes": 99}), explained).differences) == 1


def test_outcome() -> None:
    """Compared where it was printed and the majority is known; it may be explained too."""
    entry = {"vote": "v", "field": "outcome", "official": "rejected", "ours": "adopted"}
    assert compared(official({}, "rejected")).differences == [entry]
    assert compared(official({}, "rejected", "unknown")).differences == []
    assert compared(official({}, "rejected"), {("v", "outcome"): ("rejected", "adopted")}).explained == [entry]


def held(log: ChamberLog, rule: str, **choices: str) -> dict[str, Any]:
    """Hold a vote; returns its figures as the command prints them."""
    vote = log.open_vote(rule=rule)
    log.press(vote, **choices)
    if log.close(vote).outcome == "tie" and rule == "casting":
        log.act("chair", records.CastingVote, open=vote, choice="for")
        log.settle()
    return figures_of("id", log.vote(vote), "why")


@pytest.mark.parametrize(
    ("rule", "choices", "expected"),
    [
        ("simple", {"m1": "for"}, (1, 0, 0, 4, "", "adopted", 1)),
        ("simple", {"m1": "for", "m2": "against"}, (1, 1, 0, 3, "", "rejected", 2)),
        ("casting", {"m1": "for", "m2": "against"}, (1, 1, 0, 3, "for", "adopted", 2)),
        ("repeat", {"m1": "for", "m2": "against"}, (1, 1, 0, 3, "", "rejected", 2)),
        ("quorum-cast", {"m1": "for"}, (1, 0, 0, 4, "", "rejected", 1)),
        ("count", {"m1": "abstain"}, (0, 0, 1, 4, "", None, 0)),
    ],
)
def test_figures_as_printed(rule: str, choices: dict[str, str], expected: tuple[Any, ...]) -> None:
    """Members' own choices, the casting vote apart, outcomes in the files' words."""
    ours = held(open_chamber(), rule, **choices)
    shown = (
        ours["for"],
        ours["against"],
        ours["abstain"],
        ours["not_voting"],
        ours["casting"],
        ours["outcome"],
        ours["needed"],
    )
    assert shown == expected
