"""At a console or a screen: the newest of each document, from the messages of the wire. Pure.

Source: `docs/protocol.md` section 5.6.
"""

from typing import Final

from controller.desk.codec import read_document
from controller.desk.documents import House, Now, VoteRecord
from controller.desk.parts import Assembly, open_part
from protocol.keys import PublicKey
from protocol.topics import DESK, PUBLIC

_VOTE: Final = "vote-"


class DeskReader:
    """What was read so far. `house` and `now` are None until the first is whole; `votes` by vote id.

    `fresh_now`: how many versions of `now` came.
    """

    def __init__(self) -> None:
        self.house: House | None = None
        self.now: Now | None = None
        self.votes: dict[str, VoteRecord] = {}
        self.fresh_now = 0
        self._officer = False
        self._assemblies: dict[tuple[str, str], Assembly] = {}

    def take(self, room: str, payload: bytes, controller: PublicKey) -> bool:
        """Take a message. True if a document is new with it.

        Raises `MessageRefused`: not of this controller; `DocumentRefused`: of no form that this version knows.
        """
        part = open_part(payload, controller)
        if part.name == "now" and room == PUBLIC and self._officer:
            return False  # what officers are told says more
        data = self._assemblies.setdefault((room, part.name), Assembly()).take(part)
        if data is None:
            return False
        if part.name == "house":
            self.house = read_document(House, data)
            self._forget_other_sittings(self.house.sitting)
        elif part.name == "now":
            self.now = read_document(Now, data)
            self._officer = room == DESK
            self.fresh_now += 1
        elif part.name.startswith(_VOTE):
            self._take_vote(read_document(VoteRecord, data))
        return True

    def _take_vote(self, record: VoteRecord) -> None:
        """Vote ids are unique in a sitting only, and a broker retains those of sittings before."""
        if self.house is None or record.sitting == self.house.sitting:
            self.votes[record.id] = record

    def _forget_other_sittings(self, sitting: str) -> None:
        for vote in [vote for vote, record in self.votes.items() if record.sitting != sitting]:
            del self.votes[vote]
