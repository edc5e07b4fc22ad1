"""The words of the root key."""

import hashlib
from collections.abc import Callable

import pytest

from protocol.keys import Ed25519Signer
from protocol.words import WORDS, root_words, same_words
from tests.protocol.chamber_builder import ROOT_KEY

KEY = Ed25519Signer(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")).public


def proquints(data: bytes) -> str:
    """The published algorithm, bit by bit: con2 vo2 con2 vo2 con2 of sixteen bits, here on a string of bits."""
    words = []
    for start in range(0, len(data), 2):
        bits = f"{int.from_bytes(data[start : start + 2], 'big'):016b}"
        pieces = [bits[0:4], bits[4:6], bits[6:10], bits[10:12], bits[12:16]]
        words.append("".join(("bdfghjklmnprstvz" if len(p) == 4 else "aiou")[int(p, 2)] for p in pieces))
    return "-".join(words)


def test_proquint_known_answers() -> None:
    """Source arXiv 0901.4016: 127.0.0.1 is lusab-babad, 63.84.220.193 is gutih-tugad."""
    assert proquints(bytes([127, 0, 0, 1])) == "lusab-babad"
    assert proquints(bytes([63, 84, 220, 193])) == "gutih-tugad"


def test_words_are_of_the_hashed_thumbprint() -> None:
    """The first 128 bits of SHA-256 over the ASCII thumbprint, as eight proquints."""
    assert root_words(KEY) == proquints(hashlib.sha256(KEY.thumbprint.encode()).digest()[:16])
    assert len(root_words(KEY).split("-")) == WORDS == 8


@pytest.mark.parametrize("change", [str.upper, str.title, lambda w: w.replace("-", " "), lambda w: f"  {w}\n"])
def test_words_typed_by_a_person_are_recognised(change: Callable[[str], str]) -> None:
    """Any case, spaces or hyphens."""
    assert same_words(change(root_words(KEY)), KEY)


def test_other_words_are_not() -> None:
    """Another key, a missing word, words in another order, nothing."""
    words = root_words(KEY).split("-")
    for given in (
        root_words(ROOT_KEY.public),
        "-".join(words[:7]),
        "-".join(reversed(words)),
        "",
        "-".join([*words, words[0]]),
    ):
        assert not same_words(given, KEY)
