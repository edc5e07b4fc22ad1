"""Simulated seat hardware, and real seats on it.

`python -m firmware_sim seats` runs a fleet: commands come in on standard input, events go out on standard output, one
JSON object a line; talk goes to standard error. `reader` is a PN532 with a card on a pseudo-terminal,
`card` a card in a PC/SC daemon.
"""

from pathlib import Path

import click

_CONFIGURATION = 3
_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Simulated seat hardware."""


@main.command()
@click.argument("count", type=click.IntRange(1), required=False)
@click.option("--plan", "plan_path", type=click.Path(path_type=Path), help="Seats, cards and their test keys.")
@click.option("--broker", "brokers", multiple=True, required=True, help="mqtt://host:port; give several for a list.")
@click.option("--seed", default=1, show_default=True, help="For throw-away keys and habits, with COUNT.")
@click.option("--chamber", default="load", show_default=True, help="With COUNT.")
@click.option("--body", default="load", show_default=True, help="With COUNT.")
@click.option("--hardware", is_flag=True, help="Every seat on a simulated reader, card and pins.")
@click.option("--save-plan", type=click.Path(path_type=Path), help="With COUNT: write the plan that was made.")
@click.option("--verbose", is_flag=True, help="Log every seat on standard error.")
def seats(  # noqa: PLR0913 - each option is an argument
    count: int | None,
    plan_path: Path | None,
    brokers: tuple[str, ...],
    *,
    seed: int,
    chamber: str,
    body: str,
    hardware: bool,
    save_plan: Path | None,
    verbose: bool,
) -> None:
    """Run the seats of --plan, or COUNT seats with keys that anyone can compute from --seed."""
    import asyncio
    import json
    import logging
    import sys

    from firmware_sim.plan import PlanRefused, load_plan, read_plan, throw_away_plan
    from firmware_sim.running import raise_file_limit, serve
    from protocol.errors import ChamberError
    from protocol.topics import Topics

    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, stream=sys.stderr)
    try:
        if (count is None) == (plan_path is None):
            raise PlanRefused("give either COUNT or --plan")
        if plan_path is not None:
            plan = load_plan(plan_path)
        else:
            made = json.dumps(throw_away_plan(count or 1, seed, Topics(chamber, body))).encode()
            plan = read_plan(made)
            if save_plan is not None:
                save_plan.write_bytes(made)
        raise_file_limit()
        asyncio.run(serve(plan, brokers, sys.stdin.fileno(), sys.stdout.buffer, hardware=hardware))
    except (ChamberError, OSError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(_CONFIGURATION) from error
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None


@main.command()
@click.option("--card", "name", default="none", show_default=True, help="piv, ntag424, uid, type2 or none.")
@click.option("--present", is_flag=True, help="The card lies on the reader from the start.")
@click.option("--relist", type=click.Choice(["strict", "lenient"]), default="strict", show_default=True)
@click.option("--pace", is_flag=True, help="Bytes take their time on the line.")
@click.option("--seed", default=1, show_default=True, help="Of the card's numbers and keys, and of the faults.")
@click.option("--fault", "faults", multiple=True, help="no-ack, two-cards, expired, ...: may be repeated.")
@click.option("--link", type=click.Path(path_type=Path), help="A symbolic link to make to the terminal.")
@click.option("--save-authority", type=click.Path(path_type=Path), help="Write the issuer of good PIV cards, DER.")
def reader(
    name: str,
    *,
    present: bool,
    relist: str,
    pace: bool,
    seed: int,
    faults: tuple[str, ...],
    link: Path | None,
    save_authority: Path | None,
) -> None:
    """Run a PN532 on a pseudo-terminal, whose path is the first line printed.

    SIGUSR1 lays the card down or takes it away; SIGTERM ends.
    """
    import asyncio

    from firmware_sim.cards.catalogue import authority
    from firmware_sim.reader import ReaderRefused, plan_reader, run_reader

    try:
        plan = plan_reader(name, relist, seed, faults)
        if save_authority is not None:
            save_authority.write_bytes(authority())
        asyncio.run(run_reader(plan, click.echo, present=present, paced=pace, link=link))
    except (ReaderRefused, OSError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(_CONFIGURATION) from error


@main.command()
@click.argument("name", type=click.Choice(["piv", "ntag424"]))
@click.option(
    "--vpcd", "address", required=True, metavar="HOST:PORT", help="Where the daemon's virtual reader listens."
)
@click.option("--seed", default=1, show_default=True, help="Of the card's numbers and keys.")
def card(name: str, *, address: str, seed: int) -> None:
    """Put a card into the virtual reader of a PC/SC daemon, until the daemon ends."""
    from firmware_sim.cards.catalogue import ISO_DEP, uid_of
    from firmware_sim.vpcd import VirtualCard, serve_card

    kind = ISO_DEP[name]
    host, _, port = address.rpartition(":")
    try:
        serve_card(VirtualCard(kind.application(seed, None), kind.ats, uid_of(seed, name)), host, int(port))
    except (OSError, ValueError) as error:
        click.echo(f"no virtual reader at {address}, give HOST:PORT: {error}", err=True)
        raise SystemExit(_CONFIGURATION) from error
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None


if __name__ == "__main__":
    main(prog_name="python -m firmware_sim")
