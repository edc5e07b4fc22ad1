"""The screen's line to the controller: reads the public documents, keeps the newest scene on the board.

It has no key and acts on nothing. What it believes leads to the root that it was told: trust records first, then
documents of the controller they name. A broker may send documents before the trust records, so the newest of each topic
waits for them. A broker that is not there yet is tried again: screens are switched on before controllers.

Source: `docs/protocol.md` section 5.1.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import Final

from controller.desk.documents import House
from controller.desk.reader import DeskReader
from controller.hall.board import Board
from controller.hall.compose import HallSettings, compose_scene
from controller.hall.moments import Memory, remember
from controller.mqtt.bus import BrokerUnreachable
from controller.officer_broker import RECONNECT_S, OfficerLine
from controller.officer_desk import controller_of, open_trust
from protocol.errors import ChamberError
from protocol.keys import PublicKey
from protocol.topics import PUBLIC, Topics

log = logging.getLogger(__name__)
WAITING_MAX: Final = 4_096
"""Topics whose newest message waits for the trust records; a sitting has a document a vote."""
_TAG_BYTES: Final = 4


class HallFeed:
    """Reads what everybody may know of one body. `believed` is true of the key of the chamber root."""

    def __init__(
        self,
        topics: Topics,
        believed: Callable[[PublicKey], bool],
        url: str,
        board: Board,
        settings: HallSettings,
        house_changed: Callable[[House], None] = lambda _house: None,
    ) -> None:
        self._topics, self._believed, self._url, self._board = topics, believed, url, board
        self._settings = settings
        self._house_changed = house_changed
        self._reader = DeskReader()
        self._memory = Memory()
        self._controller: PublicKey | None = None
        self._waiting: dict[str, bytes] = {}

    async def run(self) -> None:
        """Read for ever."""
        wanted = [(self._topics.trust, 1), (self._topics.documents(PUBLIC), 1)]
        while True:
            line = OfficerLine(self._url, f"hall-{secrets.token_hex(_TAG_BYTES)}", wanted)
            try:
                async for topic, payload in line.messages():
                    self.take(topic, payload)
            except BrokerUnreachable as error:
                log.info("nobody answers at %s, trying again: %s", self._url, error)
                await asyncio.sleep(RECONNECT_S)

    def take(self, topic: str, payload: bytes) -> None:
        """Take a message; what does not hold is passed over and logged."""
        try:
            if topic == self._topics.trust:
                self._controller = controller_of(open_trust(payload, self._believed))
                waiting, self._waiting = self._waiting, {}
                for one in waiting.values():
                    self._take_document(one)
            elif self._topics.room_of(topic) != PUBLIC:
                return
            elif self._controller is None:
                if len(self._waiting) < WAITING_MAX or topic in self._waiting:
                    self._waiting[topic] = payload
            else:
                self._take_document(payload)
        except ChamberError as error:
            log.warning("passed over what came as %s: %s", topic, error)

    def _take_document(self, payload: bytes) -> None:
        reader, house, fresh = self._reader, self._reader.house, self._reader.fresh_now
        assert self._controller is not None, "the trust records have come"
        if not reader.take(PUBLIC, payload, self._controller) or reader.now is None:
            return
        if reader.fresh_now != fresh:
            self._board.heard(reader.now.ts)
        if reader.house is None:
            return
        if reader.house != house:
            self._house_changed(reader.house)
        self._memory = remember(self._memory, reader.now, reader.votes)
        self._board.show(compose_scene(reader.house, reader.now, reader.votes, self._memory, self._settings))
