"""The agenda of a sitting that is prepared: items, sub-items, motions, with the documents that were found."""

from collections.abc import Iterable, Mapping, Sequence

from controller.preparing.name_checks import check_name
from controller.preparing.problems import Findings
from controller.preparing.sitting_documents import PreparedDocument
from controller.preparing.sitting_rules import RulesOfDay
from controller.preparing.sitting_toml import FileItem
from protocol.agenda import AgendaDocument, AgendaItem, Speaker, check_motions, write_agenda
from protocol.errors import AgendaRefused


def check_agenda(
    items: Sequence[FileItem],
    speakers: Sequence[Speaker],
    documents: Mapping[str, tuple[PreparedDocument, ...]],
    rules: RulesOfDay | None,
    found: Findings,
) -> AgendaDocument:
    """The agenda's document. Every item and motion is checked, the whole only if nothing else is wrong with it."""
    before = len(found.problems)
    if not items:
        found.missing("[[items]]", "items-missing", found.gettext("no item is on the agenda; write one"))
    _refuse_doubled(((item.where, item.id) for item in items), "item-doubled", found)
    _refuse_doubled(((item.where, motion.id) for item in items for motion in item.motions), "motion-doubled", found)
    _refuse_doubled(((f"[[speakers]] {n}", one.id) for n, one in enumerate(speakers, 1)), "speaker-doubled", found)
    for number, speaker in enumerate(speakers, 1):
        for fault in check_name(speaker.name, found.words) if speaker.name else ():
            found.wrong(f"[[speakers]] {number}: name", fault.code, fault.words)
    _check_parents(items, found)
    for item in items:
        _check_motions(item, rules, found)
    document = AgendaDocument(
        tuple(
            AgendaItem(
                item.id, item.title, item.parent,
                tuple(document.attachment() for document in documents.get(item.id, ())), item.motions,
            )
            for item in items
        ),
        tuple(speakers),
    )  # fmt: skip
    # What is malformed stands as empty and would be refused here once more.
    if len(found.problems) == before and not found.has("wrong"):
        try:
            write_agenda(document)
        except AgendaRefused as error:
            found.wrong("[[items]]", "agenda", error.fact)
    return document


def _refuse_doubled(entries: Iterable[tuple[str, str]], code: str, found: Findings) -> None:
    first: dict[str, str] = {}
    for where, name in entries:
        if name in first:
            said = {"id": name, "first": first[name]}
            found.wrong(where, code, found.gettext("the id %(id)s stands in %(first)s already; write another") % said)
        elif name:
            first[name] = where


def _check_parents(items: Sequence[FileItem], found: Findings) -> None:
    known = {item.id for item in items}
    earlier: set[str] = set()
    for item in items:
        said = {"parent": item.parent, "item": item.id}
        if item.parent and item.parent not in known:
            words = found.gettext("there is no item %(parent)s to contain this one; write the id of an item before it")
            found.wrong(f"{item.where}: parent", "item-parent", words % said)
        elif item.parent and item.parent not in earlier:
            words = found.gettext("move %(item)s behind %(parent)s, which contains it")
            found.wrong(f"{item.where}: parent", "item-parent", words % said)
        earlier.add(item.id)


def _check_motions(item: FileItem, rules: RulesOfDay | None, found: Findings) -> None:
    try:
        check_motions(item.motions)
    except AgendaRefused as error:
        found.wrong(item.where, "motion", error.fact)
    for number, motion in enumerate(item.motions, 1):
        if motion.rule and rules is not None:
            rules.find(motion.rule, f"{item.where}, [[items.motions]] {number}: rule", found)
