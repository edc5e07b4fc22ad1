"""The verbs of a vote by who presides."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.commands.act.sitting import prepared
from controller.commands.act.verb import CHAIR, CODE, FILE, IDENTIFIER, ITEM, SECRETARY, VOTE, Done, Work, verb
from controller.words import _

if TYPE_CHECKING:
    from controller.conduct import VotePlan
    from protocol.state import VoteState

_SECOND_MS = 1_000


def _vote(work: Work, asked: str, *phases: str) -> "VoteState":
    """The vote that was asked for, else the one at hand in one of `phases`. Raises `NotFound`."""
    from protocol.vote import Phase

    return work.view.vote(work.sitting, asked, [Phase(phase) for phase in phases])


@verb("arm", CHAIR, _("Prepare a vote: everything that a ballot will mean is fixed here."))
@click.option("--prepared", "file", type=FILE, help=_("Take the vote from this sitting.toml; name it with --vote."))
@click.option("--vote", type=IDENTIFIER, default="", help=_("Its id; the next free one if not given."))
@ITEM
@click.option("--title", default="", help=_("What people see."))
@click.option("--text", default="", help=_("What is voted on, beside the title."))
@click.option("--rule", default="", help=_("Id of the rule of law."))
@click.option("--mode", type=click.Choice(["open", "paper", "test"]), default="open", show_default=True, help=_("How."))
@click.option(
    "--option", "options", multiple=True, type=IDENTIFIER, help=_("An option; for, against, abstain if none.")
)
@click.option(
    "--min", "least", type=click.IntRange(0), default=1, show_default=True, help=_("Options to choose at least.")
)
@click.option(
    "--max", "most", type=click.IntRange(1), default=1, show_default=True, help=_("Options to choose at most.")
)
@click.option("--places", type=click.IntRange(1), default=1, show_default=True, help=_("How many are elected."))
@click.option("--eligible", default="all", help=_("Ids of those who may vote, separated by commas, or all."))
@click.option("--sign", type=click.Choice(["session", "card"]), default="session", help=_("What signs each ballot."))
@click.option("--change", type=click.Choice(["last", "first"]), default="last", help=_("Which press counts."))
@click.option("--duration", type=click.IntRange(0), default=0, help=_("Seconds until it ends by itself; 0 for never."))
@click.option("--extend", type=click.IntRange(0), default=0, help=_("Seconds by which it may be extended in all."))
@click.option("--decisive", is_flag=True, help=_("It decides the item."))
@click.option("--repeats", type=IDENTIFIER, default="", help=_("The void vote that it repeats."))
async def arm(work: Work, file: Path | None, vote: str, eligible: str, **given: Any) -> Done:  # noqa: ANN401 - options of many types
    """From a file, or ad hoc."""
    from controller.procedures.votes import arm_vote, free_vote_id

    if file is not None:
        plan = _named_plan(prepared(work, file).votes, vote)
    else:
        plan = _plan(work, vote or free_vote_id(work.sitting, "vote"), given)
    plan = await _with_list(work, plan, eligible)
    sent = await arm_vote(await work.officer(), work.view, work.sitting, plan, given["text"])
    return Done(sent, plan.vote)


def _named_plan(plans: "tuple[VotePlan, ...]", vote: str) -> "VotePlan":
    from controller.procedures.log_view import NotFound

    for plan in plans:
        if plan.vote == vote:
            return plan
    known = {"asked": vote, "known": ", ".join(plan.vote for plan in plans)}
    raise NotFound(_("no vote %(asked)s is prepared; there are: %(known)s") % known)


def _plan(work: Work, vote: str, given: dict[str, Any]) -> "VotePlan":
    from controller.conduct import VotePlan
    from protocol.records import PLAIN_OPTIONS

    for option in ("title", "rule"):
        if not given[option]:
            raise click.UsageError(_("say --%(option)s") % {"option": option})
    sitting = work.sitting
    repeats = work.view.open_hash(work.view.vote(sitting, given["repeats"])) if given["repeats"] else ""
    return VotePlan(
        vote, given["title"], given["rule"], work.view.item(sitting, given["item"]), given["options"] or PLAIN_OPTIONS,
        given["mode"], repeats, given["decisive"], "all", given["least"], given["most"], given["places"],
        given["sign"], given["change"], given["duration"] * _SECOND_MS, given["extend"] * _SECOND_MS,
    )  # fmt: skip


async def _with_list(work: Work, plan: "VotePlan", eligible: str) -> "VotePlan":
    """A list of who may vote is a record of the secretary's."""
    from dataclasses import replace

    from controller.procedures.sitting import list_members

    if eligible == "all":
        return plan
    members = [member.strip() for member in eligible.split(",") if member.strip()]
    listed = await list_members(await work.another(SECRETARY), work.view, work.sitting, members)
    return replace(plan, eligible=listed)


@verb("open", CHAIR, _("Open the armed vote."))
@VOTE
async def open_(work: Work, vote: str) -> Done:
    """Ballots may come."""
    from controller.procedures.votes import open_vote

    found = _vote(work, vote, "armed")
    return Done(await open_vote(await work.officer(), found), found.arm.vote)


@verb("disarm", CHAIR, _("Take an armed vote back before it opens."))
@VOTE
async def disarm(work: Work, vote: str) -> Done:
    """It never was."""
    from controller.procedures import votes as procedures_votes

    found = _vote(work, vote, "armed")
    return Done(await procedures_votes.disarm(await work.officer(), found), found.arm.vote)


async def _step(work: Work, vote: str, act: str, seconds: int = 0) -> Done:
    from controller.procedures.votes import step_vote

    found = _vote(work, vote)
    sent = await step_vote(await work.officer(), work.view, found, act, seconds * _SECOND_MS)
    return Done(sent, found.arm.vote)


@verb("hold", CHAIR, _("Hold the vote: presses do not count until it is resumed."))
@VOTE
async def hold(work: Work, vote: str) -> Done:
    """Wait."""
    return await _step(work, vote, "hold")


@verb("resume", CHAIR, _("Go on with a held vote."))
@VOTE
async def resume(work: Work, vote: str) -> Done:
    """Go on."""
    return await _step(work, vote, "resume")


@verb("last-call", CHAIR, _("Say that the vote is about to close."))
@VOTE
async def last_call(work: Work, vote: str) -> Done:
    """Anybody else?"""
    return await _step(work, vote, "last-call")


@verb("reopen", CHAIR, _("Take the last call of the vote back; or, with ITEM, take up an item that was settled."))
@click.argument("item", type=IDENTIFIER, default="")
@VOTE
async def reopen(work: Work, item: str, vote: str) -> Done:
    """Not yet."""
    from controller.procedures.items import move_item

    if not item:
        return await _step(work, vote, "reopen")
    sitting = work.sitting
    return Done(await move_item(await work.officer(), sitting, work.view.item(sitting, item), "reopen"))


@verb("extend", CHAIR, _("Give a vote that ends by itself more time."))
@VOTE
@click.option("--seconds", type=click.IntRange(1), required=True, help=_("How much more."))
async def extend(work: Work, vote: str, seconds: int) -> Done:
    """More time."""
    return await _step(work, vote, "extend", seconds)


@verb("close", CHAIR, _("End the voting after a last call; the result follows."))
@VOTE
async def close(work: Work, vote: str) -> Done:
    """It is over."""
    from controller.procedures.votes import close_vote

    found = _vote(work, vote)
    return Done(await close_vote(await work.officer(), work.view, found), found.arm.vote)


@verb("announce", CHAIR, _("Declare the latest result."))
@VOTE
async def announce(work: Work, vote: str) -> Done:
    """As the log has it."""
    from controller.procedures import votes as procedures_votes

    found = _vote(work, vote, "closed")
    return Done(await procedures_votes.announce(await work.officer(), work.view, found), found.arm.vote)


@verb("void", CHAIR, _("Void a vote: it does not count, its figures stay. After the close the secretary agrees."))
@VOTE
@CODE
@click.option("--basis", default="", help=_("After the announcement: the council's decision, or the court's."))
async def void(work: Work, vote: str, code: str, basis: str) -> Done:
    """For a reason."""
    from controller.procedures.votes import void_vote

    found = _vote(work, vote)
    return Done(await void_vote(await work.officer(), work.view, found, code, basis), found.arm.vote)


@verb("repeat", CHAIR, _("Arm a void vote again, with the same title, options and rule."))
@click.argument("vote", type=IDENTIFIER)
@click.option("--new", type=IDENTIFIER, default="", help=_("The id of the new vote; made of the old one if not given."))
@click.option("--from-sitting", default="", help=_("The sitting of the void vote, where it is another one."))
@click.option("--item", type=IDENTIFIER, default="", help=_("Which item; that of the void vote if not given."))
async def repeat(work: Work, vote: str, new: str, from_sitting: str, item: str) -> Done:
    """Quotes the voided one."""
    from controller.procedures.votes import free_vote_id, repeat_vote

    sitting = work.sitting
    voided = work.view.vote(work.view.sitting(from_sitting) if from_sitting else sitting, vote)
    name = new or free_vote_id(sitting, vote)
    sent = await repeat_vote(await work.officer(), work.view, sitting, voided, name, item or voided.arm.item)
    return Done(sent, name)


@verb("casting-vote", CHAIR, _("Decide a tie, where the law leaves it to who presides; a second result follows."))
@click.argument("choice", type=click.Choice(["for", "against"]))
@VOTE
async def casting_vote(work: Work, choice: str, vote: str) -> Done:
    """By the own key."""
    from controller.procedures.votes import cast_casting_vote

    found = _vote(work, vote, "closed")
    return Done(await cast_casting_vote(await work.officer(), work.view, found, choice), found.arm.vote)


@verb("next", CHAIR, _("Arm and open the next vote of a prepared series that was not held yet."))
@click.argument("file", type=FILE)
async def next_(work: Work, file: Path) -> Done:
    """One after another."""
    from controller.procedures.votes import arm_vote, next_of_series, open_arm

    series = prepared(work, file).votes
    plan, armed = next_of_series(work.view, work.sitting, series)
    client = await work.officer()
    arm_hash = armed.arm_hash if armed else await arm_vote(client, work.view, work.sitting, plan)
    opened = await open_arm(client, arm_hash)
    return Done(opened, plan.vote, records=(arm_hash, opened))


@verb("test-vote", CHAIR, _("Arm and open a vote for trying the buttons; it decides nothing and counts nowhere."))
@click.option("--title", default="", help=_("What people see."))
async def test_vote(work: Work, title: str) -> Done:
    """Nothing comes of it."""
    from controller.conduct import VotePlan
    from controller.procedures.votes import arm_vote, free_vote_id, open_arm

    sitting, view = work.sitting, work.view
    rules = view.state.rule_books[view.state.rosters[view.roster_hash(sitting)].rules].rules
    name = free_vote_id(sitting, "test")
    plan = VotePlan(name, title or _("Test vote"), next(iter(rules)), view.item(sitting), mode="test")
    client = await work.officer()
    arm_hash = await arm_vote(client, view, sitting, plan)
    opened = await open_arm(client, arm_hash)
    return Done(opened, name, records=(arm_hash, opened))
