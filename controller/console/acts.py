"""What a console's keys send: each act a record signed by the officer, made from the newest documents.

The same records as those of `chamber act`; here nothing but the documents is at hand, so whatever a record quotes is in
them. What has no place now is refused by the controller with its name, and nothing is tried twice.

Source: `docs/protocol.md` sections 6.3 to 6.7.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from controller.conduct import Chair, VotePlan
from controller.console.snapshot import Snapshot
from controller.desk.documents import VoteNow
from controller.officer import OfficerClient
from controller.procedures.texts import send_optional_text, send_text
from protocol import records
from protocol.errors import ChamberError
from protocol.record import Record

SnapshotOf = Callable[[], Snapshot]
_NOTHING_SEEN = f"0:{'A' * 43}"
SPEECH_SORT = "request"


class NoPlace(ChamberError):
    """The documents show that an act has no place now; `why` is a name of `refusal_words`."""

    code = "state"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Acts:
    """The acts of one officer on what `snapshot` shows at the moment of the act. Each returns its record's hash.

    Each raises `ActRefused`, `ControllerSilent`, `NoPlace`.
    """

    def __init__(self, client: OfficerClient, snapshot: SnapshotOf) -> None:
        self._client, self._snapshot = client, snapshot

    # --- A vote.

    async def arm(self, plan: VotePlan, text: str = "") -> str:
        """Arm a vote: everything that a ballot will mean is fixed."""
        title_hash = await send_text(self._client, plan.title)
        text_hash = await send_optional_text(self._client, text)
        arm = records.VoteArm(
            self._sitting, plan.item, plan.vote, plan.mode, title_hash, text_hash, plan.options, plan.min, plan.max,
            plan.places, plan.rule, plan.eligible, plan.sign, plan.change, plan.duration_ms, plan.extend_ms,
            int(plan.decisive), plan.repeats, 0, _NOTHING_SEEN, 0,
        )  # fmt: skip
        return await self._send(lambda seq, seen, ts: replace(arm, seq=seq, seen=seen, ts=ts))

    async def open(self) -> str:
        """Open the armed vote."""
        arm = self._vote("armed").arm
        return await self._send(lambda seq, seen, ts: records.VoteOpen(arm, seq, seen, ts))

    async def disarm(self) -> str:
        """Take the armed vote back."""
        return await self._step(self._vote("armed").arm, "disarm")

    async def hold(self) -> str:
        """Hold the open vote: no press counts."""
        return await self._step(self._vote("open").open, "hold")

    async def resume(self) -> str:
        """Go on with the held vote."""
        return await self._step(self._vote("held").open, "resume")

    async def last_call(self) -> str:
        """Tell everybody that the vote is about to be closed."""
        return await self._step(self._vote("open").open, "last-call")

    async def reopen(self) -> str:
        """Take the last call back."""
        return await self._step(self._vote("last-call").open, "reopen")

    async def extend(self, ms: int) -> str:
        """Give the running vote more time."""
        return await self._step(self._vote("open", "held", "last-call").open, "extend", ms)

    async def close(self) -> str:
        """End the voting, after a last call or while held."""
        return await Chair(self._client).close_unseen(self._vote("last-call", "held").open)

    async def announce(self) -> str:
        """Declare the result."""
        vote = self._vote("closed", "announced")
        if not vote.result:
            raise NoPlace("result-unknown")
        return await self._send(lambda seq, seen, ts: records.VoteAnnounce(vote.result, seq, seen, ts))

    async def void(self, opened: str, code: str, basis: str = "") -> str:
        """Void a vote, running or ended; after the close it waits for the secretary."""
        return await self._send(lambda seq, seen, ts: records.VoteVoid(opened, code, basis, seq, seen, ts))

    async def casting_vote(self, choice: str) -> str:
        """Decide a tie: `for` or `against`."""
        opened = self._vote("closed").open
        return await self._send(lambda seq, seen, ts: records.CastingVote(opened, choice, seq, seen, ts))

    async def _step(self, of: str, act: str, ms: int = 0) -> str:
        return await self._send(lambda seq, seen, ts: records.VoteAct(of, act, ms, seq, seen, ts))

    # --- Items, floor, sitting.

    async def move_item(self, item: str, act: str, decision: str = "") -> str:
        """Activate, decide, note, defer, withdraw or reopen an item."""
        return await self._send(lambda seq, seen, ts: records.Item(self._sitting, item, act, decision, seq, seen, ts))

    async def speech(self, item: str, speaker: str, act: str, sort: str = SPEECH_SORT, ms: int = 0) -> str:
        """Request, withdraw, grant, stop, extend or close-list."""
        return await self._send(
            lambda seq, _seen, ts: records.Speech(self._sitting, item, speaker, act, sort, ms, seq, ts)
        )

    async def open_sitting(self) -> str:
        """Acknowledge the roster and open the sitting."""
        house = self._snapshot().house
        return await Chair(self._client).open_sitting(house.sitting, house.roster, house.previous)

    async def adjourn(self, code: str) -> str:
        """Adjourn the sitting."""
        return await self._send(lambda seq, seen, ts: records.Adjourn(self._sitting, code, seq, seen, ts))

    async def resume_sitting(self, code: str) -> str:
        """Go on with an adjourned sitting."""
        return await self._send(lambda seq, seen, ts: records.Resume(self._sitting, code, seq, seen, ts))

    async def close_sitting(self, code: str) -> str:
        """Close the sitting."""
        return await self._send(lambda seq, seen, ts: records.SittingClose(self._sitting, code, seq, seen, ts))

    async def in_camera(self, state: str) -> str:
        """End the public part (`on`) or begin it again (`off`)."""
        return await self._send(lambda seq, seen, ts: records.InCamera(self._sitting, state, seq, seen, ts))

    async def preside(self, why: str) -> str:
        """Take the chair."""
        officer = self._client.officer
        return await self._send(lambda seq, seen, ts: records.Presiding(self._sitting, officer, why, seq, seen, ts))

    async def acknowledge(self, record: str) -> str:
        """Agree to another officer's act."""
        return await self._send(lambda seq, seen, ts: records.Ack(record, seq, seen, ts))

    # --- What the secretary enters.

    async def presence(self, member: str, state: str, code: str = "") -> str:
        """Correct who is here: `present`, `left` or `excused`."""
        return await self._send(lambda _seq, _seen, ts: records.Presence(self._sitting, member, state, code, ts))

    async def recusal(self, item: str, member: str, act: str, code: str = "") -> str:
        """Enter that a member takes no part in an item (`declare`), or does again (`withdraw`)."""
        return await self._send(lambda _seq, _seen, ts: records.Recusal(self._sitting, item, member, act, code, ts))

    async def assisted(self, member: str, choice: tuple[str, ...], how: str, held_ms: int = 0) -> str:
        """Enter a member's answer that was given otherwise than by a press: `assisted`, `roll-call` or `paper`."""
        opened = self._vote("open", "last-call").open
        return await self._send(
            lambda _seq, _seen, ts: records.AssistedBallot(opened, member, choice, how, held_ms or ts, ts)
        )

    async def paper_result(self, opened: str, counted: tuple[int, int, int, int], figures: tuple[int, ...]) -> str:
        """Enter a count of papers: (issued, returned, valid, invalid) and a figure for each option."""
        return await self._send(lambda _seq, _seen, ts: records.PaperResult(opened, 1, *counted, figures, ts, ts))

    async def correction(self, opened: str, member: str, stated: str) -> str:
        """Enter what a member states to have meant; the result stays."""
        return await self._send(lambda _seq, _seen, ts: records.Correction(opened, member, stated, ts))

    async def lot(self, opened: str, choice: str) -> str:
        """Enter what the lot drew."""
        return await self._send(lambda _seq, _seen, ts: records.Lot(opened, choice, ts))

    async def correct_rule(self, opened: str, rule: str, code: str) -> str:
        """Name another rule for the same ballots."""
        return await self._send(lambda seq, seen, ts: records.RuleCorrection(opened, rule, code, seq, seen, ts))

    async def note(self, about: str, code: str, text: str) -> str:
        """Put on the record that something happened."""
        text_hash = await send_optional_text(self._client, text)
        return await self._send(lambda _seq, _seen, ts: records.Incident(about, code, text_hash, ts))

    async def minutes(self, version: int, state: str, package_hash: str, replaces: str = "") -> str:
        """Enter a version of the minutes."""
        return await self._send(
            lambda _seq, _seen, ts: records.Minutes(self._sitting, version, state, "", package_hash, replaces, ts)
        )

    # --- Common.

    @property
    def _sitting(self) -> str:
        return self._snapshot().house.sitting

    def _vote(self, *phases: str) -> VoteNow:
        """The vote at hand in one of these phases. Raises `NoPlace`."""
        vote = self._snapshot().now.vote
        if vote is None:
            raise NoPlace("vote-unknown")
        if vote.phase not in phases:
            raise NoPlace(f"vote-is-{vote.phase}")
        return vote

    async def _send(self, draft: Callable[[int, str, int], Record]) -> str:
        sent, _ = await self._client.act(draft)
        return sent


Act = Callable[[Acts], Awaitable[str]]
