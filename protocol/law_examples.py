"""Worked examples: read, and run against the rule that they explain.

Source: `docs/protocol.md` section 8.
"""

from collections.abc import Mapping
from typing import Any

from protocol.law_data import Example, LawRule
from protocol.law_form import check_table, refuse
from protocol.majority import Rule, judge_figures

_REQUIRED = {"statutory": int, "needed": int, "why": str}
_OPTIONAL = {
    "in_office": int, "present": int, "for": int, "against": int, "abstain": int, "recused": int, "mayor": bool,
    "outcome": str, "setting": str,
}  # fmt: skip
_COUNTS = ("statutory", "in_office", "present", "for", "against", "abstain", "recused", "needed")
_OUTCOMES = {"majority": ("adopted", "not-adopted", "no-quorum", "tie", "none"), "quorum": ("quorum", "no-quorum")}
_SEATS_MAX = 1_000_000


def read_example(where: str, members: Any) -> Example:  # noqa: ANN401 - untyped TOML
    """One `[[rules.examples]]`. Raises `RulesRefused`: its form, or more people than there are seats for."""
    table = check_table(where, members, _REQUIRED, _OPTIONAL)
    for name in _COUNTS:
        if not 0 <= table.get(name, 0) <= _SEATS_MAX:
            refuse(where, f"{name} is not between 0 and {_SEATS_MAX}")
    in_office, mayor = table.get("in_office", table["statutory"]), table.get("mayor", False)
    example = Example(
        table["statutory"], in_office, table.get("present", in_office + mayor), table.get("for", 0),
        table.get("against", 0), table.get("abstain", 0), table.get("recused", 0), mayor, table["needed"],
        table.get("outcome", ""), table.get("setting", ""), table["why"],
    )  # fmt: skip
    if not example.cast <= example.present <= in_office + mayor <= example.statutory + mayor:
        refuse(where, "more votes than people present, or more people than seats")
    if example.recused > example.present or not example.why.strip():
        refuse(where, "more recused than present, or no word why")
    return example


def check_examples(law: LawRule, settings: Mapping[str, Rule]) -> None:
    """Run every example; `settings` holds the rule by each of its settings. Raises `RulesRefused`: it differs."""
    for number, example in enumerate(law.examples, 1):
        where = f"[[rules]] ({law.rule.id}): example {number}"
        if example.setting not in {"", *settings}:
            refuse(where, f"no setting {example.setting!r}")
        if example.outcome not in {"", *_OUTCOMES[law.sort]}:
            refuse(where, f"outcome {example.outcome!r} is none of {', '.join(_OUTCOMES[law.sort])}")
        if example.mayor and law.rule.mayor == "no":
            refuse(where, "this rule counts no mayor")
        needed, outcome = worked_out(settings.get(example.setting, law.rule), law.sort, example)
        if needed != example.needed:
            refuse(where, f"needed comes out as {needed}, not {example.needed}")
        if example.outcome not in {"", outcome}:
            refuse(where, f"outcome comes out as {outcome}, not {example.outcome}")


def worked_out(rule: Rule, sort: str, example: Example) -> tuple[int, str]:
    """(needed, outcome) of an example by `rule`."""
    judgement = judge_figures(rule, example.figures(rule))
    if sort == "majority":
        return judgement.needed, judgement.outcome
    here = judgement.quorum_present >= judgement.quorum_needed
    return judgement.quorum_needed, "quorum" if here else "no-quorum"
