"""The door to the reader's line: a serial device, a pseudo-terminal or a socket, named by one URL.

    serial:/dev/ttyAMA0      /dev/pts/3      socket://127.0.0.1:7000

A line that vanishes is `ReaderGone` from then on, until `reopen` finds it again.

Source: pyserial's documentation, "URL Handlers"; PN532 user manual section 6.2.2 (115200 baud, 8N1).
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import serial

from seat_client.nfc.errors import ReaderGone

BAUD: Final = 115_200
WRITE_S: Final = 1.0
_SERIAL: Final = "serial:"
_BYTES_MAX: Final = 4096
# A terminal that was torn away raises termios.error, which is no OSError and exists on some systems only.
_FAILURES: tuple[type[Exception], ...] = (serial.SerialException, OSError, ValueError, TypeError)
try:
    import termios
except ImportError:  # pragma: no cover - not a POSIX system
    pass
else:
    _FAILURES += (termios.error,)


class SerialPort:
    """One line, closed until `reopen`. `pulse_reset` pulls the reader's reset pin and waits, if the pin is wired."""

    def __init__(self, url: str, pulse_reset: Callable[[], None] | None = None) -> None:
        self._url = url.removeprefix(_SERIAL)
        self._pulse_reset = pulse_reset
        self._line: Any = None

    def write(self, data: bytes) -> None:
        """Send `data`. Raises `ReaderGone`."""
        line = self._opened()
        try:
            line.write(data)
        except _FAILURES as error:
            raise self._lost(error) from error

    def read(self, until_s: float) -> bytes:
        """What arrives until `until_s`: as soon as there is anything, all of it. Raises `ReaderGone`."""
        line = self._opened()
        try:
            line.timeout = max(0.0, until_s - time.monotonic())
            data: bytes = line.read(1)
            if data and (waiting := line.in_waiting):
                data += line.read(min(waiting, _BYTES_MAX))
        except _FAILURES as error:
            raise self._lost(error) from error
        return data

    def drain(self) -> None:
        """Throw away whatever has arrived. Raises `ReaderGone`."""
        line = self._opened()
        try:
            line.reset_input_buffer()
        except _FAILURES as error:
            raise self._lost(error) from error

    def now(self) -> float:
        """The monotonic clock."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def reset(self) -> bool:
        """Pull the reset pin. False: it is not wired."""
        if self._pulse_reset is None:
            return False
        self._pulse_reset()
        return True

    def reopen(self) -> None:
        """Open the line, closing it first. Raises `ReaderGone`: not there, not ours, or held by another program."""
        self.close()
        exclusive = {} if "://" in self._url else {"exclusive": True}
        try:
            self._line = serial.serial_for_url(self._url, baudrate=BAUD, write_timeout=WRITE_S, **exclusive)
        except _FAILURES as error:
            raise ReaderGone(f"the reader's port {self._url} cannot be opened: {error}") from error

    def close(self) -> None:
        """Give the line back."""
        line, self._line = self._line, None
        if line is not None:
            with suppress(*_FAILURES):
                line.close()

    def _opened(self) -> Any:  # noqa: ANN401 - pyserial brings no types
        if self._line is None:
            raise ReaderGone(f"the reader's port {self._url} is not open")
        return self._line

    def _lost(self, error: Exception) -> ReaderGone:
        self.close()
        return ReaderGone(f"the reader's port {self._url} vanished: {error}")


def open_port(url: str, pulse_reset: Callable[[], None] | None = None) -> SerialPort:
    """Open the line that `url` names. Raises `ReaderGone`."""
    port = SerialPort(url, pulse_reset)
    port.reopen()
    return port
