"""From a package to a verdict, in the numbered steps of the specification, trusting nobody.

Everything is derived again from the evidence: keys from the anchor, every signature, the tree, every result, and the
files that people read. The first thing that is wrong is named.

Source: `docs/protocol.md` section 11.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from protocol.checkpoint import open_checkpoint
from protocol.encoding import base64url, hash_text
from protocol.errors import ChamberError, EvidenceRefused, KindUnknown, NewerVerifierNeeded, RulesRefused
from protocol.evidence import (
    TrustRecord,
    check_anchor,
    check_checkpoint,
    check_entries,
    check_manifest,
    check_tiles,
    check_trust_proofs,
    read_trust_records,
)
from protocol.jws import read_envelope
from protocol.majority import read_rule_book
from protocol.manifest import MANIFEST, SIGNATURE, Manifest, ManifestSignature
from protocol.merkle import Tree
from protocol.messages import read_message
from protocol.package import BLOBS, CHECKPOINT, POLICY, SESSION, TILES, TRUST, VOTINGS, first_leaf_of, quoted_blobs
from protocol.record import By, Record
from protocol.records import MEANING_VERSION, Roster, SittingOpen, Takeover, VoteClose
from protocol.session_document import write_session_json, write_votings_csv
from protocol.sitting import evolve, open_leaf
from protocol.state import Entry, LogState, SittingPhase, SittingState
from protocol.tiles import TILE_WIDTH, tile_path

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
    anchor, confirmed = check_anchor(trust_records[0][1], root_words)
    verdict.root = "confirmed" if confirmed else "unconfirmed"
    checkpoint = check_checkpoint(files[CHECKPOINT], manifest)
    hashes, tree = check_tiles(files, manifest.size, checkpoint)
    leaves = check_entries(files, manifest, hashes)
    check_trust_proofs(trust_records, checkpoint)
    state = replay(files, manifest, trust_records, leaves, tree, progress)
    check_log_signature(files[CHECKPOINT], state)
    sitting = check_recount(state, manifest)
    check_blobs(files, state, manifest)
    check_derived_files(files, state, sitting)
    check_signer(files, state, manifest)
    if files[POLICY] != anchor.policy.encode():
        raise EvidenceRefused("trust", POLICY, "not the policy of index 0")
    _count(verdict, state, sitting)


# --- 5. Replay ----------------------------------------------------------------------------------------------


def replay(
    files: Mapping[str, bytes],
    manifest: Manifest,
    trust_records: list[TrustRecord],
    leaves: list[bytes],
    tree: Tree,
    progress: Progress,
) -> LogState:
    """Open and evolve every leaf of the evidence, checking every signature and what officers say they saw."""
    state = LogState()
    for path, data in files.items():
        if path.startswith(BLOBS):
            _take_blob(state, path, data)
    total = len(leaves)
    for index, leaf in _in_order(trust_records, leaves, manifest.first):
        entry = _replay_leaf(state, index, leaf, manifest)
        if entry.author.by is By.OFFICER:
            check_seen(entry.record, index, tree, _file_of(index, manifest))
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


def _replay_leaf(state: LogState, index: int, leaf: bytes, manifest: Manifest) -> Entry:
    try:
        entry = open_leaf(state, leaf, index)
        reason = evolve(state, entry)
    except KindUnknown as error:
        fact = f"leaf {index} is of a kind this verifier does not know: {error.fact}"
        raise NewerVerifierNeeded(_file_of(index, manifest), fact) from error
    except ChamberError as error:
        raise EvidenceRefused("replay", _file_of(index, manifest), f"leaf {index}: {error.fact}") from error
    record = entry.record
    if isinstance(record, Roster | SittingOpen):
        _check_beginning(record, reason, index, _file_of(index, manifest))
    if state.disputed:
        fact = f"leaf {index}: a result that is not what the ballots say"
        raise EvidenceRefused("recount", _file_of(index, manifest), fact)
    return entry


def _check_beginning(record: Roster | SittingOpen, reason: str, index: int, file: str) -> None:
    """A sitting of a meaning that we know, whose opening took effect."""
    if isinstance(record, Roster) and record.evolve != MEANING_VERSION:
        raise NewerVerifierNeeded(file, f"leaf {index} asks for meaning version {record.evolve}")
    if isinstance(record, SittingOpen) and reason:
        raise EvidenceRefused("replay", file, f"leaf {index}: the opening of {record.sitting} is void: {reason}")


def check_seen(record: Record, index: int, tree: Tree, file: str) -> None:
    """An officer's signed view of the log is this log's: whoever reorders leaves must forge every later act too."""
    views = [getattr(record, "seen", "")]
    if isinstance(record, SittingOpen | VoteClose | Takeover):
        views.append(f"{record.size}:{record.root}")
    for view in views:
        size_text, _, root = view.partition(":")
        if view and (int(size_text) > index or base64url(tree.root(int(size_text))) != root):
            raise EvidenceRefused("replay", file, f"leaf {index}: its officer saw another log of {size_text} leaves")


def _file_of(index: int, manifest: Manifest) -> str:
    """The file that a leaf of the evidence is read from."""
    if index < manifest.first:
        return TRUST
    number = index // TILE_WIDTH
    return TILES + tile_path("entries", number, min(TILE_WIDTH, manifest.size - number * TILE_WIDTH))


def check_log_signature(note: bytes, state: LogState) -> None:
    """The checkpoint is signed by the log key in force at its size."""
    assert state.log_key is not None, "replay began with an anchor"
    try:
        open_checkpoint(note, state.log_key)
    except ChamberError as error:
        raise EvidenceRefused("checkpoint", CHECKPOINT, error.fact) from error


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
