"""Rules for replays: each form of a majority, the base that explains the printed number, or a fixed one."""

from typing import Any

import pytest

from controller.replay_rules import rule_of
from controller.sitting_file import FileVote, SittingFile
from protocol.majority import Figures, judge_figures, needed_votes, write_rule_book


def vote(majority: str, required: int = 0, choices: str = "", *, tie_break: bool = False) -> FileVote:
    """A vote; `choices` is `y`, `n`, `a` (abstained), `-` (absent) or `p` (present, did not vote), one a member."""
    words = {"y": "yes", "n": "no", "a": "abstain", "-": "absent", "p": "present_not_voting"}
    named = {f"m{number}": words[letter] for number, letter in enumerate(choices)}
    return FileVote("1", "", majority, required, named, {}, "", secret=False, casting="", has_tie_break=tie_break)


def sitting(seats: int) -> SittingFile:
    """A body of so many seats."""
    return SittingFile("", "", "", seats, [], [])


def needed(majority: str, required: int, choices: str, seats: int) -> tuple[str, int]:
    """(base, number needed) of the rule chosen."""
    rule = rule_of(vote(majority, required, choices), sitting(seats))
    figures = Figures(seats, seats, len(choices), choices.count("y"), choices.count("n"), choices.count("a"))
    return rule.base, needed_votes(rule, figures)


@pytest.mark.parametrize(
    ("majority", "required", "choices", "seats", "expected"),
    [
        ("simple", 0, "yyn", 5, ("yes_no", 2)),
        ("simple", 3, "yyn", 5, ("yes_no", 2)),
        ("unknown", 0, "yyn", 5, ("none", 0)),
        ("absolute", 0, "yyn", 55, ("statutory", 28)),
        ("absolute", 28, "yyn", 55, ("statutory", 28)),
        ("absolute", 18, "y" * 7, 34, ("statutory", 18)),
        ("absolute", 17, "y" * 7, 34, ("statutory", 17)),
        ("absolute", 3, "yyyna", 100, ("cast", 3)),
        ("absolute", 40, "yyyna", 100, ("fixed", 40)),
        ("absolute_of_cast", 3, "yyyna", 100, ("cast", 3)),
        ("absolute_of_cast", 0, "yyynaa", 100, ("cast", 4)),
        ("one_third", 19, "yyn", 55, ("statutory", 19)),
        ("one_third", 20, "yyn", 57, ("statutory", 20)),
        ("two_thirds", 0, "yyn", 9, ("statutory", 6)),
        ("two_thirds", 2, "yyn", 9, ("cast", 2)),
        ("three_fifths", 60, "yyn", 100, ("statutory", 60)),
        ("three_fifths", 262, "y" * 261 + "n" * 170 + "a" * 5, 460, ("cast", 262)),
        ("three_quarters", 3, "yyyn", 100, ("cast", 3)),
        ("three_fifths", 61, "yyn", 100, ("statutory", 61)),
        ("three_fifths", 50, "yyn", 100, ("fixed", 50)),
        ("fixed_number", 60, "yyn", 180, ("fixed", 60)),
        ("two_thirds", 4, "yyynpp", 100, ("present", 4)),
    ],
)  # fmt: skip
def test_rule_of_each_form(majority: str, required: int, choices: str, seats: int, expected: tuple[str, int]) -> None:
    """The number that was printed is the number that is needed."""
    assert needed(majority, required, choices, seats) == expected


@pytest.mark.parametrize("majority", ["simple", "absolute", "absolute_of_cast", "two_thirds", "fixed_number"])
def test_casting_vote_is_the_rules(majority: str) -> None:
    """A vote with a tie-break has a rule of its own, and a tie waits for the chair."""
    plain = rule_of(vote(majority, 60 if majority == "fixed_number" else 0), sitting(180))
    casting = rule_of(vote(majority, 60 if majority == "fixed_number" else 0, tie_break=True), sitting(180))
    assert (casting.tie, casting.id) == ("casting-vote", f"{plain.id}-casting")
    figures = Figures(180, 180, 166, 50, 50, 0)
    if majority != "two_thirds":
        assert judge_figures(casting, figures).outcome == "tie"
    assert judge_figures(plain, figures).outcome == "not-adopted"


def test_every_rule_fits_into_one_book() -> None:
    """Ids tell rules apart."""
    forms: list[Any] = [
        ("simple", 0), ("absolute", 0), ("absolute", 17), ("absolute", 3), ("one_third", 0), ("two_thirds", 0),
        ("three_fifths", 0), ("three_quarters", 0), ("absolute_of_cast", 0), ("fixed_number", 7), ("unknown", 0),
    ]  # fmt: skip
    rules = [
        rule_of(vote(majority, required, "yyyna", tie_break=tie), sitting(34))
        for majority, required in forms
        for tie in (False, True)
        if not (majority == "unknown" and tie)
    ]
    by_id = {rule.id: rule for rule in rules}
    assert all(by_id[rule.id] == rule for rule in rules)
    assert write_rule_book(list(by_id.values()))
