"""`chamber act` beside a live controller: every verb once on its good way, then refusals, exit codes and words."""

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.commands.act.group import act as act_group
from controller.officer import OfficerClient
from controller.procedures import line as procedures_line
from controller.procedures.log_view import open_log
from protocol.state import LogState
from tests.controller.act_room import BODY, SITTING, LiveHouse, card_text, live_house, write_sitting
from tests.controller.installation_room import HEAD, Done, found, runner, write_installation
from tests.protocol.chamber_builder import card_key, device_key
from tests.test_architecture import modules_loaded

Act = Callable[..., Done]
VERBS = {
    "roster", "agenda", "amend", "acknowledge", "open-sitting", "adjourn", "resume-sitting", "close-sitting", "preside",
    "in-camera", "quorum", "incident", "minutes", "activate", "reopen", "defer", "withdraw", "note", "decide",
    "decide-block", "arm", "open", "disarm", "hold", "resume", "last-call", "extend", "close", "announce", "void",
    "repeat", "casting-vote", "next", "test-vote", "assisted", "roll-call", "paper-result", "lot", "correct",
    "rule-correction", "presence", "recuse", "end-session", "revoke-device", "request", "withdraw-request", "grant",
    "stop", "extend-speech", "close-list",
}  # fmt: skip


class Table:
    """A person at the command line of a live house."""

    def __init__(self, house: LiveHouse, run: Act) -> None:
        self.house, self.run = house, run

    def act(self, verb: str, *given: object) -> dict[str, Any]:
        """Do something that must be recorded; returns what `--json` says."""
        done = self.run("act", verb, *self.house.options, "--json", *given)
        assert (done.code, done.err) == (0, ""), done
        document: dict[str, Any] = json.loads(done.out)
        assert document["verb"] == verb
        return document

    def refused(self, verb: str, *given: object) -> str:
        """Do something that must be refused and change nothing; returns what is said."""
        size = self.state.size
        done = self.run("act", verb, *self.house.options, *given)
        assert (done.code, done.out) == (4, ""), done
        assert self.state.size == size
        return done.err

    @property
    def state(self) -> LogState:
        """What the log on the disk means now."""
        with open_log(self.house.directory) as log:
            return log.view.state

    def open(self) -> None:
        """A sitting under the rules of the tests, with all present and an item called."""
        self.house.submit_roster()
        self.act("open-sitting")
        for number in range(1, 6):
            self.act("presence", f"m{number}", "present", "--code", "by-sight")
        self.act("activate", "item-1")

    def vote(self, vote: str, rule: str = "simple", *given: object, **choices: str) -> dict[str, Any]:
        """Arm, open, enter answers, last call, close; returns the close."""
        self.act("arm", "--vote", vote, "--title", f"Title of {vote}", "--rule", rule, *given)
        self.act("open")
        for member, choice in choices.items():
            self.act("assisted", member, choice)
        self.act("last-call")
        return self.act("close")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Act:
    """Run `chamber`, in English."""
    return runner(monkeypatch, capsys)


@pytest.fixture
def table(tmp_path: Path, run: Act) -> Iterator[Table]:
    """A founded house that is served, without a sitting."""
    with live_house(tmp_path / "house") as house:
        yield Table(house, run)


def test_help_lists_every_verb_by_who_acts(run: Act) -> None:
    """All of the issue's, and what legal lists name."""
    done = run("act", "--help")
    assert done.code == 0
    assert set(act_group.commands) == VERBS
    assert all(f"  {name} " in done.out for name in VERBS)
    places = [done.out.index(title) for title in ("Who presides", "The secretary:", "Whoever it falls to")]
    assert places == sorted(places)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_help_of_a_verb_names_what_all_have(run: Act, verb: str) -> None:
    """Installation, body, sitting, officer, JSON."""
    done = run("act", verb, "--help")
    assert done.code == 0
    assert all(option in done.out for option in ("--dir", "--body", "--sitting", "--as", "--broker", "--json"))


# --- The good way, verb by verb.


def test_a_prepared_sitting_from_its_roster_to_its_minutes(table: Table, tmp_path: Path) -> None:
    """By its file: roster, agenda, series of votes, block; adjourned and resumed; minutes signed."""
    act, file = table.act, write_sitting(tmp_path / "papers")
    roster = act("roster", file)
    assert (roster["sitting"], roster["legal"]) == (SITTING, ["open-sitting"])
    agenda = act("agenda", file)
    assert agenda["index"] == roster["index"] + 1
    assert act("open-sitting")["legal"] == ["activate", "arm", "adjourn", "close-sitting"]
    act("in-camera", "on")
    act("in-camera", "off")
    for number in range(1, 5):
        act("presence", f"m{number}", "present", "--code", "by-sight")
    act("quorum", "--how", "roll-call", "--present", "m1,m2,m3,m4")
    act("activate", "item-1")
    first = act("next", file)
    assert (first["vote"], len(first["records"])) == ("v1", 2)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("member,choice\nm1,for\nm2,for\nm3,for\nm4,\n", encoding="utf-8")
    entered = act("roll-call", sheet, "--held-at", "2026-12-03 10:05")
    assert len(entered["records"]) == 3
    act("last-call")
    assert act("close")["result"]["counts"] == {"for": 3, "against": 0, "abstain": 0}
    assert "announce" not in act("announce")["legal"]
    assert act("arm", "--prepared", file, "--vote", "v2", "--eligible", "m1,m2,m3")["vote"] == "v2"
    assert act("next", file)["vote"] == "v2"
    act("hold")
    act("resume")
    act("last-call")
    act("reopen")
    act("last-call")
    assert act("close")["result"]["outcome"] == "not-adopted"
    act("announce")
    act("decide", "--decision", "12/2026")
    act("reopen", "item-1")
    act("note")
    act("activate", "item-2")
    table.vote("block", "rs.present", m1="for", m2="for", m3="for")
    act("announce")
    block = act("decide-block", "item-2", "--decision", "13/2026")
    assert (len(block["records"]), table.state.sittings[SITTING].items["item-2-a"].decision) == (2, "13/2026")
    act("defer")
    act("activate", "item-2")
    act("withdraw")
    act("adjourn", "--code", "night")
    act("resume-sitting", "--code", "morning")
    act("close-sitting", "--code", "end")
    pdf = tmp_path / "minutes.pdf"
    pdf.write_bytes(b"minutes")
    assert act("minutes", "--state", "draft", "--pdf", pdf)["legal"] == ["minutes"]
    assert act("minutes", "--state", "signed")["legal"] == []
    assert table.state.voids == {}


def test_votes_out_of_the_ordinary(table: Table) -> None:
    """Test votes, ties and lots, paper, corrections, voiding and repeating, extending, taking back."""
    act = table.act
    table.open()
    test = act("test-vote")
    assert test["vote"] == "test"
    act("last-call")
    assert act("close")["result"]["outcome"] == "none"
    act("announce")
    armed = act("arm", "--title", "Ad hoc", "--rule", "simple", "--duration", "600", "--extend", "60")
    assert armed["legal"][:2] == ["open", "disarm"]
    act("open")
    act("extend", "--seconds", "30")
    act("void", "--code", "wrong-text")
    again = act("repeat", armed["vote"])
    assert (again["vote"], again["legal"][0]) == (f"{armed['vote']}-2", "open")
    act("disarm")
    assert table.vote("tie", "casting", m1="for", m2="against")["result"]["outcome"] == "tie"
    assert act("casting-vote", "for")["result"]["outcome"] == "adopted"
    act("announce")
    act("correct", "m1", "against", "--vote", "tie")
    assert table.vote("drawn", "lot", m1="for", m2="against")["legal"][0] == "announce"
    assert act("lot", "against")["legal"][0] == "acknowledge"
    assert act("acknowledge")["result"]["outcome"] == "not-adopted"
    act("announce")
    assert "result" not in table.vote("paper", "papers", "--mode", "paper")
    act(
        "paper-result", "--issued", 5, "--returned", 4, "--valid", 4, "--invalid", 0,
        "--held-at", "2026-11-24 18:05", "--figure", "for=3",
        "--figure", "against=1", "--figure", "abstain=0",
    )  # fmt: skip
    counted = act("acknowledge")
    assert (counted["vote"], counted["result"]["counts"]["for"]) == ("paper", 3)
    act("announce")
    table.vote("wrong", "simple", m1="for")
    waiting = act("rule-correction", "--rule", "absolute", "--code", "wrong-rule")
    assert act("acknowledge", waiting["record"][:8])["result"]["outcome"] == "not-adopted"
    act("announce")
    act("void", "--vote", "wrong", "--code", "error", "--basis", "decision 5")
    assert act("acknowledge")["legal"][0] == "repeat"
    assert table.state.voids == {}


def test_people_and_the_floor(table: Table, tmp_path: Path) -> None:
    """Recusal, presence, notes, speakers, the deputy in the chair, the operator by order, change of membership."""
    act = table.act
    table.open()
    act("recuse", "m1", "--code", "interest")
    act("recuse", "m1", "--withdraw")
    act("incident", "--about", "s1", "--code", "no-power", "--text", "The lamp went out.")
    act("request", "m2")
    act("request", "m3", "--sort", "point-of-order")
    act("withdraw-request", "m2")
    act("grant")
    assert table.state.sittings[SITTING].speeches[-1][1].speaker == "m3"
    act("extend-speech", "--seconds", "30")
    act("stop")
    act("grant", "m4", "--seconds", "0")
    act("close-list")
    act("preside", "--as", "deputy", "--why", "chair-left")
    act("stop", "--as", "operator")
    act("quorum")
    assert table.state.sittings[SITTING].quorum_checks[-1][1:] == ("cards", frozenset(f"m{n}" for n in range(1, 6)))
    here = tmp_path / "here.txt"
    here.write_text("m1\nm2\n", encoding="utf-8")
    act("quorum", "--how", "roll-call", "--present-file", here)
    table.vote("control", "count", m1="for", m2="for", m5="against")
    act("quorum", "--how", "control-vote", "--vote", "control")
    assert table.state.sittings[SITTING].quorum_checks[-1][2] == {"m1", "m2", "m5"}
    act("revoke-device", "s6", "--code", "lost")
    card = card_text(card_key("m6").public.jwk())
    assert act("amend", "--remove", "m5", "--add", f"m6,Newcomer F,,s5,{card}")["legal"][0] == "acknowledge"
    act("acknowledge")
    sitting = table.state.sittings[SITTING]
    assert (set(sitting.members), sitting.in_office) == ({"m1", "m2", "m3", "m4", "m6"}, 5)
    act("amend", "--remove", "m6")
    act("acknowledge")
    assert table.state.sittings[SITTING].in_office == 4
    assert table.state.voids == {}


def test_membership_from_tables(table: Table, tmp_path: Path) -> None:
    """A newcomer at a new seat, as the tables of a sitting write them."""
    table.open()
    folder = write_sitting(tmp_path / "papers").parent
    members, seats = folder / "come.csv", folder / "come-seats.csv"
    card = card_text(card_key("m6").public.jwk())
    seats.write_text("id,place,device\ns9,Row 9,\n", encoding="utf-8")
    members.write_text(f"id,name,group,seat,card\nm6,Newcomer F,,s9,{card}\n", encoding="utf-8")
    assert "s9" in table.refused("amend", "--add-csv", members, "--seats-csv", seats, "--remove", "m5")
    seats.write_text(f"id,place,device\ns9,Row 9,{device_key('s9').public.jwk()['x']}\n", encoding="utf-8")
    table.act("amend", "--add-csv", members, "--seats-csv", seats, "--remove", "m5")
    table.act("acknowledge")
    sitting = table.state.sittings[SITTING]
    assert ("m6" in sitting.members, sitting.seats["s9"].place) == (True, "Row 9")


# --- Refusals.


def test_out_of_order_is_refused_by_name_with_what_is_legal(table: Table) -> None:
    """Each leaves the log as it was, and says in a sentence what to do."""
    assert "roster" in table.refused("open-sitting")
    table.open()
    refused = table.refused
    table.act("arm", "--vote", "v1", "--title", "A", "--rule", "quorum")
    for number in (1, 2, 3):
        table.act("presence", f"m{number}", "left", "--code", "by-sight")
    assert "There is no quorum: call the roll" in (said := refused("open")), said
    assert "legal now: presence, quorum" in said
    table.act("presence", "m1", "present", "--code", "by-sight")
    table.act("open")
    said = refused("announce")
    assert "The vote is open: give a last call, then close it. (vote-is-open)" in said
    assert "legal now: hold, last-call, void" in said
    assert "no vote v9 in this sitting; there are: v1" in refused("void", "--vote", "v9")
    assert "(repeats-no-void-vote)" in refused("repeat", "v1")
    table.act("arm", "--vote", "v2", "--title", "B", "--rule", "simple")
    assert "(vote-runs)\nlegal now: disarm" in refused("open", "--vote", "v2")
    assert "(not-presiding)\nlegal now: preside" in refused("last-call", "--vote", "v1", "--as", "deputy")
    table.act("last-call", "--vote", "v1")
    table.act("close", "--vote", "v1")
    table.act("announce", "--vote", "v1")
    assert "(needs-basis)\nlegal now: void" in refused("void", "--vote", "v1")
    assert "(nothing-waits)" in refused("acknowledge")
    assert "no member m9" in refused("presence", "m9", "left")
    assert "no card is in at m1; cards are in at: none" in refused("end-session", "m1")
    assert "(not-your-act)" in (said := refused("adjourn", "--as", "operator"))
    assert "legal now: " in said


def test_sheet_with_an_unknown_choice_enters_nobody(table: Table, tmp_path: Path) -> None:
    """Not even those before it."""
    table.open()
    table.act("arm", "--vote", "v1", "--title", "A", "--rule", "simple")
    table.act("open")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("member,choice\nm1,for\nm2,maybe\n", encoding="utf-8")
    assert "m2: no choice maybe in this vote" in table.refused("roll-call", sheet, "--held-at", "2026-12-03 10:05")
    assert "there is no such file" in table.refused("roll-call", tmp_path / "none", "--held-at", "2026-12-03 10:05")


def test_sitting_file_that_is_not_whole_is_refused_with_each_reason(table: Table, tmp_path: Path) -> None:
    """As `chamber prepare` says them."""
    file = write_sitting(tmp_path / "papers")
    (file.parent / "seats.csv").unlink()
    said = table.refused("roster", file)
    assert "cannot be used yet" in said
    assert "seats.csv" in said


def test_records_before_the_one_that_is_judged_are_not_sent_in_vain(table: Table, tmp_path: Path) -> None:
    """Parts of a roster and lists of members enter any log; a refusal of what quotes them comes before them."""
    file = write_sitting(tmp_path / "papers")
    table.act("roster", file)
    assert "(sitting-is-prepared)" in table.refused("quorum", "--how", "roll-call", "--present", "m1")
    assert "(sitting-is-prepared)" in table.refused("amend", "--in-office", 4)
    assert "is for the sitting sitting-1, not for sitting-2" in table.refused("agenda", file, "--sitting", "sitting-2")
    table.act("open-sitting")
    assert "(sitting-is-open)" in table.refused("roster", file)


@pytest.mark.parametrize(
    "given",
    [
        ("arm", "--rule", "simple"),
        ("arm", "--title", "A"),
        ("activate", "Item 1"),
        ("casting-vote", "perhaps"),
        ("quorum", "--how", "roll-call"),
        ("incident", "--about", "a", "--text", "\a"),
        ("amend",),
        ("paper-result", "--issued", "1"),
        ("paper-result", "--issued", 1, "--returned", 1, "--valid", 1, "--invalid", 0, "--figure", "for"),
        ("lot",),
        ("extend",),
        ("presence", "m1", "away"),
        ("nothing",),
    ],
)
def test_usage_exits_2_and_sends_nothing(table: Table, given: tuple[object, ...]) -> None:
    """With words on standard error."""
    table.house.submit_roster()
    table.act("open-sitting")
    size = table.state.size
    done = table.run("act", given[0], *(table.house.options if given[0] != "nothing" else ()), *given[1:])
    assert (done.code, done.out, table.state.size) == (2, "", size)
    assert done.err


def test_words_of_a_record_name_its_place_and_what_comes_next(table: Table) -> None:
    """Index and the beginning of the hash; what must be said aloud; the result in a sentence."""
    table.open()
    table.act("arm", "--vote", "v1", "--title", "A", "--rule", "simple")
    table.act("open")
    done = table.run("act", "assisted", *table.house.options, "m1", "for")
    assert done.code == 0
    assert "assisted v1: recorded at index " in done.out
    assert "legal now: hold, last-call" in done.out
    assert "Announce it aloud: Member m1, for." in done.out
    table.act("last-call")
    done = table.run("act", "close", *table.house.options)
    assert "For 1, against 0, abstained 0. Adopted." in done.out
    done = table.run("act", "rule-correction", *table.house.options, "--rule", "absolute", "--code", "wrong")
    assert "simple: " in done.out
    assert "absolute: " in done.out
    assert "chamber act acknowledge " in done.out
    done = table.run("act", "quorum", *table.house.options)
    assert "here: 5 of 5" in done.out


# --- Nobody there, nobody known.


def test_no_controller_exits_5(tmp_path: Path, run: Act) -> None:
    """With words, where nothing listens at all."""
    with live_house(tmp_path) as house:
        house.submit_roster()
        options = house.options
    done = run("act", "open-sitting", *options)
    assert (done.code, done.out) == (5, "")
    assert "no controller answers at " in done.err


def test_broker_without_a_controller_exits_5(tmp_path: Path, run: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker of another body answers, and no log is behind it: waiting ends."""
    monkeypatch.setattr(procedures_line, "ANSWER_S", 0.3)
    with live_house(tmp_path / "one") as one, live_house(tmp_path / "two") as two:
        one.submit_roster()
        done = run("act", "open-sitting", "--dir", one.directory, "--broker", two.url)
    assert (done.code, done.out) == (5, "")
    assert "no controller answers at " in done.err


@pytest.mark.parametrize("officer", ["nobody", "eldest"])
def test_unknown_officer_exits_3(table: Table, officer: str) -> None:
    """By id or role; the officers there are, are told."""
    table.house.submit_roster()
    done = table.run("act", "open-sitting", *table.house.options, "--as", officer)
    assert (done.code, done.out) == (3, "")
    assert "there are: chair, deputy, secretary, operator" in done.err


def test_missing_key_exits_3(table: Table) -> None:
    """The key lies where the officer is, or nowhere."""
    table.house.submit_roster()
    (table.house.directory / "keys" / "officer-chair.key").unlink()
    done = table.run("act", "open-sitting", *table.house.options)
    assert (done.code, done.out) == (3, "")
    assert "officer-chair.key" in done.err


def test_place_without_an_installation_exits_3(tmp_path: Path, run: Act) -> None:
    """For both commands."""
    assert run("act", "open-sitting", "--dir", tmp_path).code == 3
    assert run("status", "--dir", tmp_path).code == 3


def test_port_that_only_the_controller_knows_exits_3(tmp_path: Path, run: Act) -> None:
    """Any free port stands in the file, so --broker is needed."""
    with live_house(tmp_path) as house:
        done = run("act", "open-sitting", "--dir", house.directory)
    assert (done.code, done.out) == (3, "")
    assert "any free port" in done.err


def test_help_of_every_verb_loads_no_third_party_module_but_click() -> None:
    """As the command line's own help."""
    script = (
        "import sys\nfrom controller.cli import main\nsys.argv = ['chamber', 'act', 'arm', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )
    assert modules_loaded(script) - modules_loaded("") <= {"click"}


def test_silence_after_an_act_says_that_it_may_be_recorded(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is there and no receipt comes: nobody may think that nothing happened."""

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    table.house.submit_roster()
    monkeypatch.setattr(OfficerClient, "act", never)
    monkeypatch.setattr(procedures_line, "ANSWER_S", 0.3)
    done = table.run("act", "open-sitting", *table.house.options)
    assert (done.code, done.out) == (5, "")
    assert "may be recorded: look with chamber status first" in done.err


def test_copy_of_the_log_exits_3(table: Table, tmp_path: Path) -> None:
    """A folder that was copied before is not what the controller writes; nothing is sent."""
    copy = tmp_path / "copy"
    shutil.copytree(table.house.directory, copy)
    table.house.submit_roster()
    size = table.state.size
    done = table.run("act", "open-sitting", "--dir", copy, "--broker", table.house.url)
    assert (done.code, done.out, table.state.size) == (3, "", size)
    assert "is not the log that the controller" in done.err


# --- status.


def test_status_of_a_live_sitting(table: Table) -> None:
    """Without the controller's help, for machines and for people."""
    empty = table.run("status", "--dir", table.house.directory)
    assert (empty.code, empty.out.splitlines()[0]) == (0, "There is no sitting yet.")
    table.open()
    table.act("arm", "--vote", "v1", "--title", "The budget", "--rule", "quorum")
    table.act("open")
    table.act("assisted", "m1", "against")
    done = table.run("status", "--dir", table.house.directory, "--json")
    document = json.loads(done.out)
    assert (document["body"], document["sitting"], document["vote"]["turnout"]) == ("skupstina", SITTING, 1)
    assert "against" not in done.out.replace(document["vote"]["needed"], "")
    said = table.run("status", "--dir", table.house.directory).out
    assert "Vote v1 (The budget): voting is open" in said
    assert table.run("status", "--dir", table.house.directory, "--sitting", "sitting-9").code == 4


def test_status_before_a_log_is_founded_exits_4(tmp_path: Path, run: Act) -> None:
    """It says what to run, and makes nothing."""
    directory = write_installation(tmp_path, HEAD + BODY)
    done = run("status", "--dir", directory)
    assert (done.code, done.out) == (4, "")
    assert "chamber init" in done.err
    assert [path.name for path in directory.iterdir()] == ["chamber.toml"]


def test_status_of_one_body_of_two(tmp_path: Path, run: Act) -> None:
    """It has to be named."""
    found(write_installation(tmp_path))
    assert run("status", "--dir", tmp_path).code == 3
    done = run("status", "--dir", tmp_path, "--body", "vece", "--json")
    assert json.loads(done.out)["body"] == "vece"
