"""The command line `chamber`: finds a command, runs it, turns errors into words and exit codes.

Only click is loaded until a command runs, so `--help` is quick and needs no extra.

Source: `docs/protocol.md` section 9 for the exit codes.
"""

import importlib
import sys

import click

from controller.words import _

COMMANDS = {
    "demo": _("A whole sitting of the bundled council, ending with a verified package."),
    "replay": _("Replay a real sitting through simulated seats and compare with the printed totals."),
    "init": _("Make an installation: its file, then the keys and the log of each body."),
    "controller": _("Serve all bodies of an installation."),
    "prepare": _("Check a sitting before it is held, and say what is missing."),
    "rehearse": _("Walk a prepared sitting on simulated seats, and sign what is ready."),
    "print": _("Sheets of paper for a sitting, in case the system fails."),
    "act": _("Act in a sitting as an officer: every procedure, a verb each."),
    "status": _("Where the sitting stands, what waits and what is legal now."),
    "console": _("Conduct a sitting from this terminal, drawn or in lines."),
    "display": _("The hall's big screen, for any browser."),
    "explain": _("Explain a rule of law, with or without figures."),
    "verify": _("Check a package, trusting nobody."),
    "export": _("Write a sitting's package from a controller's store."),
    "bench": _("Measure this machine against its own physical limits."),
}
INSTALL = "pip install 'chamber-voting[controller,sim]'"
FAILED, USAGE, CONFIGURATION, REFUSED, UNREACHABLE, DIFFERS, NOT_VERIFIED, INTERRUPTED = 1, 2, 3, 4, 5, 6, 7, 130
EXIT_CODES = {
    "store": UNREACHABLE, "fleet": FAILED, "output": CONFIGURATION, "sitting-file": CONFIGURATION,
    "key-file": CONFIGURATION, "installation": CONFIGURATION, "unreachable": UNREACHABLE,
    "card-register": CONFIGURATION,
    "not-prepared": CONFIGURATION, "rules": CONFIGURATION, "agenda": CONFIGURATION,
    "behind": CONFIGURATION, "damaged": CONFIGURATION, "unreadable": CONFIGURATION, "not-exportable": REFUSED,
    "not-found": REFUSED, "sheet": REFUSED, "officer": CONFIGURATION,
    "state": REFUSED, "stale": REFUSED, "extra-missing": CONFIGURATION,
}  # fmt: skip


class LazyGroup(click.Group):
    """A group whose commands are modules of `controller.commands`, loaded when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"controller.commands.{cmd_name}")
        name = cmd_name if hasattr(module, cmd_name) else f"{cmd_name}_"  # Python has a `print` of its own
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the commands from the table, without loading them."""
        with formatter.section(_("Commands")):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=_("The system a council votes with: signed at the seat, kept in a log that anyone can re-check."),
)
@click.version_option(package_name="chamber-voting", prog_name="chamber")
def chamber() -> None:
    """Stand for all commands."""


def main() -> None:
    """Run the command line. Exit codes: `docs/protocol.md` section 9."""
    try:
        chamber.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo(_("interrupted"), err=True)
        sys.exit(INTERRUPTED)
    except ModuleNotFoundError as error:
        click.echo(
            _("%(name)s is not installed: this command needs %(how)s") % {"name": error.name, "how": INSTALL}, err=True
        )
        sys.exit(CONFIGURATION)
    except Exception as error:
        code = exit_code_of(error)
        if code is None:
            raise
        click.echo(f"chamber: {error}", err=True)
        sys.exit(code)


def exit_code_of(error: BaseException) -> int | None:
    """The exit code of an error that a person can act on; None for a bug of ours."""
    from protocol.errors import ChamberError

    if type(error).__name__ == "ActRefused":
        return REFUSED
    if isinstance(error, ChamberError):
        return EXIT_CODES.get(error.code, FAILED)
    return {"BrokerUnreachable": UNREACHABLE, "BusUrlRefused": CONFIGURATION}.get(type(error).__name__)
