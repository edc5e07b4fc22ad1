"""The tables of pins and of buttons in the settings."""

from dataclasses import replace

import pytest

from seat_client.buttons.debounce import DEFAULT_LIMITS, Debouncer, Signal
from seat_client.buttons.pins import DEFAULT_PINS
from seat_client.buttons.tables import NAMES, RANGES, named_pins, read_buttons, read_pins
from seat_client.errors import SettingsRefused
from seat_client.events import Button

SECOND = replace(DEFAULT_PINS, second=26)


def test_no_tables_are_the_usual_wiring_and_times() -> None:
    """Nobody has to write what everybody has."""
    assert read_pins(None, uart=True) == read_pins({}, uart=True) == DEFAULT_PINS
    assert read_buttons(None, DEFAULT_PINS) == read_buttons({}, DEFAULT_PINS) == (DEFAULT_LIMITS, False)


def test_every_part_can_have_its_own_pin() -> None:
    """Fourteen parts, fourteen numbers, each where it was put."""
    chosen = {name: number for number, name in enumerate(NAMES)}
    assert named_pins(read_pins(chosen, uart=False)) == chosen
    assert len(NAMES) == 14


def test_part_that_is_not_named_keeps_its_pin() -> None:
    """One line moves one wire."""
    pins = read_pins({"for": 4, "lamp_speak": 27, "blue": 21}, uart=True)
    assert pins.buttons == {**DEFAULT_PINS.buttons, Button.FOR: 4}
    assert pins.lamps == {**DEFAULT_PINS.lamps, Button.SPEAK: 27}
    assert (pins.state, pins.reader_reset) == ((12, 16, 21), 17)


def test_two_wires_may_change_places() -> None:
    """The pins are compared after all of them were read."""
    assert read_pins({"for": 6, "against": 5}, uart=True).buttons[Button.FOR] == 6


@pytest.mark.parametrize("name", ["buzzer", "second", "reader_reset"])
def test_part_that_a_seat_can_do_without_is_left_out(name: str) -> None:
    """By a word, and its pin is free for another."""
    pins = read_pins({name: "none", "for": 17 if name == "reader_reset" else 18}, uart=True)
    assert named_pins(pins)[name] is None


@pytest.mark.parametrize(
    ("members", "why"),
    [
        (7, r"write \[pins\]"),
        ({"fro": 5}, r"\[pins\] has no fro: write one of for, against"),
        ({"for": 28}, r"\[pins\] for = 28: write a BCM number from 0 to 27$"),
        ({"for": -1}, "for = -1: write a BCM number"),
        ({"for": "5"}, "for = '5': write a BCM number"),
        ({"for": 5.0}, "for = 5.0: write a BCM number"),
        ({"for": True}, "for = True: write a BCM number"),
        ({"red": "none"}, r"\[pins\] red cannot be left out: write a BCM number"),
        ({"buzzer": False}, 'buzzer = False: write a BCM number from 0 to 27, or "none"'),
        ({"buzzer": -1}, 'buzzer = -1: write a BCM number from 0 to 27, or "none"'),
        ({"for": 21, "speak": 21}, "for and speak are both 21"),
        ({"buzzer": 17}, "buzzer and reader_reset are both 17: write another number"),
        ({"second": 14}, "second = 14: the reader's serial line has 14 and 15"),
        ({"lamp_for": 15}, "lamp_for = 15: the reader's serial line has 14 and 15"),
    ],
)
def test_wiring_that_cannot_be_is_refused_by_its_name(members: object, why: str) -> None:
    """With what to write instead."""
    with pytest.raises(SettingsRefused, match=why):
        read_pins(members, uart=True)


def test_times_and_two_hands_are_taken() -> None:
    """Milliseconds and seconds, as they are written."""
    chosen = {"debounce_ms": 25, "long_ms": 1500, "stuck_s": 20, "two_hands": True}
    limits, two_hands = read_buttons(chosen, SECOND)
    assert (limits.stable_s, limits.long_s, limits.stuck_s, two_hands) == (0.025, 1.5, 20, True)
    assert limits == replace(DEFAULT_LIMITS, stable_s=0.025, long_s=1.5, stuck_s=20)


@pytest.mark.parametrize("end", [0, 1])
def test_ends_of_every_range_give_a_button_that_works(end: int) -> None:
    """Pressed, long pressed, stuck: in this order, and a push that is held long enough is always a press."""
    limits, _ = read_buttons({name: both[end] for name, both in RANGES.items()}, DEFAULT_PINS)
    button = Debouncer(limits)
    button.level(pushed=False, now_s=0.0)
    button.time(1.0)
    button.level(pushed=True, now_s=2.0)
    told = [(one.signal, one.since_s) for one in button.time(1000.0)]
    assert told == [(Signal.PRESSED, 2.0), (Signal.LONG_PRESSED, 2.0), (Signal.STUCK, 2.0)]
    assert 0 < limits.stable_s <= limits.hold_s < limits.long_s < limits.stuck_s


def test_shortest_of_one_and_longest_of_the_other_keep_their_order() -> None:
    """No choice inside the ranges lets a button be stuck before it was pressed long."""
    limits, _ = read_buttons({"long_ms": 4000, "stuck_s": 5}, DEFAULT_PINS)
    assert limits.long_s < limits.stuck_s


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([], r"write \[buttons\]"),
        ({"hold_ms": 5}, r"\[buttons\] has no hold_ms: write one of two_hands, debounce_ms"),
        ({"debounce_ms": 0}, "debounce_ms = 0: write a whole number from 1 to 50"),
        ({"debounce_ms": 51}, "debounce_ms = 51"),
        ({"long_ms": 499}, "long_ms = 499: write a whole number from 500 to 4000"),
        ({"long_ms": 4001}, "long_ms = 4001"),
        ({"stuck_s": 4}, "stuck_s = 4: write a whole number from 5 to 600"),
        ({"stuck_s": 601}, "stuck_s = 601"),
        ({"stuck_s": 5.5}, "stuck_s = 5.5"),
        ({"stuck_s": True}, "stuck_s = True"),
        ({"two_hands": 1}, "two_hands = 1: write true or false"),
        ({"two_hands": True}, r"needs a second button: write second = .* in \[pins\]"),
    ],
)
def test_buttons_that_cannot_be_are_refused_by_their_name(members: object, why: str) -> None:
    """With what to write instead."""
    with pytest.raises(SettingsRefused, match=why):
        read_buttons(members, DEFAULT_PINS)
