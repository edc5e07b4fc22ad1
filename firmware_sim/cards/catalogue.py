"""The cards that `python -m firmware_sim` can lay on a reader, by name.

Keys and numbers are computed from the seed, so they are anyone's: never those of a real chamber.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Final

from firmware_sim.card_crypto import FAR_AHEAD, LONG_AGO, CardKey
from firmware_sim.cards.faulty import CardFault, certify, spoiled
from firmware_sim.cards.iso14443a import CardA
from firmware_sim.cards.isodep import Application
from firmware_sim.cards.ntag424 import ATS as NTAG424_ATS
from firmware_sim.cards.ntag424 import KEY_COUNT, Ntag424, ntag424_card
from firmware_sim.cards.ntag424_mirror import DATA_DIGITS, MAC_DIGITS
from firmware_sim.cards.ntag424_session import diversified_key
from firmware_sim.cards.piv import ATS as PIV_ATS
from firmware_sim.cards.piv import Piv, Slot, piv_card
from firmware_sim.cards.piv_objects import AUTHENTICATION, CARD, KEY_MANAGEMENT, SIGNATURE
from firmware_sim.cards.type2 import type2_card
from firmware_sim.cards.uid import uid_card

ISSUER: Final = b"simulated card issuer"
"""The secret of the key that signs the certificates of good cards."""
NTAG424_MASTER: Final = bytes.fromhex("00112233445566778899aabbccddeeff")
NTAG424_CHAMBER: Final = "chamber"
"""The chamber for which cards that are laid on a reader by name are personalised."""
_APPLICATION: Final = bytes.fromhex("3042f5")
_SYSTEM_BYTES_MAX: Final = 21
NTAG424_NDEF: Final = bytes.fromhex("d101085501") + b"example"
_LINK: Final = b"example/card?p=" + b"0" * DATA_DIGITS + b"&m=" + b"0" * MAC_DIGITS
_MIRRORING_NDEF: Final = bytes((0xD1, 1, len(_LINK) + 1, 0x55, 0x02)) + _LINK
_MESSAGE_AT: Final = 2
"""Behind the length of the message."""
_RANDOM_UID: Final = b"\x08"
_NXP: Final = b"\x04"
_NXP_UID_REST: Final = 6
_RANDOM_UID_REST: Final = 3
_GUID_BYTES: Final = 16


def seeded(seed: int, name: str, count: int) -> bytes:
    """Up to 32 bytes that anyone can compute."""
    return sha256(f"{name}/{seed}".encode()).digest()[:count]


def uid_of(seed: int, name: str) -> bytes:
    """Seven bytes as NXP gives them out."""
    return _NXP + seeded(seed, f"{name}/uid", _NXP_UID_REST)


def ntag424_key(master: bytes, uid: bytes, chamber: str) -> bytes:
    """Key 0 of a card of a chamber. Source: `docs/protocol.md` section 5.5."""
    return diversified_key(master, uid + _APPLICATION + chamber.encode()[:_SYSTEM_BYTES_MAX])


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of ISO-DEP card: its application for a seed, the card around it, and its answer to select."""

    application: Callable[[int, CardFault | None], Application]
    card: Callable[[Application, bytes], CardA]
    ats: bytes


def piv_application(seed: int, fault: CardFault | None = None) -> Application:
    """A PIV application of member `m01` for seed 1 and so on, with its own key in each of the four slots."""
    issuer, slots = CardKey.of_secret(ISSUER), {}
    for reference in (AUTHENTICATION, SIGNATURE, KEY_MANAGEMENT, CARD):
        key = CardKey.of_secret(f"piv/{seed}/{reference:02x}".encode())
        slots[reference] = Slot(key, certify(issuer, key, f"m{seed:02d}", fault))
    return spoiled(Piv(slots, seeded(seed, "piv/guid", _GUID_BYTES), serial=seed & 0xFFFFFFFF), fault, seed)


def ntag424_application(seed: int, fault: CardFault | None = None) -> Application:
    """A personalised NTAG 424 DNA of `NTAG424_CHAMBER`, under `NTAG424_MASTER`."""
    uid = uid_of(seed, "ntag424")
    card = personalised(uid, ntag424_key(NTAG424_MASTER, uid, NTAG424_CHAMBER), Random(seed), fault)
    return spoiled(card, fault, seed)


def personalised(uid: bytes, key: bytes, generator: Random, fault: CardFault | None = None) -> Ntag424:
    """An NTAG 424 DNA with this key 0, the others zero; its link mirrors a counter."""
    card = Ntag424(uid, [key] + [bytes(16)] * (KEY_COUNT - 1), generator.randbytes, _MIRRORING_NDEF)
    data_at = _MESSAGE_AT + _MIRRORING_NDEF.index(b"?p=") + len(b"?p=")
    card.mirror(data_at, data_at + DATA_DIGITS + len(b"&m=")).frozen = fault is CardFault.FROZEN_COUNTER
    return card


def authority() -> bytes:
    """The certificate (DER) of whoever issues good PIV cards here."""
    return CardKey.of_secret(ISSUER).certify_itself((LONG_AGO, FAR_AHEAD))


ISO_DEP: Final = {
    "piv": Kind(piv_application, piv_card, PIV_ATS),
    "ntag424": Kind(ntag424_application, ntag424_card, NTAG424_ATS),
}
_OTHERS: Final[dict[str, Callable[[int], CardA]]] = {
    "uid": lambda seed: uid_card(_RANDOM_UID + seeded(seed, "uid", _RANDOM_UID_REST)),
    "type2": lambda seed: type2_card(uid_of(seed, "type2")),
}
NAMES: Final = (*ISO_DEP, *_OTHERS)


def make_card(name: str, seed: int, fault: CardFault | None = None) -> CardA:
    """The card of a name. `fault` is only for cards with an application."""
    if name in _OTHERS:
        return _OTHERS[name](seed)
    kind = ISO_DEP[name]
    card = kind.card(kind.application(seed, fault), uid_of(seed, name))
    if fault is CardFault.RANDOM_UID:
        draw = Random(seed)
        card.new_uid = lambda: _RANDOM_UID + draw.randbytes(_RANDOM_UID_REST)
    return card
