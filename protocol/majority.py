"""Majority rules as data, with exact integer arithmetic.

A rule compares the votes for with a fraction of a base, or with a fixed number; it may ask for a quorum and says what
a tie does. Nothing here is ever a float: `d * F > n * B`, cross-multiplied.

Source: `docs/protocol.md` section 8.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from protocol.encoding import canonical_json, from_canonical_json, hash_text, is_normal
from protocol.errors import PayloadRefused, RulesRefused
from protocol.fields import INTEGER_MAX

RULES_BYTES_MAX = 60_000
BASES = ("statutory", "in_office", "present", "cast", "papers_cast", "yes_no", "fixed", "none")
QUORUM_BASES = ("statutory", "in_office", "none")
COMPARATORS = (">", ">=")
RECUSALS = ("block", "leave-quorum", "leave-base", "declare-only")
TIES = ("not-adopted", "casting-vote", "repeat", "lot")
PRESENT_SOURCES = ("cards", "presses", "quorum-check")
QUORUM_SOURCES = ("registered", "cast")
VISIBILITIES = ("any", "named", "secret")
MAYORS = ("no", "counts")
PUBLISH = ("", "at-once", "same-day", "next-day")
ORIGINS = ("law", "council")
CONFIDENCES = ("high", "med", "low", "")
RuleOutcome = Literal["adopted", "not-adopted", "no-quorum", "tie", "none"]
_DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_TEXT_MAX = 600
_NUMBER_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One majority rule. Adopted iff F `comparator` numerator/denominator of the base, or F >= `fixed`.

    `fixed` is used with base `fixed`, else 0. A quorum with base `none` asks for nothing. `visibility`: votes whose
    ballots must be named, or secret. `mayor` `counts`: the member with the id `mayor`, who holds no seat, votes and
    enlarges S and M by one while here. `publish`: when the results must be public. `title` names the rule in words for
    people; `citation`, `confidence` and `origin` (national law, or the council's own order) say where it comes from
    and how sure that is; `valid_from` and `valid_to` are days (`2024-01-31`), empty where open.
    """

    id: str
    title: str
    base: str
    comparator: str
    numerator: int
    denominator: int
    fixed: int
    quorum_base: str
    quorum_comparator: str
    quorum_numerator: int
    quorum_denominator: int
    quorum_source: str
    present_from: str
    recusal: str
    tie: str
    visibility: str
    mayor: str
    publish: str
    citation: str
    confidence: str
    origin: str
    valid_from: str
    valid_to: str


def simple_rule(rule_id: str, title: str, **changes: Any) -> Rule:  # noqa: ANN401 - any field of Rule
    """More votes for than against, no quorum; `changes` replace fields."""
    members: dict[str, Any] = {
        "id": rule_id, "title": title, "base": "yes_no", "comparator": ">", "numerator": 1, "denominator": 2,
        "fixed": 0, "quorum_base": "none", "quorum_comparator": ">=", "quorum_numerator": 0, "quorum_denominator": 1,
        "quorum_source": "registered", "present_from": "cards", "recusal": "block", "tie": "not-adopted",
        "visibility": "any", "mayor": "no", "publish": "", "citation": "", "confidence": "", "origin": "law",
        "valid_from": "", "valid_to": "",
    }  # fmt: skip
    return _checked(members | changes)


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one vote that a rule may look at.

    `for_`, `against`, `abstain`: members' own choices. `present`: P by the rule's source. `papers`: papers cast,
    invalid ones too (0 where none were used). `registered`: who is here for the quorum, also those who may not vote
    now (-1: as `present`). `mayor`: S and M hold a mayor, who holds no seat; a quorum is of councillors alone.
    `quorum_left`: how many of M the quorum leaves out, who are recused.
    """

    statutory: int
    in_office: int
    present: int
    for_: int
    against: int
    abstain: int
    papers: int = 0
    registered: int = -1
    mayor: bool = False
    quorum_left: int = 0

    @property
    def cast(self) -> int:
        """F + A + W."""
        return self.for_ + self.against + self.abstain


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says of figures. `base` is the number the fraction is taken of (0 with `fixed` and `none`)."""

    outcome: RuleOutcome
    needed: int
    base: int
    quorum_needed: int
    quorum_present: int


def judge_figures(rule: Rule, figures: Figures, casting: str = "") -> Judgement:
    """Judge `figures` by `rule`; `casting` is a casting vote (`for`, `against` or none).

    A tie stays a tie until the casting vote; a rule without tie handling says `not-adopted`.
    """
    base, needed = _base(rule, figures), needed_votes(rule, figures)
    quorum_needed, quorum_present = quorum_needed_of(rule, figures), _quorum_present(rule, figures)
    outcome: RuleOutcome
    if rule.base == "none":
        outcome = "none"
    elif quorum_present < quorum_needed:
        outcome = "no-quorum"
    elif figures.for_ + (casting == "for") >= needed:
        outcome = "adopted"
    elif rule.tie != "not-adopted" and not casting and figures.for_ == figures.against > 0:
        outcome = "tie"
    else:
        outcome = "not-adopted"
    return Judgement(outcome, needed, base, quorum_needed, quorum_present)


def needed_votes(rule: Rule, figures: Figures) -> int:
    """The least number of votes for that adopts; never less than one, so that nobody adopts nothing.

    With base `yes_no` a further vote for enlarges the base too, so the number is that which beats the votes against:
    n/(d-n) of them; with every other base the base stands.
    """
    if rule.base == "none":
        return 0
    if rule.base == "fixed":
        return rule.fixed
    if rule.base == "yes_no":
        needed = _least(rule.comparator, rule.numerator * figures.against, rule.denominator - rule.numerator)
    else:
        needed = _least(rule.comparator, rule.numerator * _base(rule, figures), rule.denominator)
    return max(1, needed)


def quorum_needed_of(rule: Rule, figures: Figures) -> int:
    """How many must be here (or have cast a vote, by the rule's source); 0 where nothing is asked."""
    if rule.quorum_base == "none":
        return 0
    return _least(rule.quorum_comparator, rule.quorum_numerator * quorum_base(rule, figures), rule.quorum_denominator)


def quorum_base(rule: Rule, figures: Figures) -> int:
    """What the quorum's fraction is of: councillors, without a mayor."""
    if rule.quorum_base == "statutory":
        return figures.statutory - figures.mayor
    return figures.in_office - figures.mayor - figures.quorum_left


def _least(comparator: str, product: int, denominator: int) -> int:
    """The least integer x with denominator * x `comparator` product."""
    return product // denominator + 1 if comparator == ">" else -(-product // denominator)


def _base(rule: Rule, figures: Figures) -> int:
    bases = {
        "statutory": figures.statutory,
        "in_office": figures.in_office,
        "present": figures.present,
        "cast": figures.cast,
        "papers_cast": figures.papers,
        "yes_no": figures.for_ + figures.against,
    }
    return bases.get(rule.base, 0)


def _quorum_present(rule: Rule, figures: Figures) -> int:
    if rule.quorum_source == "cast":
        return figures.cast
    return figures.present if figures.registered < 0 else figures.registered


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The law a sitting votes under: rules by id, and the hash of the document they came from."""

    hash: str
    rules: Mapping[str, Rule]


def write_rule_book(rules: list[Rule]) -> bytes:
    """The canonical bytes of a document of rules: the blob that `roster.rules` quotes."""
    return canonical_json(
        {"v": 1, "rules": [{field.name: getattr(rule, field.name) for field in fields(Rule)} for rule in rules]}
    )


def read_rule_book(data: bytes) -> RuleBook:
    """Read a document of rules. Raises `RulesRefused`: malformed, too long, impossible or doubled rules."""
    if len(data) > RULES_BYTES_MAX:
        raise RulesRefused("a document of rules that is too long")
    try:
        document = from_canonical_json(data)
    except PayloadRefused as error:
        raise RulesRefused(f"rules that are {error.fact}") from error
    if type(document) is not dict or list(document) != ["v", "rules"]:
        raise RulesRefused("not a document of rules")
    if type(document["v"]) is not int or document["v"] != 1:
        raise RulesRefused("a document of rules of another version")
    if type(document["rules"]) is not list:
        raise RulesRefused("rules that are no list")
    rules = [_checked(members) for members in document["rules"]]
    by_id = {rule.id: rule for rule in rules}
    if len(by_id) != len(rules):
        raise RulesRefused("two rules with one id")
    return RuleBook(hash_text(data), by_id)


def _checked(members: Any) -> Rule:  # noqa: ANN401 - untyped JSON becomes a Rule here
    names = [field.name for field in fields(Rule)]
    if type(members) is not dict or list(members) != names:
        raise RulesRefused("a rule without exactly its members, in order")
    for field in fields(Rule):
        value = members[field.name]
        if type(value) is not field.type and type(value).__name__ != field.type:
            raise RulesRefused(f"{field.name} of another type")
        if type(value) is str and (len(value) > _TEXT_MAX or not is_normal(value)):
            raise RulesRefused(f"{field.name} that is too long or not in normal form C")
        if type(value) is int and not 0 <= value <= INTEGER_MAX:
            raise RulesRefused(f"{field.name} that is no integer of 0..2^53-1")
    rule = Rule(**members)
    problem = _impossible(rule)
    if problem:
        raise RulesRefused(f"rule {rule.id!r}: {problem}")
    return rule


def _impossible(rule: Rule) -> str:
    """Why this rule cannot be a rule, or nothing."""
    words = (
        (rule.base, BASES), (rule.comparator, COMPARATORS), (rule.quorum_base, QUORUM_BASES), (rule.tie, TIES),
        (rule.quorum_comparator, COMPARATORS), (rule.quorum_source, QUORUM_SOURCES), (rule.recusal, RECUSALS),
        (rule.present_from, PRESENT_SOURCES), (rule.confidence, CONFIDENCES), (rule.visibility, VISIBILITIES),
        (rule.mayor, MAYORS), (rule.publish, PUBLISH), (rule.origin, ORIGINS),
    )  # fmt: skip
    for word, allowed in words:
        if word not in allowed:
            return f"{word!r} is not one of {', '.join(allowed)}"
    if not rule.id:
        return "no id"
    if not all(day == "" or _DAY.fullmatch(day) for day in (rule.valid_from, rule.valid_to)):
        return "a day of validity that is not written like 2024-01-31"
    if rule.valid_to and rule.valid_from > rule.valid_to:
        return "valid until a day before it begins"
    if rule.base not in {"fixed", "none"} and not 0 < rule.numerator <= rule.denominator:
        return "a fraction outside 0..1"
    if rule.base == "yes_no" and rule.numerator == rule.denominator:
        return "all of those for and against is unanimity; use base `cast`"
    if not 0 <= rule.quorum_numerator <= rule.quorum_denominator or rule.quorum_denominator == 0:
        return "a quorum outside 0..1"
    if max(rule.numerator, rule.denominator, rule.fixed, rule.quorum_numerator, rule.quorum_denominator) > _NUMBER_MAX:
        return "a number over a million"
    if (rule.base == "fixed") != (rule.fixed > 0):
        return "a fixed number goes with base `fixed` and is above 0"
    return ""
