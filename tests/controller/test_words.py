"""The catalogues: complete, grammatical where it can be tested, and Serbian Latin never out of step with Cyrillic."""

import ast
import re
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import controller
import protocol
from controller.serbian import to_latin
from controller.words import LANGUAGES, LOCALE_DIRECTORY, _, catalogue, choose_language, read_tag
from protocol.explain import explain_needed, explain_outcome
from protocol.majority import Figures, simple_rule

PLACEHOLDER = re.compile(r"%\(\w+\)[ds]")
NUMBERS = range(112)
PACKAGES = [Path(str(package.__file__)).parent for package in (controller, protocol)]
TOTAL = simple_rule("rs.total", "", base="statutory")
THIRDS = simple_rule("two-thirds", "", base="cast", comparator=">=", numerator=2, denominator=3)
PRESENT = simple_rule("present", "", base="present")
ORDER = simple_rule("order", "", tie="casting-vote")
QUORUM = simple_rule(
    "quorum", "", base="present",
    quorum_base="statutory", quorum_comparator=">", quorum_numerator=1, quorum_denominator=2,
)  # fmt: skip
FIXED = simple_rule("fixed", "", base="fixed", numerator=0, fixed=27)


def read(language: str) -> Catalog:
    """A catalogue as it is written."""
    path = LOCALE_DIRECTORY / language.replace("-", "_") / "LC_MESSAGES" / "chamber.po"
    with path.open("rb") as file:
        return read_po(file, locale=language.replace("-", "_"))


def compiled(language: str) -> GNUTranslations:
    """A catalogue compiled here, whatever lies beside its source."""
    buffer = BytesIO()
    write_mo(buffer, read(language))
    buffer.seek(0)
    return GNUTranslations(buffer)


def strings_of(catalog: Catalog) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(ids, strings) of every message; one of each where there is no plural."""
    return [
        (
            tuple(m.id) if isinstance(m.id, tuple | list) else (m.id,),
            tuple(m.string) if isinstance(m.string, tuple | list) else (str(m.string),),
        )
        for m in catalog
        if m.id
    ]


def asked_for() -> set[str]:
    """Every literal that some module asks a catalogue for, found by the syntax tree: also inside f-strings, which the
    extractor of catalogues passes over.
    """
    found = set()
    for folder in PACKAGES:
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
                place = {"gettext": 0, "_": 0, "ngettext": 0, "pgettext": 1}.get(name, -1)
                if isinstance(node, ast.Call) and 0 <= place < len(node.args):
                    literal = node.args[place]
                    if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                        found.add(literal.value)
    return found


def test_every_message_that_is_asked_for_is_in_the_catalogues() -> None:
    """Otherwise it would be English in every language, and no other test would know."""
    known = {ids[0] for ids, _strings in strings_of(read("en"))}
    asked = asked_for()
    assert len(asked) > 1_000
    assert asked - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_untranslated(language: str) -> None:
    """Every message and every plural form has words, and none waits for a review."""
    catalog = read(language)
    assert len(strings_of(catalog)) > 90
    assert not [ids for ids, strings in strings_of(catalog) if not all(strings)]
    assert not [message.id for message in catalog if message.id and message.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders(language: str) -> None:
    """Each form has exactly the placeholders of its message, so that no figure gets lost."""
    for ids, strings in strings_of(read(language)):
        for string in strings:
            assert sorted(PLACEHOLDER.findall(string)) == sorted(PLACEHOLDER.findall(ids[0])), string
            assert string[:1].isspace() == ids[0][:1].isspace(), string


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_messages_format_for_every_number(language: str) -> None:
    """From 0 to 111 every plural message takes a form and holds the number."""
    words = compiled(language)
    plurals = [ids for ids, _strings in strings_of(read(language)) if len(ids) > 1]
    assert len(plurals) >= 5
    for singular, plural in plurals:
        names = [one[2:-2] for one in PLACEHOLDER.findall(plural)]
        for number in NUMBERS:
            assert str(number) in words.ngettext(singular, plural, number) % dict.fromkeys(names, number)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "sr-Cyrl",
            {1: "од 1 датог гласа", 3: "од 3 дата гласа", 11: "од 11 датих гласова", 21: "од 21 датог гласа",
             22: "од 22 дата гласа", 111: "од 111 датих гласова"},
        ),
        ("sr-Latn", {1: "od 1 datog glasa", 2: "od 2 data glasa", 12: "od 12 datih glasova"}),
        (
            "ro",
            {1: "din 1 vot exprimat", 19: "din cele 19 voturi exprimate", 20: "din cele 20 de voturi exprimate",
             101: "din cele 101 voturi exprimate"},
        ),
        ("uk", {1: "від 1 поданого голосу", 2: "від 2 поданих голосів", 21: "від 21 поданого голосу"}),
        ("pl", {1: "z 1 oddanego głosu", 2: "z 2 oddanych głosów", 21: "z 21 oddanych głosów"}),
        ("en", {1: "the 1 vote cast", 0: "the 0 votes cast"}),
    ],
)  # fmt: skip
def test_plural_forms_are_those_of_the_language(language: str, expected: dict[int, str]) -> None:
    """The genitive after the fraction follows the number as the language's grammar wants."""
    words = compiled(language)
    for number, text in expected.items():
        found = words.ngettext("the %(count)d vote cast", "the %(count)d votes cast", number)
        assert found % {"count": number} == text


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("Needed 20: more than half of the 39 seats fixed by law (19.5, rounded up). "
               "For 19, against 13, abstained 4. Not adopted.")),
        ("sr-Cyrl", ("Потребно 20: више од половине од укупно 39 одборничких места (19,5, заокружено навише). "
                    "За 19, против 13, уздржано 4. Није усвојено.")),
        ("sr-Latn", ("Potrebno 20: više od polovine od ukupno 39 odborničkih mesta (19,5, zaokruženo naviše). "
                    "Za 19, protiv 13, uzdržano 4. Nije usvojeno.")),
        ("ro", ("Necesar 20: mai mult de jumătate din cele 39 de locuri prevăzute de lege (19,5, rotunjit în sus). "
               "Pentru 19, împotrivă 13, abțineri 4. Nu a fost adoptat.")),
        ("uk", ("Потрібно 20: більше половини від 39 місць, установлених законом (19,5, округлено вгору). "
               "За 19, проти 13, утрималися 4. Не ухвалено.")),
        ("pl", ("Wymagane 20: więcej niż połowa z 39 ustawowych mandatów (19,5, po zaokrągleniu w górę). "
               "Za 19, przeciw 13, wstrzymało się 4. Nie przyjęto.")),
    ],
)  # fmt: skip
def test_majority_of_all_is_explained(language: str, expected: str) -> None:
    """The budget that fails for want of a majority of all seats, in every language."""
    assert explain_outcome(TOTAL, Figures(39, 39, 39, 19, 13, 4), words=compiled(language)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Needed 24: at least two thirds of the 36 votes cast. For 24, against 10, abstained 2. Adopted."),
        ("sr-Cyrl", "Потребно 24: најмање две трећине од 36 датих гласова. За 24, против 10, уздржано 2. Усвојено."),
        ("sr-Latn", "Potrebno 24: najmanje dve trećine od 36 datih glasova. Za 24, protiv 10, uzdržano 2. Usvojeno."),
        ("ro", ("Necesar 24: cel puțin două treimi din cele 36 de voturi exprimate. "
               "Pentru 24, împotrivă 10, abțineri 2. Adoptat.")),
        ("uk", "Потрібно 24: щонайменше дві третини від 36 поданих голосів. За 24, проти 10, утрималися 2. Ухвалено."),
        ("pl", ("Wymagane 24: co najmniej dwie trzecie z 36 oddanych głosów. "
               "Za 24, przeciw 10, wstrzymało się 2. Przyjęto.")),
    ],
)  # fmt: skip
def test_two_thirds_of_the_votes_are_explained(language: str, expected: str) -> None:
    """`At least` takes its fraction in another case than `more than`."""
    assert explain_outcome(THIRDS, Figures(39, 39, 38, 24, 10, 2), words=compiled(language)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("Needed 16: more than half of the votes for and against, 15 of them against. For 15, against 15, "
               "abstained 5. Casting vote: for. Adopted.")),
        ("sr-Cyrl", ("Потребно 16: више од половине гласова за и против, од којих 15 против. "
                    "За 15, против 15, уздржано 5. Одлучујући глас: за. Усвојено.")),
        ("sr-Latn", ("Potrebno 16: više od polovine glasova za i protiv, od kojih 15 protiv. "
                    "Za 15, protiv 15, uzdržano 5. Odlučujući glas: za. Usvojeno.")),
        ("ro", ("Necesar 16: mai mult de jumătate din voturile pentru și împotrivă, dintre care 15 împotrivă. "
               "Pentru 15, împotrivă 15, abțineri 5. Vot decisiv: pentru. Adoptat.")),
        ("uk", ("Потрібно 16: більше половини голосів за і проти, з них 15 проти. За 15, проти 15, утрималися 5. "
               "Вирішальний голос: за. Ухвалено.")),
        ("pl", ("Wymagane 16: więcej niż połowa głosów za i przeciw, w tym 15 przeciw. "
               "Za 15, przeciw 15, wstrzymało się 5. Głos rozstrzygający: za. Przyjęto.")),
    ],
)  # fmt: skip
def test_casting_vote_is_explained(language: str, expected: str) -> None:
    """A tie that the chair breaks."""
    assert explain_outcome(ORDER, Figures(39, 39, 39, 15, 15, 5), "for", compiled(language)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("Quorum 20, here 19. Needed 10: more than half of the 19 members present (9.5, rounded up). "
               "For 11, against 5, abstained 0. No quorum: nothing was decided.")),
        ("sr-Cyrl", ("Кворум 20, присутно 19. Потребно 10: више од половине од 19 присутних одборника "
                    "(9,5, заокружено навише). За 11, против 5, уздржано 0. Нема кворума: ништа није одлучено.")),
        ("sr-Latn", ("Kvorum 20, prisutno 19. Potrebno 10: više od polovine od 19 prisutnih odbornika "
                    "(9,5, zaokruženo naviše). Za 11, protiv 5, uzdržano 0. Nema kvoruma: ništa nije odlučeno.")),
        ("ro", ("Cvorum 20, prezenți 19. Necesar 10: mai mult de jumătate din cei 19 consilieri prezenți "
               "(9,5, rotunjit în sus). Pentru 11, împotrivă 5, abțineri 0. Lipsă de cvorum: nu s-a hotărât nimic.")),
        ("uk", ("Кворум 20, присутні 19. Потрібно 10: більше половини від 19 присутніх депутатів "
               "(9,5, округлено вгору). За 11, проти 5, утрималися 0. Кворуму немає: нічого не вирішено.")),
        ("pl", ("Kworum 20, obecnych 19. Wymagane 10: więcej niż połowa z 19 obecnych radnych "
               "(9,5, po zaokrągleniu w górę). Za 11, przeciw 5, wstrzymało się 0. "
               "Brak kworum: niczego nie postanowiono.")),
    ],
)  # fmt: skip
def test_missing_quorum_is_explained(language: str, expected: str) -> None:
    """Too few were in the room at the end."""
    assert explain_outcome(QUORUM, Figures(39, 39, 19, 11, 5, 0), words=compiled(language)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("Needed: more votes for than against.", "Needed 27: a fixed number.")),
        ("sr-Cyrl", ("Потребно: више гласова за него против.", "Потребно 27: утврђен број.")),
        ("sr-Latn", ("Potrebno: više glasova za nego protiv.", "Potrebno 27: utvrđen broj.")),
        ("ro", ("Necesar: mai multe voturi pentru decât împotrivă.", "Necesar 27: un număr fix.")),
        ("uk", ("Потрібно: більше голосів за, ніж проти.", "Потрібно 27: установлене число.")),
        ("pl", ("Wymagane: więcej głosów za niż przeciw.", "Wymagane 27: stała liczba.")),
    ],
)  # fmt: skip
def test_what_is_needed_is_said_before_the_vote(language: str, expected: tuple[str, str]) -> None:
    """Before the close the sentence speaks of votes that nobody has counted yet."""
    words, figures = compiled(language), Figures(39, 39, 39, 0, 0, 0)
    assert (explain_needed(ORDER, figures, words), explain_needed(FIXED, figures, words)) == expected


def test_serbian_latin_is_serbian_cyrillic() -> None:
    """The Latin catalogue says letter for letter what the Cyrillic one says."""
    latin = strings_of(read("sr-Latn"))
    assert latin == [(ids, tuple(map(to_latin, strings))) for ids, strings in strings_of(read("sr-Cyrl"))]


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Љиљана Његомир-Џеп", "Ljiljana Njegomir-Džep"),
        ("ЉУБАВ, НИШТА, ЏИН", "LJUBAV, NIŠTA, DŽIN"),
        ("ПАЊ и Њ", "PANJ i Nj"),
        ("конјункција %(count)d", "konjunkcija %(count)d"),
        ("Ђорђе Ћурчић, Жижа Шушић", "Đorđe Ćurčić, Žiža Šušić"),
    ],
)
def test_serbian_is_transliterated(cyrillic: str, latin: str) -> None:
    """Digraphs keep the case of their word; what is not Cyrillic stays."""
    assert to_latin(cyrillic) == latin


def test_no_letter_of_another_script_hides_in_a_word() -> None:
    """No Latin letter inside a Cyrillic word or the other way round, and no cedilla in Romanian."""
    mixed = re.compile(r"[a-zA-Z][\u0400-\u04ff]|[\u0400-\u04ff][a-zA-Z]")
    for language in LANGUAGES:
        for _ids, strings in strings_of(read(language)):
            for string in strings:
                assert not mixed.search(PLACEHOLDER.sub(" ", string)), string
                assert not set("şţŞŢ") & set(string), string


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("sr-Cyrl", "sr-Cyrl"), ("sr_RS.UTF-8", "sr-Cyrl"), ("sr_RS.UTF-8@latin", "sr-Latn"), ("sr_Latn_RS", "sr-Latn"),
        ("pl_PL.UTF-8", "pl"), ("uk", "uk"), ("ro_MD", "ro"), ("en_GB", "en"), ("C.UTF-8", "en"), ("POSIX", "en"),
        ("fr_FR.UTF-8", ""), ("", ""), ("srb", ""),
    ],
)  # fmt: skip
def test_language_tags_are_read(tag: str, language: str) -> None:
    """Tags as browsers and as POSIX write them."""
    assert read_tag(tag) == language


def test_the_nearest_choice_of_language_wins() -> None:
    """Command line, then CHAMBER_LANGUAGE, then LC_ALL, then LANG; an unknown one is passed over."""
    environment = {"CHAMBER_LANGUAGE": "uk", "LC_ALL": "pl_PL.UTF-8", "LANG": "ro_RO.UTF-8"}
    assert choose_language("sr-Latn", environment) == "sr-Latn"
    assert choose_language("", environment) == "uk"
    assert choose_language("", environment | {"CHAMBER_LANGUAGE": "tlh"}) == "pl"
    assert choose_language("", {"LANG": "ro_RO.UTF-8"}) == "ro"
    assert choose_language("", {}) == "en"


def test_an_unknown_language_speaks_english() -> None:
    """Nobody is left without words."""
    assert catalogue("tlh").gettext("Adopted.") == "Adopted."


def test_the_command_line_speaks_the_language_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`_` follows CHAMBER_LANGUAGE; this needs the compiled catalogues beside their sources."""
    monkeypatch.setenv("CHAMBER_LANGUAGE", "pl")
    assert _("Adopted.") == "Przyjęto."
