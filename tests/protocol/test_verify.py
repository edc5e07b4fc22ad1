"""Verification: packages that hold, and everything a forger can do to one, with whichever keys he owns.

Every refusal names the step and the file where the first thing is wrong, and none is an exception.
"""

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from protocol import records
from protocol.checkpoint import Checkpoint, LogKey, sign_checkpoint
from protocol.encoding import base64url, canonical_json, from_canonical_json, hash_text, salted_text
from protocol.jws import read_envelope, seal
from protocol.keys import Ed25519Signer
from protocol.majority import simple_rule, write_rule_book
from protocol.manifest import MANIFEST, SIGNATURE, read_manifest
from protocol.package import BLOBS, CHECKPOINT, POLICY, SESSION, TRUST, VOTINGS, build_package
from protocol.session_document import write_session_json, write_votings_csv
from protocol.verify import verify_package
from protocol.words import root_words
from tests.protocol.chamber_builder import (
    CONTROLLER_KEY,
    LOG_KEY,
    ORIGIN,
    ROOT_KEY,
    ChamberLog,
    card_key,
    device_key,
    found_log,
    officer_key,
    open_chamber,
    seed,
)
from tests.protocol.package_forger import (
    Files,
    changed,
    flipped,
    hold_vote,
    next_sitting,
    one_sitting,
    package,
    problem_of,
    rebuild,
    resign,
    source_of,
    verified,
    where,
)

LOG = one_sitting()
MADE_MS = LOG.now_ms
GOOD = package(LOG)
ENTRIES = next(path for path in GOOD if path.startswith("evidence/tile/entries/"))
HASHES = next(path for path in GOOD if path.startswith("evidence/tile/0/"))
RULES = next(BLOBS + book for book in LOG.state.rule_books)
TITLE = next(path for path in GOOD if path.startswith(BLOBS) and path != RULES)


def two_sittings() -> ChamberLog:
    """Two sittings, one after the other, in one log."""
    log = one_sitting()
    next_sitting(log)
    hold_vote(log, m1="for", m2="against", m3="for")
    log.act("chair", records.SittingClose)
    return log


TWO = two_sittings()
SECOND = package(TWO, "sitting-2")


def withheld(log: ChamberLog, files: Files, path: str) -> Files:
    """A package without one blob, everything derived again as an honest export would."""
    blobs = {name.removeprefix(BLOBS): data for name, data in files.items() if name.startswith(BLOBS) and name != path}
    kept = {name: data for name, data in files.items() if name != path}
    kept[SESSION] = write_session_json(log.state, log.here, blobs)
    kept[VOTINGS] = write_votings_csv(log.here, blobs)
    return resign(kept)


# --- Packages that hold.


def test_finished_sitting_verifies() -> None:
    """Two votes, five counted ballots, the replaced and the late ballot void."""
    verdict = verified(GOOD)
    assert (verdict.verdict, verdict.votes, verdict.ballots, verdict.void) == ("verified", 2, 6, 2)
    assert verdict.as_json() == {
        "verdict": "verified", "root": "unconfirmed", "sitting": "sitting-1", "votes": 2, "ballots": 6, "void": 2,
        "witnesses": [], "problem": None,
    }  # fmt: skip


def test_right_words_confirm_the_root() -> None:
    """Any case, spaces or hyphens, as people type them."""
    words = root_words(ROOT_KEY.public)
    assert verified(GOOD, words).root == "confirmed"
    assert verified(GOOD, words.upper().replace("-", " ")).root == "confirmed"


def test_open_sitting_is_unfinished() -> None:
    """A package may be cut while the sitting goes on, and says so."""
    assert verified(package(one_sitting(close=False))).verdict == "unfinished"


def test_sitting_without_votes_verifies() -> None:
    """Nothing to count is nothing wrong."""
    log = open_chamber(1)
    log.act("chair", records.SittingClose)
    assert verified(package(log)).votes == 0


def test_second_sitting_needs_only_its_own_leaves() -> None:
    """The range begins with the sitting; earlier trust records come with proofs."""
    manifest = read_manifest(SECOND[MANIFEST])
    assert 0 < manifest.first < manifest.size
    assert verified(SECOND).as_json()["ballots"] == 3
    assert verified(package(TWO)).verdict == "verified"


def test_range_that_begins_in_a_later_bundle() -> None:
    """Only the bundles from the first leaf on are in the package; all hash tiles are."""
    log = open_chamber(3)
    for _ in range(3):
        vote = log.open_vote()
        for number in range(32):
            for member in ("m1", "m2", "m3"):
                log.ballot(vote, member, ("for", "against")[number % 2])
        log.close(vote)
        log.announce(vote)
    log.act("chair", records.SittingClose)
    next_sitting(log, members=3)
    hold_vote(log, m1="for")
    files = package(log, "sitting-2")
    assert "evidence/tile/entries/000" not in files
    assert "evidence/tile/0/000" in files
    assert verified(files).ballots == 1
    first = package(log)
    assert "evidence/tile/entries/000" in first
    assert verified(first).ballots == 9


@pytest.mark.parametrize("size", [64, 128, 256, 257, 512])
def test_every_size_of_tree_verifies(size: int) -> None:
    """Powers of two and full tiles are no edge."""
    log = open_chamber(2)
    while log.size < size:
        log.act("secretary", records.Presence, member="m1", state="present")
    assert log.size == size
    assert verified(package(log)).verdict == "unfinished"


def test_interleaved_sittings_verify_both() -> None:
    """The later one's range reaches back to the earlier one's start."""
    log = open_chamber()
    first = log.sitters["m1"]
    vote = log.open_vote()
    log.ballot(vote, first, "for")
    log.close(vote)
    next_sitting(log, members=4)
    hold_vote(log, m2="for")
    log.sitting = "sitting-1"
    log.announce(vote)
    log.act("chair", records.SittingClose)
    log.sitting = "sitting-2"
    log.act("chair", records.SittingClose)
    one, two = package(log), package(log, "sitting-2")
    assert read_manifest(one[MANIFEST]).first == read_manifest(two[MANIFEST]).first
    assert (verified(one).ballots, verified(two).ballots) == (1, 1)


def test_ballot_of_an_earlier_sittings_session_stays_readable() -> None:
    """It enters void, so the package reaches back to the sitting whose session signed it."""
    log = one_sitting()
    old = log.sitters["m1"]
    next_sitting(log)
    vote = log.open_vote()
    log.press(vote, m1="for")
    assert log.reason(log.append(log.make_ballot(vote, old, "against"), old.key)) == "session"
    log.close(vote)
    assert verified(package(log, "sitting-2")).ballots == 1


def test_incident_of_a_seat_that_only_an_earlier_roster_knows() -> None:
    """Any key of the log may report; the package brings the roster that knows the key."""
    log = one_sitting()
    next_sitting(log, members=3)
    log.append(log.make(records.Incident, about="seat-s6"), device_key("s6"))
    assert verified(package(log, "sitting-2")).verdict == "unfinished"


def test_vote_that_repeats_one_of_an_earlier_sitting() -> None:
    """What was voided yesterday may be repeated today; the package holds both."""
    log = open_chamber()
    voided = log.open_vote()
    log.act("chair", records.VoteVoid, open=voided)
    log.settle()
    log.act("chair", records.SittingClose)
    next_sitting(log)
    repeated = log.open_vote(repeats=voided)
    log.press(repeated, m1="for")
    log.close(repeated)
    assert verified(package(log, "sitting-2")).ballots == 1


def test_device_of_an_earlier_sitting_revoked_in_mid_vote() -> None:
    """Full log and package agree that the revocation takes effect."""
    log = one_sitting()
    next_sitting(log, members=3)
    vote = log.open_vote()
    kid = device_key("s6").public.thumbprint
    log.append(log.make(records.DeviceRevoke, seat="s6", kid=kid), officer_key("secretary"))
    log.close(vote)
    assert verified(package(log, "sitting-2")).verdict == "unfinished"


def test_withheld_title_verifies() -> None:
    """A blob may be erased; the sitting is derived without its words."""
    assert verified(withheld(LOG, GOOD, TITLE)).ballots == 6


def test_changed_log_key_signs_what_covers_the_change() -> None:
    """The checkpoint must be signed by the newest log key, the old one is refused."""
    log = one_sitting(close=False)
    new = Ed25519Signer(seed("new log key"))
    change = log.make(
        records.KeyChange, what="log", old=str(LogKey(ORIGIN, LOG_KEY.public)), new=str(LogKey(ORIGIN, new.public))
    )
    log.append(change, ROOT_KEY)
    log.act("chair", records.SittingClose)
    old_way = package(log)
    assert where(old_way) == ("checkpoint", CHECKPOINT)
    note = sign_checkpoint(Checkpoint(ORIGIN, log.size, log.tree.root()), new)
    assert verified(resign({**old_way, CHECKPOINT: note})).verdict == "verified"


def test_controller_may_sign_the_manifest() -> None:
    """The secretary or the controller signs."""
    assert verified(resign(GOOD, CONTROLLER_KEY)).verdict == "verified"


def test_progress_is_told() -> None:
    """The last that is told is all of the range."""
    told: list[tuple[int, int]] = []
    verify_package(GOOD, progress=lambda done, total: told.append((done, total)))
    total = LOG.size - read_manifest(GOOD[MANIFEST]).first
    assert told[-1] == (total, total)


def test_duplicate_leaf_is_void_and_counts_once() -> None:
    """A controller that writes a ballot twice gains nothing, and the figures say `void`."""
    log = open_chamber()
    vote = log.open_vote()
    entry = log.ballot(vote, "m1", "for")
    again = log.forced(log.leaves[entry.index])
    assert log.reason(again) == "duplicate"
    log.close(vote)
    verdict = verified(package(log))
    assert (verdict.ballots, verdict.void) == (1, 1)


# --- Bytes turned, files dropped, added, swapped, cut.


def offsets(data: bytes, path: str) -> list[int]:
    """Some places in a file, always the same ones: the ends and a seeded choice between."""
    chosen = random.Random(path).sample(range(len(data)), min(12, len(data)))
    return sorted({0, len(data) - 1, *chosen})


@pytest.mark.parametrize("path", sorted(GOOD))
def test_flipped_byte_without_a_new_manifest(path: str) -> None:
    """The manifest says which file is not what it was; its own signature guards the manifest."""
    for offset in offsets(GOOD[path], path):
        problem = problem_of(changed(GOOD, path, lambda data, at=offset: flipped(data, at)))  # type: ignore[misc]
        if path == MANIFEST:
            assert problem.step in {"manifest", "checkpoint", "trust", "signer", "recount", "tree"}
        else:
            assert (problem.step, problem.file) == ("signer" if path == SIGNATURE else "manifest", path)


STEPS = {
    SESSION: {"derived"},
    VOTINGS: {"derived"},
    TRUST: {"trust", "tree"},
    POLICY: {"trust"},
    CHECKPOINT: {"checkpoint"},
}


@pytest.mark.parametrize("path", sorted(GOOD.keys() - {MANIFEST, SIGNATURE}))
@pytest.mark.parametrize("bit", [1, 0x20, 0x80])
def test_flipped_byte_signed_by_a_dishonest_secretary(path: str, bit: int) -> None:
    """A new manifest over forged files holds; the evidence does not, and the very file is named."""
    for offset in offsets(GOOD[path], path):
        problem = problem_of(resign(changed(GOOD, path, lambda data, at=offset: flipped(data, at, bit))))  # type: ignore[misc]
        steps = STEPS.get(path, {"replay"} if path.startswith(BLOBS) else {"tree"})
        assert problem.step in steps, problem
        assert problem.file in ({HASHES, "evidence/tile/0"} if path == HASHES else {path, ENTRIES}), problem


@pytest.mark.parametrize("path", sorted(SECOND.keys() - {MANIFEST, SIGNATURE}))
def test_flipped_byte_of_a_later_sitting(path: str) -> None:
    """The same with a range that does not begin at 0: now trust records and their proofs are turned too."""
    for offset in offsets(SECOND[path], path):
        problem = problem_of(resign(changed(SECOND, path, lambda data, at=offset: flipped(data, at))))  # type: ignore[misc]
        if path == TRUST:
            assert problem.step in {"trust", "tree"}
            assert problem.file == TRUST


@pytest.mark.parametrize("path", sorted(GOOD))
def test_dropped_file_is_named(path: str) -> None:
    """A file of the manifest that is not there."""
    files = {name: data for name, data in GOOD.items() if name != path}
    assert where(files) == ("signer" if path == SIGNATURE else "manifest", path)


@pytest.mark.parametrize("path", sorted(GOOD.keys() - {MANIFEST, SIGNATURE}))
def test_dropped_file_is_missed_although_the_manifest_forgets_it(path: str) -> None:
    """The verifier knows which files there must be."""
    step, file = where(resign({name: data for name, data in GOOD.items() if name != path}))
    if path == RULES:
        assert step == "replay"
    elif path.startswith(BLOBS):
        assert (step, file) == ("derived", SESSION)
    else:
        assert (step, file) == ("tree" if path in {ENTRIES, HASHES} else "manifest", path)


def test_rules_that_are_missing_are_named() -> None:
    """The one blob that meaning depends on is asked for by its hash."""
    problem = problem_of(resign({name: data for name, data in GOOD.items() if name != RULES}))
    assert RULES.removeprefix(BLOBS) in problem.reason


@pytest.mark.parametrize("name", ["extra.txt", "evidence/tile/0/001", "evidence/blobs/x", "evidence/tile/1/000.p/1"])
def test_added_file_is_refused(name: str) -> None:
    """One that the manifest does not list."""
    assert where({**GOOD, name: b"more"}) == ("manifest", name)


@pytest.mark.parametrize(
    "name",
    [
        "minutes.pdf", "evidence/tile/0/000", "evidence/tile/0/001", "evidence/tile/0/000.p/5",
        "evidence/tile/1/000.p/1",
        "evidence/tile/entries/000.p/5", "evidence/tile/entries/000", "evidence/tile/entries/001", "latest",
    ],
)  # fmt: skip
def test_added_file_that_no_step_reads_is_refused_although_signed(name: str) -> None:
    """Nothing unchecked may travel under a good verdict, partial tiles of other sizes among it."""
    assert where(resign({**GOOD, name: GOOD[HASHES]})) == ("manifest", name)


def test_added_blob_that_nothing_quotes_is_refused() -> None:
    """Also one that is what its name says."""
    blob = salted_text(bytes(16), "never said")
    path = BLOBS + hash_text(blob)
    assert where(resign({**GOOD, path: blob})) == ("derived", path)


def test_added_rules_change_nothing() -> None:
    """A second document of rules is quoted by no roster."""
    rules = write_rule_book([simple_rule("simple", "One is enough", base="fixed", fixed=1)])
    path = BLOBS + hash_text(rules)
    assert where(resign({**GOOD, path: rules})) == ("derived", path)


def test_blob_under_another_name_is_refused() -> None:
    """The name is the hash."""
    files = dict(GOOD)
    files[TITLE] = salted_text(bytes(16), "another title")
    assert where(resign(files)) == ("replay", TITLE)


@pytest.mark.parametrize("cut", [1, 2, 100])
@pytest.mark.parametrize("path", sorted(GOOD))
def test_truncated_file(path: str, cut: int) -> None:
    """Cut short as it is, and with a manifest that lists the shorter file."""
    files = changed(GOOD, path, lambda data: data[:-cut])
    assert problem_of(files).step in {"manifest", "signer"}
    if path not in {MANIFEST, SIGNATURE}:
        assert problem_of(resign(files)).step in {"trust", "checkpoint", "tree", "replay", "derived"}


@pytest.mark.parametrize("path", sorted(GOOD))
def test_emptied_file(path: str) -> None:
    """No bytes at all."""
    files = changed(GOOD, path, lambda _data: b"")
    assert problem_of(files).file == path
    if path not in {MANIFEST, SIGNATURE}:
        assert problem_of(resign(files)).file in {path, "evidence/tile/0"}


@pytest.mark.parametrize("path", sorted(GOOD))
def test_longer_file(path: str) -> None:
    """One byte behind the end."""
    files = changed(GOOD, path, lambda data: data + b"\n")
    assert problem_of(files).file == path
    if path not in {MANIFEST, SIGNATURE}:
        assert problem_of(resign(files)).file == path


def test_swapped_files() -> None:
    """Every two neighbours exchanged, with and without a manifest that says so."""
    paths = sorted(GOOD.keys() - {MANIFEST, SIGNATURE})
    for one, two in pairwise(paths):
        files = {**GOOD, one: GOOD[two], two: GOOD[one]}
        assert where(files)[0] == "manifest"
        assert problem_of(resign(files)).file in {one, two, "evidence/tile/0"}


def test_empty_package() -> None:
    """Nothing is a named problem."""
    assert where({}) == ("manifest", MANIFEST)


# --- Trust.


def test_wrong_words_refuse_a_package_that_is_otherwise_good() -> None:
    """Words of another key, too few, too many, nonsense."""
    other = root_words(Ed25519Signer(seed("another root")).public)
    right = root_words(ROOT_KEY.public)
    for words in (other, right[:-6], right + "-babab", "x", right.replace("-", "")):
        problem = problem_of(GOOD, words)
        assert (problem.step, problem.file) == ("trust", TRUST)
        assert "words" in problem.reason


def test_whole_log_of_another_root_is_told_by_its_words() -> None:
    """Someone who makes everything anew verifies, unconfirmed; the words on the wall refuse it."""
    forged = ChamberLog()
    impostor = Ed25519Signer(seed("impostor"))
    vkey = str(LogKey(ORIGIN, LOG_KEY.public))
    _, chamber, body, term = ORIGIN.split("/")
    anchor = forged.make(
        records.Trust, chamber=chamber, body=body, term=term, root=impostor.public.jwk(), card_ca="", device_ca="",
        log_key=vkey, log_pq_key="", controller=CONTROLLER_KEY.public.jwk(), policy=f"log {vkey}\nquorum none\n",
    )  # fmt: skip
    forged.append(anchor, impostor)
    for officer in ("chair", "secretary"):
        key = officer_key(officer).public.jwk()
        forged.append(
            forged.make(
                records.Officer, officer=officer, role=officer, name="X", jwk=key, trust=forged.state.trust_hash
            ),
            impostor,
        )
    forged.add_rules([simple_rule("simple", "More for than against")])
    forged.prepare(2)
    forged.open_sitting()
    files = package(forged)
    assert verified(files).root == "unconfirmed"
    assert where(files, root_words(ROOT_KEY.public)) == ("trust", TRUST)
    assert verified(files, root_words(impostor.public)).root == "confirmed"


def trust_document(files: Files) -> dict[str, object]:
    """The trust file, to be changed."""
    document: dict[str, object] = from_canonical_json(files[TRUST])
    return document


def with_trust(document: object, files: Files = SECOND) -> Files:
    """A package with another trust file, signed by the secretary."""
    return resign({**files, TRUST: canonical_json(document)})


@pytest.mark.parametrize("number", range(6))
def test_missing_trust_record_is_noticed(number: int) -> None:
    """`sitting-open.trust` says which there were; index 0 cannot be missing at all."""
    document = trust_document(SECOND)
    kept = list(document["records"])  # type: ignore[call-overload]
    del kept[number]
    problem = problem_of(with_trust({"v": 1, "records": kept}))
    if number == 0:
        assert (problem.step, problem.file) == ("trust", TRUST)
    else:
        assert problem.step == "replay"


def test_no_trust_records_at_all() -> None:
    """A range that does not begin at 0 needs its anchor."""
    assert where(with_trust({"v": 1, "records": []})) == ("trust", TRUST)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: {**d, "v": 2},
        lambda d: {**d, "v": "1"},
        lambda d: {**d, "more": 1},
        lambda d: {"records": d["records"], "v": 1},
        lambda d: {"v": 1, "records": d["records"][::-1]},
        lambda d: {"v": 1, "records": [d["records"][0], *d["records"]]},
        lambda d: {"v": 1, "records": {}},
        lambda d: {"v": 1, "records": 7},
        lambda d: {"v": 1, "records": [7]},
        lambda d: {"v": 1, "records": [[]]},
        lambda d: {"v": 1, "records": [{**r, "index": str(r["index"])} for r in d["records"]]},
        lambda d: {"v": 1, "records": [{**r, "index": r["index"] + 10_000} for r in d["records"]]},
        lambda d: {"v": 1, "records": [{**r, "index": r["index"] - 1} for r in d["records"]]},
        lambda d: {"v": 1, "records": [{**r, "record": 5} for r in d["records"]]},
        lambda d: {"v": 1, "records": [{**r, "record": "ж"} for r in d["records"]]},
        lambda d: {"v": 1, "records": [{**r, "record": ""} for r in d["records"]]},
        lambda d: {"v": 1, "records": [{**r, "proof": "x"} for r in d["records"]]},
        lambda d: {"v": 1, "records": [{**r, "proof": [5]} for r in d["records"]]},
        lambda d: {"v": 1, "records": [{**r, "proof": ["AAAA"]} for r in d["records"]]},
        lambda d: {"v": 1, "records": [{**r, "more": 5} for r in d["records"]]},
        lambda _: [],
        lambda _: "records",
        lambda _: 5,
    ],
)
def test_malformed_trust_file(change: Callable[[dict[str, object]], object]) -> None:
    """Whatever stands there, it is the trust file that is wrong."""
    step, file = where(with_trust(change(trust_document(SECOND))))
    assert (step, file) == ("trust", TRUST)


@pytest.mark.parametrize(
    "change",
    [
        lambda proof: proof[:-1],
        lambda proof: [*proof, proof[0]],
        lambda proof: proof[::-1],
        lambda _: [],
        lambda proof: proof * 12,
    ],
)
def test_trust_record_with_a_wrong_proof(change: Callable[[list[str]], list[str]]) -> None:
    """A record that is not proven to stand in this log is not believed."""
    document = trust_document(SECOND)
    entries = [{**entry, "proof": change(entry["proof"])} for entry in document["records"]]  # type: ignore[attr-defined]
    assert where(with_trust({"v": 1, "records": entries})) == ("tree", TRUST)


def test_trust_record_of_another_index() -> None:
    """The right record with the right proof of its neighbour."""
    document = trust_document(SECOND)
    entries = list(document["records"])  # type: ignore[call-overload]
    entries[1] = {**entries[1], "record": entries[2]["record"]}
    assert where(with_trust({"v": 1, "records": entries})) == ("tree", TRUST)


def test_earlier_record_that_is_no_trust_record_is_refused() -> None:
    """A leaf of an earlier sitting, proven, must not slip in among the trust records."""
    index = TWO.here.first_index - 1
    document = trust_document(SECOND)
    leaf = {
        "index": index,
        "record": TWO.leaves[index].decode(),
        "proof": proof_of(TWO, index),
    }
    entries = [*document["records"], leaf]  # type: ignore[misc]
    assert where(with_trust({"v": 1, "records": entries})) == ("trust", TRUST)


def proof_of(log: ChamberLog, index: int) -> list[str]:
    """An inclusion path as the trust file writes it."""
    from base64 import b64encode  # noqa: PLC0415 - one use

    return [b64encode(node).decode() for node in log.tree.inclusion(index, log.size)]


def test_second_anchor_is_no_anchor() -> None:
    """A controller that logs another `trust` cannot offer it as index 0."""
    log = one_sitting()
    impostor = Ed25519Signer(seed("impostor"))
    vkey = str(LogKey(ORIGIN, LOG_KEY.public))
    _, chamber, body, term = ORIGIN.split("/")
    anchor = log.make(
        records.Trust, chamber=chamber, body=body, term=term, root=impostor.public.jwk(), card_ca="", device_ca="",
        log_key=vkey, log_pq_key="", controller=CONTROLLER_KEY.public.jwk(), policy=f"log {vkey}\nquorum none\n",
    ).seal(impostor)  # fmt: skip
    index = log.size
    log.leaves.append(anchor)
    log.tree.append(hash_of(anchor))
    log.state.size += 1
    next_sitting(log)
    files = package(log, "sitting-2")
    entry = {"index": index, "record": anchor.decode(), "proof": proof_of(log, index)}
    assert where(with_trust({"v": 1, "records": [entry]}, files)) == ("trust", TRUST)


def hash_of(leaf: bytes) -> bytes:
    """The leaf's place in the tree."""
    from protocol.merkle import leaf_hash  # noqa: PLC0415 - one use

    return leaf_hash(leaf)


# --- Manifest and signer.


@pytest.mark.parametrize(
    "signer",
    [officer_key("chair"), officer_key("operator"), LOG_KEY, ROOT_KEY, device_key("s1"), Ed25519Signer(seed("nobody"))],
)
def test_manifest_signed_by_another_key(signer: Ed25519Signer) -> None:
    """Only the secretary or the controller of this very log."""
    assert where(resign(GOOD, signer)) == ("signer", SIGNATURE)


def test_manifest_signed_by_a_secretary_who_was_replaced() -> None:
    """A key that acts no more signs no packages either."""
    log = one_sitting(close=False)
    log.appoint("secretary", "secretary", Ed25519Signer(seed("new secretary")))
    log.act("chair", records.SittingClose)
    files = package(log)
    assert where(files) == ("signer", SIGNATURE)
    assert verified(resign(files, Ed25519Signer(seed("new secretary")))).verdict == "verified"


def test_signature_of_another_manifest() -> None:
    """The signature of the second sitting's package over the first one's."""
    assert where({**GOOD, SIGNATURE: SECOND[SIGNATURE]}) == ("signer", SIGNATURE)


def test_signature_that_is_a_record_or_nonsense() -> None:
    """A leaf of the log, another message, empty parts."""
    vote_open = LOG.leaves[-1]
    other = seal("hall", b'{"v":1}', officer_key("secretary"))
    for data in (vote_open, other, b"", b"..", b"a.b.c", bytes(70_000), read_envelope(vote_open).signed):
        assert where({**GOOD, SIGNATURE: data}) == ("signer", SIGNATURE)


def test_manifest_of_another_range() -> None:
    """Sizes and starts that the evidence does not bear."""
    for first, size in [(6, LOG.size - 1), (6, LOG.size + 1), (6, 2**40), (0, 0), (1, 1), (LOG.size, LOG.size)]:
        assert problem_of(resign(GOOD, first=first, size=size)).step in {"manifest", "checkpoint"}


def test_range_that_begins_too_early_or_too_late() -> None:
    """The range is the sitting's own."""
    first = read_manifest(SECOND[MANIFEST]).first
    assert problem_of(resign(SECOND, first=first + 1)).step in {"replay", "recount"}
    first_package = package(TWO)
    early = resign({**first_package, SESSION: SECOND[SESSION], VOTINGS: SECOND[VOTINGS]}, sitting="sitting-2")
    assert where(early) == ("recount", MANIFEST)
    assert where(resign(SECOND, first=0)) == ("manifest", MANIFEST)


def test_manifest_of_another_sitting() -> None:
    """A sitting that is not there, and an earlier one in the package of the later."""
    assert where(resign(GOOD, sitting="sitting-9")) == ("recount", MANIFEST)
    assert where(resign(SECOND, sitting="sitting-1")) == ("recount", MANIFEST)


def test_checkpoint_of_another_size_root_or_log() -> None:
    """The manifest names one checkpoint, and the log key signed it."""
    smaller = sign_checkpoint(Checkpoint(ORIGIN, LOG.size - 1, LOG.tree.root(LOG.size - 1)), LOG_KEY)
    assert where(resign({**GOOD, CHECKPOINT: smaller})) == ("checkpoint", CHECKPOINT)
    other_log = sign_checkpoint(Checkpoint("chamber/other/log/1", LOG.size, LOG.tree.root()), LOG_KEY)
    assert where(resign({**GOOD, CHECKPOINT: other_log})) == ("checkpoint", CHECKPOINT)
    own_key = sign_checkpoint(Checkpoint(ORIGIN, LOG.size, LOG.tree.root()), Ed25519Signer(seed("self-made")))
    assert where(resign({**GOOD, CHECKPOINT: own_key})) == ("checkpoint", CHECKPOINT)
    wrong_root = sign_checkpoint(Checkpoint(ORIGIN, LOG.size, bytes(32)), LOG_KEY)
    forged = resign({**GOOD, CHECKPOINT: wrong_root}, root=base64url(bytes(32)))
    assert problem_of(forged).step == "tree"


# --- Leaves: with the log's key, or a self-made one.


@pytest.mark.parametrize("index", range(LOG.size))
def test_dropped_leaf(index: int) -> None:
    """Whoever leaves out one leaf and builds the tree again is found out, even with the log's own key."""
    leaves = [leaf for number, leaf in enumerate(LOG.leaves) if number != index]
    problem = problem_of(rebuild(GOOD, leaves))
    assert problem.step in {"trust", "replay", "recount", "derived"}
    self_made = problem_of(rebuild(GOOD, leaves, Ed25519Signer(seed("self-made"))))
    assert self_made.step in {"trust", "replay", "checkpoint", "recount"}


@pytest.mark.parametrize("index", range(LOG.size - 1))
def test_reordered_leaves(index: int) -> None:
    """Two neighbours exchanged: refused, for every later act of an officer has seen the order that was."""
    leaves = list(LOG.leaves)
    leaves[index], leaves[index + 1] = leaves[index + 1], leaves[index]
    assert where(rebuild(GOOD, leaves))[0] in {"trust", "replay", "recount", "derived"}


def test_self_made_log_key() -> None:
    """The same leaves under another log key."""
    files = rebuild(GOOD, LOG.leaves, Ed25519Signer(seed("self-made")))
    assert where(files) == ("checkpoint", CHECKPOINT)


def test_leaf_added_after_the_fact() -> None:
    """A ballot of a member that really signs, put into a vote that has its result."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for", m2="against")
    extra = log.make_ballot(vote, "m3", "against").seal(log.sitters["m3"].key)
    before = log.size
    log.close(vote)
    leaves = [*log.leaves[:before], extra, *log.leaves[before:]]
    problem = problem_of(rebuild(package(log), leaves))
    assert (problem.step, "saw another log" in problem.reason) == ("replay", True)


def test_duplicate_leaf_added_after_the_fact() -> None:
    """It moves every index behind it."""
    log = open_chamber()
    vote = log.open_vote()
    entry = log.ballot(vote, "m1", "for")
    log.close(vote)
    leaves = [*log.leaves[: entry.index + 1], log.leaves[entry.index], *log.leaves[entry.index + 1 :]]
    problem = problem_of(rebuild(package(log), leaves))
    assert (problem.step, "saw another log" in problem.reason) == ("replay", True)


@pytest.mark.parametrize("leaf", [b"", b"garbage", b"a.b.c", bytes(65_535), b"\xff" * 300])
def test_leaf_that_is_no_record(leaf: bytes) -> None:
    """The bundle that holds it is named."""
    step, file = where(rebuild(GOOD, [*LOG.leaves, leaf]))
    assert step == "replay"
    assert file.startswith("evidence/tile/entries/000.p/")


def test_leaf_of_an_unknown_key() -> None:
    """Signed well, by somebody whom no earlier leaf introduced."""
    record = LOG.make(records.Incident, about="x").seal(Ed25519Signer(seed("nobody")))
    problem = problem_of(rebuild(GOOD, [*LOG.leaves, record]))
    assert problem.step == "replay"
    assert f"leaf {LOG.size}" in problem.reason


def test_leaf_with_a_signature_of_another_record() -> None:
    """Parts of two good ballots."""
    one, two = LOG.leaves[-1].split(b"."), LOG.leaves[-2].split(b".")
    assert problem_of(rebuild(GOOD, [*LOG.leaves, b".".join([one[0], one[1], two[2]])])).step == "replay"


def forged_result(**changes: object) -> Files:
    """A package in which the controller's own result says something else than the ballots."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for", m2="against", m3="against")
    log.end(vote)
    honest = log.vote(vote)
    from dataclasses import replace  # noqa: PLC0415 - one use

    from protocol.tally import expected_result  # noqa: PLC0415 - one use

    log.forced(replace(expected_result(honest, log.now_ms), **changes), CONTROLLER_KEY)  # type: ignore[arg-type]
    log.state.owed.clear()
    log.state.disputed.clear()
    log.act_forced("chair", records.SittingClose)
    return package(log)


@pytest.mark.parametrize(
    "changes",
    [
        {"counts": (3, 0, 0)},
        {"outcome": "adopted"},
        {"counts": (2, 1, 0), "outcome": "adopted"},
        {"present": 4},
        {"needed": 1},
        {"void_count": 1},
        {"void_hash": hash_text(b"other")},
        {"from_": 0},
        {"to": 1},
        {"elected": ("for",)},
        {"counts": (1, 2)},
        {"counts": ()},
    ],
)
def test_result_that_disagrees_with_the_recount(changes: dict[str, object]) -> None:
    """Well signed by the controller, and refused: the reason says what it is."""
    files = forged_result(**changes)
    problem = problem_of(files)
    assert problem.step == "recount"
    assert problem.file.startswith("evidence/tile/entries/")
    assert "not what the ballots say" in problem.reason


def test_vote_without_a_result() -> None:
    """A controller that keeps a result to itself."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for")
    log.end(vote)
    assert problem_of(package(log)).step == "recount"


def test_correction_without_the_result_that_is_due() -> None:
    """Also a vote already announced owes a further result when its rule is corrected."""
    log = open_chamber()
    vote = hold_vote(log, m1="for")
    entry = log.append(
        log.make(records.RuleCorrection, "secretary", open=vote, rule="absolute"), officer_key("secretary")
    )
    log.ack(entry, "chair")
    problem = problem_of(package(log))
    assert problem.step == "recount"
    assert "without the result" in problem.reason
    log.settle()
    assert verified(package(log)).verdict == "unfinished"


def test_package_cut_in_mid_vote() -> None:
    """Its ballots leave the house only after its end."""
    log = one_sitting(close=False)
    before = package(log)
    log.press(log.open_vote(), m1="for")
    step, file = where(rebuild(before, log.leaves))
    assert step == "recount"
    assert file.startswith("evidence/tile/entries/")


def test_sitting_opened_on_too_few_trust_records() -> None:
    """The chair's record says which trust records stood before it."""
    log = found_log()
    log.prepare()
    log.act_forced("chair", records.SittingOpen, roster=log.here.first_roster, trust=log.state.trust_hash, prev="")
    files = rebuild(GOOD, log.leaves)
    problem = problem_of(files)
    assert problem.step == "replay"
    assert "opening" in problem.reason


# --- What a newer verifier must judge.


def test_unknown_kind_needs_a_newer_verifier() -> None:
    """Never a guess; the file that holds the leaf is named."""
    leaf = seal("weather", b'{"v":1}', officer_key("chair"))
    verdict = verify_package(rebuild(GOOD, [*LOG.leaves, leaf]))
    assert verdict.verdict == "newer-verifier-needed"
    assert verdict.problem is not None
    assert verdict.problem.file.startswith("evidence/tile/entries/000.p/")
    assert verdict.as_json()["problem"]["step"] == "replay"


@pytest.mark.parametrize("kind", ["marked", "urn", "trustee-share"])
def test_reserved_kinds_need_a_newer_verifier(kind: str) -> None:
    """Secret votes are not of this version."""
    leaf = seal(kind, b'{"v":1}', officer_key("chair"))
    assert verify_package(rebuild(GOOD, [*LOG.leaves, leaf])).verdict == "newer-verifier-needed"


def test_newer_meaning_needs_a_newer_verifier() -> None:
    """A roster that asks for another meaning version."""
    log = found_log()
    log.sitting = "sitting-1"
    part = log.part([], [])
    log.forced(log.roster([part], evolve="2"), officer_key("secretary"))
    verdict = verify_package(rebuild(GOOD, log.leaves))
    assert verdict.verdict == "newer-verifier-needed"


# --- Tiles.


def big() -> tuple[ChamberLog, Files]:
    """A log of more than one full tile."""
    log = open_chamber(2)
    while log.size < 530:
        log.act("secretary", records.Presence, member="m1", state="present")
    return log, package(log)


BIG_LOG, BIG = big()


@pytest.mark.parametrize("path", sorted(path for path in BIG if path.startswith("evidence/tile/")))
def test_missing_tile_is_named(path: str) -> None:
    """Hash tiles of every level, entry bundles of the whole range."""
    assert where(resign({name: data for name, data in BIG.items() if name != path})) == ("tree", path)


def test_tile_of_a_higher_level_that_lies() -> None:
    """It must be what the level below adds up to."""
    path = "evidence/tile/1/000.p/2"
    assert where(resign(changed(BIG, path, lambda data: flipped(data, 40)))) == ("tree", path)
    assert where(resign(changed(BIG, path, lambda data: data[32:] + data[:32]))) == ("tree", path)


def test_tile_at_the_path_of_another_width() -> None:
    """A partial tile under a full tile's name, and the other way round."""
    for path, other in [
        ("evidence/tile/0/002.p/18", "evidence/tile/0/002"),
        ("evidence/tile/0/001", "evidence/tile/0/001.p/18"),
    ]:
        files = {other if name == path else name: data for name, data in BIG.items()}
        assert problem_of(resign(files)).step in {"manifest", "tree"}


def test_swapped_tiles() -> None:
    """Full tiles exchanged, of hashes and of entries."""
    for one, two in [
        ("evidence/tile/0/000", "evidence/tile/0/001"),
        ("evidence/tile/entries/000", "evidence/tile/entries/001"),
    ]:
        assert problem_of(resign({**BIG, one: BIG[two], two: BIG[one]})).step == "tree"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:2] + data[4:],
        lambda data: b"\xff\xff" + data[2:],
        lambda data: b"\x00\x00" + data[2:],
        lambda data: b"\x00\x00" + data,
        lambda data: data + b"\x00\x00",
        lambda data: data + data[:200],
        lambda data: data[: len(data) // 2],
        lambda data: b"\xff\xff",
        lambda data: b"\x00",
        lambda data: bytes(2 * 256),
    ],
)
def test_entry_bundle_whose_lengths_lie(change: Callable[[bytes], bytes]) -> None:
    """A bundle is read to its last byte and no further."""
    for files, path in [(GOOD, ENTRIES), (BIG, "evidence/tile/entries/000"), (BIG, "evidence/tile/entries/002.p/18")]:
        assert problem_of(resign(changed(files, path, change))).step in {"tree", "trust"}


def test_last_leaf_is_in_the_named_bundle() -> None:
    """A wrong leaf in the partial bundle is named with the partial bundle's path."""
    leaves = [*BIG_LOG.leaves[:-1], b"garbage"]
    assert where(rebuild(BIG, leaves)) == ("replay", "evidence/tile/entries/002.p/18")


# --- Derived files, made anew by a secretary.


def test_session_with_another_outcome() -> None:
    """What people read is what the evidence gives, byte for byte."""
    data = GOOD[SESSION]
    for old, new in [(b'"adopted"', b'"not-adopted"'), (b"sitting-1", b"sitting-2"), (b"Member m1", b"Member m2")]:
        assert old in data
        assert where(resign({**GOOD, SESSION: data.replace(old, new)})) == ("derived", SESSION)


def test_votings_with_another_choice() -> None:
    """One cell, the order of lines, the line ends."""
    data = GOOD[VOTINGS]
    lines = data.splitlines(keepends=True)
    forged = [
        data.replace(b"against", b"for"), b"".join([lines[0], *lines[:0:-1]]), data.replace(b"\r\n", b"\n"),
        data + b"\r\n",
    ]  # fmt: skip
    for wrong in forged:
        assert where(resign({**GOOD, VOTINGS: wrong})) == ("derived", VOTINGS)


def test_policy_of_another_log() -> None:
    """It is that of index 0."""
    assert where(resign({**GOOD, POLICY: b"quorum none\n"})) == ("trust", POLICY)


# --- Noise.


def test_noise_never_raises() -> None:
    """Seeded nonsense in every file, honest manifest or not."""
    generator = random.Random(2024)
    for _ in range(300):
        path = generator.choice(sorted(GOOD))
        data = bytearray(GOOD[path])
        for _ in range(generator.randint(1, 6)):
            at = generator.randrange(len(data))
            data[at : at + generator.randint(0, 3)] = generator.randbytes(generator.randint(0, 3))
        files = {**GOOD, path: bytes(data)}
        if path not in {MANIFEST, SIGNATURE} and generator.random() < 0.7:
            files = resign(files)
        verdict = verify_package(files)
        unchanged = files[path] == GOOD[path]
        assert unchanged or verdict.verdict == "refused", (path, verdict.as_json())


def test_honest_build_is_repeatable() -> None:
    """The same log and time give the same bytes."""
    again = build_package(source_of(LOG), "sitting-1", 1, officer_key("secretary"), MADE_MS)
    assert again == GOOD
    assert card_key("m1").public.algorithm == "ES256"
