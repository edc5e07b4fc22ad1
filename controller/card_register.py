"""The register of cards that cannot sign: which card is whose, and the master key from which their keys come.

`cards.json` in the body's folder, mode 0600, one JSON object: `{"v":1,"cards":[{"uid","member","kind","counter"}]}`
with the UID in lower-case hex, `kind` `ntag424` or `uid`, and `counter` true where the card mirrors one. Beside it lies
`keys/ntag424.key`. Neither ever leaves this machine: a UID is a person's, and whoever has the key can make the cards.

Source: `docs/protocol.md` section 5.5.
"""

import json
import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from controller.keyfile import read_master_key, write_master_key
from protocol.errors import ChamberError, PayloadRefused
from protocol.fields import ATTESTED_KINDS, check_identifier, is_card_uid
from protocol.ntag424 import UID_BYTES

FILE: Final = "cards.json"
KEY_FILE: Final = "ntag424.key"
CARDS_MAX: Final = 10_000
_VERSION: Final = 1
_MEMBERS: Final = ["v", "cards"]
_ENTRY: Final = ["uid", "member", "kind", "counter"]


class CardRegisterRefused(ChamberError):
    """`cards.json` is readable by others, malformed, or names a card or a member twice."""

    code = "card-register"


@dataclass(frozen=True, slots=True)
class RegisteredCard:
    """One card: its UID in lower-case hex, whose it is, its kind, and whether it mirrors a counter."""

    uid: str
    member: str
    kind: str
    counter: bool


@dataclass(frozen=True, slots=True)
class CardRegister:
    """The cards by UID, and the master key of 16 bytes."""

    cards: Mapping[str, RegisteredCard] = field(default_factory=lambda: MappingProxyType({}))
    master: bytes = b""

    def find(self, uid: str) -> RegisteredCard | None:
        """The card with this UID."""
        return self.cards.get(uid)


NO_CARDS: Final = CardRegister()
"""A chamber whose every card signs."""


def read_register(folder: Path) -> CardRegister:
    """Read a body's register; where there is no file there are no such cards.

    Raises `CardRegisterRefused`, `KeyFileRefused`: a register without its key, or a bad one.
    """
    path = folder / FILE
    try:
        mode, data = path.stat().st_mode, path.read_bytes()
    except FileNotFoundError:
        return NO_CARDS
    except OSError as error:
        raise CardRegisterRefused(f"cannot read the register {path}: {error.strerror}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CardRegisterRefused(f"the register {path} is readable by others; run: chmod 600 {path}")
    try:
        cards = _read_cards(data)
    except CardRegisterRefused as error:
        raise CardRegisterRefused(f"the register {path}: {error.fact}") from error
    return CardRegister(cards, read_master_key(folder / "keys" / KEY_FILE))


def write_register(folder: Path, cards: Iterable[RegisteredCard], master: bytes) -> CardRegister:
    """Write a new register and its key; `folder` holds `keys/`. Raises `CardRegisterRefused`, `KeyFileRefused`."""
    document = {"v": _VERSION, "cards": [asdict(card) for card in cards]}
    data = json.dumps(document, indent=1).encode("ascii")
    register = CardRegister(_read_cards(data), master)
    write_master_key(folder / "keys" / KEY_FILE, master)
    try:
        descriptor = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CardRegisterRefused(f"cannot write the register {folder / FILE}: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    return register


def _read_cards(data: bytes) -> dict[str, RegisteredCard]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise CardRegisterRefused("not JSON") from error
    if (
        type(document) is not dict
        or list(document) != _MEMBERS
        or (type(document["v"]), document["v"]) != (int, _VERSION)
    ):
        raise CardRegisterRefused("write an object of v, which is 1, and cards")
    if type(document["cards"]) is not list or len(document["cards"]) > CARDS_MAX:
        raise CardRegisterRefused(f"cards is a list of at most {CARDS_MAX}")
    cards = [_read_card(number, entry) for number, entry in enumerate(document["cards"], 1)]
    for what, values in (("UID", [card.uid for card in cards]), ("member", [card.member for card in cards])):
        twice = [value for value, times in Counter(values).items() if times > 1]
        if twice:
            raise CardRegisterRefused(f"the {what} {twice[0]} stands here twice: one card, one member")
    return {card.uid: card for card in cards}


def _read_card(number: int, entry: Any) -> RegisteredCard:  # noqa: ANN401 - untyped JSON becomes typed here
    if type(entry) is not dict or list(entry) != _ENTRY:
        raise CardRegisterRefused(f"card {number}: write exactly {', '.join(_ENTRY)}, in this order")
    uid, member, kind, counter = entry.values()
    try:
        check_identifier(member)
    except PayloadRefused as error:
        raise CardRegisterRefused(f"card {number}: member is {error.fact}") from error
    if type(uid) is not str or not is_card_uid(uid):
        raise CardRegisterRefused(f"card {number}: uid is 4, 7 or 10 bytes in lower-case hex")
    if kind not in ATTESTED_KINDS:
        raise CardRegisterRefused(f"card {number}: kind is one of {', '.join(ATTESTED_KINDS)}")
    if kind == "ntag424" and len(uid) != 2 * UID_BYTES:
        raise CardRegisterRefused(f"card {number}: the uid of an ntag424 has {UID_BYTES} bytes")
    if type(counter) is not bool or (counter and kind != "ntag424"):
        raise CardRegisterRefused(f"card {number}: counter is true or false, and only an ntag424 has one")
    return RegisteredCard(uid, member, kind, counter)
