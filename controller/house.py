"""A whole chamber on this machine: founded log, running controller, officers on the line, simulated seats.

`demo`, `replay` and `bench` build it, with the embedded broker or against an outer one; nothing in it is a shortcut
past MQTT, signatures or the log.
"""

import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.card_register import NO_CARDS, CardRegister, RegisteredCard, write_register
from controller.conduct import member_entry, seat_entry
from controller.export import export_package
from controller.fleet_process import Fleet, FleetFailed, start_fleet
from controller.founding import Body, OfficerPlan, found_log, founding_records, make_keys, officer_key, read_keys
from controller.keyfile import read_key
from controller.officer import OfficerClient
from controller.service import Service, settle_heap, unix_ms
from controller.serving import make_service, run_beside
from controller.store import Store
from protocol.aes import KEY_BYTES
from protocol.encoding import digest
from protocol.keys import Ed25519Signer, P256Signer, p256_secret, self_test
from protocol.ntag424 import UID_BYTES
from protocol.words import root_words

EMBEDDED = "embedded://127.0.0.1:0"
SECRET_BYTES = 32
GRADE_A = "piv"
STORE_FAILURES_MAX = 3
HARDWARE_SEATS_MAX = 100
"""A serial line is waited for with `select`, which knows no descriptor above 1,023; a seat takes about eight."""


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """A simulated member: id, name, group and grade of the card as the roster will show them."""

    id: str
    name: str
    group: str
    grade: str = GRADE_A


@dataclass(slots=True)
class House:
    """A running chamber. `seat_of` maps members to their seats."""

    directory: Path
    body: Body
    service: Service
    store: Store
    officers: dict[str, OfficerClient]
    fleet: Fleet
    seat_of: dict[str, str]
    members: list[dict[str, Any]]
    seats: list[dict[str, Any]]
    root_words: str

    def export(self, sitting: str, out: Path) -> Path:
        """Write the package of a sitting, signed by the secretary. Returns its folder."""
        signer = officer_key(self.directory / "keys", "secretary")
        return export_package(
            self.store, self.service.recorder.memory, self.service.recorder.checkpoint, sitting, signer, out
        )


@asynccontextmanager
async def open_house(
    directory: Path,
    body: Body,
    officers: Sequence[OfficerPlan],
    members: Sequence[MemberPlan],
    broker: str = EMBEDDED,
    seed: int = 1,
    *,
    hardware: bool = False,
) -> AsyncIterator[House]:
    """Found a log in `directory` and run it with all officers and seats connected.

    `hardware`: each seat on a simulated reader, card and pins, for up to `HARDWARE_SEATS_MAX` members.

    Raises `StoreFailed`, `BrokerUnreachable`, `FleetFailed`, `KeyFileRefused`.
    """
    if hardware and len(members) > HARDWARE_SEATS_MAX:
        raise FleetFailed(
            f"at most {HARDWARE_SEATS_MAX} seats have simulated hardware in one process, not {len(members)}"
        )
    self_test()
    make_keys(directory / "keys", officers, os.urandom)
    keys, root = read_keys(directory / "keys"), read_key(directory / "keys" / "root.key")
    async with AsyncExitStack() as stack:
        store = Store(directory)
        stack.callback(store.close)
        store.claim()
        signed = [(plan, officer_key(directory / "keys", plan.id)) for plan in officers]
        found_log(store, keys, body, founding_records(body, root, keys, signed, unix_ms()), os.urandom, unix_ms())
        secrets = {member.id: p256_secret(os.urandom(SECRET_BYTES)) for member in members}
        cards = _register_cards(directory, members, secrets)
        service = make_service(store, keys, body.topics, broker, STORE_FAILURES_MAX, cards=cards, demo=True)
        settle_heap()
        await run_beside(stack, service)
        clients = {
            plan.id: await stack.enter_async_context(
                OfficerClient(plan.id, signer, root.public.thumbprint, body.topics, service.bus.url)
            )
            for plan, signer in signed
        }
        plan_file, seat_of, member_entries, seat_entries = _plan_seats(
            directory, _FleetPlan(body, root.public.jwk(), members, secrets, cards.master, seed)
        )
        fleet = await stack.enter_async_context(start_fleet(plan_file, service.bus.url, hardware=hardware))
        yield House(
            directory,
            body,
            service,
            store,
            clients,
            fleet,
            seat_of,
            member_entries,
            seat_entries,
            root_words(root.public),
        )


def _register_cards(directory: Path, members: Sequence[MemberPlan], secrets: Mapping[str, bytes]) -> CardRegister:
    """Enter the cards that cannot sign, as the fleet makes them of their secrets: UID `04` and the secret's digest."""
    cards = [
        RegisteredCard(_uid_of(secrets[member.id]), member.id, member.grade, member.grade == "ntag424")
        for member in members
        if member.grade != GRADE_A
    ]
    return write_register(directory, cards, os.urandom(KEY_BYTES)) if cards else NO_CARDS


def _uid_of(secret: bytes) -> str:
    return (b"\x04" + digest(secret)[: UID_BYTES - 1]).hex()


@dataclass(frozen=True, slots=True)
class _FleetPlan:
    """Of what the fleet's plan is made. `secrets` are those of the cards, by member."""

    body: Body
    root: dict[str, str]
    members: Sequence[MemberPlan]
    secrets: Mapping[str, bytes]
    master: bytes
    seed: int


def _plan_seats(
    directory: Path, fleet: _FleetPlan
) -> tuple[Path, dict[str, str], list[dict[str, Any]], list[dict[str, Any]]]:
    """Make seat devices, write the fleet's plan (readable by us alone), and say who sits where."""
    members, secrets = fleet.members, fleet.secrets
    width = max(2, len(str(len(members))))
    seat_of = {member.id: f"s-{number:0{width}d}" for number, member in enumerate(members, 1)}
    devices = {seat: os.urandom(SECRET_BYTES) for seat in seat_of.values()}
    plan = {
        "v": 1, "chamber": fleet.body.chamber, "body": fleet.body.body, "root": fleet.root,
        "journal_dir": str(directory / "journals"), "seed": fleet.seed, "master": fleet.master.hex(),
        "seats": [{"id": seat, "device_seed": secret.hex()} for seat, secret in devices.items()],
        "cards": [{"member": m.id, "secret": secrets[m.id].hex(), "kind": m.grade} for m in members],
    }  # fmt: skip
    (directory / "journals").mkdir(exist_ok=True)
    path = directory / "keys" / "fleet.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(plan, file)
    member_entries = [
        member_entry(member.id, member.name, member.group, _card_key(member, secrets[member.id]), member.grade)
        for member in members
    ]
    seat_entries = [
        seat_entry(seat, Ed25519Signer(secret).public.jwk(), str(number))
        for number, (seat, secret) in enumerate(devices.items(), 1)
    ]
    return path, seat_of, member_entries, seat_entries


def _card_key(member: MemberPlan, secret: bytes) -> dict[str, str]:
    """The public key of a card that signs; empty for one that cannot."""
    return P256Signer(secret).public.jwk() if member.grade == GRADE_A else {}
