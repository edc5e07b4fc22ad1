"""Steps for what makes a sitting hard: a recusal, a void and its repeat, the deputy, a lost quorum, a lost controller.

The last step closes the sitting and lets a stranger check its package.

Sources: `docs/protocol.md` sections 4, 6.2, 7.2, 7.3, 8 and 11.
"""

from dataclasses import replace

from controller.officer import ActRefused
from controller.package_reader import read_package
from controller.procedures.people import enter_recusal
from controller.procedures.sitting import acknowledge, move_sitting, preside
from controller.procedures.votes import arm_vote, disarm, open_arm, repeat_vote, void_vote
from controller.rehearsal.acts import (
    VOID_CODE,
    call_item,
    count_heads,
    declare,
    end_vote,
    open_vote,
    press,
    seat_members,
    start_presses,
    wait_for_presses,
    wrong_presses,
)
from controller.rehearsal.plan import DEPUTIES, electorate, figures_of, on_paper
from controller.rehearsal.stage import NotChecked, Stage
from protocol.majority import Rule, quorum_needed_of
from protocol.records import FOR, MAYOR
from protocol.tally import count_vote
from protocol.verify import verify_package
from protocol.vote import Phase


def _rule(stage: Stage) -> Rule:
    """A rule whose votes are held by buttons: of those that prepared votes name, else of the sitting's law."""
    known = [*stage.plan.rules, *stage.plan.sitting.rules.values()]
    found = next((rule for rule in known if not on_paper(rule)), None)
    if found is None:
        raise NotChecked(stage.gettext("every rule of this sitting asks for paper"))
    return found


def _item(stage: Stage) -> str:
    """The item of the first prepared vote that has one, else the first of the agenda."""
    items = [vote.item for vote in stage.plan.sitting.votes if vote.item]
    items += [item.id for item in stage.plan.sitting.agenda.items]
    if not items:
        raise NotChecked(stage.gettext("there is no item"))
    return items[0]


async def check_recusal(stage: Stage) -> str:
    """Who has declared an interest takes no part: the press is not counted, the base is as the law says."""
    rule, item = _rule(stage), _item(stage)
    vote = stage.plan.votes_of(rule, "recusal")
    member = next((m for m in stage.seated if m in electorate(stage.plan, rule)), "")
    if not member:
        raise NotChecked(stage.gettext("no seat has a card in"))
    await call_item(stage, item)
    if member not in stage.sitting.recusals.get(item, set()):
        secretary = await stage.catch_up(stage.secretary)
        await enter_recusal(secretary, stage.sitting, item, member, "declare", VOID_CODE)
    await open_vote(stage, replace(vote, item=item))
    start_presses(stage, vote.vote, {member: FOR})
    await wait_for_presses(stage, vote.vote, [member])
    await end_vote(stage, vote.vote)
    tally = count_vote(stage.vote(vote.vote))
    blocked = rule.recusal != "declare-only"
    counted = member in stage.vote(vote.vote).ballots
    stage.expect(
        counted != blocked, stage.gettext("the press of %(who)s counts against the law", who=stage.named([member]))
    )
    stage.expect(tally.recused == int(blocked), stage.gettext("the figures do not show who is recused"))
    await declare(stage, vote.vote)
    secretary = await stage.catch_up(stage.secretary)
    await enter_recusal(secretary, stage.sitting, item, member, "withdraw", VOID_CODE)
    return stage.gettext("%(who)s, by the rule's mode %(mode)s", who=stage.named([member]), mode=rule.recusal)


async def check_void(stage: Stage) -> str:
    """A closed vote is voided by the chair with the secretary's agreement, stays on record, and is repeated."""
    rule = _rule(stage)
    plan = stage.plan.votes_of(rule, "void")
    again = stage.plan.free_name("repeat")
    await call_item(stage, "")
    await open_vote(stage, plan)
    await press(stage, plan.vote, dict.fromkeys(stage.voters(plan.vote)[:1], FOR))
    await end_vote(stage, plan.vote)
    vote = stage.vote(plan.vote)
    void = await void_vote(await stage.catch_up(stage.chair), stage.view, vote, VOID_CODE)
    await acknowledge(await stage.catch_up(stage.secretary), void)
    stage.expect(vote.phase is Phase.VOID and bool(vote.results), stage.gettext("the vote is not void on the record"))
    chair = await stage.catch_up(stage.chair)
    await open_arm(chair, await repeat_vote(chair, stage.view, stage.sitting, vote, again, ""))
    await end_vote(stage, again)
    await declare(stage, again)
    linked = stage.vote(again).arm.repeats == vote.open_hash and vote.repeated_by == stage.vote(again).open_hash
    stage.expect(linked, stage.gettext("the repeat does not name the voided vote"))
    return f"{plan.vote}, {again}"


async def check_deputy(stage: Stage) -> str:
    """The deputy takes the chair and holds a vote; what the former chair still signs is refused."""
    deputy = stage.plan.officer(*DEPUTIES)
    if not deputy:
        raise NotChecked(stage.gettext("no deputy is among the officers"))
    plan = stage.plan.votes_of(_rule(stage), "deputy")
    client = await stage.catch_up(stage.house.officers[deputy])
    await preside(client, stage.sitting, VOID_CODE)
    try:
        await arm_vote(await stage.catch_up(stage.chair), stage.view, stage.sitting, plan)
    except ActRefused as refused:
        stage.expect(
            refused.why == "not-presiding", stage.gettext("refused for another reason: %(why)s", why=refused.why)
        )
    else:
        stage.expect(condition=False, what=stage.gettext("the former chair still acts"))
    await open_vote(stage, plan, client)
    await end_vote(stage, plan.vote, client)
    await declare(stage, plan.vote, client)
    await preside(await stage.catch_up(stage.chair), stage.sitting, VOID_CODE)
    return stage.gettext("%(deputy)s presided, then %(chair)s again", deputy=deputy, chair=stage.chair.officer)


async def check_quorum_lost(stage: Stage) -> str:
    """With one member fewer than the quorum no vote opens, or, where votes cast make the quorum, none is decided."""
    known = [*stage.plan.rules, *stage.plan.sitting.rules.values()]
    asking = [rule for rule in known if rule.quorum_base != "none" and not on_paper(rule)]
    asking.sort(key=lambda rule: rule.quorum_source != "registered")
    if not asking:
        raise NotChecked(stage.gettext("no rule of this sitting asks for a quorum"))
    rule = asking[0]
    # A mayor would enlarge the number that he is part of.
    voters = [member for member in stage.seated if member != MAYOR]
    needed = quorum_needed_of(rule, figures_of(stage.plan, rule, 0, 0, mayor=False))
    if len(voters) < needed:
        raise NotChecked(
            stage.gettext("members who can sit here %(here)d, needed %(needed)d", here=len(voters), needed=needed)
        )
    await call_item(stage, "")
    facts = {"here": needed - 1, "needed": needed, "rule": rule.id}
    if rule.quorum_source == "cast":
        plan = stage.plan.votes_of(rule, "quorum")
        await open_vote(stage, plan)
        await press(stage, plan.vote, dict.fromkeys(voters[: needed - 1], FOR))
        await end_vote(stage, plan.vote)
        outcome = (await declare(stage, plan.vote)).outcome
        stage.expect(outcome == "no-quorum", stage.gettext("decided without a quorum: %(word)s", word=outcome))
        return stage.gettext("%(rule)s: with %(here)d of %(needed)d votes cast nothing is decided", **facts)
    try:
        await seat_members(stage, voters[: needed - 1])
        await count_heads(stage)
        await _refused_to_open(stage, rule)
    finally:
        await seat_members(stage, stage.seated)
        await count_heads(stage)
    plan = stage.plan.votes_of(rule, "quorum-back")
    await open_vote(stage, plan)
    await end_vote(stage, plan.vote)
    return stage.gettext("%(rule)s: with %(here)d of %(needed)d here no vote opens", **facts)


async def _refused_to_open(stage: Stage, rule: Rule) -> None:
    """Arm a vote, have its opening refused for want of a quorum, and take it back."""
    plan = stage.plan.votes_of(rule, "quorum")
    chair = await stage.catch_up(stage.chair)
    arm = await arm_vote(chair, stage.view, stage.sitting, plan)
    try:
        await open_arm(chair, arm)
    except ActRefused as refused:
        missing = refused.why == "quorum-missing"
        stage.expect(missing, stage.gettext("refused for another reason: %(why)s", why=refused.why))
    else:
        stage.expect(condition=False, what=stage.gettext("the vote opened without a quorum"))
    await disarm(await stage.catch_up(stage.chair), stage.vote(plan.vote))


async def check_lost_controller(stage: Stage) -> str:
    """The controller is lost in mid-vote: read back from the disk it means the same, and every press counts once."""
    plan = stage.plan.votes_of(_rule(stage), "lost-controller")
    await call_item(stage, "")
    await open_vote(stage, plan)
    voters = stage.voters(plan.vote)
    before, after = dict.fromkeys(voters[::2], FOR), dict.fromkeys(voters[1::2], FOR)
    await press(stage, plan.vote, before)
    state, size = stage.state, stage.state.size
    await stage.house.controller.lose()
    await stage.house.controller.start()
    stage.expect(
        stage.state is not state and stage.state == state, stage.gettext("the log on the disk means another thing")
    )
    start_presses(stage, plan.vote, after)
    await wait_for_presses(stage, plan.vote, after)
    wrong = wrong_presses(stage, plan.vote, before | after)
    stage.expect(not wrong, stage.named(wrong, wrong))
    await end_vote(stage, plan.vote)
    result = await declare(stage, plan.vote)
    stage.expect(result.counts[0] == len(voters), stage.gettext("presses were lost or doubled"))
    return stage.gettext("the same state; leaves %(size)d, presses %(count)d", size=size, count=len(voters))


async def check_package(stage: Stage) -> str:
    """The sitting closes; its package verifies for a stranger who holds nothing but the root words."""
    await call_item(stage, "")
    await move_sitting(await stage.catch_up(stage.chair), stage.sitting, "sitting-close", VOID_CODE)
    package = stage.house.export(stage.plan.id, stage.secretary.officer)
    verdict = verify_package(read_package(package), stage.house.root_words)
    sound = (verdict.verdict, verdict.root) == ("verified", "confirmed")
    stage.expect(sound, stage.gettext("the package does not verify: %(verdict)s", verdict=verdict.as_json()))
    said = {"votes": verdict.votes, "ballots": verdict.ballots, "records": stage.state.size}
    return stage.gettext("votes %(votes)d, ballots %(ballots)d, records in the log %(records)d", **said)
