"""Draws how one seat is wired: pin by pin, straight lines, readable in black and white and by a screen reader."""  # noqa: INP001 - a script, not part of a package

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

ROW: Final = 26
"""The height of a line of text with its box, in pixels, like every length here."""
TOP: Final = 92
GAP: Final = 20
HEADER_X: Final = 150
CELL: Final = 24
PIN_X, PIN_WIDTH = 430, 150
PART_X, PART_WIDTH = 760, 300
INLINE_X, INLINE_WIDTH = 630, 76
WIDTH: Final = PART_X + PART_WIDTH + 20
HEADER_PINS: Final = 40
STYLE: Final = """\
<style>
text { font-family: sans-serif; font-size: 14px; fill: #000 }
.head { font-weight: bold }
.small { font-size: 12px }
.box, .free { fill: #fff; stroke: #000; stroke-width: 1.5 }
.used { fill: #000; stroke: #000; stroke-width: 1.5 }
.free { stroke: #777; stroke-width: 1 }
.signal, .power, .ground { stroke: #000; stroke-width: 1.5; fill: none }
.power { stroke-width: 4 }
.ground { stroke-dasharray: 6 4 }
.white { fill: #fff }
</style>"""


@dataclass(frozen=True, slots=True)
class Wire:
    """From a header pin to a terminal of a part. `carries`: signal, power or ground. `inline`: what lies between."""

    terminal: str
    pin: int
    label: str
    carries: str
    inline: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part and its wires, in their order from top to bottom."""

    name: str
    wires: tuple[Wire, ...]


def _text(x: int, y: int, words: str, kind: str = "", anchor: str = "start") -> str:
    extra = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}"{extra} text-anchor="{anchor}">{escape(words)}</text>'


def _rect(x: int, y: int, width: int, height: int, kind: str = "box") -> str:
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"/>'


def _line(x1: int, x2: int, y: int, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1}" y1="{y}" x2="{x2}" y2="{y}"/>'


def _header(parts: Iterable[Part]) -> list[str]:
    """The header as it lies on the board: odd pins left, even pins right."""
    used = {wire.pin: wire.short for part in parts for wire in part.wires}
    lines = [
        _text(HEADER_X + CELL, 44, "Header of the Raspberry Pi", "head", "middle"),
        _text(HEADER_X + CELL, 64, "seen from above; pin 1 at the end of the memory card,", "small", "middle"),
        _text(HEADER_X + CELL, 80, "even pins at the edge of the board", "small", "middle"),
    ]
    for pin in range(1, HEADER_PINS + 1):
        right = pin % 2 == 0
        x, y = HEADER_X + CELL * right, TOP + (pin - 1) // 2 * CELL
        lines.append(_rect(x, y, CELL, CELL, "used" if pin in used else "free"))
        lines.append(_text(x + CELL // 2, y + 17, str(pin), "small white" if pin in used else "small", "middle"))
        if pin in used:
            beside = x + CELL + 6 if right else x - 6
            lines.append(_text(beside, y + 17, used[pin], "small", "start" if right else "end"))
    return lines


def _wire(wire: Wire, y: int) -> list[str]:
    middle = y + ROW // 2
    lines = [
        _rect(PIN_X, y + 2, PIN_WIDTH, ROW - 4),
        _text(PIN_X + 8, y + 18, f"{wire.pin}", "head"),
        _text(PIN_X + 36, y + 18, wire.label),
        _line(PIN_X + PIN_WIDTH, PART_X, middle, wire.carries),
        _text(PART_X + 12, y + 18, wire.terminal),
    ]
    if wire.inline:
        lines.append(_rect(INLINE_X, y + 3, INLINE_WIDTH, ROW - 6))
        lines.append(_text(INLINE_X + INLINE_WIDTH // 2, y + 18, wire.inline, "small", "middle"))
    return lines


def _part(part: Part, y: int) -> list[str]:
    lines = [_rect(PART_X, y, PART_WIDTH, ROW * (len(part.wires) + 1)), _text(PART_X + 12, y + 18, part.name, "head")]
    for number, wire in enumerate(part.wires, 1):
        lines += _wire(wire, y + ROW * number)
    return lines


def _legend(y: int) -> list[str]:
    lines = [_text(20, y, "Lines", "head")]
    for number, (kind, words) in enumerate((("power", "5 V"), ("ground", "ground"), ("signal", "signal, 3.3 V")), 1):
        lines += [_line(20, 80, y + ROW * number - 5, kind), _text(92, y + ROW * number, words)]
    return lines


def in_words(parts: Iterable[Part]) -> str:
    """The drawing for who cannot see it."""
    return " ".join(
        f"{part.name}: " + "; ".join(f"{wire.terminal} to pin {wire.pin} ({wire.label})" for wire in part.wires) + "."
        for part in parts
    )


def draw(parts: Sequence[Part]) -> str:
    """The drawing as SVG."""
    lines, y = _header(parts), TOP
    lines.append(_text(PIN_X, 64, "Pin and what the chip calls it", "head"))
    lines.append(_text(PART_X, 64, "Part and terminal", "head"))
    for part in parts:
        lines += _part(part, y)
        y += ROW * (len(part.wires) + 1) + GAP
    lines += _legend(TOP + CELL * HEADER_PINS // 2 + 2 * ROW)
    size = f'viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
        "<!-- Made by scripts/seat_pages.py from seat_client/buttons/pins.py; do not edit here. -->",
        '<title id="title">Wiring of one seat</title>',
        f'<desc id="desc">{escape(in_words(parts))}</desc>',
        STYLE,
        f'<rect width="{WIDTH}" height="{y}" fill="#fff"/>',
    ]
    return "\n".join([*head, *lines, "</svg>", ""])
