"""One command, one answer: ACK, answer, and what is tried when the reader is silent.

How it works. An attempt sends a command, waits for its ACK and then for its answer. Before the ACK nothing else is
believed, so a late answer to an older command cannot stand for this one. A damaged answer is asked for again with a
NACK, which makes the reader repeat it without doing anything twice. If an attempt fails, the next remedy of `LADDER` is
applied, and the command is sent again where that is safe. A success leads back to the ladder's first row.

Commands that change something in a card (`repeat=False`) are never sent twice: the reader may have carried them out.

Source: PN532 user manual UM0701-02 section 6.2; field reports: libnfc issue 167 (pause after an abort), nfcpy issue 257
(gap between frames, a lost first ACK), esphome issue 3281 (late answers).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from seat_client.nfc.errors import CommandFailed, FrameDamaged, ReaderSilent
from seat_client.nfc.frames import (
    ACK,
    NACK,
    Acknowledged,
    Answer,
    Damaged,
    Frame,
    FrameDecoder,
    SyntaxRefused,
    encode_command,
)
from seat_client.nfc.port import Port

SYNTAX_ERROR: Final = 0x7F
FIELD_OFF: Final = bytes.fromhex("320100")
FIELD_ON: Final = bytes.fromhex("320101")


@dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait, in seconds. `first_ack_s` counts until the line has spoken once: USB adapters may delay it."""

    ack_s: float = 0.15
    first_ack_s: float = 1.5
    answer_s: float = 1.0
    abort_pause_s: float = 0.010
    gap_s: float = 0.001
    """Between the last byte that was heard and the next command."""
    quiet_s: float = 0.030
    """Longer than the longest frame takes at 115200 baud (24 ms): after this a damaged frame has ended."""


class Remedy(Enum):
    """What is done after an attempt failed."""

    ABORT = "abort"
    FIELD = "field"
    RESET = "reset"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Rung:
    """One row: the remedy, and whether the reader keeps its settings, so that the command may be sent again."""

    remedy: Remedy
    again: bool


LADDER: Final = (
    Rung(Remedy.ABORT, again=True),
    Rung(Remedy.ABORT, again=True),
    Rung(Remedy.ABORT, again=True),
    Rung(Remedy.FIELD, again=True),
    Rung(Remedy.RESET, again=False),
    Rung(Remedy.REOPEN, again=False),
)
"""Gentlest first; the last row repeats for ever, once for each call, so that an unplugged reader is found again."""


class Conversation:
    """The talk with one reader. `errors` counts failed attempts since the start, for the health message."""

    def __init__(self, port: Port, timing: Timing = Timing()) -> None:
        self.errors = 0
        self._port = port
        self._timing = timing
        self._decoder = FrameDecoder()
        self._waiting: list[Frame] = []
        self._rung = 0
        self._spoken = False
        self._heard_s = port.now()
        self._remedies: dict[Remedy, Callable[[], None]] = {
            Remedy.ABORT: self.abort,
            Remedy.FIELD: self._switch_field,
            Remedy.RESET: self._reset,
            Remedy.REOPEN: self.reopen,
        }

    def wake(self, data: bytes, pause_s: float) -> None:
        """Send `data`, which is no frame, to a reader that may sleep. Raises `ReaderGone`."""
        self._port.write(data)
        self._port.pause(pause_s)

    def pause(self, seconds: float) -> None:
        """Wait."""
        self._port.pause(seconds)

    def exchange(self, command: bytes, answer_s: float | None = None, *, repeat: bool = True) -> bytes:
        """Send `command` (code and parameters) and return the answer's parameters, without its code.

        Raises `ReaderSilent`: not answered, whatever was tried; set the reader up anew. `FrameDamaged`: the same, but
        something damaged came. `CommandFailed`: the reader does not know the command. `ReaderGone`.
        """
        while True:
            try:
                answer = self._attempt(command, answer_s or self._timing.answer_s)
            except (ReaderSilent, FrameDamaged):
                self.errors += 1
                if not (self._climb() and repeat):
                    raise
            else:
                self._rung = 0
                return answer

    def abort(self) -> None:
        """Stop the running command: its answer, even a late one, is never seen. Raises `ReaderGone`."""
        self._port.write(ACK)
        self._port.pause(self._timing.abort_pause_s)
        self._discard()

    def reopen(self) -> None:
        """Close the line and open it again. Raises `ReaderGone`."""
        self._spoken = False
        self._port.reopen()
        self._discard()

    def _climb(self) -> bool:
        """Apply the next remedy. Returns whether the reader kept its settings."""
        rung = LADDER[self._rung]
        self._rung = min(self._rung + 1, len(LADDER) - 1)
        self._remedies[rung.remedy]()
        return rung.again

    def _switch_field(self) -> None:
        self.abort()
        for command in (FIELD_OFF, FIELD_ON):
            try:
                self._attempt(command, self._timing.answer_s)
            except (ReaderSilent, FrameDamaged, CommandFailed):
                self.abort()

    def _reset(self) -> None:
        self._spoken = False
        if not self._port.reset():
            self.abort()
        self._discard()

    def _attempt(self, command: bytes, answer_s: float) -> bytes:
        self._discard()
        gap_s = self._heard_s + self._timing.gap_s - self._port.now()
        if gap_s > 0:
            self._port.pause(gap_s)
        self._port.write(encode_command(command))
        self._await_ack()
        try:
            return self._await_answer(command[0], answer_s)
        except FrameDamaged:
            self._port.pause(self._timing.quiet_s)
            self._discard()
            self._port.write(NACK)
            return self._await_answer(command[0], answer_s)

    def _await_ack(self) -> None:
        wait_s = self._timing.ack_s if self._spoken else self._timing.first_ack_s
        until_s = self._port.now() + wait_s
        while True:
            frame = self._next_frame(until_s, "no ACK")
            if isinstance(frame, Acknowledged):
                self._spoken = True
                return
            if isinstance(frame, Damaged):
                raise FrameDamaged(f"instead of an ACK: {frame.what}")

    def _await_answer(self, code: int, answer_s: float) -> bytes:
        until_s = self._port.now() + answer_s
        while True:
            frame = self._next_frame(until_s, "no answer")
            if isinstance(frame, Answer) and frame.data[0] == code + 1:
                return frame.data[1:]
            if isinstance(frame, SyntaxRefused):
                raise CommandFailed("the reader does not know this command or its form", SYNTAX_ERROR)
            if isinstance(frame, Damaged):
                raise FrameDamaged(f"an answer: {frame.what}")

    def _next_frame(self, until_s: float, missing: str) -> Frame:
        """The next frame, one of those that came in one piece first. Raises `ReaderSilent` at `until_s`."""
        while not self._waiting:
            data = self._port.read(until_s) if self._port.now() < until_s else b""
            if not data:
                raise ReaderSilent(f"{missing} from the reader")
            self._heard_s = self._port.now()
            self._waiting = self._decoder.feed(data)
        return self._waiting.pop(0)

    def _discard(self) -> None:
        self._port.drain()
        self._decoder.reset()
        self._waiting = []
