"""`chamber status --seats` against a running controller, and the seats it asks about."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from controller import seat_watch
from controller.officer_broker import OfficerLine
from controller.procedures.line import OfficerUnknown
from controller.seat_watch import places_of, watching_officer
from protocol.seat_status import GONE, SeatStatus, write_status
from protocol.topics import Party, Topics, Way, client_id
from tests.controller.act_room import LiveHouse, live_house
from tests.controller.installation_room import Done, runner
from tests.controller.paper_client import view_of
from tests.protocol.chamber_builder import found_log, open_chamber

TOPICS = Topics("kikinda", "skupstina")
SEATS = ["s1", "s2", "s3", "s4", "s5", "s6"]


@pytest.fixture(name="run")
def run_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """`chamber`, in this process."""
    return runner(monkeypatch, capsys)


@pytest.fixture(name="house")
def house_of(tmp_path: Path) -> Iterator[LiveHouse]:
    """A live house with a roster of six seats."""
    with live_house(tmp_path / "house") as house:
        house.submit_roster()
        yield house


def publish(url: str, **statuses: bytes) -> None:
    """Every seat publishes its retained status, over a line of its own, and goes."""

    async def say(seat: str, payload: bytes) -> None:
        line = OfficerLine(url, client_id(Party.SEAT, seat), [(TOPICS.of(Party.SEAT, seat, Way.DOWN), 1)])

        async def listen() -> None:
            async for _message in line.messages():
                pass

        listening = asyncio.create_task(listen())
        await line.connected.wait()
        assert line._client is not None  # noqa: SLF001 - an officer's line retains nothing, a seat's status is retained
        await line._client.publish(TOPICS.of(Party.SEAT, seat, Way.STATUS), payload, qos=1, retain=True)  # noqa: SLF001 - as above
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    async def play() -> None:
        async with asyncio.timeout(30):
            for seat, payload in statuses.items():
                await say(seat, payload)

    asyncio.run(play())


def test_every_seat_of_the_roster_is_told(house: LiveHouse, run: Callable[..., Done]) -> None:
    """Before the opening too, when it is needed most."""
    said = dict.fromkeys(SEATS, write_status(SeatStatus("online")))
    publish(house.url, **said | {"s2": write_status(SeatStatus("fault", "reader-gone")), "s3": GONE})
    done = run("status", "--seats", *house.options)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "s2 (Row s2): its reader cannot be opened", "s3 (Row s3): offline", "Seats that are well: 4 of 6.",
    ]  # fmt: skip
    found = json.loads(run("status", "--seats", "--json", *house.options).out)
    assert (found["body"], found["well"], found["of"]) == ("skupstina", 4, 6)
    assert [one["seat"] for one in found["seats"]] == SEATS


def test_seat_that_never_spoke_is_silent(
    house: LiveHouse, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look ends by itself."""
    monkeypatch.setattr(seat_watch, "SETTLE_S", 0.05)
    done = run("status", "--seats", "--json", *house.options)
    found = json.loads(done.out)
    assert (done.code, found["well"]) == (0, 0)
    assert {one["condition"] for one in found["seats"]} == {"silent"}


def test_no_controller_exits_5(tmp_path: Path, run: Callable[..., Done]) -> None:
    """With words."""
    with live_house(tmp_path) as house:
        options = house.options
    done = run("status", "--seats", *options)
    assert (done.code, done.out) == (5, "")
    assert "no controller answers at " in done.err


def test_unknown_officer_exits_3(house: LiveHouse, run: Callable[..., Done]) -> None:
    """The officers there are, are told."""
    done = run("status", "--seats", "--as", "nobody", *house.options)
    assert (done.code, done.out) == (3, "")
    assert "there are: chair, deputy, secretary, operator" in done.err


def test_missing_key_exits_3(house: LiveHouse, run: Callable[..., Done]) -> None:
    """An operator looks if there is one, with the own key."""
    (house.directory / "keys" / "officer-operator.key").unlink()
    done = run("status", "--seats", *house.options)
    assert (done.code, done.out) == (3, "")
    assert "officer-operator.key" in done.err


def test_secretary_looks_where_there_is_no_operator() -> None:
    """Or whoever is asked for; nobody else."""
    view = view_of(found_log())
    assert watching_officer(view) == "operator"
    del view.state.officers["operator"]
    assert watching_officer(view) == "secretary"
    assert watching_officer(view, "chair") == "chair"
    with pytest.raises(OfficerUnknown):
        watching_officer(view, "nobody")


def test_places_are_those_in_force_or_else_of_the_first_roster() -> None:
    """None without a sitting."""
    log = found_log()
    assert places_of(view_of(log), None) == {}
    log.prepare()
    before = places_of(view_of(log), log.here)
    opened = open_chamber()
    assert before
    assert places_of(view_of(opened), opened.here) == before
