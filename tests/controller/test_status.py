"""Where a sitting stands: its parts, its words, and that nothing tells the split before the close."""

import json
from typing import Any

import pytest

from controller.procedures.status_view import status_lines, status_of, vote_phase
from protocol import records
from protocol.explain import ENGLISH
from protocol.floor import SpeechSort, with_own_sorts
from protocol.records import ABSTAIN, AGAINST, FOR
from protocol.vote import Phase
from tests.controller.paper_client import view_of
from tests.controller.test_log_view import with_agenda
from tests.protocol.chamber_builder import ITEM, ChamberLog, found_log, officer_key, open_chamber


def status(log: ChamberLog) -> dict[str, Any]:
    """The status of the log's sitting."""
    return status_of(view_of(log), log.here, log.now_ms)


def lines(log: ChamberLog) -> str:
    """The same in words."""
    return "\n".join(status_lines(status(log)))


def test_body_without_a_sitting_says_what_comes_first() -> None:
    """A roster."""
    found = status_of(view_of(found_log()), None, 0)
    assert found == {"sitting": "", "phase": "", "legal": ["roster"]}
    assert status_lines(found) == ["There is no sitting yet.", "Legal now: roster"]


def test_prepared_sitting_has_nobody_present() -> None:
    """And waits for its opening."""
    log = found_log()
    log.prepare()
    found = status(log)
    assert (found["phase"], found["members"], found["present"], found["legal"]) == ("prepared", 0, 0, ["open-sitting"])
    assert "Presiding: Officer chair (chair)" in lines(log)


def test_open_sitting_says_who_presides_what_is_called_and_who_is_here() -> None:
    """With the title of the item."""
    log = open_chamber()
    with_agenda(log)
    log.leave("m5")
    log.act("deputy", records.Presiding, officer="deputy")
    found = status(log)
    assert found["presiding"] == {"officer": "deputy", "role": "deputy", "name": "Officer deputy"}
    assert found["item"] == {"id": ITEM, "title": "The budget"}
    assert (found["present"], found["members"]) == (4, 5)
    assert "Item item-1: The budget\nPresent 4 of 5." in lines(log)


def test_quorum_is_that_of_the_vote_at_hand() -> None:
    """Who counts for it, and how many are needed."""
    log = open_chamber()
    log.leave("m5")
    log.arm(vote="v1", rule="quorum")
    found = status(log)
    assert found["quorum"] == {"rule": "quorum", "here": 4, "needed": 3}
    assert "Present 4 of 5; for the quorum 4 count, 3 are needed." in lines(log)


def test_vote_at_hand_says_what_is_needed() -> None:
    """And how many have answered."""
    log = open_chamber()
    opened = log.open_vote(vote="v1", rule="absolute")
    log.press(opened, m1=FOR, m2=AGAINST)
    log.assist(opened, "m3", FOR)
    vote = status(log)["vote"]
    assert (vote["id"], vote["phase"], vote["turnout"], vote["eligible"]) == ("v1", "open", 3, 5)
    assert vote["needed"] == "3 of 5 needed: majority of all members."
    assert "): voting is open\nAnswered: 3 of 5.\n3 of 5 needed" in lines(log)


@pytest.mark.parametrize("step", ["", "hold", "last-call"])
def test_nothing_tells_the_split_before_the_close(step: str) -> None:
    """Two votes that differ in what was pressed look alike, for machines and for people."""
    shown = []
    for choices in ({"m1": FOR, "m2": FOR}, {"m1": AGAINST, "m2": ABSTAIN}):
        log = open_chamber()
        opened = log.open_vote(vote="v1")
        log.press(opened, **choices)
        log.assist(opened, "m3", choices["m2"])
        if step:
            log.step(opened, step)
        found = status(log)
        assert found["results"] == []
        shown.append((json.dumps(found), lines(log)))
    assert shown[0] == shown[1]


def test_result_stands_with_its_figures_and_its_reason() -> None:
    """After the close, before the announcement too."""
    log = open_chamber()
    opened = log.open_vote(vote="v1")
    log.press(opened, m1=FOR, m2=FOR, m3=AGAINST)
    log.close(opened)
    (result,) = status(log)["results"]
    assert (result["id"], result["outcome"], result["counts"]) == (
        "v1",
        "adopted",
        {"for": 2, "against": 1, "abstain": 0},
    )
    assert result["why"].endswith("Adopted.")
    assert result["why"] in lines(log)


def test_election_names_the_elected() -> None:
    """Without the sentence of a plain vote."""
    log = open_chamber()
    opened = log.open_vote(vote="v1", options=("ana", "boris"), rule="lots")
    log.press(opened, m1="ana", m2="ana")
    log.close(opened)
    (result,) = status(log)["results"]
    assert (result["outcome"], result["elected"], result["why"]) == ("elected", ["ana"], "")
    assert "ana 2, boris 0. Elected. ana" in lines(log)


def test_void_vote_keeps_its_figures_and_its_reason() -> None:
    """It is no vote at hand any more."""
    log = open_chamber()
    opened = log.open_vote(vote="v1")
    log.press(opened, m1=FOR)
    log.act("chair", records.VoteVoid, open=opened, code="power-cut")
    found = status(log)
    (result,) = found["results"]
    assert (found["vote"], result["outcome"], result["void_code"], result["counts"]["for"]) == (
        None, "void", "power-cut", 1,
    )  # fmt: skip
    assert "void (power-cut): for 1, against 0, abstain 0" in lines(log)


def test_test_vote_needs_nothing_and_decides_nothing() -> None:
    """Counted only."""
    log = open_chamber()
    opened = log.open_vote(vote="test", mode="test", rule="absolute")
    assert status(log)["vote"]["needed"] == ""
    log.close(opened)
    (result,) = status(log)["results"]
    assert (result["outcome"], result["why"]) == ("none", "")
    assert "Counted only." in lines(log)


def test_floor_says_who_speaks_and_who_waits() -> None:
    """With the time left, also past the deadline."""
    log = open_chamber()
    for speaker, act, sort, ms in (
        ("m1", "grant", "request", 60_000), ("m2", "request", "request", 0), ("m3", "request", "reply", 0),
    ):  # fmt: skip
        log.act("chair", records.Speech, speaker=speaker, act=act, sort=sort, ms=ms)
    found = status_of(view_of(log), log.here, log.now_ms + 63_000)
    assert (found["floor"]["current"]["speaker"], found["floor"]["current"]["left_ms"]) == ("m1", -5_000)
    assert [(one["speaker"], one["position"]) for one in found["floor"]["queue"]] == [("m3", 1), ("m2", 2)]
    assert (found["floor"]["spoken_ms"], found["floor"]["spoken_ms_by_group"]) == ({"m1": 65_000}, {"g1": 65_000})
    said = status_lines(found)
    assert "Speaking: m1 (request), time left -0:05" in said
    assert "Spoken so far: g1 1:05" in said
    assert "Waiting 1: m3 (reply)" in said
    log.act("chair", records.Speech, speaker="chair", act="close-list", sort="request", ms=0)
    assert "The list of speakers is closed." in lines(log)


def test_council_s_own_kinds_of_speech_rank_the_queue() -> None:
    """A question comes before everything in this council."""
    log = open_chamber()
    for speaker, sort in (("m1", "reply"), ("m2", "question")):
        log.act("chair", records.Speech, speaker=speaker, act="request", sort=sort, ms=0)
    own = with_own_sorts([SpeechSort("question", 0, 60_000, passes_closed_list=False)])
    found = status_of(view_of(log), log.here, log.now_ms, ENGLISH, own)
    assert [one["speaker"] for one in found["floor"]["queue"]] == ["m2", "m1"]
    assert [one["speaker"] for one in status(log)["floor"]["queue"]] == ["m1", "m2"]


def test_speech_without_a_limit_has_no_time_left() -> None:
    """0 stands for none."""
    log = open_chamber()
    log.act("chair", records.Speech, speaker="m1", act="grant", sort="request", ms=0)
    assert "Speaking: m1 (request)" in status_lines(status(log))


def test_what_waits_is_named_with_who_must_agree() -> None:
    """The secretary for a void, the chair for a roster."""
    log = open_chamber()
    opened = log.open_vote(vote="v1")
    log.close(opened)
    void = log.act("chair", records.VoteVoid, open=opened, code="error")
    part = log.part([], [])
    record = log.roster([part], prev=log.here.roster, remove=("m5",), in_office=4, statutory=5)
    roster = log.append(record, officer_key("secretary"))
    assert status(log)["waiting"] == [
        {"record": void.hash, "kind": "vote-void", "author": "chair", "by": "secretary"},
        {"record": roster.hash, "kind": "roster", "author": "secretary", "by": "chair"},
    ]
    assert f"vote-void {void.hash[:8]} by chair waits for the secretary" in lines(log)
    assert f"roster {roster.hash[:8]} by secretary waits for the chair" in lines(log)


def test_sitting_in_camera_says_so() -> None:
    """Beside its phase."""
    log = open_chamber()
    log.act("chair", records.InCamera, state="on")
    assert status(log)["in_camera"] is True
    assert lines(log).startswith("Sitting sitting-1: open, in camera")


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_of_a_vote_has_words(phase: Phase) -> None:
    """None is shown as a code."""
    assert vote_phase(phase.value, ENGLISH)
