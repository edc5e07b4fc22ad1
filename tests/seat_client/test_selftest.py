"""The self-test and the command line."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from seat_client.cli import main
from seat_client.key_file import write_key_file
from seat_client.selftest import Verdict, examine
from tests.seat_client.test_broker import listen
from tests.seat_client.test_settings import GOOD, write


def results(verdict: Verdict) -> dict[str, bool]:
    """Check names and whether they passed."""
    return {check.name: check.ok for check in verdict.checks}


def test_good_seat_is_ready(tmp_path: Path) -> None:
    """Every check passes; the verdict for machines says so too."""
    write_key_file(tmp_path / "device.key", bytes(32))

    async def run() -> Verdict:
        bus = await listen()
        verdict = await examine(write(tmp_path, GOOD.replace("mqtt://127.0.0.1:1883", bus.url)))
        await bus.stop()
        return verdict

    verdict = asyncio.run(run())
    assert all(results(verdict).values()), verdict
    assert verdict.code == 0
    assert verdict.as_json()["verdict"] == "ready"


def test_figures_are_measured_when_asked_for(tmp_path: Path) -> None:
    """Named with their units; a seat whose reader is software has none of the reader's."""
    write_key_file(tmp_path / "device.key", bytes(32))
    verdict = asyncio.run(examine(write(tmp_path, GOOD), figures=True))
    assert set(verdict.as_json()["figures"]) == {"import_s", "press_to_wire_ms", "journal_ms"}
    assert all(figure > 0 for figure in verdict.figures.values())


@pytest.mark.parametrize(
    ("spoil", "check", "code"),
    [("settings", "settings", 3), ("key", "key", 3), ("journal", "journal", 1), ("broker", "broker", 5)],
)
def test_failed_check_gives_its_code(tmp_path: Path, spoil: str, check: str, code: int) -> None:
    """Configuration 3, reach 5, anything else 1; the gravest counts."""
    write_key_file(tmp_path / "device.key", bytes(32))
    path = write(tmp_path, "" if spoil == "settings" else GOOD)
    if spoil == "key":
        (tmp_path / "device.key").chmod(0o644)
    if spoil == "journal":
        (tmp_path / "journal").write_bytes(b"rubbish")

    async def run() -> Verdict:
        bus = await listen()
        if spoil != "broker":
            path.write_text(path.read_text().replace("mqtt://127.0.0.1:1883", bus.url))
        else:
            path.write_text(path.read_text().replace("1883", "1"))
        verdict = await examine(path)
        await bus.stop()
        return verdict

    verdict = asyncio.run(run())
    assert not results(verdict)[check]
    assert verdict.code == code


def test_clock_of_1970_is_found(tmp_path: Path) -> None:
    """A clock that was never set."""
    verdict = asyncio.run(examine(write(tmp_path, ""), now_s=lambda: 12.0))
    assert not results(verdict)["clock"]


def test_command_prints_a_verdict(tmp_path: Path) -> None:
    """Lines for people, one object for machines, the exit code for both."""
    path = write(tmp_path, "")
    plain = CliRunner().invoke(main, ["selftest", "--settings", str(path)])
    machine = CliRunner().invoke(main, ["selftest", "--settings", str(path), "--json"])
    assert plain.output.splitlines()[-1] == "not ready"
    assert json.loads(machine.output)["verdict"] == "not-ready"
    assert plain.exit_code == machine.exit_code == 3


def test_run_without_settings_is_a_configuration_error(tmp_path: Path) -> None:
    """Exit code 3 and the reason on standard error."""
    result = CliRunner().invoke(main, ["run", "--settings", str(tmp_path / "none.toml")])
    assert result.exit_code == 3
    assert "none.toml" in result.stderr


@pytest.mark.parametrize("command", ["run", "selftest"])
def test_hardware_without_its_libraries_says_what_to_install(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seat of software needs none of them."""
    monkeypatch.setitem(sys.modules, "serial", None)
    for name in [name for name in sys.modules if name.startswith("seat_client.nfc")]:
        monkeypatch.delitem(sys.modules, name)
    write_key_file(tmp_path / "device.key", bytes(32))
    path = write(tmp_path, GOOD.replace('reader = "software:"', 'reader = "/dev/pts/0"'))
    done = CliRunner().invoke(main, [command, "--settings", str(path)])
    assert done.exit_code == 3
    assert "serial is not installed" in done.output
    assert "seat-hardware" in done.output
