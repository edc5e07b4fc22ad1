"""The law of a country, and what a council changes in it: values only.

A `LawRule` is a majority rule with what a lawyer asks about it. Its `rule` is complete: the quorum it inherits stands
in it. `sort` is `majority`, or `quorum` for a rule that says when a sitting can decide and nothing of a vote.

Source: `docs/protocol.md` section 8.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from protocol.majority import Figures, Rule
from protocol.tally import LEAVE_PRESENT

COUNTRY_IDS: Final = ("pl", "ro", "rs", "ua")
"""Countries whose law comes with this version; a council's own rule may not take their prefixes."""
Sort = Literal["majority", "quorum"]
QUORUM_MEMBERS: Final = (
    "quorum_base", "quorum_comparator", "quorum_numerator", "quorum_denominator", "quorum_source", "present_from",
)  # fmt: skip
"""What a majority rule inherits from the quorum rule it names."""
LEGAL_MEMBERS: Final = (
    "base", "comparator", "numerator", "denominator", "fixed", *QUORUM_MEMBERS, "recusal", "tie", "visibility",
    "mayor", "publish",
)  # fmt: skip
"""What decides a vote, apart from words and days: a setting changes these, a council's own file may too."""


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: `why` says what it shows; `setting` names the reading it is computed by, empty for the law's.

    `in_office` and `present` are as counted in the room, without a `mayor` in the former and with him in the latter;
    `recused` are among them. `needed` is the number of votes for, or of those here in a quorum rule; `outcome` is what
    the figures give (`quorum` or `no-quorum` in a quorum rule), empty where only the number is worked out.
    """

    statutory: int
    in_office: int
    present: int
    for_: int
    against: int
    abstain: int
    recused: int
    mayor: bool
    needed: int
    outcome: str
    setting: str
    why: str

    @property
    def cast(self) -> int:
        """F + A + W."""
        return self.for_ + self.against + self.abstain

    def figures(self, rule: Rule) -> Figures:
        """The figures as the tally would hand them to `rule`: who is counted where."""
        gone = self.recused if rule.recusal in LEAVE_PRESENT else 0
        left = self.recused if rule.recusal == "leave-base" else 0
        here = self.cast if rule.present_from == "presses" and self.outcome else self.present - gone
        return Figures(
            self.statutory + self.mayor, self.in_office + self.mayor - left, here, self.for_, self.against,
            self.abstain, registered=here - self.mayor, mayor=self.mayor, quorum_left=gone - left,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """Another reading of a rule that a council may choose by `name`; `changes` replace members of the `Rule`."""

    name: str
    changes: Mapping[str, Any]
    note: str


@dataclass(frozen=True, slots=True)
class LawRule:
    """A rule with its law. `act` is a key of `Country.acts`; `quorum` the id of the quorum rule it inherits, or empty.

    `source` says where the text was seen; `note` what is uncertain; `uses` what the rule is for. A council's own rule
    has empty `act` and `article`, and no examples.
    """

    rule: Rule
    sort: Sort
    act: str
    article: str
    quorum: str
    source: str
    note: str
    uses: tuple[str, ...]
    examples: tuple[Example, ...]
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """The law of a country: `acts` maps a key to the quoted title; `traps` are what must not be mixed up with it.

    `rules` may hold several variants of one id, whose days of validity do not overlap.
    """

    id: str
    name: str
    language: str
    acts: Mapping[str, str]
    traps: tuple[str, ...]
    rules: tuple[LawRule, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """A rule of a council's own file: `changes` hold the `Rule` members it gives, always with a citation.

    `quorum` is the id of a quorum rule to inherit, or empty. Without days of validity it always applies.
    """

    id: str
    changes: Mapping[str, Any]
    quorum: str


@dataclass(frozen=True, slots=True)
class Overrides:
    """A council's own file. `country`: whose law it changes, or empty; `settings`: a rule's id to names of settings."""

    country: str
    settings: Mapping[str, tuple[str, ...]]
    rules: tuple[Override, ...]
