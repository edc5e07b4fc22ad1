"""Reading the files of law: `protocol/rules/*.toml`, and a council's own file.

A country's file is believed only if every worked example in it comes out; so a wrong number in a file, or in the
arithmetic, is refused before anybody votes under it.

Source: `docs/protocol.md` section 8.
"""

import re
from dataclasses import fields, replace
from typing import Any

from protocol.errors import RulesRefused
from protocol.law_data import (
    COUNTRY_IDS,
    LEGAL_MEMBERS,
    QUORUM_MEMBERS,
    Country,
    LawRule,
    Override,
    Overrides,
    Setting,
    Sort,
)
from protocol.law_examples import check_examples, read_example
from protocol.law_form import check_table, check_texts, check_words, parse_toml, refusal, refuse, window
from protocol.majority import Rule, simple_rule

_RULE_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}\.[a-z][a-z0-9_-]{0,39}")
_NUMBERS = {"numerator", "denominator", "fixed", "quorum_numerator", "quorum_denominator"}
_LEGAL = {name: int if name in _NUMBERS else str for name in LEGAL_MEMBERS}
_DAYS = {"valid_from": str, "valid_to": str}
_FRACTION = ("comparator", "numerator", "denominator")
_COUNTRY = {"v": int, "id": str, "name": str, "language": str, "acts": dict, "rules": list}
_LAW = {
    "id": str, "sort": str, "act": str, "article": str, "title": str, "recusal": str, "mayor": str, "confidence": str,
    "source": str, "note": str, "uses": list,
}  # fmt: skip
_MAJORITY = {"base": str, "quorum": str, "tie": str, "visibility": str, "publish": str}
_LISTS = {"examples": list, "settings": list}
_SETTING = {"name": str, "note": str}
_OVERRIDE = {"id": str, "citation": str}
_WORDS = {"title": str, "confidence": str, "quorum": str}


def read_country(text: str) -> Country:
    """Read a country's file. Raises `RulesRefused`: the line names the part of the file, the rule and what is wrong."""
    table = check_table("file", parse_toml(text), _COUNTRY, {"traps": list})
    country = table["id"]
    if country not in COUNTRY_IDS:
        refuse("id", f"{country!r} is none of {', '.join(COUNTRY_IDS)}")
    acts = check_words("[acts]", table["acts"])
    rules = [
        _read_law(f"[[rules]] {number}", members, country, acts) for number, members in enumerate(table["rules"], 1)
    ]
    _refuse_overlaps([law.rule.id for law in rules], [window(*_days(law.rule), law.rule.id) for law in rules])
    laws = tuple(_with_quorum(law, rules) for law in rules)
    for law in laws:
        check_examples(law, {setting.name: _set(law.rule, setting) for setting in law.settings})
    traps = check_texts("traps", table.get("traps", []))
    return Country(country, table["name"], table["language"], acts, traps, laws)


def read_overrides(text: str) -> Overrides:
    """Read a council's own file. Raises `RulesRefused`, as `read_country`."""
    table = check_table("file", parse_toml(text), {"v": int, "country": str}, {"settings": dict, "rules": list})
    if table["country"] not in {"", *COUNTRY_IDS}:
        refuse("country", f"{table['country']!r} is none of {', '.join(COUNTRY_IDS)}, and not empty")
    settings = {name: _names(f"settings ({name})", value) for name, value in table.get("settings", {}).items()}
    rules = [_read_override(f"[[rules]] {number}", members) for number, members in enumerate(table.get("rules", []), 1)]
    days = [(rule.changes.get("valid_from", ""), rule.changes.get("valid_to", "")) for rule in rules]
    _refuse_overlaps([rule.id for rule in rules], [window(*days[n], rule.id) for n, rule in enumerate(rules)])
    return Overrides(table["country"], settings, tuple(rules))


def made_rule(members: dict[str, Any], where: str) -> Rule:
    """The `Rule` of these members. Raises `RulesRefused` with `where` in its line: a rule that cannot be."""
    rule_id, title = members["id"], members["title"]
    changes = {name: value for name, value in members.items() if name not in {"id", "title"}}
    try:
        return simple_rule(rule_id, title, **changes)
    except RulesRefused as error:
        raise refusal(where, error.fact.removeprefix(f"rule {rule_id!r}: ")) from error


def members_of(rule: Rule) -> dict[str, Any]:
    """The members of `rule` by name, for `made_rule`."""
    return {field.name: getattr(rule, field.name) for field in fields(Rule)}


def sort_of(rule: Rule) -> Sort:
    """`quorum` for a rule that asks only who is here."""
    return "quorum" if rule.base == "none" and rule.quorum_base != "none" else "majority"


def _read_law(where: str, members: Any, country: str, acts: dict[str, str]) -> LawRule:  # noqa: ANN401 - untyped TOML
    where = _where(where, members)
    quorum = type(members) is dict and members.get("sort") == "quorum"
    required = {**_LAW, **({name: _LEGAL[name] for name in QUORUM_MEMBERS} if quorum else _MAJORITY)}
    optional = {**_DAYS, **_LISTS, **({} if quorum else {name: _LEGAL[name] for name in (*_FRACTION, "fixed")})}
    table = check_table(where, members, required, optional)
    _check_id(where, table["id"])
    if not table["id"].startswith(f"{country}."):
        refuse(where, f"the id of a rule of this country begins with {country}.")
    if table["sort"] not in {"majority", "quorum"}:
        refuse(where, f"sort: {table['sort']!r} is neither majority nor quorum")
    if table["act"] not in acts:
        refuse(where, f"act: {table['act']!r} is not in [acts]")
    for name in ("title", "article", "confidence", "source"):
        if not table[name].strip():
            refuse(where, f"{name} is empty")
    legal = {name: table[name] for name in (*LEGAL_MEMBERS, "title", "confidence", *_DAYS) if name in table}
    legal |= {"id": table["id"], "citation": f"{acts[table['act']]}, {table['article']}"}
    if quorum:
        legal["base"] = "none"
    else:
        _check_fraction(where, legal)
    rule = made_rule(legal, where)
    window(*_days(rule), where)
    settings = _read_settings(where, table.get("settings", []), rule)
    return LawRule(
        rule, table["sort"], table["act"], table["article"], table.get("quorum", ""), table["source"], table["note"],
        check_texts(f"{where}: uses", table["uses"]),
        tuple(read_example(f"{where}: example {n}", one) for n, one in enumerate(table.get("examples", []), 1)),
        settings,
    )  # fmt: skip


def _check_fraction(where: str, members: dict[str, Any]) -> None:
    """A fraction is written out: what it would be by default is nobody's law."""
    needs = {"none": (), "fixed": ("fixed",)}.get(members["base"], _FRACTION)
    for name in needs:
        if name not in members:
            refuse(where, f"{name} is missing")


def _read_settings(where: str, tables: list[Any], rule: Rule) -> tuple[Setting, ...]:
    settings: dict[str, Setting] = {}
    for number, members in enumerate(tables, 1):
        here = f"{where}: setting {number}"
        table = check_table(here, members, _SETTING, _LEGAL)
        setting = Setting(table["name"], {name: table[name] for name in LEGAL_MEMBERS if name in table}, table["note"])
        if not setting.name or setting.name in settings:
            refuse(here, f"the name {setting.name!r} is empty or there twice")
        if _set(rule, setting, here) == rule:
            refuse(here, f"{setting.name!r} changes nothing")
        settings[setting.name] = setting
    return tuple(settings.values())


def _set(rule: Rule, setting: Setting, where: str = "settings") -> Rule:
    return made_rule(members_of(rule) | dict(setting.changes), where)


def _with_quorum(law: LawRule, rules: list[LawRule]) -> LawRule:
    """The rule with the quorum it names, which must hold as long as the rule itself."""
    if not law.quorum:
        return law
    where = f"[[rules]] ({law.rule.id})"
    variants = [one for one in rules if one.rule.id == law.quorum and one.sort == "quorum"]
    if not variants:
        refuse(where, f"quorum: there is no quorum rule {law.quorum!r}")
    first, last = window(*_days(law.rule), where)
    windows = [window(*_days(one.rule), where) for one in variants]
    holding = [one for one, (begins, ends) in zip(variants, windows, strict=True) if begins <= first and last <= ends]
    if not holding:
        refuse(where, f"quorum: {law.quorum!r} is not valid on every day on which this rule is")
    changes = {name: getattr(holding[0].rule, name) for name in QUORUM_MEMBERS}
    return replace(law, rule=made_rule(members_of(law.rule) | changes, where))


def _read_override(where: str, members: Any) -> Override:  # noqa: ANN401 - untyped TOML
    where = _where(where, members)
    table = check_table(where, members, _OVERRIDE, {**_LEGAL, **_WORDS, **_DAYS})
    _check_id(where, table["id"])
    if not table["citation"].strip():
        refuse(where, "citation is empty; say which article of the council's own order this is")
    window(table.get("valid_from", ""), table.get("valid_to", ""), where)
    changes = {name: value for name, value in table.items() if name not in {"id", "quorum"}}
    if table["id"].partition(".")[0] not in COUNTRY_IDS and "base" in table:
        _check_fraction(where, changes)
    # Alone it need not be whole, but what it gives must be possible: numbers are judged once they meet the rule.
    return Override(table["id"], changes, table.get("quorum", ""))


def _names(where: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401 - untyped TOML
    """A setting's name, or a list of them."""
    names = check_texts(where, value if type(value) is list else [value])
    if len(set(names)) != len(names):
        refuse(where, "a setting is there twice")
    return names


def _refuse_overlaps(ids: list[str], windows: list[tuple[int, int]]) -> None:
    """One id, one rule a day."""
    for number, rule_id in enumerate(ids):
        for earlier in range(number):
            if ids[earlier] != rule_id:
                continue
            (first, last), (begins, ends) = windows[earlier], windows[number]
            if first <= ends and begins <= last:
                where = f"[[rules]] {number + 1} ({rule_id})"
                refuse(where, f"this id is rule {earlier + 1} too, and their days of validity overlap")


def _where(where: str, members: Any) -> str:  # noqa: ANN401 - untyped TOML
    rule_id = members.get("id") if type(members) is dict else None
    return f"{where} ({rule_id})" if type(rule_id) is str else where


def _check_id(where: str, rule_id: str) -> None:
    if not _RULE_ID.fullmatch(rule_id):
        refuse(where, f"id: {rule_id!r} is not two words of a-z, 0-9, - and _ with a dot between, like pl.simple")


def _days(rule: Rule) -> tuple[str, str]:
    return rule.valid_from, rule.valid_to
