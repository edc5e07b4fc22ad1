"""A simulated member at work: waits for the vote, moves in order, knows when it is over."""

import asyncio
from collections.abc import Callable

from firmware_sim.member import Act, Step
from firmware_sim.script import Script


class Hands:
    """A seat as the member sees it."""

    def __init__(self) -> None:
        self.vote = ""
        self.present = True
        self.done: list[str] = []

    def can_press(self, vote: str) -> bool:
        """Only in this vote."""
        return self.vote != "" and vote in {"", self.vote}

    def is_present(self) -> bool:
        """As set."""
        return self.present

    def do(self, step: Step) -> None:
        """Remember the movement."""
        self.done.append(step.choice or step.act.value)


def play(story: Callable[[Hands, list[bool]], None]) -> None:
    """Run a story inside a loop."""

    async def run() -> None:
        story(Hands(), [])

    asyncio.run(run())


def test_waits_for_its_vote_and_for_the_answer() -> None:
    """Not in another vote; done with the answer, not with the press."""

    def story(hands: Hands, finished: list[bool]) -> None:
        script = Script(hands, "v-2", (Step(0.0, Act.PRESS, "for"),), lambda: finished.append(True))
        hands.vote = "v-1"
        script.look()
        assert hands.done == []
        hands.vote = "v-2"
        script.look()
        assert hands.done == ["for"]
        script.note_pressed()
        script.look()
        assert not finished
        script.note_answer("for")
        script.look()
        assert finished == [True]

    play(story)


def test_answer_of_the_earlier_choice_is_not_the_end() -> None:
    """Who changes his mind is done when the last choice has its answer."""

    def story(hands: Hands, finished: list[bool]) -> None:
        hands.vote = "v-1"
        steps = (Step(0.0, Act.PRESS, "against"), Step(0.0, Act.PRESS, "for"))
        script = Script(hands, "v-1", steps, lambda: finished.append(True))
        script.look()
        assert hands.done == ["against", "for"]
        script.note_pressed()
        script.note_answer("against")
        assert not finished
        script.note_pressed()
        script.note_answer("for")
        assert finished == [True]

    play(story)


def test_double_press_ends_with_the_one_answer() -> None:
    """The second push is passed over by the seat."""

    def story(hands: Hands, finished: list[bool]) -> None:
        hands.vote = "v-1"
        steps = (Step(0.0, Act.PRESS, "for"), Step(0.0, Act.PRESS, "for"))
        script = Script(hands, "v-1", steps, lambda: finished.append(True))
        script.look()
        script.note_pressed()
        script.note_ignored("same")
        assert not finished
        script.note_answer("for")
        assert finished == [True]

    play(story)


def test_close_ends_what_was_not_pressed() -> None:
    """The card is put back all the same, and the member waits until he is present again."""

    def story(hands: Hands, finished: list[bool]) -> None:
        hands.vote = "v-1"
        steps = (Step(0.0, Act.PULL_CARD), Step(0.0, Act.PLACE_CARD), Step(0.0, Act.PRESS, "for"))
        script = Script(hands, "v-1", steps, lambda: finished.append(True))
        hands.vote, hands.present = "", False
        script.look()
        assert hands.done == []
        hands.vote = "v-1"
        script._steps.popleft()  # noqa: SLF001 - the card has been pulled
        hands.vote = ""
        script.note_closed()
        assert hands.done == ["place-card"]
        assert not finished
        hands.present = True
        script.look()
        assert finished == [True]

    play(story)


def test_press_lost_with_the_power_is_made_again() -> None:
    """A push that the seat had not taken yet; one that it had taken is in its journal."""

    def story(hands: Hands, finished: list[bool]) -> None:
        hands.vote = "v-1"
        script = Script(hands, "v-1", (Step(0.0, Act.PRESS, "for"),), lambda: finished.append(True))
        script.look()
        script.note_power()
        script.look()
        assert hands.done == ["for", "for"]
        script.note_pressed()
        script.note_power()
        script.look()
        assert hands.done == ["for", "for"]
        script.note_answer("for")
        assert finished == [True]

    play(story)


def test_steps_wait_by_the_loops_timers() -> None:
    """A late member moves when the timer fires, and once only."""

    async def run() -> None:
        hands, end = Hands(), asyncio.Event()
        hands.vote = "v-1"
        script = Script(hands, "v-1", (Step(0.001, Act.PRESS, "for"),), end.set)
        script.look()
        script.look()
        assert hands.done == []
        script.note_answer("for")
        async with asyncio.timeout(5):
            await end.wait()
        assert hands.done == ["for"]

    asyncio.run(run())


def test_stopped_script_moves_no_more() -> None:
    """The next vote has another."""

    def story(hands: Hands, finished: list[bool]) -> None:
        hands.vote = "v-1"
        script = Script(hands, "v-1", (Step(0.01, Act.PRESS, "for"),), lambda: finished.append(True))
        script.look()
        script.stop()
        script.look()
        assert (hands.done, finished) == ([], [])

    play(story)
