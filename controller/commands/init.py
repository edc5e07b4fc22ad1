"""`chamber init`: an installation in two steps: a file to fill in, then keys and a founded log for each body."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.words import LANGUAGES, _

if TYPE_CHECKING:
    from controller.body_founding import Founding


@click.command(
    help=_(
        "Make an installation in DIRECTORY: write its chamber.toml or, where there is one, make the keys and found "
        "the log of every body that has none."
    )
)
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--chamber", help=_("Identifier of the municipality."))
@click.option("--country", help=_("Whose law: pl, ro, rs or ua."))
@click.option("--language", type=click.Choice(LANGUAGES), help=_("Of the hall and the minutes."))
@click.option("--body", help=_("Identifier of the body."))
@click.option("--term", help=_("Identifier of its term of office."))
@click.option("--name", help=_("Its name, as the minutes show it."))
@click.option("--statutory", type=click.IntRange(1, 3_000), help=_("Its seats by law."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def init(directory: Path | None, *, as_json: bool, **options: str | int | None) -> None:
    """Write the file, or found what it names."""
    import os

    from controller.body_founding import found_bodies
    from controller.installation import FILE, is_installation, read_installation, state_directory
    from controller.service import unix_ms
    from protocol.keys import self_test

    place = state_directory(directory)
    given = {name: value for name, value in options.items() if value is not None}
    if not is_installation(place):
        _write(place / FILE, given, as_json=as_json)
        return
    if given:
        said = {"options": ", ".join(f"--{name}" for name in given), "file": place / FILE}
        raise click.UsageError(_("%(file)s is there already: write %(options)s into it instead") % said)
    self_test()
    founded = found_bodies(read_installation(place), os.urandom, unix_ms)
    if as_json:
        bodies = [founding.as_json() for founding in founded]
        click.echo(json.dumps({"installation": str(place), "written": False, "bodies": bodies}, ensure_ascii=False))
        return
    for founding in founded:
        _tell(founding)


def _write(path: Path, options: dict[str, str | int], *, as_json: bool) -> None:
    """Write the file to be filled in, and say what is next."""
    from controller.installation import InstallationRefused
    from controller.installation_template import write_template

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(write_template(options))
    except OSError as error:
        raise InstallationRefused(f"{path}: {error.strerror}") from error
    if as_json:
        click.echo(json.dumps({"installation": str(path.parent), "written": True, "bodies": []}, ensure_ascii=False))
    else:
        click.echo(str(path))
    command = f"chamber init {path.parent}"
    click.echo(_("Fill in what says change me, then run it once more: %(command)s") % {"command": command}, err=True)


def _tell(founding: "Founding") -> None:
    """A body's words on standard output, what to do with them beside it."""
    body, state = founding.config.body, _("founded now") if founding.new else _("founded before, nothing changed")
    click.echo(f"{body}: {founding.root_words}")
    click.echo(f"{body}: {state}", err=True)
    if not founding.new:
        return
    click.echo(_("%(body)s: these words belong in the gazette and on the wall") % {"body": body}, err=True)
    click.echo(_("%(body)s: keys are in %(keys)s") % {"body": body, "keys": founding.keys}, err=True)
    click.echo(
        _("%(body)s: move %(key)s to a place that is offline; the controller never needs it")
        % {"body": body, "key": founding.root_key},
        err=True,
    )
