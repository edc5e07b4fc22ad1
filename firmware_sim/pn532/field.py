"""The RF field and the cards in it: every card hears every frame, and answers that differ collide.

Source: ISO/IEC 14443-3 section 6.5.2 (collisions by bit).
"""

from dataclasses import dataclass
from typing import Protocol

from firmware_sim.cards.iso14443a import Answer
from firmware_sim.pn532.timing import AIR_BIT_S, AIR_TURN_S
from firmware_sim.rf import RfFrame, bits_of, frame_of_bits


class Card(Protocol):
    """What can lie on a reader."""

    def power_on(self) -> None:
        """The field comes on."""

    def power_off(self) -> None:
        """The field goes off."""

    def receive(self, frame: RfFrame) -> Answer:
        """Answer one frame."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: a frame, the place of the first bit that two cards sent differently, seconds taken."""

    frame: RfFrame
    collision: int | None
    took_s: float


class Field:
    """The field, on or off."""

    def __init__(self) -> None:
        self.cards: list[Card] = []
        self.on = False

    def place(self, card: Card) -> None:
        """Lay a card down."""
        if card not in self.cards:
            self.cards.append(card)
            if self.on:
                card.power_on()

    def remove(self, card: Card) -> None:
        """Take a card away."""
        if card in self.cards:
            self.cards.remove(card)
            card.power_off()

    def switch(self, *, on: bool) -> None:
        """Switch the field; off resets every card."""
        if on and not self.on:
            for card in self.cards:
                card.power_on()
        elif self.on and not on:
            for card in self.cards:
                card.power_off()
        self.on = on

    def exchange(self, frame: RfFrame) -> Heard | None:
        """Send `frame` and listen. None: nobody answered."""
        if not self.on:
            return None
        answers = [(answer.frame, answer.think_s) for answer in [card.receive(frame) for card in self.cards]]
        frames = [(heard, think_s) for heard, think_s in answers if heard is not None]
        if not frames:
            return None
        merged, collision = _merge([heard for heard, _ in frames])
        air_s = _air_s(frame) + _air_s(merged) + AIR_TURN_S
        return Heard(merged, collision, air_s + max(think_s for _, think_s in frames))


def _air_s(frame: RfFrame) -> float:
    return frame.bit_count * 9 / 8 * AIR_BIT_S  # a parity bit for each byte


def _merge(frames: list[RfFrame]) -> tuple[RfFrame, int | None]:
    """One frame of all: where bits differ, a one is heard, and the first such place is told."""
    if len(frames) == 1:
        return frames[0], None
    rows = [bits_of(frame.data)[: frame.bit_count] for frame in frames]
    longest = max(len(row) for row in rows)
    columns = [{row[index] for row in rows if index < len(row)} for index in range(longest)]
    differing = [index for index, seen in enumerate(columns) if len(seen) > 1]
    shortest = min(len(row) for row in rows)
    ends = [shortest] if shortest != longest else []
    return frame_of_bits(tuple(max(seen) for seen in columns)), min(differing + ends, default=None)
