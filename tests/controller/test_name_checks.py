"""Names: what hides in them is found by name, every script passes, and names that look the same are told apart."""

import pytest

from controller.preparing.name_checks import (
    NAME_CHARACTERS_MAX,
    check_characters,
    check_name,
    likenesses,
    mixed_name,
    skeleton,
)
from protocol.explain import ENGLISH


@pytest.mark.parametrize(
    "name",
    [
        "Јована Љиљана Њежић", "Ђорђе Џ. Ћирић", "ЈЕЛЕНА ЂУРИЋ", "Ј. П.", "Ј.П. Жикић-Ћук", "Jelena Đurić",
        "Ljiljana Džajić", "Ionuț Ștefănescu-Țurcanu", "Ă. Î. Â.", "Żaneta Łęcka-Wójcik", "Святослав Їжакевич",
        "Ґанна Є. Іваненко", "Мар'яна Лук'янець", "Мар’яна Лук’янець", "Марʼяна Лукʼянець",
        "O'Hara", "Nagy-Kovács Őrs", "Νίκος Παπάς",
        "山田 たろう", "محمد علي", "ნინო", "Jürgen von der Großen", "Člana Četvrta", "A", "Е\u0301ва",
    ],
)  # fmt: skip
def test_lawful_name_passes(name: str) -> None:
    """In any script, with initials, hyphens and each of the apostrophes."""
    assert check_name(name, ENGLISH) == []
    assert mixed_name(name, ENGLISH) == ""


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("", "name-empty", "write the name"),
        ("  ", "name-empty", "write the name"),
        ("...", "name-letters", "no letter"),
        ("Ана" * 41, "name-long", "120"),
        (" Ана", "name-blanks", "beginning"),
        ("Ана ", "name-blanks", "beginning"),
        ("Ана  Б", "name-blanks", "doubled"),
        ("Ана\u00a0Б", "name-blanks", "U+00A0"),
        ("Ана\u202eБ", "name-bidi", "U+202E"),
        ("Ана\u200fБ", "name-bidi", "U+200F"),
        ("\u2066Ана\u2069", "name-bidi", "U+2066"),
        ("А\u200bна", "name-invisible", "U+200B"),
        ("А\u200dна", "name-invisible", "U+200D"),
        ("А\u00adна", "name-invisible", "U+00AD"),
        ("Ана\ufeff", "name-invisible", "U+FEFF"),
        ("Ана\ufe0f", "name-invisible", "U+FE0F"),
        ("Ана\u3164", "name-invisible", "U+3164"),
        ("Ана\tБ", "name-control", "U+0009"),
        ("Ана\nБ", "name-control", "U+000A"),
        ("Ана\x1b[2J", "name-control", "U+001B"),
        ("Ана\u2028Б", "name-control", "U+2028"),
        ("Ана\u0378", "name-unassigned", "U+0378"),
        ("Ана\ue000", "name-unassigned", "U+E000"),
        ("Z\u030celjko", "name-not-nfc", "apart"),
        ("Петрови?", "name-lost", "lost"),
        ("Петрови\ufffd", "name-lost", "lost"),
        ("\u01c9ubica", "name-odd-letter", "write lj"),
        ("\U0001d400na", "name-odd-letter", "write A"),
        ("M\u0430ria", "name-mixed-script", "'а' (Cyrillic) in a Latin word: type Mаria in one script"),
        ("Пeтар", "name-mixed-script", "'e' (Latin) in a Cyrillic word"),
        ("Ана-Mаrija", "name-mixed-script", "'а' (Cyrillic) in a Latin word: type Mаrija"),
        ("Νικος\u006f", "name-mixed-script", "'o' (Latin) in a Greek word"),
        ("O'\u041dara", "name-mixed-script", "'Н' (Cyrillic) in a Latin word"),
        ("Anna\u0585", "name-mixed-script", "(Armenian)"),
    ],
)
def test_unlawful_name_is_named(name: str, code: str, said: str) -> None:
    """The character and what to do with it."""
    assert any(said in fault.words for fault in check_name(name, ENGLISH) if fault.code == code)


def test_longest_name_passes_and_one_more_does_not() -> None:
    """120 characters are a name."""
    assert check_name("Б" * NAME_CHARACTERS_MAX, ENGLISH) == []
    assert [fault.code for fault in check_name("Б" * (NAME_CHARACTERS_MAX + 1), ENGLISH)] == ["name-long"]


def test_every_fault_of_a_name_is_told_once() -> None:
    """Also where a character stands there twice."""
    codes = [fault.code for fault in check_name("А\u200b\u200bна  M\u0430ria", ENGLISH)]
    assert codes == ["name-invisible", "name-blanks", "name-mixed-script"]


def test_a_text_that_is_no_name_may_be_empty() -> None:
    """A group may have none; its characters are looked at all the same."""
    assert check_characters("", ENGLISH) == []
    assert [fault.code for fault in check_characters("Гру\u200bпа", ENGLISH)] == ["name-invisible"]


@pytest.mark.parametrize(
    ("name", "scripts"), [("Петар Petrović", "Cyrillic, Latin"), ("P. Петровић", "Latin, Cyrillic")]
)
def test_words_of_two_scripts_in_one_name_are_asked_about(name: str, scripts: str) -> None:
    """They may be meant, so they are not refused."""
    assert check_name(name, ENGLISH) == []
    assert scripts in mixed_name(name, ENGLISH)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("Aca Coc", "\u0410\u0441\u0430 \u0421\u043e\u0441", "'A' (Latin), 'А' (Cyrillic)"),
        ("Ион", "И\u03bfн", "'о' (Cyrillic), 'ο' (Greek)"),
        ("Ion Ștefan", "Ion Ştefan", "(U+0218), 'Ş' (U+015E)"),
        ("O'Hara", "O’Hara", "(U+0027)"),
        ("Ana-Marija", "Ana\u2010Marija", "(U+2010)"),
        ("Ivan Ilić", "lvan Ilić", "(U+006C)"),
        ("Đurić", "\u00d0urić", "(U+00D0)"),
        ("Ива", "Ива\u200b", "(U+200B)"),
        ("Їжак", "\u00cf\u0436\u0430\u043a", "'Ї' (Cyrillic), 'Ï' (Latin)"),
    ],
)
def test_names_that_look_the_same_are_found(one: str, other: str, said: str) -> None:
    """With the letters that differ."""
    assert one != other
    (found,) = likenesses(["Неко", one, other], ENGLISH)
    assert (found.first, found.second, found.same) == (1, 2, False)
    assert said in found.words


def test_same_names_are_told_as_such() -> None:
    """Two people may have one name; the third is told of too."""
    found = likenesses(["Ана", "Ана", "Ана"], ENGLISH)
    assert [(one.first, one.second, one.same) for one in found] == [(0, 1, True), (0, 2, True)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ана", "Аня"), ("Јован", "Јована"), ("Ђурић", "Ћурић"), ("Ilić", "Ilic"), ("Їжак", "Іжак"), ("Шшш", "Щщщ"),
        ("Петар", "Petar"), ("Łęcki", "Lecki"), ("Țurcan", "Turcan"), ("Йован", "Иован"), ("Анна", "Ана"),
    ],
)  # fmt: skip
def test_names_that_differ_to_the_eye_pass(one: str, other: str) -> None:
    """Also by an accent, and the same name in another script."""
    assert likenesses([one, other], ENGLISH) == []
    assert skeleton(one) != skeleton(other)
