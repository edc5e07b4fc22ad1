"""Ballots: which count, which are void and why; every seat's answer over the life of a vote."""

from dataclasses import replace

import pytest

from protocol import records
from protocol.encoding import hash_text
from protocol.records import AssistedBallot, Recusal, SessionEnd, VoteAct
from protocol.tally import Standing, count_vote
from tests.protocol.chamber_builder import (
    ITEM,
    ChamberLog,
    Sitter,
    card_key,
    device_key,
    member_entry,
    officer_key,
    open_chamber,
    result_figures,
    seat_entry,
)


def standing(log: ChamberLog, vote: str, member: str) -> Standing:
    """What became of a member."""
    return count_vote(log.vote(vote)).standings[member]


def test_plain_vote_counts_every_press() -> None:
    """Three for, one against, one abstains."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for", m2="for", m3="for", m4="against", m5="abstain")
    assert result_figures(log.close(vote)) == ((3, 1, 1), "adopted")


def test_change_of_mind_last_counts() -> None:
    """The older ballot is void `replaced`, the index decides and not the clock."""
    log = open_chamber()
    vote = log.open_vote()
    first = log.ballot(vote, "m1", "for")
    second = log.ballot(vote, "m1", "against", ts=1)
    assert (log.reason(first), log.reason(second)) == ("replaced", "")
    assert result_figures(log.close(vote)) == ((0, 1, 0), "not-adopted")


def test_first_stands_where_the_arm_says_so() -> None:
    """Whatever is pressed later is void `replaced`."""
    log = open_chamber()
    vote = log.open_vote(change="first")
    log.press(vote, m1="for")
    assert log.reason(log.ballot(vote, "m1", "against")) == "replaced"
    assert result_figures(log.close(vote))[0] == (1, 0, 0)


@pytest.mark.parametrize("seq", [0, 4, 5])
def test_lower_or_equal_seq_is_void(seq: int) -> None:
    """A repeated or reordered press of one session cannot undo a later one."""
    log = open_chamber()
    vote = log.open_vote()
    log.ballot(vote, "m1", "for", seq=5)
    assert log.reason(log.ballot(vote, "m1", "against", seq=seq)) == "seq"
    assert result_figures(log.close(vote))[0] == (1, 0, 0)


def test_seq_zero_is_a_first_ballot() -> None:
    """There is no earlier counted one that it would have to exceed."""
    log = open_chamber()
    vote = log.open_vote()
    assert log.reason(log.ballot(vote, "m1", "for", seq=0)) == ""


def test_void_ballot_does_not_use_up_its_seq() -> None:
    """Only counted ballots matter for `seq`."""
    log = open_chamber()
    vote = log.open_vote()
    assert log.reason(log.ballot(vote, "m1", "for", "against", seq=9)) == "choice"
    assert log.reason(log.ballot(vote, "m1", "for", seq=3)) == ""


def test_seq_starts_again_in_a_new_session_and_vote() -> None:
    """Per session and open; across a member's sessions the index orders."""
    log = open_chamber()
    vote = log.open_vote()
    log.ballot(vote, "m1", "for", seq=7)
    log.sit("m1", "s6")
    assert log.reason(log.ballot(vote, "m1", "against", seq=1)) == ""
    log.close(vote)
    other = log.open_vote()
    assert log.reason(log.ballot(other, "m1", "for", seq=1)) == ""


def test_ballot_before_the_open_is_refused_and_void_early() -> None:
    """Of a vote that is only armed; inside a log it is void."""
    log = open_chamber()
    arm = log.arm()
    ballot = log.make_ballot(arm.hash, "m1", "for")
    assert log.refused(ballot, log.sitters["m1"].key) == "unknown-vote"
    assert log.reason(log.forced(ballot, log.sitters["m1"].key)) == "early"


def test_ballot_after_the_close_is_void_late_whatever_its_clock_says() -> None:
    """The index of the close is the cut-off; the result does not move."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for")
    log.end(vote)
    late = log.ballot(vote, "m2", "against", ts=log.vote(vote).opened_ts)
    log.settle()
    assert log.reason(late) == "late"
    assert result_figures(log.latest(vote)) == ((1, 0, 0), "adopted")
    assert log.latest(vote).void_count == 0


def test_ballot_while_held_is_void_and_counts_again_after_resume() -> None:
    """Between hold and resume nothing counts, also not as a replacement."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for")
    log.step(vote, "hold")
    assert log.reason(log.ballot(vote, "m1", "against")) == "held"
    assert log.reason(log.ballot(vote, "m2", "against")) == "held"
    log.step(vote, "resume")
    log.press(vote, m2="for")
    result = log.close(vote)
    assert (result_figures(result), result.void_count) == (((2, 0, 0), "adopted"), 2)


def test_ballot_in_last_call_counts() -> None:
    """The last call is there to be heard."""
    log = open_chamber()
    vote = log.open_vote()
    log.step(vote, "last-call")
    log.press(vote, m1="for")
    log.step(vote, "reopen")
    log.press(vote, m2="against")
    assert result_figures(log.close(vote))[0] == (1, 1, 0)


@pytest.mark.parametrize(
    "choice", [(), ("for", "against"), ("against", "for"), ("for", "for"), ("maybe",), ("for", "abstain")]
)
def test_choice_that_the_arm_does_not_offer_is_void(choice: tuple[str, ...]) -> None:
    """Distinct options in order, `min` to `max` of them, `abstain` alone."""
    log = open_chamber()
    vote = log.open_vote()
    assert log.reason(log.ballot(vote, "m1", *choice)) == "choice"
    log.close(vote)
    assert standing(log, vote, "m1") is Standing.NOT_VOTING


def test_choices_of_several_and_abstain_alone() -> None:
    """`abstain` needs no minimum, and never goes with others."""
    log = open_chamber()
    options = ("anna", "bora", "ceca", "abstain")
    vote = log.open_vote(options=options, min=2, max=2, places=2)
    for member, choice, reason in [
        ("m1", ("anna", "ceca"), ""), ("m2", ("abstain",), ""), ("m3", ("anna",), "choice"),
        ("m3", ("ceca", "anna"), "choice"),
        ("m4", ("anna", "abstain"), "choice"), ("m5", ("anna", "bora", "ceca"), "choice"),
    ]:  # fmt: skip
        assert log.reason(log.ballot(vote, member, *choice)) == reason
    assert log.close(vote).counts == (1, 0, 1, 1)


def test_abstain_counts_only_where_it_is_an_option() -> None:
    """Otherwise it is void `choice`."""
    log = open_chamber()
    vote = log.open_vote(options=("for", "against"))
    assert log.reason(log.ballot(vote, "m1", "abstain")) == "choice"


def test_ballot_for_another_vote_of_the_same_title_stays_there() -> None:
    """Ballots bind to the `vote-open` itself."""
    log = open_chamber()
    first = log.open_vote(title_hash="A" * 43)
    ballot = log.make_ballot(first, "m1", "for")
    log.close(first)
    second = log.open_vote(title_hash="A" * 43)
    assert log.reason(log.append(ballot, log.sitters["m1"].key)) == "late"
    assert result_figures(log.close(second))[0] == (0, 0, 0)


@pytest.mark.parametrize(("member", "seat"), [("m2", "s1"), ("m1", "s2"), ("m2", "s2")])
def test_member_and_seat_are_the_session_s(member: str, seat: str) -> None:
    """A session cannot vote for somebody else or from elsewhere."""
    log = open_chamber()
    vote = log.open_vote()
    assert log.reason(log.ballot(vote, "m1", "for", member=member, seat=seat)) == "seat"
    assert result_figures(log.close(vote))[0] == (0, 0, 0)


def test_session_of_another_member_cannot_be_quoted() -> None:
    """The key that signs is the quoted session's."""
    log = open_chamber()
    vote = log.open_vote()
    stolen = log.make_ballot(vote, "m2", "for")
    assert log.reason(log.append(stolen, log.sitters["m1"].key)) == "session"


def test_ballot_after_the_session_s_end_is_void() -> None:
    """Card out: nothing more from this session, and what was pressed stands."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for")
    log.leave("m1")
    assert log.reason(log.ballot(vote, "m1", "against")) == "session"
    result = log.close(vote)
    assert (result_figures(result)[0], result.present) == ((1, 0, 0), 5)
    assert standing(log, vote, "m1") is Standing.FOR


def test_ballot_between_the_end_and_a_new_session_is_void() -> None:
    """The old session never wakes up again."""
    log = open_chamber()
    vote = log.open_vote()
    old = log.sitters["m1"]
    log.leave("m1")
    assert log.reason(log.ballot(vote, old, "for")) == "session"
    log.sit("m1")
    assert log.reason(log.ballot(vote, old, "for", seq=99)) == "session"
    assert log.reason(log.ballot(vote, "m1", "against")) == ""


def test_superseded_session_votes_no_more() -> None:
    """One card at two seats: the first seat goes dark at the second one's bind; its earlier ballot is replaced."""
    log = open_chamber()
    vote = log.open_vote()
    first_seat = log.sitters["m1"]
    first = log.ballot(vote, first_seat, "for")
    log.sit("m1", "s6")
    assert log.reason(log.ballot(vote, first_seat, "for")) == "session"
    assert log.reason(first) == ""
    log.press(vote, m1="against")
    assert log.reason(first) == "replaced"
    assert result_figures(log.close(vote))[0] == (0, 1, 0)


def test_unbound_session_cannot_vote() -> None:
    """A card's signature alone opens nothing: its key is not known before the bind."""
    log = open_chamber()
    vote = log.open_vote()
    log.leave("m1")
    record, key = log.session("m1", "s1")
    session = log.append(record, card_key("m1")).hash
    ballot = log.make_ballot(vote, replace(log.sitters["m1"], session=session), "for")
    assert log.refused(ballot, key) == "unknown-key"


def test_session_of_another_sitting_cannot_vote_here() -> None:
    """A replay into another sitting is void: sessions belong to theirs."""
    log = open_chamber()
    stranger = log.sitters["m1"]
    log.sitting = "sitting-2"
    log.prepare()
    log.open_sitting()
    log.activate()
    vote = log.open_vote()
    assert log.reason(log.ballot(vote, stranger, "for")) == "session"
    log.sit("m1")
    assert log.reason(log.ballot(vote, "m1", "for")) == ""
    assert result_figures(log.close(vote))[0] == (1, 0, 0)


# --- Who may vote -------------------------------------------------------------------------------------------


def test_member_who_is_not_eligible() -> None:
    """The arm's list is fixed at the open."""
    log = open_chamber()
    vote = log.open_vote(eligible=log.eligible("m1", "m2", "m9"))
    assert log.reason(log.ballot(vote, "m3", "for")) == "eligible"
    log.press(vote, m1="for")
    log.close(vote)
    assert set(count_vote(log.vote(vote)).standings) == {"m1", "m2"}


def test_late_comer_votes() -> None:
    """Eligibility is fixed at the open, presence is not."""
    log = open_chamber()
    log.leave("m5")
    vote = log.open_vote()
    log.sit("m5")
    log.press(vote, m5="for")
    result = log.close(vote)
    assert (result_figures(result)[0], result.present) == ((1, 0, 0), 5)


def test_list_of_another_sitting_serves_no_vote_here() -> None:
    """What a vote depends on stands among its own sitting's records, so that its package holds it."""
    log = open_chamber()
    foreign = log.eligible("m1")
    log.sitting = "sitting-2"
    log.prepare()
    log.open_sitting()
    log.activate()
    assert log.act_refused("chair", records.VoteArm, **log.arm_members(eligible=foreign)) == "state"


def test_recusal_after_pressing_voids_the_ballot() -> None:
    """Declared before the end; withdrawing lets the member vote again but revives nothing."""
    log = open_chamber()
    vote = log.open_vote()
    pressed = log.ballot(vote, "m1", "for")
    log.append(log.make(Recusal, member="m1", act="declare"), log.sitters["m1"].key)
    assert log.reason(pressed) == "recused"
    assert log.reason(log.ballot(vote, "m1", "for")) == "recused"
    log.append(log.make(Recusal, member="m1", act="withdraw"), log.sitters["m1"].key)
    assert log.reason(pressed) == "recused"
    log.press(vote, m1="against")
    assert result_figures(log.close(vote))[0] == (0, 1, 0)


def test_recused_member_is_neither_present_nor_absent() -> None:
    """A standing of its own; the base moves only where the rule says so."""
    log = open_chamber()
    log.act("secretary", Recusal, member="m1", act="declare", code="")
    block = log.open_vote(rule="in-office")
    log.press(block, m2="for", m3="for")
    result = log.close(block)
    assert (result.needed, result.outcome, result.present) == (3, "not-adopted", 5)
    assert standing(log, block, "m1") is Standing.RECUSED
    leave = log.open_vote(rule="leave-base")
    log.press(leave, m2="for", m3="for", m4="for")
    result = log.close(leave)
    assert (result.needed, result.outcome, result.present) == (3, "adopted", 4)


def test_declared_interest_does_not_keep_from_voting_where_the_rule_says_so() -> None:
    """`declare-only`: the ballot stands and later ones count."""
    log = open_chamber()
    vote = log.open_vote(rule="declare-only")
    log.press(vote, m1="for")
    log.act("secretary", Recusal, member="m1", act="declare", code="")
    log.press(vote, m1="against")
    assert result_figures(log.close(vote))[0] == (0, 1, 0)
    assert standing(log, vote, "m1") is Standing.AGAINST


def test_recusal_after_the_end_changes_nothing() -> None:
    """Only votes that are not yet closed."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for")
    log.end(vote)
    log.act("secretary", Recusal, member="m1", act="declare", code="")
    log.settle()
    assert result_figures(log.latest(vote))[0] == (1, 0, 0)


def test_recusal_on_another_item_changes_nothing() -> None:
    """Per item."""
    log = open_chamber()
    log.act("secretary", Recusal, item="item-2", member="m1", act="declare", code="")
    vote = log.open_vote()
    log.press(vote, m1="for")
    assert result_figures(log.close(vote))[0] == (1, 0, 0)


def test_nobody_recuses_another() -> None:
    """A seat speaks for its own member, in its own sitting."""
    log = open_chamber()
    assert log.refused(log.make(Recusal, member="m2", act="declare"), log.sitters["m1"].key) == "session"
    stranger = log.sitters["m1"].key
    log.sitting = "sitting-2"
    log.prepare()
    log.open_sitting()
    assert log.refused(log.make(Recusal, member="m1", act="declare"), stranger) == "session"


# --- Entered by the secretary -------------------------------------------------------------------------------


def test_assisted_ballot_counts_for_who_did_not_press() -> None:
    """The last entered one; the member counts as present."""
    log = open_chamber()
    log.leave("m5")
    vote = log.open_vote()
    first = log.assist(vote, "m5", "for")
    second = log.assist(vote, "m5", "against")
    result = log.close(vote)
    assert (log.reason(first), log.reason(second)) == ("replaced", "")
    assert (result_figures(result)[0], result.present) == ((0, 1, 0), 5)


@pytest.mark.parametrize("pressed_first", [True, False])
def test_own_ballot_goes_before_an_assisted_one_in_either_order(pressed_first: bool) -> None:
    """The entered answer is void `pressed` at the end."""
    log = open_chamber()
    vote = log.open_vote()
    if pressed_first:
        log.press(vote, m1="for")
    entered = log.assist(vote, "m1", "against")
    if not pressed_first:
        log.press(vote, m1="for")
    assert log.reason(entered) == ""
    result = log.close(vote)
    assert log.reason(entered) == "pressed"
    assert (result_figures(result)[0], result.void_count) == ((1, 0, 0), 1)


def test_assisted_ballot_only_while_the_vote_runs() -> None:
    """Neither before, nor held, nor after; nor for who may not vote; nor by anybody but the secretary."""
    log = open_chamber()
    arm = log.arm()

    def reason(member: str = "m1", choice: tuple[str, ...] = ("for",), who: str = "secretary") -> str:
        return log.act_refused(who, AssistedBallot, open=vote, member=member, choice=choice, how="assisted", held_at=0)

    vote = arm.hash
    assert reason() == "early"
    vote = log.act("chair", records.VoteOpen, arm=arm.hash).hash
    assert reason("m9") == "eligible"
    assert reason(choice=("maybe",)) == "choice"
    assert reason(who="chair") in {"state", "wrong-key"}
    log.step(vote, "hold")
    assert reason() == "held"
    log.step(vote, "resume")
    log.end(vote)
    assert reason() == "late"


def test_recusal_voids_an_assisted_ballot_too() -> None:
    """Entered or pressed, it was the member's."""
    log = open_chamber()
    vote = log.open_vote()
    entered = log.assist(vote, "m1", "for")
    log.act("secretary", Recusal, member="m1", act="declare", code="")
    assert log.reason(entered) == "recused"
    assert result_figures(log.close(vote))[0] == (0, 0, 0)


# --- Signed by the card -------------------------------------------------------------------------------------


def test_grave_vote_is_signed_by_the_card() -> None:
    """Where `sign` is `card`, the session's key is not enough and the member's card is."""
    log = open_chamber()
    vote = log.open_vote(sign="card")
    assert log.reason(log.ballot(vote, "m1", "for")) == "session"
    ballot = log.make_ballot(vote, "m1", "for")
    assert log.reason(log.append(ballot, card_key("m2"))) == "session"
    assert log.reason(log.append(ballot, card_key("m1"))) == ""
    assert result_figures(log.close(vote))[0] == (1, 0, 0)


def test_card_cannot_vote_where_the_session_signs() -> None:
    """The other way round too."""
    log = open_chamber()
    vote = log.open_vote()
    assert log.reason(log.append(log.make_ballot(vote, "m1", "for"), card_key("m1"))) == "session"


def test_card_of_an_earlier_roster_cannot_vote() -> None:
    """A lost card that was replaced stays in the log's memory but is the member's no more."""
    log = open_chamber()
    log.act("chair", records.SittingClose)
    log.sitting = "sitting-2"
    new_card = card_key("m1 new")
    part = log.part([member_entry("m1", jwk=new_card.public.jwk())], [seat_entry("s1")])
    log.append(log.roster([part]), officer_key("secretary"))
    log.open_sitting()
    log.activate()
    record, key = log.session("m1", "s1")
    assert log.refused(record, card_key("m1")) == "session"
    session = log.append(record, new_card).hash
    log.append(log.bind(session, key), device_key("s1"))
    sitter = Sitter("m1", "s1", session, key)
    vote = log.open_vote(sign="card")
    assert log.reason(log.append(log.make_ballot(vote, sitter, "for"), card_key("m1"))) == "session"
    assert log.reason(log.append(log.make_ballot(vote, sitter, "for"), new_card)) == ""


# --- Duplicates and the order of reasons --------------------------------------------------------------------


def test_duplicate_leaf_inside_a_log_is_void() -> None:
    """The same bytes twice: the second has no effect, and counts among the void."""
    log = open_chamber()
    vote = log.open_vote()
    first = log.ballot(vote, "m1", "for")
    assert log.reason(log.forced(log.leaves[first.index])) == "duplicate"
    assert log.reason(first) == ""
    result = log.close(vote)
    assert (result_figures(result)[0], result.void_count) == ((1, 0, 0), 1)


def test_first_reason_of_the_list_is_given() -> None:
    """A ballot with everything wrong: late before session before seat before eligible before choice."""
    log = open_chamber()
    vote = log.open_vote(eligible=log.eligible("m2"))
    wrong = {"seat": "s2", "member": "m3", "seq": 0}
    assert log.reason(log.ballot(vote, "m1", "maybe", session=hash_text(b"none"), **wrong)) == "session"
    assert log.reason(log.ballot(vote, "m1", "maybe", **wrong)) == "seat"
    assert log.reason(log.ballot(vote, "m1", "maybe", seq=0)) == "eligible"
    log.act("secretary", Recusal, member="m2", act="declare", code="")
    assert log.reason(log.ballot(vote, "m2", "maybe", seq=0)) == "recused"
    log.step(vote, "hold")
    assert log.reason(log.ballot(vote, "m1", "maybe", session=hash_text(b"none"), **wrong)) == "held"
    log.end(vote)
    assert log.reason(log.ballot(vote, "m1", "maybe", **wrong)) == "late"


def test_void_hash_covers_the_lines_from_open_to_end() -> None:
    """SHA-256 of the ascending lines `index:reason`."""
    log = open_chamber()
    vote = log.open_vote()
    first = log.ballot(vote, "m1", "for")
    log.press(vote, m1="against")
    choice = log.ballot(vote, "m2", "maybe")
    result = log.close(vote)
    lines = f"{first.index}:replaced\n{choice.index}:choice\n"
    assert (result.void_count, result.void_hash) == (2, hash_text(lines.encode()))


def test_session_end_never_voids_what_stands() -> None:
    """Neither by the seat, nor by who presides."""
    log = open_chamber()
    vote = log.open_vote()
    log.press(vote, m1="for", m2="for")
    log.act("chair", SessionEnd, session=log.sitters["m1"].session)
    log.leave("m2")
    assert result_figures(log.close(vote))[0] == (2, 0, 0)


def test_item_of_a_running_vote_is_the_recusal_s() -> None:
    """A vote without an item knows no recusal."""
    log = open_chamber()
    vote = log.open_vote(item="")
    log.act("secretary", Recusal, item=ITEM, member="m1", act="declare", code="")
    log.press(vote, m1="for")
    assert result_figures(log.close(vote))[0] == (1, 0, 0)


def test_nobody_votes_in_a_disarmed_vote() -> None:
    """Disarmed before it opened: no open will ever come."""
    log = open_chamber()
    arm = log.arm()
    log.act("chair", VoteAct, of=arm.hash, act="disarm")
    assert log.act_refused("chair", records.VoteOpen, arm=arm.hash) == "state"
    assert log.refused(log.make_ballot(arm.hash, "m1", "for"), log.sitters["m1"].key) == "unknown-vote"
