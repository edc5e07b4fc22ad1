"""Makes docs/rules/ from the law in protocol/rules/. `--check` fails if a page is stale."""  # noqa: INP001 - a script, not part of a package

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rules_words import CONFIDENCE, arithmetic, facts

from controller.law_files import COUNTRIES, read_law
from protocol.law import Country, Example, LawRule, Setting
from protocol.majority import Figures, judge_figures

FOLDER: Final = Path(__file__).parent.parent / "docs" / "rules"
HEADINGS: Final[tuple[tuple[str, Callable[[Example], str]], ...]] = (
    ("seats", lambda one: str(one.statutory)),
    ("in office", lambda one: str(one.in_office) if one.in_office != one.statutory else ""),
    ("mayor", lambda one: "takes part" if one.mayor else ""),
    ("present", lambda one: str(one.present) if one.outcome or one.present != one.in_office + one.mayor else ""),
    ("recused", lambda one: str(one.recused) if one.recused else ""),
    ("for", lambda one: str(one.for_) if one.cast else ""),
    ("against", lambda one: str(one.against) if one.cast else ""),
    ("abstain", lambda one: str(one.abstain) if one.cast else ""),
    ("setting", lambda one: f"`{one.setting}`" if one.setting else ""),
    ("**needed**", lambda one: f"**{one.needed}**"),
    ("outcome", lambda one: one.outcome),
    ("why", lambda one: one.why),
)
ALWAYS: Final = ("seats", "**needed**", "why")
SAME_VOTE: Final = Figures(27, 27, 26, 13, 12, 1)
SAME_RULES: Final = ("pl.simple", "pl.absolute", "ro.simple", "rs.present", "ua.decision")
CORRECT: Final = """\
## How to correct this page

The page is made from `protocol/rules/{id}.toml`; correct the rule there: the quoted words in `title`, the place in
`article`, the numbers, where you saw it in `source`, what stays doubtful in `note`. Set `confidence` to `high` only
with the text or a ruling at hand. Add an example with figures whose outcome you are sure of. A law that changed is a
second rule of the same id: close the old one with `valid_to`, begin the new one with `valid_from`. Then run
`.venv/bin/python scripts/rules_pages.py`; the file is refused, with the reason, if an example does not come out. Who
uses no such tools sends the corrected sentence and its source to the project, naming the rule's id."""
MADE: Final = "<!-- Made by scripts/rules_pages.py from protocol/rules/; do not edit here. -->"


def cell(text: str) -> str:
    """A text inside a table."""
    return text.replace("|", "\\|")


def table(headings: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return [f"| {' | '.join(cell(text) for text in line)} |" for line in lines]


def examples(law: LawRule) -> list[str]:
    """Worked examples; a column that no example fills is left out."""
    shown = [(name, of) for name, of in HEADINGS if name in ALWAYS or any(of(one) for one in law.examples)]
    return table([name for name, _ in shown], [[of(one) for _, of in shown] for one in law.examples])


def setting(one: Setting) -> str:
    """One line a setting."""
    changes = ", ".join(f"`{name} = {value}`" for name, value in one.changes.items())
    return f"* `{one.name}` ({changes}): {one.note}"


def rule_part(country: Country, law: LawRule) -> list[str]:
    """A rule's part of its country's page."""
    lines = [
        "", f"## `{law.rule.id}`", "", f"> {law.rule.title}", "", f"{country.acts[law.act]}, {law.article}", "",
        f"**Used for:** {'; '.join(law.uses)}.", "", f"**Arithmetic:** {arithmetic(law.rule)}", "",
        *table(["", ""], [[name, words] for name, words in facts(law)]),
    ]  # fmt: skip
    if law.note:
        lines += ["", f"**Note:** {law.note}"]
    if law.settings:
        lines += ["", "**Settings** that a council may choose in its own file:", "", *map(setting, law.settings)]
    return [*lines, "", "**Worked examples**, each run whenever the law is read:", "", *examples(law)]


def country_page(country: Country) -> str:
    """The page that a lawyer of the country reads."""
    doubtful = [law.rule.id for law in country.rules if law.rule.confidence != "high"]
    lines = [
        MADE, f"# {country.name}: rules of law", "",
        "What this program takes the law to be, for a lawyer to read and to correct. Not legal advice.", "",
        *[f"* {trap}" for trap in country.traps], "",
        f"To be checked first, since not of high confidence: {', '.join(f'`{one}`' for one in doubtful) or 'none'}.",
    ]  # fmt: skip
    for law in country.rules:
        lines += rule_part(country, law)
    lines += ["", CORRECT.format(id=country.id)]
    return "\n".join([*lines, ""])


def readme(countries: list[Country]) -> str:
    """The entrance: the countries, the same vote by every law, and how a council changes a rule."""
    laws = {law.rule.id: law.rule for country in countries for law in country.rules}
    same = [
        [f"`{rule_id}`", laws[rule_id].title, str(judged.needed), judged.outcome]
        for rule_id in SAME_RULES
        for judged in [judge_figures(laws[rule_id], SAME_VOTE)]
    ]
    one_vote = f"One vote by {len(SAME_RULES)} rules, {SAME_VOTE.present} of {SAME_VOTE.statutory} members present: "
    one_vote += f"{SAME_VOTE.for_} for, {SAME_VOTE.against} against, {SAME_VOTE.abstain} abstaining."
    lines = [
        MADE, "# Rules of law, country by country", "",
        *table(
            ["country", "rules", "of low confidence"],
            [
                [
                    f"[{one.name}]({one.id}.md)", str(len(one.rules)),
                    ", ".join(f"`{law.rule.id}`" for law in one.rules if law.rule.confidence == "low") or "none",
                ]
                for one in countries
            ],
        ), "",
        one_vote, "",
        *table(["rule", "the law's words", "needed", "outcome"], same), "",
        "None of these laws gives a casting vote. Confidence:", "",
        *[f"* {words}" for words in CONFIDENCE.values()], "",
        "## What must not be mixed up", "",
        *[f"* {one.name}: {trap}" for one in countries for trap in one.traps], "",
        "## What a council changes", "",
        "A council's own file names a rule and what its standing orders change in it, each with its `citation`. It",
        "chooses settings, and may have rules of its own under a first word that is no country's:", "",
        "```toml", "v = 1", 'country = "ro"', "", "[settings]", '"ro.qualified" = "at-least"', "", "[[rules]]",
        'id = "ro.simple"', 'publish = "next-day"', 'citation = "Regulament, art. 12"', "", "[[rules]]",
        'id = "town.design"', 'title = "more for than against"', 'base = "yes_no"', 'comparator = ">"', "numerator = 1",
        "denominator = 2", 'quorum = "ro.quorum"', 'citation = "Regulament, art. 40"', "```", "",
        "What is then in force on the day of a sitting stands in its roster, and so in the log.",
    ]  # fmt: skip
    return "\n".join([*lines, ""])


def pages() -> dict[str, str]:
    """Every page by its file name."""
    countries = [read_law(country) for country in COUNTRIES]
    return {"README.md": readme(countries), **{f"{one.id}.md": country_page(one) for one in countries}}


def main() -> int:
    """Write the pages, or with `--check` compare. Returns the exit code."""
    made, check, stale = pages(), "--check" in sys.argv[1:], 0
    FOLDER.mkdir(exist_ok=True)
    for path in sorted(FOLDER.iterdir()):
        if path.name not in made:
            sys.stderr.write(f"docs/rules/{path.name} is of no country\n")
            stale += 1
    for name, text in made.items():
        path = FOLDER / name
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"docs/rules/{name} is stale: run scripts/rules_pages.py\n")
            stale += 1
    return int(stale > 0)


if __name__ == "__main__":
    sys.exit(main())
