"""`chamber export`: a sitting's package from a controller's directory."""

import json
import os
from pathlib import Path

import click

from controller.words import _


@click.command(help=_("Write the next version of a sitting's package, signed by the secretary, and print its folder."))
@click.argument("sitting")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    help=_("The controller's directory; else CHAMBER_DIR, else here."),
)
@click.option("--body", default="", help=_("Whose sitting, where an installation has more bodies than one."))
@click.option(
    "--out", type=click.Path(path_type=Path), help=_("Where packages go; `packages` in the directory if not given.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def export(sitting: str, directory: Path | None, body: str, out: Path | None, *, as_json: bool) -> None:
    """Rebuild the log from the store and export from it."""
    from controller.export import check_writable, export_package
    from controller.founding import officer_key, read_keys
    from controller.installation import is_installation, read_installation, state_directory
    from controller.recovery import recover, topics_of
    from controller.store import Store

    place, secretary_id = state_directory(directory), "secretary"
    if body or is_installation(place):
        installation = read_installation(place)
        place = installation.folder_of(body)
        secretary_id = installation.body(body).officer_with("secretary").id
    target = out or place / "packages"
    keys, secretary = read_keys(place / "keys"), officer_key(place / "keys", secretary_id)
    check_writable(target)
    store = Store(place)
    try:
        recorder = recover(store, keys, topics_of, os.urandom)
        folder = export_package(store, recorder.memory, recorder.checkpoint, sitting, secretary, target)
    finally:
        store.close()
    click.echo(json.dumps({"package": str(folder)}) if as_json else str(folder))
