"""The guard of keys: no single key, no held key, no Enter, no dropped pen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.console.guard import DEAF_S, HELD_S, Answer, Guard, Stand, may_close


def asked(at_s: float = 10.0) -> Guard:
    """A guard that asks whether to open, since `at_s`."""
    guard = Guard()
    guard.ask("open", "f5", ("f6",), at_s)
    return guard


def test_another_key_confirms_after_the_deaf_time() -> None:
    """F5 began, F6 does it."""
    guard = asked()
    assert guard.push("f6", 10.0 + DEAF_S) is Answer.DO
    assert guard.stand is Stand.IDLE


def test_within_the_deaf_time_nothing_confirms() -> None:
    """A pen that drops on both keys opens nothing."""
    guard = asked()
    assert guard.push("f6", 10.0 + DEAF_S / 2) is Answer.DEAF
    assert guard.stand is Stand.ASKING


def test_the_starting_key_never_confirms_however_often_it_comes() -> None:
    """Whoever presses twice presses the same key."""
    guard = asked()
    for at_s in (10.5, 12.0, 14.0):
        assert guard.push("f5", at_s) is Answer.NOTHING


@pytest.mark.parametrize("key", ["enter", "space", "escape"])
def test_enter_space_and_escape_lead_back(key: str) -> None:
    """Back has the focus, even in the deaf time."""
    guard = asked()
    assert guard.push(key, 10.1) is Answer.BACK
    assert guard.stand is Stand.IDLE


def test_a_key_that_was_held_when_the_question_came_does_not_confirm() -> None:
    """Only a new push counts."""
    guard = Guard()
    guard.is_held("f6", 9.95)
    guard.ask("open", "f5", ("f6",), 10.0)
    at_s = 10.0
    while at_s < 13.0:  # a terminal repeats it thirty times a second
        at_s += 0.033
        assert guard.push("f6", at_s) in {Answer.HELD, Answer.DEAF}
    assert guard.push("f6", at_s + HELD_S + 0.001) is Answer.DO


def test_other_keys_change_nothing_while_a_question_stands() -> None:
    """Of any layout."""
    guard = asked()
    assert guard.push("f8", 11.0) is Answer.NOTHING
    assert guard.push("о", 11.0) is Answer.NOTHING
    assert guard.stand is Stand.ASKING


def test_without_a_question_a_held_key_is_named() -> None:
    """So that keys that act at once act once."""
    guard = Guard()
    assert guard.push("f8", 1.0) is Answer.THROUGH
    assert guard.push("f8", 1.1) is Answer.HELD
    assert guard.push("f8", 1.1 + HELD_S) is Answer.THROUGH


@given(st.lists(st.tuples(st.sampled_from(["f5", "enter", "space", "escape", "x", "f8"]), st.floats(0.0, 2.0))))
def test_whatever_is_pressed_nothing_is_done_without_the_confirming_key(keys: list[tuple[str, float]]) -> None:
    """In any order, at any speed."""
    guard, at_s = asked(), 10.0
    for key, pause_s in keys:
        at_s += pause_s
        assert guard.push(key, at_s) is not Answer.DO


def test_the_same_key_cannot_start_and_confirm() -> None:
    """That is a mistake of ours."""
    with pytest.raises(AssertionError):
        Guard().ask("open", "f6", ("f6",), 0.0)


def test_a_last_call_closes_early_only_when_nobody_is_missing() -> None:
    """Later it closes in any case."""
    assert may_close(missing=4, shown_s=1.0, last_call_s=5.0) == "members-missing"
    assert may_close(missing=0, shown_s=1.0, last_call_s=5.0) == ""
    assert may_close(missing=4, shown_s=5.0, last_call_s=5.0) == ""
