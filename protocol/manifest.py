"""The manifest of a package: its files with sizes and hashes, and the signature over it.

Source: `docs/protocol.md` section 10.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from protocol.encoding import canonical_json, from_canonical_json, hash_text
from protocol.errors import EvidenceRefused, PayloadRefused
from protocol.fields import Hash, Identifier, Natural
from protocol.messages import message
from protocol.record import Record

MANIFEST, SIGNATURE = "manifest.json", "manifest.jws"
FILE_BYTES_MAX = 512 * 1024 * 1024
FILES_MAX = 100_000
_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,11}")
_STEP = "manifest"


@message("manifest", "SC")
@dataclass(frozen=True, slots=True)
class ManifestSignature(Record):
    """Signed by an officer or the controller: which manifest of which sitting, at which checkpoint."""

    sitting: Identifier
    version: Natural
    manifest: Hash
    size: Natural
    root: Hash
    ts: Natural


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a package claims to be. `files` maps a path to (size in bytes, hash)."""

    sitting: str
    version: int
    first: int
    size: int
    root: str
    files: dict[str, tuple[int, str]]


def write_manifest(sitting: str, version: int, first: int, size: int, root: str, files: Mapping[str, bytes]) -> bytes:
    """The canonical bytes of `manifest.json` for these files. `first`: index of the range's first leaf."""
    listed = [{"path": path, "size": len(data), "sha256": hash_text(data)} for path, data in sorted(files.items())]
    return canonical_json(
        {"v": 1, "sitting": sitting, "version": version, "first": first, "size": size, "root": root, "files": listed}
    )


def is_plain_path(path: str) -> bool:
    """True for a relative path of plain names: no `..`, no leading dot or slash, nothing read in two ways."""
    return len(path) <= 240 and _PATH.fullmatch(path) is not None  # noqa: PLR2004 - well under what file systems allow


def read_manifest(data: bytes) -> Manifest:
    """Read `manifest.json`. Raises `EvidenceRefused`: malformed, a name that is not plain, a size that is a lie."""
    try:
        document = from_canonical_json(data)
    except PayloadRefused as error:
        raise EvidenceRefused(_STEP, MANIFEST, error.fact) from error
    if type(document) is not dict or list(document) != ["v", "sitting", "version", "first", "size", "root", "files"]:
        raise EvidenceRefused(_STEP, MANIFEST, "not the members of a manifest, in order")
    numbers = (document["v"], document["version"], document["first"], document["size"])
    words = (document["sitting"], document["root"])
    if not all(type(n) is int and n >= 0 for n in numbers) or not all(type(w) is str for w in words) or numbers[0] != 1:
        raise EvidenceRefused(_STEP, MANIFEST, "members of another type or version")
    if type(document["files"]) is not list or len(document["files"]) > FILES_MAX:
        raise EvidenceRefused(_STEP, MANIFEST, "not a list of files")
    files = dict(_read_file(entry) for entry in document["files"])
    if len(files) != len(document["files"]):
        raise EvidenceRefused(_STEP, MANIFEST, "a file is listed twice")
    return Manifest(words[0], numbers[1], numbers[2], numbers[3], words[1], files)


def _read_file(entry: Any) -> tuple[str, tuple[int, str]]:  # noqa: ANN401 - untyped JSON is checked here
    if type(entry) is not dict or list(entry) != ["path", "size", "sha256"]:
        raise EvidenceRefused(_STEP, MANIFEST, "an entry without path, size and sha256")
    path, size, sha256 = entry.values()
    if type(path) is not str or not is_plain_path(path) or path in {MANIFEST, SIGNATURE}:
        raise EvidenceRefused(_STEP, MANIFEST, f"a file name that is not plain: {str(path)[:80]!r}")
    if type(size) is not int or not 0 <= size <= FILE_BYTES_MAX or type(sha256) is not str:
        raise EvidenceRefused(_STEP, path, "a size or hash that cannot be")
    return path, (size, sha256)
