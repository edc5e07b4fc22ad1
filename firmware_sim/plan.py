"""The plan: which seats and cards a fleet simulates, with their test keys. Read strictly.

One JSON object: `v` 1, `chamber`, `body`, `root` (the chamber root's public JWK), `journal_dir` (a folder; empty keeps
journals in memory), `seed` (of all habits), `seats` [{`id`, `device_seed`}], `cards` [{`member`, `secret`}]; seeds and
secrets are 32 bytes in hex. A card may have a `kind` too: `piv` (which it is else), `ntag424` or `uid`. The latter two
cannot sign: their UID is `04` and the first six bytes of the secret's SHA-256, and the keys of `ntag424` come from the
plan's `master`, 16 bytes in hex, which may be left out for the catalogue's. Keys in a plan are for simulation and never
those of a real chamber.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from protocol.errors import ChamberError
from protocol.fields import check_identifier
from protocol.keys import Ed25519Signer, Jwk, PublicKey, key_of_jwk, p256_secret
from protocol.topics import Topics

SECRET_BYTES: Final = 32
SEATS_MAX: Final = 10_000
_MEMBERS: Final = ["v", "chamber", "body", "root", "journal_dir", "seed", "seats", "cards"]
_MASTER: Final = "master"
_MASTER_BYTES: Final = 16
_KINDS: Final = ("piv", "ntag424", "uid")
_SIGNS: Final = "piv"
_NXP: Final = b"\x04"
_UID_REST_BYTES: Final = 6
_VERSION: Final = 1


class PlanRefused(ChamberError):
    """The plan is missing, malformed, or names something twice."""

    code = "plan"


@dataclass(frozen=True, slots=True)
class AttestedCards:
    """Which members' cards cannot sign: `kinds` by member, the chamber they are for, the master key of their keys.

    An empty `master` is the catalogue's.
    """

    kinds: Mapping[str, str]
    chamber: str = ""
    master: bytes = b""


ALL_SIGN: Final = AttestedCards({})
"""Every card signs."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked plan. `seats` and `cards` map ids to secrets; `attested` tells of the cards that cannot sign."""

    topics: Topics
    root: PublicKey
    journal_dir: str
    seed: int
    seats: dict[str, bytes]
    cards: dict[str, bytes]
    attested: AttestedCards = ALL_SIGN


def read_plan(data: bytes) -> Plan:
    """Read a plan. Raises `PlanRefused`: no JSON, other members, wrong types, a seat or card named twice."""
    try:
        members = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PlanRefused("a plan that is not JSON") from error
    if type(members) is not dict or sorted(members.keys() - {_MASTER}) != sorted(_MEMBERS) or members["v"] != _VERSION:
        raise PlanRefused(f"a plan has exactly the members {', '.join(_MEMBERS)}, and master if it is wanted")
    if type(members["journal_dir"]) is not str or type(members["seed"]) is not int:
        raise PlanRefused("journal_dir is a text, seed an integer")
    try:
        root = key_of_jwk(members["root"])
        topics = Topics(check_identifier(members["chamber"]), check_identifier(members["body"]))
    except (ChamberError, TypeError) as error:
        raise PlanRefused("chamber, body or root is malformed") from error
    seats = _secrets(members["seats"], "id", "device_seed")
    kinds = _take_kinds(members["cards"])
    cards = _secrets(members["cards"], "member", "secret")
    if not seats or len(seats) > SEATS_MAX:
        raise PlanRefused(f"a plan has 1 to {SEATS_MAX} seats")
    attested = AttestedCards(kinds, topics.chamber, _master(members.get(_MASTER, "")))
    return Plan(topics, root, members["journal_dir"], members["seed"], seats, cards, attested)


def _take_kinds(entries: Any) -> dict[str, str]:  # noqa: ANN401 - untyped JSON becomes typed here
    """Take `kind` out of the entries. Returns the kinds of cards that cannot sign."""
    kinds = {}
    for entry in entries if type(entries) is list else []:
        kind = entry.pop("kind", _SIGNS) if type(entry) is dict else _SIGNS
        if kind not in _KINDS:
            raise PlanRefused(f"the kind of a card is one of {', '.join(_KINDS)}")
        if kind != _SIGNS:
            kinds[str(entry.get("member"))] = kind
    return kinds


def _master(text: Any) -> bytes:  # noqa: ANN401 - as above
    try:
        master = bytes.fromhex(text)
    except (TypeError, ValueError) as error:
        raise PlanRefused("master is not hex") from error
    if len(master) not in {0, _MASTER_BYTES}:
        raise PlanRefused(f"master is {_MASTER_BYTES} bytes")
    return master


def _secrets(entries: Any, name: str, secret: str) -> dict[str, bytes]:  # noqa: ANN401 - untyped JSON becomes typed here
    if type(entries) is not list:
        raise PlanRefused("seats and cards are lists")
    found: dict[str, bytes] = {}
    for entry in entries:
        if type(entry) is not dict or sorted(entry) != sorted((name, secret)):
            raise PlanRefused(f"an entry has exactly {name} and {secret}")
        try:
            identifier, value = check_identifier(entry[name]), bytes.fromhex(entry[secret])
        except (ChamberError, TypeError, ValueError) as error:
            raise PlanRefused(f"a {name} or {secret} is malformed") from error
        if len(value) != SECRET_BYTES or identifier in found:
            raise PlanRefused(f"{identifier}: named twice, or not {SECRET_BYTES} bytes")
        found[identifier] = value
    return found


def load_plan(path: Path) -> Plan:
    """Read a plan's file. Raises `PlanRefused`."""
    try:
        return read_plan(path.read_bytes())
    except OSError as error:
        raise PlanRefused(f"the plan {path} cannot be read: {error.strerror}") from error


def throw_away_secret(seed: int, what: str) -> bytes:
    """A secret that anyone can compute again from the seed: good for load and nothing else."""
    return sha256(f"firmware_sim/{seed}/{what}".encode("ascii")).digest()


def uid_of_secret(secret: bytes) -> bytes:
    """The UID of a card that cannot sign, as NXP gives them out: seven bytes."""
    return _NXP + sha256(secret).digest()[:_UID_REST_BYTES]


def throw_away_plan(seats: int, seed: int, topics: Topics, root: Jwk | None = None) -> dict[str, Any]:
    """A plan of seats `s-0001` … and cards `m-0001` … as JSON.

    Without `root` the root is `throw_away_secret(seed, "root")`, so that the other side can compute it too.
    """
    names = [f"{number:04}" for number in range(1, seats + 1)]
    return {
        "v": _VERSION,
        "chamber": topics.chamber,
        "body": topics.body,
        "root": root or Ed25519Signer(throw_away_secret(seed, "root")).public.jwk(),
        "journal_dir": "",
        "seed": seed,
        "seats": [{"id": f"s-{name}", "device_seed": throw_away_secret(seed, f"s-{name}").hex()} for name in names],
        "cards": [
            {"member": f"m-{name}", "secret": p256_secret(throw_away_secret(seed, f"m-{name}")).hex()} for name in names
        ],
    }
