"""The door to gettext: which language people read, and its catalogue. Without one the words are English.

Serbian Cyrillic is written by people, Serbian Latin is generated from it (`scripts/catalogues.py`). The language is
chosen by the command line, then `CHAMBER_LANGUAGE`, then `LC_ALL`, then `LANG`.
"""

import gettext
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `--help` speaks with these words and loads nothing else
    from protocol.explain import Catalogue

DOMAIN = "chamber"
LANGUAGES = ("sr-Cyrl", "sr-Latn", "ro", "uk", "pl", "en")
LOCALE_DIRECTORY = Path(__file__).parent / "locale"
_SERBIAN_LATIN_MARKS = ("latn", "latin")


def choose_language(asked: str = "", environment: Mapping[str, str] = os.environ) -> str:
    """The language to speak: the first of these that names one of `LANGUAGES`, else English."""
    for tag in (asked, *(environment.get(name, "") for name in ("CHAMBER_LANGUAGE", "LC_ALL", "LANG"))):
        language = read_tag(tag)
        if language:
            return language
    return "en"


def read_tag(tag: str) -> str:
    """One of `LANGUAGES` for a tag like `sr-Latn`, `sr_RS.UTF-8@latin`, `pl_PL` or `C`; empty if none fits."""
    mark = tag.lower()
    language = mark.replace("_", "-").partition("-")[0].partition(".")[0].partition("@")[0]
    if language == "sr":
        return "sr-Latn" if any(latin in mark for latin in _SERBIAN_LATIN_MARKS) else "sr-Cyrl"
    if language in {"c", "posix"}:
        return "en"
    return language if language in LANGUAGES else ""


@cache
def catalogue(language: str) -> "Catalogue":
    """The catalogue of one of `LANGUAGES`; a missing one, or one not compiled, speaks English."""
    return gettext.translation(DOMAIN, LOCALE_DIRECTORY, [language.replace("-", "_")], fallback=True)


def _(message: str) -> str:
    """A message in the language of the environment, for the command line's own words."""
    return catalogue(choose_language()).gettext(message)


def is_cyrillic(language: str) -> bool:
    """True where names are shown in Cyrillic, as the log holds them."""
    return language in {"sr-Cyrl", "uk"}
