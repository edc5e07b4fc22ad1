"""Serbian Latin out of Serbian Cyrillic: a function of one direction, because the other has no unique answer.

Digraphs keep the case of their word: `Љубав` is `Ljubav`, `ЉУБАВ` is `LJUBAV`, `Џеп` is `Džep`. What is not Serbian
Cyrillic (placeholders, figures, Latin words) stays as it is.
"""

_PLAIN = dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True))
_DIGRAPHS = {"љ": "lj", "њ": "nj", "џ": "dž"}
_LETTERS = {
    **_PLAIN,
    **_DIGRAPHS,
    **{cyrillic.upper(): latin.upper() for cyrillic, latin in _PLAIN.items()},
    **{cyrillic.upper(): latin.capitalize() for cyrillic, latin in _DIGRAPHS.items()},
}


def to_latin(text: str) -> str:
    """Transliterate a text."""
    return "".join(
        _LETTERS[letter].upper() if _is_shouted(text, place) else _LETTERS.get(letter, letter)
        for place, letter in enumerate(text)
    )


def _is_shouted(text: str, place: int) -> bool:
    """True for a capital Љ, Њ or Џ whose neighbour in the word is a capital too."""
    if text[place].lower() not in _DIGRAPHS or not text[place].isupper():
        return False
    after, before = text[place + 1 : place + 2], text[max(place - 1, 0) : place]
    return after.isupper() if after.isalpha() else before.isupper()
