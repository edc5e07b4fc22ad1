"""What a refused act is told: the name of what stands against it, and the verbs that are legal instead."""

import re
from pathlib import Path
from typing import Any

import pytest

import protocol
from protocol import records
from protocol.decide import Refused, decide
from protocol.majority import simple_rule
from protocol.procedure import INSTEAD, OF_SITTING
from protocol.record import Record
from protocol.records import AGAINST, FOR
from tests.protocol.chamber_builder import ChamberLog, found_log, officer_key, open_chamber

VERBS = {
    "roster", "amend", "open-sitting", "adjourn", "resume-sitting", "close-sitting", "minutes", "preside", "presence",
    "quorum", "activate", "reopen", "defer", "withdraw", "note", "decide", "arm", "open", "disarm", "hold", "resume",
    "last-call", "extend", "close", "announce", "void", "casting-vote", "lot", "paper-result", "correct",
    "rule-correction",
}  # fmt: skip


def told(log: ChamberLog, who: str, kind: type[Record], /, **members: Any) -> tuple[str, tuple[str, ...]]:
    """(name, legal verbs) of the refusal of an officer's act."""
    decision = decide(log.state, log.make(kind, who, **members).seal(officer_key(who)), log.root_at)
    assert isinstance(decision, Refused), decision
    assert set(decision.legal) <= VERBS
    return decision.why or decision.reason, decision.legal


def ended(log: ChamberLog, **members: Any) -> str:
    """A vote that two are for, closed and not announced."""
    vote = log.open_vote(**members)
    log.press(vote, m1=FOR, m2=FOR)
    log.close(vote)
    return vote


def test_announcing_before_the_close_names_the_phase_and_its_arrows() -> None:
    """Without a result there is nothing to quote; another vote's was declared already."""
    log = open_chamber()
    earlier = ended(log)
    result = log.vote(earlier).results[-1][0]
    log.announce(earlier)
    vote = log.open_vote()
    assert told(log, "chair", records.VoteAnnounce, result="A" * 43)[0] == "result-unknown"
    assert told(log, "chair", records.VoteAnnounce, result=result)[0] == "announced-already"
    assert told(log, "chair", records.VoteClose, open=vote) == ("vote-is-open", ("hold", "last-call", "void"))
    timed = log.vote(vote).arm_hash
    log.step(vote, "last-call")
    log.close(vote)
    assert told(log, "chair", records.VoteOpen, arm=timed)[0] == "vote-is-closed"
    vote = log.open_vote(duration_ms=60_000, extend_ms=30_000)
    assert told(log, "chair", records.VoteClose, open=vote)[1] == ("hold", "last-call", "extend", "void")


def test_void_of_an_unknown_vote_is_refused_by_name() -> None:
    """A hash that opens nothing."""
    log = open_chamber()
    assert told(log, "chair", records.VoteVoid, open="A" * 43) == ("vote-unknown", ("roster",))


def test_repeat_of_a_live_vote_says_to_void_it_first() -> None:
    """Only a void vote is repeated."""
    log = open_chamber()
    vote = ended(log)
    assert told(log, "chair", records.VoteArm, **log.arm_members(repeats=vote)) == ("repeats-no-void-vote", ("void",))


def test_second_vote_beside_a_running_one_says_what_the_running_one_waits_for() -> None:
    """The armed one may still be taken back."""
    log = open_chamber()
    log.open_vote()
    second = log.arm().hash
    assert told(log, "chair", records.VoteOpen, arm=second) == ("vote-runs", ("disarm",))


def test_void_after_the_announcement_without_a_basis_asks_for_one() -> None:
    """A council's decision, or a court's."""
    log = open_chamber()
    vote = ended(log)
    log.announce(vote)
    assert told(log, "chair", records.VoteVoid, open=vote) == ("needs-basis", ("void",))


def test_deputy_who_does_not_preside_is_told_to_take_the_chair() -> None:
    """The office is there, the chair is not."""
    log = open_chamber()
    vote = log.open_vote()
    log.step(vote, "last-call")
    assert told(log, "deputy", records.VoteClose, open=vote) == ("not-presiding", ("preside",))


def test_secretary_and_operator_are_told_that_an_act_is_never_theirs() -> None:
    """No phase would make it legal."""
    log = open_chamber()
    assert told(log, "secretary", records.Adjourn)[0] == "not-your-act"
    assert told(log, "operator", records.Adjourn)[0] == "not-your-act"


def test_opening_without_a_quorum_names_the_roll_and_the_correction() -> None:
    """A chair cannot waive it."""
    log = open_chamber()
    for member in ("m1", "m2", "m3"):
        log.leave(member)
    arm = log.arm(rule="quorum").hash
    assert told(log, "chair", records.VoteOpen, arm=arm) == ("quorum-missing", ("presence", "quorum"))


@pytest.mark.parametrize(
    ("prepare", "name", "legal"),
    [
        ((), "sitting-is-open", None),
        (("adjourn",), "sitting-is-adjourned", ("resume-sitting", "close-sitting")),
        (("close",), "sitting-is-closed", ("minutes",)),
    ],
)
def test_acts_in_a_sitting_that_stands_elsewhere_are_told_where(
    prepare: tuple[str, ...], name: str, legal: tuple[str, ...] | None
) -> None:
    """With the moves out of there."""
    log = open_chamber()
    kinds = {"adjourn": records.Adjourn, "close": records.SittingClose}
    for step in prepare:
        log.act("chair", kinds[step])
    kind = records.Resume if legal is None else records.InCamera
    members = {} if legal is None else {"state": "on"}
    found = told(log, "chair", kind, **members)
    assert found[0] == name
    assert legal is None or found[1] == legal


def test_unknown_and_prepared_sittings_are_told_apart() -> None:
    """The one needs a roster, the other its opening."""
    log = found_log()
    assert told(log, "chair", records.Adjourn, sitting="nowhere") == ("sitting-unknown", ("roster",))
    log.prepare()
    assert told(log, "chair", records.Adjourn) == ("sitting-is-prepared", ("open-sitting",))


def test_item_that_stands_elsewhere_is_told_what_it_can_do() -> None:
    """An item with a running vote stands still."""
    log = open_chamber()
    assert told(log, "chair", records.Item, act="activate", decision="") == (
        "item-is-active", ("defer", "withdraw", "note", "decide", "arm"),
    )  # fmt: skip
    log.open_vote()
    assert told(log, "chair", records.Item, act="decide", decision="")[0] == "vote-runs"


def test_tie_offers_the_casting_vote_and_no_tie_does_not() -> None:
    """Where the rule has one at all."""
    log = open_chamber()
    vote = log.open_vote(rule="casting")
    log.press(vote, m1=FOR, m2=AGAINST)
    log.close(vote)
    void = told(log, "chair", records.VoteAct, of=vote, act="hold")
    assert void[0] == "vote-is-closed"
    assert "casting-vote" in void[1]
    plain = ended(log)
    assert told(log, "chair", records.CastingVote, open=plain, choice=FOR)[0] == "rule-has-no-casting-vote"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"rule": "nobody.knows"}, "rule-unknown"),
        ({"mode": "secret"}, "secret-only-on-paper"),
        ({"item": "item-9"}, "item-not-active"),
        ({"eligible": "A" * 43}, "list-unknown"),
        ({"options": ("for", "for")}, "options"),
        ({"min": 2, "max": 1}, "options"),
    ],
)
def test_arm_that_makes_no_sense_is_refused_by_name(changes: dict[str, Any], name: str) -> None:
    """One name a cause."""
    log = open_chamber()
    assert told(log, "chair", records.VoteArm, **log.arm_members(**changes))[0] == name


def test_rule_of_named_votes_forbids_paper_and_one_of_secret_votes_the_open_way() -> None:
    """A test vote decides nothing and may be held under any."""
    log = found_log()
    rules = [
        simple_rule("named", "Named", visibility="named"), simple_rule("secret", "Secret", visibility="secret"),
    ]  # fmt: skip
    book = log.add_rules(rules)
    part = log.part(*_people())
    log.append(log.roster([part], rules=book), officer_key("secretary"))
    log.open_sitting()
    log.activate()
    forbidden = ("rule-forbids-mode", ("defer", "withdraw", "note", "decide", "arm"))
    assert told(log, "chair", records.VoteArm, **log.arm_members(rule="named", mode="paper")) == forbidden
    assert told(log, "chair", records.VoteArm, **log.arm_members(rule="secret", mode="open")) == forbidden
    log.arm(rule="named", mode="open")
    log.arm(rule="secret", mode="paper")
    log.arm(rule="secret", mode="test")


def _people() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from tests.protocol.chamber_builder import member_entry, seat_entry  # noqa: PLC0415 - only here

    return [member_entry(f"m{n}") for n in range(1, 6)], [seat_entry(f"s{n}") for n in range(1, 7)]


def test_seat_is_told_the_name_and_no_verbs() -> None:
    """It has buttons, not a command line."""
    log = open_chamber()
    asks: dict[str, Any] = {"speaker": "m1", "act": "request", "sort": "debate"}
    log.append(log.make(records.Speech, seq=1, **asks), log.sitters["m1"].key)
    again = log.make(records.Speech, seq=2, **asks).seal(log.sitters["m1"].key)
    decision = decide(log.state, again, log.root_at)
    assert isinstance(decision, Refused)
    assert (decision.reason, decision.why, decision.legal) == ("state", "turn-is-waiting", ())


def test_log_is_told_the_bare_reason() -> None:
    """The name is for people; a void leaf's reason stays a word of section 7.4."""
    log = open_chamber()
    vote = log.open_vote()
    assert log.act_forced("chair", records.VoteClose, open=vote) == "state"
    assert set(log.state.voids.values()) == {"state"}


def test_every_name_that_offers_something_else_is_one_that_is_given() -> None:
    """A renamed objection would leave its advice behind."""
    source = "".join(
        path.read_text(encoding="utf-8") for path in Path(protocol.__file__).parent.rglob("*.py")
    )  # fmt: skip
    given = set(re.findall(r'refuse\("([a-z-]+)"', source))
    assert set(INSTEAD) <= given
    assert set(OF_SITTING.values()) <= VERBS
