"""`chamber controller`: all bodies or none, each with its name, until a signal ends it cleanly."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from controller import serving
from controller.attesting import Attester
from controller.card_register import CardRegister, RegisteredCard, write_register
from controller.founding import officer_key
from controller.installation import read_installation
from controller.officer import OfficerClient
from controller.recovery import Damaged
from controller.service import Service
from controller.serving import BodyFailed, serve_installation
from controller.store import Store
from protocol.checkpoint import Checkpoint, sign_checkpoint
from tests.controller.installation_room import ASSEMBLY, EXECUTIVE, HEAD, Done, found, runner, write_installation

WAIT_S = 30


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run `chamber` in this process."""
    return runner(monkeypatch, capsys)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """An installation with two founded bodies."""
    found(write_installation(tmp_path / "house"))
    return tmp_path / "house"


@contextmanager
def controller_process(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """`chamber controller --json` in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from controller.cli import main; main()", "controller", "--dir", directory, "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "CHAMBER_LANGUAGE": "en"},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def taken_port() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield int(taken.getsockname()[1])


def can_connect(url: str) -> bool:
    """True if somebody listens there."""
    host, _, port = url.removeprefix("mqtt://").rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_served_until_a_signal(house: Path, run: Callable[..., Done], number: signal.Signals) -> None:
    """A line of JSON for each body, the words for people beside it, exit 0; meanwhile no second controller."""
    with controller_process(house) as process:
        assert process.stdout is not None
        lines = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert [list(line) for line in lines] == [["ready", "body", "url", "size"]] * 2
        assert [(line["ready"], line["body"], line["size"]) for line in lines] == [
            (True, "skupstina", 3), (True, "vece", 3),
        ]  # fmt: skip
        assert lines[0]["url"] != lines[1]["url"]
        assert all(can_connect(line["url"]) for line in lines)
        second = run("controller", "--dir", house)
        assert (second.code, second.out) == (5, "")
        assert second.err.startswith("chamber: skupstina: another controller is running")
        process.send_signal(number)
        out, err = process.communicate(timeout=WAIT_S)
        assert (process.returncode, out) == (0, "")
        for founding, line in zip(found(house), lines, strict=True):
            assert f"{line['body']}: serving at {line['url']}" in err
            assert f"{line['body']}: root words {founding.root_words}" in err
            assert f"{line['body']}: records in the log 3, sitting at hand: none" in err
    assert not any(can_connect(line["url"]) for line in lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_signal_before_it_serves_exits_130(
    house: Path, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """A start cut short is no clean end; the signals are afterwards as they were."""
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)

    @asynccontextmanager
    async def never(_installation: object) -> AsyncIterator[tuple[()]]:
        os.kill(os.getpid(), number)
        await asyncio.Event().wait()
        yield ()

    monkeypatch.setattr(serving, "serve_installation", never)
    done = run("controller", "--dir", house)
    assert (done.code, done.out, done.err.strip()) == (130, "", "interrupted")
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_taken_port_names_the_body_and_stops_all(tmp_path: Path, run: Callable[..., Done]) -> None:
    """Exit 5; the other body's store is free again."""
    with taken_port() as port:
        text = HEAD + ASSEMBLY + EXECUTIVE.replace(
            "statutory", f'broker = "embedded://127.0.0.1:{port}"\nstatutory'
        )  # fmt: skip
        found(write_installation(tmp_path, text))
        done = run("controller", "--dir", tmp_path)
    assert (done.code, done.out) == (5, "")
    assert done.err.startswith(f"chamber: vece: mqtt://127.0.0.1:{port}")
    store = Store(tmp_path)
    store.claim()
    store.close()


def test_unfounded_body_is_refused_and_makes_no_store(tmp_path: Path, run: Callable[..., Done]) -> None:
    """Added to the file, not yet founded: exit 3, and the line says what to run."""
    found(write_installation(tmp_path, HEAD + ASSEMBLY))
    write_installation(tmp_path)
    done = run("controller", "--dir", tmp_path)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("chamber: vece: ")
    assert "chamber init" in done.err
    assert not (tmp_path / "bodies").exists()


def test_no_installation_exits_3(tmp_path: Path, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made in a directory that holds none, given or of the environment."""
    monkeypatch.setenv("CHAMBER_DIR", str(tmp_path))
    for arguments in ((), ("--dir", tmp_path / "none")):
        done = run("controller", *arguments)
        assert (done.code, done.out) == (3, "")
        assert "chamber.toml" in done.err
    assert list(tmp_path.iterdir()) == []


def test_renamed_body_is_refused(house: Path, run: Callable[..., Done]) -> None:
    """The log says another name than the file."""
    write_installation(house, HEAD + ASSEMBLY + EXECUTIVE.replace("2024-2028", "2028-2032"))
    done = run("controller", "--dir", house)
    assert done.code == 3
    assert "chamber: vece: " in done.err
    assert "kikinda/vece/2024-2028" in done.err


def damage(place: Path) -> None:
    """Another file than a database."""
    (place / "store.sqlite3").write_bytes(b"no database" * 100)


def put_behind(place: Path) -> None:
    """A checkpoint in the second place that is newer than the log."""
    from controller.founding import read_keys  # noqa: PLC0415 - one use

    checkpoint = Checkpoint("chamber/kikinda/vece/2024-2028", 9, bytes(32))
    (place / "checkpoint").write_bytes(sign_checkpoint(checkpoint, read_keys(place / "keys").log))


def lose_key(place: Path) -> None:
    """The controller's key is gone."""
    (place / "keys" / "controller.key").unlink()


CARD = RegisteredCard("04782e21801d80", "m01", "ntag424", counter=True)


def spoil_register(place: Path) -> None:
    """A register of cards that somebody wrote by hand."""
    write_register(place, [CARD], bytes(16))
    (place / "cards.json").write_text('{"v":1,"cards":["04782e21801d80"]}', encoding="ascii")


def lose_master_key(place: Path) -> None:
    """A register without the key from which the keys of its cards come."""
    write_register(place, [CARD], bytes(16))
    (place / "keys" / "ntag424.key").unlink()


@pytest.mark.parametrize(
    ("harm", "code", "named"),
    [
        (damage, 5, "cannot open the store"), (put_behind, 3, "9 leaves"), (lose_key, 3, "controller.key"),
        (spoil_register, 3, "cards.json: card 1: write exactly"), (lose_master_key, 3, "ntag424.key"),
    ],
)  # fmt: skip
def test_body_that_cannot_start_stops_all(
    house: Path, run: Callable[..., Done], harm: Callable[[Path], None], code: int, named: str
) -> None:
    """With its name and what is wrong with it."""
    harm(house / "bodies" / "vece")
    done = run("controller", "--dir", house, "--json")
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("chamber: vece: ")
    assert named in done.err


def test_each_body_has_its_own_cards_and_none_is_a_demonstration(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The register beside its keys, none where there is none; a card that proves nothing never votes here."""
    write_register(house / "bodies" / "vece", [CARD], bytes(16))
    made: list[tuple[RegisteredCard | None, bool]] = []

    class Spy(Attester):
        def __init__(self, register: CardRegister, entropy: Callable[[int], bytes], *, demo: bool) -> None:
            made.append((register.find(CARD.uid), demo))
            super().__init__(register, entropy, demo=demo)

    monkeypatch.setattr(serving, "Attester", Spy)

    async def serve() -> None:
        async with asyncio.timeout(WAIT_S), serve_installation(read_installation(house)):
            pass

    asyncio.run(serve())
    assert made == [(None, False), (CARD, False)]


def test_body_that_fails_later_stops_all_with_its_name(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One log is gone in mid-sitting: nobody is served by half a house."""
    real = Service.run
    failing = asyncio.Event()

    async def run_until(service: Service) -> None:
        trust = service.recorder.memory.state.trust
        if trust is not None and trust.body == "vece":
            await failing.wait()
            raise Damaged("the log is gone")
        await real(service)

    monkeypatch.setattr(Service, "run", run_until)
    urls: list[str] = []

    async def serve() -> None:
        async with asyncio.timeout(WAIT_S), serve_installation(read_installation(house)) as bodies:
            urls.extend(body.url for body in bodies)
            failing.set()
            await asyncio.Event().wait()

    with pytest.raises(BodyFailed, match="vece: the log is gone") as caught:
        asyncio.run(serve())
    assert caught.value.code == "damaged"
    assert len(urls) == 2
    assert not any(can_connect(url) for url in urls)


def test_officers_reach_their_own_body(house: Path) -> None:
    """At the address that is told; the logs go on where they stood after a restart."""

    async def serve() -> list[int]:
        installation = read_installation(house)
        async with asyncio.timeout(WAIT_S), serve_installation(installation) as bodies:
            for body in bodies:
                keys = installation.folder_of(body.config.body) / "keys"
                root = body.service.recorder.memory.state.keys
                anchor = next(owner.key for owner in root.values() if owner.owner == "root")
                topics = installation.log_of(body.config.body).topics
                async with OfficerClient(
                    "chair", officer_key(keys, "chair"), anchor.thumbprint, topics, body.url
                ) as chair:
                    assert chair.desk.origin == f"chamber/kikinda/{body.config.body}/2024-2028"
            return [body.service.recorder.memory.state.size for body in bodies]

    assert asyncio.run(serve()) == [3, 3]
    assert asyncio.run(serve()) == [3, 3]


def test_export_asks_for_the_body(house: Path, run: Callable[..., Done]) -> None:
    """Where there are two; a name that is none is refused with the list, and what is not there is not exported."""
    done = run("export", "sitting-1", "--dir", house)
    assert (done.code, done.out) == (3, "")
    assert "skupstina, vece" in done.err
    assert run("export", "sitting-1", "--dir", house, "--body", "council").code == 3
    done = run("export", "sitting-1", "--dir", house, "--body", "vece")
    assert done.code == 4
    assert "sitting-1" in done.err


def test_export_of_a_body_without_an_installation(tmp_path: Path, run: Callable[..., Done]) -> None:
    """A directory of `replay` has one log and no bodies."""
    done = run("export", "sitting-1", "--dir", tmp_path, "--body", "vece")
    assert (done.code, done.out) == (3, "")
    assert "chamber.toml" in done.err
