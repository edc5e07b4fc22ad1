"""What lies in the field: the answer of InListPassiveTarget as targets.

    NbTg, then for each: Tg, SENS_RES (2), SEL_RES, length of the UID, UID, and the ATS if the card speaks ISO-DEP;
    an ATS begins with its own length.

Source: PN532 user manual UM0701-02 section 7.3.5; ISO/IEC 14443-3 section 6.5, 14443-4 section 5.2; ISO/IEC 7816-4
section 8.1.1 (historical bytes).
"""

from dataclasses import dataclass
from typing import Final

from seat_client.nfc.errors import AnswerNonsense

UID_LENGTHS: Final = frozenset({4, 7, 10})
TARGETS_MAX: Final = 2
_ISO_DEP: Final = 0x20
_RANDOM: Final = 0x08
_RANDOM_BYTES: Final = 4
_FIXED_BYTES: Final = 5
_INTERFACE_BITS: Final = (0x10, 0x20, 0x40)
"""Of T0: whether TA, TB and TC stand between it and the historical bytes."""
_STATUS_BEHIND: Final = 0x00
_STATUS_INSIDE: Final = 0x80
_STATUS_BYTES: Final = 3
_CAPABILITIES: Final = 7
_CAPABILITY_BYTES: Final = 3
_EXTENDED_BIT: Final = 0x40
"""Of the third byte of a card's capabilities: it takes extended Lc and Le."""


@dataclass(frozen=True, slots=True)
class Target:
    """One card in the field. `sens_res` 2 bytes, `uid` 4, 7 or 10, `ats` with its length byte or empty."""

    number: int
    sens_res: bytes
    sel_res: int
    uid: bytes
    ats: bytes = b""

    @property
    def speaks_iso_dep(self) -> bool:
        """Whether the card takes APDUs."""
        return bool(self.sel_res & _ISO_DEP)

    @property
    def has_random_uid(self) -> bool:
        """Whether the UID is another one each time. Source: ISO/IEC 14443-3 section 6.5.4."""
        return len(self.uid) == _RANDOM_BYTES and self.uid[0] == _RANDOM

    @property
    def takes_extended(self) -> bool:
        """Whether the card announces that it takes extended APDUs."""
        told = _capabilities(_historical_bytes(self.ats))
        return len(told) == _CAPABILITY_BYTES and bool(told[-1] & _EXTENDED_BIT)

    def may_be(self, other: "Target") -> bool:
        """Whether both can be the same card: by UID, or, where that is random, by everything else."""
        if self.has_random_uid and other.has_random_uid:
            return (self.sens_res, self.sel_res, self.ats) == (other.sens_res, other.sel_res, other.ats)
        return self.uid == other.uid


def read_targets(data: bytes) -> tuple[Target, ...]:
    """Read the parameters of the answer. Raises `AnswerNonsense`: too short, too long, or impossible."""
    if not data or data[0] > TARGETS_MAX:
        raise AnswerNonsense("a list of cards without a number, or of too many")
    targets, rest = [], data[1:]
    for _ in range(data[0]):
        target, rest = _read_target(rest)
        targets.append(target)
    if rest:
        raise AnswerNonsense("bytes behind the last card of a list")
    if len({target.number for target in targets}) != len(targets):
        raise AnswerNonsense("two cards with one number")
    return tuple(targets)


def _read_target(data: bytes) -> tuple[Target, bytes]:
    if len(data) < _FIXED_BYTES:
        raise AnswerNonsense("a list that ends inside a card")
    size = data[4]
    uid, rest = data[_FIXED_BYTES : _FIXED_BYTES + size], data[_FIXED_BYTES + size :]
    if size not in UID_LENGTHS or len(uid) != size:
        raise AnswerNonsense("a UID that is not 4, 7 or 10 bytes")
    ats = b""
    if data[3] & _ISO_DEP and rest:
        ats, rest = rest[: rest[0]], rest[rest[0] :]
        if not ats or len(ats) != ats[0]:
            raise AnswerNonsense("an ATS whose length is not its own")
    return Target(data[0], data[1:3], data[3], uid, ats), rest


def _historical_bytes(ats: bytes) -> bytes:
    """Behind TL, T0 and the interface bytes that T0 announces."""
    return ats[2 + sum(bool(ats[1] & bit) for bit in _INTERFACE_BITS) :] if len(ats) > 1 else b""


def _capabilities(historical: bytes) -> bytes:
    """Up to three bytes of the card's capabilities, empty if it tells none."""
    if not historical or historical[0] not in {_STATUS_BEHIND, _STATUS_INSIDE}:
        return b""
    rest = historical[1:] if historical[0] == _STATUS_INSIDE else historical[1:-_STATUS_BYTES]
    while rest:
        tag, size = divmod(rest[0], 16)
        if tag == _CAPABILITIES:
            return rest[1 : 1 + size]
        rest = rest[1 + size :]
    return b""
