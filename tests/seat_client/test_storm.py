"""A storm, then calm: one seat under loss, repeats, disorder, power cuts and a restless member, by seed.

Afterwards the chamber's own figures judge what the lamp has said. A failing seed repeats itself exactly.
"""

from random import Random

import pytest

from seat_client import events as e
from seat_client.events import Button, Happening
from seat_client.lamps import Lamp
from seat_client.moves import State
from tests.seat_client.chamber import Chamber
from tests.seat_client.rig import Rig

PLAIN = (Button.FOR, Button.AGAINST, Button.ABSTAIN)
STEPS = 60


class Storm:
    """One seat, one vote, and a generator that decides everything."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.chamber = Chamber()
        self.rig = Rig(self.chamber).connect()
        self.rig.insert()
        self.chamber.open()
        self.rig.show()
        self.rig.hold = True
        self.answers: list[bytes] = []
        self.recorded: list[tuple[str, ...]] = []

    def step(self) -> None:
        """One thing happens."""
        self.random.choices(
            [self.press, self.carry_up, self.carry_down, self.wait, self.cut_power, self.move_card, self.lose_link],
            weights=[6, 8, 8, 3, 1, 1, 1],
        )[0]()
        if self.rig.lamp is Lamp.RECORDED and self.rig.seat.state is State.PRESENT:
            self.check_recorded()

    def check_recorded(self) -> None:
        """The lamp says recorded: then the log counts this member's newest ballot just so."""
        told = self.rig.last(Happening.RECORDED).choice
        assert self.chamber.state.opens[self.chamber.open_hash].ballots["m01"].choice == told

    def press(self) -> None:
        """Any button."""
        self.rig.push(self.random.choice(PLAIN))

    def carry_up(self) -> None:
        """Some of what was sent arrives, perhaps twice, perhaps out of order, perhaps never."""
        self.random.shuffle(self.rig.held)
        while self.rig.held and self.random.random() < 0.7:
            data = self.rig.held.pop()
            for _ in range(self.random.choice((0, 1, 1, 1, 2))):
                self.answers.append(self.chamber.take(data))

    def carry_down(self) -> None:
        """Some answers arrive, in any order."""
        self.random.shuffle(self.answers)
        while self.answers and self.random.random() < 0.7:
            self.rig.feed(e.DownArrived(self.answers.pop()))

    def wait(self) -> None:
        """Time passes."""
        self.rig.now_s += self.random.uniform(0.0, 70.0)
        self.rig.feed(e.TimePassed())

    def cut_power(self) -> None:
        """Memory is lost; the journal stays; the card may have been taken out meanwhile."""
        self.rig.held.clear()
        card = self.rig.card
        self.rig.switch_on()
        if card is not None and self.random.random() < 0.7:
            self.rig.insert()
        else:
            self.rig.card = None
        self.rig.connect()

    def move_card(self) -> None:
        """Out or in."""
        if self.rig.card is not None:
            self.rig.remove()
        else:
            self.rig.insert()

    def lose_link(self) -> None:
        """The connection breaks and comes back."""
        self.rig.held.clear()
        self.rig.feed(e.LinkDown())
        self.rig.feed(e.LinkUp())

    def calm(self) -> None:
        """Nothing is lost any more, within a bounded number of rounds."""
        self.rig.hold = False
        for _ in range(12):
            self.rig.deliver()
            deadline = self.rig.seat.next_deadline_s()
            if deadline is None:
                return
            self.rig.now_s = max(self.rig.now_s, deadline)
            self.rig.feed(e.TimePassed())
        pytest.fail("records are still outstanding although nothing is lost any more")


@pytest.mark.parametrize("seed", range(150))
def test_every_press_is_answered_and_the_answers_agree_with_the_count(seed: int) -> None:
    """After the storm nothing is outstanding, and a fresh press is recorded and counted."""
    storm = Storm(seed)
    for _ in range(STEPS):
        storm.step()
    storm.calm()
    if storm.rig.card is not None:
        storm.rig.remove()
    assert storm.rig.journal.records() == ()
    assert storm.chamber.state.sittings["s1"].present == set()
    storm.rig.insert().push(Button.ABSTAIN).push(Button.FOR)
    assert storm.rig.shows(Lamp.RECORDED), (storm.rig.lamp, storm.rig.lamp_reason)
    storm.check_recorded()
    storm.chamber.close()
    assert storm.chamber.figures == (1, 0, 0)
