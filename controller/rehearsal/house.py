"""The house of a rehearsal: the sitting's own members, seats and officers with throw-away keys, on this machine.

Like `controller/house.py` nothing in it is a shortcut past MQTT, signatures or the log. Two things are its own: seats
and places are those of the sitting, and the controller can be lost and brought back while seats and officers go on.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from controller.conduct import member_entry, seat_entry
from controller.export import export_package
from controller.fleet_process import Fleet, FleetFailed, start_fleet
from controller.founding import Body, found_log, founding_records, make_keys, officer_key, read_keys
from controller.house import EMBEDDED, SECRET_BYTES, STORE_FAILURES_MAX
from controller.keyfile import read_key
from controller.officer import OfficerClient
from controller.recorder import Keys
from controller.rehearsal.plan import RehearsalPlan
from controller.service import Service, unix_ms
from controller.serving import make_service, run_beside
from controller.store import Store
from controller.words import _
from protocol.keys import Ed25519Signer, P256Signer, p256_secret, self_test
from protocol.words import root_words


class Controller:
    """A controller that can be lost: store, service and listener, always at the same address. Use `async with`.

    `changed` is called after each batch, whichever service sealed it.
    """

    def __init__(self, directory: Path, keys: Keys, body: Body, changed: Callable[[], None]) -> None:
        self.store: Store
        self.service: Service
        self._directory, self._keys, self._body, self._changed = directory, keys, body, changed
        self._broker = EMBEDDED
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Raises `StoreFailed`, `Damaged`, `Behind`, `BrokerUnreachable`."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Close; an error of the service itself comes out here."""
        return await self._stack.__aexit__(kind, error, trace)

    async def start(self) -> None:
        """Read the log from the disk and serve it. Raises as `__aenter__`."""
        async with AsyncExitStack() as stack:
            self.store = Store(self._directory)
            stack.callback(self.store.close)
            self.store.claim()
            self.service = make_service(self.store, self._keys, self._body.topics, self._broker, STORE_FAILURES_MAX)
            self.service.watchers.append(lambda _recorder: self._changed())
            await run_beside(stack, self.service)
            self._broker = self.service.bus.url.replace("mqtt:", "embedded:", 1)
            self._stack = stack.pop_all()

    async def lose(self) -> None:
        """Everything that is in memory only is gone, with every connection; the disk stays."""
        await self._stack.aclose()
        self._stack = AsyncExitStack()


@dataclass(frozen=True, slots=True)
class RehearsalHouse:
    """The running house. Entries are those of `roster-part`, with the throw-away keys."""

    directory: Path
    controller: Controller
    officers: dict[str, OfficerClient]
    fleet: Fleet
    members: list[dict[str, Any]]
    seats: list[dict[str, Any]]
    root_words: str

    def export(self, sitting: str, secretary: str) -> Path:
        """Write the package of a sitting. Returns its folder. Raises `NothingToExport`, `StoreFailed`."""
        signer, service = officer_key(self.directory / "keys", secretary), self.controller.service
        memory, checkpoint = service.recorder.memory, service.recorder.checkpoint
        out = self.directory / "packages"
        return export_package(self.controller.store, memory, checkpoint, sitting, signer, out)


@asynccontextmanager
async def open_rehearsal_house(
    plan: RehearsalPlan, directory: Path, changed: Callable[[], None], seed: int, patience_s: float
) -> AsyncIterator[RehearsalHouse]:
    """Found a log in `directory` and run it with all officers and seats connected; `seed` is that of the seats' haste.

    Raises `StoreFailed`, `BrokerUnreachable`, `KeyFileRefused`; `FleetFailed`: the seats' process ended, or some seat
    is not ready within `patience_s`.
    """
    self_test()
    make_keys(directory / "keys", plan.officers, os.urandom)
    keys, root = read_keys(directory / "keys"), read_key(directory / "keys" / "root.key")
    signed = [(officer, officer_key(directory / "keys", officer.id)) for officer in plan.officers]
    store = Store(directory)
    try:
        leaves = founding_records(plan.body, root, keys, signed, unix_ms())
        found_log(store, keys, plan.body, leaves, os.urandom, unix_ms())
    finally:
        store.close()
    async with AsyncExitStack() as stack:
        controller = await stack.enter_async_context(Controller(directory, keys, plan.body, changed))
        url = controller.service.bus.url
        clients = {
            officer.id: await stack.enter_async_context(
                OfficerClient(officer.id, signer, root.public.thumbprint, plan.body.topics, url)
            )
            for officer, signer in signed
        }
        (directory / "journals").mkdir(exist_ok=True)
        fleet_plan, members, seats = make_fleet(plan, root.public.jwk(), str(directory / "journals"), seed)
        path = directory / "keys" / "fleet.json"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(fleet_plan, file)
        try:
            async with asyncio.timeout(patience_s):
                fleet = await stack.enter_async_context(start_fleet(path, url))
        except TimeoutError as error:
            raise FleetFailed(_("not every seat is ready after %(s)d s") % {"s": round(patience_s)}) from error
        yield RehearsalHouse(directory, controller, clients, fleet, members, seats, root_words(root.public))


def make_fleet(
    plan: RehearsalPlan, root: dict[str, str], journals: str, seed: int
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """Throw-away cards and devices: the seats' plan, and the entries of members and seats for the roster."""
    roster = plan.sitting.roster
    cards = {member["id"]: p256_secret(os.urandom(SECRET_BYTES)) for member in roster.members}
    devices = {seat["id"]: os.urandom(SECRET_BYTES) for seat in roster.seats}
    fleet_plan = {
        "v": 1, "chamber": plan.body.chamber, "body": plan.body.body, "root": root, "journal_dir": journals,
        "seed": seed,
        "seats": [{"id": seat, "device_seed": secret.hex()} for seat, secret in devices.items()],
        "cards": [{"member": member, "secret": secret.hex()} for member, secret in cards.items()],
    }  # fmt: skip
    members = [
        member_entry(one["id"], one["name"], one["group"], P256Signer(cards[one["id"]]).public.jwk())
        for one in roster.members
    ]
    seats = [
        seat_entry(one["id"], Ed25519Signer(devices[one["id"]]).public.jwk(), one["place"]) for one in roster.seats
    ]
    return fleet_plan, members, seats
