"""Officers at work beside a running controller: each on a line of the own, with the log at hand, and with an end to
all waiting.

Used by commands that are over after one act: an officer whose controller is silent is told so instead of waiting on.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from controller.founding import officer_key
from controller.installation import Installation, connect_url
from controller.mqtt.bus import BrokerUnreachable
from controller.officer import OfficerClient
from controller.officer_desk import Draft
from controller.procedures.log_view import LogView, NotFound, StoredLog, open_log
from controller.recovery import topics_of
from controller.words import _
from protocol.errors import ChamberError
from protocol.keys import Signer, key_of_jwk
from protocol.receipt import Receipt
from protocol.topics import Topics

TAG_BYTES = 4
ANSWER_S = 10.0
"""A controller on its feet answers within a commit; a slow disk takes a second."""


class ControllerSilent(ChamberError):
    """No controller answers: none is there, or it cannot write its log."""

    code = "unreachable"


class OfficerUnknown(ChamberError):
    """No officer of that id or role is in the log."""

    code = "officer"


class LogElsewhere(ChamberError):
    """The log on this disk is not the one that the controller writes."""

    code = "installation"


class PromptClient(OfficerClient):
    """An officer's client that waits for an answer only so long."""

    def __init__(
        self,
        officer: str,
        signer: Signer,
        root: str,
        topics: Topics,
        url: str,
        answer_s: float,
        *,
        also: Sequence[tuple[str, int]] = (),
    ) -> None:
        # A console and commands of one officer may be on the line together, so each has a tag.
        super().__init__(officer, signer, root, topics, url, also=also, tag=secrets.token_hex(TAG_BYTES))
        self._url, self._answer_s = url, answer_s

    async def act(self, draft: Draft) -> tuple[str, Receipt]:
        """As `OfficerClient.act`. Raises also `ControllerSilent`; the act may then still be recorded."""
        try:
            async with asyncio.timeout(self._answer_s):
                return await super().act(draft)
        except TimeoutError as error:
            raise ControllerSilent(
                _("the controller at %(url)s does not answer; the act may be recorded: look with chamber status first")
                % {"url": self._url}
            ) from error

    async def send_blob(self, blob: bytes) -> None:
        """As `OfficerClient.send_blob`. Raises also `ControllerSilent`."""
        try:
            async with asyncio.timeout(self._answer_s):
                await super().send_blob(blob)
        except TimeoutError as error:
            raise silent(self._url) from error

    async def catch_up(self, size: int) -> None:
        """Wait until a checkpoint of at least `size` leaves is verified."""
        checkpoint = self.desk.checkpoint
        assert checkpoint is not None, "a client that is entered has one"
        await self.wait_for_head(lambda _head: self.desk.checkpoint is not None and self.desk.checkpoint.size >= size)


def silent(url: str) -> ControllerSilent:
    """The error where nobody was reached."""
    return ControllerSilent(
        _("no controller answers at %(url)s: start it with chamber controller, or say its address with --broker")
        % {"url": url}
    )


@dataclass(slots=True)
class Room:
    """A body's running controller as its officers see it. Use `open_room`."""

    log: StoredLog
    keys: Path
    root: str
    topics: Topics
    url: str
    answer_s: float
    stack: AsyncExitStack
    clients: dict[str, PromptClient] = field(default_factory=dict)

    @property
    def view(self) -> LogView:
        """The log as it was last read."""
        return self.log.view

    async def officer(self, asked: str) -> PromptClient:
        """An officer's client by id or role, connected and caught up with the store.

        Raises `OfficerUnknown`, `KeyFileRefused`, `ControllerSilent`, `LogElsewhere`.
        """
        try:
            officer = self.view.officer(asked)
        except NotFound as error:
            raise OfficerUnknown(error.fact) from error
        if officer not in self.clients:
            signer = officer_key(self.keys, officer)
            client = PromptClient(officer, signer, self.root, self.topics, self.url, self.answer_s)
            self.clients[officer] = await self._enter(client)
        return self.clients[officer]

    async def _enter(self, client: PromptClient) -> PromptClient:
        try:
            async with asyncio.timeout(self.answer_s):
                await self.stack.enter_async_context(client)
                await client.catch_up(self.log.read_on().state.size)
        except (TimeoutError, BrokerUnreachable) as error:
            raise silent(self.url) from error
        self._check_same(client)
        return client

    def _check_same(self, client: PromptClient) -> None:
        """What was signed is committed before it is told, so the store holds every checkpoint that an officer has."""
        tree, checkpoint = self.log.read_on().memory.tree, client.desk.checkpoint
        assert checkpoint is not None, "a client that is entered has one"
        if tree.size < checkpoint.size or tree.root(checkpoint.size) != checkpoint.root:
            raise LogElsewhere(
                _("%(folder)s is not the log that the controller at %(url)s writes: say --dir with the one it serves")
                % {"folder": self.keys.parent, "url": self.url}
            )


@asynccontextmanager
async def open_room(
    installation: Installation, body: str = "", broker: str = "", answer_s: float = 0
) -> AsyncIterator[Room]:
    """Read a body's log; officers connect when they are asked for. `broker`: another address than the file's.

    `answer_s`: how long an officer waits for an answer, 0 for `ANSWER_S`.

    Raises `InstallationRefused`, `NotFound`: no log is founded; `StoreFailed`, `Damaged`.
    """
    folder = installation.folder_of(body)
    async with AsyncExitStack() as stack:
        log = stack.enter_context(open_log(folder))
        trust = log.view.state.trust
        topics = topics_of(log.view.memory)
        assert trust is not None, "`topics_of` asked for index 0"
        root = key_of_jwk(trust.root).thumbprint
        url = broker or connect_url(installation, body)
        yield Room(log, folder / "keys", root, topics, url, answer_s or ANSWER_S, stack)
