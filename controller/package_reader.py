"""The door to a package on the disk: a folder or a zip, read into memory without ever writing or following anything.

Names are checked before reading, symbolic links and special files are refused, sizes are bounded whatever a
manifest or an archive claims.

Source: `docs/protocol.md` sections 10 and 11.
"""

import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

from protocol.errors import ChamberError, EvidenceRefused
from protocol.manifest import FILE_BYTES_MAX, FILES_MAX, is_plain_path

PACKAGE_BYTES_MAX = 4 * 1024 * 1024 * 1024
DEPTH_MAX = 12
"""As many parts has the longest plain path."""
_SPARSE = 100
"""A zip member that grows more than this many times is refused: leaves are signatures and do not compress so."""


class PackageUnreadable(ChamberError):
    """There is no package at that place, or we may not read it."""

    code = "unreadable"


def read_package(place: Path) -> dict[str, bytes]:
    """Every file by its path. Raises `PackageUnreadable`; `EvidenceRefused`: a hostile name, link or size."""
    try:
        if place.is_dir():
            return _read_folder(place)
        if place.is_file() and zipfile.is_zipfile(place):
            return _read_zip(place)
    except EvidenceRefused:
        raise
    except (OSError, ValueError) as error:  # ValueError: a name that no file system takes
        raise PackageUnreadable(f"cannot read the package {place}: {error}") from error
    raise PackageUnreadable(f"{place} is neither a package folder nor a zip of one")


def _read_folder(place: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for path in _walk(place):
        relative = os.fsencode(path.relative_to(place)).decode("utf-8", "backslashreplace")
        details = path.lstat()
        if not stat.S_ISREG(details.st_mode):
            raise EvidenceRefused("manifest", relative, "a link or special file")
        total += _check(relative, details.st_size, total, len(files))
        with path.open("rb") as file:
            files[relative] = file.read(details.st_size + 1)
        if len(files[relative]) != details.st_size:
            raise EvidenceRefused("manifest", relative, "a file that changes while it is read")
    return files


def _walk(folder: Path, depth: int = 1) -> Iterator[Path]:
    """Everything below a folder that is no folder itself; links are named, never followed."""
    if depth > DEPTH_MAX:
        raise EvidenceRefused("manifest", folder.name[:200], "folders in folders without end")
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(folder / entry.name, depth + 1)
            else:
                yield folder / entry.name


def _read_zip(place: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = packed = 0
    archive_bytes = place.stat().st_size
    try:
        archive = zipfile.ZipFile(place)
    except Exception as error:
        raise PackageUnreadable(f"cannot read the archive {place}: {error}") from error
    with archive:
        for entry in archive.infolist():
            name = entry.filename
            if entry.is_dir():
                continue
            if name in files:
                raise EvidenceRefused("manifest", name[:200], "twice in the archive")
            if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG}:
                raise EvidenceRefused("manifest", name[:200], "a link or special file")
            total += _check(name, entry.file_size, total, len(files))
            packed += entry.compress_size
            if entry.file_size > _SPARSE * entry.compress_size + 1024 or packed > archive_bytes:
                raise EvidenceRefused("manifest", name, "an archive that grows out of proportion")
            files[name] = _read_member(archive, entry)
    return files


def _read_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One file of an archive. The decoders raise what they like at damaged bytes, so all of it is caught here."""
    try:
        with archive.open(entry) as stream:
            data = stream.read(entry.file_size + 1)
    except Exception as error:
        raise EvidenceRefused("manifest", entry.filename, f"damaged in the archive: {error}") from error
    if len(data) != entry.file_size:
        raise EvidenceRefused("manifest", entry.filename, "not the size that the archive gives")
    return data


def _check(path: str, size: int, total: int, count: int) -> int:
    """Refuse a name or size before reading; returns the size."""
    if not is_plain_path(path):
        raise EvidenceRefused("manifest", repr(path[:200]), "a file name that is not plain")
    if size > FILE_BYTES_MAX or total + size > PACKAGE_BYTES_MAX or count >= FILES_MAX:
        raise EvidenceRefused("manifest", path, "larger than any package")
    return size
