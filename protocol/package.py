"""What a session package holds, as a mapping of paths to bytes: pure, deterministic from the log.

Source: `docs/protocol.md` section 10.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from protocol.encoding import base64url, canonical_json, hash_text
from protocol.errors import ChamberError
from protocol.keys import Signer
from protocol.manifest import MANIFEST, SIGNATURE, ManifestSignature, write_manifest
from protocol.merkle import Tree
from protocol.session_document import write_session_json, write_votings_csv
from protocol.state import LogState, SittingState
from protocol.tiles import TILE_WIDTH, hash_tiles, tile_path, tile_spans, write_bundle

SESSION, VOTINGS = "session.json", "votings.csv"
TRUST, POLICY, CHECKPOINT = "evidence/trust.json", "evidence/policy", "evidence/checkpoint"
BLOBS, TILES = "evidence/blobs/", "evidence/"


class NothingToExport(ChamberError):
    """The sitting has not been opened, or a vote runs: there is no point at which to cut."""

    code = "not-exportable"


@dataclass(frozen=True, slots=True)
class Source:
    """A log to export from. `leaves` are all of them; `checkpoint` is the newest note, at `state.size`."""

    state: LogState
    tree: Tree
    leaves: Sequence[bytes]
    checkpoint: bytes
    blobs: Mapping[str, bytes]


def first_leaf_of(state: LogState, sitting: SittingState) -> int:
    """The first leaf of the range: the sitting's, or that of an earlier sitting which reaches into the range."""
    first = sitting.first_index
    while True:
        reaching = [s.first_index for s in state.sittings.values() if s.first_index < first <= s.last_index]
        if not reaching:
            return first
        first = min(reaching)


def build_package(source: Source, sitting_id: str, version: int, signer: Signer, now_ms: int) -> dict[str, bytes]:
    """Every file of the package by its path. Raises `NothingToExport`."""
    state = source.state
    sitting = state.sittings.get(sitting_id)
    if sitting is None or sitting.opened_index < 0:
        raise NothingToExport(f"there is no opened sitting {sitting_id}")
    if state.running is not None:
        raise NothingToExport("a vote is running; its ballots leave the house only after its end")
    first = first_leaf_of(state, sitting)
    files = evidence_files(source, first)
    blobs = {hash_: source.blobs[hash_] for hash_ in sorted(quoted_blobs(state, first)) if hash_ in source.blobs}
    files |= {BLOBS + blob_hash: data for blob_hash, data in blobs.items()}
    files[SESSION] = write_session_json(state, sitting, blobs)
    files[VOTINGS] = write_votings_csv(sitting, blobs)
    root = base64url(source.tree.root(state.size))
    manifest = write_manifest(sitting_id, version, first, state.size, root, files)
    signed = ManifestSignature(sitting_id, version, hash_text(manifest), state.size, root, now_ms)
    return files | {MANIFEST: manifest, SIGNATURE: signed.seal(signer)}


def evidence_files(source: Source, first: int) -> dict[str, bytes]:
    """Trust records with proofs, policy, checkpoint, hash tiles, and entry bundles from the one that holds `first`."""
    state, size = source.state, source.state.size
    assert state.trust is not None, "an opened sitting has an anchor"
    earlier = [state.index_by_hash[text] for text in state.trust_records if state.index_by_hash[text] < first]
    trust = [
        {
            "index": index,
            "record": source.leaves[index].decode("ascii"),
            "proof": [b64encode(node).decode("ascii") for node in source.tree.inclusion(index, size)],
        }
        for index in earlier
    ]
    files = {
        TRUST: canonical_json({"v": 1, "records": trust}),
        POLICY: state.trust.policy.encode(),
        CHECKPOINT: source.checkpoint,
    }
    files |= {TILES + path: data for path, data in hash_tiles(source.tree, size)}
    for number, width in tile_spans(size, 0):
        start = number * TILE_WIDTH
        if start + width > first:
            files[TILES + tile_path("entries", number, width)] = write_bundle(source.leaves[start : start + width])
    return files


def quoted_blobs(state: LogState, first: int) -> set[str]:
    """The hashes of the blobs that a range from `first` on quotes: rules, agenda, titles, texts."""
    wanted: set[str] = set()
    for sitting in state.sittings.values():
        if sitting.last_index < first:
            continue
        wanted.add(sitting.rules)
        if sitting.agenda is not None:
            wanted.add(sitting.agenda.items)
        for vote in sitting.votes.values():
            wanted |= {vote.arm.title_hash, vote.arm.text_hash}
    return wanted
