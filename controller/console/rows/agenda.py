"""The agenda: each item with its rule, what that needs, and how it came out; below, what belongs to the selected one.

The selected item is this console's, the active one is the house's: where they differ a sentence says so.

Source: `docs/protocol.md` sections 6.6 and 7.1.
"""

from typing import Final

from controller.conduct import VotePlan
from controller.console.catalogue import AGENDA, Selection, meaning_of
from controller.console.rows.table import Column, Emphasis, Line, Row, Sought, Table, one_line, paragraph, widest
from controller.console.rows.votes import numbers_of_items, running_vote_of, vote_of_item
from controller.console.rows.wording import (
    ACTIVE,
    COUNTS_TITLE,
    DEFERRED,
    DONE,
    NEXT,
    NOBODYS,
    REJECTED,
    RUNNING,
    WITHDRAWN,
    counts_cells,
    counts_of,
    item_words,
    outcome_words,
    phase_words,
)
from controller.console.snapshot import LIVE, Snapshot
from protocol.agenda import AgendaItem
from protocol.explain import Catalogue
from protocol.majority import Rule
from protocol.vote import Phase

_REJECTIONS: Final = frozenset({"not-adopted", "no-quorum", "tie"})
_MARKS: Final = {"active": ACTIVE, "decided": DONE, "noted": DONE, "deferred": DEFERRED, "withdrawn": WITHDRAWN}
_SETTLED: Final = frozenset({"decided", "noted", "withdrawn"})
_INDENT: Final = "  "


def inputs(snapshot: Snapshot) -> tuple[object, ...]:
    """What the rows are made of: where these are the same, so are the rows."""
    now = snapshot.now
    vote = (now.vote.id, now.vote.phase, now.vote.item) if now.vote is not None else ()
    return snapshot.house, now.item, now.items, vote, now.votes, snapshot.series, now.presence, now.quorum.here


def agenda_table(snapshot: Snapshot, words: Catalogue, width: int) -> Table:
    """A row for each item, sub-items indented; its key is the item's id."""
    numbers = numbers_of_items(snapshot)
    phases = {one.id: one.phase for one in snapshot.now.items}
    outcomes = outcome_words(words)
    states = item_words(words)
    rows = tuple(_row(item, numbers[item.id], phases.get(item.id, "planned"), snapshot, words)
                 for item in snapshot.house.items)  # fmt: skip
    needed = words.pgettext("table", "needed")
    state = widest((*outcomes.values(), *states.values(), *phase_words(words).values()))
    columns = (
        Column("#", max(2, widest(numbers.values())), sought=Sought.WHOLE),
        Column(words.pgettext("table", "item"), 14, 90, weight=4, sought=Sought.PART),
        Column(words.pgettext("table", "rule"), 12, 44, at=74),
        Column(needed, 4, at=64, right=True),
        Column(COUNTS_TITLE, counts_cells(snapshot), right=True),
        Column(words.pgettext("table", "outcome"), state, at=52),
    )
    return Table(columns, rows, mark_cells=2, empty=words.gettext("There is no agenda yet.")).fitted(width)


def _row(item: AgendaItem, number: str, phase: str, snapshot: Snapshot, words: Catalogue) -> Row:
    rule = rule_of_item(snapshot, item.id)
    needed = snapshot.needed_number(rule) if rule is not None else 0
    line = vote_of_item(snapshot, item.id)
    counts = counts_of(line.counts) if line is not None else ""
    vote = snapshot.now.vote
    at_hand = vote is not None and vote.item == item.id and not line
    if vote is not None and at_hand and vote.mode != "test":
        outcome = phase_words(words)[vote.phase]
    elif line is not None:
        outcome = outcome_words(words)[line.outcome]
    else:
        outcome = item_words(words)[phase] if phase != "active" else ""
    rejected = phase in _SETTLED and line is not None and line.outcome in _REJECTIONS
    mark = (REJECTED if rejected else _MARKS.get(phase, " ")) + (RUNNING if running_vote_of(snapshot, item.id) else "")
    if item.id == snapshot.now.item:
        emphasis = Emphasis.STRONG
    else:
        emphasis = Emphasis.QUIET if phase in _SETTLED else Emphasis.PLAIN
    title = _INDENT * number.count(".") + item.title
    shown = (number, title, rule.title if rule is not None else NOBODYS, str(needed or ""), counts, outcome)
    return Row(item.id, shown, mark.rstrip(), emphasis)


def rule_of_item(snapshot: Snapshot, item: str) -> Rule | None:
    """The rule of the item's decisive vote, as it is prepared; else that of its last one; None without votes."""
    plans = snapshot.series_of(item)
    chosen = next((plan for plan in reversed(plans) if plan.decisive), plans[-1] if plans else None)
    return snapshot.rule(chosen.rule) if chosen is not None else None


def agenda_heading(snapshot: Snapshot, words: Catalogue, width: int) -> tuple[Line, ...]:
    """How far the agenda is."""
    settled = sum(one.phase in _SETTLED for one in snapshot.now.items)
    said = {"done": settled, "count": len(snapshot.house.items)}
    text = words.ngettext(
        "Agenda: %(done)d of %(count)d item settled", "Agenda: %(done)d of %(count)d items settled", said["count"]
    )
    return (one_line(text % said, width),)


def agenda_foot(snapshot: Snapshot, words: Catalogue, width: int, selected: str) -> tuple[Line, ...]:
    """What belongs to the selected item: that it is not the active one, its votes in their order, its documents."""
    item = next((one for one in snapshot.house.items if one.id == selected), None)
    if item is None:
        return ()
    warning = paragraph(selected_sentence(snapshot, words, selected), width, emphasis=Emphasis.WARN)
    votes = _votes_of(snapshot, words, width, item.id)
    documents = ", ".join(document.title for document in item.documents)
    if documents:
        votes += paragraph(words.gettext("Documents: %(titles)s") % {"titles": documents}, width)
    return (*warning, *votes)


def selected_sentence(snapshot: Snapshot, words: Catalogue, selected: str) -> str:
    """`You have selected item 4. The active item is 3. F4 makes 4 active.`; "" where they are one."""
    active = snapshot.now.item
    if selected == active or not selected:
        return ""
    said = {"selected": snapshot.item_number(selected), "active": snapshot.item_number(active)}
    if said["active"]:
        text = words.gettext("You have selected item %(selected)s. The active item is %(active)s.") % said
    else:
        text = words.gettext("You have selected item %(selected)s. No item is active.") % said
    action, objection = meaning_of("f4", AGENDA, snapshot, Selection(item=selected))
    if action is None or action.id != "activate" or objection:
        return text
    return f"{text} " + words.gettext("F4 makes %(selected)s active.") % said


def _votes_of(snapshot: Snapshot, words: Catalogue, width: int, item: str) -> tuple[Line, ...]:
    plans = snapshot.series_of(item)
    if not plans:
        return paragraph(words.gettext("No vote is prepared on this item."), width, emphasis=Emphasis.QUIET)
    following = snapshot.next_vote(item)
    lines = [one_line(words.gettext("Votes in their order:"), width)]
    for number, plan in enumerate(plans, 1):
        mark, state = _plan_state(plan, snapshot, words)
        if plan == following:
            mark = NEXT
        lines.append(one_line(f" {mark or ' '} {number}. {plan.title} · {state}", width, glyphs=True))
    return tuple(lines)


def _plan_state(plan: VotePlan, snapshot: Snapshot, words: Catalogue) -> tuple[str, str]:
    """(glyph, words) of a prepared vote: how it came out, where it stands, or what it will need."""
    line = next((one for one in snapshot.now.votes if one.id == plan.vote), None)
    if line is not None and line.outcome:
        mark = REJECTED if line.outcome in _REJECTIONS else DONE
        return mark, f"{counts_of(line.counts)} {outcome_words(words)[line.outcome]}".strip()
    if line is not None and line.phase != Phase.DISARMED.value:
        return (RUNNING if line.phase in LIVE else ""), phase_words(words)[line.phase]
    rule = snapshot.rule(plan.rule)
    if rule is None:
        return "", plan.rule
    needed = snapshot.needed_number(rule)
    said = {"rule": rule.title, "needed": needed}
    return "", words.gettext("%(rule)s, needed %(needed)d") % said if needed else rule.title
