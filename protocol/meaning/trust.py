"""Trust records: the anchor at index 0, officers, a changed log key.

Source: `docs/protocol.md` sections 3 and 6.3.
"""

from typing import cast

from protocol import records
from protocol.checkpoint import read_log_key
from protocol.errors import ChamberError
from protocol.keys import ed25519_key, key_of_jwk
from protocol.meaning.shared import RETIRED
from protocol.record import By
from protocol.state import Entry, KeyOwner, LogState, OfficerState


def judge_trust(state: LogState, entry: Entry) -> str:
    """Only index 0 anchors a log, and every key in it must be sound."""
    record = cast("records.Trust", entry.record)
    if state.trust is not None or entry.index != 0:
        return "state"
    try:
        log_key = read_log_key(record.log_key)
        controller = key_of_jwk(record.controller)
    except ChamberError:
        return "state"
    sound = log_key.origin == record.origin and controller.algorithm == entry.author.key.algorithm == "Ed25519"
    return "" if sound and controller.thumbprint != entry.kid else "state"


def apply_trust(state: LogState, entry: Entry) -> None:
    """Anchor the log."""
    record = cast("records.Trust", entry.record)
    root, controller = key_of_jwk(record.root), key_of_jwk(record.controller)
    state.trust, state.trust_hash, state.log_key = record, entry.hash, read_log_key(record.log_key)
    state.keys[root.thumbprint] = KeyOwner(root, By.ROOT, "root")
    state.keys[controller.thumbprint] = KeyOwner(controller, By.CONTROLLER, "controller")
    state.trust_records.append(entry.hash)


def judge_root_signed(state: LogState, entry: Entry) -> str:
    """An officer or a key change quotes index 0, and its key is new to this log."""
    record = entry.record
    if state.trust is None or getattr(record, "trust", "") != state.trust_hash or entry.author.by is not By.ROOT:
        return "state"
    try:
        if isinstance(record, records.KeyChange):
            old, new = read_log_key(record.old), read_log_key(record.new)
            return "" if old == state.log_key and new.origin == old.origin and new != old else "state"
        officer = cast("records.Officer", record)
        key = key_of_jwk(officer.jwk)
        ed25519_key(key.raw)
    except ChamberError:
        return "state"
    owner = state.keys.get(key.thumbprint)
    if owner is None:
        return "state" if key.thumbprint in state.session_kids else ""
    return "" if (owner.by, owner.owner) == (By.OFFICER, officer.officer) else "state"


def apply_officer(state: LogState, entry: Entry) -> None:
    """Enter or replace an officer; an earlier key of this officer acts no more."""
    record = cast("records.Officer", entry.record)
    key = key_of_jwk(record.jwk)
    before = state.officers.get(record.officer)
    if before is not None and before.kid != key.thumbprint:
        state.keys[before.kid] = KeyOwner(state.keys[before.kid].key, By.OFFICER, record.officer, RETIRED)
    last_seq = before.last_seq if before is not None else 0
    state.officers[record.officer] = OfficerState(record.officer, record.role, record.name, key.thumbprint, last_seq)
    state.keys[key.thumbprint] = KeyOwner(key, By.OFFICER, record.officer, record.role)
    state.trust_records.append(entry.hash)


def apply_key_change(state: LogState, entry: Entry) -> None:
    """From the next checkpoint on the log signs with its new key."""
    state.log_key = read_log_key(cast("records.KeyChange", entry.record).new)
    state.trust_records.append(entry.hash)
