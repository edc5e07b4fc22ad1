"""Votes from arming to announcing: phases, ends, quorum, ties, voiding, corrections, papers."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from protocol import records
from protocol.encoding import hash_text
from protocol.record import Record
from protocol.records import (
    CastingVote,
    Correction,
    Item,
    Lot,
    PaperResult,
    Presence,
    QuorumCheck,
    Recusal,
    Result,
    RuleCorrection,
    VoteAct,
    VoteAnnounce,
    VoteArm,
    VoteClose,
    VoteExpired,
    VoteOpen,
    VoteVoid,
)
from protocol.sitting import replay
from protocol.state import LogState
from protocol.tally import Standing, count_vote, expected_result
from protocol.vote import Phase
from tests.protocol.chamber_builder import (
    CONTROLLER_KEY,
    ITEM,
    ChamberLog,
    found_log,
    officer_key,
    open_chamber,
    result_figures,
)

# --- Arming and opening -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"options": ()}, {"options": ("for", "for")}, {"min": 2}, {"min": 2, "max": 1}, {"max": 4},
        {"max": 0, "min": 0},
        {"places": 0}, {"places": 4}, {"rule": "unknown"}, {"rule": ""}, {"eligible": ""}, {"eligible": "A" * 43},
        {"mode": "secret"}, {"repeats": "A" * 43}, {"item": "item-2"}, {"sitting": "sitting-2"},
    ],
)  # fmt: skip
def test_arm_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    """Options, numbers, rule, list, mode, item, sitting."""
    log = open_chamber()
    assert log.act_refused("chair", VoteArm, **log.arm_members(**changes)) == "state"


def test_vote_id_serves_once_in_a_sitting() -> None:
    """Also after the first was disarmed; another sitting has its own."""
    log = open_chamber()
    arm = log.arm(vote="v1")
    log.act("chair", VoteAct, of=arm.hash, act="disarm")
    assert log.act_refused("chair", VoteArm, **log.arm_members(vote="v1")) == "state"
    log.sitting = "sitting-2"
    log.prepare()
    log.open_sitting()
    log.activate()
    log.arm(vote="v1")


def test_vote_before_there_is_an_agenda_names_no_item() -> None:
    """To adopt the agenda itself."""
    log = open_chamber()
    vote = log.open_vote(item="")
    log.press(vote, m1="for")
    assert log.close(vote).outcome == "adopted"


def test_one_vote_runs_at_a_time() -> None:
    """In the whole log; it may be held meanwhile."""
    log = open_chamber()
    second = log.arm()
    first = log.open_vote()
    log.step(first, "hold")
    assert log.act_refused("chair", VoteOpen, arm=second.hash) == "state"
    log.act("chair", VoteClose, open=first)
    log.act("chair", VoteOpen, arm=second.hash)


def test_arm_opens_once() -> None:
    """A second open of it is refused, also after the end."""
    log = open_chamber()
    arm = log.arm()
    vote = log.act("chair", VoteOpen, arm=arm.hash).hash
    assert log.act_refused("chair", VoteOpen, arm=arm.hash) == "state"
    log.close(vote)
    assert log.act_refused("chair", VoteOpen, arm=arm.hash) == "state"
    assert log.act_refused("chair", VoteOpen, arm=vote) == "state"


def test_item_stands_still_while_its_vote_runs() -> None:
    """Other items move, also one of the same name in another sitting."""
    log = open_chamber()
    vote = log.open_vote()
    for act in ("defer", "withdraw", "note", "decide"):
        assert log.act_refused("chair", Item, act=act, decision="") == "state"
    log.activate("item-2")
    log.sitting = "sitting-2"
    log.prepare()
    log.open_sitting()
    log.activate()
    log.act("chair", Item, act="defer", decision="")
    log.sitting = "sitting-1"
    log.close(vote)
    log.act("chair", Item, act="decide", decision="011-1/2024")
    assert log.here.items[ITEM].decision == "011-1/2024"


# --- Steps --------------------------------------------------------------------------------------------------


def test_close_needs_a_last_call_or_a_hold() -> None:
    """Two-phase: nobody is cut off by one press."""
    log = open_chamber()
    vote = log.open_vote()
    assert log.act_refused("chair", VoteClose, open=vote) == "state"
    log.step(vote, "last-call")
    log.act("chair", VoteClose, open=vote)


def test_step_that_has_no_arrow_is_refused() -> None:
    """Every act in every phase that the table does not lead out of by it."""
    acts = ("hold", "resume", "last-call", "reopen", "disarm")
    log = open_chamber()
    vote = log.open_vote()
    allowed = {"open": {"hold", "last-call"}, "held": {"resume"}, "last-call": {"reopen"}}
    for step, phase in (("", "open"), ("hold", "held"), ("resume", "open"), ("last-call", "last-call")):
        if step:
            log.step(vote, step)
        assert log.vote(vote).phase.value == phase
        for act in acts:
            if act not in allowed[phase]:
                assert log.act_refused("chair", VoteAct, of=vote, act=act) == "state"
    log.act("chair", VoteClose, open=vote)
    for act in acts:
        assert log.act_refused("chair", VoteAct, of=vote, act=act) == "state"


def test_disarm_quotes_the_arm_and_everything_else_the_open() -> None:
    """Never the other way round."""
    log = open_chamber()
    arm = log.arm()
    assert log.act_refused("chair", VoteAct, of=arm.hash, act="hold") == "state"
    vote = log.act("chair", VoteOpen, arm=arm.hash).hash
    assert log.act_refused("chair", VoteAct, of=vote, act="disarm") == "state"
    assert log.act_refused("chair", VoteAct, of=arm.hash, act="disarm") == "state"


def test_extension_stays_within_what_the_arm_allows() -> None:
    """All of them together; only where there is a time; other acts carry none."""
    log = open_chamber()
    vote = log.open_vote(duration_ms=60_000, extend_ms=30_000)
    deadline = log.vote(vote).deadline_ms
    log.step(vote, "extend", 20_000)
    assert log.act_refused("chair", VoteAct, of=vote, act="extend", ms=10_001) == "state"
    assert log.act_refused("chair", VoteAct, of=vote, act="extend", ms=0) == "state"
    assert log.act_refused("chair", VoteAct, of=vote, act="hold", ms=1) == "state"
    log.step(vote, "extend", 10_000)
    assert log.vote(vote).deadline_ms == deadline + 30_000
    log.close(vote)
    untimed = log.open_vote(extend_ms=30_000)
    assert log.act_refused("chair", VoteAct, of=untimed, act="extend", ms=1) == "state"


# --- The end ------------------------------------------------------------------------------------------------


def test_vote_expires_by_the_time_that_was_set() -> None:
    """The controller owes the expiry, then the result."""
    log = open_chamber()
    vote = log.open_vote(duration_ms=60_000)
    log.press(vote, m1="for")
    assert log.settle() == []
    log.now_ms = log.vote(vote).deadline_ms
    expiry, result = log.settle()
    assert isinstance(expiry.record, VoteExpired)
    assert isinstance(result.record, Result)
    assert result_figures(log.latest(vote)) == ((1, 0, 0), "adopted")


def test_first_end_counts_the_other_is_void_closed() -> None:
    """Close then expiry, and expiry then close."""
    log = open_chamber()
    vote = log.open_vote(duration_ms=60_000)
    log.end(vote)
    expiry = log.make(VoteExpired, open=vote)
    assert log.refused(expiry, CONTROLLER_KEY, own=True) == "closed"
    assert log.reason(log.forced(expiry, CONTROLLER_KEY)) == "closed"
    log.settle()
    other = log.open_vote(duration_ms=60_000)
    log.append(log.make(VoteExpired, open=other), CONTROLLER_KEY)
    assert log.act_refused("chair", VoteClose, open=other) == "closed"
    assert log.act_forced("chair", VoteClose, open=other) == "closed"


def test_held_vote_does_not_expire() -> None:
    """Void `held`; the controller does not even try."""
    log = open_chamber()
    vote = log.open_vote(duration_ms=60_000)
    log.step(vote, "hold")
    log.now_ms += 10**6
    assert log.settle() == []
    assert log.refused(log.make(VoteExpired, open=vote), CONTROLLER_KEY, own=True) == "held"
    log.step(vote, "resume")
    assert len(log.settle()) == 2


def test_vote_without_a_time_never_expires() -> None:
    """Nobody authorised it beforehand; and only the controller says so."""
    log = open_chamber()
    vote = log.open_vote()
    log.now_ms += 10**9
    assert log.settle() == []
    assert log.refused(log.make(VoteExpired, open=vote), CONTROLLER_KEY, own=True) == "state"
    assert log.refused(log.make(VoteExpired, open=vote), CONTROLLER_KEY) == "foreign"
    assert log.refused(log.make(VoteExpired, open=vote), officer_key("chair")) == "wrong-key"


# --- Results ------------------------------------------------------------------------------------------------


def lies(vote: str, log: ChamberLog) -> list[Result]:
    """The true result of an ended vote with one member wrong."""
    true = expected_result(log.vote(vote), log.now_ms)
    return [
        replace(true, counts=(2, 0, 0)), replace(true, counts=(1, 1)), replace(true, from_=true.from_ + 1),
        replace(true, to=true.to + 1),
        replace(true, present=true.present - 1), replace(true, void_count=1), replace(true, void_hash=hash_text(b"x")),
        replace(true, needed=true.needed + 1), replace(true, outcome="not-adopted"), replace(true, elected=("for",)),
    ]  # fmt: skip


def test_result_that_disagrees_with_the_recount_is_refused_and_disputed_in_a_log() -> None:
    """Member by member; refusing it changes nothing, a log that holds it says so for ever."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for")
    log.end(vote)
    for lie in lies(vote, log):
        assert log.refused(lie, CONTROLLER_KEY, own=True) == "state"
    assert log.state.disputed == []
    entry = log.forced(lies(vote, log)[0], CONTROLLER_KEY)
    assert (log.reason(entry), log.state.disputed) == ("state", [entry.index])
    log.settle()
    assert result_figures(log.latest(vote)) == ((1, 0, 0), "adopted")


def test_result_comes_once_for_the_same_inputs() -> None:
    """Again is void `repeat`, and not disputed."""
    log = open_chamber()
    vote = log.open_vote()
    log.close(vote)
    again = expected_result(log.vote(vote), log.now_ms + 5)
    assert log.refused(again, CONTROLLER_KEY, own=True) == "repeat"
    assert log.reason(log.forced(again, CONTROLLER_KEY)) == "repeat"
    assert log.state.disputed == []


def test_result_of_a_running_or_unknown_vote_is_refused() -> None:
    """Nothing is told before the end."""
    log = open_chamber()
    vote = log.open_vote()
    early = Result(vote, log.vote(vote).open_index, log.size, 5, (0, 0, 0), 0, hash_text(b""), 1, "not-adopted", (), 1)
    assert log.refused(early, CONTROLLER_KEY, own=True) == "state"
    assert log.refused(replace(early, open="A" * 43), CONTROLLER_KEY, own=True) == "state"
    assert log.state.owed == {}


def test_test_vote_decides_nothing() -> None:
    """Outcome `none`, whatever was pressed, also without a quorum."""
    log = open_chamber(5, statutory=40)
    vote = log.open_vote(mode="test", rule="quorum")
    log.press(vote, m1="for", m2="against")
    result = log.close(vote)
    assert (result_figures(result), result.needed) == (((1, 1, 0), "none"), 0)
    assert log.here.items[ITEM].phase.value == "active"


# --- Announcing ---------------------------------------------------------------------------------------------


def test_announcement_quotes_the_latest_result() -> None:
    """Once each; not before there is one."""
    log = open_chamber()
    vote = log.open_vote(rule="casting")
    log.press(vote, m1="for", m2="against")
    log.close(vote)
    first = log.vote(vote).results[-1][0]
    log.act("chair", CastingVote, open=vote, choice="for")
    log.settle()
    assert log.act_refused("chair", VoteAnnounce, result=first) == "state"
    assert log.act_refused("chair", VoteAnnounce, result="A" * 43) == "state"
    log.announce(vote)
    assert log.vote(vote).phase is Phase.ANNOUNCED
    assert log.act_refused("chair", VoteAnnounce, result=log.vote(vote).results[-1][0]) == "state"


# --- Quorum and presence ------------------------------------------------------------------------------------


def test_open_without_the_registered_quorum_is_refused() -> None:
    """Three of five are needed; a fixed rule counts heads in the room."""
    log = open_chamber()
    for member in ("m1", "m2", "m3"):
        log.leave(member)
    arm = log.arm(rule="quorum")
    assert log.act_refused("chair", VoteOpen, arm=arm.hash) == "state"
    assert log.act_forced("chair", VoteOpen, arm=arm.hash) == "state"
    log.sit("m1")
    log.act("chair", VoteOpen, arm=arm.hash)


def test_quorum_missing_at_the_end() -> None:
    """They left in mid-vote: no quorum, whatever the votes; who voted counts as present."""
    for leaving, pressed, outcome in (
        (("m2", "m3", "m4"), ("m1",), "no-quorum"),
        (("m1", "m2", "m3"), ("m1", "m2"), "adopted"),
    ):
        log = open_chamber()
        vote = log.open_vote(rule="quorum")
        log.press(vote, **dict.fromkeys(pressed, "for"))
        for member in leaving:
            log.leave(member)
        assert log.close(vote).outcome == outcome


def test_quorum_of_votes_cast_is_asked_at_the_end_alone() -> None:
    """Who sits there silent does not help."""
    log = open_chamber()
    for member in ("m1", "m2", "m3", "m4"):
        log.leave(member)
    vote = log.open_vote(rule="quorum-cast")
    for member in ("m1", "m2", "m3", "m4"):
        log.sit(member)
    log.press(vote, m1="for", m2="abstain")
    assert log.close(vote).outcome == "no-quorum"
    vote = log.open_vote(rule="quorum-cast")
    log.press(vote, m1="for", m2="abstain", m3="abstain")
    assert log.close(vote).outcome == "adopted"


def test_present_is_taken_by_the_rule_s_source() -> None:
    """From cards, from presses only, or from the last check before the open."""
    log = open_chamber()
    log.leave("m5")
    log.act("chair", QuorumCheck, how="roll-call", present=log.eligible("m1", "m5", "m9"))
    for rule, present, needed in (("present", 4, 3), ("presses", 2, 2), ("checked", 3, 2)):
        vote = log.open_vote(rule=rule)
        log.press(vote, m1="for", m2="against")
        result = log.close(vote)
        assert (result.present, result.needed) == (present, needed), rule


def test_quorum_check_counts_members_alone() -> None:
    """Names that stand in no roster make no quorum; a list of another sitting is none."""
    log = open_chamber()
    log.add_rules([])
    book = next(iter(log.state.rule_books))
    rules = dict(log.state.rule_books[book].rules)
    rules["checked-quorum"] = replace(rules["quorum"], id="checked-quorum", present_from="quorum-check")
    log.state.rule_books[book] = replace(log.state.rule_books[book], rules=rules)
    arm = log.arm(rule="checked-quorum")
    log.act("chair", QuorumCheck, how="roll-call", present=log.eligible("m1", "m2", "x1", "x2", "x3"))
    assert log.act_refused("chair", VoteOpen, arm=arm.hash) == "state"
    assert log.act_refused("chair", QuorumCheck, how="cards", present="A" * 43) == "state"
    log.act("chair", QuorumCheck, how="roll-call", present=log.eligible("m1", "m2", "m3"))
    log.act("chair", VoteOpen, arm=arm.hash)


def test_recused_leave_the_quorum_too_where_the_law_says_so() -> None:
    """Base and presence both, at the open as at the end."""
    log = open_chamber(4, statutory=4, in_office=4)
    book = next(iter(log.state.rule_books))
    rules = dict(log.state.rule_books[book].rules)
    rules["leave-quorum"] = replace(
        rules["leave-base"],
        id="leave-quorum",
        quorum_base="in_office",
        quorum_comparator=">",
        quorum_numerator=1,
        quorum_denominator=2,
    )
    log.state.rule_books[book] = replace(log.state.rule_books[book], rules=rules)
    log.leave("m4")
    log.leave("m3")
    arm = log.arm(rule="leave-quorum")
    assert log.act_refused("chair", VoteOpen, arm=arm.hash) == "state"
    log.act("secretary", Recusal, member="m4", act="declare", code="")
    vote = log.act("chair", VoteOpen, arm=arm.hash).hash
    log.press(vote, m1="for", m2="for")
    result = log.close(vote)
    assert (result.needed, result.present, result.outcome) == (2, 2, "adopted")
    log.sit("m3")
    log.leave("m1")
    log.act("secretary", Recusal, member="m3", act="declare", code="")
    again = log.arm(rule="leave-quorum")
    assert log.act_refused("chair", VoteOpen, arm=again.hash) == "state", "who is recused makes no quorum"


def test_six_standings() -> None:
    """For, against, abstained, present but silent, absent, recused: every eligible member is one of them."""
    log = open_chamber(6)
    log.leave("m5")
    log.act("secretary", Recusal, member="m6", act="declare", code="")
    vote = log.open_vote()
    log.press(vote, m1="for", m2="against", m3="abstain")
    log.close(vote)
    tally = count_vote(log.vote(vote))
    assert tally.standings == {
        "m1": Standing.FOR, "m2": Standing.AGAINST, "m3": Standing.ABSTAINED, "m4": Standing.NOT_VOTING,
        "m5": Standing.ABSENT,
        "m6": Standing.RECUSED,
    }  # fmt: skip
    assert (tally.not_voting, tally.absent, tally.recused) == (1, 1, 1)


def test_who_left_after_the_end_was_present_at_it() -> None:
    """P is taken there, whatever comes before the result."""
    log = open_chamber()
    vote = log.open_vote(rule="present")
    log.press(vote, m1="for")
    log.end(vote)
    log.act("secretary", Presence, member="m2", state="left", code="")
    log.leave("m3")
    log.settle()
    assert log.latest(vote).present == 5


# --- Ties ---------------------------------------------------------------------------------------------------


def tied(rule: str) -> tuple[ChamberLog, str]:
    """A vote with two for and two against."""
    log = open_chamber()
    vote = log.open_vote(rule=rule)
    log.press(vote, m1="for", m2="for", m3="against", m4="against")
    log.close(vote)
    return log, vote


@pytest.mark.parametrize(("choice", "outcome"), [("for", "adopted"), ("against", "not-adopted")])
def test_casting_vote_decides_a_tie(choice: str, outcome: str) -> None:
    """A second result follows; both stand in the log; the counts stay."""
    log, vote = tied("casting")
    assert log.latest(vote).outcome == "tie"
    log.act("chair", CastingVote, open=vote, choice=choice)
    assert log.act_refused("chair", CastingVote, open=vote, choice=choice) == "state"
    log.settle()
    assert [result.outcome for _, _, result in log.vote(vote).results] == ["tie", outcome]
    assert log.latest(vote).counts == (2, 2, 0)
    assert log.act_refused("chair", CastingVote, open=vote, choice=choice) == "state"


def test_casting_vote_only_where_the_rule_allows_it_and_in_time() -> None:
    """Not under another rule, not without a tie, not by another, not before the result or after the announcement."""
    log, vote = tied("simple")
    assert log.latest(vote).outcome == "not-adopted"
    assert log.act_refused("chair", CastingVote, open=vote, choice="for") == "state"
    log, vote = tied("repeat")
    assert log.act_refused("chair", CastingVote, open=vote, choice="for") == "state"
    log, vote = tied("casting")
    assert log.act_refused("deputy", CastingVote, open=vote, choice="for") == "state"
    log.announce(vote)
    assert log.act_refused("chair", CastingVote, open=vote, choice="for") == "state"
    log = open_chamber()
    vote = log.open_vote(rule="casting")
    log.press(vote, m1="for")
    assert log.act_refused("chair", CastingVote, open=vote, choice="for") == "state"
    log.end(vote)
    assert log.act_refused("chair", CastingVote, open=vote, choice="for") == "state"
    log.settle()
    assert log.act_refused("chair", CastingVote, open=vote, choice="for") == "state"


def test_casting_vote_waits_for_a_result_that_is_due() -> None:
    """After a correction of the rule the old tie is no tie any more."""
    log, vote = tied("casting")
    log.ack(log.act("secretary", RuleCorrection, open=vote, rule="absolute"), "chair")
    assert log.act_refused("chair", CastingVote, open=vote, choice="for") == "state"


def test_lot_decides_a_tie_with_the_chair_s_ack() -> None:
    """Drawn once; not again while its result is due, nor after it, nor after the announcement."""
    log, vote = tied("lot")
    lot = log.make(Lot, "secretary", open=vote, choice="for")
    entry = log.append(lot, officer_key("secretary"))
    second = log.act("secretary", Lot, open=vote, choice="against")
    log.ack(entry, "chair")
    assert log.act_refused("chair", records.Ack, of=second.hash) == "state"
    log.settle()
    assert log.latest(vote).outcome == "adopted"
    assert log.act_refused("chair", records.Ack, of=second.hash) == "state"
    other_log, other = tied("lot")
    other_log.announce(other)
    assert other_log.act_refused("secretary", Lot, open=other, choice="for") == "state"


@pytest.mark.parametrize("rule", ["simple", "casting", "repeat"])
def test_lot_only_where_the_rule_draws_one(rule: str) -> None:
    """And only among the options."""
    log, vote = tied(rule)
    assert log.act_refused("secretary", Lot, open=vote, choice="for") == "state"
    log, vote = tied("lot")
    assert log.act_refused("secretary", Lot, open=vote, choice="anna") == "state"


# --- Voiding and repeating ----------------------------------------------------------------------------------


def test_void_while_running_ends_the_vote_and_keeps_its_figures() -> None:
    """A dead seat: nothing counts, everything is on the record; repeated, the second is linked."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for", m2="against")
    log.act("chair", VoteVoid, open=vote, code="dead-seat")
    state = log.vote(vote)
    assert (state.phase, state.void_code, count_vote(state).counts) == (Phase.VOID, "dead-seat", (1, 1, 0))
    assert log.settle() == []
    assert log.reason(log.ballot(vote, "m3", "for")) == "late"
    again = log.open_vote(repeats=vote)
    log.press(again, m1="for")
    assert result_figures(log.close(again)) == ((1, 0, 0), "adopted")
    assert state.repeated_by == again
    assert log.vote(again).arm.repeats == vote


def test_only_a_void_vote_is_repeated() -> None:
    """Neither a running nor a closed one."""
    log = open_chamber()
    vote = log.open_vote()
    assert log.act_refused("chair", VoteArm, **log.arm_members(repeats=vote)) == "state"
    log.close(vote)
    assert log.act_refused("chair", VoteArm, **log.arm_members(repeats=vote)) == "state"


def test_void_after_the_close_needs_the_secretary() -> None:
    """Before the announcement without a basis, after it only with one."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for")
    log.close(vote)
    log.announce(vote)
    assert log.act_refused("chair", VoteVoid, open=vote) == "state"
    void = log.act("chair", VoteVoid, open=vote, basis="council decision 12")
    assert log.vote(vote).phase is Phase.ANNOUNCED
    log.ack(void, "secretary")
    assert (log.vote(vote).phase, log.vote(vote).void_basis) == (Phase.VOID, "council decision 12")
    assert result_figures(log.latest(vote)) == ((1, 0, 0), "adopted")
    assert log.act_refused("chair", VoteVoid, open=vote, basis="again") == "state"
    assert log.act_refused("chair", VoteAnnounce, result=log.vote(vote).results[-1][0]) == "state"


def test_result_of_a_void_vote_may_still_be_stated_truly() -> None:
    """Its figures as of its end; a false one is disputed like any other."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for")
    log.act("chair", VoteVoid, open=vote)
    true = expected_result(log.vote(vote), log.now_ms)
    log.forced(replace(true, counts=(5, 0, 0)), CONTROLLER_KEY)
    assert len(log.state.disputed) == 1
    assert log.reason(log.append(true, CONTROLLER_KEY)) == ""


@pytest.mark.parametrize("kind", [VoteVoid, VoteClose, CastingVote, VoteExpired])
def test_acts_on_an_unknown_vote_are_refused(kind: type[Record]) -> None:
    """No such open in this log."""
    log = open_chamber()
    record = log.make(kind, "chair", open="A" * 43, **({"choice": "for"} if kind is CastingVote else {}))
    signer = CONTROLLER_KEY if kind is VoteExpired else officer_key("chair")
    assert log.refused(record, signer, own=True) == "state"


# --- Corrections and papers ---------------------------------------------------------------------------------


def test_rule_correction_judges_the_same_ballots_again() -> None:
    """With the chair's ack; both outcomes are on the record; also after the announcement."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for", m2="for", m3="against")
    log.close(vote)
    log.announce(vote)
    correction = log.act("secretary", RuleCorrection, open=vote, rule="absolute")
    assert log.settle() == []
    log.ack(correction, "chair")
    log.settle()
    assert [(r.outcome, r.needed, r.counts) for _, _, r in log.vote(vote).results] == [
        ("adopted", 2, (2, 1, 0)), ("not-adopted", 3, (2, 1, 0)),
    ]  # fmt: skip
    log.announce(vote)
    assert log.act_refused("secretary", RuleCorrection, open=vote, rule="unknown") == "state"
    assert log.act_refused("chair", RuleCorrection, open=vote, rule="simple") in {"state", "wrong-key"}


def test_correction_by_a_member_leaves_the_result() -> None:
    """Stated beside it."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for")
    assert log.act_refused("secretary", Correction, open=vote, member="m1", stated="against") == "state"
    before = log.close(vote)
    log.act("secretary", Correction, open=vote, member="m1", stated="against")
    assert log.settle() == []
    assert log.latest(vote) == before
    assert [(member, stated) for _, member, stated in log.vote(vote).stated] == [("m1", "against")]
    assert log.act_refused("secretary", Correction, open=vote, member="m9", stated="for") == "state"


PAPERS: dict[str, Any] = {"round": 1, "issued": 5, "returned": 5, "valid": 4, "invalid": 1, "figures": (3, 1, 0)}


def test_paper_vote_has_the_figures_of_the_papers() -> None:
    """Counted by hand, acknowledged by the chair; invalid papers count only where the law says so."""
    for rule, outcome, needed in (("papers", "adopted", 3), ("absolute", "adopted", 3), ("simple", "adopted", 2)):
        log = open_chamber()
        vote = log.open_vote(mode="paper", rule=rule)
        log.end(vote)
        assert log.settle() == []
        papers = log.act("secretary", PaperResult, open=vote, **PAPERS)
        log.ack(papers, "chair")
        log.settle()
        result = log.latest(vote)
        assert (result_figures(result), result.needed) == (((3, 1, 0), outcome), needed)


@pytest.mark.parametrize(
    "changes",
    [{"valid": 5}, {"returned": 4}, {"issued": 4}, {"figures": (3, 1)}, {"figures": (3, 1, 0, 0)}, {"invalid": 0}],
)
def test_papers_that_do_not_add_up_are_refused(changes: dict[str, Any]) -> None:
    """Valid and invalid are the returned, which were issued; figures follow the options."""
    log = open_chamber()
    vote = log.open_vote(mode="paper")
    log.end(vote)
    assert log.act_refused("secretary", PaperResult, open=vote, **(PAPERS | changes)) == "state"


def test_papers_belong_to_a_paper_vote_that_has_ended() -> None:
    """Neither to a vote by seats nor to a running one."""
    log = open_chamber()
    vote = log.open_vote()
    log.close(vote)
    assert log.act_refused("secretary", PaperResult, open=vote, **PAPERS) == "state"
    paper = log.open_vote(mode="paper")
    assert log.act_refused("secretary", PaperResult, open=paper, **PAPERS) == "state"


# --- Candidates ---------------------------------------------------------------------------------------------

CANDIDATES = ("anna", "bora", "ceca", "abstain")


def elect(log: ChamberLog, rule: str = "simple", places: int = 1, **choices: str) -> tuple[str, Result]:
    """A vote among candidates; a choice may name several, joined by a plus."""
    vote = log.open_vote(options=CANDIDATES, rule=rule, places=places, max=3)
    for member, choice in choices.items():
        assert log.reason(log.ballot(vote, member, *choice.split("+"))) == ""
    return vote, log.close(vote)


@pytest.mark.parametrize(
    ("rule", "places", "choices", "elected", "outcome"),
    [
        ("simple", 1, {"m1": "anna", "m2": "anna", "m3": "bora"}, ("anna",), "elected"),
        ("simple", 1, {"m1": "anna", "m2": "bora", "m3": "ceca"}, (), "not-adopted"),
        ("simple", 1, {"m1": "anna", "m2": "anna", "m3": "bora", "m4": "bora"}, (), "not-adopted"),
        # Who abstains chose nobody and is not in the base: two of three is more than half.
        ("simple", 1, {"m1": "anna", "m2": "anna", "m3": "bora", "m4": "abstain"}, ("anna",), "elected"),
        ("simple", 1, {"m1": "anna", "m2": "abstain", "m3": "abstain"}, ("anna",), "elected"),
        ("absolute", 1, {"m1": "anna", "m2": "anna"}, (), "not-adopted"),
        ("absolute", 1, {"m1": "anna", "m2": "anna", "m3": "anna"}, ("anna",), "elected"),
        ("simple", 2, {"m1": "anna+bora", "m2": "anna+bora", "m3": "bora+ceca"}, ("bora", "anna"), "elected"),
        ("three", 2, {"m1": "bora", "m2": "bora", "m3": "bora"}, ("bora",), "elected"),
        ("count", 1, {"m1": "anna"}, (), "none"),
        ("simple", 1, {}, (), "not-adopted"),
        # A tie for the last place elects nobody of the tied.
        ("three", 1, {"m1": "anna+bora", "m2": "anna+bora", "m3": "anna+bora"}, (), "not-adopted"),
        ("lot", 1, {"m1": "anna+bora", "m2": "anna+bora", "m3": "anna+bora"}, (), "tie"),
        ("lot", 2, {"m1": "anna+bora+ceca", "m2": "anna+bora+ceca", "m3": "anna"}, ("anna",), "tie"),
    ],
)  # fmt: skip
def test_candidates_who_reach_the_number_are_elected(
    rule: str, places: int, choices: dict[str, str], elected: tuple[str, ...], outcome: str
) -> None:
    """The best first, up to the places."""
    _, result = elect(open_chamber(), rule, places, **choices)
    assert (result.elected, result.outcome) == (elected, outcome)


def test_lot_fills_the_last_place() -> None:
    """Drawn among the tied, with the chair's ack."""
    log = open_chamber()
    vote, _ = elect(log, "lot", 1, m1="anna+bora", m2="anna+bora", m3="anna+bora")
    log.ack(log.act("secretary", Lot, open=vote, choice="bora"), "chair")
    log.settle()
    assert (log.latest(vote).elected, log.latest(vote).outcome) == (("bora",), "elected")


def test_papers_elect_of_the_valid_ones_that_chose_somebody() -> None:
    """Invalid papers and abstentions are not in the base of `simple` or `cast`."""
    log = open_chamber()
    vote = log.open_vote(mode="paper", options=CANDIDATES)
    log.end(vote)
    papers: dict[str, Any] = {"round": 1, "issued": 9, "returned": 9, "valid": 7, "invalid": 2, "figures": (3, 2, 0, 2)}
    log.ack(log.act("secretary", PaperResult, open=vote, **papers), "chair")
    log.settle()
    assert (log.latest(vote).elected, log.latest(vote).needed) == (("anna",), 3)


# --- Days ---------------------------------------------------------------------------------------------------


def test_sitting_goes_on_another_day() -> None:
    """Adjourning ends all sessions and empties the room; votes before and after count alike."""
    log = open_chamber()
    first = log.open_vote()
    log.press(first, m1="for")
    assert log.act_refused("chair", records.Adjourn) == "state"
    log.close(first)
    log.act("chair", records.Adjourn)
    assert log.here.present == set()
    assert not any(session.live for session in log.state.sessions.values())
    log.now_ms += 86_400_000
    log.act("chair", records.Resume)
    for n in range(1, 6):
        log.sit(f"m{n}")
    second = log.open_vote()
    log.press(second, m1="against")
    assert (result_figures(log.close(second)), log.latest(second).present) == (((0, 1, 0), "not-adopted"), 5)
    log.act("chair", records.SittingClose)
    assert log.here.present == set()


@pytest.mark.parametrize("kind", [records.Adjourn, records.Resume, records.SittingClose])
def test_sitting_moves_by_its_table(kind: type[Record]) -> None:
    """Prepared: none; open: adjourn or close; adjourned: resume or close; closed: none."""
    log = found_log()
    log.prepare()
    assert log.act_refused("chair", kind) == "state"
    log.open_sitting()
    allowed = {"open": {records.Adjourn, records.SittingClose}, "adjourned": {records.Resume, records.SittingClose}}
    if kind not in allowed["open"]:
        assert log.act_refused("chair", kind) == "state"
    log.act("chair", records.Adjourn)
    if kind not in allowed["adjourned"]:
        assert log.act_refused("chair", kind) == "state"
    log.act("chair", records.SittingClose)
    assert log.act_refused("chair", kind) == "state"


def test_closed_sitting_takes_nothing_but_minutes() -> None:
    """Signed minutes sign it; voiding with a basis is still possible."""
    log = open_chamber()
    vote = log.open_vote()
    log.close(vote)
    log.announce(vote)
    members: dict[str, Any] = {"version": 1, "pdf_hash": "", "package_hash": "", "replaces": ""}
    assert log.act_refused("secretary", records.Minutes, state="draft", **members) == "state"
    log.act("chair", records.SittingClose)
    late = log.make_ballot(vote, "m1", "for")
    assert log.refused(late, log.sitters["m1"].key) == "sitting-closed"
    assert log.act_refused("chair", Item, act="defer", decision="") == "state"
    assert log.act_refused("deputy", records.Presiding, officer="deputy") == "state"
    log.act("secretary", records.Minutes, state="draft", **members)
    assert log.here.phase.value == "closed"
    log.act("secretary", records.Minutes, state="signed", **members)
    assert log.here.phase.value == "signed"
    log.ack(log.act("chair", VoteVoid, open=vote, basis="court"), "secretary")
    assert log.vote(vote).phase is Phase.VOID


def test_agenda_versions_rise() -> None:
    """By the secretary, also before the opening, not after the close."""
    log = found_log()
    log.prepare()
    log.act("secretary", records.Agenda, version=1, items="A" * 43)
    log.open_sitting()
    for version in (0, 1):
        assert log.act_refused("secretary", records.Agenda, version=version, items="A" * 43) == "state"
    log.act("secretary", records.Agenda, version=3, items="A" * 43)
    assert log.act_refused("chair", records.Agenda, version=4, items="A" * 43) in {"state", "wrong-key"}
    log.act("chair", records.SittingClose)
    assert log.act_refused("secretary", records.Agenda, version=5, items="A" * 43) == "state"


def test_public_part_ends_and_begins_again() -> None:
    """On only when off, off only when on, while the sitting is open."""
    log = open_chamber()
    assert log.act_refused("chair", records.InCamera, state="off") == "state"
    log.act("chair", records.InCamera, state="on")
    assert log.here.in_camera
    assert log.act_refused("chair", records.InCamera, state="on") == "state"
    log.act("chair", records.InCamera, state="off")


ITEM_WAYS = [
    (("activate",), "active"), (("defer",), "deferred"), (("withdraw",), "withdrawn"),
    (("defer", "activate"), "active"),
    (("activate", "defer"), "deferred"), (("activate", "withdraw"), "withdrawn"), (("activate", "note"), "noted"),
    (("activate", "decide"), "decided"), (("activate", "decide", "reopen"), "active"),
    (("activate", "note", "reopen"), "active"),
    (("withdraw", "reopen"), "active"),
]  # fmt: skip


@pytest.mark.parametrize(("ways", "phase"), ITEM_WAYS)
def test_item_moves_by_its_table(ways: tuple[str, ...], phase: str) -> None:
    """Each arrow of section 7.1; what has no arrow is refused."""
    log = open_chamber()
    for act in ways:
        log.act("chair", Item, item="item-7", act=act, decision="")
    item = log.here.items["item-7"]
    assert item.phase.value == phase
    leaving = {"active": {"defer", "withdraw", "note", "decide"}, "deferred": {"activate"}}.get(phase, {"reopen"})
    for act in ("activate", "reopen", "defer", "withdraw", "note", "decide"):
        if act not in leaving:
            assert log.act_refused("chair", Item, item="item-7", act=act, decision="") == "state"


# --- A whole sitting, replayed ------------------------------------------------------------------------------


def test_replay_of_the_leaves_means_the_same() -> None:
    """Recovery and verification see what the controller saw."""
    log = open_chamber()
    vote = log.open_vote(rule="casting")
    log.press(vote, m1="for", m2="against")
    log.assist(vote, "m3", "abstain")
    log.act("secretary", Recusal, member="m4", act="declare", code="")
    log.close(vote)
    log.act("chair", CastingVote, open=vote, choice="against")
    log.settle()
    log.announce(vote)
    log.act("chair", records.Adjourn)
    for known in (False, True):
        state = LogState(rule_books=deepcopy(log.state.rule_books))
        replay(state, log.leaves, known=known)
        assert state == log.state


def test_papers_are_the_votes_cast_where_the_quorum_counts_those() -> None:
    """An election on paper has no ballot in the log; its valid papers are what was cast."""
    log = open_chamber()
    for valid, elected in ((2, ()), (3, ("ann",))):
        vote = log.open_vote(mode="paper", options=("ann", "bo"), rule="quorum-cast")
        log.end(vote)
        count = {"round": 1, "issued": 5, "returned": 4, "valid": valid, "invalid": 4 - valid, "figures": (valid, 0)}
        log.ack(log.append(log.make(PaperResult, open=vote, **count), officer_key("secretary")), "chair")
        log.settle()
        assert log.latest(vote).elected == elected
        assert log.latest(vote).outcome == ("elected" if elected else "no-quorum")
