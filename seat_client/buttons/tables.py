"""What a technician may choose of pins and buttons: the tables `[pins]` and `[buttons]` of the settings. Pure.

[pins]     for, against, abstain, speak                      buttons, BCM numbers 0..27, not those of the header
           lamp_for, lamp_against, lamp_abstain, lamp_speak  their lamps
           red, green, blue                                  the state lamp
           buzzer, second, reader_reset                      or "none": not connected
[buttons]  two_hands                                         true: a press counts only while `second` is held
           debounce_ms 1..50, long_ms 500..4000, stuck_s 5..600

Every member is optional; what is left out stays as in `pins.py` and `debounce.Limits`. The ranges keep the order in
which a button's times pass: stable, held, long, stuck.

Source: `docs/seat-hardware.md`, wiring and settings.
"""

from dataclasses import replace
from typing import Any, Final

from seat_client.buttons.debounce import DEFAULT_LIMITS, Limits
from seat_client.buttons.pins import DEFAULT_PINS, Pins
from seat_client.errors import SettingsRefused
from seat_client.events import Button

PIN_MAX: Final = 27
"""The header has BCM 0 to 27. Source: Raspberry Pi documentation, GPIO."""
UART: Final = frozenset({14, 15})
"""TXD and RXD, which a reader on the serial line has."""
NONE: Final = "none"
MS_IN_S: Final = 1_000
RANGES: Final = {"debounce_ms": (1, 50), "long_ms": (500, 4_000), "stuck_s": (5, 600)}
TWO_HANDS: Final = "two_hands"
COLOURS: Final = ("red", "green", "blue")
"""The three of the state lamp."""
_MAY_LACK: Final = ("buzzer", "second", "reader_reset")


def named_pins(pins: Pins) -> dict[str, int | None]:
    """The pin of each part by its name in `[pins]`; None: not connected."""
    return {
        **{button.value: pin for button, pin in pins.buttons.items()},
        **{f"lamp_{button.value}": pin for button, pin in pins.lamps.items()},
        **dict(zip(COLOURS, pins.state, strict=True)),
        **{name: getattr(pins, name) for name in _MAY_LACK},
    }


NAMES: Final = tuple(named_pins(DEFAULT_PINS))
"""What `[pins]` may hold."""


def read_pins(members: object, *, uart: bool) -> Pins:
    """The wiring of `[pins]`; None: the usual one. `uart`: the reader has pins 14 and 15.

    Raises `SettingsRefused`: an unknown part, no pin of the header, or a pin that has another part.
    """
    if members is None:
        return DEFAULT_PINS
    chosen = {**named_pins(DEFAULT_PINS), **_chosen(_table("pins", members, NAMES))}
    _check_apart(chosen, uart=uart)
    numbers = {name: pin for name, pin in chosen.items() if pin is not None}
    return Pins(
        buttons={button: numbers[button.value] for button in Button},
        lamps={button: numbers[f"lamp_{button.value}"] for button in Button},
        state=(numbers["red"], numbers["green"], numbers["blue"]),
        **{name: chosen[name] for name in _MAY_LACK},
    )


def read_buttons(members: object, pins: Pins) -> tuple[Limits, bool]:
    """The times of `[buttons]`, and whether a press wants two hands; None: the usual ones, and no.

    Raises `SettingsRefused`: an unknown member, a time out of its range, or two hands without a second button.
    """
    if members is None:
        return DEFAULT_LIMITS, False
    table = _table("buttons", members, (TWO_HANDS, *RANGES))
    times = {name: _time(name, table[name]) for name in RANGES if name in table}
    limits = replace(
        DEFAULT_LIMITS,
        stable_s=times.get("debounce_ms", DEFAULT_LIMITS.stable_s * MS_IN_S) / MS_IN_S,
        long_s=times.get("long_ms", DEFAULT_LIMITS.long_s * MS_IN_S) / MS_IN_S,
        stuck_s=times.get("stuck_s", DEFAULT_LIMITS.stuck_s),
    )
    two_hands = table.get(TWO_HANDS, False)
    if not isinstance(two_hands, bool):
        raise SettingsRefused(f"[buttons] {TWO_HANDS} = {two_hands!r}: write true or false")
    if two_hands and pins.second is None:
        raise SettingsRefused(f"[buttons] {TWO_HANDS} needs a second button: write second = its BCM number in [pins]")
    return limits, two_hands


def _table(name: str, members: object, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(members, dict):
        raise SettingsRefused(f"{name} is a table: write [{name}], and its members below")
    unknown = sorted(set(members) - set(known))
    if unknown:
        raise SettingsRefused(f"[{name}] has no {', '.join(unknown)}: write one of {', '.join(known)}")
    return members


def _chosen(table: dict[str, Any]) -> dict[str, int | None]:
    return {name: _pin(name, value) for name, value in table.items()}


def _pin(name: str, value: object) -> int | None:
    if value == NONE:
        if name in _MAY_LACK:
            return None
        raise SettingsRefused(f"[pins] {name} cannot be left out: write a BCM number from 0 to {PIN_MAX}")
    # False and true are numbers to Python, and no pins.
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= PIN_MAX:
        without = f', or "{NONE}" where it is not connected' if name in _MAY_LACK else ""
        raise SettingsRefused(f"[pins] {name} = {value!r}: write a BCM number from 0 to {PIN_MAX}{without}")
    return value


def _check_apart(chosen: dict[str, int | None], *, uart: bool) -> None:
    parts: dict[int, str] = {}
    for name, pin in chosen.items():
        if pin is None:
            continue
        if uart and pin in UART:
            raise SettingsRefused(
                f"[pins] {name} = {pin}: the reader's serial line has 14 and 15; write another number"
            )
        if pin in parts:
            raise SettingsRefused(
                f"[pins] {parts[pin]} and {name} are both {pin}: write another number for one of them"
                f" (a part that [pins] does not name has its usual pin)"
            )
        parts[pin] = name


def _time(name: str, value: object) -> int:
    least, most = RANGES[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise SettingsRefused(f"[buttons] {name} = {value!r}: write a whole number from {least} to {most}")
    return value
