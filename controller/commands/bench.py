"""`chamber bench`: this machine's figures beside its own physical limits."""

import json

import click

from controller.words import _


@click.command(help=_("Measure this machine and print a table; exit 0 also where a reach is not met."))
@click.option(
    "--seats", multiple=True, type=click.IntRange(2, 3_000), help=_("Sizes of chambers; 39 and 705 if not given.")
)
@click.option(
    "--records", default=150_000, show_default=True, type=click.IntRange(1), help=_("The log that is recovered.")
)
@click.option(
    "--votes", default=50, show_default=True, type=click.IntRange(1), help=_("Votes of the verified sitting.")
)
@click.option(
    "--rounds", default=7, show_default=True, type=click.IntRange(1, 15), help=_("Rounds behind each median.")
)
@click.option("--wire/--no-wire", default=True, show_default=True, help=_("Also over MQTT, and the seat client."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def bench(seats: tuple[int, ...], records: int, votes: int, rounds: int, *, wire: bool, as_json: bool) -> None:
    """Measure, and print what was measured."""
    from controller.bench.rows import write_table
    from controller.bench.run import BenchPlan, machine, run_bench
    from controller.terminal import progress

    plan = BenchPlan(sorted(set(seats)) or [39, 705], records, votes, rounds, wire)
    rows = run_bench(plan, progress)
    if as_json:
        click.echo(json.dumps({"rows": [row.as_json() for row in rows], "machine": machine()}, ensure_ascii=False))
    else:
        click.echo(write_table(rows))
