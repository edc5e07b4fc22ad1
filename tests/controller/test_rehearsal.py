"""`chamber rehearse`, whole: a prepared sitting of three seats is walked, and its report is signed and checked."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from controller.rehearsal import walk as rehearsal
from controller.rehearsal.plan import electorate, figures_of, least_for
from protocol.majority import Rule, judge_figures
from tests.controller.installation_room import Done, files_of, runner
from tests.controller.rehearsal_room import SITTING, VOTES, plan_of, write_house, write_sitting

STEPS = [
    "seats-online", "roster", "cards", "buttons", "floor", "power-cut", "rule-rs.total", "rule-rs.present", "agenda",
    "vote-v1", "vote-v2", "vote-v3", "vote-v4", "recusal", "void", "deputy", "quorum", "lost-controller", "package",
]  # fmt: skip


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run `chamber rehearse` in this process."""
    chamber = runner(monkeypatch, capsys)
    return lambda *arguments: chamber("rehearse", *arguments)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Walk the first step only, for tests of what is around the walk."""
    stops = rehearsal.stops_of
    monkeypatch.setattr(rehearsal, "stops_of", lambda plan, words: stops(plan, words)[:1])


def test_prepared_sitting_is_walked_and_its_report_signed(run: Callable[..., Done], tmp_path: Path) -> None:
    """Every step is ok, the report is the secretary's, and neither keys nor log of the chamber were touched."""
    house, file = write_house(tmp_path / "house"), write_sitting(tmp_path / "sitting")
    before, tables = files_of(house), files_of(tmp_path / "sitting")
    done = run(file, "--dir", house, "--json")
    assert done.code == 0, done.err
    document = json.loads(done.out)
    steps = {step["id"]: step for step in document["steps"]}
    assert list(steps) == STEPS
    assert {step["state"] for step in steps.values()} == {"ok"}
    assert (document["ready"], document["seats"], document["members"], document["sitting"]) == (True, 3, 3, SITTING)
    assert steps["buttons"]["detail"] == "seats where for, against and abstain were pressed and recorded: 3"
    assert "with all members here (3) needed for: 2; with the least quorum (2): 2" in steps["rule-rs.total"]["detail"]
    assert done.err.count("\nok: ") + done.err.startswith("ok: ") == len(STEPS)
    assert files_of(house) == before
    report = file.parent / f"readiness-{SITTING}-1.jws"
    assert set(files_of(file.parent)) - set(tables) == {report.name, report.with_suffix(".txt").name}
    text = report.with_suffix(".txt").read_text(encoding="utf-8")
    assert "READY. Steps ok 19, failed 0, not checked 0." in text
    assert "Signed by clerk, key " in text
    checked = run("--check", report, "--key-of", house)
    assert (checked.code, checked.out) == (0, text)
    assert json.loads(run("--check", report, "--key-of", house, "--json").out) == document
    forged = report.read_bytes().replace(b".eyJ2", b".eyJ3", 1)
    (tmp_path / "forged.jws").write_bytes(forged)
    refused = run("--check", tmp_path / "forged.jws", "--key-of", house)
    assert (refused.code, refused.out) == (7, "")


def test_sitting_that_is_not_prepared_is_not_walked(run: Callable[..., Done], tmp_path: Path) -> None:
    """Every problem is told, nothing is started and nothing written."""
    house, file = write_house(tmp_path / "house"), write_sitting(tmp_path / "sitting", votes=VOTES)
    roster = file.parent / "roster.csv"
    lines = roster.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].rpartition(",")[0] + ","
    roster.write_text("\n".join(lines), encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace('"rs.total"', '"rs.nothing"'), encoding="utf-8")
    before = files_of(tmp_path)
    done = run(file, "--dir", house)
    assert (done.code, done.out) == (3, "")
    assert "[card-missing]" in done.err
    assert "[rule-unknown]" in done.err
    assert "nothing was rehearsed" in done.err
    assert files_of(tmp_path) == before


def test_without_an_installation_nothing_is_walked(run: Callable[..., Done], tmp_path: Path) -> None:
    """Whose law and whose officers it would be, nothing says."""
    done = run(write_sitting(tmp_path / "sitting"), "--dir", tmp_path)
    assert (done.code, done.out) == (3, "")
    assert "[installation]" in done.err


@pytest.mark.usefixtures("quick")
def test_without_the_secretary_s_key_the_report_is_unsigned(run: Callable[..., Done], tmp_path: Path) -> None:
    """It says so and the exit code too, unless that was asked for."""
    house, file = write_house(tmp_path / "house"), write_sitting(tmp_path / "sitting")
    (house / "keys" / "officer-clerk.key").unlink()
    done = run(file, "--dir", house)
    place = file.parent / f"readiness-{SITTING}-1.json"
    assert (done.code, done.out) == (3, f"{place}\n")
    assert "cannot read the key" in done.err
    assert json.loads(place.read_bytes())["ready"]
    assert "UNSIGNED" in place.with_suffix(".txt").read_text(encoding="utf-8")
    assert run("--check", place, "--dir", house).code == 7
    assert run(file, "--dir", house, "--unsigned", "--out", tmp_path / "mine.json").code == 0


@pytest.mark.usefixtures("quick")
def test_report_goes_where_out_says_and_is_never_overwritten(run: Callable[..., Done], tmp_path: Path) -> None:
    """The second rehearsal is refused before it begins."""
    house, file = write_house(tmp_path / "house"), write_sitting(tmp_path / "sitting")
    out = tmp_path / "report.jws"
    assert run(file, "--dir", house, "--out", out).code == 0
    assert {out.name, "report.txt"} <= set(files_of(tmp_path))
    before = files_of(tmp_path)
    again = run(file, "--dir", house, "--out", out)
    assert (again.code, again.out) == (3, "")
    assert "is there already" in again.err
    assert files_of(tmp_path) == before


@pytest.mark.parametrize("arguments", [[], ["sitting.toml", "--check", "report.jws"], ["--seed", "x"]])
def test_impossible_arguments_are_a_usage_error(run: Callable[..., Done], arguments: list[str]) -> None:
    """Refused before anything is read."""
    assert run(*arguments).code == 2


# --- The plan. ----------------------------------------------------------------------------------------------


def test_plan_holds_the_sitting_and_no_key_of_the_chamber(tmp_path: Path) -> None:
    """Rules that votes name once each, worked examples, and hashes that tell one sitting from another."""
    plan, other = plan_of(tmp_path / "a"), plan_of(tmp_path / "b", members=4)
    assert [rule.id for rule in plan.rules] == ["rs.total", "rs.present"]
    assert plan.laws["rs.total"].examples
    assert (plan.officer("secretary"), plan.officer("deputy", "eldest"), plan.officer("operator")) == (
        "clerk", "deputy", "",
    )  # fmt: skip
    assert plan.roster_hash != other.roster_hash
    assert plan.file_hash != other.file_hash
    assert plan.rules_hash == other.rules_hash
    swapped = replace(plan, sitting=replace(plan.sitting, seat_of={"m1": "s-02", "m2": "s-01", "m3": "s-03"}))
    assert swapped.roster_hash != plan.roster_hash


def test_free_name_is_that_of_no_prepared_vote(tmp_path: Path) -> None:
    """A council may call its own vote as the rehearsal would."""
    votes = VOTES.replace('"v1"', '"rehearsal-void"')
    plan = plan_of(tmp_path, votes=votes)
    assert plan.free_name("void") == "rehearsal-void-x"
    assert plan.free_name("repeat") == "rehearsal-repeat"


def test_least_for_is_the_edge_of_every_rule(tmp_path: Path) -> None:
    """Enough adopts, one fewer does not, and where nobody can there is no number."""
    plan = plan_of(tmp_path, members=7)
    rules: list[Rule] = [rule for rule in plan.sitting.rules.values() if rule.base != "none"]
    assert len(rules) >= 4
    for rule in rules:
        for here in range(1, 8):
            least = least_for(plan, rule, here, mayor=False)
            outcomes = [
                judge_figures(rule, figures_of(plan, rule, here, for_, mayor=False)).outcome == "adopted"
                for for_ in range(here + 1)
            ]
            assert outcomes == [least >= 0 and for_ >= least for for_ in range(here + 1)]
    assert least_for(plan, plan.sitting.rules["rs.total"], 3, mayor=False) == -1
    assert electorate(plan, rules[0]) == ("m1", "m2", "m3", "m4", "m5", "m6", "m7")
