"""Readiness reports: one form, one signature, nothing overwritten, and nothing believed that a log does not know."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from controller.export import OutputRefused
from controller.founding import officer_key
from controller.procedures.log_view import NotFound
from controller.rehearsal.report import (
    KIND,
    Report,
    ReportRefused,
    Step,
    check_signature,
    not_checked,
    open_report,
    read_report,
    sign_report,
    text_of,
    write_report,
)
from controller.rehearsal.report_files import check_file, place_for, signature_line, write_files
from protocol.encoding import canonical_json, hash_text
from protocol.jws import ENVELOPE_BYTES_MAX, read_envelope, seal
from protocol.keys import Ed25519Signer
from protocol.messages import MESSAGES
from protocol.records import KINDS
from tests.controller.installation_room import write_installation
from tests.controller.rehearsal_room import secret, write_house

SECRETARY = Ed25519Signer(secret("secretary"))
OK = Step("cards", "Every member's card", "ok", "cards read: 3")
FAILED = Step("floor", "The floor", "failed", "m2 @ s-02 (2): неспреман")
LEFT = Step("deputy", "The deputy", "not-checked", "no deputy")


def report(*steps: Step) -> Report:
    """A report of the test installation's body."""
    file, rules, roster = (hash_text(name) for name in (b"file", b"rules", b"roster"))
    return Report(
        "kikinda",
        "skupstina",
        "sednica-16",
        file,
        rules,
        roster,
        3,
        3,
        steps or (OK,),
        not_checked(),
        1_796_000_000_000,
    )


def test_kind_is_that_of_no_record_and_no_message() -> None:
    """A report can never be taken for something that stands in a log, or travels."""
    assert KIND not in KINDS
    assert KIND not in MESSAGES


def test_signed_report_reads_back() -> None:
    """The members in their order, in canonical JSON, in an envelope of the kind."""
    data = sign_report(report(OK, FAILED, LEFT), SECRETARY)
    envelope, read = open_report(data + b"\n")
    check_signature(envelope, SECRETARY.public)
    assert read == report(OK, FAILED, LEFT)
    assert envelope.kind == "readiness"
    document = json.loads(envelope.payload)
    assert list(document) == [
        "v", "chamber", "body", "sitting", "sitting_file_hash", "rules_hash", "roster_hash", "seats", "members",
        "steps", "ready", "not_checked", "ts",
    ]  # fmt: skip
    assert document["steps"][1] == {"id": "floor", "what": "The floor", "state": "failed", "detail": FAILED.detail}
    assert len(document["not_checked"]) == 7


@pytest.mark.parametrize(("steps", "ready"), [((OK, LEFT), True), ((OK, FAILED), False), ((FAILED,), False)])
def test_ready_is_what_the_steps_say(steps: tuple[Step, ...], ready: bool) -> None:
    """One failure is enough; what could not be walked is no failure."""
    assert report(*steps).ready is ready
    assert json.loads(write_report(report(*steps)))["ready"] is ready


def test_report_of_nothing_is_not_ready() -> None:
    """No step, no readiness."""
    assert not replace(report(), steps=()).ready


def test_another_key_is_refused() -> None:
    """The signature must be of the key that is asked for."""
    envelope, _ = open_report(sign_report(report(), SECRETARY))
    with pytest.raises(ReportRefused, match="signature does not hold"):
        check_signature(envelope, Ed25519Signer(secret("chair")).public)


def test_changed_report_is_refused() -> None:
    """Whatever byte of the payload is another one."""
    data = sign_report(report(OK, FAILED), SECRETARY)
    signed = read_envelope(data)
    forged = seal(KIND, write_report(report(OK)), Ed25519Signer(secret("forger"))).split(b".")
    header, _payload, signature = data.split(b".")
    envelope, read = open_report(b".".join([header, forged[1], signature]))
    assert read.ready
    assert envelope.kid == signed.kid
    with pytest.raises(ReportRefused):
        check_signature(envelope, SECRETARY.public)


def test_another_kind_is_no_report() -> None:
    """A record that holds the same payload."""
    with pytest.raises(ReportRefused, match="another record: incident"):
        open_report(seal("incident", write_report(report()), SECRETARY))


def change(**members: object) -> bytes:
    """The payload of a report with other members."""
    return canonical_json(report(OK).as_json() | members)


@pytest.mark.parametrize(
    "payload",
    [
        b"{}",
        b"[]",
        b"nothing",
        write_report(report()) + b" ",
        change(v=2),
        change(v=True),
        change(ready=1),
        change(ready=False),
        change(seats="3"),
        change(more=1),
        change(chamber="\x1b[2J"),
        change(steps=[{"id": "cards"}]),
        change(steps=[{"id": "cards", "what": "Cards", "state": "fine", "detail": ""}]),
        change(steps=[{"id": "cards", "what": 1, "state": "ok", "detail": ""}]),
        change(steps=[{"id": "cards", "what": "\x1b[31m", "state": "ok", "detail": ""}]),
        change(not_checked=[1]),
        canonical_json(dict(reversed(report(OK).as_json().items()))),
    ],
)
def test_malformed_payload_is_refused(payload: bytes) -> None:
    """Never a crash, never a report."""
    with pytest.raises(ReportRefused):
        read_report(payload)


def test_detail_of_an_error_is_made_fit() -> None:
    """Whatever an error said, the report can be read back."""
    said = replace(FAILED, detail="\x1b[31mcafe\u0301 " + "x" * 1000)
    (step,) = read_report(write_report(report(said))).steps
    assert step.detail.startswith("?[31mcafé xxx")
    assert len(step.detail) == 600


@pytest.mark.parametrize(("count", "failures"), [(60, 2), (600, 2), (600, 600)])
def test_long_report_fits_its_envelope(count: int, failures: int) -> None:
    """Details of what is ok go first, failures last, and it never looks ready for it."""
    many = [replace(OK, id=f"vote-{number}", detail="д" * 500) for number in range(count)]
    failed = [replace(FAILED, id=f"rule-{number}", detail="д" * 100) for number in range(failures)]
    data = sign_report(report(*many, *failed), SECRETARY)
    assert len(data) <= ENVELOPE_BYTES_MAX
    _, read = open_report(data)
    assert not read.ready
    kept = [step for step in read.steps if step.state == "failed"]
    assert kept == failed[: len(kept)]
    assert len(kept) >= min(failures, 100)
    if count > len(read.steps):
        assert read.steps[-1].what == f"ok: {count}"
        assert read.steps[-1].detail == f"not listed besides: {failures - len(kept)}"


def test_text_tells_all_of_it() -> None:
    """For a person: every step, what was not checked, the hashes, and who signed."""
    text = text_of(report(OK, FAILED, LEFT), signature_line(SECRETARY.public, "clerk"))
    assert "NOT READY. Steps ok 1, failed 1, not checked 1." in text
    assert "FAILED: The floor: m2 @ s-02 (2): неспреман" in text
    assert "not checked: The deputy: no deputy" in text
    assert f"Signed by clerk, key {SECRETARY.public.thumbprint}" in text
    assert all(line in text for line in (*not_checked(), report().roster_hash, "Not checked here"))
    assert "UNSIGNED" in text_of(report(), signature_line(None, "clerk"))


# --- On the disk. -------------------------------------------------------------------------------------------


def test_reports_are_numbered(tmp_path: Path) -> None:
    """Signed, unsigned or text alone: a number that is taken is taken."""
    file = tmp_path / "sitting.toml"
    assert place_for(file, "s-1", None, signed=True) == tmp_path / "readiness-s-1-1.jws"
    (tmp_path / "readiness-s-1-1.jws").touch()
    (tmp_path / "readiness-s-1-2.json").touch()
    (tmp_path / "readiness-s-1-3.txt").touch()
    assert place_for(file, "s-1", None, signed=False) == tmp_path / "readiness-s-1-4.json"


@pytest.mark.parametrize("taken", ["report.jws", "report.txt"])
def test_report_is_never_overwritten(tmp_path: Path, taken: str) -> None:
    """Refused before anything is walked, and again at the writing."""
    (tmp_path / taken).write_text("here first")
    out = tmp_path / "report.jws"
    with pytest.raises(OutputRefused, match="is there already"):
        place_for(tmp_path / "sitting.toml", "s-1", out, signed=True)
    with pytest.raises(OutputRefused):
        write_files(out, report(), SECRETARY, "text")
    assert (tmp_path / taken).read_text() == "here first"


def test_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Before anything is walked."""
    with pytest.raises(OutputRefused, match="cannot write to"):
        place_for(tmp_path / "sitting.toml", "s-1", tmp_path / "gone" / "report.jws", signed=True)


def test_report_is_checked_by_the_log(tmp_path: Path) -> None:
    """The secretary of the body's log signed it."""
    house = write_house(tmp_path / "house")
    signer = officer_key(house / "keys", "clerk")
    write_files(tmp_path / "report.jws", report(), signer, "text\n")
    checked = check_file(tmp_path / "report.jws", house)
    assert (checked.report, checked.officer, checked.key) == (report(), "clerk", signer.public)
    assert (tmp_path / "report.txt").read_text() == "text\n"


@pytest.mark.parametrize("officer", ["chair", "deputy"])
def test_report_of_another_officer_is_refused(tmp_path: Path, officer: str) -> None:
    """In the log, but no secretary."""
    house = write_house(tmp_path / "house")
    write_files(tmp_path / "report.jws", report(), officer_key(house / "keys", officer), "text")
    with pytest.raises(ReportRefused, match="no secretary"):
        check_file(tmp_path / "report.jws", house)


def test_report_of_a_stranger_is_refused(tmp_path: Path) -> None:
    """A key that the log does not know, a report of another chamber, an unsigned one, and no report at all."""
    house = write_house(tmp_path / "house")
    signer = officer_key(house / "keys", "clerk")
    write_files(tmp_path / "stranger.jws", report(), SECRETARY, "text")
    write_files(tmp_path / "other.jws", replace(report(), chamber="zrenjanin"), signer, "text")
    write_files(tmp_path / "unsigned.json", report(), None, "text")
    (tmp_path / "noise.jws").write_bytes(b"\x00" * 100_000)
    for name, words in (
        ("stranger.jws", "no secretary"), ("other.jws", "of the chamber zrenjanin"), ("unsigned.json", "unsigned"),
        ("noise.jws", "not a signed report"), ("nothing.jws", "No such file"),
    ):  # fmt: skip
        with pytest.raises(ReportRefused, match=words):
            check_file(tmp_path / name, house)


def test_installation_without_a_log_can_check_nothing(tmp_path: Path) -> None:
    """What the report itself says of its key is never asked."""
    house = write_house(tmp_path / "house")
    write_files(tmp_path / "report.jws", report(), officer_key(house / "keys", "clerk"), "text")
    bare = write_installation(tmp_path / "bare", (house / "chamber.toml").read_text(encoding="utf-8"))
    with pytest.raises(NotFound):
        check_file(tmp_path / "report.jws", bare)
