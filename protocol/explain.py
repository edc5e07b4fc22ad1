"""The sentence that says what a result needed and why it came out so.

Built from the rule and the figures alone, before the vote and after it, in any language: callers pass a catalogue with
gettext's calls; without one the sentence is in English. Fractions are written exactly, from integers.

Source: `docs/protocol.md` section 8.
"""

from typing import Protocol

from protocol.majority import Figures, Judgement, Rule, judge_figures


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
    """Before the vote: how many votes for are needed, of what; for some bases the number depends on the vote itself."""
    if rule.base == "none":
        return words.gettext("This vote is only counted; it decides nothing.")
    if rule.base == "yes_no":
        return words.gettext("Needed: %(of)s.") % {
            "of": _share(rule, words) % {"base": words.gettext("the votes for and against")}
        }
    if rule.base == "cast":
        return words.gettext("Needed: %(of)s.") % {
            "of": _share(rule, words) % {"base": words.gettext("the votes cast")}
        }
    judgement = judge_figures(rule, figures)
    return _needed(rule, figures, judgement, words)


def explain_outcome(rule: Rule, figures: Figures, casting: str = "", words: Catalogue = ENGLISH) -> str:
    """After the vote: the number needed, of what, the figures, and what follows."""
    judgement = judge_figures(rule, figures, casting)
    counted = words.gettext("For %(for)d, against %(against)d, abstained %(abstain)d.") % {
        "for": figures.for_, "against": figures.against, "abstain": figures.abstain,
    }  # fmt: skip
    sentences = [_quorum(judgement, words), _needed(rule, figures, judgement, words), counted, _casting(casting, words)]
    sentences.append(outcome_word(judgement.outcome, words))
    return " ".join(sentence for sentence in sentences if sentence)


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


def _needed(rule: Rule, figures: Figures, judgement: Judgement, words: Catalogue) -> str:
    if rule.base == "none":
        return ""
    number = words.gettext("Needed %(needed)d") % {"needed": judgement.needed}
    if rule.base == "fixed":
        return f"{number}: " + words.gettext("a fixed number.")
    count = figures.against if rule.base == "yes_no" else judgement.base
    share = _share(rule, words) % {"base": _base(rule, count, words)}
    return f"{number}: {share}{_exact(rule, judgement, words)}."


def _share(rule: Rule, words: Catalogue) -> str:
    """`more than half of %(base)s`, with the fraction in the case its language wants there."""
    if rule.comparator == ">":
        pattern, context = words.gettext("more than %(fraction)s of %(base)s"), "more than"
    else:
        pattern, context = words.gettext("at least %(fraction)s of %(base)s"), "at least"
    return pattern.replace("%(fraction)s", _fraction(rule, context, words))


def _fraction(rule: Rule, context: str, words: Catalogue) -> str:
    named = {
        ("more than", 1, 2): words.pgettext("more than", "half"),
        ("more than", 1, 3): words.pgettext("more than", "one third"),
        ("more than", 2, 3): words.pgettext("more than", "two thirds"),
        ("more than", 3, 5): words.pgettext("more than", "three fifths"),
        ("more than", 3, 4): words.pgettext("more than", "three quarters"),
        ("at least", 1, 2): words.pgettext("at least", "half"),
        ("at least", 1, 3): words.pgettext("at least", "one third"),
        ("at least", 2, 3): words.pgettext("at least", "two thirds"),
        ("at least", 3, 5): words.pgettext("at least", "three fifths"),
        ("at least", 3, 4): words.pgettext("at least", "three quarters"),
    }
    return named.get((context, rule.numerator, rule.denominator), f"{rule.numerator}/{rule.denominator}")


def _base(rule: Rule, count: int, words: Catalogue) -> str:
    """What the fraction is of, with its number; languages put it into the genitive.

    With `yes_no` a further vote for enlarges the base too, so the number that matters is that of the votes against.
    """
    table = {
        "statutory": words.ngettext("the %(count)d seat fixed by law", "the %(count)d seats fixed by law", count),
        "in_office": words.ngettext("the %(count)d member in office", "the %(count)d members in office", count),
        "present": words.ngettext("the %(count)d member present", "the %(count)d members present", count),
        "cast": words.ngettext("the %(count)d vote cast", "the %(count)d votes cast", count),
        "papers_cast": words.ngettext("the %(count)d paper cast", "the %(count)d papers cast", count),
        "yes_no": words.gettext("the votes for and against, %(count)d of them against"),
    }
    return table[rule.base] % {"count": count}


def _exact(rule: Rule, judgement: Judgement, words: Catalogue) -> str:
    """` (12.6, rounded up)` where the fraction of the base is no whole number."""
    product = rule.numerator * judgement.base
    if product % rule.denominator == 0 or rule.base == "yes_no":
        return ""
    whole, rest = divmod(product, rule.denominator)
    tenths = f"{rest * 100 // rule.denominator:02d}".rstrip("0") or "0"
    point = words.pgettext("decimal separator", ".")
    return " " + words.gettext("(%(exact)s, rounded up)") % {"exact": f"{whole}{point}{tenths}"}


def _quorum(judgement: Judgement, words: Catalogue) -> str:
    if judgement.quorum_present >= judgement.quorum_needed:
        return ""
    return words.gettext("Quorum %(needed)d, here %(here)d.") % {
        "needed": judgement.quorum_needed, "here": judgement.quorum_present,
    }  # fmt: skip


def _casting(casting: str, words: Catalogue) -> str:
    if not casting:
        return ""
    return words.gettext("Casting vote: for.") if casting == "for" else words.gettext("Casting vote: against.")
