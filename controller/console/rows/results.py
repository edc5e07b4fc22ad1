"""All votes of the sitting, and below the selected one: why it came out so, and the named list.

A vote that runs has no figures here, and nothing tells how anybody voted before its end.

Source: `docs/protocol.md` sections 7.2 and 7.3.
"""

from collections.abc import Mapping
from typing import Final

from controller.console.map.marks import glyph
from controller.console.rows.speakers import names_of as people
from controller.console.rows.table import (
    Column,
    Emphasis,
    Line,
    Row,
    Sought,
    Table,
    in_columns,
    one_line,
    paragraph,
    widest,
)
from controller.console.rows.votes import numbers_of_items, numbers_of_votes
from controller.console.rows.wording import (
    COUNTS_TITLE,
    DONE,
    MARK_OF_STANDING,
    NOBODYS,
    REJECTED,
    RUNNING,
    STANDINGS,
    counts_cells,
    counts_of,
    mode_words,
    outcome_words,
    phase_words,
    standing_word,
)
from controller.console.snapshot import LIVE, Snapshot, why_sentence
from controller.desk.documents import NamedAnswer, VoteLine, VoteRecord
from protocol.explain import Catalogue
from protocol.records import PLAIN_OPTIONS
from protocol.vote import Phase

_VOID: Final = Phase.VOID.value
_QUIET: Final = frozenset({_VOID, Phase.DISARMED.value})
_GROUP_MOST: Final = 16


def inputs(snapshot: Snapshot) -> tuple[object, ...]:
    """What the rows are made of."""
    return snapshot.house, snapshot.now.votes, snapshot.votes


def results_table(snapshot: Snapshot, words: Catalogue, width: int) -> Table:
    """A row for each vote, in the order of their arming; its key is the vote's id."""
    votes, items = numbers_of_votes(snapshot), numbers_of_items(snapshot)
    modes, outcomes, phases = mode_words(words), outcome_words(words), phase_words(words)
    rows = tuple(
        _row(line, votes.get(line.id, NOBODYS), items.get(line.item, NOBODYS), modes, outcomes, phases)
        for line in snapshot.now.votes
    )
    item = words.pgettext("table", "item")
    columns = (
        Column("#", 3, 4, sought=Sought.WHOLE),
        Column(item, widest(items.values()), at=64),
        Column(words.pgettext("table", "vote"), 12, 80, sought=Sought.PART),
        Column(words.pgettext("table", "kind"), widest(modes.values()), at=84),
        Column(COUNTS_TITLE, counts_cells(snapshot), right=True),
        Column(words.pgettext("table", "outcome"), widest(outcomes.values()), at=48),
        Column(words.pgettext("table", "stands"), widest(phases.values()), at=68),
    )
    return Table(columns, rows, empty=words.gettext("There was no vote yet.")).fitted(width)


def _row(
    line: VoteLine, number: str, item: str, modes: Mapping[str, str], outcomes: Mapping[str, str],
    phases: Mapping[str, str],
) -> Row:  # fmt: skip
    is_void = line.phase == _VOID
    mark, emphasis = " ", Emphasis.PLAIN
    if line.phase in LIVE:
        mark, emphasis = RUNNING, Emphasis.STRONG
    elif is_void:
        mark = REJECTED
    elif line.outcome in {"adopted", "elected"}:
        mark = DONE
    if line.phase in _QUIET or line.mode == "test":
        emphasis = Emphasis.QUIET if line.phase not in LIVE else emphasis
    elif line.phase == Phase.CLOSED.value:
        emphasis = Emphasis.WARN
    outcome = outcomes.get(line.outcome, "") if not is_void else ""
    counts = counts_of(line.counts)
    cells = (number, item, line.title, modes.get(line.mode, line.mode), counts, outcome, phases[line.phase])
    return Row(line.id, cells, mark, emphasis)


def results_heading(snapshot: Snapshot, words: Catalogue, width: int) -> tuple[Line, ...]:
    """How many votes there were, tests apart, and how many wait for their announcement."""
    held = [line for line in snapshot.now.votes if line.phase != Phase.DISARMED.value]
    tests = sum(line.mode == "test" for line in held)
    said = {"votes": len(held) - tests, "tests": tests}
    text = words.gettext("Votes %(votes)d, tests %(tests)d") % said
    waiting = sum(line.phase == Phase.CLOSED.value and line.mode != "test" for line in held)
    if not waiting:
        return (one_line(text, width),)
    text += "; " + words.gettext("to be announced: %(count)d") % {"count": waiting}
    return (one_line(text, width, Emphasis.WARN),)


def results_foot(snapshot: Snapshot, words: Catalogue, width: int, selected: str) -> tuple[Line, ...]:
    """Why the selected vote came out so, and who answered what; of a running one only that it runs."""
    record = snapshot.votes.get(selected)
    if record is None:
        line = next((one for one in snapshot.now.votes if one.id == selected), None)
        if line is None:
            return ()
        return paragraph(f"{line.title}: {phase_words(words)[line.phase]}", width)
    return (*summary(record, snapshot, words, width), *named_list(record, snapshot, words, width))


def summary(record: VoteRecord, snapshot: Snapshot, words: Catalogue, width: int) -> tuple[Line, ...]:
    """The sentence that says why; of a void vote the reason; what it repeats, or is repeated by."""
    lines = [
        (sentence, Emphasis.WARN if record.phase == _VOID else Emphasis.STRONG) for sentence in told(record, words)
    ]
    if not record.plain or record.phase == _VOID:
        lines.append((figures_sentence(record, snapshot, words), Emphasis.PLAIN))
    lines += [(sentence, Emphasis.PLAIN) for sentence in links(record, snapshot, words)]
    return tuple(line for sentence, emphasis in lines for line in paragraph(sentence, width, emphasis=emphasis))


def told(record: VoteRecord, words: Catalogue) -> list[str]:
    """What became of a vote: why it came out so; of a void one, which came to nothing, why it is void."""
    return [void_sentence(record, words) if record.phase == _VOID else why_sentence(record, words)]


def figures_sentence(record: VoteRecord, snapshot: Snapshot, words: Catalogue) -> str:
    """The bare figures, option by option; "" where none were counted."""
    if record.plain:
        counted = dict(zip(("for", "against", "abstain"), record.counts, strict=False))
        if len(counted) < len(PLAIN_OPTIONS):
            return ""
        return words.gettext("For %(for)d, against %(against)d, abstained %(abstain)d.") % counted
    names = people(snapshot)
    return ", ".join(
        f"{names.get(option, option)} {count}" for option, count in zip(record.options, record.counts, strict=False)
    )


def void_sentence(record: VoteRecord, words: Catalogue) -> str:
    """That a vote is void, and why."""
    text = words.gettext("VOID, reason: %(code)s.") % {"code": record.void_code}
    basis = words.gettext("Basis: %(basis)s.") % {"basis": record.void_basis.rstrip(".")}
    return f"{text} {basis}" if record.void_basis else text


def links(record: VoteRecord, snapshot: Snapshot, words: Catalogue) -> list[str]:
    """Which vote this one repeats, and which repeats it."""
    numbers = numbers_of_votes(snapshot)
    by_open = {one.open: numbers.get(one.id, one.id) for one in snapshot.votes.values()}
    vote = snapshot.now.vote
    if vote is not None and vote.open:
        by_open.setdefault(vote.open, numbers.get(vote.id, vote.id))
    said = []
    if record.repeats:
        said.append(words.gettext("It repeats vote %(vote)s.") % {"vote": by_open.get(record.repeats, NOBODYS)})
    if record.repeated_by:
        other = by_open.get(record.repeated_by) or numbers.get(record.repeated_by, NOBODYS)
        said.append(words.gettext("It was repeated as vote %(vote)s.") % {"vote": other})
    return said


def named_list(record: VoteRecord, snapshot: Snapshot, words: Catalogue, width: int) -> tuple[Line, ...]:
    """The members by what became of them, in the order for, against, abstained, others, not voting, absent, recused."""
    if record.mode in {"paper", "secret"}:
        return paragraph(words.gettext("Nobody's answer is known: there is no named list."), width)
    names = people(snapshot)
    groups: dict[str, list[NamedAnswer]] = {}
    for answer in record.answers:
        groups.setdefault(answer.standing, []).append(answer)
    lines: list[Line] = []
    for standing in STANDINGS:
        answers = groups.get(standing, [])
        if answers:
            head = f"{glyph(MARK_OF_STANDING[standing])} {standing_word(standing, words)} {len(answers)}"
            lines.append(one_line(head, width, Emphasis.STRONG, glyphs=True))
            lines += in_columns([_named(answer, names, words) for answer in answers], width)
    return tuple(lines)


def _named(answer: NamedAnswer, names: Mapping[str, str], words: Catalogue) -> str:
    """A name with its group, what was chosen among candidates, and how it came in if not by a press."""
    parts = [f"{answer.name} ({answer.group})" if answer.group else answer.name]
    if answer.standing == "chose":
        parts.append(", ".join(names.get(option, option) for option in answer.choice))
    if answer.entered:
        parts.append(words.pgettext("answer", "entered"))
    if answer.attested:
        parts.append(words.pgettext("answer", "attested"))
    return ": ".join([parts[0], ", ".join(parts[1:])]) if parts[1:] else parts[0]
