"""The scenes of `chamber demo`: each item's ordinary vote, or the hard case that the data names for it.

A scene shows one rule at work and checks it in the log. Sources are the sections of `docs/protocol.md` named in each.
"""

from collections.abc import Awaitable, Callable

from controller.conduct import VotePlan
from controller.demo_council.council import DemoItem
from controller.demo_power import dead_seat, power_cut
from controller.demo_stage import Stage, pick_choices
from controller.officer import ActRefused
from protocol import records
from protocol.explain import outcome_word
from protocol.tally import count_vote

TEST_VOTE = "test"


async def plain(stage: Stage, item: DemoItem) -> None:
    """An ordinary vote."""
    await hold_vote(stage, item)


async def hold_vote(stage: Stage, item: DemoItem, fixed: dict[str, str] | None = None) -> None:
    """Open, press, close and announce the item's vote; `fixed` says what certain members press."""
    vote = item.votes[0]
    voters = stage.voters_of(item)
    spread = vote.spread_of(len(stage.council.members), len(voters))
    choices = pick_choices(spread, voters, fixed or {})
    opened = await stage.open_vote(item, vote)
    await stage.press(vote.id, choices)
    result, _ = await stage.close_vote(vote.id, opened)
    await stage.announce(item, vote, result, spread)


async def test_vote(stage: Stage) -> None:
    """Everybody tries the buttons; it decides nothing and counts nowhere. Source: sections 6.7 and 7.3."""
    gettext = stage.words.gettext
    stage.audience.heading(gettext("Before the first item: a test vote"))
    await stage.catch_up(stage.presiding.client)
    plan = VotePlan(TEST_VOTE, "Проба гласања", stage.council.rules[0].id, mode="test")
    opened = await stage.presiding.open(await stage.presiding.arm(stage.id, plan))
    buttons = records.PLAIN_OPTIONS
    await stage.press(TEST_VOTE, {m: buttons[n % 3] for n, m in enumerate(sorted(stage.sitting.present))})
    result, record = await stage.close_vote(TEST_VOTE, opened)
    await stage.catch_up(stage.presiding.client)
    await stage.presiding.announce(result)
    stage.expect(record.outcome == "none", "a test vote decides nothing")
    stage.audience.result("none", gettext("A test vote: it decides nothing and counts nowhere."))
    stage.draw()
    await stage.pause()


async def late_arrival(stage: Stage, item: DemoItem) -> None:
    """A member comes after three votes and is present from the binding of the card on. Source: section 6.5."""
    await hold_vote(stage, item)
    late = stage.council.cast.late
    stage.expect(count_vote(stage.vote(item.votes[0].id)).absent == 1, "one was absent until now")
    stage.absent.discard(late)
    await stage.seat_everybody()
    stage.audience.stress(
        stage.words.gettext("%(name)s arrives late: absent in the votes so far, present from here on.")
        % {"name": stage.name(late)}
    )
    stage.draw()
    await stage.pause()


async def short_of_all(stage: Stage, item: DemoItem) -> None:
    """More for than against, and yet not adopted. Source: section 8, base `statutory`."""
    await hold_vote(stage, item)
    tally = count_vote(stage.vote(item.votes[0].id))
    needed = stage.vote(item.votes[0].id).results[-1][2].needed
    stage.expect(tally.figures.against < tally.figures.for_ < needed, "more for than against, less than needed")
    stage.audience.stress(
        stage.words.gettext(
            "More voted for (%(for)d) than against (%(against)d); the law asks for %(needed)d of all %(seats)d seats, "
            "whoever is in the room."
        )
        % {
            "for": tally.figures.for_,
            "against": tally.figures.against,
            "needed": needed,
            "seats": tally.figures.statutory,
        }
    )
    await stage.pause()


async def change_of_mind(stage: Stage, item: DemoItem) -> None:
    """A press that changes before the close: the last one counts, the first stays in the log as void. Source: 7.3."""
    vote, changer = item.votes[0], stage.council.cast.changes_mind
    voters = stage.voters_of(item)
    spread = vote.spread_of(len(stage.council.members), len(voters))
    opened = await stage.open_vote(item, vote)
    await stage.press(vote.id, {changer: records.AGAINST})
    await stage.press(vote.id, pick_choices(spread, voters, {changer: records.FOR}))
    result, record = await stage.close_vote(vote.id, opened)
    replaced = [i for i in range(record.from_, record.to) if stage.state.voids.get(i) == "replaced"]
    stage.expect(len(replaced) == 1, "one ballot was replaced by a later one")
    await stage.announce(item, vote, result, spread)
    stage.audience.stress(
        stage.words.gettext(
            "%(name)s pressed twice: the last press counts, the first stays in the log as void (leaf %(leaf)d)."
        )
        % {"name": stage.name(changer), "leaf": replaced[0]}
    )
    await stage.pause()


async def tie(stage: Stage, item: DemoItem) -> None:
    """As many for as against; the standing orders give the chair a casting vote. Source: sections 6.7 and 8."""
    vote = item.votes[0]
    voters = stage.voters_of(item)
    spread = vote.spread_of(len(stage.council.members), len(voters))
    opened = await stage.open_vote(item, vote)
    await stage.press(vote.id, pick_choices(spread, voters, {}))
    tied, record = await stage.close_vote(vote.id, opened)
    stage.expect(record.outcome == "tie", "as many for as against")
    stage.audience.result("tie", outcome_word("tie", stage.words))
    stage.audience.stress(
        stage.words.gettext(
            "For %(for)d, against %(against)d: by article 61 of this invented assembly's own standing orders "
            "the chair has a casting vote."
        )
        % {"for": spread.for_, "against": spread.against}
    )
    await stage.pause()
    await stage.catch_up(stage.presiding.client)
    result, _ = await stage.presiding.cast(opened, vote.casting, tied)
    await stage.announce(item, vote, result, spread)


async def recusal(stage: Stage, item: DemoItem) -> None:
    """A member with an interest takes no part; the base is smaller by one. Sources: 7.3 and 8, `leave-base`."""
    member = stage.council.cast.recused
    await stage.secretary.declare_recusal(stage.id, item.id, member, "interest")
    stage.audience.stress(
        stage.words.gettext("%(name)s has an interest in the matter and is recused: neither present nor absent here.")
        % {"name": stage.name(member)}
    )
    await hold_vote(stage, item)
    tally = count_vote(stage.vote(item.votes[0].id))
    stage.expect(tally.recused == 1 and tally.present == len(stage.sitting.present) - 1, "the recused leaves the base")


async def handover(stage: Stage, item: DemoItem) -> None:
    """The chair hands over to speak as a member; what the former chair still signs is refused. Source: 6.2."""
    gettext, former, deputy = stage.words.gettext, stage.presiding, stage.chair("deputy")
    names = {name: stage.script(stage.council.officers[name]) for name in ("chair", "deputy")}
    await stage.catch_up(deputy.client)
    await deputy.take_chair(stage.id, "chair-speaks")
    stage.presiding = deputy
    stage.audience.stress(gettext("%(chair)s hands the chair over to %(deputy)s, on the record.") % names)
    await stage.catch_up(former.client)
    try:
        await former.item(stage.id, item.id, "withdraw")
    except ActRefused as refused:
        stage.audience.stress(
            gettext("%(chair)s tries to withdraw the item all the same; the log refuses it (reason: %(reason)s).")
            % {**names, "reason": refused.code}
        )
        stage.expect(refused.code == "state", "the former chair's act is refused for want of office")
    else:
        stage.expect(condition=False, what="the former chair's act is refused")
    await hold_vote(stage, item)
    await stage.catch_up(former.client)
    await former.take_chair(stage.id, "returns")
    stage.presiding = former
    stage.audience.tell(gettext("%(chair)s presides again.") % names)


async def operator(stage: Stage, item: DemoItem) -> None:
    """A member leaves; the operator, by order of the chair, drives a whole vote with a key of his own. Source: 6.2."""
    chair, leaves = stage.presiding, stage.council.cast.leaves
    stage.absent.add(leaves)
    await stage.seat_everybody()
    stage.audience.stress(
        stage.words.gettext("%(name)s takes the card and leaves: absent from here on.") % {"name": stage.name(leaves)}
    )
    stage.presiding = stage.chair("operator")
    stage.audience.stress(
        stage.words.gettext(
            "%(name)s, the operator, acts by order of the chair; each record carries the operator's own key."
        )
        % {"name": stage.script(stage.council.officers["operator"])}
    )
    await hold_vote(stage, item)
    stage.presiding = chair
    stage.expect(count_vote(stage.vote(item.votes[0].id)).absent == 1, "who left is absent")


async def noted(stage: Stage, item: DemoItem) -> None:  # noqa: ARG001 - every scene has these arguments
    """An item without a vote."""
    stage.audience.tell(stage.words.gettext("Heard and noted, without a vote."))


Scene = Callable[[Stage, DemoItem], Awaitable[None]]
SCENES: dict[str, Scene] = {
    "plain": plain,
    "late-arrival": late_arrival,
    "short-of-all": short_of_all,
    "change-of-mind": change_of_mind,
    "power-cut": power_cut,
    "tie": tie,
    "recusal": recusal,
    "dead-seat": dead_seat,
    "handover": handover,
    "operator": operator,
    "noted": noted,
}
