"""A chamber in memory that believes whatever a seat sends it: what a seat is measured against, and nothing else.

It holds an open vote and answers in the controller's place with real signatures, checkpoints and proofs, so that the
seat does all of its own work. It judges nothing, and its keys are anyone's. A seat whose root is another refuses it.

Source: `docs/protocol.md` sections 3, 5.2, 5.3 and 6.
"""

from typing import Final

from protocol.checkpoint import Checkpoint, LogKey, sign_checkpoint
from protocol.encoding import base64url, digest, hash_text
from protocol.jws import read_envelope
from protocol.keys import Ed25519Signer
from protocol.merkle import Tree, leaf_hash
from protocol.messages import Challenge, ChallengeRequest, Head
from protocol.receipt import write_receipt
from protocol.records import Officer, Trust, VoteArm, VoteOpen

SEAT: Final = "seat"
MEMBER: Final = "member"
_CHAMBER, _BODY, _TERM, _SITTING, _VOTE = "pretend", "assembly", "t", "s", "v"
_OPTIONS: Final = ("for", "against", "abstain")
_TS: Final = 1_800_000_000_000


def anyones_key(name: str) -> Ed25519Signer:
    """A key that everybody can compute."""
    return Ed25519Signer(digest(f"pretend chamber/{name}".encode()))


class PretendChamber:
    """One log with an open vote. `trust` and `head` are what its seat is shown, `root` is the key it hangs on."""

    def __init__(self) -> None:
        self.root, self.device = anyones_key("root"), anyones_key("device")
        self._log, self._controller, self._chair = (anyones_key(name) for name in ("log", "controller", "chair"))
        self._origin = f"chamber/{_CHAMBER}/{_BODY}/{_TERM}"
        self._tree = Tree()
        self.trust = b"\n".join(self._found())
        self._arm, self._open = self._open_vote()
        self.head = self._show()

    def answer(self, data: bytes) -> bytes:
        """What comes down for what a seat sent up: a challenge for a request, else a receipt: the record counts."""
        if read_envelope(data).kind == ChallengeRequest.kind:
            return Challenge(SEAT, _SITTING, hash_text(data), self._tree.size, _TS).seal(self._controller)
        index = self._append(data)
        path, size = self._tree.inclusion(index, self._tree.size), self._tree.size
        return write_receipt(hash_text(data), index, "", path, self._note(), size, self._controller)

    def _found(self) -> list[bytes]:
        log_key = str(LogKey(self._origin, self._log.public))
        trust = Trust(
            _CHAMBER, _BODY, _TERM, self.root.public.jwk(), "", "", log_key, "", self._controller.public.jwk(), "", _TS
        ).seal(self.root)
        chair = Officer(hash_text(trust), "chair", "chair", "", self._chair.public.jwk(), _TS).seal(self.root)
        for record in (trust, chair):
            self._append(record)
        return [trust, chair]

    def _open_vote(self) -> tuple[bytes, bytes]:
        arm = VoteArm(
            _SITTING, "", _VOTE, "open", hash_text(b""), "", _OPTIONS, 1, 1, 1, "simple", "all", "session", "last",
            0, 0, 0, "", 1, self._seen(), _TS,
        ).seal(self._chair)  # fmt: skip
        self._append(arm)
        opened = VoteOpen(hash_text(arm), 2, self._seen(), _TS).seal(self._chair)
        self._append(opened)
        return arm, opened

    def _show(self) -> bytes:
        return Head(
            number=1, sitting=_SITTING, state="open", item="", phase="open", arm=self._arm.decode(),
            open=self._open.decode(), result="", title="", blob="", checkpoint=self._note().decode(), ts=_TS,
        ).seal(self._controller)  # fmt: skip

    def _append(self, record: bytes) -> int:
        return self._tree.append(leaf_hash(record))

    def _seen(self) -> str:
        return f"{self._tree.size}:{base64url(self._tree.root())}"

    def _note(self) -> bytes:
        return sign_checkpoint(Checkpoint(self._origin, self._tree.size, self._tree.root()), self._log)
