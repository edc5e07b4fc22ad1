"""`chamber replay`: a real sitting through simulated seats, compared with what the body itself printed."""

import json
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.words import _

if TYPE_CHECKING:
    from controller.replay import Replayed

DIFFERS = 6


@click.command(help=_("Replay a real sitting; exit 6 if a figure differs that the file itself does not explain."))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help=_("Where the package goes; a new temporary folder if not given.")
)
@click.option(
    "--broker", default="embedded://127.0.0.1:0", show_default=True, help=_("An outer broker, as mqtt://HOST:PORT.")
)
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), help=_("Keep the controller's directory here, for `export`.")
)
@click.option("--hardware", is_flag=True, help=_("Every seat on a simulated reader, card and pins."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def replay(file: Path, out: Path | None, broker: str, directory: Path | None, *, hardware: bool, as_json: bool) -> None:
    """Replay, compare, print."""
    import asyncio

    from controller.export import check_writable
    from controller.replay import replay_sitting, sitting_id_of
    from controller.sitting_file import read_sitting_file
    from controller.terminal import progress

    sitting = read_sitting_file(file)
    target = out or Path(tempfile.mkdtemp(prefix="chamber-replay-"))
    check_writable(target)
    started = time.monotonic()
    with ExitStack() as stack:
        house = directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chamber-house-")))
        advance = stack.enter_context(progress(len(sitting.votes), file.stem))
        replayed = asyncio.run(
            replay_sitting(sitting, sitting_id_of(file), house, target, broker, lambda _: advance(), hardware=hardware)
        )
    comparison = replayed.comparison
    document = {
        "votes": comparison.votes, "differences": comparison.differences, "explained": comparison.explained,
        "skipped": comparison.skipped, "package": str(replayed.package or ""),
        "seconds": round(time.monotonic() - started, 3), "records": replayed.records,
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        _tell(replayed)
    if comparison.differences:
        raise SystemExit(DIFFERS)


def _tell(replayed: "Replayed") -> None:
    """The votes in words, then what differs."""
    comparison = replayed.comparison
    for vote in comparison.votes:
        click.echo(f"{vote['id']}: {vote['why']}")
    for entry in comparison.skipped:
        click.echo(_("%(vote)s: skipped, %(reason)s") % entry)
    for entry in comparison.explained:
        click.echo(_("explained: %(vote)s %(field)s, official %(official)s, ours %(ours)s") % entry, err=True)
    for entry in comparison.differences:
        click.echo(_("differs: %(vote)s %(field)s, official %(official)s, ours %(ours)s") % entry, err=True)
    figures = {"votes": len(comparison.votes), "differences": len(comparison.differences)}
    click.echo(_("votes %(votes)d, differences %(differences)d") % figures)
    if replayed.package is not None:
        click.echo(_("package: %(package)s") % {"package": replayed.package})
