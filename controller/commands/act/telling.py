"""What `chamber act` prints: where a record stands, what follows from it, what is legal; and what a refusal is told."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from controller.words import _, catalogue, choose_language

if TYPE_CHECKING:
    from controller.commands.act.verb import Done, Work
    from protocol.state import VoteState


def tell(name: str, work: "Work", done: "Done", *, as_json: bool) -> None:
    """Print where the record stands, the result that followed it, and what is legal next."""
    from controller.procedures.legal import legal_verbs
    from controller.procedures.log_view import HASH_SHOWN

    view = work.view
    index = view.state.index_by_hash[done.record]
    sitting = work.sitting
    vote = sitting.votes.get(done.vote)
    result = _result(vote, index)
    legal = legal_verbs(view.state, sitting, vote if vote is not None and view.state.running is None else None)
    if as_json:
        about = {"vote": done.vote} if done.vote else {}
        document = {"verb": name, "record": done.record, "index": index, "sitting": sitting.id, **about}
        more = {"records": list(done.records)} if done.records else {}
        click.echo(json.dumps({**document, **result, **more, "legal": list(legal)}, ensure_ascii=False))
        return
    said = {"verb": f"{name} {done.vote}".strip(), "index": index, "hash": done.record[:HASH_SHOWN]}
    click.echo(_("%(verb)s: recorded at index %(index)d, hash %(hash)s") % said + "; " + _legal_words(legal))
    for note in (*done.notes, *_result_words(vote, result), *_waits(work, done)):
        click.echo(note)


def _result(vote: "VoteState | None", index: int) -> dict[str, Any]:
    """The result that followed the record at `index`, by what the vote stands at now."""
    if vote is None or not vote.results or vote.results[-1][1] < index:
        return {}
    record = vote.results[-1][2]
    counts = dict(zip(vote.arm.options, record.counts, strict=False))
    return {
        "result": {
            "outcome": record.outcome, "counts": counts, "needed": record.needed, "present": record.present,
            "elected": list(record.elected),
        }
    }  # fmt: skip


def _result_words(vote: "VoteState | None", result: dict[str, Any]) -> list[str]:
    from controller.procedures.entries import explain_by
    from protocol.explain import outcome_word

    if vote is None or not result:
        return []
    words = catalogue(choose_language())
    counts = ", ".join(f"{option} {count}" for option, count in result["result"]["counts"].items())
    elected = ", ".join(result["result"]["elected"])
    return [
        explain_by(vote, vote.rule, words)
        or " ".join(filter(None, [counts + ".", outcome_word(result["result"]["outcome"], words), elected]))
    ]


def _waits(work: "Work", done: "Done") -> list[str]:
    """What else a record needs before it takes effect."""
    from controller.procedures.log_view import HASH_SHOWN
    from protocol.record import By

    entry = work.view.state.pending.get(done.record)
    if entry is None:
        return []
    told = {"hash": done.record[:HASH_SHOWN]}
    if By.SECRETARY in entry.record.by:
        return [_("It takes effect when the chair acknowledges it: chamber act acknowledge %(hash)s") % told]
    return [_("It takes effect when the secretary acknowledges it: chamber act acknowledge %(hash)s") % told]


def tell_refusal(name: str, legal: Sequence[str]) -> None:
    """Say on standard error what stands against an act, by its name, and what is legal instead."""
    from controller.procedures.refusal_words import refusal_sentence

    click.echo(f"chamber: {refusal_sentence(name, catalogue(choose_language()))} ({name})", err=True)
    tell_legal(legal)


def tell_legal(legal: Sequence[str]) -> None:
    """Say on standard error what is legal now, if anything is."""
    if legal:
        click.echo(_legal_words(legal), err=True)


def _legal_words(legal: Sequence[str]) -> str:
    return _("legal now: %(verbs)s") % {"verbs": ", ".join(legal) or _("nothing")}
