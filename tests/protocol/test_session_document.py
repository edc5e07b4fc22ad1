"""`session.json` and `votings.csv`: what people read, derived from the evidence and safe to open."""

import csv
import io
import json
from typing import Any

import pytest

from protocol import records
from protocol.encoding import canonical_json, hash_text, salted_text
from protocol.package import SESSION, VOTINGS
from protocol.session_document import CSV_HEADER, item_titles, text_or_empty, write_session_json, write_votings_csv
from tests.protocol.chamber_builder import (
    CONTROLLER_KEY,
    ChamberLog,
    found_log,
    member_entry,
    officer_key,
    open_chamber,
    seat_entry,
)
from tests.protocol.package_forger import hold_vote, one_sitting, package, verified


def document_of(log: ChamberLog) -> dict[str, Any]:
    """The session as its reader gets it."""
    document: dict[str, Any] = json.loads(write_session_json(log.state, log.here, log.blobs))
    return document


def rows_of(log: ChamberLog) -> list[list[str]]:
    """The votings as a spreadsheet gets them, without the header."""
    return list(csv.reader(io.StringIO(write_votings_csv(log.here, log.blobs).decode(), newline="")))[1:]


def test_session_is_canonical_and_tells_each_vote() -> None:
    """Figures, the number needed, the sentence that explains it, every member's standing."""
    log = one_sitting()
    data = write_session_json(log.state, log.here, log.blobs)
    assert data == canonical_json(json.loads(data)) + b"\n"
    adopted, failed = json.loads(data)["votes"]
    assert adopted["counts"] == {"for": 2, "against": 0, "abstain": 1}
    assert (adopted["outcome"], adopted["needed"], adopted["not_voting"]) == ("adopted", 1, 2)
    assert (failed["outcome"], failed["needed"]) == ("not-adopted", 3)
    assert failed["why"] == (
        "Needed 3: more than half of the 5 seats fixed by law (2.5, rounded up). "
        "For 2, against 1, abstained 0. Not adopted."
    )
    standings = {row["member"]: row["standing"] for row in adopted["ballots"]}
    assert standings == {"m1": "for", "m2": "for", "m3": "abstain", "m4": "not-voting", "m5": "not-voting"}
    assert adopted["void_leaves"] == [{"index": 24, "reason": "replaced"}]


def test_votings_hold_one_line_a_member_and_vote() -> None:
    """RFC 4180 with its header."""
    log = one_sitting()
    data = write_votings_csv(log.here, log.blobs)
    assert data.startswith(",".join(CSV_HEADER).encode() + b"\r\n")
    rows = rows_of(log)
    assert len(rows) == 2 * 5
    assert rows[0][5:] == ["adopted", "m1", "Member m1", "g1", "for", "for"]
    assert rows[3][5:] == ["adopted", "m4", "Member m4", "g1", "not-voting", ""]


def test_state_of_an_open_sitting() -> None:
    """A sitting that goes on, with a vote that only was armed."""
    log = one_sitting(close=False)
    log.arm()
    document = document_of(log)
    assert (document["state"], document["closed_index"]) == ("open", 0)
    armed = document["votes"][-1]
    assert (armed["phase"], armed["outcome"], armed["why"], armed["void_leaves"]) == ("armed", "none", "", [])
    assert len(rows_of(log)) == 10


def test_voided_vote_keeps_its_figures() -> None:
    """As of its end, with the outcome `void`."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for", m2="against")
    log.act("chair", records.VoteVoid, open=vote, code="dead-seat")
    log.settle()
    document = document_of(log)["votes"][0]
    assert (document["outcome"], document["void_code"]) == ("void", "dead-seat")
    assert document["counts"] == {"for": 1, "against": 1, "abstain": 0}


def test_repeated_vote_names_the_first() -> None:
    """By the id of the vote that was voided."""
    log = open_chamber()
    vote = log.open_vote(vote="first")
    log.act("chair", records.VoteVoid, open=vote)
    log.settle()
    log.close(log.open_vote(vote="second", repeats=vote))
    assert [vote["repeats"] for vote in document_of(log)["votes"]] == ["", "first"]


def test_casting_vote_stands_apart() -> None:
    """It decides, and is no member's choice in the counts."""
    log = open_chamber()
    vote = log.open_vote(rule="casting")
    log.press(vote, m1="for", m2="against")
    assert log.close(vote).outcome == "tie"
    log.act("chair", records.CastingVote, open=vote, choice="for")
    log.settle()
    document = document_of(log)["votes"][0]
    assert (document["counts"]["for"], document["casting"], document["outcome"]) == (1, "for", "adopted")
    assert document["why"].endswith("Casting vote: for. Adopted.")


def test_test_vote_explains_nothing() -> None:
    """A trial of the buttons."""
    log = open_chamber()
    vote = log.open_vote(mode="test")
    log.press(vote, m1="for")
    log.close(vote)
    document = document_of(log)["votes"][0]
    assert (document["mode"], document["outcome"], document["why"]) == ("test", "none", "")
    verdict = verified(package(log))
    assert (verdict.votes, verdict.ballots) == (0, 0)


def test_incidents_are_told() -> None:
    """What smelt of an attack, by its index."""
    log = one_sitting(close=False)
    log.append(log.make(records.Incident, about="seat-s1", code="signature"), CONTROLLER_KEY)
    log.act("chair", records.SittingClose)
    assert document_of(log)["incidents"] == [{"index": 40, "about": "seat-s1", "code": "signature"}]


def test_ballots_of_attested_sessions_are_told() -> None:
    """Grade B: of each ballot, in the package; a member who did not vote gave none."""
    log = found_log()
    signs, proves, idle = member_entry("m1"), member_entry("m2", auth="ntag424"), member_entry("m3", auth="ntag424")
    part = log.part([signs, proves, idle], [seat_entry(f"s{number}") for number in (1, 2, 3)])
    log.append(log.roster([part], statutory=3, in_office=3), officer_key("secretary"))
    log.open_sitting()
    log.activate()
    log.sit("m1")
    for member in ("m2", "m3"):
        log.sit_attested(member)
    vote = log.open_vote()
    log.press(vote, m1="for", m2="against")
    log.close(vote)
    rows = {row["member"]: (row["choice"], row["attested"]) for row in document_of(log)["votes"][0]["ballots"]}
    assert rows == {"m1": (["for"], 0), "m2": (["against"], 1), "m3": ([], 0)}
    verified(package(log))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_cell_that_a_spreadsheet_would_run(text: str) -> None:
    """It gets an apostrophe, wherever it comes from."""
    log = open_chamber()
    blob = salted_text(bytes(16), text)
    log.blobs[hash_text(blob)] = blob
    vote = log.open_vote(title_hash=hash_text(blob))
    log.close(vote)
    assert rows_of(log)[0][4] == "'" + text
    verified(package(log))


@pytest.mark.parametrize(
    "text", ['a "quoted" title', "a,b;c", "two\r\nlines", "тајно\u202eгласање", "\x00\x1f", "", "'"]
)
def test_awkward_titles_survive(text: str) -> None:
    """Quotes, commas, line ends, other scripts, controls: nothing breaks the row."""
    log = open_chamber()
    blob = salted_text(bytes(16), text)
    log.blobs[hash_text(blob)] = blob
    hold_vote(log)
    vote = log.open_vote(title_hash=hash_text(blob))
    log.close(vote)
    rows = rows_of(log)
    assert all(len(row) == len(CSV_HEADER) for row in rows)
    assert rows[-1][4] == text
    assert document_of(log)["votes"][-1]["title"] == text
    verified(package(log))


def test_member_whose_name_is_a_formula() -> None:
    """Names come from the roster, and it from outside."""
    log = open_chamber(1)
    log.sitting = "sitting-2"
    member = {**member_entry("m1"), "name": "=HYPERLINK(1)", "group": "@x"}

    roster = log.roster([log.part([member], [seat_entry("s1")])], statutory=1, in_office=1)
    log.append(roster, officer_key("secretary"))
    log.open_sitting()
    log.activate()
    hold_vote(log)
    assert rows_of(log)[0][7:9] == ["'=HYPERLINK(1)", "'@x"]


@pytest.mark.parametrize("blob", [b"", b"short", bytes(15), bytes(16) + b"\xff\xfe"])
def test_damaged_title_blob_reads_as_empty(blob: bytes) -> None:
    """Too short for its salt, not UTF-8."""
    assert text_or_empty({"h": blob}, "h") == ""
    assert text_or_empty({}, "h") == ""


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "5", '"x"', "{}", '{"items":5}', '{"items":[5]}', '{"items":[{"id":"a"}]}', "[" * 100_000,
        '{"v":1,"items":[{"id":"item-1","title":"\\ud800"}]}', '{"v":1,"items":[null]}', '{"items":"ab"}',
    ],
)  # fmt: skip
def test_agenda_that_is_no_agenda(text: str) -> None:
    """A secretary who submits nonsense gets items without titles; the package is built and verifies all the same."""
    log = one_sitting(close=False)
    blob = salted_text(bytes(16), text)
    log.blobs[hash_text(blob)] = blob
    log.act("secretary", records.Agenda, version=1, items=hash_text(blob))
    assert item_titles(log.here, log.blobs) == {}
    files = package(log)
    assert verified(files).verdict == "unfinished"
    assert files[SESSION]
    assert files[VOTINGS]
