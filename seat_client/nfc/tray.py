"""The reader as a seat's service sees it: one worker thread owns the line, everything else is asyncio.

How it works. The worker lets the watch take a step, then waits for requests until the next one is due. What the watch
tells enters the event loop at one place, in order; a request travels to the worker and its result back as a future.
Nothing of the reader is touched in the thread of the event loop, so a card that takes its time holds up nobody.

`changes` begins the worker and is followed once. A mistake of ours in the worker is raised there, so that the service
ends and is restarted.

Source: `docs/protocol.md` sections 5.4 and 6.5.
"""

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from typing import Final

from protocol.errors import ChamberError
from protocol.keys import PublicKey
from seat_client.card import CardChallenge
from seat_client.errors import CardGone
from seat_client.nfc.cards import Identity, PivIdentity, Policy
from seat_client.nfc.chip import Chip
from seat_client.nfc.conversation import Conversation, Timing
from seat_client.nfc.happenings import Arrived, Happening, Left
from seat_client.nfc.ntag424 import CHALLENGE_BYTES
from seat_client.nfc.port import Port
from seat_client.nfc.stoppable_port import StoppablePort
from seat_client.nfc.watch import State, Watch
from seat_client.reader import AttestedPlaced, CardPlaced, CardRemoved, Change, Trouble

log = logging.getLogger(__name__)
LATE_S: Final = 0.5
TROUBLES_MAX: Final = 256
"""Nobody may be listening; the oldest are forgotten then."""
KEY_NUMBER: Final = 0
"""The key of a card that the controller asks for."""
Request = Callable[[Watch], bytes]


class PivCard:
    """A card that signs, while it lies in the tray: `seat_client.card.Card`."""

    kind: Final = "piv"
    __slots__ = ("_stay", "_tray", "member", "public")

    def __init__(self, tray: "Tray", stay: int, identity: PivIdentity) -> None:
        self.member: str = identity.member
        self.public: PublicKey = identity.public
        self._tray, self._stay = tray, stay

    async def sign(self, message: bytes) -> bytes:
        """Sign `message`: r||s, 64 bytes, verified, s in the lower half.

        Raises `CardGone`: taken out meanwhile, or not to be trusted any more; the tray's troubles say which.
        """
        try:
            return await self._tray.ask(lambda watch: watch.sign(self._stay, message))
        except CardGone:
            raise
        except ChamberError as error:
            raise CardGone(f"the card did not sign: {error.fact}") from error


class RelayedCard:
    """A card that cannot sign, while it lies in the tray: `seat_client.card.AttestedCard`."""

    __slots__ = ("_stay", "_tray", "kind", "uid")

    def __init__(self, tray: "Tray", stay: int, kind: str, uid: bytes) -> None:
        self.kind, self.uid = kind, uid
        self._tray, self._stay = tray, stay

    async def begin(self) -> CardChallenge:
        """The card's challenge for the controller, and what the card shows. Only `ntag424`. Raises `CardGone`."""
        given = await self._ask(lambda watch: watch.begin(self._stay, KEY_NUMBER))
        return CardChallenge(given[:CHALLENGE_BYTES], given[CHALLENGE_BYTES:])

    async def finish(self, response: bytes) -> bytes:
        """The card's proof for the controller, 32 bytes, to its 32. Raises `CardGone`."""
        return await self._ask(lambda watch: watch.finish(self._stay, response))

    async def _ask(self, request: Request) -> bytes:
        try:
            return await self._tray.ask(request)
        except CardGone:
            raise
        except ChamberError as error:
            raise CardGone(f"the card did not prove itself: {error.fact}", error.code) from error


class Tray:
    """One tray. `port` may still be closed; `unix_s` is the clock of the wall, by which certificates are judged.

    `late_looks`: how often the worker looked more than `LATE_S` late, though no request held it up; for the status.
    """

    def __init__(
        self, port: Port, policy: Policy, *, timing: Timing | None = None, unix_s: Callable[[], float] = time.time
    ) -> None:
        self._port = StoppablePort(port)
        self._chip = Chip(Conversation(self._port, timing or Timing()))
        self._watch = Watch(self._chip, policy, self._tell, unix_s)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: threading.Thread | None = None
        self._stopping = threading.Event()
        self._requests: queue.SimpleQueue[tuple[Request, Future[bytes]] | None] = queue.SimpleQueue()
        self._changes: asyncio.Queue[Change | BaseException | None] = asyncio.Queue()
        self._troubles: asyncio.Queue[Trouble | None] = asyncio.Queue(TROUBLES_MAX)
        self.late_looks = 0

    @property
    def errors(self) -> int:
        """Failed attempts on the line since the start, for the health message."""
        return self._watch.errors

    async def changes(self) -> AsyncIterator[Change]:
        """Cards of every kind that the policy accepts placed and removed by turns; ends after `stop`."""
        self._begin()
        while (change := await self._changes.get()) is not None:
            if isinstance(change, BaseException):
                raise change
            yield change

    async def troubles(self) -> AsyncIterator[Trouble]:
        """Troubles as they happen, for lamp and health; ends after `stop`."""
        while (trouble := await self._troubles.get()) is not None:
            yield trouble

    async def ask(self, request: Request) -> bytes:
        """Let the worker carry out a request between two looks. Raises what it raises; `CardGone` after `stop`."""
        if self._worker is None or self._stopping.is_set():
            raise CardGone("the reader is stopped")
        result: Future[bytes] = Future()
        self._requests.put((request, result))
        if self._stopping.is_set():  # the worker may have ended between the look above and now
            self._refuse_requests()
        return await asyncio.wrap_future(result)

    async def stop(self) -> None:
        """End the worker, switch the field off, give the line back, end the iterators. Harmless when repeated."""
        self._stopping.set()
        self._port.stop()
        self._requests.put(None)
        if self._worker is not None:
            await asyncio.to_thread(self._worker.join)
        self._changes.put_nowait(None)
        self._put_trouble(None)

    def _begin(self) -> None:
        if self._worker is None and not self._stopping.is_set():
            self._loop = asyncio.get_running_loop()
            self._worker = threading.Thread(target=self._work, name="tray", daemon=True)
            self._worker.start()

    # In the worker's thread.

    def _work(self) -> None:
        try:
            while not self._stopping.is_set():
                self._serve(self._watch.step())
            self._port.resume()
            if self._watch.state is not State.DOWN:
                with contextlib.suppress(ChamberError):
                    self._chip.sleep()
        except Exception as error:
            log.exception("the tray's worker failed")
            self._enter(self._changes.put_nowait, error)
        finally:
            self._stopping.set()
            self._port.close()
            self._refuse_requests()

    def _serve(self, pause_s: float) -> None:
        """Carry out requests for so long."""
        until_s = time.monotonic() + pause_s
        while not self._stopping.is_set():
            try:
                wanted = self._requests.get(timeout=max(0.0, until_s - time.monotonic()))
            except queue.Empty:
                if time.monotonic() - until_s > LATE_S:
                    self.late_looks += 1
                return
            if wanted is not None:
                self._carry_out(*wanted)
                until_s = max(until_s, time.monotonic())  # what was asked for is not late

    def _carry_out(self, request: Request, result: "Future[bytes]") -> None:
        if not result.set_running_or_notify_cancel():
            return
        try:
            answer = request(self._watch)
        except ChamberError as error:
            result.set_exception(error)
        except BaseException:
            result.set_exception(CardGone("the reader failed"))
            raise
        else:
            result.set_result(answer)

    def _refuse_requests(self) -> None:
        while True:
            try:
                wanted = self._requests.get_nowait()
            except queue.Empty:
                return
            if wanted is not None and wanted[1].set_running_or_notify_cancel():
                wanted[1].set_exception(CardGone("the reader is stopped"))

    def _tell(self, happening: Happening) -> None:
        if not self._stopping.is_set():  # a wait that was ended is no trouble of the reader
            self._enter(self._take, happening)

    def _enter(self, call: Callable[..., object], *arguments: object) -> None:
        """The one place where the worker's news enters the event loop."""
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to be told
            self._loop.call_soon_threadsafe(call, *arguments)

    # In the event loop's thread.

    def _take(self, happening: Happening) -> None:
        if isinstance(happening, Trouble):
            log.warning("reader: %s %s", happening.code, happening.reason or happening.detail)
            self._put_trouble(happening)
        elif isinstance(happening, Left):
            self._changes.put_nowait(CardRemoved())
        else:
            self._changes.put_nowait(self._placed(happening))

    def _placed(self, arrived: Arrived) -> Change:
        identity: Identity = arrived.identity
        if isinstance(identity, PivIdentity):
            return CardPlaced(PivCard(self, arrived.stay, identity))
        return AttestedPlaced(RelayedCard(self, arrived.stay, identity.kind, identity.uid))

    def _put_trouble(self, trouble: Trouble | None) -> None:
        if self._troubles.full():
            self._troubles.get_nowait()
        self._troubles.put_nowait(trouble)
