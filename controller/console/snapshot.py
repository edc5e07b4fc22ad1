"""What a console knows at one moment, and what follows from it: pure.

A console owns no state of the sitting. It holds the newest documents, what seats say of themselves, whose console it is
and whether it hears the controller; everything shown and every key's meaning is computed from that.

Source: `docs/protocol.md` sections 5.6 and 7.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from controller.conduct import VotePlan
from controller.desk.documents import (
    EMPTY_SEAT,
    EXCUSED,
    PRESENT,
    SILENT,
    House,
    Now,
    VoteNow,
    VoteRecord,
)
from protocol.agenda import AgendaItem, Motion
from protocol.explain import Catalogue, explain_needed, explain_outcome, known_needed, outcome_word
from protocol.majority import Figures, Rule
from protocol.seat_status import SeatStatus
from protocol.vote import Phase

LIVE: Final = frozenset({Phase.OPEN.value, Phase.HELD.value, Phase.LAST_CALL.value})
OVER: Final = frozenset({Phase.CLOSED.value, Phase.ANNOUNCED.value})
STALE_S: Final = 3.0
"""The controller says where the sitting stands every second; after three missed beats what is shown may be old."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a console knows. `heard_s`: seconds since the controller was last heard, by the console's own clock.

    `ahead_ms`: how far the controller's clock is ahead of the console's. `series`: prepared votes in their order.
    """

    officer: str = ""
    role: str = ""
    linked: bool = False
    heard_s: float = 0.0
    ahead_ms: int = 0
    house: House = field(default_factory=House)
    now: Now = field(default_factory=Now)
    votes: Mapping[str, VoteRecord] = field(default_factory=dict)
    health: Mapping[str, SeatStatus] = field(default_factory=dict)
    series: tuple[VotePlan, ...] = ()
    last_call_s: int = 5

    # Who.

    @property
    def fresh(self) -> bool:
        """True while what is shown is what the controller says now."""
        return self.linked and self.heard_s < STALE_S

    @property
    def presides(self) -> bool:
        """True if this console's officer has the chair."""
        return self.officer == self.now.presiding

    @property
    def by_order(self) -> bool:
        """True if this officer acts by order of the chair: an operator."""
        return self.role == "operator"

    def officer_name(self, officer: str) -> str:
        """An officer's name; the id where the log knows none."""
        return next((one.name for one in self.house.officers if one.id == officer), officer)

    def name_of(self, speaker: str) -> str:
        """The name of a member, or of a speaker without a seat; else the id."""
        people = {one.id: one.name for one in self.house.members} | {one.id: one.name for one in self.house.speakers}
        return people.get(speaker, speaker)

    # Where the sitting stands.

    @property
    def vote(self) -> VoteNow | None:
        """The vote at hand."""
        return self.now.vote

    @property
    def vote_is_live(self) -> bool:
        """True while ballots may still count."""
        return self.now.vote is not None and self.now.vote.phase in LIVE

    def item(self, wanted: str = "") -> AgendaItem | None:
        """An item of the agenda by its id; the active one if none is given."""
        return next((one for one in self.house.items if one.id == (wanted or self.now.item)), None)

    def item_phase(self, item: str) -> str:
        """Where an item stands; planned if nothing happened to it yet."""
        return next((one.phase for one in self.now.items if one.id == item), "planned")

    def item_number(self, item: str) -> str:
        """The number of an item as people count: `3`, or `3.2` for a sub-item; "" for none of the agenda."""
        counts: dict[str, int] = {}
        numbers: dict[str, str] = {}
        for one in self.house.items:
            counts[one.parent] = counts.get(one.parent, 0) + 1
            above = numbers.get(one.parent, "")
            numbers[one.id] = f"{above}.{counts[one.parent]}" if above else str(counts[one.parent])
        return numbers.get(item, "")

    def rule(self, wanted: str) -> Rule | None:
        """A rule of the sitting's law."""
        return next((one for one in self.house.rules if one.id == wanted), None)

    @property
    def present(self) -> int:
        """How many members are here."""
        return self.now.presence.count(PRESENT)

    @property
    def quorum_met(self) -> bool:
        """True if the quorum that counts now is there, or none is asked."""
        return self.now.quorum.here >= self.now.quorum.needed

    def missing(self) -> tuple[int, ...]:
        """Positions of the members who are here, may vote and have not answered the vote at hand."""
        vote = self.now.vote
        if vote is None or not self.vote_is_live:
            return ()
        pairs = zip(self.now.presence, vote.answered, strict=False)
        recused = set(self.now.recused)
        return tuple(
            number
            for number, (presence, answered) in enumerate(pairs)
            if presence == PRESENT and answered == SILENT and self.house.members[number].id not in recused
        )

    def seat_of(self, member: int) -> str:
        """The seat where a member (by position) sits, or ""."""
        return next(
            (seat.id for seat, who in zip(self.house.seats, self.now.occupied, strict=False) if who == member), ""
        )

    def member_at(self, seat: str) -> int:
        """The position of the member who sits at a seat, or `EMPTY_SEAT`."""
        found = zip(self.house.seats, self.now.occupied, strict=False)
        return next((who for one, who in found if one.id == seat), EMPTY_SEAT)

    def excused(self, member: int) -> bool:
        """True if a member (by position) is excused."""
        return self.now.presence[member : member + 1] == EXCUSED

    # Votes to come.

    def series_of(self, item: str) -> tuple[VotePlan, ...]:
        """The votes prepared for an item in their order: from the sitting's file, else the agenda's motions."""
        prepared = tuple(plan for plan in self.series if plan.item == item)
        if prepared:
            return prepared
        found = self.item(item)
        motions = sorted(found.motions, key=lambda motion: motion.order) if found is not None else []
        return tuple(_plan_of(motion, item) for motion in motions if motion.rule)

    def next_vote(self, item: str) -> VotePlan | None:
        """The first prepared vote of an item that was not held yet."""
        held = {line.id for line in self.now.votes if line.phase not in {"armed", "disarmed"}}
        return next((plan for plan in self.series_of(item) if plan.vote not in held), None)

    def free_vote_id(self, stem: str) -> str:
        """`stem`, or `stem-2` and so on: the first that no vote of the sitting has."""
        taken = {line.id for line in self.now.votes}
        number, name = 1, stem[:36]
        while name in taken:
            number += 1
            name = f"{stem[:36]}-{number}"
        return name

    # Sentences.

    def needed_sentence(self, words: Catalogue) -> str:
        """What the vote at hand needs; "" without one, or for a test."""
        vote = self.now.vote
        return explain_needed(vote.rule, vote.figures, words) if vote is not None and vote.mode != "test" else ""

    def needed_before(self, plan: VotePlan, words: Catalogue) -> str:
        """What a vote to come will need, with the numbers of now."""
        rule = self.rule(plan.rule)
        return explain_needed(rule, self._figures_now(), words) if rule is not None else ""

    def needed_number(self, rule: Rule) -> int:
        """How many votes for a rule needs, where that is known before the vote; else 0."""
        return known_needed(rule, self._figures_now())

    def _figures_now(self) -> Figures:
        here = self.present
        return Figures(self.house.statutory, self.house.in_office, here, 0, 0, 0, 0, self.now.quorum.here)


def why_sentence(record: VoteRecord, words: Catalogue) -> str:
    """Why a vote came out so: the sentence for plain votes, else the outcome and who is elected.

    A void vote decided nothing, whatever its figures: only its reason is said.
    """
    if record.phase == "void":
        return words.gettext("VOID, reason: %(code)s.") % {"code": record.void_code}
    if record.mode == "test":
        return words.gettext("A test vote: it decides nothing.")
    if record.plain:
        return explain_outcome(record.rule, record.figures, record.casting, words)
    return " ".join([outcome_word(record.outcome, words), ", ".join(record.elected)]).strip()


def _plan_of(motion: Motion, item: str) -> VotePlan:
    return VotePlan(vote=motion.id, title=motion.title, rule=motion.rule, item=item, decisive=motion.sort == "motion")


def with_link(snapshot: Snapshot, *, linked: bool, heard_s: float) -> Snapshot:
    """The same knowledge with another state of the link."""
    return replace(snapshot, linked=linked, heard_s=heard_s)
