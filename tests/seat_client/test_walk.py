"""The self-test for eyes and fingers: each lamp in turn, then each button."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gpiozero
import pytest
from click.testing import CliRunner
from gpiozero.pins.mock import MockFactory, MockPWMPin

from seat_client.buttons.debounce import Limits
from seat_client.buttons.gpio_panel import GpioPanel, PanelSettings
from seat_client.buttons.pins import DEFAULT_PINS, Pins
from seat_client.buttons.tables import named_pins
from seat_client.buttons.walk import Pace, ask_buttons, light_lamps
from seat_client.cli import main
from seat_client.events import Button
from seat_client.selftest import show_panel
from tests.seat_client.test_settings import GOOD, write

AT_ONCE = PanelSettings(
    replace(DEFAULT_PINS, buzzer=18), Limits(stable_s=0.0, hold_s=0.0, long_s=1000.0, stuck_s=2000.0)
)
OUTPUTS = [name for name in named_pins(DEFAULT_PINS) if name.startswith("lamp_") or name in {"red", "green", "blue"}]
GPIO = GOOD.replace('panel = "software:"', 'panel = "gpio:"')
WAIT_S = 20.0
"""Far more than it takes."""


@pytest.fixture
def factory() -> Iterator[Any]:
    """Pins of nobody."""
    pins = MockFactory(pin_class=MockPWMPin)
    yield pins
    pins.close()


def burning(factory: Any, pins: Pins) -> set[str]:
    """The names of what is lit or sounds."""
    return {
        name
        for name, pin in named_pins(pins).items()
        if pin is not None and name in {*OUTPUTS, "buzzer"} and factory.pin(pin).state
    }


def test_lamps_burn_one_at_a_time_and_are_named(factory: Any) -> None:
    """When a line is told the lamp before is dark; afterwards all are."""
    lit: list[set[str]] = []
    told: list[str] = []

    async def play() -> None:
        panel = GpioPanel(AT_ONCE, factory)
        light = panel.light

        def watched(name: str, *, on: bool) -> None:
            light(name, on=on)
            if on:
                lit.append(burning(factory, AT_ONCE.pins))

        panel.light = watched  # type: ignore[method-assign]
        await light_lamps(panel, AT_ONCE.pins, told.append, Pace(light_s=0.0))
        assert burning(factory, AT_ONCE.pins) == set()
        panel.close()

    asyncio.run(play())
    assert lit == [{name} for name in [*OUTPUTS, "buzzer"]]
    assert [line.split()[:2] for line in told] == [*(["lit", name] for name in OUTPUTS), ["sounds", "buzzer"]]
    assert told[0].endswith("BCM 22")


def test_buzzer_that_is_not_connected_is_left_out(factory: Any) -> None:
    """Nobody waits for a sound that cannot come."""
    told: list[str] = []

    async def play() -> None:
        panel = GpioPanel(replace(AT_ONCE, pins=DEFAULT_PINS), factory)
        await light_lamps(panel, DEFAULT_PINS, told.append, Pace(light_s=0.0))
        panel.close()

    asyncio.run(play())
    assert len(told) == 7


def ask(factory: Any, settings: PanelSettings, fingers: dict[str, list[Button]], wait_s: float) -> tuple[bool, str]:
    """Play who presses `fingers[line]` when that line is told. Returns the verdict and what was told."""
    told: list[str] = []

    async def play() -> bool:
        panel = GpioPanel(settings, factory)

        def tell(line: str) -> None:
            told.append(line)
            for button in fingers.get(line, []):
                pin = factory.pin(settings.pins.buttons[button])
                pin.drive_low()
                pin.drive_high()

        try:
            return await ask_buttons(panel, settings.pins, tell, two_hands=settings.two_hands, pace=Pace(wait_s=wait_s))
        finally:
            panel.close()

    return asyncio.run(play()), "\n".join(told)


def test_each_button_that_is_pressed_when_asked_is_well(factory: Any) -> None:
    """All four, in the order in which they lie."""
    whole, told = ask(factory, AT_ONCE, {f"press   {button.value}": [button] for button in Button}, WAIT_S)
    assert whole
    assert told.splitlines() == [line for one in Button for line in (f"press   {one.value}", f"ok      {one.value}")]


def test_other_button_is_named_and_waited_past(factory: Any) -> None:
    """Two wires that were exchanged show themselves; the right press still counts."""
    fingers = {f"press   {button.value}": [button] for button in Button}
    fingers["press   for"] = [Button.AGAINST, Button.FOR]
    whole, told = ask(factory, AT_ONCE, fingers, WAIT_S)
    assert whole
    assert "other   against      was pressed, not for: are their wires exchanged?" in told


def test_button_that_is_not_pressed_fails_with_its_pin(factory: Any) -> None:
    """Each of them, and the walk goes on to the next."""
    whole, told = ask(factory, AT_ONCE, {}, 0.0)
    assert not whole
    assert [line.split()[1] for line in told.splitlines() if line.startswith("FAILED")] == [one.value for one in Button]
    assert "no press within 0 s: look at its contact and wire, BCM 5" in told


def test_two_hands_are_asked_for_and_one_hand_is_no_press(factory: Any) -> None:
    """What counts in a vote counts here."""
    settings = replace(AT_ONCE, pins=replace(DEFAULT_PINS, second=26), two_hands=True)
    line = "press   for, while you hold the second button"
    whole, told = ask(factory, settings, {line: [Button.FOR]}, 0.0)
    assert not whole
    assert line in told


def test_command_lights_the_lamps_of_the_settings(
    tmp_path: Path, factory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their pin map; away from a terminal nobody is asked to press, and it says so."""
    monkeypatch.setattr("seat_client.selftest.make_pins", lambda _settings: factory)
    monkeypatch.setattr("seat_client.selftest.USUAL_PACE", Pace(0.0, 0.0))
    path = write(tmp_path, GPIO + "[pins]\nlamp_for = 21\n")
    done = CliRunner().invoke(main, ["selftest", "--lamps", "--settings", str(path)])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == "lit     lamp_for     BCM 21"
    assert "press" not in done.stdout
    assert "terminal only" in done.stderr


def test_button_that_fails_is_the_exit_code(tmp_path: Path, factory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """1, as for anything that is neither a setting nor out of reach; the pins are free again."""
    monkeypatch.setattr("seat_client.selftest.make_pins", lambda _settings: factory)
    monkeypatch.setattr("seat_client.selftest.USUAL_PACE", Pace(0.0, 0.0))
    told: list[str] = []
    assert asyncio.run(show_panel(write(tmp_path, GPIO), told.append, ask=True)) == 1
    assert [line.split()[0] for line in told] == ["lit"] * 7 + ["press", "FAILED"] * 4
    gpiozero.LED(12, pin_factory=factory).close()


def test_command_without_pins_is_a_configuration_error(tmp_path: Path) -> None:
    """There is nothing to look at."""
    done = CliRunner().invoke(main, ["selftest", "--lamps", "--settings", str(write(tmp_path, GOOD))])
    assert (done.exit_code, done.stdout) == (3, "")
    assert 'write panel = "gpio:"' in done.stderr


def test_command_with_pins_that_are_taken_cannot_reach_them(
    tmp_path: Path, factory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while the service runs."""
    monkeypatch.setattr("seat_client.selftest.make_pins", lambda _settings: factory)
    taken = gpiozero.LED(12, pin_factory=factory)
    done = CliRunner().invoke(main, ["selftest", "--lamps", "--settings", str(write(tmp_path, GPIO))])
    taken.close()
    assert done.exit_code == 5
    assert "cannot be used" in done.stderr


def test_lamps_for_machines_are_refused(tmp_path: Path) -> None:
    """Nothing reads a lamp but an eye."""
    path = write(tmp_path, GPIO)
    assert CliRunner().invoke(main, ["selftest", "--lamps", "--json", "--settings", str(path)]).exit_code == 2
