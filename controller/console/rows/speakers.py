"""The floor of the item at hand: who speaks and how long still, who waits, how long everybody has spoken.

Source: `docs/protocol.md` section 7.1.
"""

from collections import Counter
from typing import Final

from controller.console.rows.table import Column, Emphasis, Line, Row, Sought, Table, one_line, widest
from controller.console.rows.wording import NOBODYS, hour, sort_words
from controller.console.snapshot import Snapshot
from controller.console.text import bar, clock_of, cut, width_of
from controller.desk.documents import SpeechNow
from protocol.explain import Catalogue

_BAR_CELLS: Final = 10
_BAR_FROM: Final = 60
_NAME_MOST: Final = 40
_GROUP_MOST: Final = 16
ANSWERS_SOMEBODY: Final = "!"


def inputs(snapshot: Snapshot) -> tuple[object, ...]:
    """What the rows are made of."""
    return snapshot.house, snapshot.now.floor


def groups_of(snapshot: Snapshot) -> dict[str, str]:
    """The group of each member, and of each speaker without a seat the office."""
    return {one.id: one.group for one in snapshot.house.members} | {one.id: one.sort for one in snapshot.house.speakers}


def names_of(snapshot: Snapshot) -> dict[str, str]:
    """The name of each member and of each speaker without a seat."""
    return {one.id: one.name for one in snapshot.house.members} | {one.id: one.name for one in snapshot.house.speakers}


def speakers_table(snapshot: Snapshot, words: Catalogue, width: int) -> Table:
    """A row for each request that waits, in the order of the queue; its key is the speaker's id."""
    floor = snapshot.now.floor
    groups, names, sorts = groups_of(snapshot), names_of(snapshot), sort_words(words)
    spoken = {one.speaker: one for one in floor.spoken}
    urgent = {sort.id for sort in snapshot.house.sorts if sort.passes_closed_list}
    rows = []
    for position, request in enumerate(floor.queue, 1):
        before = spoken.get(request.speaker)
        rows.append(
            Row(
                request.speaker,
                (
                    str(position), names.get(request.speaker, request.speaker), groups.get(request.speaker, ""),
                    sorts.get(request.sort, request.sort), hour(request.since_ms),
                    f"{before.times}×" if before is not None else "0×",
                    clock_of(before.ms // 1_000) if before is not None else NOBODYS,
                ),
                ANSWERS_SOMEBODY if request.sort in urgent else "",
                Emphasis.STRONG if request.sort in urgent else Emphasis.PLAIN,
            )
        )  # fmt: skip
    shown_sorts = widest(sorts.values())
    asked, times = words.pgettext("table", "asked"), words.pgettext("table", "times")
    spoke, all_groups = words.pgettext("table", "spoke"), widest(groups.values())
    columns = (
        Column("#", 3, right=True),
        Column(words.pgettext("table", "name"), 12, _NAME_MOST, sought=Sought.PART),
        Column(words.pgettext("table", "group"), 6, max(6, min(_GROUP_MOST, all_groups)), at=56),
        Column(words.pgettext("table", "sort"), shown_sorts, shown_sorts + 4, at=44),
        Column(asked, 5, at=62),
        Column(times, 4, at=72, right=True),
        Column(spoke, 7, at=72, right=True),
    )
    return Table(columns, tuple(rows), empty=words.gettext("Nobody waits for the floor.")).fitted(width)


def speakers_heading(snapshot: Snapshot, words: Catalogue, width: int, clock_ms: int) -> tuple[Line, ...]:
    """Whether the list is open, and who has the floor with the time left by the controller's clock (`clock_ms`)."""
    floor = snapshot.now.floor
    state = words.gettext("The list of speakers is closed.") if floor.closed else words.gettext("The list is open.")
    waiting = words.ngettext("%(count)d waits for the floor.", "%(count)d wait for the floor.", len(floor.queue)) % {
        "count": len(floor.queue)
    }
    lines = [one_line(f"{state} {waiting}", width, Emphasis.WARN if floor.closed else Emphasis.PLAIN)]
    current = floor.current
    if current is None:
        return (*lines, one_line(words.gettext("Nobody speaks."), width, Emphasis.QUIET))
    now = words.gettext("NOW")
    said = " ".join(filter(None, [time_left(current, clock_ms, words), _bar(current, clock_ms, width)]))
    group = groups_of(snapshot).get(current.speaker, "")
    who = names_of(snapshot).get(current.speaker, current.speaker) + (f" ({group})" if group else "")
    room = width - width_of(said) - width_of(now) - 5
    over = bool(current.deadline_ms) and clock_ms > current.deadline_ms
    emphasis = Emphasis.WARN if over else Emphasis.STRONG
    if room < 8:  # noqa: PLR2004 - less is no name any more
        return (*lines, one_line(f"► {now} {who}", width, emphasis, glyphs=True), one_line(said, width, emphasis))
    return (*lines, one_line(f"► {now} {cut(who, room)}  {said}", width, emphasis, glyphs=True))


def time_left(speech: SpeechNow, clock_ms: int, words: Catalogue) -> str:
    """`02:00 left of 03:00`; past the end how much over, without a limit how long so far."""
    clock_ms = max(clock_ms, speech.since_ms)
    if not speech.deadline_ms:
        return words.gettext("%(time)s so far") % {"time": clock_of((clock_ms - speech.since_ms) // 1_000)}
    given = clock_of((speech.deadline_ms - speech.since_ms) // 1_000)
    if clock_ms > speech.deadline_ms:
        over = clock_of((clock_ms - speech.deadline_ms) // 1_000)
        return words.gettext("%(over)s over %(given)s") % {"over": over, "given": given}
    # Rounded up: what is shown as nothing left is over.
    left = clock_of(-((clock_ms - speech.deadline_ms) // 1_000))
    return words.gettext("%(left)s left of %(given)s") % {"left": left, "given": given}


def _bar(speech: SpeechNow, clock_ms: int, width: int) -> str:
    if not speech.deadline_ms or width < _BAR_FROM:
        return ""
    left = max(0, speech.deadline_ms - max(clock_ms, speech.since_ms))
    return bar(left, speech.deadline_ms - speech.since_ms, _BAR_CELLS)


def speakers_foot(snapshot: Snapshot, words: Catalogue, width: int, clock_ms: int) -> tuple[Line, ...]:
    """How long each group has spoken in this sitting, the running speech included, the longest first."""
    floor, groups = snapshot.now.floor, groups_of(snapshot)
    totals: Counter[str] = Counter()
    for one in floor.spoken:
        totals[groups.get(one.speaker, "")] += one.ms
    if floor.current is not None:
        totals[groups.get(floor.current.speaker, "")] += max(0, clock_ms - floor.current.since_ms)
    if not totals:
        return ()
    others = words.gettext("others")
    times = ", ".join(f"{group or others} {clock_of(ms // 1_000)}" for group, ms in totals.most_common())
    return (one_line(words.gettext("Spoken so far: %(times)s") % {"times": times}, width),)
