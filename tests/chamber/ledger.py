"""What hands did and what people were told: every press, and every answer that a seat believed.

A press is entered when its ballot is safe at the seat or has left it; a hand that pushed while the power went pressed
nothing. The ledger looks at the ballot's bytes and knows the button that was pushed, nothing else.
"""

from dataclasses import dataclass

from tests.chamber.plain import read_leaf
from tests.chamber.stage import require


@dataclass(slots=True)
class Press:
    """One push of a button that became a ballot.

    `kept`: the journal has it, so even a power cut must not lose it. `settled`: its seat holds the answer. `forgotten`:
    and has lost power since, so that its lamp may speak of an older press whose answer came later.
    """

    order: int
    member: str
    seat: str
    choice: str
    record: str
    open: str
    kept: bool
    settled: bool = False
    forgotten: bool = False


class Ledger:
    """Presses by the hash of their ballot, in the order of pressing."""

    def __init__(self) -> None:
        self.presses: dict[str, Press] = {}

    def enter(self, data: bytes, seat: str, hand: tuple[str, str] | None, *, kept: bool) -> None:
        """A seat made a ballot. Raises `Broken`: nobody pushed that button there."""
        leaf = read_leaf(data)
        if leaf.kind != "ballot":
            return
        ballot = leaf.payload
        require(hand is not None, "a ballot comes from a press", f"{seat} made a ballot by itself")
        asked = (ballot["member"], ballot["seat"], ballot["choice"])
        require(hand and asked == (hand[0], seat, [hand[1]]), "a ballot says what was pressed", (hand, seat, asked))
        require(leaf.hash not in self.presses, "one press makes one ballot", leaf.hash)
        self.presses[leaf.hash] = Press(
            len(self.presses), ballot["member"], seat, ballot["choice"][0], leaf.hash, ballot["open"], kept
        )

    def settle(self, record: str) -> None:
        """A seat holds the answer of this record."""
        if record in self.presses:
            self.presses[record].settled = True

    def lose_power(self, seat: str) -> None:
        """A seat remembers only what its journal holds; what never got there is gone for good."""
        for press in self.presses.values():
            if press.seat == seat:
                press.forgotten = press.forgotten or press.settled or not press.kept

    def at(self, seat: str, member: str, opened: str) -> list[Press]:
        """The member's presses at this seat in a vote, newest first."""
        wanted = seat, member, opened
        return [press for press in reversed(self.presses.values()) if (press.seat, press.member, press.open) == wanted]

    def unsettled(self) -> list[Press]:
        """Presses whose seat must still get an answer."""
        return [press for press in self.presses.values() if press.kept and not press.settled]
