"""A seat built from its settings, with a reader on a line or a panel on pins."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_sim.cards.catalogue import authority
from firmware_sim.fleet.hardware_kit import HardwareKits
from firmware_sim.plan import throw_away_secret
from firmware_sim.pn532.chip import Chip
from firmware_sim.terminal import PseudoTerminal
from protocol.keys import p256_secret
from seat_client.assembly import make_line, make_panel, make_pins, make_reader
from seat_client.buttons.debounce import DEFAULT_LIMITS
from seat_client.buttons.gpio_panel import PanelBroken, PanelSettings
from seat_client.buttons.pins import DEFAULT_PINS
from seat_client.errors import SettingsRefused
from seat_client.events import Button
from seat_client.key_file import write_key_file
from seat_client.nfc.cards import Policy
from seat_client.reader import CardPlaced
from seat_client.selftest import Check, examine
from seat_client.settings import read_settings
from tests.seat_client.test_settings import GOOD, write

WAIT_S = 20.0


def settings_with(folder: Path, reader: str, *, issuer: bytes | None = None, panel: str = "software:") -> Path:
    """Good settings with this reader and panel, and perhaps the authority of its cards."""
    text = GOOD.replace('reader = "software:"', f'reader = "{reader}"')
    text = text.replace('panel = "software:"', f'panel = "{panel}"')
    if issuer is not None:
        (folder / "cards.der").write_bytes(issuer)
        text += '[cards]\nissuer = "cards.der"\n'
    return write(folder, text)


def checks_of(path: Path, *, terminal: bool = False) -> dict[str, Check]:
    """The self-test's checks by name; with `terminal` a simulated reader stands at the link `tty`."""
    write_key_file(path.parent / "device.key", bytes(32))

    async def play() -> dict[str, Check]:
        reader = PseudoTerminal(Chip(), link=path.parent / "tty") if terminal else None
        verdict = await examine(path)
        if reader is not None:
            reader.close()
        return {check.name: check for check in verdict.checks}

    return asyncio.run(play())


def test_reader_of_the_settings_finds_a_card_of_their_authority(tmp_path: Path) -> None:
    """The line, the driver and the authority come from the file."""
    card = HardwareKits({"m-1": p256_secret(throw_away_secret(1, "m-1"))}, 1).card("m-1")

    async def play() -> str:
        terminal = PseudoTerminal(Chip())
        reader = make_reader(read_settings(settings_with(tmp_path, terminal.path, issuer=authority())), None)
        terminal.place(card)
        async with asyncio.timeout(WAIT_S):
            placed = await anext(reader.changes())
        await reader.stop()
        terminal.close()
        assert isinstance(placed, CardPlaced)
        return placed.card.member

    assert asyncio.run(play()) == "m-1"


def test_panel_of_the_settings_has_their_wiring_times_and_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All three tables reach the pins."""
    made: list[PanelSettings] = []
    monkeypatch.setattr("seat_client.buttons.gpio_panel.GpioPanel", lambda settings, _pins: made.append(settings))
    path = settings_with(tmp_path, "software:", panel="gpio:")
    tables = "[pins]\nfor = 4\nsecond = 26\n[buttons]\ntwo_hands = true\ndebounce_ms = 1\n"
    path.write_text(path.read_text() + tables)
    make_panel(read_settings(path), object())
    buttons = {**DEFAULT_PINS.buttons, Button.FOR: 4}
    pins = replace(DEFAULT_PINS, buttons=buttons, second=26)
    assert made == [PanelSettings(pins, replace(DEFAULT_LIMITS, stable_s=0.001), two_hands=True)]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ('["piv"]', Policy(issuer=b"x")),
        ('["ntag424", "piv"]', Policy(issuer=b"x", attested=True)),
        ('["uid"]', Policy(demo=True)),
        ('["ntag424"]', Policy(attested=True)),
    ],
)
def test_reader_of_the_settings_takes_their_kinds_of_cards(
    tmp_path: Path, accept: str, expected: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The authority is asked for only where cards that sign are taken."""
    made: list[Policy] = []
    monkeypatch.setattr("seat_client.nfc.tray.Tray", lambda _line, policy: made.append(policy))
    path = settings_with(tmp_path, "/dev/pts/0", issuer=b"x")
    path.write_text(path.read_text() + f"accept = {accept}\n")
    make_reader(read_settings(path), None)
    assert made == [expected]


@pytest.mark.parametrize(("pin", "pulls"), [('"none"', []), ("27", [27]), (None, [17])])
def test_line_of_the_settings_has_their_reset_pin(
    tmp_path: Path, pin: str | None, pulls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or none."""
    made: list[int] = []
    monkeypatch.setattr("seat_client.buttons.gpio_panel.reset_pulse", lambda _pins, pin: made.append(pin))
    path = settings_with(tmp_path, "/dev/pts/0")
    if pin is not None:
        path.write_text(path.read_text() + f"[pins]\nreader_reset = {pin}\n")
    make_line(read_settings(path), object())
    assert made == pulls


def test_selftest_wants_an_authority_only_for_cards_that_sign(tmp_path: Path) -> None:
    """The other kinds are named, so that a technician sees what the seat takes."""
    path = settings_with(tmp_path, f"serial:{tmp_path / 'tty'}")
    path.write_text(path.read_text() + '[cards]\naccept = ["uid", "ntag424"]\n')
    cards = checks_of(path)["cards"]
    assert (cards.ok, cards.detail) == (True, "ntag424, uid")


def test_selftest_names_the_authority_and_the_other_kinds(tmp_path: Path) -> None:
    """Both in one line."""
    path = settings_with(tmp_path, f"serial:{tmp_path / 'tty'}", issuer=authority())
    path.write_text(path.read_text() + 'accept = ["piv", "ntag424"]\n')
    assert checks_of(path)["cards"].detail == "cards.der, ntag424"


def test_authority_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Before the seat starts: it would take no card at all."""
    path = settings_with(tmp_path, "/dev/pts/0", issuer=b"x")
    (tmp_path / "cards.der").unlink()
    with pytest.raises(SettingsRefused, match="card authority's certificate"):
        make_reader(read_settings(path), None)


def test_selftest_asks_the_reader_what_it_is(tmp_path: Path) -> None:
    """And names the authority of the cards."""
    checks = checks_of(settings_with(tmp_path, f"serial:{tmp_path / 'tty'}", issuer=authority()), terminal=True)
    assert (checks["reader"].ok, checks["reader"].detail) == (True, "PN532 1.6")
    assert (checks["cards"].ok, checks["cards"].detail) == (True, "cards.der")


def test_selftest_finds_a_reader_that_is_not_there_and_a_missing_authority(tmp_path: Path) -> None:
    """Reach is 5, configuration 3."""
    checks = checks_of(settings_with(tmp_path, f"serial:{tmp_path / 'tty'}"))
    assert (checks["reader"].ok, checks["reader"].code) == (False, 5)
    assert (checks["cards"].ok, checks["cards"].code) == (False, 3)


def test_pins_that_this_machine_does_not_have_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No lgpio, or no pins: a named failure, in the self-test too."""
    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", None)
    path = settings_with(tmp_path, "software:", panel="gpio:")
    with pytest.raises(PanelBroken, match="cannot be reached through lgpio"):
        make_panel(read_settings(path), make_pins(read_settings(path)))
    panel = checks_of(path)["panel"]
    assert (panel.ok, panel.code) == (False, 5)
