"""The attendance list: every member with a place for a signature. Pure."""

from controller.fallback.markup import element, fields, page, row, signatures
from controller.fallback.paper import Paper, name_cell

ROWS_TO_SPARE = 4
"""For guests, and for a member the roster did not know yet."""


def attendance_list(paper: Paper) -> str:
    """The list as HTML."""
    gettext = paper.words.gettext
    title = gettext("Attendance list")
    head = row(
        "th", ("number", gettext("No.")), ("", gettext("Member")), ("seat", gettext("Seat")),
        ("tick", gettext("came at")), ("tick", gettext("left at")), ("sign", gettext("Signature")),
    )  # fmt: skip
    people = [
        row(
            "td", ("number", str(person.number)), ("", name_cell(person)), ("seat", person.place), ("tick", ""),
            ("tick", ""), ("sign", ""),
        )
        for person in paper.people()
    ]  # fmt: skip
    spare = [
        row("td", ("number", ""), ("", ""), ("seat", ""), ("tick", ""), ("tick", ""), ("sign", ""))
        for _ in range(ROWS_TO_SPARE)
    ]
    roster = paper.sitting.roster
    facts = {"in_office": roster.in_office, "statutory": roster.statutory}
    return page(
        paper.language,
        title,
        paper.heading(title),
        element("p", gettext("In office %(in_office)d, seats by law %(statutory)d.") % facts),
        element("table", element("thead", head), element("tbody", *people, *spare)),
        fields(gettext("Present"), gettext("Absent"), gettext("Counted at")),
        paper.how_entered("presence …"),
        signatures(gettext("Secretary")),
    )
