"""Preparing a sitting: what is sound is ready, and every kind of problem is named, all of them at once."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.conduct import VotePlan
from controller.preparing.preparation import prepare
from controller.words import catalogue
from protocol.agenda import read_agenda, write_agenda
from protocol.encoding import hash_text
from protocol.majority import read_rule_book
from tests.controller.installation_room import ASSEMBLY, EXECUTIVE, HEAD, write_installation
from tests.controller.preparation_room import PAPER_VOTE, Room, card, device, roster, seats

Change = Callable[[Room], object]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A sound sitting."""
    return Room(tmp_path)


def in_toml(old: str, new: str) -> Change:
    """Replace a text in `sitting.toml`."""
    return lambda room: room.change("sitting.toml", old, new)


def in_roster(old: str, new: str) -> Change:
    """Replace a text in `roster.csv`."""
    return lambda room: room.change("roster.csv", old, new)


def in_seats(old: str, new: str) -> Change:
    """Replace a text in `seats.csv`."""
    return lambda room: room.change("seats.csv", old, new)


def written(name: str, content: str | bytes) -> Change:
    """Write a file."""
    return lambda room: room.write(name, content)


def added(text: str) -> Change:
    """Add to `sitting.toml`."""
    return lambda room: room.add(text)


def all_of(*changes: Change) -> Change:
    """One after another."""

    def change(room: Room) -> None:
        for one in changes:
            one(room)

    return change


def own_rules(text: str) -> Change:
    """Give the sitting rules of its own."""
    return all_of(written("own.toml", text), in_toml("v = 1", 'v = 1\nrules = "own.toml"'))


def gone(name: str) -> Change:
    """Take a file away."""
    return lambda room: (room.place / name).unlink()


# --- What is sound.


def test_sound_sitting_is_ready_and_holds_all_that_acts_need(room: Room) -> None:
    """Roster, law, agenda, votes, documents."""
    preparation = room.prepare()
    assert preparation.problems == ()
    assert preparation.ready
    sitting = preparation.sitting
    assert sitting is not None
    assert (sitting.sitting, sitting.title, sitting.day, sitting.body) == (
        "sednica-16", "16. седница", "2026-12-03", "skupstina",
    )  # fmt: skip
    plan = sitting.roster
    assert (plan.statutory, plan.in_office, len(plan.members), len(plan.seats)) == (5, 4, 4, 5)
    assert plan.members[0]["auth"] == "piv"
    assert f"{plan.members[0]['jwk']['x']}.{plan.members[0]['jwk']['y']}" == card(1)
    assert plan.seats[4] == {
        "id": "s5", "jwk": {"crv": "Ed25519", "kty": "OKP", "x": device(5)}, "place": "ред 1 место 5",
    }  # fmt: skip
    assert set(read_rule_book(plan.rules).rules) == set(sitting.rules) >= {"rs.total", "rs.present"}
    assert read_agenda(write_agenda(sitting.agenda)) == sitting.agenda
    assert [speaker.id for speaker in sitting.speakers] == ["blagajnik"]
    (document,) = sitting.documents
    assert (document.item, document.size) == ("item-01", 11)
    assert document.hash == hash_text(b"%PDF budget") == sitting.agenda.items[0].documents[0].hash


def test_votes_take_item_title_and_rule_from_their_motion(room: Room) -> None:
    """And times are milliseconds."""
    sitting = room.prepare().sitting
    assert sitting is not None
    assert sitting.votes == (
        VotePlan("v01", "Амандман 1", "rs.present", "item-01", duration_ms=30_000),
        VotePlan("v02", "Буџет у целини", "rs.total", "item-01", decisive=True),
    )


def test_needed_is_explained_before_the_sitting(room: Room) -> None:
    """With numbers where they are known, in the language asked for."""
    sitting = room.prepare().sitting
    assert sitting is not None
    assert sitting.explain(sitting.votes[1]).startswith("3 of 5 needed: majority of all members.")
    assert "3" in sitting.explain(sitting.votes[1], catalogue("sr-Cyrl"))


def test_candidates_are_called_by_the_names_of_members_speakers_and_motions(room: Room) -> None:
    """The log knows only ids."""
    sitting = room.prepare().sitting
    assert sitting is not None
    assert [sitting.option_name(option) for option in ("m1", "blagajnik", "budzet", "x")] == [
        "Члан Први", "Благајник Општине", "Буџет у целини", "x",
    ]  # fmt: skip


def test_a_mayor_is_beside_the_members_in_office(room: Room) -> None:
    """He is counted in neither number, and may have no card that signs."""
    room.write("roster.csv", roster("mayor,Градоначелник Општине,,s5,,uid"))
    sitting = room.prepare().sitting
    assert sitting is not None
    assert sitting.mayor
    assert (len(sitting.roster.members), sitting.roster.in_office) == (5, 4)
    assert "mayor" not in sitting.explain(sitting.votes[1])


def test_a_mayor_whom_a_rule_counts_enlarges_its_numbers(room: Room) -> None:
    """Here by the council's own rule."""
    room.write("roster.csv", roster("mayor,Градоначелник Општине,,s5,,uid"))
    room.write("own.toml", 'v = 1\ncountry = "rs"\n[[rules]]\nid = "rs.total"\ncitation = "x"\nmayor = "counts"\n')
    room.change("sitting.toml", 'roster = "', 'rules = "own.toml"\nroster = "')
    sitting = room.prepare().sitting
    assert sitting is not None
    assert sitting.explain(sitting.votes[1]).startswith("4 of 6 needed")


def test_the_seats_by_law_may_be_left_out(room: Room) -> None:
    """Then they are those of the installation; another number is a question."""
    assert room.prepare().draft is not None
    room.change("sitting.toml", "in_office = 4", "in_office = 4\nstatutory = 4")
    preparation = room.prepare()
    assert [problem.code for problem in preparation.problems] == ["statutory-differs"]
    assert preparation.sitting is not None
    assert preparation.sitting.roster.statutory == 4


def test_warnings_leave_a_sitting_ready(room: Room) -> None:
    """They may be meant."""
    room.write("documents/more.pdf", "x")
    preparation = room.prepare()
    assert [problem.level for problem in preparation.problems] == ["warning"]
    assert preparation.ready


def test_what_is_missing_leaves_a_draft_for_paper(room: Room) -> None:
    """Paper needs no cards."""
    room.change("roster.csv", card(1), "")
    preparation = room.prepare()
    assert (preparation.sitting, preparation.ready) == (None, False)
    assert preparation.draft is not None
    assert preparation.draft.roster.members[0]["jwk"] == {}


def test_what_is_wrong_leaves_no_draft_but_an_outline(room: Room) -> None:
    """What can be read is shown all the same."""
    room.change("roster.csv", "m2,", "m1,")
    preparation = room.prepare()
    assert preparation.draft is preparation.sitting is None
    assert preparation.outline is not None
    assert preparation.outline.title == "16. седница"


def test_own_rules_of_the_sitting_stand_over_the_councils(room: Room) -> None:
    """A rule named in both is taken from the sitting's file, other rules of the council's stay."""
    own = 'v = 1\ncountry = "rs"\n[[rules]]\nid = "{id}"\ntitle = "{title}"\ncitation = "x"\n'
    one = own.format(id="rs.total", title="of the council")
    two = '[[rules]]\nid = "own.count"\ntitle = "count"\nbase = "none"\ncitation = "x"\n'
    (room.house / "council.toml").write_text(one + two, encoding="utf-8")
    write_installation(room.house, HEAD.replace('rules = ""', 'rules = "council.toml"') + ASSEMBLY)
    room.write("own.toml", own.format(id="rs.total", title="of the sitting"))
    room.change("sitting.toml", 'roster = "', 'rules = "own.toml"\nroster = "')
    sitting = room.prepare().sitting
    assert sitting is not None
    assert sitting.rules["rs.total"].title == "of the sitting"
    assert "own.count" in sitting.rules


def test_names_of_files_in_either_normal_form_are_found(room: Room) -> None:
    """Some systems store an accent apart."""
    room.write("documents/proračun-z\u030c.pdf", "x")
    room.change(
        "sitting.toml",
        'documents = [{file = "budget.pdf"',
        'documents = [{file = "proračun-ž.pdf"}, {file = "budget.pdf"',
    )
    assert room.prepare().problems == ()


def test_files_that_desktops_leave_are_not_complained_of(room: Room) -> None:
    """Nobody put them there."""
    for name in (".DS_Store", "Thumbs.db", "~$budget.docx"):
        room.write(f"documents/{name}", "x")
    assert room.prepare().problems == ()


# --- Every problem by its code.


def _only_head(room: Room) -> str:
    return room.file.read_text(encoding="utf-8").partition("[[")[0]


def _exchange(room: Room, one: str, other: str) -> None:
    text = room.file.read_text(encoding="utf-8")
    room.write("sitting.toml", text.replace(one, "\0").replace(other, one).replace("\0", other))


def _folder(room: Room) -> None:
    (room.place / "documents/budget.pdf").mkdir()


MISSING, WRONG, WARNING = "missing", "wrong", "warning"
PROBLEMS: list[tuple[str, str, Change]] = [
    (MISSING, "file", gone("sitting.toml")),
    (WRONG, "file", written("sitting.toml", "v = ")),
    (WRONG, "file", written("sitting.toml", 'title = "Седница"'.encode("cp1251"))),
    (WRONG, "file", written("sitting.toml", b"#" * 1_100_000)),
    (WRONG, "entry-unknown", in_toml("v = 1", "v = 1\nvotees = 3")),
    (WRONG, "entry-unknown", in_toml('sort = "amendment"', 'sort = "amendment"\nkind = "x"')),
    (MISSING, "entry-missing", in_toml('title = "16. седница"', "")),
    (MISSING, "entry-missing", in_toml('id = "item-02"', "")),
    (WRONG, "entry-malformed", in_toml("v = 1", "v = true")),
    (WRONG, "entry-malformed", in_toml('"2026-12-03"', "2026-12-03")),
    (WRONG, "entry-malformed", in_toml('"2026-12-03"', '"2026-02-30"')),
    (WRONG, "entry-malformed", in_toml('"sednica-16"', '"Седница 16"')),
    (WRONG, "entry-malformed", in_toml("in_office = 4", "in_office = true")),
    (WRONG, "entry-malformed", in_toml("in_office = 4", "in_office = 0")),
    (WRONG, "entry-malformed", in_toml("decisive = true", "decisive = 1")),
    (WRONG, "entry-malformed", in_toml("duration_s = 30", 'mode = "secret"')),
    (WRONG, "entry-malformed", in_toml('title = "Избор"', 'title = ""')),
    (WRONG, "entry-malformed", in_toml("https://", "http://")),
    (MISSING, "body-unsaid", lambda room: write_installation(room.house, HEAD + ASSEMBLY + EXECUTIVE)),
    (WRONG, "body-unknown", in_toml("v = 1", 'v = 1\nbody = "senat"')),
    (WRONG, "rules-file", in_toml("v = 1", 'v = 1\nrules = "nowhere.toml"')),
    (
        WRONG,
        "law",
        own_rules('v = 1\ncountry = "pl"\n'),
    ),
    (WRONG, "rule-unknown", in_toml('rule = "rs.total"', 'rule = "rs.totals"')),
    (WRONG, "rule-unknown", in_toml('rule = "rs.present"', 'rule = "rs.presents"')),
    (
        WRONG,
        "rule-not-in-force",
        all_of(
            own_rules(
                'v = 1\ncountry = "rs"\n[[rules]]\nid = "own.old"\ntitle = "x"\nbase = "none"\ncitation = "x"\n'
                'valid_to = "2020-01-01"\n'
            ),
            in_toml('"rs.present"', '"own.old"'),
        ),
    ),
    (MISSING, "rule-missing", in_toml('rule = "rs.present"', "")),
    (WRONG, "in-office-above-statutory", in_toml("in_office = 4", "in_office = 6")),
    (MISSING, "members-missing", in_toml("in_office = 4", "in_office = 5")),
    (WRONG, "members-too-many", in_toml("in_office = 4", "in_office = 3")),
    (WARNING, "statutory-differs", in_toml("in_office = 4", "in_office = 4\nstatutory = 7")),
    (WRONG, "quorum-unreachable", in_toml("in_office = 4", "in_office = 4\nstatutory = 9")),
    (WARNING, "majority-unreachable", in_toml("in_office = 4", "in_office = 4\nstatutory = 9")),
    (
        WARNING,
        "quorum-seats",
        all_of(in_roster(",s1,", ",,"), in_roster(",s2,", ",,")),
    ),
    (MISSING, "items-missing", lambda room: room.write("sitting.toml", _only_head(room))),
    (WRONG, "item-doubled", in_toml('id = "item-02"', 'id = "item-01"')),
    (WRONG, "motion-doubled", in_toml('id = "amandman"', 'id = "budzet"')),
    (WRONG, "speaker-doubled", added('[[speakers]]\nid = "blagajnik"\nname = "Други"\nsort = "resident"\n')),
    (WRONG, "item-parent", in_toml('id = "item-02"', 'id = "item-02"\nparent = "item-09"')),
    (WRONG, "item-parent", in_toml('id = "item-01"', 'id = "item-01"\nparent = "item-02"')),
    (WRONG, "motion", in_toml('of = "budzet"', 'of = "nothing"')),
    (WRONG, "motion", in_toml('of = "budzet"', "")),
    (WRONG, "agenda", lambda room: room.add("".join(f'[[items]]\nid = "x{n}"\ntitle = "x"\n' for n in range(500)))),
    (WRONG, "vote-doubled", in_toml('vote = "v02"', 'vote = "v01"')),
    (WRONG, "vote-item", in_toml('vote = "v02"', 'vote = "v02"\nitem = "item-09"')),
    (WRONG, "vote-motion", in_toml('motion = "budzet"', 'motion = "nothing"')),
    (WRONG, "vote-motion", in_toml('vote = "v02"', 'vote = "v02"\nitem = "item-02"')),
    (MISSING, "vote-title", added('[[votes]]\nvote = "v09"\nrule = "rs.total"\n')),
    (WARNING, "vote-without-item", added('[[votes]]\nvote = "v09"\nrule = "rs.total"\ntitle = "x"\n')),
    (WARNING, "vote-order", lambda room: _exchange(room, 'motion = "amandman"', 'motion = "budzet"')),
    (WRONG, "vote-options", added(PAPER_VOTE.replace('"m2"', '"m1"'))),
    (WRONG, "vote-choices", added(PAPER_VOTE + "min = 2\n")),
    (WRONG, "vote-choices", added(PAPER_VOTE + "max = 3\n")),
    (WRONG, "vote-choices", added(PAPER_VOTE.replace('"m1"', '"for"') + "max = 2\n")),
    (WRONG, "vote-places", added(PAPER_VOTE + "places = 3\n")),
    (WARNING, "option-unnamed", added(PAPER_VOTE.replace('"m2"', '"candidate"'))),
    (WRONG, "mode-visibility", added(PAPER_VOTE.replace('"paper"', '"open"'))),
    (
        WRONG,
        "mode-visibility",
        all_of(
            own_rules('v = 1\ncountry = "rs"\n[[rules]]\nid = "rs.total"\ncitation = "x"\nvisibility = "named"\n'),
            in_toml("decisive = true", 'mode = "paper"'),
        ),
    ),
    (
        WRONG,
        "sign-card",
        all_of(in_roster(",piv", ",uid"), in_toml("decisive = true", 'sign = "card"')),
    ),
    (MISSING, "documents-folder", in_toml('documents = "documents"', "")),
    (MISSING, "documents-folder", in_toml('documents = "documents"', 'documents = "papers"')),
    (MISSING, "document-missing", in_toml("budget.pdf", "budgets.pdf")),
    (WRONG, "document-empty", written("documents/budget.pdf", b"")),
    (WRONG, "document-unreadable", all_of(gone("documents/budget.pdf"), _folder)),
    (WARNING, "document-unmentioned", written("documents/other.pdf", "x")),
    (MISSING, "csv-file", gone("roster.csv")),
    (MISSING, "csv-file", gone("seats.csv")),
    (WRONG, "id-malformed", in_roster("m1,", "M1,")),
    (WRONG, "id-doubled", in_roster("m2,", "m1,")),
    (WRONG, "id-doubled", in_seats("s2,", "s1,")),
    (WRONG, "name-mixed-script", in_roster("Члан Први", "Члaн Први")),
    (WRONG, "name-bidi", in_roster("Група", "Гру\u202eпа")),
    (WRONG, "name-invisible", in_seats("ред 1", "ред\u200b 1")),
    (WRONG, "text-long", in_roster("Група", "Г" * 301)),
    (WRONG, "names-look-alike", in_roster("Члан Први,Група,s1", "Аса Сос,Група,s1\nm9,Aca Coc,Група,s5")),
    (WARNING, "names-same", in_roster("Члан Други", "Члан Први")),
    (WARNING, "name-scripts", in_roster("Члан Други", "Члан Drugi")),
    (WRONG, "name-empty", in_roster("Члан Други", "")),
    (WRONG, "name-blanks", in_toml("Благајник Општине", "Благајник  Општине")),
    (WRONG, "grade", in_roster(",piv", ",pivv")),
    (MISSING, "card-missing", in_roster(card(1), "")),
    (WRONG, "card-malformed", in_roster(card(1), card(1)[:-2])),
    (WRONG, "card-malformed", in_roster(card(1), device(1))),
    (WRONG, "card-doubled", in_roster(card(1), card(2))),
    (WARNING, "seat-none", in_roster(",s1,", ",,")),
    (WRONG, "seat-unknown", in_roster(",s1,", ",s9,")),
    (WRONG, "seat-doubled", in_roster(",s1,", ",s2,")),
    (MISSING, "device-missing", in_seats(device(1), "")),
    (WRONG, "device-malformed", in_seats(device(1), card(1))),
    (WRONG, "device-doubled", in_seats(device(1), device(2))),
]


@pytest.mark.parametrize(
    ("level", "code", "change"), PROBLEMS, ids=[f"{number}-{row[1]}" for number, row in enumerate(PROBLEMS)]
)
def test_problem_is_found_and_named(room: Room, level: str, code: str, change: Change) -> None:
    """At its level, with a line that says what to do; only warnings leave the sitting ready."""
    change(room)
    preparation = room.prepare()
    found = [problem for problem in preparation.problems if problem.code == code]
    assert level in {problem.level for problem in found}, preparation.problems
    assert all(problem.words and problem.where and "\n" not in problem.words for problem in preparation.problems)
    assert preparation.ready == all(problem.level == WARNING for problem in preparation.problems)


@pytest.mark.parametrize(
    "file", ["../sitting.toml", "/etc/hostname", "a/../../sitting.toml", "..\\\\sitting.toml", "C:\\\\x.pdf", "C:x.pdf"]
)
def test_document_outside_its_folder_is_refused_by_its_path(room: Room, file: str) -> None:
    """On either kind of system."""
    room.change("sitting.toml", "budget.pdf", file)
    assert (WRONG, "document-outside") in room.found()


@pytest.mark.parametrize("linked", ["file", "folder"])
def test_link_out_of_the_folder_is_refused(room: Room, linked: str) -> None:
    """What it leads to is neither read nor hashed."""
    secret = room.place / "secret"
    secret.mkdir()
    (secret / "key.pdf").write_text("key")
    if linked == "file":
        (room.place / "documents/key.pdf").symlink_to(secret / "key.pdf")
    else:
        (room.place / "documents/sub").symlink_to(secret, target_is_directory=True)
    room.change("sitting.toml", "budget.pdf", "key.pdf" if linked == "file" else "sub/key.pdf")
    preparation = room.prepare()
    assert (WRONG, "document-outside") in {(problem.level, problem.code) for problem in preparation.problems}
    assert preparation.outline is not None
    assert preparation.outline.documents == ()


def test_document_that_is_a_pipe_is_refused_and_not_waited_for(room: Room) -> None:
    """It might never end."""
    os.mkfifo(room.place / "documents/pipe.pdf")
    room.change("sitting.toml", "budget.pdf", "pipe.pdf")
    assert (WRONG, "document-unreadable") in room.found()


@pytest.mark.parametrize("name", ["", "budzet"])
def test_motions_without_ids_of_their_own_are_refused_and_not_walked(room: Room, name: str) -> None:
    """An amendment of itself has no place in an order of voting."""
    room.change("sitting.toml", 'id = "amandman"', f'id = "{name}"')
    assert (WRONG, "motion-doubled" if name else "entry-malformed") in room.found()


def test_all_problems_are_told_at_once(room: Room) -> None:
    """One in each part of the sitting, and each is there."""
    room.change("sitting.toml", '"rs.present"', '"rs.nothing"')
    room.change("sitting.toml", "budget.pdf", "nowhere.pdf")
    room.change("sitting.toml", 'sort = "amendment"', 'sort = "amend"')
    room.change("roster.csv", ",s1,", ",s2,")
    room.change("seats.csv", device(3), "")
    assert room.found() >= {
        (WRONG, "rule-unknown"), (MISSING, "document-missing"), (WRONG, "entry-malformed"), (WRONG, "seat-doubled"),
        (MISSING, "device-missing"),
    }  # fmt: skip


def test_problem_says_the_file_and_the_line(room: Room) -> None:
    """So that a person finds it in the spreadsheet."""
    room.change("roster.csv", "m2,", "m1,")
    (problem,) = [problem for problem in room.prepare().problems if problem.code == "id-doubled"]
    assert (problem.where, problem.words) == (
        "roster.csv:3", "the id m1 stands in roster.csv:2 already; write another",
    )  # fmt: skip


def test_words_carry_no_orders_for_a_terminal(room: Room) -> None:
    """What a file holds is shown by its number."""
    room.change("roster.csv", "m2,", "\x1b[2J,")
    assert all(problem.words.isprintable() for problem in room.prepare().problems)


def test_missing_members_are_counted(room: Room) -> None:
    """As many as are missing."""
    room.write("roster.csv", roster(names=("Члан Први", "Члан Други")))
    (problem,) = [problem for problem in room.prepare().problems if problem.code == "members-missing"]
    assert problem.words.startswith("2 members in office are missing")


def test_seats_without_members_are_fine(room: Room) -> None:
    """A vacancy has one."""
    room.write("seats.csv", seats(9))
    assert room.prepare().problems == ()


def test_without_an_installation_that_is_told_and_the_rest_is_checked(room: Room) -> None:
    """The law is then what the sitting's own rules say."""
    room.write("own.toml", 'v = 1\ncountry = "rs"\n')
    room.change("sitting.toml", "in_office = 4", 'in_office = 4\nstatutory = 5\nrules = "own.toml"')
    preparation = prepare(room.file, None)
    assert [(problem.level, problem.code) for problem in preparation.problems] == [(MISSING, "installation")]
    assert preparation.sitting is None
    assert preparation.draft is not None
    assert "rs.total" in preparation.draft.rules


def test_without_any_law_nothing_is_said_of_rules(room: Room) -> None:
    """Nor of seats by law, but that they are missing."""
    preparation = prepare(room.file, None)
    assert {(problem.level, problem.code) for problem in preparation.problems} == {
        (MISSING, "installation"), (MISSING, "entry-missing"),
    }  # fmt: skip
    assert preparation.draft is None


@pytest.mark.parametrize("seed", range(60))
def test_damaged_files_are_told_of_and_never_end_the_check(room: Room, seed: int) -> None:
    """Whatever stands in them: a sitting is ready, or a problem says why not."""
    chance = random.Random(seed)
    for name in ("sitting.toml", "roster.csv", "seats.csv"):
        data = bytearray((room.place / name).read_bytes())
        for _ in range(chance.choice([0, 1, 3])):
            place = chance.randrange(len(data))
            if chance.random() < 0.5:
                del data[place : place + chance.randrange(1, 12)]
            else:
                data[place:place] = chance.choice(
                    [b'"', b"\n", b",", b"[", b"\x00", b"\xff", b"-1", b"true", b"..", b"="]
                )
        room.write(name, bytes(data))
    preparation = room.prepare()
    assert preparation.ready or preparation.of_level("wrong") or preparation.of_level("missing")
