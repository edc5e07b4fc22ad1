"""The door to the pins: buttons, lamps and buzzer of one seat through gpiozero.

Callbacks of pins come in other threads; they do nothing but hand a level and its time to the event loop. Debouncing,
patterns and sounds are our own (`group.py`, `patterns.py`, `player.py`) on timers of the loop, so that every backend of
gpiozero behaves alike. A lamp that fails is logged once and never disturbs a vote.

The factory is named, because gpiozero would otherwise fall back to another one without a word.

Source: gpiozero's documentation, "API - Pins"; `docs/protocol.md` section 5.3.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

import gpiozero

from protocol.errors import ChamberError
from seat_client.buttons.debounce import DEFAULT_LIMITS, Limits, Signal
from seat_client.buttons.group import ButtonGroup, ButtonSignal
from seat_client.buttons.patterns import PATTERNS, RGB, SOUNDS, button_lights
from seat_client.buttons.pins import DEFAULT_PINS, Pins
from seat_client.buttons.player import BeatPlayer
from seat_client.buttons.tables import COLOURS
from seat_client.events import Button
from seat_client.lamps import LIGHTS, Lamp
from seat_client.panel import ButtonTrouble

log = logging.getLogger(__name__)
SECOND: Final = "second"
RESET_S: Final = 0.010
SETTLE_S: Final = 0.100
SIGNALS_MAX: Final = 256
"""Nobody may be listening; the oldest are forgotten then."""
Factory = Any
"""A factory of pins; gpiozero brings no types."""


class PanelBroken(ChamberError):
    """The pins cannot be used: no such chip, a pin that is taken or wrong, or a missing library."""

    code = "panel"


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """What a chamber may choose. `two_hands`: a press counts only while the second button is held."""

    pins: Pins = DEFAULT_PINS
    limits: Limits = DEFAULT_LIMITS
    two_hands: bool = False


def lgpio_factory() -> Factory:
    """The factory for every Raspberry Pi. Raises `PanelBroken`: no lgpio, or no pins on this machine."""
    try:
        from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - lgpio is not installed where seats are simulated

        return LGPIOFactory()
    except Exception as error:
        raise PanelBroken(f"the pins cannot be reached through lgpio: {error}") from error


def reset_pulse(factory: Factory, pin: int, wait: Callable[[float], None] = time.sleep) -> Callable[[], None]:
    """What pulls the reader's reset pin (active low) and waits until the reader has started. Raises `PanelBroken`."""
    try:
        line = gpiozero.DigitalOutputDevice(pin, active_high=False, initial_value=False, pin_factory=factory)
    except Exception as error:
        raise PanelBroken(f"the reader's reset pin cannot be used: {error}") from error

    def pulse() -> None:
        line.on()
        wait(RESET_S)
        line.off()
        wait(SETTLE_S)

    return pulse


class GpioPanel:
    """One seat's panel: `seat_client.panel.Panel`. Made, used and closed in the thread of the event loop.

    Raises `PanelBroken`: a pin cannot be used.
    """

    def __init__(self, settings: PanelSettings, factory: Factory, now_s: Callable[[], float] = time.monotonic) -> None:
        pins = settings.pins
        if settings.two_hands and pins.second is None:
            raise PanelBroken("the two-hand rule needs a second button: write second in [pins]")
        self._now_s = now_s
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._presses: asyncio.Queue[Button] = asyncio.Queue()
        self._signals: asyncio.Queue[ButtonSignal] = asyncio.Queue(SIGNALS_MAX)
        self._lamp: Lamp | None = None
        self._devices: list[Any] = []
        self._lamps: dict[Button, Any] = {}
        self._state: Any = None
        self._buzzer: Any = None
        self._lamp_failed = False
        self._colour = RGB[LIGHTS[Lamp.ABSENT].colour]
        self._light = BeatPlayer(self._loop.call_later, self._show_light)
        self._sound = BeatPlayer(self._loop.call_later, self._show_sound)
        numbers = {button.value: pin for button, pin in pins.buttons.items()}
        if settings.two_hands and pins.second is not None:
            numbers[SECOND] = pins.second
        self._group = ButtonGroup(numbers, settings.limits, SECOND if settings.two_hands else "")
        self._inputs: dict[str, Any] = {}
        try:
            self._open(pins, numbers, factory)
        except Exception as error:
            self.close()
            raise PanelBroken(f"a pin cannot be used: {error}") from error
        self._read_levels()

    async def presses(self) -> AsyncIterator[Button]:
        """Presses that count, as they happen."""
        while True:
            yield await self._presses.get()

    async def troubles(self) -> AsyncIterator[ButtonTrouble]:
        """Buttons that are stuck or bounce, and are right again; other signals pass unseen."""
        async for one in self.signals():
            if one.signal in {Signal.STUCK, Signal.BOUNCING, Signal.CLEAR}:
                yield ButtonTrouble(one.signal.value, one.button)

    async def signals(self) -> AsyncIterator[ButtonSignal]:
        """Whatever else buttons tell: long presses, presses without the second hand, stuck, bouncing, clear."""
        while True:
            yield await self._signals.get()

    def show(self, lamp: Lamp, reason: str) -> None:  # noqa: ARG002 - this panel has no words
        """Show a lamp, and sound it when it is another than before."""
        if lamp is self._lamp:
            return
        self._lamp = lamp
        light = LIGHTS[lamp]
        self._colour = RGB[light.colour]
        self._light.play(PATTERNS[light.pattern], repeat=True)
        self._sound.play(SOUNDS.get(lamp, ()), repeat=False)

    def show_buttons(
        self, *, may_press: bool, chosen: Button | None = None, secret: bool, asks_to_speak: bool = False
    ) -> None:
        """Light the buttons. In a secret vote they never show the choice, whatever `chosen` says."""
        lit = button_lights(may_press=may_press, chosen=chosen, secret=secret, asks_to_speak=asks_to_speak)
        for button, lamp in self._lamps.items():
            self._set(lamp, 1.0 if button in lit else 0.0)

    def light(self, name: str, *, on: bool) -> None:
        """Light one lamp by its name in `[pins]`, or sound the buzzer: for a technician, never while a seat runs."""
        if name in COLOURS:
            self._set(self._state, tuple(float(on and one == name) for one in COLOURS))
        elif name == "buzzer":
            self._set(self._buzzer, float(on))
        else:
            self._set(self._lamps[Button(name.removeprefix("lamp_"))], float(on))

    def close(self) -> None:
        """Go dark and give the pins back. Harmless when repeated."""
        for player in (self._light, self._sound):
            player.stop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        devices, self._devices = self._devices, []
        for device in devices:
            with contextlib.suppress(Exception):
                device.close()

    def _open(self, pins: Pins, numbers: dict[str, int], factory: Factory) -> None:
        self._state = self._keep(gpiozero.RGBLED(*pins.state, pin_factory=factory))
        if pins.buzzer is not None:
            self._buzzer = self._keep(gpiozero.DigitalOutputDevice(pins.buzzer, pin_factory=factory))
        for button, pin in pins.lamps.items():
            self._lamps[button] = self._keep(gpiozero.LED(pin, pin_factory=factory))
        for name, pin in numbers.items():
            # No bounce time: some backends ignore it, others lose the edge on which a button is let go.
            device = self._keep(gpiozero.DigitalInputDevice(pin, pull_up=True, pin_factory=factory))
            self._inputs[name] = device
            device.when_activated = self._callback(name, pushed=True)
            device.when_deactivated = self._callback(name, pushed=False)

    def _keep(self, device: Any) -> Any:  # noqa: ANN401 - gpiozero brings no types
        self._devices.append(device)
        return device

    # Buttons. The callback runs in a thread of the backend.

    def _callback(self, name: str, *, pushed: bool) -> Callable[[], None]:
        def enter() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the seat is stopping
                self._loop.call_soon_threadsafe(self._level, name, pushed, self._now_s())

        return enter

    def _level(self, name: str, pushed: bool, at_s: float) -> None:  # noqa: FBT001 - a level has two values
        if not self._devices:
            return
        self._tell(self._group.level(name, pushed, at_s))
        self._tell(self._group.time(self._now_s()))
        self._set_timer()

    def _wake(self) -> None:
        self._timer = None
        self._tell(self._group.time(self._now_s()))
        self._read_levels()

    def _read_levels(self) -> None:
        """Look at the pins themselves: at the start, and in case a backend lost an edge."""
        if self._devices:
            for name, device in self._inputs.items():
                self._tell(self._group.level(name, bool(device.value), self._now_s()))
            self._tell(self._group.time(self._now_s()))
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_s = self._group.next_deadline_s()
        if due_s is not None:
            self._timer = self._loop.call_later(max(0.0, due_s - self._now_s()), self._wake)

    def _tell(self, told: list[ButtonSignal]) -> None:
        for one in told:
            if one.signal is Signal.PRESSED and not one.alone:
                self._presses.put_nowait(Button(one.button))
                continue
            if one.signal in {Signal.STUCK, Signal.BOUNCING}:
                log.warning("button %s: %s", one.button, one.signal.value)
            if self._signals.full():
                self._signals.get_nowait()
            self._signals.put_nowait(one)

    # Lamps.

    def _show_light(self, level: float) -> None:
        self._set(self._state, tuple(part * level for part in self._colour))

    def _show_sound(self, level: float) -> None:
        self._set(self._buzzer, float(level > 0))

    def _set(self, device: Any, value: object) -> None:  # noqa: ANN401 - gpiozero brings no types
        if device is None or not self._devices:
            return
        try:
            device.value = value
        except Exception:
            if not self._lamp_failed:
                log.exception("a lamp of the panel cannot be set")
            self._lamp_failed = True
