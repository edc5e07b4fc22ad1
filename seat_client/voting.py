"""The voting side of a seat: from a press to a ballot, and from its answer to what is told.

Source: `docs/protocol.md` sections 5.3, 6.3 and 7.3.
"""

from typing import Final

from protocol.encoding import hash_text
from protocol.records import Ballot
from seat_client.answers import Settled
from seat_client.card_session import CardSession
from seat_client.events import Happening, Report
from seat_client.lamps import Standing
from seat_client.outgoing import Outgoing
from seat_client.presses import Press, Presses, why_not
from seat_client.view import View

_DEAD_SESSION: Final = frozenset({"session", "unknown-key"})
"""Reasons of a ballot's answer that say that its session is not alive."""


class Voting:
    """The presses of this seat, judged by what the view shows."""

    __slots__ = ("_outgoing", "_presses", "_view")

    def __init__(self, view: View, outgoing: Outgoing) -> None:
        self._view = view
        self._outgoing = outgoing
        self._presses = Presses()

    def find(self, record_hash: str, ballot: Ballot) -> None:
        """Take up a ballot that the journal kept."""
        self._presses.add(Press(record_hash, "", ballot, 0.0))

    def press(self, choice: tuple[str, ...], seat: str, session: CardSession) -> Ballot | None:
        """The ballot that a press makes now; None if it makes none, which is told with its reason."""
        head = self._view.head
        newest = self.newest(session.member)
        reason = why_not(head, session.sitting, choice, newest)
        if reason or head is None:
            vote = head.arm.vote if head is not None and head.arm is not None else ""
            self._outgoing.tell(Happening.IGNORED, session.member, vote, reason)
            return None
        return session.ballot(seat, head.open_hash, choice, self._view.seen, self._outgoing.moment)

    def cast(self, data: bytes, ballot: Ballot) -> None:
        """Send a signed ballot."""
        record = self._outgoing.send(data)
        press = Press(record, self._view.vote_name(ballot.open), ballot, self._outgoing.moment.now_s)
        self._presses.add(press)
        self._tell(Happening.PRESSED, press)

    def refuse(self, ballot: Ballot, reason: str) -> None:
        """A ballot that cannot be signed as its vote wants it: told and shown, and never sent."""
        vote, now_s = self._view.vote_name(ballot.open), self._outgoing.moment.now_s
        press = Press(hash_text(ballot.payload()), vote, ballot, now_s, Standing.NOT_COUNTED, reason)
        self._presses.add(press)
        self._tell(Happening.REFUSED, press)

    def settle(self, answer: Settled) -> str:
        """A ballot has its answer. Returns the hash of its session if that turns out to be dead."""
        self._outgoing.drop(answer.record)
        counted = answer.receipt is not None and not answer.reason
        standing = Standing.RECORDED if counted else Standing.NOT_COUNTED
        press = self._presses.settle(answer.record, standing, answer.reason)
        if press is None:
            return ""
        if self._presses.is_newest(press):
            refused = Happening.REFUSED if answer.receipt is None else Happening.NOT_COUNTED
            self._tell(Happening.RECORDED if counted else refused, press)
        return press.ballot.session if answer.reason in _DEAD_SESSION else ""

    def close(self, opened: str, vote: str) -> None:
        """The vote is over; presses without an answer are unknown from now on."""
        self._outgoing.tell(Happening.CLOSED, "", vote)
        for press in self._presses.unsettled(opened):
            if self._presses.is_newest(press):
                self._tell(Happening.UNKNOWN, press)

    def newest(self, member: str) -> Press | None:
        """The member's newest press in the vote at hand."""
        head = self._view.head
        return self._presses.newest(head.open_hash, member) if head is not None and head.open_hash else None

    @property
    def unsettled(self) -> bool:
        """True if some ballot has neither receipt nor refusal."""
        return bool(self._presses.unsettled())

    def _tell(self, what: Happening, press: Press) -> None:
        report: Report = press.report(what, self._outgoing.moment.now_s, self._view.vote_name(press.ballot.open))
        self._outgoing.effects.append(report)
