"""`chamber demo`: a whole sitting of the bundled council in the terminal, ending with a verified package."""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.words import LANGUAGES, _

if TYPE_CHECKING:
    from controller.demo import Demo
    from protocol.explain import Catalogue

PACE_S = 1.0
"""Seconds between scenes where a person watches."""


@click.command(help=_("Hold a whole sitting of an invented assembly and verify its package."))
@click.option("--seats", type=click.IntRange(3, 300), default=39, show_default=True, help=_("How many members sit."))
@click.option("--headless", is_flag=True, help=_("Plain lines, no waiting."))
@click.option(
    "--out", type=click.Path(path_type=Path), help=_("Where the package goes; a new temporary folder if not given.")
)
@click.option("--language", type=click.Choice(LANGUAGES), help=_("Else CHAMBER_LANGUAGE, LC_ALL or LANG decide."))
@click.option("--pace", type=click.FloatRange(0, 60), help=_("Seconds between scenes; 1 if a person watches, else 0."))
@click.option(
    "--hardware/--software", default=None, help=_("Seats on simulated readers, cards and pins; if not said, up to 100.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def demo(
    seats: int,
    out: Path | None,
    language: str | None,
    pace: float | None,
    *,
    headless: bool,
    hardware: bool | None,
    as_json: bool,
) -> None:
    """Run the demo."""
    import asyncio

    from controller.demo import run_demo
    from controller.demo_council.council import read_council
    from controller.export import check_writable
    from controller.house import HARDWARE_SEATS_MAX
    from controller.terminal import print_table, watch
    from controller.words import catalogue, choose_language

    spoken = choose_language(language or "")
    on_hardware = seats <= HARDWARE_SEATS_MAX if hardware is None else hardware
    target = out or Path(tempfile.mkdtemp(prefix="chamber-demo-"))
    check_writable(target)
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="chamber-house-") as work,
        watch(catalogue(spoken), headless=headless) as (audience, watched),
    ):
        pace_s = pace if pace is not None else PACE_S if watched else 0.0
        done = asyncio.run(
            run_demo(read_council(seats), Path(work), target, audience, spoken, pace_s, hardware=on_hardware)
        )
    if watched:
        print_table(done.lines, catalogue(spoken))
    _print(done, round(time.monotonic() - started, 3), catalogue(spoken), as_json=as_json)


def _print(done: "Demo", seconds: float, words: "Catalogue", *, as_json: bool) -> None:
    """The data, on standard output."""
    verdict = done.verdict
    if as_json:
        document = {
            "votes": done.votes, "package": str(done.package), "verdict": verdict.as_json(),
            "root_words": done.root_words, "seconds": seconds,
        }  # fmt: skip
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    click.echo(words.gettext("package: %(package)s") % {"package": done.package})
    click.echo(words.gettext("root words: %(words)s") % {"words": done.root_words})
    assert (verdict.verdict, verdict.root) == ("verified", "confirmed"), "a demo ends here or fails"
    said = {"verdict": words.pgettext("verdict", "verified"), "root": words.pgettext("root", "confirmed")}
    counted = {"sitting": verdict.sitting, "votes": verdict.votes, "ballots": verdict.ballots, "void": verdict.void}
    click.echo(words.gettext("verdict: %(verdict)s, root %(root)s") % said)
    click.echo(
        words.gettext("sitting %(sitting)s: votes %(votes)d, ballots %(ballots)d, void leaves %(void)d") % counted
    )
    sys.stdout.flush()
    check = f"chamber verify {done.package} --root {done.root_words}"
    click.echo(words.gettext("Check it yourself: %(command)s") % {"command": check}, err=True)
