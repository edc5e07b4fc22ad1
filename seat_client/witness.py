"""Which checkpoints this seat has verified, and whether a new one contradicts them.

The seat remembers the newest and a few others. Two roots of one size are a fork: proof, signed by the log key itself,
that somebody is shown another history.

Source: `docs/protocol.md` sections 4 and 5.3.
"""

from enum import Enum
from typing import Final

from protocol.checkpoint import Checkpoint
from protocol.encoding import base64url
from seat_client.errors import ForkSeen

REMEMBERED: Final = 16


class Age(Enum):
    """How a checkpoint compares with the newest one before it."""

    NEWER = "newer"
    KNOWN = "known"
    OLDER = "older"


class Witness:
    """The checkpoints of one log that this seat has verified."""

    __slots__ = ("_roots", "newest")

    def __init__(self) -> None:
        self.newest: Checkpoint | None = None
        self._roots: dict[int, bytes] = {}

    @property
    def seen(self) -> str:
        """The `seen` of a record: `size:root` of the newest checkpoint. Only once there is one."""
        assert self.newest is not None, "asked before any checkpoint was verified"
        return f"{self.newest.size}:{base64url(self.newest.root)}"

    def note(self, checkpoint: Checkpoint) -> Age:
        """Remember a verified checkpoint. `OLDER` is one never seen that is smaller than the newest.

        Raises `ForkSeen`: another root was seen for this size.
        """
        known = self._roots.get(checkpoint.size)
        if known is not None:
            if known != checkpoint.root:
                raise ForkSeen(f"two different trees of size {checkpoint.size}")
            return Age.KNOWN
        older = self.newest is not None and checkpoint.size < self.newest.size
        self._roots[checkpoint.size] = checkpoint.root
        if not older:
            self.newest = checkpoint
        if len(self._roots) > REMEMBERED:
            del self._roots[next(iter(self._roots))]
        return Age.OLDER if older else Age.NEWER
