"""What a fleet can be told to do, one JSON object a line, read strictly.

    {"do":"cards","in":{"s-01":"m01"},"out":["s-02"]}         lay cards into trays, take them out
    {"do":"press","presses":{"s-01":"for"}}                   for | against | abstain | speak
    {"do":"vote","choices":{"s-01":"for","s-02":""},"habits":true,"vote":"v-1"}
    {"do":"power-cut","seats":["s-01"]}   {"do":"power-on","seats":["s-01"]}   {"do":"quit"}
    {"do":"watch-lamps"}                                      from now on tell every lamp that a seat shows

`in`, `out`, `habits` and `vote` may be left out. `vote` names the vote that members wait for; without it they press in
whichever is open, or opens next.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from protocol.errors import ChamberError

CHOICES: Final = frozenset({"for", "against", "abstain"})
PRESSES: Final = frozenset({*CHOICES, "speak"})


class CommandRefused(ChamberError):
    """A line is no command of this fleet."""

    code = "command"


@dataclass(frozen=True, slots=True)
class MoveCards:
    """Lay cards into trays (`placed`: seat to member) and take them out (`removed`)."""

    placed: dict[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PressButtons:
    """Push a button at each of these seats, once, now."""

    presses: dict[str, str]


@dataclass(frozen=True, slots=True)
class CastVote:
    """Let members vote: the last effective choice is the one given, an empty one never presses."""

    choices: dict[str, str]
    habits: bool
    vote: str


@dataclass(frozen=True, slots=True)
class CutPower:
    """Take the power away: no goodbye, memory lost, journal kept."""

    seats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GivePower:
    """Give the power back."""

    seats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WatchLamps:
    """Tell every lamp that a seat shows; without it nobody is told, since a big chamber shows them by the thousand."""


@dataclass(frozen=True, slots=True)
class Quit:
    """Say goodbye and end."""


Command = MoveCards | PressButtons | CastVote | CutPower | GivePower | WatchLamps | Quit
_MEMBERS: Final = {
    "cards": {"do", "in", "out"},
    "press": {"do", "presses"},
    "vote": {"do", "choices", "habits", "vote"},
    "power-cut": {"do", "seats"},
    "power-on": {"do", "seats"},
    "watch-lamps": {"do"},
    "quit": {"do"},
}


def read_command(line: bytes) -> Command:
    """Read one line. Raises `CommandRefused`: no JSON, another command, unknown members, wrong types."""
    try:
        members = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CommandRefused("a line that is not JSON") from error
    do = members.get("do") if type(members) is dict else None
    if type(do) is not str or do not in _MEMBERS:
        raise CommandRefused(f"a command is one of {', '.join(_MEMBERS)}")
    if not set(members) <= _MEMBERS[do]:
        raise CommandRefused(f"{do} has no members but {', '.join(sorted(_MEMBERS[do]))}")
    return _build(do, members)


def _build(do: str, members: dict[str, Any]) -> Command:
    if do == "cards":
        return MoveCards(_texts(members.get("in", {})), _names(members.get("out", [])))
    if do == "press":
        return PressButtons(_texts(members.get("presses"), PRESSES))
    if do == "vote":
        habits, vote = members.get("habits", False), members.get("vote", "")
        if type(habits) is not bool or type(vote) is not str:
            raise CommandRefused("habits is true or false, vote a text")
        return CastVote(_texts(members.get("choices"), CHOICES | {""}), habits, vote)
    if do in {"quit", "watch-lamps"}:
        return Quit() if do == "quit" else WatchLamps()
    seats = _names(members.get("seats"))
    return CutPower(seats) if do == "power-cut" else GivePower(seats)


def _texts(value: Any, allowed: frozenset[str] | None = None) -> dict[str, str]:  # noqa: ANN401 - untyped JSON
    if type(value) is not dict or not all(type(text) is str for text in value.values()):
        raise CommandRefused("not an object of texts")
    if allowed is not None and not set(value.values()) <= allowed:
        raise CommandRefused(f"not one of {', '.join(sorted(allowed))}")
    return value


def _names(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - untyped JSON
    if type(value) is not list or not all(type(text) is str for text in value):
        raise CommandRefused("not a list of texts")
    return tuple(value)
