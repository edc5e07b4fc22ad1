"""The rules in force on a day: the law of a country, the readings a council chose, and its own standing orders.

`read_country` and `read_overrides` read the files; `rules_in_force` makes of them what a sitting votes under, and
`write_rule_book` of that the document which the roster quotes, so that the log fixes the law of its sitting.

Source: `docs/protocol.md` section 8.
"""

from dataclasses import replace
from typing import Any

from protocol.law_data import (
    COUNTRY_IDS,
    QUORUM_MEMBERS,
    Country,
    Example,
    LawRule,
    Override,
    Overrides,
    Setting,
)
from protocol.law_form import read_day, refuse, window
from protocol.law_reading import made_rule, members_of, read_country, read_overrides, sort_of
from protocol.majority import RULES_BYTES_MAX, Rule, write_rule_book

__all__ = (
    "Country",
    "Example",
    "LawRule",
    "Override",
    "Overrides",
    "Setting",
    "read_country",
    "read_overrides",
    "rules_in_force",
    "with_settings",
)


def rules_in_force(country: Country | None, day: str, overrides: Overrides | None = None) -> tuple[LawRule, ...]:
    """The rules of `day` (`2024-01-31`): the law's variants, changed as the council says, then the council's own.

    `country` is None where no law of ours holds; then the council's file must be complete. Raises `RulesRefused`:
    an impossible day, a file of another country, unknown rules or settings, a rule that cannot be.
    """
    when = read_day(day, "day")
    law = [law for law in (country.rules if country else ()) if _holds(law.rule, when)]
    if overrides is not None:
        law = _overridden(country, {one.rule.id: one for one in law}, overrides, day)
    if not law:
        refuse("file", f"no rule is in force on {day}")
    if len(write_rule_book([one.rule for one in law])) > RULES_BYTES_MAX:
        refuse("file", f"the rules of {day} are longer than the {RULES_BYTES_MAX} bytes of a document of rules")
    return tuple(law)


def with_settings(law: LawRule, names: tuple[str, ...]) -> LawRule:
    """The rule by the readings `names`; its citation says so. Raises `RulesRefused`: a setting it does not have."""
    where = f"settings ({law.rule.id})"
    known = {setting.name: setting for setting in law.settings}
    changes: dict[str, Any] = {}
    for name in names:
        if name not in known:
            has = ", ".join(known) or "none"
            refuse(where, f"no setting {name!r}; it has: {has}")
        changes |= known[name].changes
    if not names:
        return law
    citation = f"{law.rule.citation} [setting: {', '.join(names)}]"
    examples = tuple(example for example in law.examples if names == (example.setting,))
    return replace(law, rule=_changed(law.rule, changes | {"citation": citation}, where), examples=examples)


def _holds(rule: Rule, when: int) -> bool:
    first, last = window(rule.valid_from, rule.valid_to, rule.id)
    return first <= when <= last


def _applies(override: Override, day: str) -> bool:
    days = override.changes.get("valid_from", ""), override.changes.get("valid_to", "")
    first, last = window(*days, f"[[rules]] ({override.id})")
    return first <= read_day(day, "day") <= last


def _overridden(country: Country | None, law: dict[str, LawRule], overrides: Overrides, day: str) -> list[LawRule]:
    """`law` by id with the council's settings and rules; quorums that changed are inherited anew."""
    _check_country(country, overrides)
    before = dict(law)
    for rule_id, names in overrides.settings.items():
        if rule_id not in law:
            refuse(f"settings ({rule_id})", f"no such rule is in force on {day}")
        law[rule_id] = with_settings(law[rule_id], names)
    own = {override.id: override for override in overrides.rules if _applies(override, day)}
    for override in own.values():
        law[override.id] = _override(country, law.get(override.id), override, day)
    return [_inheriting(one, law, before, own.get(one.rule.id)) for one in law.values()]


def _check_country(country: Country | None, overrides: Overrides) -> None:
    known = country.id if country else ""
    if overrides.country != known:
        refuse("country", f"the file changes the law of {overrides.country or 'no country'!r}, not {known!r}")


def _override(country: Country | None, law: LawRule | None, override: Override, day: str) -> LawRule:
    """The council's rule: the law's with its changes, or a new one."""
    where = f"[[rules]] ({override.id})"
    prefix = override.id.partition(".")[0]
    changes = {"confidence": "", **override.changes, "origin": "council"}
    if law is not None:
        rule = _changed(law.rule, changes, where)
        quorum = override.quorum or law.quorum
        return replace(law, rule=rule, sort=sort_of(rule), source="", examples=(), settings=(), quorum=quorum)
    if country is not None and prefix == country.id:
        what = f"no such rule of {country.id} is in force on {day}; begin a rule of your own with another word"
        refuse(where, what)
    if prefix in COUNTRY_IDS:
        refuse(where, f"a rule of the country {prefix!r} in a file for {country.id if country else ''!r}")
    for member in ("title", "base"):
        if member not in changes:
            refuse(where, f"{member} is missing; a rule of the council's own is complete")
    rule = made_rule({"id": override.id, **changes}, where)
    return LawRule(rule, sort_of(rule), "", "", override.quorum, "", "", (), (), ())


def _inheriting(law: LawRule, now: dict[str, LawRule], before: dict[str, LawRule], own: Override | None) -> LawRule:
    """`law` with the quorum it names as the council left it; members that its own override gives stand."""
    if not law.quorum:
        return law
    where = f"[[rules]] ({law.rule.id})"
    quorum = now.get(law.quorum)
    if quorum is None or quorum.sort != "quorum":
        refuse(where, f"quorum {law.quorum!r} is no quorum rule in force")
    changed = quorum != before.get(law.quorum)
    if not changed and not (own and own.quorum):
        return law
    given = own.changes if own else {}
    changes = {name: getattr(quorum.rule, name) for name in QUORUM_MEMBERS if name not in given}
    if changed:
        changes["citation"] = f"{law.rule.citation}; quorum: {quorum.rule.citation}"
    return replace(law, rule=_changed(law.rule, changes, where), examples=())


def _changed(rule: Rule, changes: dict[str, Any], where: str) -> Rule:
    return made_rule(members_of(rule) | changes, where)
