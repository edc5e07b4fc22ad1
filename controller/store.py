"""The store: the log, its checkpoints and blobs in a database. The only module that knows SQLModel.

`entries` is the log; `checkpoints` holds the one of each batch. One batch is one transaction: when `commit` returns,
its leaves and its checkpoint are on the disk (SQLite in WAL mode with `synchronous=FULL`). The newest checkpoint is
then written, durably, to a file outside the database, so that a restored old database is noticed.

Source: `docs/protocol.md` section 4.
"""

import fcntl
import logging
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import event, exc
from sqlmodel import Field, SQLModel, create_engine, select

from controller.recorder import Batch
from protocol.errors import ChamberError

log = logging.getLogger(__name__)
CHECKPOINT_FILE = "checkpoint"
_READ_ROWS = 10_000


class StoreFailed(ChamberError):
    """The database or the checkpoint file cannot be read or written: full, locked, damaged, no permission."""

    code = "store"


class EntryRow(SQLModel, table=True):
    """One leaf of the log."""

    __tablename__ = "entries"
    position: int = Field(primary_key=True)
    leaf: bytes


class CheckpointRow(SQLModel, table=True):
    """The signed checkpoint of one batch."""

    __tablename__ = "checkpoints"
    size: int = Field(primary_key=True)
    note: bytes


class BlobRow(SQLModel, table=True):
    """Bytes that the log quotes by hash."""

    __tablename__ = "blobs"
    hash: str = Field(primary_key=True)
    data: bytes


_INSERT_ENTRY = "INSERT INTO entries (position, leaf) VALUES (?, ?)"
_INSERT_CHECKPOINT = "INSERT INTO checkpoints (size, note) VALUES (?, ?)"
_INSERT_BLOB_OF_ZEROS = "INSERT INTO blobs (hash, data) VALUES ('', zeroblob(?))"
_FEW_PAGES, _JOURNAL_BYTES = 16, 4_100_000
"""SQLite begins its write-ahead log anew after 1,000 pages of 4 KB."""
_INSERT_BLOB = "INSERT INTO blobs (hash, data) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING"


class Store:
    """A log on the disk. `directory` holds `store.sqlite3` and the second place of the checkpoint."""

    def __init__(self, directory: Path) -> None:
        """Open or make the store. Raises `StoreFailed`."""
        self._second = directory / CHECKPOINT_FILE
        self._engine = create_engine(f"sqlite:///{directory / 'store.sqlite3'}")
        event.listen(self._engine, "connect", _make_durable)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            SQLModel.metadata.create_all(self._engine)
            self._connection = self._engine.connect()
            self._second_fd = os.open(self._second, os.O_RDWR | os.O_CREAT, 0o600)
        except (exc.SQLAlchemyError, OSError) as error:
            raise StoreFailed(f"cannot open the store in {directory}: {_words(error)}") from error

    def claim(self) -> None:
        """Be the only controller of this store until closed or killed; readers need no claim.

        Raises `StoreFailed`: another controller runs on it. Two would sign two histories.
        """
        try:
            fcntl.flock(self._second_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreFailed(f"another controller is running on {self._second.parent}; stop it first") from error
        self._lay_out_journal(self._second.with_name("store.sqlite3-wal"))

    def commit(self, batch: Batch) -> None:
        """Make a batch durable, then its checkpoint in the second place.

        Raises `StoreFailed`: nothing of it may be answered, and unless only the second place failed nothing is there.
        """
        if not batch.leaves and not batch.blobs:
            return
        connection = self._connection
        try:
            with connection.begin():
                # The driver's own cursor inside SQLAlchemy's transaction: 60 µs less a batch, on every press's way.
                cursor = connection.connection.cursor()
                if batch.blobs:
                    cursor.executemany(_INSERT_BLOB, list(batch.blobs.items()))
                if batch.leaves:
                    cursor.executemany(_INSERT_ENTRY, list(enumerate(batch.leaves, batch.first_index)))
                    size = batch.first_index + len(batch.leaves)
                    cursor.execute(_INSERT_CHECKPOINT, (size, batch.checkpoint))
            if batch.checkpoint:
                self._write_second(batch.checkpoint)
        except (exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise StoreFailed(f"the log could not be written: {_words(error)}") from error

    def _lay_out_journal(self, journal: Path) -> None:
        """Let the write-ahead log have its full size from the start, so that a commit does not make the file grow.

        Growing it costs a commit of the file system's journal each time: 0.33 ms against 0.16 ms a batch. What is
        written here is rolled back; its frames are void and are written over. Where the disk has no room for it, it
        is left out.
        """
        connection = self._connection
        pages = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
        try:
            connection.exec_driver_sql(f"PRAGMA cache_size = {_FEW_PAGES}")  # more do not fit, so they go to the file
            connection.exec_driver_sql(_INSERT_BLOB_OF_ZEROS, (_JOURNAL_BYTES,))
            connection.rollback()
            descriptor = os.open(journal, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        except (exc.OperationalError, OSError):
            log.warning("no room to lay out the write-ahead log in %s", journal.parent)
        finally:
            connection.rollback()
            connection.exec_driver_sql(f"PRAGMA cache_size = {pages}")
            connection.rollback()

    def _write_second(self, note: bytes) -> None:
        """Overwrite in place: a torn write leaves a note that does not verify, and then the database decides."""
        os.pwrite(self._second_fd, note, 0)
        # Only a shorter note needs it: setting the size makes the sync dearer, 0.16 ms against 0.11 ms a batch.
        if os.fstat(self._second_fd).st_size > len(note):
            os.ftruncate(self._second_fd, len(note))
        os.fdatasync(self._second_fd)

    def leaves(self, start: int = 0) -> Iterator[list[bytes]]:
        """All leaves from `start` on, in order, in lists. Raises `StoreFailed`: unreadable, or an index is missing."""
        table = sqlalchemy.inspect(EntryRow).local_table
        query = select(table.c.position, table.c.leaf).where(table.c.position >= start).order_by(table.c.position)
        expected = start
        try:
            for rows in self._connection.execute(query).partitions(_READ_ROWS):
                if rows[0][0] != expected or rows[-1][0] != expected + len(rows) - 1:
                    raise StoreFailed(f"the log has a hole near index {expected}")
                expected += len(rows)
                yield [row[1] for row in rows]
            self._connection.rollback()
        except exc.SQLAlchemyError as error:
            raise StoreFailed(f"the log could not be read: {_words(error)}") from error

    def blobs(self) -> dict[str, bytes]:
        """Every blob by its hash."""
        return dict(self._rows(select(BlobRow.hash, BlobRow.data)))

    def checkpoint(self) -> bytes:
        """The checkpoint of the newest batch, empty before the first."""
        rows = self._rows(select(CheckpointRow.note, CheckpointRow.size).order_by(sqlalchemy.desc("size")).limit(1))
        return rows[0][0] if rows else b""

    def second_checkpoint(self) -> bytes:
        """What stands in the second place, empty before the first."""
        return os.pread(self._second_fd, 65_536, 0)

    def _rows(self, query: Any) -> list[Any]:  # noqa: ANN401 - SQLAlchemy's select types do not join
        try:
            rows = list(self._connection.execute(query))
            self._connection.rollback()
        except exc.SQLAlchemyError as error:
            raise StoreFailed(f"the store could not be read: {_words(error)}") from error
        return rows

    def close(self) -> None:
        """Close; what was committed stays."""
        self._connection.close()
        self._engine.dispose()
        os.close(self._second_fd)


def _make_durable(connection: Any, _record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event signature
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=2000")
    cursor.close()


def _words(error: Exception) -> str:
    """The database's own words, without the statement and its parameters."""
    return str(getattr(error, "orig", error))
