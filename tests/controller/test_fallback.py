"""Sheets of paper: whole, well formed, with every member on every list, and never over something that is there."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from controller.export import OutputRefused
from controller.fallback.ballot_paper import papers_of
from controller.fallback.markup import element, page
from controller.fallback.paper import Paper
from controller.fallback.roll_call import letter_of
from controller.fallback.seat_plan import rows_and_places
from controller.fallback.sheets import NotPrepared, all_sheets, sheets_of_vote, write_sheets
from controller.words import LANGUAGES, catalogue
from tests.controller.installation_room import runner
from tests.controller.preparation_room import NAMES, PAPER_VOTE, Room, card, roster, seats

LISTS = ("attendance", "roll-call-blank", "v01-roll-call", "v02-roll-call", "v03-handed-out", "seat-plan")
HOSTILE = "<b>&\"O'Hara</b><script>alert(1)</script>"


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A sound sitting with a vote on paper."""
    room = Room(tmp_path)
    room.add(PAPER_VOTE)
    return room


def paper(room: Room, language: str = "en") -> Paper:
    """The sitting in a language."""
    draft = room.prepare().draft
    assert draft is not None
    return Paper(draft, language, catalogue(language))


def sheets(room: Room, language: str = "en") -> dict[str, str]:
    """The pages of HTML by name without its end."""
    return {
        name.removesuffix(".html"): text
        for name, text in all_sheets(paper(room, language)).items()
        if name.endswith(".html")
    }


def tree(text: str) -> ET.Element:
    """A page as XML, which is stricter than HTML."""
    return ET.fromstring(text)  # noqa: S314 - our own page


def text_of(text: str) -> str:
    """What a person reads on a page, in one line."""
    body = tree(text).find("body")
    assert body is not None
    return " ".join(" ".join(body.itertext()).split())


class _Tags(HTMLParser):
    """Every tag and what its attributes name."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.tags.add(tag)
        self.attributes.update(name for name, _value in attrs)


def test_a_sitting_has_all_its_sheets(room: Room) -> None:
    """One roll call for each open vote; of a vote on paper what is handed out, filled in and counted."""
    assert list(all_sheets(paper(room))) == [
        "attendance.html", "seat-plan.html", "roll-call-blank.html", "roll-call-blank.csv", "v01-roll-call.html",
        "v01-roll-call.csv", "v02-roll-call.html", "v02-roll-call.csv", "v03-handed-out.html",
        "v03-ballot-papers.html", "v03-count.html",
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_is_well_formed_in_every_language(room: Room, language: str) -> None:
    """With its language, a heading where it is read, and A4 by its own style."""
    for name, text in sheets(room, language).items():
        root = tree(text)
        assert root.get("lang") == language
        assert (root.find("body/h1") is not None) == (name != "v03-ballot-papers")
        assert text.startswith("<!DOCTYPE html>\n")
        assert "@page { size: A4" in text
        assert root.findtext("head/title")


def test_no_sheet_needs_a_script_or_the_network(room: Room) -> None:
    """It opens on any computer, forever."""
    for text in sheets(room).values():
        parser = _Tags()
        parser.feed(text)
        assert not parser.tags & {"script", "link", "img", "iframe", "object", "form", "a"}
        assert not parser.attributes & {"href", "src", "onclick", "onload", "style"}
        assert not re.search(r"url\(|@import|https?:", text)


@pytest.mark.parametrize("name", LISTS)
def test_every_member_is_on_every_list(room: Room, name: str) -> None:
    """Once, and in the order of the roster."""
    page_of_html = tree(sheets(room)[name])
    read = " ".join(" ".join(table.itertext()) for table in page_of_html.iter("table"))
    assert [read.count(member) for member in NAMES] == [1] * 4
    places = [read.index(member) for member in NAMES]
    assert places == sorted(places)


@pytest.mark.parametrize("name", LISTS[1:4])
def test_roll_call_has_five_boxes_a_member(room: Room, name: str) -> None:
    """For, against, abstained, absent, recused."""
    rows = tree(sheets(room)[name]).findall("body/table/tbody/tr")
    assert [len(row.findall("td/span[@class='square']")) for row in rows] == [5] * 4
    read = text_of(sheets(room)[name])
    assert all(word in read for word in ("for", "against", "abstained", "absent", "recused"))
    assert all(word in read for word in ("Held at", "Entered by", "Chair", "Secretary"))


def test_roll_call_says_what_is_needed_and_how_it_is_entered(room: Room) -> None:
    """The quorum too; where it depends on who is here, by how many that are."""
    pages = sheets(room)
    total, present = text_of(pages["v02-roll-call"]), text_of(pages["v01-roll-call"])
    assert "3 of 5 needed: majority of all members. Quorum 3 of 5." in total
    assert 'chamber act roll-call v02-roll-call.csv --vote v02 --held-at "2026-12-03 HH:MM"' in total
    assert "If here" not in total
    assert "If here → needed: 3 → 2, 4 → 3" in present


def test_a_vote_on_paper_has_no_sheet_that_could_tell_who_voted_how(room: Room) -> None:
    """The list has boxes for absent and recused only, and papers are alike to the letter."""
    pages = sheets(room)
    rows = tree(pages["v03-handed-out"]).findall("body/table/tbody/tr")
    assert [len(row.findall("td/span[@class='square']")) for row in rows] == [2] * 4
    papers = tree(pages["v03-ballot-papers"]).findall("body/div/div[@class='paper']")
    assert len({ET.tostring(one).strip() for one in papers}) == 1
    assert not any(member in text_of(pages["v03-ballot-papers"]) for member in NAMES[2:])


def test_ballot_papers_are_enough_and_fill_their_sheets(room: Room) -> None:
    """One for everybody who votes and three to spare, at least."""
    made = paper(room)
    vote = made.sitting.votes[2]
    papers = tree(sheets(room)["v03-ballot-papers"]).findall("body/div/div[@class='paper']")
    assert len(papers) == papers_of(made, vote) >= 4 + 3
    options = papers[0].findall("div[@class='option']")
    assert [" ".join(option.itertext()).strip() for option in options] == list(NAMES[:2])
    assert all(len(option.findall("span[@class='square']")) == 1 for option in options)


def test_more_options_take_more_room(room: Room) -> None:
    """So that nothing is cut off; long titles take the width of the sheet."""
    few = papers_of(paper(room), paper(room).sitting.votes[2])
    room.change("sitting.toml", 'options = ["m1", "m2"]', 'options = ["m1", "m2", "m3", "m4"]\nmax = 4')
    room.change("sitting.toml", 'vote = "v03"', f'vote = "v03"\ntitle = "{"Избор " * 100}"')
    text = sheets(room)["v03-ballot-papers"]
    assert "repeat(1, 1fr)" in text
    assert "Tick 1 to 4 boxes." in text_of(text)
    assert papers_of(paper(room), paper(room).sitting.votes[2]) <= few


def test_count_sheet_asks_for_every_figure(room: Room) -> None:
    """Those of a paper result, and one for each option with its id."""
    read = text_of(sheets(room)["v03-count"])
    for word in ("issued", "returned", "Invalid", "Valid", "Round", "Held at", "Drawn by lot", *NAMES[:2], "m1", "m2"):
        assert word in read
    assert "chamber act paper-result --vote v03" in read


def test_roll_call_among_candidates_has_their_names_over_its_columns(room: Room) -> None:
    """Or letters, where there are many of them or several are chosen."""
    room.change("sitting.toml", "decisive = true", 'options = ["m1", "m2"]')
    read = tree(sheets(room)["v02-roll-call"])
    assert [cell.text for cell in read.findall("body/table/thead/tr/th")][3:5] == list(NAMES[:2])
    room.change("sitting.toml", 'options = ["m1", "m2"]', 'options = ["m1", "m2"]\nmax = 2')
    key = ["".join(row.itertext()) for row in tree(sheets(room)["v02-roll-call"]).findall("body/table/tbody/tr")][:2]
    assert key == [f"A{NAMES[0]}m1", f"B{NAMES[1]}m2"]


def test_a_vote_whose_rule_nobody_named_yet_has_its_sheet(room: Room) -> None:
    """With lines to write on."""
    room.change("sitting.toml", 'rule = "rs.present"\n', "")
    read = text_of(sheets(room)["v01-roll-call"])
    assert "Needed, of how many, quorum:" in read
    assert "of 5 needed" not in read


def test_table_for_entering_holds_every_voter_without_an_answer(room: Room) -> None:
    """Ready for `chamber act roll-call`."""
    assert all_sheets(paper(room))["v01-roll-call.csv"] == "member,choice\nm1,\nm2,\nm3,\nm4,\n"


def test_a_mayor_without_a_vote_is_on_the_list_without_boxes(room: Room) -> None:
    """He is here, and everybody sees that he does not vote."""
    room.write("roster.csv", roster("mayor,Градоначелник Општине,,s5,,uid"))
    rows = tree(sheets(room)["v02-roll-call"]).findall("body/table/tbody/tr")
    assert [len(row.findall("td/span[@class='square']")) for row in rows] == [5, 5, 5, 5, 0]
    assert "has no vote here" in " ".join(rows[4].itertext())
    assert "mayor" not in all_sheets(paper(room))["v02-roll-call.csv"]


def test_markup_in_a_sitting_is_only_text(room: Room) -> None:
    """In names of groups and places, in titles and speakers."""
    room.change("roster.csv", "Група", "<i>G</i>")
    room.change("seats.csv", "ред 1 место 1", "<u>1")
    for old in ("16. седница", "Буџет у целини", "Избор"):
        room.change("sitting.toml", f'"{old}"', json.dumps(HOSTILE))
    for name, text in sheets(room).items():
        parser = _Tags()
        parser.feed(text)
        assert not parser.tags & {"b", "i", "u", "script"}, name
        assert HOSTILE in text_of(text)


def test_markup_escapes_children_and_attributes() -> None:
    """Whatever is no markup yet."""
    assert element("p", "<&>", element("b", "x"), class_='a"b') == '<p class="a&quot;b">&lt;&amp;&gt;<b>x</b></p>'
    assert element("rect", stroke_width="1") == '<rect stroke-width="1"/>'
    assert "&lt;x&gt;" in page("en", "<x>")


def test_serbian_latin_is_made_from_cyrillic(room: Room) -> None:
    """Names, titles and places; what is Latin stays."""
    read = text_of(sheets(room, "sr-Latn")["v02-roll-call"])
    for word in ("Član Prvi", "Člana Četvrta", "Budžet u celini", "16. sednica", "red 1 mesto 1"):
        assert word in read
    assert not re.search("[а-яА-Я]", read)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (["ред 1 место 2", "1-1", "2/1"], [(1, 2), (1, 1), (2, 1)]),
        (["1", "2"], []),
        (["1-1", "1/1"], []),
        (["1-1", "балкон"], []),
        (["ред 1 место 2 спрат 3"], []),
    ],
)
def test_places_with_two_numbers_are_rows(places: list[str], expected: list[tuple[int, int]]) -> None:
    """If all are, and no two are one."""
    assert rows_and_places(places) == expected


@pytest.mark.parametrize("count", [1, 2, 5, 40, 120])
@pytest.mark.parametrize("form", ["row", "number", "words"])
def test_seat_plan_draws_every_seat_inside_its_frame(room: Room, count: int, form: str) -> None:
    """And none over another."""
    text = seats(max(5, count))
    if form != "row":
        text = re.sub("ред 1 место ([0-9]+)", r"место \1" if form == "number" else "", text)
    room.write("seats.csv", text)
    drawing = tree(sheets(room)["seat-plan"]).find("body/svg")
    assert drawing is not None
    _left, _top, width, height = map(float, str(drawing.get("viewBox")).split())
    boxes = [tuple(float(str(box.get(key))) for key in ("x", "y", "width", "height")) for box in drawing.iter("rect")]
    assert len(boxes) == max(5, count)
    assert all(x >= 0 and y >= 0 and x + w <= width + 0.01 and y + h <= height for x, y, w, h in boxes)
    for place, (x, y, w, h) in enumerate(boxes):
        for other_x, other_y, _w, _h in boxes[:place]:
            assert abs(x - other_x) >= w - 0.01 or abs(y - other_y) >= h - 0.01


def test_letters_go_on_behind_z() -> None:
    """For as many options as a vote may have."""
    assert [letter_of(place) for place in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


# --- Writing, and the command.


def test_folder_that_is_there_is_refused_and_unchanged(room: Room, tmp_path: Path) -> None:
    """Also an empty one."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "attendance.html").write_text("mine")
    with pytest.raises(OutputRefused, match="is there already"):
        write_sheets(all_sheets(paper(room)), out, "x")
    assert [path.name for path in out.iterdir()] == ["attendance.html"]
    assert (out / "attendance.html").read_text() == "mine"


def test_place_that_cannot_be_written_is_refused(room: Room, tmp_path: Path) -> None:
    """By its name."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputRefused, match="cannot write the sheets"):
        write_sheets(all_sheets(paper(room)), tmp_path / "file" / "out", "x")


def test_unknown_vote_is_refused_with_those_there_are(room: Room) -> None:
    """None is printed in its place."""
    with pytest.raises(NotPrepared, match=r"no vote v09 .*v01, v02, v03"):
        sheets_of_vote(paper(room), "v09")


@pytest.fixture
def run(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `chamber print fallback` on the sitting's file, in a folder of its own."""
    chamber = runner(monkeypatch, capsys)
    monkeypatch.chdir(tmp_path)
    return lambda *options: chamber("print", "fallback", room.file, "--dir", room.house, *options)


def test_command_writes_the_sheets_and_says_where(run: Any, tmp_path: Path) -> None:
    """Into a new folder, in the installation's language, with a line on how they are entered."""
    done = run()
    assert done.code == 0
    paths = [Path(line) for line in done.out.splitlines()]
    assert all(path.parent == Path("fallback-sednica-16") and path.is_file() for path in paths)
    assert len(paths) == len(list((tmp_path / "fallback-sednica-16").iterdir())) == 11
    assert "--held-at" in done.err
    assert 'lang="sr-Cyrl"' in (tmp_path / "fallback-sednica-16/attendance.html").read_text(encoding="utf-8")


def test_second_run_takes_a_numbered_folder(run: Any, tmp_path: Path) -> None:
    """The first stays."""
    run()
    (tmp_path / "fallback-sednica-16/attendance.html").write_text("filled in")
    assert "fallback-sednica-16-2/" in run().out
    assert (tmp_path / "fallback-sednica-16/attendance.html").read_text() == "filled in"


def test_command_prints_one_vote_into_the_folder_named(run: Any, tmp_path: Path) -> None:
    """And nothing else."""
    done = run("--vote", "v02", "--out", tmp_path / "new", "--language", "en", "--json")
    assert done.code == 0
    names = [Path(file).name for file in json.loads(done.out)["files"]]
    assert names == ["v02-roll-call.html", "v02-roll-call.csv"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(names)
    assert run("--out", tmp_path / "new").code == 3


def test_what_is_only_missing_holds_no_paper_up(room: Room, run: Any) -> None:
    """But it is said."""
    room.change("roster.csv", card(1), "")
    done = run()
    assert done.code == 0
    assert "something is missing" in done.err


def test_what_is_wrong_is_refused_by_name_and_nothing_written(room: Room, run: Any, tmp_path: Path) -> None:
    """A list with a wrong name on it is worse than none."""
    room.change("roster.csv", "m2,", "m1,")
    done = run()
    assert (done.code, done.out) == (3, "")
    assert "[id-doubled]" in done.err
    assert not list(tmp_path.glob("fallback*"))


def test_unknown_vote_exits_3(run: Any) -> None:
    """With those there are."""
    done = run("--vote", "v09")
    assert done.code == 3
    assert "v01, v02, v03" in done.err


def test_help_of_the_group_lists_what_can_be_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`print` is found though Python has a function of that name."""
    done = runner(monkeypatch, capsys)("print", "--help")
    assert done.code == 0
    assert "fallback" in done.out
