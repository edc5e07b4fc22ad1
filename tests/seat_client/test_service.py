"""The loop around a seat: a whole session over a link in memory, and what goes wrong at the doors."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from protocol.seat_status import SeatStatus
from seat_client import events as e
from seat_client.errors import CardGone, JournalBroken
from seat_client.events import Button, Happening
from seat_client.journal import FileJournal, Journal, MemoryJournal
from seat_client.lamps import Lamp
from seat_client.link import Take
from seat_client.reader import Change
from seat_client.seat import Seat
from seat_client.service import Parts, SeatService
from seat_client.software_card import SoftwareCard
from seat_client.software_panel import SoftwarePanel
from seat_client.software_reader import SoftwareReader
from tests.seat_client.chamber import ROOT, Chamber, key

SECRET = bytes(31) + b"\x07"


class WireLink:
    """A link that is a function call away from the chamber. Answers come in the next turn of the loop."""

    def __init__(self, chamber: Chamber) -> None:
        self.chamber = chamber
        self.statuses: list[SeatStatus] = []
        self.published: list[bytes] = []
        self.take: Take = lambda _: None
        self.told: Callable[[], None] = lambda: None

    async def run(self, take: Take) -> None:
        """Connect at once and stay."""
        self.take = take
        take(e.LinkUp())
        take(e.TrustArrived(self.chamber.trust))
        self.show()
        await asyncio.Event().wait()

    def show(self) -> None:
        """The next head."""
        self.take(e.HeadArrived(self.chamber.head()))

    def publish(self, data: bytes) -> None:
        """Answered by the chamber."""
        self.published.append(data)
        asyncio.get_running_loop().call_soon(lambda: self.take(e.DownArrived(self.chamber.take(data))))

    def publish_status(self, status: SeatStatus) -> None:
        """Remembered."""
        self.statuses.append(status)
        self.told()

    def cut(self) -> None:
        """Nothing to cut."""


class Bench:
    """A service with all its parts."""

    def __init__(self, journal: Journal | None = None, chamber: Chamber | None = None) -> None:
        self.chamber = chamber or Chamber()
        self.card = SoftwareCard("m01", SECRET)
        self.link = WireLink(self.chamber)
        self.panel, self.reader = SoftwarePanel(self._look), SoftwareReader()
        self.reports: list[e.Report] = []
        self._changed = asyncio.Event()
        self.link.told = self._changed.set
        parts = Parts(self.link, self.panel, self.reader, journal or MemoryJournal())
        seat = Seat("s-01", key("s-01"), ROOT.public)
        self.service = SeatService(seat, parts, watch=self._note, jitter=lambda: 0.0)

    def _look(self, _lamp: Lamp) -> None:
        self._changed.set()

    def _note(self, _seat: str, report: e.Report) -> None:
        self.reports.append(report)
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for the seat to get there."""
        async with asyncio.timeout(5):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


def run(bench: Callable[[], Bench], story: Callable[[Bench], Awaitable[None]]) -> None:
    """Run a story beside a running seat."""

    async def play() -> None:
        made = bench()
        task = asyncio.create_task(made.service.run())
        try:
            await story(made)
        finally:
            task.cancel()
            await asyncio.wait([task])

    asyncio.run(play())


def make() -> Bench:
    """A bench whose chamber knows the card of m01."""
    card = SoftwareCard("m01", SECRET)
    return Bench(chamber=Chamber(cards={"m01": card.public.jwk()}))


def test_card_press_and_lamp() -> None:
    """Card in, vote open, press, recorded, card out: through reader, panel and link."""

    async def story(bench: Bench) -> None:
        bench.reader.place(bench.card)
        await bench.until(lambda: bench.panel.lamp is Lamp.PRESENT)
        bench.chamber.open()
        bench.link.show()
        bench.panel.push(Button.FOR)
        await bench.until(lambda: bench.panel.lamp is Lamp.RECORDED)
        bench.reader.remove()
        await bench.until(lambda: bench.reports[-1].what is Happening.ABSENT)
        assert [status.state for status in bench.link.statuses] == ["online"]
        bench.chamber.close()
        assert bench.chamber.figures == (1, 0, 0)

    run(make, story)


def test_choice_is_never_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """At no level, in no field."""
    caplog.set_level(logging.DEBUG)

    async def story(bench: Bench) -> None:
        bench.chamber.open()
        bench.reader.place(bench.card)
        await bench.until(lambda: bench.panel.lamp is Lamp.VOTE_OPEN)
        bench.panel.push(Button.AGAINST)
        await bench.until(lambda: bench.panel.lamp is Lamp.RECORDED)

    run(make, story)
    assert caplog.records
    for record in caplog.records:
        assert "against" not in str(vars(record)).lower()


def test_time_is_given_to_the_core() -> None:
    """With a record outstanding there is a timer, and when it fires the record is sent again."""

    async def story(bench: Bench) -> None:
        bench.reader.place(bench.card)
        await bench.until(lambda: bench.panel.lamp is Lamp.PRESENT)
        loop = asyncio.get_running_loop()
        timers: list[tuple[float, object]] = []
        call_later = loop.call_later

        def remember(delay: float, callback: Callable[..., object], *arguments: object) -> asyncio.TimerHandle:
            timers.append((delay, arguments))
            return call_later(delay, callback, *arguments)

        loop.call_later = remember  # type: ignore[method-assign, assignment]
        bench.service.feed(e.ButtonPressed(Button.SPEAK))
        assert timers[0][0] == pytest.approx(3.0)
        assert timers[0][1] == (e.TimePassed(),)

    run(make, story)


def test_journal_that_fails_is_told_and_the_press_travels(caplog: pytest.LogCaptureFixture) -> None:
    """A full disk: a fault for the technician, a recorded vote for the member."""

    class Full(MemoryJournal):
        def keep(self, records: tuple[bytes, ...]) -> None:
            raise JournalBroken("the disk is full")

    async def story(bench: Bench) -> None:
        bench.chamber.open()
        bench.reader.place(bench.card)
        await bench.until(lambda: bench.panel.lamp is Lamp.VOTE_OPEN)
        bench.panel.push(Button.FOR)
        await bench.until(lambda: bench.panel.lamp is Lamp.RECORDED)
        await bench.until(lambda: bench.link.statuses[-1].fault == "journal")

    chamber = Chamber(cards={"m01": SoftwareCard("m01", SECRET).public.jwk()})
    run(lambda: Bench(Full(), chamber), story)
    assert any(record.levelno == logging.ERROR for record in caplog.records)


def test_damaged_journal_is_told_and_the_seat_runs(tmp_path: Path) -> None:
    """What was put aside is reported; the seat works."""
    (tmp_path / "journal").write_bytes(b"rubbish")
    chamber = Chamber(cards={"m01": SoftwareCard("m01", SECRET).public.jwk()})

    async def story(bench: Bench) -> None:
        bench.reader.place(bench.card)
        await bench.until(lambda: bench.panel.lamp is Lamp.PRESENT)
        assert [r.reason for r in bench.reports if r.what is Happening.FAULT] == ["journal"]

    run(lambda: Bench(FileJournal(tmp_path / "journal"), chamber), story)


def test_event_out_of_order_does_not_stop_the_seat(caplog: pytest.LogCaptureFixture) -> None:
    """A reader that reports a removal twice is a fault of ours: logged, and the seat goes on."""

    async def story(bench: Bench) -> None:
        bench.service.feed(e.CardLeft())
        bench.reader.place(bench.card)
        await bench.until(lambda: bench.panel.lamp is Lamp.PRESENT)

    run(make, story)
    assert any("CardLeft" in record.getMessage() for record in caplog.records)


def test_card_gone_while_it_signs() -> None:
    """The card leaves in the middle: refused, and fine the next time."""

    async def story(bench: Bench) -> None:
        bench.reader.place(bench.card)
        bench.card.in_field = False
        await bench.until(lambda: bench.panel.lamp is Lamp.NOT_COUNTED)
        bench.reader.place(bench.card)
        await bench.until(lambda: bench.panel.lamp is Lamp.PRESENT)

    run(make, story)


def test_software_reader_reports_by_turns() -> None:
    """A card that is replaced is first removed; an empty tray has nothing to remove."""

    async def play() -> list[str]:
        reader = SoftwareReader(SoftwareCard("m01", SECRET))
        reader.place(SoftwareCard("m02", SECRET))
        reader.remove()
        reader.remove()
        changes: AsyncIterator[Change] = reader.changes()
        return [type(await anext(changes)).__name__ for _ in range(4)]

    assert asyncio.run(play()) == ["CardPlaced", "CardRemoved", "CardPlaced", "CardRemoved"]


def test_software_card_signs_only_in_the_field() -> None:
    """P-256, verified; gone when it is gone."""

    async def play() -> None:
        card = SoftwareCard("m01", SECRET)
        card.public.verify(b"message", await card.sign(b"message"))
        card.in_field = False
        with pytest.raises(CardGone):
            await card.sign(b"message")

    asyncio.run(play())
