"""`chamber explain`: sentences and JSON for figures that somebody thinks of, one line for those that cannot be."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from controller.commands.explain import explain

USAGE = 2
OWN = """
v = 1
country = ""

[[rules]]
id = "house.quorum"
title = "Who must be here"
base = "none"
quorum_base = "statutory"
quorum_numerator = 1
quorum_denominator = 2
citation = "Order of the house, art. 1"

[[rules]]
id = "house.budget"
title = "The budget"
base = "statutory"
comparator = ">="
numerator = 3
denominator = 5
quorum = "house.quorum"
citation = "Order of the house, art. 9"
confidence = "low"
"""

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `chamber explain` in English, whatever this machine speaks."""
    monkeypatch.setenv("CHAMBER_LANGUAGE", "en")

    def run_explain(*arguments: object) -> Result:
        return CliRunner().invoke(explain, [str(argument) for argument in arguments])

    return run_explain


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A council's own file of rules, under no country's law."""
    path = tmp_path / "rules.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def answer(result: Result) -> dict[str, Any]:
    """The one JSON object on standard output."""
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def refused(result: Result) -> str:
    """The one line of a refusal."""
    assert (result.exit_code, result.stdout) == (USAGE, "")
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0].removeprefix("Error: ")


# --- The laws that come with us. ------------------------------------------------------------------------------


def test_the_example_of_the_manual(run: Run) -> None:
    """Three fifths of 21 are 13, whoever is in office or here."""
    document = answer(run("--rule", "pl.three_fifths_statutory", "--statutory", 21, "--json"))
    assert list(document) == ["rule", "needed", "base", "outcome", "why", "citation", "confidence"]
    assert document["rule"] == "pl.three_fifths_statutory"
    assert (document["needed"], document["base"], document["outcome"]) == (13, "statutory", "")
    assert document["why"].startswith("13 of 21 needed: at least three fifths of all members.")
    assert "28b" in document["citation"]
    assert document["confidence"] == "high"


@pytest.mark.parametrize(
    ("arguments", "needed", "outcome"),
    [
        ("pl.simple --statutory 21 --for 7 --against 6 --abstain 2", 7, "adopted"),
        ("pl.simple --statutory 21 --for 7 --against 7 --abstain 2", 8, "not-adopted"),
        ("pl.simple --statutory 21 --for 7 --against 1 --abstain 2", 2, "no-quorum"),
        ("pl.absolute --statutory 21 --for 7 --against 6 --abstain 1", 8, "not-adopted"),
        ("pl.absolute_statutory --statutory 15 --for 8 --against 7", 8, "adopted"),
        ("pl.absolute_statutory --statutory 23", 12, ""),
        ("pl.three_fifths_statutory --statutory 28", 17, ""),
        ("pl.simple --statutory 21", 0, ""),
        ("ro.simple --in-office 27 --present 26 --for 13 --against 12 --abstain 1", 14, "not-adopted"),
        ("ro.simple --present 26 --for 14 --against 12", 14, "adopted"),
        ("ro.absolute --in-office 23 --for 12 --against 5", 12, "adopted"),
        ("ro.qualified --in-office 27", 19, ""),
        ("ro.qualified --in-office 23", 16, ""),
        ("rs.present --statutory 39 --present 25 --for 13 --against 5", 13, "adopted"),
        ("rs.total --statutory 39", 20, ""),
        ("rs.total --statutory 25 --for 12", 13, "not-adopted"),
        ("ua.decision --statutory 26", 14, ""),
        ("ua.decision --statutory 26 --mayor", 14, ""),
        ("ua.decision --statutory 42 --present 30 --for 21 --against 2", 22, "not-adopted"),
        ("pl.quorum --statutory 28", 14, ""),
        ("pl.quorum --statutory 28 --present 14", 14, "quorum"),
        ("pl.quorum --statutory 21 --present 10", 11, "no-quorum"),
        ("ro.quorum --in-office 27 --present 13", 14, "no-quorum"),
        ("rs.quorum --statutory 39 --present 20", 20, "quorum"),
        ("ua.quorum --statutory 26 --present 13", 14, "no-quorum"),
    ],
)
def test_figures_of_the_laws(run: Run, arguments: str, needed: int, outcome: str) -> None:
    """What the sources work out, number by number."""
    document = answer(run("--rule", *arguments.split(), "--json"))
    assert (document["needed"], document["outcome"]) == (needed, outcome)


def test_two_thirds_by_the_other_reading(run: Run) -> None:
    """18 or 19 of 27: a setting decides, and the citation says that it was one."""
    listed = run("--rule", "ro.qualified", "--in-office", 27).stdout
    name = listed.partition("--setting ro.qualified=")[2].partition(":")[0]
    document = answer(run("--rule", "ro.qualified", "--in-office", 27, "--setting", f"ro.qualified={name}", "--json"))
    assert document["needed"] == 18
    assert name in document["citation"]


def test_every_rule_is_listed_and_can_be_explained(run: Run) -> None:
    """Nothing that --list shows is unknown to --rule, in any language."""
    rows = answer(run("--list", "--json"))["rules"]
    known = {row["id"] for row in rows}
    assert known >= {
        "pl.quorum", "pl.simple", "pl.absolute", "pl.absolute_statutory", "pl.three_fifths_statutory", "ro.quorum",
        "ro.simple", "ro.absolute", "ro.qualified", "rs.quorum", "rs.present", "rs.total", "ua.quorum", "ua.decision",
    }  # fmt: skip
    for rule_id in known:
        done = run("--rule", rule_id, "--statutory", 39, "--language", "uk")
        assert done.exit_code == 0, done.output
        assert "Джерело: " in done.stdout
    plain = run("--list").stdout.splitlines()
    assert [line.split()[0] for line in plain] == [row["id"] for row in rows]


def test_one_country_is_listed(run: Run) -> None:
    """Its rules alone."""
    rows = run("--list", "--country", "pl").stdout.splitlines()
    assert len(rows) > 4
    assert all(row.startswith("pl.") for row in rows)
    assert refused(run("--list", "--country", "xx")) == "no rules of xx; there are: pl, ro, rs, ua"


def test_an_unknown_rule_is_refused_with_the_nearest(run: Run) -> None:
    """A slip of the pen is answered, also where the country is another word."""
    assert refused(run("--rule", "pl.absolut", "--statutory", 21)).startswith(
        "no rule pl.absolut; nearest: pl.absolute, "
    )
    assert "pl.simple" in refused(run("--rule", "simple"))


def test_wrong_settings_days_and_files_are_refused(run: Run, tmp_path: Path) -> None:
    """Each by one line, exit 2."""
    asked = ("--rule", "ro.qualified", "--in-office", 27)
    assert refused(run(*asked, "--setting", "ro.qualified")) == "--setting ro.qualified: it is written RULE=NAME"
    assert "no setting 'x'" in refused(run(*asked, "--setting", "ro.qualified=x"))
    assert refused(run(*asked, "--setting", "pl.simple=x")) == "--setting pl.simple: this rule is of another law"
    assert "2024-13-01" in refused(run(*asked, "--day", "2024-13-01"))
    assert "nothing.toml" in refused(run(*asked, "--rules", tmp_path / "nothing.toml"))


def test_words_follow_the_language(run: Run) -> None:
    """Sentences, source and confidence in the language asked for."""
    done = run("--rule", "rs.total", "--statutory", 67, "--language", "sr-Cyrl")
    assert "Потребно 34 од 67: већина укупног броја одборника." in done.stdout
    assert "Извор: " in done.stdout
    assert "Поузданост: " in done.stdout
    assert run("--rule", "rs.total", "--statutory", 67, "--language", "tlh").exit_code == USAGE


# --- A council's own file. --------------------------------------------------------------------------------------


def test_a_rule_of_the_councils_own_is_explained(run: Run, own: Path) -> None:
    """With its quorum, and that it is the council's own."""
    done = run("--rule", "house.budget", "--rules", own, "--statutory", 21, "--for", 12, "--against", 6, "--margin")
    lines = done.stdout.splitlines()
    assert lines[4].startswith("Source: Order of the house, art. 9")
    assert lines[:4] + lines[5:] == [
        "The budget (house.budget)",
        "13 of 21 needed: at least three fifths of all members, by the council's own rules. Quorum 11 of 21.",
        ("Needed 13: at least three fifths of the 21 seats fixed by law (12.6, rounded up), by the council's own "
         "rules. For 12, against 6, abstained 0. Not adopted."),
        "Missing: 1.",
        "Confidence: low; a local lawyer must check it before anybody relies on it.",
    ]  # fmt: skip


def test_what_is_beyond_the_number_is_said(run: Run, own: Path) -> None:
    """The other side of --margin."""
    done = run("--rule", "house.budget", "--rules", own, "--statutory", 21, "--for", 15, "--margin")
    assert "More than needed by: 2." in done.stdout


def test_a_quorum_is_explained_in_one_line(run: Run, own: Path) -> None:
    """Not once before and once after."""
    done = run("--rule", "house.quorum", "--rules", own, "--statutory", 21, "--present", 12)
    assert done.stdout.splitlines()[1] == (
        "Quorum 11 of 21: at least half of all members, by the council's own rules. Here 12: there is a quorum."
    )
    document = answer(run("--rule", "house.quorum", "--rules", own, "--statutory", 21, "--json"))
    assert document["why"] == "Quorum 11 of 21: at least half of all members, by the council's own rules."
    assert (document["needed"], document["base"], document["outcome"]) == (11, "statutory", "")


def test_the_councils_own_rules_are_listed(run: Run, own: Path) -> None:
    """Those of its file, with their titles in a column."""
    assert run("--list", "--rules", own).stdout.splitlines() == [
        "house.quorum  Who must be here",
        "house.budget  The budget",
    ]


def test_an_unknown_rule_of_the_councils_own_is_refused(run: Run, own: Path) -> None:
    """With the nearest of the same file."""
    assert refused(run("--rule", "house.budgets", "--rules", own)) == (
        "no rule house.budgets; nearest: house.budget, house.quorum"
    )


def test_a_spoilt_file_is_refused(run: Run, own: Path) -> None:
    """The line begins with its path."""
    own.write_text("v = 2", encoding="utf-8")
    assert refused(run("--rule", "house.budget", "--rules", own)).startswith(f"{own}: ")


def test_nothing_asked_is_refused(run: Run) -> None:
    """It says what to ask."""
    assert refused(run()) == "name a rule with --rule, or see them all with --list"


def test_a_figure_that_is_no_number_is_refused(run: Run, own: Path) -> None:
    """By click, naming the option."""
    done = run("--rule", "house.budget", "--rules", own, "--statutory", "many")
    assert done.exit_code == USAGE
    assert "--statutory" in done.stderr
