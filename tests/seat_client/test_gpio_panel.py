"""The panel on mock pins: presses, lamps, sounds, and what a lamp must never show."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from threading import Thread
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from seat_client.buttons.debounce import Limits, Signal
from seat_client.buttons.gpio_panel import SECOND, GpioPanel, PanelBroken, PanelSettings, lgpio_factory, reset_pulse
from seat_client.buttons.group import ButtonSignal
from seat_client.buttons.patterns import PATTERNS, RGB, SOUNDS, Beat, button_lights
from seat_client.buttons.pins import DEFAULT_PINS
from seat_client.buttons.player import BeatPlayer
from seat_client.events import Button
from seat_client.lamps import LIGHTS, Colour, Lamp, Pattern

AT_ONCE = Limits(stable_s=0.0, hold_s=0.0, long_s=1000.0, stuck_s=2000.0)
CHOICES = (Button.FOR, Button.AGAINST, Button.ABSTAIN)
SETTINGS = PanelSettings(limits=AT_ONCE)


@pytest.fixture
def factory() -> Iterator[Any]:
    """Pins of nobody."""
    pins = MockFactory(pin_class=MockPWMPin)
    yield pins
    pins.close()


def with_panel(factory: Any, scene: Callable[[GpioPanel], Awaitable[None]], settings: PanelSettings = SETTINGS) -> None:
    """Play a scene with a panel, and close it whatever happens."""

    async def play() -> None:
        panel = GpioPanel(settings, factory)
        try:
            await scene(panel)
        finally:
            panel.close()
            panel.close()

    asyncio.run(play())


@pytest.mark.parametrize("button", Button)
def test_push_of_each_button_is_its_press(factory: Any, button: Button) -> None:
    """By the pin map of the wiring; letting go is none."""

    async def scene(panel: GpioPanel) -> None:
        pin = factory.pin(DEFAULT_PINS.buttons[button])
        presses = panel.presses()
        for _ in range(2):
            pin.drive_low()
            assert await anext(presses) is button
            pin.drive_high()
        assert panel._presses.empty()  # noqa: SLF001 - nothing more than was pushed

    with_panel(factory, scene)


def test_press_enters_the_loop_from_another_thread(factory: Any) -> None:
    """As lgpio does it."""

    async def scene(panel: GpioPanel) -> None:
        Thread(target=factory.pin(DEFAULT_PINS.buttons[Button.SPEAK]).drive_low).start()
        assert await anext(panel.presses()) is Button.SPEAK

    with_panel(factory, scene)


def test_bounce_is_one_press_though_mock_pins_do_not_debounce(factory: Any) -> None:
    """With the limits of a real panel, a second after it was switched on."""

    async def play() -> None:
        late_s = [0.0]
        panel = GpioPanel(PanelSettings(), factory, lambda: time.monotonic() + late_s[0])
        late_s[0] = 1.0
        pin = factory.pin(DEFAULT_PINS.buttons[Button.FOR])
        for _ in range(5):
            pin.drive_low()
            pin.drive_high()
        pin.drive_low()
        presses = panel.presses()
        assert await anext(presses) is Button.FOR
        factory.pin(DEFAULT_PINS.buttons[Button.AGAINST]).drive_low()
        assert await anext(presses) is Button.AGAINST
        panel.close()

    asyncio.run(play())


def test_button_held_at_boot_is_ignored_until_let_go(factory: Any) -> None:
    """The next push counts."""
    factory.pin(DEFAULT_PINS.buttons[Button.FOR]).drive_low()

    async def scene(panel: GpioPanel) -> None:
        pin, presses = factory.pin(DEFAULT_PINS.buttons[Button.FOR]), panel.presses()
        factory.pin(DEFAULT_PINS.buttons[Button.AGAINST]).drive_low()
        assert await anext(presses) is Button.AGAINST
        pin.drive_high()
        pin.drive_low()
        assert await anext(presses) is Button.FOR

    with_panel(factory, scene)


def test_stuck_button_is_told_by_name(factory: Any) -> None:
    """For lamp and health; it clears when it is let go."""

    async def scene(panel: GpioPanel) -> None:
        pin, signals = factory.pin(DEFAULT_PINS.buttons[Button.ABSTAIN]), panel.signals()
        pin.drive_low()
        assert [(one.button, one.signal) for one in [await anext(signals), await anext(signals)]] == [
            ("abstain", Signal.LONG_PRESSED),
            ("abstain", Signal.STUCK),
        ]
        pin.drive_high()
        assert (await anext(signals)).signal is Signal.CLEAR

    with_panel(factory, scene, PanelSettings(limits=replace(AT_ONCE, long_s=0.0, stuck_s=0.0)))


def test_two_hand_rule_wants_the_second_button(factory: Any) -> None:
    """Alone a press is only told; with it, it counts."""
    settings = PanelSettings(replace(DEFAULT_PINS, second=26), AT_ONCE, two_hands=True)

    async def scene(panel: GpioPanel) -> None:
        pin = factory.pin(DEFAULT_PINS.buttons[Button.FOR])
        pin.drive_low()
        told = await anext(panel.signals())
        assert (told.button, told.signal, told.alone) == ("for", Signal.PRESSED, True)
        pin.drive_high()
        factory.pin(26).drive_low()
        pin.drive_low()
        assert await anext(panel.presses()) is Button.FOR

    with_panel(factory, scene, settings)


def test_two_hand_rule_without_its_pin_is_refused(factory: Any) -> None:
    """A rule that nobody could obey."""

    async def make() -> None:
        with pytest.raises(PanelBroken, match="second button"):
            GpioPanel(PanelSettings(two_hands=True), factory)

    asyncio.run(make())
    assert SECOND not in {button.value for button in Button}


@pytest.mark.parametrize("lamp", Lamp)
def test_lamp_shows_its_colour_at_its_first_beat(factory: Any, lamp: Lamp) -> None:
    """The table of lamps, on the three pins of the state lamp."""

    async def scene(panel: GpioPanel) -> None:
        panel.show(lamp, "a reason")
        light = LIGHTS[lamp]
        level = PATTERNS[light.pattern][0].level
        shown = [factory.pin(pin).state for pin in DEFAULT_PINS.state]
        assert shown == pytest.approx([part * level for part in RGB[light.colour]])

    with_panel(factory, scene)


def test_buzzer_sounds_when_the_word_is_another(factory: Any) -> None:
    """And not again for the same word."""

    async def scene(panel: GpioPanel) -> None:
        buzzer = factory.pin(18)
        panel.show(Lamp.RECORDED, "")
        assert buzzer.state == 1
        panel.show(Lamp.ABSENT, "")
        assert buzzer.state == 0
        panel.show(Lamp.ABSENT, "")
        assert buzzer.state == 0

    with_panel(factory, scene, PanelSettings(replace(DEFAULT_PINS, buzzer=18), AT_ONCE))


def lit_on(factory: Any) -> set[Button]:
    """Which buttons are lit."""
    return {button for button, pin in DEFAULT_PINS.lamps.items() if factory.pin(pin).state}


def test_button_lamps_of_an_open_vote_show_what_was_pressed(factory: Any) -> None:
    """All three invite, then one stays; a wish to speak is apart."""

    async def scene(panel: GpioPanel) -> None:
        panel.show_buttons(may_press=True, secret=False)
        assert lit_on(factory) == set(CHOICES)
        panel.show_buttons(may_press=True, chosen=Button.AGAINST, secret=False, asks_to_speak=True)
        assert lit_on(factory) == {Button.AGAINST, Button.SPEAK}
        panel.show_buttons(may_press=False, chosen=Button.AGAINST, secret=False)
        assert lit_on(factory) == set()

    with_panel(factory, scene)


@pytest.mark.parametrize(("may_press", "asks"), list(product([True, False], repeat=2)))
def test_no_light_of_a_secret_vote_depends_on_the_choice(may_press: bool, asks: bool) -> None:
    """Whatever was pressed, or nothing: the same lights."""
    lights = {
        button_lights(may_press=may_press, chosen=chosen, secret=True, asks_to_speak=asks) for chosen in (None, *Button)
    }
    assert len(lights) == 1


def test_pin_that_cannot_be_used_is_named_and_the_others_are_given_back(factory: Any) -> None:
    """One pin twice; afterwards a right map works on the same pins."""

    async def make() -> None:
        with pytest.raises(PanelBroken, match="pin"):
            GpioPanel(PanelSettings(replace(DEFAULT_PINS, buzzer=5)), factory)
        GpioPanel(PanelSettings(), factory).close()

    asyncio.run(make())


def test_lamp_that_fails_disturbs_nothing(factory: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Showing returns, presses go on, and the log says it once."""

    async def scene(panel: GpioPanel) -> None:
        panel._state.close()  # noqa: SLF001 - a lamp that breaks
        panel.show(Lamp.RECORDED, "")
        panel.show(Lamp.FAULT, "")
        factory.pin(DEFAULT_PINS.buttons[Button.FOR]).drive_low()
        assert await anext(panel.presses()) is Button.FOR

    with_panel(factory, scene)
    assert len([record for record in caplog.records if "lamp" in record.getMessage()]) == 1


def test_closed_panel_hears_and_shows_nothing(factory: Any) -> None:
    """A late edge and a late lamp are harmless."""

    async def play() -> None:
        panel = GpioPanel(SETTINGS, factory)
        panel.close()
        panel.show(Lamp.RECORDED, "")
        panel.close()
        factory.pin(DEFAULT_PINS.buttons[Button.FOR]).drive_low()
        assert panel._presses.empty()  # noqa: SLF001 - nothing was heard

    asyncio.run(play())


def test_signals_that_nobody_hears_are_bounded(factory: Any) -> None:
    """The newest are kept."""

    async def scene(panel: GpioPanel) -> None:
        for number in range(1_000):
            panel._tell([ButtonSignal("for", Signal.LONG_PRESSED, float(number))])  # noqa: SLF001 - the bound is the point
        assert (await anext(panel.signals())).since_s >= 700

    with_panel(factory, scene)


def test_machine_without_pins_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A panel asked for where lgpio is not installed: named, and no other factory is tried."""
    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", None)
    with pytest.raises(PanelBroken, match="lgpio") as refused:
        lgpio_factory()
    assert refused.value.code == "panel"


def test_reset_pin_is_pulled_low_and_waited_for(factory: Any) -> None:
    """High at rest; 10 ms low, then time to start."""
    waits: list[tuple[float, bool]] = []
    pulse = reset_pulse(factory, 17, lambda seconds: waits.append((seconds, bool(factory.pin(17).state))))
    assert factory.pin(17).state
    pulse()
    assert waits == [(0.010, False), (0.100, True)]


@dataclass
class Timers:
    """A loop's timers, run by hand."""

    later: list[tuple[float, Callable[[], None], list[bool]]] = field(default_factory=list)

    def call_later(self, seconds: float, call: Callable[[], None]) -> "Cancelled":
        """Keep a call."""
        handle = [False]
        self.later.append((seconds, call, handle))
        return Cancelled(handle)

    def run(self) -> float:
        """Run the next call that was not called off; how long it had to wait."""
        seconds, call, handle = self.later.pop(0)
        if handle[0]:
            return self.run()
        call()
        return seconds


@dataclass
class Cancelled:
    """A timer that can be called off."""

    handle: list[bool]

    def cancel(self) -> None:
        """Call it off."""
        self.handle[0] = True


def test_pattern_is_played_round_after_round() -> None:
    """Each level for its time."""
    timers, shown = Timers(), list[float]()
    BeatPlayer(timers.call_later, shown.append).play(PATTERNS[Pattern.DOUBLE_FLASH], repeat=True)
    waited = [timers.run() for _ in range(7)]
    assert waited == [0.12, 0.12, 0.12, 0.9, 0.12, 0.12, 0.12]
    assert shown == [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]


def test_sound_is_played_once_and_ends_in_silence() -> None:
    """Also one that ends with a sounding beat."""
    timers, shown = Timers(), list[float]()
    BeatPlayer(timers.call_later, shown.append).play((Beat(1.0, 0.1),), repeat=False)
    timers.run()
    assert shown == [1.0, 0.0]
    assert timers.later == []


def test_new_pattern_takes_the_place_of_the_old() -> None:
    """No beat of the old one comes after it; an empty one is dark at once."""
    timers, shown = Timers(), list[float]()
    player = BeatPlayer(timers.call_later, shown.append)
    player.play((Beat(0.5, 1.0), Beat(0.6, 1.0)), repeat=True)
    player.play((Beat(0.7, 2.0),), repeat=False)
    assert timers.run() == 2.0
    player.play((), repeat=True)
    assert shown == [0.5, 0.7, 0.0, 0.0]


def test_every_word_has_its_own_light_and_important_ones_their_own_sound() -> None:
    """Neither colour nor sight is needed."""
    assert set(PATTERNS) == set(Pattern)
    assert len(set(PATTERNS.values())) == len(Pattern)
    assert set(RGB) == set(Colour)
    assert {Lamp.RECORDED, Lamp.NOT_COUNTED, Lamp.UNKNOWN, Lamp.VOTE_OPEN, Lamp.LAST_CALL} <= set(SOUNDS)
    assert len(set(SOUNDS.values())) == len(SOUNDS)
    for beats in (*PATTERNS.values(), *SOUNDS.values()):
        assert all(0.0 <= beat.level <= 1.0 and beat.seconds > 0 for beat in beats)
