"""The door to packages: hostile names, links, archives and sizes are refused by name and never followed."""

import os
import random
import socket
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from controller.package_reader import PackageUnreadable, read_package
from protocol.errors import EvidenceRefused
from protocol.manifest import FILE_BYTES_MAX
from protocol.verify import verify_package
from tests.protocol.package_forger import Files, one_sitting, package

GOOD = package(one_sitting())


def write_folder(place: Path, files: Files = GOOD) -> Path:
    """A package as a folder."""
    for path, data in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(data)
    return place


def write_zip(place: Path, files: Files = GOOD, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A package as an archive."""
    with zipfile.ZipFile(place, "w", method) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return place


def refusal(place: Path) -> EvidenceRefused:
    """The refusal of a package."""
    with pytest.raises(EvidenceRefused) as caught:
        read_package(place)
    assert caught.value.step == "manifest"
    return caught.value


def test_folder_and_archive_read_alike(tmp_path: Path) -> None:
    """The same files by the same paths."""
    folder, archive = write_folder(tmp_path / "v1"), write_zip(tmp_path / "v1.zip")
    stored = write_zip(tmp_path / "stored.zip", method=zipfile.ZIP_STORED)
    assert read_package(folder) == read_package(archive) == read_package(stored) == GOOD
    assert verify_package(read_package(folder)).verdict == "verified"


def test_folder_reached_by_a_link_is_read(tmp_path: Path) -> None:
    """Where a person points is a person's choice; only what is inside is not followed."""
    folder = write_folder(tmp_path / "v1")
    (tmp_path / "latest").symlink_to(folder)
    assert read_package(tmp_path / "latest") == GOOD


@pytest.mark.parametrize("target", ["session.json", "/etc/passwd", "nowhere", "/dev/zero"])
def test_link_to_a_file(tmp_path: Path, target: str) -> None:
    """Whatever it leads to."""
    folder = write_folder(tmp_path / "v1")
    (folder / "evidence" / "policy").unlink()
    (folder / "evidence" / "policy").symlink_to(target)
    assert refusal(folder).file == "evidence/policy"


def test_link_to_a_folder(tmp_path: Path) -> None:
    """Also one that leads back to its own package."""
    folder = write_folder(tmp_path / "v1")
    (folder / "evidence" / "more").symlink_to(folder)
    assert refusal(folder).file == "evidence/more"
    (folder / "evidence" / "more").unlink()
    (folder / "evidence" / "more").symlink_to("/")
    assert refusal(folder).file == "evidence/more"


def test_special_files(tmp_path: Path) -> None:
    """A pipe would wait for ever, a socket is nothing to read."""
    folder = write_folder(tmp_path / "v1")
    os.mkfifo(folder / "pipe")
    assert refusal(folder).file == "pipe"
    (folder / "pipe").unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket"))
        assert refusal(folder).file == "socket"


@pytest.mark.parametrize("name", [".hidden", "a b", "ж", "a\\b", "x" * 250])
def test_name_in_a_folder_that_is_not_plain(tmp_path: Path, name: str) -> None:
    """Refused before it is read."""
    folder = write_folder(tmp_path / "v1")
    (folder / name).write_bytes(b"")
    assert "plain" in refusal(folder).reason


def test_name_in_a_folder_that_is_no_text(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are told in escapes."""
    folder = write_folder(tmp_path / "v1")
    os.close(os.open(os.fsencode(folder) + b"/\xff\xfe", os.O_CREAT | os.O_WRONLY))
    assert "\\xff" in refusal(folder).file


def test_sparse_file_of_ten_gigabytes(tmp_path: Path) -> None:
    """Its size is asked before it is read."""
    folder = write_folder(tmp_path / "v1")
    with (folder / "evidence" / "checkpoint").open("r+b") as file:
        file.truncate(10 * 1024**3)
    refused = refusal(folder)
    assert (refused.file, refused.reason) == ("evidence/checkpoint", "larger than any package")


NOBODY = 65_534


@contextmanager
def ordinary_user() -> Iterator[None]:
    """The superuser may read everything, so act as nobody meanwhile."""
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)


@pytest.mark.parametrize("path", ["session.json", "evidence"])
def test_unreadable_file_or_folder(path: str) -> None:
    """Not an attack, but no package either."""
    with TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        folder = write_folder(Path(place) / "v1")
        with ordinary_user():
            assert "session.json" in read_package(folder)
        (folder / path).chmod(0)
        with ordinary_user(), pytest.raises(PackageUnreadable):
            read_package(folder)
        (folder / path).chmod(0o700)


def test_what_is_no_package(tmp_path: Path) -> None:
    """Nothing there, some file, a device, a pipe, an archive of another form."""
    (tmp_path / "file").write_bytes(b"hello")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "cut.zip").write_bytes(write_zip(tmp_path / "good.zip").read_bytes()[:-30])
    os.mkfifo(tmp_path / "pipe")
    for name in ("nowhere", "file", "empty", "cut.zip", "pipe", "a\x00b", "x" * 5000):
        with pytest.raises(PackageUnreadable):
            read_package(tmp_path / name)
    with pytest.raises(PackageUnreadable):
        read_package(Path("/dev/null"))


def test_folders_in_folders_without_end(tmp_path: Path) -> None:
    """Deeper than any plain path, and nothing in the last."""
    tmp_path.joinpath("v1", *"d" * 40).mkdir(parents=True)
    assert "without end" in refusal(tmp_path / "v1").reason


def test_empty_folder_is_a_package_without_files(tmp_path: Path) -> None:
    """The verifier says what is missing."""
    assert read_package(tmp_path) == {}


# --- Archives.


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "../../etc/cron.d/x",
        "/etc/passwd",
        "a/../../x",
        "C:\\x",
        "..\\x",
        "./x",
        "a//b",
        "x\x01",
        "ж",
        ".x",
        "x" * 300,
    ],
)
def test_archive_with_a_hostile_name(tmp_path: Path, name: str) -> None:
    """Nothing is ever written, and such a name is not even read."""
    place = write_zip(tmp_path / "v1.zip", {**GOOD, name: b"x"})
    assert "plain" in refusal(place).reason
    assert sorted(path.name for path in tmp_path.iterdir()) == ["v1.zip"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_archive_with_a_link_or_special_file(tmp_path: Path, kind: int) -> None:
    """By the mode that the archive gives."""
    place = write_zip(tmp_path / "v1.zip", {})
    entry = zipfile.ZipInfo("evidence/policy")
    entry.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(place, "a") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert "link" in refusal(place).reason


def test_archive_with_a_name_twice(tmp_path: Path) -> None:
    """Which of the two would count?"""
    place = write_zip(tmp_path / "v1.zip")
    with zipfile.ZipFile(place, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("session.json", b"{}")
    refused = refusal(place)
    assert (refused.file, refused.reason) == ("session.json", "twice in the archive")


def test_archive_that_grows_out_of_proportion(tmp_path: Path) -> None:
    """A hundred megabytes of nothing."""
    place = write_zip(tmp_path / "v1.zip", {**GOOD, "session.json": bytes(100 * 1024**2)})
    assert place.stat().st_size < 1024**2
    refused = refusal(place)
    assert (refused.file, "proportion" in refused.reason) == ("session.json", True)


def central(place: Path, name: bytes, change: Callable[[bytearray, int], None]) -> None:
    """Change a member's entry in the central directory, which is at the offset given to `change`."""
    data = bytearray(place.read_bytes())
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + len(name)] != name:
        at = data.index(b"PK\x01\x02", at + 4)
    change(data, at)
    place.write_bytes(data)


@pytest.mark.parametrize("size", [FILE_BYTES_MAX + 1, 0xFFFFFFF0, 5_000, 1])
def test_archive_that_lies_about_a_size(tmp_path: Path, size: int) -> None:
    """Larger or smaller than what is there."""
    place = write_zip(tmp_path / "v1.zip")
    central(place, b"session.json", lambda data, at: struct.pack_into("<I", data, at + 24, size))
    assert refusal(place).file == "session.json"


def test_archive_that_lies_about_what_is_packed(tmp_path: Path) -> None:
    """A packed size that would make a bomb look plain is more than the archive itself."""
    place = write_zip(tmp_path / "v1.zip", {**GOOD, "session.json": bytes(100 * 1024**2)})
    central(place, b"session.json", lambda data, at: struct.pack_into("<I", data, at + 20, 50 * 1024**2))
    assert "proportion" in refusal(place).reason


def test_archive_of_ten_gigabytes(tmp_path: Path) -> None:
    """Said in the large form of the directory."""
    place = write_zip(tmp_path / "v1.zip", {"session.json": b"x" * 100})
    data = bytearray(place.read_bytes())
    at = data.index(b"PK\x01\x02")
    extra = struct.pack("<HHQ", 1, 8, 10 * 1024**3)
    struct.pack_into("<I", data, at + 24, 0xFFFFFFFF)
    struct.pack_into("<H", data, at + 30, len(extra))
    name_end = at + 46 + len(b"session.json")
    data[name_end:name_end] = extra
    end = data.index(b"PK\x05\x06")
    struct.pack_into("<I", data, end + 12, end - at)
    place.write_bytes(data)
    assert refusal(place).reason == "larger than any package"


def test_archive_with_a_password(tmp_path: Path) -> None:
    """Nobody can verify what nobody can read."""
    place = write_zip(tmp_path / "v1.zip")
    central(place, b"session.json", lambda data, at: data.__setitem__(at + 8, data[at + 8] | 1))
    assert refusal(place).file == "session.json"


def test_archive_of_an_unknown_method(tmp_path: Path) -> None:
    """Method 99 is none."""
    place = write_zip(tmp_path / "v1.zip")
    central(place, b"session.json", lambda data, at: struct.pack_into("<H", data, at + 10, 99))
    assert refusal(place).file == "session.json"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_noise_in_an_archive(tmp_path: Path, method: int) -> None:
    """Seeded flips anywhere: a named refusal, an unreadable archive, or files that the verifier refuses."""
    generator = random.Random(method)
    good = write_zip(tmp_path / "v1.zip", method=method).read_bytes()
    place = tmp_path / "noise.zip"
    for _ in range(150):
        data = bytearray(good)
        for _ in range(generator.randint(1, 3)):
            data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        if generator.random() < 0.2:
            del data[generator.randrange(len(data)) :]
        place.write_bytes(data)
        try:
            files = read_package(place)
        except (EvidenceRefused, PackageUnreadable):
            continue
        assert files == GOOD or verify_package(files).verdict == "refused"
