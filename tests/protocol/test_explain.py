"""The sentence that explains an outcome: exact numbers from integers, in any language."""

from itertools import product

import pytest

from protocol.explain import English, explain_needed, explain_outcome, outcome_word
from protocol.majority import Figures, judge_figures, simple_rule


def figures(for_: int, against: int, abstain: int = 0, *, present: int = 39, papers: int = 0) -> Figures:
    """Figures of a council of 39 with 38 in office."""
    return Figures(39, 38, present, for_, against, abstain, papers)


SENTENCES: list[tuple[dict[str, object], Figures, str, str]] = [
    (
        {},
        figures(7, 4, 22),
        "Needed 5: more than half of the votes for and against, 4 of them against.",
        "7, 4, 22. Adopted.",
    ),
    (
        {"base": "statutory"},
        figures(19, 4),
        "Needed 20: more than half of the 39 seats fixed by law (19.5, rounded up).",
        "19, 4, 0. Not adopted.",
    ),
    (
        {"base": "in_office"},
        figures(20, 0),
        "Needed 20: more than half of the 38 members in office.",
        "20, 0, 0. Adopted.",
    ),
    (
        {"base": "present", "comparator": ">=", "numerator": 3, "denominator": 5},
        figures(261, 170, 5, present=436),
        "Needed 262: at least three fifths of the 436 members present (261.6, rounded up).",
        "261, 170, 5. Not adopted.",
    ),
    (
        {"base": "cast", "comparator": ">=", "numerator": 2, "denominator": 3},
        figures(6, 3, 1),
        "Needed 7: at least two thirds of the 10 votes cast (6.66, rounded up).",
        "6, 3, 1. Not adopted.",
    ),
    (
        {"base": "papers_cast"},
        figures(17, 13, papers=32),
        "Needed 17: more than half of the 32 papers cast.",
        "17, 13, 0. Adopted.",
    ),
    ({"base": "fixed", "fixed": 60}, figures(55, 2), "Needed 60: a fixed number.", "55, 2, 0. Not adopted."),
    ({"base": "none"}, figures(3, 2), "", "3, 2, 0. Counted only."),
    (
        {"base": "statutory", "numerator": 2, "denominator": 7},
        figures(12, 0),
        "Needed 12: more than 2/7 of the 39 seats fixed by law (11.14, rounded up).",
        "12, 0, 0. Adopted.",
    ),
    (
        {"tie": "casting-vote"},
        figures(2, 2),
        "Needed 3: more than half of the votes for and against, 2 of them against.",
        "2, 2, 0. A tie.",
    ),
    (
        {"quorum_base": "statutory", "quorum_numerator": 1, "quorum_denominator": 2},
        figures(9, 0, present=9),
        "Quorum 20, here 9. Needed 1: more than half of the votes for and against, 0 of them against.",
        "9, 0, 0. No quorum: nothing was decided.",
    ),
]


@pytest.mark.parametrize(("changes", "counted", "needed", "end"), SENTENCES)
def test_sentence(changes: dict[str, object], counted: Figures, needed: str, end: str) -> None:
    """One for each form of a rule: what was needed of what, the figures, what follows."""
    numbers, _, outcome = end.partition(". ")
    for_, against, abstain = numbers.split(", ")
    sentence = f"{needed} For {for_}, against {against}, abstained {abstain}. {outcome}".lstrip()
    assert explain_outcome(simple_rule("r", "A rule", **changes), counted) == sentence


def test_casting_vote_is_told() -> None:
    """For, and against."""
    rule = simple_rule("r", "A rule", tie="casting-vote")
    assert explain_outcome(rule, figures(83, 83), "for").endswith("Casting vote: for. Adopted.")
    assert explain_outcome(rule, figures(83, 83), "against").endswith("Casting vote: against. Not adopted.")


def test_one_is_singular() -> None:
    """Plural forms go through the catalogue."""
    rule = simple_rule("r", "A rule", base="cast")
    assert "of the 1 vote cast" in explain_outcome(rule, figures(1, 0))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Needed: more than half of the votes for and against."),
        ({"base": "cast"}, "Needed: more than half of the votes cast."),
        ({"base": "none"}, "This vote is only counted; it decides nothing."),
        ({"base": "fixed", "fixed": 20}, "Needed 20: a fixed number."),
        ({"base": "statutory"}, "Needed 20: more than half of the 39 seats fixed by law (19.5, rounded up)."),
    ],
)
def test_before_the_vote(changes: dict[str, object], sentence: str) -> None:
    """Where the number depends on the vote itself only the share is told."""
    assert explain_needed(simple_rule("r", "A rule", **changes), figures(0, 0)) == sentence


def test_number_in_the_sentence_is_the_number_that_judges() -> None:
    """For every base, comparator and fraction: whoever reaches it is adopted, one fewer is not."""
    bases = ("statutory", "in_office", "present", "cast", "yes_no")
    for base, comparator, (n, d), against in product(bases, (">", ">="), ((1, 2), (2, 3), (3, 5), (1, 3)), range(12)):
        rule = simple_rule("r", "A rule", base=base, comparator=comparator, numerator=n, denominator=d)
        for for_ in range(14):
            counted = figures(for_, against)
            judgement = judge_figures(rule, counted)
            assert (judgement.outcome == "adopted") == (for_ >= judgement.needed)
            assert f"Needed {judgement.needed}:" in explain_outcome(rule, counted)


class Shouting(English):
    """A catalogue of another language."""

    def gettext(self, message: str, /) -> str:
        """The message, loud; placeholders stay."""
        return message.replace("Needed", "ПОТРЕБНО").replace("Adopted", "УСВОЈЕНО")

    def pgettext(self, context: str, message: str, /) -> str:
        """Another decimal separator."""
        return "," if context == "decimal separator" else message


def test_another_language() -> None:
    """Words and the decimal separator come from the catalogue."""
    said = explain_outcome(simple_rule("r", "A rule", base="statutory"), figures(20, 0), words=Shouting())
    assert said.startswith("ПОТРЕБНО 20: ")
    assert "(19,5," in said
    assert said.endswith("УСВОЈЕНО.")


@pytest.mark.parametrize("outcome", ["adopted", "not-adopted", "no-quorum", "tie", "elected", "none"])
def test_every_outcome_has_a_word(outcome: str) -> None:
    """As a sentence."""
    assert outcome_word(outcome).endswith(".")
