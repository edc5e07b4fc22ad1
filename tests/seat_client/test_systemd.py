"""What systemd is told, and the unit file that makes it listen."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seat_client.pulse import BEAT_S
from seat_client.systemd import Notifier, read_notifier

UNIT = Path(__file__).parents[2] / "deploy" / "chamber-seat.service"


@contextmanager
def manager(address: str) -> Iterator[socket.socket]:
    """The socket of a service manager."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + address[1:] if address.startswith("@") else address)
        listening.settimeout(5)
        yield listening


@pytest.fixture(name="address", params=["path", "abstract"])
def address_of(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Both forms of NOTIFY_SOCKET."""
    return str(tmp_path / "notify") if request.param == "path" else f"@chamber-test-{os.getpid()}"


def test_life_of_a_service_is_told(address: str) -> None:
    """Ready, alive with a line that is said only when it changes, stopping."""
    with manager(address) as listening:
        notifier = read_notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "10000000"})
        notifier.ready()
        for status in ("online", "online", "fault\nreader-gone"):
            notifier.kick(status)
        notifier.stopping()
        notifier.kick("online")
        told = [listening.recv(1_000) for _ in range(5)]
        listening.settimeout(0)
        with pytest.raises(BlockingIOError):
            listening.recv(1_000)
    assert told == [
        b"READY=1", b"WATCHDOG=1\nSTATUS=online", b"WATCHDOG=1", b"WATCHDOG=1\nSTATUS=fault reader-gone", b"STOPPING=1",
    ]  # fmt: skip
    assert notifier.watchdog_s == 10


@pytest.mark.parametrize("address", ["", "relative", "vsock:2:1234"])
def test_without_a_socket_of_ours_nothing_happens(address: str) -> None:
    """No manager, or one that is met another way."""
    notifier = Notifier(address)
    notifier.ready()
    notifier.kick("online")
    notifier.stopping()
    assert notifier.watchdog_s == 0


def test_manager_that_is_gone_does_no_harm(tmp_path: Path) -> None:
    """A seat votes whether or not anybody listens."""
    notifier = Notifier(str(tmp_path / "nobody"))
    notifier.ready()
    notifier.stopping()


def test_manager_that_does_not_read_holds_up_nobody(tmp_path: Path) -> None:
    """A full socket loses a kick; the next one may arrive."""
    with manager(str(tmp_path / "notify")) as listening:
        notifier = Notifier(str(tmp_path / "notify"))
        for number in range(2_000):
            notifier.kick(f"online {number}")
        assert listening.recv(1_000) == b"WATCHDOG=1\nSTATUS=online 0"
        notifier.stopping()


@pytest.mark.parametrize(
    ("environment", "watchdog_s"),
    [
        ({}, 0.0),
        ({"WATCHDOG_USEC": "10000000"}, 10.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": str(os.getpid())}, 10.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": str(os.getpid() + 1)}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
        ({"WATCHDOG_USEC": ""}, 0.0),
        ({"WATCHDOG_USEC": "0"}, 0.0),
    ],
)
def test_watchdog_of_this_process_alone_counts(environment: dict[str, str], watchdog_s: float) -> None:
    """A child has its parent's environment, and is not watched."""
    assert read_notifier(environment).watchdog_s == watchdog_s


def options_of_service() -> dict[str, str]:
    """The options of the unit's `[Service]` that stand once."""
    section = UNIT.read_text(encoding="utf-8").partition("[Service]")[2].partition("[Install]")[0]
    pairs = [line.partition("=") for line in section.splitlines() if "=" in line and not line.startswith("#")]
    return {name: value for name, _, value in pairs}


def test_unit_makes_systemd_listen_and_watch() -> None:
    """Ready is told by the main process, silence ends it, and it is always started again."""
    options = options_of_service()
    assert {name: options[name] for name in ("Type", "NotifyAccess", "WatchdogSec", "Restart")} == {
        "Type": "notify", "NotifyAccess": "main", "WatchdogSec": "10", "Restart": "always",
    }  # fmt: skip
    assert "AF_UNIX" in options["RestrictAddressFamilies"].split()
    assert "StartLimitIntervalSec=0" in UNIT.read_text(encoding="utf-8")


def test_unit_leaves_room_for_two_beats() -> None:
    """One that is lost does not end a seat that is well."""
    assert int(options_of_service()["WatchdogSec"]) >= 2 * BEAT_S
