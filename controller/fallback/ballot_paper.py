"""Ballot papers to be cut apart, and the sheet on which they are counted. Pure.

Papers of one vote are alike to the letter: nothing on them tells one from another.
"""

from typing import Final

from controller.conduct import VotePlan
from controller.fallback.markup import Markup, element, fields, joined, page, row, signatures, square
from controller.fallback.paper import Paper, title_class
from controller.fallback.roll_call import needed_table

SPARE_MIN: Final = 3
SPARE_SHARE: Final = 10
"""One in so many is to spare."""
_SHEET_MM: Final = 266
_STYLE: Final = """
.sheet { display: grid; grid-template-columns: repeat(%(columns)d, 1fr); grid-auto-rows: %(height)dmm;
  break-after: page; }
.sheet:last-child { break-after: auto; }
.paper { border: 0.25mm dashed #000; padding: 4mm 5mm; overflow: hidden; }
.paper .body { border: 0; margin: 0 0 1mm; padding: 0; font-size: 8.5pt; }
.paper .title.much { font-size: 10.5pt; }
.paper .title { font-size: 11.5pt; line-height: 1.2; margin: 0 0 1.5mm; }
.paper .option { display: flex; align-items: center; gap: 3mm; margin: 2.2mm 0; font-size: 12.5pt; line-height: 1.15; }
.paper .square { flex: none; width: 7mm; height: 7mm; }
"""
_LONG_TITLE: Final = 90
_COLUMN_CHARACTERS, _PAGE_CHARACTERS = 38, 84
_LINE_MM, _OPTION_MM, _FRAME_MM = 5.2, 9.6, 31


def papers_of(paper: Paper, vote: VotePlan) -> int:
    """How many are printed: one for everybody who may vote, some to spare, and what fills the last sheet."""
    columns, rows = _arrangement(paper, vote)
    voters = paper.voters(vote)
    wanted = voters + max(SPARE_MIN, -(-voters // SPARE_SHARE))
    return -(-wanted // (columns * rows)) * columns * rows


def ballot_papers(paper: Paper, vote: VotePlan) -> str:
    """All papers of a vote as HTML, as many on a sheet as its options leave room for."""
    gettext = paper.words.gettext
    columns, rows = _arrangement(paper, vote)
    each = _paper(paper, vote)
    on_sheet = columns * rows
    sheets = [element("div", *[each] * on_sheet, class_="sheet")] * (papers_of(paper, vote) // on_sheet)
    style = _STYLE % {"columns": columns, "height": _SHEET_MM // rows}
    return page(paper.language, gettext("Ballot papers: %s") % vote.vote, *sheets, style=style)


def count_sheet(paper: Paper, vote: VotePlan) -> str:
    """What came back, by the option; the checks on it stand beside the boxes."""
    gettext = paper.words.gettext
    title = gettext("Count of the papers: %s") % vote.vote
    lines = (
        (gettext("Papers printed"), str(papers_of(paper, vote))),
        (gettext("Papers issued"), ""),
        (gettext("Papers returned, at most those issued"), ""),
        (gettext("Invalid papers"), ""),
        (gettext("Valid papers; with the invalid ones: those returned"), ""),
    )
    figures = [row("td", ("", label), ("sign number", figure)) for label, figure in lines]
    votes, member = paper.words.pgettext("figures", "Votes"), paper.words.pgettext("commission", "Member")
    head = row("th", ("", gettext("Option")), ("sign", gettext("Strokes")), ("tick", votes))
    options = [row("td", ("", _with_id(paper, option)), ("sign", ""), ("tick", "")) for option in vote.options]
    last = [gettext("Elected, or adopted"), gettext("Drawn by lot")]
    return page(
        paper.language,
        title,
        paper.heading(title),
        paper.subject(vote),
        needed_table(paper, vote),
        element("p", _how_many(paper, vote)),
        fields(gettext("Held at"), gettext("Round")),
        element("table", element("tbody", *figures)),
        element("table", element("thead", head), element("tbody", *options)),
        fields(*last, size="long"),
        paper.how_entered(_how_entered(vote)),
        signatures(gettext("Chair of the commission"), member, member),
        signatures(gettext("Secretary"), gettext("Entered by, on, at")),
    )


def _paper(paper: Paper, vote: VotePlan) -> Markup:
    facts = (paper.sitting.body_name, paper.sitting.title, paper.sitting.day)
    told = " · ".join(paper.script(fact) for fact in facts if fact)
    options = [element("div", square(), element("span", paper.option(one)), class_="option") for one in vote.options]
    return element(
        "div",
        element("p", told, class_="body"),
        element("p", paper.script(vote.title), class_=title_class(vote.title)),
        element("p", _how_many(paper, vote), class_="small"),
        joined(options),
        class_="paper",
    )


def _with_id(paper: Paper, option: str) -> Markup:
    """An option with the id by which its figure is entered."""
    return joined([paper.option(option), " ", element("span", element("code", option), class_="group")])


def _how_entered(vote: VotePlan) -> str:
    papers = " ".join(f"--{figure} …" for figure in ("issued", "returned", "valid", "invalid"))
    return f'paper-result --vote {vote.vote} --held-at "… …" --round … {papers} --figure {vote.options[0]}=… …'


def _how_many(paper: Paper, vote: VotePlan) -> str:
    if vote.max == 1:
        return paper.words.gettext("Tick one box.")
    asked = {"min": vote.min, "max": vote.max}
    if vote.min == vote.max:
        said = paper.words.ngettext("Tick %(max)d box.", "Tick %(max)d boxes.", vote.max)
        return said % asked
    return paper.words.gettext("Tick %(min)d to %(max)d boxes.") % asked


def _arrangement(paper: Paper, vote: VotePlan) -> tuple[int, int]:
    """(columns, rows) of papers on a sheet: two columns unless a text is long, rows as the height allows."""
    texts = [paper.option(option) for option in vote.options]
    columns = 1 if max(len(vote.title), *map(len, texts)) > _LONG_TITLE else 2
    width = _COLUMN_CHARACTERS if columns == 2 else _PAGE_CHARACTERS  # noqa: PLR2004 - two columns, as above
    lines = -(-len(vote.title) // width) + sum(-(-len(text) // (width - 6)) - 1 for text in texts)
    height = _FRAME_MM + lines * _LINE_MM + len(texts) * _OPTION_MM
    return columns, max(1, min(5, int(_SHEET_MM // height)))
