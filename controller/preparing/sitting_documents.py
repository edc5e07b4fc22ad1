"""The documents laid before the council: each lies in the sitting's folder, is read once and quoted by its hash.

Nothing outside the folder is ever read, whatever path or link a file of the sitting names.
"""

import hashlib
import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from controller.preparing.problems import Findings
from controller.preparing.sitting_toml import FileDocument, FileItem
from protocol.agenda import Attachment
from protocol.encoding import base64url

_CHUNK_BYTES: Final = 1 << 20
_BY_THE_WAY: Final = ("thumbs.db", "desktop.ini")
"""What desktops leave in folders, beside hidden files and the locks of open ones."""


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A document of an item. `file`: its path inside the folder, as mentioned; `path`: where it lies."""

    item: str
    file: str
    title: str
    url: str
    path: Path
    size: int
    hash: str

    def attachment(self) -> Attachment:
        """As the agenda quotes it."""
        return Attachment(self.hash, self.title, self.url)


def check_documents(
    folder: Path | None, items: Sequence[FileItem], found: Findings
) -> dict[str, tuple[PreparedDocument, ...]]:
    """The documents by item. `folder` is None where the sitting names none."""
    mentioned = [document.file for item in items for document in item.documents if document.file]
    if folder is None:
        if mentioned:
            words = found.gettext("items mention files, but no folder is named; write documents = the folder's path")
            found.missing("documents", "documents-folder", words)
        return {}
    if not folder.is_dir():
        found.missing("documents", "documents-folder", found.gettext("there is no folder %s; make it") % folder.name)
        return {}
    lying = _files_in(folder)
    prepared: dict[str, tuple[PreparedDocument, ...]] = {}
    for item in items:
        each = [_prepare(folder, lying, item.id, document, found) for document in item.documents if document.file]
        prepared[item.id] = tuple(document for document in each if document is not None)
    names = {_normal(name) for name in mentioned}
    for name in lying:
        if name not in names:
            words = found.gettext("no item mentions this file; name it under an item, or take it out of the folder")
            found.warn(f"{folder.name}/{name}", "document-unmentioned", words)
    return prepared


def _prepare(
    folder: Path, lying: dict[str, Path], item: str, document: FileDocument, found: Findings
) -> PreparedDocument | None:
    where, said = document.where, {"file": document.file}
    if _leaves(document.file):
        words = found.gettext("%(file)s leads out of the folder of documents; put the file into it") % said
        found.wrong(where, "document-outside", words)
        return None
    path = lying.get(_normal(document.file), folder / document.file)
    if not os.path.lexists(path):
        found.missing(where, "document-missing", found.gettext("there is no %(file)s in the folder; put it in") % said)
        return None
    if not path.resolve().is_relative_to(folder.resolve()):
        words = found.gettext("%(file)s is a link out of the folder of documents; put the file itself into it") % said
        found.wrong(where, "document-outside", words)
        return None
    read = _read(path)
    if read is None:
        words = found.gettext("%(file)s cannot be read; look whether it is a file that you may read") % said
        found.wrong(where, "document-unreadable", words)
        return None
    size, digest = read
    if size == 0:
        found.wrong(where, "document-empty", found.gettext("%(file)s is empty; put the document in its place") % said)
        return None
    title = document.title or unicodedata.normalize("NFC", PurePosixPath(document.file).name)
    return PreparedDocument(item, document.file, title, document.url, path, size, digest)


def _read(path: Path) -> tuple[int, str] | None:
    """(bytes, hash) of a file; None for anything else, which might never end."""
    try:
        if not path.is_file():
            return None
        size, sha = 0, hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                size += len(chunk)
                sha.update(chunk)
    except OSError:
        return None
    return size, base64url(sha.digest())


def _leaves(file: str) -> bool:
    """True of a path that is absolute, on either kind of system, or climbs."""
    windows = PureWindowsPath(file)
    climbs = ".." in PurePosixPath(file).parts or ".." in windows.parts
    return climbs or PurePosixPath(file).is_absolute() or bool(windows.drive or windows.root)


def _files_in(folder: Path) -> dict[str, Path]:
    """Every file below the folder, by its path in it; names in normal form C, as some systems store them otherwise."""
    return {_normal(path.relative_to(folder).as_posix()): path for path in sorted(_walk(folder))}


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith((".", "~$")) and name.lower() not in _BY_THE_WAY:
                yield Path(place, name)


def _normal(file: str) -> str:
    return unicodedata.normalize("NFC", PurePosixPath(file).as_posix())
