"""The journal: the exact bytes of what has no receipt yet, safe across a power cut.

A file that only grows, one entry a change, each durable before `keep` returns:

    magic     8 bytes `chseatj1`, then entries:
    operation 1 byte, `K` keep or `D` drop;  length 4 bytes, big-endian
    body      K: a record, D: its 43-character hash
    check     the first 8 bytes of SHA-256 over operation, length and body

Opening rewrites it with what is still kept. Whatever does not check, at the end (the power went while it was written,
so it was never published) or in the middle, is put aside under another name and told; what stands before it is used.
Drops are not flushed: a record that comes back after a power cut is sent once more and gets its receipt again.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from protocol.encoding import HASH_TEXT_LENGTH, hash_text
from seat_client.errors import JournalBroken

_MAGIC: Final = b"chseatj1"
_KEEP: Final = b"K"
_DROP: Final = b"D"
_HEAD_BYTES: Final = 5
_CHECK_BYTES: Final = 8
RECORD_BYTES_MAX: Final = 65_535
REWRITE_BYTES: Final = 262_144
"""A file longer than this is rewritten as soon as nothing is kept."""
_ASIDE_MAX: Final = 100


class Journal(Protocol):
    """Where a seat keeps what it must not forget."""

    @property
    def damage(self) -> str:
        """The name of what was put aside at opening, or empty."""

    def records(self) -> tuple[bytes, ...]:
        """What is kept, oldest first."""

    def keep(self, records: tuple[bytes, ...]) -> None:
        """Keep these, durably. Raises `JournalBroken`: they are not on the disk."""

    def drop(self, record: str) -> None:
        """Forget the record with this hash. Raises `JournalBroken`."""


class MemoryJournal:
    """A journal that forgets with the process: for load, where the disk is not what is measured."""

    __slots__ = ("_kept",)
    damage = ""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def records(self) -> tuple[bytes, ...]:
        """What is kept, oldest first."""
        return tuple(self._kept.values())

    def keep(self, records: tuple[bytes, ...]) -> None:
        """Keep these."""
        self._kept.update({hash_text(data): data for data in records})

    def drop(self, record: str) -> None:
        """Forget one."""
        self._kept.pop(record, None)


class FileJournal:
    """A journal in a file of mode 0600. Opening it makes it if need be. Raises `JournalBroken`: the disk refuses.

    `flush` False leaves the flushing to the system: it outlives this process, but no power cut.
    """

    __slots__ = ("_bytes", "_file", "_flush", "_kept", "_path", "damage")

    def __init__(self, path: Path, *, flush: bool = True) -> None:
        self._path = path
        self._flush = flush
        self._kept: dict[str, bytes] = {}
        self._file = -1
        self._bytes = 0
        self.damage = ""
        try:
            self._read()
            self._rewrite()
        except OSError as error:
            raise JournalBroken(f"the journal {path} cannot be opened: {error.strerror}") from error

    def records(self) -> tuple[bytes, ...]:
        """What is kept, oldest first."""
        return tuple(self._kept.values())

    def keep(self, records: tuple[bytes, ...]) -> None:
        """Keep these, durably. Raises `JournalBroken`: they are not on the disk."""
        self._append(b"".join(_entry(_KEEP, data) for data in records), flush=True)
        self._kept.update({hash_text(data): data for data in records})

    def drop(self, record: str) -> None:
        """Forget one; unknown ones are passed over. Raises `JournalBroken`."""
        if self._kept.pop(record, None) is None:
            return
        if not self._kept and self._bytes > REWRITE_BYTES:
            try:
                self._rewrite()
            except OSError as error:
                raise JournalBroken(f"the journal cannot be rewritten: {error.strerror}") from error
        else:
            self._append(_entry(_DROP, record.encode("ascii")), flush=False)

    def close(self) -> None:
        """Let go of the file; what is kept stays."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _append(self, data: bytes, *, flush: bool) -> None:
        try:
            written = os.write(self._file, data)
            if flush and self._flush:
                os.fdatasync(self._file)
        except OSError as error:
            self._cut_back()
            raise JournalBroken(f"the journal cannot be written: {error.strerror}") from error
        if written != len(data):
            self._cut_back()
            raise JournalBroken("the journal took only a part: the disk is full")
        self._bytes += len(data)

    def _cut_back(self) -> None:
        """Take half an entry away again, so that the next one can be read."""
        try:
            os.ftruncate(self._file, self._bytes)
        except OSError:
            return  # opening finds the torn entry and puts it aside

    def _read(self) -> None:
        if not self._path.exists():
            return
        data = self._path.read_bytes()
        good = _replay(data, self._kept)
        if good != len(data):
            self._put_aside(data)

    def _put_aside(self, data: bytes) -> None:
        for number in range(1, _ASIDE_MAX):
            aside = self._path.with_name(f"{self._path.name}.damaged-{number}")
            if not aside.exists():
                _write(aside, data, flush=self._flush)
                self.damage = aside.name
                return
        self.damage = self._path.name  # a hundred damaged files are enough evidence

    def _rewrite(self) -> None:
        data = _MAGIC + b"".join(_entry(_KEEP, record) for record in self._kept.values())
        fresh = self._path.with_name(f"{self._path.name}.new")
        _write(fresh, data, flush=self._flush)
        fresh.replace(self._path)
        if self._flush:
            _flush_directory(self._path.parent)
        self.close()
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self._bytes = len(data)


def look_into(path: Path) -> tuple[int, bool]:
    """(how many records are kept, whether the file is whole), without touching it. Raises `JournalBroken`."""
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise JournalBroken(f"the journal {path} cannot be written")
    kept: dict[str, bytes] = {}
    data = path.read_bytes() if path.exists() else b""
    good = _replay(data, kept)
    return len(kept), good == len(data)


def _entry(operation: bytes, body: bytes) -> bytes:
    head = operation + len(body).to_bytes(4, "big")
    return head + body + sha256(head + body).digest()[:_CHECK_BYTES]


def _replay(data: bytes, kept: dict[str, bytes]) -> int:
    """Apply every entry that checks. Returns how many bytes were good."""
    if not data.startswith(_MAGIC):
        return 0 if data else len(data)
    position = len(_MAGIC)
    while position < len(data):
        operation = data[position : position + 1]
        length = int.from_bytes(data[position + 1 : position + _HEAD_BYTES], "big")
        end = position + _HEAD_BYTES + length
        body = data[position + _HEAD_BYTES : end]
        if length > RECORD_BYTES_MAX or data[position : end + _CHECK_BYTES] != _entry(operation, body):
            return position
        if operation == _KEEP:
            kept[hash_text(body)] = body
        elif operation == _DROP and length == HASH_TEXT_LENGTH:
            kept.pop(body.decode("ascii", "replace"), None)
        else:
            return position
        position = end + _CHECK_BYTES
    return position


def _write(path: Path, data: bytes, *, flush: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        if flush:
            os.fsync(file.fileno())


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
