"""The verbs of the floor."""

from typing import TYPE_CHECKING

import click

from controller.commands.act.verb import CHAIR, IDENTIFIER, ITEM, Done, Work, verb
from controller.words import _

if TYPE_CHECKING:
    from protocol.floor import Floor

SPEAKER = click.argument("speaker", type=IDENTIFIER)
_SECOND_MS = 1_000


def _floor(work: Work, item: str) -> tuple[str, "Floor"]:
    """(item, its floor)."""
    from controller.service import unix_ms
    from protocol.floor import floor_of

    sitting = work.sitting
    found = work.view.item(sitting, item)
    return found, floor_of(sitting.speeches, found, unix_ms(), work.installation.speeches)


def _speaking(work: Work) -> tuple[str, str]:
    """(item, speaker) of the running speech. Raises `OutOfOrder`: nobody speaks."""
    from controller.procedures.log_view import OutOfOrder

    _item, floor = _floor(work, "")
    if floor.current is None:
        raise OutOfOrder("turn-is-none", ("grant",))
    return floor.current.item, floor.current.speaker


async def _act(work: Work, item: str, speaker: str, act: str, sort: str = "request", ms: int = 0) -> Done:
    from controller.procedures.people import act_on_floor, speech

    return Done(await act_on_floor(await work.officer(), work.sitting, speech(item, speaker, act, sort, ms)))


@verb("request", CHAIR, _("Put a speaker into the queue, who may be somebody without a seat."))
@SPEAKER
@ITEM
@click.option(
    "--sort", type=IDENTIFIER, default="request", show_default=True,
    help=_("request, reply, point-of-order, ad-vocem, or one of the council's own."),
)  # fmt: skip
async def request(work: Work, speaker: str, item: str, sort: str) -> Done:
    """The floor is asked for."""
    who = work.view.speaker(work.sitting, speaker)
    return await _act(work, work.view.item(work.sitting, item), who, "request", sort)


@verb("withdraw-request", CHAIR, _("Take a speaker out of the queue."))
@SPEAKER
@ITEM
async def withdraw_request(work: Work, speaker: str, item: str) -> Done:
    """It is not wanted any more."""
    who = work.view.speaker(work.sitting, speaker)
    return await _act(work, work.view.item(work.sitting, item), who, "withdraw")


@verb("grant", CHAIR, _("Give the floor: to the first in the queue if nobody is named. It ends the speech before."))
@click.argument("speaker", type=IDENTIFIER, default="")
@ITEM
@click.option("--seconds", type=click.IntRange(0), help=_("The time given, 0 for no limit; the usual one if not said."))
async def grant(work: Work, speaker: str, item: str, seconds: int | None) -> Done:
    """One speaks at a time."""
    from controller.procedures.log_view import OutOfOrder
    from controller.procedures.people import sort_and_time

    found, floor = _floor(work, item)
    if not speaker and not floor.queue:
        raise OutOfOrder("turn-is-none", ("request",))
    who = work.view.speaker(work.sitting, speaker or floor.queue[0].speaker)
    sort, usual_ms = sort_and_time(floor, who, work.installation.speeches)
    return await _act(work, found, who, "grant", sort, usual_ms if seconds is None else seconds * _SECOND_MS)


@verb("stop", CHAIR, _("End the running speech."))
async def stop(work: Work) -> Done:
    """Thank you."""
    item, speaker = _speaking(work)
    return await _act(work, item, speaker, "stop")


@verb("extend-speech", CHAIR, _("Give the running speech more time."))
@click.option("--seconds", type=click.IntRange(0), required=True, help=_("How much more, 0 for no limit."))
async def extend_speech(work: Work, seconds: int) -> Done:
    """A little longer."""
    item, speaker = _speaking(work)
    return await _act(work, item, speaker, "extend", "request", seconds * _SECOND_MS)


@verb("close-list", CHAIR, _("Take no more requests on an item, but for replies and points of order."))
@ITEM
async def close_list(work: Work, item: str) -> Done:
    """Who waits still speaks."""
    # A list belongs to nobody; the record asks for a speaker, so it names who closes it.
    client = await work.officer()
    return await _act(work, work.view.item(work.sitting, item), client.officer, "close-list")
