"""The reader's half of ISO 14443-4, as the chip's firmware does it for InDataExchange.

A host sees whole APDUs; block numbers, chaining and requests for time are between chip and card. An answer longer
than one frame to the host is given in parts.

Source: ISO/IEC 14443-4 section 7.5; UM0701-02 section 7.3.8 (InDataExchange and its MI bit).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from firmware_sim.cards.isodep import DESELECT, WTX, frame_bytes_max
from firmware_sim.pn532.field import Heard
from firmware_sim.rf import CRC_BYTES, RfFrame, strip_crc, with_crc

FSDI: Final = 5
"""The chip's own frames hold 64 bytes (from memory, not verified on a board)."""
ANSWER_BYTES_MAX: Final = 262
WAITS_MAX: Final = 64
"""Requests for time in one exchange before the simulated firmware calls the card lost."""
_DEFAULT_FSCI: Final = 2
_I_BLOCK: Final = 0x02
_R_ACK: Final = 0xA2
_R_NAK: Final = 0xB2
_CHAIN_BIT: Final = 0x10
_KIND: Final = 0xEE

OK: Final = 0x00
TIMEOUT: Final = 0x01
CRC: Final = 0x02
COLLISION: Final = 0x06
PROTOCOL: Final = 0x0B

Send = Callable[[RfFrame], Heard | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an exchange came to: a status code of the chip, the answer, whether more of it waits."""

    status: int
    data: bytes = b""
    more: bool = False


class _Broken(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Blocks:
    """The conversation with one card after RATS."""

    def __init__(self, ats: bytes, send: Send) -> None:
        fsci = ats[1] & 0x0F if len(ats) > 1 else _DEFAULT_FSCI
        self._piece_max = frame_bytes_max(fsci) - CRC_BYTES - 1
        self._send = send
        self._number = 0
        self._held = b""
        self._goes_on = False

    def exchange(self, data: bytes, *, more: bool) -> Outcome:
        """Send an APDU, or a part of it (`more`), or fetch what is left of an answer (no data).

        Chip status on failure: 01 nobody answered, 02 checksum, 06 two cards at once, 0B no valid block.
        """
        try:
            if data or not (self._held or self._goes_on):
                return self._command(data, more=more)
            return self._collect(self._held)
        except _Broken as broken:
            self._held, self._goes_on = b"", False
            return Outcome(broken.status)

    def deselect(self) -> int:
        """S(DESELECT). Returns the status."""
        try:
            control, _ = self._ask(DESELECT, b"")
        except _Broken as broken:
            return broken.status
        return OK if control == DESELECT else PROTOCOL

    def is_present(self) -> bool:
        """R(NAK) with the number of the block that comes next: a card that lies there says R(ACK)."""
        return self._send(with_crc(bytes((_R_NAK | self._number,)))) is not None

    def _command(self, data: bytes, *, more: bool) -> Outcome:
        self._held, self._goes_on = b"", False
        pieces = [data[at : at + self._piece_max] for at in range(0, len(data), self._piece_max)] or [b""]
        for index, piece in enumerate(pieces):
            chained = more or index + 1 < len(pieces)
            control, body = self._ask(_I_BLOCK | (_CHAIN_BIT if chained else 0) | self._number, piece)
            if not chained:
                return self._collect(self._taken(control, body))
            if control != _R_ACK | self._number:
                raise _Broken(PROTOCOL)
            self._number ^= 1
        return Outcome(OK)

    def _taken(self, control: int, body: bytes) -> bytes:
        if control & _KIND != _I_BLOCK or control & 1 != self._number:
            raise _Broken(PROTOCOL)
        self._number ^= 1
        self._goes_on = bool(control & _CHAIN_BIT)
        return body

    def _collect(self, answer: bytes) -> Outcome:
        while self._goes_on and len(answer) <= ANSWER_BYTES_MAX:
            answer += self._taken(*self._ask(_R_ACK | self._number, b""))
        answer, self._held = answer[:ANSWER_BYTES_MAX], answer[ANSWER_BYTES_MAX:]
        return Outcome(OK, answer, more=self._goes_on or bool(self._held))

    def _ask(self, control: int, body: bytes) -> tuple[int, bytes]:
        """Send a block and return the card's, granting time as often as it asks."""
        for _ in range(WAITS_MAX):
            heard = self._send(with_crc(bytes((control,)) + body))
            if heard is None:
                break
            if heard.collision is not None:
                raise _Broken(COLLISION)
            data = strip_crc(heard.frame)
            if data is None:
                raise _Broken(CRC)
            if data[0] != WTX:
                return data[0], data[1:]
            control, body = WTX, data[1:2]
        raise _Broken(TIMEOUT)
