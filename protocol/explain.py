"""The sentence that says what a result needs and why it came out so.

Built from the rule and the figures alone, before the vote and after it, in any language: callers pass a catalogue with
gettext's calls; without one the sentence is in English. Fractions are written exactly, from integers.

Before the vote a number is said only where it is known: of all members, of those in office, a fixed one. Of those
present it is said as of now, since people come and go. Of votes or papers that nobody has cast yet there is none; what
would be needed if all present voted is said as just that.

Source: `docs/protocol.md` section 8.
"""

from dataclasses import replace
from typing import Protocol

from protocol.explain_shares import base_in_words, exact_share, share_in_words, share_of
from protocol.majority import Figures, Judgement, Rule, judge_figures, needed_votes, quorum_base, quorum_needed_of


class Catalogue(Protocol):
    """gettext's calls, as `gettext.NullTranslations` has them."""

    def gettext(self, message: str, /) -> str:
        """Translate."""

    def ngettext(self, singular: str, plural: str, n: int, /) -> str:
        """Translate with a number."""

    def pgettext(self, context: str, message: str, /) -> str:
        """Translate in a context."""


class English:
    """The catalogue of the language the messages are written in."""

    def gettext(self, message: str, /) -> str:
        """The message itself."""
        return message

    def ngettext(self, singular: str, plural: str, n: int, /) -> str:
        """English has two forms."""
        return singular if n == 1 else plural

    def pgettext(self, context: str, message: str, /) -> str:  # noqa: ARG002 - gettext's signature
        """The message itself."""
        return message


ENGLISH = English()


def explain_needed(rule: Rule, figures: Figures, words: Catalogue = ENGLISH) -> str:
    """Before the vote: how many votes for are needed, of how many and by which share, and the quorum.

    `figures` hold what is known now: S, M, P; no votes.
    """
    if asks_only_quorum(rule):
        sentences = [_quorum_rule(rule, figures, words)]
    elif rule.base == "none":
        return words.gettext("This vote is only counted; it decides nothing.")
    else:
        sentences = [_needed_before(rule, figures, words), _quorum_before(rule, figures, words)]
    return _joined([*sentences, _mayor(figures, words)])


def explain_outcome(rule: Rule, figures: Figures, casting: str = "", words: Catalogue = ENGLISH) -> str:
    """After the vote: the number needed, of what, the figures, and what follows.

    A rule that only asks for a quorum says whether there is one.
    """
    judgement = judge_figures(rule, figures, casting)
    counted = words.gettext("For %(for)d, against %(against)d, abstained %(abstain)d.") % {
        "for": figures.for_, "against": figures.against, "abstain": figures.abstain,
    }  # fmt: skip
    after = [counted, _casting(casting, words), outcome_word(judgement.outcome, words)]
    if asks_only_quorum(rule):
        return _joined([explain_quorum(rule, figures, words), *(after if figures.cast else [])])
    before = [_quorum_missing(rule, judgement, words), _needed_after(rule, figures, judgement, words)]
    return _joined([*before, _mayor(figures, words), *after])


def explain_quorum(rule: Rule, figures: Figures, words: Catalogue = ENGLISH) -> str:
    """`Quorum 11 of 21: at least half of all members. Here 12: there is a quorum.`"""
    here = _quorum_here(rule, judge_figures(rule, figures), words)
    return _joined([_quorum_rule(rule, figures, words), _mayor(figures, words), here])


def asks_only_quorum(rule: Rule) -> bool:
    """True of a rule that says when a sitting can decide, and nothing of a vote."""
    return rule.base == "none" and rule.quorum_base != "none" and rule.quorum_numerator > 0


def known_needed(rule: Rule, figures: Figures) -> int:
    """The number of votes for that is needed, where it is known before the vote; else 0."""
    if rule.base == "fixed":
        return rule.fixed
    return needed_votes(rule, figures) if _known_base(rule, figures) else 0


def outcome_word(outcome: str, words: Catalogue = ENGLISH) -> str:
    """The outcome as a sentence of its own."""
    table = {
        "adopted": words.gettext("Adopted."),
        "not-adopted": words.gettext("Not adopted."),
        "no-quorum": words.gettext("No quorum: nothing was decided."),
        "tie": words.gettext("A tie."),
        "elected": words.gettext("Elected."),
        "none": words.gettext("Counted only."),
    }
    return table[outcome]


def _joined(sentences: list[str]) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _needed_before(rule: Rule, figures: Figures, words: Catalogue) -> str:
    """`34 of 67 needed: majority of all members.`, or without numbers that nobody knows yet."""
    if rule.base == "fixed":
        return _fixed(rule, words)
    share = _by(rule, share_in_words(rule.base, *_fraction_of(rule), words), words)
    count = _known_base(rule, figures)
    if count:
        asked = {"needed": needed_votes(rule, figures), "count": count, "share": share}
        if rule.base == "present":
            return words.gettext("%(needed)d of %(count)d needed as of now: %(share)s.") % asked
        return words.gettext("%(needed)d of %(count)d needed: %(share)s.") % asked
    unknown = words.gettext("Needed: %(share)s.") % {"share": share}
    if figures.present == 0 or rule.base not in {"cast", "present"}:
        return unknown
    everybody = replace(figures, for_=figures.present, against=0, abstain=0)
    return f"{unknown} " + words.gettext("If all present vote (%(count)d): %(needed)d.") % {
        "count": figures.present, "needed": needed_votes(rule, everybody),
    }  # fmt: skip


def _known_base(rule: Rule, figures: Figures) -> int:
    """The number that the share is taken of, where it is known before the vote; else 0."""
    known = {"statutory": figures.statutory, "in_office": figures.in_office, "papers_cast": figures.papers}
    if rule.present_from != "presses":
        known["present"] = figures.present
    return known.get(rule.base, 0)


def _needed_after(rule: Rule, figures: Figures, judgement: Judgement, words: Catalogue) -> str:
    """`Needed 13: at least three fifths of the 21 seats fixed by law (12.6, rounded up).`"""
    if rule.base == "none":
        return ""
    if rule.base == "fixed":
        return _fixed(rule, words)
    count = figures.against if rule.base == "yes_no" else judgement.base
    share = share_of(*_fraction_of(rule), words) % {"base": base_in_words(rule, count, words)}
    number = words.gettext("Needed %(needed)d") % {"needed": judgement.needed}
    return f"{number}: {_by(rule, share + exact_share(rule, judgement, words), words)}."


def _fixed(rule: Rule, words: Catalogue) -> str:
    number = words.gettext("Needed %(needed)d") % {"needed": rule.fixed}
    share = words.gettext("a fixed number")
    return f"{number}: {_by(rule, share, words)}."


def _by(rule: Rule, share: str, words: Catalogue) -> str:
    """The share, and that the council itself asks for it where the law does not."""
    if rule.origin == "law":
        return share
    return words.gettext("%(share)s, by the council's own rules") % {"share": share}


def _fraction_of(rule: Rule) -> tuple[str, int, int]:
    """(comparator, numerator, denominator) of the votes for."""
    return rule.comparator, rule.numerator, rule.denominator


def _quorum_before(rule: Rule, figures: Figures, words: Catalogue) -> str:
    """`Quorum 11 of 21.`; where votes are counted and not people, that too."""
    needed = quorum_needed_of(rule, figures)
    if needed == 0:
        return ""
    asked = {"needed": needed, "count": quorum_base(rule, figures)}
    if rule.quorum_source == "cast":
        return words.gettext("Quorum %(needed)d of %(count)d, counted by the votes cast.") % asked
    return words.gettext("Quorum %(needed)d of %(count)d.") % asked


def _quorum_rule(rule: Rule, figures: Figures, words: Catalogue) -> str:
    """`Quorum 11 of 21: at least half of all members.`, of a rule that asks for nothing else."""
    fraction = (rule.quorum_comparator, rule.quorum_numerator, rule.quorum_denominator)
    share = _by(rule, share_in_words(rule.quorum_base, *fraction, words), words)
    asked = {"needed": quorum_needed_of(rule, figures), "count": quorum_base(rule, figures), "share": share}
    return words.gettext("Quorum %(needed)d of %(count)d: %(share)s.") % asked


def _quorum_here(rule: Rule, judgement: Judgement, words: Catalogue) -> str:
    """`Here 12: there is a quorum.`"""
    enough = judgement.quorum_present >= judgement.quorum_needed
    if rule.quorum_source == "cast":
        yes, no = (
            words.gettext("Votes cast %(here)d: there is a quorum."),
            words.gettext("Votes cast %(here)d: no quorum."),
        )
    else:
        yes, no = words.gettext("Here %(here)d: there is a quorum."), words.gettext("Here %(here)d: no quorum.")
    return (yes if enough else no) % {"here": judgement.quorum_present}


def _quorum_missing(rule: Rule, judgement: Judgement, words: Catalogue) -> str:
    if judgement.quorum_present >= judgement.quorum_needed:
        return ""
    asked = {"needed": judgement.quorum_needed, "here": judgement.quorum_present}
    if rule.quorum_source == "cast":
        return words.gettext("Quorum %(needed)d, votes cast %(here)d.") % asked
    return words.gettext("Quorum %(needed)d, here %(here)d.") % asked


def _mayor(figures: Figures, words: Catalogue) -> str:
    return words.gettext("The mayor takes part and is counted.") if figures.mayor else ""


def _casting(casting: str, words: Catalogue) -> str:
    if not casting:
        return ""
    return words.gettext("Casting vote: for.") if casting == "for" else words.gettext("Casting vote: against.")
