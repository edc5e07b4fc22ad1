"""Private keys in files: one key a file, readable by its owner alone.

A file holds one line: `ed25519` or `p256`, a space, and 32 bytes in hex.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from protocol.errors import ChamberError
from protocol.keys import Ed25519Signer, P256Signer, Signer

_KINDS: dict[str, Callable[[bytes], Signer]] = {"ed25519": Ed25519Signer, "p256": P256Signer}


class KeyFileRefused(ChamberError):
    """A key file is missing, readable by others, or malformed."""

    code = "key-file"


def write_key(path: Path, kind: str, secret: bytes) -> Signer:
    """Write a new key file. Raises `KeyFileRefused`: it exists already, or cannot be written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KeyFileRefused(f"cannot write the key {path}: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{kind} {secret.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    return _KINDS[kind](secret)


def read_key(path: Path) -> Signer:
    """Read a key file. Raises `KeyFileRefused`."""
    try:
        mode = path.stat().st_mode
        words = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileRefused(f"cannot read the key {path}: {error}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileRefused(f"the key {path} is readable by others; run: chmod 600 {path}")
    try:
        kind, secret = words
        return _KINDS[kind](bytes.fromhex(secret))
    except (ValueError, KeyError) as error:
        raise KeyFileRefused(f"the key {path} is not one line of kind and hex") from error
