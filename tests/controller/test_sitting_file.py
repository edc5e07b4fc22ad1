"""Sitting files: read whole or refused with words that say where the mistake is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controller.sitting_file import FILE_BYTES_MAX, SittingFile, SittingFileRefused, read_sitting_file

Change = Callable[[dict[str, Any]], Any]


def good() -> dict[str, Any]:
    """A small sitting in the files' form."""
    return {
        "source": {"repo": "x", "licence": "CC0"},
        "body": {"name": "Скупштина", "country": "RS", "seats_total": 5},
        "date": "2024-05-07",
        "members": [{"id": f"m{n}", "name": f"Member {n}", "group": "G"} for n in range(1, 4)],
        "votes": [
            {
                "id": "1", "title": "On the agenda", "majority": "simple",
                "choices": {"m1": "yes", "m2": "no", "m3": "absent"},
                "official": {"yes": 1, "no": 1, "abstain": 0, "absent": None, "outcome": "rejected"},
            },
            {
                "id": "2", "title": "In secret", "majority": "absolute", "required_yes": 3, "secret": True,
                "choices": {},
                "official": {"yes": 3, "no": 0, "abstain": 0, "outcome": "adopted"},
            },
        ],
        "checks": {"mismatches": [["1", "yes", "official", 1, "counted", 2]]},
    }  # fmt: skip


def read(tmp_path: Path, document: object) -> SittingFile:
    """Write a file and read it."""
    path = tmp_path / "sitting.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return read_sitting_file(path)


def test_good_file(tmp_path: Path) -> None:
    """Figures that were not printed are left out, empty choices say why."""
    sitting = read(tmp_path, good())
    assert (sitting.name, sitting.date, sitting.country, sitting.seats) == ("Скупштина", "2024-05-07", "RS", 5)
    first, second = sitting.votes
    assert first.official == {"yes": 1, "no": 1, "abstain": 0}
    assert (first.outcome, first.why_not) == ("rejected", "")
    assert second.why_not == "a secret vote: no choices are named"
    assert sitting.explained == {("1", "yes"): (1, 2)}


def vote(document: dict[str, Any], **changes: object) -> dict[str, Any]:
    """Change the first vote."""
    document["votes"][0].update(changes)
    return document


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.pop("members"), "members is missing"),
        (lambda d: d.pop("votes"), "votes is missing"),
        (lambda d: d.pop("body"), "body is missing"),
        (lambda d: d.update(members={}), "members is not a list"),
        (lambda d: d.update(votes=None), "votes is not a list"),
        (lambda d: d.update(body=[]), "body is not an object"),
        (lambda d: d.update(body={"seats_total": -1}), "seats_total"),
        (lambda d: d.update(body={"seats_total": "many"}), "seats_total"),
        (lambda d: d.update(body={"seats_total": True}), "seats_total"),
        (lambda d: d.update(body={"seats_total": 10**30}), "seats_total"),
        (lambda d: d.update(body={"seats_total": 4.5}), "seats_total"),
        (lambda d: d.update(date=[]), "date"),
        (lambda d: d["members"].append({"id": "m1", "name": "Twin"}), "twice: m1"),
        (lambda d: d["members"].append({"id": "m9"}), "member 4: name is missing"),
        (lambda d: d["members"].append({"name": "Nobody"}), "member 4: id is missing"),
        (lambda d: d["members"].append({"id": "", "name": "Nobody"}), "id is empty"),
        (lambda d: d["members"].append({"id": ["x"], "name": "Nobody"}), "not a text"),
        (lambda d: d["members"].append({"id": "m9", "name": "x" * 301}), "longer than 300"),
        (lambda d: d["members"].append({"id": "m9", "name": "half \ud800"}), "half a character"),
        (lambda d: d["members"].append("m9"), "not an object"),
        (lambda d: d["votes"].append(dict(d["votes"][0])), "twice: 1"),
        (lambda d: d["votes"].append({**d["votes"][0], "id": 1}), "twice: 1"),
        (lambda d: d["votes"].append(5), "vote 3 is not an object"),
        (lambda d: d["votes"][0].pop("id"), "vote 1: id is missing"),
        (lambda d: d["votes"][0].pop("choices"), "choices is missing"),
        (lambda d: d["votes"][0].pop("official"), "official is missing"),
        (lambda d: vote(d, choices=[]), "not an object"),
        (lambda d: vote(d, choices={"m7": "yes"}), "'m7' is no member"),
        (lambda d: vote(d, choices={"m1": "maybe"}), "'maybe'"),
        (lambda d: vote(d, choices={"m1": None}), "None"),
        (lambda d: vote(d, choices={"m1": ["yes"]}), "['yes']"),
        (lambda d: vote(d, majority="most"), "unknown majority"),
        (lambda d: vote(d, majority=["simple"]), "unknown majority"),
        (lambda d: vote(d, majority=None), "unknown majority"),
        (lambda d: vote(d, required_yes="3"), "required_yes"),
        (lambda d: vote(d, required_yes=-1), "required_yes"),
        (lambda d: vote(d, required_yes=10**18), "required_yes"),
        (lambda d: vote(d, required_yes=2.5), "required_yes"),
        (lambda d: vote(d, majority="fixed_number"), "required_yes"),
        (lambda d: vote(d, official={"yes": "1"}), "official.yes"),
        (lambda d: vote(d, official={"yes": -1}), "official.yes"),
        (lambda d: vote(d, official={"no": True}), "official.no"),
        (lambda d: vote(d, official={"absent": 10**20}), "official.absent"),
        (lambda d: vote(d, official=[]), "not an object"),
        (lambda d: vote(d, official={"outcome": "passed"}), "'passed'"),
        (lambda d: vote(d, official={"outcome": ["adopted"]}), "neither adopted nor rejected"),
        (lambda d: vote(d, derived_outcome=5, official={}), "neither adopted nor rejected"),
        (lambda d: vote(d, tie_break={"choice": "maybe"}), "casting vote"),
        (lambda d: vote(d, tie_break={"choice": ["yes"]}), "casting vote"),
        (lambda d: vote(d, tie_break={"choice": {}}), "casting vote"),
        (lambda d: vote(d, tie_break="yes"), "not an object"),
        (lambda d: vote(d, title=["x"]), "not a text"),
        (lambda d: vote(d, title="x" * 100_000), "too long"),
    ],
)
def test_malformed_file(tmp_path: Path, change: Change, words: str) -> None:
    """Refused with the place and the mistake."""
    document = good()
    change(document)
    with pytest.raises(SittingFileRefused) as caught:
        read(tmp_path, document)
    assert words in caught.value.fact
    assert caught.value.code == "sitting-file"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "5",
        '"x"',
        "[" * 100_000,
        '{"body":NaN}',
        '{"members":' + "9" * 5_000 + "}",
        "{}",
        "\ufeff{}",
    ],
)
def test_what_is_no_sitting(tmp_path: Path, text: str) -> None:
    """Not JSON, not an object, deeper than any reader goes."""
    with pytest.raises(SittingFileRefused):
        read(tmp_path, text)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """UTF-8 is asked for."""
    (tmp_path / "sitting.json").write_bytes(b'{"body": "\xff"}')
    with pytest.raises(SittingFileRefused):
        read_sitting_file(tmp_path / "sitting.json")


def test_file_that_is_not_there(tmp_path: Path) -> None:
    """Missing, or a folder."""
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(SittingFileRefused):
            read_sitting_file(path)


def test_huge_file(tmp_path: Path) -> None:
    """Its size is asked first."""
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(FILE_BYTES_MAX + 1)
    with pytest.raises(SittingFileRefused, match="larger"):
        read_sitting_file(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("checks"),
        lambda d: d.update(checks=None),
        lambda d: d.update(checks=[]),
        lambda d: d.update(checks={"mismatches": None}),
        lambda d: d.update(checks={"mismatches": [5, [], ["1"], ["1", "yes", "official", 1, "counted"], ["a"] * 7]}),
        lambda d: d.pop("source"),
        lambda d: d["members"][0].pop("group"),
        lambda d: d["members"][0].update(group=None),
        lambda d: vote(d, title=None),
        lambda d: vote(d, required_yes=None),
        lambda d: vote(d, tie_break=None),
        lambda d: d["votes"][0].pop("majority"),
    ],
)
def test_what_may_be_left_out(tmp_path: Path, change: Change) -> None:
    """Absent, null or of no use: nothing that would change a figure."""
    document = good()
    change(document)
    assert len(read(tmp_path, document).votes) == 2


def test_text_is_cleaned(tmp_path: Path) -> None:
    """Normal form C, no control characters; numbers as ids are texts."""
    document = good()
    document["members"][0]["name"] = " Cafe\u0301\x00\x1b[31m "
    document["votes"][0]["id"] = 17
    sitting = read(tmp_path, document)
    assert sitting.members[0].name == "Café  [31m"
    assert sitting.votes[0].id == "17"


def test_more_members_than_seats(tmp_path: Path) -> None:
    """Substitutes in the list: the body is at least as large as its list."""
    document = good()
    document["body"]["seats_total"] = 2
    assert read(tmp_path, document).seats == 3


def test_voting_members_come_before_seats(tmp_path: Path) -> None:
    """Where a mayor votes too."""
    document = good()
    document["body"]["voting_members_total"] = 55
    assert read(tmp_path, document).seats == 55


@pytest.mark.parametrize(
    ("tie_break", "outcome", "casting"),
    [
        (None, "adopted", ""),
        ({"by": "chair"}, "adopted", "for"),
        ({"by": "chair"}, "rejected", "against"),
        ({"by": "chair", "choice": "yes"}, "adopted", "for"),
        ({"by": "chair", "choice": "no"}, "rejected", "against"),
    ],
)
def test_casting_vote(tmp_path: Path, tie_break: object, outcome: str, casting: str) -> None:
    """As given, else what the printed outcome says it was."""
    document = vote(good(), tie_break=tie_break)
    document["votes"][0]["official"]["outcome"] = outcome
    assert read(tmp_path, document).votes[0].casting == casting


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"voided": True}, "voided"), ({}, "no choices are named"), ({"secret": True}, "secret")],
)
def test_votes_that_cannot_be_replayed(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    """Each says why."""
    assert words in read(tmp_path, vote(good(), choices={}, **changes)).votes[0].why_not


def test_derived_outcome_stands_in(tmp_path: Path) -> None:
    """Where the body printed none."""
    document = vote(good(), derived_outcome="adopted")
    document["votes"][0]["official"]["outcome"] = None
    assert read(tmp_path, document).votes[0].outcome == "adopted"
