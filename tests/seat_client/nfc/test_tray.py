"""The tray in asyncio: one worker thread over a simulated reader whose clock stands still for nobody.

The worker's pauses are real, so every test waits for what it expects and for nothing else.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from firmware_sim.cards.catalogue import make_card, uid_of
from protocol.keys import SIGNATURE_BYTES
from seat_client.errors import CardGone
from seat_client.nfc.cards import Policy
from seat_client.nfc.tray import Tray
from seat_client.reader import AttestedPlaced, CardPlaced, CardRemoved, Trouble
from tests.protocol.card_issuer import NOW_S, authority, subject
from tests.seat_client.nfc.simulated_port import SimulatedPort, piv

POLICY = Policy(authority())
MESSAGE = b"a session record"


def with_tray(
    scene: Callable[[Tray, SimulatedPort], Awaitable[None]], policy: Policy = POLICY, port: SimulatedPort | None = None
) -> SimulatedPort:
    """Play a scene with a tray, and stop it whatever happens."""
    port = port or SimulatedPort()

    async def play() -> None:
        tray = Tray(port, policy, unix_s=lambda: NOW_S)
        try:
            await scene(tray, port)
        finally:
            await tray.stop()

    asyncio.run(play())
    return port


def test_card_is_placed_signs_and_is_removed() -> None:
    """What the seat's service sees of a real reader is what it sees of a software one."""

    async def scene(tray: Tray, port: SimulatedPort) -> None:
        changes = tray.changes()
        card = port.place(piv())
        placed = await anext(changes)
        assert isinstance(placed, CardPlaced)
        assert placed.card.member == "m07"
        signature = await placed.card.sign(MESSAGE)
        assert len(signature) == SIGNATURE_BYTES
        placed.card.public.verify(MESSAGE, signature)
        port.remove(card)
        assert await anext(changes) == CardRemoved()
        with pytest.raises(CardGone):
            await placed.card.sign(MESSAGE)
        assert tray.errors == 0

    port = with_tray(scene)
    assert port.closed
    assert not [thread for thread in threading.enumerate() if thread.name == "tray"]


def test_card_pulled_while_it_signs_is_gone() -> None:
    """The service gets the one error that it knows."""

    async def scene(tray: Tray, port: SimulatedPort) -> None:
        card = port.place(piv())
        changes = tray.changes()
        placed = await anext(changes)
        assert isinstance(placed, CardPlaced)
        port.on_write = lambda data: port.remove(card) if b"\x87\x11\x9e" in data else None
        with pytest.raises(CardGone):
            await placed.card.sign(MESSAGE)
        assert await anext(changes) == CardRemoved()

    with_tray(scene)


def test_card_that_signs_with_another_key_is_gone_and_named() -> None:
    """Whatever a card does wrong, the service sees `CardGone`, and the troubles say why."""

    async def scene(tray: Tray, port: SimulatedPort) -> None:
        changes = tray.changes()
        first = port.place(piv())
        await anext(changes)
        port.remove(first)
        await anext(changes)
        port.place(piv(holder="a copy"))
        placed = await anext(changes)
        assert isinstance(placed, CardPlaced)
        with pytest.raises(CardGone, match="did not sign"):
            await placed.card.sign(MESSAGE)
        assert await anext(changes) == CardRemoved()
        trouble = await anext(tray.troubles())
        assert (trouble.code, trouble.reason) == ("card-refused", "card-key")

    with_tray(scene)


def test_troubles_of_cards_and_reader_are_told_apart() -> None:
    """A refused card, then none; a reader that goes and comes back."""

    async def scene(tray: Tray, port: SimulatedPort) -> None:
        card = port.place(piv(subject("Ana Example")))
        changes, troubles = tray.changes(), tray.troubles()
        waiting = asyncio.ensure_future(anext(changes))
        assert (await anext(troubles)).reason == "certificate-member"
        port.remove(card)
        assert await anext(troubles) == Trouble("clear")
        port.unplugged = True
        assert (await anext(troubles)).code == "reader-gone"
        port.unplugged = False
        assert await anext(troubles) == Trouble("reader-back")
        port.place(piv())
        assert isinstance(await waiting, CardPlaced)

    with_tray(scene)


def test_card_that_cannot_sign_is_relayed() -> None:
    """Its challenge, with the message it shows; what it refuses has the card's own name."""

    async def scene(tray: Tray, port: SimulatedPort) -> None:
        card = port.place(make_card("ntag424", 3))
        changes = tray.changes()
        placed = await anext(changes)
        assert isinstance(placed, AttestedPlaced)
        assert (placed.card.kind, placed.card.uid) == ("ntag424", uid_of(3, "ntag424"))
        challenge, mirror = await placed.card.begin()
        assert len(challenge) == 16
        assert b"example/card?p=" in mirror
        with pytest.raises(CardGone) as refused:
            await placed.card.finish(bytes(32))
        assert refused.value.code == "card-authentication"
        port.remove(card)
        assert await anext(changes) == CardRemoved()
        with pytest.raises(CardGone) as gone:
            await placed.card.begin()
        assert gone.value.code == "card-gone"

    with_tray(scene, Policy(authority(), attested=True))


def test_stopping_ends_everything_once_and_for_all() -> None:
    """Iterators end, requests are refused, a second stop is harmless."""

    async def scene(tray: Tray, port: SimulatedPort) -> None:
        port.place(piv())
        changes = tray.changes()
        placed = await anext(changes)
        assert isinstance(placed, CardPlaced)
        await tray.stop()
        await tray.stop()
        with pytest.raises(CardGone):
            await placed.card.sign(MESSAGE)
        assert [change async for change in changes] == []
        assert [trouble async for trouble in tray.troubles()] == []

    with_tray(scene)


def test_stopping_a_healthy_reader_switches_its_field_off() -> None:
    """No card has power when nobody looks."""

    async def scene(tray: Tray, port: SimulatedPort) -> None:
        port.place(piv())
        await anext(tray.changes())

    assert with_tray(scene).written[-1] == bytes.fromhex("0000ff04fcd4320100f900")


def test_stopping_does_not_wait_for_a_reader_that_is_silent() -> None:
    """Its remedies take many seconds; the worker leaves them at once, whatever it waits for."""
    waiting = threading.Event()

    class Silent(SimulatedPort):
        def read(self, until_s: float) -> bytes:
            waiting.set()
            self.clock_s = until_s - 1e-6  # its end never comes
            return b""

    async def scene(tray: Tray, port: SimulatedPort) -> None:
        following = asyncio.ensure_future(anext(tray.changes(), None))
        await asyncio.to_thread(waiting.wait)
        await tray.stop()
        assert await following is None

    with_tray(scene, port=Silent())


def test_stopping_before_the_start_touches_nothing() -> None:
    """No worker, no line."""

    async def scene(tray: Tray, port: SimulatedPort) -> None:
        await tray.stop()
        assert [change async for change in tray.changes()] == []

    assert not with_tray(scene).opened


def test_mistake_of_ours_in_the_worker_ends_the_service() -> None:
    """It is not swallowed in a thread: whoever follows the reader gets it, and waiting requests are refused."""

    def fail(data: bytes) -> None:
        raise RuntimeError("a bug")

    async def scene(tray: Tray, port: SimulatedPort) -> None:
        port.on_write = fail
        with pytest.raises(RuntimeError, match="a bug"):
            await anext(tray.changes())
        with pytest.raises(CardGone):
            await tray.ask(lambda watch: b"")

    with_tray(scene)


def test_troubles_that_nobody_hears_are_bounded() -> None:
    """The newest are kept."""

    async def scene(tray: Tray, port: SimulatedPort) -> None:
        for number in range(1_000):
            tray._take(Trouble("two-cards", str(number)))  # noqa: SLF001 - the bound is the point
        assert int((await anext(tray.troubles())).reason) >= 700

    with_tray(scene)
