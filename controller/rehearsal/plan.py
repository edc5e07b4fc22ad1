"""What a rehearsal walks: the prepared sitting, the law behind its rules, and whose house it is; pure.

Keys are never those of the chamber: a rehearsal makes its own and throws them away.

Source: `docs/protocol.md` sections 6.4 and 8.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from controller.conduct import VotePlan
from controller.founding import Body, OfficerPlan
from controller.preparing.preparation import PreparedSitting
from controller.preparing.vote_checks import Numbers, figures_before
from protocol.encoding import canonical_json, hash_text
from protocol.law_data import LawRule
from protocol.majority import Figures, Rule, judge_figures
from protocol.records import MAYOR

DEPUTIES = ("deputy", "eldest")


@dataclass(frozen=True, slots=True)
class RehearsalPlan:
    """The sitting, and what it stands on. `laws`: its rules by id with their worked examples.

    `file_hash` is that of the sitting's own file, so that a report tells which one was rehearsed.
    """

    body: Body
    officers: tuple[OfficerPlan, ...]
    sitting: PreparedSitting
    laws: Mapping[str, LawRule]
    file_hash: str

    @property
    def id(self) -> str:
        """The sitting's id."""
        return self.sitting.sitting

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that prepared votes name, each once, in the order of the votes; tests decide nothing."""
        named = dict.fromkeys(vote.rule for vote in self.sitting.votes if vote.mode != "test")
        return tuple(self.sitting.rules[name] for name in named)

    @property
    def rules_hash(self) -> str:
        """The hash that the roster quotes."""
        return hash_text(self.sitting.roster.rules)

    @property
    def roster_hash(self) -> str:
        """The hash of who sits where: ids of members and seats alone, as they stand in the two tables."""
        members = [[member["id"], self.sitting.seat_of.get(member["id"], "")] for member in self.sitting.roster.members]
        return hash_text(canonical_json({"members": members, "seats": [seat["id"] for seat in self.seats]}))

    @property
    def seats(self) -> tuple[dict[str, object], ...]:
        """The seats of the table, taken or not."""
        return tuple(self.sitting.roster.seats)

    def officer(self, *roles: str) -> str:
        """The first officer with one of these roles; "" without one."""
        return next((officer.id for role in roles for officer in self.officers if officer.role == role), "")

    def place(self, seat: str) -> str:
        """A seat for people: its id, and the number that is on it where that differs."""
        place = next((str(entry["place"]) for entry in self.seats if entry["id"] == seat), "")
        return f"{seat} ({place})" if place not in {"", seat} else seat

    def free_name(self, stem: str) -> str:
        """An id for a vote of the rehearsal's own that no prepared vote has."""
        taken = {vote.vote for vote in self.sitting.votes}
        name = f"rehearsal-{stem}"
        while name in taken:
            name += "-x"
        return name

    def votes_of(self, rule: Rule, stem: str) -> VotePlan:
        """A real vote under a rule, by buttons where the rule allows it, else on paper."""
        mode = "paper" if on_paper(rule) else "open"
        return VotePlan(self.free_name(stem), f"{rule.id}: {rule.title}", rule.id, mode=mode)


def on_paper(rule: Rule) -> bool:
    """True if votes under this rule are held on paper: the law asks for secrecy, or counts papers."""
    return rule.visibility == "secret" or rule.base == "papers_cast"


def figures_of(plan: RehearsalPlan, rule: Rule, here: int, for_: int, *, mayor: bool) -> Figures:
    """The figures if of `here` members, all of whom vote, `for_` are for and the others against.

    `mayor`: one of them is a mayor, whom the rule counts.
    """
    papers = here if on_paper(rule) else 0
    roster = plan.sitting.roster
    before = figures_before(rule, Numbers(roster.statutory, roster.in_office), mayor=mayor)
    return replace(before, present=here, for_=for_, against=here - for_, papers=papers)


def least_for(plan: RehearsalPlan, rule: Rule, here: int, *, mayor: bool) -> int:
    """The least votes for that adopt when `here` members all vote; -1 where even all of them do not."""
    for for_ in range(here + 1):
        if judge_figures(rule, figures_of(plan, rule, here, for_, mayor=mayor)).outcome == "adopted":
            return for_
    return -1


def electorate(plan: RehearsalPlan, rule: Rule) -> tuple[str, ...]:
    """Who may vote under a rule: everybody in the roster, a mayor only where the rule counts him."""
    return tuple(
        member["id"] for member in plan.sitting.roster.members if member["id"] != MAYOR or rule.mayor == "counts"
    )
