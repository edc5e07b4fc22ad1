"""The first `chamber.toml`: commented, with placeholders where only the council knows. Pure."""

import json
from collections.abc import Mapping

from controller.installation import PLACEHOLDERS
from controller.words import _

_LANGUAGE_OF = {"pl": "pl", "ro": "ro", "rs": "sr-Cyrl", "ua": "uk"}
_IDENTIFIER, _TEXT = PLACEHOLDERS
BROKER = "embedded://127.0.0.1:1883"


def write_template(options: Mapping[str, str | int]) -> str:
    """The file's text; `options` fills in chamber, country, language, body, term, name and statutory."""
    country = str(options.get("country", ""))
    language = options.get("language", _LANGUAGE_OF.get(country, "en"))
    rows = [
        ("", "v", 1, ""),
        ("", "chamber", options.get("chamber", _IDENTIFIER), _("identifier of the municipality: a-z, 0-9, hyphens")),
        ("", "country", country or _IDENTIFIER, _("whose law: pl, ro, rs or ua")),
        ("", "rules", "", _("a file of the council's own rules beside this one, or nothing")),
        ("", "broker", BROKER, _("where seats and officers connect; other bodies take the next ports")),
        ("", "language", language, _("of the hall and the minutes: sr-Cyrl, sr-Latn, ro, uk, pl or en")),
        ("[[bodies]]", "body", options.get("body", _IDENTIFIER), _("identifier; one table [[bodies]] for each body")),
        ("", "term", options.get("term", _IDENTIFIER), _("identifier of the term of office, as 2024-2028")),
        ("", "name", options.get("name", _TEXT), _("as the minutes show it")),
        ("", "statutory", options.get("statutory", _TEXT), _("seats by law")),
        *_officer("chair"), *_officer("secretary"),
    ]  # fmt: skip
    head = _("An installation of Chamber. Fill in what says change me, then run chamber init once more.")
    return f"# {head}\n" + "".join(_row(*row) for row in rows)


def _officer(role: str) -> list[tuple[str, str, str, str]]:
    roles = _("chair, deputy, eldest, secretary, operator or trustee")
    return [
        ("[[bodies.officers]]", "id", role, _("identifier; names the key file")),
        ("", "role", role, roles),
        ("", "name", _TEXT, ""),
    ]


def _row(header: str, member: str, value: str | int, comment: str) -> str:
    """A member, below its table's header. JSON's strings are TOML's, but for DEL, which no name holds."""
    table = f"\n{header}\n" if header else ""
    note = f"  # {comment}" if comment else ""
    return f"{table}{member} = {json.dumps(value, ensure_ascii=False)}{note}\n"
