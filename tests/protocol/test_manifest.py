"""The manifest: what it lists, which names are plain, and everything that makes it no manifest."""

from collections.abc import Callable
from typing import Any

import pytest

from protocol.encoding import base64url, canonical_json, from_canonical_json, hash_text
from protocol.errors import EvidenceRefused
from protocol.manifest import FILE_BYTES_MAX, MANIFEST, SIGNATURE, is_plain_path, read_manifest, write_manifest

ROOT = base64url(bytes(32))
FILES = {"session.json": b"{}\n", "evidence/policy": b"quorum none\n"}
GOOD = write_manifest("sitting-1", 2, 6, 40, ROOT, FILES)


def test_bytes_of_a_manifest() -> None:
    """Canonical JSON, members in order, files sorted by path."""
    assert write_manifest("s", 1, 1, 2, "r", {"b": b"", "a": b"x"}) == (
        b'{"v":1,"sitting":"s","version":1,"first":1,"size":2,"root":"r","files":['
        b'{"path":"a","size":1,"sha256":"LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE"},'
        b'{"path":"b","size":0,"sha256":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}]}'
    )


def test_manifest_reads_back() -> None:
    """Every member and every file."""
    manifest = read_manifest(GOOD)
    assert (manifest.sitting, manifest.version, manifest.first, manifest.size, manifest.root) == (
        "sitting-1", 2, 6, 40, ROOT,
    )  # fmt: skip
    assert manifest.files == {path: (len(data), hash_text(data)) for path, data in FILES.items()}


@pytest.mark.parametrize(
    "path", ["a", "session.json", "evidence/tile/0/x001/234.p/5", "evidence/blobs/-_aZ09", "a/b/c/d/e/f/g/h/i/j/k/l"]
)
def test_plain_names(path: str) -> None:
    """Relative, of letters, figures, dots, hyphens and underscores."""
    assert is_plain_path(path)


HOSTILE_NAMES = [
    "", ".", "..", "/", "/etc/passwd", "../x", "a/../b", "a/..", "./a", "a/./b", "a//b", "a/", ".hidden", "a/.hidden",
    "a\\b",
    "..\\x", "C:\\x", "C:x", "\\\\server\\x", "a b", "a\n", "a\x00b", "á", "а", "a:b", "~", "~root/x", "a*", "%2e%2e/x",
    "x" * 241, "a/" * 13 + "b", "con\u202etxt", "a\u2215b",
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE_NAMES)
def test_hostile_names_are_not_plain(path: str) -> None:
    """Nothing that leaves the folder, hides, or is read in two ways."""
    assert not is_plain_path(path)


@pytest.mark.parametrize("path", HOSTILE_NAMES)
def test_manifest_with_a_hostile_name(path: str) -> None:
    """It is refused before anybody opens a file of that name."""
    with pytest.raises(EvidenceRefused) as caught:
        read_manifest(write_manifest("s", 1, 1, 2, ROOT, {path: b""}))
    assert (caught.value.step, caught.value.file) == ("manifest", MANIFEST)


@pytest.mark.parametrize("path", [MANIFEST, SIGNATURE])
def test_manifest_that_lists_itself(path: str) -> None:
    """It cannot know its own hash."""
    with pytest.raises(EvidenceRefused):
        read_manifest(write_manifest("s", 1, 1, 2, ROOT, {path: b""}))


def _twice(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "files": document["files"] * 2}


def _entry(**changes: object) -> Callable[[dict[str, Any]], object]:
    return lambda document: {**document, "files": [{**document["files"][0], **changes}]}


@pytest.mark.parametrize(
    "change",
    [
        _twice,
        _entry(size=-1),
        _entry(size=FILE_BYTES_MAX + 1),
        _entry(size=10 * 1024**3),
        _entry(size="3"),
        _entry(sha256=5),
        _entry(path=5),
        _entry(path=["a"]),
        _entry(more=1),
        lambda d: {**d, "files": [dict(reversed(d["files"][0].items()))]},
        lambda d: {**d, "files": {}},
        lambda d: {**d, "files": [[]]},
        lambda d: {**d, "files": "none"},
        lambda d: {**d, "v": 2},
        lambda d: {**d, "v": "1"},
        lambda d: {**d, "version": -1},
        lambda d: {**d, "size": "40"},
        lambda d: {**d, "first": []},
        lambda d: {**d, "root": 5},
        lambda d: {**d, "sitting": {}},
        lambda d: {**d, "more": 1},
        lambda d: {name: d[name] for name in list(d)[1:]},
        lambda d: dict(reversed(d.items())),
        lambda d: [d],
        lambda _: 5,
        lambda _: "manifest",
    ],
)
def test_what_is_no_manifest(change: Callable[[dict[str, Any]], object]) -> None:
    """Members of another type, order, range or number."""
    with pytest.raises(EvidenceRefused) as caught:
        read_manifest(canonical_json(change(from_canonical_json(GOOD))))
    assert caught.value.step == "manifest"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"\xff", b"null", GOOD + b"\n", b" " + GOOD, GOOD.replace(b":", b": "), b"[" * 100_000,
        GOOD.replace(b'"version":2', b'"version":2.0'), GOOD.replace(b'"version":2', b'"version":true'),
        GOOD.replace(b'"version":2', b'"version":NaN'), GOOD.replace(b'{"v":1', b'{"v":1,"v":1'),
        GOOD.replace(b"sitting-1", b"sitting\\u002d1"), b"9" * 5_000,
    ],
)  # fmt: skip
def test_second_spelling_of_a_manifest(data: bytes) -> None:
    """Only canonical bytes are read, and nothing else is raised."""
    with pytest.raises(EvidenceRefused):
        read_manifest(data)
