"""Serving logs: a service with its bus over a store, run beside whoever asked for it; all bodies of an installation.

One body, one `Service`, one bus, all in one process and one event loop. Nothing listens before every log is read, and
the end of one is the end of all, with its name: that half a house is served would only be found out in mid-vote.
"""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from controller.attesting import Attester
from controller.card_register import NO_CARDS, CardRegister, read_register
from controller.desk.publisher import DeskPublisher
from controller.founding import Body, read_keys
from controller.installation import STORE_FILE, BodyConfig, Installation, InstallationRefused
from controller.mqtt.broker import BrokerUnreachable, BusHooks, open_bus
from controller.recorder import Keys
from controller.recovery import recover, topics_of
from controller.service import Service, settle_heap
from controller.store import Store
from controller.words import _
from protocol.errors import ChamberError
from protocol.floor import DEFAULT_SORTS, SpeechSorts
from protocol.keys import key_of_jwk, self_test
from protocol.state import LogState
from protocol.topics import Topics, allowed
from protocol.words import root_words


class BodyFailed(ChamberError):
    """A body cannot be served. `code` is that of the cause."""

    def __init__(self, body: str, cause: Exception) -> None:
        super().__init__(f"{body}: {cause}", getattr(cause, "code", "unreachable"))
        self.body = body


@contextmanager
def naming(body: str) -> Iterator[None]:
    """Say which body an error is about, once. Raises `BodyFailed`."""
    try:
        yield
    except BodyFailed:
        raise
    except (ChamberError, BrokerUnreachable) as error:
        raise BodyFailed(body, error) from error


@dataclass(frozen=True, slots=True)
class Served:
    """A body that is served. `url` is where its officers and seats connect."""

    config: BodyConfig
    store: Store
    service: Service

    @property
    def url(self) -> str:
        """Known once the service has started."""
        return self.service.bus.url

    @property
    def root_words(self) -> str:
        """The words of the root key that the log itself names; the key lies elsewhere."""
        return words_of(self.service.recorder.memory.state)


def words_of(state: LogState) -> str:
    """The root words of a founded log."""
    assert state.trust is not None, "a founded log has its index 0"
    return root_words(key_of_jwk(state.trust.root))


def check_log(state: LogState, body: Body, folder: Path) -> None:
    """Compare a log with the settings. Raises `InstallationRefused`: `folder` holds the log of another body or term."""
    found = state.trust
    if found is not None and (found.chamber, found.body, found.term) != (body.chamber, body.body, body.term):
        facts = {
            "folder": folder, "found": f"{found.chamber}/{found.body}/{found.term}",
            "wanted": f"{body.chamber}/{body.body}/{body.term}",
        }  # fmt: skip
        raise InstallationRefused(
            _("%(folder)s holds the log of %(found)s, chamber.toml says %(wanted)s: keep names and order of the bodies")
            % facts
        )


def make_service(
    store: Store,
    keys: Keys,
    topics: Topics,
    broker: str,
    store_failures_max: int | None = None,
    sorts: SpeechSorts = DEFAULT_SORTS,
    cards: CardRegister = NO_CARDS,
    *,
    demo: bool = False,
) -> Service:
    """Recover a founded log and put a bus before it that does not listen yet. `sorts`: the council's kinds of speech.

    `cards`: those that cannot sign; `demo`: also those that prove nothing, which no real sitting takes.

    Raises `StoreFailed`, `Damaged`, `Behind`, `BusUrlRefused`.
    """
    services: list[Service] = []

    def on_link(_connected: bool, session_present: bool) -> None:  # noqa: FBT001 - the hook's signature
        if not session_present and services:
            services[0].send_retained()

    bus = open_bus(
        broker,
        identity="controller",
        inbound=topics.inbound(),
        allowed=partial(allowed, topics),
        tls=ssl.create_default_context() if broker.startswith("mqtts:") else None,
        hooks=BusHooks(on_link=on_link),
    )
    attester = partial(Attester, cards, os.urandom, demo=demo)
    rebuild = partial(recover, store, keys, topics_of, os.urandom, attester)
    service = Service(bus, store, rebuild, store_failures_max=store_failures_max)
    service.followers.append(DeskPublisher(bus, lambda: service.recorder, topics, keys.controller, sorts))
    services.append(service)
    return service


async def run_beside(stack: AsyncExitStack, service: Service) -> None:
    """Start a service and let it run until the stack ends, which also closes its bus. Raises `BrokerUnreachable`.

    If the service ends by itself, whoever holds the stack is stopped and gets its error.
    """
    await service.start()
    stack.push_async_callback(service.bus.stop)
    stack.callback(service.quiet)
    await stack.enter_async_context(_running(asyncio.create_task(service.run())))


@asynccontextmanager
async def _running(serving: asyncio.Task[None]) -> AsyncIterator[None]:
    """Run beside the caller; if the service ends by itself the caller is stopped and gets its error."""
    caller = asyncio.current_task()
    assert caller is not None, "runs inside a task"
    serving.add_done_callback(lambda task: None if task.cancelled() or task.exception() is None else caller.cancel())
    try:
        yield
    except asyncio.CancelledError:
        if serving.done() and not serving.cancelled() and (error := serving.exception()) is not None:
            caller.uncancel()
            raise error from None
        raise
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


@asynccontextmanager
async def serve_installation(installation: Installation) -> AsyncIterator[tuple[Served, ...]]:
    """Serve all bodies of an installation, in the order of its file.

    Raises `BodyFailed`: a log is not founded, damaged, behind, of another body, held by another controller, its card
    register is malformed, or its address is taken. Then nothing is served.
    """
    self_test()
    async with AsyncExitStack() as stack:
        served = []
        for config in installation.bodies:
            with naming(config.body):
                served.append(_prepare(stack, installation, config))
        settle_heap()
        for body in served:
            stack.enter_context(naming(body.config.body))
            await run_beside(stack, body.service)
        yield tuple(served)


def _prepare(stack: AsyncExitStack, installation: Installation, config: BodyConfig) -> Served:
    """Claim a body's store and read its log."""
    folder, body = installation.folder_of(config.body), installation.log_of(config.body)
    if not (folder / STORE_FILE).exists():
        raise InstallationRefused(_("%(folder)s holds no log yet: run chamber init") % {"folder": folder})
    keys = read_keys(folder / "keys")
    store = Store(folder)
    stack.callback(store.close)
    store.claim()
    service = make_service(
        store, keys, body.topics, config.broker, sorts=installation.speeches, cards=read_register(folder)
    )
    check_log(service.recorder.memory.state, body, folder)
    return Served(config, store, service)
