"""Heads and hall: pure functions of the state, and silent about the split before the close."""

from itertools import product
from typing import Any

import pytest

from controller.heads import Scene, compose_hall, compose_head, scene_of, sitting_word, title_of
from protocol import records
from protocol.encoding import hash_text, salted_text
from protocol.records import Result
from protocol.state import VoteState
from tests.protocol.chamber_builder import ChamberLog, found_log, open_chamber
from tests.protocol.package_forger import hold_vote


def scene(log: ChamberLog, vote: str = "") -> Scene:
    """Where a log stands."""
    return scene_of(log.state.sittings.get(log.sitting), log.vote(vote) if vote else None)


def shown(log: ChamberLog, vote: str = "") -> Any:
    """What the hall shows."""
    return compose_hall(scene(log, vote), log.blobs, 1, 1)


def test_nothing_yet() -> None:
    """A founded log without a sitting."""
    hall, head = shown(found_log()), compose_head(scene(found_log()), {}, {}, b"note", 1, 1)
    assert (hall.sitting, hall.state, hall.present) == ("", "", 0)
    assert (head.sitting, head.phase, head.checkpoint) == ("", "", "note")


@pytest.mark.parametrize(("first", "second"), list(product(["for", "against", "abstain"], repeat=2)))
def test_split_does_not_show(first: str, second: str) -> None:
    """Turnout is the only figure while the vote runs, in every phase of it."""
    for rule in ("simple", "absolute", "cast", "casting", "present", "presses"):
        log = open_chamber()
        vote = log.open_vote(rule=rule)
        for act in ("", "hold", "resume", "last-call"):
            if act:
                log.step(vote, act)
            if act == "":
                log.press(vote, m1=first, m2=second)
            hall = shown(log, vote)
            assert (hall.turnout, hall.figures, hall.outcome) == (2, (), "")
            assert str(shown(log, vote)) == str(reference(rule, act, vote, log))


def reference(rule: str, act: str, vote: str, log: ChamberLog) -> Any:
    """The hall of a vote with the same turnout and another split."""
    other = open_chamber()
    there = other.open_vote(rule=rule)
    other.press(there, m1="for", m2="for")
    for name in ("hold", "resume", "last-call"):
        if act == "":
            break
        other.step(there, name)
        if name == act:
            break
    hall = shown(other, there)
    assert hall.phase == log.vote(vote).phase.value
    return hall


def test_result_shows_everything() -> None:
    """Figures, number needed, outcome and the sentence."""
    log = open_chamber()
    vote = hold_vote(log, rule="absolute", m1="for", m2="for", m3="against", m4="abstain")
    hall = shown(log, vote)
    assert (hall.figures, hall.needed, hall.outcome) == ((2, 1, 1, 1, 0, 0), 3, "not-adopted")
    assert hall.why.startswith("Needed 3: more than half of the 5 seats fixed by law")


def test_voided_vote_shows_its_code() -> None:
    """And no figures."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for")
    log.act("chair", records.VoteVoid, open=vote, code="dead-seat")
    hall = shown(log, vote)
    assert (hall.figures, hall.outcome, hall.why) == ((), "void", "dead-seat")


def test_in_camera() -> None:
    """Not even presence."""
    log = open_chamber()
    log.act("chair", records.InCamera, state="on")
    assert sitting_word(log.here) == "in-camera"
    assert shown(log).present == 0


def test_head_carries_exact_records() -> None:
    """Arm, open and result are the very leaves."""
    log = open_chamber()
    vote = hold_vote(log, m1="for")
    state: VoteState = log.vote(vote)
    exact = {hash_text(leaf): leaf for leaf in log.leaves}
    head = compose_head(scene(log, vote), exact, log.blobs, log.checkpoint(), 4, 1)
    assert hash_text(head.arm.encode()) == state.arm_hash
    assert hash_text(head.open.encode()) == vote
    assert hash_text(head.result.encode()) == state.results[-1][0]
    assert isinstance(state.results[-1][2], Result)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Буџет", "Буџет"),
        ("", ""),
        ("x" * 3_984, "x" * 3_984),
        ("x" * 3_985, ""),
        ("e\u0301", ""),
        ("\x00", ""),
        ("a\tb\n", "a\tb\n"),
    ],
)
def test_titles(text: str, title: str) -> None:
    """Shown where a message can hold them."""
    log = open_chamber()
    blob = salted_text(bytes(16), text)
    log.blobs[hash_text(blob)] = blob
    vote = log.open_vote(title_hash=hash_text(blob))
    assert title_of(log.vote(vote), log.blobs)[0] == title
    assert title_of(log.vote(vote), {}) == ("", "")
    assert title_of(log.vote(vote), {hash_text(blob): b"short"}) == ("", "")
    assert title_of(log.vote(vote), {hash_text(blob): bytes(16) + b"\xff"}) == ("", "")
    assert title_of(None, log.blobs) == ("", "")
