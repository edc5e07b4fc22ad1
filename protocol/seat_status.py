"""A seat's retained status: whether it is there, and what a technician would want to know of it.

Unsigned and never evidence: it decides nothing, and whoever reads it believes it no further than a lamp. It says
nothing of members and presses. A reader takes what it knows and passes over members of a later version; a bare
`{"v":1,"state":"online"}`, as older seats write, has everything else empty.

Source: `docs/protocol.md` section 5.1.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from protocol.encoding import canonical_json, from_canonical_json
from protocol.errors import MessageRefused, PayloadRefused
from protocol.fields import INTEGER_MAX

STATUS_BYTES_MAX: Final = 1_000
ONLINE: Final = "online"
OFFLINE: Final = "offline"
FAULT: Final = "fault"
STATES: Final = (ONLINE, OFFLINE, FAULT)
GONE: Final = canonical_json({"v": 1, "state": OFFLINE})
"""The will and the goodbye: of a seat that is gone nothing else is known."""
HEARTBEAT_S: Final = 30.0
"""A seat that is there publishes its status at least this often."""
_VERSION: Final = 1
_CODE: Final = re.compile(r"[a-z0-9-]{0,40}")
_BUTTONS: Final = re.compile(r"(?:[a-z]{1,10}:[a-z-]{1,20}(?:,[a-z]{1,10}:[a-z-]{1,20}){0,3})?")
_PROGRAM: Final = re.compile(r"[0-9A-Za-z.+-]{0,40}")


@dataclass(frozen=True, slots=True)
class SeatStatus:
    """What a seat says of itself.

    `fault`: why it is unfit, a code. `reader_errors`: failed attempts on the reader's line since the start.
    `missed_beats`: how often event loop or reader came more than half a second late. `throttled`: the bits as a
    Raspberry Pi tells them, 0 for none or unknown. `tray`: `two-cards`, or the code that the card in it was refused
    for. `button`: those that fail and how, `for:stuck`, more of them with commas between. `version`: of the program.
    """

    state: str
    fault: str = ""
    reader_errors: int = 0
    missed_beats: int = 0
    throttled: int = 0
    undervolted: bool = False
    tray: str = ""
    button: str = ""
    uptime_s: int = 0
    version: str = ""


def write_status(status: SeatStatus) -> bytes:
    """A status as it travels, with every member."""
    return canonical_json({"v": _VERSION, **asdict(status), "undervolted": int(status.undervolted)})


def read_status(data: bytes) -> SeatStatus:
    """Read a status. Raises `MessageRefused` with the code `status`: too long, no JSON, a member of a wrong type."""
    if len(data) > STATUS_BYTES_MAX:
        raise _refusal(f"of more than {STATUS_BYTES_MAX} bytes")
    try:
        members = from_canonical_json(data)
    except PayloadRefused as error:
        raise _refusal(f"that is {error.fact}") from error
    if type(members) is not dict or type(members.get("v")) is not int or members["v"] != _VERSION:
        raise _refusal("of another version")
    if members.get("state") not in STATES:
        raise _refusal("without a state")
    for name, fits in _MEMBERS.items():
        if name in members and not fits(members[name]):
            raise _refusal(f"whose {name} is none")
    known = {name: members[name] for name in _MEMBERS if name in members}
    return SeatStatus(members["state"], **{**known, "undervolted": bool(members.get("undervolted", 0))})


def _refusal(fact: str) -> MessageRefused:
    return MessageRefused(f"a seat's status {fact}", "status")


def _text(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: type(value) is str and pattern.fullmatch(value) is not None


def _natural(value: Any) -> bool:  # noqa: ANN401 - here untyped JSON becomes typed
    return type(value) is int and 0 <= value <= INTEGER_MAX


def _flag(value: Any) -> bool:  # noqa: ANN401 - as above
    return type(value) is int and value in {0, 1}


_MEMBERS: Final[dict[str, Callable[[Any], bool]]] = {
    "fault": _text(_CODE),
    "reader_errors": _natural,
    "missed_beats": _natural,
    "throttled": _natural,
    "undervolted": _flag,
    "tray": _text(_CODE),
    "button": _text(_BUTTONS),
    "uptime_s": _natural,
    "version": _text(_PROGRAM),
}
