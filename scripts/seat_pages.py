"""Makes the tables of docs/seat-hardware.md and docs/wiring.svg from the code. `--check` fails if one is stale."""  # noqa: INP001 - a script, not part of a package

import json
import sys
from pathlib import Path
from typing import Final

from rules_pages import table
from seat_drawing import Part, Wire, draw

from seat_client.buttons.patterns import PATTERNS, SOUNDS, Beat
from seat_client.buttons.pins import DEFAULT_PINS, Pins
from seat_client.buttons.tables import NONE, named_pins
from seat_client.events import Button
from seat_client.lamps import LIGHTS, Lamp

DOCS: Final = Path(__file__).parent.parent / "docs"
PAGE: Final = "seat-hardware.md"
DRAWING: Final = "wiring.svg"
HEADER: Final = {
    2: 3, 3: 5, 4: 7, 5: 29, 6: 31, 7: 26, 8: 24, 9: 21, 10: 19, 11: 23, 12: 32, 13: 33, 14: 8, 15: 10, 16: 36, 17: 11,
    18: 12, 19: 35, 20: 38, 21: 40, 22: 15, 23: 16, 24: 18, 25: 22, 26: 37, 27: 13,
}  # fmt: skip
"""The header pin of each BCM number, on every Raspberry Pi with 40 pins. Source: Raspberry Pi documentation, GPIO."""
TXD, RXD = 14, 15
"""The UART's pins; they are the chip's, no choice of ours."""
BUZZER, SECOND = 18, 26
"""Where a buzzer and a second button go in a seat that has them: pins that no usual part has."""
RESISTOR: Final = "330 Ω"
COLOURS: Final = ("red", "green", "blue")

SEEN: Final[dict[Lamp, tuple[str, str]]] = {
    Lamp.ABSENT: ("no card, or a card without a session yet", "lay your card into the tray"),
    Lamp.PRESENT: ("you are recorded as present; nothing to vote on", "nothing"),
    Lamp.VOTE_OPEN: ("a vote is open and you have not pressed", "press, or do not"),
    Lamp.LAST_CALL: ("the vote is about to close and you have not pressed", "press now, or do not"),
    Lamp.PRESSED: (
        "your press was sent, and nothing has confirmed it yet",
        "wait; if it stays for more than a few seconds, tell the chair",
    ),
    Lamp.RECORDED: ("your newest press is in the log and counts, proved to the seat", "nothing"),
    Lamp.NOT_COUNTED: (
        "what you pressed does not count, or your card may not vote here, or two cards lie in the tray",
        "take all cards out, lay yours in alone; if it comes back, tell the chair",
    ),
    Lamp.UNKNOWN: ("the vote closed before an answer came", "tell the chair before the result is announced"),
    Lamp.OFFLINE: ("no broker or no controller", "a technician: network, then `chamber-seat selftest`"),
    Lamp.FAULT: ("the reader does not answer, or what was shown as the log cannot be true", "a technician: the log"),
}
"""What each word means to who sits there, and what to do."""


def parts(pins: Pins) -> tuple[Part, ...]:
    """The wiring as parts and wires."""
    reader = [
        Wire("VCC", 2, "5 V", "power", short="5 V, reader"),
        Wire("GND", 6, "GND", "ground", short="ground, reader"),
        Wire("RX", HEADER[TXD], f"BCM {TXD}, TXD", "signal", short="reader RX"),
        Wire("TX, measured first: 3.3 V", HEADER[RXD], f"BCM {RXD}, RXD", "signal", short="reader TX"),
    ]
    if pins.reader_reset is not None:
        reader.append(_signal("RSTPDN", pins.reader_reset, "reader RSTPDN"))
    buttons = [
        _signal(f"{_name(one)}, first contact", pin, f"button {_name(one)}") for one, pin in pins.buttons.items()
    ]
    lamps = [_signal(f"{_name(one)} +", pin, f"lamp {_name(one)}", RESISTOR) for one, pin in pins.lamps.items()]
    state = [
        _signal(f"{name} +", pin, f"state {name}", RESISTOR) for name, pin in zip(COLOURS, pins.state, strict=True)
    ]
    buzzer_pin = BUZZER if pins.buzzer is None else pins.buzzer
    second_pin = SECOND if pins.second is None else pins.second
    second = _signal("first contact", second_pin, "second hand")
    buzzer = [
        _signal("IN, to its transistor", buzzer_pin, "buzzer", "1 kΩ"),
        Wire("+", 4, "5 V", "power", short="5 V, buzzer"),
        Wire("GND", 14, "GND", "ground", short="ground, buzzer"),
    ]
    return (
        Part("PN532, switches on HSU", tuple(reader)),
        Part("Buttons", (*buttons, Wire("all, second contact", 39, "GND", "ground", short="ground, buttons"))),
        Part("Lamps of the buttons", (*lamps, Wire("all, −", 20, "GND", "ground", short="ground, lamps"))),
        Part("State lamp, common cathode", (*state, Wire("cathode", 34, "GND", "ground", short="ground, state"))),
        Part(f"Buzzer, optional: buzzer = {buzzer_pin}", tuple(buzzer)),
        Part(f"Second hand, optional: second = {second_pin}", (second,)),
    )


def _signal(terminal: str, bcm: int, short: str, inline: str = "") -> Wire:
    return Wire(terminal, HEADER[bcm], f"BCM {bcm}", "signal", inline, short)


def _name(button: Button) -> str:
    return button.value.upper()


def wiring_table(wired: tuple[Part, ...]) -> str:
    """A row for each wire."""
    rows = [
        [part.name, wire.terminal, wire.label, f"**{wire.pin}**", wire.inline] for part in wired for wire in part.wires
    ]
    return "\n".join(table(["part", "terminal", "name of the pin", "header pin", "in the line"], rows))


def pin_lines(pins: Pins) -> str:
    """The table `[pins]` of a seat that writes none."""
    lines = [f"{name} = {json.dumps(NONE if pin is None else pin)}" for name, pin in named_pins(pins).items()]
    return "\n".join(["```toml", "[pins]", *lines, "```"])


def lamp_table() -> str:
    """A row for each word of the lamp."""
    rows = [
        [f"**{lamp.value}**", light.colour.value, f"{light.pattern.value}: {rhythm(PATTERNS[light.pattern])}",
         sound(SOUNDS.get(lamp, ())), *SEEN[lamp]]
        for lamp, light in LIGHTS.items()
    ]  # fmt: skip
    return "\n".join(table(["word", "colour", "pattern, in seconds", "buzzer, in ms", "it means", "what to do"], rows))


def rhythm(beats: tuple[Beat, ...]) -> str:
    """A round of beats in words."""
    levels = [beat.level for beat in beats]
    if len(beats) == 1:
        return "dark" if not levels[0] else "all the time" if levels[0] == 1.0 else f"all the time at {levels[0]:.0%}"
    if set(levels) <= {0.0, 1.0}:
        return ", ".join(f"{'on' if beat.level else 'off'} {beat.seconds:g}" for beat in beats)
    if len(beats) == 2:  # noqa: PLR2004 - one and the other
        return ", ".join(f"{beat.level:.0%} {beat.seconds:g}" for beat in beats)
    return f"up and down between {min(levels):.0%} and {max(levels):.0%} in {sum(beat.seconds for beat in beats):g}"


def sound(beats: tuple[Beat, ...]) -> str:
    """The lengths of what sounds, without the silences."""
    return ", ".join(f"{beat.seconds * 1000:.0f}" for beat in beats if beat.level) or "silent"


def fill(text: str, name: str, made: str) -> str:
    """The page with one generated part made anew."""
    begin, end = f"<!-- {name}: begin (scripts/seat_pages.py) -->", f"<!-- {name}: end -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    assert found and closed, f"the page has no place for the {name}"  # noqa: PT018 - one thing: the place
    return f"{before}{begin}\n{made}\n{end}{after}"


def main() -> int:
    """Write page and drawing, or with `--check` compare. Returns the exit code."""
    check, stale, wired = "--check" in sys.argv[1:], 0, parts(DEFAULT_PINS)
    page = (DOCS / PAGE).read_text(encoding="utf-8")
    for name, made in (("wiring", wiring_table(wired)), ("pins", pin_lines(DEFAULT_PINS)), ("lamps", lamp_table())):
        page = fill(page, name, made)
    for name, text in ((PAGE, page), (DRAWING, draw(wired))):
        path = DOCS / name
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"docs/{name} is stale: run scripts/seat_pages.py\n")
            stale += 1
    return int(stale > 0)


if __name__ == "__main__":
    sys.exit(main())
