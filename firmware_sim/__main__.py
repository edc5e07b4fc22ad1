"""`python -m firmware_sim seats`: a fleet of real seats on simulated hardware.

Commands come in on standard input, events go out on standard output, one JSON object a line; talk goes to standard
error.
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
@click.option("--save-plan", type=click.Path(path_type=Path), help="With COUNT: write the plan that was made.")
@click.option("--verbose", is_flag=True, help="Log every seat on standard error.")
def seats(
    count: int | None,
    plan_path: Path | None,
    brokers: tuple[str, ...],
    *,
    seed: int,
    chamber: str,
    body: str,
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
        asyncio.run(serve(plan, brokers, sys.stdin.fileno(), sys.stdout.buffer))
    except (ChamberError, OSError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(_CONFIGURATION) from error
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None


if __name__ == "__main__":
    main(prog_name="python -m firmware_sim")
