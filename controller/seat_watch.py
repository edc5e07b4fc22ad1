"""A look at the seats of a running chamber: an officer connects, reads what they say of themselves, and leaves.

Source: `docs/protocol.md` section 5.1.
"""

import asyncio
import time
from collections.abc import Mapping

from controller.founding import officer_key
from controller.mqtt.bus import BrokerUnreachable
from controller.officer import OfficerClient
from controller.procedures.line import OfficerUnknown, Room, silent
from controller.procedures.log_view import LogView, NotFound
from controller.seat_health import HealthBoard
from protocol.state import SittingState
from protocol.topics import Party, Way

SETTLE_S = 1.0
"""Retained messages come at once; a seat of which nothing came for so long has none."""
OPERATOR = "operator"
SECRETARY = "secretary"


class SeatWatcher(OfficerClient):
    """An officer who reads what the seats say, onto a board."""

    def __init__(self, room: Room, officer: str, board: HealthBoard) -> None:
        """Raises `KeyFileRefused`: the officer's key is not here."""
        statuses = room.topics.of(Party.SEAT, "+", Way.STATUS)
        signer = officer_key(room.keys, officer)
        super().__init__(officer, signer, room.root, room.topics, room.url, also=[(statuses, 0)])
        self._board = board
        self.heard = asyncio.Event()

    def take_other(self, topic: str, payload: bytes) -> None:
        """What a seat says of itself."""
        self._board.take(topic, payload, time.monotonic())
        self.heard.set()


def watching_officer(view: LogView, asked: str = "") -> str:
    """Which officer looks: the one asked for, else an operator, else the secretary. Raises `OfficerUnknown`."""
    roles = {officer.role for officer in view.state.officers.values()}
    try:
        return view.officer(asked or (OPERATOR if OPERATOR in roles else SECRETARY))
    except NotFound as error:
        raise OfficerUnknown(error.fact) from error


def places_of(view: LogView, sitting: SittingState | None) -> Mapping[str, str]:
    """The seats of a sitting and their places; before its opening those of the roster that was submitted."""
    if sitting is None:
        return {}
    if sitting.seats:
        return {seat.id: seat.place for seat in sitting.seats.values()}
    roster = view.state.rosters.get(view.roster_hash(sitting))
    parts = [view.state.parts[part] for part in roster.parts] if roster is not None else []
    return {str(entry["id"]): str(entry["place"]) for part in parts for entry in part.seats}


async def look_at_seats(room: Room, officer: str, board: HealthBoard) -> None:
    """Let `officer` fill a board with what the seats of the room's body say.

    Returns when every seat of the board's roster was heard of, or nothing more came for `SETTLE_S`. Raises
    `KeyFileRefused`, and `ControllerSilent`: no broker, or nobody behind it.
    """
    watcher = SeatWatcher(room, officer, board)
    try:
        async with asyncio.timeout(room.answer_s):
            await room.stack.enter_async_context(watcher)
    except (TimeoutError, BrokerUnreachable) as error:
        raise silent(room.url) from error
    while not board.is_complete:
        watcher.heard.clear()
        try:
            async with asyncio.timeout(SETTLE_S):
                await watcher.heard.wait()
        except TimeoutError:
            return
