"""Start mosquitto as a child process, with a configuration like the production one.

Only this machine's loopback address is listened on, on a port that was free a moment ago.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

START_MAX_S = 10.0

CONFIGURATION = """\
per_listener_settings false
allow_anonymous true
persistence true
persistence_location {directory}/
autosave_interval 1
autosave_on_changes false
max_inflight_messages 1000
max_queued_messages 100000
max_packet_size 262144
max_keepalive 120
set_tcp_nodelay true
log_dest file {directory}/mosquitto.log
log_type error
{user}
listener {port} 127.0.0.1
"""


def require_mosquitto() -> str:
    """Return the path of mosquitto; without one skip, or fail where independent tools are required."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        reason = "mosquitto is not on PATH"
        if os.environ.get("CHAMBER_REQUIRE_INDEPENDENT") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def find_free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Mosquitto:
    """A broker that can be stopped and started again on the same port and files."""

    program: str
    directory: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait until its port answers."""
        # As root mosquitto would change its user and not be able to write its files.
        user = "user root" if os.geteuid() == 0 else ""
        configuration = self.directory / "mosquitto.conf"
        configuration.write_text(CONFIGURATION.format(directory=self.directory, port=self.port, user=user))
        self.process = subprocess.Popen([self.program, "-c", str(configuration)])
        deadline_s = time.monotonic() + START_MAX_S
        while time.monotonic() < deadline_s:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
            else:
                return
        self.kill()
        pytest.fail("mosquitto did not start")

    def stop(self) -> None:
        """End the process properly; it writes its sessions."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(START_MAX_S)
            self.process = None

    def kill(self) -> None:
        """End the process at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(START_MAX_S)
            self.process = None


@contextmanager
def run_mosquitto(directory: Path) -> Iterator[Mosquitto]:
    """Run mosquitto with its files in `directory`."""
    broker = Mosquitto(require_mosquitto(), directory, find_free_port())
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
