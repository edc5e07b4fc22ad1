"""A seat's settings: one TOML file, read strictly.

chamber = "…"   body = "…"   seat = "…"        identifiers
brokers = ["mqtts://host:8883", …]             tried in order
key_file = "device.key"   journal = "journal"  paths, relative to the settings file
reader = "serial:/dev/ttyAMA0"                 or a terminal's path, socket://host:port, software:
panel = "gpio:"                                or software:
[root]  crv, kty, x                            the chamber root's public key, as a JWK
[cards] issuer                                 path: the certificate (DER) of the authority that issues members' cards
[tls]   ca, certificate, key                   paths; only with mqtts
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from protocol.errors import ChamberError
from protocol.fields import check_identifier
from protocol.keys import PublicKey, key_of_jwk
from protocol.topics import Topics
from seat_client.errors import SettingsRefused

_TEXTS: Final = ("chamber", "body", "seat", "key_file", "journal", "reader", "panel")
_MEMBERS: Final = frozenset({*_TEXTS, "brokers", "root"})
_OPTIONAL: Final = frozenset({"tls", "cards"})
SOFTWARE: Final = "software:"
GPIO: Final = "gpio:"
_LINES: Final = ("serial:", "socket://", "/dev/")
"""How the address of a reader's line begins."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths of the authority's certificate and of the seat's own certificate and key."""

    ca: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Settings:
    """A seat's settings, checked. `issuer`: the file of the card authority; without it no card that signs is taken."""

    topics: Topics
    seat: str
    brokers: tuple[str, ...]
    root: PublicKey
    key_file: Path
    journal: Path
    reader: str
    panel: str
    tls: TlsFiles | None
    issuer: Path | None = None


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
    return Settings(
        topics=Topics(members["chamber"], members["body"]),
        seat=members["seat"],
        brokers=tuple(members["brokers"]),
        root=root,
        key_file=folder / members["key_file"],
        journal=folder / members["journal"],
        reader=_reader(members["reader"]),
        panel=_panel(members["panel"]),
        tls=_tls(folder, members.get("tls")),
        issuer=_issuer(folder, members.get("cards")),
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


def _issuer(folder: Path, members: object) -> Path | None:
    if members is None:
        return None
    if not isinstance(members, dict) or set(members) != {"issuer"} or not isinstance(members["issuer"], str):
        raise SettingsRefused("cards is a table of issuer, a path")
    return folder / members["issuer"]


def _tls(folder: Path, members: object) -> TlsFiles | None:
    if members is None:
        return None
    if not isinstance(members, dict) or set(members) != {"ca", "certificate", "key"}:
        raise SettingsRefused("tls is a table of ca, certificate and key")
    return TlsFiles(folder / members["ca"], folder / members["certificate"], folder / members["key"])
