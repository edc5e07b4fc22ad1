"""A draft of the minutes in plain words, from what the console knows: a preview, and no record of anything.

The minutes themselves are made from the log, with its evidence; this says beforehand what will stand in them, so that a
wrong name or a missing decision is seen while it can still be mended.

Source: `docs/protocol.md` sections 6.6 and 7.1.
"""

from controller.console.rows.results import figures_sentence, links, told
from controller.console.rows.table import Emphasis, Line, paragraph
from controller.console.rows.votes import numbers_of_items, numbers_of_votes
from controller.console.rows.wording import STANDINGS, date_of, item_words, mode_words, outcome_words, standing_word
from controller.console.snapshot import LIVE, Snapshot
from controller.desk.documents import ABSENT, EXCUSED, ItemNow, VoteRecord
from protocol.agenda import AgendaItem
from protocol.explain import Catalogue
from protocol.vote import Phase

_STEP = 2


def inputs(snapshot: Snapshot) -> tuple[object, ...]:
    """What the draft is made of."""
    now = snapshot.now
    return snapshot.house, now.phase, now.presiding, now.presence, now.items, now.votes, snapshot.votes


def draft_minutes(snapshot: Snapshot, words: Catalogue, width: int) -> tuple[Line, ...]:
    """The draft as lines of at most `width` cells: sitting, attendance, then item by item. Test votes are left out."""
    if not snapshot.now.sitting:
        return paragraph(words.gettext("No sitting is open: there is nothing to write."), width)
    lines = paragraph(words.gettext("DRAFT OF THE MINUTES"), width, emphasis=Emphasis.STRONG)
    lines += paragraph(_sitting(snapshot, words), width)
    for sentence in _attendance(snapshot, words):
        lines += paragraph(sentence, width)
    numbers, phases = numbers_of_items(snapshot), {one.id: one for one in snapshot.now.items}
    for item in snapshot.house.items:
        lines += (Line(""), *_item(item, numbers[item.id], phases.get(item.id), snapshot, words, width))
    others = _votes(snapshot, words, width, "")
    return (*lines, Line(""), *others) if others else lines


def _sitting(snapshot: Snapshot, words: Catalogue) -> str:
    said = {
        "sitting": snapshot.house.sitting, "date": date_of(snapshot.now.ts, words),
        "chair": snapshot.officer_name(snapshot.now.presiding) or "-",
    }  # fmt: skip
    return words.gettext("Sitting %(sitting)s, %(date)s. In the chair: %(chair)s.") % said


def _attendance(snapshot: Snapshot, words: Catalogue) -> list[str]:
    """How many are here now; who is excused and who absent, by name."""
    said = {"here": snapshot.present, "count": len(snapshot.house.members)}
    sentences = [words.gettext("Present: %(here)d of %(count)d members.") % said]
    for letter, text in (
        (EXCUSED, words.gettext("Excused: %(names)s.")),
        (ABSENT, words.gettext("Absent: %(names)s.")),
    ):
        pairs = zip(snapshot.house.members, snapshot.now.presence, strict=False)
        names = [member.name for member, state in pairs if state == letter]
        sentences += [text % {"names": ", ".join(names)}] if names else []
    return sentences


def _item(
    item: AgendaItem, number: str, now: ItemNow | None, snapshot: Snapshot, words: Catalogue, width: int
) -> tuple[Line, ...]:
    lines = paragraph(f"{number}. {item.title}", width, emphasis=Emphasis.STRONG)
    phase = now.phase if now is not None else "planned"
    state = item_words(words)[phase] or words.gettext("not called yet")
    if now is not None and now.decision:
        state += ", " + words.gettext("decision number %(number)s") % {"number": now.decision}
    lines += paragraph(state, width, indent=_STEP)
    return lines + _votes(snapshot, words, width, item.id)


def _votes(snapshot: Snapshot, words: Catalogue, width: int, item: str) -> tuple[Line, ...]:
    """The votes of an item in their order, with their sentences and named lists; one that runs is only mentioned."""
    numbers = numbers_of_votes(snapshot)
    lines: tuple[Line, ...] = ()
    for line in snapshot.now.votes:
        if line.item != item or line.mode == "test" or line.phase == Phase.DISARMED.value:
            continue
        said = {"vote": numbers[line.id], "title": line.title, "kind": mode_words(words).get(line.mode, line.mode)}
        head = words.gettext("Vote %(vote)s (%(kind)s): %(title)s") % said
        lines += paragraph(head, width, indent=_STEP)
        record = snapshot.votes.get(line.id)
        if record is not None:
            lines += _vote(record, snapshot, words, width)
        elif line.phase in LIVE:
            lines += paragraph(words.gettext("The vote runs."), width, indent=2 * _STEP)
    return lines


def _vote(record: VoteRecord, snapshot: Snapshot, words: Catalogue, width: int) -> tuple[Line, ...]:
    sentences = told(record, words)
    if not record.plain or record.phase == Phase.VOID.value:
        sentences.append(figures_sentence(record, snapshot, words))
    sentences += links(record, snapshot, words)
    if record.phase == Phase.CLOSED.value:
        sentences.append(words.gettext("The result is not announced yet."))
    if record.mode not in {"paper", "secret"}:
        sentences += _names(record, words)
    return tuple(line for sentence in sentences for line in paragraph(sentence, width, indent=2 * _STEP))


def _names(record: VoteRecord, words: Catalogue) -> list[str]:
    sentences = []
    for standing in STANDINGS:
        names = [answer.name for answer in record.answers if answer.standing == standing]
        if names:
            sentences.append(f"{standing_word(standing, words)} ({len(names)}): {', '.join(names)}")
    return sentences


def errata(snapshot: Snapshot, words: Catalogue, width: int) -> tuple[Line, ...]:
    """What of the sitting was voided, repeated, or decided otherwise than by the votes alone, one paragraph each."""
    numbers, outcomes = numbers_of_votes(snapshot), outcome_words(words)
    lines: tuple[Line, ...] = ()
    for line in snapshot.now.votes:
        record = snapshot.votes.get(line.id)
        if record is None or record.mode == "test":
            continue
        parts = told(record, words) if record.phase == Phase.VOID.value else []
        parts += links(record, snapshot, words)
        if record.casting:
            said = {"outcome": outcomes.get(record.outcome, record.outcome)}
            parts.append(words.gettext("A casting vote decided it: %(outcome)s.") % said)
        entered = sum(answer.entered for answer in record.answers)
        if entered:
            text = words.ngettext("%(count)d answer was entered.", "%(count)d answers were entered.", entered)
            parts.append(text % {"count": entered})
        if parts:
            head = words.gettext("Vote %(vote)s, %(title)s:") % {"vote": numbers[line.id], "title": line.title}
            lines += paragraph(" ".join([head, *parts]), width)
    return lines or paragraph(
        words.gettext("Nothing was voided, repeated or corrected."), width, emphasis=Emphasis.QUIET
    )
