"""A sitting with votes of every kind behind it, for the screens that list them."""

from dataclasses import replace
from typing import Any

from controller.console.snapshot import Snapshot
from controller.desk.documents import ItemNow, NamedAnswer, VoteLine, VoteRecord
from protocol.majority import Figures
from tests.controller.console.snapshots import NOON_MS, SIMPLE, idle

MINUTE_MS = 60_000


def ended(known: Snapshot, vote: str, standings: str, **changes: Any) -> VoteRecord:
    """A vote on item 1; a letter for each member: `f a b` chose, `-` did not vote, `x` was not there, `r` recused."""
    words = {"f": "for", "a": "against", "b": "abstain", "-": "not-voting", "x": "absent", "r": "recused"}
    answers = tuple(
        NamedAnswer(one.id, one.name, one.group, words[letter], (words[letter],) if letter in "fab" else ())
        for one, letter in zip(known.house.members, standings, strict=True)
    )
    counts = changes.pop("counts", None) or (standings.count("f"), standings.count("a"), standings.count("b"))
    here = len(standings) - standings.count("x")
    record = VoteRecord(
        "s-12", vote, f"open-{vote}".ljust(43, "O"), "E" * 43, "i-1", f"Title of {vote}", "open", "announced", SIMPLE,
        ("for", "against", "abstain"), counts, Figures(5, 5, here, counts[0], counts[1], sum(counts[2:3]), 0, here),
        "adopted" if counts[0] > counts[1] else "not-adopted", counts[1] + 1, (), "", standings.count("-"),
        standings.count("x"), standings.count("r"), 1, NOON_MS, "", "", "", "", answers,
    )  # fmt: skip
    return replace(record, **changes)


def with_votes(known: Snapshot, *records: VoteRecord) -> Snapshot:
    """These votes have ended, one a minute."""
    timed = [
        replace(one, ended_ms=one.ended_ms + number * MINUTE_MS if one.ended_ms else 0)
        for number, one in enumerate(records)
    ]
    lines = tuple(VoteLine(one.id, one.item, one.title, one.phase, one.mode, one.outcome, one.counts) for one in timed)
    return replace(known, now=replace(known.now, votes=lines), votes={one.id: one for one in timed})


def day() -> Snapshot:
    """Five members, four here: a test, a void vote and its repetition, one on paper, one that is not announced."""
    known = idle(5)
    first = ended(known, "first", "ff-fx", phase="void", void_code="wrong-text", void_basis="Decision 4")
    again = ended(known, "again", "ffa-x", repeats=first.open)
    first = replace(first, repeated_by=again.open)
    return with_votes(
        known,
        ended(known, "trial", "ff--x", mode="test", outcome="none"),
        first,
        again,
        ended(known, "papers", "----x", mode="paper", counts=(3, 1, 0)),
        ended(known, "last", "faa-x", phase="closed", item="i-2"),
    )


def with_items(known: Snapshot) -> Snapshot:
    """Item 1 decided, 2 active, 3 deferred, 3.1 noted, 4 withdrawn."""
    items = (
        ItemNow("i-1", "decided", "12"), ItemNow("i-2", "active"), ItemNow("i-3", "deferred"),
        ItemNow("i-3-1", "noted"), ItemNow("i-4", "withdrawn"),
    )  # fmt: skip
    return replace(known, now=replace(known.now, items=items))
