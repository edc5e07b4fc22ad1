"""What `/` looks for, whatever keyboard it was typed on: case, accents and the script do not matter. Pure."""

import unicodedata
from functools import lru_cache
from typing import Final

from controller.console.text import clean
from controller.serbian import to_latin

_SINGLE: Final = str.maketrans({"đ": "dj", "ł": "l", "ı": "i", "і": "i", "ї": "i", "є": "e", "ґ": "g"})


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """A text as it is compared: `Ђорђевић`, `Đorđević` and `djordjevic` are one."""
    # Đ is written dj or d where a keyboard has none: both are d here.
    letters = to_latin(clean(text).casefold()).translate(_SINGLE).replace("dj", "d")
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(letter))
    return " ".join(bare.split())
