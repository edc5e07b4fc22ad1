"""Figures that somebody thinks of: filled in as a council would, refused where no council could have them."""

from dataclasses import replace
from typing import Any

import pytest

from controller.law_files import COUNTRIES, read_law
from controller.what_if import AskedWrongly, Explanation, Given, explain_given
from controller.words import LANGUAGES, catalogue
from protocol.explain import ENGLISH
from protocol.majority import Rule, simple_rule

HALF_OF_ALL: dict[str, Any] = {"quorum_base": "statutory", "quorum_numerator": 1, "quorum_denominator": 2}


def law(**changes: Any) -> Rule:
    """A rule of some law."""
    return simple_rule("r", "A rule", **changes)


@pytest.mark.parametrize(
    ("changes", "given", "line"),
    [
        ({"base": "statutory"}, Given(), "this rule needs --statutory"),
        ({"base": "in_office"}, Given(), "this rule needs --in-office"),
        ({"base": "present"}, Given(), "this rule needs --present"),
        ({"base": "papers_cast"}, Given(for_=3), "this rule needs --papers"),
        ({**HALF_OF_ALL, "base": "none"}, Given(present=9), "this rule needs --statutory"),
        ({}, Given(for_=-1), "--for -1: a figure is between 0 and 1000000"),
        ({}, Given(statutory=1_000_001), "--statutory 1000001: a figure is between 0 and 1000000"),
        ({}, Given(statutory=21, in_office=22), "--in-office is 22, more than --statutory, which is 21"),
        ({}, Given(in_office=21, present=22), "--present is 22, more than --in-office, which is 21"),
        ({}, Given(statutory=21, present=22), "--present is 22, more than --statutory, which is 21"),
        ({}, Given(present=10, for_=6, against=4, abstain=1),
         "--for + --against + --abstain is 11, more than --present, which is 10"),
        ({}, Given(statutory=10, for_=11), "--for is 11, more than --statutory, which is 10"),
        ({}, Given(present=10, for_=9, recused=2), "--for + --recused is 11, more than --present, which is 10"),
        ({}, Given(present=10, recused=11), "--recused is 11, more than --present, which is 10"),
        ({}, Given(present=10, papers=11), "--papers is 11, more than --present, which is 10"),
        ({}, Given(present=10, papers=8, for_=9), "--for is 9, more than --papers, which is 8"),
        ({}, Given(statutory=10, mayor=True), "this rule counts no mayor: leave --mayor out"),
        ({"mayor": "counts"}, Given(statutory=10, present=12, mayor=True),
         "--present is 12, more than --statutory + --mayor, which is 11"),
    ],
)  # fmt: skip
def test_impossible_figures_are_refused(changes: dict[str, Any], given: Given, line: str) -> None:
    """One line names the options and their numbers."""
    with pytest.raises(AskedWrongly) as caught:
        explain_given(law(**changes), given, ENGLISH)
    assert caught.value.fact == line


@pytest.mark.parametrize(
    ("changes", "given", "needed", "outcome"),
    [
        ({"base": "in_office"}, Given(statutory=21), 11, ""),
        ({"base": "statutory"}, Given(in_office=21), 11, ""),
        ({"base": "present"}, Given(statutory=21), 11, ""),
        ({"base": "present"}, Given(statutory=21, present=9), 5, ""),
        ({"base": "present", "present_from": "presses"}, Given(present=9, for_=4, against=3), 4, "adopted"),
        ({"base": "in_office", "recusal": "leave-base"}, Given(in_office=21, recused=2), 10, ""),
        ({"base": "in_office", "recusal": "block"}, Given(in_office=21, recused=2), 11, ""),
        ({"base": "present", "recusal": "leave-base"}, Given(present=21, recused=2, for_=10), 10, "adopted"),
        ({"base": "present", "recusal": "declare-only"}, Given(present=10, recused=2, for_=10), 6, "adopted"),
        ({"base": "statutory", "mayor": "counts"}, Given(statutory=21, mayor=True), 12, ""),
        ({"base": "statutory", "mayor": "counts"}, Given(statutory=22, mayor=True), 12, ""),
        ({"base": "statutory", "mayor": "counts"}, Given(statutory=21, present=22, mayor=True, for_=11), 12,
         "not-adopted"),
        ({"base": "papers_cast"}, Given(present=9), 0, ""),
        ({"base": "papers_cast"}, Given(present=9, papers=8, for_=4), 5, "not-adopted"),
        ({"base": "fixed", "fixed": 7}, Given(), 7, ""),
        ({"base": "cast"}, Given(abstain=4), 3, "not-adopted"),
        ({"base": "none"}, Given(for_=4), 0, "none"),
        ({"tie": "casting-vote"}, Given(for_=4, against=4), 5, "tie"),
        ({**HALF_OF_ALL, "base": "none", "quorum_source": "cast"}, Given(statutory=21, present=11), 11, "quorum"),
        ({**HALF_OF_ALL, "base": "none", "quorum_source": "cast"}, Given(statutory=21, present=12, for_=10), 11,
         "no-quorum"),
    ],
)  # fmt: skip
def test_what_is_not_given_is_taken_from_what_is(
    changes: dict[str, Any], given: Given, needed: int, outcome: str
) -> None:
    """Seats and members stand for each other, those in office for those present; recused and mayor as the rule says."""
    explanation = explain_given(law(**changes), given, ENGLISH)
    assert (explanation.needed, explanation.outcome) == (needed, outcome)


def test_a_quorum_without_its_base_is_not_passed_over_in_silence() -> None:
    """The result is that of the votes, and the sentence says what was not looked at."""
    rule = law(base="present", **HALF_OF_ALL)
    explanation = explain_given(rule, Given(present=26, for_=13, against=12, abstain=1), ENGLISH)
    assert explanation.outcome == "not-adopted"
    assert explanation.why.endswith("Not adopted. The quorum was not looked at: that needs --statutory.")
    assert "Quorum" not in explanation.before


def test_the_same_figures_with_a_mayor_name_him() -> None:
    """Before and after."""
    rule = law(base="statutory", mayor="counts")
    explanation = explain_given(rule, Given(statutory=26, mayor=True, for_=14), ENGLISH)
    assert "14 of 27 needed: majority of all members. The mayor takes part and is counted." in explanation.before
    assert "The mayor takes part and is counted." in explanation.after


def test_the_margin_is_what_is_missing_or_beyond() -> None:
    """Below 0 where votes for are missing; of a quorum, where people are."""
    assert explain_given(law(), Given(for_=3, against=5), ENGLISH).margin == -3
    assert explain_given(law(), Given(for_=8, against=5), ENGLISH).margin == 2
    quorum = law(base="none", **HALF_OF_ALL)
    assert explain_given(quorum, Given(statutory=21, present=9), ENGLISH).margin == -2


def test_an_explanation_says_the_most_it_can() -> None:
    """The sentence after the vote where there is one."""
    before = Explanation(3, "cast", "", "Before.", "", 0)
    assert (before.why, replace(before, after="After.").why) == ("Before.", "After.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_worked_example_of_the_laws_comes_out(language: str) -> None:
    """Number and outcome are the example's, and the sentence holds them, in every language."""
    words, seen = catalogue(language), 0
    for law_rule in (rule for country in COUNTRIES for rule in read_law(country).rules):
        for example in law_rule.examples:
            if example.setting:
                continue
            voted = bool(example.outcome) and (example.cast > 0 or law_rule.sort == "majority")
            given = Given(
                example.statutory, example.in_office, example.present, recused=example.recused, mayor=example.mayor
            )
            if voted:
                given = replace(given, for_=example.for_, against=example.against, abstain=example.abstain)
            found = explain_given(law_rule.rule, given, words)
            if example.outcome:
                assert (found.needed, found.outcome) == (example.needed, example.outcome), example.why
            assert found.needed in {example.needed, 0}, example.why
            assert str(found.needed or "") in found.why
            seen += 1
    assert seen > 50
