"""`chamber prepare`: what a sitting's file says, and everything that is missing or wrong before it can be held."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.words import LANGUAGES, _

if TYPE_CHECKING:
    from controller.installation import Installation
    from controller.preparing.preparation import Preparation, PreparedSitting, Problem
    from protocol.explain import Catalogue

NOT_READY = 3


@click.command(
    help=_("Check a sitting before it is held: agenda, documents, roster, seats, votes. Exit 3 if it is not ready.")
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), help=_("The installation; else CHAMBER_DIR, else here.")
)
@click.option("--language", type=click.Choice(LANGUAGES), help=_("Else CHAMBER_LANGUAGE, LC_ALL or LANG decide."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def prepare(file: Path, directory: Path | None, language: str | None, *, as_json: bool) -> None:
    """Check all of it, then say all of it."""
    from controller.preparing.preparation import prepare as check
    from controller.words import catalogue, choose_language

    words = catalogue(choose_language(language or ""))
    preparation = check(file, find_installation(directory), words)
    if as_json:
        click.echo(json.dumps(_document(preparation, words), ensure_ascii=False))
    else:
        _tell(preparation, words)
    if not preparation.ready:
        raise SystemExit(NOT_READY)


def find_installation(directory: Path | None) -> "Installation | None":
    """The installation; None where there is none, which is told among the problems. Raises `InstallationRefused`."""
    from controller.installation import is_installation, read_installation, state_directory

    place = state_directory(directory)
    return read_installation(place) if is_installation(place) else None


def _document(preparation: "Preparation", words: "Catalogue") -> dict[str, Any]:
    """What `--json` prints; without an outline nothing but the problems is known."""
    document: dict[str, Any] = {"ready": preparation.ready}
    if preparation.outline is not None:
        document |= _outline(preparation.outline, words)
    return document | {"problems": [asdict(problem) for problem in preparation.problems]}


def _outline(sitting: "PreparedSitting", words: "Catalogue") -> dict[str, Any]:
    return {
        "sitting": sitting.sitting, "title": sitting.title, "day": sitting.day, "body": sitting.body,
        "statutory": sitting.roster.statutory, "in_office": sitting.roster.in_office,
        "members": len(sitting.roster.members), "seats": len(sitting.roster.seats),
        "items": [{"id": item.id, "title": item.title, "parent": item.parent} for item in sitting.agenda.items],
        "votes": [
            {
                "vote": vote.vote, "item": vote.item, "title": vote.title, "rule": vote.rule, "mode": vote.mode,
                "options": vote.options, "needed": sitting.explain(vote, words),
            }
            for vote in sitting.votes
        ],
        "documents": [
            {"item": one.item, "file": one.file, "title": one.title, "size": one.size, "hash": one.hash}
            for one in sitting.documents
        ],
    }  # fmt: skip


def _tell(preparation: "Preparation", words: "Catalogue") -> None:
    """What is there, then what is not, then one line that says whether it can be held."""
    from controller.preparing.preparation import LEVELS

    if preparation.outline is not None:
        _tell_outline(preparation.outline, words)
    for level in LEVELS:
        _tell_problems(level, preparation.of_level(level), words)
    unready = len(preparation.of_level("missing")) + len(preparation.of_level("wrong"))
    click.echo()
    if not unready:
        click.echo(words.gettext("ready"))
        return
    said = words.ngettext("%(count)d thing is missing or wrong", "%(count)d things are missing or wrong", unready)
    click.echo(said % {"count": unready})


def _tell_outline(sitting: "PreparedSitting", words: "Catalogue") -> None:
    gettext = words.gettext
    click.echo(" · ".join(part for part in (sitting.title, sitting.sitting, sitting.body_name, sitting.day) if part))
    click.echo("\n" + gettext("Agenda"))
    documents = [document.item for document in sitting.documents]
    for item in sitting.agenda.items:
        count = documents.count(item.id)
        note = words.ngettext("%(count)d document", "%(count)d documents", count) % {"count": count} if count else ""
        indent = "    " if item.parent else "  "
        click.echo(f"{indent}{item.id}  {_line(item.title)}" + (f" ({note})" if note else ""))
    click.echo("\n" + gettext("Votes"))
    for vote in sitting.votes:
        click.echo(f"  {vote.vote}  {_line(vote.title)}")
        if needed := sitting.explain(vote, words):
            click.echo(f"      {vote.rule}, {vote.mode}: {needed}")
    roster = sitting.roster
    facts = {
        "members": len(roster.members), "in_office": roster.in_office, "statutory": roster.statutory,
        "seats": len(roster.seats), "cards": sum(bool(member["jwk"]) for member in roster.members),
        "devices": sum(bool(seat["jwk"]) for seat in roster.seats),
    }  # fmt: skip
    click.echo(
        "\n" + gettext("Members %(members)d (in office %(in_office)d of %(statutory)d), with cards %(cards)d") % facts
    )
    click.echo(gettext("Seats %(seats)d, with devices %(devices)d") % facts)


def _tell_problems(level: str, problems: "tuple[Problem, ...]", words: "Catalogue") -> None:
    titles = {
        "wrong": words.gettext("Wrong"),
        "missing": words.gettext("Missing"),
        "warning": words.gettext("Please look at"),
    }
    if problems:
        click.echo(f"\n{titles[level]}")
        for problem in problems:
            click.echo(f"  {problem.where}: {problem.words} [{problem.code}]")


def _line(text: str) -> str:
    """A title in one line; those of acts of law run to many."""
    return " ".join(text.split())
