"""Whose sitting a screen shows and whom it believes: from an installation on this machine, or from what it is told.

A screen stands in the hall and needs neither keys nor log: with the words of the root, an address and the names of
chamber and body it runs on any machine. Beside a controller the installation says all of that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from controller.founding import Body
from controller.installation import connect_url, is_installation, read_installation
from controller.words import _
from protocol.errors import ChamberError
from protocol.fields import is_identifier
from protocol.keys import PublicKey, key_of_jwk
from protocol.topics import Topics
from protocol.words import same_words

ROOT_WORDS: Final = 8
THUMBPRINT_CHARACTERS: Final = 43


class DisplayRefused(ChamberError):
    """A screen cannot be shown as it was asked for."""

    code = "installation"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the documents come from. `council`: its name or ""; `record`: the language of the record's texts or ""."""

    topics: Topics
    url: str
    believed: Callable[[PublicKey], bool]
    council: str
    record: str


def source_of(directory: Path, body: str, broker: str, root: str) -> Source:
    """Whose sitting is shown. `body`: of an installation, or `CHAMBER/BODY` where there is none.

    `root`: eight words or a thumbprint; where it is empty, the log beside the installation is asked.
    Raises `DisplayRefused`, `InstallationRefused`, `NotFound`: no log is founded; `StoreFailed`.
    """
    believed = believed_root(root) if root else None
    if not is_installation(directory):
        chamber, _slash, name = body.partition("/")
        if believed is None or not broker or not is_identifier(chamber) or not is_identifier(name):
            raise DisplayRefused(
                _(
                    "%(directory)s holds no chamber.toml: say --dir, or where there is none --broker, --root and "
                    "--body CHAMBER/BODY"
                )
                % {"directory": directory}
            )
        return Source(Topics(chamber, name), broker, believed, "", "")
    installation = read_installation(directory)
    config = installation.body(body)
    log: Body = installation.log_of(body)
    return Source(
        log.topics,
        broker or connect_url(installation, body),
        believed or _root_of_log(installation.folder_of(body)),
        config.name,
        installation.language,
    )


def believed_root(root: str) -> Callable[[PublicKey], bool]:
    """What is true of the key that `root` names. Raises `DisplayRefused`: neither eight words nor a thumbprint."""
    words = root.replace("-", " ").split()
    if len(words) != ROOT_WORDS and len(root) != THUMBPRINT_CHARACTERS:
        raise DisplayRefused(_("--root is neither the eight words of the root nor its thumbprint"))
    return lambda key: key.thumbprint == root or same_words(root, key)


def _root_of_log(folder: Path) -> Callable[[PublicKey], bool]:
    from controller.procedures.log_view import open_log  # noqa: PLC0415 - a screen without a log needs no store

    with open_log(folder) as log:
        trust = log.view.state.trust
    if trust is None:
        raise DisplayRefused(_("%(folder)s holds no log yet: run chamber init") % {"folder": folder})
    thumbprint = key_of_jwk(trust.root).thumbprint
    return lambda key: key.thumbprint == thumbprint


def hosts_of(host: str, behind_proxy: str) -> frozenset[str]:
    """The names that a request may ask for. Raises `DisplayRefused`: an address that others reach, and no proxy."""
    if not is_loopback(host) and not behind_proxy:
        raise DisplayRefused(
            _(
                "%(host)s can be reached from other machines, and the screen speaks plain HTTP: who stands between "
                "could show the hall other figures. Let a proxy with TLS pass on to 127.0.0.1, and name it with "
                "--behind-proxy"
            )
            % {"host": host}
        )
    shown = f"[{host}]" if ":" in host else host
    return frozenset({"127.0.0.1", "localhost", "[::1]", shown.lower()} | ({behind_proxy.lower()} - {""}))


def is_loopback(host: str) -> bool:
    """True of an address that this machine alone can reach."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
