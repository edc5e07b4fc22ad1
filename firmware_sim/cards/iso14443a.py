"""A type A card from power-up to selection: states of ISO 14443-3, the cascade of its UID, HALT.

`IDLE` answers REQA and WUPA, `HALT` only WUPA, and both lead to `READY`, where the reader picks one card by its UID,
four bytes a cascade level. A selected card (`ACTIVE`) hands every frame to its layer, which may lead it to `PROTOCOL`
(ISO 14443-4) or away. Whatever a card does not expect makes it fall back and stay mute, so the table needs only the
moves that lead elsewhere; on the air nothing is an error of ours. States reached from `HALT` fall back to `HALT`.

Source: ISO/IEC 14443-3 section 6.3 (states), 6.4 (commands), 6.5 (anticollision).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Protocol

from firmware_sim.rf import RfFrame, bits_of, frame_of_bits, strip_crc, with_crc

REQA: Final = b"\x26"
WUPA: Final = b"\x52"
SHORT_BITS: Final = 7
HLTA: Final = b"\x50\x00"
SELECT_LEVELS: Final = b"\x93\x95\x97"
"""The first byte of anticollision and SELECT, by cascade level."""
NVB_SELECT: Final = 0x70
CASCADE_TAG: Final = b"\x88"
CASCADE_BIT: Final = 0x04
_LEVEL_UID_BYTES: Final = 4
_UID_BYTES: Final = (4, 7, 10)


class State(Enum):
    """Where a card is."""

    OFF = "off"
    IDLE = "idle"
    READY = "ready"
    ACTIVE = "active"
    HALT = "halt"
    READY_AGAIN = "ready-again"
    ACTIVE_AGAIN = "active-again"
    PROTOCOL = "protocol"


class Move(Enum):
    """What a frame means to a card."""

    POWER = "power"
    REQUEST = "request"
    WAKE_UP = "wake-up"
    NARROW = "narrow"  # anticollision, or SELECT of a level that is not the last
    SELECT = "select"  # of the last level
    TALK = "talk"
    ACTIVATE = "activate"  # RATS: from here on ISO 14443-4
    HALT = "halt"  # HLTA, or S(DESELECT)
    OTHER = "other"  # damaged, not for this card, not expected here


TABLE: Final = {
    (State.OFF, Move.POWER): State.IDLE,
    (State.IDLE, Move.REQUEST): State.READY,
    (State.IDLE, Move.WAKE_UP): State.READY,
    (State.READY, Move.NARROW): State.READY,
    (State.READY, Move.SELECT): State.ACTIVE,
    (State.ACTIVE, Move.TALK): State.ACTIVE,
    (State.ACTIVE, Move.ACTIVATE): State.PROTOCOL,
    (State.ACTIVE, Move.HALT): State.HALT,
    (State.HALT, Move.WAKE_UP): State.READY_AGAIN,
    (State.READY_AGAIN, Move.NARROW): State.READY_AGAIN,
    (State.READY_AGAIN, Move.SELECT): State.ACTIVE_AGAIN,
    (State.ACTIVE_AGAIN, Move.TALK): State.ACTIVE_AGAIN,
    (State.ACTIVE_AGAIN, Move.ACTIVATE): State.PROTOCOL,
    (State.ACTIVE_AGAIN, Move.HALT): State.HALT,
    (State.PROTOCOL, Move.HALT): State.HALT,
}
FALL_BACK: Final = {
    State.OFF: State.OFF,
    State.IDLE: State.IDLE,
    State.READY: State.IDLE,
    State.ACTIVE: State.IDLE,
    State.HALT: State.HALT,
    State.READY_AGAIN: State.HALT,
    State.ACTIVE_AGAIN: State.HALT,
    State.PROTOCOL: State.PROTOCOL,
}
_READY: Final = (State.READY, State.READY_AGAIN)
_SELECTED: Final = (State.ACTIVE, State.ACTIVE_AGAIN, State.PROTOCOL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a card's layer makes of a frame: the move, what it sends (None: nothing), and its thinking time."""

    move: Move
    frame: RfFrame | None = None
    think_s: float = 0.0


MUTE: Final = Answer(Move.OTHER)


class Layer(Protocol):
    """What a selected card speaks."""

    def power_off(self) -> None:
        """Forget everything that does not outlive the field."""

    def receive(self, data: bytes) -> Answer:
        """Answer a frame; `data` is without its checksum."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a card shows before it is selected. `atqa` as it is sent, low byte first; `uid` 4, 7 or 10 bytes."""

    uid: bytes
    atqa: bytes
    sak: int

    def __post_init__(self) -> None:
        assert len(self.uid) in _UID_BYTES, self.uid

    def levels(self) -> list[bytes]:
        """The five bytes of each cascade level: four of UID or cascade tag, and their check byte BCC."""
        rest, levels = self.uid, []
        while len(rest) > _LEVEL_UID_BYTES:
            levels.append(CASCADE_TAG + rest[: _LEVEL_UID_BYTES - 1])
            rest = rest[_LEVEL_UID_BYTES - 1 :]
        return [part + bytes((part[0] ^ part[1] ^ part[2] ^ part[3],)) for part in (*levels, rest)]


class CardA:
    """A card that can lie on a reader. With `new_uid` it shows another UID each time the field comes on."""

    def __init__(self, identity: Identity, layer: Layer, new_uid: Callable[[], bytes] | None = None) -> None:
        self.identity = identity
        self.new_uid = new_uid
        self.state = State.OFF
        self._layer = layer
        self._levels = identity.levels()
        self._level = 0

    def power_on(self) -> None:
        """The field reaches the card."""
        if self.new_uid is not None:
            self.identity = replace(self.identity, uid=self.new_uid())
            self._levels = self.identity.levels()
        self._move(Move.POWER)

    def power_off(self) -> None:
        """The field is gone, whatever the card was doing."""
        self.state = State.OFF
        self._layer.power_off()

    def receive(self, frame: RfFrame) -> Answer:
        """Answer a frame, or stay mute."""
        if self.state is State.OFF:
            return MUTE
        answer = self._understand(frame)
        self._move(answer.move)
        return answer

    def _move(self, move: Move) -> None:
        before, self.state = self.state, TABLE.get((self.state, move), FALL_BACK[self.state])
        if self.state in _READY and before not in _READY:
            self._level = 0

    def _understand(self, frame: RfFrame) -> Answer:
        if frame.last_bits == SHORT_BITS and len(frame.data) == 1:
            return self._called(frame.data)
        if self.state in _READY:
            return self._narrowed(frame)
        data = strip_crc(frame) if self.state in _SELECTED else None
        if data is None:
            return MUTE
        if data == HLTA and self.state is not State.PROTOCOL:
            return Answer(Move.HALT)
        return self._layer.receive(data)

    def _called(self, short: bytes) -> Answer:
        calls = {REQA: Move.REQUEST, WUPA: Move.WAKE_UP}
        move = calls.get(short, Move.OTHER)
        heard = TABLE.get((self.state, move)) in _READY
        return Answer(move, RfFrame(self.identity.atqa)) if heard else Answer(move)

    def _narrowed(self, frame: RfFrame) -> Answer:
        own = self._levels[self._level]
        if len(frame.data) <= 1 or frame.data[0] != SELECT_LEVELS[self._level]:
            return MUTE
        if frame.data[1] == NVB_SELECT:
            return self._selected(strip_crc(frame), own)
        bits = bits_of(own)
        known = (frame.data[1] >> 4) * 8 + (frame.data[1] & 7) - 16
        asked = bits_of(frame.data)[16 : 16 + known]
        if not 0 <= known < len(bits) or len(asked) != known:
            return MUTE
        # Another card is meant: this one waits, and falls back when the other is selected.
        return Answer(Move.NARROW, frame_of_bits(bits[known:]) if bits[:known] == asked else None)

    def _selected(self, data: bytes | None, own: bytes) -> Answer:
        if data is None or data[2:] != own:
            return MUTE
        if self._level + 1 == len(self._levels):
            return Answer(Move.SELECT, with_crc(bytes((self.identity.sak,))))
        self._level += 1
        return Answer(Move.NARROW, with_crc(bytes((CASCADE_BIT,))))
