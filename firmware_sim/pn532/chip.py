"""The chip: bytes of the host in, bytes for the host out, each at its time. Nothing here waits or reads a clock.

A whole frame is acknowledged, then answered. One command runs at a time: the host's ACK aborts it without an answer,
a new command replaces it, NACK sends the last answer again. A poll without a card runs on until one is laid down.
Settings and registers outlive a host program and PowerDown; a reset loses them.

Call `receive`, `place`, `remove` and `reset` when something happens, and `take_due` when `next_deadline_s` is reached.

Source: UM0701-02 sections 6.2.1 (dialogue), 6.3 (power), 7.2.8 (SetSerialBaudRate).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from firmware_sim.pn532.commands import Commands, Reply, Result, Seek, Then
from firmware_sim.pn532.faults import LATE_S, STATUSES, Fault, Faults
from firmware_sim.pn532.field import Card, Field
from firmware_sim.pn532.frames import ACK, ERROR, TFI_HOST, FrameReader, HostFrame, Kind, encode_answer
from firmware_sim.pn532.initiator import Initiator, Relist
from firmware_sim.pn532.power import Power
from firmware_sim.pn532.registers import Registers
from firmware_sim.pn532.settings import Settings
from firmware_sim.pn532.timing import ACK_S, TRY_S

START_BAUD: Final = 115_200
STALE_S: Final = 0.02
_WITH_STATUS: Final = (0x41, 0x43)
_SLOW: Final = (Fault.LATE, Fault.STALE)


@dataclass(slots=True)
class _Running:
    """The command in hand: its reply (None: a poll that found nothing yet), and when it is due (None: never).

    `seek` and `until_s` (None: for ever) are there if it is a poll.
    """

    reply: Reply | None
    due_s: float | None
    fault: Fault | None
    seek: Seek | None = None
    until_s: float | None = None


class Chip:
    """A PN532 with cards in its field. `baud` is the rate of the line now."""

    def __init__(self, *, relist: Relist = Relist.STRICT, faults: Faults | None = None) -> None:
        self.baud = START_BAUD
        self._field = Field()
        self._faults = faults or Faults()
        self._relist = relist
        self._start()

    def _start(self) -> None:
        self.baud = START_BAUD
        self._power, self._reader = Power(), FrameReader()
        self._written: list[tuple[float, bytes]] = []
        self._running: _Running | None = None
        self._next_baud: int | None = None
        self._last_answer = b""
        self._swallow_next = self._faults.first_swallowed
        registers, settings = Registers(), Settings()
        self._field.switch(on=False)
        initiator = Initiator(self._field, registers, settings, self._relist)
        self._commands = Commands(self._field, registers, settings, initiator)

    @property
    def asleep(self) -> bool:
        """In LowVbat or PowerDown."""
        return self._power.asleep

    @property
    def cards(self) -> tuple[Card, ...]:
        """What lies on the reader."""
        return tuple(self._field.cards)

    def reset(self) -> None:
        """A pulse on RSTPDN, or power that came back: nothing is remembered, and the chip is in LowVbat."""
        self._start()

    def place(self, card: Card, now_s: float) -> None:
        """Lay a card down; a poll that runs finds it."""
        self.place_together((card,), now_s)

    def place_together(self, cards: Sequence[Card], now_s: float) -> None:
        """Lay cards down at once, as from one hand."""
        for card in cards:
            self._field.place(card)
        running = self._running
        if running is not None and running.seek is not None and running.reply is None:
            self._attempt(running, now_s + TRY_S)

    def remove(self, card: Card) -> None:
        """Take a card away: an exchange that is not finished fails, a poll that had found it goes on."""
        self._field.remove(card)
        running = self._running
        if running is None or running.reply is None or running.reply.torn is None:
            return
        if running.seek is not None:
            running.reply, running.due_s = None, running.until_s
        else:
            running.reply = replace(running.reply, data=running.reply.torn)

    def _attempt(self, running: _Running, from_s: float) -> None:
        reply = running.seek.attempt() if running.seek is not None else None
        if reply is not None:
            running.reply, running.due_s = self._disturb(reply, running.fault), from_s + reply.after_s

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes that came over the line."""
        for frame in self._reader.feed(self._power.hear(data)):
            self._handle(frame, now_s)

    def next_deadline_s(self) -> float | None:
        """When `take_due` has something to do; None: not before the next event."""
        running_s = self._running.due_s if self._running is not None else None
        due_s = [at_s for at_s, _ in self._written] + ([] if running_s is None else [running_s])
        return min(due_s, default=None)

    def take_due(self, now_s: float) -> list[bytes]:
        """What is sent up to `now_s`, one piece for each frame, in order."""
        running = self._running
        if running is not None and running.due_s is not None and running.due_s <= now_s:
            self._running = None
            self._write(running.due_s, self._finish(running))
        due = [frame for at_s, frame in self._written if at_s <= now_s]
        self._written = [(at_s, frame) for at_s, frame in self._written if at_s > now_s]
        return due

    def _write(self, at_s: float, frame: bytes) -> None:
        self._written.append((at_s, frame))
        self._written.sort(key=lambda written: written[0])

    def _handle(self, frame: HostFrame, now_s: float) -> None:
        if frame.kind is Kind.COMMAND:
            self._obey(frame, now_s)
        elif frame.kind is Kind.NACK:
            if self._last_answer and self._running is None:
                self._write(now_s + ACK_S, self._last_answer)
        else:
            if self._next_baud is not None:
                self.baud, self._next_baud = self._next_baud, None
            self._abort(now_s)

    def _abort(self, now_s: float) -> None:
        """No answer to what runs; a chip with the stale fault sends it all the same."""
        running, self._running = self._running, None
        if running is not None and running.fault is Fault.STALE:
            self._write(now_s + STALE_S, self._finish(running))

    def _obey(self, frame: HostFrame, now_s: float) -> None:
        fault = self._faults.draw()
        if self._swallow_next or fault is Fault.NO_ACK:
            self._swallow_next = False
            return
        if fault is Fault.BROWN_OUT:
            self.reset()
            return
        self._abort(now_s)
        self._next_baud = None
        self._write(now_s + ACK_S, ACK)
        from_s = now_s + ACK_S + (LATE_S if fault in _SLOW else 0.0)
        result: Result = self._commands.run(frame.data) if frame.tfi == TFI_HOST else Reply(None)
        if isinstance(result, Reply):
            self._running = _Running(self._disturb(result, fault), from_s + result.after_s, fault)
            return
        until_s = None if result.for_s is None else from_s + result.for_s
        self._running = _Running(None, until_s, fault, result, until_s)
        self._attempt(self._running, from_s)

    def _disturb(self, reply: Reply, fault: Fault | None) -> Reply:
        if fault is Fault.TORN and reply.torn is not None:
            for card in self.cards:
                self._field.remove(card)
                self._field.place(card)
            return replace(reply, data=reply.torn)
        if fault in STATUSES and reply.data is not None and reply.data[0] in _WITH_STATUS:
            return replace(reply, data=bytes((reply.data[0], STATUSES[fault])))
        return reply

    def _finish(self, running: _Running) -> bytes:
        """The frame of an answer; what follows from it begins here."""
        reply = running.reply or Reply(running.seek.nothing if running.seek is not None else None)
        if reply.then is Then.SLEEP:
            self._field.switch(on=False)
            self._power.sleep(reply.value)
            self._swallow_next = self._faults.first_swallowed
        elif reply.then is Then.CHANGE_BAUD:
            self._next_baud = reply.value
        self._last_answer = ERROR if reply.data is None else encode_answer(reply.data)
        return self._faults.spoil(running.fault, self._last_answer)
