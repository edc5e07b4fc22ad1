"""What a rule makes of figures that somebody only thinks of: `chamber explain`.

Figures that were not given are taken from those that were: members in office from the seats fixed by law or the other
way round, those present from those in office. Figures that contradict each other are refused; a quorum whose base
nobody gave is not asked, and the explanation says so.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

from controller.words import _
from protocol.errors import ChamberError
from protocol.explain import (
    Catalogue,
    asks_only_quorum,
    explain_needed,
    explain_outcome,
    explain_quorum,
    known_needed,
)
from protocol.majority import Figures, Rule, judge_figures
from protocol.tally import LEAVE_PRESENT

NUMBER_MAX = 1_000_000
"""No body counts so many seats or votes."""
OPTIONS = {"statutory": "--statutory", "in_office": "--in-office", "present": "--present", "papers_cast": "--papers"}
"""The option that gives a base."""


class AskedWrongly(ChamberError):
    """What was asked for cannot be answered; its line says what to change."""

    code = "asked-wrongly"


@dataclass(frozen=True, slots=True)
class Given:
    """The figures somebody gave; None where nothing. `mayor`: a mayor takes part, and `present` counts him."""

    statutory: int | None = None
    in_office: int | None = None
    present: int | None = None
    for_: int | None = None
    against: int | None = None
    abstain: int | None = None
    papers: int | None = None
    recused: int | None = None
    mayor: bool = False

    @property
    def voted(self) -> bool:
        """True once any vote is given."""
        return not self.for_ is self.against is self.abstain is None

    @property
    def cast(self) -> int:
        """All votes given."""
        return (self.for_ or 0) + (self.against or 0) + (self.abstain or 0)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the rule says. `before` is empty where `after` holds it; `after` and `outcome` are empty without figures.

    `needed` is 0 where it is not known yet. `margin`: votes for beyond `needed`, below 0 where they are missing.
    """

    needed: int
    base: str
    outcome: str
    before: str
    after: str
    margin: int

    @property
    def why(self) -> str:
        """The sentence that says most."""
        return self.after or self.before


def explain_given(rule: Rule, given: Given, words: Catalogue) -> Explanation:
    """Explain `rule` with the figures given. Raises `AskedWrongly`: impossible figures, or a base without a figure."""
    _check(rule, given)
    statutory, in_office, present = _filled(rule, given)
    known = {"statutory": statutory, "in_office": in_office, "present": present}
    _require(rule.base, known)
    if asks_only_quorum(rule):
        _require(rule.quorum_base, known)
    if given.voted:
        _require(rule.base, {"papers_cast": given.papers})
    figures = Figures(
        statutory or 0, in_office or 0, given.cast if present is None else present, given.for_ or 0, given.against or 0,
        given.abstain or 0, given.papers or 0, registered=_registered(given, present), mayor=given.mayor,
        quorum_left=(given.recused or 0) if rule.recusal == "leave-quorum" else 0,
    )  # fmt: skip
    if asks_only_quorum(rule):
        return _explain_quorum(rule, given, figures, words)
    unasked = ""
    if rule.quorum_base != "none" and known[rule.quorum_base] is None:
        unasked = OPTIONS[rule.quorum_base]
        rule = replace(rule, quorum_base="none")
    before = explain_needed(rule, replace(figures, for_=0, against=0, abstain=0), words)
    if not given.voted:
        return Explanation(known_needed(rule, figures), rule.base, "", before, "", 0)
    judgement = judge_figures(rule, figures)
    after = explain_outcome(rule, figures, words=words)
    if unasked:
        after += " " + words.gettext("The quorum was not looked at: that needs %(option)s.") % {"option": unasked}
    return Explanation(judgement.needed, rule.base, judgement.outcome, before, after, figures.for_ - judgement.needed)


def _explain_quorum(rule: Rule, given: Given, figures: Figures, words: Catalogue) -> Explanation:
    """A quorum is there or not as soon as it is known who is here; without votes also where votes would count."""
    if not given.voted:
        rule = replace(rule, quorum_source="registered")
    judgement = judge_figures(rule, figures)
    if not given.voted and given.present is None:
        before = explain_needed(rule, figures, words)
        return Explanation(judgement.quorum_needed, rule.quorum_base, "", before, "", 0)
    outcome = "quorum" if judgement.quorum_present >= judgement.quorum_needed else "no-quorum"
    after = explain_quorum(rule, figures, words)
    margin = judgement.quorum_present - judgement.quorum_needed
    return Explanation(judgement.quorum_needed, rule.quorum_base, outcome, "", after, margin)


def _filled(rule: Rule, given: Given) -> tuple[int | None, int | None, int | None]:
    """(S, M, P) with the mayor and without the recused where the rule says so; None where nothing tells."""
    statutory = given.in_office if given.statutory is None else given.statutory
    in_office = given.statutory if given.in_office is None else given.in_office
    if given.mayor:
        statutory = None if statutory is None else statutory + 1
        in_office = None if in_office is None else in_office + 1
    present = in_office if given.present is None else given.present
    if rule.recusal in LEAVE_PRESENT and given.recused:
        present = None if present is None else present - given.recused
    if rule.recusal == "leave-base" and given.recused:
        in_office = None if in_office is None else in_office - given.recused
    if rule.present_from == "presses" and given.voted:
        present = given.cast
    return statutory, in_office, present


def _registered(given: Given, present: int | None) -> int:
    """Who is here for the quorum: councillors alone."""
    return (given.cast if present is None else present) - given.mayor


def _require(base: str, known: dict[str, int | None]) -> None:
    if base in known and known[base] is None:
        raise AskedWrongly(_("this rule needs %(option)s") % {"option": OPTIONS[base]})


def _check(rule: Rule, given: Given) -> None:
    """Refuse figures that no council can have."""
    if given.mayor and rule.mayor == "no":
        raise AskedWrongly(_("this rule counts no mayor: leave --mayor out"))
    named = {
        "--statutory": given.statutory, "--in-office": given.in_office, "--present": given.present,
        "--papers": given.papers, "--for": given.for_, "--against": given.against, "--abstain": given.abstain,
        "--recused": given.recused,
    }  # fmt: skip
    for option, number in named.items():
        if number is not None and not 0 <= number <= NUMBER_MAX:
            asked = {"option": option, "number": number, "most": NUMBER_MAX}
            raise AskedWrongly(_("%(option)s %(number)d: a figure is between 0 and %(most)d") % asked)
    for (above, most), (below, number) in pairwise(_ladder(rule, given)):
        if number > most:
            asked = {"below": below, "number": number, "above": above, "most": most}
            raise AskedWrongly(_("%(below)s is %(number)d, more than %(above)s, which is %(most)d") % asked)


def _ladder(rule: Rule, given: Given) -> list[tuple[str, int]]:
    """(options, number) of everything given, each part of the one before it.

    The recused are present and cast nothing, unless the rule lets them vote.
    """
    mayor = [("--mayor", 1)] if given.mayor else []
    recused = [("--recused", given.recused)] if given.recused and rule.recusal != "declare-only" else []
    options = (("--for", given.for_), ("--against", given.against), ("--abstain", given.abstain))
    votes = [(option, number) for option, number in options if number is not None]
    alone = recused if given.papers is None else []
    rungs = (
        [("--statutory", given.statutory), *mayor],
        [("--in-office", given.in_office), *mayor],
        [("--present", given.present)],
        [("--papers", given.papers), *recused],
        [*votes, *recused] if votes else alone,
    )
    return [
        (" + ".join(option for option, _number in rung), sum(number or 0 for _option, number in rung))
        for rung in rungs
        if rung and rung[0][1] is not None
    ]
