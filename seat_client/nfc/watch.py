"""What lies in one tray, step by step: set the reader up, list, identify, look again, until the card is gone.

    DOWN -> EMPTY -> HELD                     a card that may vote here
                  -> REFUSED                  one that may not
                  -> CROWDED                  two at once
    each of the three -> EMPTY when the tray is empty; HELD -> REFUSED if a signature is not the card's
    any -> DOWN when the line fails, and back by itself

`step` does one thing and returns how long to wait before the next; whoever calls it may carry out requests between.
Everything blocks. It is one tray's and one thread's.

Source: `docs/protocol.md` sections 5.4 and 6.5; ISO/IEC 14443-4 section 7.5.4.
"""

from collections.abc import Callable
from enum import Enum
from typing import Final

from protocol.encoding import digest
from protocol.errors import ChamberError, SignatureRefused
from seat_client.errors import CardGone
from seat_client.nfc import ntag424, piv
from seat_client.nfc.cards import CertificateCache, Identity, NtagIdentity, PivIdentity, Policy, identify
from seat_client.nfc.chip import Chip
from seat_client.nfc.errors import CommandFailed, FrameDamaged, ReaderGone, ReaderSilent
from seat_client.nfc.happenings import Arrived, Happening, Left
from seat_client.nfc.targets import Target
from seat_client.reader import Trouble

EMPTY_S: Final = 0.100
PRESENCE_S: Final = 0.250
MISSED_S: Final = 0.050
"""Sooner than usual: the card may have been moved, or is being taken."""
MISSES: Final = 2
TRIES: Final = 3
"""Attempts to identify a card through disturbed air."""
RESTART_S: Final = (0.2, 1.0, 2.0, 5.0)
"""Pauses between attempts to set the reader up; the last repeats."""
JUDGE_AGAIN: Final = 20
"""After so many looks a card is judged again that was refused for nothing of its own: 5 seconds."""
_CLOCK: Final = "clock"
LINE: Final = (ReaderSilent, FrameDamaged, ReaderGone)


class State(Enum):
    """What is known of the tray."""

    DOWN = "down"
    EMPTY = "empty"
    HELD = "held"
    REFUSED = "refused"
    CROWDED = "crowded"


class Watch:
    """One tray's watch. `tell` is called for whatever happens, in this thread; `unix_s` is the clock of the wall."""

    def __init__(
        self, chip: Chip, policy: Policy, tell: Callable[[Happening], None], unix_s: Callable[[], float]
    ) -> None:
        self.state = State.DOWN
        self.stay = 0
        self._chip, self._policy, self._tell, self._unix_s = chip, policy, tell, unix_s
        self._cache = CertificateCache()
        self._target: Target | None = None
        self._identity: Identity | None = None
        self._misses = self._looks = self._restarts = 0
        self._reopen = True
        self._may_be_good = False
        self._refusal = self._failure = ""
        self._steps: dict[State, Callable[[], float]] = {
            State.DOWN: self._start,
            State.EMPTY: self._seek,
            State.HELD: self._look,
            State.REFUSED: self._look,
            State.CROWDED: self._seek,
        }

    @property
    def errors(self) -> int:
        """Failed attempts on the line since the start."""
        return self._chip.errors

    def step(self) -> float:
        """Do what is next and return the pause after it, in seconds. Never raises a `ChamberError`."""
        try:
            return self._steps[self.state]()
        except ChamberError as error:
            return self._fail(error)

    def sign(self, stay: int, message: bytes) -> bytes:
        """Let the card of this stay sign `message`: r||s, 64 bytes, verified.

        Raises `CardGone`: it left, or the reader failed. `StatusRefused`, `AnswerNonsense`, `SignatureRefused`: the
        card did not sign with the key of its certificate, and is no longer trusted.
        """
        identity = self._require(stay, PivIdentity)
        assert isinstance(identity, PivIdentity)
        try:
            signature = self._sign_through_trouble(digest(message))
            identity.public.verify(message, signature)
        except CardGone:
            raise
        except ChamberError as error:
            if isinstance(error, SignatureRefused):
                error.code = "card-key"
            self._distrust(error)
            raise
        return signature

    def begin(self, stay: int, key_number: int) -> bytes:
        """Begin the controller's authentication of an NTAG 424: the card's challenge, 16 bytes, then what it shows.

        Raises `CardGone`, `StatusRefused`, `AnswerNonsense`.
        """
        self._require(stay, NtagIdentity)
        return self._relay(lambda: self._begin(key_number))

    def _begin(self, key_number: int) -> bytes:
        """The message first: a command after the challenge would end the authentication."""
        if not ntag424.select(self._send):
            return b""
        message = ntag424.read_message(self._send)
        return ntag424.begin(self._send, key_number) + message

    def finish(self, stay: int, response: bytes) -> bytes:
        """Give the controller's 32 bytes to the card: its proof, 32 bytes. Raises as `begin`."""
        self._require(stay, NtagIdentity)
        return self._relay(lambda: ntag424.finish(self._send, response))

    # The steps.

    def _start(self) -> float:
        self._chip.start(reopen=self._reopen)
        self._reopen, self._restarts = False, 0
        self.state = State.EMPTY
        if self._failure:
            self._failure = ""
            self._tell(Trouble("reader-back"))
        return 0.0

    def _seek(self) -> float:
        targets = self._chip.list_targets()
        if len(targets) > 1:
            if self.state is not State.CROWDED:
                self.state = State.CROWDED
                self._refusal = ""
                self._tell(Trouble("two-cards"))
            return PRESENCE_S
        if targets:
            return self._meet(targets[0])
        self._empty()
        return EMPTY_S

    def _meet(self, target: Target) -> float:
        """Identify a card that was just listed."""
        self._target = target
        try:
            identity = self._identify(TRIES)
        except CardGone:
            self._empty()
            return EMPTY_S
        except LINE:
            raise
        except ChamberError as error:
            self._refuse(error)
        else:
            self._hold(identity)
        return PRESENCE_S

    def _identify(self, tries: int) -> Identity:
        try:
            return identify(self._held_target(), self._send, self._policy, self._cache, self._unix_s())
        except (CommandFailed, ReaderSilent, FrameDamaged) as error:
            if tries == 1:
                raise
            if not self._find_again():
                raise CardGone("the card was taken out") from error
            return self._identify(tries - 1)

    def _look(self) -> float:
        """Whether the card is still there; two misses in a row, because one is often only a movement."""
        self._looks += 1
        if self.state is State.REFUSED and self._may_be_good and self._looks >= JUDGE_AGAIN:
            self.state = State.EMPTY
            return 0.0
        if self._chip.is_present(self._held_target()):
            self._misses = 0
            return PRESENCE_S
        self._misses += 1
        if self._misses < MISSES:
            return MISSED_S
        self._empty()
        return 0.0

    # The moves.

    def _hold(self, identity: Identity) -> None:
        self._clear()
        self.state, self._identity = State.HELD, identity
        self._misses = self._looks = 0
        self.stay += 1
        self._tell(Arrived(self.stay, identity))

    def _refuse(self, error: ChamberError) -> None:
        self.state = State.REFUSED
        # A clock that was not set, or air that was disturbed in every try, says nothing of the card.
        self._may_be_good = error.code == _CLOCK or isinstance(error, CommandFailed)
        self._misses = self._looks = 0
        if self._refusal != error.code:
            self._refusal = error.code
            self._tell(Trouble("card-refused", error.code, error.fact))

    def _empty(self) -> None:
        self._leave()
        self._clear()
        self.state, self._target = State.EMPTY, None

    def _leave(self) -> None:
        if self._identity is not None:
            self._identity = None
            self._tell(Left(self.stay))

    def _clear(self) -> None:
        if self._refusal or self.state is State.CROWDED:
            self._refusal = ""
            self._tell(Trouble("clear"))

    def _distrust(self, error: ChamberError) -> None:
        if self._target is not None:
            self._cache.drop(self._target)
        self._leave()
        self._refuse(error)

    def _fail(self, error: ChamberError) -> float:
        """The line failed, whatever the tray was: the card cannot be seen any more."""
        self._leave()
        self._clear()
        self.state, self._target = State.DOWN, None
        self._reopen = isinstance(error, ReaderGone)
        if self._failure != error.code:
            self._failure = error.code
            self._tell(Trouble(error.code, detail=error.fact))
        pause_s = RESTART_S[min(self._restarts, len(RESTART_S) - 1)]
        self._restarts += 1
        return pause_s

    # Talking to the card.

    def _require(self, stay: int, kind: type[Identity]) -> Identity:
        if self.state is not State.HELD or stay != self.stay or not isinstance(self._identity, kind):
            raise CardGone("the card was taken out")
        return self._identity

    def _send(self, apdu: bytes) -> bytes:
        return self._chip.exchange(self._held_target(), apdu)

    def _held_target(self) -> Target:
        assert self._target is not None
        return self._target

    def _find_again(self) -> bool:
        """Reset whatever is in the field; whether it is the same card, and it alone."""
        targets = self._chip.list_targets()
        if len(targets) != 1 or not targets[0].may_be(self._held_target()):
            return False
        self._target = targets[0]
        return True

    def _sign_through_trouble(self, message_digest: bytes) -> bytes:
        """Sign, once more after whatever went wrong the first time: the card is reset and selected anew."""
        try:
            return piv.sign(self._send, message_digest)
        except ReaderGone as error:
            self._fail(error)
            raise CardGone("the reader is gone") from error
        except ChamberError:
            return self._guarded(lambda: self._sign_again(message_digest))

    def _sign_again(self, message_digest: bytes) -> bytes:
        if not (self._find_again() and piv.select(self._send)):
            raise CardGone("the card was taken out")
        return piv.sign(self._send, message_digest)

    def _relay(self, ask: Callable[[], bytes]) -> bytes:
        """Carry one part of an authentication. It is not repeated: the controller begins anew."""
        try:
            answer = ask()
        except (CardGone, CommandFailed, *LINE):
            self._guarded(self._require_again)
            raise
        if not answer:
            raise CardGone("another card lies in the tray")
        return answer

    def _require_again(self) -> bytes:
        if not self._find_again():
            raise CardGone("the card was taken out")
        return b""

    def _guarded(self, action: Callable[[], bytes]) -> bytes:
        """Run the second attempt. What it shows is final: card gone, or line down."""
        try:
            return action()
        except (CardGone, CommandFailed) as error:
            self._empty()
            raise CardGone("the card was taken out") from error
        except LINE as error:
            self._fail(error)
            raise CardGone("the reader failed") from error
