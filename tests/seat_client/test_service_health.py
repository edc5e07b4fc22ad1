"""What a running seat measures of itself, and what systemd hears of it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from protocol.seat_status import SeatStatus
from seat_client import events as e
from seat_client.board_power import Power
from seat_client.journal import MemoryJournal
from seat_client.link import Take
from seat_client.pulse import BEAT_S
from seat_client.seat import Seat
from seat_client.service import Parts, SeatService, program_version
from seat_client.software_panel import SoftwarePanel
from seat_client.software_reader import SoftwareReader
from seat_client.systemd import Notifier
from tests.seat_client.chamber import ROOT, key

BEATS_OF_A_HEARTBEAT = 6


class Switch:
    """A link that is connected when the test says so."""

    def __init__(self) -> None:
        self.statuses: list[SeatStatus] = []
        self.take: Take = lambda _: None
        self.running = asyncio.Event()
        self.is_broken = False

    async def run(self, take: Take) -> None:
        """Wait to be connected, unless it is broken."""
        if self.is_broken:
            raise OSError("no more file handles")
        self.take = take
        self.running.set()
        await asyncio.Event().wait()

    def publish(self, data: bytes) -> None:
        """Nothing is sent in these stories."""

    def publish_status(self, status: SeatStatus) -> None:
        """Remembered."""
        self.statuses.append(status)

    def cut(self) -> None:
        """Nothing to cut."""


class Listener(Notifier):
    """A manager that remembers what it is told."""

    def __init__(self, watchdog_s: float = 0.0) -> None:
        super().__init__("", watchdog_s)
        self.told: list[str] = []

    def ready(self) -> None:
        """Remembered."""
        self.told.append("ready")

    def kick(self, status: str) -> None:
        """Remembered."""
        self.told.append(status)

    def stopping(self) -> None:
        """Remembered."""
        self.told.append("stopping")


class CountingReader(SoftwareReader):
    """A reader of which some attempts failed."""

    errors = 4
    late_looks = 2


class Unit:
    """A seat's service whose beats the test makes."""

    def __init__(self, *, watchdog_s: float = 0.0, jitter: float = 0.0) -> None:
        self.link, self.notifier = Switch(), Listener(watchdog_s)
        self.reader: SoftwareReader = CountingReader()
        self.power = Power()
        parts = Parts(
            self.link, SoftwarePanel(), self.reader, MemoryJournal(), notifier=self.notifier, power=lambda: self.power
        )
        self.service = SeatService(Seat("s-01", key("s-01"), ROOT.public), parts, jitter=lambda: jitter)

    def beat(self, times: int = 1) -> None:
        """The pulse beats."""
        for _ in range(times):
            self.service._beat()  # noqa: SLF001 - the pulse calls it; its own timer is tested with the pulse

    def measured(self, monkeypatch: pytest.MonkeyPatch) -> list[e.Measured]:
        """What is fed to the core from now on."""
        fed: list[e.Measured] = []
        feed = self.service.feed

        def note(event: e.Event) -> None:
            if isinstance(event, e.Measured):
                fed.append(event)
            feed(event)

        monkeypatch.setattr(self.service, "feed", note)
        return fed


def run(story: Callable[[Unit], Awaitable[None]], **given: float) -> Unit:
    """Run a story beside a running unit; returns it after its end."""

    async def play() -> Unit:
        unit = Unit(**given)
        task = asyncio.create_task(unit.service.run())
        try:
            await unit.link.running.wait()
            await story(unit)
        finally:
            task.cancel()
            await asyncio.wait([task])
        return unit

    return asyncio.run(play())


def test_seat_without_a_network_is_ready_and_says_when_it_stops() -> None:
    """Once each, and nothing was published."""

    async def story(unit: Unit) -> None:
        assert unit.notifier.told == ["ready"]
        unit.beat()
        assert unit.notifier.told == ["ready", "offline"]

    unit = run(story)
    assert unit.notifier.told == ["ready", "offline", "stopping"]
    assert unit.link.statuses == []


def test_seat_that_breaks_down_says_that_it_stops() -> None:
    """A door that fails ends the service; systemd hears it before the process is gone."""

    async def play() -> Unit:
        unit = Unit()

        unit.link.is_broken = True
        with pytest.raises(ExceptionGroup):
            await unit.service.run()
        return unit

    assert asyncio.run(play()).notifier.told == ["ready", "stopping"]


def test_kick_says_what_is_wrong() -> None:
    """Link, state and codes for `systemctl status`, and nobody's name."""

    async def story(unit: Unit) -> None:
        unit.link.take(e.LinkUp())
        unit.beat()
        unit.service.feed(e.TrayTold("reader-silent"))
        unit.service.feed(e.ButtonTold("stuck", "for"))
        unit.beat()
        assert unit.notifier.told == ["ready", "online", "online fault reader-silent for:stuck"]

    run(story)


def test_core_that_does_not_answer_is_not_vouched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """No kick; the pulse ends with the error, so none follows."""

    async def story(unit: Unit) -> None:
        def broken(_seat: Seat) -> SeatStatus:
            raise RuntimeError("a core that is broken")

        monkeypatch.setattr(Seat, "status", property(broken))
        with pytest.raises(RuntimeError):
            unit.beat()
        assert unit.notifier.told == ["ready"]

    run(story)


def test_status_at_the_first_link_holds_what_was_measured_at_the_start() -> None:
    """Reader, supply and version."""

    async def story(unit: Unit) -> None:
        unit.link.take(e.LinkUp())
        (status,) = unit.link.statuses
        assert (status.state, status.reader_errors, status.missed_beats) == ("online", 4, 2)
        assert (status.undervolted, status.version) == (False, program_version())

    run(story)


def test_every_sixth_beat_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty seconds of five; what is measured is what is there then."""

    async def story(unit: Unit) -> None:
        fed = unit.measured(monkeypatch)
        unit.power = Power(0x50005, undervolted=True)
        unit.beat(BEATS_OF_A_HEARTBEAT - 1)
        assert fed == []
        unit.beat()
        assert fed == [e.Measured(4, 2, 0x50005, undervolted=True)]
        unit.beat(BEATS_OF_A_HEARTBEAT)
        assert len(fed) == 2

    run(story)
    assert BEATS_OF_A_HEARTBEAT * BEAT_S == 30


def test_seats_of_a_fleet_do_not_measure_in_the_same_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time comes sooner, by chance."""

    async def story(unit: Unit) -> None:
        fed = unit.measured(monkeypatch)
        unit.beat(3)
        assert len(fed) == 1

    run(story, jitter=0.5)


def test_shorter_watchdog_makes_a_faster_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half its period, and still a heartbeat in thirty seconds."""

    async def story(unit: Unit) -> None:
        assert unit.service._pulse._period_s == 1.0  # noqa: SLF001 - the pulse shows it to nobody
        fed = unit.measured(monkeypatch)
        unit.beat(29)
        assert fed == []
        unit.beat()
        assert len(fed) == 1

    run(story, watchdog_s=2.0)


def test_longer_watchdog_leaves_the_pulse_as_it_is() -> None:
    """The lateness of the loop is looked for all the same."""

    async def story(unit: Unit) -> None:
        assert unit.service._pulse._period_s == BEAT_S  # noqa: SLF001 - as above

    run(story, watchdog_s=60.0)


def test_late_beats_are_counted_with_late_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """One number for whoever reads it."""

    async def story(unit: Unit) -> None:
        fed = unit.measured(monkeypatch)
        unit.service._pulse.late = 3  # noqa: SLF001 - counted by the pulse's own timer
        unit.beat(BEATS_OF_A_HEARTBEAT)
        assert fed[0].missed_beats == 5

    run(story)


def test_simulated_unit_has_neither_manager_nor_counters() -> None:
    """Parts without them: an unknown supply, no errors, no watchdog."""

    async def play() -> list[SeatStatus]:
        link = Switch()
        parts = Parts(link, SoftwarePanel(), SoftwareReader(), MemoryJournal())
        task = asyncio.create_task(SeatService(Seat("s-01", key("s-01"), ROOT.public), parts).run())
        await link.running.wait()
        link.take(e.LinkUp())
        task.cancel()
        await asyncio.wait([task])
        return link.statuses

    assert asyncio.run(play()) == [SeatStatus("online", version=program_version())]
