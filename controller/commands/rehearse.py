"""`chamber rehearse`: walk a prepared sitting before its day, and leave a signed report of what is ready."""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.words import LANGUAGES, _

if TYPE_CHECKING:
    from controller.installation import Installation
    from controller.preparing.preparation import Problem
    from controller.rehearsal.plan import RehearsalPlan
    from controller.rehearsal.report import Step
    from protocol.explain import Catalogue
    from protocol.keys import Signer

FAILED, CONFIGURATION, NOT_VERIFIED = 1, 3, 7


@click.command(
    help=_(
        "Walk every seat, card, button, rule and vote of a prepared sitting on simulated seats, and write a signed "
        "report. Exit 1 if something failed, 3 if the sitting is not prepared or nobody could sign."
    )
)
@click.argument("sitting", required=False, type=click.Path(path_type=Path))
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), help=_("The installation; else CHAMBER_DIR, else here.")
)
@click.option(
    "--out", type=click.Path(path_type=Path), help=_("Where the report goes; else beside the sitting's file.")
)
@click.option("--unsigned", is_flag=True, help=_("A report that nobody signs is enough."))
@click.option("--check", type=click.Path(path_type=Path), help=_("Check the signature of a report, and print it."))
@click.option(
    "--key-of", type=click.Path(path_type=Path), help=_("With --check: the installation whose secretary signed.")
)
@click.option("--keys", is_flag=True, help=_("Ask first for every key of the console on this keyboard."))
@click.option("--seed", default=1, show_default=True, help=_("Of the haste of the simulated seats."))
@click.option("--language", type=click.Choice(LANGUAGES), help=_("Else CHAMBER_LANGUAGE, LC_ALL or LANG decide."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the report as one JSON object."))
def rehearse(  # noqa: PLR0913 - one argument an option
    sitting: Path | None,
    directory: Path | None,
    out: Path | None,
    check: Path | None,
    key_of: Path | None,
    seed: int,
    language: str | None,
    *,
    unsigned: bool,
    keys: bool,
    as_json: bool,
) -> None:
    """Rehearse, or check a report of an earlier rehearsal."""
    from controller.words import catalogue, choose_language

    words = catalogue(choose_language(language or ""))
    if (sitting is None) == (check is None):
        raise click.UsageError(_("give either the sitting's file, or --check and a report"))
    if check is not None:
        _check(check, key_of or directory, words, as_json=as_json)
    elif sitting is not None:
        _rehearse(sitting, directory, out, seed, words, unsigned=unsigned, keys=keys, as_json=as_json)


def _rehearse(
    sitting: Path, directory: Path | None, out: Path | None, seed: int, words: "Catalogue", *,
    unsigned: bool, keys: bool, as_json: bool,
) -> None:  # fmt: skip
    """Prepare, walk, write; the first that does not succeed is the exit code."""
    import asyncio

    from controller.commands.prepare import find_installation
    from controller.rehearsal.preparation import NotPrepared, read_plan
    from controller.rehearsal.report import step_line, text_of, verdict_line
    from controller.rehearsal.report_files import place_for, signature_line, write_files
    from controller.rehearsal.walk import rehearse as walk
    from controller.rehearsal.walk import report_of
    from controller.service import unix_ms

    try:
        installation = find_installation(directory)
        plan, warnings = read_plan(sitting, installation, words)
    except NotPrepared as error:
        _tell_problems(error.problems)
        click.echo(words.gettext("The sitting is not prepared; nothing was rehearsed."), err=True)
        raise SystemExit(CONFIGURATION) from error
    _tell_problems(warnings)
    signer, why_not = _signer(installation, plan)
    place = place_for(sitting, plan.id, out, signed=signer is not None)
    key_steps = _key_steps(words) if keys else []
    with tempfile.TemporaryDirectory(prefix="chamber-rehearsal-") as work:
        steps = asyncio.run(
            walk(plan, Path(work), lambda step: click.echo(step_line(step, words), err=True), words, seed=seed)
        )
    report = report_of(plan, (*key_steps, *steps), unix_ms(), words)
    signature = signature_line(signer.public if signer else None, plan.officer("secretary"), words)
    write_files(place, report, signer, text_of(report, signature, words))
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    click.echo(str(place), err=as_json)
    click.echo(verdict_line(report, words), err=True)
    click.echo(signature, err=True)
    if not report.ready:
        raise SystemExit(FAILED)
    if signer is None and not unsigned:
        click.echo(why_not, err=True)
        raise SystemExit(CONFIGURATION)


def _key_steps(words: "Catalogue") -> "list[Step]":
    """Every key of the console, pressed on this keyboard by a person. Raises `click.UsageError`: no terminal."""
    import sys

    from controller.console.key_check_app import KeyCheckApp, finding_line
    from controller.rehearsal.report import Step

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError(_("--keys asks a person at a terminal: leave it out where there is none"))
    found = KeyCheckApp(words).run() or []
    what = words.gettext("Each key of the console, on this keyboard")
    wrong = [line for finding in found if (line := finding_line(finding, words))]
    if not found:
        return [Step("keys", what, "not-checked", words.gettext("nobody pressed them"))]
    if wrong:
        return [Step("keys", what, "failed", " ".join(wrong))]
    return [Step("keys", what, "ok", ", ".join(finding.key for finding in found))]


def _tell_problems(problems: "tuple[Problem, ...]") -> None:
    for problem in problems:
        click.echo(f"{problem.where}: {problem.words} [{problem.code}]", err=True)


def _signer(installation: "Installation | None", plan: "RehearsalPlan") -> "tuple[Signer | None, str]":
    """The secretary's key, or why there is none."""
    from controller.founding import officer_key
    from controller.keyfile import KeyFileRefused

    if installation is None:
        return None, ""
    try:
        return officer_key(installation.folder_of(plan.body.body) / "keys", plan.officer("secretary")), ""
    except KeyFileRefused as error:
        return None, str(error)


def _check(report: Path, directory: Path | None, words: "Catalogue", *, as_json: bool) -> None:
    """Whose report it is, then what it says. Exit 7: nobody of that body's log signed these bytes."""
    from controller.rehearsal.report import ReportRefused, text_of
    from controller.rehearsal.report_files import check_file, signature_line

    try:
        checked = check_file(report, directory)
    except ReportRefused as error:
        click.echo(f"chamber: {error}", err=True)
        raise SystemExit(NOT_VERIFIED) from error
    signature = signature_line(checked.key, checked.officer, words)
    if as_json:
        click.echo(json.dumps(checked.report.as_json(), ensure_ascii=False))
        click.echo(signature, err=True)
    else:
        click.echo(text_of(checked.report, signature, words), nl=False)
