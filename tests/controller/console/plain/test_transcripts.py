"""Plain mode by transcript: what a person types, what is said, and what is sent."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from controller.console.acts import Act, Acts
from controller.console.plain.dialogue import Dialogue, Stand
from controller.console.plain.news import news
from controller.console.plain.session import PlainSession
from controller.console.snapshot import Snapshot
from controller.officer import ActRefused
from controller.words import catalogue
from protocol import records
from protocol.errors import ChamberError
from protocol.explain import ENGLISH
from protocol.messages import Refusal
from protocol.record import Record
from tests.controller.console.snapshots import (
    NOON_MS,
    idle,
    lost,
    prepared,
    with_floor,
    with_health,
    with_series,
    with_vote,
)
from tests.controller.console.test_forms import Pen


class Wire:
    """A line to no controller: shows one snapshot, keeps what is sent, refuses what it is told to."""

    def __init__(self, known: Snapshot) -> None:
        self.known = known
        self.sent: list[Record] = []
        self.refuse: ChamberError | None = None
        self.changed = lambda: None

    def snapshot(self) -> Snapshot:
        """The one it shows."""
        return self.known

    async def perform(self, act: Act) -> str:
        """Keep the record, or refuse."""
        if self.refuse is not None:
            raise self.refuse
        pen = Pen()
        await act(Acts(pen, self.snapshot))  # type: ignore[arg-type]
        self.sent += pen.sent
        return "H" * 43


async def typed(lines: Sequence[str]) -> AsyncIterator[str]:
    """What a person types."""
    for line in lines:
        yield line
        await asyncio.sleep(0)


def transcript(wire: Wire, *lines: str, language: str = "en") -> list[str]:
    """What is said without its times, from the greeting on."""
    said: list[str] = []
    session = PlainSession(wire, catalogue(language), said.append, unix_ms=lambda: NOON_MS, last_call_s=0.0)
    asyncio.run(session.run(typed(lines)))
    assert all(line[2] == ":" and line[5] == ":" for line in said), "every line begins with the time"
    return [line[9:] for line in said]


def test_a_prepared_vote_is_armed_and_opened_in_two_acts_and_a_word() -> None:
    """`vote` arms; `open` asks; only its own word opens."""
    wire = Wire(with_series(idle()))
    said = transcript(wire, "vote")
    assert said[-1] == "Done."
    assert [record.kind for record in wire.sent] == ["vote-arm"]
    wire = Wire(with_vote("armed"))
    said = transcript(wire, "open", "yes open")
    assert said[-6:] == [
        "Open the armed vote for pressing.",
        "Item 2 active: Amendments to the 2026 budget. Needed: more votes for than against.",
        "Amendments to the 2026 budget",
        "20 of 39 needed: majority of all members.",
        "Type YES OPEN to do it, an empty line to go back.",
        "Done.",
    ]
    assert [record.kind for record in wire.sent] == ["vote-open"]


@pytest.mark.parametrize("second", ["open", "", "yes", "YES CLOSE", "6", "o", "ОТВОРИ"])
def test_no_other_line_opens_a_vote(second: str) -> None:
    """The line that began it, sent twice, least of all."""
    wire = Wire(with_vote("armed"))
    said = transcript(wire, "open", second)
    assert said[-1] == "Nothing was done."
    assert wire.sent == []


def test_an_act_that_has_no_place_is_told_what_to_do() -> None:
    """And nothing is sent."""
    wire = Wire(idle())
    assert transcript(wire, "hold")[-1] == "There is no such vote: look with chamber status."
    wire = Wire(lost(with_vote("open")))
    assert transcript(wire, "hold")[-1] == "No link to the server: nothing can be done until it is back."
    wire = Wire(with_vote("open", officer="secretary"))
    assert "Not understood" in transcript(wire, "hold")[-1]
    assert wire.sent == []


def test_what_the_controller_refuses_is_said_in_one_line() -> None:
    """With the sentence of its name."""
    wire = Wire(with_vote("open"))
    wire.refuse = ActRefused("vote-act", Refusal("H" * 43, "stale", 5, "", ()))
    assert transcript(wire, "hold")[-1] == (
        "Something changed just before: look with chamber status, and act again if it is still meant."
    )


def test_the_last_call_closes_by_itself_when_its_seconds_are_over() -> None:
    """By this session, which gave it."""
    wire = Wire(with_vote("open", answered=3))

    async def work() -> None:
        session = PlainSession(wire, ENGLISH, lambda _line: None, unix_ms=lambda: NOON_MS, last_call_s=0.0)

        async def lines() -> AsyncIterator[str]:
            yield "last-call"
            session.look()  # the call is not seen to stand yet
            wire.known = with_vote("last-call", answered=3)
            session.look()
            for _ in range(10):
                await asyncio.sleep(0)
            yield "t"

        await session.run(lines())

    asyncio.run(work())
    assert [record.kind for record in wire.sent] == ["vote-act", "vote-close"]


def test_a_reopened_vote_is_not_closed_by_the_last_call_before() -> None:
    """Nothing but the last call is sent."""
    wire = Wire(with_vote("open", answered=3))

    async def work() -> None:
        session = PlainSession(wire, ENGLISH, lambda _line: None, unix_ms=lambda: NOON_MS, last_call_s=3_600.0)

        async def lines() -> AsyncIterator[str]:
            yield "last-call"
            for phase in ("last-call", "open", "last-call"):  # by us, reopened, and called again by somebody else
                wire.known = with_vote(phase, answered=3)
                session.look()
                await asyncio.sleep(0)
            assert not [task for task in asyncio.all_tasks() if "PlainSession._close" in repr(task)]
            yield "t"

        await session.run(lines())

    asyncio.run(work())
    assert [record.kind for record in wire.sent] == ["vote-act"]


def test_a_void_asks_for_the_vote_and_a_reason_and_for_the_word() -> None:
    """A wrong id is asked again; what was answered is shown before it is confirmed."""
    wire = Wire(with_vote("announced", answered=20))
    said = transcript(wire, "void", "v-3", "v-2", "power-cut", "decision-15", "yes void")
    assert "Choose one of: v-2" in said
    assert "Type the id of the vote: v-2." in said
    assert "Reason, as a code: power-cut." in said
    record = wire.sent[0]
    assert isinstance(record, records.VoteVoid)
    assert (record.code, record.basis) == ("power-cut", "decision-15")


def test_who_is_missing_is_told_by_seat_and_name() -> None:
    """Numbers first."""
    known = with_vote("open", seats=5, answered=2)
    assert transcript(Wire(known), "missing")[-1] == "Not yet: 2. s-0003 Member 003 Surname; s-0004 Member 004 Surname."


def test_turnout_is_said_at_the_quarters_and_never_a_split() -> None:
    """Of four here: at one, two, three, four."""
    moments = [with_vote("open", seats=5, answered=n) for n in range(5)]
    lines = [news(before, after, ENGLISH) for before, after in pairwise(moments)]
    assert lines == [(f"Voted {n} of 4.",) for n in range(1, 5)]
    many = [with_vote("open", seats=250, answered=n) for n in range(201)]
    lines = [news(before, after, ENGLISH) for before, after in pairwise(many)]
    assert sum(bool(line) for line in lines) == 4


def test_the_result_is_told_at_the_close_with_why() -> None:
    """And that it is not announced yet."""
    lines = news(with_vote("last-call", answered=20), with_vote("closed", answered=20), ENGLISH)
    assert lines[0] == "Vote v-2 closed."
    assert lines[1].startswith("Result of vote v-2. ")
    assert "Adopted." in lines[1]
    assert lines[2] == "Not announced."


def test_the_news_of_a_sitting_are_one_line_each() -> None:
    """Link, opening, speakers, seats."""
    assert news(prepared(), idle(), ENGLISH)[0] == "Sitting s-12: open"
    assert news(idle(), lost(idle()), ENGLISH)[0].startswith("No link to the server.")
    assert news(lost(idle()), idle(), ENGLISH) == ("The link to the server is back.",)
    spoken = news(idle(), with_floor(idle()), ENGLISH)
    assert spoken[0] == "Speaking: Member 001 Surname."
    assert "Asks for the floor: The treasurer." in spoken
    assert "Seat s-0003: reader-silent." in news(idle(), with_health(idle()), ENGLISH)


def test_nothing_happened_is_no_line() -> None:
    """A console that talks all the time is not listened to."""
    assert news(idle(), replace(idle(), heard_s=0.4), ENGLISH) == ()


def test_help_numbers_what_is_legal_now_and_a_number_does_it() -> None:
    """The numbers are those of this moment."""
    wire = Wire(with_vote("open", answered=2))
    said = transcript(wire, "?")
    numbered = [line for line in said if line[:1].isdigit()]
    hold = next(line for line in numbered if "Hold" in line)
    transcript(wire, hold.split(".")[0])
    record = wire.sent[0]
    assert isinstance(record, records.VoteAct)
    assert record.act == "hold"


def test_a_speaker_is_taken_off_the_list_by_id_seat_or_name() -> None:
    """A name that fits several is none."""
    wire = Wire(with_floor(idle()))
    said = transcript(wire, "remove-request Surname")
    assert said[-1].startswith("Write behind it which one: m-0002, m-0003")
    transcript(wire, "remove-request s-0003")
    record = wire.sent[0]
    assert isinstance(record, records.Speech)
    assert (record.act, record.speaker) == ("withdraw", "m-0003")


def test_the_secretary_enters_who_has_left() -> None:
    """After the word."""
    wire = Wire(idle(officer="secretary"))
    transcript(wire, "mark-left s-0002", "yes left")
    record = wire.sent[0]
    assert isinstance(record, records.Presence)
    assert (record.member, record.state) == ("m-0002", "left")


def test_markup_bidi_and_endless_lines_are_only_text() -> None:
    """In what is said, and in what is typed."""
    known = idle()
    members = (replace(known.house.members[0], name="[red]\u202eevil\u202c\x1b[2J"), *known.house.members[1:])
    wire = Wire(replace(known, house=replace(known.house, members=members)))
    said = transcript(wire, "find evil", "x" * 5_000)
    assert "\x1b" not in "".join(said)
    assert "\u202e" not in "".join(said)
    assert len(said[-1]) < 120


def test_a_dialogue_that_was_left_begins_anew() -> None:
    """An empty line, and the next act is asked from its beginning."""
    dialogue = Dialogue(ENGLISH)
    known = with_vote("armed")
    assert dialogue.hear("open", known).act is None
    stands = [dialogue.stand]
    assert dialogue.hear("", known).act is None
    assert [*stands, dialogue.stand] == [Stand.CONFIRMING, Stand.IDLE]
    assert dialogue.hear("yes open", known).act is None


def test_leaving_says_that_the_sitting_goes_on() -> None:
    """And sends nothing."""
    wire = Wire(with_vote("open"))
    assert transcript(wire, "quit", "hold")[-1] == "This console leaves; the sitting goes on."
    assert wire.sent == []


def test_a_void_vote_is_told_with_its_reason_and_no_outcome() -> None:
    """Also one among candidates, which has no sentence of its own."""
    known = with_vote("announced", answered=20)
    for changes in ({}, {"plain": 0, "outcome": "void", "options": ("a", "b"), "counts": (1, 2)}):
        record = replace(known.votes["v-2"], phase="void", void_code="power-cut", **changes)  # type: ignore[arg-type]
        void = replace(known, votes={"v-2": record})
        assert transcript(Wire(void), "results")[-1].endswith("VOID, reason: power-cut.")
        told = news(replace(known, votes={}), void, ENGLISH)
        assert told == ("Vote v-2 is void: power-cut.",)
