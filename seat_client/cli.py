"""The command line of a seat: `chamber-seat run` and `chamber-seat selftest`.

Data on stdout, talk on stderr. Exit codes: 0 done, 1 failed, 2 usage, 3 configuration, 5 cannot reach, 130 interrupted.
Only click is loaded for `--help`; each command imports what it needs.
"""

from pathlib import Path

import click

_SETTINGS = click.option(
    "--settings",
    "path",
    type=click.Path(path_type=Path),
    default=Path("seat.toml"),
    show_default=True,
    help="The seat's settings.",
)
_NOT_INSTALLED = "%s is not installed: this seat's hardware needs pip install 'chamber-voting[seat-hardware]'"
_CONFIGURATION = 3
_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """One seat of the chamber: its card reader, buttons and lamp."""


@main.command()
@_SETTINGS
@click.option("--verbose", is_flag=True, help="Log every event.")
def run(path: Path, *, verbose: bool) -> None:
    """Run the seat until stopped."""
    import asyncio
    import logging
    import signal

    from protocol.errors import ChamberError
    from seat_client.assembly import make_service
    from seat_client.settings import read_settings

    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )

    async def serve() -> None:
        running = asyncio.ensure_future(make_service(read_settings(path)).run())
        stopped = asyncio.Event()

        def stop() -> None:
            stopped.set()
            running.cancel()

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
        try:
            await running
        except asyncio.CancelledError:
            if not stopped.is_set():
                raise

    try:
        asyncio.run(serve())
    except ChamberError as error:
        click.echo(error.fact, err=True)
        raise SystemExit(_CONFIGURATION) from error
    except ModuleNotFoundError as error:
        click.echo(_NOT_INSTALLED % error.name, err=True)
        raise SystemExit(_CONFIGURATION) from error
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None


@main.command()
@_SETTINGS
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def selftest(path: Path, *, as_json: bool) -> None:
    """Check key, clock, journal, reader, panel and broker, and print a verdict."""
    import asyncio
    import json

    from seat_client.selftest import examine

    try:
        verdict = asyncio.run(examine(path))
    except ModuleNotFoundError as error:
        click.echo(_NOT_INSTALLED % error.name, err=True)
        raise SystemExit(_CONFIGURATION) from error
    if as_json:
        click.echo(json.dumps(verdict.as_json(), ensure_ascii=False))
    else:
        for check in verdict.checks:
            click.echo(f"{'ok    ' if check.ok else 'FAILED'}  {check.name:<9} {check.detail}")
        click.echo("ready" if verdict.code == 0 else "not ready")
    raise SystemExit(verdict.code)
