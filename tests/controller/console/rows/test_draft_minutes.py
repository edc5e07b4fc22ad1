"""The draft of the minutes, and what is listed as voided or corrected."""

from dataclasses import replace

from controller.console.rows.draft_minutes import draft_minutes, errata, inputs
from controller.console.snapshot import Snapshot
from controller.desk.documents import NamedAnswer
from protocol.explain import ENGLISH
from tests.controller.console.rows.days import day, ended, with_items, with_votes
from tests.controller.console.snapshots import idle, with_vote


def test_a_draft_of_a_sitting() -> None:
    """Sitting, attendance, items in their order with votes, sentences and names; tests are left out."""
    assert [line.text for line in draft_minutes(with_items(day()), ENGLISH, 79)] == [
        "DRAFT OF THE MINUTES",
        "Sitting s-12, 2026-11-30. In the chair: The chair.",
        "Present: 4 of 5 members.",
        "Absent: Member 005 Surname.",
        "",
        "1. Minutes of the 11th sitting",
        "  decided, decision number 12",
        "  Vote 1 (open): Title of first",
        "    VOID, reason: wrong-text. Basis: Decision 4.",
        "    For 3, against 0, abstained 0.",
        "    It was repeated as vote 2.",
        "    for (3): Member 001 Surname, Member 002 Surname, Member 004 Surname",
        "    not voting (1): Member 003 Surname",
        "    absent (1): Member 005 Surname",
        "  Vote 2 (open): Title of again",
        "    Needed 2: more than half of the votes for and against, 1 of them against.",
        "    For 2, against 1, abstained 0. Adopted.",
        "    It repeats vote 1.",
        "    for (2): Member 001 Surname, Member 002 Surname",
        "    against (1): Member 003 Surname",
        "    not voting (1): Member 004 Surname",
        "    absent (1): Member 005 Surname",
        "  Vote 3 (on paper): Title of papers",
        "    Needed 2: more than half of the votes for and against, 1 of them against.",
        "    For 3, against 1, abstained 0. Adopted.",
        "",
        "2. Amendments to the 2026 budget",
        "  active",
        "  Vote 4 (open): Title of last",
        "    Needed 3: more than half of the votes for and against, 2 of them against.",
        "    For 1, against 2, abstained 0. Not adopted.",
        "    The result is not announced yet.",
        "    for (1): Member 001 Surname",
        "    against (2): Member 002 Surname, Member 003 Surname",
        "    not voting (1): Member 004 Surname",
        "    absent (1): Member 005 Surname",
        "",
        "3. Local tax rates for 2027",
        "  deferred",
        "",
        "3.1. Property tax",
        "  noted",
        "",
        "4. Any other business",
        "  withdrawn",
    ]


def test_a_running_vote_is_mentioned_and_no_more() -> None:
    """No figure of it."""
    lines = [line.text for line in draft_minutes(with_vote("open", answered=9), ENGLISH, 79)]
    at = lines.index("  Vote 1 (open): Amendments to the 2026 budget")
    assert lines[at + 1 : at + 3] == ["    The vote runs.", ""]


def test_a_vote_on_no_item_stands_at_the_end() -> None:
    """It is not lost."""
    known = idle(5)
    lines = [line.text for line in draft_minutes(with_votes(known, ended(known, "v", "fffff", item="")), ENGLISH, 79)]
    assert "  Vote 1 (open): Title of v" in lines[lines.index("4. Any other business") :]


def test_before_a_sitting_there_is_nothing_to_write() -> None:
    """Said in a sentence."""
    assert [line.text for line in draft_minutes(Snapshot(), ENGLISH, 79)] == [
        "No sitting is open: there is nothing to write."
    ]


def test_errata_list_what_was_voided_repeated_entered_or_decided_by_the_chair() -> None:
    """One paragraph each; tests are left out."""
    known = day()
    entered = (NamedAnswer("m-0001", "M", "", "for", ("for",), entered=1),)
    votes = {**known.votes, "last": replace(known.votes["last"], casting="against", answers=entered)}
    assert " ".join(line.text for line in errata(replace(known, votes=votes), ENGLISH, 200)) == (
        "Vote 1, Title of first: VOID, reason: wrong-text. Basis: Decision 4. It was repeated as vote 2. "
        "Vote 2, Title of again: It repeats vote 1. "
        "Vote 4, Title of last: A casting vote decided it: not adopted. 1 answer was entered."
    )


def test_without_errata_that_is_said() -> None:
    """An empty list would look like one that is missing."""
    assert [line.text for line in errata(idle(), ENGLISH, 79)] == ["Nothing was voided, repeated or corrected."]


def test_the_clock_makes_no_draft_anew() -> None:
    """What arrives does."""
    known = day()
    later = replace(known, now=replace(known.now, ts=known.now.ts + 1_000, number=101))
    assert inputs(known) == inputs(later)
    assert inputs(known) != inputs(with_items(known))
