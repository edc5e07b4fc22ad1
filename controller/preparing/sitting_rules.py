"""The law a sitting is prepared under: the country's on its day, the council's own rules, and those of this sitting."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from controller.installation import Installation
from controller.law_files import COUNTRIES, read_law, read_override_file
from controller.preparing.problems import Findings
from protocol.errors import RulesRefused
from protocol.law import Overrides, rules_in_force
from protocol.law_data import LawRule
from protocol.majority import Rule, write_rule_book

_NEAREST = 3


@dataclass(frozen=True, slots=True)
class RulesOfDay:
    """The rules in force by id, and the ids of those that hold on other days only."""

    day: str
    laws: Mapping[str, LawRule]
    other_days: frozenset[str]

    def find(self, rule: str, where: str, found: Findings) -> Rule | None:
        """A rule by id; None after a problem."""
        if rule in self.laws:
            return self.laws[rule].rule
        said = {"rule": rule, "day": self.day, "nearest": ", ".join(get_close_matches(rule, self.laws, _NEAREST, 0.0))}
        if rule in self.other_days:
            words = found.gettext("the rule %(rule)s is not in force on %(day)s; write another, as %(nearest)s")
            found.wrong(where, "rule-not-in-force", words % said)
        else:
            words = found.gettext("there is no rule %(rule)s; write another, as %(nearest)s")
            found.wrong(where, "rule-unknown", words % said)
        return None

    def book(self) -> bytes:
        """The document that the roster quotes."""
        return write_rule_book([law.rule for law in self.laws.values()])


def load_rules(
    installation: Installation | None, body: str, own: Path | None, day: str, found: Findings
) -> RulesOfDay | None:
    """The rules in force on `day`; None after a problem, or where nothing says whose law holds.

    `own` is the sitting's own file: what it says of a rule stands in place of what the council's file says of it.
    Raises `InstallationRefused`: no such body.
    """
    standing = installation.rules_of(body) if installation is not None else None
    overrides: list[Overrides] = []
    files = [path for path in (standing, own) if path is not None]
    for path in files:
        try:
            overrides.append(read_override_file(path))
        except RulesRefused as error:
            found.wrong("rules", "rules-file", error.fact)
    country = installation.country if installation is not None else next((file.country for file in overrides), "")
    if len(overrides) < len(files) or not (overrides or country in COUNTRIES):
        return None
    try:
        law = read_law(country) if country in COUNTRIES else None
        laws = {one.rule.id: one for one in rules_in_force(law, day, _together(overrides))}
    except RulesRefused as error:
        found.wrong("rules", "law", error.fact)
        return None
    others = {one.rule.id for one in law.rules} if law is not None else set()
    others |= {override.id for file in overrides for override in file.rules}
    return RulesOfDay(day, laws, frozenset(others - laws.keys()))


def _together(files: list[Overrides]) -> Overrides | None:
    """One file out of both; a later one replaces what an earlier one says of a rule. Raises `RulesRefused`."""
    if not files:
        return None
    whole = files[0]
    for file in files[1:]:
        if file.country != whole.country:
            raise RulesRefused(f"two files of rules, for {whole.country!r} and for {file.country!r}")
        again = {override.id for override in file.rules}
        kept = tuple(override for override in whole.rules if override.id not in again)
        whole = Overrides(whole.country, {**whole.settings, **file.settings}, kept + file.rules)
    return whole
