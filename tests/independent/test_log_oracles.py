"""Our checkpoints, proofs and tiles before two implementations of the C2SP formats that share nothing with ours.

`tlog-scales` is imported; `aics-tlog` runs in an interpreter of its own, named by CHAMBER_AICS_PYTHON.
"""

import json
import os
import subprocess
import sys
from base64 import b64decode, b64encode
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from protocol.checkpoint import open_checkpoint, open_proof, write_proof
from protocol.tiles import hash_tiles, tile_path, tile_spans, write_bundle
from tests.protocol.chamber_builder import LOG_KEY, ORIGIN, ChamberLog, open_chamber, seed

pytestmark = pytest.mark.independent

SIZES = (1, 2, 3, 7, 8, 17, 100, 255, 256, 257, 300)


def missing(reason: str) -> None:
    """Skip, or fail where independent tools are required."""
    if os.environ.get("CHAMBER_REQUIRE_INDEPENDENT") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def log() -> ChamberLog:
    """A real log of a few hundred leaves: a chamber and votes with many changes of mind."""
    log = open_chamber(12)
    while log.size < 320:
        vote = log.open_vote()
        for n in range(1, 13):
            log.ballot(vote, f"m{n}", "for")
            log.ballot(vote, f"m{n}", "against")
        log.close(vote)
    return log


def tiles_of(log: ChamberLog, size: int) -> dict[str, bytes]:
    """Every hash tile and entry bundle of the log at a size."""
    files = dict(hash_tiles(log.tree, size))
    for number, width in tile_spans(size, 0):
        files[tile_path("entries", number, width)] = write_bundle(log.leaves[number * 256 : number * 256 + width])
    return files


def flipped(data: bytes, position: int) -> bytes:
    """The data with one bit changed."""
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


# --- tlog-scales --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scales() -> ModuleType:
    """The package, with the modules that are used."""
    try:
        for name in ("reader", "signing", "tiles", "tlog"):
            import_module(f"tlog_scales.{name}")
    except ImportError:
        missing("tlog-scales is not installed")
    return sys.modules["tlog_scales"]


def test_scales_accepts_our_checkpoints(log: ChamberLog, scales: ModuleType) -> None:
    """Key, three lines and signature, at every size; it writes the body to the same bytes."""
    vkey = scales.signing.Vkey.from_string(str(log.log_key))
    assert vkey.serialize() == str(log.log_key)
    for size in (0, *SIZES):
        note = log.checkpoint(size)
        checkpoint = scales.tlog.Checkpoint.from_text(note.decode())
        checkpoint.verify(vkey)
        assert (checkpoint.origin, checkpoint.size, checkpoint.root_hash) == (ORIGIN, size, log.tree.root(size))
        assert checkpoint.serialize().encode() == note


def test_scales_refuses_damaged_checkpoints(log: ChamberLog, scales: ModuleType) -> None:
    """Another size, another root, another key."""
    vkey = scales.signing.Vkey.from_string(str(log.log_key))
    note = log.checkpoint(100).decode()
    root = b64encode(log.tree.root(100)).decode()
    for damaged in (note.replace("\n100\n", "\n101\n"), note.replace(root, b64encode(bytes(32)).decode())):
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it raises
            scales.tlog.Checkpoint.from_text(damaged).verify(vkey)


def test_scales_signs_what_we_open(log: ChamberLog, scales: ModuleType) -> None:
    """The other direction: its signer, our reader, the same bytes."""
    signer = scales.signing.PlainEd25519Signer(ORIGIN, seed("log"))
    theirs = scales.tlog.Checkpoint.make_signed(ORIGIN, 100, log.tree.root(100), [signer]).serialize().encode()
    assert theirs == log.checkpoint(100)
    assert open_checkpoint(theirs, log.log_key).size == 100


def test_scales_accepts_our_inclusion_proofs_and_refuses_damaged_ones(log: ChamberLog, scales: ModuleType) -> None:
    """Every leaf at some sizes; each hash of the path matters."""
    for size in SIZES:
        root = log.tree.root(size)
        for index in {0, 1, size // 2, size - 1} & set(range(size)):
            leaf, path = scales.tiles.leaf_hash(log.leaves[index]), log.tree.inclusion(index, size)
            scales.tlog.InclusionProof(index, size, path).check(leaf, root)
            damaged = [[*path[:n], bytes(32), *path[n + 1 :]] for n in range(len(path))] + [[*path, bytes(32)]]
            for bad in damaged:
                with pytest.raises(scales.tlog.InclusionProofInvalid):
                    scales.tlog.InclusionProof(index, size, bad).check(leaf, root)


def test_scales_accepts_our_consistency_proofs_and_refuses_damaged_ones(log: ChamberLog, scales: ModuleType) -> None:
    """Between all the sizes."""
    for new in SIZES:
        for old in (size for size in SIZES if size <= new):
            roots, proof = (log.tree.root(old), log.tree.root(new)), log.tree.consistency(old, new)
            scales.tlog.ConsistencyProof(old, new, proof).check(*roots)
            for n in range(len(proof)):
                with pytest.raises(scales.tlog.ConsistencyProofInvalid):
                    scales.tlog.ConsistencyProof(old, new, [*proof[:n], bytes(32), *proof[n + 1 :]]).check(*roots)


@pytest.mark.parametrize("size", SIZES)
def test_scales_reads_our_tiles(log: ChamberLog, scales: ModuleType, size: int) -> None:
    """The same root, proofs and entries out of our files; a changed tile gives another root."""

    class Files:
        """Our tiles in memory, in the place of a folder."""

        def __init__(self, files: dict[str, bytes]) -> None:
            self.files = files

        def get(self, *path: str) -> bytes | None:
            return self.files.get("/".join(path))

    files = tiles_of(log, size)
    reader = scales.reader.TilesReader(Files(files))
    reader.set_size(size)
    assert reader.calculate_root_hash() == log.tree.root(size)
    for index in {0, size // 2, size - 1}:
        assert reader.get_inclusion_proof(index, size).node_hashes == log.tree.inclusion(index, size)
        assert reader.get_entry(index) == log.leaves[index]
    old = (size + 1) // 2
    assert reader.get_consistency_proof(old, size).node_hashes == log.tree.consistency(old, size)
    lowest = tile_path(0, *list(tile_spans(size, 0))[-1])
    damaged = scales.reader.TilesReader(Files({**files, lowest: flipped(files[lowest], 5)}))
    damaged.set_size(size)
    if size != 256:  # at exactly 256 the root is read from the level above
        assert damaged.calculate_root_hash() != log.tree.root(size)


# --- aics-tlog ----------------------------------------------------------------------------------------------

JUDGE = """
import json, sys
from base64 import b64decode, b64encode
from aics_tlog import checkpoint, cosign, note, tiles, tree, verified

def judge(case):
    what = case["what"]
    raw = lambda name: b64decode(case[name])
    proof = [b64decode(node) for node in case.get("proof", [])]
    if what == "checkpoint":
        result = checkpoint.verify_checkpoint(note.parse_note(raw("note")), note.parse_vkey(case["vkey"]))
        return result.ok and [result.origin, result.size, b64encode(result.root).decode()] == case["says"]
    if what == "inclusion":
        return tree.verify_leaf_inclusion(raw("leaf"), case["index"], case["size"], proof, raw("root"))
    if what == "consistency":
        return tree.verify_consistency(case["old"], case["new"], raw("old_root"), raw("new_root"), proof)
    if what == "tiles":
        files = {path: b64decode(data) for path, data in case["files"].items()}
        verified.audit_tiles(tiles.MemoryTileReader(files), case["size"], raw("root"))
        return True
    raise SystemExit("no such case: " + what)

verdicts = []
for case in json.load(sys.stdin):
    try:
        verdicts.append(bool(judge(case)))
    except Exception as refusal:
        verdicts.append(False)
print(json.dumps(verdicts))
"""


def aics(cases: list[dict[str, Any]]) -> list[bool]:
    """Ask aics-tlog for its verdict on each case."""
    python = os.environ.get("CHAMBER_AICS_PYTHON", "")
    if not python or not Path(python).exists():
        missing("CHAMBER_AICS_PYTHON names no interpreter with aics-tlog")
    done = subprocess.run(
        [python, "-c", JUDGE], input=json.dumps(cases), capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    verdicts: list[bool] = json.loads(done.stdout)
    return verdicts


def text(data: bytes) -> str:
    """Bytes for JSON."""
    return b64encode(data).decode()


def checkpoint_case(log: ChamberLog, size: int, note: bytes) -> dict[str, Any]:
    """A signed checkpoint and what it should say."""
    says = [ORIGIN, size, text(log.tree.root(size))]
    return {"what": "checkpoint", "note": text(note), "vkey": str(log.log_key), "says": says}


def test_aics_accepts_our_checkpoints_and_refuses_damaged_ones(log: ChamberLog) -> None:
    """Any changed byte of the body, and two signatures of the log."""
    good = [checkpoint_case(log, size, log.checkpoint(size)) for size in (0, *SIZES)]
    assert aics(good) == [True] * len(good)
    note = log.checkpoint(100)
    line = note.partition(b"\n\n")[2]
    bad_notes = [flipped(note, position) for position in range(0, len(note), 7)] + [
        note + line,
        note.replace(b"\n100\n", b"\n0100\n"),
    ]
    assert aics([checkpoint_case(log, 100, bad) for bad in bad_notes]) == [False] * len(bad_notes)


def test_aics_accepts_our_proofs_and_refuses_damaged_ones(log: ChamberLog) -> None:
    """Inclusion and consistency."""
    good: list[dict[str, Any]] = []
    bad: list[dict[str, Any]] = []
    for size in SIZES:
        for index in sorted({0, size // 3, size - 1}):
            inclusion: dict[str, Any] = {
                "what": "inclusion", "leaf": text(log.leaves[index]), "index": index, "size": size,
                "root": text(log.tree.root(size)),
                "proof": [text(node) for node in log.tree.inclusion(index, size)],
            }  # fmt: skip
            good.append(inclusion)
            bad.append({**inclusion, "leaf": text(log.leaves[index] + b"=")})
            bad.append({**inclusion, "proof": [*inclusion["proof"], text(bytes(32))]})
        for old in (s for s in SIZES if s < size):
            consistency: dict[str, Any] = {
                "what": "consistency", "old": old, "new": size, "old_root": text(log.tree.root(old)),
                "new_root": text(log.tree.root(size)),
                "proof": [text(node) for node in log.tree.consistency(old, size)],
            }  # fmt: skip
            good.append(consistency)
            bad.append({**consistency, "proof": consistency["proof"][:-1]})
            bad.append({**consistency, "new_root": text(bytes(32))})
    assert aics(good) == [True] * len(good)
    assert aics(bad) == [False] * len(bad)


def test_aics_audits_our_tiles_and_refuses_damaged_ones(log: ChamberLog) -> None:
    """Every tile and every bundle, whole and at every edge; a changed, cut or missing file is found."""
    good: list[dict[str, Any]] = [
        {
            "what": "tiles",
            "size": size,
            "root": text(log.tree.root(size)),
            "files": {path: text(data) for path, data in tiles_of(log, size).items()},
        }
        for size in SIZES
    ]
    assert aics(good) == [True] * len(good)
    bad: list[dict[str, Any]] = []
    for case in good:
        files: dict[str, str] = case["files"]
        for path, data in files.items():
            raw = b64decode(data)
            for damaged in (flipped(raw, len(raw) // 2), raw[:-1]):
                bad += [{**case, "files": {**files, path: text(damaged)}}]
            bad += [{**case, "files": {other: kept for other, kept in files.items() if other != path}}]
    assert aics(bad) == [False] * len(bad)


def test_proof_file_leads_from_a_leaf_to_the_checkpoint(log: ChamberLog) -> None:
    """Our tlog-proof, taken apart by hand, holds what aics-tlog accepts."""
    proof = write_proof(5, log.tree.inclusion(5, 100), log.checkpoint(100))
    assert open_proof(proof, log.leaves[5], log.log_key)[0] == 5
    head, _, note = proof.partition(b"\n\n")
    lines = head.decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 5"]
    case = {
        "what": "inclusion", "leaf": text(log.leaves[5]), "index": 5, "size": 100, "root": text(log.tree.root(100)),
        "proof": lines[2:],
    }  # fmt: skip
    assert aics([case, checkpoint_case(log, 100, note)]) == [True, True]


COSIGN = """
import sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from aics_tlog import checkpoint, cosign, note
key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
parsed = note.parse_note(sys.stdin.buffer.read())
says = checkpoint.parse_checkpoint(parsed.text)
_, line = cosign.sign_cosignature(key, "witness.example/w1", 1700000000, says.origin, says.size, says.root)
sys.stdout.buffer.write(note.Note(parsed.text, (*parsed.signatures, line)).to_bytes())
"""


def test_our_reader_passes_over_a_witness_s_cosignature(log: ChamberLog) -> None:
    """A checkpoint with another implementation's cosignature is still the log's."""
    python = os.environ.get("CHAMBER_AICS_PYTHON", "")
    if not python or not Path(python).exists():
        missing("CHAMBER_AICS_PYTHON names no interpreter with aics-tlog")
    done = subprocess.run(
        [python, "-c", COSIGN], input=log.checkpoint(100), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.startswith(log.checkpoint(100))
    assert len(done.stdout) > len(log.checkpoint(100))
    assert open_checkpoint(done.stdout, log.log_key).size == 100
    assert LOG_KEY.public == log.log_key.key
