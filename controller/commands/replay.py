"""`chamber replay`: a real sitting through simulated seats, compared with what the body itself printed."""

import json
import tempfile
import time
from pathlib import Path

import click

DIFFERS = 6


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where the package goes; a new temporary folder if not given."
)
@click.option(
    "--broker", default="embedded://127.0.0.1:0", show_default=True, help="An outer broker, as mqtt://HOST:PORT."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def replay(file: Path, out: Path | None, broker: str, *, as_json: bool) -> None:
    """Replay a real sitting; exit 6 if a figure differs that the file itself does not explain."""
    import asyncio

    from controller.export import check_writable
    from controller.replay import replay_sitting, sitting_id_of
    from controller.sitting_file import read_sitting_file
    from controller.terminal import progress

    sitting = read_sitting_file(file)
    target = out or Path(tempfile.mkdtemp(prefix="chamber-replay-"))
    check_writable(target)
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="chamber-house-") as work,
        progress(len(sitting.votes), file.stem) as advance,
    ):
        replayed = asyncio.run(
            replay_sitting(sitting, sitting_id_of(file), Path(work), target, broker, lambda _vote: advance())
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
        for vote in comparison.votes:
            click.echo(f"{vote['id']}: {vote['outcome'] or 'counted'}. {vote['why']}")
        for entry in comparison.skipped:
            click.echo(f"{entry['vote']}: skipped, {entry['reason']}")
        for kind in ("explained", "differences"):
            for entry in document[kind]:  # type: ignore[attr-defined]
                click.echo(f"{kind}: {entry}", err=True)
        click.echo(
            f"{len(comparison.votes)} votes, {len(comparison.differences)} differences; package: {replayed.package or 'none'}"
        )
    if comparison.differences:
        raise SystemExit(DIFFERS)
