"""The drawn console by its keys: each path to a vote and back, and each path that must not exist."""

from dataclasses import replace

import pytest

from controller.console.snapshot import Snapshot
from controller.officer import ActRefused
from protocol.messages import Refusal
from tests.controller.console.console_bench import Bench, StubLink, at_console
from tests.controller.console.snapshots import idle, lost, with_floor, with_series, with_vote

HERE = 32
"""Members here in a house of 39, as `snapshots.idle` has it."""


def test_a_prepared_vote_is_armed_by_f5_and_opened_by_f6() -> None:
    """Two keys, and the question between them names item and rule."""
    link = StubLink(with_series(idle()))
    link.after["arm"] = with_vote("armed")

    async def scene(bench: Bench) -> None:
        await bench.press("f5")
        assert bench.link.acts == ["arm"]
        assert bench.asks == "QuestionDialog"
        assert "Amendments to the 2026 budget" in bench.text()
        await bench.press("f6")
        assert bench.link.acts == ["arm", "open"]

    at_console(link, scene)


@pytest.mark.parametrize("key", ["enter", "space", "escape", "f6", "f8", "o", "о", "щ", "ctrl+j", "1"])
def test_no_other_key_opens_an_armed_vote(key: str) -> None:
    """Enter, Space and letters of any layout least of all."""

    async def scene(bench: Bench) -> None:
        await bench.press("f6")
        assert bench.asks == "QuestionDialog"
        await bench.press(key)
        await bench.press(key)
        assert "open" not in bench.link.acts

    at_console(with_vote("armed"), scene)


def test_the_key_that_asks_does_not_confirm_while_it_is_held() -> None:
    """A key that lies on the table opens nothing."""

    async def scene(bench: Bench) -> None:
        await bench.hold("f6")
        assert "open" not in bench.link.acts

    at_console(with_vote("armed"), scene)


def test_f5_and_f6_in_one_stroke_arm_and_do_not_open() -> None:
    """A pen that drops on two keys: the question is deaf at first."""
    link = StubLink(with_series(idle()))
    link.after["arm"] = with_vote("armed")

    async def scene(bench: Bench) -> None:
        await bench.press("f5")
        await bench.press("f6", apart_s=0.1)
        assert bench.link.acts == ["arm"]

    at_console(link, scene)


def test_the_last_call_closes_after_its_seconds_by_itself() -> None:
    """Not before."""
    link = StubLink(with_vote("open", answered=10))
    link.after["last_call"] = with_vote("last-call", answered=10)

    async def scene(bench: Bench) -> None:
        await bench.press("f8")
        assert bench.link.acts == ["last_call"]
        await bench.wait(4.0)
        assert bench.link.acts == ["last_call"]
        await bench.wait(2.0)
        assert bench.link.acts == ["last_call", "close"]

    at_console(link, scene)


def test_a_held_f8_gives_the_last_call_and_nothing_more() -> None:
    """However long, while members are missing."""
    link = StubLink(with_vote("open", answered=10))
    link.after["last_call"] = with_vote("last-call", answered=10)

    async def scene(bench: Bench) -> None:
        await bench.hold("f8", repeats=60)
        assert bench.link.acts == ["last_call"]

    at_console(link, scene)


def test_a_second_f8_closes_only_when_nobody_is_missing() -> None:
    """With members missing it says so."""
    link = StubLink(with_vote("open", answered=10))
    link.after["last_call"] = with_vote("last-call", answered=10)

    async def scene(bench: Bench) -> None:
        await bench.press("f8")
        await bench.press("f8")
        assert bench.link.acts == ["last_call"]
        assert "Members are missing" in bench.says
        await bench.tell(with_vote("last-call", answered=HERE))
        await bench.press("f8")
        assert bench.link.acts == ["last_call", "close"]

    at_console(link, scene)


def test_escape_takes_the_last_call_back_and_nothing_closes() -> None:
    """The seconds of the call that was taken back are over too."""
    link = StubLink(with_vote("open", answered=10))
    link.after["last_call"] = with_vote("last-call", answered=10)
    link.after["reopen"] = with_vote("open", answered=10)

    async def scene(bench: Bench) -> None:
        await bench.press("f8", "escape")
        await bench.wait(8.0)
        assert bench.link.acts == ["last_call", "reopen"]

    at_console(link, scene)


@pytest.mark.parametrize("phase", ["armed", "open", "held", "last-call"])
def test_no_split_is_shown_before_the_close(phase: str) -> None:
    """On the floor and among the results: how many, never what."""

    async def scene(bench: Bench) -> None:
        shown = bench.text()
        assert "▲" not in shown
        assert "Against" not in shown
        await bench.press("6")
        row = next(line for line in bench.text().splitlines() if "open" in line and " 1 " in line)
        assert not any(sign in row for sign in ":▲▼■")

    at_console(with_vote(phase, answered=20), scene, size=(120, 40))


def test_after_the_close_the_figures_are_there_and_say_not_announced() -> None:
    """For chair and hall alike."""

    async def scene(bench: Bench) -> None:
        shown = bench.text()
        assert "not announced" in shown
        assert "For" in shown
        assert "ADOPTED" in shown.upper()

    at_console(with_vote("closed", answered=HERE), scene)


def test_a_lost_controller_takes_the_keys_away_and_says_so() -> None:
    """In mid-vote: nothing is sent, and the screen says since when it is old."""
    link = StubLink(with_vote("open", answered=10))

    async def scene(bench: Bench) -> None:
        await bench.tell(lost(with_vote("open", answered=10)))
        assert "NO LINK TO THE SERVER" in bench.text()
        assert "F8" not in bench.text()
        await bench.press("f8", "f6", "f5")
        assert bench.link.acts == []
        assert "No link to the server" in bench.says

    at_console(link, scene)


def test_a_refused_act_is_one_line_that_says_what_to_do() -> None:
    """And the console goes on."""
    link = StubLink(with_vote("open", answered=10))
    link.refuse = ActRefused("vote-act", Refusal("H" * 43, "state", 9, "vote-is-held", ()))

    async def scene(bench: Bench) -> None:
        await bench.press("f6")
        assert "The vote is held: resume or close it first." in bench.says
        assert bench.app.is_running

    at_console(link, scene)


def test_twenty_prepared_votes_take_two_keys_each_to_open() -> None:
    """By one operator, by order of the chair."""
    known = replace(with_series(idle(officer="operator"), votes=20))
    link = StubLink(known)

    def armed(at: Snapshot) -> Snapshot:
        return replace(at, now=with_vote("armed", officer="operator").now)

    async def scene(bench: Bench) -> None:
        link.after["arm"] = armed
        for number in range(20):
            link.after["open"] = known
            await bench.press("f5", "f6")
            assert bench.link.acts.count("open") == number + 1
        assert bench.link.acts == ["arm", "open"] * 20

    at_console(link, scene)


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
@pytest.mark.parametrize("seats", [0, 39, 3_000])
def test_every_screen_is_drawn_in_every_size(size: tuple[int, int], seats: int) -> None:
    """From a braille display to a wall, from nobody to the largest assembly."""

    async def scene(bench: Bench) -> None:
        for screen in "123456":
            await bench.press(screen)
            lines = bench.text().splitlines()
            assert len(lines) == size[1]
            assert any(line.strip() for line in lines)

    at_console(idle(seats), scene, size=size)


def test_names_with_markup_and_bidi_are_only_text() -> None:
    """In every table."""
    known = idle()
    evil = replace(known.house.members[0], name="[bold]\u202eevil" + "x" * 90)
    known = replace(known, house=replace(known.house, members=(evil, *known.house.members[1:])))

    async def scene(bench: Bench) -> None:
        await bench.press("4")
        assert "[bold]evil" in bench.text()
        assert "\u202e" not in bench.text()

    at_console(known, scene)


def test_a_click_asks_and_a_second_one_elsewhere_does_it() -> None:
    """For tablets: as deaf as the keys are, and the way back is a click too."""

    async def scene(bench: Bench) -> None:
        await bench.press("f6")
        bench.clock.now_s += 0.1
        await bench.pilot.click("#confirm")
        await bench.settle()
        assert bench.link.acts == []
        bench.clock.now_s += 1.0
        await bench.pilot.click("#back")
        await bench.settle()
        assert (bench.asks, bench.link.acts) == ("", [])
        await bench.press("f6")
        bench.clock.now_s += 1.0
        await bench.pilot.click("#confirm")
        await bench.settle()
        assert bench.link.acts == ["open"]

    at_console(with_vote("armed"), scene)


def test_a_wide_floor_shows_the_agenda_and_a_high_one_the_speakers() -> None:
    """Beside the map and under the vote; a narrow one has neither."""

    async def wide(bench: Bench) -> None:
        shown = bench.text()
        assert "Local tax rates for 2027" in shown
        assert "Member 002 Surname" in shown

    async def narrow(bench: Bench) -> None:
        assert "Local tax rates for 2027" not in bench.text()

    at_console(with_floor(idle()), wide, size=(170, 42))
    at_console(with_floor(idle()), narrow)
