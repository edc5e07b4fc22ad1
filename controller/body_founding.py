"""Founding the bodies of an installation: keys once, the first leaves once, and never over anything that lies there.

A power cut may leave keys without a log, or some of the keys; no record bears them yet, so the next run goes on from
there. Only where the root key is missing it does not: somebody has taken it away, and a second root would be another
chamber's.

Source: `docs/protocol.md` section 3.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.founding import SEED_BYTES, found_log, founding_records, make_keys, officer_key, read_keys
from controller.installation import STORE_FILE, BodyConfig, Installation, InstallationRefused
from controller.keyfile import KeyFileRefused, read_key, write_key
from controller.recorder import Memory
from controller.recovery import load_memory
from controller.serving import check_log, naming, words_of
from controller.store import Store
from controller.words import _


@dataclass(frozen=True, slots=True)
class Founding:
    """A founded body. `new`: this run founded it. `root_key` lies there only until somebody takes it offline."""

    config: BodyConfig
    keys: Path
    root_words: str
    size: int
    new: bool

    @property
    def root_key(self) -> Path:
        """Where the root's private key was made."""
        return self.keys / "root.key"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "body": self.config.body, "term": self.config.term, "root_words": self.root_words, "keys": str(self.keys),
            "size": self.size, "new": self.new,
        }  # fmt: skip


def found_bodies(
    installation: Installation, entropy: Callable[[int], bytes], now_ms: Callable[[], int]
) -> list[Founding]:
    """Found every body that has no log yet. Returns all, in the order of the file.

    Raises `BodyFailed` over `InstallationRefused`, `KeyFileRefused`, `StoreFailed` or `Damaged`. All that lies there is
    looked at before anything is made, so that a renamed or moved body does not become a new one.
    """
    founded = {}
    for config in installation.bodies:
        with naming(config.body):
            founded[config.body] = _look(installation, config)
            _check_rules(installation, config)
    done = []
    for config in installation.bodies:
        with naming(config.body):
            done.append(founded[config.body] or _found(installation, config, entropy, now_ms()))
    return done


def _look(installation: Installation, config: BodyConfig) -> Founding | None:
    """What is founded already; None for a body without a log."""
    folder = installation.folder_of(config.body)
    if not (folder / STORE_FILE).exists():
        return None
    store = Store(folder)
    try:
        memory = load_memory(store)
    finally:
        store.close()
    check_log(memory.state, installation.log_of(config.body), folder)
    return _founding(config, folder, memory, new=False) if memory.state.size else None


def _founding(config: BodyConfig, folder: Path, memory: Memory, *, new: bool) -> Founding:
    return Founding(config, folder / "keys", words_of(memory.state), memory.state.size, new)


def _check_rules(installation: Installation, config: BodyConfig) -> None:
    path = installation.rules_of(config.body)
    if path is not None and not path.is_file():
        raise InstallationRefused(
            _("rules: there is no file %(path)s; put it there, or write another name") % {"path": path}
        )


def _found(installation: Installation, config: BodyConfig, entropy: Callable[[int], bytes], now_ms: int) -> Founding:
    folder, body = installation.folder_of(config.body), installation.log_of(config.body)
    _make_missing_keys(folder / "keys", config, entropy)
    keys, root = read_keys(folder / "keys"), read_key(folder / "keys" / "root.key")
    signed = [(plan, officer_key(folder / "keys", plan.id)) for plan in config.officers]
    store = Store(folder)
    try:
        store.claim()
        recorder = found_log(store, keys, body, founding_records(body, root, keys, signed, now_ms), entropy, now_ms)
    finally:
        store.close()
    return _founding(config, folder, recorder.memory, new=True)


def _make_missing_keys(keys: Path, config: BodyConfig, entropy: Callable[[int], bytes]) -> None:
    """Make all keys, or those that a run cut short did not come to. Raises `InstallationRefused`, `KeyFileRefused`."""
    names = ("root", "log", "controller", *(f"officer-{officer.id}" for officer in config.officers))
    missing = [name for name in names if not (keys / f"{name}.key").exists()]
    if 0 < len(missing) < len(names) and "root" in missing:
        raise InstallationRefused(
            _("%(keys)s holds keys, but no root.key, and no log is founded: bring root.key back, or move the keys away")
            % {"keys": keys}
        )
    try:
        if len(missing) == len(names):
            make_keys(keys, config.officers, entropy)
        else:
            for name in missing:
                write_key(keys / f"{name}.key", "ed25519", entropy(SEED_BYTES))
        _sync(keys)
    except OSError as error:
        raise KeyFileRefused(f"cannot make keys in {keys}: {error.strerror}") from error


def _sync(folder: Path) -> None:
    """Names of files too must be on the disk before a log is signed with what is in them."""
    for place in (folder, folder.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
