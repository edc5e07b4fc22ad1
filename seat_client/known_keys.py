"""Whom the seat believes: keys learned from the trust records under the root that is pinned in its settings.

The list is judged with the very functions that give a log its meaning, so that a seat and a verifier cannot disagree
about an officer. A list that does not continue the one known before is refused: whoever holds the broker could
otherwise bring back a replaced key.

Source: `docs/protocol.md` sections 3 and 5.1.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from protocol.checkpoint import LogKey
from protocol.errors import ChamberError
from protocol.jws import read_envelope
from protocol.keys import PublicKey, key_of_jwk
from protocol.record import By
from protocol.sitting import evolve, open_leaf
from protocol.state import LogState
from seat_client.errors import TrustRefused

LIST_BYTES_MAX: Final = 4_000_000
_KINDS: Final = frozenset({"trust", "officer", "key-change"})
_DRIVES_VOTES: Final = frozenset({"chair", "deputy", "eldest", "operator"})
"""Roles whose `vote-arm` and `vote-open` a seat believes; who of them presides only the log can tell."""


@dataclass(frozen=True, eq=False, slots=True)
class KnownKeys:
    """The keys of one list. Compared by identity, because equal lists share one object."""

    lines: tuple[bytes, ...]
    origin: str
    controller: PublicKey
    log_key: LogKey
    drivers: dict[str, PublicKey]

    def continues(self, older: "KnownKeys") -> bool:
        """True if this list holds everything of the older one, in its order."""
        return self.lines[: len(older.lines)] == older.lines


@lru_cache(maxsize=8)
def read_trust(data: bytes, root: PublicKey) -> KnownKeys:
    """Read the list of trust records, one a line, the anchor first.

    Raises `TrustRefused`: too long, another root or kind, a signature that does not hold, a record without effect.
    """
    lines = tuple(data.removesuffix(b"\n").split(b"\n"))
    if len(data) > LIST_BYTES_MAX:
        raise TrustRefused("a list of trust records that is too long")
    state = LogState()
    for index, line in enumerate(lines):
        _learn(state, line, index)
        if index == 0 and (state.trust is None or key_of_jwk(state.trust.root) != root):
            raise TrustRefused("the list hangs on another root than the pinned one", "root")
    assert state.trust is not None, "the first line was judged to be the anchor"
    assert state.log_key is not None, "the anchor brings the log key"
    drivers = {
        kid: owner.key for kid, owner in state.keys.items() if owner.by is By.OFFICER and owner.role in _DRIVES_VOTES
    }
    return KnownKeys(lines, state.trust.origin, key_of_jwk(state.trust.controller), state.log_key, drivers)


def _learn(state: LogState, line: bytes, index: int) -> None:
    try:
        if read_envelope(line).kind not in _KINDS:
            raise TrustRefused("a line that is no trust record")
        reason = evolve(state, open_leaf(state, line, index))
    except ChamberError as error:
        raise TrustRefused(error.fact) from error
    if reason:
        raise TrustRefused("a trust record without effect")
