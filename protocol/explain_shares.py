"""The share of a base in words: by its name before the vote, with its number and the exact fraction after it.

Every language puts fraction and base into cases of its own, so a share is a pattern, a fraction and a base, each
translated where it stands.

Source: `docs/protocol.md` section 8.
"""

from math import gcd
from typing import TYPE_CHECKING

from protocol.majority import Judgement, Rule

if TYPE_CHECKING:
    from protocol.explain import Catalogue


def share_in_words(base: str, comparator: str, numerator: int, denominator: int, words: "Catalogue") -> str:
    """`majority of all members`, `at least three fifths of the members in office`: the share without a number."""
    if comparator == ">" and 2 * numerator == denominator:
        return _majority(base, words)
    bases = {
        "statutory": words.gettext("all members"),
        "in_office": words.gettext("the members in office"),
        "present": words.gettext("the members present"),
        "cast": words.gettext("the votes cast"),
        "papers_cast": words.gettext("the papers cast"),
        "yes_no": words.gettext("the votes for and against"),
    }
    return share_of(comparator, numerator, denominator, words) % {"base": bases[base]}


def _majority(base: str, words: "Catalogue") -> str:
    """More than half, by the name people have for it."""
    table = {
        "statutory": words.gettext("majority of all members"),
        "in_office": words.gettext("majority of the members in office"),
        "present": words.gettext("majority of the members present"),
        "cast": words.gettext("majority of the votes cast"),
        "papers_cast": words.gettext("majority of the papers cast"),
        "yes_no": words.gettext("more votes for than against"),
    }
    return table[base]


def share_of(comparator: str, numerator: int, denominator: int, words: "Catalogue") -> str:
    """`more than half of %(base)s`, with the fraction in the case its language wants there."""
    if comparator == ">":
        pattern, context = words.gettext("more than %(fraction)s of %(base)s"), "more than"
    else:
        pattern, context = words.gettext("at least %(fraction)s of %(base)s"), "at least"
    return pattern.replace("%(fraction)s", _fraction(context, numerator, denominator, words))


def _fraction(context: str, numerator: int, denominator: int, words: "Catalogue") -> str:
    """The fraction's name, also of 50/100; where it has none, `2/7`. The percent sign is doubled for the pattern."""
    if numerator == denominator:
        return "100 %%"
    common = gcd(numerator, denominator)
    numerator, denominator = numerator // common, denominator // common
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
    return named.get((context, numerator, denominator), f"{numerator}/{denominator}")


def base_in_words(rule: Rule, count: int, words: "Catalogue") -> str:
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


def exact_share(rule: Rule, judgement: Judgement, words: "Catalogue") -> str:
    """` (12.6, rounded up)` where the fraction of the base is no whole number; `6.66…` where its digits go on."""
    whole, rest = divmod(rule.numerator * judgement.base, rule.denominator)
    if rest == 0 or rule.base == "yes_no":
        return ""
    hundredths, more = divmod(rest * 100, rule.denominator)
    digits = f"{hundredths:02d}…" if more else f"{hundredths:02d}".rstrip("0")
    point = words.pgettext("decimal separator", ".")
    return " " + words.gettext("(%(exact)s, rounded up)") % {"exact": f"{whole}{point}{digits}"}
