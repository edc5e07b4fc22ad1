"""What can happen to a seat (events) and what it wants done (effects).

The service makes the outer events and carries out the effects. The inner events are found by the core itself, inside
an outer one, once it has verified what arrived; they drive the same table of moves.

Source: `docs/protocol.md` sections 5 and 6.5.
"""

from dataclasses import dataclass
from enum import Enum

from protocol.keys import PublicKey
from protocol.seat_status import SeatStatus
from seat_client.lamps import Lamp


class Button(Enum):
    """The four buttons; the first three are named like the options they choose."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"
    SPEAK = "speak"


@dataclass(frozen=True, slots=True)
class Moment:
    """When an event is handled: `now_s` never goes back, `unix_ms` only fills `ts`, `jitter` is 0 <= j < 1."""

    now_s: float
    unix_ms: int
    jitter: float


class Event:
    """Something that happened."""

    __slots__ = ()


# --- Outer events: the service makes them. ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started(Event):
    """The seat has power. `records`: the exact bytes that the journal kept, oldest first; `version`: the program's."""

    records: tuple[bytes, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class LinkUp(Event):
    """Connected to a broker and subscribed."""


@dataclass(frozen=True, slots=True)
class LinkDown(Event):
    """The connection is lost; what was sent may or may not have arrived."""


@dataclass(frozen=True, slots=True)
class TrustArrived(Event):
    """The retained list of trust records."""

    data: bytes


@dataclass(frozen=True, slots=True)
class HeadArrived(Event):
    """A message on `sitting`."""

    data: bytes


@dataclass(frozen=True, slots=True)
class DownArrived(Event):
    """A message on this seat's `down`: challenge, receipt or refusal."""

    data: bytes


@dataclass(frozen=True, slots=True)
class CardEntered(Event):
    """A card lies in the tray. `entropy`: 32 fresh random bytes for the session keys of this stay."""

    member: str
    key: PublicKey
    entropy: bytes


@dataclass(frozen=True, slots=True)
class AttestedCardEntered(Event):
    """A card that cannot sign lies in the tray. `kind`: `ntag424` or `uid`; `entropy` as in `CardEntered`."""

    kind: str
    uid: bytes
    entropy: bytes


@dataclass(frozen=True, slots=True)
class CardLeft(Event):
    """The tray is empty again."""


@dataclass(frozen=True, slots=True)
class CardSigned(Event):
    """The card answered request `number` with a signature of 64 bytes."""

    number: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class ProofBegun(Event):
    """The card answered request `number` with a challenge of 16 bytes; `mirror`: the message it showed before."""

    number: int
    challenge: bytes
    mirror: bytes


@dataclass(frozen=True, slots=True)
class ProofFinished(Event):
    """The card answered request `number` with a proof of 32 bytes."""

    number: int
    proof: bytes


@dataclass(frozen=True, slots=True)
class CardFailed(Event):
    """The card did not answer request `number`, for a `reason`."""

    number: int
    reason: str = "card"


@dataclass(frozen=True, slots=True)
class TrayTold(Event):
    """The tray says what is wrong, or that it is right again (`clear`, `reader-back`).

    `two-cards` and `card-refused` (for a `reason`) are about what lies there; every other `code` is the reader's.
    """

    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ButtonTold(Event):
    """A button says what is wrong with it (`stuck`, `bouncing`), or that it is right again (`clear`)."""

    code: str
    button: str


@dataclass(frozen=True, slots=True)
class ButtonPressed(Event):
    """One press, already debounced."""

    button: Button


@dataclass(frozen=True, slots=True)
class TimePassed(Event):
    """The deadline of `next_deadline_s` is here."""


@dataclass(frozen=True, slots=True)
class Measured(Event):
    """How the unit itself is, at least every `protocol.seat_status.HEARTBEAT_S`. Members as in `SeatStatus`."""

    reader_errors: int = 0
    missed_beats: int = 0
    throttled: int = 0
    undervolted: bool = False


@dataclass(frozen=True, slots=True)
class JournalFailed(Event):
    """A record could not be kept: it travels all the same, but a power cut would lose it."""


# --- Inner events: the core finds them. ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WayCleared(Event):
    """A sitting is open, the keys are known, nothing is outstanding: a session may be asked for."""


@dataclass(frozen=True, slots=True)
class ChallengeOpened(Event):
    """The controller gave this seat a nonce."""

    sitting: str
    nonce: str
    size: int


@dataclass(frozen=True, slots=True)
class OfferOpened(Event):
    """The controller gave this seat a nonce, and the card in the tray cannot sign: it is to be offered."""

    sitting: str
    nonce: str


@dataclass(frozen=True, slots=True)
class QuestionOpened(Event):
    """The controller's 32 bytes for the card that was offered."""

    response: bytes


@dataclass(frozen=True, slots=True)
class AttestationFound(Event):
    """The controller's own record of the session stands in the log, and was compared with what was offered."""


@dataclass(frozen=True, slots=True)
class SessionCounted(Event):
    """A verified receipt says that the session is bound."""


@dataclass(frozen=True, slots=True)
class SessionDenied(Event):
    """The request, the session or its binding was refused or is void."""

    reason: str


@dataclass(frozen=True, slots=True)
class NonceGone(Event):
    """The controller no longer knows the nonce it gave: ask for another."""


@dataclass(frozen=True, slots=True)
class SessionLost(Event):
    """A ballot came back void or refused because its session is not (or no longer) alive."""

    reason: str


@dataclass(frozen=True, slots=True)
class SittingEnded(Event):
    """No sitting is open any more, or another one is: every session ended with it."""


# --- Effects ------------------------------------------------------------------------------------------------


class Effect:
    """Something to do, in the order given."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class KeepRecords(Effect):
    """Write these bytes durably into the journal before anything that follows."""

    records: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class DropRecord(Effect):
    """The journal may forget the record with this hash."""

    record: str


@dataclass(frozen=True, slots=True)
class PublishRecord(Effect):
    """Send these bytes on `up`, QoS 1."""

    data: bytes


@dataclass(frozen=True, slots=True)
class PublishStatus(Effect):
    """Send the retained `status`."""

    status: SeatStatus


@dataclass(frozen=True, slots=True)
class AskCard(Effect):
    """Let the card sign `message`; answer with `CardSigned` or `CardFailed` and the same number."""

    number: int
    message: bytes


@dataclass(frozen=True, slots=True)
class BeginProof(Effect):
    """Ask the card for a challenge; answer with `ProofBegun` or `CardFailed` and the same number."""

    number: int


@dataclass(frozen=True, slots=True)
class FinishProof(Effect):
    """Give the card the controller's 32 bytes; answer with `ProofFinished` or `CardFailed` and the same number."""

    number: int
    response: bytes


@dataclass(frozen=True, slots=True)
class ShowLamp(Effect):
    """Show this lamp. `reason` is a code for a panel that has words; never a choice."""

    lamp: Lamp
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ShowButtons(Effect):
    """Light the buttons: FOR, AGAINST and ABSTAIN together while a press would be taken, never the one that was chosen.

    `asks_to_speak`: SPEAK is lit while the member waits for the floor.
    """

    may_press: bool
    asks_to_speak: bool


class Happening(Enum):
    """What is worth telling about a seat."""

    ONLINE = "online"
    OFFLINE = "offline"
    READY = "ready"
    PRESENT = "present"
    ABSENT = "absent"
    OPENED = "opened"
    CLOSED = "closed"
    PRESSED = "pressed"
    IGNORED = "ignored"
    RECORDED = "recorded"
    NOT_COUNTED = "not-counted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Report(Effect):
    """Tell who watches this seat. `choice` is for the simulator alone, never for a log; `ms` from press to receipt."""

    what: Happening
    member: str = ""
    vote: str = ""
    choice: tuple[str, ...] = ()
    reason: str = ""
    ms: float = 0.0
