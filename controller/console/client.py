"""The console's line: an officer's client that also reads documents and what seats say of themselves.

Every change calls `changed`; nothing is drawn here. Two consoles of one officer each have a line of their own: the tag
behind the client id tells them apart.

Source: `docs/protocol.md` sections 5.1 and 5.6.
"""

import time
from collections.abc import Callable, Sequence

from controller.conduct import VotePlan
from controller.console.acts import Act, Acts
from controller.console.snapshot import Snapshot
from controller.desk.documents import House, Now
from controller.desk.reader import DeskReader
from controller.procedures.line import ANSWER_S, PromptClient
from protocol.errors import ChamberError
from protocol.keys import Signer
from protocol.seat_status import SeatStatus, read_status
from protocol.topics import DESK, PUBLIC, Party, Topics, Way

OPERATOR = "operator"


class ConsoleClient(PromptClient):
    """One console of an officer. `changed` is called after every message that told something."""

    def __init__(  # noqa: PLR0913 - as its parent, with what a console adds
        self,
        officer: str,
        signer: Signer,
        root: str,
        topics: Topics,
        url: str,
        *,
        series: Sequence[VotePlan] = (),
        changed: Callable[[], None] = lambda: None,
        now_s: Callable[[], float] = time.monotonic,
        unix_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        answer_s: float = ANSWER_S,
    ) -> None:
        wanted = [(topics.documents(room), 1) for room in (PUBLIC, DESK)]
        super().__init__(
            officer, signer, root, topics, url, answer_s, also=[*wanted, (f"{topics.prefix}/seat/+/status", 1)]
        )
        self.changed = changed
        self._topics_read = topics
        self._series = tuple(series)
        self._now_s, self._unix_ms = now_s, unix_ms
        self._reader = DeskReader()
        self._health: dict[str, SeatStatus] = {}
        self._heard_s = now_s()
        self._ahead_ms = 0

    def take_other(self, topic: str, payload: bytes) -> None:
        """A part of a document, or a seat's status. Raises `ChamberError`: it does not hold."""
        room = self._topics_read.room_of(topic)
        if room:
            self._take_document(room, payload)
            return
        address = self._topics_read.read(topic)
        if address.party is Party.SEAT and address.way is Way.STATUS:
            self._health[address.id] = read_status(payload)
            self.changed()

    def _take_document(self, room: str, payload: bytes) -> None:
        controller = self.desk.controller
        if controller is None:
            raise ChamberError("a document before the keys that could prove it", "document")
        before = self._reader.fresh_now
        if self._reader.take(room, payload, controller):
            if self._reader.fresh_now != before and self._reader.now is not None:
                self._heard_s = self._now_s()
                self._ahead_ms = self._reader.now.ts - self._unix_ms()
            self.changed()

    @property
    def url(self) -> str:
        """Where the controller is met."""
        return self._url

    async def until_known(self) -> None:
        """Wait until house and sitting are known for the first time."""
        await self._until(lambda: self._reader.house is not None and self._reader.now is not None)

    async def perform(self, act: Act) -> str:
        """Bring an act about. Returns its record's hash. Raises `ActRefused`, `ControllerSilent`, `NoPlace`."""
        return await act(Acts(self, self.snapshot))

    @property
    def is_connected(self) -> bool:
        """True while the line stands."""
        return self._line.connected_now

    def snapshot(self) -> Snapshot:
        """What this console knows now."""
        house, now = self._reader.house or House(), self._reader.now or Now()
        role = next((one.role for one in house.officers if one.id == self.officer), "")
        return Snapshot(
            officer=self.officer, role=role, linked=self.is_connected and self._reader.now is not None,
            heard_s=self._now_s() - self._heard_s, ahead_ms=self._ahead_ms, house=house, now=now,
            votes=dict(self._reader.votes), health=dict(self._health), series=self._series,
        )  # fmt: skip
