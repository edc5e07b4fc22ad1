"""`chamber prepare`: says what it found and all that is missing, and its exit code tells whether that will do."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.controller.installation_room import runner
from tests.controller.preparation_room import PAPER_VOTE, Room, card


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A sound sitting."""
    return Room(tmp_path)


@pytest.fixture
def run(room: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `chamber prepare` on the sitting's file."""
    chamber = runner(monkeypatch, capsys)
    return lambda *options: chamber("prepare", room.file, "--dir", room.house, *options)


def test_ready_sitting_is_told_and_exits_0(run: Any) -> None:
    """Title, items, votes with what each needs, numbers; the last line is one word."""
    done = run()
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "16. седница · sednica-16 · Скупштина · 2026-12-03"
    assert "  item-01  Одлука о буџету (1 document)" in lines
    assert "  v02  Буџет у целини" in lines
    assert "      rs.total, open: 3 of 5 needed: majority of all members. Quorum 3 of 5." in lines
    assert "Members 4 (in office 4 of 5), with cards 4" in lines
    assert "Seats 5, with devices 5" in lines
    assert lines[-1] == "ready"


def test_warnings_are_told_and_exit_0(room: Room, run: Any) -> None:
    """Under a heading of their own."""
    room.write("documents/more.pdf", "x")
    done = run()
    assert done.code == 0
    assert "Please look at\n  documents/more.pdf: no item mentions this file" in done.out
    assert done.out.endswith("\nready\n")


def test_problems_are_grouped_and_counted_and_exit_3(room: Room, run: Any) -> None:
    """What is wrong first, a line each."""
    room.change("roster.csv", card(1), "")
    room.change("roster.csv", ",s2,", ",s3,")
    room.change("sitting.toml", 'rule = "rs.total"', 'rule = "rs.totl"')
    done = run()
    assert done.code == 3
    wrong, missing = done.out.index("\nWrong\n"), done.out.index("\nMissing\n")
    assert wrong < done.out.index("seat s3 is that of m2") < missing < done.out.index("m1 has no card yet")
    assert "[rule-unknown]" in done.out
    assert done.out.splitlines()[-1] == "4 things are missing or wrong"


def test_one_thing_is_counted_in_the_singular(room: Room, run: Any) -> None:
    """As people say it."""
    room.change("roster.csv", card(1), "")
    assert run().out.splitlines()[-1] == "1 thing is missing or wrong"


def test_json_is_one_object_with_everything(room: Room, run: Any) -> None:
    """Also the problems, by code."""
    room.add(PAPER_VOTE)
    room.change("roster.csv", card(1), "")
    done = run("--json")
    assert done.code == 3
    document = json.loads(done.out)
    assert (document["ready"], document["sitting"], document["statutory"]) == (False, "sednica-16", 5)
    assert [vote["vote"] for vote in document["votes"]] == ["v01", "v02", "v03"]
    assert document["votes"][1]["needed"].startswith("3 of 5 needed")
    assert document["documents"][0]["size"] == 11
    assert document["problems"] == [
        {
            "level": "missing", "where": "roster.csv:2", "code": "card-missing",
            "words": "m1 has no card yet; enrol it and write its key",
        }
    ]  # fmt: skip


def test_json_of_an_unreadable_file_holds_its_problem_alone(room: Room, run: Any) -> None:
    """Nothing else is known."""
    room.write("sitting.toml", "v =")
    done = run("--json")
    assert done.code == 3
    assert set(json.loads(done.out)) == {"ready", "problems"}


def test_words_are_in_the_language_asked_for(run: Any) -> None:
    """The needed sentence has been translated for long."""
    assert "Потребно 3 од 5" in run("--language", "sr-Cyrl").out


def test_missing_installation_is_a_problem_among_the_others(room: Room, run: Any, tmp_path: Path) -> None:
    """Not the end of the check."""
    room.change("roster.csv", ",s2,", ",s3,")
    done = run("--dir", tmp_path)
    assert done.code == 3
    assert "[installation]" in done.out
    assert "[seat-doubled]" in done.out


def test_malformed_installation_is_refused_with_exit_3(room: Room, run: Any) -> None:
    """As by every command."""
    (room.house / "chamber.toml").write_text("v = 2\n", encoding="utf-8")
    done = run()
    assert (done.code, done.out) == (3, "")
    assert "chamber.toml" in done.err


def test_preparing_writes_nothing(room: Room, run: Any) -> None:
    """It only looks."""
    before = {path: path.stat().st_mtime_ns for path in room.place.parent.rglob("*")}
    run()
    assert {path: path.stat().st_mtime_ns for path in room.place.parent.rglob("*")} == before
