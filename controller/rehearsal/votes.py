"""A step for each prepared vote, in order: armed as it was prepared, opened, answered once, closed, announced.

Its figures do not matter; what matters is that title, options, eligible members, mode, rule and papers hold.

Source: `docs/protocol.md` section 6.7.
"""

from controller.conduct import VotePlan
from controller.procedures.entries import Answer, enter_answers
from controller.rehearsal.acts import call_item, count_papers, declare, end_vote, open_vote, press
from controller.rehearsal.plan import electorate
from controller.rehearsal.stage import Stage
from controller.service import unix_ms
from protocol.records import FOR, PLAIN_OPTIONS
from protocol.vote import Phase

FIXED = (
    "vote", "rule", "item", "options", "mode", "repeats", "eligible", "min", "max", "places", "sign", "change",
    "duration_ms", "extend_ms",
)  # fmt: skip
"""Members that a vote's plan and its `vote-arm` share."""


async def check_vote(stage: Stage, plan: VotePlan, number: int) -> str:
    """Hold a prepared vote; the `number`-th one is answered at the `number`-th seat, so that all take their turn."""
    await call_item(stage, plan.item)
    await open_vote(stage, plan)
    _compare(stage, plan)
    answered = "" if plan.mode == "paper" else await _answer(stage, plan, number)
    await end_vote(stage, plan.vote)
    if plan.mode == "paper":
        papers = max(1, len(stage.sitting.present))
        await count_papers(stage, plan.vote, (papers, *[0] * (len(plan.options) - 1)))
    result = await declare(stage, plan.vote)
    stage.expect(stage.vote(plan.vote).phase is Phase.ANNOUNCED, stage.gettext("it could not be announced"))
    total = sum(result.counts)
    stage.expect(total > 0 or not answered, stage.gettext("the answer of %(who)s does not count", who=answered))
    facts = {"rule": plan.rule, "mode": plan.mode, "options": len(plan.options)}
    return stage.gettext("rule %(rule)s, mode %(mode)s, options %(options)d", **facts)


def _compare(stage: Stage, plan: VotePlan) -> None:
    """The log's vote beside the prepared one. Raises `StepFailed`: which member differs."""
    vote = stage.vote(plan.vote)
    for name in FIXED:
        stage.expect(
            getattr(vote.arm, name) == getattr(plan, name), stage.gettext("%(member)s differs in the log", member=name)
        )
    stage.expect(
        vote.arm.decisive == int(plan.decisive), stage.gettext("%(member)s differs in the log", member="decisive")
    )
    stage.expect(stage.view.title(vote) == plan.title, stage.gettext("%(member)s differs in the log", member="title"))
    may_vote = set(electorate(stage.plan, vote.rule))
    stage.expect(
        plan.eligible != "all" or vote.eligible == may_vote,
        stage.gettext("other members are eligible than the law says"),
    )


async def _answer(stage: Stage, plan: VotePlan, number: int) -> str:
    """One member answers: by a button where the options are on the buttons, else as the secretary enters it."""
    voters = stage.voters(plan.vote)
    if not voters:
        return ""
    member = voters[number % len(voters)]
    if set(plan.options) <= set(PLAIN_OPTIONS):
        await press(stage, plan.vote, {member: FOR if FOR in plan.options else plan.options[0]})
        return member
    choice = Answer(member, plan.options[: max(1, plan.min)])
    secretary = await stage.catch_up(stage.secretary)
    await enter_answers(secretary, stage.view, stage.vote(plan.vote), [choice], "roll-call", unix_ms())
    return member
