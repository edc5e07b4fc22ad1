"""`chamber verify`: needs no extra, reads a package and says whether it holds."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.words import _

if TYPE_CHECKING:
    from protocol.state import SittingState
    from protocol.verify import Verdict

NOT_VERIFIED = 7


@click.command(help=_("Recount a sitting from its evidence alone and name the first thing that is wrong."))
@click.argument("package", type=click.Path(path_type=Path))
@click.option("--root", "root_words", default="", help=_("The root key's eight words, from the gazette or the wall."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def verify(package: Path, root_words: str, *, as_json: bool) -> None:
    """Read, verify, tell; exit 7 if the evidence does not hold."""
    from controller.collector import collector_paused
    from controller.package_reader import read_package
    from protocol.errors import EvidenceRefused
    from protocol.keys import self_test
    from protocol.verify import Problem, Verdict, verify_package

    self_test()
    try:
        files = read_package(package)
        with collector_paused():
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
    click.echo(
        "\r" + _("%(done)d of %(total)d records checked") % {"done": done, "total": total}, nl=done == total, err=True
    )


def _tell(verdict: "Verdict") -> None:
    """The verdict in words, vote by vote."""
    if verdict.state is not None:
        _tell_votes(verdict.state.sittings[verdict.sitting])
    if verdict.problem is not None:
        where = {"step": verdict.problem.step, "file": verdict.problem.file, "reason": verdict.problem.reason}
        click.echo(_("wrong at step %(step)s, in %(file)s: %(reason)s") % where, err=True)
    else:
        figures = {"votes": verdict.votes, "ballots": verdict.ballots, "void": verdict.void, "sitting": verdict.sitting}
        click.echo(_("sitting %(sitting)s: votes %(votes)d, ballots %(ballots)d, void leaves %(void)d") % figures)
        if verdict.root == "unconfirmed":
            click.echo(_("root unconfirmed: compare with the words on the wall, --root WORDS"), err=True)
    click.echo(_("verdict: %(verdict)s, root %(root)s") % {"verdict": verdict.verdict, "root": verdict.root})


def _tell_votes(sitting: "SittingState") -> None:
    from controller.words import catalogue, choose_language
    from protocol.explain import explain_outcome
    from protocol.session_document import final_outcome, why_of
    from protocol.tally import count_vote

    words = catalogue(choose_language())
    for vote in sitting.votes.values():
        if vote.open_index < 0:
            continue
        tally = count_vote(vote)
        why = explain_outcome(vote.rule, tally.figures, vote.casting, words) if why_of(vote, tally) else ""
        mark = _(" (test)") if vote.arm.mode == "test" else ""
        void = _(" (void: %(code)s)") % {"code": vote.void_code} if vote.void_code else ""
        click.echo(f"{vote.arm.vote}{mark}{void}: {why or final_outcome(vote, tally)[0]}")
