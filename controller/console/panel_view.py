"""What the panel of the running vote says, line by line, from what is known. Pure.

Before the close there is turnout and never a split; after it the figures, and why the vote came out so. The vote in the
panel is the one at hand, whatever is selected on the screen.

Source: `docs/protocol.md` sections 5.6 and 8; reference of the console, wireframes.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from controller.console.map.marks import Mark, glyph
from controller.console.questions import faults_line, mode_word
from controller.console.snapshot import LIVE, OVER, Snapshot, why_sentence
from controller.console.text import bar, clock_of, cut, fill, wrap
from controller.desk.documents import VoteNow, VoteRecord
from protocol.explain import Catalogue, outcome_word
from protocol.records import PLAIN_OPTIONS

NEEDED_LINES: Final = 4
WHY_LINES: Final = 5
BARS_FROM: Final = 12
"""With fewer lines than that the figures go without bars."""
_DIGIT_CELLS: Final = 3
_SECOND_MS: Final = 1000
_FIGURE_CELLS: Final = 6


class Tone(Enum):
    """How a line is coloured; each is told by its words as well. Values are the names of themes' colours."""

    PLAIN = ""
    QUIET = "vote-absent"
    ATTENTION = "attention"
    CAST = "vote-cast"
    FOR = "vote-for"
    AGAINST = "vote-against"
    ABSTAIN = "vote-abstain"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the panel, cut to its width."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class PanelView:
    """The panel: the state in words, large figures (may be empty), and lines. `test`: a vote that counts nowhere."""

    state: str
    tone: Tone
    large: str
    lines: tuple[Line, ...]
    test: bool = False


_OPTION_MARKS: Final = {"for": Mark.FOR, "against": Mark.AGAINST, "abstain": Mark.ABSTAIN}
_OPTION_TONES: Final = {"for": Tone.FOR, "against": Tone.AGAINST, "abstain": Tone.ABSTAIN}


def panel_of(
    snapshot: Snapshot, words: Catalogue, clock_ms: int, width: int, height: int, seconds_left: int | None
) -> PanelView:
    """The panel in `width` cells and `height` lines. `seconds_left`: of the last call that this console gave."""
    vote = snapshot.now.vote
    if vote is None:
        return PanelView(words.gettext("no vote"), Tone.QUIET, "", tuple(_before(snapshot, words, width)))
    large = _large(snapshot, vote, clock_ms, seconds_left)
    if len(large) * _DIGIT_CELLS > width:
        large = ""
    room = height - 1 - (_DIGIT_CELLS if large else 0)
    lines = [Line(cut(vote.title, width))]
    lines += (
        _result(snapshot, vote, words, width, bars=room >= BARS_FROM)
        if vote.phase in OVER
        else _running(snapshot, vote, words, width, max(2, room - 6))
    )
    lines += _last(snapshot, words, width)
    return PanelView(state_word(vote, words), state_tone(vote), large, tuple(lines[:room]), vote.mode == "test")


def state_word(vote: VoteNow, words: Catalogue) -> str:
    """Where the vote stands, in capitals as far as the language has them."""
    return {
        "armed": words.gettext("ARMED, not open"), "open": words.gettext("VOTE OPEN"),
        "held": words.gettext("VOTE HELD"), "last-call": words.gettext("CLOSING"),
        "closed": words.gettext("CLOSED – not announced"), "announced": words.gettext("RESULT ANNOUNCED"),
        "void": words.gettext("VOTE VOID"),
    }.get(vote.phase, vote.phase)  # fmt: skip


def state_tone(vote: VoteNow) -> Tone:
    """The colour of that word."""
    return Tone.ATTENTION if vote.phase in LIVE or vote.phase in {"armed", "closed"} else Tone.PLAIN


def clock_line(vote: VoteNow, clock_ms: int, seconds_left: int | None) -> str:
    """The running vote's clock: of the last call, until the deadline, else since the opening; "" if it stands."""
    if vote.phase == "last-call" and seconds_left is not None:
        return clock_of(seconds_left)
    if vote.phase not in {"open", "last-call"}:
        return ""
    if vote.deadline_ms:
        return clock_of(-((clock_ms - vote.deadline_ms) // _SECOND_MS))  # a second begun counts as whole
    return clock_of((clock_ms - vote.opened_ms) // _SECOND_MS)


def expected(snapshot: Snapshot, vote: VoteNow) -> int:
    """How many answers there can be: those who have answered, and members here who have not."""
    return vote.turnout + len(snapshot.missing())


def turnout_line(snapshot: Snapshot, vote: VoteNow, words: Catalogue) -> str:
    """`voted 40 of 62`."""
    return words.gettext("voted %(voted)d of %(all)d") % {"voted": vote.turnout, "all": expected(snapshot, vote)}


def option_word(option: str, words: Catalogue) -> str:
    """An option as people say it; names of persons and other options stay."""
    return {
        "for": words.gettext("For"), "against": words.gettext("Against"), "abstain": words.gettext("Abstain"),
    }.get(option, option)  # fmt: skip


def hall_line(snapshot: Snapshot, words: Catalogue) -> str:
    """What the hall sees now, in a word or two."""
    now = snapshot.now
    seen = words.pgettext("hall", "nothing yet")
    if now.in_camera:
        seen = words.pgettext("hall", "blank, in camera")
    elif now.vote is not None and now.vote.phase != "void":
        seen = {
            "armed": words.pgettext("hall", "question"), "closed": words.pgettext("hall", "figures"),
            "announced": words.pgettext("hall", "result"),
        }.get(now.vote.phase, words.pgettext("hall", "vote"))  # fmt: skip
        seen = f"{seen} {now.vote.id}"
    elif now.floor.current is not None:
        seen = words.pgettext("hall", "speaker")
    elif now.item:
        seen = words.pgettext("hall", "item %(number)s") % {"number": snapshot.item_number(now.item)}
    return words.gettext("hall: %(seen)s") % {"seen": seen}


def seat_and_name(snapshot: Snapshot, member: int) -> str:
    """`15 Name` of a member by position."""
    seat = snapshot.seat_of(member)
    place = next((one.place for one in snapshot.house.seats if one.id == seat), "-")
    return f"{place} {snapshot.house.members[member].name}"


def _large(snapshot: Snapshot, vote: VoteNow, clock_ms: int, seconds_left: int | None) -> str:
    record = snapshot.votes.get(vote.id)
    if vote.phase in OVER:
        return ":".join(str(count) for count in record.counts) if record and record.options == PLAIN_OPTIONS else ""
    return clock_line(vote, clock_ms, seconds_left)


def _before(snapshot: Snapshot, words: Catalogue, width: int) -> list[Line]:
    """What comes next, and what it will need."""
    plan = snapshot.next_vote(snapshot.now.item)
    lines: list[Line] = []
    if plan is not None:
        lines = [Line(""), Line(cut(words.gettext("Next vote:"), width), Tone.QUIET)]
        lines += [Line(line) for line in wrap(plan.title, width, 3)]
        lines += [Line(line, Tone.QUIET) for line in wrap(snapshot.needed_before(plan, words), width, NEEDED_LINES)]
    return [*lines, *_last(snapshot, words, width)]


def _running(snapshot: Snapshot, vote: VoteNow, words: Catalogue, width: int, room: int) -> list[Line]:
    """Turnout, who is missing once they are called, and what is needed. No figure of a choice is known here."""
    all_, missing = expected(snapshot, vote), snapshot.missing()
    lines: list[Line] = []
    if vote.phase != "armed":
        lines = [
            Line(cut(f"● {turnout_line(snapshot, vote, words)}", width), Tone.CAST),
            Line(bar(vote.turnout, all_, width), Tone.CAST),
            Line(cut("○ " + words.gettext("not yet %(missing)d") % {"missing": len(missing)}, width)),
        ]
    if vote.phase == "last-call":
        return [*lines, *_missing(snapshot, missing, words, width, room)]
    how = f"{mode_word(vote.mode, words)}, {vote.rule.title}" if vote.mode != "test" else mode_word("test", words)
    lines += [Line(line) for line in wrap(how, width, 2)]
    return lines + [Line(line, Tone.QUIET) for line in wrap(snapshot.needed_sentence(words), width, NEEDED_LINES)]


def _missing(snapshot: Snapshot, missing: tuple[int, ...], words: Catalogue, width: int, room: int) -> list[Line]:
    named = missing if len(missing) <= room else missing[: room - 1]
    lines = [Line(cut(f" {seat_and_name(snapshot, member)}", width)) for member in named]
    if len(named) < len(missing):
        lines.append(Line(cut(" " + words.gettext("and %(n)d more") % {"n": len(missing) - len(named)}, width)))
    return lines


def _result(snapshot: Snapshot, vote: VoteNow, words: Catalogue, width: int, *, bars: bool) -> list[Line]:
    record = snapshot.votes.get(vote.id)
    if record is None:
        return [Line(cut(outcome_word(vote.outcome, words) if vote.outcome else words.gettext("counting"), width))]
    lines: list[Line] = []
    whole = sum(record.counts)
    for option, count in zip(record.options, record.counts, strict=True):
        mark, tone = _OPTION_MARKS.get(option), _OPTION_TONES.get(option, Tone.PLAIN)
        name = f"{glyph(mark)} {option_word(option, words)}" if mark else option
        lines.append(Line(_figure(name, count, width), tone))
        lines += [Line(bar(count, whole, width), tone)] if bars else []
    lines.append(Line(_figure("○ " + words.gettext("Did not vote"), record.not_voting, width)))
    outcome = f"→ {outcome_word(record.outcome, words)}" if record.mode != "test" else ""
    lines.append(Line(cut(outcome, width), Tone.ATTENTION))
    return lines + _why(record, words, width)


def _why(record: VoteRecord, words: Catalogue, width: int) -> list[Line]:
    return [Line(line, Tone.QUIET) for line in wrap(why_sentence(record, words), width, WHY_LINES)]


def _figure(name: str, count: int, width: int) -> str:
    return fill(name, width - _FIGURE_CELLS) + fill(str(count), _FIGURE_CELLS, right=True)


def _last(snapshot: Snapshot, words: Catalogue, width: int) -> list[Line]:
    """Faults of seats, and what the hall sees."""
    faults = faults_line(snapshot, words)
    lines = [Line(cut(f"! {faults}", width), Tone.FAULT)] if faults else []
    return [*lines, Line(cut(hall_line(snapshot, words), width), Tone.QUIET)]
