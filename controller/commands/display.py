"""`chamber display`: the hall's big screen, for any browser, until it is told to stop."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.words import LANGUAGES, _

if TYPE_CHECKING:
    from controller.desk.documents import House
    from controller.hall.compose import HallSettings
    from controller.hall.sizes import Sizes
    from controller.hall.source import Source

LANGUAGES_MAX = 2
PORT = 8080


@click.command(
    help=_(
        "Serve the hall's screen: item, speaker, vote and result, for a browser on the big screen, and at /overlay a "
        "strip for a broadcast. It reads what everybody may know, holds no key and acts on nothing."
    )
)
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), help=_("The installation; else CHAMBER_DIR, else here.")
)
@click.option("--body", default="", help=_("Whose sitting; CHAMBER/BODY where there is no installation."))
@click.option("--broker", default="", help=_("Where the controller is met, if not where chamber.toml says."))
@click.option(
    "--root", default="", help=_("The eight words or the thumbprint of the root; else the log on this machine says it.")
)
@click.option("--host", default="127.0.0.1", show_default=True, help=_("The address that browsers come to."))
@click.option("--port", type=click.IntRange(0, 65_535), default=PORT, show_default=True, help=_("0: any free port."))
@click.option("--behind-proxy", default="", help=_("The name under which a proxy with TLS shows this screen."))
@click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice(LANGUAGES),
    help=_("May be given twice: two languages side by side. Else the installation's."),
)
@click.option(
    "--distance-m", type=click.FloatRange(0.5, 100), default=8.0, show_default=True, help=_("To the farthest reader.")
)
@click.option(
    "--height-mm", type=click.FloatRange(100, 20_000), default=1_070.0, show_default=True, help=_("Of the picture.")
)
@click.option("--names/--no-names", default=True, show_default=True, help=_("Show the list of names after a result."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one line of JSON when the screen can be opened."))
def display(  # noqa: PLR0913 - one argument an option
    directory: Path | None,
    body: str,
    broker: str,
    root: str,
    languages: tuple[str, ...],
    *,
    host: str,
    port: int,
    behind_proxy: str,
    distance_m: float,
    height_mm: float,
    names: bool,
    as_json: bool,
) -> None:
    """Serve the screen."""
    import asyncio
    import signal

    from controller.hall.compose import HallSettings
    from controller.hall.sizes import sizes_of
    from controller.hall.source import hosts_of, source_of
    from controller.hall.tongues import Tongues
    from controller.installation import state_directory
    from controller.words import catalogue, choose_language

    if len(languages) > LANGUAGES_MAX:
        raise click.UsageError(_("a screen has room for two languages: say --language at most twice"))
    hosts = hosts_of(host, behind_proxy)
    source = source_of(state_directory(directory), body, broker, root)
    chosen = tuple(dict.fromkeys(languages)) or (choose_language(source.record),)
    tongues = Tongues(chosen, tuple(catalogue(language) for language in chosen), source.record)
    settings = HallSettings(tongues, source.council, names)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # a start cut short is interrupted either way
    try:
        asyncio.run(_serve(source, settings, sizes_of(distance_m, height_mm), host, port, hosts, as_json=as_json))
    finally:
        signal.signal(signal.SIGTERM, before)


async def _serve(
    source: "Source",
    settings: "HallSettings",
    sizes: "Sizes",
    host: str,
    port: int,
    hosts: frozenset[str],
    *,
    as_json: bool,
) -> None:
    import asyncio
    import signal

    from controller.hall.running import run_display

    if sizes.held:
        click.echo(
            _("warning: this screen is too small for this distance; text stays smaller than 16 minutes of arc"),
            err=True,
        )
    stop = asyncio.Event()
    async with run_display(source, settings, sizes, host, port, hosts, _warner(settings, sizes)) as shown:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        told = {"url": shown.url, "overlay": f"{shown.url}overlay", "broker": source.url}
        click.echo(_("screen at %(url)s, strip for a broadcast at %(overlay)s; reads %(broker)s") % told, err=True)
        if as_json:
            click.echo(json.dumps({"ready": True, **told}))
        await stop.wait()
    click.echo(_("stopped"), err=True)


def _warner(settings: "HallSettings", sizes: "Sizes") -> "Callable[[House], None]":
    """Says once which titles of the agenda need more than two lines on this screen."""
    from controller.hall.sizes import long_titles

    told: set[str] = set()

    def warn(house: "House") -> None:
        titles = [item.title for item in house.items]
        for title in long_titles(titles, sizes, len(settings.tongues.languages)):
            if title not in told:
                told.add(title)
                click.echo(_("warning: more than two lines on this screen: %(title)s") % {"title": title}, err=True)

    return warn
