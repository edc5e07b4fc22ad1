"""Procedures of a vote: by who presides, and what the secretary enters; what is refused by name, and what is legal."""

from collections.abc import Callable
from pathlib import Path

import pytest

from controller.conduct import VotePlan
from controller.officer import ActRefused
from controller.procedures import entries as procedures_entries
from controller.procedures import votes as procedures_votes
from controller.procedures.entries import Answer, PaperCount, SheetRefused, read_sheet
from controller.procedures.legal import legal_verbs, vote_at_hand
from controller.procedures.log_view import NotFound, OutOfOrder
from controller.procedures.votes import free_vote_id, next_of_series
from protocol import records
from protocol.encoding import text_of_blob
from protocol.records import AGAINST, FOR
from protocol.state import Entry
from protocol.vote import Phase
from tests.controller.paper_client import PaperClient, done, view_of
from tests.protocol.chamber_builder import ITEM, ChamberLog, found_log, open_chamber


def clients(log: ChamberLog) -> tuple[PaperClient, PaperClient]:
    """(chair, secretary)."""
    return PaperClient(log, "chair"), PaperClient(log, "secretary")


def named(log: ChamberLog, vote: str) -> records.VoteArm:
    """The arm of a vote."""
    return log.here.votes[vote].arm


def ended(log: ChamberLog, vote: str = "v1", rule: str = "simple", **choices: str) -> str:
    """A vote that is closed and not announced; two are for unless told otherwise."""
    opened = log.open_vote(vote=vote, rule=rule)
    log.press(opened, **(choices or {"m1": FOR, "m2": FOR}))
    log.close(opened)
    return opened


def refused(act: Callable[[], object]) -> tuple[str, tuple[str, ...]]:
    """(name, legal verbs) of a refusal, wherever it was made."""
    with pytest.raises((ActRefused, OutOfOrder)) as caught:
        act()
    error = caught.value
    assert isinstance(error, ActRefused | OutOfOrder)
    return error.why, error.legal


def waiting(log: ChamberLog, name: str) -> Entry:
    """The entry that waits under a hash."""
    return log.state.pending[name]


# --- From arming to announcing.


def test_vote_is_armed_as_planned_and_held_to_its_announcement() -> None:
    """Through every step on the way."""
    log = open_chamber()
    view, (chair, _) = view_of(log), clients(log)
    plan = VotePlan("v1", "The budget", "simple", ITEM, duration_ms=600_000, extend_ms=60_000, decisive=True)
    done(procedures_votes.arm_vote(chair, view, log.here, plan, "Text of the motion"))
    arm = named(log, "v1")
    assert text_of_blob(log.blobs[arm.title_hash]) == view.title(log.here.votes["v1"]) == "The budget"
    assert text_of_blob(log.blobs[arm.text_hash]) == "Text of the motion"
    assert (arm.item, arm.duration_ms, arm.extend_ms, arm.decisive) == (ITEM, 600_000, 60_000, 1)
    vote = log.here.votes["v1"]
    done(procedures_votes.open_vote(chair, vote))
    for act, ms, phase in (
        ("hold", 0, Phase.HELD), ("resume", 0, Phase.OPEN), ("extend", 60_000, Phase.OPEN),
        ("last-call", 0, Phase.LAST_CALL), ("reopen", 0, Phase.OPEN), ("last-call", 0, Phase.LAST_CALL),
    ):  # fmt: skip
        done(procedures_votes.step_vote(chair, view, vote, act, ms))
        assert vote.phase is phase
    done(procedures_votes.close_vote(chair, view, vote))
    assert vote.results
    done(procedures_votes.announce(chair, view, vote))
    assert vote.phase is Phase.ANNOUNCED


def test_vote_without_text_has_no_text() -> None:
    """Its title alone."""
    log = open_chamber()
    done(procedures_votes.arm_vote(clients(log)[0], view_of(log), log.here, VotePlan("v1", "A title", "simple", ITEM)))
    assert named(log, "v1").text_hash == ""


def test_vote_under_an_unknown_rule_is_not_armed() -> None:
    """The rules there are, are told; no blob is left behind."""
    log = open_chamber()
    size, blobs = log.size, dict(log.blobs)
    with pytest.raises(NotFound, match="no rule of-thumb"):
        done(procedures_votes.arm_vote(clients(log)[0], view_of(log), log.here, VotePlan("v1", "A", "of-thumb", ITEM)))
    assert (log.size, log.blobs) == (size, blobs)


def test_armed_vote_is_taken_back() -> None:
    """Then it cannot be opened."""
    log = open_chamber()
    log.arm(vote="v1")
    chair, vote = clients(log)[0], log.here.votes["v1"]
    done(procedures_votes.disarm(chair, vote))
    assert vote.phase is Phase.DISARMED
    assert refused(lambda: done(procedures_votes.open_vote(chair, vote)))[0] == "vote-is-disarmed"


# --- Out of order.


def test_announcing_before_the_close_is_refused_by_name() -> None:
    """With what would be legal now."""
    log = open_chamber()
    log.open_vote(vote="v1")
    view, size = view_of(log), log.size
    name, legal = refused(lambda: done(procedures_votes.announce(clients(log)[0], view, log.here.votes["v1"])))
    assert (name, legal[:3], log.size) == ("vote-is-open", ("hold", "last-call", "void"), size)


def test_closing_without_a_last_call_is_refused_by_name() -> None:
    """By the controller."""
    log = open_chamber()
    log.open_vote(vote="v1")
    view = view_of(log)
    name, legal = refused(lambda: done(procedures_votes.close_vote(clients(log)[0], view, log.here.votes["v1"])))
    assert (name, "last-call" in legal) == ("vote-is-open", True)


@pytest.mark.parametrize("procedure", [procedures_votes.close_vote, procedures_votes.announce])
def test_vote_that_never_opened_is_refused_before_anything_is_sent(
    procedure: Callable[..., object],
) -> None:
    """There is nothing that a record could quote."""
    log = open_chamber()
    log.arm(vote="v1")
    size, vote = log.size, log.here.votes["v1"]
    name, legal = refused(lambda: done(procedure(clients(log)[0], view_of(log), vote)))  # type: ignore[arg-type]
    assert (name, legal[:2], log.size) == ("vote-is-armed", ("open", "disarm"), size)


def test_two_votes_are_not_open_at_once() -> None:
    """The second waits, or is taken back."""
    log = open_chamber()
    log.open_vote(vote="v1")
    log.arm(vote="v2")
    assert refused(lambda: done(procedures_votes.open_vote(clients(log)[0], log.here.votes["v2"]))) == (
        "vote-runs", ("disarm",),
    )  # fmt: skip


def test_void_after_the_announcement_needs_a_basis() -> None:
    """And then the secretary's word."""
    log = open_chamber()
    log.announce(ended(log))
    view, (chair, _), vote = view_of(log), clients(log), log.here.votes["v1"]
    assert refused(lambda: done(procedures_votes.void_vote(chair, view, vote, "error"))) == ("needs-basis", ("void",))
    done(procedures_votes.void_vote(chair, view, vote, "error", "decision 5"))
    assert vote.phase is Phase.ANNOUNCED
    assert view.pending(log.here).record.kind == "vote-void"


def test_deputy_who_does_not_preside_is_refused() -> None:
    """And told how to."""
    log = open_chamber()
    log.arm(vote="v1")
    act = refused(lambda: done(procedures_votes.open_vote(PaperClient(log, "deputy"), log.here.votes["v1"])))
    assert act == ("not-presiding", ("preside",))


def test_vote_does_not_open_without_its_quorum() -> None:
    """What removes it is named."""
    log = open_chamber()
    for member in ("m1", "m2", "m3"):
        log.leave(member)
    log.arm(vote="v1", rule="quorum")
    assert refused(lambda: done(procedures_votes.open_vote(clients(log)[0], log.here.votes["v1"]))) == (
        "quorum-missing", ("presence", "quorum"),
    )  # fmt: skip


# --- Repeating, series, ties.


def test_voided_vote_is_repeated_with_the_same_title_and_rule() -> None:
    """The new arm quotes the old opening."""
    log = open_chamber()
    opened = log.open_vote(vote="v1", rule="absolute")
    view, (chair, _) = view_of(log), clients(log)
    done(procedures_votes.void_vote(chair, view, log.here.votes["v1"], "power-cut"))
    name = free_vote_id(log.here, "v1")
    done(procedures_votes.repeat_vote(chair, view, log.here, log.here.votes["v1"], name, ITEM))
    old, new = named(log, "v1"), named(log, "v1-2")
    assert (new.title_hash, new.rule, new.options, new.repeats) == (old.title_hash, "absolute", old.options, opened)


def test_live_vote_is_not_repeated() -> None:
    """It has to be voided first; one that never opened has nothing to repeat."""
    log = open_chamber()
    ended(log)
    log.arm(vote="v2")
    view, (chair, _) = view_of(log), clients(log)
    again = procedures_votes.repeat_vote
    votes = log.here.votes
    assert refused(lambda: done(again(chair, view, log.here, votes["v1"], "v3", ITEM))) == (
        "repeats-no-void-vote", ("void",),
    )  # fmt: skip
    assert refused(lambda: done(again(chair, view, log.here, votes["v2"], "v3", ITEM)))[0] == "vote-is-armed"


def test_vote_of_an_earlier_sitting_is_repeated_in_a_later_one() -> None:
    """A list of who may vote stays with its sitting."""
    log = open_chamber()
    listed = log.eligible("m1", "m2")
    opened = log.open_vote(vote="v1", eligible=listed)
    view, (chair, _) = view_of(log), clients(log)
    earlier = log.here
    done(procedures_votes.void_vote(chair, view, earlier.votes["v1"], "court"))
    log.act("chair", records.SittingClose)
    log.sitting = "sitting-2"
    log.prepare()
    log.open_sitting()
    log.activate()
    done(procedures_votes.repeat_vote(chair, view, log.here, earlier.votes["v1"], "v1", ITEM))
    arm = named(log, "v1")
    assert (arm.sitting, arm.repeats, arm.eligible) == ("sitting-2", opened, "all")


def test_series_goes_on_with_the_first_vote_that_was_not_held() -> None:
    """One that is armed already is opened as it is."""
    log = open_chamber()
    series = [VotePlan(f"v{n}", f"Amendment {n}", "simple", ITEM) for n in (1, 2)]
    view = view_of(log)
    assert next_of_series(view, log.here, series) == (series[0], None)
    ended(log, "v1")
    assert next_of_series(view, log.here, series) == (series[1], None)
    log.arm(vote="v2")
    assert next_of_series(view, log.here, series) == (series[1], log.here.votes["v2"])
    log.act("chair", records.VoteOpen, arm=log.here.votes["v2"].arm_hash)
    assert refused(lambda: next_of_series(view, log.here, series))[0] == "series-is-over"


def test_id_of_a_new_vote_is_free_and_an_identifier() -> None:
    """Also where the stem is as long as may be."""
    log = open_chamber()
    assert free_vote_id(log.here, "v1") == "v1"
    log.arm(vote="v1")
    log.arm(vote="v1-2")
    assert free_vote_id(log.here, "v1") == "v1-3"
    stem = "v" * 40
    log.arm(vote=stem)
    assert free_vote_id(log.here, stem) == "v" * 36 + "-2"


def test_casting_vote_brings_a_second_result() -> None:
    """On a tie, under a rule that knows it."""
    log = open_chamber()
    ended(log, rule="casting", m1=FOR, m2=AGAINST)
    vote = log.here.votes["v1"]
    done(procedures_votes.cast_casting_vote(clients(log)[0], view_of(log), vote, FOR))
    assert [result.outcome for _, _, result in vote.results] == ["tie", "adopted"]


# --- What the secretary enters.


def test_answers_are_entered_with_how_and_when() -> None:
    """Several at once, in the order of the sheet."""
    log = open_chamber()
    log.open_vote(vote="v1")
    vote, (_, secretary) = log.here.votes["v1"], clients(log)
    answers = [Answer("m1", (FOR,)), Answer("m2", (AGAINST,))]
    sent = done(
        procedures_entries.enter_answers(secretary, view_of(log), vote, answers, "roll-call", 1_700_000_000_000)
    )
    assert len(sent) == 2
    assert {name: (one.choice, one.how) for name, one in vote.assisted.items()} == {
        "m1": ((FOR,), "roll-call"), "m2": ((AGAINST,), "roll-call"),
    }  # fmt: skip


@pytest.mark.parametrize("wrong", [Answer("m9", (FOR,)), Answer("m2", ("maybe",)), Answer("m2", (FOR, AGAINST))])
def test_wrong_answer_on_a_sheet_keeps_all_of_it_from_being_sent(wrong: Answer) -> None:
    """Nothing is half entered."""
    log = open_chamber()
    log.open_vote(vote="v1")
    size, vote, (_, secretary) = log.size, log.here.votes["v1"], clients(log)
    with pytest.raises(NotFound):
        done(procedures_entries.enter_answers(secretary, view_of(log), vote, [Answer("m1", (FOR,)), wrong], "paper", 0))
    assert log.size == size


def test_sheet_is_read_with_its_blanks_left_out(tmp_path: Path) -> None:
    """Who did not answer has an empty cell; several options are joined by a plus."""
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("member;choice\nm1;for\nm2;\nm3;a + b\n", encoding="utf-8")
    assert read_sheet(sheet) == (Answer("m1", (FOR,)), Answer("m3", ("a", "b")))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("member,choice\nm1,for\nm1,against\n", "twice"),
        ("member,choice\nm1,\n", "holds no answer"),
        ("a,b\n1,2\n", "member"),
    ],
)
def test_sheet_that_is_not_whole_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """With the line."""
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(text, encoding="utf-8")
    with pytest.raises(SheetRefused, match=words):
        read_sheet(sheet)


def test_paper_count_waits_for_the_chair_and_brings_the_result() -> None:
    """Figures are given by option, in any order."""
    log = open_chamber()
    opened = log.open_vote(vote="v1", mode="paper", options=("ana", "boris"), rule="lots")
    log.end(opened)
    vote, view, (_, secretary) = log.here.votes["v1"], view_of(log), clients(log)
    count = PaperCount(5, 4, 4, 0, {"boris": 1, "ana": 3})
    sent = done(procedures_entries.enter_paper_result(secretary, view, vote, count))
    assert vote.results == []
    log.ack(waiting(log, sent), "chair")
    log.settle()
    assert vote.results[-1][2].counts == (3, 1)


def test_paper_count_names_each_option() -> None:
    """No more, no less; nothing is sent."""
    log = open_chamber()
    opened = log.open_vote(vote="v1", mode="paper", options=("ana", "boris"), rule="lots")
    log.end(opened)
    size, vote, (_, secretary) = log.size, log.here.votes["v1"], clients(log)
    for figures in ({"ana": 3}, {"ana": 3, "boris": 1, "cvijeta": 0}):
        with pytest.raises(NotFound, match="ana, boris"):
            done(procedures_entries.enter_paper_result(secretary, view_of(log), vote, PaperCount(4, 4, 4, 0, figures)))
    assert log.size == size


def test_papers_that_do_not_add_up_are_refused_by_name() -> None:
    """By the controller."""
    log = open_chamber()
    opened = log.open_vote(vote="v1", mode="paper", rule="papers")
    log.end(opened)
    count = PaperCount(3, 4, 4, 0, {"for": 3, "against": 1, "abstain": 0})
    vote, view, (_, secretary) = log.here.votes["v1"], view_of(log), clients(log)
    assert refused(lambda: done(procedures_entries.enter_paper_result(secretary, view, vote, count))) == (
        "papers-do-not-add-up", ("paper-result",),
    )  # fmt: skip


def test_lot_waits_for_the_chair_and_decides_a_tie() -> None:
    """A second result."""
    log = open_chamber()
    ended(log, rule="lot", m1=FOR, m2=AGAINST)
    vote, (_, secretary) = log.here.votes["v1"], clients(log)
    sent = done(procedures_entries.enter_lot(secretary, view_of(log), vote, FOR))
    log.ack(waiting(log, sent), "chair")
    log.settle()
    assert [result.outcome for _, _, result in vote.results] == ["tie", "adopted"]


def test_correction_stands_beside_the_result() -> None:
    """Which is unchanged; a choice that is none is not entered."""
    log = open_chamber()
    ended(log)
    vote, view, (_, secretary) = log.here.votes["v1"], view_of(log), clients(log)
    done(procedures_entries.enter_correction(secretary, view, vote, Answer("m1", (AGAINST,))))
    assert [(member, stated) for _, member, stated in vote.stated] == [("m1", AGAINST)]
    assert vote.results[-1][2].counts == (2, 0, 0)
    with pytest.raises(NotFound):
        done(procedures_entries.enter_correction(secretary, view, vote, Answer("m1", ("maybe",))))


def test_rule_correction_shows_both_outcomes() -> None:
    """The same ballots by the wrong rule and the right one; the chair agrees."""
    log = open_chamber()
    ended(log)
    vote, view, (_, secretary) = log.here.votes["v1"], view_of(log), clients(log)
    rules = view.rule(log.here, "simple"), view.rule(log.here, "absolute")
    said = [procedures_entries.explain_by(vote, rule) for rule in rules]
    assert (said[0].endswith("Adopted."), said[1].endswith("Not adopted.")) == (True, True)
    sent = done(procedures_entries.correct_rule(secretary, view, vote, "absolute", "wrong-rule"))
    log.ack(waiting(log, sent), "chair")
    log.settle()
    assert [result.outcome for _, _, result in vote.results] == ["adopted", "not-adopted"]


def test_running_vote_is_explained_to_nobody() -> None:
    """Neither by its rule nor by another, and its rule is not corrected."""
    log = open_chamber()
    opened = log.open_vote(vote="v1")
    log.press(opened, m1=FOR)
    vote, view, (_, secretary) = log.here.votes["v1"], view_of(log), clients(log)
    assert procedures_entries.explain_by(vote, vote.rule) == ""
    act = refused(lambda: done(procedures_entries.correct_rule(secretary, view, vote, "absolute", "wrong-rule")))
    assert act[0] == "vote-is-open"


# --- What is legal.


def test_legal_verbs_follow_the_sitting() -> None:
    """From nothing to its minutes."""
    log = found_log()
    assert legal_verbs(log.state, None) == ("roster",)
    log.prepare()
    assert legal_verbs(log.state, log.here) == ("open-sitting",)
    log.open_sitting()
    assert legal_verbs(log.state, log.here) == ("activate", "arm", "adjourn", "close-sitting")
    log.activate()
    assert legal_verbs(log.state, log.here)[:2] == ("arm", "defer")
    log.act("chair", records.Adjourn)
    assert legal_verbs(log.state, log.here) == ("resume-sitting", "close-sitting")
    log.act("chair", records.SittingClose)
    assert legal_verbs(log.state, log.here) == ("minutes",)


def test_legal_verbs_of_a_vote_leave_out_what_its_figures_close() -> None:
    """No extension without one armed; no second announcement; nothing of the sitting's while it runs."""
    log = open_chamber()
    opened = log.open_vote(vote="v1")
    vote = log.here.votes["v1"]
    assert legal_verbs(log.state, log.here) == ("hold", "last-call", "void", "assisted", "roll-call")
    log.close(opened)
    assert "announce" in legal_verbs(log.state, log.here, vote)
    log.announce(opened)
    assert "announce" not in legal_verbs(log.state, log.here, vote)
    assert vote_at_hand(log.state, log.here) is None
    voided = log.act("chair", records.VoteVoid, open=opened, basis="court")
    assert legal_verbs(log.state, log.here)[0] == "acknowledge"
    log.ack(voided, "secretary")
    assert legal_verbs(log.state, log.here, vote)[0] == "repeat"


def test_extension_is_legal_while_there_is_time_left_to_give() -> None:
    """By as much as was armed."""
    log = open_chamber()
    opened = log.open_vote(vote="v1", duration_ms=600_000, extend_ms=1_000)
    assert "extend" in legal_verbs(log.state, log.here)
    log.step(opened, "extend", 1_000)
    assert "extend" not in legal_verbs(log.state, log.here)


def test_paper_vote_is_announced_only_with_its_count() -> None:
    """Until then the count is what is legal."""
    log = open_chamber()
    opened = log.open_vote(vote="v1", mode="paper", rule="papers")
    log.end(opened)
    legal = legal_verbs(log.state, log.here)
    assert ("paper-result" in legal, "announce" in legal) == (True, False)
