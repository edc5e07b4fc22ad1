"""The device key in a file that nobody else can read.

The file holds one line: `ed25519`, a space, and the 32-byte seed in hex. A secure element would be another class behind
the same `protocol.keys.Signer`.
"""

import os
import stat
from pathlib import Path
from typing import Final

from protocol.keys import Ed25519Signer
from seat_client.errors import KeyFileRefused

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_FILE_BYTES_MAX: Final = 4_096


def read_key_file(path: Path) -> Ed25519Signer:
    """Read the device key. Raises `KeyFileRefused`: missing, open to group or world, or another form."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            words = file.read(_FILE_BYTES_MAX).split()
    except OSError as error:
        raise KeyFileRefused(f"the key file {path} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(mode) or mode & _OTHERS:
        raise KeyFileRefused(f"the key file {path} is open to others: its mode must be 0600 or tighter")
    try:
        kind, seed = words
        if kind != b"ed25519":
            raise KeyFileRefused(f"the key file {path} holds no Ed25519 key")
        return Ed25519Signer(bytes.fromhex(seed.decode("ascii")))
    except ValueError as error:
        raise KeyFileRefused(f"the key file {path} is not one line of `ed25519` and 64 hex digits") from error


def write_key_file(path: Path, seed: bytes) -> Ed25519Signer:
    """Write a new key file of mode 0600. Raises `KeyFileRefused`: it exists already, or the disk refuses."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"ed25519 " + seed.hex().encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyFileRefused(f"the key file {path} cannot be written: {error.strerror}") from error
    return Ed25519Signer(seed)
