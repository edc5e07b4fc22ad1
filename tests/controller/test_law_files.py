"""The files of law where they lie: those of the program, a council's own, and the pages made of them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from controller.law_files import COUNTRIES, country_of, read_law, read_override_file
from protocol.errors import RulesRefused
from protocol.law import read_overrides, rules_in_force

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_law_of_each_country_comes_with_the_program(country: str) -> None:
    """And names its language, its acts and what must not be mixed up with it."""
    law = read_law(country)
    assert law.id == country
    assert law.name
    assert law.language in {"pl", "ro", "sr-Cyrl", "uk"}
    assert law.traps


@pytest.mark.parametrize("country", ["xx", "", "PL", "../pl"])
def test_a_country_that_is_not_there_is_refused(country: str) -> None:
    """The line says which are."""
    with pytest.raises(RulesRefused, match="there is: pl, ro, rs, ua"):
        read_law(country)


@pytest.mark.parametrize(
    ("rule_id", "country"),
    [("pl.simple", "pl"), ("ua.anything", "ua"), ("town.order", ""), ("simple", ""), ("pl", ""), ("", "")],
)
def test_a_rule_is_of_the_country_in_its_id(rule_id: str, country: str) -> None:
    """A council's own rule is of none."""
    assert country_of(rule_id) == country


def test_a_councils_file_is_read(tmp_path: Path) -> None:
    """From the disk, in UTF-8."""
    path = tmp_path / "rules.toml"
    path.write_text(
        'v = 1\ncountry = "rs"\n[[rules]]\nid = "rs.total"\ncitation = "Пословник, члан 7"\n', encoding="utf-8"
    )
    (override,) = read_override_file(path).rules
    assert override.changes["citation"] == "Пословник, члан 7"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "No such file"),
        (b'v = 1\ncountry = "rs"\n# \xff', "not a text in UTF-8"),
        (b"v = 1", "file: country is missing"),
        (b'v = 1\ncountry = "rs"\n[[rules]]\nid = "rs.total"\n', r"\[\[rules\]\] 1 \(rs.total\): citation is missing"),
    ],
)  # fmt: skip
def test_a_councils_file_that_cannot_be_is_refused_with_its_path(tmp_path: Path, data: bytes | None, said: str) -> None:
    """One line that begins with the file."""
    path = tmp_path / "rules.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(RulesRefused, match=rf"^{re.escape(str(path))}: .*{said}"):
        read_override_file(path)


def test_a_folder_instead_of_a_file_is_refused(tmp_path: Path) -> None:
    """With the system's own words."""
    with pytest.raises(RulesRefused, match="Is a directory"):
        read_override_file(tmp_path)


def test_the_pages_of_the_law_are_those_made_of_the_data() -> None:
    """`docs/rules/` is never edited by hand."""
    script = ROOT / "scripts" / "rules_pages.py"
    done = subprocess.run([sys.executable, script, "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_councils_file_shown_in_the_pages_is_one_that_is_read() -> None:
    """An example that a clerk copies must work."""
    page = ROOT / "docs" / "rules" / "README.md"
    shown = page.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    found = {law.rule.id: law.rule for law in rules_in_force(read_law("ro"), "2026-03-01", read_overrides(shown))}
    assert (found["ro.qualified"].comparator, found["ro.simple"].publish) == (">=", "next-day")
    assert found["town.design"].quorum_base == "in_office"
