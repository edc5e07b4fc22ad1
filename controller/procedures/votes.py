"""A vote by who presides: arming, opening, every step to the close, announcing, voiding, repeating; prepared series.

Source: `docs/protocol.md` sections 6.7 and 7.2.
"""

from collections.abc import Iterable
from dataclasses import replace

from controller.conduct import VotePlan
from controller.officer import OfficerClient
from controller.procedures.legal import legal_verbs
from controller.procedures.log_view import LogView, OutOfOrder
from controller.procedures.texts import send_optional_text, send_text
from protocol import records
from protocol.state import SittingState, VoteState
from protocol.vote import Phase

_NOTHING_SEEN = f"0:{'A' * 43}"


async def arm_vote(client: OfficerClient, view: LogView, sitting: SittingState, plan: VotePlan, text: str = "") -> str:
    """Arm a vote; `plan.eligible` is `all` or the hash of a list. `text`: what is voted on, beside the title.

    Raises `NotFound`: the rule is not in the sitting's law.
    """
    view.rule(sitting, plan.rule)
    title_hash, text_hash = await send_text(client, plan.title), await send_optional_text(client, text)
    return await _arm(
        client,
        records.VoteArm(
            sitting.id, plan.item, plan.vote, plan.mode, title_hash, text_hash, plan.options, plan.min, plan.max,
            plan.places, plan.rule, plan.eligible, plan.sign, plan.change, plan.duration_ms, plan.extend_ms,
            int(plan.decisive), plan.repeats, 0, _NOTHING_SEEN, 0,
        ),
    )  # fmt: skip


async def _arm(client: OfficerClient, arm: records.VoteArm) -> str:
    sent, _ = await client.act(lambda seq, seen, ts: replace(arm, seq=seq, seen=seen, ts=ts))
    return sent


async def repeat_vote(
    client: OfficerClient, view: LogView, sitting: SittingState, voided: VoteState, vote: str, item: str
) -> str:
    """Arm a vote again that was voided, under a new id: same title, options and rule. Raises `OutOfOrder`: not opened.

    A list of eligible members belongs to its sitting, so one of another sitting is not taken over.
    """
    opened = view.open_hash(voided)
    eligible = voided.arm.eligible if voided.arm.sitting == sitting.id else "all"
    again = replace(voided.arm, sitting=sitting.id, item=item, vote=vote, repeats=opened, eligible=eligible)
    return await _arm(client, again)


async def open_vote(client: OfficerClient, vote: VoteState) -> str:
    """Open an armed vote."""
    return await open_arm(client, vote.arm_hash)


async def open_arm(client: OfficerClient, arm: str) -> str:
    """Open what has just been armed, by the arm's hash."""
    sent, _ = await client.act(lambda seq, seen, ts: records.VoteOpen(arm, seq, seen, ts))
    return sent


async def disarm(client: OfficerClient, vote: VoteState) -> str:
    """Take an armed vote back."""
    return await _step(client, vote.arm_hash, "disarm", 0)


async def step_vote(client: OfficerClient, view: LogView, vote: VoteState, act: str, ms: int = 0) -> str:
    """Hold, resume, last-call, reopen or extend (by `ms`). Raises `OutOfOrder`: the vote was never opened."""
    return await _step(client, view.open_hash(vote), act, ms)


async def _step(client: OfficerClient, of: str, act: str, ms: int) -> str:
    sent, _ = await client.act(lambda seq, seen, ts: records.VoteAct(of, act, ms, seq, seen, ts))
    return sent


async def close_vote(client: OfficerClient, view: LogView, vote: VoteState) -> str:
    """End the voting; the result stands in the log together with it. Raises `OutOfOrder`: the vote was never opened."""
    opened = view.open_hash(vote)

    def draft(seq: int, seen: str, ts: int) -> records.VoteClose:
        size, _, root = seen.partition(":")
        return records.VoteClose(opened, int(size), root, seq, seen, ts)

    sent, _ = await client.act(draft)
    return sent


async def announce(client: OfficerClient, view: LogView, vote: VoteState) -> str:
    """Declare the latest result. Raises `OutOfOrder`: there is none yet."""
    result = view.latest_result_hash(vote)
    sent, _ = await client.act(lambda seq, seen, ts: records.VoteAnnounce(result, seq, seen, ts))
    return sent


async def void_vote(client: OfficerClient, view: LogView, vote: VoteState, code: str, basis: str = "") -> str:
    """Void a vote; after the close it waits for the secretary. Raises `OutOfOrder`: the vote was never opened."""
    opened = view.open_hash(vote)
    sent, _ = await client.act(lambda seq, seen, ts: records.VoteVoid(opened, code, basis, seq, seen, ts))
    return sent


async def cast_casting_vote(client: OfficerClient, view: LogView, vote: VoteState, choice: str) -> str:
    """Decide a tie; a second result stands in the log together with it. Raises `OutOfOrder`: never opened."""
    opened = view.open_hash(vote)
    sent, _ = await client.act(lambda seq, seen, ts: records.CastingVote(opened, choice, seq, seen, ts))
    return sent


def next_of_series(
    view: LogView, sitting: SittingState, series: Iterable[VotePlan]
) -> tuple[VotePlan, VoteState | None]:
    """The first vote of a prepared series that was not held yet, and its state if it is armed already.

    Raises `OutOfOrder`: `series-is-over`.
    """
    for plan in series:
        vote = sitting.votes.get(plan.vote)
        if vote is None or vote.phase is Phase.ARMED:
            return plan, vote
    raise OutOfOrder("series-is-over", legal_verbs(view.state, sitting))


def free_vote_id(sitting: SittingState, stem: str) -> str:
    """`stem-2`, `stem-3` …: the first that no vote of the sitting has; the stem itself if it is free."""
    number, name = 1, stem
    while name in sitting.votes:
        number += 1
        name = f"{stem[:36]}-{number}"
    return name
