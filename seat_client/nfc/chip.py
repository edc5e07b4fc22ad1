"""The PN532 as the seat uses it: set up, list cards, exchange APDUs, look whether the card is still there.

Settings survive between programs that use a reader, so `start` sets every one that matters here, always.

A card that was activated and then lost (its answer was thrown away, the tray was aborted) answers neither of the two
calls by which cards are found, so the field is switched off and on before any listing that follows one.

An answer that is longer than one frame comes in parts, which are fetched without data. Only an extended APDU has such
an answer. No board was at hand to try it: if fetching fails once, this reader is not asked again until it is set up
anew, and an extended APDU is refused as a card without them does.

Source: PN532 user manual UM0701-02 sections 7.1 to 7.3 (7.3.8 for parts); ISO/IEC 14443-4 section 7.5.4 (R(NAK) as
presence check); field reports: esphome issue 9875, Adafruit-PN532 issue 52 (a card that is found every other time).
"""

from dataclasses import dataclass
from typing import Final

from protocol.errors import ChamberError
from seat_client.errors import CardGone
from seat_client.nfc.apdu import WRONG_LENGTH, is_extended
from seat_client.nfc.conversation import FIELD_OFF, FIELD_ON, Conversation
from seat_client.nfc.errors import AnswerNonsense, ChainEndless, CommandFailed
from seat_client.nfc.targets import TARGETS_MAX, Target, read_targets

WAKE_UP: Final = bytes.fromhex("5555") + bytes(14)
"""Long enough to leave LowVbat; shorter ones are not heard by every board."""
WAKE_UP_PAUSE_S: Final = 0.005
SETTINGS: Final = (
    (bytes.fromhex("1401"), "SAMConfiguration: normal mode, no SAM; it also ends LowVbat"),
    (bytes.fromhex("1214"), "SetParameters: the reader itself asks for the ATS"),
    (bytes.fromhex("3202000b0a"), "RFConfiguration 02: 102.4 ms for ATR, 51.2 ms for a card's answer"),
    (bytes.fromhex("320400"), "RFConfiguration 04: no repetition of raw exchanges"),
    (bytes.fromhex("3205ff0101"), "RFConfiguration 05: one more try to find a card, never for ever"),
)
"""In their order; GetFirmwareVersion comes after the first."""
GET_FIRMWARE: Final = bytes.fromhex("02")
LIST_106A: Final = bytes([0x4A, TARGETS_MAX, 0x00])
RELEASE_ALL: Final = bytes.fromhex("5200")
R_NAK: Final = bytes.fromhex("42b2")
FIELD_OFF_S: Final = 0.010
"""At least 5 ms reset a card. Source: ISO/IEC 14443-3 section 5."""
FIELD_ON_S: Final = 0.005
LIST_S: Final = 1.0
DATA_S: Final = 3.0
"""A card may ask for more time again and again; the reader grants it, this ends it."""
APDU_BYTES_MAX: Final = 262
PARTS_MAX: Final = 48
"""Enough for 10 kB in parts of 262 bytes, and few enough for a reader that never comes to the end."""
_IC: Final = 0x32
_FIRMWARE_BYTES: Final = 4
_ERROR_BITS: Final = 0x3F
_MORE: Final = 0x40
_GONE: Final = frozenset({0x01, 0x27, 0x29, 0x2A, 0x2B})
"""No answer in time; no such target; released; exchanged for another; disappeared."""
STATUS_NAMES: Final = {
    0x01: "no answer in time",
    0x02: "CRC",
    0x03: "parity",
    0x04: "bit count",
    0x05: "framing",
    0x06: "collision",
    0x07: "buffer too small",
    0x09: "field overflow",
    0x0A: "field not switched on in time",
    0x0B: "protocol",
    0x0D: "too hot",
    0x0E: "overflow inside the reader",
    0x10: "parameter",
    0x13: "data format",
    0x14: "authentication",
    0x23: "check byte of the UID",
    0x26: "not allowed",
    0x27: "not acceptable now",
    0x29: "released",
    0x2A: "card exchanged",
    0x2B: "card disappeared",
    0x2D: "over-current",
}


@dataclass(frozen=True, slots=True)
class Firmware:
    """What the reader says of itself."""

    version: int
    revision: int
    support: int

    def __str__(self) -> str:
        return f"PN532 {self.version}.{self.revision}"


class Chip:
    """One PN532. All calls block, and raise `ReaderSilent`, `FrameDamaged` or `ReaderGone` if the line fails."""

    def __init__(self, conversation: Conversation) -> None:
        self._talk = conversation
        self._touched = True
        self._gives_parts = True

    @property
    def errors(self) -> int:
        """Failed attempts on the line since the start."""
        return self._talk.errors

    def start(self, *, reopen: bool = False) -> Firmware:
        """Wake the reader and set everything, opening the line anew if asked.

        Raises `AnswerNonsense`: it is no PN532, or answers a setting with data.
        """
        self._touched = self._gives_parts = True
        if reopen:
            self._talk.reopen()
        self._talk.wake(WAKE_UP, WAKE_UP_PAUSE_S)
        firmware: Firmware | None = None
        for command, _ in SETTINGS:
            if self._talk.exchange(command):
                raise AnswerNonsense("more than was asked for in answer to a setting")
            if firmware is None:
                firmware = self._read_firmware()
        assert firmware is not None
        return firmware

    def list_targets(self) -> tuple[Target, ...]:
        """The cards in the field, at most two, newly activated. Raises `AnswerNonsense`."""
        if self._touched:
            self._cycle_field()
        self._touched, errors = True, self._talk.errors
        targets = read_targets(self._talk.exchange(LIST_106A, LIST_S))
        # An answer that was lost on the way may have told of a card, which is mute to the repetition.
        self._touched = bool(targets) or self._talk.errors != errors
        return targets

    def exchange(self, target: Target, apdu: bytes) -> bytes:
        """Send one APDU (at most 261 bytes) and return the card's answer with its status word.

        Raises `CardGone`: the card left. `CommandFailed`: the air between reader and card was disturbed; list again.
        `AnswerNonsense`. `ChainEndless`: an answer of more parts than any has. It is not sent twice, whatever happens.
        """
        if not 1 <= len(apdu) < APDU_BYTES_MAX:
            raise ValueError("an APDU is 1 to 261 bytes here")
        if not is_extended(apdu):
            data, more = self._exchange_part(target, apdu)
            if more:
                raise AnswerNonsense("an answer in parts, which short APDUs never are")
            return data
        if not self._gives_parts:
            return WRONG_LENGTH.to_bytes(2, "big")
        try:
            return self._exchange_whole(target, apdu)
        except ChamberError:
            self._gives_parts = False
            raise

    def is_present(self, target: Target) -> bool:
        """Whether the card still answers: to R(NAK), which changes nothing in it; a simpler card is listed again."""
        if not target.speaks_iso_dep:
            return any(found.may_be(target) for found in self.list_targets())
        answer = self._talk.exchange(R_NAK)
        return len(answer) > 1 and not answer[0] & _ERROR_BITS

    def release(self) -> None:
        """Let every card go."""
        self._talk.exchange(RELEASE_ALL)

    def sleep(self) -> None:
        """Switch the field off, so that nothing in the tray has power."""
        self._touched = True
        self._talk.exchange(FIELD_OFF)

    def _read_firmware(self) -> Firmware:
        answer = self._talk.exchange(GET_FIRMWARE)
        if len(answer) != _FIRMWARE_BYTES or answer[0] != _IC:
            raise AnswerNonsense("the reader is no PN532")
        return Firmware(*answer[1:])

    def _cycle_field(self) -> None:
        self._talk.exchange(FIELD_OFF)
        self._talk.pause(FIELD_OFF_S)
        self._talk.exchange(FIELD_ON)
        self._talk.pause(FIELD_ON_S)

    def _exchange_whole(self, target: Target, apdu: bytes) -> bytes:
        data, more = self._exchange_part(target, apdu)
        for _ in range(PARTS_MAX):
            if not more:
                return data
            part, more = self._exchange_part(target, b"")
            data += part
        raise ChainEndless("the reader never comes to the end of an answer")

    def _exchange_part(self, target: Target, data: bytes) -> tuple[bytes, bool]:
        """Send `data`, or nothing to fetch what is left: a part of the answer, and whether more of it waits."""
        answer = self._talk.exchange(bytes([0x40, target.number]) + data, DATA_S, repeat=False)
        self._check_status(answer)
        return answer[1:], bool(answer[0] & _MORE)

    def _check_status(self, answer: bytes) -> None:
        if not answer:
            raise AnswerNonsense("an answer without a status")
        status = answer[0] & _ERROR_BITS
        if status in _GONE:
            raise CardGone(f"the card is gone: {STATUS_NAMES[status]}")
        if status:
            raise CommandFailed(f"between reader and card: {STATUS_NAMES.get(status, f'error {status:02x}')}", status)
