"""The reader's line as the driver sees it: bytes, and the only clock that the driver knows."""

from typing import Protocol


class Port(Protocol):
    """One serial line. Everything here blocks; only the worker of one tray calls it.

    Each call but `now` and `pause` raises `ReaderGone`: the line vanished.
    """

    def write(self, data: bytes) -> None:
        """Send `data`."""

    def read(self, until_s: float) -> bytes:
        """Wait for bytes until `until_s` on this port's clock: what has arrived, or nothing if it is past."""

    def drain(self) -> None:
        """Throw away whatever has arrived."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""

    def pause(self, seconds: float) -> None:
        """Wait; bytes may arrive meanwhile."""

    def reset(self) -> bool:
        """Pull the reader's reset pin, and wait until it has started. False: no such pin is connected."""

    def reopen(self) -> None:
        """Close the line and open it again."""

    def close(self) -> None:
        """Give the line back. Never raises."""
