"""The sentence that explains an outcome: exact numbers from integers, in any language."""

from itertools import product

import pytest

from protocol.explain import English, explain_needed, explain_outcome, explain_quorum, known_needed, outcome_word
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
        "Needed 7: at least two thirds of the 10 votes cast (6.66…, rounded up).",
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
        "Needed 12: more than 2/7 of the 39 seats fixed by law (11.14…, rounded up).",
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


HALF_OF_ALL: dict[str, object] = {"quorum_base": "statutory", "quorum_numerator": 1, "quorum_denominator": 2}
BEFORE: list[tuple[dict[str, object], Figures, str]] = [
    ({}, figures(0, 0), "Needed: more votes for than against."),
    ({"comparator": ">=", "numerator": 2, "denominator": 3}, figures(0, 0),
     "Needed: at least two thirds of the votes for and against."),
    ({"base": "cast"}, figures(0, 0), "Needed: majority of the votes cast. If all present vote (39): 20."),
    ({"base": "cast"}, figures(0, 0, present=0), "Needed: majority of the votes cast."),
    ({"base": "papers_cast"}, figures(0, 0), "Needed: majority of the papers cast."),
    ({"base": "papers_cast"}, figures(0, 0, papers=32), "17 of 32 needed: majority of the papers cast."),
    ({"base": "none"}, figures(0, 0), "This vote is only counted; it decides nothing."),
    ({"base": "fixed", "fixed": 20}, figures(0, 0), "Needed 20: a fixed number."),
    ({"base": "statutory"}, figures(0, 0), "20 of 39 needed: majority of all members."),
    ({"base": "statutory", "numerator": 50, "denominator": 100}, figures(0, 0),
     "20 of 39 needed: majority of all members."),
    ({"base": "statutory", "comparator": ">="}, figures(0, 0), "20 of 39 needed: at least half of all members."),
    ({"base": "statutory", "comparator": ">=", "numerator": 3, "denominator": 5}, figures(0, 0),
     "24 of 39 needed: at least three fifths of all members."),
    ({"base": "in_office"}, figures(0, 0), "20 of 38 needed: majority of the members in office."),
    ({"base": "in_office", "numerator": 2, "denominator": 3}, figures(0, 0),
     "26 of 38 needed: more than two thirds of the members in office."),
    ({"base": "in_office", "numerator": 2, "denominator": 3, "origin": "council"}, figures(0, 0),
     "26 of 38 needed: more than two thirds of the members in office, by the council's own rules."),
    ({"base": "fixed", "fixed": 20, "origin": "council"}, figures(0, 0),
     "Needed 20: a fixed number, by the council's own rules."),
    ({"base": "present"}, figures(0, 0, present=25),
     "13 of 25 needed as of now: majority of the members present."),
    ({"base": "present"}, figures(0, 0, present=0), "Needed: majority of the members present."),
    ({"base": "present", "present_from": "presses"}, figures(0, 0, present=25),
     "Needed: majority of the members present. If all present vote (25): 13."),
    ({"base": "cast", "comparator": ">=", "denominator": 1}, figures(0, 0, present=9),
     "Needed: at least 100 % of the votes cast. If all present vote (9): 9."),
    (HALF_OF_ALL, figures(0, 0), "Needed: more votes for than against. Quorum 20 of 39."),
    (HALF_OF_ALL | {"quorum_base": "in_office", "quorum_comparator": ">"}, figures(0, 0),
     "Needed: more votes for than against. Quorum 20 of 38."),
    (HALF_OF_ALL | {"quorum_source": "cast"}, figures(0, 0),
     "Needed: more votes for than against. Quorum 20 of 39, counted by the votes cast."),
    (HALF_OF_ALL | {"base": "none"}, figures(0, 0), "Quorum 20 of 39: at least half of all members."),
    (HALF_OF_ALL | {"base": "none", "quorum_comparator": ">", "origin": "council"}, figures(0, 0),
     "Quorum 20 of 39: majority of all members, by the council's own rules."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "known", "sentence"), BEFORE)
def test_before_the_vote(changes: dict[str, object], known: Figures, sentence: str) -> None:
    """A number is said where it is known; otherwise the share alone, and what it would be if all present voted."""
    assert explain_needed(simple_rule("r", "A rule", **changes), known) == sentence


@pytest.mark.parametrize(
    ("here", "source", "sentence"),
    [
        (20, "registered", "Quorum 20 of 39: at least half of all members. Here 20: there is a quorum."),
        (19, "registered", "Quorum 20 of 39: at least half of all members. Here 19: no quorum."),
    ],
)
def test_a_quorum_rule_explains_itself(here: int, source: str, sentence: str) -> None:
    """A rule that asks only for a quorum says what that is, and whether it is there."""
    rule = simple_rule("q", "Quorum", **HALF_OF_ALL | {"base": "none", "quorum_source": source})
    assert explain_outcome(rule, figures(0, 0, present=here)) == sentence
    assert explain_quorum(rule, figures(0, 0, present=here)) == sentence


def test_a_vote_under_a_quorum_rule_is_counted_too() -> None:
    """Figures are never left out once there are any."""
    rule = simple_rule("q", "Quorum", **HALF_OF_ALL | {"base": "none", "quorum_source": "cast"})
    assert explain_outcome(rule, figures(17, 2, 1)) == (
        "Quorum 20 of 39: at least half of all members. Votes cast 20: there is a quorum. "
        "For 17, against 2, abstained 1. Counted only."
    )


def test_a_quorum_of_votes_that_is_missing_names_the_votes() -> None:
    """Who is in the room and casts nothing does not count there."""
    rule = simple_rule("r", "A rule", **HALF_OF_ALL | {"quorum_source": "cast"})
    said = explain_outcome(rule, figures(10, 5, 4))
    assert said.startswith("Quorum 20, votes cast 19. Needed 6:")
    assert said.endswith("No quorum: nothing was decided.")


def test_a_mayor_who_is_counted_is_named() -> None:
    """The figures are those of 27, one of whom holds no seat."""
    rule, counted = simple_rule("r", "A rule", base="statutory"), Figures(27, 27, 20, 13, 0, 0, mayor=True)
    assert explain_needed(rule, counted) == (
        "14 of 27 needed: majority of all members. The mayor takes part and is counted."
    )
    assert explain_outcome(rule, counted) == (
        "Needed 14: more than half of the 27 seats fixed by law (13.5, rounded up). "
        "The mayor takes part and is counted. For 13, against 0, abstained 0. Not adopted."
    )


def test_a_rule_of_the_councils_own_says_so_after_the_vote() -> None:
    """Beside the share and its exact number."""
    rule = simple_rule("r", "A rule", base="statutory", origin="council")
    assert explain_outcome(rule, figures(20, 0)).startswith(
        "Needed 20: more than half of the 39 seats fixed by law (19.5, rounded up), by the council's own rules. For 20,"
    )


@pytest.mark.parametrize(
    ("numerator", "denominator", "seats", "exact"),
    [
        (1, 2, 39, "19.5"), (3, 5, 21, "12.6"), (3, 4, 21, "15.75"), (2, 3, 10, "6.66…"), (1, 1000, 1, "0.00…"),
        (333_333, 1_000_000, 2999, "999.66…"), (999_999, 1_000_000, 1, "0.99…"), (1, 100, 5, "0.05"),
        (2, 3, 999_999_999_999_998, "666666666666665.33…"),
    ],
)  # fmt: skip
def test_the_exact_number_is_made_of_integers(numerator: int, denominator: int, seats: int, exact: str) -> None:
    """Never rounded: two digits, and an ellipsis where more follow; a float would lose the last ones."""
    rule = simple_rule("r", "A rule", base="statutory", numerator=numerator, denominator=denominator)
    assert f"({exact}, rounded up)" in explain_outcome(rule, Figures(seats, seats, seats, 0, 0, 0))


@pytest.mark.parametrize(
    ("changes", "known", "needed"),
    [
        ({}, figures(0, 0), 0), ({"base": "cast"}, figures(0, 0), 0), ({"base": "papers_cast"}, figures(0, 0), 0),
        ({"base": "none"}, figures(0, 0), 0), ({"base": "statutory"}, figures(0, 0), 20),
        ({"base": "in_office"}, figures(0, 0), 20), ({"base": "present"}, figures(0, 0, present=25), 13),
        ({"base": "present", "present_from": "presses"}, figures(0, 0), 0),
        ({"base": "fixed", "fixed": 7}, figures(0, 0), 7),
    ],
)  # fmt: skip
def test_needed_is_known_before_the_vote_or_is_0(changes: dict[str, object], known: Figures, needed: int) -> None:
    """The same numbers as the sentence says."""
    assert known_needed(simple_rule("r", "A rule", **changes), known) == needed


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
