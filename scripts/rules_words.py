"""What a rule says, in words made of its members, for the pages of docs/rules/."""  # noqa: INP001 - a script's part

from typing import Final

from protocol.law import LawRule
from protocol.majority import Rule

BASES: Final = {
    "statutory": "the seats fixed by law",
    "in_office": "the members in office",
    "present": "the members present",
    "cast": "the votes for, against and abstaining",
    "papers_cast": "the papers cast, invalid ones too",
    "yes_no": "the votes for and against",
}
IGNORED, AGAINST = "ignored", "works against: it stays in the base"
ABSTAIN: Final = {"yes_no": IGNORED}
SILENT: Final = {"yes_no": IGNORED, "cast": IGNORED, "papers_cast": IGNORED}
ABSENT: Final = {**SILENT, "present": IGNORED}
VACANT: Final = {"statutory": "works against: it is a seat all the same", "in_office": "lowers the number needed"}
RECUSAL: Final = {
    "block": "may not vote",
    "leave-quorum": "may not vote, and leaves those present and the quorum; the number in office stays whole",
    "leave-base": "may not vote, and leaves those in office and those present, for the quorum too",
    "declare-only": "declares it on the record and may vote",
}
TIES: Final = {
    "not-adopted": "not adopted; there is no casting vote",
    "repeat": "the vote is repeated",
    "lot": "decided by lot",
    "casting-vote": "the chair has a casting vote",
}
MAYORS: Final = {
    "no": "does not vote, and counts nowhere",
    "counts": "where he takes part he votes, and the seats and those in office are one more",
}
WAYS: Final = {
    "any": "open or secret, as the council's orders say",
    "named": "by name only: a secret vote, or one on paper, cannot be armed",
    "secret": "secret only: an open vote cannot be armed",
}
PUBLISH: Final = {
    "": "no time limit is known here",
    "at-once": "at once",
    "same-day": "on the day of the vote",
    "next-day": "on the next day",
}
HERE: Final = {
    ("registered", "cards"): "who is registered here by card, also who then presses nothing",
    ("registered", "quorum-check"): "who answered the last control vote",
    ("cast", "presses"): "who voted for, against or abstained; who presses nothing is not counted",
}
CONFIDENCE: Final = {
    "high": "high: the text of the law, or a ruling, was seen",
    "med": "medium: from a secondary source or strong memory; to be checked",
    "low": "LOW: from memory, or doubtful; a lawyer must check it before a council relies on it",
}


def share(comparator: str, numerator: int, denominator: int, base: str) -> str:
    """`more than 1/2 of the seats fixed by law`."""
    least = "more than" if comparator == ">" else "at least"
    return f"{least} {numerator}/{denominator} of {BASES[base]}"


def arithmetic(rule: Rule) -> str:
    """What the rule computes, in one sentence."""
    if rule.base == "none":
        asked = share(rule.quorum_comparator, rule.quorum_numerator, rule.quorum_denominator, rule.quorum_base)
        return f"There is a quorum with {asked}."
    if rule.base == "fixed":
        return f"Adopted with at least {rule.fixed} votes for."
    if (rule.base, rule.comparator, 2 * rule.numerator) == ("yes_no", ">", rule.denominator):
        return "Adopted with more votes for than against."
    words = share(rule.comparator, rule.numerator, rule.denominator, rule.base)
    left, right = (f"{n} × " if n != 1 else "" for n in (rule.denominator, rule.numerator))
    return f"Adopted if the votes for are {words}: {left}for {rule.comparator} {right}base, in whole numbers."


def quorum(law: LawRule) -> str:
    """The quorum asked, by whom it is counted, and whose rule it is."""
    rule = law.rule
    if rule.quorum_base == "none":
        return "none"
    asked = share(rule.quorum_comparator, rule.quorum_numerator, rule.quorum_denominator, rule.quorum_base)
    named = f", as `{law.quorum}`" if law.quorum else ""
    return f"{asked}{named}; it counts {HERE.get((rule.quorum_source, rule.present_from), 'as the rule says')}"


def vacancy(rule: Rule) -> str:
    """What a vacant mandate does to the majority and to the quorum."""
    quorum_too = {"statutory": "does not lower the quorum", "in_office": "lowers the quorum"}.get(rule.quorum_base, "")
    return "; ".join(part for part in (VACANT.get(rule.base, ""), quorum_too) if part) or "no effect"


def validity(rule: Rule) -> str:
    """The days of validity, or that none are known."""
    if not rule.valid_from and not rule.valid_to:
        return "no days are stated here: taken to be in force; check it before judging an older sitting by it"
    return f"{f'from {rule.valid_from}' if rule.valid_from else ''} {f'to {rule.valid_to}' if rule.valid_to else ''}"


def facts(law: LawRule) -> list[tuple[str, str]]:
    """Who counts and what follows, in words made of the rule's members."""
    rule = law.rule
    voting = [
        ("an abstention", ABSTAIN.get(rule.base, AGAINST)),
        ("present, presses nothing", IGNORED if silent_is_ignored(rule) else AGAINST),
        ("absent", ABSENT.get(rule.base, AGAINST)),
        ("a tie", TIES[rule.tie]),
        ("way of voting", WAYS[rule.visibility]),
        ("results are public", PUBLISH[rule.publish]),
    ]
    return [
        ("quorum", quorum(law)),
        *(voting if law.sort == "majority" else []),
        ("a vacant mandate", vacancy(rule)),
        ("a recused member", recused(rule)),
        ("the mayor", MAYORS[rule.mayor]),
        ("validity", validity(rule).strip()),
        ("confidence", CONFIDENCE[rule.confidence]),
        ("source", law.source),
    ]


def recused(rule: Rule) -> str:
    """What becomes of a recused member, in the majority and in the quorum."""
    stays = ""
    if rule.recusal == "block" and rule.base != "none":
        stays = "casts nothing, which the majority ignores" if silent_is_ignored(rule) else AGAINST
    missing = "is missing from the quorum, which counts votes"
    quorum_too = missing if rule.quorum_source == "cast" and rule.recusal != "declare-only" else ""
    return "; ".join(part for part in (RECUSAL[rule.recusal], stays, quorum_too) if part)


def silent_is_ignored(rule: Rule) -> bool:
    """True if being present without pressing changes nothing in the majority."""
    return rule.base in SILENT or (rule.base == "present" and rule.present_from == "presses")
