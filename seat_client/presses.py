"""What became of each press: sent, recorded, or not counted and why.

Only the newest press of a member in a vote is told to anybody; answers for older ones may come in any order.

Source: `docs/protocol.md` sections 5.3 and 7.3.
"""

from dataclasses import dataclass
from typing import Final

from seat_client.lamps import Standing

REMEMBERED: Final = 64


@dataclass(slots=True)
class Press:
    """One press that became a ballot. `record`: the ballot's hash; `open`: the vote's; `session`: its session's."""

    record: str
    open: str
    vote: str
    session: str
    member: str
    choice: tuple[str, ...]
    pressed_s: float
    standing: Standing = Standing.SENT
    reason: str = ""


class Presses:
    """The presses that matter still, oldest first."""

    __slots__ = ("_presses",)

    def __init__(self) -> None:
        self._presses: dict[str, Press] = {}

    def add(self, press: Press) -> None:
        """Take a press; settled ones of other votes are forgotten when there are many."""
        self._presses[press.record] = press
        if len(self._presses) > REMEMBERED:
            self._presses = {
                record: old
                for record, old in self._presses.items()
                if old.standing is Standing.SENT or old.open == press.open
            }

    def settle(self, record: str, standing: Standing, reason: str = "") -> Press | None:
        """Note the answer for a press. Returns it, or None for a record that is no press."""
        press = self._presses.get(record)
        if press is not None:
            press.standing, press.reason = standing, reason
        return press

    def newest(self, opened: str, member: str) -> Press | None:
        """The member's newest press in this vote."""
        for press in reversed(self._presses.values()):
            if press.open == opened and press.member == member:
                return press
        return None

    def is_newest(self, press: Press) -> bool:
        """True if the member has not pressed again in this vote."""
        return self.newest(press.open, press.member) is press

    def unsettled(self, opened: str = "") -> list[Press]:
        """Presses without an answer, of one vote or of all."""
        return [
            press
            for press in self._presses.values()
            if press.standing is Standing.SENT and opened in {"", press.open}
        ]
