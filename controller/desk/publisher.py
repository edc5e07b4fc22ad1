"""Beside a running controller: sends consoles and screens what has changed, at most ten times a second.

It watches the service and never touches the log. Documents are composed from the recorder's state after a batch is
durable, so nobody is shown what a power cut could take back. `Now` is sent once a second even if nothing changed: a
screen that hears nothing knows that what it shows may be old.

Source: `docs/protocol.md` section 5.6.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from typing import Final

from controller.desk.codec import write_document
from controller.desk.compose import compose_house, compose_now, compose_vote, for_the_hall, is_over, was_in_camera
from controller.desk.documents import House
from controller.desk.parts import cut
from controller.mqtt.bus import Bus
from controller.procedures.log_view import LogView
from controller.recorder import Recorder
from protocol.floor import DEFAULT_SORTS, SpeechSorts
from protocol.keys import Signer
from protocol.state import SittingState
from protocol.topics import DESK, PUBLIC, Topics

log = logging.getLogger(__name__)
INTERVAL_S: Final = 0.1
BEAT_S: Final = 1.0
HOUSE, NOW = "house", "now"
RecorderOf = Callable[[], Recorder]


class DeskPublisher:
    """Sends documents over `bus` in the controller's name. `recorder_of` gives the recorder of the moment."""

    def __init__(
        self,
        bus: Bus,
        recorder_of: RecorderOf,
        topics: Topics,
        signer: Signer,
        sorts: SpeechSorts = DEFAULT_SORTS,
        unix_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._bus, self._recorder_of, self._topics, self._signer = bus, recorder_of, topics, signer
        self._sorts, self._unix_ms = sorts, unix_ms
        # A start is told from another by its time; that a clock stands at the same millisecond twice is no worry here.
        self._epoch = unix_ms()
        self._sent: dict[tuple[str, str], bytes] = {}
        self._number: dict[tuple[str, str], int] = {}
        self._ended: dict[str, tuple[object, ...]] = {}
        self._house_key: tuple[object, ...] = ()
        self._house: House | None = None
        self._due: asyncio.TimerHandle | None = None
        self._beat: asyncio.TimerHandle | None = None
        self._last_s = float("-inf")

    def note(self) -> None:
        """A batch is durable: send what changed, now or when the last sending is long enough ago."""
        if self._due is None:
            loop = asyncio.get_running_loop()
            self._due = loop.call_later(max(0.0, self._last_s + INTERVAL_S - loop.time()), self._send)

    def greet(self) -> None:
        """Send everything again: at the start, and when a broker has forgotten it."""
        self._sent.clear()
        self._ended.clear()
        self._house_key = ()
        self._send()

    def stop(self) -> None:
        """Send nothing more."""
        for timer in (self._due, self._beat):
            if timer is not None:
                timer.cancel()
        self._due = self._beat = None

    def _send(self) -> None:
        loop = asyncio.get_running_loop()
        if self._due is not None:
            self._due.cancel()
        if self._beat is not None:
            self._beat.cancel()
        self._due, self._last_s = None, loop.time()
        try:
            for topic, payload in self._changed():
                self._bus.publish(topic, payload, retain=True)
        except Exception:
            # A mistake of ours here may cost a screen its news, never the chamber its controller.
            log.exception("documents for consoles and screens could not be made")
        self._beat = loop.call_later(BEAT_S, self._send)

    def _changed(self) -> Iterator[tuple[str, bytes]]:
        recorder = self._recorder_of()
        now_ms = self._unix_ms()
        sitting = recorder.scene().sitting
        view = LogView(recorder.memory)
        house = self._house_of(view, sitting)
        yield from self._publish(PUBLIC, HOUSE, write_document(house), now_ms)
        now = compose_now(view, sitting, house, now_ms, self._sorts)
        yield from self._publish(DESK, NOW, write_document(now), now_ms)
        yield from self._publish(PUBLIC, NOW, write_document(for_the_hall(now)), now_ms)
        if sitting is None:
            return
        for vote in sitting.votes.values():
            if not is_over(vote):
                continue
            key = (vote.phase, len(vote.results), vote.inputs, vote.repeated_by, vote.void_code)
            if self._ended.get(vote.open_hash) != key:
                self._ended[vote.open_hash] = key
                room = DESK if was_in_camera(sitting, vote) else PUBLIC
                yield from self._publish(
                    room, f"vote-{vote.arm.vote}", write_document(compose_vote(view, vote)), now_ms
                )

    def _house_of(self, view: LogView, sitting: SittingState | None) -> House:
        """Composed anew only when roster, agenda, officers or sitting are others."""
        state = view.state
        key = (
            sitting and (sitting.id, view.roster_hash(sitting), id(sitting.members), sitting.agenda, sitting.phase),
            len(state.trust_records), state.last_sitting_open, len(state.rule_books),
        )  # fmt: skip
        if self._house is None or key != self._house_key:
            self._house_key, self._house = key, compose_house(view, sitting, self._sorts)
        return self._house

    def _publish(self, room: str, name: str, data: bytes, now_ms: int) -> Iterator[tuple[str, bytes]]:
        place = (room, name)
        if self._sent.get(place) == data:
            return
        self._sent[place] = data
        self._number[place] = number = self._number.get(place, 0) + 1
        for part, payload in enumerate(cut(name, (self._epoch, number), data, now_ms, self._signer), 1):
            yield self._topics.document(room, name, part), payload
