"""`chamber controller`: serves every body of the installation until it is told to stop."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.words import _

if TYPE_CHECKING:
    from controller.installation import Installation
    from controller.serving import Served


@click.command(help=_("Serve all bodies of an installation until interrupted; say where officers and seats connect."))
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), help=_("The installation; else CHAMBER_DIR, else here.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one line of JSON for each body when all are served."))
def controller(directory: Path | None, *, as_json: bool) -> None:
    """Claim, recover, serve."""
    import asyncio
    import signal

    from controller.installation import read_installation, state_directory

    installation = read_installation(state_directory(directory))
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # a start cut short is interrupted either way
    try:
        asyncio.run(_serve(installation, as_json=as_json))
    finally:
        signal.signal(signal.SIGTERM, before)


async def _serve(installation: "Installation", *, as_json: bool) -> None:
    import asyncio
    import signal

    from controller.serving import serve_installation

    stop = asyncio.Event()
    async with serve_installation(installation) as bodies:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        for body in bodies:
            _tell(body, as_json=as_json)
        await stop.wait()
    click.echo(_("stopped"), err=True)


def _tell(served: "Served", *, as_json: bool) -> None:
    """What a person wants to see of a body, and the line that scripts wait for."""
    memory, body = served.service.recorder.memory, served.config.body
    sitting = memory.sitting
    at_hand = f"{sitting.id} ({sitting.phase.value})" if sitting is not None else _("none")
    facts = {
        "body": body, "url": served.url, "words": served.root_words, "size": memory.state.size, "sitting": at_hand,
    }  # fmt: skip
    for line in (
        _("%(body)s: serving at %(url)s"),
        _("%(body)s: root words %(words)s"),
        _("%(body)s: records in the log %(size)d, sitting at hand: %(sitting)s"),
    ):
        click.echo(line % facts, err=True)
    if as_json:
        click.echo(json.dumps({"ready": True, "body": body, "url": served.url, "size": memory.state.size}))
