"""What a seat measures of itself: that each figure is made by real work, and left out where it cannot be had."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_sim.cards.catalogue import authority, make_card
from firmware_sim.cards.iso14443a import CardA
from firmware_sim.pn532.chip import Chip as SimulatedChip
from firmware_sim.terminal import PseudoTerminal
from seat_client import measure, measure_reader
from seat_client.errors import JournalBroken, TrustRefused
from seat_client.events import Happening, Report
from seat_client.key_file import write_key_file
from seat_client.known_keys import read_trust
from seat_client.nfc.cards import Policy
from seat_client.nfc.errors import ReaderGone
from seat_client.nfc.tray import Tray
from seat_client.pretend_chamber import PretendChamber, anyones_key
from seat_client.service import SeatService
from seat_client.settings import Settings, read_settings
from tests.seat_client.nfc.simulated_port import SimulatedPort, piv
from tests.seat_client.test_settings import GOOD, write

LOADED = """
import asyncio, importlib, json, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
from pathlib import Path
from seat_client.assembly import make_service
from seat_client.settings import read_settings
before = set(sys.modules)
async def make():
    make_service(read_settings(Path(sys.argv[2])))
asyncio.run(make())
print(sorted(name for name in set(sys.modules) - before if name.startswith("seat_client")))
"""


def settings_of(folder: Path, *, reader: str = "software:") -> Settings:
    """A seat's settings, with a reader on this line."""
    return read_settings(write(folder, GOOD.replace('reader = "software:"', f'reader = "{reader}"')))


def test_seat_of_software_has_figures_of_import_press_and_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each above nothing, none of a reader, and no file left beside the journal."""
    monkeypatch.setattr(measure, "IMPORTS", 1)
    settings = settings_of(tmp_path)
    before = sorted(tmp_path.iterdir())
    figures = asyncio.run(measure.measure(settings))
    assert set(figures) == {"import_s", "press_to_wire_ms", "journal_ms"}
    assert all(figure > 0 for figure in figures.values())
    assert sorted(tmp_path.iterdir()) == before


def test_what_cannot_be_measured_is_left_out(tmp_path: Path) -> None:
    """A reader that is not there, a journal in no folder."""
    settings = settings_of(tmp_path, reader=f"/dev/{tmp_path.name}-no-reader")
    assert asyncio.run(measure._measure_reader(settings)) == {}  # noqa: SLF001 - the part without the slow ones
    with pytest.raises(JournalBroken):
        measure.time_journal(tmp_path / "no folder" / "journal", 1)


@pytest.mark.parametrize("reader", ["software:", "/dev/pts/0"])
def test_run_loads_nothing_of_ours_that_is_not_counted(tmp_path: Path, reader: str) -> None:
    """Building the service after these imports loads no further module of the seat."""
    write_key_file(tmp_path / "device.key", bytes(32))
    settings = settings_of(tmp_path, reader=reader)
    names = json.dumps(measure.modules_of(settings))
    command = [sys.executable, "-c", LOADED, names, str(tmp_path / "seat.toml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_import_of_nothing_there_is_no_figure() -> None:
    """A module that fails to load fails the measurement."""
    with pytest.raises(subprocess.CalledProcessError):
        asyncio.run(measure.time_import(("seat_client.no_such_module",), 1))


def test_every_measured_press_is_a_ballot_that_was_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as were asked for, each with a receipt that the seat verified."""
    told: list[Happening] = []

    class Watched(SeatService):
        """Remembers what was told."""

        def _report(self, effect: Report) -> None:
            told.append(effect.what)
            super()._report(effect)

    monkeypatch.setattr(measure, "SeatService", Watched)
    assert asyncio.run(measure.time_presses(5)) > 0
    assert told.count(Happening.PRESSED) == told.count(Happening.RECORDED) == 5
    assert not {Happening.FAULT, Happening.REFUSED, Happening.NOT_COUNTED, Happening.IGNORED} & set(told)


def test_seat_with_another_root_refuses_the_pretend_chamber() -> None:
    """So that its keys, which are anyone's, can do no harm."""
    chamber = PretendChamber()
    assert read_trust(chamber.trust, chamber.root.public).drivers
    with pytest.raises(TrustRefused) as refused:
        read_trust(chamber.trust, anyones_key("another").public)
    assert refused.value.code == "root"


def simulated(*cards: CardA) -> SimulatedPort:
    """A reader with these cards."""
    port = SimulatedPort()
    for card in cards:
        port.place(card)
    return port


def test_piv_card_in_the_tray_is_read() -> None:
    """And the line given back."""
    port = simulated(piv())
    figure = measure_reader.read_card(port)
    assert figure is not None
    assert figure > 0
    assert port.closed


@pytest.mark.parametrize("cards", [(), ("ntag424",), ("uid",), ("piv", "ntag424")], ids=str)
def test_tray_without_one_piv_card_has_no_figure(cards: tuple[str, ...]) -> None:
    """Empty, another kind, two at once: no trouble of the reader."""
    port = simulated(*(make_card(name, 1) for name in cards))
    assert measure_reader.read_card(port) is None
    assert port.closed


def test_reader_that_is_gone_is_told_and_the_line_given_back() -> None:
    """By its name."""
    port = simulated()
    port.unplugged = True
    with pytest.raises(ReaderGone):
        measure_reader.read_card(port)
    assert port.closed


def test_watching_a_tray_ends_and_gives_the_line_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a figure, however short it was."""
    monkeypatch.setattr(measure_reader, "SETTLE_S", 0.0)
    port = simulated()
    assert asyncio.run(measure_reader.watch_idle(Tray(port, Policy()), 0.0)) >= 0
    assert port.closed


@pytest.mark.slow
@pytest.mark.parametrize("known", [False, True])
def test_cards_are_timed_on_a_simulated_reader(known: bool) -> None:
    """Three cards, each told; the process that watches spends less on one than it takes."""

    async def play() -> list[measure_reader.CardTime]:
        terminal, card = PseudoTerminal(SimulatedChip(), paced=True), make_card("piv", 1)
        lying = False

        def move() -> None:
            nonlocal lying
            (terminal.remove if lying else terminal.place)(card)
            lying = not lying

        try:
            return await measure_reader.time_cards(terminal.path, authority(), move, 3, known=known)
        finally:
            terminal.close()

    times = asyncio.run(play())
    assert len(times) == 3
    assert all(time.host_ms > 0 for time in times)
    assert all(time.wall_ms > 0 for time in times)
