"""The map in an app: what keys, clicks, sizes and themes do to it, and how little of it is drawn again."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip

from controller.console.map.layout import Density
from controller.console.map.marks import DARK, LIGHT, Mark
from controller.console.map.plan import Place
from controller.console.map.sectors import sectors
from controller.console.map.widget import Describe, SeatMap
from controller.words import catalogue
from tests.controller.console.map.drawing import room

P, V, F, X = Mark.PRESENT, Mark.VOTED, Mark.FOR, Mark.FAULT


class CountedMap(SeatMap):
    """A map that remembers which of its lines were asked for."""

    lines: list[int]

    def render_line(self, y: int) -> Strip:
        """As the map does."""
        self.lines.append(y)
        return super().render_line(y)


class Room(App[None]):
    """An app of one map, which counts keys that reach it and messages of the map."""

    BINDINGS = [("escape", "noted('escape')"), ("minus", "noted('minus')"), ("plus", "noted('plus')")]  # noqa: RUF012 - Textual's form

    def __init__(
        self, places: tuple[Place, ...], *, describe: Describe | None = None, ascii_only: bool = False
    ) -> None:
        super().__init__()
        self.places, self.noted, self.told = places, list[str](), list[tuple[str, str]]()
        self.map = CountedMap(describe=describe, ascii_only=ascii_only)
        self.map.lines = []

    def compose(self) -> ComposeResult:
        """The map alone."""
        yield self.map

    def on_mount(self) -> None:
        """The map has its plan and the keys."""
        self.map.show(self.places)
        self.map.focus()

    def action_noted(self, key: str) -> None:
        """A key that the map left to the screen."""
        self.noted.append(key)

    def on_seat_map_selected(self, message: SeatMap.Selected) -> None:
        """The cursor moved."""
        self._tell("selected", message, message.seat)

    def on_seat_map_chosen(self, message: SeatMap.Chosen) -> None:
        """Enter."""
        self._tell("chosen", message, message.seat)

    def _tell(self, what: str, message: Message, seat: str) -> None:
        assert message.control is self.map
        self.told.append((what, seat))

    def text(self) -> list[str]:
        """The screen's lines."""
        return [self.map.render_line(y).text.rstrip() for y in range(self.map.size.height)]


def run(app: Room, test: Callable[[Pilot[None]], Awaitable[None]], size: tuple[int, int] = (80, 24)) -> None:
    """Run a test in an app of a size."""

    async def inside() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await test(pilot)

    asyncio.run(inside())


def test_arrows_move_to_the_nearest_seat_and_enter_asks_for_it() -> None:
    """Nothing is chosen before Enter; the last line says who is selected."""
    app = Room(room(25), describe=lambda seat: f"{seat}, group A, present")

    async def test(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        assert (app.map.selected, app.told, app.text()[-1]) == ("", [], "")
        await pilot.press("right", "right", "up", "down", "left")
        seats = ["s0", "s1", "s4", "s1", "s0"]
        assert app.told == [("selected", seat) for seat in seats]
        assert app.text()[-1] == "1 s0, group A, present"
        await pilot.press("left", "down")
        await pilot.press("enter")
        assert app.told == [*[("selected", seat) for seat in seats], ("chosen", "s0")]

    run(app, test)


def test_home_end_and_pages_go_by_number() -> None:
    """As far as there are seats."""
    app = Room(room(25))

    async def test(pilot: Pilot[None]) -> None:
        found = []
        for key in ("end", "pagedown", "pageup", "pageup", "pageup", "pagedown", "home"):
            await pilot.press(key)
            found.append(app.map.selected)
        assert found == ["s24", "s24", "s14", "s4", "s0", "s10", "s0"]

    run(app, test)


def test_a_click_selects_and_commits_nothing() -> None:
    """On the number as on the glyph; on the floor it does nothing; a second click changes nothing."""
    app = Room(room(25))

    async def test(pilot: Pilot[None]) -> None:
        spot = app.map.shown.spots[12]
        await pilot.click(app.map, offset=(spot.column - 1, spot.line))
        await pilot.click(app.map, offset=(spot.column, spot.line))
        await pilot.click(app.map, offset=(40, 22))
        await pilot.click(app.map, offset=(2, 23))
        assert app.told == [("selected", "s12")]
        assert app.map.selected == "s12"

    run(app, test)


def test_marks_wait_for_the_tick_and_the_last_ones_win() -> None:
    """However many come before it; the tick comes by itself."""
    app = Room(room(25))

    async def test(pilot: Pilot[None]) -> None:
        app.map.update([P] * 25)
        app.map.update([V] * 25)
        assert "●" not in "".join(app.text())
        while "●" not in "".join(app.text()):
            await pilot.pause()
        assert "○" not in "".join(app.text())
        assert app.map.apply() == 0

    run(app, test)


def test_only_lines_that_changed_are_drawn_again() -> None:
    """One line for a seat; the words too if it is the selected one; none if nothing is new."""
    app = Room(room(67))

    async def test(pilot: Pilot[None]) -> None:
        marks = [P] * 67
        app.map.update(marks)
        app.map.apply()
        app.map.select("s0")
        await pilot.pause()
        spots = app.map.shown.spots

        async def drawn_after(*changed: int) -> list[int]:
            app.map.lines.clear()
            for index in changed:
                marks[index] = V
            app.map.update(marks)
            assert app.map.apply() == len({spots[n].line for n in changed} | ({23} if 0 in changed else set()))
            await pilot.pause()
            return sorted(app.map.lines)

        assert await drawn_after(40) == [spots[40].line]
        assert await drawn_after(0) == [spots[0].line, 23]
        assert await drawn_after(1, 33) == sorted({spots[1].line, spots[33].line})
        assert await drawn_after() == []

    run(app, test)


def test_a_move_of_the_cursor_draws_two_lines_and_the_words() -> None:
    """Not the whole map."""
    app = Room(room(67))

    async def test(pilot: Pilot[None]) -> None:
        app.map.select("s0")
        await pilot.pause()
        app.map.lines.clear()
        await pilot.press("up")
        await pilot.pause()
        spots = app.map.shown.spots
        assert app.map.selected == "s4"
        assert sorted(app.map.lines) == sorted({spots[0].line, spots[4].line, 23})

    run(app, test)


@pytest.mark.parametrize("count", [0, 1, 3000])
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)], ids=str)
def test_every_room_is_drawn_in_every_size(count: int, size: tuple[int, int]) -> None:
    """An empty room says so; all keys are harmless."""
    app = Room(room(count))

    async def test(pilot: Pilot[None]) -> None:
        app.map.update([P] * count)
        app.map.apply()
        await pilot.press("right", "up", "plus", "left", "down", "enter", "end", "minus", "home", "pagedown", "escape")
        await pilot.pause()
        assert len(app.map.shown.spots) == count
        text = app.text()
        assert len(text) == size[1]
        assert ("○" in "".join(text)) == (count > 0)
        assert (text[-1] == "No seats yet.") == (count == 0)

    run(app, test, size)


@pytest.mark.parametrize(("size", "density"), [((120, 40), Density.PAIR), ((80, 24), Density.DOTS)])
def test_enter_over_sectors_looks_into_one_and_escape_leads_back(size: tuple[int, int], density: Density) -> None:
    """Only in the sector does Enter ask for a seat; the words name the sector."""
    app = Room(room(3000))

    async def test(pilot: Pilot[None]) -> None:
        assert app.map.whole.density is density
        await pilot.press("end", "enter")
        name = app.map.sector
        assert name == ("C3" if density is Density.PAIR else "D4")
        assert app.map.shown.density is Density.WIDE
        assert "s2999" in {app.map.whole.places[index].seat for index in app.map.shown.spots}
        assert app.text()[-1] == f"{name} 3000 D · absent"
        assert [one for one in app.told if one[0] == "chosen"] == []
        await pilot.press("enter")
        assert app.told[-1] == ("chosen", "s2999")
        await pilot.press("escape")
        assert (app.map.sector, app.map.shown) == ("", app.map.whole)
        assert app.noted == []
        await pilot.press("plus", "minus", "plus", "plus", "escape", "escape", "minus")
        assert app.noted == ["plus", "escape", "minus"]

    run(app, test, size)


def test_keys_that_a_small_room_does_not_need_go_on_to_the_screen() -> None:
    """Escape must reach the dialog that it closes."""
    app = Room(room(67))

    async def test(pilot: Pilot[None]) -> None:
        await pilot.press("escape", "plus", "minus")
        assert app.noted == ["escape", "plus", "minus"]

    run(app, test)


def test_a_step_from_a_sectors_edge_shows_the_next_sector() -> None:
    """And selecting by id goes where the seat is."""
    app = Room(room(3000))

    async def test(pilot: Pilot[None]) -> None:
        assert app.map.look_into("D1")
        assert not app.map.look_into("Z9")
        await pilot.press(*["up"] * 40)
        assert app.map.sector not in {"", "D1"}
        assert app.map.select("s2999")
        assert app.map.sector == "D4"
        assert not app.map.select("s3000")
        assert app.map.selected == "s2999"
        assert {sector.name for sector in sectors(app.map.whole)} >= {"A1", "D1", "D4"}

    run(app, test)


def test_another_size_arranges_anew_and_keeps_marks_and_seat() -> None:
    """Out of dots, a sector is left, for there are none any more."""
    app = Room(room(3000))

    async def test(pilot: Pilot[None]) -> None:
        app.map.update([F] * 3000)
        app.map.apply()
        await pilot.press("end", "enter")
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        assert (app.map.selected, app.map.sector, app.map.shown.density) == ("s2999", "", Density.WIDE)
        assert "".join(app.text()).count("▲") == 3000
        await pilot.resize_terminal(10, 5)
        await pilot.pause()
        assert app.text()[-1] == "The seat m"
        await pilot.press("end", "enter", "up")
        assert app.map.selected == ""

    run(app, test)


def test_another_plan_keeps_the_seat_by_its_id() -> None:
    """Marks start anew, and marks for another number of seats are refused and change nothing."""
    app = Room(room(25))

    async def test(pilot: Pilot[None]) -> None:
        app.map.update([F] * 25)
        app.map.apply()
        app.map.select("s10")
        app.map.update([X] * 25)
        app.map.show(room(39))
        assert app.map.apply() == 0
        assert (app.map.selected, len(app.map.shown.spots)) == ("s10", 39)
        assert "".join(app.text()).count("·") == 39 + 1
        with pytest.raises(ValueError, match="25 marks for 39 seats"):
            app.map.update([F] * 25)
        assert app.map.apply() == 0
        app.map.show(room(5))
        assert app.map.selected == ""
        await pilot.pause()

    run(app, test)


def test_another_theme_repaints_every_line_in_its_colours() -> None:
    """No strip of the old theme is left."""
    app = Room(room(25))

    async def test(pilot: Pilot[None]) -> None:
        def grounds() -> set[str]:
            strips = [app.map.render_line(y) for y in range(24)]
            return {s.style.bgcolor.name for strip in strips for s in strip if s.style and s.style.bgcolor}

        assert grounds() == {DARK.ground.lower()}
        app.map.lines.clear()
        app.theme = "textual-light"
        await pilot.pause()
        await pilot.pause()
        assert set(range(24)) <= set(app.map.lines)
        assert grounds() == {LIGHT.ground.lower()}

    run(app, test)


def test_a_name_is_shown_as_it_is() -> None:
    """Brackets are no markup, and nothing turns the line around."""
    app = Room(room(25), describe=lambda _seat: "[bold]Ana[/bold] \u202e[@click=app.quit]B\x1b[2J")

    async def test(pilot: Pilot[None]) -> None:
        await pilot.press("home")
        await pilot.pause()
        assert app.text()[-1] == "1 [bold]Ana[/bold] [@click=app.quit]B[2J"
        assert all(not segment.style or not segment.style.meta for segment in app.map.render_line(23))

    run(app, test)


def test_what_describe_says_is_told_again_when_asked() -> None:
    """In another language too."""
    state = ["present"]
    app = Room(room(25), describe=lambda _seat: state[0])

    async def test(pilot: Pilot[None]) -> None:
        await pilot.press("home")
        await pilot.pause()
        app.map.lines.clear()
        state[0] = "absent"
        app.map.retell()
        await pilot.pause()
        assert (list(app.map.lines), app.text()[-1]) == ([23], "1 absent")
        app.map.speak(catalogue("sr-Cyrl"), lambda seat: f"место {seat}")
        assert app.text()[-1] == "1 место s0"

    run(app, test)


def test_in_ascii_nothing_else_is_written() -> None:
    """Also in a sector and above it."""
    app = Room(room(3000), ascii_only=True, describe=lambda _seat: "")

    async def test(pilot: Pilot[None]) -> None:
        app.map.update([V if index % 3 else P for index in range(3000)])
        app.map.apply()
        await pilot.press("home")
        assert "".join(app.text()).isascii()
        await pilot.press("enter")
        text = "".join(app.text()[:-1])
        assert text.isascii()
        assert set(text) == {" ", "@", "o"}

    run(app, test)


@pytest.mark.parametrize(("count", "size"), [(67, (80, 24)), (3000, (120, 40)), (3000, (80, 24))])
def test_without_colours_every_line_is_drawn_by_glyphs(
    monkeypatch: pytest.MonkeyPatch, count: int, size: tuple[int, int]
) -> None:
    """Textual's filter finds a style on every segment, and no half block hides a state in a shade of grey."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = Room(room(count))

    async def test(pilot: Pilot[None]) -> None:
        assert app.no_color
        app.map.update([(P, V, F)[index % 3] for index in range(count)])
        app.map.apply()
        await pilot.press("home")
        await pilot.pause()
        assert app.map.lines
        assert not set("".join(app.text())) & {"▀", "⣿"}
        assert set("".join(app.text()[:-1])) - set("0123456789 ") <= {"○", "●", "▲"}

    run(app, test, size)


def test_a_process_started_without_colours_draws_the_map() -> None:
    """As a terminal's user sets it, before anything is imported."""
    script = (
        "import asyncio\n"
        "from tests.controller.console.map.test_widget import Room, room\n"
        "async def main():\n"
        "    app = Room(room(67))\n"
        "    async with app.run_test(size=(80, 24)) as pilot:\n"
        "        await pilot.press('home')\n"
        "        await pilot.pause()\n"
        "        assert app.no_color\n"
        "        print(app.text()[-1])\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "1 A · absent\n"), done.stderr
