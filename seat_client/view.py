"""What this seat has verified of the world: keys, the head, and the trees it was shown.

Nothing goes back. A trust list that forgets, a head of a lower number or over a smaller tree is passed over and told,
as is one that the controller did not sign. A head of the controller's that cannot be believed makes the seat unfit, for
the chamber has moved on to something unknown; its keys may come a moment later, so it waits for the next trust list.

Source: `docs/protocol.md` sections 4, 5.1 and 5.2.
"""

from dataclasses import dataclass

from protocol.checkpoint import Checkpoint
from protocol.keys import PublicKey
from protocol.records import VoteArm
from seat_client.errors import ForkSeen, HeadRefused, TrustRefused
from seat_client.heads import BelievedHead, read_head
from seat_client.known_keys import KnownKeys, read_trust
from seat_client.witness import Age, Witness


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of a message. `fault` makes the seat unfit until a good head; `ignored` is only told."""

    fault: str = ""
    ignored: str = ""
    fresh: bool = False


class View:
    """The seat's picture, which only `learn_…` and `note_receipt` change."""

    __slots__ = ("_pending", "_root", "_witness", "head", "keys")

    def __init__(self, root: PublicKey) -> None:
        self.keys: KnownKeys | None = None
        self.head: BelievedHead | None = None
        self._root = root
        self._witness = Witness()
        self._pending = b""

    @property
    def arm(self) -> VoteArm | None:
        """The vote at hand, armed by an officer."""
        return self.head.arm if self.head is not None else None

    @property
    def sitting(self) -> str:
        """The sitting whose sessions are alive, or empty."""
        return self.head.sitting if self.head is not None else ""

    @property
    def item(self) -> str:
        """The item of the agenda at hand, or empty."""
        return self.head.head.item if self.head is not None else ""

    @property
    def phase(self) -> str:
        """The phase of the vote at hand, empty without one."""
        return self.head.phase if self.head is not None else ""

    @property
    def signs_each_ballot(self) -> bool:
        """True in a vote in which the card itself signs every ballot."""
        return self.arm is not None and self.arm.sign == "card"

    @property
    def seen(self) -> str:
        """The `seen` of the next record. Only once a head was believed."""
        return self._witness.seen

    def vote_name(self, opened: str) -> str:
        """The id of the vote with this `vote-open`, if it is the one at hand."""
        if self.head is None or self.head.arm is None or self.head.open_hash != opened:
            return ""
        return self.head.arm.vote

    def learn_trust(self, data: bytes) -> Learned:
        """Take a list of trust records, then the head that waited for it."""
        try:
            keys = read_trust(data, self._root)
        except TrustRefused as error:
            return Learned(ignored=error.code) if self.keys is not None else Learned(fault=error.code)
        if self.keys is not None and not keys.continues(self.keys):
            return Learned(ignored="trust-forgets")
        self.keys = keys
        return self.learn_head(self._pending) if self._pending else Learned()

    def learn_head(self, data: bytes) -> Learned:
        """Take a head, if it is the controller's and newer than the last."""
        if self.keys is None:
            self._pending = data
            return Learned()
        try:
            head = read_head(data, self.keys)
        except HeadRefused as error:
            self._pending = data
            return Learned(ignored=error.code) if error.code == HeadRefused.code else Learned(fault=error.code)
        if self.head is not None:
            if head is self.head or head.head == self.head.head:
                return Learned()
            if head.head.number <= self.head.head.number:
                return Learned(ignored="head-number")
            if head.checkpoint.size < self.head.checkpoint.size:
                return Learned(ignored="head-size")
        try:
            self._witness.note(head.checkpoint)
        except ForkSeen as error:
            return Learned(fault=error.code)
        self.head, self._pending = head, b""
        return Learned(fresh=True)

    def note_receipt(self, checkpoint: Checkpoint) -> bool:
        """Remember a receipt's checkpoint. False: it is older than one already verified. Raises `ForkSeen`."""
        return self._witness.note(checkpoint) is not Age.OLDER
