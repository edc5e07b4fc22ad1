"""Majority rules: worked examples from the laws, the traps, and properties over many rules and sizes."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.encoding import canonical_json, hash_text
from protocol.errors import RulesRefused
from protocol.majority import (
    Figures,
    Rule,
    judge_figures,
    needed_votes,
    quorum_needed_of,
    read_rule_book,
    simple_rule,
    write_rule_book,
)


def rule(base: str = "yes_no", comparator: str = ">", fraction: tuple[int, int] = (1, 2), **changes: Any) -> Rule:
    """A rule of a base and a fraction."""
    return simple_rule(
        "r", "A rule", base=base, comparator=comparator, numerator=fraction[0], denominator=fraction[1], **changes
    )


def figures(
    for_: int = 0, against: int = 0, abstain: int = 0, *, seats: int = 39, present: int = 39, papers: int = 0
) -> Figures:
    """The figures of a vote in a body whose seats are all filled."""
    return Figures(seats, seats, present, for_, against, abstain, papers)


@pytest.mark.parametrize(
    ("made", "seats", "needed"),
    [
        # The traps: a rounded fraction is wrong on one side or the other.
        (rule("statutory", ">=", (2, 3)), 9, 6), (rule("statutory", ">", (2, 3)), 27, 19),
        (rule("statutory", ">=", (2, 3)), 27, 18),
        (rule("statutory", ">", (1, 2)), 21, 11), (rule("statutory", ">=", (3, 5)), 436, 262),
        (rule("statutory", ">=", (3, 5)), 435, 261),
        # Romania, absolute and qualified: strict two thirds is the default reading.
        (rule("in_office", ">", (1, 2)), 23, 12), (rule("in_office", ">", (1, 2)), 27, 14),
        (rule("in_office", ">", (2, 3)), 23, 16),
        (rule("in_office", ">=", (2, 3)), 23, 16), (rule("in_office", ">", (2, 3)), 15, 11),
        (rule("in_office", ">=", (2, 3)), 15, 10),
        (rule("in_office", ">", (2, 3)), 21, 15), (rule("in_office", ">=", (2, 3)), 21, 14),
        # Poland: absolute of all seats, and three fifths.
        (rule("statutory", ">", (1, 2)), 15, 8), (rule("statutory", ">", (1, 2)), 23, 12),
        (rule("statutory", ">", (1, 2)), 25, 13),
        (rule("statutory", ">", (1, 2)), 28, 15), (rule("statutory", ">=", (3, 5)), 15, 9),
        (rule("statutory", ">=", (3, 5)), 21, 13),
        (rule("statutory", ">=", (3, 5)), 23, 14), (rule("statutory", ">=", (3, 5)), 25, 15),
        (rule("statutory", ">=", (3, 5)), 28, 17),
        # Serbia and Ukraine.
        (rule("statutory", ">", (1, 2)), 39, 20), (rule("statutory", ">", (1, 2)), 54, 28),
        (rule("statutory", ">", (1, 2)), 64, 33),
        (rule("statutory", ">", (1, 2)), 22, 12), (rule("statutory", ">", (1, 2)), 26, 14),
        (rule("statutory", ">", (1, 2)), 42, 22),
        (rule("fixed", fixed=226), 450, 226),
    ],
)  # fmt: skip
def test_needed_of_the_laws(made: Rule, seats: int, needed: int) -> None:
    """One vote fewer fails, the number itself adopts."""
    assert needed_votes(made, figures(seats=seats)) == needed
    assert judge_figures(made, figures(needed, seats=seats)).outcome == "adopted"
    assert judge_figures(made, figures(needed - 1, seats=seats)).outcome == "not-adopted"


@pytest.mark.parametrize(
    ("comparator", "seats", "needed"),
    [
        (">=", 28, 14),
        (">", 28, 15),
        (">=", 21, 11),
        (">", 21, 11),
        (">", 39, 20),
        (">", 25, 13),
        (">", 23, 12),
        (">", 27, 14),
    ],
)
def test_quorum_of_the_laws(comparator: str, seats: int, needed: int) -> None:
    """Half is enough in Poland (28 seats: 14), elsewhere more than half."""
    asked = rule(quorum_base="statutory", quorum_comparator=comparator, quorum_numerator=1, quorum_denominator=2)
    assert quorum_needed_of(asked, figures(seats=seats)) == needed
    assert judge_figures(asked, figures(1, seats=seats, present=needed)).outcome == "adopted"
    missing = judge_figures(asked, figures(1, seats=seats, present=needed - 1))
    assert (missing.outcome, missing.quorum_needed, missing.quorum_present) == ("no-quorum", needed, needed - 1)


@pytest.mark.parametrize(
    ("made", "cast", "outcome"),
    [
        # The same 13 to 12 with one abstention, by three laws (26 present of 27).
        (rule(), (13, 12, 1), "adopted"),
        (rule("present"), (13, 12, 1), "not-adopted"),
        (rule("cast"), (13, 12, 1), "not-adopted"),
        (rule("cast"), (14, 12, 1), "adopted"),
        (rule("statutory"), (13, 0, 0), "not-adopted"),
        (rule("statutory"), (14, 13, 0), "adopted"),
        (rule(), (1, 0, 25), "adopted"),
        (rule(), (0, 0, 26), "not-adopted"),
        (rule(), (5, 5, 0), "not-adopted"),
    ],
)
def test_abstention_helps_or_harms_by_the_base(made: Rule, cast: tuple[int, int, int], outcome: str) -> None:
    """Ignored by for-against, against by present, cast and all seats."""
    assert judge_figures(made, figures(*cast, seats=27, present=26)).outcome == outcome


def test_invalid_papers_count_only_where_the_law_says() -> None:
    """`papers_cast` is a base of its own."""
    made = rule("papers_cast")
    assert judge_figures(made, figures(5, 4, 0, papers=10)).outcome == "not-adopted"
    assert judge_figures(made, figures(6, 4, 0, papers=10)).outcome == "adopted"
    assert judge_figures(rule("cast"), figures(5, 4, 0, papers=10)).outcome == "adopted"


def test_count_only_decides_nothing() -> None:
    """Base `none`: no outcome, nothing needed."""
    assert judge_figures(rule("none"), figures(30)) == judge_figures(rule("none"), figures(0, 30))
    assert judge_figures(rule("none"), figures(30)).outcome == "none"


@pytest.mark.parametrize("tie", ["casting-vote", "repeat", "lot"])
def test_tie_is_a_tie_only_where_something_follows(tie: str) -> None:
    """F = A > 0 short of needed; nobody voting is no tie."""
    made = rule(tie=tie)
    assert judge_figures(made, figures(4, 4)).outcome == "tie"
    assert judge_figures(made, figures(0, 0)).outcome == "not-adopted"
    assert judge_figures(made, figures(4, 5)).outcome == "not-adopted"
    assert judge_figures(rule(tie=tie, comparator=">="), figures(4, 4)).outcome == "adopted"
    assert judge_figures(rule(), figures(4, 4)).outcome == "not-adopted"


def test_casting_vote_adds_one() -> None:
    """For adopts, against does not; it is no substitute for an absolute majority."""
    made = rule(tie="casting-vote")
    assert judge_figures(made, figures(4, 4), "for").outcome == "adopted"
    assert judge_figures(made, figures(4, 4), "against").outcome == "not-adopted"
    absolute = rule("statutory", tie="casting-vote")
    assert judge_figures(absolute, figures(4, 4, seats=11), "for").outcome == "not-adopted"
    assert judge_figures(absolute, figures(5, 5, seats=11), "for").outcome == "adopted"


def test_missing_quorum_goes_before_everything() -> None:
    """Also before a tie and before enough votes."""
    made = rule(tie="casting-vote", quorum_base="statutory", quorum_numerator=1, quorum_denominator=2)
    assert judge_figures(made, figures(19, 0, present=19)).outcome == "no-quorum"
    assert judge_figures(made, figures(4, 4, present=8)).outcome == "no-quorum"
    cast = replace(made, quorum_source="cast")
    assert judge_figures(cast, figures(10, 9, 0, present=39)).outcome == "no-quorum"
    assert judge_figures(cast, figures(10, 9, 1, present=39)).outcome == "adopted"


# --- Properties ---------------------------------------------------------------------------------------------

FRACTIONS = [(1, 2), (2, 3), (3, 5), (3, 4), (1, 3), (4, 5), (5, 9)]
RULES = [
    rule(base, comparator, fraction)
    for base in ("statutory", "in_office", "present", "cast", "yes_no")
    for comparator in (">", ">=")
    for fraction in FRACTIONS
]
made_rules = st.sampled_from([*RULES, *(rule("fixed", fixed=n) for n in (1, 5, 20))])
votes = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 20), st.integers(0, 10))


def filled(counts: tuple[int, int, int, int, int]) -> Figures:
    """Consistent figures: silent members are present, more are away."""
    for_, against, abstain, silent, away = counts
    present = for_ + against + abstain + silent
    return Figures(present + away + 1, present + away, present, for_, against, abstain)


@pytest.mark.parametrize("made", RULES, ids=lambda r: f"{r.base}{r.comparator}{r.numerator}/{r.denominator}")
def test_needed_is_the_least_winning_number(made: Rule) -> None:
    """Against trying every number, with the members that do not vote for silent or against."""
    for seats in range(1, 60):
        for against in (0, 1, seats // 3, seats // 2, seats):
            base = Figures(seats, seats, seats, 0, against, 0)
            needed = needed_votes(made, replace(base, abstain=0 if made.base == "yes_no" else seats - against))

            def adopts(for_: int, against: int = against, seats: int = seats) -> bool:
                rest = max(0, seats - against - for_)
                return judge_figures(made, Figures(seats, seats, seats, for_, against, rest)).outcome == "adopted"

            tried = next((for_ for for_ in range(1, seats * 10) if adopts(for_)), None)
            if made.base == "cast" and needed > seats - against:
                continue  # more votes for than members: the base would grow
            if tried is not None:
                assert tried == max(needed, 1), (seats, against)


@given(made_rules, votes)
@settings(max_examples=300)
def test_adopted_exactly_from_the_formula(made: Rule, counts: tuple[int, int, int, int, int]) -> None:
    """D * F against n * base in integers, written again here."""
    f = filled(counts)
    bases = {
        "statutory": f.statutory,
        "in_office": f.in_office,
        "present": f.present,
        "cast": f.cast,
        "yes_no": f.for_ + f.against,
    }
    left = made.denominator * f.for_
    right = made.numerator * bases.get(made.base, 0)
    expected = (
        f.for_ >= made.fixed if made.base == "fixed" else left > right if made.comparator == ">" else left >= right
    )
    if f.for_ > 0:
        assert (judge_figures(made, f).outcome == "adopted") is expected


@given(made_rules, votes)
@settings(max_examples=300)
def test_one_more_for_never_loses_an_adopted_vote(made: Rule, counts: tuple[int, int, int, int, int]) -> None:
    """Whether it comes from a silent member, an abstention or somebody against."""
    f = filled(counts)
    if judge_figures(made, f).outcome != "adopted":
        return
    more = (
        [replace(f, for_=f.for_ + 1, statutory=f.statutory + 1, in_office=f.in_office + 1, present=f.present + 1)]
        if made.base in {"cast", "yes_no", "fixed"}
        else []
    )
    if f.present > f.cast:
        more.append(replace(f, for_=f.for_ + 1))
    if f.against:
        more.append(replace(f, for_=f.for_ + 1, against=f.against - 1))
    if f.abstain:
        more.append(replace(f, for_=f.for_ + 1, abstain=f.abstain - 1))
    for better in more:
        assert judge_figures(made, better).outcome == "adopted"


@given(made_rules, votes, st.sampled_from(["", "for", "against"]))
@settings(max_examples=200)
def test_outcome_depends_on_counts_alone(made: Rule, counts: tuple[int, int, int, int, int], casting: str) -> None:
    """The rule's name, title and citation change nothing, nor does asking twice."""
    f = filled(counts)
    other = replace(made, id="other", title="Another", citation="nowhere", confidence="low")
    assert judge_figures(made, f, casting) == judge_figures(made, f, casting) == judge_figures(other, f, casting)


# --- The document -------------------------------------------------------------------------------------------

GOOD = write_rule_book([rule(), replace(rule("statutory"), id="s")])


def test_document_goes_there_and_back() -> None:
    """Canonical bytes, named by their hash."""
    book = read_rule_book(GOOD)
    assert book.hash == hash_text(GOOD)
    assert dict(book.rules) == {"r": rule(), "s": replace(rule("statutory"), id="s")}
    assert write_rule_book(list(book.rules.values())) == GOOD
    assert read_rule_book(b'{"v":1,"rules":[]}').rules == {}


def changed(**members: Any) -> bytes:
    """A document of one rule with other members, past every check of our own writer."""
    names = list(Rule.__dataclass_fields__)
    return canonical_json({"v": 1, "rules": [{name: members.get(name, getattr(rule(), name)) for name in names}]})


REFUSED = {
    "no JSON": b"rules", "another shape": b"[]", "version 2": b'{"v":2,"rules":[]}',
    "version true": b'{"v":true,"rules":[]}',
    "version 1.0": b'{"v":1.0,"rules":[]}', "rules no list": b'{"v":1,"rules":{}}',
    "more members": b'{"v":1,"rules":[],"x":1}',
    "white space": GOOD + b"\n", "a rule that is a word": b'{"v":1,"rules":["simple"]}',
    "one id twice": write_rule_book([rule(), rule()]),
    "too long": b'{"v":1,"rules":[' + b" " * 60_000 + b"]}",
    "doubled member": GOOD.replace(b'"id":"r"', b'"id":"r","id":"r"', 1),
    "a missing member": GOOD.replace(b'"fixed":0,', b"", 1), "no id": changed(id=""),
    "number as word": changed(numerator="1"),
    "boolean number": changed(fixed=True), "float": changed(numerator=0.5), "null": changed(title=None),
    "word as number": changed(title=1),
    "unknown base": changed(base="everyone"), "unknown comparator": changed(comparator="=="),
    "unknown tie": changed(tie="coin"),
    "unknown recusal": changed(recusal="x"), "unknown source": changed(quorum_source="x"),
    "unknown presence": changed(present_from="x"),
    "unknown confidence": changed(confidence="sure"), "unknown quorum base": changed(quorum_base="present"),
    "zero denominator": changed(denominator=0), "negative denominator": changed(numerator=-1, denominator=-2),
    "more than the whole": changed(numerator=3, denominator=2), "nothing of it": changed(base="statutory", numerator=0),
    "whole of for and against": changed(numerator=2, denominator=2),
    "quorum over one": changed(quorum_numerator=2, quorum_denominator=1),
    "quorum of zero parts": changed(quorum_denominator=0), "negative quorum": changed(quorum_numerator=-1),
    "fixed without its base": changed(fixed=3), "base fixed without a number": changed(base="fixed"),
    "negative fixed": changed(fixed=-1),
    "number over 2^53": changed(base="fixed", fixed=2**53),
    "denominator over 2^53": changed(base="none", denominator=2**53),
    "title too long": changed(title="x" * 601), "title not in form C": changed(title="e\u0301"),
    "control character": changed(citation="\x00"),
}  # fmt: skip


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_document_that_cannot_be_is_refused(data: bytes) -> None:
    """Form, words, numbers."""
    with pytest.raises(RulesRefused):
        read_rule_book(data)


def test_impossible_rule_is_refused_where_it_is_made() -> None:
    """Our own caller is told at once."""
    with pytest.raises(RulesRefused):
        rule("fixed")


@given(
    st.one_of(
        st.binary(max_size=100),
        st.tuples(st.integers(0, len(GOOD)), st.binary(max_size=4)).map(lambda c: GOOD[: c[0]] + c[1] + GOOD[c[0] :]),
    )
)
@settings(max_examples=200)
def test_any_bytes_are_rules_or_refused(data: bytes) -> None:
    """Nothing but `RulesRefused` comes out."""
    try:
        book = read_rule_book(data)
    except RulesRefused:
        return
    assert write_rule_book(list(book.rules.values())) == data


@pytest.mark.parametrize("base", ["cast", "present", "papers_cast", "yes_no"])
def test_nobody_adopts_nothing(base: str) -> None:
    """With `at least` of an empty base a vote for is still needed."""
    rule = simple_rule("r", "A rule", base=base, comparator=">=", numerator=2, denominator=3)
    judgement = judge_figures(rule, Figures(39, 39, 0, 0, 0, 0))
    assert (judgement.needed, judgement.outcome) == (1, "not-adopted")


def test_quorum_counts_who_is_registered_and_not_only_who_may_vote() -> None:
    """A vote of three eligible members in a full room has its quorum."""
    rule = simple_rule(
        "r", "A rule", quorum_base="statutory", quorum_comparator=">", quorum_numerator=1, quorum_denominator=2
    )
    assert judge_figures(rule, Figures(39, 39, 3, 2, 1, 0, registered=30)).outcome == "adopted"
    assert judge_figures(rule, Figures(39, 39, 3, 2, 1, 0, registered=19)).outcome == "no-quorum"


def test_a_number_over_a_million_is_no_rule() -> None:
    """So that the number needed always fits into a record."""
    with pytest.raises(RulesRefused):
        simple_rule("r", "A rule", numerator=1, denominator=1_000_001)
