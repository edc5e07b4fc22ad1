"""A card that shows its UID and nothing else: a cheap badge, or a copy of one.

Source: NXP AN10833 (ATQA and SAK of MIFARE Classic 1K, which such badges are).
"""

from firmware_sim.cards.iso14443a import MUTE, Answer, CardA, Identity

_ATQA = {4: b"\x04\x00", 7: b"\x44\x00"}
_SAK = 0x08


class Silence:
    """The layer of a card whose memory needs keys that nobody here has."""

    def power_off(self) -> None:
        """Nothing to forget."""

    def receive(self, data: bytes) -> Answer:  # noqa: ARG002 - whatever it is
        """Every command ends the selection."""
        return MUTE


def uid_card(uid: bytes) -> CardA:
    """A badge with this UID of four or seven bytes."""
    return CardA(Identity(uid, _ATQA[len(uid)], _SAK), Silence())
