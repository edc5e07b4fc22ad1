"""What the hall is shown in each state: no split before the close, nothing in camera; and what its server lets in."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import pytest

from controller.console.snapshot import Snapshot
from controller.desk.compose import for_the_hall
from controller.hall.board import Board
from controller.hall.compose import HallSettings, compose_scene
from controller.hall.moments import Memory, remember
from controller.hall.scene import HallScene
from controller.hall.server import make_app
from controller.hall.sizes import sizes_of
from controller.hall.tongues import Tongues
from controller.words import catalogue
from tests.controller.console.snapshots import idle, prepared, with_floor, with_vote

LIVE = ("armed", "open", "held", "last-call")


def shown(known: Snapshot, *before: Snapshot, languages: Sequence[str] = ("en",)) -> HallScene:
    """The scene of a moment, after those before."""
    memory = Memory()
    for moment in (*before, known):
        memory = remember(memory, for_the_hall(moment.now), moment.votes)
    tongues = Tongues(tuple(languages), tuple(catalogue(one) for one in languages), "sr-Cyrl")
    settings = HallSettings(tongues, "Town council")
    return compose_scene(known.house, for_the_hall(known.now), known.votes, memory, settings)


def words_of(scene: HallScene) -> str:
    """Everything a scene says, as one text."""
    return json.dumps(asdict(scene), ensure_ascii=False)


@pytest.mark.parametrize("phase", LIVE)
@pytest.mark.parametrize("answered", [0, 7, 32])
def test_no_split_is_shown_before_the_close(phase: str, answered: int) -> None:
    """No figures, no outcome, no mark of a seat, no name: at most how many have voted."""
    scene = shown(with_vote(phase, answered=answered), idle())
    assert (scene.figures, scene.outcome, scene.seats, scene.names) == ((), "", (), ())
    if scene.turnout is not None:
        assert scene.turnout.voted == answered


def test_the_question_is_shown_before_the_vote_with_what_it_needs() -> None:
    """In both languages of the screen."""
    scene = shown(with_vote("armed"), idle(), languages=("en", "sr-Cyrl"))
    assert "Amendments to the 2026 budget" in words_of(scene)
    assert len(scene.headline) == 2
    assert "20" in words_of(scene)


def test_the_result_shows_figures_outcome_and_why() -> None:
    """As soon as the vote has closed."""
    scene = shown(with_vote("closed", answered=32), with_vote("last-call", answered=32))
    assert scene.outcome == "adopted"
    assert scene.figures
    assert "Adopted" in words_of(scene)


def test_in_camera_the_screen_tells_nothing_but_that() -> None:
    """No item, no number of those here."""
    known = with_vote("open", answered=5)
    scene = shown(replace(known, now=replace(known.now, in_camera=1)))
    assert scene.state == "in-camera"
    assert "budget" not in words_of(scene)
    assert scene.turnout is None


def test_a_speaker_has_the_name_and_an_absolute_end() -> None:
    """So that the page's clock needs nobody."""
    scene = shown(with_floor(idle()))
    assert scene.state == "speaker"
    assert "Member 001 Surname" in words_of(scene)
    assert scene.ends_ms == with_floor(idle()).now.floor.current.deadline_ms  # type: ignore[union-attr]


def test_a_test_vote_looks_different() -> None:
    """Everywhere."""
    assert shown(with_vote("open", mode="test")).test
    assert not shown(with_vote("open")).test


def test_before_the_opening_there_is_no_sitting() -> None:
    """Nobody's name, no figure."""
    assert shown(prepared()).state == "no-sitting"


def get(path: str, host: str = "127.0.0.1") -> tuple[int, dict[str, str], str]:
    """(status, headers, text) of what the server answers."""
    tongues = Tongues(("en",), (catalogue("en"),), "sr-Cyrl")
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    async def ask() -> None:
        app = make_app(Board(), tongues, sizes_of(8.0, 1_070.0))
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
            "headers": [(b"host", host.encode())], "client": ("127.0.0.1", 9), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        await app(scope, receive, send)

    asyncio.run(ask())
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(one.get("body", b"") for one in sent[1:]).decode()


def test_the_page_asks_nobody_outside() -> None:
    """Strict headers, its own files only."""
    status, headers, text = get("/")
    assert status == 200
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "http://" not in text
    assert "https://" not in text


@pytest.mark.parametrize(
    ("path", "status"), [("/overlay", 200), ("/static/hall.js", 200), ("/static/../server.py", 404)]
)
def test_only_files_of_the_page_are_served(path: str, status: int) -> None:
    """Nothing beside them."""
    assert get(path)[0] == status


def test_another_host_is_refused() -> None:
    """A name that a stranger's page could be bound to."""
    assert get("/", host="evil.example")[0] >= 400
