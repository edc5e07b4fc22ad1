"""`chamber console`: conduct a sitting, or keep its record, from a terminal; drawn, or in lines with `--plain`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.words import LANGUAGES, _

if TYPE_CHECKING:
    from controller.conduct import VotePlan
    from controller.console.client import ConsoleClient
    from controller.installation import Installation
    from protocol.explain import Catalogue

THEMES = ("dark", "light", "high-contrast")
PLAIN = "CHAMBER_PLAIN"


@click.command(
    help=_(
        "Conduct a sitting from this terminal: every key is shown at the bottom of the screen. It owns nothing of the "
        "sitting: closing it changes nothing, and several may be open."
    )
)
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), help=_("The installation; else CHAMBER_DIR, else here.")
)
@click.option("--body", default="", help=_("Whose sitting, where an installation has more bodies than one."))
@click.option("--as", "officer", default="chair", show_default=True, help=_("Whose console, by id or role."))
@click.option("--broker", default="", help=_("Where the controller is met, if not where chamber.toml says."))
@click.option("--prepared", type=click.Path(path_type=Path), help=_("The votes of this sitting.toml come one by one."))
@click.option(
    "--last-call", type=click.IntRange(0, 30), default=5, show_default=True, help=_("Seconds from last call to close.")
)
@click.option("--language", type=click.Choice(LANGUAGES), help=_("Else CHAMBER_LANGUAGE, LC_ALL or LANG decide."))
@click.option("--theme", type=click.Choice(THEMES), default="dark", show_default=True, help=_("How it looks."))
@click.option("--ascii", "ascii_only", is_flag=True, help=_("Signs of plain ASCII only."))
@click.option(
    "--plain", is_flag=True, help=_("Lines in and out, for screen readers and braille; also CHAMBER_PLAIN=1.")
)
def console(  # noqa: PLR0913 - one argument an option
    directory: Path | None,
    body: str,
    officer: str,
    broker: str,
    prepared: Path | None,
    last_call: int,
    language: str | None,
    theme: str,
    *,
    ascii_only: bool,
    plain: bool,
) -> None:
    """Sit down at the console of an officer."""
    import asyncio

    from controller.console.app import Options
    from controller.installation import read_installation, state_directory
    from controller.words import catalogue, choose_language

    spoken = choose_language(language or "")
    installation = read_installation(state_directory(directory))
    in_lines = plain or os.environ.get(PLAIN) == "1" or os.environ.get("TERM") == "dumb"
    if not in_lines and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError(_("the console is drawn on a terminal, on its standard error: or say --plain"))
    series = _series(installation, body, prepared, catalogue(spoken))
    options = Options(language=spoken, theme=theme, ascii_only=ascii_only, last_call_s=float(last_call))
    asyncio.run(_sit(_Chosen(installation, body, officer, broker, series), options, in_lines=in_lines))


class _Chosen:
    """Whose console, and where its controller is."""

    def __init__(
        self, installation: "Installation", body: str, officer: str, broker: str, series: "tuple[VotePlan, ...]"
    ) -> None:
        self.installation, self.body, self.officer, self.broker = installation, body, officer, broker
        self.series = series

    def client(self) -> "ConsoleClient":
        """The console's line, not yet connected. Raises `NotFound`, `KeyFileRefused`, `InstallationRefused`."""
        from controller.console.client import ConsoleClient
        from controller.founding import officer_key
        from controller.installation import connect_url
        from controller.procedures.log_view import open_log
        from controller.recovery import topics_of
        from protocol.keys import key_of_jwk

        folder = self.installation.folder_of(self.body)
        with open_log(folder) as log:
            trust = log.view.state.trust
            assert trust is not None, "a log that can be opened is founded"
            officer, root = log.view.officer(self.officer), key_of_jwk(trust.root).thumbprint
            topics = topics_of(log.view.memory)
        url = self.broker or connect_url(self.installation, self.body)
        return ConsoleClient(officer, officer_key(folder / "keys", officer), root, topics, url, series=self.series)


def _series(installation: "Installation", body: str, path: Path | None, words: "Catalogue") -> "tuple[VotePlan, ...]":
    """The votes of a prepared sitting in their order. Raises `SheetRefused`: a line for all that is wrong."""
    if path is None:
        return ()
    from controller.preparing.preparation import prepare
    from controller.procedures.entries import SheetRefused

    found = prepare(path, installation, words)
    if found.sitting is None or found.sitting.body != installation.body(body).body:
        problems = [f"{one.where}: {one.words}" for level in ("wrong", "missing") for one in found.of_level(level)]
        raise SheetRefused("\n".join([_("%(file)s cannot be used yet:") % {"file": path}, *problems]))
    return found.sitting.votes


async def _sit(chosen: _Chosen, options: object, *, in_lines: bool) -> None:
    """Connect, and sit there until the person leaves. Raises `ControllerSilent`: nobody answers."""
    import asyncio

    from controller.console.app import ConsoleApp, Options
    from controller.console.plain.keyboard import lines_of
    from controller.console.plain.session import PlainSession
    from controller.console.screens import bodies_of
    from controller.mqtt.bus import BrokerUnreachable
    from controller.procedures.line import ANSWER_S, silent
    from controller.words import catalogue

    assert isinstance(options, Options), "made above"
    client = chosen.client()
    entered = False
    try:
        async with asyncio.timeout(ANSWER_S) as connecting, client:
            await client.until_known()
            connecting.reschedule(None)
            entered = True
            if in_lines:
                session = PlainSession(client, catalogue(options.language), _say, last_call_s=options.last_call_s)
                await session.run(lines_of(sys.stdin))
            else:
                role = client.snapshot().role
                bodies = bodies_of(role, ascii_only=options.ascii_only)
                await ConsoleApp(client, options, bodies).run_async()
    except (TimeoutError, BrokerUnreachable) as error:
        if entered:
            raise
        raise silent(chosen.broker or client.url) from error


def _say(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()
