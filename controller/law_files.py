"""Where the law lies: the files of the countries come with the program, a council's own file lies on its disk.

Source: `docs/protocol.md` section 8.
"""

from importlib.resources import files
from pathlib import Path

from protocol.errors import RulesRefused
from protocol.law import Country, Overrides, read_country, read_overrides
from protocol.law_data import COUNTRY_IDS

COUNTRIES = COUNTRY_IDS
"""Whose law comes with this version."""


def read_law(country: str) -> Country:
    """The law of one of `COUNTRIES`. Raises `RulesRefused`: another country."""
    if country not in COUNTRIES:
        raise RulesRefused(f"no law of the country {country!r} is here; there is: {', '.join(COUNTRIES)}")
    return read_country((files("protocol.rules") / f"{country}.toml").read_text(encoding="utf-8"))


def country_of(rule_id: str) -> str:
    """Whose law a rule is of, by the prefix of its id (`pl.simple`); empty for a council's own rule."""
    prefix, dot, _rest = rule_id.partition(".")
    return prefix if dot and prefix in COUNTRIES else ""


def read_override_file(path: Path) -> Overrides:
    """A council's own file of rules. Raises `RulesRefused`: the line begins with the path."""
    try:
        return read_overrides(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RulesRefused(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RulesRefused(f"{path}: not a text in UTF-8") from error
    except RulesRefused as error:
        raise RulesRefused(f"{path}: {error.fact}") from error
