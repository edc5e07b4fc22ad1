"""The verbs of people: presence, recusal, cards and seats."""

import click

from controller.commands.act.verb import CHAIR, CODE, IDENTIFIER, ITEM, SECRETARY, Done, Work, verb
from controller.words import _


@verb("presence", SECRETARY, _("Correct who is in the room: left with the card in the tray, excused, or here."))
@click.argument("member", type=IDENTIFIER)
@click.argument("state", type=click.Choice(["present", "left", "excused"]))
@CODE
async def presence(work: Work, member: str, state: str, code: str) -> Done:
    """The secretary's word."""
    from controller.procedures.people import enter_presence

    return Done(await enter_presence(await work.officer(), work.view, work.sitting, member, state, code))


@verb("recuse", SECRETARY, _("Enter that a member takes no part in an item, or does again (--withdraw)."))
@click.argument("member", type=IDENTIFIER)
@ITEM
@click.option("--withdraw", is_flag=True, help=_("The member takes part again; no earlier ballot comes back."))
@CODE
async def recuse(work: Work, member: str, item: str, code: str, *, withdraw: bool) -> Done:
    """Declared by the member."""
    from controller.procedures.people import enter_recusal

    sitting = work.sitting
    found = work.view.item(sitting, item)
    if not found:
        raise click.UsageError(_("no item is active: say --item"))
    act = "withdraw" if withdraw else "declare"
    return Done(await enter_recusal(await work.officer(), sitting, found, member, act, code))


@verb("end-session", CHAIR, _("End the session of a seat or member, whose card then has to be put in again."))
@click.argument("at", type=IDENTIFIER)
@click.option("--why", type=IDENTIFIER, default="by-order", show_default=True, help=_("The reason as a code."))
async def end_session(work: Work, at: str, why: str) -> Done:
    """From here on."""
    from controller.procedures import people as procedures_people

    return Done(await procedures_people.end_session(await work.officer(), work.view, work.sitting, at, why))


@verb("revoke-device", SECRETARY, _("Believe a seat's key no more: it was lost, opened or exchanged."))
@click.argument("seat", type=IDENTIFIER)
@CODE
async def revoke_device(work: Work, seat: str, code: str) -> Done:
    """Its session ends."""
    from controller.procedures import people as procedures_people

    return Done(await procedures_people.revoke_device(await work.officer(), work.view, work.sitting, seat, code))
