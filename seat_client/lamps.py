"""The lamp: what it may say, when, and how each word looks.

One table for colour AND pattern, so that nobody needs to tell red from green. Rules, the first that applies:

* *fault* and *offline* come before everything else: such a seat cannot be trusted to know.
* *not counted* also says that the card's session was refused.
* *not counted* also says that what lies in the tray may not vote here: a foreign card, or two at once.
* *absent* until a verified receipt of the binding.
* *recorded* only on a verified receipt that says `counts` for the newest press; *pressed* until then; *unknown* if the
  vote closes before; *not counted* only on a void status or a signed refusal.

The lamp never shows what was chosen, in no mode. The buttons' own lamps say that a press would be taken, all three at
once, and that the member waits for the floor.

Source: `docs/protocol.md` section 5.3.
"""

from dataclasses import dataclass
from enum import Enum


class Lamp(Enum):
    """What the lamp says."""

    ABSENT = "absent"
    PRESENT = "present"
    VOTE_OPEN = "vote-open"
    LAST_CALL = "last-call"
    PRESSED = "pressed"
    RECORDED = "recorded"
    NOT_COUNTED = "not-counted"
    UNKNOWN = "unknown"
    OFFLINE = "offline"
    FAULT = "fault"


class Colour(Enum):
    """A colour of the one lamp."""

    DARK = "dark"
    WHITE = "white"
    BLUE = "blue"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Pattern(Enum):
    """How the lamp burns."""

    OFF = "off"
    DIM = "dim"
    STEADY = "steady"
    SLOW_BLINK = "slow-blink"
    FAST_BLINK = "fast-blink"
    BREATHE = "breathe"
    DOUBLE_FLASH = "double-flash"
    TRIPLE_FLASH = "triple-flash"
    SHORT_FLASH = "short-flash"
    ALTERNATE = "alternate"


@dataclass(frozen=True, slots=True)
class Light:
    """How one word looks."""

    colour: Colour
    pattern: Pattern


LIGHTS: dict[Lamp, Light] = {
    Lamp.ABSENT: Light(Colour.DARK, Pattern.OFF),
    Lamp.PRESENT: Light(Colour.WHITE, Pattern.DIM),
    Lamp.VOTE_OPEN: Light(Colour.BLUE, Pattern.SLOW_BLINK),
    Lamp.LAST_CALL: Light(Colour.BLUE, Pattern.FAST_BLINK),
    Lamp.PRESSED: Light(Colour.AMBER, Pattern.BREATHE),
    Lamp.RECORDED: Light(Colour.GREEN, Pattern.STEADY),
    Lamp.NOT_COUNTED: Light(Colour.RED, Pattern.DOUBLE_FLASH),
    Lamp.UNKNOWN: Light(Colour.AMBER, Pattern.TRIPLE_FLASH),
    Lamp.OFFLINE: Light(Colour.WHITE, Pattern.SHORT_FLASH),
    Lamp.FAULT: Light(Colour.RED, Pattern.ALTERNATE),
}
"""Every lamp has a pattern of its own: in the dark, or to a colour-blind eye, ten words stay ten words."""


class Standing(Enum):
    """What the seat knows of one press."""

    SENT = "sent"
    RECORDED = "recorded"
    NOT_COUNTED = "not-counted"


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a lamp depends on.

    `connected`: link, keys and head are there. `phase`: the vote's phase as shown in the head, empty without a vote.
    `refused`: what lies in the tray is no card that may vote here.
    `press`: the newest press of this member in that vote. `unsettled`: some ballot has neither receipt nor refusal.
    """

    fault: bool
    connected: bool
    card: bool
    denied: bool
    present: bool
    phase: str
    press: Standing | None
    unsettled: bool
    refused: bool = False


_RUNNING = {"open": Lamp.VOTE_OPEN, "last-call": Lamp.LAST_CALL}
_STILL_OPEN = frozenset({"open", "held", "last-call"})


def choose_lamp(situation: Situation) -> Lamp:
    """The one lamp for a situation."""
    if situation.fault:
        return Lamp.FAULT
    if not situation.connected:
        return Lamp.OFFLINE
    if situation.refused:
        return Lamp.NOT_COUNTED
    if not situation.card:
        return Lamp.ABSENT
    if situation.denied:
        return Lamp.NOT_COUNTED
    if not situation.present:
        return Lamp.UNKNOWN if situation.unsettled else Lamp.ABSENT
    return _lamp_of_vote(situation)


def _lamp_of_vote(situation: Situation) -> Lamp:
    if situation.press is Standing.RECORDED:
        return Lamp.RECORDED
    if situation.press is Standing.NOT_COUNTED:
        return Lamp.NOT_COUNTED
    if situation.press is Standing.SENT:
        return Lamp.PRESSED if situation.phase in _STILL_OPEN else Lamp.UNKNOWN
    if situation.phase in _RUNNING:
        return _RUNNING[situation.phase]
    return Lamp.UNKNOWN if situation.unsettled else Lamp.PRESENT
