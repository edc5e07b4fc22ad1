"""A seat's settings: one TOML file, read strictly.

chamber = "…"   body = "…"   seat = "…"        identifiers
brokers = ["mqtts://host:8883", …]             tried in order
key_file = "device.key"                        a path; or, in its place, key = "pkcs11:…", a key in a token
journal = "journal"                            a path; paths are relative to the settings file
reader = "serial:/dev/ttyAMA0"                 or a terminal's path, socket://host:port, software:
panel = "gpio:"                                or software:
[root]  crv, kty, x                            the chamber root's public key, as a JWK
[cards] issuer                                 path: the certificate (DER) of the authority that issues members' cards
        accept = ["piv", "ntag424", "uid"]     kinds of cards that are taken; without it "piv" alone
[tls]   ca, certificate, key                   paths; only with mqtts
[pins], [buttons]                              the wiring and the times: `buttons/tables.py`

Whatever is refused is named, with what to write instead.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from protocol.errors import ChamberError
from protocol.fields import check_identifier
from protocol.keys import PublicKey, key_of_jwk
from protocol.topics import Topics
from seat_client.buttons.debounce import DEFAULT_LIMITS, Limits
from seat_client.buttons.pins import DEFAULT_PINS, Pins
from seat_client.buttons.tables import read_buttons, read_pins
from seat_client.device_key import FILE
from seat_client.errors import SettingsRefused
from seat_client.token_uri import SCHEME, TokenRefused, read_token_uri

_TEXTS: Final = ("chamber", "body", "seat", "journal", "reader", "panel")
_MEMBERS: Final = frozenset({*_TEXTS, "brokers", "root"})
_KEYS: Final = ("key_file", "key")
_OPTIONAL: Final = frozenset({*_KEYS, "tls", "cards", "pins", "buttons"})
PIV: Final = "piv"
NTAG424: Final = "ntag424"
UID: Final = "uid"
KINDS: Final = (PIV, NTAG424, UID)
"""Kinds of cards: one that signs, one that proves its key to the controller, one that proves nothing."""
SOFTWARE: Final = "software:"
GPIO: Final = "gpio:"
_LINES: Final = ("serial:", "socket://", "/dev/")
"""How the address of a reader's line begins."""
_UART_LINES: Final = ("serial:", "/dev/")
"""How it begins where the line is the board's own."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths of the authority's certificate and of the seat's own certificate and key."""

    ca: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Settings:
    """A seat's settings, checked.

    `key`: the device key's address, as `device_key.py` reads it. `accept`: the kinds of cards that are taken, of
    `KINDS`. `issuer`: the file of the card authority; without it no card that signs is taken. `two_hands`: a press
    counts only while the second button is held.
    """

    topics: Topics
    seat: str
    brokers: tuple[str, ...]
    root: PublicKey
    key: str
    journal: Path
    reader: str
    panel: str
    tls: TlsFiles | None
    issuer: Path | None = None
    accept: tuple[str, ...] = (PIV,)
    pins: Pins = DEFAULT_PINS
    limits: Limits = DEFAULT_LIMITS
    two_hands: bool = False


def read_settings(path: Path) -> Settings:
    """Read a settings file. Raises `SettingsRefused`: no file, no TOML, a member missing, unknown or malformed."""
    try:
        members = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsRefused(f"the settings {path} cannot be read: {error}") from error
    _check_members(members)
    folder = path.parent
    try:
        for name in ("chamber", "body", "seat"):
            check_identifier(members[name])
        root = key_of_jwk(dict(members["root"]))
    except ChamberError as error:
        raise SettingsRefused(f"the settings hold {error.fact}") from error
    issuer, accept = _cards(folder, members.get("cards"))
    pins = read_pins(members.get("pins"), uart=members["reader"].startswith(_UART_LINES))
    limits, two_hands = read_buttons(members.get("buttons"), pins)
    return Settings(
        topics=Topics(members["chamber"], members["body"]),
        seat=members["seat"],
        brokers=tuple(members["brokers"]),
        root=root,
        key=_key(folder, members),
        journal=folder / members["journal"],
        reader=_reader(members["reader"]),
        panel=_panel(members["panel"]),
        tls=_tls(folder, members.get("tls")),
        issuer=issuer,
        accept=accept,
        pins=pins,
        limits=limits,
        two_hands=two_hands,
    )


def _check_members(members: dict[str, Any]) -> None:
    missing, unknown = _MEMBERS - set(members), set(members) - _MEMBERS - _OPTIONAL
    if missing or unknown:
        raise SettingsRefused(f"settings that are missing: {sorted(missing)}, or unknown: {sorted(unknown)}")
    if not all(isinstance(members[name], str) and members[name] for name in _TEXTS):
        raise SettingsRefused(f"each of {', '.join(_TEXTS)} is a text")
    brokers = members["brokers"]
    if not isinstance(brokers, list) or not brokers or not all(isinstance(url, str) for url in brokers):
        raise SettingsRefused("brokers is a list of addresses")
    if not isinstance(members["root"], dict):
        raise SettingsRefused("root is a table of crv, kty and x")


def _reader(address: str) -> str:
    if address != SOFTWARE and not address.startswith(_LINES):
        raise SettingsRefused(f"no reader is driven at {address}: write serial:/dev/ttyAMA0, or software:")
    return address


def _panel(address: str) -> str:
    if address not in {SOFTWARE, GPIO}:
        raise SettingsRefused(f"no panel is driven at {address}: write gpio:, or software:")
    return address


def _key(folder: Path, members: dict[str, Any]) -> str:
    """The device key's address."""
    given = [name for name in _KEYS if name in members]
    if len(given) != 1:
        raise SettingsRefused(
            'the device key is named once: write key_file = "device.key", or key = "pkcs11:…" where it lies in a token'
        )
    text = members[given[0]]
    if not isinstance(text, str) or not text:
        raise SettingsRefused(f"{given[0]} is a text")
    if given[0] == "key_file":
        return f"{FILE}{folder / text}"
    if not text.startswith(SCHEME):
        raise SettingsRefused(f"key is the address of a key in a token, {SCHEME}…; for a file write key_file")
    try:
        read_token_uri(text)
    except TokenRefused as error:
        raise SettingsRefused(error.fact) from error
    return text


def _cards(folder: Path, members: object) -> tuple[Path | None, tuple[str, ...]]:
    """The card authority's file, and the kinds of cards that are taken."""
    if members is None:
        return None, (PIV,)
    if not isinstance(members, dict) or not set(members) <= {"issuer", "accept"}:
        raise SettingsRefused("cards is a table of issuer, a path, and accept, a list of kinds")
    accept = _accept(members.get("accept", [PIV]))
    issuer = members.get("issuer")
    if issuer is None and PIV not in accept:
        return None, accept
    if not isinstance(issuer, str) or not issuer:
        raise SettingsRefused('[cards] takes cards that sign, so it names their authority: write issuer = "cards.der"')
    return folder / issuer, accept


def _accept(kinds: object) -> tuple[str, ...]:
    known = ", ".join(f'"{kind}"' for kind in KINDS)
    if not isinstance(kinds, list) or not kinds or any(kind not in KINDS for kind in kinds):
        raise SettingsRefused(f"[cards] accept = {kinds!r}: write a list of one or more of {known}")
    return tuple(kind for kind in KINDS if kind in kinds)


def _tls(folder: Path, members: object) -> TlsFiles | None:
    if members is None:
        return None
    if not isinstance(members, dict) or set(members) != {"ca", "certificate", "key"}:
        raise SettingsRefused("tls is a table of ca, certificate and key")
    return TlsFiles(folder / members["ca"], folder / members["certificate"], folder / members["key"])
