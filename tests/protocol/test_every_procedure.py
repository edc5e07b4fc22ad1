"""One sitting, two days, in which everything happens that happens in real chambers; then it is read back.

What the running controller knows, what recovery builds from the store's leaves, and what a stranger builds from the
package must be the same state; the package must verify, and `session.json` must tell every procedure.
"""

import json
from copy import deepcopy

import pytest

from protocol import records
from protocol.encoding import hash_text, salted_text
from protocol.floor import floor_of
from protocol.jws import read_envelope
from protocol.majority import simple_rule
from protocol.records import ABSTAIN, AGAINST, FOR, KINDS
from protocol.sitting import replay
from protocol.state import LogState
from protocol.vote import Phase
from tests.protocol.chamber_builder import (
    RULES,
    ChamberLog,
    card_key,
    device_key,
    found_log,
    member_entry,
    officer_key,
    result_figures,
    seat_entry,
)
from tests.protocol.package_forger import package, verified

SECRETARY = officer_key("secretary")
MEMBERS = 7
ELSEWHERE = {"trust", "officer", "key-change", "takeover", "session-attested", "vote-expired"}
"""Kinds that found, move or repair a log, need another card, or need a clock: each has tests of its own."""


def blob(log: ChamberLog, text: str) -> str:
    """A salted text that the package carries; its hash."""
    data = salted_text(hash_text(text.encode())[:16].encode("ascii"), text)
    log.blobs[hash_text(data)] = data
    return hash_text(data)


def speak(log: ChamberLog, act: str, speaker: str, sort: str = "request", ms: int = 0, who: str = "chair") -> None:
    """An act of the chair about the floor."""
    log.act(who, records.Speech, speaker=speaker, act=act, sort=sort, ms=ms)


def amend(log: ChamberLog, remove: tuple[str, ...], add: tuple[str, ...], in_office: int) -> None:
    """A change of membership in mid-sitting, by the secretary, in force with the chair's agreement."""
    part = log.part([member_entry(member) for member in add], [])
    numbers = {"statutory": MEMBERS, "in_office": in_office, "rules": log.here.rules}
    record = log.roster([part], prev=log.here.roster, add=add, remove=remove, **numbers)
    log.ack(log.append(record, SECRETARY), "chair")


def first_day(log: ChamberLog) -> None:
    """Opening, agenda and its change, a test vote, the floor, ordinary and awkward votes."""
    log.open_sitting()
    log.act("secretary", records.Agenda, version=1, items=blob(log, '{"v":1,"items":[]}'))
    for number in range(1, 6):
        log.sit(f"m{number}")
    log.append(log.make(records.Presence, member="m6", state="excused", code="sick"), SECRETARY)
    test = log.open_vote(item="", mode="test")
    log.press(test, m1=FOR, m2=AGAINST, m3=ABSTAIN)
    assert log.close(test).outcome == "none"
    ad_hoc = log.open_vote(item="", rule="present")
    log.press(ad_hoc, m1=FOR, m2=FOR, m3=FOR)
    assert log.close(ad_hoc).outcome == "adopted"
    log.announce(ad_hoc)
    log.act("secretary", records.Agenda, version=2, items=blob(log, '{"v":1,"items":[{"id":"item-1","title":"A"}]}'))
    log.activate()
    talk(log)
    awkward_votes(log)
    log.act("chair", records.Item, act="decide", decision="15-1")
    log.act("chair", records.InCamera, state="on")
    log.act("chair", records.InCamera, state="off")
    log.act("chair", records.Adjourn, code="quorum-lost")


def talk(log: ChamberLog) -> None:
    """Members, a speaker without a seat, a reply past the closed list; the chair hands over to speak as a member."""
    for member, act in (("m1", "request"), ("m2", "request"), ("m2", "withdraw")):
        asks = log.make(records.Speech, speaker=member, act=act, sort="debate", seq=log.now_ms)
        log.append(asks, log.sitters[member].key)
    speak(log, "grant", "m1", "debate", 60_000)
    speak(log, "extend", "m1", "debate", 30_000)
    speak(log, "grant", "treasurer", "request", 120_000)
    speak(log, "stop", "treasurer")
    speak(log, "close-list", "chair")
    speak(log, "request", "m3", "reply")
    assert log.act_refused("chair", records.Speech, speaker="m4", act="request", sort="request") == "state"
    speak(log, "grant", "m3", "reply", 60_000)
    speak(log, "stop", "m3", "reply")
    floor = floor_of(log.here.speeches, "item-1", log.now_ms)
    assert floor.closed
    assert set(floor.totals_ms) == {"m1", "treasurer", "m3"}


def awkward_votes(log: ChamberLog) -> None:
    """Hold and resume, a dead seat, recusal after pressing, the deputy in mid-vote, the operator, void and repeat."""
    vote = log.open_vote(rule="present")
    log.press(vote, m1=FOR, m2=FOR, m3=AGAINST)
    log.step(vote, "hold")
    log.append(log.make(records.Incident, about="s4", text_hash=blob(log, "no lamp")), device_key("s4"))
    log.step(vote, "resume")
    log.assist(vote, "m4", FOR)
    log.append(log.make(records.Recusal, member="m3", act="declare", code="interest"), log.sitters["m3"].key)
    log.act("deputy", records.Presiding, officer="deputy", why="chair-speaks")
    log.step(vote, "last-call", who="operator")
    log.step(vote, "reopen", who="deputy")
    assert result_figures(log.close(vote, "operator")) == ((3, 0, 0), "adopted")
    log.announce(vote, "operator")
    log.append(log.make(records.Correction, open=vote, member="m1", stated=AGAINST), SECRETARY)
    log.act("chair", records.Presiding, officer="chair", why="returns")
    log.append(log.make(records.Recusal, member="m3", act="withdraw", code=""), SECRETARY)
    wrong = log.open_vote(rule="absolute")
    log.press(wrong, m1=FOR, m2=FOR, m3=FOR)
    assert log.close(wrong).outcome == "not-adopted"
    correction = log.make(records.RuleCorrection, "secretary", open=wrong, rule="simple")
    log.ack(log.append(correction, SECRETARY), "chair")
    log.settle()
    assert log.latest(wrong).outcome == "adopted"
    log.ack(log.act("chair", records.VoteVoid, open=wrong, code="seat-without-power"), "secretary")
    disarmed = log.arm()
    log.act("chair", records.VoteAct, of=disarmed.hash, act="disarm")
    again = log.open_vote(rule="simple", repeats=wrong)
    log.press(again, m1=FOR, m2=AGAINST)
    log.close(again)
    log.announce(again)
    log.ack(log.act("chair", records.VoteVoid, open=again, code="court", basis="council decision 7"), "secretary")


def second_day(log: ChamberLog) -> None:
    """Another day: a vacancy and a successor, a lost quorum and the roll, ties, papers, a closing."""
    log.act("chair", records.Resume)
    for number in range(1, 6):
        log.sit(f"m{number}")
    amend(log, ("m5",), (), MEMBERS - 1)
    amend(log, (), ("m8",), MEMBERS)
    log.sit("m8", "s8")
    log.leave("m4")
    log.act("chair", records.Item, item="item-2", act="activate", decision="")
    waits = log.arm(item="item-2", rule="half-here").hash
    log.append(log.make(records.Presence, member="m3", state="left", code="card-in-tray"), SECRETARY)
    assert log.act_refused("chair", records.VoteOpen, arm=waits) == "state"
    log.append(log.make(records.Presence, member="m3", state="present", code="came-back"), SECRETARY)
    vote = log.act("chair", records.VoteOpen, arm=waits).hash
    log.press(vote, m1=FOR, m2=AGAINST, m3=FOR, m8=AGAINST)
    log.close(vote)
    ties(log)
    papers(log)
    control_vote(log)
    roll_call(log)
    revoked = device_key("s2").public.thumbprint
    log.append(log.make(records.DeviceRevoke, seat="s2", kid=revoked), SECRETARY)
    log.act("chair", records.Item, item="item-2", act="note", decision="")
    log.act("chair", records.SittingClose)
    log.append(
        log.make(records.Minutes, version=1, state="draft", pdf_hash="", package_hash="", replaces=""), SECRETARY
    )


def ties(log: ChamberLog) -> None:
    """Once the chair decides, once the lot."""
    vote = log.open_vote(item="item-2", rule="casting")
    log.press(vote, m1=FOR, m2=AGAINST)
    assert log.close(vote).outcome == "tie"
    log.act("chair", records.CastingVote, open=vote, choice=FOR)
    log.settle()
    assert log.latest(vote).outcome == "adopted"
    vote = log.open_vote(item="item-2", rule="lot")
    log.press(vote, m1=FOR, m2=AGAINST)
    log.close(vote)
    log.ack(log.append(log.make(records.Lot, open=vote, choice=AGAINST), SECRETARY), "chair")
    log.settle()
    assert log.latest(vote).outcome == "not-adopted"


def papers(log: ChamberLog) -> None:
    """A secret election on paper, two rounds, each a vote of its own."""
    for number, figures, elected in ((1, (2, 2), ()), (2, (1, 4), ("bo",))):
        vote = log.open_vote(item="item-2", mode="paper", options=("ann", "bo"), rule="papers")
        log.end(vote)
        count = {"round": number, "issued": 7, "returned": 6, "valid": 5, "invalid": 1, "figures": figures}
        log.ack(log.append(log.make(records.PaperResult, open=vote, **count), SECRETARY), "chair")
        log.settle()
        assert log.latest(vote).elected == elected


def control_vote(log: ChamberLog) -> None:
    """Who answers is here; the chair enters it, and a rule that goes by it counts them."""
    vote = log.open_vote(item="item-2", options=("here",), rule="count")
    log.press(vote, m1="here", m2="here", m3="here")
    assert log.close(vote).counts == (3,)
    answered = log.eligible(*sorted(log.vote(vote).ballots))
    log.act("chair", records.QuorumCheck, how="control-vote", present=answered)
    vote = log.open_vote(item="item-2", rule="checked")
    log.press(vote, m1=FOR, m2=FOR)
    assert log.close(vote).present == 3


def roll_call(log: ChamberLog) -> None:
    """The devices fell silent: the secretary enters what members said aloud, and when; papers follow the same way."""
    vote = log.open_vote(item="item-2", rule="in-office", sign="card")
    for member, choice, how in (("m1", FOR, "roll-call"), ("m2", AGAINST, "roll-call"), ("m8", FOR, "paper")):
        entered = {"member": member, "choice": (choice,), "how": how, "held_at": log.now_ms - 600_000}
        log.append(log.make(records.AssistedBallot, open=vote, **entered), SECRETARY)
    own = log.make_ballot(vote, "m2", ABSTAIN)
    log.append(own, card_key("m2"))
    assert log.close(vote).counts == (2, 0, 1)


@pytest.fixture(scope="module")
def sitting() -> ChamberLog:
    """The whole sitting."""
    log = found_log()
    half = simple_rule(
        "half-here", "More than half of all seats must be here", quorum_base="statutory", quorum_comparator=">",
        quorum_numerator=1, quorum_denominator=2,
    )  # fmt: skip
    book = log.add_rules([*RULES, half])
    part = log.part([member_entry(f"m{n}") for n in range(1, MEMBERS + 1)], [seat_entry(f"s{n}") for n in range(1, 10)])
    log.append(log.roster([part], rules=book, statutory=MEMBERS, in_office=MEMBERS), SECRETARY)
    first_day(log)
    second_day(log)
    return log


def test_every_kind_of_procedure_was_used(sitting: ChamberLog) -> None:
    """A kind that is added must find its place here, or say why not."""
    used = {read_envelope(leaf).kind for leaf in sitting.leaves}
    assert set(KINDS) - used == ELSEWHERE - {"trust", "officer"}


@pytest.mark.parametrize("known", [False, True])
def test_recovery_from_the_log_gives_the_identical_state(sitting: ChamberLog, *, known: bool) -> None:
    """Checked leaf by leaf, or trusted after the root was compared."""
    state = LogState(rule_books=deepcopy(sitting.state.rule_books))
    replay(state, sitting.leaves, known=known)
    assert state == sitting.state


def test_recovery_in_the_middle_goes_on_to_the_same_end(sitting: ChamberLog) -> None:
    """Every prefix is a state to go on from: here each tenth leaf."""
    for cut in range(0, len(sitting.leaves), 10):
        state = LogState(rule_books=deepcopy(sitting.state.rule_books))
        replay(state, sitting.leaves[:cut], known=True)
        replay(state, sitting.leaves[cut:], known=True)
        assert state == sitting.state


def test_package_verifies_and_tells_every_procedure(sitting: ChamberLog) -> None:
    """A stranger sees what happened, with both outcomes of the corrected rule and the reasons of the voids."""
    files = package(sitting)
    verdict = verified(files)
    assert verdict.verdict == "verified"
    told = json.loads(files["session.json"])
    assert [turn["what"] for turn in told["turns"]] == [
        "agenda", "agenda", "in-camera-on", "in-camera-off", "adjourn", "resume", "roster", "roster", "sitting-close",
    ]  # fmt: skip
    votes = {vote["open_index"]: vote for vote in told["votes"] if vote["phase"] != "disarmed"}
    voided = [vote for vote in votes.values() if vote["phase"] == Phase.VOID.value]
    assert [(vote["void_code"], vote["void_basis"]) for vote in voided] == [
        ("seat-without-power", ""), ("court", "council decision 7"),
    ]  # fmt: skip
    assert voided[1]["repeats"] == voided[0]["id"]
    assert [result["outcome"] for result in voided[0]["results"]] == ["not-adopted", "adopted"]
    assert {entry["how"] for vote in votes.values() for entry in vote["entered"]} == {"assisted", "roll-call", "paper"}
    assert [vote["paper"]["round"] for vote in votes.values() if vote["paper"]] == [1, 2]
    assert [check["how"] for check in told["quorum_checks"]] == ["control-vote"]
    assert [recusal["act"] for recusal in told["recusals"]] == ["declare", "withdraw"]
    assert {(speech["speaker"], speech["act"]) for speech in told["speeches"]} >= {
        ("treasurer", "grant"), ("m1", "extend"), ("m3", "request"), ("chair", "close-list"),
    }  # fmt: skip
    assert [officer["officer"] for officer in told["presided"]] == ["chair", "deputy", "chair"]
    assert ("m6", "excused") in {(entry["member"], entry["state"]) for entry in told["attendance"]}
    assert len(told["incidents"]) == 1
