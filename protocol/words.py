"""The words by which people compare a root key: on the wall, in the gazette, on the command line.

The first 128 bits of SHA-256 of the root key's thumbprint bytes, sixteen bits a word, as pronounceable
five-letter words of consonants and vowels.

Source: `docs/protocol.md` section 3; the word form is that of proquints (arXiv 0901.4016).
"""

from protocol.encoding import digest
from protocol.keys import PublicKey

WORDS = 8
_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aiou"


def root_words(key: PublicKey) -> str:
    """The eight words of a root key, joined by hyphens."""
    data = digest(key.thumbprint.encode("ascii"))
    return "-".join(_word(int.from_bytes(data[2 * n : 2 * n + 2], "big")) for n in range(WORDS))


def same_words(given: str, key: PublicKey) -> bool:
    """True if what a person typed (any case, spaces or hyphens) are the words of `key`."""
    return given.lower().replace("-", " ").split() == root_words(key).split("-")


def _word(bits: int) -> str:
    letters = (_CONSONANTS[bits >> 12], _VOWELS[bits >> 10 & 3], _CONSONANTS[bits >> 6 & 15], _VOWELS[bits >> 4 & 3])
    return "".join(letters) + _CONSONANTS[bits & 15]
