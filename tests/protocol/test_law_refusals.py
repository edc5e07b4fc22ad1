"""Files of law that cannot be: each refused by the part of the file, the rule and what is wrong."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.law_files import read_law
from protocol.errors import RulesRefused
from protocol.law import read_country, read_overrides, rules_in_force

HEAD = """
v = 1
id = "pl"
name = "Poland"
language = "pl"
traps = ["one"]
[acts]
a = "An act"
"""
QUORUM = """
[[rules]]
id = "pl.quorum"
sort = "quorum"
act = "a"
article = "art. 1"
title = "q"
quorum_base = "statutory"
quorum_comparator = ">="
quorum_numerator = 1
quorum_denominator = 2
quorum_source = "cast"
present_from = "presses"
recusal = "block"
mayor = "no"
confidence = "low"
source = "invented"
note = ""
uses = ["all"]
"""
SIMPLE = """
[[rules]]
id = "pl.simple"
sort = "majority"
act = "a"
article = "art. 1"
title = "t"
base = "in_office"
comparator = ">"
numerator = 1
denominator = 2
quorum = "pl.quorum"
recusal = "block"
tie = "not-adopted"
visibility = "named"
mayor = "no"
publish = "at-once"
confidence = "low"
source = "invented"
note = ""
uses = ["all"]
"""
EXAMPLE = """
[[rules.examples]]
statutory = 21
for = 11
needed = 11
outcome = "adopted"
why = "more than half"
"""
SETTING = """
[[rules.settings]]
name = "lax"
comparator = ">="
note = "another reading"
"""
GOOD = HEAD + QUORUM + SIMPLE + SETTING + EXAMPLE
WHERE = r"\[\[rules\]\] 2 \(pl\.simple\)"
DAYS = SIMPLE + 'valid_from = "{}"\nvalid_to = "{}"\n'


def but(old: str, new: str) -> str:
    """The good file with one piece changed, the last one where it stands twice."""
    assert old in GOOD
    before, _, after = GOOD.rpartition(old)
    return before + new + after


COUNTRY_FILES = {
    "no TOML": ("v = = 1", "file: no TOML"),
    "another version": (but("v = 1", "v = 2"), "v: write v = 1"),
    "version as text": (but("v = 1", 'v = "1"'), "v: write v = 1"),
    "version as truth": (but("v = 1", "v = true"), "v: write v = 1"),
    "too long": ("#" * 200_001, "file: longer than"),
    "nested beyond measure": ("a = " + "[" * 20_000, "file: no TOML"),
    "unknown country": (but('id = "pl"', 'id = "xx"'), "id: 'xx' is none of pl, ro, rs, ua"),
    "country without a name": (but('name = "Poland"\n', ""), "file: name is missing"),
    "unknown member of the file": (but("traps =", "trap ="), "file: unknown member trap; known are"),
    "act without a title": (but('a = "An act"', 'a = " "'), r"\[acts\] a: empty"),
    "act that is no text": (but('a = "An act"', "a = 3"), r"\[acts\] a: must be a text in quotes"),
    "rules that are no list": (HEAD + '[rules]\nid = "pl.simple"\n', "file: rules: must be a list"),
    "rule that is no table": (HEAD.replace("[acts]", "rules = [3]\n[acts]"), r"\[\[rules\]\] 1: not a table"),
    "rule of another country": (but('id = "pl.simple"', 'id = "ro.simple"'), r"\(ro.simple\): .*begins with pl\."),
    "id with a line break": (but('id = "pl.simple"', 'id = "pl.a\\nb"'), r"2 \(pl.a\\nb\): id: 'pl.a\\nb' is not"),
    "id with a mark of direction": (but('id = "pl.simple"', 'id = "pl.a\u202eb"'), r"2 \(pl.a\\u202eb\): id: "),
    "id of one word": (but('id = "pl.simple"', 'id = "simple"'), r"\(simple\): id: 'simple' is not two words"),
    "id in Cyrillic": (but('id = "pl.simple"', 'id = "pl.sіmple"'), "is not two words"),
    "id that is no text": (but('id = "pl.simple"', "id = 7"), r"\[\[rules\]\] 2: id: must be a text"),
    "unknown sort": (but('sort = "majority"', 'sort = "usual"'), f"{WHERE}: sort: 'usual' is neither"),
    "unknown act": (but('act = "a"', 'act = "b"'), rf"{WHERE}: act: 'b' is not in \[acts\]"),
    "no article": (but('article = "art. 1"', 'article = ""'), f"{WHERE}: article is empty"),
    "no confidence": (but('confidence = "low"', 'confidence = ""'), f"{WHERE}: confidence is empty"),
    "unknown confidence": (but('confidence = "low"', 'confidence = "sure"'), f"{WHERE}: 'sure' is not one of"),
    "title missing": (but('title = "t"\n', ""), f"{WHERE}: title is missing"),
    "title not in form C": (but('title = "t"', 'title = "e\u0301"'), f"{WHERE}: title that is .*normal form C"),
    "unknown member of a rule": (but("publish =", "published ="), f"{WHERE}: unknown member published"),
    "more than the whole": (but("numerator = 1", "numerator = 3"), f"{WHERE}: a fraction outside 0..1"),
    "no denominator": (but("denominator = 2\n", ""), f"{WHERE}: denominator is missing"),
    "denominator of zero": (but("denominator = 2", "denominator = 0"), f"{WHERE}: a fraction outside 0..1"),
    "float": (but("numerator = 1", "numerator = 0.5"), f"{WHERE}: numerator: 0.5 is a float"),
    "whole float": (but("denominator = 2", "denominator = 2.0"), f"{WHERE}: denominator: 2.0 is a float"),
    "not a number": (but("denominator = 2", "denominator = nan"), f"{WHERE}: denominator: nan is a float"),
    "exponent": (but("denominator = 2", "denominator = 2e0"), f"{WHERE}: denominator: 2e0 is a float"),
    "float among texts": (but('title = "t"', "title = 0.6"), f"{WHERE}: title: 0.6 is a float"),
    "float in a list": (but('uses = ["all"]', "uses = [0.6]"), f"{WHERE}: uses 1: 0.6 is a float"),
    "number as text": (but("numerator = 1", 'numerator = "1"'), f"{WHERE}: numerator: must be a whole number"),
    "truth as number": (but("numerator = 1", "numerator = true"), f"{WHERE}: numerator: must be a whole number"),
    "day as a date": (but('uses = ["all"]', 'uses = ["all"]\nvalid_from = 2020-01-01'), "valid_from: must be a text"),
    "unknown base": (but('base = "in_office"', 'base = "everybody"'), f"{WHERE}: 'everybody' is not one of"),
    "unknown tie": (but('tie = "not-adopted"', 'tie = "rejected"'), f"{WHERE}: 'rejected' is not one of"),
    "unknown visibility": (but('visibility = "named"', 'visibility = "open"'), f"{WHERE}: 'open' is not one of"),
    "unknown deadline": (but('publish = "at-once"', 'publish = "soon"'), f"{WHERE}: 'soon' is not one of"),
    "unknown mayor": (but('mayor = "no"', 'mayor = "yes"'), f"{WHERE}: 'yes' is not one of"),
    "quorum that is not there": (but('quorum = "pl.quorum"', 'quorum = "pl.other"'), "no quorum rule 'pl.other'"),
    "majority named as quorum": (but('quorum = "pl.quorum"', 'quorum = "pl.simple"'), "no quorum rule 'pl.simple'"),
    "quorum of its own beside it": (
        but('quorum = "pl.quorum"', 'quorum = "pl.quorum"\nquorum_numerator = 1'), "unknown member quorum_numerator"),
    "majority in a quorum rule": (
        HEAD + QUORUM + 'base = "present"\n', r"1 \(pl.quorum\): unknown member base"),
    "quorum over the whole": (
        HEAD + QUORUM.replace("quorum_numerator = 1", "quorum_numerator = 3"), "a quorum outside 0..1"),
    "doubled id": (HEAD + QUORUM + SIMPLE + SIMPLE, r"3 \(pl.simple\): this id is rule 2 too, and their days"),
    "overlapping validity": (
        HEAD + QUORUM + DAYS.format("2010-01-01", "2020-01-01") + DAYS.format("2020-01-01", "2030-01-01"),
        r"3 \(pl.simple\): this id is rule 2 too"),
    "validity inside another": (
        HEAD + QUORUM + DAYS.format("2010-01-01", "2030-01-01") + DAYS.format("2012-01-01", "2013-01-01"),
        r"3 \(pl.simple\): this id is rule 2 too"),
    "validity open and closed": (
        HEAD + QUORUM + SIMPLE + DAYS.format("2012-01-01", "2013-01-01"), r"3 \(pl.simple\): this id is rule 2 too"),
    "day that is none": (
        HEAD + QUORUM + DAYS.format("2021-02-29", "2022-01-01"), "valid_from: '2021-02-29' is no day"),
    "day written otherwise": (HEAD + QUORUM + DAYS.format("2021-1-1", "2022-01-01"), "not written like 2024-01-31"),
    "validity turned round": (HEAD + QUORUM + DAYS.format("2022-01-01", "2021-01-01"), "before it begins"),
    "quorum valid for less": (
        HEAD + QUORUM + 'valid_from = "2020-01-01"\n' + SIMPLE, "'pl.quorum' is not valid on every day"),
    "needed that does not come out": (but("needed = 11", "needed = 12"), "example 1: needed comes out as 11, not 12"),
    "outcome that does not come out": (
        but('outcome = "adopted"', 'outcome = "no-quorum"'), "example 1: outcome comes out as adopted, not no-quorum"),
    "outcome that is none": (but('outcome = "adopted"', 'outcome = "rejected"'), "outcome 'rejected' is none of"),
    "more votes than people": (but("for = 11", "for = 11\npresent = 10"), "example 1: more votes than people present"),
    "more in office than seats": (but("for = 11", "for = 11\nin_office = 22"), "example 1: .* more people than seats"),
    "figure below zero": (but("for = 11", "for = -1"), "example 1: for is not between 0 and"),
    "example without a reason": (but('why = "more than half"', 'why = ""'), "example 1: .*no word why"),
    "example of no setting": (but("for = 11", 'for = 11\nsetting = "x"'), r"\(pl.simple\): example 1: no setting 'x'"),
    "mayor where none counts": (but("for = 11", "for = 11\nmayor = true"), "example 1: this rule counts no mayor"),
    "float in an example": (but("needed = 11", "needed = 10.5"), "example 1: needed: 10.5 is a float"),
    "setting that changes nothing": (but('comparator = ">="', 'comparator = ">"'), "setting 1: 'lax' changes nothing"),
    "setting that cannot be": (but('comparator = ">="', "numerator = 5"), "setting 1: a fraction outside 0..1"),
    "setting that changes the title": (but('comparator = ">="', 'title = "x"'), "setting 1: unknown member title"),
    "setting twice": (but(SETTING, SETTING + SETTING), "setting 2: the name 'lax' is empty or there twice"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), COUNTRY_FILES.values(), ids=COUNTRY_FILES.keys())
def test_a_country_file_that_cannot_be_is_refused(text: str, said: str) -> None:
    """One line, with the part of the file and what is wrong."""
    with pytest.raises(RulesRefused, match=said) as refused:
        read_country(text)
    assert refused.value.code == "rules"
    assert refused.value.fact.isprintable()


def test_the_file_that_the_refused_ones_are_made_of_is_accepted() -> None:
    """Else every refusal above would prove nothing."""
    country = read_country(GOOD)
    assert [law.rule.id for law in country.rules] == ["pl.quorum", "pl.simple"]
    apart = DAYS.format("2010-01-01", "2020-01-01") + DAYS.format("2020-01-02", "2030-01-01")
    assert len(read_country(HEAD + QUORUM + apart).rules) == 3


OVERRIDE = '[[rules]]\nid = "rs.total"\ncitation = "Poslovnik, 1"\n'
OWN = '[[rules]]\nid = "town.one"\ntitle = "t"\ncitation = "Poslovnik, 2"\n'
OVERRIDE_FILES = {
    "no country": ("v = 1\n", "file: country is missing"),
    "unknown country": ('v = 1\ncountry = "xx"\n', "country: 'xx' is none of"),
    "unknown member": ('v = 1\ncountry = "rs"\nrule = 1\n', "file: unknown member rule"),
    "override without a citation": ('[[rules]]\nid = "rs.total"\n', r"1 \(rs.total\): citation is missing"),
    "empty citation": ('[[rules]]\nid = "rs.total"\ncitation = " "\n', r"1 \(rs.total\): citation is empty"),
    "origin claimed": (OVERRIDE + 'origin = "law"\n', r"1 \(rs.total\): unknown member origin"),
    "float": (OVERRIDE + "numerator = 0.6\n", r"1 \(rs.total\): numerator: 0.6 is a float"),
    "more than the whole": (OVERRIDE + "numerator = 3\n", r"\(rs.total\): a fraction outside 0..1"),
    "unknown base": (OVERRIDE + 'base = "all"\n', r"\(rs.total\): 'all' is not one of"),
    "bad day": (OVERRIDE + 'valid_from = "2021-02-30"\n', r"\(rs.total\): valid_from: '2021-02-30' is no day"),
    "doubled id": (OVERRIDE + OVERRIDE, r"2 \(rs.total\): this id is rule 1 too"),
    "rule of another country": ('[[rules]]\nid = "pl.simple"\ncitation = "c"\n', r"\(pl.simple\): a rule of the"),
    "unknown rule of the country": ('[[rules]]\nid = "rs.totl"\ncitation = "c"\n', r"\(rs.totl\): no such rule of rs"),
    "own rule without a base": (OWN, r"\(town.one\): base is missing"),
    "own rule without a fraction": (OWN + 'base = "cast"\n', r"\(town.one\): comparator is missing"),
    "own rule without a title": (
        OWN.replace('title = "t"\n', "") + 'base = "none"\n', r"\(town.one\): title is missing"),
    "own rule without its number": (OWN + 'base = "fixed"\n', r"\(town.one\): fixed is missing"),
    "own quorum that is not there": (OWN + 'base = "none"\nquorum = "town.q"\n', "quorum 'town.q' is no quorum rule"),
    "id of one word": ('[[rules]]\nid = "one"\ncitation = "c"\n', "'one' is not two words"),
    "setting that is no word": ('[settings]\n"rs.present" = 1\n', r"settings \(rs.present\) 1: must be a text"),
    "setting twice": (
        '[settings]\n"rs.present" = ["leave-base", "leave-base"]\n', r"settings \(rs.present\): .* there twice"),
    "setting that is not there": ('[settings]\n"rs.total" = "x"\n', r"settings \(rs.total\): no setting 'x'; .*none"),
    "setting of a rule that is not there": ('[settings]\n"rs.x" = "y"\n', r"settings \(rs.x\): no such rule"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), OVERRIDE_FILES.values(), ids=OVERRIDE_FILES.keys())
def test_a_council_file_that_cannot_be_is_refused(text: str, said: str) -> None:
    """At the reading, or where it meets the law; the law itself stays as it was."""
    law = read_law("rs")
    head = "" if text.startswith("v = 1") else 'v = 1\ncountry = "rs"\n'
    with pytest.raises(RulesRefused, match=said) as refused:
        rules_in_force(law, "2026-03-01", read_overrides(head + text))
    assert refused.value.fact.isprintable()
    assert law == read_law("rs")


def test_a_file_for_another_country_is_refused() -> None:
    """Both are named."""
    overrides = read_overrides('v = 1\ncountry = "pl"\n')
    with pytest.raises(RulesRefused, match=re.escape("the file changes the law of 'pl', not 'rs'")):
        rules_in_force(read_law("rs"), "2026-03-01", overrides)
    with pytest.raises(RulesRefused, match="country"):
        rules_in_force(None, "2026-03-01", overrides)


def test_no_rule_at_all_is_refused() -> None:
    """A sitting without any law cannot vote."""
    with pytest.raises(RulesRefused, match="no rule is in force on 2026-03-01"):
        rules_in_force(None, "2026-03-01")


def test_more_rules_than_a_document_holds_are_refused() -> None:
    """The roster could not quote them."""
    many = "".join(
        f'[[rules]]\nid = "town.r{number}"\ntitle = "{"x" * 500}"\nbase = "none"\ncitation = "c"\n'
        for number in range(100)
    )
    with pytest.raises(RulesRefused, match="longer than the 60000 bytes"):
        rules_in_force(None, "2026-03-01", read_overrides('v = 1\ncountry = ""\n' + many))


@given(st.one_of(st.text(max_size=80), st.tuples(st.integers(0, len(GOOD)), st.text(max_size=6))))
@settings(max_examples=300)
def test_any_text_is_law_or_refused(mutation: str | tuple[int, str]) -> None:
    """Nothing but `RulesRefused` comes out, from either reader."""
    text = mutation if isinstance(mutation, str) else GOOD[: mutation[0]] + mutation[1] + GOOD[mutation[0] :]
    for read in (read_country, read_overrides):
        try:
            read(text)
        except RulesRefused as refused:
            assert refused.fact.isprintable()  # noqa: PT017 - read or refused, both are well
