"""Which sessions of this seat the log may still believe alive, and what the journal keeps for them.

A binding stays in the journal, although it has its receipt, until its session is known to be over: by a `session-end`
with an answer, by a newer binding, by a refusal. After a power cut the binding that is found there is the *leftover*:
the seat settles it, then a new session supersedes it, or the device's own key ends it if no card lies in the tray.

Source: `docs/protocol.md` sections 5.4 and 6.5.
"""

from typing import NamedTuple

from protocol.keys import Signer
from protocol.records import SessionBind, SessionEnd
from seat_client.events import Happening
from seat_client.outgoing import Outgoing


class Leaving(NamedTuple):
    """A session whose end is under way: its binding in the journal, and its member if known."""

    bind: str
    member: str


class Bindings:
    """The leftover and the sessions whose end has no answer yet."""

    __slots__ = ("_leaving", "_leftover", "_leftover_hash", "_leftover_lives", "_outgoing")

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing
        self._leaving: dict[str, Leaving] = {}
        self._leftover: SessionBind | None = None
        self._leftover_hash = ""
        self._leftover_lives = False

    def find(self, record_hash: str, record: SessionBind | SessionEnd) -> None:
        """Take up what the journal kept, in its order."""
        if isinstance(record, SessionBind):
            self._leftover, self._leftover_hash = record, record_hash
            return
        ended = self._leftover is not None and self._leftover.session == record.session
        self._leaving[record_hash] = Leaving(self._leftover_hash if ended else "", "")
        if ended:
            self._leftover, self._leftover_hash = None, ""

    def end(self, data: bytes, bind: str, member: str) -> None:
        """Send the end of a session."""
        self._leaving[self._outgoing.send(data)] = Leaving(bind, member)

    def end_leftover(self, device: Signer) -> None:
        """End, with the device's key, what was left behind; nothing if it is not known to live."""
        if self._leftover is not None and self._leftover_lives:
            end = SessionEnd(self._leftover.session, "power-cut", self._outgoing.moment.unix_ms).seal(device)
            self.end(end, self._leftover_hash, "")
            self._leftover, self._leftover_hash, self._leftover_lives = None, "", False

    def settle_end(self, record: str, reason: str) -> None:
        """A `session-end` has its answer: the session is over either way."""
        leaving = self._leaving.pop(record, Leaving("", ""))
        self._outgoing.drop(record)
        self._outgoing.drop(leaving.bind)
        self._outgoing.tell(Happening.ABSENT, leaving.member, reason=reason)

    def settle_bind(self, record: str, *, refused: bool) -> bool:
        """A binding has its answer. False: it is none that is kept here."""
        if record == self._leftover_hash:
            self._leftover_lives = not refused
            if refused:
                self.supersede()
            return True
        return any(leaving.bind == record for leaving in self._leaving.values())

    def supersede(self) -> None:
        """The leftover is over: a newer session is bound, or the log never believed it."""
        self._outgoing.drop(self._leftover_hash)
        self._leftover, self._leftover_hash, self._leftover_lives = None, "", False
