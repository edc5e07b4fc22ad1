"""The physical limits: what this machine can do at best, measured while the figures are measured.

Raw verification is PyNaCl's public `VerifyKey.verify` over the very messages that the other side verifies, in a loop
that does nothing else. One fsync is a page appended to a file and synced, in the directory of the log: a log grows.
"""

import os
import resource
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

from controller.bench.chamber import Chamber, Message
from protocol.jws import read_envelope
from protocol.keys import raw_verifier

_PAGE = bytes(4096)
_FILES_BESIDE_SEATS = 256


class RawCheck(NamedTuple):
    """One verification that PyNaCl alone would have to do."""

    verify: Callable[[bytes, bytes], object]
    message: bytes
    signature: bytes


def raw_checks(chamber: Chamber, messages: Sequence[Message]) -> list[RawCheck]:
    """What PyNaCl alone has to do for these ballots."""
    verifiers = {seat.up: raw_verifier(seat.signer.public) for seat in chamber.seats}
    envelopes = [(verifiers[topic], read_envelope(payload)) for topic, payload in messages]
    return [RawCheck(verify, envelope.signed, envelope.signature) for verify, envelope in envelopes]


def time_raw_checks(checks: Sequence[RawCheck]) -> float:
    """Seconds for one verification."""
    started = time.perf_counter()
    for verify, message, signature in checks:
        verify(message, signature)
    return (time.perf_counter() - started) / len(checks)


class FsyncProbe:
    """One durable append after another, to a file beside the log. Use `with`."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "fsync-probe"

    def __enter__(self) -> Self:
        """Make the file."""
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return self

    def __exit__(self, *_: object) -> None:
        """Remove it."""
        os.close(self._descriptor)
        self._path.unlink()

    def measure(self) -> float:
        """Seconds for one page appended and synced."""
        started = time.perf_counter()
        os.write(self._descriptor, _PAGE)
        os.fsync(self._descriptor)
        return time.perf_counter() - started


def raise_open_files(seats: int) -> None:
    """Raise the soft limit of open files, so that every seat can have its connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * seats + _FILES_BESIDE_SEATS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):  # where it cannot be raised, connecting says what is missing
            resource.setrlimit(resource.RLIMIT_NOFILE, (bound, hard))
