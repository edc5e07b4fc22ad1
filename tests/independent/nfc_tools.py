"""Start the simulated reader, or a PC/SC daemon with a simulated card, and find other people's NFC software.

Python clients run in an interpreter of their own, named by CHAMBER_NFC_PYTHON, or in ours if it has them.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.independent.mosquitto import find_free_port

ROOT = Path(__file__).parents[2]
WAIT_S = 60.0
VPCD_DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
PCSCD_SOCKET = Path("/run/pcscd/pcscd.comm")
READER = "Virtual PCD 00 00"
OPEN_WITH_NFCPY = """
import sys, nfc, nfc.clf.pn532, nfc.clf.transport
frontend = nfc.ContactlessFrontend()
frontend.device = nfc.clf.pn532.init(nfc.clf.transport.TTY(sys.argv[1]))
target = frontend.sense(nfc.clf.RemoteTarget("106A"))
tag = nfc.tag.activate(frontend, target)
"""
"""The head of a script: nfcpy on the reader that its first argument names; leaves `frontend`, `target` and `tag`."""


def missing(reason: str) -> None:
    """Skip, or fail where independent tools are required."""
    if os.environ.get("CHAMBER_REQUIRE_INDEPENDENT") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def require_program(name: str) -> str:
    """The path of a program."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        missing(f"{name} is not on PATH")
    return found or ""


def require_python(*modules: str) -> str:
    """An interpreter that can import these modules."""
    python = os.environ.get("CHAMBER_NFC_PYTHON", sys.executable)
    done = subprocess.run(
        [python, "-c", f"import {', '.join(modules)}"],
        env={**os.environ, "BLINKA_OS_AGNOSTIC": "1"},
        capture_output=True,
        timeout=WAIT_S,
        check=False,
    )
    if done.returncode:
        missing(f"{python} (see CHAMBER_NFC_PYTHON) cannot import {', '.join(modules)}")
    return python


def run_script(python: str, script: str, *arguments: str) -> list[str]:
    """Run a script of a client and return the lines it printed."""
    done = subprocess.run(
        [python, "-c", script, *arguments],
        env={**os.environ, "BLINKA_OS_AGNOSTIC": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@dataclass
class Reader:
    """A simulated reader that runs as a process."""

    path: str
    process: subprocess.Popen[str]

    def move_card(self) -> None:
        """Lay the card down, or take it away."""
        self.process.send_signal(signal.SIGUSR1)

    def libnfc(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a tool of libnfc on this reader."""
        return subprocess.run(
            [require_program(program), *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )

    def environment(self) -> dict[str, str]:
        """What tells libnfc where the reader is."""
        return {**os.environ, "LIBNFC_DEFAULT_DEVICE": f"pn532_uart:{self.path}"}


@contextmanager
def run_reader(card: str, *options: str) -> Iterator[Reader]:
    """Run `python -m firmware_sim reader` with a card."""
    command = [sys.executable, "-m", "firmware_sim", "reader", "--card", card, *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Reader(process.stdout.readline().strip(), process)
        process.terminate()
        assert process.wait(WAIT_S) == 0
    finally:
        process.kill()
        process.wait(WAIT_S)
        process.stdout.close()


@contextmanager
def run_card(folder: Path, card: str) -> Iterator[None]:
    """Run pcscd with vpcd's virtual reader and `python -m firmware_sim card` in it."""
    daemon = require_program("pcscd")
    if not VPCD_DRIVER.exists():
        missing("vsmartcard-vpcd is not installed")
    if _answers(PCSCD_SOCKET):
        missing("a PC/SC daemon runs already, and its socket is the only one")
    if os.geteuid() != 0:
        missing("pcscd needs root")
    PCSCD_SOCKET.parent.mkdir(exist_ok=True)
    port = find_free_port()
    settings = folder / "reader.conf"
    settings.write_text(
        f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:{port:#x}\nLIBPATH {VPCD_DRIVER}\nCHANNELID {port:#x}\n'
    )
    processes = []
    try:
        with (folder / "pcscd.log").open("w") as log:
            processes.append(subprocess.Popen([daemon, "--foreground", "--config", str(settings)], stdout=log))
        _wait_until(lambda: _answers(PCSCD_SOCKET) and _listens(port), "pcscd did not start")
        command = [sys.executable, "-m", "firmware_sim", "card", card, "--vpcd", f"127.0.0.1:{port}"]
        processes.append(subprocess.Popen(command, cwd=ROOT))
        tool = require_program("opensc-tool")
        _wait_until(lambda: _sees_card(tool), "pcscd did not see the card")
        yield
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(WAIT_S)


def _sees_card(tool: str) -> bool:
    return subprocess.run([tool, "--reader", READER, "--atr"], capture_output=True, check=False).returncode == 0


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def _listens(port: int) -> bool:
    # A look at the table of sockets: a connection would be taken for the card.
    rows = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    return any(row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "0A" for row in rows)


def _wait_until(holds: object, failure: str) -> None:
    assert callable(holds)
    deadline_s = time.monotonic() + WAIT_S
    while not holds():
        if time.monotonic() > deadline_s:
            pytest.fail(failure)
        time.sleep(0.05)
