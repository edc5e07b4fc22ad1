"""What can go wrong with a reader, drawn from a seed: the same seed and the same commands give the same faults.

Each command may meet one fault. Some happen to frames (no ACK, a wrong checksum, a cut frame, a late answer, an answer
that comes although the host aborted, noise), some to the RF side (a bad status, a card torn away), some to the power.
Two cards on one reader are not here: they are laid down, not drawn.

Source: docs of nfcpy issue 257, esphome issue 3281, libnfc issue 167 and AN10609 for what boards in the field do.
"""

from enum import Enum
from random import Random
from typing import Final

LATE_S: Final = 2.0
ONE_IN: Final = 6


class Fault(Enum):
    """One fault."""

    NO_ACK = "no-ack"
    BAD_CHECKSUM = "bad-checksum"
    TRUNCATED = "truncated"
    LATE = "late"
    STALE = "stale"
    STATUS_01 = "status-01"
    STATUS_02 = "status-02"
    STATUS_0B = "status-0b"
    STATUS_13 = "status-13"
    TORN = "torn"
    BROWN_OUT = "brown-out"
    NOISE = "noise"
    FIRST_SWALLOWED = "first-swallowed"


STATUSES: Final = {Fault.STATUS_01: 0x01, Fault.STATUS_02: 0x02, Fault.STATUS_0B: 0x0B, Fault.STATUS_13: 0x13}


class Faults:
    """Draws faults among `kinds`; without any, nothing ever goes wrong."""

    def __init__(self, seed: int = 0, kinds: tuple[Fault, ...] = (), one_in: int = ONE_IN) -> None:
        self._random = Random(seed)
        self._drawn = [kind for kind in kinds if kind is not Fault.FIRST_SWALLOWED]
        self._one_in = one_in
        self.first_swallowed = Fault.FIRST_SWALLOWED in kinds

    def draw(self) -> Fault | None:
        """The fault of the next command, if it has one."""
        if not self._drawn or self._random.randrange(self._one_in):
            return None
        return self._random.choice(self._drawn)

    def spoil(self, fault: Fault | None, frame: bytes) -> bytes:
        """A frame of an answer as it leaves the chip."""
        if fault is Fault.BAD_CHECKSUM:
            return frame[:-2] + bytes((frame[-2] ^ 0x01,)) + frame[-1:]
        if fault is Fault.TRUNCATED:
            return frame[: self._random.randrange(1, len(frame) - 1)]
        if fault is Fault.NOISE:
            place = self._random.randrange(len(frame))
            return frame[:place] + bytes((self._random.randrange(256),)) + frame[place + 1 :]
        return frame
