"""The reader's half of ISO 14443-3: finding cards, selecting them, letting them go.

InListPassiveTarget calls with REQA, so a card that is still selected, or was halted, stays mute. Whether the real
firmware finds an ISO-DEP card that it left selected could not be verified: `Relist.STRICT` follows the standard and
two field reports (docs of ESPuino pull request 444, Adafruit-PN532 issue 52), `Relist.LENIENT` wakes every card first.

Source: ISO/IEC 14443-3 sections 6.3 to 6.5; UM0701-02 section 7.3.5 (InListPassiveTarget).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from firmware_sim.cards.iso14443a import CASCADE_BIT, CASCADE_TAG, HLTA, NVB_SELECT, REQA, SELECT_LEVELS, SHORT_BITS
from firmware_sim.cards.iso14443a import WUPA as WAKE_UP
from firmware_sim.cards.isodep import RATS
from firmware_sim.pn532.blocks import COLLISION, CRC, FSDI, OK, TIMEOUT, Blocks, Outcome
from firmware_sim.pn532.field import Field, Heard
from firmware_sim.pn532.registers import FIFO_DATA, Registers
from firmware_sim.pn532.settings import Settings
from firmware_sim.pn532.timing import ACTIVATION_S, timeout_s
from firmware_sim.rf import RfFrame, bits_of, frame_of_bits, strip_crc, with_crc

NOT_IN_CONTEXT: Final = 0x27
FORMAT: Final = 0x13
_ISO_DEP: Final = 0x20
_LEVEL_BITS: Final = 40
_UID_PART: Final = 4
_ACK_NIBBLE: Final = RfFrame(b"\x0a", 4)


class Relist(Enum):
    """What becomes of a selected card when the host lists again."""

    STRICT = "strict"
    LENIENT = "lenient"


@dataclass(slots=True)
class Target:
    """A listed card. `blocks` is there once it had RATS."""

    number: int
    atqa: bytes
    sak: int
    uid: bytes
    ats: bytes
    blocks: Blocks | None

    def describe(self) -> bytes:
        """As InListPassiveTarget tells it: Tg, SENS_RES (high byte first), SEL_RES, length and UID, ATS."""
        return bytes((self.number, *self.atqa[::-1], self.sak, len(self.uid))) + self.uid + self.ats


class Initiator:
    """Finds cards and talks to them; `took_s` adds up the seconds on the air since it was last set to 0."""

    def __init__(self, field: Field, registers: Registers, settings: Settings, relist: Relist) -> None:
        self.targets: list[Target] = []
        self.took_s = 0.0
        self._selected: Target | None = None
        self._field, self._registers, self._settings, self._relist = field, registers, settings, relist

    def list_type_a(self, count_max: int, wanted: bytes) -> None:
        """Fill `targets` with at most `count_max` cards, or the one whose UID is `wanted` in cascade form."""
        self.forget()
        self._registers.set_106a()
        if self._relist is Relist.LENIENT:
            self._field.switch(on=False)
        self._field.switch(on=True)
        for number in range(1, count_max + 1):
            self._park()
            target = self._activate(number, REQA, wanted)
            if target is None:
                break
            self.targets.append(target)
            self._selected = target
        if not self.targets:
            self._registers.write(FIFO_DATA, REQA[0])  # what was last sent, and nobody answered: drivers look at it
        elif count_max > 1:
            self.select(self.targets[0])

    def forget(self) -> None:
        """Drop every target, without a word to the cards."""
        self.targets, self._selected = [], None

    def find(self, number: int) -> Target | None:
        """The target of this number."""
        return next((target for target in self.targets if target.number == number), None)

    def select(self, target: Target) -> int:
        """Make a listed card the one that is talked to. Returns a status."""
        if self._selected is target:
            return OK
        self._park()
        fresh = self._activate(target.number, WAKE_UP, _cascade_form(target.uid))
        if fresh is None:
            return self._silence()
        target.ats, target.blocks = fresh.ats, fresh.blocks
        self._selected = target
        return OK

    def deselect(self, target: Target) -> int:
        """Send a card to HALT and keep it listed. Returns a status."""
        if self._selected is not target:
            return OK
        self._park()
        return OK

    def release(self, target: Target) -> None:
        """Send a card to HALT and drop it."""
        self.deselect(target)
        self.targets.remove(target)

    def exchange(self, target: Target, data: bytes, *, more: bool) -> Outcome:
        """One InDataExchange."""
        status = self.select(target)
        if status != OK:
            return Outcome(status)
        if target.blocks is None:
            return self._plain_exchange(data)
        outcome = target.blocks.exchange(data, more=more)
        if outcome.status == TIMEOUT:
            self._silence()
        return outcome

    def is_present(self) -> bool:
        """Whether the selected ISO-DEP card still answers."""
        blocks = self._selected.blocks if self._selected is not None else None
        return blocks is not None and blocks.is_present()

    def send(self, frame: RfFrame) -> Heard | None:
        """One frame out, at most one back."""
        heard = self._field.exchange(frame) if self._registers.type_a and frame.data else None
        self.took_s += heard.took_s if heard is not None else 0.0
        return heard

    def _silence(self) -> int:
        self.took_s += timeout_s(self._settings.raw_timeout)
        return TIMEOUT

    def _plain_exchange(self, data: bytes) -> Outcome:
        heard = self.send(with_crc(data))
        if heard is None:
            return Outcome(self._silence())
        if heard.collision is not None:
            return Outcome(COLLISION)
        if heard.frame.last_bits:
            return Outcome(OK if heard.frame == _ACK_NIBBLE else FORMAT)
        answer = strip_crc(heard.frame)
        return Outcome(CRC) if answer is None else Outcome(OK, answer)

    def _park(self) -> None:
        if self._selected is not None:
            if self._selected.blocks is not None:
                self._selected.blocks.deselect()
            else:
                self.send(with_crc(HLTA))
        self._selected = None

    def _activate(self, number: int, call: bytes, wanted: bytes) -> Target | None:
        heard = self.send(RfFrame(call, SHORT_BITS))
        if heard is None:
            return None
        atqa, uid = heard.frame.data, b""
        for level, command in enumerate(SELECT_LEVELS):
            known = wanted[level * _UID_PART : (level + 1) * _UID_PART]
            part = known + _check_byte(known) if known else self._anticollision(command)
            sak = self._select_level(command, part) if part is not None else None
            if part is None or sak is None:
                return None
            cascaded = bool(sak & CASCADE_BIT)
            uid += part[1:_UID_PART] if cascaded and part.startswith(CASCADE_TAG) else part[:_UID_PART]
            if not cascaded:
                return self._activated(number, atqa, sak, uid)
        return None

    def _anticollision(self, command: int) -> bytes | None:
        """The five bytes of one level of one card: where two differ, follow the one that sends a 1."""
        known: tuple[int, ...] = ()
        for _ in range(_LEVEL_BITS):
            head = bytes((command, 0x20 + (len(known) // 8 << 4 | len(known) % 8)))
            heard = self.send(frame_of_bits(bits_of(head) + known))
            if heard is None:
                return None
            bits = bits_of(heard.frame.data)[: heard.frame.bit_count]
            if heard.collision is None:
                part = frame_of_bits(known + bits).data
                return part if part[_UID_PART:] == _check_byte(part[:_UID_PART]) else None
            known = known + bits[: heard.collision] + (1,)
        return None

    def _select_level(self, command: int, part: bytes) -> int | None:
        heard = self.send(with_crc(bytes((command, NVB_SELECT)) + part))
        data = strip_crc(heard.frame) if heard is not None else None
        return data[0] if data is not None else None

    def _activated(self, number: int, atqa: bytes, sak: int, uid: bytes) -> Target | None:
        self.took_s += ACTIVATION_S
        if not (sak & _ISO_DEP and self._settings.automatic_rats):
            return Target(number, atqa, sak, uid, b"", None)
        heard = self.send(with_crc(bytes((RATS, FSDI << 4))))
        ats = strip_crc(heard.frame) if heard is not None else None
        return Target(number, atqa, sak, uid, ats, Blocks(ats, self.send)) if ats is not None else None


def _check_byte(part: bytes) -> bytes:
    return bytes((part[0] ^ part[1] ^ part[2] ^ part[3],))


def _cascade_form(uid: bytes) -> bytes:
    """The UID as SELECT sends it: a cascade tag before three bytes at each level but the last."""
    form, rest = b"", uid
    while len(rest) > _UID_PART:
        form, rest = form + CASCADE_TAG + rest[: _UID_PART - 1], rest[_UID_PART - 1 :]
    return form + rest
