"""What a package holds, before anything is given a meaning: steps 1 to 4 of verification.

Files and their hashes, the anchor and the trust records, the checkpoint's numbers, tiles and entries. Each step raises
`EvidenceRefused` with its own name, the file and the reason.

Source: `docs/protocol.md` section 11.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from itertools import pairwise

from protocol.checkpoint import Checkpoint, read_checkpoint
from protocol.encoding import base64url, from_canonical_json, hash_text
from protocol.errors import ChamberError, EvidenceRefused
from protocol.jws import read_envelope
from protocol.keys import key_of_jwk
from protocol.manifest import MANIFEST, SIGNATURE, Manifest, read_manifest
from protocol.merkle import HASH_BYTES, Tree, leaf_hash, root_from_inclusion
from protocol.package import BLOBS, CHECKPOINT, POLICY, SESSION, TILES, TRUST, VOTINGS
from protocol.records import Trust, read_record
from protocol.tiles import TILE_WIDTH, hash_tiles, read_bundle, tile_path, tile_spans
from protocol.words import same_words

LEAVES_MAX = 20_000_000
_LEVELS_MAX = 4
"""Levels of hash tiles in a log of so many leaves."""
_FILES = (SESSION, VOTINGS, TRUST, POLICY, CHECKPOINT)
_TRUST_KINDS = frozenset({"trust", "officer", "key-change"})

# --- 1. Manifest --------------------------------------------------------------------------------------------


def check_manifest(files: Mapping[str, bytes]) -> Manifest:
    """Every listed file is here with its size and hash, nothing else is, and the files we need are among them."""
    if MANIFEST not in files:
        raise EvidenceRefused("manifest", MANIFEST, "missing")
    manifest = read_manifest(files[MANIFEST])
    extra = sorted(files.keys() - manifest.files.keys() - {MANIFEST, SIGNATURE})
    if extra:
        raise EvidenceRefused("manifest", extra[0], "not listed in the manifest")
    for path, (size, sha256) in manifest.files.items():
        if path not in files:
            raise EvidenceRefused("manifest", path, "missing")
        if len(files[path]) != size or hash_text(files[path]) != sha256:
            raise EvidenceRefused("manifest", path, "not the size and hash that the manifest gives")
    for path in _FILES:
        if path not in manifest.files:
            raise EvidenceRefused("manifest", path, "missing")
    if not 0 < manifest.first < manifest.size <= LEAVES_MAX:
        raise EvidenceRefused("manifest", MANIFEST, "a range that cannot be")
    strange = sorted(manifest.files.keys() - _places(manifest))
    if strange:
        raise EvidenceRefused("manifest", strange[0], "no file of a package: no step would read it")
    return manifest


def _places(manifest: Manifest) -> set[str]:
    """Every path that a package of this range may hold, so that nothing unchecked travels under its verdict."""
    tiles = [
        TILES + tile_path(level, number, width)
        for level in range(_LEVELS_MAX)
        for number, width in tile_spans(manifest.size, level)
    ]
    bundles = [TILES + tile_path("entries", number, width) for number, width in tile_spans(manifest.size, 0)]
    blobs = [path for path in manifest.files if path.startswith(BLOBS)]
    return {*_FILES, *tiles, *bundles, *blobs}


# --- 2. Trust -----------------------------------------------------------------------------------------------

TrustRecord = tuple[int, bytes, list[bytes]]


def read_trust_records(data: bytes, first: int) -> list[TrustRecord]:
    """The earlier trust records as (index, leaf, inclusion path), from index 0 on, ascending and before the range."""
    try:
        document = from_canonical_json(data)
        records = [
            (entry["index"], entry["record"].encode("ascii"), [_hash(node) for node in entry["proof"]])
            for entry in document["records"]
        ]
        ascending = all(a[0] < b[0] for a, b in pairwise(records))
        whole = list(document) == ["v", "records"] and all(
            list(e) == ["index", "record", "proof"] for e in document["records"]
        )
        kinds = {read_envelope(leaf).kind for _, leaf, _ in records}
        first_version = type(document["v"]) is int and document["v"] == 1
    except (ChamberError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise EvidenceRefused("trust", TRUST, "not a list of trust records with proofs") from error
    if not first_version or not kinds <= _TRUST_KINDS:
        raise EvidenceRefused("trust", TRUST, "of another version, or with records that are no trust records")
    if not records or records[0][0] != 0:
        raise EvidenceRefused("trust", TRUST, "index 0 is not here")
    if not whole or not ascending or any(type(r[0]) is not int or not 0 <= r[0] < first for r in records):
        raise EvidenceRefused("trust", TRUST, "trust records out of order or inside the range")
    return records


def _hash(text: str) -> bytes:
    data = b64decode(text, validate=True)
    if len(data) != HASH_BYTES or b64encode(data).decode("ascii") != text:
        raise ValueError("not one SHA-256 in canonical base64")
    return data


def check_anchor(leaf: bytes, root_words: str) -> tuple[Trust, bool]:
    """Index 0 verifies by its own root key. Returns it, and whether words were given and are the root's."""
    try:
        envelope = read_envelope(leaf)
        record = read_record(envelope.kind, envelope.payload)
        root = key_of_jwk(record.root if isinstance(record, Trust) else {})
        envelope.verify(root)
    except ChamberError as error:
        raise EvidenceRefused("trust", TRUST, f"index 0 is no anchor: {error.fact}") from error
    if not isinstance(record, Trust) or envelope.kid != root.thumbprint:
        raise EvidenceRefused("trust", TRUST, "index 0 is not signed by its own root key")
    if root_words and not same_words(root_words, root):
        raise EvidenceRefused("trust", TRUST, "the words given are not those of this root key")
    return record, bool(root_words)


# --- 3. and 4. Checkpoint and tree --------------------------------------------------------------------------


def check_checkpoint(note: bytes, manifest: Manifest) -> Checkpoint:
    """The final checkpoint is the one the manifest names; who signed it is asked when the keys are known."""
    try:
        checkpoint = read_checkpoint(note)
    except ChamberError as error:
        raise EvidenceRefused("checkpoint", CHECKPOINT, error.fact) from error
    if (checkpoint.size, base64url(checkpoint.root)) != (manifest.size, manifest.root):
        raise EvidenceRefused("checkpoint", CHECKPOINT, "not the checkpoint that the manifest names")
    return checkpoint


def check_tiles(files: Mapping[str, bytes], size: int, checkpoint: Checkpoint) -> tuple[bytes, Tree]:
    """The lowest hash tiles lead to the checkpoint's root, and the upper ones are what they roll up to.

    Returns all leaf hashes, concatenated, and the tree over them, which knows its root at every earlier size.
    """
    hashes = b"".join(_lowest_tile(files, number, width) for number, width in tile_spans(size, 0))
    tree = Tree()
    for start in range(0, len(hashes), HASH_BYTES):
        tree.append(hashes[start : start + HASH_BYTES])
    if tree.root() != checkpoint.root:
        raise EvidenceRefused("tree", TILES + "tile/0", "does not lead to the checkpoint's root")
    for path, data in hash_tiles(tree, size):
        if files.get(TILES + path) != data:
            raise EvidenceRefused("tree", TILES + path, "missing, or not what the level below rolls up to")
    return hashes, tree


def _lowest_tile(files: Mapping[str, bytes], number: int, width: int) -> bytes:
    path = TILES + tile_path(0, number, width)
    data = files.get(path)
    if data is None or len(data) != width * HASH_BYTES:
        raise EvidenceRefused("tree", path, "missing or of the wrong length")
    return data


def check_entries(files: Mapping[str, bytes], manifest: Manifest, hashes: bytes) -> list[bytes]:
    """Every bundle from the one with the first leaf on is here and hashes to its leaves. Returns the range's leaves."""
    leaves: list[bytes] = []
    for number, width in tile_spans(manifest.size, 0):
        start = number * TILE_WIDTH
        if start + width <= manifest.first:
            continue
        path = TILES + tile_path("entries", number, width)
        if path not in files:
            raise EvidenceRefused("tree", path, "missing")
        try:
            bundle = read_bundle(files[path], width)
        except ChamberError as error:
            raise EvidenceRefused("tree", path, error.fact) from error
        for index, leaf in enumerate(bundle, start):
            if leaf_hash(leaf) != hashes[index * HASH_BYTES : (index + 1) * HASH_BYTES]:
                raise EvidenceRefused("tree", path, f"entry {index} is not the leaf of the tree")
        leaves += bundle[max(0, manifest.first - start) :]
    return leaves


def check_trust_proofs(trust_records: list[TrustRecord], checkpoint: Checkpoint) -> None:
    """Every earlier trust record stands in this log at its index."""
    for index, leaf, path in trust_records:
        try:
            root = root_from_inclusion(leaf_hash(leaf), index, checkpoint.size, path)
        except ChamberError as error:
            raise EvidenceRefused("tree", TRUST, f"record {index}: {error.fact}") from error
        if root != checkpoint.root:
            raise EvidenceRefused("tree", TRUST, f"record {index} is not in this log")
