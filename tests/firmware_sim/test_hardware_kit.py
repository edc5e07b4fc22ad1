"""Real seats on simulated hardware: pins that bounce, a card on a line, and a sitting's worth of both."""

import asyncio
from random import Random

import pytest

from firmware_sim.fleet.hardware_kit import HardwareKits
from firmware_sim.fleet.pins import Board
from firmware_sim.plan import throw_away_secret
from protocol.keys import P256Signer, p256_secret
from seat_client.buttons.gpio_panel import GpioPanel, PanelSettings
from seat_client.card import Card
from seat_client.errors import CardGone
from seat_client.events import Button
from seat_client.lamps import Lamp
from seat_client.reader import CardPlaced, CardRemoved

WAIT_S = 20.0
"""Far more than it takes; a test that waits longer has failed."""


@pytest.mark.parametrize("seed", range(8))
def test_each_push_is_one_press_however_its_contact_bounces(seed: int) -> None:
    """Also pushes that come faster than a finger: the next waits until the button is up."""

    async def play() -> list[Button]:
        board = Board(Random(seed))
        panel = GpioPanel(PanelSettings(pins=board.pins), board.factory)
        wanted = [Button.FOR, Button.FOR, Button.AGAINST, Button.FOR, Button.SPEAK]
        presses = panel.presses()
        for button in wanted:
            board.push(button)
        async with asyncio.timeout(WAIT_S):
            got = [await anext(presses) for _ in wanted]
        panel.close()
        board.close()
        return got

    got = asyncio.run(play())
    assert sorted(button.value for button in got) == ["against", "for", "for", "for", "speak"]


def test_bounce_ends_at_the_level_that_stands() -> None:
    """An odd number of edges, the first and the last of them the push."""
    edges = [board_edges(seed) for seed in range(20)]
    assert {len(levels) % 2 for levels in edges} == {1}
    assert all(levels[0] and levels[-1] for levels in edges)
    assert max(map(len, edges)) > 1


def board_edges(seed: int) -> list[bool]:
    """The levels of one push, true for down."""

    async def play() -> list[bool]:
        board = Board(Random(seed))
        return [low for _pause, low in board._bounce(low=True)]  # noqa: SLF001 - what a pin cannot tell apart

    return asyncio.run(play())


def test_card_is_found_signs_and_is_missed_by_the_seat_s_own_driver() -> None:
    """A PIV card on a pseudo-terminal: the member of its certificate, a signature of its key, gone when taken out."""
    secret = p256_secret(throw_away_secret(1, "m-1"))

    async def play() -> tuple[Card, bytes, list[str]]:
        kit = HardwareKits({"m-1": secret}, 1).make(lambda _lamp: None)
        changes = kit.reader.changes()
        told = []
        async with asyncio.timeout(WAIT_S):
            kit.place("m-1")
            placed = await anext(changes)
            assert isinstance(placed, CardPlaced)
            signature = await placed.card.sign(b"message")
            kit.remove()
            told.append(type(await anext(changes)).__name__)
            with pytest.raises(CardGone):
                await placed.card.sign(b"message")
        await kit.reader.stop()
        kit.close()
        return placed.card, signature, told

    card, signature, told = asyncio.run(play())
    assert (card.member, card.public) == ("m-1", P256Signer(secret).public)
    card.public.verify(b"message", signature)
    assert told == [CardRemoved.__name__]


def test_lamp_is_seen_by_whoever_sits_there() -> None:
    """The panel lights its pins, and the member sees the word."""
    seen: list[Lamp] = []

    async def play() -> None:
        kit = HardwareKits({}, 1).make(seen.append)
        kit.panel.show(Lamp.RECORDED, "")
        kit.close()

    asyncio.run(play())
    assert seen == [Lamp.RECORDED]


def test_member_without_a_card_is_unknown() -> None:
    """The fleet passes over who has none."""
    kits = HardwareKits({"m-1": p256_secret(throw_away_secret(1, "m-1"))}, 1)
    assert (kits.knows("m-1"), kits.knows("m-2")) == (True, False)
