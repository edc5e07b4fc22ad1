"""From a package to a verdict, in the numbered steps of the specification, trusting nobody.

Everything is derived again from the evidence: keys from the anchor, every signature, the tree, every result, and the
files that people read. The first thing that is wrong is named.

Source: `docs/protocol.md` section 11.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from protocol.checkpoint import Checkpoint, open_checkpoint, read_checkpoint
from protocol.encoding import base64url, from_canonical_json, hash_text
from protocol.errors import ChamberError, EvidenceRefused, KindUnknown, NewerVerifierNeeded, RulesRefused
from protocol.jws import read_envelope
from protocol.keys import key_of_jwk
from protocol.majority import read_rule_book
from protocol.manifest import MANIFEST, SIGNATURE, Manifest, ManifestSignature, read_manifest
from protocol.merkle import HASH_BYTES, leaf_hash, root_from_inclusion
from protocol.messages import read_message
from protocol.package import (
    BLOBS,
    CHECKPOINT,
    POLICY,
    SESSION,
    TILES,
    TRUST,
    VOTINGS,
    first_leaf_of,
    quoted_blobs,
)
from protocol.records import MEANING_VERSION, By, Roster, SittingOpen, Trust, read_record
from protocol.session_document import write_session_json, write_votings_csv
from protocol.sitting import evolve, open_leaf
from protocol.state import LogState, SittingPhase, SittingState
from protocol.tiles import TILE_HEIGHT, TILE_WIDTH, read_bundle, root_of_hashes, tile_path, tile_spans
from protocol.words import same_words

LEAVES_MAX = 20_000_000
_LEVELS_MAX = 4
"""Levels of hash tiles in a log of so many leaves."""
_FILES = (SESSION, VOTINGS, TRUST, POLICY, CHECKPOINT)
_TRUST_KINDS = frozenset({"trust", "officer", "key-change"})
Progress = Callable[[int, int], None]
"""Told (leaves done, leaves in all) now and then."""
_PROGRESS_EVERY = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """The first thing that is wrong: the step's name, the file, the reason."""

    step: str
    file: str
    reason: str


@dataclass(slots=True)
class Verdict:
    """What the evidence says. `verdict` is verified, unfinished, refused or newer-verifier-needed.

    `votes`, `ballots` and `void` leave test votes out: votes opened, ballots counted, leaves void.
    """

    verdict: str = "refused"
    root: str = "unconfirmed"
    sitting: str = ""
    votes: int = 0
    ballots: int = 0
    void: int = 0
    witnesses: list[str] = field(default_factory=list)
    problem: Problem | None = None
    state: LogState | None = None

    def as_json(self) -> dict[str, Any]:
        """The object that `chamber verify --json` prints."""
        problem = self.problem
        return {
            "verdict": self.verdict, "root": self.root, "sitting": self.sitting, "votes": self.votes,
            "ballots": self.ballots, "void": self.void, "witnesses": self.witnesses,
            "problem": {"step": problem.step, "file": problem.file, "reason": problem.reason} if problem else None,
        }  # fmt: skip


def verify_package(files: Mapping[str, bytes], root_words: str = "", progress: Progress | None = None) -> Verdict:
    """Verify a package given as its files by path. Never raises for what the files hold: the verdict says it."""
    verdict = Verdict()
    try:
        _verify(files, root_words, progress or (lambda _done, _all: None), verdict)
    except NewerVerifierNeeded as error:
        verdict.verdict, verdict.problem = "newer-verifier-needed", Problem("replay", error.file, error.fact)
    except EvidenceRefused as error:
        verdict.verdict, verdict.problem = "refused", Problem(error.step, error.file, error.reason)
    return verdict


def _verify(files: Mapping[str, bytes], root_words: str, progress: Progress, verdict: Verdict) -> None:
    manifest = check_manifest(files)
    verdict.sitting = manifest.sitting
    trust_records = read_trust_records(files[TRUST], manifest.first)
    anchor = check_anchor(trust_records[0][1], root_words, verdict)
    checkpoint = check_checkpoint(files[CHECKPOINT], manifest)
    hashes = check_tiles(files, manifest.size, checkpoint)
    leaves = check_entries(files, manifest, hashes)
    check_trust_proofs(trust_records, checkpoint)
    state = replay(files, manifest, trust_records, leaves, progress)
    check_log_signature(files[CHECKPOINT], state)
    sitting = check_recount(state, manifest)
    check_blobs(files, state, manifest)
    check_derived_files(files, state, sitting)
    check_signer(files, state, manifest)
    if files[POLICY] != anchor.policy.encode():
        raise EvidenceRefused("trust", POLICY, "not the policy of index 0")
    _count(verdict, state, sitting)


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


def check_anchor(leaf: bytes, root_words: str, verdict: Verdict) -> Trust:
    """Index 0 verifies by its own root key; the words are compared if somebody gave them."""
    try:
        envelope = read_envelope(leaf)
        record = read_record(envelope.kind, envelope.payload)
        root = key_of_jwk(record.root if isinstance(record, Trust) else {})
        envelope.verify(root)
    except ChamberError as error:
        raise EvidenceRefused("trust", TRUST, f"index 0 is no anchor: {error.fact}") from error
    if not isinstance(record, Trust) or envelope.kid != root.thumbprint:
        raise EvidenceRefused("trust", TRUST, "index 0 is not signed by its own root key")
    if root_words:
        if not same_words(root_words, root):
            raise EvidenceRefused("trust", TRUST, "the words given are not those of this root key")
        verdict.root = "confirmed"
    return record


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


def check_log_signature(note: bytes, state: LogState) -> None:
    """The checkpoint is signed by the log key in force at its size."""
    assert state.log_key is not None, "replay began with an anchor"
    try:
        open_checkpoint(note, state.log_key)
    except ChamberError as error:
        raise EvidenceRefused("checkpoint", CHECKPOINT, error.fact) from error


def check_tiles(files: Mapping[str, bytes], size: int, checkpoint: Checkpoint) -> bytes:
    """Hash tiles of all levels agree and lead to the checkpoint's root. Returns all leaf hashes, concatenated."""
    below = leaves = b""
    level = 0
    while size >> (TILE_HEIGHT * level):
        hashes = b"".join(_tile(files, level, number, width) for number, width in tile_spans(size, level))
        if level and hashes != _rolled_up(below):
            raise EvidenceRefused("tree", _tile_that_differs(hashes, _rolled_up(below), level), "not the level below")
        if not level:
            leaves, root = hashes, root_of_hashes(hashes)
            if root != checkpoint.root:
                raise EvidenceRefused("tree", TILES + "tile/0", "does not lead to the checkpoint's root")
        below, level = hashes, level + 1
    return leaves


def _tile_that_differs(hashes: bytes, rolled_up: bytes, level: int) -> str:
    width = TILE_WIDTH * HASH_BYTES
    pairs = enumerate(range(0, len(hashes), width))
    number = next(number for number, at in pairs if hashes[at : at + width] != rolled_up[at : at + width])
    return TILES + tile_path(level, number, min(TILE_WIDTH, len(hashes) // HASH_BYTES - number * TILE_WIDTH))


def _tile(files: Mapping[str, bytes], level: int, number: int, width: int) -> bytes:
    path = TILES + tile_path(level, number, width)
    data = files.get(path)
    if data is None or len(data) != width * HASH_BYTES:
        raise EvidenceRefused("tree", path, "missing or of the wrong length")
    return data


def _rolled_up(hashes: bytes) -> bytes:
    """The next level's hashes: the root of each full tile."""
    step = TILE_WIDTH * HASH_BYTES
    full = len(hashes) // step * step
    return b"".join(root_of_hashes(hashes[start : start + step]) for start in range(0, full, step))


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


# --- 5. Replay ----------------------------------------------------------------------------------------------


def replay(
    files: Mapping[str, bytes],
    manifest: Manifest,
    trust_records: list[TrustRecord],
    leaves: list[bytes],
    progress: Progress,
) -> LogState:
    """Open and evolve every leaf of the evidence, checking every signature."""
    state = LogState()
    for path, data in files.items():
        if path.startswith(BLOBS):
            _take_blob(state, path, data)
    total = len(leaves)
    for index, leaf in _in_order(trust_records, leaves, manifest.first):
        _replay_leaf(state, index, leaf, _file_of(index, manifest))
        done = index - manifest.first
        if done >= 0 and done % _PROGRESS_EVERY == 0:
            progress(done, total)
    progress(total, total)
    return state


def _take_blob(state: LogState, path: str, data: bytes) -> None:
    blob_hash = path[len(BLOBS) :]
    if hash_text(data) != blob_hash:
        raise EvidenceRefused("replay", path, "a blob that is not what its name says")
    try:
        state.rule_books[blob_hash] = read_rule_book(data)
    except RulesRefused:
        return  # a title, a text, an agenda


def _in_order(trust_records: list[TrustRecord], leaves: list[bytes], first: int) -> Iterator[tuple[int, bytes]]:
    yield from ((index, leaf) for index, leaf, _ in trust_records)
    yield from enumerate(leaves, first)


def _replay_leaf(state: LogState, index: int, leaf: bytes, file: str) -> None:
    try:
        entry = open_leaf(state, leaf, index)
        reason = evolve(state, entry)
    except KindUnknown as error:
        fact = f"leaf {index} is of a kind this verifier does not know: {error.fact}"
        raise NewerVerifierNeeded(file, fact) from error
    except ChamberError as error:
        raise EvidenceRefused("replay", file, f"leaf {index}: {error.fact}") from error
    record = entry.record
    if isinstance(record, Roster) and record.evolve != MEANING_VERSION:
        raise NewerVerifierNeeded(file, f"leaf {index} asks for meaning version {record.evolve}")
    if isinstance(record, SittingOpen) and reason:
        raise EvidenceRefused("replay", file, f"leaf {index}: the opening of {record.sitting} is void: {reason}")
    if state.disputed:
        raise EvidenceRefused("recount", file, f"leaf {index}: a result that is not what the ballots say")


def _file_of(index: int, manifest: Manifest) -> str:
    """The file that a leaf of the evidence is read from."""
    if index < manifest.first:
        return TRUST
    number = index // TILE_WIDTH
    return TILES + tile_path("entries", number, min(TILE_WIDTH, manifest.size - number * TILE_WIDTH))


# --- 6. to 8. Recount, derived files, signer ----------------------------------------------------------------


def check_recount(state: LogState, manifest: Manifest) -> SittingState:
    """The sitting is here, no vote runs, and every ended vote has the result that its ballots give."""
    sitting = state.sittings.get(manifest.sitting)
    if sitting is None or sitting.opened_index < 0:
        raise EvidenceRefused("recount", MANIFEST, f"the sitting {manifest.sitting!r} is not in the evidence")
    if state.running is not None:
        file = _file_of(manifest.size - 1, manifest)
        raise EvidenceRefused("recount", file, f"cut while the vote {state.running.arm.vote} runs")
    for vote in state.owed.values():
        file = _file_of(vote.end_index, manifest)
        raise EvidenceRefused("recount", file, f"the vote {vote.arm.vote} ended without the result that is due")
    if manifest.first != first_leaf_of(state, sitting):
        raise EvidenceRefused("recount", MANIFEST, "a range that does not begin where the sitting does")
    return sitting


def check_blobs(files: Mapping[str, bytes], state: LogState, manifest: Manifest) -> None:
    """Blobs may be withheld, but none is here that the range does not quote."""
    strange = {path[len(BLOBS) :] for path in files if path.startswith(BLOBS)} - quoted_blobs(state, manifest.first)
    if strange:
        raise EvidenceRefused("derived", BLOBS + min(strange), "a blob that nothing in the evidence quotes")


def check_derived_files(files: Mapping[str, bytes], state: LogState, sitting: SittingState) -> None:
    """`session.json` and `votings.csv` are byte for byte what the evidence gives."""
    blobs = {path[len(BLOBS) :]: data for path, data in files.items() if path.startswith(BLOBS)}
    if files[SESSION] != write_session_json(state, sitting, blobs):
        raise EvidenceRefused("derived", SESSION, "not what the evidence gives")
    if files[VOTINGS] != write_votings_csv(sitting, blobs):
        raise EvidenceRefused("derived", VOTINGS, "not what the evidence gives")


def check_signer(files: Mapping[str, bytes], state: LogState, manifest: Manifest) -> None:
    """The manifest is signed by the secretary or the controller of this very log."""
    if SIGNATURE not in files:
        raise EvidenceRefused("signer", SIGNATURE, "missing")
    try:
        envelope = read_envelope(files[SIGNATURE])
        signed = read_message(envelope)
        owner = state.keys.get(envelope.kid)
        if owner is not None:
            envelope.verify(owner.key)
    except ChamberError as error:
        raise EvidenceRefused("signer", SIGNATURE, error.fact) from error
    if owner is None or not (owner.by is By.CONTROLLER or owner.role == "secretary"):
        raise EvidenceRefused("signer", SIGNATURE, "signed by no key that may sign a manifest")
    expected = (manifest.sitting, manifest.version, hash_text(files[MANIFEST]), manifest.size, manifest.root)
    fits = isinstance(signed, ManifestSignature) and expected == (
        signed.sitting, signed.version, signed.manifest, signed.size, signed.root
    )  # fmt: skip
    if not fits:
        raise EvidenceRefused("signer", SIGNATURE, "the signature is over another manifest")


def _count(verdict: Verdict, state: LogState, sitting: SittingState) -> None:
    votes = [vote for vote in sitting.votes.values() if vote.open_index >= 0 and vote.arm.mode != "test"]
    tests = [vote for vote in sitting.votes.values() if vote.open_index >= 0 and vote.arm.mode == "test"]
    in_tests = {i for vote in tests for i in range(vote.open_index, vote.end_index + 1)}
    verdict.votes, verdict.ballots = len(votes), sum(len(vote.ballots) for vote in votes)
    verdict.void = len(state.voids.keys() - in_tests)
    closed = sitting.phase in {SittingPhase.CLOSED, SittingPhase.SIGNED}
    verdict.verdict, verdict.state = "verified" if closed else "unfinished", state
