"""Reads what was published, naively and by its own means: nothing here comes from the project.

A mistake shared by encoder and decoder cannot hide from a decoder of another make.
"""

import base64
import hashlib
import json
from functools import lru_cache
from typing import Any, NamedTuple

Payload = dict[str, Any]


class Leaf(NamedTuple):
    """An envelope as anybody would read it: key id, kind, payload, and the hash of its bytes."""

    kid: str
    kind: str
    payload: Payload
    hash: str


def hash_of(data: bytes) -> str:
    """SHA-256 in base64url without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _decode(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


@lru_cache(maxsize=4096)
def read_leaf(data: bytes) -> Leaf:
    """Read an envelope; its signature is not this reader's concern."""
    header, payload, _ = data.split(b".")
    named = json.loads(_decode(header))
    return Leaf(named["kid"], named["typ"].removesuffix("+jws"), json.loads(_decode(payload)), hash_of(data))


def thumbprint_of(jwk: dict[str, str]) -> str:
    """RFC 7638."""
    return hash_of(json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode())


class Told(NamedTuple):
    """A receipt as anybody would read it: record, index (`at`), status, and the checkpoint's size and root."""

    record: str
    at: int
    status: str
    size: int
    root: bytes


def read_checkpoint_note(note: bytes) -> tuple[int, bytes]:
    """(size, root) of a signed checkpoint."""
    _, size, root = note.split(b"\n")[:3]
    return int(size), base64.b64decode(root)


def is_receipt(payload: bytes) -> bool:
    """True for a receipt, false for a message in an envelope."""
    return payload.startswith(b"c2sp.org/tlog-proof@v1\n")


def read_receipt(payload: bytes) -> Told:
    """Read a receipt."""
    head, _, note = payload.partition(b"\n\n")
    extra = head.split(b"\n")[1].removeprefix(b"extra ")
    status = read_leaf(base64.b64decode(extra)).payload
    size, root = read_checkpoint_note(note)
    return Told(status["record"], status["index"], status["status"], size, root)
