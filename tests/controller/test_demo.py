"""`chamber demo`, whole: real controller, broker, seats in their own process, package, verifier."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from controller.cli import exit_code_of
from controller.commands.demo import demo
from controller.demo import run_demo
from controller.demo_council.council import read_council
from controller.demo_stage import DemoFailed
from controller.export import OutputRefused
from controller.fleet_process import FleetFailed
from controller.package_reader import read_package
from controller.picture import Mark, Picture
from controller.terminal import Frame
from protocol.verify import verify_package
from protocol.vote import RUNNING


def test_demo_of_9_seats_ends_with_a_verified_package(tmp_path: Path) -> None:
    """One command: every hard case is in the figures, in the words and in the evidence, and the package verifies."""
    run = CliRunner().invoke(
        demo,
        ["--seats", "9", "--headless", "--json", "--language", "en", "--out", str(tmp_path)],
        catch_exceptions=False,
    )
    assert run.exit_code == 0, run.output
    document = json.loads(run.stdout)
    assert list(document) == ["votes", "package", "verdict", "root_words", "seconds"]
    assert (document["verdict"]["verdict"], document["verdict"]["root"]) == ("verified", "confirmed")
    votes = {vote["id"]: vote for vote in document["votes"]}
    assert len(votes) == 12
    check_figures(votes)
    check_story(run.stderr)
    check_evidence(Path(document["package"]), document["root_words"])


def check_figures(votes: dict[str, dict[str, object]]) -> None:
    """The hard cases, as the figures show them."""
    budget = votes["v04"]
    assert (budget["for"], budget["against"], budget["needed"], budget["outcome"]) == (4, 3, 5, "rejected")
    tie = votes["v07"]
    assert (tie["for"], tie["against"], tie["casting"], tie["outcome"]) == (3, 3, "for", "adopted")
    assert (votes["v03"]["absent"], votes["v04"]["absent"], votes["v11"]["absent"]) == (1, 0, 1)
    assert votes["v08"]["recused"] == 1
    assert (votes["v09"]["outcome"], votes["v09"]["for"], votes["v09"]["not_voting"]) == (None, 4, 1)
    assert (votes["v09-2"]["outcome"], votes["v09-2"]["for"]) == ("adopted", 5)
    assert votes["v06"]["for"] == 5


def check_story(story: str) -> None:
    """Whoever reads it is told what happened, and first of all that none of it is real."""
    assert story.lstrip().startswith("An invented assembly")
    for words in (
        "A test vote", "arrives late", "More voted for (4) than against (3)", "pressed twice", "loses power",
        "Power is back", "casting vote", "is recused", "was dead", "voids the vote", "quotes the voided vote",
        "hands the chair over", "the log refuses it (reason: state)", "by order of the chair", "leaves",
    ):  # fmt: skip
        assert words in story, words
    assert "\x1b" not in story


def check_evidence(package: Path, root_words: str) -> None:
    """What the package alone proves."""
    verdict = verify_package(read_package(package), root_words)
    assert verdict.verdict == "verified"
    assert verdict.state is not None
    sitting = verdict.state.sittings[verdict.sitting]
    assert [officer for _, officer in sitting.presided] == ["chair", "deputy", "chair"]
    assert sitting.votes["v09-2"].arm.repeats == sitting.votes["v09"].open_hash
    assert sitting.votes["v09"].void_code == "seat-without-power"
    assert list(verdict.state.voids.values()).count("replaced") == 1
    assert sitting.votes["test"].results[-1][2].outcome == "none"
    assert (len(sitting.items), sitting.items["item-12"].phase.value) == (12, "noted")


@pytest.mark.parametrize("arguments", [["--seats", "2"], ["--seats", "301"], ["--language", "tlh"], ["--pace", "-1"]])
def test_an_impossible_option_is_a_usage_error(arguments: list[str]) -> None:
    """Refused before anything is started."""
    assert CliRunner().invoke(demo, arguments).exit_code == 2


def test_an_output_that_cannot_be_written_is_refused_before_the_sitting(tmp_path: Path) -> None:
    """A file is no folder: nothing starts."""
    (tmp_path / "file").write_text("in the way")
    run = CliRunner().invoke(demo, ["--headless", "--out", str(tmp_path / "file")])
    assert isinstance(run.exception, OutputRefused)


class Spy:
    """An audience that remembers every picture of the room."""

    def __init__(self) -> None:
        self.pictures: list[tuple[Frame, Picture]] = []
        self.results: list[str] = []

    def heading(self, text: str) -> None:
        """A heading is nothing to spy on."""

    def tell(self, text: str) -> None:
        """Neither is a line."""

    def stress(self, text: str) -> None:
        """Nor is this."""

    def result(self, outcome: str, text: str) -> None:
        """Keep the outcome's code."""
        self.results.append(outcome)

    def show(self, frame: Frame, picture: Picture) -> None:
        """Keep the picture."""
        self.pictures.append((frame, picture))


def test_the_room_never_shows_a_choice_before_the_close(tmp_path: Path) -> None:
    """While a vote runs the map tells who has a recorded ballot, and figures come with the result alone."""
    spy = Spy()
    demo_run = asyncio.run(run_demo(read_council(5), tmp_path / "house", tmp_path / "out", spy, "sr-Latn"))
    running = [picture for _, picture in spy.pictures if picture.phase in RUNNING]
    ended = [picture for _, picture in spy.pictures if picture.counts]
    assert len(running) >= 24
    assert len(ended) >= 12
    assert {mark for picture in running for mark in picture.marks} <= {
        Mark.ABSENT, Mark.PRESENT, Mark.RECORDED, Mark.RECUSED, Mark.DARK,
    }  # fmt: skip
    assert not [picture for picture in running if picture.counts or picture.outcome]
    assert any(Mark.DARK in picture.marks for picture in running)
    assert spy.results == [
        "none", "adopted", "adopted", "adopted", "not-adopted", "adopted", "adopted", "tie", "adopted", "adopted",
        "not-adopted", "void", "adopted", "adopted", "adopted",
    ]  # fmt: skip
    assert demo_run.lines[3].word == "Nije usvojeno"


def test_an_outcome_that_is_not_the_script_s_ends_the_demo(tmp_path: Path) -> None:
    """The demo believes figures, not itself: a planted wrong expectation is found and is exit code 1."""
    council = read_council(3)
    first, *others = council.items
    wrong = replace(first, votes=(replace(first.votes[0], judged="not-adopted"),))
    planted = replace(council, items=(wrong, *others))
    with pytest.raises(DemoFailed, match="v01 came to 'adopted', the script says 'not-adopted'") as failed:
        asyncio.run(run_demo(planted, tmp_path / "house", tmp_path / "out", Spy(), "en"))
    assert exit_code_of(failed.value) == 1
    assert not (tmp_path / "out").exists()


def test_the_sitting_is_held_on_simulated_hardware(tmp_path: Path) -> None:
    """Cards on serial lines and buttons that bounce, one seat losing its power: the same outcomes, verified."""
    spy = Spy()
    demo_run = asyncio.run(run_demo(read_council(3), tmp_path / "house", tmp_path / "out", spy, "en", hardware=True))
    assert (demo_run.verdict.verdict, demo_run.verdict.root) == ("verified", "confirmed")
    assert spy.results.count("adopted") == 10


def test_more_seats_than_have_hardware_are_refused(tmp_path: Path) -> None:
    """With words, before anything is founded."""
    with pytest.raises(FleetFailed, match="at most 100 seats have simulated hardware"):
        asyncio.run(run_demo(read_council(101), tmp_path / "house", tmp_path / "out", Spy(), "en", hardware=True))
    assert not (tmp_path / "house").exists()
