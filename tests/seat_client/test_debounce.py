"""Buttons: bounce, hold, long press, stuck, bouncing, held at boot, and two hands."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seat_client.buttons.debounce import ENTERING, MOVES, Debouncer, Limits, Move, Signal, State, Told
from seat_client.buttons.group import ButtonGroup, ButtonSignal

LIMITS = Limits()


def play(
    *levels: tuple[float, bool], until_s: float = 60.0, button: Debouncer | None = None
) -> list[tuple[Any, Signal]]:
    """Tell a button these levels at these times, and every deadline between; when it told what."""
    button = button or Debouncer()
    told: list[tuple[Any, Signal]] = []
    for when_s, pushed in (*levels, (until_s, None)):
        while (due_s := button.next_deadline_s()) is not None and due_s <= when_s:
            told += [(due_s, one.signal) for one in button.time(due_s)]
        if pushed is not None:
            told += [(when_s, one.signal) for one in button.level(pushed, when_s)]
    return told


UP = (0.0, False)


def test_push_is_one_press_after_its_hold() -> None:
    """50 ms after the push, long before it is let go."""
    assert play(UP, (1.0, True), (1.3, False)) == [(pytest.approx(1.05), Signal.PRESSED)]


def test_press_carries_the_time_of_its_push() -> None:
    """Who pressed first is told by the push, not by the hold."""
    button = Debouncer()
    button.level(False, 0.0)
    button.level(True, 1.0)
    assert button.time(2.0) == [Told(Signal.PRESSED, 1.0)]


def test_bounce_at_both_ends_is_one_press() -> None:
    """Contacts that bounce for 8 ms when pushed and when let go."""
    down = [(1.0 + step * 0.002, step % 2 == 0) for step in range(5)]
    up = [(1.2 + step * 0.002, step % 2 == 1) for step in range(5)]
    assert [signal for _, signal in play(UP, *down, *up)] == [Signal.PRESSED]


@pytest.mark.parametrize("held_s", [0.001, 0.014, 0.049])
def test_touch_that_is_too_short_is_no_press(held_s: float) -> None:
    """A spark, a bump of the table."""
    assert play(UP, (1.0, True), (1.0 + held_s, False)) == []


def test_two_pushes_are_two_presses() -> None:
    """Quickly after each other."""
    told = play(UP, (1.0, True), (1.08, False), (1.16, True), (1.24, False))
    assert [signal for _, signal in told] == [Signal.PRESSED] * 2


def test_gap_within_a_push_is_not_a_second_press() -> None:
    """The finger slipped for 10 ms."""
    told = play(UP, (1.0, True), (1.2, False), (1.21, True), (1.5, False))
    assert [signal for _, signal in told] == [Signal.PRESSED]


def test_long_press_follows_the_press() -> None:
    """At two seconds, once."""
    told = play(UP, (1.0, True), (4.0, False))
    assert told == [(pytest.approx(1.05), Signal.PRESSED), (pytest.approx(3.0), Signal.LONG_PRESSED)]


def test_stuck_button_is_named_and_clears_when_let_go() -> None:
    """After ten seconds; then it works again."""
    told = play(UP, (1.0, True), (30.0, False), (31.0, True), (31.2, False))
    assert [signal for _, signal in told] == [
        Signal.PRESSED,
        Signal.LONG_PRESSED,
        Signal.STUCK,
        Signal.CLEAR,
        Signal.PRESSED,
    ]
    assert told[2][0] == pytest.approx(11.0)


def test_button_held_at_boot_is_ignored_until_let_go() -> None:
    """Somebody leans on it, or it is stuck: no press without a push that was seen."""
    assert play((0.0, True), (5.0, False)) == []
    told = play((0.0, True), (5.0, False), (6.0, True), (6.2, False))
    assert [signal for _, signal in told] == [Signal.PRESSED]


def test_button_held_at_boot_for_long_is_stuck() -> None:
    """Named as such, without ever having been a press."""
    assert play((0.0, True)) == [(pytest.approx(10.0), Signal.STUCK)]


def storm(start_s: float, edges: int, *, ends_pushed: bool) -> list[tuple[float, bool]]:
    """So many edges in a second, ending at a level."""
    return [(start_s + step / edges, (step % 2 == 1) is ends_pushed) for step in range(edges)]


def test_bouncing_button_is_told_apart_from_a_stuck_one() -> None:
    """Too many edges: named, no press while it lasts, whole again after a calm second."""
    levels = storm(1.0, 200, ends_pushed=False)
    told = play(UP, *levels, (5.0, True), (5.2, False))
    assert [signal for _, signal in told] == [Signal.BOUNCING, Signal.CLEAR, Signal.PRESSED]
    assert told[1][0] == pytest.approx(levels[-1][0] + 1.0)


def test_storm_that_ends_pushed_gives_no_press() -> None:
    """It counts as held at boot: let go first."""
    told = play(UP, *storm(1.0, 200, ends_pushed=True), (5.0, False), (6.0, True), (6.2, False))
    assert [signal for _, signal in told] == [Signal.BOUNCING, Signal.CLEAR, Signal.PRESSED]
    assert told[2][0] > 6.0


def test_nervous_finger_is_not_a_broken_contact() -> None:
    """Eight pushes a second, each with some bounce."""
    levels = [UP]
    for push in range(16):
        at_s = 1.0 + push * 0.125
        levels += [(at_s, True), (at_s + 0.002, False), (at_s + 0.004, True), (at_s + 0.07, False)]
    assert [signal for _, signal in play(*levels)] == [Signal.PRESSED] * 16


def test_repeated_level_changes_nothing() -> None:
    """A door that reads the pin again tells nothing new."""
    assert play(UP, (0.5, False), (1.0, True), (1.02, True), (1.3, True), (1.4, False)) == [
        (pytest.approx(1.05), Signal.PRESSED)
    ]


def test_late_caller_gets_everything_in_order() -> None:
    """A busy event loop loses no press and adds none."""
    button = Debouncer()
    button.level(False, 0.0)
    button.level(True, 1.0)
    assert [one.signal for one in button.time(20.0)] == [Signal.PRESSED, Signal.LONG_PRESSED, Signal.STUCK]
    assert button.next_deadline_s() is None


def test_every_state_has_a_way_out() -> None:
    """The table leads from every state, and to every state but the first."""
    assert {state for state, _ in MOVES} == set(State)
    assert set(MOVES.values()) == set(State) - {State.BOOT}
    assert set(ENTERING) < set(State)
    assert {move for _, move in MOVES} == set(Move)


@given(st.lists(st.tuples(st.floats(0.0001, 3.0), st.booleans()), max_size=120))
def test_any_edges_give_no_more_presses_than_pushes(edges: list[tuple[float, bool]]) -> None:
    """And each press has its push; a deadline never lies in the past twice."""
    now_s, levels = 0.0, []
    for gap_s, pushed in edges:
        now_s += gap_s
        levels.append((now_s, pushed))
    told = play(*levels, until_s=now_s + 60)
    pushes = sum(
        1 for before, after in zip([(0.0, False), *levels], levels, strict=False) if after[1] and not before[1]
    )
    assert sum(1 for _, signal in told if signal is Signal.PRESSED) <= pushes


def press(group: ButtonGroup, name: str, at_s: float, held_s: float = 0.2) -> list[ButtonSignal]:
    """Push a button and let it go."""
    return [*group.level(name, True, at_s), *group.level(name, False, at_s + held_s)]


def group_of(second: str = "") -> ButtonGroup:
    """Three buttons, up for a second."""
    group = ButtonGroup(["for", "against", "second"], LIMITS, second)
    for name in ("for", "against", "second"):
        group.level(name, False, 0.0)
    assert group.time(1.0) == []
    return group


def test_each_button_is_judged_alone() -> None:
    """Two buttons at once are two presses, by name."""
    group = group_of()
    told = [*group.level("for", True, 2.0), *press(group, "against", 2.1), *group.level("for", False, 3.0)]
    assert [(one.button, one.signal) for one in told] == [("for", Signal.PRESSED), ("against", Signal.PRESSED)]


def test_press_without_the_second_button_is_marked() -> None:
    """It is told, so that the lamp can say so, and does not count."""
    (told,) = press(group_of("second"), "for", 2.0)
    assert told == ButtonSignal("for", Signal.PRESSED, 2.0, alone=True)


def test_press_with_the_second_button_counts() -> None:
    """Held before, or pushed at the very same moment; it gives no press of its own."""
    group = group_of("second")
    told = [*group.level("second", True, 2.0), *press(group, "for", 2.0), *group.level("second", False, 3.0)]
    assert told == [ButtonSignal("for", Signal.PRESSED, 2.0)]


def test_stuck_second_button_makes_no_pair() -> None:
    """Something heavy on it is no second hand."""
    group = group_of("second")
    stuck = [*group.level("second", True, 2.0), *group.time(30.0)]
    assert [one.signal for one in stuck] == [Signal.STUCK]
    assert press(group, "for", 31.0)[0].alone


def test_deadline_is_the_nearest_of_all() -> None:
    """One timer serves a panel."""
    group = group_of()
    assert group.next_deadline_s() is None
    group.level("for", True, 2.0)
    group.level("against", True, 2.01)
    assert group.next_deadline_s() == pytest.approx(2.015)


def test_second_button_that_is_none_is_our_mistake() -> None:
    """A pin map with a wrong name."""
    with pytest.raises(ValueError, match="second"):
        ButtonGroup(["for"], LIMITS, "other")
