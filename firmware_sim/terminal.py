"""A chip on a pseudo-terminal: other programs open it as a serial port and cannot tell.

The far end stays open here, so that a host may close and reopen the port as often as it likes. The port's speed
setting is not looked at. With `paced` each byte takes its ten bits at the chip's rate, in both directions, so that
timings are honest; without it bytes arrive at once. Like a UART, the chip does not wait for a host that reads nothing:
what finds no room is lost.
"""

import asyncio
import contextlib
import os
import pty
import tty
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from firmware_sim.pn532.chip import Chip
from firmware_sim.pn532.field import Card

_READ_BYTES: Final = 4096
_BITS_A_BYTE: Final = 10
_PIECE_BYTES: Final = 16
"""Paced output is written in pieces, each when its last byte would be there."""


class PseudoTerminal:
    """The terminal and the chip behind it. Made inside a running event loop; `close` gives everything back.

    `link` is a symbolic link to the terminal, made anew: a name that outlives this reader, as /dev/serial0 does.
    """

    def __init__(self, chip: Chip, *, paced: bool = False, link: Path | None = None) -> None:
        self._chip, self._paced = chip, paced
        self._loop = asyncio.get_running_loop()
        self._near, self._far = pty.openpty()
        tty.setraw(self._far)
        os.set_blocking(self._near, False)
        self.path, self._link = os.ttyname(self._far), link
        if link is not None:
            link.unlink(missing_ok=True)
            link.symlink_to(self.path)
        self._in_free_s = self._out_free_s = 0.0
        self._timers: set[asyncio.TimerHandle] = set()
        self._next: asyncio.TimerHandle | None = None
        self._closed = False
        self._loop.add_reader(self._near, self._read)

    def close(self) -> None:
        """Unplug the reader."""
        if self._closed:
            return
        self._closed = True
        for timer in (*self._timers, self._next):
            if timer is not None:
                timer.cancel()
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        self._loop.remove_reader(self._near)
        os.close(self._near)
        os.close(self._far)

    def place(self, *cards: Card) -> None:
        """Lay cards on the reader, together if there are several."""
        self._chip.place_together(cards, self._loop.time())
        self._arm()

    def remove(self, card: Card) -> None:
        """Take a card off the reader."""
        self._chip.remove(card)
        self._arm()

    def reset(self) -> None:
        """Pulse the RSTPDN pin."""
        self._chip.reset()
        self._arm()

    def _read(self) -> None:
        data = b""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._near, _READ_BYTES)
        now_s = self._loop.time()
        self._in_free_s = max(now_s, self._in_free_s) + self._line_s(len(data))
        if self._paced:
            self._later(self._in_free_s, partial(self._hear, data))
        else:
            self._hear(data)

    def _hear(self, data: bytes) -> None:
        self._chip.receive(data, self._loop.time())
        self._arm()

    def _arm(self) -> None:
        """Send what is due and be called again for what is not."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
        for frame in self._chip.take_due(self._loop.time()):
            self._send(frame)
        due_s = self._chip.next_deadline_s()
        if due_s is not None:
            self._next = self._loop.call_at(due_s, self._arm)

    def _send(self, frame: bytes) -> None:
        if not self._paced:
            self._write(frame)
            return
        at_s = max(self._loop.time(), self._out_free_s)
        for start in range(0, len(frame), _PIECE_BYTES):
            piece = frame[start : start + _PIECE_BYTES]
            at_s += self._line_s(len(piece))
            self._later(at_s, partial(self._write, piece))
        self._out_free_s = at_s

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._near, data)

    def _line_s(self, count: int) -> float:
        return count * _BITS_A_BYTE / self._chip.baud

    def _later(self, at_s: float, act: Callable[[], None]) -> None:
        def run() -> None:
            self._timers.discard(timer)
            act()

        timer = self._loop.call_at(at_s, run)
        self._timers.add(timer)
