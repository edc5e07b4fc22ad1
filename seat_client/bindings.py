"""Which sessions of this seat the log may still believe alive, and what the journal keeps for them.

A binding stays in the journal, although it has its receipt, until its session is known to be over: by a `session-end`
with an answer, by a newer binding, by a refusal. After a power cut a binding that is found there is a *leftover*: the
seat settles it, then a new session supersedes it, or the device's own key ends it if no card lies in the tray.

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


class End(NamedTuple):
    """A `session-end` that waits until nothing else of its session is outstanding."""

    data: bytes
    leaving: Leaving


class Bindings:
    """The leftovers, by the hash of their binding, and the sessions whose end has no answer yet."""

    __slots__ = ("_ends", "_leaving", "_leftovers", "_living", "_outgoing")

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing
        self._ends: list[End] = []
        self._leaving: dict[str, Leaving] = {}
        self._leftovers: dict[str, SessionBind] = {}
        self._living: set[str] = set()

    def find(self, record_hash: str, record: SessionBind | SessionEnd) -> None:
        """Take up what the journal kept, in its order."""
        if isinstance(record, SessionBind):
            self._leftovers[record_hash] = record
            return
        ended = [bind for bind, leftover in self._leftovers.items() if leftover.session == record.session]
        self._leaving[record_hash] = Leaving(ended[0] if ended else "", "")
        for bind in ended:
            del self._leftovers[bind]

    def end(self, data: bytes, bind: str, member: str) -> None:
        """Send the end of a session, as soon as everything else has its answer: an end must overtake no ballot."""
        self._ends.append(End(data, Leaving(bind, member)))
        self.send_ends()

    def send_ends(self) -> None:
        """Send what waits, if nothing else is outstanding."""
        if len(self._outgoing.outbox) == 0:
            ends, self._ends = self._ends, []
            for end in ends:
                self._leaving[self._outgoing.send(end.data)] = end.leaving

    def end_leftovers(self, device: Signer) -> None:
        """End, with the device's key, what was left behind and is known to live."""
        for bind in [bind for bind in self._leftovers if bind in self._living]:
            end = SessionEnd(self._leftovers.pop(bind).session, "power-cut", self._outgoing.moment.unix_ms)
            self._living.discard(bind)
            self.end(end.seal(device), bind, "")

    def settle_end(self, record: str, reason: str) -> None:
        """A `session-end` has its answer: the session is over either way."""
        leaving = self._leaving.pop(record, Leaving("", ""))
        self._outgoing.drop(record)
        self._outgoing.drop(leaving.bind)
        self._outgoing.tell(Happening.ABSENT, leaving.member, reason=reason)

    def settle_bind(self, record: str, *, refused: bool) -> bool:
        """A binding has its answer. False: it is none that is kept here."""
        waiting = [end for end in self._ends if end.leaving.bind == record]
        if waiting and refused:
            self._ends.remove(waiting[0])
            self._outgoing.drop(record)
            self._outgoing.tell(Happening.ABSENT, waiting[0].leaving.member)
        if record not in self._leftovers:
            return bool(waiting) or any(leaving.bind == record for leaving in self._leaving.values())
        if refused:
            del self._leftovers[record]
            self._outgoing.drop(record)
        else:
            self._living.add(record)
        return True

    def supersede(self) -> None:
        """A newer session is bound here: the leftovers ended with that."""
        for bind in self._leftovers:
            self._outgoing.drop(bind)
        self._leftovers.clear()
        self._living.clear()
