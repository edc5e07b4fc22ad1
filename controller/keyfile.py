"""Private keys in files: one key a file, readable by its owner alone.

A file holds one line: `ed25519` or `p256`, a space, and 32 bytes in hex; or `aes128`, a space, and 16 bytes: the master
key of cards that cannot sign.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from protocol.aes import KEY_BYTES
from protocol.errors import ChamberError
from protocol.keys import Ed25519Signer, P256Signer, Signer

_MASTER_KIND = "aes128"
_KINDS: dict[str, Callable[[bytes], Signer]] = {"ed25519": Ed25519Signer, "p256": P256Signer}


class KeyFileRefused(ChamberError):
    """A key file is missing, readable by others, or malformed."""

    code = "key-file"


def write_key(path: Path, kind: str, secret: bytes) -> Signer:
    """Write a new key file. Raises `KeyFileRefused`: it exists already, or cannot be written."""
    _write_line(path, kind, secret)
    return _KINDS[kind](secret)


def read_key(path: Path) -> Signer:
    """Read a key file. Raises `KeyFileRefused`."""
    kind, secret = _read_line(path)
    try:
        return _KINDS[kind](secret)
    except (ValueError, KeyError) as error:
        raise KeyFileRefused(f"the key {path} is not one line of kind and hex") from error


def write_master_key(path: Path, secret: bytes) -> None:
    """Write a new file of the cards' master key. Raises `KeyFileRefused`: it exists already, or cannot be written."""
    assert len(secret) == KEY_BYTES, "AES-128"
    _write_line(path, _MASTER_KIND, secret)


def read_master_key(path: Path) -> bytes:
    """Read the cards' master key, 16 bytes. Raises `KeyFileRefused`."""
    kind, secret = _read_line(path)
    if kind != _MASTER_KIND or len(secret) != KEY_BYTES:
        raise KeyFileRefused(f"the key {path} is not one line of {_MASTER_KIND} and 16 bytes in hex")
    return secret


def _write_line(path: Path, kind: str, secret: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KeyFileRefused(f"cannot write the key {path}: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{kind} {secret.hex()}\n")
        file.flush()
        os.fsync(file.fileno())


def _read_line(path: Path) -> tuple[str, bytes]:
    try:
        mode = path.stat().st_mode
        words = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileRefused(f"cannot read the key {path}: {error}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileRefused(f"the key {path} is readable by others; run: chmod 600 {path}")
    try:
        kind, secret = words
        return kind, bytes.fromhex(secret)
    except ValueError as error:
        raise KeyFileRefused(f"the key {path} is not one line of kind and hex") from error
