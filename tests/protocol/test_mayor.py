"""A mayor without a seat: votes where the law counts him, and then enlarges the total while he is here.

Source: section 8 of the protocol; the Ukrainian law on local self-government, article 59(2).
"""

from typing import Any

import pytest

from protocol import records
from protocol.majority import simple_rule
from protocol.records import AGAINST, FOR
from protocol.tally import count_vote
from tests.protocol.chamber_builder import ChamberLog, found_log, member_entry, officer_key, seat_entry

COUNCILLORS = 5
RULES = [
    simple_rule(
        "counts", "More than half of the total, the mayor in it", base="statutory", mayor="counts",
        quorum_base="statutory", quorum_comparator=">", quorum_numerator=1, quorum_denominator=2,
    ),
    simple_rule(
        "not", "More than half of the total, without a mayor", base="statutory",
        quorum_base="statutory", quorum_comparator=">", quorum_numerator=1, quorum_denominator=2,
    ),
]  # fmt: skip


def council(*here: str) -> ChamberLog:
    """A council of five and a mayor, those named at their seats."""
    log = found_log()
    book = log.add_rules(RULES)
    people = [*(f"m{n}" for n in range(1, COUNCILLORS + 1)), records.MAYOR]
    seats = [seat_entry(f"s{n}") for n in range(1, len(people) + 1)]
    part = log.part([member_entry(person) for person in people], seats)
    log.append(log.roster([part], rules=book), officer_key("secretary"))
    log.open_sitting()
    log.activate()
    for number, person in enumerate(people, 1):
        if person in here:
            log.sit(person, f"s{number}")
    return log


def held(log: ChamberLog, rule: str, choices: dict[str, str]) -> tuple[int, str, str]:
    """(needed, outcome, the mayor's standing or nothing) of a vote."""
    vote = log.open_vote(rule=rule)
    log.press(vote, **choices)
    result = log.close(vote)
    standing = count_vote(log.vote(vote)).standings.get(records.MAYOR)
    return result.needed, result.outcome, standing.value if standing else ""


def test_mayor_who_votes_enlarges_an_odd_total() -> None:
    """Five seats need three; with the mayor it is six, and four are needed: his own vote is one of them."""
    log = council("m1", "m2", "m3", "m4", "mayor")
    assert held(log, "counts", {"m1": FOR, "m2": FOR, "m3": FOR, "m4": AGAINST}) == (4, "not-adopted", "not-voting")
    assert held(log, "counts", {"m1": FOR, "m2": FOR, "m3": FOR, "mayor": FOR}) == (4, "adopted", "for")


def test_mayor_who_is_away_enlarges_nothing() -> None:
    """He takes no part in the sitting."""
    log = council("m1", "m2", "m3")
    assert held(log, "counts", {"m1": FOR, "m2": FOR, "m3": FOR}) == (3, "adopted", "absent")


def test_mayor_under_a_rule_without_mayors_is_not_eligible() -> None:
    """His press is void, he has no standing, and three of five still suffice."""
    log = council("m1", "m2", "m3", "mayor")
    vote = log.open_vote(rule="not")
    log.press(vote, m1=FOR, m2=FOR, m3=FOR)
    assert log.reason(log.ballot(vote, "mayor", FOR)) == "eligible"
    assert log.close(vote).needed == 3
    assert records.MAYOR not in count_vote(log.vote(vote)).standings


@pytest.mark.parametrize(
    ("rule", "here", "opens"),
    [
        ("not", ("m1", "m2", "m3"), True),
        ("not", ("m1", "m2", "mayor"), False),
        ("counts", ("m1", "m2", "mayor"), False),
        ("counts", ("m1", "m2", "m3"), True),
    ],
)
def test_quorum_is_of_councillors_alone(rule: str, here: tuple[str, ...], opens: bool) -> None:
    """Five seats: three councillors must be here, with a mayor who counts or without."""
    log = council(*here)
    arm: dict[str, Any] = {"arm": log.arm(rule=rule).hash}
    if opens:
        log.act("chair", records.VoteOpen, **arm)
    else:
        assert log.act_refused("chair", records.VoteOpen, **arm) == "state"


def test_recount_of_the_stranger_agrees() -> None:
    """The verifier's state comes from the leaves alone."""
    log = council("m1", "m2", "m3", "m4", "mayor")
    held(log, "counts", {"m1": FOR, "m2": FOR, "m3": FOR, "mayor": FOR})
    assert log.state.disputed == []
    assert log.here.in_office == log.here.statutory == COUNCILLORS
