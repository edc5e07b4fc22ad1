"""What a console asks before an act with consequences: the words of the question, from what is known. Pure.

Source: `docs/protocol.md` sections 6.2 and 7.2.
"""

from dataclasses import dataclass
from typing import Final

from controller.console.catalogue import Selection, texts_of
from controller.console.snapshot import Snapshot
from protocol.explain import Catalogue
from protocol.seat_status import ONLINE

QUIT: Final = "quit"
_SEATS_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. `lines` say what it is about, `warnings` what speaks against it; `confirm` is a key."""

    action: str
    title: str
    lines: tuple[str, ...]
    warnings: tuple[str, ...]
    confirm: str
    label: str


def question_of(action: str, snapshot: Snapshot, selection: Selection, words: Catalogue, confirm: str) -> Asked:
    """The question about an action of the catalogue, or about leaving (`QUIT`)."""
    if action == QUIT:
        leaves = (words.gettext("A running vote goes on without this console, and can be conducted from another one."),)
        return Asked(QUIT, words.gettext("Leave the console?"), leaves, (), confirm, words.gettext("Leave"))
    name, what = texts_of(words)[action]
    if action == "open":
        title, lines = words.gettext("Open the vote?"), _of_vote(snapshot, words)
        warnings = _against_opening(snapshot, selection, words)
    else:
        title, lines, warnings = f"{name}?", (what, *_about(action, snapshot, selection, words)), ()
        if action == "close":
            warnings = _missing(snapshot, words)
    return Asked(action, title, tuple(line for line in lines if line), warnings, confirm, name)


def item_line(snapshot: Snapshot, item: str, words: Catalogue) -> str:
    """`Item 3. Title`; "" for no item."""
    found = snapshot.item(item) if item else None
    if found is None:
        return ""
    return words.gettext("Item %(number)s. %(title)s") % {"number": snapshot.item_number(item), "title": found.title}


def mode_word(mode: str, words: Catalogue) -> str:
    """How a vote is held."""
    return {
        "open": words.gettext("open vote"), "secret": words.gettext("secret vote"),
        "paper": words.gettext("vote on paper"), "test": words.gettext("test vote, counts nowhere"),
    }.get(mode, mode)  # fmt: skip


def seats_in_fault(snapshot: Snapshot) -> tuple[str, ...]:
    """The places of seats that say they are unfit, or are gone, in the roster's order."""
    return tuple(
        seat.place
        for seat in snapshot.house.seats
        if seat.id in snapshot.health and snapshot.health[seat.id].state != ONLINE
    )


def faults_line(snapshot: Snapshot, words: Catalogue) -> str:
    """`Seats: 3, 8`; "" without faults."""
    faults = seats_in_fault(snapshot)
    if not faults:
        return ""
    more = ", …" if len(faults) > _SEATS_NAMED else ""
    return words.gettext("Seats in fault: %(seats)s") % {"seats": ", ".join(faults[:_SEATS_NAMED]) + more}


def quorum_line(snapshot: Snapshot, words: Catalogue) -> str:
    """`Quorum 62/67 ≥34 met`; only who is here where no quorum is asked."""
    quorum, all_ = snapshot.now.quorum, len(snapshot.house.members)
    if not quorum.needed:
        return words.gettext("Present %(here)d/%(all)d") % {"here": snapshot.present, "all": all_}
    state = words.gettext("met") if snapshot.quorum_met else words.gettext("MISSING")
    told = {"here": quorum.here, "all": all_, "needed": quorum.needed, "state": state}
    return words.gettext("Quorum %(here)d/%(all)d ≥%(needed)d %(state)s") % told


def _of_vote(snapshot: Snapshot, words: Catalogue) -> tuple[str, ...]:
    vote = snapshot.now.vote
    if vote is None:
        return ()
    how = f"{mode_word(vote.mode, words)} · {vote.rule.title}"
    present = words.gettext("Present: %(here)d") % {"here": snapshot.present}
    return (
        item_line(snapshot, vote.item, words), vote.title, how, snapshot.needed_sentence(words),
        f"{present} · {quorum_line(snapshot, words)}",
    )  # fmt: skip


def _against_opening(snapshot: Snapshot, selection: Selection, words: Catalogue) -> tuple[str, ...]:
    vote, found = snapshot.now.vote, []
    if vote is not None and selection.item and selection.item != vote.item:
        numbers = {
            "selected": snapshot.item_number(selection.item) or "-", "active": snapshot.item_number(vote.item) or "-",
        }  # fmt: skip
        found.append(
            words.gettext("You have selected item %(selected)s. The vote is on item %(active)s, the active one.")
            % numbers
        )
    if not snapshot.quorum_met:
        found.append(words.gettext("There is no quorum."))
    found.append(faults_line(snapshot, words))
    return tuple(line for line in found if line)


def _about(action: str, snapshot: Snapshot, selection: Selection, words: Catalogue) -> tuple[str, ...]:
    """The item, member or sitting that an act is about."""
    if action == "reopen-item":
        return (item_line(snapshot, selection.item, words),)
    if action in {"note", "defer", "withdraw-item", "close-list"}:
        return (item_line(snapshot, snapshot.now.item, words),)
    if action in {"mark-present", "mark-left", "mark-excused"}:
        return (snapshot.name_of(selection.member),)
    if action in {"close", "announce"} and snapshot.now.vote is not None:
        return (snapshot.now.vote.title,)
    if action in {"open-sitting", "resume-sitting"}:
        return (snapshot.house.sitting, quorum_line(snapshot, words))
    return ()


def _missing(snapshot: Snapshot, words: Catalogue) -> tuple[str, ...]:
    missing = len(snapshot.missing())
    if not missing:
        return ()
    told = words.ngettext("%(n)d member has not voted.", "%(n)d members have not voted.", missing)
    return (told % {"n": missing},)
