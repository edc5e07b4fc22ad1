"""The loop of the plain mode: a person's lines and the controller's news in, lines out. It holds no rules.

Every line out begins with the time of the controller's clock, so that a transcript is a protocol. The last call closes
by itself after its seconds, as at the drawn console, if this session gave it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from controller.console.catalogue import objection_sentence
from controller.console.link import ConsoleLink
from controller.console.plain.answers import QUESTIONS
from controller.console.plain.dialogue import Dialogue, Heard
from controller.console.plain.news import news
from controller.console.snapshot import Snapshot
from controller.console.text import clean
from protocol.errors import ChamberError
from protocol.explain import Catalogue

TICK_S = 0.5
Say = Callable[[str], None]
Sleep = Callable[[float], "asyncio.Future[None]"]


class PlainSession:
    """One plain console. `say` takes a line; `lines` are what a person types, until they end."""

    def __init__(
        self,
        link: ConsoleLink,
        words: Catalogue,
        say: Say,
        *,
        last_call_s: float = 5.0,
        unix_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._link, self._words, self._say = link, words, say
        self._dialogue = Dialogue(words)
        self._last_call_s, self._unix_ms = last_call_s, unix_ms
        self._shown = Snapshot()
        self._changed = asyncio.Event()
        self._called = ""
        self._closing: asyncio.Task[None] | None = None

    async def run(self, lines: AsyncIterator[str]) -> None:
        """Until the person leaves, or the lines end. The sitting goes on without this console."""
        self._link.changed = self._changed.set
        self._shown = self._link.snapshot()
        self._tell(QUESTIONS["status"](self._shown, self._words))
        self._tell([self._words.gettext("Type ? for help.")])
        watching = asyncio.create_task(self._watch())
        try:
            async for line in lines:
                if not await self._take(line):
                    break
        finally:
            for task in (watching, self._closing):
                if task is not None:
                    task.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            try:
                async with asyncio.timeout(TICK_S):
                    await self._changed.wait()
            except TimeoutError:
                pass  # the link may have fallen silent
            self._changed.clear()
            self.look()

    def look(self) -> None:
        """Say what has happened since the last look."""
        snapshot = self._link.snapshot()
        self._tell(news(self._shown, snapshot, self._words))
        self._shown = snapshot
        self._follow_last_call(snapshot)

    async def _take(self, line: str) -> bool:
        """A line of the person. False if that was the last."""
        heard = self._dialogue.hear(line, self._link.snapshot())
        self._tell(heard.lines)
        if heard.leave:
            self._tell([self._words.gettext("This console leaves; the sitting goes on.")])
            return False
        if heard.act is not None:
            await self._perform(heard)
        return True

    async def _perform(self, heard: Heard) -> None:
        assert heard.act is not None, "asked before"
        try:
            await self._link.perform(heard.act)
        except ChamberError as error:
            name = getattr(error, "why", "") or error.code
            told = objection_sentence(name, self._words) if error.code != "unreachable" else error.fact
            self._tell([told])
            return
        self._tell([self._words.gettext("Done.")])
        if heard.action in {"last-call", "reopen"}:
            vote = self._link.snapshot().now.vote
            self._called = vote.open if vote is not None and heard.action == "last-call" else ""

    def _follow_last_call(self, snapshot: Snapshot) -> None:
        """Close what this session called when its seconds are over, counted from when the call is seen to stand."""
        vote = snapshot.now.vote
        stands = vote is not None and vote.open == self._called and vote.phase == "last-call"
        if self._called and stands and self._closing is None:
            self._closing = asyncio.create_task(self._close())
        elif self._closing is not None and not stands:
            self._closing.cancel()
            self._closing, self._called = None, ""

    async def _close(self) -> None:
        await asyncio.sleep(self._last_call_s)
        await self._perform(Heard((), lambda acts: acts.close(), "close"))

    def _tell(self, lines: "list[str] | tuple[str, ...]") -> None:
        for line in lines:
            self._say(f"{self._clock()} {clean(line)}")

    def _clock(self) -> str:
        ahead_ms = self._link.snapshot().ahead_ms
        return time.strftime("%H:%M:%S", time.localtime((self._unix_ms() + ahead_ms) / 1_000))
