"""The part of an NTAG 424 DNA that any reader of NFC messages uses: files by identifier, read and written plainly.

Source: NXP NT4H2421Gx data sheet section 11 (ISOSelectFile, ISOReadBinary, ISOUpdateBinary).
"""

from typing import Final

from firmware_sim.cards.apdu import (
    NOT_FOUND,
    NOT_SATISFIED,
    OK,
    UNKNOWN_INSTRUCTION,
    WRONG_LENGTH,
    WRONG_PARAMETERS,
    Command,
)
from firmware_sim.cards.ntag424_files import File

NAME: Final = bytes.fromhex("d2760000850101")
_SELECT, _READ, _UPDATE = 0xA4, 0xB0, 0xD6
_BY_NAME: Final = 0x04
_SHORT_IDENTIFIER: Final = 0x80
_READ_BYTES_MAX: Final = 256


def is_select_by_name(command: Command) -> bool:
    """Whether a command selects the application, which ends a session."""
    return (command.cla, command.ins, command.p1, command.data) == (0, _SELECT, _BY_NAME, NAME)


class IsoFiles:
    """One chosen file of `files` at a time."""

    def __init__(self, files: dict[int, File]) -> None:
        self._files = files
        self._chosen: File | None = None

    def power_off(self) -> None:
        """No file is chosen, and what is mirrored counts anew."""
        self._chosen = None
        for file in self._files.values():
            if file.mirror is not None:
                file.mirror.forget()

    def process(self, command: Command) -> bytes:
        """Answer a command of class 00."""
        if command.cla or command.ins not in {_SELECT, _READ, _UPDATE}:
            return UNKNOWN_INSTRUCTION
        if command.ins == _SELECT:
            return self._select(command)
        if self._chosen is None or command.p1 & _SHORT_IDENTIFIER:
            return NOT_FOUND
        work = self._read if command.ins == _READ else self._update
        return work(self._chosen, command.p1 << 8 | command.p2, command)

    def _select(self, command: Command) -> bytes:
        if is_select_by_name(command):
            self.power_off()
            return OK
        found = [file for file in self._files.values() if file.identifier == command.data]
        if command.p1 or not found:
            return NOT_FOUND
        self._chosen = found[0]
        return OK

    def _read(self, file: File, offset: int, command: Command) -> bytes:
        if not file.may_read(None):
            return NOT_SATISFIED
        if offset >= len(file.data):
            return WRONG_PARAMETERS
        return file.shown()[offset : offset + (command.expected or _READ_BYTES_MAX)] + OK

    def _update(self, file: File, offset: int, command: Command) -> bytes:
        if not file.may_write(None):
            return NOT_SATISFIED
        if not command.data or offset + len(command.data) > len(file.data):
            return WRONG_LENGTH
        file.data[offset : offset + len(command.data)] = command.data
        return OK
