"""From the majorities of sitting files to rules of the protocol.

A file names a majority and often the number needed. The rule chosen is the one that explains that number by a base
and a fraction; a number that nothing explains is a fixed one.
"""

from collections import Counter

from controller.sitting_file import FileVote, SittingFile
from protocol.majority import Figures, Rule, needed_votes, simple_rule

_FRACTIONS = {
    "absolute": (1, 2), "one_third": (1, 3), "two_thirds": (2, 3), "three_fifths": (3, 5), "three_quarters": (3, 4),
}  # fmt: skip
_BASES = {"statutory": "all seats", "cast": "the votes cast", "present": "the members present"}


def rule_of(vote: FileVote, sitting: SittingFile) -> Rule:
    """The rule by which this vote is judged."""
    rule = _rule_by_majority(vote, sitting)
    if not vote.has_tie_break:
        return rule
    return _with_casting_vote(rule)


def _rule_by_majority(vote: FileVote, sitting: SittingFile) -> Rule:
    if vote.majority == "simple":
        return simple_rule("simple", "more votes for than against")
    if vote.majority == "unknown":
        return simple_rule("count-only", "counted only", base="none")
    if vote.majority == "absolute_of_cast":
        return simple_rule("absolute-of-cast", "more than half of the votes cast", base="cast")
    if vote.majority == "fixed_number":
        return _fixed(vote.required_yes)
    numerator, denominator = _FRACTIONS[vote.majority]
    comparators = (">", ">=") if vote.majority == "absolute" else (">=", ">")
    candidates = [
        simple_rule(
            f"{vote.majority.replace('_', '-')}{'-more' if comparator == '>' else ''}-{base}",
            f"{'more than' if comparator == '>' else 'at least'} {numerator}/{denominator} of {words}",
            base=base, comparator=comparator, numerator=numerator, denominator=denominator,
        )
        for base, words in _BASES.items()
        for comparator in comparators
    ]  # fmt: skip
    if vote.required_yes == 0:
        return candidates[0]
    figures = _figures(vote, sitting)
    fitting = [rule for rule in candidates if needed_votes(rule, figures) == vote.required_yes]
    return fitting[0] if fitting else _fixed(vote.required_yes)


def _fixed(required_yes: int) -> Rule:
    return simple_rule(
        f"fixed-{required_yes}", f"{required_yes} votes for", base="fixed", numerator=0, fixed=required_yes
    )


def _with_casting_vote(rule: Rule) -> Rule:
    members = {name: getattr(rule, name) for name in rule.__slots__}
    members |= {"id": f"{rule.id}-casting", "tie": "casting-vote"}
    return simple_rule(**{"rule_id": members.pop("id"), **members})


def _figures(vote: FileVote, sitting: SittingFile) -> Figures:
    counted = Counter(vote.choices.values())
    return Figures(
        sitting.seats,
        sitting.seats,
        len(vote.choices) - counted["absent"],
        counted["yes"],
        counted["no"],
        counted["abstain"],
    )
