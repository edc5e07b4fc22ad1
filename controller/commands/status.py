"""`chamber status`: where the sitting stands, what waits and what is legal now; read from the log alone."""

import json
from pathlib import Path

import click

from controller.words import LANGUAGES, _


@click.command(help=_("Say where the sitting stands, what waits and what is legal now. Before a close: no figures."))
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), help=_("The installation; else CHAMBER_DIR, else here.")
)
@click.option("--body", default="", help=_("Whose sitting, where an installation has more bodies than one."))
@click.option("--sitting", "asked", default="", help=_("Which sitting; the open one, else the newest, if not given."))
@click.option("--language", type=click.Choice(LANGUAGES), help=_("Else CHAMBER_LANGUAGE, LC_ALL or LANG decide."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def status(directory: Path | None, body: str, asked: str, language: str | None, *, as_json: bool) -> None:
    """Read the store, without the controller and without any key."""
    from controller.installation import read_installation, state_directory
    from controller.procedures.log_view import open_log
    from controller.procedures.status_view import status_lines, status_of
    from controller.service import unix_ms
    from controller.words import catalogue, choose_language

    installation = read_installation(state_directory(directory))
    words = catalogue(choose_language(language or ""))
    with open_log(installation.folder_of(body)) as log:
        view = log.view
        sitting = view.sitting(asked) if asked or view.state.sittings else None
        found = {
            "body": installation.body(body).body,
            **status_of(view, sitting, unix_ms(), words, installation.speeches),
        }
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in status_lines(found, words):
        click.echo(line)
