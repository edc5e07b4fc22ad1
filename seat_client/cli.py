"""The command line of a seat: `chamber-seat run`, `selftest` and `key`.

Data on stdout, talk on stderr. Exit codes: 0 done, 1 failed, 2 usage, 3 configuration, 5 cannot reach, 130 interrupted.
Only click is loaded for `--help`; each command imports what it needs.
"""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from protocol.keys import PublicKey

_SETTINGS = click.option(
    "--settings",
    "path",
    type=click.Path(path_type=Path),
    default=Path("seat.toml"),
    show_default=True,
    help="The seat's settings.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_NOT_INSTALLED = "%s is not installed: this seat's hardware needs pip install 'chamber-voting[seat-hardware]'"
_CONFIGURATION = 3
_UNREACHABLE = 5
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
@_JSON
@click.option("--lamps", is_flag=True, help="Light each lamp and ask for each button instead.")
@click.option("--figures", is_flag=True, help="Measure speed and idle load as well; takes about ten seconds.")
def selftest(path: Path, *, as_json: bool, lamps: bool, figures: bool) -> None:
    """Check key, clock, journal, reader, panel and broker, and print a verdict."""
    import asyncio
    import json

    from seat_client.selftest import examine

    if lamps:
        if as_json:
            raise click.UsageError("--lamps is for eyes and fingers: leave --json out")
        _look_at_panel(path)
    try:
        verdict = asyncio.run(examine(path, figures=figures))
    except ModuleNotFoundError as error:
        click.echo(_NOT_INSTALLED % error.name, err=True)
        raise SystemExit(_CONFIGURATION) from error
    if as_json:
        click.echo(json.dumps(verdict.as_json(), ensure_ascii=False))
    else:
        for check in verdict.checks:
            click.echo(f"{'ok    ' if check.ok else 'FAILED'}  {check.name:<9} {check.detail}")
        for name, figure in verdict.figures.items():
            click.echo(f"        {name} {figure}")
        click.echo("ready" if verdict.code == 0 else "not ready")
    raise SystemExit(verdict.code)


def _look_at_panel(path: Path) -> NoReturn:
    """Lamps for the eye, and buttons where somebody sits at a terminal."""
    import asyncio
    import sys

    from protocol.errors import ChamberError
    from seat_client.selftest import show_panel

    ask = sys.stdin.isatty()
    try:
        code = asyncio.run(show_panel(path, click.echo, ask=ask))
    except ChamberError as error:
        click.echo(error.fact, err=True)
        raise SystemExit(_CONFIGURATION if error.code == "settings" else _UNREACHABLE) from error
    except ModuleNotFoundError as error:
        click.echo(_NOT_INSTALLED % error.name, err=True)
        raise SystemExit(_CONFIGURATION) from error
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None
    if not ask:
        click.echo("buttons are asked for at a terminal only", err=True)
    raise SystemExit(code)


@main.group()
def key() -> None:
    """The seat's device key."""


@key.command("new")
@click.argument("path", type=click.Path(path_type=Path))
@_JSON
def key_new(path: Path, *, as_json: bool) -> None:
    """Make a device key in the new file PATH and print its public key."""
    import secrets

    from protocol.errors import ChamberError
    from protocol.keys import ED25519_KEY_BYTES
    from seat_client.key_file import write_key_file

    try:
        signer = write_key_file(path, secrets.token_bytes(ED25519_KEY_BYTES))
    except ChamberError as error:
        click.echo(error.fact, err=True)
        raise SystemExit(_CONFIGURATION) from error
    _print_key(signer.public, as_json=as_json)


@key.command("show")
@click.argument("address", metavar="PATH")
@_JSON
def key_show(address: str, *, as_json: bool) -> None:
    """Print the public key of the file PATH, or of a pkcs11: address."""
    from protocol.errors import ChamberError
    from seat_client.device_key import key_address, open_device_key

    try:
        signer = open_device_key(key_address(address))
    except ChamberError as error:
        click.echo(error.fact, err=True)
        raise SystemExit(_CONFIGURATION) from error
    _print_key(signer.public, as_json=as_json)


def _print_key(public: "PublicKey", *, as_json: bool) -> None:
    """The column `device` of the table of seats wants `x`; the log names the thumbprint."""
    import json

    x = public.jwk()["x"]
    click.echo(json.dumps({"x": x, "thumbprint": public.thumbprint}) if as_json else x)
