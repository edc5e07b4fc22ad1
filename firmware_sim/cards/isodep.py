"""The block protocol of a selected card: RATS, then APDUs in I-blocks, chained both ways.

The card starts with block number 1 and toggles it with each I-block, and with each R(ACK) that asks for the next
piece; so an R(NAK) with number 0 makes a card repeat its last block, or say R(ACK) if it is one ahead. That is what
readers use to see whether a card still lies there. What is no valid block stays unanswered.

Source: ISO/IEC 14443-4 sections 5 (activation) and 7 (blocks; rules C to E and 9 to 13 of 7.5.4).
"""

from typing import Final, Protocol

from firmware_sim.cards.iso14443a import MUTE, Answer, Layer, Move
from firmware_sim.rf import CRC_BYTES, RfFrame, with_crc

RATS: Final = 0xE0
DESELECT: Final = 0xC2
WTX: Final = 0xF2
_RATS_BYTES: Final = 2
_WTX_MULTIPLIER: Final = 1
_FRAME_BYTES: Final = (16, 24, 32, 40, 48, 64, 96, 128, 256)
"""FSDI and FSCI to the longest frame, with block header and checksum."""
_CID_BIT: Final = 0x08
_CHAIN_BIT: Final = 0x10
_NAK_BIT: Final = 0x10
_I_BLOCK: Final = 0x02
_R_ACK: Final = 0xA2
_CID_MAX: Final = 14
COMMAND_BYTES_MAX: Final = 65_544
"""The longest extended APDU: a chain that goes on behind it is cut off."""


class Application(Protocol):
    """What answers APDUs."""

    def power_off(self) -> None:
        """Forget selection, PIN and session."""

    def process(self, command: bytes) -> bytes:
        """The answer to one APDU, status word last. Never raises."""

    def think_s(self, command: bytes) -> float:
        """How long the card's processor takes for this APDU, in seconds."""


def frame_bytes_max(code: int) -> int:
    """The longest frame for an FSDI or FSCI; values in reserve mean 256."""
    return _FRAME_BYTES[min(code, len(_FRAME_BYTES) - 1)]


class IsoDep(Layer):
    """The layer of an ISO-DEP card with answer-to-select `ats`, which begins with its own length.

    `waits` is how often the card asks for more time (WTX) before each answer.
    """

    def __init__(self, application: Application, ats: bytes, *, waits: int = 0) -> None:
        assert ats[0] == len(ats)
        self._application = application
        self._ats = ats
        self._waits = waits
        self._active = False
        self._reset(0, 0)

    def _reset(self, fsdi: int, cid: int) -> None:
        self._piece_max = frame_bytes_max(fsdi) - CRC_BYTES - 1
        self._cid = cid
        self._block = 1
        self._command = bytearray()
        self._rest = b""
        self._chaining = False  # the card's own chain goes on after an R(ACK)
        self._waits_left = 0
        self._last: Answer = MUTE

    def power_off(self) -> None:
        """Back to before RATS."""
        self._active = False
        self._reset(0, 0)
        self._application.power_off()

    def receive(self, data: bytes) -> Answer:
        """Answer a block."""
        if not self._active:
            return self._activate(data)
        control, body = data[0], data[1:]
        if control & _CID_BIT:
            if not body or body[0] & 0x0F != self._cid:
                return MUTE
            control, body, with_cid = control & ~_CID_BIT, body[1:], True
        elif self._cid:
            return MUTE
        else:
            with_cid = False
        answer = self._block_of(control, body, with_cid=with_cid)
        if answer.frame is not None:
            self._last = answer
        return answer

    def _activate(self, data: bytes) -> Answer:
        if len(data) != _RATS_BYTES or data[0] != RATS or data[1] & 0x0F > _CID_MAX:
            return MUTE
        self._active = True
        self._reset(data[1] >> 4, data[1] & 0x0F)
        return Answer(Move.ACTIVATE, with_crc(self._ats))

    def _block_of(self, control: int, body: bytes, *, with_cid: bool) -> Answer:
        if control & 0xEE == _I_BLOCK:
            return self._command_piece(control, body, with_cid=with_cid)
        if control & 0xEE == _R_ACK and not body:
            return self._asked_again(control, with_cid=with_cid)
        if control == WTX and self._waits_left:
            self._waits_left -= 1
            return self._wait(with_cid=with_cid) if self._waits_left else self._next_piece(with_cid=with_cid)
        if control == DESELECT and not body:
            self._active = False
            self._application.power_off()
            return Answer(Move.HALT, self._frame(DESELECT, b"", with_cid=with_cid))
        return MUTE

    def _command_piece(self, control: int, body: bytes, *, with_cid: bool) -> Answer:
        self._block ^= 1  # rule D: whatever its number is
        self._rest, self._chaining, self._waits_left = b"", False, 0
        self._command += body
        if len(self._command) > COMMAND_BYTES_MAX:
            self._command.clear()
            return MUTE
        if control & _CHAIN_BIT:
            return Answer(Move.TALK, self._frame(_R_ACK | self._block, b"", with_cid=with_cid))
        command = bytes(self._command)
        self._command.clear()
        think_s = self._application.think_s(command)
        self._rest = self._application.process(command)
        self._waits_left = self._waits
        answer = self._wait(with_cid=with_cid) if self._waits else self._next_piece(with_cid=with_cid)
        return Answer(answer.move, answer.frame, think_s)

    def _asked_again(self, control: int, *, with_cid: bool) -> Answer:
        if control & 1 == self._block:
            return Answer(Move.TALK, self._last.frame)  # rule 11
        if control & _NAK_BIT:
            return Answer(Move.TALK, self._frame(_R_ACK | self._block, b"", with_cid=with_cid))  # rule 12
        if not self._chaining:
            return MUTE
        self._block ^= 1  # rule E
        return self._next_piece(with_cid=with_cid)

    def _wait(self, *, with_cid: bool) -> Answer:
        return Answer(Move.TALK, self._frame(WTX, bytes((_WTX_MULTIPLIER,)), with_cid=with_cid))

    def _next_piece(self, *, with_cid: bool) -> Answer:
        room = self._piece_max - with_cid
        piece, self._rest = self._rest[:room], self._rest[room:]
        self._chaining = bool(self._rest)
        control = _I_BLOCK | self._block | (_CHAIN_BIT if self._chaining else 0)
        return Answer(Move.TALK, self._frame(control, piece, with_cid=with_cid))

    def _frame(self, control: int, body: bytes, *, with_cid: bool) -> RfFrame:
        cid = bytes((self._cid,)) if with_cid else b""
        return with_crc(bytes((control | (_CID_BIT if with_cid else 0),)) + cid + body)
