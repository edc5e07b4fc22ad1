"""Presses and what became of each: sent, recorded, or not counted and why.

Only the newest press of a member in a vote is told to anybody; answers for older ones may come in any order.

Source: `docs/protocol.md` sections 5.3 and 7.3.
"""

from dataclasses import dataclass
from typing import Final

from protocol.meaning.ballot import judge_choice
from protocol.records import Ballot
from seat_client.events import Happening, Report
from seat_client.heads import BelievedHead
from seat_client.lamps import Standing

REMEMBERED: Final = 64
_BALLOT_MODES: Final = frozenset({"open", "test"})


@dataclass(slots=True)
class Press:
    """One press that became a ballot. `record`: the ballot's hash; `pressed_s` is 0 if it was before a power cut."""

    record: str
    vote: str
    ballot: Ballot
    pressed_s: float
    standing: Standing = Standing.SENT
    reason: str = ""

    def report(self, what: Happening, now_s: float, vote: str) -> Report:
        """Tell what happened to it. `vote` is the vote's id, should the press not know it."""
        ms = (now_s - self.pressed_s) * 1000 if self.pressed_s else 0.0
        return Report(what, self.ballot.member, self.vote or vote, self.ballot.choice, self.reason, ms)


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
                if old.standing is Standing.SENT or old.ballot.open == press.ballot.open
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
            if press.ballot.open == opened and press.ballot.member == member:
                return press
        return None

    def is_newest(self, press: Press) -> bool:
        """True if the member has not pressed again in this vote."""
        return self.newest(press.ballot.open, press.ballot.member) is press

    def unsettled(self, opened: str = "") -> list[Press]:
        """Presses without an answer, of one vote or of all."""
        return [
            press
            for press in self._presses.values()
            if press.standing is Standing.SENT and opened in {"", press.ballot.open}
        ]


def why_not(head: BelievedHead | None, sitting: str, choice: tuple[str, ...], newest: Press | None) -> str:
    """Why a press makes no ballot now, or nothing. `sitting` is the session's, `newest` the member's last press.

    `early` nothing open; `held`; `late` closed; `mode` not by buttons; `session` of another sitting; `choice` no such
    option; `first` the first press stands; `same` it stands already.
    """
    if head is None or head.arm is None or not head.open_hash:
        return "early"
    if not head.takes_ballots:
        return "held" if head.phase == "held" else "late"
    if head.arm.mode not in _BALLOT_MODES:
        return "mode"
    if head.arm.sitting != sitting:
        return "session"
    if judge_choice(head.arm, choice):
        return "choice"
    if newest is None or newest.standing is Standing.NOT_COUNTED:
        return ""
    if head.arm.change == "first":
        return "first"
    return "same" if newest.ballot.choice == choice else ""
