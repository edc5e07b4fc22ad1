"""`chamber verify`: needs no extra, reads a package and says whether it holds."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from protocol.verify import Verdict

NOT_VERIFIED = 7


@click.command()
@click.argument("package", type=click.Path(path_type=Path))
@click.option("--root", "root_words", default="", help="The root key's eight words, from the gazette or the wall.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(package: Path, root_words: str, *, as_json: bool) -> None:
    """Recount a sitting from its evidence alone and name the first thing that is wrong."""
    from controller.package_reader import read_package
    from protocol.errors import EvidenceRefused
    from protocol.keys import self_test
    from protocol.verify import Problem, Verdict, verify_package

    self_test()
    try:
        files = read_package(package)
        verdict = verify_package(files, root_words, _progress if sys.stderr.isatty() and not as_json else None)
    except EvidenceRefused as error:
        verdict = Verdict(problem=Problem(error.step, error.file, error.reason))
    if as_json:
        click.echo(json.dumps(verdict.as_json(), ensure_ascii=False))
    else:
        _tell(verdict)
    if verdict.verdict not in {"verified", "unfinished"}:
        raise SystemExit(NOT_VERIFIED)


def _progress(done: int, total: int) -> None:
    click.echo(f"\r{done:,} of {total:,} records checked", nl=done == total, err=True)


def _tell(verdict: "Verdict") -> None:
    """The verdict in words, vote by vote."""
    from protocol.session_document import final_outcome, why_of
    from protocol.tally import count_vote

    if verdict.state is not None:
        for vote in verdict.state.sittings[verdict.sitting].votes.values():
            if vote.open_index < 0:
                continue
            tally = count_vote(vote)
            test = " (test)" if vote.arm.mode == "test" else ""
            click.echo(f"{vote.arm.vote}{test}: {final_outcome(vote, tally)[0]}. {why_of(vote, tally)}")
    if verdict.problem is not None:
        problem = verdict.problem
        click.echo(f"wrong at step {problem.step}, in {problem.file}: {problem.reason}", err=True)
    else:
        click.echo(
            f"sitting {verdict.sitting}: {verdict.votes} votes, {verdict.ballots} ballots, {verdict.void} void leaves"
        )
        if verdict.root == "unconfirmed":
            click.echo("root: unconfirmed. Compare the words on the wall: --root WORDS", err=True)
    click.echo(f"verdict: {verdict.verdict}, root {verdict.root}")
