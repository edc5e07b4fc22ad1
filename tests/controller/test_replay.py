"""Replays: a real sitting's members press real seats, and our figures meet the printed ones."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from controller.cli import chamber
from controller.package_reader import read_package
from controller.replay import Replayed, replay_sitting, sitting_id_of
from controller.sitting_file import read_sitting_file
from protocol.verify import verify_package

SITTINGS = Path(__file__).parents[3] / "shared" / "data" / "sittings"
FILES = sorted(SITTINGS.glob("*.json"))
SECONDS = {"eu-ep-2024-04-24": 1_800, "pl-sejm-2024-09-13": 900}
"""How long a replay may take where a minute or two does not do."""


def shared(name: str) -> Path:
    """A real sitting's file; they are not part of the project, so a test without them is skipped."""
    path = SITTINGS / f"{name}.json"
    if not path.is_file():
        reason = f"the real sittings are not at {SITTINGS}"
        if os.environ.get("CHAMBER_REQUIRE_SHARED") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def replayed(path: Path, directory: Path) -> Replayed:
    """Replay a file in a fresh house."""
    house, out = directory / "house", directory / "out"
    house.mkdir()
    out.mkdir()
    return asyncio.run(replay_sitting(read_sitting_file(path), sitting_id_of(path), house, out))


def small(**changes: Any) -> dict[str, Any]:
    """Five members and a few votes, with figures as their record would print them."""
    members = [{"id": f"p{n}", "name": f"Посланик {n}", "group": "А"} for n in range(1, 6)]
    everyone = [member["id"] for member in members]

    def vote(number: int, words: str, outcome: str, **more: Any) -> dict[str, Any]:
        choices = dict(zip(everyone, words.split(), strict=True))
        counted = {name: list(choices.values()).count(name) for name in ("yes", "no", "abstain", "absent")}
        return {
            "id": f"2024/{number}", "title": f"Питање {number}", "majority": "simple", "choices": choices,
            "official": {**counted, "not_voting": None, "outcome": outcome}, **more,
        }  # fmt: skip

    document = {
        "body": {"name": "Савет", "country": "RS", "seats_total": 5},
        "date": "2024-05-07",
        "members": members,
        "votes": [
            vote(1, "yes yes no abstain absent", "adopted"),
            vote(2, "yes yes no no absent", "rejected", majority="absolute", required_yes=3),
            vote(3, "yes yes no no absent", "adopted", tie_break={"by": "chair", "choice": "yes"}),
            vote(4, "present_not_voting yes no no absent", "rejected", majority="fixed_number", required_yes=2),
            {"id": "secret", "title": "", "majority": "simple", "secret": True, "choices": {}, "official": {}},
            vote(5, "absent absent absent absent absent", "rejected"),
            vote(6, "yes yes yes no no", "adopted", majority="unknown"),
        ],
        "checks": {"mismatches": []},
    }  # fmt: skip
    return document | changes


def written(directory: Path, document: dict[str, Any]) -> Path:
    """The document as a file."""
    path = directory / "RS-Савет 2024.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def test_slice_of_a_sitting(tmp_path: Path) -> None:
    """Cards, presses, casting vote, a vote without anybody, one without names: every figure as printed."""
    done = replayed(written(tmp_path, small()), tmp_path)
    comparison = done.comparison
    assert (comparison.differences, comparison.explained) == ([], [])
    assert comparison.skipped == [{"vote": "secret", "reason": "a secret vote: no choices are named"}]
    votes = {vote["id"]: vote for vote in comparison.votes}
    assert list(votes) == [f"2024/{number}" for number in range(1, 7)]
    assert [vote["outcome"] for vote in votes.values()] == [
        "adopted",
        "rejected",
        "adopted",
        "rejected",
        "rejected",
        None,
    ]
    assert votes["2024/2"]["needed"] == 3
    assert (votes["2024/3"]["casting"], votes["2024/3"]["for"]) == ("for", 2)
    assert votes["2024/4"]["not_voting"] == 1
    assert votes["2024/5"]["absent"] == 5
    assert done.package is not None
    verdict = verify_package(read_package(done.package), done.root_words)
    assert (verdict.verdict, verdict.root, verdict.votes, verdict.ballots) == (
        "verified",
        "confirmed",
        6,
        4 + 4 + 4 + 3 + 5,
    )


def test_difference_that_the_file_explains(tmp_path: Path) -> None:
    """One figure is listed in `checks`, one is not, one is listed with another number."""
    document = small()
    document["votes"] = document["votes"][:1]
    document["votes"][0]["official"] |= {"yes": 7, "no": 8, "absent": 9}
    document["checks"] = {
        "mismatches": [
            ["2024/1", "yes", "official", 7, "counted", 2],
            ["2024/1", "absent", "official", 9, "counted", 5],
        ]
    }
    comparison = replayed(written(tmp_path, document), tmp_path).comparison
    assert comparison.explained == [{"vote": "2024/1", "field": "yes", "official": 7, "ours": 2}]
    assert comparison.differences == [
        {"vote": "2024/1", "field": "no", "official": 8, "ours": 1},
        {"vote": "2024/1", "field": "absent", "official": 9, "ours": 1},
    ]


def test_long_names_and_titles(tmp_path: Path) -> None:
    """As long as texts may be, in an alphabet of two bytes a letter: more than one roster part is written."""
    document = small()
    for member in document["members"]:
        member["name"] = "Ж" * 300
        member["group"] = "Г" * 300
    document["members"] += [{"id": f"q{n}", "name": "Њ" * 300, "group": "Љ" * 300} for n in range(40)]
    document["votes"] = document["votes"][:1]
    document["votes"][0]["title"] = "Т" * 5_000
    done = replayed(written(tmp_path, document), tmp_path)
    assert done.package is not None
    assert verify_package(read_package(done.package)).verdict == "verified"
    assert done.comparison.votes[0]["for"] == 2


def test_file_without_named_votes(tmp_path: Path) -> None:
    """All skipped, nothing held, no package."""
    document = small()
    document["votes"] = [vote | {"choices": {}} for vote in document["votes"]]
    done = replayed(written(tmp_path, document), tmp_path)
    assert len(done.comparison.skipped) == 7
    assert (done.comparison.votes, done.package) == ([], None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ua-mykolaiv-2017-05-31.json", "ua-mykolaiv-2017-05-31"), ("Ж.json", "sitting"), ("A B__c.json", "a-b-c"),
        ("-x-.json", "x"), ("x" * 80 + ".json", "x" * 40),
    ],
)  # fmt: skip
def test_sitting_id_from_a_file_name(name: str, expected: str) -> None:
    """An identifier in any case."""
    assert sitting_id_of(Path(name)) == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(path.stem, marks=pytest.mark.timeout(SECONDS.get(path.stem, 300)))
        for path in FILES or [SITTINGS / "ua-mykolaiv-2017-05-31.json"]
    ],
)
def test_real_sitting(name: str, tmp_path: Path) -> None:
    """No figure differs that the file itself does not explain, and the package verifies against the root's words."""
    path = shared(name)
    document = json.loads(path.read_text(encoding="utf-8"))
    done = replayed(path, tmp_path)
    comparison = done.comparison
    assert comparison.differences == []
    mismatches = document["checks"]["mismatches"]
    assert [(e["vote"], e["field"], e["official"], e["ours"]) for e in comparison.explained] == [
        (vote, field, official, counted) for vote, field, _, official, _, counted in mismatches
    ]
    named = {str(vote["id"]): vote for vote in document["votes"] if vote["choices"]}
    assert [vote["id"] for vote in comparison.votes] == list(named)
    assert [entry["vote"] for entry in comparison.skipped] == [
        str(v["id"]) for v in document["votes"] if not v["choices"]
    ]
    assert all(entry["reason"] for entry in comparison.skipped)
    for vote in comparison.votes:
        required = named[vote["id"]].get("required_yes")
        if required is not None:
            assert vote["needed"] == required
        assert vote["why"]
    if not named:
        assert done.package is None
        return
    assert done.package is not None
    verdict = verify_package(read_package(done.package), done.root_words)
    assert (verdict.verdict, verdict.root, verdict.votes) == ("verified", "confirmed", len(named))
    pressed = {"yes", "no", "abstain"}
    assert verdict.ballots == sum(choice in pressed for vote in named.values() for choice in vote["choices"].values())


@pytest.mark.slow
def test_elections_without_named_votes(capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends well with everything skipped."""
    path = shared("pl-gdansk-2024-05-07-elections")
    chamber.main(["replay", str(path), "--json"], standalone_mode=False)
    document = json.loads(capsys.readouterr().out)
    assert (document["votes"], document["differences"], len(document["skipped"])) == ([], [], 2)
