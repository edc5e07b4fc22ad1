"""The rules in force on a day: variants, settings, a council's own file; every worked example of every country."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from controller.law_files import COUNTRIES, read_law
from protocol.errors import RulesRefused
from protocol.law import Country, Example, LawRule, read_country, read_overrides, rules_in_force, with_settings
from protocol.law_examples import check_examples
from protocol.law_reading import made_rule, members_of
from protocol.majority import CONFIDENCES, Rule, judge_figures, needed_votes, read_rule_book, write_rule_book

DAY = "2026-03-01"
LAWS = {country: read_law(country) for country in COUNTRIES}
IDS = {
    "pl": {
        "pl.quorum", "pl.simple", "pl.absolute", "pl.absolute_statutory", "pl.three_fifths_statutory", "pl.confidence",
        "pl.chair_election", "pl.chair_recall",
    },
    "ro": {"ro.quorum", "ro.simple", "ro.absolute", "ro.qualified", "ro.secret_simple"},
    "rs": {"rs.quorum", "rs.present", "rs.statute", "rs.total", "rs.president"},
    "ua": {"ua.quorum", "ua.decision", "ua.secret"},
}  # fmt: skip
TWO_DAYS = """
v = 1
id = "rs"
name = "Serbia"
language = "sr-Cyrl"
[acts]
a = "An act"
[[rules]]
id = "rs.quorum"
sort = "quorum"
act = "a"
article = "1"
title = "q"
quorum_base = "statutory"
quorum_comparator = ">"
quorum_numerator = 1
quorum_denominator = 2
quorum_source = "registered"
present_from = "cards"
recusal = "block"
mayor = "no"
confidence = "low"
source = "invented"
note = ""
uses = []
"""
VARIANT = """
[[rules]]
id = "rs.total"
sort = "majority"
act = "a"
article = "2"
title = "t"
base = "statutory"
comparator = "{comparator}"
numerator = 1
denominator = 2
quorum = "rs.quorum"
recusal = "block"
tie = "not-adopted"
visibility = "any"
mayor = "no"
publish = ""
confidence = "low"
source = "invented"
note = ""
uses = []
valid_from = "{first}"
valid_to = "{last}"
"""


def in_force(country: str, council: str = "", day: str = DAY) -> dict[str, LawRule]:
    """The rules of a country by id, with a council's file if there is one."""
    overrides = read_overrides(f'v = 1\ncountry = "{country}"\n{council}') if council else None
    return {law.rule.id: law for law in rules_in_force(LAWS[country], day, overrides)}


def worked() -> Iterator[tuple[Rule, LawRule, Example]]:
    """Every worked example with the rule it is worked by."""
    for country in LAWS.values():
        for law in country.rules:
            for example in law.examples:
                names = (example.setting,) if example.setting else ()
                yield with_settings(law, names).rule, law, example


@pytest.mark.parametrize(
    ("rule", "law", "example"), [pytest.param(*one, id=f"{one[1].rule.id}-{one[2].why}") for one in worked()]
)
def test_a_worked_example_comes_out(rule: Rule, law: LawRule, example: Example) -> None:
    """The number and, where figures are given, the outcome."""
    judgement = judge_figures(rule, example.figures(rule))
    if law.sort == "quorum":
        there = judgement.quorum_present >= judgement.quorum_needed
        assert judgement.quorum_needed == example.needed
        assert example.outcome in {"", "quorum" if there else "no-quorum"}
    else:
        assert judgement.needed == example.needed
        assert example.outcome in {"", judgement.outcome}


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_country_has_its_rules_and_each_is_documented(country: str) -> None:
    """Known ids; a citation, a source, a confidence, a use and an example for each."""
    laws = in_force(country)
    assert set(laws) == IDS[country]
    for law in laws.values():
        assert law.rule.citation == f"{LAWS[country].acts[law.act]}, {law.article}"
        assert law.source
        assert law.uses
        assert law.examples
        assert law.rule.confidence in set(CONFIDENCES) - {""}
        assert law.rule.origin == "law"
        assert law.note or law.rule.confidence == "high"


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_rules_of_a_country_make_a_document_of_rules(country: str) -> None:
    """What the roster quotes, read back to the same rules."""
    rules = [law.rule for law in in_force(country).values()]
    assert list(read_rule_book(write_rule_book(rules)).rules.values()) == rules


def test_no_law_gives_a_casting_vote() -> None:
    """In Poland a court struck one down; the others know none."""
    assert all(law.rule.tie != "casting-vote" for country in LAWS.values() for law in country.rules)


def test_what_rests_on_memory_alone_is_of_low_confidence() -> None:
    """The figure for the lawyer: nothing without a source is believed."""
    low = {law.rule.id for country in LAWS.values() for law in country.rules if law.rule.confidence == "low"}
    assert low == {"pl.confidence", "pl.chair_recall", "ro.qualified", "ro.secret_simple", "rs.total"}


def test_recusal_follows_each_law() -> None:
    """Poland blocks, Romania takes out of the count, Serbia leaves it to orders, Ukraine asks for a declaration."""
    usual = {"pl": "block", "ro": "leave-quorum", "rs": "block", "ua": "declare-only"}
    candidates = {"pl.chair_election", "pl.chair_recall", "rs.president"}
    for country, recusal in usual.items():
        for rule_id, law in in_force(country).items():
            assert law.rule.recusal == ("declare-only" if rule_id in candidates else recusal)


OTHER_BASE = {
    "statutory": "in_office", "in_office": "statutory", "present": "cast", "cast": "yes_no", "yes_no": "cast",
}  # fmt: skip
EVERY_RULE = [pytest.param(law, id=law.rule.id) for country in LAWS.values() for law in country.rules]


@pytest.mark.parametrize("law", EVERY_RULE)
def test_the_worked_examples_would_catch_another_base_comparator_or_fraction(law: LawRule) -> None:
    """So that a slip of the pen in the data cannot pass the examples beside it."""
    members, prefix = members_of(law.rule), "quorum_" if law.sort == "quorum" else ""
    comparator, base, share, whole = (prefix + name for name in ("comparator", "base", "numerator", "denominator"))
    slips: list[dict[str, Any]] = [
        {comparator: ">" if members[comparator] == ">=" else ">="},
        {base: OTHER_BASE[members[base]]},
        {share: members[share] + 1, whole: members[whole] + 1},
    ]
    plain = replace(law, examples=tuple(example for example in law.examples if not example.setting))
    check_examples(plain, {})
    for slip in slips:
        slipped = replace(plain, rule=made_rule(members | slip, "slip"))
        with pytest.raises(RulesRefused, match="comes out as"):
            check_examples(slipped, {})


def test_secret_and_named_votes_follow_each_law() -> None:
    """What may not be secret, and what must be."""
    found = {rule_id: law.rule.visibility for country in COUNTRIES for rule_id, law in in_force(country).items()}
    assert {rule_id for rule_id, how in found.items() if how == "secret"} == {
        "pl.chair_election", "pl.chair_recall", "ro.secret_simple", "rs.president", "ua.secret",
    }  # fmt: skip
    assert {rule_id for rule_id, how in found.items() if how == "named"} == {
        "pl.simple", "pl.absolute", "pl.absolute_statutory", "pl.three_fifths_statutory", "pl.confidence",
        "ua.decision",
    }  # fmt: skip


def test_polish_quorum_is_counted_by_presses_in_every_rule() -> None:
    """A majority rule inherits its quorum whole."""
    for law in in_force("pl").values():
        assert (law.rule.quorum_source, law.rule.present_from, law.rule.quorum_comparator) == ("cast", "presses", ">=")


# --- Days of validity. --------------------------------------------------------------------------------------


def two_variants() -> Country:
    """A law that changed at the turn of 2020."""
    old = VARIANT.format(comparator=">=", first="2010-01-01", last="2019-12-31")
    new = VARIANT.format(comparator=">", first="2020-01-01", last="2029-12-31")
    return read_country(TWO_DAYS + new + old)


@pytest.mark.parametrize(
    ("day", "comparator"),
    [
        ("2009-12-31", None),
        ("2010-01-01", ">="),
        ("2019-12-31", ">="),
        ("2020-01-01", ">"),
        ("2029-12-31", ">"),
        ("2030-01-01", None),
    ],
)
def test_the_variant_of_the_day_is_in_force(day: str, comparator: str | None) -> None:
    """First and last day included; before and after there is no such rule."""
    found = {law.rule.id: law.rule for law in rules_in_force(two_variants(), day)}
    assert (found["rs.total"].comparator if "rs.total" in found else None) == comparator
    assert "rs.quorum" in found


@pytest.mark.parametrize("day", ["", "2026-3-1", "2026-02-30", "2026-13-01", "01.03.2026", "2026-03-01T00:00"])
def test_what_is_no_day_is_refused(day: str) -> None:
    """A day of the calendar, written one way."""
    with pytest.raises(RulesRefused, match="is no day"):
        rules_in_force(LAWS["pl"], day)


# --- Settings. ----------------------------------------------------------------------------------------------


def test_two_thirds_of_27_are_19_until_the_council_chooses_18() -> None:
    """The strict reading is the default; the citation of the other one says that it was chosen."""
    strict, chosen = (
        in_force("ro", council)["ro.qualified"] for council in ("", '[settings]\n"ro.qualified" = "at-least"')
    )
    figures = strict.examples[0].figures(strict.rule)
    assert figures.in_office == 23
    assert (strict.rule.comparator, chosen.rule.comparator) == (">", ">=")
    assert chosen.rule.citation == f"{strict.rule.citation} [setting: at-least]"
    assert chosen.rule.origin == "law"
    assert {example.setting for example in chosen.examples} == {"at-least"}


def test_two_settings_of_one_rule_go_together() -> None:
    """A list of names."""
    both = in_force("ro", '[settings]\n"ro.qualified" = ["at-least", "leave-base"]')["ro.qualified"].rule
    assert (both.comparator, both.recusal) == (">=", "leave-base")
    assert both.citation.endswith("[setting: at-least, leave-base]")


def test_every_setting_makes_a_rule_that_differs_in_what_it_says() -> None:
    """And in nothing else but the citation."""
    for country in LAWS.values():
        for law in country.rules:
            for setting in law.settings:
                made = with_settings(law, (setting.name,)).rule
                differs = {name for name in Rule.__slots__ if getattr(made, name) != getattr(law.rule, name)}
                assert differs == {*setting.changes, "citation"}


@pytest.mark.parametrize(
    ("council", "said"),
    [
        ('[settings]\n"ro.qualified" = "two-thirds"', "no setting 'two-thirds'; it has: at-least, leave-base"),
        ('[settings]\n"ro.quorum" = "at-least"', "no setting 'at-least'; it has: block"),
        ('[settings]\n"ro.quallified" = "at-least"', r"settings \(ro.quallified\): no such rule"),
    ],
)
def test_an_unknown_setting_is_refused(council: str, said: str) -> None:
    """The line names what there is."""
    with pytest.raises(RulesRefused, match=said):
        in_force("ro", council)


# --- A council's own file. ----------------------------------------------------------------------------------


def test_an_override_changes_only_what_it_says_and_is_marked() -> None:
    """`council`, with the council's citation; the rest of the law stands."""
    council = '[[rules]]\nid = "rs.present"\nrecusal = "leave-base"\ncitation = "Poslovnik, 61"\n'
    law, changed = in_force("rs"), in_force("rs", council)
    ours, theirs = changed["rs.present"].rule, law["rs.present"].rule
    differs = {name for name in Rule.__slots__ if getattr(ours, name) != getattr(theirs, name)}
    assert differs == {"recusal", "citation", "confidence", "origin"}
    assert (ours.origin, ours.citation, ours.confidence) == ("council", "Poslovnik, 61", "")
    assert changed["rs.present"].examples == ()
    assert {rule_id for rule_id in law if law[rule_id] != changed[rule_id]} == {"rs.present"}


def test_an_overridden_quorum_reaches_the_rules_that_inherit_it() -> None:
    """Their citation says so; their own origin stays the law."""
    council = '[[rules]]\nid = "rs.quorum"\nquorum_numerator = 2\nquorum_denominator = 3\ncitation = "Poslovnik, 9"\n'
    changed = in_force("rs", council)
    for rule_id in IDS["rs"]:
        rule = changed[rule_id].rule
        assert (rule.quorum_numerator, rule.quorum_denominator) == (2, 3)
    assert changed["rs.total"].rule.citation.endswith("; quorum: Poslovnik, 9")
    assert (changed["rs.total"].rule.origin, changed["rs.quorum"].rule.origin) == ("law", "council")


def test_a_quorum_that_an_override_gives_itself_is_not_inherited_over() -> None:
    """The rule's own word is nearer than the quorum it names."""
    council = (
        '[[rules]]\nid = "rs.quorum"\nquorum_comparator = ">="\ncitation = "Poslovnik, 9"\n'
        '[[rules]]\nid = "rs.total"\nquorum_comparator = ">"\nquorum_numerator = 2\nquorum_denominator = 3\n'
        'citation = "Poslovnik, 10"\n'
    )
    rule = in_force("rs", council)["rs.total"].rule
    assert (rule.quorum_comparator, rule.quorum_numerator, rule.quorum_denominator) == (">", 2, 3)


OWN = """
[[rules]]
id = "town.design"
title = "more for than against"
base = "yes_no"
comparator = ">"
numerator = 1
denominator = 2
tie = "casting-vote"
quorum = "rs.quorum"
citation = "Poslovnik, 40"
"""


def test_a_rule_of_the_councils_own_stands_after_the_law() -> None:
    """Complete, with an id of its own, and with the quorum it names."""
    changed = in_force("rs", OWN)
    assert list(changed) == [*in_force("rs"), "town.design"]
    rule = changed["town.design"].rule
    assert (rule.origin, rule.tie, rule.quorum_base, rule.quorum_comparator) == (
        "council", "casting-vote", "statutory", ">",
    )  # fmt: skip


def test_a_council_without_a_law_of_ours_brings_its_rules() -> None:
    """`country` is empty then."""
    overrides = read_overrides('v = 1\ncountry = ""\n' + OWN.replace('quorum = "rs.quorum"\n', ""))
    (law,) = rules_in_force(None, DAY, overrides)
    assert (law.rule.id, law.sort, law.rule.quorum_base) == ("town.design", "majority", "none")


def test_a_control_vote_of_the_councils_own_is_a_quorum_rule() -> None:
    """Base `none` with a quorum."""
    council = (
        '[[rules]]\nid = "town.quorum"\ntitle = "q"\nbase = "none"\nquorum_base = "in_office"\n'
        'quorum_numerator = 1\nquorum_denominator = 2\ncitation = "Poslovnik, 2"\n'
    )
    assert in_force("rs", council)["town.quorum"].sort == "quorum"


@pytest.mark.parametrize(
    ("day", "origin"),
    [("2026-02-28", "law"), ("2026-03-01", "council"), ("2026-06-30", "council"), ("2026-07-01", "law")],
)
def test_an_override_with_days_holds_on_them_alone(day: str, origin: str) -> None:
    """Before and after, the law's own rule."""
    council = (
        '[[rules]]\nid = "rs.total"\npublish = "at-once"\ncitation = "Poslovnik, 7"\n'
        'valid_from = "2026-03-01"\nvalid_to = "2026-06-30"\n'
    )
    assert in_force("rs", council, day)["rs.total"].rule.origin == origin


def test_two_overrides_of_one_id_follow_each_other() -> None:
    """As the variants of a law do."""
    council = "".join(
        f'[[rules]]\nid = "rs.total"\npublish = "{publish}"\ncitation = "Poslovnik, 7"\n{days}\n'
        for publish, days in (("at-once", 'valid_to = "2026-02-28"'), ("next-day", 'valid_from = "2026-03-01"'))
    )
    assert in_force("rs", council, "2026-02-28")["rs.total"].rule.publish == "at-once"
    assert in_force("rs", council, "2026-03-01")["rs.total"].rule.publish == "next-day"


def test_an_override_of_another_day_keeps_nothing_from_being_inherited() -> None:
    """The quorum of a rule whose own override has ended follows the overridden quorum again."""
    council = (
        '[[rules]]\nid = "rs.quorum"\nquorum_comparator = ">="\ncitation = "Poslovnik, 9"\n'
        '[[rules]]\nid = "rs.total"\nquorum_comparator = ">"\ncitation = "Poslovnik, 10"\nvalid_to = "2026-02-28"\n'
    )
    assert in_force("rs", council, "2026-02-28")["rs.total"].rule.quorum_comparator == ">"
    assert in_force("rs", council, "2026-03-01")["rs.total"].rule.quorum_comparator == ">="


def test_the_law_of_a_day_does_not_depend_on_who_asks() -> None:
    """Reading and overriding leave the country as it was."""
    before = [needed_votes(law.rule, law.examples[0].figures(law.rule)) for law in LAWS["ro"].rules]
    in_force("ro", '[settings]\n"ro.qualified" = "at-least"\n')
    assert [needed_votes(law.rule, law.examples[0].figures(law.rule)) for law in LAWS["ro"].rules] == before
    assert LAWS["ro"] == read_law("ro")
