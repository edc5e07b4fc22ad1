"""What every sheet says the same: whose sitting it is, who is in it and where, in the reader's script. Pure."""

from dataclasses import dataclass
from typing import Final

from controller.conduct import VotePlan
from controller.fallback.markup import Markup, element, fields, joined
from controller.preparing.preparation import PreparedSitting
from controller.serbian import to_latin
from protocol.explain import Catalogue
from protocol.majority import Rule
from protocol.records import ABSTAIN, AGAINST, FOR, MAYOR

LATIN: Final = "sr-Latn"
LONG_TITLE: Final = 160


@dataclass(frozen=True, slots=True)
class Person:
    """A member in a list; `number` counts from 1, `place` is where the member sits, or empty."""

    number: int
    id: str
    name: str
    group: str
    place: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A sitting to be printed in one language."""

    sitting: PreparedSitting
    language: str
    words: Catalogue

    def script(self, text: str) -> str:
        """A text of the sitting; Serbian Latin is made from Serbian Cyrillic."""
        return to_latin(text) if self.language == LATIN else text

    def heading(self, title: str) -> Markup:
        """Whose sheet this is, and which."""
        facts = (self.sitting.body_name, self.sitting.title, self.sitting.sitting, self.sitting.day)
        told = " · ".join(self.script(fact) for fact in facts if fact)
        return joined([element("p", told, class_="body"), element("h1", title)])

    def people(self) -> tuple[Person, ...]:
        """The members in the order of the roster."""
        places = {seat["id"]: seat["place"] or seat["id"] for seat in self.sitting.roster.seats}
        return tuple(
            Person(
                number, member["id"], self.script(member["name"]), self.script(member["group"]),
                self.script(places.get(self.sitting.seat_of.get(member["id"], ""), "")),
            )
            for number, member in enumerate(self.sitting.roster.members, 1)
        )  # fmt: skip

    def votes_on(self, person: Person, vote: VotePlan | None) -> bool:
        """True if a member may vote: a mayor only where the rule counts him."""
        rule = self.rule_of(vote)
        return person.id != MAYOR or rule is None or rule.mayor == "counts"

    def rule_of(self, vote: VotePlan | None) -> Rule | None:
        """The rule of a vote; None for a blank sheet, and while nobody has named one."""
        return self.sitting.rules.get(vote.rule) if vote is not None else None

    def voters(self, vote: VotePlan) -> int:
        """How many may vote."""
        return sum(self.votes_on(person, vote) for person in self.people())

    def option(self, option: str) -> str:
        """An option as people read it."""
        table = {
            FOR: self.words.pgettext("legend", "for"),
            AGAINST: self.words.pgettext("legend", "against"),
            ABSTAIN: self.words.pgettext("legend", "abstained"),
        }
        return table.get(option) or self.script(self.sitting.option_name(option))

    def subject(self, vote: VotePlan) -> Markup:
        """What the vote is on, and what it needs; lines to write on where no rule is named yet."""
        gettext, rule = self.words.gettext, self.rule_of(vote)
        titles = [item.title for item in self.sitting.agenda.items if item.id == vote.item]
        about = [element("p", self.script(vote.title), class_=title_class(vote.title))]
        if titles and titles[0] != vote.title:
            about.append(element("p", gettext("Item: %s") % self.script(titles[0])))
        if rule is None:
            return joined([*about, fields(gettext("Rule"), gettext("Needed, of how many, quorum:"))])
        about.append(element("p", gettext("Rule: %s") % f"{self.script(rule.title)} ({rule.id})", class_="small"))
        about.append(element("p", self.sitting.explain(vote, self.words), class_="needed"))
        return joined(about)

    def how_entered(self, command: str) -> Markup:
        """How what was written is entered afterwards: the arguments of `chamber act`."""
        told = self.words.gettext("Enter it afterwards:")
        return element("p", f"{told} ", element("code", f"chamber act {command}"), class_="small keep")


def title_class(title: str) -> str:
    """Titles of acts of law run to many lines, and the sheet has other things to hold."""
    return "title much" if len(title) > LONG_TITLE else "title"


def name_cell(person: Person) -> Markup:
    """A name with its group, and the id by which an answer is entered."""
    group = f"({person.group}) " if person.group else ""
    return joined([person.name, " ", element("span", group, element("code", person.id), class_="group")])
