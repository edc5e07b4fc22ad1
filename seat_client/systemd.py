"""The door to systemd: datagrams that say that a service is ready, alive, or on its way out.

Without `NOTIFY_SOCKET`, on a desk or in a simulator, all of it is nothing. A datagram that cannot be sent is lost
without a word: a seat votes whether or not anybody listens.

Source: sd_notify(3) and sd_watchdog_enabled(3) of systemd.
"""

import contextlib
import os
import socket
from collections.abc import Mapping
from typing import Final

STATUS_CHARACTERS_MAX: Final = 200


class Notifier:
    """Tells systemd. `address`: a path, or a name that begins with `@`; empty for nobody.

    `watchdog_s`: systemd ends a service that it did not hear from for so long; 0 if it does not watch.
    """

    def __init__(self, address: str = "", watchdog_s: float = 0.0) -> None:
        self.watchdog_s = watchdog_s
        self._status = ""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket: socket.socket | None = None
        if address.startswith(("/", "@")):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.settimeout(0)  # systemd that is too busy to read must not hold up a seat

    def ready(self) -> None:
        """The service works from now on; its watchdog runs from now on."""
        self._send("READY=1")

    def kick(self, status: str) -> None:
        """The service is alive. `status` is a line for `systemctl status`, said when it is another than before."""
        line = " ".join(status.split())[:STATUS_CHARACTERS_MAX]
        self._send("WATCHDOG=1" if line == self._status else f"WATCHDOG=1\nSTATUS={line}")
        self._status = line

    def stopping(self) -> None:
        """The service ends, on purpose or not. Nothing can be sent afterwards."""
        self._send("STOPPING=1")
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, state: str) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendto(state.encode(), self._address)


def read_notifier(environment: Mapping[str, str]) -> Notifier:
    """The notifier of a process: systemd's own where it started us, else one that does nothing."""
    return Notifier(environment.get("NOTIFY_SOCKET", ""), _watchdog_s(environment))


def _watchdog_s(environment: Mapping[str, str]) -> float:
    """0 unless it is this very process that is watched: a child has the same environment."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    period_us = environment.get("WATCHDOG_USEC", "")
    return int(period_us) / 1_000_000 if period_us.isascii() and period_us.isdigit() else 0.0
