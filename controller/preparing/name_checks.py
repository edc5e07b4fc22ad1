"""Names as people read them: what hides in them, what only looks right, and which two cannot be told apart.

Names of any script pass; what is refused is what no eye can see, or what an eye takes for another letter. Pure.

Source: Unicode Technical Report 36 section 2 and Technical Standard 39 section 4, for a small table of our own.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from protocol.explain import Catalogue

NAME_CHARACTERS_MAX = 120
_BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_BIDI_MARKS = "\u200e\u200f\u061c"
_INVISIBLE_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
_ALPHABETS = {"LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "GEORGIAN", "CHEROKEE"}
"""Scripts that share shapes; a word is of one of them. Others mix lawfully, as the three of Japanese do."""
_WORD_ENDS = re.compile(r"[\s.,:;/&+()<>\"„“”«»\-\u2010-\u2015]+")
_HEXADECIMAL = "U+%04X"


class Fault(NamedTuple):
    """What is wrong with a text; `code` is stable, `words` says what to do."""

    code: str
    words: str


class Likeness(NamedTuple):
    """Two names, by their places in the list. `same`: letter for letter, which may be so; else they only look alike."""

    first: int
    second: int
    same: bool
    words: str


def check_name(name: str, words: Catalogue) -> list[Fault]:
    """What is wrong with a person's name."""
    if not name.strip():
        return [Fault("name-empty", words.gettext("write the name"))]
    found = check_characters(name, words)
    if len(name) > NAME_CHARACTERS_MAX:
        said = {"most": NAME_CHARACTERS_MAX}
        found.append(Fault("name-long", words.gettext("shorten the name to %(most)d characters") % said))
    if not any(letter.isalpha() for letter in name):
        found.append(Fault("name-letters", words.gettext("no letter is in this name; write the name")))
    return found


def check_characters(text: str, words: Catalogue) -> list[Fault]:
    """What is wrong with the characters of a text in one line, which may be empty."""
    found = [fault for character in dict.fromkeys(text) for fault in _hidden(character, words)]
    if text != text.strip(" ") or "  " in text:
        found.append(
            Fault("name-blanks", words.gettext("take away blanks at the beginning and the end, and doubled ones"))
        )
    if "\ufffd" in text or "?" in text:
        found.append(Fault("name-lost", words.gettext("a letter was lost when the file was saved; write it again")))
    if not unicodedata.is_normalized("NFC", text):
        found.append(
            Fault("name-not-nfc", words.gettext("letters and their accents are stored apart; type it again here"))
        )
    for word in _WORD_ENDS.split(text):
        found.extend(_mixed(word, words))
    return found


def mixed_name(name: str, words: Catalogue) -> str:
    """Words if whole words of a name are of different alphabets, which may be meant; else empty."""
    scripts = dict.fromkeys(script for _letter, script in _letters(name))
    mixed_words = [fault for word in _WORD_ENDS.split(name) for fault in _mixed(word, words)]
    if len(scripts) < 2 or mixed_words:  # noqa: PLR2004 - one is no mixture
        return ""
    said = {"scripts": ", ".join(_script_word(script, words) for script in scripts)}
    return words.gettext("words of more than one script (%(scripts)s) are in this name; look whether it is so") % said


def _hidden(character: str, words: Catalogue) -> Iterator[Fault]:
    """Characters that nobody sees, or that are none."""
    category, code = unicodedata.category(character), {"code": _HEXADECIMAL % ord(character)}
    if unicodedata.bidirectional(character) in _BIDI or character in _BIDI_MARKS:
        yield Fault("name-bidi", words.gettext("take away %(code)s, which turns the direction of writing") % code)
    elif category == "Cf" or character in _INVISIBLE_LETTERS or "\ufe00" <= character <= "\ufe0f":
        yield Fault("name-invisible", words.gettext("take away %(code)s, which nobody can see") % code)
    elif category in {"Cc", "Zl", "Zp"}:
        yield Fault("name-control", words.gettext("take away the control character %(code)s") % code)
    elif category in {"Cn", "Co", "Cs"}:
        yield Fault("name-unassigned", words.gettext("take away %(code)s, which is no character") % code)
    elif category == "Zs" and character != " ":
        yield Fault("name-blanks", words.gettext("put an ordinary blank in place of %(code)s") % code)
    elif character.isalpha() and character != (usual := unicodedata.normalize("NFKC", character)):
        said = {"letter": character, "usual": usual} | code
        yield Fault("name-odd-letter", words.gettext("write %(usual)s in place of %(letter)s (%(code)s)") % said)


def _mixed(word: str, words: Catalogue) -> Iterator[Fault]:
    """Letters of another alphabet within one word, by name."""
    letters = list(_letters(word))
    scripts = [script for _letter, script in letters]
    if len(set(scripts)) <= 1:
        return
    main = max(dict.fromkeys(scripts), key=scripts.count)
    strange = dict.fromkeys(
        f"'{letter}' ({_script_word(script, words)})" for letter, script in letters if script != main
    )
    said = {"letters": ", ".join(strange), "main": _script_word(main, words), "word": word}
    yield Fault(
        "name-mixed-script", words.gettext("%(letters)s in a %(main)s word: type %(word)s in one script") % said
    )


def _letters(text: str) -> Iterator[tuple[str, str]]:
    """(letter, script) of the letters of `_ALPHABETS`. Modifiers, as the Ukrainian apostrophe, are of every script."""
    for letter in text:
        if letter.isalpha() and unicodedata.category(letter) != "Lm":
            script = unicodedata.name(letter, "?").partition(" ")[0]
            if script in _ALPHABETS:
                yield letter, script


def _script_word(script: str, words: Catalogue) -> str:
    table = {
        "LATIN": words.pgettext("script", "Latin"),
        "CYRILLIC": words.pgettext("script", "Cyrillic"),
        "GREEK": words.pgettext("script", "Greek"),
    }
    return table.get(script, script.capitalize())


# --- Names beside each other. -------------------------------------------------------------------------------

_CAPITALS = "АΑA ВΒB ЕΕE ЅS ЈͿJ КΚK МΜM НΗH 0ОΟO РΡP СϹC ТΤT УΥҮY ХΧX ΝN ΖZ ԚQ ԜW ΓГ ΠП ΦФ ΛЛ ÐƉĐ"
_SMALL = "аαa сϲc еe һh іιi јϳj кκk оοo рρp ѕs уγy хχx νѵv υu ԛq ԝw ԁd ɡg"
_STROKES = "IІΙӀӏ|1l"
"""One letter in the type of most screens."""
_MARKS = "’‘ʼʹʻ`′' \u2010\u2011\u2012\u2013\u2014- \u0327\u0326"
_LOOKS: dict[str, str] = {
    letter: group[-1]
    for table in (_CAPITALS, _SMALL, _STROKES, _MARKS)
    for group in table.split(" ")
    for letter in group
}
"""A letter to what stands for all that look like it; a cedilla to the comma below, as old Romanian files have it."""


def skeleton(name: str) -> str:
    """The same text for names that an eye cannot tell apart; it is no name."""
    visible = (c for c in unicodedata.normalize("NFKD", name) if unicodedata.category(c) not in {"Cf", "Cc"})
    return " ".join("".join(_LOOKS.get(character, character) for character in visible).split())


def likenesses(names: Sequence[str], words: Catalogue) -> list[Likeness]:
    """Every name that is, or looks like, one before it in the list."""
    first_with: dict[str, int] = {}
    found = []
    for place, name in enumerate(names):
        first = first_with.setdefault(skeleton(name), place)
        if first == place:
            continue
        same = names[first] == name
        if same:
            told = words.gettext("%(name)s stands here twice; look whether these are two people") % {"name": name}
        else:
            said = {"name": name, "differs": _difference(names[first], name, words)}
            told = words.gettext("%(name)s looks like another name here (%(differs)s); type both again") % said
        found.append(Likeness(first, place, same, told))
    return found


def _difference(one: str, other: str, words: Catalogue) -> str:
    """The first letters that differ: by their scripts, as `'а' (Cyrillic), 'a' (Latin)`, or by their numbers."""
    pairs = zip(one.ljust(len(other)), other.ljust(len(one)), strict=True)
    pair = next(pair for pair in pairs if pair[0] != pair[1])
    scripts = [script for letter in pair for _letter, script in _letters(letter)]
    if len(set(scripts)) > 1:
        return ", ".join(
            f"'{letter}' ({_script_word(script, words)})" for letter, script in zip(pair, scripts, strict=True)
        )
    return ", ".join(f"'{letter}' ({_HEXADECIMAL % ord(letter)})" for letter in pair)
