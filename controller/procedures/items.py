"""Items of the agenda: calling and settling them, and deciding all sub-items of a block after one vote.

Source: `docs/protocol.md` section 7.1.
"""

from collections.abc import Sequence

from controller.officer import OfficerClient
from controller.procedures.legal import legal_verbs
from controller.procedures.log_view import LogView, OutOfOrder
from protocol import records
from protocol.meaning.shared import item_of
from protocol.state import ItemPhase, SittingState
from protocol.vote import Phase

_CALLS_FIRST = {ItemPhase.PLANNED: ("activate", "decide"), ItemPhase.DEFERRED: ("activate", "decide")}


async def move_item(client: OfficerClient, sitting: SittingState, item: str, act: str, decision: str = "") -> str:
    """Activate, reopen, defer, withdraw, note or decide an item; `decision` is the number of what was adopted."""
    sent, _ = await client.act(lambda seq, seen, ts: records.Item(sitting.id, item, act, decision, seq, seen, ts))
    return sent


def block_of(view: LogView, sitting: SittingState, parent: str) -> tuple[str, ...]:
    """The sub-items, at any depth, of an item whose vote is adopted and announced, that are still to be decided.

    Raises `NotFound`: no such item; `OutOfOrder`: `block-not-adopted`, `block-is-empty`.
    """
    view.item(sitting, parent)
    votes = [vote for vote in sitting.votes.values() if vote.arm.item == parent and vote.phase is Phase.ANNOUNCED]
    latest = max(votes, key=lambda vote: vote.announced_index, default=None)
    if latest is None or latest.results[-1][2].outcome != "adopted":
        raise OutOfOrder("block-not-adopted", legal_verbs(view.state, sitting))
    agenda = view.agenda(sitting)
    below = {parent}
    block = []
    for item in agenda.items if agenda is not None else ():
        if item.parent in below:
            below.add(item.id)
            if item_of(sitting, item.id).phase in {*_CALLS_FIRST, ItemPhase.ACTIVE}:
                block.append(item.id)
    if not block:
        raise OutOfOrder("block-is-empty", legal_verbs(view.state, sitting))
    return tuple(block)


async def decide_block(
    client: OfficerClient, view: LogView, sitting: SittingState, parent: str, decisions: Sequence[str] = ()
) -> tuple[str, ...]:
    """Call and decide every sub-item of a block that was adopted. Returns the hashes of all records.

    `decisions` are the numbers of the sub-items in their order; those left over have none. Raises as `block_of`.
    """
    block = block_of(view, sitting, parent)
    numbers = [*decisions, *[""] * len(block)]
    sent = []
    for item, number in zip(block, numbers, strict=False):
        for act in _CALLS_FIRST.get(item_of(sitting, item).phase, ("decide",)):
            decision = number if act == "decide" else ""
            sent.append(await move_item(client, sitting, item, act, decision))
    return tuple(sent)
