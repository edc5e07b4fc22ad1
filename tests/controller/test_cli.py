"""The command line: its words, exit codes and JSON, and what it loads."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from controller import replay as replay_module
from controller.cli import COMMANDS, EXIT_CODES, exit_code_of, main
from controller.mqtt.bus import BrokerUnreachable
from controller.officer import ActRefused
from controller.package_reader import read_package
from protocol import errors
from protocol.errors import ChamberError
from protocol.messages import Refusal
from protocol.words import root_words
from tests.controller.test_replay import small, written
from tests.protocol.chamber_builder import ROOT_KEY
from tests.protocol.package_forger import Files, one_sitting, package, rebuild, resign

LOG = one_sitting()
GOOD = package(LOG)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are English, whatever this machine speaks."""
    monkeypatch.setenv("CHAMBER_LANGUAGE", "en")


class Done:
    """What a run of the command line gave."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        document: dict[str, Any] = json.loads(self.out)
        return document


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `chamber` with arguments, in this process."""

    def run_chamber(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["chamber", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run_chamber


def folder(place: Path, files: Files = GOOD) -> Path:
    """A package on the disk."""
    for path, data in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(data)
    return place


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )


# --- Help and usage.


@pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
def test_help_lists_every_command(run: Any, arguments: list[str]) -> None:
    """From the table, without loading them."""
    done = run(*arguments)
    assert done.code == 0
    assert all(f"  {name} " in done.out for name in COMMANDS)


@pytest.mark.parametrize("command", ["verify", "replay", "export"])
def test_help_of_a_command(run: Any, command: str) -> None:
    """With its options."""
    done = run(command, "--help")
    assert done.code == 0
    assert "--json" in done.out


def test_version(run: Any) -> None:
    """The distribution's."""
    done = run("--version")
    assert done.code == 0
    assert done.out.startswith("chamber, version ")


@pytest.mark.parametrize(
    "arguments",
    [["weather"], ["verify"], ["verify", "--nothing"], ["replay"], ["export"], ["verify", "a", "b"], ["--nothing"]],
)
def test_usage(run: Any, arguments: list[str]) -> None:
    """Exit 2 and words on standard error."""
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err


# --- verify.


def test_verify_json(run: Any, tmp_path: Path) -> None:
    """The shape that machines read."""
    words = root_words(ROOT_KEY.public)
    done = run("verify", folder(tmp_path / "v1"), "--root", words, "--json")
    assert done.code == 0
    assert done.document == {
        "verdict": "verified", "root": "confirmed", "sitting": "sitting-1", "votes": 2, "ballots": 6, "void": 2,
        "witnesses": [], "problem": None,
    }  # fmt: skip
    assert done.err == ""


def test_verify_tells_each_vote(run: Any, tmp_path: Path) -> None:
    """With the sentence that explains it, and asks for the words on the wall."""
    done = run("verify", folder(tmp_path / "v1"))
    assert done.code == 0
    assert "Needed 3: more than half of the 5 seats fixed by law" in done.out
    assert "unconfirmed" in done.err


def test_verify_of_a_zip(run: Any, tmp_path: Path) -> None:
    """An archive is as good as a folder."""
    with zipfile.ZipFile(tmp_path / "v1.zip", "w") as archive:
        for path, data in GOOD.items():
            archive.writestr(path, data)
    assert run("verify", tmp_path / "v1.zip", "--json").document["verdict"] == "verified"


def test_unfinished_package_exits_0(run: Any, tmp_path: Path) -> None:
    """It holds as far as it goes."""
    done = run("verify", folder(tmp_path / "v1", package(one_sitting(close=False))), "--json")
    assert (done.code, done.document["verdict"]) == (0, "unfinished")


def test_refused_package_exits_7(run: Any, tmp_path: Path) -> None:
    """With step, file and reason, for machines and for people."""
    place = folder(tmp_path / "v1", resign({**GOOD, "votings.csv": b"sitting\r\n"}))
    done = run("verify", place, "--json")
    assert (done.code, done.document["verdict"]) == (7, "refused")
    assert done.document["problem"] == {
        "step": "derived", "file": "votings.csv", "reason": "not what the evidence gives",
    }  # fmt: skip
    done = run("verify", place)
    assert done.code == 7
    assert "votings.csv" in done.out + done.err
    assert "derived" in done.out + done.err


def test_wrong_words_exit_7(run: Any, tmp_path: Path) -> None:
    """Whatever else is right."""
    done = run("verify", folder(tmp_path / "v1"), "--root", "babab-babab", "--json")
    assert (done.code, done.document["root"], done.document["problem"]["step"]) == (7, "unconfirmed", "trust")


def test_newer_package_exits_7(run: Any, tmp_path: Path) -> None:
    """Not verified is not verified; the verdict says why."""
    from protocol.jws import seal  # noqa: PLC0415 - one use
    from tests.protocol.chamber_builder import officer_key  # noqa: PLC0415 - one use

    leaf = seal("weather", b'{"v":1}', officer_key("chair"))
    done = run("verify", folder(tmp_path / "v1", rebuild(GOOD, [*LOG.leaves, leaf])), "--json")
    assert (done.code, done.document["verdict"]) == (7, "newer-verifier-needed")


def test_hostile_packages_exit_7(run: Any, tmp_path: Path) -> None:
    """A link, a name that leaves the folder, a file of ten gigabytes."""
    place = folder(tmp_path / "v1")
    (place / "evidence" / "more").symlink_to("/etc")
    done = run("verify", place, "--json")
    assert (done.code, done.document["problem"]["file"]) == (7, "evidence/more")
    with zipfile.ZipFile(tmp_path / "v1.zip", "w") as archive:
        archive.writestr("../../x", b"x")
    done = run("verify", tmp_path / "v1.zip", "--json")
    assert (done.code, done.document["problem"]["step"]) == (7, "manifest")
    (place / "evidence" / "more").unlink()
    with (place / "session.json").open("r+b") as file:
        file.truncate(10 * 1024**3)
    done = run("verify", place, "--json")
    assert (done.code, done.document["problem"]["file"]) == (7, "session.json")
    assert run("verify", place).code == 7


def test_what_is_no_package_exits_3(run: Any, tmp_path: Path) -> None:
    """Nothing there, or something else."""
    (tmp_path / "file").write_bytes(b"hello")
    for place in (tmp_path / "none", tmp_path / "file", "/dev/null"):
        done = run("verify", place, "--json")
        assert (done.code, done.out) == (3, "")
        assert done.err.startswith("chamber: ")


def test_empty_folder_exits_7(run: Any, tmp_path: Path) -> None:
    """The manifest is the first thing that is missing."""
    done = run("verify", tmp_path, "--json")
    assert (done.code, done.document["problem"]["file"]) == (7, "manifest.json")


LOADED = """
import sys
before = set(sys.modules)
sys.argv = ["chamber", "verify", sys.argv[1], "--json"]
from controller.cli import main
try:
    main()
finally:
    loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
    sys.stderr.write("\\n".join(sorted(loaded)))
"""


def test_verify_needs_no_extra(tmp_path: Path) -> None:
    """Beyond the standard library and our own packages it loads click, nacl and cryptography alone."""
    done = python(LOADED, str(folder(tmp_path / "v1")))
    assert done.returncode == 0, done.stderr
    loaded = [name for name in done.stderr.split() if name not in sys.stdlib_module_names]
    names = {name for name in loaded if not name.startswith("_")}  # `_openssl` and the like are parts of those three
    assert names - {"protocol", "controller"} <= {"click", "nacl", "cryptography", "cffi"}


# --- replay and export.


def test_replay_json(run: Any, tmp_path: Path) -> None:
    """The shape that machines read, and a package that verifies; the kept directory exports another version."""
    path = written(tmp_path, small())
    out, house = tmp_path / "out", tmp_path / "house"
    done = run("replay", path, "--out", out, "--dir", house, "--json")
    assert done.code == 0, done.err
    document = done.document
    assert list(document) == ["votes", "differences", "explained", "skipped", "package", "seconds", "records"]
    assert list(document["votes"][0]) == [
        "id", "for", "against", "abstain", "not_voting", "absent", "recused", "casting", "outcome", "why", "needed",
    ]  # fmt: skip
    assert run("verify", document["package"], "--json").document["verdict"] == "verified"
    sitting = Path(document["package"]).parent.name
    again = run("export", sitting, "--dir", house, "--json")
    assert again.code == 0, again.err
    assert again.document["package"] == str(house / "packages" / sitting / "v1")
    assert read_package(Path(again.document["package"])).keys() == read_package(Path(document["package"])).keys()
    assert run("export", sitting, "--dir", house).out.strip().endswith("/v2")
    assert run("export", "sitting-9", "--dir", house).code == 4
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    assert run("export", sitting, "--dir", house, "--out", blocked / "x").code == 3


def test_replay_that_differs_exits_6(run: Any, tmp_path: Path) -> None:
    """A printed figure that the file does not explain."""
    document = small()
    document["votes"] = document["votes"][:1]
    document["votes"][0]["official"]["yes"] = 5
    done = run("replay", written(tmp_path, document), "--out", tmp_path / "out", "--json")
    assert done.code == 6
    assert done.document["differences"] == [{"vote": "2024/1", "field": "yes", "official": 5, "ours": 2}]
    done = run("replay", written(tmp_path, document), "--out", tmp_path / "out")
    assert done.code == 6
    assert "2024/1" in done.out + done.err


def test_replay_without_named_votes_exits_0(run: Any, tmp_path: Path) -> None:
    """All skipped."""
    document = small()
    document["votes"] = [document["votes"][4]]
    done = run("replay", written(tmp_path, document), "--json")
    assert (done.code, len(done.document["skipped"]), done.document["package"]) == (0, 1, "")


@pytest.mark.parametrize("text", ["{", "[]", '{"members":[],"votes":[]}', ""])
def test_malformed_sitting_exits_3(run: Any, tmp_path: Path, text: str) -> None:
    """With words, without a traceback, before anything is started."""
    path = tmp_path / "sitting.json"
    path.write_text(text, encoding="utf-8")
    done = run("replay", path, "--json")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("chamber: ")
    assert run("replay", tmp_path / "none.json").code == 3


def test_replay_to_an_unwritable_place_exits_3(run: Any, tmp_path: Path) -> None:
    """Found out before the sitting."""
    (tmp_path / "file").write_bytes(b"")
    done = run("replay", written(tmp_path, small()), "--out", tmp_path / "file" / "out")
    assert (done.code, done.out) == (3, "")


@pytest.mark.parametrize(
    ("url", "code"), [("mqtt://127.0.0.1:1", 5), ("ftp://127.0.0.1", 3), ("nonsense", 3), ("mqtt://127.0.0.1:x", 3)]
)
def test_replay_by_a_broker_that_is_none(run: Any, tmp_path: Path, url: str, code: int) -> None:
    """Not there, or no address at all."""
    done = run("replay", written(tmp_path, small()), "--out", tmp_path / "out", "--broker", url)
    assert done.code == code
    assert done.err.startswith("chamber: ")


def test_export_from_a_place_without_a_controller(run: Any, tmp_path: Path) -> None:
    """No keys, no store: configuration."""
    done = run("export", "sitting-1", "--dir", tmp_path / "none")
    assert (done.code, done.out) == (3, "")
    assert not (tmp_path / "none").exists()


def test_interrupted_exits_130(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real signal in the middle of a replay."""

    async def never(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()

    monkeypatch.setattr(replay_module, "replay_sitting", never)
    done = run("replay", written(tmp_path, small()), "--out", tmp_path / "out")
    assert (done.code, done.out, done.err.strip()) == (130, "", "interrupted")


def test_missing_extra_exits_3(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words name what to install."""
    monkeypatch.setitem(sys.modules, "controller.export", None)
    done = run("export", "sitting-1", "--dir", tmp_path)
    assert done.code == 3
    assert "pip install" in done.err


def test_every_error_has_its_exit_code() -> None:
    """Errors of a person's making have one; bugs have none and show themselves."""
    assert exit_code_of(ZeroDivisionError()) is None
    assert exit_code_of(BrokerUnreachable("mqtt://x", "no")) == 5
    assert exit_code_of(ActRefused("vote-close", Refusal("A" * 43, "size", 1, "", ()))) == 4
    assert exit_code_of(ChamberError("?", "something-new")) == 1
    assert {exit_code_of(ChamberError("?", code)) for code in EXIT_CODES} <= {1, 3, 4, 5}
    assert exit_code_of(errors.WrongOrder("?")) == 1
