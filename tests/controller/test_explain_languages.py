"""The explaining sentence in six languages: it says what was judged, and with which numbers, in good grammar."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from gettext import GNUTranslations
from io import BytesIO
from itertools import product

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from controller.serbian import to_latin
from controller.words import LANGUAGES, LOCALE_DIRECTORY
from protocol.explain import explain_needed, explain_outcome, explain_quorum, known_needed
from protocol.majority import Figures, Rule, judge_figures, needed_votes, simple_rule
from tests.controller.explained import AFTER, BEFORE, HALF_OF_ALL, MAYOR, OUTCOMES, QUORUM

ORDER = ("adopted", "not-adopted", "no-quorum", "tie", "none")
REJECTED = re.compile(r"reject|odbij|одбиј|одбач|odbač|respin|відхил|odrzuc", re.IGNORECASE)
BASES = ("statutory", "in_office", "present", "cast", "papers_cast", "yes_no")
SHARES = ((1, 2), (1, 3), (2, 3), (3, 5), (3, 4))
FORMS = {
    "en": ("one", "other"), "ro": ("one", "few", "other"), "sr-Cyrl": ("one", "few", "other"),
    "sr-Latn": ("one", "few", "other"), "uk": ("one", "few", "many"), "pl": ("one", "few", "many"),
}  # fmt: skip
"""CLDR's classes of whole numbers in the order of the catalogue's forms."""


def catalog_of(language: str) -> Catalog:
    """A catalogue as it is written."""
    path = LOCALE_DIRECTORY / language.replace("-", "_") / "LC_MESSAGES" / "chamber.po"
    with path.open("rb") as file:
        return read_po(file, locale=language.replace("-", "_"))


def compiled(language: str) -> GNUTranslations:
    """A catalogue compiled here, whatever lies beside its source."""
    buffer = BytesIO()
    write_mo(buffer, catalog_of(language))
    buffer.seek(0)
    return GNUTranslations(buffer)


WORDS = {language: compiled(language) for language in LANGUAGES}
"""Each language's catalogue."""


def numbers(sentence: str) -> list[int]:
    """The whole numbers of a sentence, without the exact fraction in brackets."""
    return [int(found) for found in re.findall(r"\d+", re.sub(r"\(\d+[.,][^)]*\)", "", sentence))]


def rules() -> Iterator[Rule]:
    """Every base, comparator and named fraction, without a quorum, with one of people and with one of votes."""
    for base, comparator, (n, d) in product(BASES, (">", ">="), SHARES):
        for source in ("", "registered", "cast"):
            quorum = HALF_OF_ALL | {"quorum_source": source} if source else {}
            yield simple_rule(
                "r", "", base=base, comparator=comparator, numerator=n, denominator=d, tie="repeat", **quorum
            )
    yield simple_rule("f", "", base="fixed", fixed=11)
    yield simple_rule("n", "", base="none")


def votes(seed: int) -> Figures:
    """A council somewhere in a vote; none of the numbers contradict each other."""
    draw = random.Random(seed)
    statutory = draw.randint(3, 120)
    in_office = draw.randint(statutory // 2, statutory)
    present = draw.randint(0, in_office)
    cast = draw.randint(0, present)
    for_ = draw.choice((draw.randint(0, cast), cast // 2))
    against = draw.choice((draw.randint(0, cast - for_), min(for_, cast - for_)))
    return Figures(statutory, in_office, present, for_, against, cast - for_ - against, draw.randint(cast, present))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_explanation_agrees_with_the_outcome(language: str) -> None:
    """The last sentence is the outcome's in that language, and the numbers read back are those that judged."""
    words, seen = WORDS[language], set()
    for seed, rule in enumerate(rules()):
        for figures in (votes(100 * seed + n) for n in range(12)):
            judged, said = judge_figures(rule, figures), explain_outcome(rule, figures, words=words)
            assert said.endswith(" " + outcomes(language)[ORDER.index(judged.outcome)]), said
            assert not any(said.endswith(". " + other) for other in outcomes(language) if not said.endswith(other))
            missing = judged.quorum_present < judged.quorum_needed
            expected = [judged.quorum_needed, judged.quorum_present] if missing else []
            if rule.base == "fixed":
                expected += [11]
            elif rule.base != "none":
                expected += [judged.needed, figures.against if rule.base == "yes_no" else judged.base]
            assert numbers(said) == [*expected, figures.for_, figures.against, figures.abstain], said
            assert "%" not in said, said
            assert not REJECTED.search(said), said
            seen.add(judged.outcome)
    assert seen == set(ORDER)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_before_agrees_with_what_is_judged_after(language: str) -> None:
    """The number before the vote is the number that judges, its base beside it; where it is unknown none is said."""
    words = WORDS[language]
    for seed, rule in enumerate(rules()):
        for drawn in (votes(100 * seed + n) for n in range(12)):
            before = Figures(drawn.statutory, drawn.in_office, drawn.present, 0, 0, 0)
            said, known = explain_needed(rule, before, words), known_needed(rule, before)
            base = {"statutory": before.statutory, "in_office": before.in_office, "present": before.present}
            expected = [known, base[rule.base]] if known and rule.base != "fixed" else [known] * bool(known)
            if rule.base == "cast" and before.present:
                everybody = Figures(before.statutory, before.in_office, before.present, before.present, 0, 0)
                expected += [before.present, needed_votes(rule, everybody)]
            if rule.quorum_base != "none":
                expected += [-(-before.statutory // 2), before.statutory]
            assert numbers(said) == expected, said
            assert "%" not in said, said
            if known:
                after = Figures(drawn.statutory, drawn.in_office, drawn.present, known, 0, 0, registered=999)
                if rule.quorum_source == "registered":
                    assert judge_figures(rule, after).outcome == "adopted"


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_of_the_class_that_cldr_gives(language: str) -> None:
    """For 0 to 111 each plural message of the sentence takes the form of that number's class, filled in."""
    words, locale = WORDS[language], Locale.parse(language.replace("-", "_"))
    plurals = [
        message for message in catalog_of(language)
        if isinstance(message.id, tuple | list) and any("explain" in place for place, _line in message.locations)
    ]  # fmt: skip
    assert len(plurals) == 5
    for message, number in product(plurals, range(112)):
        form, strings = FORMS[language].index(locale.plural_form(number)), message.string
        assert isinstance(strings, tuple | list)
        found = words.ngettext(message.id[0], message.id[1], number) % {"count": number}
        assert found == strings[form] % {"count": number}
        assert found.strip(), message.id
        assert str(number) in found


@pytest.mark.parametrize(("language", "number"), [*product(LANGUAGES, range(112))])
def test_every_size_of_council_is_explained(language: str, number: int) -> None:
    """No size leaves a placeholder, and another language never falls back to English."""
    words = WORDS[language]
    for base in BASES:
        rule = simple_rule("r", "", base=base, **HALF_OF_ALL)
        figures = Figures(number, number, number, number, 0, 0, number)
        for said in (explain_needed(rule, figures, words), explain_outcome(rule, figures, words=words)):
            assert "%" not in said
            assert number == 0 or str(number) in said or base == "yes_no"
            assert language == "en" or not re.search(r"\b(needed|of the|votes|members|more than|half)\b", said), said


def outcomes(language: str) -> tuple[str, ...]:
    """The words of `ORDER`."""
    return tuple(map(to_latin, OUTCOMES["sr-Cyrl"])) if language == "sr-Latn" else OUTCOMES[language]


def in_language(table: dict[str, str], language: str) -> str:
    """Serbian Latin is not written down twice."""
    return to_latin(table["sr-Cyrl"]) if language == "sr-Latn" else table[language]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("changes", "figures", "expected"), BEFORE)
def test_before_the_vote(changes: dict[str, object], figures: Figures, expected: dict[str, str], language: str) -> None:
    """The main rules, word for word, before anybody votes."""
    said = explain_needed(simple_rule("r", "", **changes), figures, WORDS[language])
    assert said == in_language(expected, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("changes", "figures", "expected"), AFTER)
def test_after_the_vote(changes: dict[str, object], figures: Figures, expected: dict[str, str], language: str) -> None:
    """The main rules, word for word, with their arithmetic."""
    said = explain_outcome(simple_rule("r", "", **changes), figures, words=WORDS[language])
    assert said == in_language(expected, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("source", "here", "expected"), QUORUM)
def test_whether_there_is_a_quorum(source: str, here: int, expected: dict[str, str], language: str) -> None:
    """Of people in the room, or of votes."""
    rule = simple_rule("q", "", base="none", **HALF_OF_ALL, quorum_source=source)
    said = explain_quorum(rule, Figures(21, 21, here, here, 0, 0), WORDS[language])
    assert said.endswith(". " + in_language(expected, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mayor_is_named(language: str) -> None:
    """Where he takes part, before the vote and after it."""
    rule, figures = simple_rule("r", "", base="statutory"), Figures(27, 27, 20, 13, 0, 0, mayor=True)
    expected = in_language(MAYOR, language)
    assert explain_needed(rule, figures, WORDS[language]).endswith(" " + expected)
    assert f" {expected} " in explain_outcome(rule, figures, words=WORDS[language])
    assert expected not in explain_outcome(rule, replace(figures, mayor=False), words=WORDS[language])
