"""The sheet of a roll call: every member with a box for each answer, what is needed, who entered it. Pure.

Of a vote on paper only the handing out of papers is noted by name, never an answer.
"""

from collections.abc import Sequence
from typing import Final

from controller.conduct import VotePlan
from controller.fallback.markup import Markup, blank, element, fields, joined, page, row, signatures, square
from controller.fallback.paper import Paper, Person, name_cell
from protocol.explain import outcome_word
from protocol.majority import Figures, needed_votes, quorum_needed_of
from protocol.records import PLAIN_OPTIONS

COLUMNS_MAX: Final = 4
"""So many options have columns of their own; of more the letter is written down."""
NEEDED_MAX: Final = 60
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def roll_call_sheet(paper: Paper, vote: VotePlan | None) -> str:
    """The sheet of a vote as HTML; None is a blank one, for what nobody prepared."""
    gettext = paper.words.gettext
    options = vote.options if vote is not None else PLAIN_OPTIONS
    title = gettext("Roll call: %s") % vote.vote if vote is not None else gettext("Roll call: blank sheet")
    subject = paper.subject(vote) if vote is not None else _blank_subject(paper)
    lettered = vote is not None and (len(options) > COLUMNS_MAX or vote.max > 1)
    key = _lettered(paper, options) if lettered else Markup()
    answers = [gettext("answer")] if lettered else [paper.option(option) for option in options]
    answers += [paper.words.pgettext("legend", "absent"), paper.words.pgettext("legend", "recused")]
    head = row(
        "th", ("number", gettext("No.")), ("", gettext("Member")), ("seat", gettext("Seat")),
        *(("tick wide" if lettered and not place else "tick", answer) for place, answer in enumerate(answers)),
    )  # fmt: skip
    rows = [_member_row(paper, person, vote, len(answers), lettered=lettered) for person in paper.people()]
    totals = [*map(letter_of, range(len(options))), *answers[1:]] if lettered else answers
    return page(
        paper.language,
        title,
        paper.heading(title),
        subject,
        needed_table(paper, vote),
        key,
        fields(gettext("Held at"), gettext("Present"), gettext("Needed")),
        element("table", element("thead", head), element("tbody", *rows)),
        element("div", element("h2", gettext("Count")), fields(*totals), _outcomes(paper), class_="keep"),
        paper.how_entered(_how_entered(paper, vote)),
        signatures(gettext("Chair"), gettext("Secretary"), gettext("Entered by, on, at")),
    )


def roll_call_table(paper: Paper, vote: VotePlan | None) -> str:
    """The table to enter the answers with, as CSV: every member who may vote, the choices still empty."""
    members = [person.id for person in paper.people() if paper.votes_on(person, vote)]
    return "".join(f"{line}\n" for line in ["member,choice", *(f"{member}," for member in members)])


def _how_entered(paper: Paper, vote: VotePlan | None) -> str:
    """The answers go into the table beside this sheet first."""
    name = vote.vote if vote is not None else "…"
    table = f"{name}-roll-call.csv" if vote is not None else "roll-call-blank.csv"
    return f'roll-call {table} --vote {name} --held-at "{paper.sitting.day} HH:MM"'


def handing_out_list(paper: Paper, vote: VotePlan) -> str:
    """Who got a paper, by signature, and who is recused; how anybody voted stands nowhere."""
    gettext = paper.words.gettext
    title = gettext("Voting papers handed out: %s") % vote.vote
    head = row(
        "th", ("number", gettext("No.")), ("", gettext("Member")), ("seat", gettext("Seat")),
        ("tick", paper.words.pgettext("legend", "absent")), ("tick", paper.words.pgettext("legend", "recused")),
        ("sign", gettext("Got a paper (signature)")),
    )  # fmt: skip
    rows = [
        row(
            "td", ("number", str(person.number)), ("", name_cell(person)), ("seat", person.place),
            ("tick", square() if paper.votes_on(person, vote) else "–"),
            ("tick", square() if paper.votes_on(person, vote) else "–"),
            ("sign", "" if paper.votes_on(person, vote) else gettext("has no vote here")),
        )
        for person in paper.people()
    ]  # fmt: skip
    return page(
        paper.language,
        title,
        paper.heading(title),
        paper.subject(vote),
        fields(gettext("Held at"), gettext("Round")),
        element("table", element("thead", head), element("tbody", *rows)),
        fields(gettext("Papers handed out")),
        signatures(gettext("Chair"), gettext("Secretary")),
    )


def needed_table(paper: Paper, vote: VotePlan | None) -> Markup:
    """How many votes for are needed of how many, where that is known only when people are here."""
    rule = paper.rule_of(vote)
    if rule is None or rule.base not in {"present", "cast", "papers_cast"}:
        return Markup()
    known = paper.sitting.figures(rule)
    numbers = range(max(1, quorum_needed_of(rule, known)), known.in_office + 1)
    if len(numbers) > NEEDED_MAX:
        return Markup()
    steps: dict[int, list[int]] = {}
    for number in numbers:
        figures = Figures(known.statutory, known.in_office, number, number, 0, 0, number)
        steps.setdefault(needed_votes(rule, figures), []).append(number)
    gettext = paper.words.gettext
    base = {"present": gettext("If here"), "cast": gettext("If votes cast"), "papers_cast": gettext("If papers cast")}
    needed_word = gettext("needed")
    told = ", ".join(f"{_span(numbers)} → {needed}" for needed, numbers in steps.items())
    return element("p", element("strong", f"{base[rule.base]} → {needed_word}: "), told, class_="small")


def _span(numbers: Sequence[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"


def _member_row(paper: Paper, person: Person, vote: VotePlan | None, answers: int, *, lettered: bool) -> Markup:
    start = (("number", str(person.number)), ("", name_cell(person)), ("seat", person.place))
    if not paper.votes_on(person, vote):
        none = element("td", paper.words.gettext("has no vote here"), colspan=answers)
        return element("tr", *[element("td", content, class_=name) for name, content in start], none)
    boxes: list[tuple[str, str]] = [("tick", square()) for _ in range(answers)]
    if lettered:
        boxes[0] = ("tick", "")
    return row("td", *start, *boxes)


def _blank_subject(paper: Paper) -> Markup:
    gettext = paper.words.gettext
    return joined(
        [
            fields(gettext("Item"), gettext("Vote"), gettext("Rule"), size=""),
            element("p", gettext("Subject:"), " ", blank("long"), class_="fields"),
            element("p", gettext("Needed, of how many, quorum:"), " ", blank("long"), class_="fields"),
        ]
    )


def _lettered(paper: Paper, options: Sequence[str]) -> Markup:
    """Which letter stands for which option."""
    rows = [
        row("td", ("number", letter_of(place)), ("", paper.option(option)), ("", element("code", option)))
        for place, option in enumerate(options)
    ]
    return element("table", element("tbody", *rows))


def letter_of(place: int) -> str:
    """A, B, … Z, AA, AB, …"""
    first, last = divmod(place, len(LETTERS))
    return (letter_of(first - 1) if first else "") + LETTERS[last]


def _outcomes(paper: Paper) -> Markup:
    words = [outcome_word(outcome, paper.words) for outcome in ("adopted", "not-adopted", "no-quorum", "tie")]
    return element("p", *[element("span", square(), f" {word}", class_="field") for word in words], class_="fields")
