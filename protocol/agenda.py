"""The agenda's document: items and sub-items, what is laid before the council, motions, and speakers without a seat.

Its text is the blob that an `agenda` record quotes. An older document, whose items have only `id` and `title` and which
names no speakers, is read as well; written is always the whole form. The same motions say in what order they are voted
on: whatever would change a text comes before that text.

Source: `docs/protocol.md` section 6.6.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from protocol.agenda_form import (
    ATTACHMENT,
    DOCUMENT,
    ITEM,
    MOTION,
    SHORT_DOCUMENT,
    SHORT_ITEM,
    SPEAKER,
    read_members,
)
from protocol.encoding import canonical_json, from_canonical_json
from protocol.errors import AgendaRefused, PayloadRefused

AGENDA_BYTES_MAX = 59_000
ITEMS_MAX = 500


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document laid before the council with an item: SHA-256 of its bytes (base64url), and an https address or ""."""

    hash: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Motion:
    """What is voted on under an item. `sort` is one of `MOTION_SORTS`.

    `of`: the motion that an amendment amends, which may be an amendment itself; "" for the other sorts. `order`: the
    number the chair gives. `rule`: the id of the rule it is voted on by, or "". All rivals of an item are alternatives
    to each other.
    """

    id: str
    title: str
    sort: str
    of: str
    order: int
    rule: str


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """An item. `parent`: the id of an earlier item that contains it, or ""."""

    id: str
    title: str
    parent: str = ""
    documents: tuple[Attachment, ...] = ()
    motions: tuple[Motion, ...] = ()


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who may have the floor and is no member. `sort`: in what office (`mayor`, `treasurer`, `resident`)."""

    id: str
    name: str
    sort: str


@dataclass(frozen=True, slots=True)
class AgendaDocument:
    """One version of the agenda, in the order of business."""

    items: tuple[AgendaItem, ...]
    speakers: tuple[Speaker, ...] = ()


@dataclass(frozen=True, slots=True)
class AgendaChanges:
    """Ids of items that differ between two versions; `removed` in the old order, the others in the new one.

    `moved`: under another parent, or past its neighbours under the same one; of a group only what must move is named.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[str, ...]
    retitled: tuple[str, ...]


def write_agenda(document: AgendaDocument) -> bytes:
    """The canonical bytes of an agenda. Raises `AgendaRefused`: what `read_agenda` would refuse."""
    try:
        data = canonical_json({"v": 1} | asdict(document))
    except ValueError as error:
        raise AgendaRefused("an agenda with text that is not UTF-8") from error
    read_agenda(data)
    return data


def read_agenda(data: bytes) -> AgendaDocument:
    """Read an agenda's bytes, which stand behind the salt of its blob.

    Raises `AgendaRefused`: too long, not canonical, unknown members, doubled ids, a parent that is not an earlier item,
    an amendment of nothing or in a circle, or a member that breaks its type.
    """
    if len(data) > AGENDA_BYTES_MAX:
        raise AgendaRefused(f"an agenda of {len(data)} bytes; at most {AGENDA_BYTES_MAX}")
    try:
        value = from_canonical_json(data)
    except PayloadRefused as error:
        raise AgendaRefused(f"an agenda that is {error.fact}") from error
    short = type(value) is dict and "speakers" not in value
    members = read_members(value, SHORT_DOCUMENT if short else DOCUMENT, "an agenda")
    if len(members["items"]) > ITEMS_MAX:
        raise AgendaRefused(f"an agenda of {len(members['items'])} items; at most {ITEMS_MAX}")
    items = tuple(_item(entry, short=short) for entry in members["items"])
    speakers = tuple(Speaker(**read_members(entry, SPEAKER, "a speaker")) for entry in members.get("speakers", []))
    _refuse_doubled("items", (item.id for item in items))
    _refuse_doubled("motions", (motion.id for item in items for motion in item.motions))
    _refuse_doubled("speakers", (speaker.id for speaker in speakers))
    _check_parents(items)
    for item in items:
        check_motions(item.motions)
    return AgendaDocument(items, speakers)


def check_motions(motions: Sequence[Motion]) -> None:
    """Every amendment leads to a motion that amends nothing, and nothing else names one.

    Raises `AgendaRefused`: an id missing or doubled, an amendment of nothing or in a circle, another motion that says
    it amends.
    """
    of = {motion.id: motion.of for motion in motions}
    if "" in of or len(of) != len(motions):
        raise AgendaRefused("a motion without an id, or two with one")
    for motion in motions:
        if (motion.sort == "amendment") != (motion.of != ""):
            raise AgendaRefused(f"motion {motion.id}: an amendment names what it amends, nothing else does")
        if motion.of and motion.of not in of:
            raise AgendaRefused(f"amendment {motion.id}: there is no motion {motion.of} under its item")
    _refuse_circle("amendment", of)


def voting_order(motions: Sequence[Motion]) -> tuple[str, ...]:
    """Ids in the order of voting on the motions of one item: what amends comes before what it amends, deepest first.

    Neighbours (amendments of one motion; motions and rivals that amend nothing) go by `order`, then as submitted.
    Raises `AgendaRefused` as `check_motions`.
    """
    check_motions(motions)
    below: dict[str, list[Motion]] = {}
    for motion in sorted(motions, key=lambda motion: motion.order):
        below.setdefault(motion.of, []).append(motion)
    # Read backwards, a tree that is walked from its root has each motion after all that amends it; chains of
    # amendments may be longer than Python's stack.
    backwards: list[str] = []
    ahead = list(below.get("", ()))
    while ahead:
        motion = ahead.pop()
        backwards.append(motion.id)
        ahead.extend(below.get(motion.id, ()))
    return tuple(reversed(backwards))


def falls(motions: Sequence[Motion], adopted: Collection[str]) -> frozenset[str]:
    """Motions of one item that need no vote any more: an adopted rival fells the others, with all that amends them.

    Also those among them that were voted on before. Raises `AgendaRefused` as `check_motions`.
    """
    check_motions(motions)
    if not any(motion.sort == "rival" and motion.id in adopted for motion in motions):
        return frozenset()
    fallen = {motion.id for motion in motions if motion.sort == "rival" and motion.id not in adopted}
    above = {motion.id: motion.of for motion in motions}
    return frozenset(name for name in above if not fallen.isdisjoint((name, *_targets(above, name))))


def next_motion(motions: Sequence[Motion], outcomes: Mapping[str, bool]) -> str:
    """The motion of one item to vote on next, or "". `outcomes`: motions that were voted on, True for adopted.

    Passed over is what fell, and what would amend a text that is decided already. Raises `AgendaRefused` as
    `check_motions`.
    """
    fallen = falls(motions, [name for name, adopted in outcomes.items() if adopted])
    above = {motion.id: motion.of for motion in motions}
    for name in voting_order(motions):
        if name not in fallen and not any(motion in outcomes for motion in (name, *_targets(above, name))):
            return name
    return ""


def _targets(above: Mapping[str, str], name: str) -> Iterator[str]:
    """What a motion amends, what that amends, and so on."""
    while name := above.get(name, ""):
        yield name


def changes(old: AgendaDocument, new: AgendaDocument) -> AgendaChanges:
    """What a newer version of the agenda changes, for the minutes."""
    before, after = {item.id: item for item in old.items}, {item.id: item for item in new.items}
    both = [name for name in after if name in before]
    stays = {name for name in both if before[name].parent == after[name].parent}
    place = {name: number for number, name in enumerate(before)}
    still: set[str] = set()
    for parent in {after[name].parent for name in stays}:
        siblings = [name for name in after if name in stays and after[name].parent == parent]
        still.update(siblings[n] for n in _longest_rise([place[name] for name in siblings]))
    return AgendaChanges(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        moved=tuple(name for name in both if name not in still),
        retitled=tuple(name for name in both if before[name].title != after[name].title),
    )


def _longest_rise(numbers: Sequence[int]) -> list[int]:
    """The places of a longest rising run (gaps allowed) in distinct numbers: what need not move."""
    ends: list[int] = []  # the least number that a run of this length ends with, and where it stands
    places: list[int] = []
    previous: list[int] = []
    for here, number in enumerate(numbers):
        length = bisect_left(ends, number)
        previous.append(places[length - 1] if length else -1)
        ends[length : length + 1], places[length : length + 1] = [number], [here]
    run: list[int] = []
    here = places[-1] if places else -1
    while here >= 0:
        run.append(here)
        here = previous[here]
    return run


# --- From untyped JSON. -------------------------------------------------------------------------------------


def _item(value: Any, *, short: bool) -> AgendaItem:  # noqa: ANN401 - untyped JSON becomes an AgendaItem here
    members = read_members(value, SHORT_ITEM if short else ITEM, "an item")
    where = f"of item {members['id']}"
    documents = [read_members(entry, ATTACHMENT, f"a document {where}") for entry in members.pop("documents", [])]
    motions = [read_members(entry, MOTION, f"a motion {where}") for entry in members.pop("motions", [])]
    return AgendaItem(
        **members,
        documents=tuple(Attachment(**entry) for entry in documents),
        motions=tuple(Motion(**entry) for entry in motions),
    )


def _refuse_doubled(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise AgendaRefused(f"two {what} with the id {name}")
        seen.add(name)


def _check_parents(items: Sequence[AgendaItem]) -> None:
    """Unknown parents and circles are told apart from a mere wrong order, because they are mended elsewhere."""
    parents = {item.id: item.parent for item in items}
    for item in items:
        if item.parent and item.parent not in parents:
            raise AgendaRefused(f"item {item.id}: there is no item {item.parent} to contain it")
    _refuse_circle("item", parents)
    earlier: set[str] = set()
    for item in items:
        if item.parent and item.parent not in earlier:
            raise AgendaRefused(f"item {item.id} must come after {item.parent}, which contains it")
        earlier.add(item.id)


def _refuse_circle(what: str, up: Mapping[str, str]) -> None:
    """`up` leads from each id to one above it, or to ""."""
    sound: set[str] = set()
    for start in up:
        path: dict[str, None] = {}
        here = start
        while here and here not in sound:
            if here in path:
                raise AgendaRefused(f"{what} {here} leads back to itself")
            path[here] = None
            here = up[here]
        sound.update(path)
