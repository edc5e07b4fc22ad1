"""The journal on a disk: what survives, what is put aside, what is refused."""

import os
from pathlib import Path

import pytest

from protocol.encoding import hash_text
from seat_client.errors import JournalBroken
from seat_client.journal import REWRITE_BYTES, FileJournal, MemoryJournal, look_into


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A place for a journal."""
    return tmp_path / "journal"


def reopen(journal: FileJournal, path: Path) -> FileJournal:
    """The power goes and comes back."""
    journal.close()
    return FileJournal(path)


def test_kept_survives_in_order_and_dropped_is_gone(path: Path) -> None:
    """Exact bytes, oldest first, without those that were answered."""
    journal = FileJournal(path)
    journal.keep((b"one", b"two"))
    journal.keep((b"three",))
    journal.drop(hash_text(b"two"))
    journal.drop(hash_text(b"never kept"))
    again = reopen(journal, path)
    assert again.records() == (b"one", b"three")
    assert again.damage == ""


def test_file_is_for_its_owner_alone(path: Path) -> None:
    """A press is nobody else's business."""
    FileJournal(path).keep((b"one",))
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", range(1, 20))
def test_torn_end_is_put_aside_and_the_rest_is_used(path: Path, cut: int) -> None:
    """Wherever the power went while an entry was written, what stood before is whole."""
    journal = FileJournal(path)
    journal.keep((b"one",))
    whole = path.stat().st_size
    journal.keep((b"two-and-more",))
    journal.close()
    os.truncate(path, whole + cut)
    again = FileJournal(path)
    assert again.records() == (b"one",)
    assert again.damage == "journal.damaged-1"
    assert path.with_name(again.damage).stat().st_size == whole + cut
    again.keep((b"three",))
    assert reopen(again, path).records() == (b"one", b"three")


@pytest.mark.parametrize("content", [b"", b"chseatj", b"something else entirely", b"chseatj1K\xff\xff\xff\xff"])
def test_foreign_file_is_put_aside(path: Path, content: bytes) -> None:
    """Whatever lies there never stops a seat from starting."""
    path.write_bytes(content)
    journal = FileJournal(path)
    assert journal.records() == ()
    assert (journal.damage != "") == (content != b"")


def test_flipped_bit_is_found(path: Path) -> None:
    """A rotten entry and what follows it is not used, but kept for whoever looks."""
    journal = FileJournal(path)
    journal.keep((b"one",))
    size = path.stat().st_size
    journal.keep((b"two",))
    journal.close()
    data = bytearray(path.read_bytes())
    data[size + 6] ^= 1
    path.write_bytes(data)
    assert look_into(path) == (1, False)
    again = FileJournal(path)
    assert again.records() == (b"one",)
    assert path.with_name(again.damage).read_bytes() == bytes(data)


def test_second_damage_does_not_overwrite_the_first(path: Path) -> None:
    """Each damaged file stays."""
    names = []
    for content in (b"x", b"y"):
        path.write_bytes(content)
        names.append(FileJournal(path).damage)
    assert [path.with_name(name).read_bytes() for name in names] == [b"x", b"y"]


def test_long_file_is_rewritten_once_it_is_empty(path: Path) -> None:
    """A seat that runs for years does not fill its card."""
    journal = FileJournal(path)
    record = bytes(60_000)
    for number in range(8):
        data = record + bytes([number])
        journal.keep((data,))
        journal.drop(hash_text(data))
    assert path.stat().st_size < REWRITE_BYTES
    journal.keep((b"one",))
    assert reopen(journal, path).records() == (b"one",)


def test_full_disk_is_an_error_and_leaves_no_half_entry(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be written whole is taken back; the journal stays readable."""
    journal = FileJournal(path)
    journal.keep((b"one",))
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, data: write(file, data[:5]))
        with pytest.raises(JournalBroken):
            journal.keep((b"two",))
    journal.keep((b"three",))
    again = reopen(journal, path)
    assert (again.records(), again.damage) == ((b"one", b"three"), "")


def test_failing_disk_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the disk is named as ours."""
    journal = FileJournal(path)

    def fail(_file: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(JournalBroken, match="Input/output error"):
        journal.keep((b"one",))
    assert journal.records() == ()


def test_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A journal that cannot be opened stops the start by name."""
    with pytest.raises(JournalBroken):
        FileJournal(tmp_path / "nowhere" / "journal")


def test_look_into_touches_nothing(path: Path) -> None:
    """The self-test reads a running seat's journal without disturbing it."""
    assert look_into(path) == (0, True)
    assert not path.exists()
    journal = FileJournal(path)
    journal.keep((b"one",))
    inode = path.stat().st_ino
    assert look_into(path) == (1, True)
    assert path.stat().st_ino == inode


def test_memory_keeps_as_the_file_does() -> None:
    """The journal for load has the same manners."""
    journal = MemoryJournal()
    journal.keep((b"one", b"two"))
    journal.drop(hash_text(b"one"))
    assert (journal.records(), journal.damage) == ((b"two",), "")
