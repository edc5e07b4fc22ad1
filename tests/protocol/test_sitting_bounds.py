"""Rules that keep votes and the log from being stretched: places, lots, announcements, notes, votes on paper."""

from protocol.decide import NOTES_MAX
from protocol.records import Incident, Lot, PaperResult, Recusal, RuleCorrection, VoteAnnounce, VoteArm
from tests.protocol.chamber_builder import ITEM, ChamberLog, device_key, officer_key, open_chamber


def candidates(log: ChamberLog) -> str:
    """An open vote among three candidates for two places."""
    return log.open_vote(options=("anna", "boris", "clara"), places=2, rule="lots")


def test_one_member_cannot_choose_both_for_and_against() -> None:
    """With such options exactly one may be chosen."""
    log = open_chamber()
    assert log.act_refused("chair", VoteArm, **log.arm_members(max=2)) == "state"


def test_announcement_waits_for_the_result_that_is_due() -> None:
    """After a correction of the rule the earlier result cannot be declared any more."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for", m2="for", m3="against")
    log.close(vote)
    earlier = log.vote(vote).results[-1][0]
    correction = log.act("secretary", RuleCorrection, open=vote, rule="absolute")
    log.ack(correction, "chair")
    assert log.act_refused("chair", VoteAnnounce, result=earlier) == "state"
    log.settle()
    log.announce(vote)
    assert log.vote(vote).results[-1][2].outcome == "not-adopted"


def test_recusal_is_declared_once_and_withdrawn_once() -> None:
    """A second declaration changes nothing and is refused."""
    log = open_chamber()
    members = {"item": ITEM, "member": "m1", "code": "interest"}
    assert log.act_refused("secretary", Recusal, act="withdraw", **members) == "state"
    log.act("secretary", Recusal, act="declare", **members)
    assert log.act_refused("secretary", Recusal, act="declare", **members) == "state"
    log.act("secretary", Recusal, act="withdraw", **members)


def test_one_key_cannot_flood_the_log_with_notes() -> None:
    """After the budget its incidents are refused; another seat's still enter."""
    log = open_chamber()
    for number in range(NOTES_MAX):
        log.append(Incident("s1", "reader", "", number), device_key("s1"))
    assert log.refused(Incident("s1", "reader", "", NOTES_MAX), device_key("s1")) == "budget"
    log.append(Incident("s2", "reader", "", 1), device_key("s2"))


def test_seats_do_not_vote_where_papers_are_counted() -> None:
    """The ballot is on the record, void `state`, and the figures are those of the papers."""
    log = open_chamber()
    vote = log.open_vote(mode="paper")
    assert log.reason(log.ballot(vote, "m1", "for")) == "state"
    log.end(vote)
    too_many = log.make(
        PaperResult, "secretary", open=vote, round=1, issued=5, returned=3, valid=3, invalid=0, figures=(4, 0, 0)
    )
    assert log.refused(too_many, officer_key("secretary")) == "state"
    counted = log.act(
        "secretary", PaperResult, open=vote, round=1, issued=5, returned=4, valid=3, invalid=1, figures=(2, 1, 0)
    )
    log.ack(counted, "chair")
    log.settle()
    assert (log.latest(vote).counts, log.latest(vote).outcome) == ((2, 1, 0), "adopted")


def test_lots_fill_the_tied_places_one_by_one() -> None:
    """Three tied for two places: a tie until two different lots are drawn among the tied."""
    log = open_chamber()
    vote = candidates(log)
    log.press(vote, m1="anna", m2="boris", m3="clara")
    assert log.close(vote).outcome == "tie"
    for choice, outcome in (("boris", "tie"), ("anna", "elected")):
        log.ack(log.act("secretary", Lot, open=vote, choice=choice), "chair")
        log.settle()
        assert log.latest(vote).outcome == outcome
    assert set(log.latest(vote).elected) == {"boris", "anna"}


def test_lot_only_among_the_tied() -> None:
    """Who has a place already, or reached no number, is not drawn."""
    log = open_chamber()
    vote = candidates(log)
    log.press(vote, m1="anna", m2="anna", m3="boris", m4="clara")
    assert log.close(vote).outcome == "tie"
    assert log.act_refused("secretary", Lot, open=vote, choice="anna") == "state"
