"""Replaying a real sitting: its members press the buttons of simulated seats, and our figures meet the printed ones.

Every vote goes the whole way: cards, signed ballots over MQTT, the log, a two-phase close, a result, and at the end
a package. Nothing sleeps: a vote closes when every planned press has its receipt.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from controller.comparison import Comparison, compare, figures_of
from controller.conduct import Chair, RosterPlan, Secretary, VotePlan
from controller.founding import Body, OfficerPlan
from controller.house import EMBEDDED, House, MemberPlan, open_house
from controller.replay_rules import rule_of
from controller.sitting_file import FileVote, SittingFile
from protocol.explain import ENGLISH, Catalogue, explain_outcome
from protocol.majority import Rule, write_rule_book
from protocol.tally import count_vote

OFFICERS = (OfficerPlan("chair", "chair", "Chair"), OfficerPlan("secretary", "secretary", "Secretary"))
_WORDS = {"yes": "for", "no": "against", "abstain": "abstain", "present_not_voting": ""}
Step = Callable[[str], None]


@dataclass(slots=True)
class Replayed:
    """What came of it; no package where no vote had named choices."""

    comparison: Comparison
    package: Path | None
    records: int
    root_words: str


def sitting_id_of(path: Path) -> str:
    """A sitting id from a file name."""
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:40] or "sitting"


async def replay_sitting(
    sitting: SittingFile,
    sitting_id: str,
    directory: Path,
    out: Path,
    broker: str = EMBEDDED,
    step: Step = lambda _vote: None,
    words: Catalogue = ENGLISH,
    *,
    hardware: bool = False,
) -> Replayed:
    """Replay a sitting in a fresh log in `directory`; the package goes below `out`. `step` is told each vote's id.

    Raises what `open_house` and the acts raise.
    """
    if all(vote.why_not for vote in sitting.votes):
        skipped = [{"vote": vote.id, "reason": vote.why_not} for vote in sitting.votes]
        return Replayed(Comparison(skipped=skipped), None, 0, "")
    members = [MemberPlan(f"m{n:04d}", member.name, member.group) for n, member in enumerate(sitting.members, 1)]
    own_id = {member.id: plan.id for member, plan in zip(sitting.members, members, strict=True)}
    body = Body(_identifier(sitting.country) or "chamber", "replay", _identifier(sitting.date[:4]) or "term")
    async with open_house(directory, body, OFFICERS, members, broker, hardware=hardware) as house:
        rules = [rule_of(vote, sitting) for vote in sitting.votes]
        roster = await Secretary(house.officers["secretary"]).submit_roster(_roster(house, sitting, sitting_id, rules))
        chair = Chair(house.officers["chair"])
        await chair.open_sitting(sitting_id, roster)
        comparison = Comparison()
        for number, (vote, rule) in enumerate(zip(sitting.votes, rules, strict=True), 1):
            if vote.why_not:
                comparison.skipped.append({"vote": vote.id, "reason": vote.why_not})
            else:
                await _replay_vote(house, chair, sitting_id, f"v{number:04d}", vote, rule, own_id)
                state = house.service.recorder.memory.state.sittings[sitting_id].votes[f"v{number:04d}"]
                why = explain_outcome(rule, count_vote(state).figures, state.casting, words)
                compare(comparison, sitting, vote, figures_of(vote.id, state, why))
            step(vote.id)
        await chair.close_sitting(sitting_id)
        package = house.export(sitting_id, out)
        return Replayed(comparison, package, house.service.recorder.memory.state.size, house.root_words)


def _roster(house: House, sitting: SittingFile, sitting_id: str, rules: list[Rule]) -> RosterPlan:
    in_office = max(len(house.members), 1)
    book = write_rule_book(list({rule.id: rule for rule in rules}.values()))
    return RosterPlan(sitting_id, max(sitting.seats, in_office), in_office, house.members, house.seats, book)


async def _replay_vote(
    house: House, chair: Chair, sitting_id: str, vote_id: str, vote: FileVote, rule: Rule, own_id: dict[str, str]
) -> None:
    """One vote: who is here, what each presses, the casting vote if it comes to that."""
    here = {own_id[member]: _WORDS[choice] for member, choice in vote.choices.items() if choice != "absent"}
    await house.fleet.seat({house.seat_of[member]: member for member in here})
    opened = await chair.open(await chair.arm(sitting_id, VotePlan(vote_id, vote.title or vote.id, rule.id)))
    await house.fleet.vote(vote_id, {house.seat_of[member]: choice for member, choice in here.items()})
    await chair.step(opened, "last-call")
    result, record = await chair.close(opened)
    if record.outcome == "tie":
        result, _ = await chair.cast(opened, vote.casting, result)
    await chair.announce(result)


def _identifier(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
