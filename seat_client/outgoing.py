"""What leaves the core: effects in order, and the outbox of what wants an answer.

Every part of the core writes its effects here. Journal first, then publish; nothing is published without a link,
because the reconnect sends all of it again.

Source: `docs/protocol.md` section 5.
"""

from protocol.jws import read_envelope
from protocol.seat_status import SeatStatus
from seat_client.events import (
    DropRecord,
    Effect,
    Happening,
    KeepRecords,
    Moment,
    PublishRecord,
    PublishStatus,
    Report,
)
from seat_client.outbox import Outbox


class Outgoing:
    """The effects of the event at hand, its moment, and whether there is a link."""

    __slots__ = ("effects", "moment", "online", "outbox")

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.online = False
        self.moment = Moment(0.0, 0, 0.0)
        self.effects: list[Effect] = []

    def begin(self, moment: Moment) -> list[Effect]:
        """A new event: returns the list that will hold its effects."""
        self.moment, self.effects = moment, []
        return self.effects

    def send(self, *records: bytes) -> str:
        """Keep records in the journal, then publish them. Returns the hash of the last."""
        self.effects.append(KeepRecords(records))
        return [self._post(data, read_envelope(data).kind) for data in records][-1]

    def ask(self, data: bytes, kind: str) -> str:
        """Publish what is no record and needs no journal, until it is answered. Returns its hash."""
        return self._post(data, kind)

    def _post(self, data: bytes, kind: str) -> str:
        record = self.outbox.add(data, kind, self.moment)
        self.publish(data)
        return record

    def publish(self, *records: bytes) -> None:
        """Send bytes that the outbox holds."""
        if self.online:
            self.effects += [PublishRecord(data) for data in records]

    def drop(self, record: str) -> None:
        """The journal need not keep this record any longer."""
        if record:
            self.effects.append(DropRecord(record))

    def tell(self, what: Happening, member: str, vote: str = "", reason: str = "") -> None:
        """Report something that is no press."""
        self.effects.append(Report(what, member, vote, reason=reason))

    def publish_status(self, status: SeatStatus) -> None:
        """Publish the retained status."""
        self.effects.append(PublishStatus(status))
