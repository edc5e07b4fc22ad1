#!/usr/bin/env python3
"""Keeps the message catalogues: extracts messages, updates `controller/locale`, generates what people do not write.

    scripts/catalogues.py            extract, update, generate sr_Latn and en, compile the .mo beside each .po
    scripts/catalogues.py --check    change nothing; exit 1 if a catalogue is stale or a message untranslated

sr_Cyrl, ro, uk and pl are written by people; sr_Latn is sr_Cyrl in Latin letters, en is the messages themselves.
Nothing in a file changes with the date or with the lines that code happens to stand on.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from controller.serbian import to_latin  # noqa: E402 - found only now

LOCALE = ROOT / "controller" / "locale"
SOURCES = (("protocol", "explain.py"), ("protocol", "explain_shares.py"), ("controller", "**.py"))
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
SLAVIC = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
PLURALS = {
    "sr_Cyrl": SLAVIC,
    "sr_Latn": SLAVIC,
    "uk": SLAVIC,
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "ro": "nplurals=3; plural=(n==1 ? 0 : (n==0 || (n%100>0 && n%100<20)) ? 1 : 2);",
    "en": "nplurals=2; plural=(n != 1);",
}
WRITTEN = ("sr_Cyrl", "ro", "uk", "pl")


def extract() -> Catalog:
    """All messages of the sources, by file and text, so that moving code moves no message."""
    found = Catalog()
    for folder, pattern in SOURCES:
        rows = extract_from_dir(ROOT / folder, method_map=[(pattern, "python")], keywords=KEYWORDS)
        for name, _line, message, _comments, context in sorted(
            rows, key=lambda row: (row[0], row[4] or "", str(row[2]))
        ):
            found.add(message, None, [(f"{folder}/{name}", 0)], context=context)
    return found


def read(language: str) -> Catalog:
    """A catalogue as it stands; an empty one if there is none."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def path_of(language: str) -> Path:
    """Where a catalogue lies."""
    return LOCALE / language / "LC_MESSAGES" / "chamber.po"


def update(language: str, found: Catalog) -> Catalog:
    """The messages of the sources with the translations at hand; what the sources lost is dropped."""
    known, fresh = read(language), Catalog(locale=language)
    for message in found:
        if not message.id:
            continue
        old = known.get(message.id, context=message.context)
        fresh.add(message.id, old.string if old is not None else "", message.locations, context=message.context)
    return fresh


def in_latin(cyrillic: Catalog) -> Catalog:
    """Serbian Latin from Serbian Cyrillic."""
    latin = Catalog(locale="sr_Latn")
    for message in cyrillic:
        if message.id:
            string = message.string
            text = tuple(map(to_latin, string)) if isinstance(string, tuple | list) else to_latin(string or "")
            latin.add(message.id, text, message.locations, context=message.context)
    return latin


def in_english(found: Catalog) -> Catalog:
    """English is what the messages say."""
    english = Catalog(locale="en")
    for message in found:
        if message.id:
            english.add(message.id, message.id, message.locations, context=message.context)
    return english


def written(language: str, catalog: Catalog) -> bytes:
    """A catalogue's bytes, with a header that holds nothing of this day or this machine."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=100, omit_header=True, include_lineno=False, sort_output=False)
    header = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: chamber-voting\\n"\n'
        f'"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {PLURALS[language]}\\n"\n\n'
    )
    return header.encode() + buffer.getvalue().lstrip(b"\n")


def untranslated(catalog: Catalog) -> list[Message]:
    """Messages, or plural forms, without a word."""
    forms = [(m, m.string if isinstance(m.string, tuple | list) else (m.string,)) for m in catalog if m.id]
    return [message for message, strings in forms if message.fuzzy or not all(strings)]


def make() -> dict[str, bytes]:
    """Every catalogue as it should be, by language."""
    found = extract()
    made = {language: update(language, found) for language in WRITTEN}
    made["sr_Latn"], made["en"] = in_latin(made["sr_Cyrl"]), in_english(found)
    return {language: written(language, catalog) for language, catalog in made.items()}


def main() -> int:
    """Update, or check. Returns the exit code."""
    check = "--check" in sys.argv[1:]
    problems = 0
    for language, data in make().items():
        path = path_of(language)
        if check and (not path.exists() or path.read_bytes() != data):
            sys.stderr.write(f"{path.relative_to(ROOT)} is stale: run scripts/catalogues.py\n")
            problems += 1
        catalog = read_po(BytesIO(data), locale=language)
        for message in untranslated(catalog):
            sys.stderr.write(f"{language}: untranslated: {message.context or ''} {message.id!r}\n")
            problems += 1
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, catalog)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
