"""What has happened between two moments, a line each, numbers first where there are any: pure.

Before a vote's end the lines tell how many have answered, at the quarters and never more, and never what.

Source: reference of the console, plain mode; `docs/protocol.md` section 7.
"""

from collections.abc import Iterator

from controller.console.snapshot import Snapshot, why_sentence
from controller.desk.documents import VoteNow
from protocol.explain import Catalogue

QUARTERS = (25, 50, 75, 100)


def news(before: Snapshot, after: Snapshot, words: Catalogue) -> tuple[str, ...]:
    """The lines that lead from one moment to the next; none if nothing is worth a line."""
    return tuple(line for line in _all(before, after, words) if line)


def _all(before: Snapshot, after: Snapshot, words: Catalogue) -> Iterator[str]:
    if before.fresh != after.fresh:
        yield _link(after, words)
    yield from _sitting(before, after, words)
    if before.now.item != after.now.item and after.now.item:
        yield item_line(after, words)
    yield from _floor(before, after, words)
    if before.quorum_met != after.quorum_met and after.now.phase == "open":
        yield quorum_line(after, words)
    yield from _vote(before, after, words)
    yield from _results(before, after, words)
    yield from _waiting(before, after, words)
    yield from _seats(before, after, words)


def _link(after: Snapshot, words: Catalogue) -> str:
    if after.fresh:
        return words.gettext("The link to the server is back.")
    return words.gettext("No link to the server. The vote goes on in the server. Trying again.")


def _sitting(before: Snapshot, after: Snapshot, words: Catalogue) -> Iterator[str]:
    if (before.now.sitting, before.now.phase) != (after.now.sitting, after.now.phase) and after.now.sitting:
        yield words.gettext("Sitting %(sitting)s: %(phase)s") % {
            "sitting": after.now.sitting, "phase": phase_word(after.now.phase, words),
        }  # fmt: skip
    if before.now.in_camera != after.now.in_camera:
        if after.now.in_camera:
            yield words.gettext("In camera: the hall screen is blank.")
        else:
            yield words.gettext("Public again.")
    if before.now.presiding != after.now.presiding and after.now.presiding and before.now.presiding:
        yield words.gettext("%(name)s presides now.") % {"name": after.officer_name(after.now.presiding)}


def phase_word(phase: str, words: Catalogue) -> str:
    """Where a sitting stands, in words."""
    return {
        "prepared": words.gettext("prepared, not open yet"),
        "open": words.gettext("open"),
        "adjourned": words.gettext("adjourned"),
        "closed": words.gettext("closed"),
        "signed": words.gettext("closed, its minutes signed"),
    }.get(phase, phase)


def item_line(snapshot: Snapshot, words: Catalogue) -> str:
    """The active item, and what its next vote will need."""
    item = snapshot.item()
    if item is None:
        return words.gettext("No item is active.")
    said = {"number": snapshot.item_number(item.id), "title": item.title}
    plan = snapshot.next_vote(item.id)
    needed = snapshot.needed_before(plan, words) if plan is not None else ""
    return " ".join([words.gettext("Item %(number)s active: %(title)s.") % said, needed]).strip()


def quorum_line(snapshot: Snapshot, words: Catalogue) -> str:
    """Who is here, and whether that is a quorum."""
    said = {
        "present": snapshot.present, "members": len(snapshot.house.members),
        "here": snapshot.now.quorum.here, "needed": snapshot.now.quorum.needed,
    }  # fmt: skip
    here = words.gettext("Present %(present)d of %(members)d.") % said
    if not snapshot.now.quorum.needed:
        return here
    if snapshot.quorum_met:
        return f"{here} " + words.gettext("Quorum met: %(here)d, needed %(needed)d.") % said
    return f"{here} " + words.gettext("No quorum: %(here)d, needed %(needed)d.") % said


def _floor(before: Snapshot, after: Snapshot, words: Catalogue) -> Iterator[str]:
    old, new = before.now.floor.current, after.now.floor.current
    if new is not None and (old is None or (old.speaker, old.since_ms) != (new.speaker, new.since_ms)):
        yield words.gettext("Speaking: %(name)s.") % {"name": after.name_of(new.speaker)}
    elif old is not None and new is None:
        yield words.gettext("%(name)s has finished.") % {"name": before.name_of(old.speaker)}
    known = {one.speaker for one in before.now.floor.queue}
    for request in after.now.floor.queue:
        if request.speaker not in known:
            yield words.gettext("Asks for the floor: %(name)s.") % {"name": after.name_of(request.speaker)}


def _vote(before: Snapshot, after: Snapshot, words: Catalogue) -> Iterator[str]:
    old, new = before.now.vote, after.now.vote
    if new is None:
        return
    same = old is not None and old.arm == new.arm
    if not same or (old is not None and old.phase != new.phase):
        yield vote_line(after, new, words)
    elif old is not None and new.phase in {"open", "last-call"}:
        yield _turnout(before, after, words)
    if same and old is not None and new.extended_ms > old.extended_ms:
        yield words.gettext("%(seconds)d seconds more.") % {"seconds": (new.extended_ms - old.extended_ms) // 1_000}


def vote_line(snapshot: Snapshot, vote: VoteNow, words: Catalogue) -> str:
    """The phase of a vote, with what matters in it."""
    said = {
        "vote": vote.id,
        "title": vote.title,
        "seconds": vote.duration_ms // 1_000,
        "missing": len(snapshot.missing()),
    }
    test = words.gettext("TEST VOTE.") + " " if vote.mode == "test" else ""
    lines = {
        "armed": words.gettext("Vote %(vote)s armed: %(title)s."),
        "open": words.gettext("Vote %(vote)s open, %(seconds)d seconds.")
        if vote.duration_ms
        else words.gettext("Vote %(vote)s open."),
        "held": words.gettext("Vote %(vote)s held: no press counts."),
        "last-call": words.gettext("Last call for vote %(vote)s. Missing %(missing)d."),
        "closed": words.gettext("Vote %(vote)s closed."),
        "announced": words.gettext("Vote %(vote)s announced."),
        "disarmed": words.gettext("Vote %(vote)s taken back."),
        "void": words.gettext("Vote %(vote)s void."),
    }
    needed = snapshot.needed_sentence(words) if vote.phase == "armed" else ""
    return f"{test}{lines[vote.phase] % said} {needed}".strip()


def turnout_line(snapshot: Snapshot, words: Catalogue) -> str:
    """How many have answered."""
    vote = snapshot.now.vote
    if vote is None or not snapshot.vote_is_live:
        return words.gettext("No vote is open.")
    here = vote.turnout + len(snapshot.missing())
    return words.gettext("Voted %(turnout)d of %(here)d.") % {"turnout": vote.turnout, "here": here}


def _turnout(before: Snapshot, after: Snapshot, words: Catalogue) -> str:
    """A line when another quarter of those here has answered."""
    reached = [quarter for quarter in QUARTERS if _share(before) < quarter <= _share(after)]
    return turnout_line(after, words) if reached else ""


def _share(snapshot: Snapshot) -> int:
    vote = snapshot.now.vote
    here = vote.turnout + len(snapshot.missing()) if vote is not None else 0
    return vote.turnout * 100 // here if vote is not None and here else 0


def _results(before: Snapshot, after: Snapshot, words: Catalogue) -> Iterator[str]:
    for vote, record in after.votes.items():
        earlier = before.votes.get(vote)
        if earlier is not None and (earlier.result, earlier.phase) == (record.result, record.phase):
            continue
        if record.phase != "void" and (earlier is None or earlier.result != record.result):
            yield words.gettext("Result of vote %(vote)s.") % {"vote": vote} + " " + why_sentence(record, words)
        if record.phase == "closed":
            yield words.gettext("Not announced.")
        if record.phase == "void":
            yield words.gettext("Vote %(vote)s is void: %(code)s.") % {"vote": vote, "code": record.void_code}


def _waiting(before: Snapshot, after: Snapshot, words: Catalogue) -> Iterator[str]:
    known = {one.record for one in before.now.waiting}
    for one in after.now.waiting:
        if one.record not in known:
            said = {"kind": one.kind, "name": after.officer_name(one.author)}
            if one.by == "chair":
                yield words.gettext("Waits for the chair: %(kind)s by %(name)s.") % said
            else:
                yield words.gettext("Waits for the secretary: %(kind)s by %(name)s.") % said


def _seats(before: Snapshot, after: Snapshot, words: Catalogue) -> Iterator[str]:
    for seat, status in after.health.items():
        earlier = before.health.get(seat)
        old = earlier.state if earlier is not None else "online"
        if old == status.state:
            continue
        said = {"seat": seat, "fault": status.fault or status.state}
        if status.state == "online":
            yield words.gettext("Seat %(seat)s is well again.") % said
        else:
            yield words.gettext("Seat %(seat)s: %(fault)s.") % said
