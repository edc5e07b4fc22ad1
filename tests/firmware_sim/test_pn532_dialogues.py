"""What real NFC software said to a simulated reader, and heard, replayed to the byte."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_sim.cards.catalogue import NTAG424_NDEF
from firmware_sim.cards.iso14443a import CardA
from firmware_sim.cards.ntag424 import Ntag424, ntag424_card
from firmware_sim.cards.plain import plain_card
from firmware_sim.pn532.chip import Chip
from tests.firmware_sim.chip_bench import Bench

DIALOGUES = Path(__file__).parents[1] / "vectors" / "pn532"
UID = bytes.fromhex("04a1b2c3d4e580")


def lines_of(name: str) -> Iterator[tuple[str, str]]:
    """The sign and the rest of each line that is no comment."""
    for line in (DIALOGUES / f"{name}.txt").read_text(encoding="ascii").splitlines():
        sign, _, rest = line.partition(" ")
        if sign != "#":
            yield sign, rest


def replay(name: str, card: CardA) -> int:
    """Play a dialogue; return how many frames the chip sent as it did then."""
    bench, count = Bench(Chip()), 0
    heard: list[bytes] = []
    bench.chip.place(card, bench.now_s)
    for sign, rest in lines_of(name):
        if sign == "<":
            heard = heard or bench.hear()
            assert heard.pop(0).hex() == rest
            count += 1
            continue
        assert not heard, f"more than was recorded: {heard[0].hex()}"
        if sign == ">":
            bench.chip.receive(bytes.fromhex(rest), bench.now_s)
        elif sign == "-":
            bench.chip.remove(card)
        else:
            bench.chip.place(card, bench.now_s)
    assert heard + bench.hear() == []
    return count


@pytest.mark.parametrize(
    ("name", "frames"), [("nfc-list", 124), ("nfc-poll", 32), ("nfc-anticol", 52), ("adafruit", 17), ("pn532pi", 18)]
)
def test_the_chip_says_what_was_recorded(name: str, frames: int) -> None:
    """Every ACK and every answer, in order, and nothing else."""
    assert replay(name, plain_card(UID)) == frames


def test_nfcpy_reads_a_message_from_an_ntag_424_as_it_was_recorded() -> None:
    """With the speed changed, ISO-DEP in the host's software, and the card taken away before the end."""
    card = ntag424_card(Ntag424(UID, [bytes(16)] * 5, bytes, NTAG424_NDEF), UID)
    assert replay("nfcpy", card) == 132
