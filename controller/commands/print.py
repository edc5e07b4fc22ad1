"""`chamber print`: sheets of paper beside a sitting."""

import json
from pathlib import Path

import click

from controller.words import LANGUAGES, _


@click.group(name="print", help=_("Sheets of paper for a sitting, in case the system fails."))
def print_() -> None:
    """Stand for what can be printed."""


@print_.command(
    help=_(
        "Roll-call sheets, attendance list, seat plan and ballot papers of a sitting, as HTML for printing on A4. "
        "Whatever is only missing does not hold them up."
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), help=_("The installation; else CHAMBER_DIR, else here.")
)
@click.option(
    "--out", type=click.Path(path_type=Path), help=_("A new folder; fallback-SITTING in this one if not given.")
)
@click.option("--language", type=click.Choice(LANGUAGES), help=_("Of the sheets; else the installation's."))
@click.option("--vote", default="", help=_("Only the sheets of this vote."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def fallback(
    file: Path, directory: Path | None, out: Path | None, language: str | None, vote: str, *, as_json: bool
) -> None:
    """Check the sitting, write the sheets, say where they are and how they are entered."""
    from controller.commands.prepare import find_installation
    from controller.fallback.paper import Paper
    from controller.fallback.sheets import NotPrepared, all_sheets, sheets_of_vote, write_sheets
    from controller.preparing.preparation import prepare
    from controller.words import catalogue, choose_language

    installation = find_installation(directory)
    preparation = prepare(file, installation, catalogue(choose_language()))
    if preparation.draft is None:
        for problem in preparation.of_level("wrong") or preparation.problems:
            click.echo(f"{problem.where}: {problem.words} [{problem.code}]", err=True)
        raise NotPrepared(_("nothing is printed before that is mended; see it all with chamber prepare"))
    if not preparation.ready:
        click.echo(_("something is missing; what is there is printed all the same: see chamber prepare"), err=True)
    chosen = choose_language(language or (installation.language if installation else ""))
    paper = Paper(preparation.draft, chosen, catalogue(chosen))
    sheets = sheets_of_vote(paper, vote) if vote else all_sheets(paper)
    paths = write_sheets(sheets, out, preparation.draft.sitting)
    if as_json:
        click.echo(json.dumps({"files": [str(path) for path in paths]}, ensure_ascii=False))
        return
    for path in paths:
        click.echo(str(path))
    how = f'chamber act roll-call VOTE-roll-call.csv --vote VOTE --held-at "{preparation.draft.day} HH:MM"'
    click.echo(_("what is held on paper is entered afterwards: %s") % how, err=True)
