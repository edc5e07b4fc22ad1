"""The bodies as a person drives them: the cursor stays with its own, nothing commits, everything is drawn."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from controller.console.bodies.agenda import AgendaBody
from controller.console.bodies.attendance import AttendanceBody
from controller.console.bodies.results import ResultsBody
from controller.console.bodies.seats import SeatsBody
from controller.console.bodies.secretary_attendance import SecretaryAttendanceBody
from controller.console.bodies.secretary_package import SecretaryPackageBody
from controller.console.bodies.secretary_votes import SecretaryVotesBody
from controller.console.bodies.speakers import SpeakersBody
from controller.console.bodies.table_body import TableBody
from controller.console.body import Body
from controller.console.catalogue import Selection
from controller.console.rows.table import Row, Table
from controller.console.snapshot import Snapshot
from controller.desk.documents import WaitingNow
from tests.controller.console.bodies.dumps import BODIES, LANGUAGES, SIZES, draw, file_of
from tests.controller.console.bodies.host import Host, hostile, text_of
from tests.controller.console.rows.days import day
from tests.controller.console.snapshots import NOON_MS, idle, with_floor, with_health, with_vote

Driving = Callable[[Host, Pilot[None]], Awaitable[None]]


def run(make: type[Body], known: Snapshot, drive: Driving, size: tuple[int, int] = (80, 24), **options: bool) -> None:
    """Show a body and drive it."""

    async def whole() -> None:
        host = Host(lambda: make(**options), known)
        async with host.run_test(size=size) as pilot:
            await pilot.pause()
            await drive(host, pilot)

    asyncio.run(whole())


def with_presence(known: Snapshot, presence: str) -> Snapshot:
    """Other members are here."""
    return replace(known, now=replace(known.now, presence=presence))


def without_request(known: Snapshot, speaker: str) -> Snapshot:
    """A request is gone."""
    floor = known.now.floor
    return replace(
        known,
        now=replace(known.now, floor=replace(floor, queue=tuple(one for one in floor.queue if one.speaker != speaker))),
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", BODIES)
def test_each_screen_looks_as_it_did(screen: str, language: str, size: tuple[int, int]) -> None:
    """Drawn anew by `python -m tests.controller.console.bodies.dumps`."""
    assert asyncio.run(draw(screen, language, size)) == file_of(screen, language, size).read_text(encoding="utf-8")


def test_the_cursor_stays_with_its_member_when_another_arrives() -> None:
    """Rows change their order; the selection is nobody else's."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        await pilot.press("down")
        assert host.body.selection.member == "m-0010"
        heard = list(host.heard)
        host.tell(with_presence(host.known, host.known.now.presence.replace("a", "p", 1)))  # member 5 comes in
        await pilot.pause()
        assert host.body.selection.member == "m-0010"
        host.tell(with_presence(host.known, "p" * 39))
        await pilot.pause()
        assert host.body.selection.member == "m-0010"
        assert host.heard == heard

    run(AttendanceBody, idle(), drive)


def test_a_selected_row_that_goes_leaves_nothing_selected_until_it_comes_back_or_a_key_selects() -> None:
    """A key that was meant for one speaker never reaches another."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        known = host.known
        await pilot.press("down")
        assert host.body.selection == Selection(speaker="m-0003", member="m-0003")
        host.tell(without_request(known, "m-0003"))
        await pilot.pause()
        assert host.body.selection == Selection()
        assert host.heard[-1] == "moved"
        await pilot.press("enter")
        assert "chosen" not in host.heard
        host.tell(known)
        await pilot.pause()
        assert host.body.selection.speaker == "m-0003"
        host.tell(without_request(known, "m-0003"))
        await pilot.press("down")
        assert host.body.selection == Selection(speaker="treasurer")

    run(SpeakersBody, with_floor(idle()), drive)


def test_the_agenda_begins_on_the_active_item_and_stays_where_it_was_put() -> None:
    """The house goes on to another item; this console's selection does not."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        assert host.body.selection == Selection(item="i-2")
        await pilot.press("down")
        assert host.body.selection == Selection(item="i-3")
        assert "You have selected item 3. The active item is 2. F4 makes 3 active." in text_of(host)
        host.tell(replace(host.known, now=replace(host.known.now, item="i-4")))
        await pilot.pause()
        assert host.body.selection == Selection(item="i-3")
        assert "You have selected item 3. The active item is 4." in text_of(host)

    run(AgendaBody, idle(), drive)


def test_the_cursor_waits_for_the_first_rows() -> None:
    """A body that was told nothing yet selects nothing, and the first row then."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        await pilot.press("down", "enter", "end", "pageup")
        assert host.body.selection == Selection()
        assert "Nobody waits for the floor." in text_of(host)
        host.tell(with_floor(idle()))
        await pilot.pause()
        assert host.body.selection.speaker == "m-0002"

    run(SpeakersBody, idle(), drive)


def test_the_clock_of_the_speech_goes_by_the_time_that_the_application_sets() -> None:
    """Without one by the newest document's."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        assert "02:00 left of 03:00" in text_of(host)
        host.body.clock_ms = NOON_MS + 45_000
        host.tell(host.known)
        await pilot.pause()
        assert "01:15 left of 03:00" in text_of(host)

    run(SpeakersBody, with_floor(idle()), drive)


@pytest.mark.parametrize(
    ("body", "known", "text", "selection"),
    [
        (AttendanceBody, idle(), "28", Selection(member="m-0028", seat="s-0028")),
        (AttendanceBody, idle(), "020 sur", Selection(member="m-0020")),
        (SeatsBody, idle(), "28", Selection(seat="s-0028", member="m-0028")),
        (SeatsBody, idle(), "member 007", Selection(seat="s-0007", member="m-0007")),
        (SeatsBody, idle(), "30", Selection(seat="s-0030")),
        (SpeakersBody, with_floor(idle()), "TREASURER", Selection(speaker="treasurer")),
        (AgendaBody, idle(), "3.1", Selection(item="i-3-1")),
        (AgendaBody, idle(), "tax rates", Selection(item="i-3")),
        (ResultsBody, day(), "first", Selection(vote="first", item="i-1")),
        (ResultsBody, day(), "T1", Selection(vote="trial", item="i-1")),
        (SecretaryVotesBody, day(), "papers", Selection(vote="papers", item="i-1")),
    ],
)
def test_finding_selects(body: type[Body], known: Snapshot, text: str, selection: Selection) -> None:
    """By name, seat, number or title; what is nowhere, or nothing, changes nothing."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        assert host.body.find(text)
        await pilot.pause()
        assert host.body.selection == selection
        assert not host.body.find("nobody of that name")
        assert host.body.find("")
        assert host.body.selection == selection

    run(body, known, drive)


def test_a_name_is_found_in_the_named_list_of_the_selected_vote() -> None:
    """Where no vote has it; the selection stays."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        assert "Member 039" not in text_of(host)
        assert host.body.find("member 039")
        await pilot.pause()
        assert "Member 039" in text_of(host)
        assert host.body.selection.vote == "v-2"

    run(ResultsBody, with_vote("closed"), drive, (50, 12))


def test_enter_asks_for_details_and_a_click_only_selects() -> None:
    """Neither commits anything."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        assert host.heard[-1] == "chosen"
        body = host.body
        assert isinstance(body, TableBody)
        await pilot.click(body.list, offset=(5, 3))  # the third row below the titles
        assert body.selection.seat == "s-0001"
        assert host.heard[-1] == "moved"
        await pilot.click(body.list, offset=(5, 0))  # the titles
        assert body.selection.seat == "s-0001"
        assert body.details()[0].startswith("Seat 1 · Member 001 Surname · ok")

    run(SeatsBody, with_health(idle()), drive)


def test_details_of_a_member_name_each_column() -> None:
    """Those that a narrow screen leaves out, too."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        assert host.body.find("001")
        assert host.body.details() == (
            "seat: 1",
            "name: Member 001 Surname",
            "group: B",
            "state: present",
            "last votes: ▲▲▲",
        )
        host.tell(Snapshot())
        await pilot.pause()
        assert host.body.details() == ()

    run(AttendanceBody, day(), drive, (40, 12))


def test_three_thousand_rows_cost_what_is_on_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """From one end to the other; a key writes no row that is not to be seen, and news of others none at all."""
    written: list[str] = []
    write = Table.written

    def noted(self: Table, row: Row) -> list[tuple[str, bool]]:
        written.append(row.key)
        return write(self, row)

    monkeypatch.setattr(Table, "written", noted)

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        await pilot.press("end")
        await pilot.pause()
        assert host.body.selection.member == "m-2999"
        assert "Member 2999" in text_of(host)
        written.clear()
        await pilot.press("up")
        await pilot.pause()
        assert 0 < len(written) <= 3 * 24
        written.clear()
        host.tell(replace(host.known, now=replace(host.known.now, ts=NOON_MS + 1_000)))
        await pilot.pause()
        assert not written

    run(AttendanceBody, idle(3_000), drive)


def test_pages_go_as_far_as_the_screen_shows() -> None:
    """And no further than the last row."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        await pilot.press("pagedown")
        first = host.body.selection.seat
        await pilot.press("pagedown", "pagedown", "pagedown")
        assert host.body.selection.seat == "s-0039"
        await pilot.press("home")
        assert host.body.selection.seat == "s-0003"
        assert first not in {"s-0003", "s-0039"}

    run(SeatsBody, with_health(idle()), drive, (80, 24))


@pytest.mark.parametrize("screen", BODIES)
@pytest.mark.parametrize("size", [(10, 4), (40, 12)])
def test_every_screen_is_drawn_in_every_size_with_hostile_names(screen: str, size: tuple[int, int]) -> None:
    """No markup acts, no control reaches the terminal, no line is wider than the screen; nor with nobody there."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        full = hostile(with_health(with_floor(with_vote("closed"))))
        for known in (full, Snapshot(), idle(0), hostile(with_vote("closed", 1))):
            host.tell(known)
            await pilot.press("end", "tab", "home")
            lines = text_of(host).split("\n")
            assert all(line.isprintable() and cell_len(line) <= size[0] for line in lines)
        assert host.is_running

    run(BODIES[screen], hostile(idle()), drive, size)


def test_markup_in_a_name_is_written_as_it_stands() -> None:
    """Also where it would quit."""

    async def drive(host: Host, _pilot: Pilot[None]) -> None:
        assert "[red]Member[/red] [@click=app.quit]X[/]" in text_of(host)

    run(AttendanceBody, hostile(idle()), drive, (120, 60))


@pytest.mark.parametrize("screen", BODIES)
def test_without_colours_and_in_plain_characters(screen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR needs a style on every segment; every sign has a character of ASCII."""
    monkeypatch.setenv("NO_COLOR", "1")

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        await pilot.press("down")
        assert host.no_color
        assert text_of(host).isascii()

    run(BODIES[screen], with_health(with_floor(with_vote("closed", 12))), drive, (200, 60), ascii_only=True)


def test_the_selected_row_is_turned_round_in_every_theme() -> None:
    """Not by colour alone; and another theme draws all anew."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        body = host.body
        assert isinstance(body, TableBody)
        for theme in ("textual-dark", "textual-light"):
            host.theme = theme
            await pilot.pause()
            turned = [
                all(segment.style is not None and segment.style.reverse for segment in body.list.render_line(line))
                for line in range(4)
            ]
            assert turned == [False, False, True, False]
            ground = body.list.render_line(1)
            assert {segment.style.bgcolor.name for segment in ground if segment.style and segment.style.bgcolor} == {
                "#0f1419" if theme == "textual-dark" else "#ffffff"
            }

    run(AgendaBody, idle(), drive)


def test_the_secretary_sees_above_the_members_what_waits() -> None:
    """Only this desk does."""
    waiting = (WaitingNow("a", "vote-void", "chair", "secretary"),)
    known = replace(idle(officer="secretary"), now=replace(idle().now, waiting=waiting))
    said = "The voiding of a vote by The chair waits for you: acknowledge it."

    async def secretary(host: Host, _pilot: Pilot[None]) -> None:
        assert said in text_of(host)
        assert host.body.selection.member == "m-0005"

    async def chair(host: Host, _pilot: Pilot[None]) -> None:
        assert said not in text_of(host)

    run(SecretaryAttendanceBody, known, secretary)
    run(AttendanceBody, known, chair)


def test_the_package_shows_progress_and_keeps_its_place_in_the_draft() -> None:
    """New lines of progress move no reader."""

    async def drive(host: Host, pilot: Pilot[None]) -> None:
        body = host.body
        assert isinstance(body, SecretaryPackageBody)
        assert "Nothing was exported yet from this desk." in text_of(host)
        assert body.find("MEMBER 039") or body.find("Any other business")
        await pilot.pause()
        place = body.draft.scroll_offset.y
        assert place > 0
        body.progress = ("Exported: 12 files.", "Signed with the card.")
        host.tell(host.known)
        await pilot.pause()
        assert "  Signed with the card." in text_of(host)
        assert body.draft.scroll_offset.y == place
        assert body.details()[1:3] == ("  Exported: 12 files.", "  Signed with the card.")
        assert body.selection == Selection()

    run(SecretaryPackageBody, with_vote("closed", 67), drive, (60, 16))
