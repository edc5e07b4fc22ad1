"""Founding a log: its keys, the anchor at index 0 and the officers, made once and offline.

Source: `docs/protocol.md` sections 3 and 6.3.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from controller.keyfile import read_key, write_key
from controller.recorder import Keys, Memory, Recorder
from controller.recovery import recover, topics_of
from controller.store import Store
from protocol import records
from protocol.checkpoint import LogKey
from protocol.encoding import hash_text
from protocol.keys import Signer
from protocol.topics import Topics

POLICY = "log {vkey}\nquorum none\n"
SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class OfficerPlan:
    """An officer to be: id, role and name as the log will show them."""

    id: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Body:
    """Whose log it is: identifiers of chamber, body and term of office."""

    chamber: str
    body: str
    term: str

    @property
    def topics(self) -> Topics:
        """The topics of this body."""
        return Topics(self.chamber, self.body)


def make_keys(directory: Path, officers: Sequence[OfficerPlan], entropy: Callable[[int], bytes]) -> None:
    """Make `keys/` with root, log, controller and officers' keys. Raises `KeyFileRefused`: one exists already."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    for name in ("root", "log", "controller", *(f"officer-{officer.id}" for officer in officers)):
        write_key(directory / f"{name}.key", "ed25519", entropy(SEED_BYTES))


def read_keys(directory: Path) -> Keys:
    """The two keys a running controller needs. Raises `KeyFileRefused`."""
    return Keys(read_key(directory / "log.key"), read_key(directory / "controller.key"))


def officer_key(directory: Path, officer: str) -> Signer:
    """An officer's key. Raises `KeyFileRefused`."""
    return read_key(directory / f"officer-{officer}.key")


def founding_records(
    body: Body, root: Signer, keys: Keys, officers: Sequence[tuple[OfficerPlan, Signer]], now_ms: int
) -> list[bytes]:
    """The first leaves of a log: the anchor, then each officer."""
    vkey = str(LogKey(f"chamber/{body.chamber}/{body.body}/{body.term}", keys.log.public))
    trust = records.Trust(
        body.chamber, body.body, body.term, root.public.jwk(), "", "", vkey, "", keys.controller.public.jwk(),
        POLICY.format(vkey=vkey), now_ms,
    ).seal(root)  # fmt: skip
    anchor = hash_text(trust)
    return [trust] + [
        records.Officer(anchor, plan.id, plan.role, plan.name, signer.public.jwk(), now_ms).seal(root)
        for plan, signer in officers
    ]


def found_log(
    store: Store, keys: Keys, body: Body, leaves: Sequence[bytes], entropy: Callable[[int], bytes], now_ms: int
) -> Recorder:
    """Write the first leaves into an empty store and return the recorder that goes on."""
    recorder = Recorder(Memory(), keys, body.topics, entropy)
    for leaf in leaves:
        recorder.append_founding(leaf)
    store.commit(recorder.seal(now_ms))
    return recover(store, keys, topics_of, entropy)
