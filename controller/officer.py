"""An officer on the line: signs acts, waits for receipts, sees the head. The scripted chair and the console use it.

Source: `docs/protocol.md` sections 5 and 6.2.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Self

from controller.officer_broker import RECONNECT_S, OfficerLine
from controller.officer_desk import NOT_OURS, Desk, Draft
from controller.service import unix_ms
from protocol.errors import ChamberError
from protocol.jws import read_envelope
from protocol.keys import Signer
from protocol.messages import Head, Refusal
from protocol.receipt import Receipt
from protocol.topics import Party, Topics, Way, client_id

log = logging.getLogger(__name__)
RESEND_S = 3.0
"""An act is sent again, byte for byte, until its answer comes."""


class ActRefused(ChamberError):
    """The log refused an officer's act; `code` is the refusal's reason.

    `why` names what stood against it (empty for most reasons but `state`), `legal` the verbs that were legal then.
    """

    def __init__(self, kind: str, refusal: Refusal) -> None:
        super().__init__(f"{kind} was refused: {refusal.why or refusal.reason}", refusal.reason)
        self.kind, self.why, self.legal = kind, refusal.why, refusal.legal


class OfficerClient:
    """One officer's line and desk. Use `async with`.

    `also`: further topics (with QoS) to read; what comes there goes to `take_other`, once the keys are known.
    `tag`: tells several lines of one officer apart.
    """

    def __init__(
        self,
        officer: str,
        signer: Signer,
        root: str,
        topics: Topics,
        url: str,
        *,
        also: Sequence[tuple[str, int]] = (),
        tag: str = "",
    ) -> None:
        self.desk = Desk(signer, root)
        self.officer = officer
        self._topics = topics
        self._up = topics.of(Party.OFFICER, officer, Way.UP)
        self._down = topics.of(Party.OFFICER, officer, Way.DOWN)
        # Keys first, so that what follows can be verified.
        wanted = [(topics.trust, 1), (self._down, 1), (topics.checkpoint, 0), (topics.sitting, 0), *also]
        self._line = OfficerLine(url, client_id(Party.OFFICER, officer, tag), wanted)
        self._answers: dict[str, asyncio.Future[Receipt | Refusal]] = {}
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Connect and wait until keys, checkpoint and head are verified. Raises `BrokerUnreachable`."""
        self._task = asyncio.create_task(self._listen())
        ready = asyncio.create_task(self._until(lambda: self.desk.ready))
        done, _ = await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if ready not in done:
            ready.cancel()
            self._task.result()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave; nothing in the chamber changes."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> None:
        async for topic, payload in self._line.messages():
            try:
                self._take(topic, payload)
            except ChamberError as error:
                if error.code == NOT_OURS:
                    continue
                log.warning("officer %s passed over a message on %s: %s", self.officer, topic, error.fact)
            async with self._changed:
                self._changed.notify_all()

    def _take(self, topic: str, payload: bytes) -> None:
        if topic == self._topics.trust:
            self.desk.take_trust(payload)
        elif topic == self._topics.checkpoint:
            self.desk.take_checkpoint(payload)
        elif topic == self._topics.sitting:
            self.desk.take_head(payload)
        elif topic == self._down:
            record_hash, answer = self.desk.take_answer(payload)
            future = self._answers.pop(record_hash, None)
            if future is not None and not future.done():
                future.set_result(answer)
        else:
            self.take_other(topic, payload)

    def take_other(self, topic: str, payload: bytes) -> None:
        """A message on one of the topics that a client of another kind reads as well. Raises `ChamberError`."""

    async def act(self, draft: Draft) -> tuple[str, Receipt]:
        """Sign and send one act, and wait for its receipt. Returns its hash and receipt. Raises `ActRefused`."""
        record_hash, data = self.desk.compose(draft, unix_ms())
        future = self._answers[record_hash] = asyncio.get_running_loop().create_future()
        while not future.done():
            await self._line.send(self._up, data)
            await asyncio.wait({future}, timeout=RESEND_S)
        answer = future.result()
        if isinstance(answer, Refusal):
            raise ActRefused(self._kind_of(data), answer)
        return record_hash, answer

    async def send_blob(self, blob: bytes) -> None:
        """Hand a blob to the controller; a record that quotes it may follow on the same line."""
        topic = self._topics.of(Party.OFFICER, self.officer, Way.BLOB)
        while not await self._line.send(topic, blob):  # noqa: ASYNC110 - a send that fails has no event
            await asyncio.sleep(RECONNECT_S)

    async def wait_for_head(self, wanted: Callable[[Head], bool]) -> Head:
        """Wait until the newest head is as `wanted`."""
        await self._until(lambda: self.desk.head is not None and wanted(self.desk.head))
        assert self.desk.head is not None, "waited for it"
        return self.desk.head

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(condition)

    @staticmethod
    def _kind_of(data: bytes) -> str:
        return read_envelope(data).kind
