"""Packages for tests: built from a log as the controller builds them, then forged by whoever holds which key.

`package(log)` is honest. `resign(files)` is what a dishonest secretary can do: any files, a manifest that fits them, a
signature that holds. `rebuild(files, leaves)` is what someone with the log's key can do: another tree.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence

from protocol import records
from protocol.checkpoint import Checkpoint, sign_checkpoint
from protocol.encoding import base64url, canonical_json, hash_text
from protocol.keys import Ed25519Signer
from protocol.manifest import MANIFEST, SIGNATURE, ManifestSignature, read_manifest, write_manifest
from protocol.merkle import Tree, leaf_hash
from protocol.package import CHECKPOINT, TILES, TRUST, Source, build_package
from protocol.tiles import TILE_WIDTH, hash_tiles, tile_path, tile_spans, write_bundle
from protocol.verify import Problem, Verdict, verify_package
from tests.protocol.chamber_builder import LOG_KEY, ORIGIN, ChamberLog, officer_key, open_chamber

Files = dict[str, bytes]
SECRETARY = officer_key("secretary")


def source_of(log: ChamberLog) -> Source:
    """A log as the export sees it."""
    return Source(log.state, log.tree, log.leaves, log.checkpoint(), log.blobs)


def package(log: ChamberLog, sitting: str = "sitting-1") -> Files:
    """The honest package of a sitting."""
    return build_package(source_of(log), sitting, 1, SECRETARY, log.now_ms)


def resign(
    files: Mapping[str, bytes],
    signer: Ed25519Signer = SECRETARY,
    *,
    sitting: str | None = None,
    first: int | None = None,
    size: int | None = None,
    root: str | None = None,
) -> Files:
    """A manifest made anew over these files, and signed."""
    old = read_manifest(files[MANIFEST])
    sitting = old.sitting if sitting is None else sitting
    first, size = old.first if first is None else first, old.size if size is None else size
    root = old.root if root is None else root
    listed = {path: data for path, data in files.items() if path not in {MANIFEST, SIGNATURE}}
    return sign_manifest(listed, write_manifest(sitting, old.version, first, size, root, listed), signer)


def sign_manifest(files: Mapping[str, bytes], manifest: bytes, signer: Ed25519Signer = SECRETARY) -> Files:
    """Put this manifest over the files; what its signature says is read from it."""
    said = read_manifest(manifest)
    signed = ManifestSignature(said.sitting, said.version, hash_text(manifest), said.size, said.root, 1)
    return {**files, MANIFEST: manifest, SIGNATURE: signed.seal(signer)}


def rebuild(files: Mapping[str, bytes], leaves: Sequence[bytes], log_signer: Ed25519Signer = LOG_KEY) -> Files:
    """Other leaves under a checkpoint of `log_signer`; what stands before the range is offered as trust records."""
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    kept = {path: data for path, data in files.items() if not path.startswith(TILES + "tile/")}
    kept |= {TILES + path: data for path, data in hash_tiles(tree, tree.size)}
    for number, width in tile_spans(tree.size, 0):
        start = number * TILE_WIDTH
        kept[TILES + tile_path("entries", number, width)] = write_bundle(leaves[start : start + width])
    first = read_manifest(files[MANIFEST]).first
    trust = [
        {
            "index": index,
            "record": leaves[index].decode("ascii"),
            "proof": [b64encode(node).decode("ascii") for node in tree.inclusion(index, tree.size)],
        }
        for index in range(first)
    ]
    kept[TRUST] = canonical_json({"v": 1, "records": trust})
    kept[CHECKPOINT] = sign_checkpoint(Checkpoint(ORIGIN, tree.size, tree.root()), log_signer)
    return resign(kept, size=tree.size, root=base64url(tree.root()))


def changed(files: Mapping[str, bytes], path: str, change: Callable[[bytes], bytes]) -> Files:
    """One file changed."""
    return {**files, path: change(files[path])}


def flipped(data: bytes, offset: int, bit: int = 1) -> bytes:
    """One bit of one byte turned."""
    return data[:offset] + bytes([data[offset] ^ bit]) + data[offset + 1 :]


def problem_of(files: Mapping[str, bytes], root_words: str = "") -> Problem:
    """What is wrong with a package that must be refused."""
    verdict = verify_package(files, root_words)
    assert verdict.verdict == "refused", verdict.as_json()
    assert verdict.problem is not None
    return verdict.problem


def where(files: Mapping[str, bytes], root_words: str = "") -> tuple[str, str]:
    """(step, file) of the first thing that is wrong."""
    problem = problem_of(files, root_words)
    return problem.step, problem.file


def verified(files: Mapping[str, bytes], root_words: str = "") -> Verdict:
    """The verdict on a package that must hold."""
    verdict = verify_package(files, root_words)
    assert verdict.verdict in {"verified", "unfinished"}, verdict.as_json()
    return verdict


def hold_vote(log: ChamberLog, *, rule: str = "simple", **choices: str) -> str:
    """One vote from its arm to its announcement. Returns the hash of its `vote-open`."""
    vote = log.open_vote(rule=rule)
    log.press(vote, **choices)
    log.close(vote)
    log.announce(vote)
    return vote


def one_sitting(*, close: bool = True) -> ChamberLog:
    """A short sitting: a vote that is adopted, one that is not, one change of mind, a late ballot."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for", m2="for", m3="against")
    log.press(vote, m3="abstain")
    log.close(vote)
    log.ballot(vote, "m4", "for")
    log.announce(vote)
    hold_vote(log, rule="absolute", m1="for", m2="for", m3="against")
    if close:
        log.act("chair", records.SittingClose)
    return log


def next_sitting(log: ChamberLog, name: str = "sitting-2", members: int = 5) -> None:
    """A further sitting in the same log, open, with its members seated."""
    log.sitting = name
    log.prepare(members)
    log.open_sitting()
    log.activate()
    for number in range(1, members + 1):
        log.sit(f"m{number}")
