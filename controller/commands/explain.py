"""`chamber explain`: what a rule of law asks for, and what follows from figures that somebody thinks of."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.words import LANGUAGES, _

if TYPE_CHECKING:
    from controller.what_if import Explanation
    from protocol.explain import Catalogue
    from protocol.law import LawRule

USAGE = 2
NEAREST_MAX = 4
FIGURES = (
    ("--statutory", "statutory", _("Seats of the body fixed by law.")),
    ("--in-office", "in_office", _("Members in office; all seats if not given.")),
    ("--present", "present", _("Members present, the mayor too where he takes part; all in office if not given.")),
    ("--for", "for_", _("Votes for.")),
    ("--against", "against", _("Votes against.")),
    ("--abstain", "abstain", _("Abstentions.")),
    ("--papers", "papers", _("Voting papers cast, invalid ones too.")),
    ("--recused", "recused", _("Members present who are recused.")),
)
"""Option, field of `controller.what_if.Given`, help."""


class Refused(click.ClickException):
    """One line, and the exit code of a wrong call; `UsageError` would print the usage around it."""

    exit_code = USAGE


def figure_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `FIGURES`."""
    for option, field, words in reversed(FIGURES):
        command = click.option(option, field, type=int, help=words)(command)
    return command


@click.command(help=_("Say what a rule of law asks for, and what follows from given figures."))
@click.option("--rule", "rule_id", default="", help=_("The rule's id, as --list shows it."))
@figure_options
@click.option("--mayor/--no-mayor", default=False, help=_("The mayor takes part, where the rule counts one."))
@click.option("--margin", is_flag=True, help=_("Also say how many votes for are missing, or more than needed."))
@click.option("--rules", type=click.Path(path_type=Path), help=_("A council's own file of rules."))
@click.option(
    "--setting", "settings", multiple=True, help=_("Which reading of a rule holds, as RULE=NAME; may be repeated.")
)
@click.option("--day", default="", help=_("The day whose law is meant, as 2024-01-31; today if not given."))
@click.option("--list", "listing", is_flag=True, help=_("List the rules with their titles."))
@click.option("--country", default="", help=_("With --list: only this country's rules, as `pl`."))
@click.option("--language", type=click.Choice(LANGUAGES), help=_("Else CHAMBER_LANGUAGE, LC_ALL or LANG decide."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def explain(rule_id: str, language: str | None, *, listing: bool, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - click hands over options of every type
    """List rules, or explain one; exit 2 where a name is unknown or a figure cannot be."""
    from controller.what_if import AskedWrongly, Given, explain_given
    from controller.words import catalogue, choose_language
    from protocol.errors import RulesRefused

    day = asked["day"] or datetime.now().astimezone().date().isoformat()
    try:
        if listing:
            _list(_laws(asked["country"], asked["rules"], asked["settings"], day), as_json=as_json)
            return
        law = _find(rule_id, asked["rules"], asked["settings"], day)
        given = Given(mayor=asked["mayor"], **{field: asked[field] for _option, field, _help in FIGURES})
        words = catalogue(choose_language(language or ""))
        explanation = explain_given(law.rule, given, words)
    except (AskedWrongly, RulesRefused) as error:
        raise Refused(error.fact) from error
    if as_json:
        click.echo(json.dumps(_document(law, explanation), ensure_ascii=False))
    else:
        _tell(law, explanation, words, margin=asked["margin"])


def _find(rule_id: str, file: Path | None, settings: Sequence[str], day: str) -> "LawRule":
    """The rule in force, as the council's file and the settings leave it."""
    from difflib import get_close_matches

    from controller.law_files import country_of
    from controller.what_if import AskedWrongly

    if not rule_id:
        raise AskedWrongly(_("name a rule with --rule, or see them all with --list"))
    laws = {law.rule.id: law for law in _laws(country_of(rule_id), file, settings, day)}
    if rule_id not in laws:
        nearest = ", ".join(get_close_matches(rule_id, laws, NEAREST_MAX, 0.0))
        raise AskedWrongly(_("no rule %(rule)s; nearest: %(nearest)s") % {"rule": rule_id, "nearest": nearest})
    return laws[rule_id]


def _laws(country: str, file: Path | None, settings: Sequence[str], day: str) -> list["LawRule"]:
    """The rules in force: of `country`, else of the file's, else of all countries whose law comes with us."""
    from controller.law_files import COUNTRIES, country_of, read_law, read_override_file
    from controller.what_if import AskedWrongly
    from protocol.law import Overrides, rules_in_force

    chosen = _chosen(settings)
    if country and country not in COUNTRIES:
        known = {"country": country, "known": ", ".join(COUNTRIES)}
        raise AskedWrongly(_("no rules of %(country)s; there are: %(known)s") % known)
    laws: list[LawRule] = []
    own = read_override_file(file) if file else None
    for one in [country] if country else [own.country] if own else COUNTRIES:
        here = {rule: chosen.pop(rule) for rule in list(chosen) if own or country_of(rule) == one}
        overrides = own or Overrides(one, {}, ())
        overrides = Overrides(overrides.country, {**overrides.settings, **here}, overrides.rules)
        laws += rules_in_force(read_law(one) if one else None, day, overrides)
    if chosen:
        raise AskedWrongly(_("--setting %(rule)s: this rule is of another law") % {"rule": next(iter(chosen))})
    return laws


def _chosen(settings: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The names of settings by rule, from `RULE=NAME`."""
    from controller.what_if import AskedWrongly

    chosen: dict[str, tuple[str, ...]] = {}
    for setting in settings:
        rule, _equals, name = setting.partition("=")
        if not rule or not name:
            raise AskedWrongly(_("--setting %(setting)s: it is written RULE=NAME") % {"setting": setting})
        chosen[rule] = (*chosen.get(rule, ()), name)
    return chosen


def _list(laws: Sequence["LawRule"], *, as_json: bool) -> None:
    if as_json:
        rows = [{"id": law.rule.id, "title": law.rule.title} for law in laws]
        click.echo(json.dumps({"rules": rows}, ensure_ascii=False))
        return
    width = max(len(law.rule.id) for law in laws)
    for law in laws:
        click.echo(f"{law.rule.id:{width}}  {law.rule.title}")


def _document(law: "LawRule", explanation: "Explanation") -> dict[str, Any]:
    """What `--json` prints: `needed` is 0 where nobody can know it yet, `outcome` empty without figures."""
    return {
        "rule": law.rule.id,
        "needed": explanation.needed,
        "base": explanation.base,
        "outcome": explanation.outcome,
        "why": explanation.why,
        "citation": law.rule.citation,
        "confidence": law.rule.confidence,
    }


def _tell(law: "LawRule", explanation: "Explanation", words: "Catalogue", *, margin: bool) -> None:
    """The sentences, then where they come from and how sure that is."""
    gettext = words.gettext
    lines = [f"{law.rule.title} ({law.rule.id})", explanation.before, explanation.after]
    if margin and explanation.outcome not in {"", "none"}:
        missing = {"count": abs(explanation.margin)}
        lines.append(
            (gettext("Missing: %(count)d.") if explanation.margin < 0 else gettext("More than needed by: %(count)d."))
            % missing
        )
    confidence = {
        "high": gettext("Confidence: high; the text or a court's decision was seen."),
        "med": gettext("Confidence: medium; from other sources than the law itself, a local lawyer should check it."),
        "low": gettext("Confidence: low; a local lawyer must check it before anybody relies on it."),
    }
    if law.rule.citation:
        lines.append(gettext("Source: %(citation)s") % {"citation": law.rule.citation})
    lines.append(confidence.get(law.rule.confidence, ""))
    if law.uses:
        lines.append(gettext("Used for: %(uses)s.") % {"uses": "; ".join(law.uses)})
    if law.note:
        lines.append(gettext("Note: %(note)s") % {"note": law.note})
    lines += [f"--setting {law.rule.id}={setting.name}: {setting.note}" for setting in law.settings]
    for line in lines:
        if line:
            click.echo(line)
