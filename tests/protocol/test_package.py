"""Building a package: what is in it, where its range begins, when there is none."""

import json

import pytest

from protocol import records
from protocol.encoding import hash_text, salted_text
from protocol.manifest import MANIFEST, SIGNATURE, read_manifest
from protocol.package import BLOBS, CHECKPOINT, POLICY, SESSION, TRUST, VOTINGS, NothingToExport, first_leaf_of
from tests.protocol.chamber_builder import found_log, open_chamber
from tests.protocol.package_forger import hold_vote, next_sitting, one_sitting, package, verified


def test_files_of_a_package() -> None:
    """The table of section 10, and nothing else."""
    files = package(one_sitting())
    places = {SESSION, VOTINGS, TRUST, POLICY, CHECKPOINT, MANIFEST, SIGNATURE}
    assert places <= files.keys()
    rest = files.keys() - places
    assert all(path.startswith((BLOBS, "evidence/tile/")) for path in rest)
    assert read_manifest(files[MANIFEST]).files.keys() == files.keys() - {MANIFEST, SIGNATURE}


def test_trust_file_holds_the_earlier_trust_records() -> None:
    """The anchor and five officers, ascending, with their paths."""
    log = one_sitting()
    document = json.loads(package(log)[TRUST])
    assert [entry["index"] for entry in document["records"]] == list(range(6))
    assert document["records"][0]["record"].encode() == log.leaves[0]


def test_trust_record_inside_the_range_is_not_listed_twice() -> None:
    """An officer who is appointed during the sitting stands in the entries."""
    log = one_sitting(close=False)
    log.appoint("deputy-2", "deputy")
    files = package(log)
    assert len(json.loads(files[TRUST])["records"]) == 6
    assert verified(files).verdict == "unfinished"


def test_blobs_of_other_sittings_stay_out() -> None:
    """Only what the range quotes is in the package."""
    log = one_sitting()
    before = {path for path in package(log) if path.startswith(BLOBS)}
    next_sitting(log)
    hold_vote(log, m1="for")
    after = {path for path in package(log, "sitting-2") if path.startswith(BLOBS)}
    assert len(before & after) == 1, "the rules alone"
    assert len(after) == 2


def test_agenda_gives_items_their_titles() -> None:
    """A blob of canonical JSON; its words stand in the session."""
    log = one_sitting(close=False)
    blob = salted_text(bytes(16), '{"v":1,"items":[{"id":"item-1","title":"The budget"}]}')
    log.blobs[hash_text(blob)] = blob
    log.act("secretary", records.Agenda, version=1, items=hash_text(blob))
    files = package(log)
    assert json.loads(files[SESSION])["items"] == [
        {"id": "item-1", "title": "The budget", "state": "active", "decision": ""}
    ]
    assert verified(files).verdict == "unfinished"


def test_sitting_that_is_not_there() -> None:
    """Unknown, or prepared and never opened."""
    log = found_log()
    with pytest.raises(NothingToExport):
        package(log)
    log.prepare()
    with pytest.raises(NothingToExport):
        package(log)


def test_no_package_while_a_vote_runs() -> None:
    """Ballots leave the house only after the vote's end; afterwards they do."""
    log = open_chamber()
    vote = log.open_vote()
    with pytest.raises(NothingToExport):
        package(log)
    log.step(vote, "hold")
    with pytest.raises(NothingToExport):
        package(log)
    log.close(vote)
    assert verified(package(log)).votes == 1


def test_range_begins_where_an_interleaved_sitting_does() -> None:
    """Chains of sittings that reach into each other are followed to their start."""
    log = one_sitting(close=False)
    next_sitting(log, "sitting-2", members=4)
    log.sitting = "sitting-1"
    log.act("chair", records.SittingClose)
    next_sitting(log, "sitting-3", members=3)
    log.sitting = "sitting-2"
    log.act("chair", records.SittingClose)
    sittings = log.state.sittings
    assert first_leaf_of(log.state, sittings["sitting-3"]) == sittings["sitting-1"].first_index
    next_sitting(log, "sitting-4", members=2)
    log.sitting = "sitting-3"
    log.act("chair", records.SittingClose)
    assert first_leaf_of(log.state, sittings["sitting-4"]) == sittings["sitting-1"].first_index
    next_sitting(log, "sitting-5", members=2)
    assert first_leaf_of(log.state, sittings["sitting-5"]) == sittings["sitting-5"].first_index
    for name in ("sitting-1", "sitting-2", "sitting-3", "sitting-4", "sitting-5"):
        verified(package(log, name))
