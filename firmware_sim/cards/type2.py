"""An NFC Forum type 2 tag with the memory of an NTAG213: pages of four bytes, read and written without a key.

Source: NXP NTAG213/215/216 data sheet, sections 8.5 (memory), 9.3 (ACK and NAK) and 10 (commands).
"""

from collections.abc import Callable
from typing import Final

from firmware_sim.cards.iso14443a import Answer, CardA, Identity, Move
from firmware_sim.rf import RfFrame, with_crc

PAGES: Final = 45
PAGE_BYTES: Final = 4
_ATQA: Final = b"\x44\x00"
_SAK: Final = 0x00
_PAGES_A_READ: Final = 4
_FIRST_WRITABLE: Final = 2
_VERSION: Final = bytes.fromhex("0004040201000f03")
_CAPABILITIES: Final = bytes.fromhex("e1101200")
_EMPTY_NDEF: Final = bytes.fromhex("0300fe00")
_SIGNATURE: Final = bytes(32)
_ACK: Final = Answer(Move.TALK, RfFrame(b"\x0a", 4))
_REFUSED: Final = Answer(Move.OTHER, RfFrame(b"\x00", 4))
"""NAK of a wrong argument: the tag leaves its selection."""


class Pages:
    """The layer: READ, FAST_READ, WRITE, GET_VERSION, READ_SIG. `memory` outlives the field."""

    def __init__(self, uid: bytes) -> None:
        checks = (0x88 ^ uid[0] ^ uid[1] ^ uid[2], uid[3] ^ uid[4] ^ uid[5] ^ uid[6])
        head = uid[:3] + bytes(checks[:1]) + uid[3:] + bytes((checks[1], 0x48, 0, 0)) + _CAPABILITIES + _EMPTY_NDEF
        self.memory = bytearray(head.ljust(PAGES * PAGE_BYTES, b"\x00"))
        self._commands: dict[int, tuple[int, Callable[[bytes], Answer]]] = {
            0x30: (1, self._read),
            0x3A: (2, self._read_range),
            0x3C: (1, lambda _: _told(_SIGNATURE)),
            0x60: (0, lambda _: _told(_VERSION)),
            0xA2: (1 + PAGE_BYTES, self._write),
        }

    def power_off(self) -> None:
        """The memory stays."""

    def receive(self, data: bytes) -> Answer:
        """Obey a command, or say NAK."""
        length, command = self._commands.get(data[0], (-1, None))
        return command(data[1:]) if command is not None and len(data) == 1 + length else _REFUSED

    def _read(self, arguments: bytes) -> Answer:
        page = arguments[0]
        if page >= PAGES:
            return _REFUSED
        around = self.memory + self.memory  # reading goes on at page 0
        return _told(around[page * PAGE_BYTES : (page + _PAGES_A_READ) * PAGE_BYTES])

    def _read_range(self, arguments: bytes) -> Answer:
        first, last = arguments
        if not first <= last < PAGES:
            return _REFUSED
        return _told(self.memory[first * PAGE_BYTES : (last + 1) * PAGE_BYTES])

    def _write(self, arguments: bytes) -> Answer:
        page = arguments[0]
        if not _FIRST_WRITABLE <= page < PAGES:
            return _REFUSED
        self.memory[page * PAGE_BYTES : (page + 1) * PAGE_BYTES] = arguments[1:]
        return _ACK


def _told(data: bytes | bytearray) -> Answer:
    return Answer(Move.TALK, with_crc(bytes(data)))


def type2_card(uid: bytes) -> CardA:
    """A tag with this UID of seven bytes."""
    return CardA(Identity(uid, _ATQA, _SAK), Pages(uid))
