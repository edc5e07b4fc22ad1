"""The door to a package on the disk: a folder or a zip, read into memory without ever writing or following anything.

Names are checked before reading, symbolic links and special files are refused, sizes are bounded whatever a
manifest or an archive claims.

Source: `docs/protocol.md` sections 10 and 11.
"""

import os
import stat
import zipfile
import zlib
from pathlib import Path

from protocol.errors import ChamberError, EvidenceRefused
from protocol.manifest import FILE_BYTES_MAX, FILES_MAX, is_plain_path

PACKAGE_BYTES_MAX = 4 * 1024 * 1024 * 1024
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
        if zipfile.is_zipfile(place):
            return _read_zip(place)
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise PackageUnreadable(f"cannot read the package {place}: {error}") from error
    raise PackageUnreadable(f"{place} is neither a package folder nor a zip of one")


def _read_folder(place: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for folder, folders, names in os.walk(place, followlinks=False):
        for name in sorted(names) + [sub for sub in folders if os.path.islink(os.path.join(folder, sub))]:  # noqa: PTH118, PTH114 - os.walk gives strings
            path = Path(folder, name)
            relative = path.relative_to(place).as_posix()
            details = path.lstat()
            if not stat.S_ISREG(details.st_mode):
                raise EvidenceRefused("manifest", relative, "a link or special file")
            total += _check(relative, details.st_size, total, len(files))
            files[relative] = path.read_bytes()
    return files


def _read_zip(place: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    with zipfile.ZipFile(place) as archive:
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            if entry.filename in files:
                raise EvidenceRefused("manifest", entry.filename[:200], "twice in the archive")
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise EvidenceRefused("manifest", entry.filename[:200], "a link or special file")
            total += _check(entry.filename, entry.file_size, total, len(files))
            if entry.file_size > _SPARSE * max(entry.compress_size, 1) + 1024:
                raise EvidenceRefused("manifest", entry.filename, "an archive that grows out of proportion")
            with archive.open(entry) as stream:
                files[entry.filename] = stream.read(entry.file_size + 1)
            if len(files[entry.filename]) != entry.file_size:
                raise EvidenceRefused("manifest", entry.filename, "not the size that the archive gives")
    return files


def _check(path: str, size: int, total: int, count: int) -> int:
    """Refuse a name or size before reading; returns the size."""
    if not is_plain_path(path):
        raise EvidenceRefused("manifest", repr(path[:200]), "a file name that is not plain")
    if size > FILE_BYTES_MAX or total + size > PACKAGE_BYTES_MAX or count >= FILES_MAX:
        raise EvidenceRefused("manifest", path, "larger than any package")
    return size
