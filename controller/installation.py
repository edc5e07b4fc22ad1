"""The installation on the disk: `chamber.toml` in the state directory, read strictly, and what lies where.

v = 1
chamber = "…"     country = "rs"     language = "sr-Cyrl"
rules = ""        the council's own file of rules beside this one, or ""
broker = "embedded://127.0.0.1:1883"        what the controller opens, or mqtt(s)://host:port of somebody else's
[[speeches]]          id, rank, seconds: kinds of speech, over the usual ones; may be left out
[[bodies]]            body, term, name, statutory; rules and broker where they differ from the installation's
[[bodies.officers]]   id, role, name

A body has its own root, log, controller and officers' keys, and a listener of its own, on the next port
(docs/decisions/0013). The first body lies in the directory itself, each further one in `bodies/{body}/`, with the same
layout: `keys/`, `store.sqlite3`, `packages/`.
"""

import os
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Final, NamedTuple, NoReturn

from controller.broker_address import PORT_MAX, BrokerAddress
from controller.founding import Body, OfficerPlan
from controller.words import LANGUAGES, _
from protocol.errors import ChamberError, PayloadRefused
from protocol.fields import check_text, is_identifier
from protocol.floor import DEFAULT_SORTS, SpeechSort, SpeechSorts, with_own_sorts
from protocol.law_data import COUNTRY_IDS
from protocol.records import ROLES

FILE: Final = "chamber.toml"
STORE_FILE: Final = "store.sqlite3"
PLACEHOLDERS: Final = ("change-me", "change me")
"""What `chamber init` writes where only the council knows; nothing is founded with it."""
SEATS_MAX: Final = 3_000
RANK_MAX: Final = 100
SPEECH_S_MAX: Final = 86_400
_NEEDED_ROLES: Final = ("chair", "secretary")


class InstallationRefused(ChamberError):
    """`chamber.toml` is missing or malformed, or does not fit what lies in the directory."""

    code = "installation"


@dataclass(frozen=True, slots=True)
class BodyConfig:
    """One body. `statutory`: seats by law; `rules`: a file name or empty; `broker`: what its controller opens."""

    body: str
    term: str
    name: str
    statutory: int
    rules: str
    broker: str
    officers: tuple[OfficerPlan, ...]

    def officer_with(self, role: str) -> OfficerPlan:
        """The first officer with `role`; a chair and a secretary are always there."""
        return next(officer for officer in self.officers if officer.role == role)


@dataclass(frozen=True, slots=True)
class Installation:
    """What `chamber.toml` in `directory` says. `broker` is that of the file, each body's own stands with the body.

    `speeches`: the kinds of speech, which rank the queue and offer their times. What may still be asked for on a closed
    list is the protocol's, as a log must mean one thing.
    """

    directory: Path
    chamber: str
    country: str
    rules: str
    broker: str
    language: str
    bodies: tuple[BodyConfig, ...]
    speeches: SpeechSorts = DEFAULT_SORTS

    def body(self, name: str = "") -> BodyConfig:
        """A body by its identifier; "" is the only one. Raises `InstallationRefused` with the list of bodies."""
        found = [body for body in self.bodies if name in {"", body.body}]
        if len(found) != 1:
            known = {"known": ", ".join(body.body for body in self.bodies), "body": name}
            if name:
                raise InstallationRefused(_("no body %(body)s is here; write one of: %(known)s") % known)
            raise InstallationRefused(_("more bodies than one are here; say --body with one of: %(known)s") % known)
        return found[0]

    def folder_of(self, body: str = "") -> Path:
        """Where a body's `keys/`, `store.sqlite3` and `packages/` lie. Raises `InstallationRefused`."""
        config = self.body(body)
        return self.directory if config is self.bodies[0] else self.directory / "bodies" / config.body

    def log_of(self, body: str = "") -> Body:
        """Whose log a body's is. Raises `InstallationRefused`."""
        config = self.body(body)
        return Body(self.chamber, config.body, config.term)

    def rules_of(self, body: str = "") -> Path | None:
        """The council's own file of rules for a body; None: the country's law alone. Raises `InstallationRefused`."""
        name = self.body(body).rules or self.rules
        return self.directory / name if name else None


def state_directory(option: Path | None = None) -> Path:
    """Where a command finds its state: `--dir`, else `CHAMBER_DIR`, else the working directory."""
    return option or Path(os.environ.get("CHAMBER_DIR") or ".")


def is_installation(directory: Path) -> bool:
    """True where a `chamber.toml` lies, readable or not."""
    return (directory / FILE).exists()


def connect_url(installation: Installation, body: str = "") -> str:
    """The address that a body's officers and seats connect to. A listener on every address is met on this machine.

    Raises `InstallationRefused`: which body, or it listens on any free port, which only its controller can tell.
    """
    broker = installation.body(body).broker
    address = BrokerAddress.read(broker)
    assert address is not None, "read from a file that was checked"
    if address.port == 0:
        raise InstallationRefused(
            _("%(broker)s is any free port: write one, or use the address that the controller prints")
            % {"broker": broker}
        )
    return str(address.to_connect())


# --- Reading ------------------------------------------------------------------------------------------------


class _Member(NamedTuple):
    """A member of a table: what it must be, what to write instead, and whether it may be absent (then empty)."""

    fits: Callable[[Any], bool]
    write: str
    optional: bool = False


def _is_name(value: Any) -> bool:  # noqa: ANN401 - untyped TOML becomes typed here
    try:
        return bool(check_text(value).strip())
    except PayloadRefused:
        return False


def _is_file_name(value: Any) -> bool:  # noqa: ANN401 - as above
    return isinstance(value, str) and PurePath(value).name == value


def _is_tables(value: Any) -> bool:  # noqa: ANN401 - as above
    return isinstance(value, list) and bool(value) and all(isinstance(table, dict) for table in value)


def _is_broker(value: Any) -> bool:  # noqa: ANN401 - as above
    return isinstance(value, str) and BrokerAddress.read(value) is not None


def _one_of(words: Iterable[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in words


_IDENTIFIER = _Member(
    lambda value: isinstance(value, str) and is_identifier(value), _("an identifier of a-z, 0-9 and hyphens")
)
_NAME = _Member(_is_name, _("a text of 1 to 300 characters"))
_RULES = _Member(_is_file_name, _('the name of a file beside chamber.toml, or ""'), optional=True)
_BROKER_WORDS = _("embedded://HOST:PORT, or mqtt://HOST:PORT or mqtts://HOST:PORT of another broker")
_INSTALLATION = {
    "v": _Member(lambda value: type(value) is int and value == 1, _("v = 1")),
    "chamber": _IDENTIFIER, "country": _IDENTIFIER, "rules": _RULES, "broker": _Member(_is_broker, _BROKER_WORDS),
    "language": _Member(_one_of(LANGUAGES), ", ".join(LANGUAGES)),
    "bodies": _Member(_is_tables, _("a table [[bodies]] for each body")),
    "speeches": _Member(_is_tables, _("a table [[speeches]] for each kind of speech"), optional=True),
}  # fmt: skip
_BODY = {
    "body": _IDENTIFIER, "term": _IDENTIFIER, "name": _NAME,
    "statutory": _Member(
        lambda value: type(value) is int and 1 <= value <= SEATS_MAX, _("the seats by law, a number of 1 to 3000")
    ),
    "rules": _RULES, "broker": _Member(_is_broker, _BROKER_WORDS, optional=True),
    "officers": _Member(_is_tables, _("a table [[bodies.officers]] for each officer")),
}  # fmt: skip
_SPEECH = {
    "id": _IDENTIFIER,
    "rank": _Member(
        lambda value: type(value) is int and 0 <= value <= RANK_MAX, _("a number of 0 to 100, least first")
    ),
    "seconds": _Member(
        lambda value: type(value) is int and 0 <= value <= SPEECH_S_MAX, _("its usual time in seconds, 0 for no limit")
    ),
}
_OFFICER = {"id": _IDENTIFIER, "role": _Member(_one_of(ROLES), ", ".join(ROLES)), "name": _NAME}


def read_installation(directory: Path) -> Installation:
    """Read `chamber.toml`. Raises `InstallationRefused`: the line names the member and what to write."""
    path = directory / FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InstallationRefused(_("there is no %(file)s: run chamber init") % {"file": path}) from error
    except (OSError, ValueError) as error:
        raise InstallationRefused(f"{path}: {error}") from error
    _check_table(path, "", table, _INSTALLATION)
    bodies = tuple(_read_body(path, number, body, table["broker"]) for number, body in enumerate(table["bodies"], 1))
    _check_together(path, table, bodies)
    return Installation(
        directory,
        table["chamber"],
        table["country"],
        table.get("rules", ""),
        table["broker"],
        table["language"],
        bodies,
        _read_speeches(path, table.get("speeches", [])),
    )


def _read_speeches(path: Path, tables: list[dict[str, Any]]) -> SpeechSorts:
    """A council's own kinds over the usual ones; whether one passes a closed list stays as it is."""
    for number, table in enumerate(tables, 1):
        _check_table(path, f"[[speeches]] {number}: ", table, _SPEECH)
    _check_once(path, "[[speeches]] id", [table["id"] for table in tables])
    return with_own_sorts(
        [
            SpeechSort(
                table["id"], table["rank"], table["seconds"] * 1_000, DEFAULT_SORTS.of(table["id"]).passes_closed_list
            )
            for table in tables
        ]
    )


def _read_body(path: Path, number: int, table: dict[str, Any], broker: str) -> BodyConfig:
    where = f"[[bodies]] {number}: "
    _check_table(path, where, table, _BODY)
    for place, officer in enumerate(table["officers"], 1):
        _check_table(path, f"[[bodies]] {number}, [[bodies.officers]] {place}: ", officer, _OFFICER)
    officers = tuple(OfficerPlan(officer["id"], officer["role"], officer["name"]) for officer in table["officers"])
    _check_once(path, f"{where}[[bodies.officers]] id", [officer.id for officer in officers])
    for role in _NEEDED_ROLES:
        if all(officer.role != role for officer in officers):
            _refuse(path, f"{where}[[bodies.officers]] role", _('write an officer with role = "%(role)s"'), role=role)
    return BodyConfig(
        table["body"], table["term"], table["name"], table["statutory"], table.get("rules", ""),
        table.get("broker") or _next_broker(path, where, broker, number - 1), officers,
    )  # fmt: skip


def _next_broker(path: Path, where: str, broker: str, place: int) -> str:
    """The broker of a body that names none: our own on the next port. Somebody else's serves one body."""
    address = BrokerAddress.read(broker)
    assert address is not None, "checked with the file's other members"
    if place == 0 or (address.scheme, address.port) == ("embedded", 0):
        return broker
    if address.scheme != "embedded" or address.port + place > PORT_MAX:
        # Ids of clients are unique within a body only: on one broker a seat would take over its namesake's session.
        _refuse(path, f"{where}broker", _("each body has a broker of its own; write %(form)s"), form=_BROKER_WORDS)
    return str(address._replace(port=address.port + place))


def _check_table(path: Path, where: str, table: dict[str, Any], members: dict[str, _Member]) -> None:
    for name in table:
        if name not in members:
            _refuse(path, where + name, _("no such member here; write only %(known)s"), known=", ".join(members))
    for name, member in members.items():
        if name not in table:
            if not member.optional:
                _refuse(path, where + name, _("missing; write %(form)s"), form=member.write)
        elif table[name] in PLACEHOLDERS:
            _refuse(path, where + name, _("still to be filled in; write %(form)s"), form=member.write)
        elif not member.fits(table[name]):
            _refuse(path, where + name, _("malformed; write %(form)s"), form=member.write)


def _check_together(path: Path, table: dict[str, Any], bodies: tuple[BodyConfig, ...]) -> None:
    """What no table can tell alone: repeated bodies and brokers, and a law for everybody."""
    _check_once(path, "[[bodies]] body", [body.body for body in bodies])
    addresses = [BrokerAddress.read(body.broker) for body in bodies]
    _check_once(path, "[[bodies]] broker", [str(address) for address in addresses if address and address.port])
    if table["country"] not in COUNTRY_IDS and not table.get("rules") and not all(body.rules for body in bodies):
        known = ", ".join(COUNTRY_IDS)
        _refuse(path, "country", _("no law of this country is here; write one of %(known)s, or `rules`"), known=known)


def _check_once(path: Path, member: str, values: list[str]) -> None:
    for value, times in Counter(values).items():
        if times > 1:
            _refuse(path, member, _("%(value)s stands here twice; write another"), value=value)


def _refuse(path: Path, member: str, what: str, **facts: str) -> NoReturn:
    raise InstallationRefused(f"{path}: {member}: {what % facts}")
