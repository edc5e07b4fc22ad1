"""The stage of `chamber demo`: the running house, the officers, the audience, and the acts that every scene is made of.

A scene says what happens; the stage does it through signed records and MQTT, waits for receipts, shows it, and compares
what came of it with what the script says. A difference ends the demo.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from controller.comparison import figures_of
from controller.conduct import Chair, Secretary, VotePlan
from controller.demo_council.council import Council, DemoItem, DemoMember, DemoVote
from controller.demo_council.spreads import Spread
from controller.house import House
from controller.officer import OfficerClient
from controller.picture import picture_of, void_sentence, why_of
from controller.serbian import to_latin
from controller.terminal import Audience, Frame, Line
from controller.words import is_cyrillic
from protocol.errors import ChamberError
from protocol.explain import Catalogue, explain_needed, outcome_word
from protocol.records import Result
from protocol.state import LogState, SittingState, VoteState
from protocol.tally import count_vote, figures_before
from protocol.vote import Phase

WAIT_S = 60.0
"""Nothing on one machine takes this long; a scene that waits longer has failed."""
_FRAME_S = 0.05
_WAVES = 6


class DemoFailed(ChamberError):
    """The sitting did not come to what its script says."""

    code = "demo"


def pick_choices(spread: Spread, voters: Sequence[str], fixed: Mapping[str, str]) -> dict[str, str]:
    """Who presses what: `fixed` members as said, of the rest the first are for, the last against. Silent: empty.

    `voters` in the order in which they lean for.
    """
    left = {
        "for": spread.for_, "abstain": spread.abstain, "": spread.silent, "against": spread.against,
    }  # fmt: skip
    for choice in fixed.values():
        left[choice] -= 1
    assert min(left.values()) >= 0, "a spread has room for those whose choice is fixed"
    others = iter(member for member in voters if member not in fixed)
    choices = {next(others): choice for choice, count in left.items() for _ in range(count)}
    return {**choices, **fixed}


@asynccontextmanager
async def patience(what: str) -> AsyncIterator[None]:
    """Wait for something, but not for ever. Raises `DemoFailed`: in vain."""
    try:
        async with asyncio.timeout(WAIT_S):
            yield
    except TimeoutError as error:
        raise DemoFailed(f"waited {WAIT_S:.0f} s in vain: {what}") from error


@dataclass(slots=True)
class Stage:
    """Everything a scene needs. `presiding` conducts; `dark` names members at seats without power."""

    house: House
    council: Council
    audience: Audience
    words: Catalogue
    language: str
    pace_s: float
    presiding: Chair
    frame: Frame
    dark: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    _drawn_s: float = 0.0

    # --- Who and what ---------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The sitting's id."""
        return self.council.texts["sitting"]

    @property
    def state(self) -> LogState:
        """What the log means now; read only."""
        return self.house.service.recorder.memory.state

    @property
    def sitting(self) -> SittingState:
        """The sitting as the log has it."""
        return self.state.sittings[self.id]

    def vote(self, vote_id: str) -> VoteState:
        """A vote as the log has it."""
        return self.sitting.votes[vote_id]

    def chair(self, officer: str) -> Chair:
        """An officer's acts of the chair."""
        return Chair(self.house.officers[officer])

    @property
    def secretary(self) -> Secretary:
        """The secretary's acts."""
        return Secretary(self.house.officers["secretary"])

    def member(self, member_id: str) -> DemoMember:
        """A member by id."""
        return next(member for member in self.council.members if member.id == member_id)

    def name(self, member_id: str) -> str:
        """A member's name in the script of the language."""
        return self.script(self.member(member_id).name)

    def place(self, member_id: str) -> str:
        """The number on a member's seat."""
        return self.sitting.seats[self.house.seat_of[member_id]].place

    def script(self, serbian: str) -> str:
        """Serbian Cyrillic as the audience reads it."""
        return serbian if is_cyrillic(self.language) else to_latin(serbian)

    def text(self, serbian: str, english: str) -> str:
        """A text of the council's in Serbian for Serbian readers, in English for all others."""
        return self.script(serbian) if self.language.startswith("sr") else english

    def title(self, item: DemoItem) -> str:
        """An item's title in the audience's language."""
        return self.text(item.title_sr, item.title_en)

    def voters_of(self, item: DemoItem) -> list[str]:
        """Present members who may vote on the item, those who lean for first."""
        recused = self.sitting.recusals.get(item.id, set())
        here = [m for m in self.council.members if m.id not in self.absent and m.id not in recused]
        turn, groups = item.votes[0].turn, len(self.council.groups)
        return [m.id for m in sorted(here, key=lambda m: (m.group_number - turn) % groups)]

    # --- Waiting and showing ------------------------------------------------------------------------------------

    async def pause(self, share: float = 1.0) -> None:
        """Let a person follow; nothing if nobody watches."""
        if self.pace_s > 0:
            await asyncio.sleep(self.pace_s * share)

    async def catch_up(self, client: OfficerClient) -> None:
        """Wait until an officer has seen all that the log holds now, so that no act of theirs is stale."""
        size = self.state.size
        async with patience("an officer sees the newest checkpoint"):
            await client.wait_for_head(
                lambda _head: client.desk.checkpoint is not None and client.desk.checkpoint.size >= size
            )

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until the log is as wanted. Raises `DemoFailed`."""
        changed = asyncio.Event()
        watcher = lambda _recorder: changed.set()  # noqa: E731 - it must be the same object to be taken out again
        self.house.service.watchers.append(watcher)
        try:
            async with patience(what):
                while not condition():
                    await changed.wait()
                    changed.clear()
        finally:
            self.house.service.watchers.remove(watcher)

    def draw(self, *, now: bool = True) -> None:
        """Show the room; if not `now`, at most every twentieth of a second."""
        if not now and time.monotonic() - self._drawn_s < _FRAME_S:
            return
        self._drawn_s = time.monotonic()
        if self.id not in self.state.sittings:
            return
        vote = self.house.service.recorder.memory.vote
        if vote is not None and vote.arm.item != self.frame.item_id:
            vote = None
        ids = [member.id for member in self.council.members]
        self.audience.show(self.frame, picture_of(self.sitting, vote, ids, self.dark, self.words))

    def expect(self, condition: object, what: str) -> None:
        """Go on only if it is so. Raises `DemoFailed`."""
        if not condition:
            raise DemoFailed(f"not as the script says: {what}")

    # --- Acts -----------------------------------------------------------------------------------------------

    async def seat_everybody(self) -> None:
        """Cards in and out until exactly those who should be here are present, in the log too."""
        here = {self.house.seat_of[m.id]: m.id for m in self.council.members if m.id not in self.absent}
        async with patience("every card is read"):
            await self.house.fleet.seat(here)
        await self.until(lambda: self.sitting.present == set(here.values()), "everybody present in the log")

    async def open_vote(self, item: DemoItem, vote: DemoVote, repeats: str = "") -> str:
        """Arm and open; the room shows what will be needed. Returns the open's hash."""
        await self.catch_up(self.presiding.client)
        plan = VotePlan(vote.id, item.title_sr, vote.rule, item=item.id, repeats=repeats, decisive=True)
        opened = await self.presiding.open(await self.presiding.arm(self.id, plan))
        state = self.vote(vote.id)
        self.audience.tell(explain_needed(state.rule, figures_before(state, self.sitting), self.words))
        self.draw()
        await self.pause(0.5)
        return opened

    async def press(self, vote_id: str, choices: Mapping[str, str]) -> None:
        """Members answer at their seats, in waves if a person watches; returns when every press has its receipt."""
        answers = [(self.house.seat_of[member], choice) for member, choice in choices.items() if choice]
        waves = _WAVES if self.pace_s > 0 else 1
        for start in range(waves):
            wave = dict(answers[start::waves])
            if wave:
                async with patience(f"every press of {vote_id} has its receipt"):
                    await self.house.fleet.vote(vote_id, wave)
                await self.pause(0.6 / waves)

    async def close_vote(self, vote_id: str, opened: str) -> tuple[str, Result]:
        """Last call and close; the result is not announced yet."""
        await self.catch_up(self.presiding.client)
        await self.presiding.step(opened, "last-call")
        self.draw()
        await self.pause(0.4)
        async with patience(f"the result of {vote_id}"):
            result = await self.presiding.close(opened)
        self.draw()
        self.expect(self.vote(vote_id).results, f"{vote_id} has a result")
        return result

    async def announce(self, item: DemoItem, vote: DemoVote, result: str, spread: Spread) -> None:
        """Declare the result, show why, and compare it with the script."""
        await self.catch_up(self.presiding.client)
        await self.presiding.announce(result)
        self.compare(vote, spread)
        self.report(item, vote)
        await self.pause()

    def compare(self, vote: DemoVote, spread: Spread) -> None:
        """The log's figures and outcome beside the script's. Raises `DemoFailed`."""
        state = self.vote(vote.id)
        tally = count_vote(state)
        counted = Spread(tally.figures.for_, tally.figures.against, tally.figures.abstain, tally.not_voting)
        self.expect(counted == spread, f"{vote.id} counted {counted}, the script says {spread}")
        outcome = state.results[-1][2].outcome
        self.expect(outcome == vote.judged, f"{vote.id} came to {outcome!r}, the script says {vote.judged!r}")

    def report(self, item: DemoItem, vote: DemoVote) -> None:
        """Show a result and keep it for the end."""
        state = self.vote(vote.id)
        tally, result = count_vote(state), state.results[-1][2]
        why = why_of(state, tally, self.words)
        outcome, word = result.outcome, outcome_word(result.outcome, self.words)
        if state.phase is Phase.VOID:
            outcome, why, word = "void", void_sentence(why, self.words), self.words.gettext("Void.")
        self.audience.result(outcome, why)
        self.draw()
        figures = (tally.figures.for_, tally.figures.against, tally.figures.abstain)
        self.lines.append(Line(vote.id, self.title(item), outcome, word.rstrip("."), figures, result.needed))
        entry = figures_of(vote.id, state, why)
        self.figures.append(entry | {"outcome": None} if outcome == "void" else entry)
