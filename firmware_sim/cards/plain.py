"""The smallest ISO-DEP card: an application that refuses every APDU but SELECT by name. For tests of readers.

Source: ISO/IEC 7816-4 (status words).
"""

from typing import Final

from firmware_sim.cards.iso14443a import CardA, Identity
from firmware_sim.cards.isodep import IsoDep

ATQA: Final = b"\x44\x03"
SAK: Final = 0x20
ATS: Final = bytes.fromhex("067777710280")
_SELECT: Final = b"\x00\xa4"
_OK: Final = b"\x90\x00"
_NOT_SUPPORTED: Final = b"\x6d\x00"
_THINK_S: Final = 0.002


class Refusals:
    """The application."""

    def power_off(self) -> None:
        """Nothing to forget."""

    def process(self, command: bytes) -> bytes:
        """SELECT succeeds, whatever its name."""
        return _OK if command.startswith(_SELECT) else _NOT_SUPPORTED

    def think_s(self, command: bytes) -> float:  # noqa: ARG002 - always the same
        """A little."""
        return _THINK_S


def plain_card(uid: bytes) -> CardA:
    """A card with this UID."""
    return CardA(Identity(uid, ATQA, SAK), IsoDep(Refusals(), ATS))
