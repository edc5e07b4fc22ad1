# ruff: noqa: ARG001 - all makers of a form have one signature, so that a table can hold them
"""What the acts that are typed ask for, and the act that comes of the answers: pure, the same for every console.

A form has fields in their order; each says what it asks, what may be answered, and what stands there already. `bring`
makes the act of the answers, which were checked one by one with `check`.

Source: `docs/protocol.md` sections 6.3 to 6.7.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from controller.conduct import VotePlan
from controller.console.acts import Act
from controller.console.catalogue import Selection
from controller.console.snapshot import Snapshot
from controller.desk.documents import VoteRecord
from protocol.explain import Catalogue
from protocol.majority import Rule
from protocol.records import PLAIN_OPTIONS

_CODE: Final = re.compile(r"[a-z0-9-]{1,40}")
TITLE_MAX: Final = 300
Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `choices`: (value, words) of all that may be answered; empty for free text.

    `preset`: what stands there; `may_be_empty`; `number`: a whole number of 0..; `code`: an identifier.
    """

    id: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    preset: str = ""
    may_be_empty: bool = False
    number: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form. `warning`: what must be known before; `bring`: the act of the answers."""

    action: str
    title: str
    fields: tuple[Field, ...]
    bring: Callable[[Answers], Act]
    warning: str = ""


def check(field: Field, answer: str, words: Catalogue) -> str:
    """What is wrong with an answer, in one line; "" if nothing is."""
    if not answer:
        return "" if field.may_be_empty else words.gettext("Something must be written here.")
    if field.choices and answer not in {value for value, _ in field.choices}:
        return words.gettext("Choose one of: %(choices)s") % {"choices": ", ".join(value for value, _ in field.choices)}
    if field.number and not (answer.isascii() and answer.isdigit() and len(answer) <= 9):  # noqa: PLR2004 - fits a record
        return words.gettext("A whole number belongs here.")
    if field.code and not _CODE.fullmatch(answer):
        return words.gettext("Letters a to z, digits and hyphens, at most 40.")
    if len(answer) > TITLE_MAX:
        return words.gettext("At most %(most)d characters.") % {"most": TITLE_MAX}
    return ""


def form_of(action: str, snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    """The form of an act that is typed. Raises `KeyError`: it has none."""
    return _FORMS[action](snapshot, selection, words)


def has_form(action: str) -> bool:
    """True of an act that asks for words."""
    return action in _FORMS


def _reason(words: Catalogue, preset: str) -> Field:
    return Field("code", words.gettext("Reason, as a code"), preset=preset, code=True)


def _new_vote(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    item = snapshot.item()
    rules = tuple((rule.id, rule.title) for rule in snapshot.house.rules if rule.base != "none")
    fields = (
        Field("title", words.gettext("What is voted on"), preset=item.title if item is not None else ""),
        Field("rule", words.gettext("Rule of law"), rules, rules[0][0] if rules else ""),
        Field("mode", words.gettext("How"), _modes(words), "open"),
    )

    def bring(answers: Answers) -> Act:
        vote = snapshot.free_vote_id(f"vote-{len(snapshot.now.votes) + 1}")
        plan = VotePlan(vote, answers["title"], answers["rule"], snapshot.now.item, mode=answers["mode"])
        return lambda acts: acts.arm(plan)

    return Form("new-vote", words.gettext("A vote that was not prepared"), fields, bring)


def _modes(words: Catalogue) -> tuple[tuple[str, str], ...]:
    return (
        ("open", words.gettext("open, by button")), ("paper", words.gettext("on paper")),
        ("test", words.gettext("a test that counts nowhere")),
    )  # fmt: skip


def _decide(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    item = snapshot.now.item
    fields = (Field("decision", words.gettext("Number of the decision, or nothing"), may_be_empty=True),)
    return Form(
        "decide", words.gettext("Settle the active item"), fields,
        lambda answers: lambda acts: acts.move_item(item, "decide", answers["decision"]),
    )  # fmt: skip


def _void(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    live = snapshot.now.vote if snapshot.vote_is_live else None
    opened = {record.id: record.open for record in snapshot.votes.values() if record.phase != "void"}
    if live is not None:
        opened[live.id] = live.open
    fields = (
        # Typed in whole, so that no key alone and no wrong line voids a vote.
        Field("vote", words.gettext("Type the id of the vote"), tuple((vote, vote) for vote in opened)),
        _reason(words, "fault"),
        Field("basis", words.gettext("Basis, if it was announced: a decision of the council or a court"),
              may_be_empty=True, code=True),
    )  # fmt: skip
    return Form(
        "void", words.gettext("Void a vote"), fields,
        lambda answers: lambda acts: acts.void(opened[answers["vote"]], answers["code"], answers["basis"]),
        words.gettext("It stays in the record with its reason, and can be repeated."),
    )  # fmt: skip


def _casting_vote(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    choices = (("for", words.gettext("for")), ("against", words.gettext("against")))
    fields = (Field("choice", words.gettext("The casting vote"), choices),)
    return Form(
        "casting-vote", words.gettext("Decide the tie"), fields,
        lambda answers: lambda acts: acts.casting_vote(answers["choice"]),
    )  # fmt: skip


def _acknowledge(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    office = "secretary" if snapshot.role == "secretary" else "chair"
    waiting = [one for one in snapshot.now.waiting if one.by == office]
    choices = tuple((one.record[:8], f"{one.kind}, {snapshot.officer_name(one.author)}") for one in waiting)
    by_name = {one.record[:8]: one.record for one in waiting}
    fields = (Field("record", words.gettext("What is acknowledged"), choices, choices[0][0] if choices else ""),)
    return Form(
        "acknowledge", words.gettext("Agree to another officer's act"), fields,
        lambda answers: lambda acts: acts.acknowledge(by_name[answers["record"]]),
    )  # fmt: skip


def _adjourn(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    return Form(
        "adjourn", words.gettext("Adjourn the sitting"), (_reason(words, "recess"),),
        lambda answers: lambda acts: acts.adjourn(answers["code"]),
        words.gettext("Every card must be put in again afterwards."),
    )  # fmt: skip


def _close_sitting(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    sitting = snapshot.house.sitting
    fields = (
        Field("sitting", words.gettext("Type the id of the sitting: %(id)s") % {"id": sitting}, ((sitting, sitting),)),
        _reason(words, "end"),
    )
    return Form(
        "close-sitting", words.gettext("Close the sitting"), fields,
        lambda answers: lambda acts: acts.close_sitting(answers["code"]),
        words.gettext("Only its minutes can follow."),
    )  # fmt: skip


# --- The secretary's.


def _member_field(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Field:
    members = tuple((member.id, member.name) for member in snapshot.house.members)
    return Field("member", words.gettext("Member"), members, selection.member)


def _recuse_as(act: str) -> Callable[[Snapshot, Selection, Catalogue], Form]:
    def make(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
        items = tuple((item.id, item.title) for item in snapshot.house.items)
        fields = (
            _member_field(snapshot, selection, words),
            Field("item", words.gettext("Item"), items, snapshot.now.item),
            Field("code", words.gettext("Reason, as a code"), preset="interest", may_be_empty=True, code=True),
        )
        title = words.gettext("A member takes no part in an item")
        if act == "withdraw":
            title = words.gettext("A member takes part in an item again")
        return Form(
            "recuse" if act == "declare" else "unrecuse", title, fields,
            lambda answers: lambda acts: acts.recusal(answers["item"], answers["member"], act, answers["code"]),
        )  # fmt: skip

    return make


def _enter_answer(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    vote = snapshot.now.vote
    options = tuple((option, option) for option in (vote.options if vote is not None else PLAIN_OPTIONS))
    ways = (
        ("assisted", words.gettext("with help")), ("roll-call", words.gettext("by roll call")),
        ("paper", words.gettext("on paper")),
    )  # fmt: skip
    fields = (
        _member_field(snapshot, selection, words), Field("choice", words.gettext("Answer"), options),
        Field("how", words.gettext("How it was given"), ways, "assisted"),
    )  # fmt: skip
    return Form(
        "enter-answer", words.gettext("Enter an answer"), fields,
        lambda answers: lambda acts: acts.assisted(answers["member"], (answers["choice"],), answers["how"]),
    )  # fmt: skip


def _ended(snapshot: Snapshot, selection: Selection) -> VoteRecord:
    return snapshot.votes[selection.vote]


def _enter_paper(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    vote = snapshot.now.vote
    opened = vote.open if vote is not None and vote.open else _ended(snapshot, selection).open
    options = vote.options if vote is not None and vote.open else _ended(snapshot, selection).options
    papers = (
        ("issued", words.gettext("Papers issued")), ("returned", words.gettext("Papers returned")),
        ("valid", words.gettext("Valid papers")), ("invalid", words.gettext("Invalid papers")),
    )  # fmt: skip
    fields = tuple(Field(name, label, number=True) for name, label in papers) + tuple(
        Field(f"for-{option}", option, number=True) for option in options
    )

    def bring(answers: Answers) -> Act:
        counted = (
            int(answers["issued"]), int(answers["returned"]), int(answers["valid"]), int(answers["invalid"]),
        )  # fmt: skip
        figures = tuple(int(answers[f"for-{option}"]) for option in options)
        return lambda acts: acts.paper_result(opened, counted, figures)

    return Form("enter-paper", words.gettext("The count of a vote on paper"), fields, bring)


def _state_correction(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    record = _ended(snapshot, selection)
    options = tuple((option, option) for option in record.options)
    fields = (_member_field(snapshot, selection, words), Field("stated", words.gettext("What was meant"), options))
    return Form(
        "state-correction", words.gettext("What a member states to have meant"), fields,
        lambda answers: lambda acts: acts.correction(record.open, answers["member"], answers["stated"]),
        words.gettext("The result stays as it is."),
    )  # fmt: skip


def _enter_lot(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    record = _ended(snapshot, selection)
    fields = (
        Field("choice", words.gettext("What the lot drew"), tuple((option, option) for option in record.options)),
    )
    return Form(
        "enter-lot", words.gettext("The lot"), fields,
        lambda answers: lambda acts: acts.lot(record.open, answers["choice"]),
    )  # fmt: skip


def _correct_rule(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    record = _ended(snapshot, selection)
    rules: list[Rule] = [rule for rule in snapshot.house.rules if rule.id != record.rule.id]
    fields = (
        Field("rule", words.gettext("Rule of law"), tuple((rule.id, rule.title) for rule in rules)),
        _reason(words, "wrong-rule"),
    )
    return Form(
        "correct-rule", words.gettext("Another rule for the same answers"), fields,
        lambda answers: lambda acts: acts.correct_rule(record.open, answers["rule"], answers["code"]),
    )  # fmt: skip


def _void_ended(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    record = _ended(snapshot, selection)
    fields = (
        Field("vote", words.gettext("Type the id of the vote"), ((record.id, record.id),)),
        _reason(words, "fault"),
        Field("basis", words.gettext("Basis, if it was announced: a decision of the council or a court"),
              may_be_empty=True, code=True),
    )  # fmt: skip
    return Form(
        "void-ended", words.gettext("Void a vote"), fields,
        lambda answers: lambda acts: acts.void(record.open, answers["code"], answers["basis"]),
        words.gettext("The chair must acknowledge it."),
    )  # fmt: skip


def _note(snapshot: Snapshot, selection: Selection, words: Catalogue) -> Form:
    fields = (
        Field("about", words.gettext("What it is about"), preset=selection.seat or snapshot.house.sitting),
        _reason(words, "note"),
        Field("text", words.gettext("What happened")),
    )
    return Form(
        "note-incident", words.gettext("A note for the record"), fields,
        lambda answers: lambda acts: acts.note(answers["about"], answers["code"], answers["text"]),
    )  # fmt: skip


_FORMS: Final[dict[str, Callable[[Snapshot, Selection, Catalogue], Form]]] = {
    "new-vote": _new_vote,
    "decide": _decide,
    "void": _void,
    "casting-vote": _casting_vote,
    "acknowledge": _acknowledge,
    "adjourn": _adjourn,
    "close-sitting": _close_sitting,
    "recuse": _recuse_as("declare"),
    "unrecuse": _recuse_as("withdraw"),
    "enter-answer": _enter_answer,
    "enter-paper": _enter_paper,
    "state-correction": _state_correction,
    "enter-lot": _enter_lot,
    "correct-rule": _correct_rule,
    "void-ended": _void_ended,
    "note-incident": _note,
}
