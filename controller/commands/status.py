"""`chamber status`: where the sitting stands, what waits and what is legal now, from the log; or how the seats are."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.words import LANGUAGES, _

if TYPE_CHECKING:  # `--help` loads none of these
    from controller.installation import Installation
    from protocol.explain import Catalogue

Told = tuple[dict[str, Any], list[str]]
"""The same for machines and for people."""


@click.command(help=_("Say where the sitting stands, what waits and what is legal now. Before a close: no figures."))
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), help=_("The installation; else CHAMBER_DIR, else here.")
)
@click.option("--body", default="", help=_("Whose sitting, where an installation has more bodies than one."))
@click.option("--sitting", "asked", default="", help=_("Which sitting; the open one, else the newest, if not given."))
@click.option("--seats", is_flag=True, help=_("Say how the seats are instead; asks the running controller."))
@click.option("--as", "officer", default="", help=_("With --seats: which officer looks, by id or role."))
@click.option("--broker", default="", help=_("Where the controller is met, if not where chamber.toml says."))
@click.option("--language", type=click.Choice(LANGUAGES), help=_("Else CHAMBER_LANGUAGE, LC_ALL or LANG decide."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def status(directory: Path | None, language: str | None, *, seats: bool, as_json: bool, **given: str) -> None:
    """Read the store, without the controller and without any key; `--seats` connects as an officer."""
    from controller.installation import read_installation, state_directory
    from controller.words import catalogue, choose_language

    installation = read_installation(state_directory(directory))
    words = catalogue(choose_language(language or ""))
    found, lines = (_look_at_seats if seats else _read_log)(installation, words, given)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)


def _read_log(installation: "Installation", words: "Catalogue", given: dict[str, str]) -> Told:
    """`given`: body, asked (which sitting), officer and broker, each may be empty."""
    from controller.procedures.log_view import open_log
    from controller.procedures.status_view import status_lines, status_of
    from controller.service import unix_ms

    body, asked = given["body"], given["asked"]
    with open_log(installation.folder_of(body)) as log:
        view = log.view
        sitting = view.sitting(asked) if asked or view.state.sittings else None
        found = {
            "body": installation.body(body).body,
            **status_of(view, sitting, unix_ms(), words, installation.speeches),
        }
    return found, status_lines(found, words)


def _look_at_seats(installation: "Installation", words: "Catalogue", given: dict[str, str]) -> Told:
    """`given` as above."""
    import asyncio

    from controller.procedures.line import open_room
    from controller.seat_health import HealthBoard
    from controller.seat_watch import look_at_seats, places_of, watching_officer

    body, asked = given["body"], given["asked"]

    async def look() -> HealthBoard:
        async with open_room(installation, body, given["broker"]) as room:
            view = room.view
            sitting = view.sitting(asked) if asked or view.state.sittings else None
            board = HealthBoard(room.topics, places_of(view, sitting))
            await look_at_seats(room, watching_officer(view, given["officer"]), board)
            return board

    board = asyncio.run(look())
    return {"body": installation.body(body).body, **board.as_json()}, board.lines(words)
