"""The verbs of items."""

import click

from controller.commands.act.verb import CHAIR, IDENTIFIER, Done, Work, verb
from controller.words import _

ASKED_ITEM = click.argument("item", type=IDENTIFIER, default="")


async def _move(work: Work, item: str, act: str, decision: str = "") -> Done:
    from controller.procedures.items import move_item

    sitting = work.sitting
    found = work.view.item(sitting, item)
    if not found:
        raise click.UsageError(_("no item is active: name one"))
    return Done(await move_item(await work.officer(), sitting, found, act, decision))


@verb("activate", CHAIR, _("Call an item: from here on votes are held on it."))
@click.argument("item", type=IDENTIFIER)
async def activate(work: Work, item: str) -> Done:
    """It is called."""
    return await _move(work, item, "activate")


@verb("defer", CHAIR, _("Put an item off; the active one if none is named."))
@ASKED_ITEM
async def defer(work: Work, item: str) -> Done:
    """Another time."""
    return await _move(work, item, "defer")


@verb("withdraw", CHAIR, _("Take an item off the agenda; the active one if none is named."))
@ASKED_ITEM
async def withdraw(work: Work, item: str) -> Done:
    """It is taken back."""
    return await _move(work, item, "withdraw")


@verb("note", CHAIR, _("Take note of an item without a decision; the active one if none is named."))
@ASKED_ITEM
async def note(work: Work, item: str) -> Done:
    """It is noted."""
    return await _move(work, item, "note")


@verb("decide", CHAIR, _("Settle an item as decided; the active one if none is named."))
@ASKED_ITEM
@click.option("--decision", default="", help=_("The number given to what was adopted."))
async def decide(work: Work, item: str, decision: str) -> Done:
    """It is decided."""
    return await _move(work, item, "decide", decision)


@verb("decide-block", CHAIR, _("After an adopted vote on an item: settle each of its sub-items as decided."))
@click.argument("item", type=IDENTIFIER)
@click.option("--decision", multiple=True, help=_("Numbers of the sub-items, in their order; may be repeated."))
async def decide_block(work: Work, item: str, decision: tuple[str, ...]) -> Done:
    """Every sub-item, one by one."""
    from controller.procedures import items as procedures_items

    sitting = work.sitting
    client = await work.officer()
    sent = await procedures_items.decide_block(client, work.view, sitting, item, decision)
    return Done(sent[-1], records=sent)
