"""From ballots to figures: live and at the end, whoever asks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.encoding import hash_text
from protocol.records import PLAIN_OPTIONS, Recusal
from protocol.state import void_lines_hash
from protocol.tally import count_vote, expected_result, is_plain, outcome_of, void_lines
from tests.protocol.chamber_builder import open_chamber


def test_running_vote_is_counted_as_of_now() -> None:
    """With who is here now; nothing is settled by looking."""
    log = open_chamber()
    vote = log.open_vote(rule="present")
    log.press(vote, m1="for", m2="against")
    tally = count_vote(log.vote(vote), log.here.present)
    assert (tally.counts, tally.present, tally.not_voting, tally.absent) == ((1, 1, 0), 5, 3, 0)
    log.leave("m5")
    log.leave("m1")
    tally = count_vote(log.vote(vote), log.here.present)
    assert (tally.present, tally.not_voting, tally.absent) == (4, 2, 1)
    assert log.vote(vote).running


def test_figures_are_those_of_the_standings() -> None:
    """Six standings of every eligible member add up."""
    log = open_chamber(8)
    log.leave("m7")
    log.act("secretary", Recusal, member="m8", act="declare", code="")
    vote = log.open_vote()
    log.press(vote, m1="for", m2="for", m3="against", m4="abstain")
    log.close(vote)
    tally = count_vote(log.vote(vote))
    assert (tally.figures.for_, tally.figures.against, tally.figures.abstain) == tally.counts == (2, 1, 1)
    assert sum(tally.counts) + tally.not_voting + tally.absent + tally.recused == len(tally.standings) == 8


@pytest.mark.parametrize(
    ("options", "plain"),
    [
        (PLAIN_OPTIONS, True),
        (("for", "against"), True),
        (("for",), True),
        (("against", "abstain"), False),
        (("for", "anna"), False),
        (("anna", "bora"), False),
    ],
)
def test_only_these_words_mean_for_against_and_abstain(options: tuple[str, ...], plain: bool) -> None:
    """Any other option makes it a vote among candidates."""
    log = open_chamber()
    vote = log.open_vote(options=options)
    assert is_plain(log.vote(vote)) is plain


def test_void_lines_are_ascending_and_of_the_range() -> None:
    """Inclusive at both ends."""
    log = open_chamber()
    vote = log.open_vote()
    one = log.ballot(vote, "m1", "maybe")
    two = log.ballot(vote, "m2", "maybe")
    assert void_lines(log.state, one.index, two.index) == [(one.index, "choice"), (two.index, "choice")]
    assert void_lines(log.state, one.index + 1, two.index) == [(two.index, "choice")]
    assert void_lines_hash([(1, "late"), (10, "seq")]) == hash_text(b"1:late\n10:seq\n")
    assert void_lines_hash([]) == hash_text(b"")


@given(
    st.lists(st.tuples(st.sampled_from(["m1", "m2", "m3", "m4", "m5"]), st.sampled_from(PLAIN_OPTIONS)), max_size=14)
)
@settings(max_examples=25, deadline=None)
def test_last_press_of_each_member_is_what_counts(presses: list[tuple[str, str]]) -> None:
    """Against a dictionary; and the result that the controller states is the recount."""
    log = open_chamber()
    vote = log.open_vote()
    for member, choice in presses:
        log.ballot(vote, member, choice)
    result = log.close(vote)
    last = dict(presses)
    assert result.counts == tuple(list(last.values()).count(option) for option in PLAIN_OPTIONS)
    assert result.void_count == len(presses) - len(last)
    assert result == expected_result(log.vote(vote), result.ts)
    assert outcome_of(log.vote(vote), count_vote(log.vote(vote)))[0] == result.outcome
