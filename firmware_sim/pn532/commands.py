"""The commands of the firmware: a table from command code to what answers it.

An answer begins with the command code plus one. A command that is unknown, or whose length is wrong, gets the error
frame (`Reply.data` is None). Commands of target mode, NFCIP-1 and MIFARE authentication are not simulated and count as
unknown.

Source: UM0701-02 sections 7.2 and 7.3.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from firmware_sim.pn532.blocks import COLLISION, CRC, OK, TIMEOUT
from firmware_sim.pn532.field import Field
from firmware_sim.pn532.initiator import NOT_IN_CONTEXT, Initiator, Target
from firmware_sim.pn532.registers import Registers
from firmware_sim.pn532.settings import FOR_EVER, Settings
from firmware_sim.pn532.timing import ANSWER_S, POLL_UNIT_S, TRY_S, timeout_s
from firmware_sim.rf import RfFrame, strip_crc, with_crc

FIRMWARE: Final = bytes.fromhex("32010607")
"""IC PN532, version 1.6, supports ISO 14443 A and B and ISO 18092."""
BAUD_RATES: Final = (9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600, 1_288_000)
_LINE_TEST: Final = 0x00
_PRESENCE_TEST: Final = 0x06
_SAM_MODES: Final = range(1, 5)
_FIELD_ITEM: Final = 0x01
_TYPE_A: Final = 0x00
_MODULATIONS: Final = range(5)
_TARGETS_MAX: Final = 2
_UID_LENGTHS: Final = (0, 4, 8, 12)
_MORE_BIT: Final = 0x40
_NUMBER_BITS: Final = 0x07
_RAW_BYTES_MAX: Final = 264
_EXCHANGE_BYTES_MAX: Final = 262
_POLL_TYPES_MAX: Final = 15
_PERIODS: Final = range(1, 16)
_POLL_ISO_DEP: Final = 0x20
_POLL_MIFARE: Final = 0x10
_POLL_ANY_A: Final = 0x00


class Then(Enum):
    """What follows an answer."""

    NOTHING = "nothing"
    SLEEP = "sleep"
    CHANGE_BAUD = "change-baud"  # once the host said ACK


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, `after_s` behind the command. `torn` replaces it if a card is taken away before it is out.

    `value` is the wake-up mask of `SLEEP`, the new rate of `CHANGE_BAUD`.
    """

    data: bytes | None
    after_s: float = ANSWER_S
    torn: bytes | None = None
    then: Then = Then.NOTHING
    value: int = 0


@dataclass(frozen=True, slots=True)
class Seek:
    """A poll: `attempt` now and whenever a card is laid down, and say `nothing` after `for_s` (None: never)."""

    attempt: Callable[[], Reply | None]
    for_s: float | None
    nothing: bytes


Result = Reply | Seek
_ERROR: Final = Reply(None)


class Commands:
    """The firmware behind the frames."""

    def __init__(self, field: Field, registers: Registers, settings: Settings, initiator: Initiator) -> None:
        self._field, self._registers, self._settings, self._initiator = field, registers, settings, initiator
        self._table: dict[int, Callable[[bytes], Result]] = {
            0x00: self._diagnose,
            0x02: lambda data: _ERROR if data else Reply(b"\x03" + FIRMWARE),
            0x04: self._general_status,
            0x06: self._read_registers,
            0x08: self._write_registers,
            0x10: self._set_baud_rate,
            0x12: self._set_parameters,
            0x14: lambda data: Reply(b"\x15") if data and data[0] in _SAM_MODES else _ERROR,
            0x16: lambda data: Reply(b"\x17\x00", then=Then.SLEEP, value=data[0]) if data else _ERROR,
            0x32: self._configure_rf,
            0x40: self._exchange,
            0x42: self._communicate_thru,
            0x44: lambda data: self._let_go(0x45, data, self._initiator.deselect),
            0x4A: self._list_passive,
            0x52: lambda data: self._let_go(0x53, data, self._initiator.release),
            0x54: self._select,
            0x60: self._auto_poll,
        }

    def run(self, data: bytes) -> Result:
        """Obey a command; `data` begins with its code."""
        self._initiator.took_s = 0.0
        command = self._table.get(data[0]) if data else None
        return command(data[1:]) if command is not None else _ERROR

    def _diagnose(self, data: bytes) -> Result:
        if data[:1] == bytes((_LINE_TEST,)):
            return Reply(b"\x01" + data)
        if data == bytes((_PRESENCE_TEST,)):
            gone = not self._initiator.is_present()
            return Reply(bytes((0x01, TIMEOUT if gone else OK)), ANSWER_S + self._raw_timeout_s(silent=gone))
        return _ERROR

    def _general_status(self, data: bytes) -> Result:
        if data:
            return _ERROR
        targets = self._initiator.targets
        told = b"".join(bytes((target.number, 0, 0, 0)) for target in targets)
        return Reply(bytes((0x05, 0, self._field.on, len(targets))) + told + b"\x00")

    def _read_registers(self, data: bytes) -> Result:
        if not data or len(data) % 2:
            return _ERROR
        addresses = [high << 8 | low for high, low in zip(data[::2], data[1::2], strict=True)]
        return Reply(bytes((0x07, *(self._registers.read(address) for address in addresses))))

    def _write_registers(self, data: bytes) -> Result:
        if not data or len(data) % 3:
            return _ERROR
        for high, low, value in zip(data[::3], data[1::3], data[2::3], strict=True):
            self._registers.write(high << 8 | low, value)
        return Reply(b"\x09")

    def _set_baud_rate(self, data: bytes) -> Result:
        if len(data) != 1 or data[0] >= len(BAUD_RATES):
            return _ERROR
        return Reply(b"\x11", then=Then.CHANGE_BAUD, value=BAUD_RATES[data[0]])

    def _set_parameters(self, data: bytes) -> Result:
        if len(data) != 1:
            return _ERROR
        self._settings.parameters = data[0]
        return Reply(b"\x13")

    def _configure_rf(self, data: bytes) -> Result:
        item, values = data[0] if data else 0, data[1:]
        if not self._settings.configure(item, values):
            return _ERROR
        if item == _FIELD_ITEM:
            self._field.switch(on=bool(values[0] & 1))
        return Reply(b"\x33")

    def _exchange(self, data: bytes) -> Result:
        if not data or len(data) - 1 > _EXCHANGE_BYTES_MAX:
            return _ERROR
        target = self._initiator.find(data[0] & _NUMBER_BITS)
        if target is None:
            return Reply(bytes((0x41, NOT_IN_CONTEXT)))
        outcome = self._initiator.exchange(target, data[1:], more=bool(data[0] & _MORE_BIT))
        status = outcome.status | (_MORE_BIT if outcome.more else 0)
        return Reply(bytes((0x41, status)) + outcome.data, self._after_s(), bytes((0x41, TIMEOUT)))

    def _communicate_thru(self, data: bytes) -> Result:
        if len(data) > _RAW_BYTES_MAX:
            return _ERROR
        registers = self._registers
        body = with_crc(data).data if registers.sends_crc and data else data
        heard = self._initiator.send(RfFrame(body, registers.last_bits))
        if heard is None:
            return Reply(bytes((0x43, TIMEOUT)), ANSWER_S + self._raw_timeout_s(silent=True))
        registers.tell_last_bits(heard.frame.last_bits)
        answer = strip_crc(heard.frame) if registers.checks_crc else heard.frame.data
        status = COLLISION if heard.collision is not None else CRC if answer is None else OK
        told = answer if answer is not None and status == OK else b""
        return Reply(bytes((0x43, status)) + told, self._after_s(), bytes((0x43, TIMEOUT)))

    def _let_go(self, code: int, data: bytes, act: Callable[[Target], object]) -> Result:
        """Release or deselect target Tg, or all with Tg 0; a card that is gone counts as let go."""
        if len(data) != 1:
            return _ERROR
        chosen = [target for target in self._initiator.targets if data[0] in (0, target.number)]
        for target in chosen:
            act(target)
        return Reply(bytes((code, OK if chosen or not data[0] else NOT_IN_CONTEXT)), self._after_s())

    def _select(self, data: bytes) -> Result:
        target = self._initiator.find(data[0]) if len(data) == 1 else None
        if target is None:
            return Reply(bytes((0x55, NOT_IN_CONTEXT))) if len(data) == 1 else _ERROR
        return Reply(bytes((0x55, self._initiator.select(target))), self._after_s())

    def _list_passive(self, data: bytes) -> Result:
        count, modulation = data[:2] if len(data) > 1 else (0, 0)
        if not 0 < count <= _TARGETS_MAX or modulation not in _MODULATIONS:
            return _ERROR
        if modulation == _TYPE_A and len(data) - 2 not in _UID_LENGTHS:
            return _ERROR
        wanted = data[2:]

        def attempt() -> Reply | None:
            self._initiator.took_s = 0.0
            if modulation != _TYPE_A:
                return None
            self._initiator.list_type_a(count, wanted)
            targets = self._initiator.targets
            told = b"".join(target.describe() for target in targets)
            return Reply(bytes((0x4B, len(targets))) + told, self._after_s(), b"\x4b\x00") if targets else None

        if modulation != _TYPE_A:
            self._initiator.forget()
        tries = self._settings.activation_retries
        return Seek(attempt, None if tries == FOR_EVER else (tries + 1) * TRY_S, b"\x4b\x00")

    def _auto_poll(self, data: bytes) -> Result:
        rounds, period, types = data[:1], data[1:2], data[2:]
        if not 0 < len(types) <= _POLL_TYPES_MAX or not rounds[0] or period[0] not in _PERIODS:
            return _ERROR

        def attempt() -> Reply | None:
            self._initiator.took_s = 0.0
            self._initiator.list_type_a(1, b"")
            found = self._initiator.targets
            kind = _POLL_ISO_DEP if found and found[0].blocks is not None else _POLL_MIFARE
            wanted = {kind, _POLL_ANY_A} & set(types)
            if not found or not wanted:
                return None
            told = found[0].describe()
            return Reply(bytes((0x61, 1, max(wanted), len(told))) + told, self._after_s(), b"\x61\x00")

        time_s = None if rounds[0] == FOR_EVER else rounds[0] * period[0] * POLL_UNIT_S * len(types)
        return Seek(attempt, time_s, b"\x61\x00")

    def _after_s(self) -> float:
        return ANSWER_S + self._initiator.took_s

    def _raw_timeout_s(self, *, silent: bool) -> float:
        return timeout_s(self._settings.raw_timeout) if silent else self._initiator.took_s
