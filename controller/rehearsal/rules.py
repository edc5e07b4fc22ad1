"""A step for each rule that a prepared vote names: its worked examples, today's number, and two real votes at its edge.

Source: `docs/protocol.md` section 8.
"""

from controller.rehearsal.acts import call_item, count_papers, declare, end_vote, open_vote, press
from controller.rehearsal.plan import electorate, figures_of, least_for
from controller.rehearsal.stage import NotChecked, Stage
from protocol.law import with_settings
from protocol.law_data import LawRule
from protocol.law_examples import worked_out
from protocol.majority import Rule, quorum_needed_of
from protocol.records import AGAINST, FOR, MAYOR, PLAIN_OPTIONS, Result


async def check_rule(stage: Stage, rule: Rule) -> str:
    """Examples agree, the rule can be won today, enough votes adopt and one fewer do not."""
    law = stage.plan.laws.get(rule.id)
    examples = run_examples(stage, law) if law is not None else 0
    said = [numbers_today(stage, rule), stage.gettext("worked examples: %(count)d", count=examples)]
    if rule.base == "none":
        return "; ".join([*said, stage.gettext("it counts only and decides nothing")])
    await call_item(stage, "")
    await _hold_at_edge(stage, rule)
    return "; ".join(said)


def run_examples(stage: Stage, law: LawRule) -> int:
    """Run every worked example of a rule. Returns how many. Raises `StepFailed`: one comes out otherwise."""
    for number, example in enumerate(law.examples, 1):
        rule = with_settings(law, (example.setting,)).rule if example.setting else law.rule
        needed, outcome = worked_out(rule, law.sort, example)
        facts = {"number": number, "needed": needed, "said": example.needed, "outcome": outcome}
        stage.expect(
            needed == example.needed,
            stage.gettext("worked example %(number)d comes out as %(needed)d, not %(said)d", **facts),
        )
        stage.expect(
            example.outcome in {"", outcome},
            stage.gettext("worked example %(number)d comes out as %(outcome)s", **facts),
        )
    return len(law.examples)


def numbers_today(stage: Stage, rule: Rule) -> str:
    """The number needed with everybody here, and with no more than the quorum. Raises `StepFailed`: out of reach."""
    electors = electorate(stage.plan, rule)
    mayor, everybody = MAYOR in electors, len(electors)
    quorum = quorum_needed_of(rule, figures_of(stage.plan, rule, everybody, 0, mayor=mayor))
    needed = least_for(stage.plan, rule, everybody, mayor=mayor)
    facts = {"all": everybody, "needed": needed, "quorum": quorum}
    if rule.base == "none":
        return stage.gettext("no number is needed")
    stage.expect(
        needed > 0, stage.gettext("nothing can be adopted, even with everybody for it (members: %(all)d)", **facts)
    )
    said = stage.gettext("with all members here (%(all)d) needed for: %(needed)d", **facts)
    if quorum == 0:
        return said
    facts["least"] = least_for(stage.plan, rule, quorum, mayor=mayor)
    if facts["least"] < 0:
        return f"{said}; " + stage.gettext("with the least quorum (%(quorum)d) nothing can be adopted", **facts)
    return f"{said}; " + stage.gettext("with the least quorum (%(quorum)d): %(least)d", **facts)


async def _hold_at_edge(stage: Stage, rule: Rule) -> None:
    """A vote with just enough for, and one with one fewer. Raises `StepFailed`, `NotChecked`: too few cards are in."""
    adopted = await _hold(stage, rule, "enough", 0)
    stage.expect(adopted.outcome == "adopted", stage.gettext("enough votes for came to %(word)s", word=adopted.outcome))
    failed = await _hold(stage, rule, "fewer", 1)
    stage.expect(
        failed.outcome in {"not-adopted", "tie"},
        stage.gettext("one vote too few came to %(word)s", word=failed.outcome),
    )


async def _hold(stage: Stage, rule: Rule, stem: str, fewer: int) -> Result:
    number = [one.id for one in stage.plan.rules].index(rule.id) + 1
    vote = stage.plan.votes_of(rule, f"rule-{number}-{stem}")
    await open_vote(stage, vote)
    voters = stage.voters(vote.vote)
    least = least_for(stage.plan, rule, len(voters), mayor=MAYOR in voters)
    if least < 0:
        raise NotChecked(
            stage.gettext("too few can press here (%(here)d): not even all together adopt", here=len(voters))
        )
    for_ = least - fewer
    if vote.mode == "open":
        await press(stage, vote.vote, {m: FOR if n < for_ else AGAINST for n, m in enumerate(voters)})
    await end_vote(stage, vote.vote)
    if vote.mode == "paper":
        await count_papers(stage, vote.vote, (for_, len(voters) - for_, 0))
    result = await declare(stage, vote.vote)
    expected = (for_, len(voters) - for_, 0)
    same = result.counts == expected and vote.options == PLAIN_OPTIONS
    stage.expect(same, stage.gettext("%(vote)s counts other votes than were given", vote=vote.vote))
    return result
