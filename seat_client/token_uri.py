"""Where a device key lies in a token: a PKCS#11 URI, read strictly. Pure.

    pkcs11:token=LABEL;object=LABEL?module-path=/PATH&pin-source=file:/PATH

All four attributes, each once, in any order inside its half; characters beyond the URI's own as %HH. A PIN in the URI
itself is refused: settings are read by people and kept in backups.

Source: RFC 7512 section 2.3, the subset above.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from protocol.errors import ChamberError

SCHEME: Final = "pkcs11:"
_FILE: Final = "file:"
_FORM: Final = "pkcs11:token=LABEL;object=LABEL?module-path=/PATH&pin-source=file:/PATH"
_PATH: Final = frozenset({"token", "object"})
_QUERY: Final = frozenset({"module-path", "pin-source"})


class TokenRefused(ChamberError):
    """The device key in a token cannot be used.

    Codes: `token-uri`, `token-library`, `token-module`, `token-missing`, `token-pin-file`, `token-pin`,
    `token-pin-tried`, `token-object`, `token-kind`, `token-signature`, `token`.
    """

    code = "token"


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """One key in one token. `module`: the maker's library. `pin_file`: one line, readable by the seat's user alone."""

    token: str
    object: str
    module: Path
    pin_file: Path


def read_token_uri(uri: str) -> TokenPlace:
    """Read a PKCS#11 URI. Raises `TokenRefused`: an attribute is missing, unknown, doubled, empty or no whole path."""
    path, _, query = uri.removeprefix(SCHEME).partition("?")
    if not uri.startswith(SCHEME):
        raise TokenRefused(f"a key in a token is written {_FORM}", "token-uri")
    found = {**_attributes(path.split(";"), _PATH), **_attributes(query.split("&"), _QUERY)}
    source = found["pin-source"]
    if not source.startswith(_FILE):
        raise TokenRefused("pin-source is file:/PATH, a file that holds the PIN; no command is run", "token-uri")
    return TokenPlace(
        token=found["token"],
        object=found["object"],
        module=_whole("module-path", found["module-path"]),
        pin_file=_whole("pin-source", source.removeprefix(_FILE)),
    )


def _attributes(written: list[str], known: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in filter(None, written):
        name, _, value = one.partition("=")
        if name == "pin-value":
            raise TokenRefused("a PIN never stands in the settings: write pin-source=file:/PATH", "token-uri")
        if name not in known or name in found:
            raise TokenRefused(f"{name} is unknown or doubled in the key's URI: write {_FORM}", "token-uri")
        found[name] = _text(name, value)
    missing = sorted(known - set(found))
    if missing:
        raise TokenRefused(f"the key's URI lacks {', '.join(missing)}: write {_FORM}", "token-uri")
    return found


def _text(name: str, value: str) -> str:
    try:
        text = unquote(value, errors="strict")
    except UnicodeDecodeError as error:
        raise TokenRefused(f"{name} in the key's URI is not UTF-8: write it anew", "token-uri") from error
    if not text or "\0" in text:
        raise TokenRefused(f"{name} in the key's URI is empty or holds a zero byte: write it anew", "token-uri")
    return text


def _whole(name: str, text: str) -> Path:
    # The loader would look for a bare name in its own folders, and take whichever comes first.
    path = Path(text)
    if not path.is_absolute():
        raise TokenRefused(f"{name} in the key's URI is a whole path: it begins with /", "token-uri")
    return path
