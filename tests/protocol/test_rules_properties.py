"""What holds for every rule of every country: exhaustively to 200 seats, and by chance to 3,000."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.law_files import COUNTRIES, read_law
from protocol.law import with_settings
from protocol.majority import Figures, Rule, judge_figures, needed_votes, quorum_needed_of

SIZE_MAX = 3_000


def every_rule() -> dict[str, Rule]:
    """Every rule of every country, by each of its settings too."""
    found: dict[str, Rule] = {}
    for country in COUNTRIES:
        for law in read_law(country).rules:
            found[law.rule.id] = law.rule
            for setting in law.settings:
                found[f"{law.rule.id} {setting.name}"] = with_settings(law, (setting.name,)).rule
    return found


RULES = every_rule()
MAJORITIES = {name: rule for name, rule in RULES.items() if rule.base != "none"}
QUORUMS = {name: rule for name, rule in RULES.items() if rule.base == "none"}


def voted(size: int, in_office: int, present: int, for_: int, against: int) -> Figures:
    """Everybody present votes; who is neither for nor against abstains."""
    return Figures(size, in_office, present, for_, against, present - for_ - against)


def rooms(size: int, rule: Rule) -> set[tuple[int, int]]:
    """(in office, present) of some rooms: full, one short of the quorum, just enough, between; with vacancies."""
    found = set()
    for in_office in {size, size - size // 5}:
        least = min(in_office, max(1, quorum_needed_of(rule, Figures(size, in_office, 0, 0, 0, 0))))
        found |= {(in_office, present) for present in (in_office, least - 1, least, (in_office + least) // 2)}
    return found


def wins(rule: Rule, figures: Figures) -> bool:
    """Adopted, by fractions and not by our arithmetic: the judge's second opinion."""
    quorum_base = {"statutory": figures.statutory, "in_office": figures.in_office}[rule.quorum_base]
    here = figures.cast if rule.quorum_source == "cast" else figures.present
    least = Fraction(rule.quorum_numerator, rule.quorum_denominator) * quorum_base
    if not (here > least or (here == least and rule.quorum_comparator == ">=")):
        return False
    base = {
        "statutory": figures.statutory, "in_office": figures.in_office, "present": figures.present,
        "cast": figures.cast, "yes_no": figures.for_ + figures.against,
    }[rule.base]  # fmt: skip
    asked = Fraction(rule.numerator, rule.denominator) * base
    return figures.for_ > 0 and (figures.for_ > asked or (figures.for_ == asked and rule.comparator == ">="))


@pytest.mark.parametrize("rule", MAJORITIES.values(), ids=MAJORITIES.keys())
def test_needed_is_the_least_winning_number_for_every_size_to_200(rule: Rule) -> None:
    """With any number against that leaves room: the number adopts, one less does not."""
    tried = 0
    for size in range(1, 201):
        for in_office, present in rooms(size, rule):
            for against in range(0, present + 1, max(1, present // 8)):
                needed = needed_votes(rule, voted(size, in_office, present, 0, against))
                assert needed >= 1
                if needed + against > present:
                    continue
                tried += 1
                enough = voted(size, in_office, present, needed, against)
                less = voted(size, in_office, present, needed - 1, against)
                # A room that is too small for its quorum adopts nothing with any number.
                quorum = present >= quorum_needed_of(rule, enough)
                assert (judge_figures(rule, enough).outcome == "adopted") == quorum == wins(rule, enough)
                assert judge_figures(rule, less).outcome != "adopted"
                assert not wins(rule, less)
    assert tried > 200


@pytest.mark.parametrize("rule", MAJORITIES.values(), ids=MAJORITIES.keys())
def test_every_split_of_a_small_room_is_judged_as_fractions_say(rule: Rule) -> None:
    """All of F, A, W, silent, absent and vacant to nine seats."""
    for size in range(1, 10):
        for in_office, present, for_, against in product(range(1, size + 1), repeat=4):
            if present > in_office or for_ + against > present:
                continue
            for abstain in range(present - for_ - against + 1):
                figures = Figures(size, in_office, present, for_, against, abstain)
                assert (judge_figures(rule, figures).outcome == "adopted") == wins(rule, figures)


@pytest.mark.parametrize("rule", QUORUMS.values(), ids=QUORUMS.keys())
def test_the_quorum_is_the_least_number_that_suffices_for_every_size_to_200(rule: Rule) -> None:
    """Half, or more than half, and one less never."""
    for size in range(1, 201):
        needed = quorum_needed_of(rule, Figures(size, size, size, 0, 0, 0))
        assert needed == (size // 2 + 1 if rule.quorum_comparator == ">" else (size + 1) // 2)
        assert 1 <= needed <= size


@pytest.mark.parametrize("rule", MAJORITIES.values(), ids=MAJORITIES.keys())
def test_a_full_room_can_always_adopt(rule: Rule) -> None:
    """No rule asks for more votes than there are people, for any size."""
    for size in range(1, 201):
        assert judge_figures(rule, voted(size, size, size, size, 0)).outcome == "adopted"


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rule, Figures]:
    """A rule and a room of any size, with silent, absent and vacant places."""
    rule = draw(st.sampled_from(sorted(MAJORITIES)).map(MAJORITIES.__getitem__))
    size = draw(st.integers(1, SIZE_MAX))
    in_office = draw(st.integers((size + 1) // 2, size))
    present = draw(st.integers(0, in_office))
    for_ = draw(st.integers(0, present))
    against = draw(st.integers(0, present - for_))
    return rule, Figures(size, in_office, present, for_, against, draw(st.integers(0, present - for_ - against)))


@given(cases())
@settings(max_examples=1000)
def test_the_judge_agrees_with_fractions_to_3000(case: tuple[Rule, Figures]) -> None:
    """The second opinion, for any room."""
    rule, figures = case
    assert (judge_figures(rule, figures).outcome == "adopted") == wins(rule, figures)


@given(cases())
@settings(max_examples=1000)
def test_needed_is_the_least_winning_number_to_3000(case: tuple[Rule, Figures]) -> None:
    """By brute force around the number: nothing below it adopts, it and all above it do."""
    rule, figures = case
    room = figures.present - figures.against
    needed = needed_votes(rule, voted(figures.statutory, figures.in_office, figures.present, 0, figures.against))
    quorum = figures.present >= quorum_needed_of(rule, figures)
    for for_ in {0, needed - 2, needed - 1, needed, needed + 1, room} & set(range(room + 1)):
        tried = voted(figures.statutory, figures.in_office, figures.present, for_, figures.against)
        assert (judge_figures(rule, tried).outcome == "adopted") == (quorum and for_ >= needed)


@given(cases())
@settings(max_examples=1000)
def test_one_more_for_never_turns_adopted_into_rejected(case: tuple[Rule, Figures]) -> None:
    """Somebody who abstained, was silent or was against turns for; or one who was away comes and is for."""
    rule, figures = case
    if judge_figures(rule, figures).outcome != "adopted":
        return
    more = replace(figures, for_=figures.for_ + 1)
    turned = []
    if figures.abstain:
        turned.append(replace(more, abstain=figures.abstain - 1))
    if figures.against:
        turned.append(replace(more, against=figures.against - 1))
    if figures.cast < figures.present:
        turned.append(more)
    if figures.present < figures.in_office:
        turned.append(replace(more, present=figures.present + 1))
    for one in turned:
        assert judge_figures(rule, one).outcome == "adopted"


@given(cases(), st.integers(0, SIZE_MAX), st.integers(0, SIZE_MAX), st.integers(0, SIZE_MAX))
@settings(max_examples=1000)
def test_the_outcome_depends_only_on_counts_and_base(
    case: tuple[Rule, Figures], statutory: int, in_office: int, present: int
) -> None:
    """Other numbers may be anything: where base, quorum and votes are the same, so is what follows."""
    rule, figures = case
    kept = {rule.base, rule.quorum_base, *({"present"} if rule.quorum_source == "registered" else ())}
    other = replace(
        figures,
        statutory=figures.statutory if "statutory" in kept else statutory,
        in_office=figures.in_office if "in_office" in kept else in_office,
        present=figures.present if "present" in kept else present,
        papers=7,
    )
    assert judge_figures(rule, other) == replace(
        judge_figures(rule, figures), quorum_present=judge_figures(rule, other).quorum_present
    )
