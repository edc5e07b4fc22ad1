"""The one or two languages of a screen: words said in each, and texts of the record in their own. Pure.

Texts of the record (titles, names, groups) are shown as the log has them; where the screen speaks Serbian Latin,
Serbian Cyrillic is transliterated. Marks that turn the direction of writing are taken out of them, so that no name can
rearrange what stands beside it.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from controller.hall.scene import Phrase, Said
from controller.serbian import to_latin
from protocol.explain import Catalogue

_LATIN, _CYRILLIC = "sr-Latn", "sr-Cyrl"
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_MARKS = "\u200e\u200f\u061c"


@dataclass(frozen=True, slots=True)
class Tongues:
    """`languages` and their `catalogues`, one or two, in the order of the screen; `record`: the tag of the record's."""

    languages: tuple[str, ...]
    catalogues: tuple[Catalogue, ...]
    record: str = ""

    def say(self, make: Callable[[Catalogue], str]) -> Said:
        """A text of ours in every language; nothing where it is empty."""
        pairs = zip(self.languages, self.catalogues, strict=True)
        return _once([Phrase(language, make(words)) for language, words in pairs])

    def say_of(self, text: str, make: Callable[[str, Catalogue], str]) -> Said:
        """A text of ours around one of the record; nothing where that is empty."""
        if not text:
            return ()
        pairs = zip(self.languages, self.catalogues, strict=True)
        return _once([Phrase(language, make(self._quoted(language, text).text, words)) for language, words in pairs])

    def quote(self, text: str) -> Said:
        """A text of the record; nothing where it is empty."""
        return _once([self._quoted(language, text) for language in self.languages])

    def quote_one(self, text: str) -> Phrase:
        """A text of the record as the first language shows it: a list of names is read once."""
        return self._quoted(self.languages[0], text)

    def _quoted(self, language: str, text: str) -> Phrase:
        shown = without_turning(text)
        if language == _LATIN and self.record in {"", _CYRILLIC}:
            return Phrase(_LATIN, to_latin(shown))
        return Phrase(self.record, shown)


def _once(phrases: list[Phrase]) -> Said:
    """Each text once, and none that is empty."""
    found: list[Phrase] = []
    for phrase in phrases:
        if phrase.text and all(phrase.text != other.text for other in found):
            found.append(phrase)
    return tuple(found)


def without_turning(text: str) -> str:
    """A text without the characters that change the direction of what follows."""
    return "".join(c for c in text if c not in _MARKS and unicodedata.bidirectional(c) not in _TURNING)
