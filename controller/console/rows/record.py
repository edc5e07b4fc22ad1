"""The record of votes as the secretary keeps it: figures column by column, what is signed, and the count once more.

The comparison adds up the named list again, name by name, and holds it against the figures of the result.

Source: `docs/protocol.md` sections 6.7 and 7.3.
"""

from typing import Final

from controller.console.map.marks import Mark, glyph
from controller.console.rows.results import named_list, summary
from controller.console.rows.table import Column, Emphasis, Line, Row, Sought, Table, one_line, paragraph, widest
from controller.console.rows.votes import numbers_of_items, numbers_of_votes
from controller.console.rows.wording import (
    DONE,
    NOBODYS,
    REJECTED,
    RUNNING,
    hour_and_second,
    mode_words,
    outcome_words,
    phase_words,
)
from controller.console.snapshot import LIVE, Snapshot
from controller.desk.documents import VoteLine, VoteRecord, WaitingNow
from protocol.explain import Catalogue
from protocol.records import PLAIN_OPTIONS
from protocol.vote import Phase

_VOID: Final = Phase.VOID.value


def inputs(snapshot: Snapshot) -> tuple[object, ...]:
    """What the rows are made of."""
    return snapshot.house, snapshot.now.votes, snapshot.votes


def record_table(snapshot: Snapshot, words: Catalogue, width: int) -> Table:
    """A row for each vote that was opened or is armed; its key is the vote's id."""
    votes, items = numbers_of_votes(snapshot), numbers_of_items(snapshot)
    outcomes, phases, modes = outcome_words(words), phase_words(words), mode_words(words)
    rows = []
    for line in snapshot.now.votes:
        if line.phase == Phase.DISARMED.value:
            continue
        record = snapshot.votes.get(line.id)
        outcome = outcomes.get(line.outcome, "") if record is not None and line.phase != _VOID else phases[line.phase]
        cells = (
            votes[line.id], hour_and_second(record.ended_ms) if record is not None else "",
            items.get(line.item, NOBODYS), line.title, modes.get(line.mode, line.mode), *_figures(record),
            record.rule.title if record is not None else "", outcome, signed(record, words),
        )  # fmt: skip
        rows.append(Row(line.id, cells, *_look(line)))
    signatures = _signatures(words)
    item = words.pgettext("table", "item")
    columns = (
        Column("#", 3, 4, sought=Sought.WHOLE),
        Column(words.pgettext("table", "ended"), 8, at=96),
        Column(item, widest(items.values()), at=70),
        Column(words.pgettext("table", "vote"), 12, 70, sought=Sought.PART),
        Column(words.pgettext("table", "kind"), widest(modes.values()), at=110),
        *(Column(glyph(mark), 4, at=44, right=True, glyphs=True) for mark in (Mark.FOR, Mark.AGAINST, Mark.ABSTAIN)),
        Column(glyph(Mark.NOT_VOTING), 4, at=60, right=True, glyphs=True),
        Column(words.pgettext("table", "rule"), 14, 40, at=130),
        Column(words.pgettext("table", "outcome"), max(widest(outcomes.values()), widest(phases.values()))),
        Column(words.pgettext("table", "signed"), widest(signatures), at=140),
    )
    return Table(columns, tuple(rows), empty=words.gettext("There was no vote yet.")).fitted(width)


def _figures(record: VoteRecord | None) -> tuple[str, str, str, str]:
    if record is None:
        return "", "", "", ""
    silent = str(record.not_voting) if record.mode not in {"paper", "secret"} else ""
    if not record.plain or len(record.counts) != len(PLAIN_OPTIONS):
        return "", "", "", silent
    for_, against, abstain = map(str, record.counts)
    return for_, against, abstain, silent


def _look(line: VoteLine) -> tuple[str, Emphasis]:
    if line.phase in LIVE:
        return RUNNING, Emphasis.STRONG
    if line.phase == _VOID:
        return REJECTED, Emphasis.QUIET
    if line.mode == "test":
        return "", Emphasis.QUIET
    return (DONE if line.outcome in {"adopted", "elected"} else ""), Emphasis.PLAIN


def _signatures(words: Catalogue) -> tuple[str, str, str]:
    return words.gettext("result"), words.gettext("result, declared"), words.gettext("voided")


def signed(record: VoteRecord | None, words: Catalogue) -> str:
    """What of a vote is signed: its result by the controller, its declaration by who presides, its voiding."""
    result, declared, voided = _signatures(words)
    if record is None or not record.result:
        return voided if record is not None and record.phase == _VOID else ""
    if record.mode == "test":
        return words.gettext("not recorded")
    return {_VOID: voided, Phase.ANNOUNCED.value: declared}.get(record.phase, result)


def comparison(record: VoteRecord, words: Catalogue, width: int) -> tuple[Line, ...]:
    """`Compare names = figures: ▲ 24 = 24 …`, and a warning where they differ."""
    if record.mode in {"paper", "secret"} or not record.plain or len(record.counts) != len(PLAIN_OPTIONS):
        return paragraph(
            words.gettext("Without a named list there is nothing to compare."), width, emphasis=Emphasis.QUIET
        )
    parts, differs = [], False
    for option, count, mark in zip(PLAIN_OPTIONS, record.counts, (Mark.FOR, Mark.AGAINST, Mark.ABSTAIN), strict=True):
        named = sum(answer.standing == option for answer in record.answers)
        differs |= named != count
        parts.append(f"{glyph(mark)} {named} {'=' if named == count else '≠'} {count}")
    silent = sum(answer.standing == "not-voting" for answer in record.answers)
    differs |= silent != record.not_voting
    parts.append(f"{glyph(Mark.NOT_VOTING)} {silent} {'=' if silent == record.not_voting else '≠'} {record.not_voting}")
    head = words.gettext("THE NAMES AND THE FIGURES DIFFER:") if differs else words.gettext("Names and figures agree:")
    emphasis = Emphasis.BAD if differs else Emphasis.PLAIN
    return paragraph(f"{head} {', '.join(parts)}", width, emphasis=emphasis, glyphs=True)


def record_heading(snapshot: Snapshot, words: Catalogue, width: int) -> tuple[Line, ...]:
    """The sitting, how long the log is, and what waits for the secretary."""
    count = snapshot.now.number
    text = words.ngettext(
        "Sitting %(sitting)s: %(count)d record in the log", "Sitting %(sitting)s: %(count)d records in the log", count
    )
    head = text % {"sitting": snapshot.house.sitting, "count": count}
    return (one_line(head, width), *waiting_lines(snapshot, words, width))


def waiting_lines(snapshot: Snapshot, words: Catalogue, width: int) -> tuple[Line, ...]:
    """What waits for an acknowledgement, one line each, the secretary's first."""
    waiting = sorted(snapshot.now.waiting, key=lambda one: one.by != "secretary")
    return tuple(one_line(_waiting(one, snapshot, words), width, Emphasis.WARN) for one in waiting)


def _waiting(one: WaitingNow, snapshot: Snapshot, words: Catalogue) -> str:
    said = {"kind": kind_word(one.kind, words), "author": snapshot.officer_name(one.author)}
    if one.by == "secretary":
        return words.gettext("%(kind)s by %(author)s waits for you: acknowledge it.") % said
    return words.gettext("%(kind)s by %(author)s waits for the chair.") % said


def kind_word(kind: str, words: Catalogue) -> str:
    """A record that needs two officers, in words; a kind that is not known is named."""
    known = {
        "vote-void": words.gettext("The voiding of a vote"),
        "rule-correction": words.gettext("The correction of a rule"),
        "paper-result": words.gettext("A count of papers"),
        "lot": words.gettext("A lot"),
        "roster": words.gettext("A roster"),
        "takeover": words.gettext("The takeover by another controller"),
    }
    return known.get(kind, kind)


def record_foot(snapshot: Snapshot, words: Catalogue, width: int, selected: str) -> tuple[Line, ...]:
    """The comparison of the selected vote, its sentence, and its named list."""
    record = snapshot.votes.get(selected)
    if record is None:
        line = next((one for one in snapshot.now.votes if one.id == selected), None)
        return paragraph(f"{line.title}: {phase_words(words)[line.phase]}", width) if line is not None else ()
    return (
        *comparison(record, words, width),
        *summary(record, snapshot, words, width),
        *named_list(record, snapshot, words, width),
    )
