"""What a question about the sitting is answered, in lines: pure.

Source: reference of the console, plain mode.
"""

from collections.abc import Callable
from typing import Final

from controller.console.plain.news import item_line, phase_word, quorum_line, turnout_line, vote_line
from controller.console.snapshot import Snapshot, why_sentence
from controller.desk.documents import EXCUSED, PRESENT
from protocol.explain import Catalogue

_LISTED: Final = 20
"""Lines of a list at once: a braille display shows one."""


def status(snapshot: Snapshot, words: Catalogue) -> list[str]:
    """Everything at a glance, the vote first."""
    lines = []
    if not snapshot.fresh:
        lines.append(words.gettext("No link to the server: this may be old."))
    if not snapshot.now.sitting:
        return [*lines, words.gettext("There is no sitting yet.")]
    vote = snapshot.now.vote
    if vote is not None:
        lines.append(vote_line(snapshot, vote, words))
    if snapshot.vote_is_live:
        lines.append(turnout_line(snapshot, words))
    said = {"sitting": snapshot.now.sitting, "phase": phase_word(snapshot.now.phase, words)}
    lines.append(words.gettext("Sitting %(sitting)s: %(phase)s") % said)
    lines.append(words.gettext("Presiding: %(name)s.") % {"name": snapshot.officer_name(snapshot.now.presiding)})
    lines += [item_line(snapshot, words), quorum_line(snapshot, words)]
    return lines


def missing(snapshot: Snapshot, words: Catalogue) -> list[str]:
    """Who is here and has not answered."""
    if not snapshot.vote_is_live:
        return [words.gettext("No vote is open.")]
    found = snapshot.missing()
    names = [_seat_and_name(snapshot, member) for member in found[:_LISTED]]
    said = {"count": len(found), "names": "; ".join(names)}
    if not found:
        return [words.gettext("Everybody here has answered.")]
    return [words.gettext("Not yet: %(count)d. %(names)s.") % said]


def _seat_and_name(snapshot: Snapshot, member: int) -> str:
    seat = snapshot.seat_of(member)
    name = snapshot.house.members[member].name
    return f"{seat} {name}".strip()


def agenda(snapshot: Snapshot, words: Catalogue) -> list[str]:
    """The items, a line each."""
    lines = []
    for item in snapshot.house.items:
        phase = {
            "planned": words.gettext("to come"), "active": words.gettext("active"),
            "decided": words.gettext("decided"), "noted": words.gettext("taken note of"),
            "deferred": words.gettext("deferred"), "withdrawn": words.gettext("withdrawn"),
        }[snapshot.item_phase(item.id)]  # fmt: skip
        lines.append(f"{snapshot.item_number(item.id)}. {item.title}: {phase}.")
    return lines or [words.gettext("There is no agenda yet.")]


def speakers(snapshot: Snapshot, words: Catalogue) -> list[str]:
    """Who speaks and who waits."""
    floor = snapshot.now.floor
    lines = []
    if floor.current is not None:
        lines.append(words.gettext("Speaking: %(name)s.") % {"name": snapshot.name_of(floor.current.speaker)})
    lines += [f"{number}. {snapshot.name_of(one.speaker)}, {one.sort}." for number, one in enumerate(floor.queue, 1)]
    if floor.closed:
        lines.append(words.gettext("The list of speakers is closed."))
    return lines or [words.gettext("Nobody speaks and nobody waits.")]


def attendance(snapshot: Snapshot, words: Catalogue) -> list[str]:
    """Who is here in numbers, and who is not by name."""
    absent = [
        member.name + (" " + words.gettext("(excused)") if letter == EXCUSED else "")
        for member, letter in zip(snapshot.house.members, snapshot.now.presence, strict=False)
        if letter != PRESENT
    ]
    some = ["; ".join(absent[at : at + _LISTED]) for at in range(0, len(absent), _LISTED)]
    return [quorum_line(snapshot, words), *(words.gettext("Absent: %(names)s.") % {"names": names} for names in some)]


def seats(snapshot: Snapshot, words: Catalogue) -> list[str]:
    """Seats that have something to say."""
    ill = [
        f"{seat}: {status.fault or status.state}."
        for seat, status in snapshot.health.items()
        if status.state != "online"
    ]
    return ill or [words.gettext("No seat reports a fault.")]


def results(snapshot: Snapshot, words: Catalogue) -> list[str]:
    """Every vote that has ended, with why."""
    lines = []
    for vote, record in sorted(snapshot.votes.items(), key=lambda pair: pair[1].ended_ms):
        lines.append(f"{vote}: {record.title}. {why_sentence(record, words)}")
    return lines or [words.gettext("No vote has ended yet.")]


def find(snapshot: Snapshot, asked: str, words: Catalogue) -> list[str]:
    """Members by a part of the name, the id or the seat."""
    wanted = asked.casefold()
    lines = []
    for number, member in enumerate(snapshot.house.members):
        seat = snapshot.seat_of(number)
        if wanted in member.name.casefold() or wanted in {member.id, seat}:
            here = (
                words.gettext("here")
                if snapshot.now.presence[number : number + 1] == PRESENT
                else words.gettext("absent")
            )
            lines.append(f"{member.id}: {member.name}, {member.group or '-'}, {seat or '-'}, {here}.")
    return lines[:_LISTED] or [words.gettext("Nobody of that name.")]


QUESTIONS: Final[dict[str, Callable[[Snapshot, Catalogue], list[str]]]] = {
    "status": status, "missing": missing, "turnout": lambda snapshot, words: [turnout_line(snapshot, words)],
    "agenda": agenda, "speakers": speakers, "attendance": attendance, "seats": seats, "results": results,
}  # fmt: skip


def questions_of(words: Catalogue) -> dict[str, str]:
    """The word for each question in the language of the person, by its id; `t` is turnout in every language."""
    return {
        "status": words.pgettext("question", "status"), "missing": words.pgettext("question", "missing"),
        "turnout": words.pgettext("question", "turnout"), "agenda": words.pgettext("question", "agenda"),
        "speakers": words.pgettext("question", "speakers"), "attendance": words.pgettext("question", "attendance"),
        "seats": words.pgettext("question", "seats"), "results": words.pgettext("question", "results"),
        "find": words.pgettext("question", "find"), "help": words.pgettext("question", "help"),
        "quit": words.pgettext("question", "quit"),
    }  # fmt: skip
