"""A port whose waiting another thread can end: stopping a seat must not wait for a silent reader's last remedy."""

import threading
from typing import Final

from seat_client.nfc.errors import ReaderGone
from seat_client.nfc.port import Port

SLICE_S: Final = 0.2
"""How long a wait may go on after `stop`."""


class StoppablePort:
    """`port`, until `stop` is called: then everything but `close` raises `ReaderGone`, until `resume`."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End whatever waits. For any thread."""
        self._stopped.set()

    def resume(self) -> None:
        """Let the line be used once more, for a last word."""
        self._stopped.clear()

    def write(self, data: bytes) -> None:
        """Send `data`."""
        self._check()
        self._port.write(data)

    def read(self, until_s: float) -> bytes:
        """Wait in slices."""
        while True:
            self._check()
            data = self._port.read(min(until_s, self._port.now() + SLICE_S))
            if data or self._port.now() >= until_s:
                return data

    def drain(self) -> None:
        """Throw away whatever has arrived."""
        self._check()
        self._port.drain()

    def now(self) -> float:
        """The port's clock."""
        return self._port.now()

    def pause(self, seconds: float) -> None:
        """Wait; pauses are short."""
        self._check()
        self._port.pause(seconds)

    def reset(self) -> bool:
        """Pull the reset pin."""
        self._check()
        return self._port.reset()

    def reopen(self) -> None:
        """Close the line and open it again."""
        self._check()
        self._port.reopen()

    def close(self) -> None:
        """Give the line back."""
        self._port.close()

    def _check(self) -> None:
        if self._stopped.is_set():
            raise ReaderGone("the reader is being stopped")
