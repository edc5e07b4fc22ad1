"""APDUs and their answers, and the chain in which a card gives a long one.

`send` carries one APDU to the card and returns its answer: data and two bytes of status. APDUs are short; the extended
form is used for one thing only, to ask a card that takes it for a whole answer at once (`LE_WHOLE`).

Source: ISO/IEC 7816-4 sections 5.1, 5.3.4 and 5.6.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from seat_client.nfc.errors import AnswerNonsense, ChainEndless, StatusRefused

Send = Callable[[bytes], bytes]
OK: Final = 0x9000
DATA_BYTES_MAX: Final = 255
LE_MAX: Final = 256
LE_WHOLE: Final = 65_536
"""As much as there is, which only the extended form can say."""
ANSWER_BYTES_MAX: Final = 10_240
"""Certificates of cards are 300 to 2,000 bytes; nothing longer than this is read to its end."""
CHAIN_PARTS_MAX: Final = 48
"""Enough for the longest answer in parts of 256 bytes, and few enough for a card that gives one byte at a time."""
_MORE: Final = 0x61
_WRONG_LE: Final = 0x6C
WRONG_LENGTH: Final = 0x6700
_STATUS_BYTES: Final = 2
_EXTENDED_LENGTH: Final = 0x00
_LENGTH_AT: Final = 4
"""Where a length stands, behind the four bytes of the header."""
STATUS_CODES: Final = {
    0x6300: ("card-verification", "the card refused a proof"),
    WRONG_LENGTH: ("card-length", "wrong length"),
    0x6982: ("card-security", "a PIN or a key is needed first"),
    0x6983: ("card-blocked", "the card is blocked"),
    0x6985: ("card-conditions", "not allowed now"),
    0x6A80: ("card-parameters", "wrong data"),
    0x6A81: ("card-unsupported", "function not supported"),
    0x6A82: ("card-not-found", "no such file or application"),
    0x6A86: ("card-parameters", "wrong parameters"),
    0x6A88: ("card-not-found", "no such data"),
    0x6D00: ("card-unsupported", "instruction not supported"),
    0x6E00: ("card-unsupported", "class not supported"),
    0x6F00: ("card-failure", "the card has failed"),
}
"""Status words that have a name of their own; others are `card-status`."""


@dataclass(frozen=True, slots=True)
class Command:
    """One APDU. `le` is how many bytes are wanted: 1..256, `LE_WHOLE`, or None for none."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    def encode(self) -> bytes:
        """The bytes. Raises `ValueError`: more data or a longer answer than a short APDU has."""
        if len(self.data) > DATA_BYTES_MAX or not (1 <= (self.le or LE_MAX) <= LE_MAX or self.le == LE_WHOLE):
            raise ValueError("a short APDU has at most 255 bytes of data and asks for 1 to 256")
        parts = bytes([self.cla, self.ins, self.p1, self.p2])
        if self.le == LE_WHOLE:
            data = len(self.data).to_bytes(2, "big") + self.data if self.data else b""
            return parts + bytes([_EXTENDED_LENGTH]) + data + bytes(2)
        if self.data:
            parts += bytes([len(self.data)]) + self.data
        return parts if self.le is None else parts + bytes([self.le % LE_MAX])


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. `status_word` is SW1 SW2, 0..0xFFFF."""

    data: bytes
    status_word: int


def is_extended(apdu: bytes) -> bool:
    """Whether an APDU is of the extended form: a length of 00 that is not its last byte."""
    return len(apdu) > _LENGTH_AT + 1 and apdu[_LENGTH_AT] == _EXTENDED_LENGTH


def read_response(data: bytes) -> Response:
    """Split an answer. Raises `AnswerNonsense`: shorter than a status word."""
    if len(data) < _STATUS_BYTES:
        raise AnswerNonsense("an answer of the card without a status word")
    return Response(data[:-2], int.from_bytes(data[-2:], "big"))


def refusal(status_word: int) -> StatusRefused:
    """The named error of a status word."""
    code, words = STATUS_CODES.get(status_word, (None, "the card refused"))
    return StatusRefused(f"{words} ({status_word:04X})", status_word, code)


def transmit(send: Send, command: Command) -> bytes:
    """Send `command` and return the whole answer, in however many parts the card gives it.

    Raises `StatusRefused`: the card's status is not 9000. `ChainEndless`: more parts or bytes than any certificate
    has. `AnswerNonsense`, and whatever `send` raises.
    """
    response = read_response(send(command.encode()))
    if response.status_word >> 8 == _WRONG_LE:
        again = Command(command.cla, command.ins, command.p1, command.p2, command.data, _asked(response.status_word))
        response = read_response(send(again.encode()))
    answer = response.data
    for _ in range(CHAIN_PARTS_MAX):
        if len(answer) > ANSWER_BYTES_MAX:
            raise ChainEndless("the card answers more than any certificate is long")
        if response.status_word >> 8 != _MORE:
            if response.status_word != OK:
                raise refusal(response.status_word)
            return answer
        following = Command(command.cla & 0x03, 0xC0, 0x00, 0x00, le=_asked(response.status_word))
        response = read_response(send(following.encode()))
        answer += response.data
    raise ChainEndless("the card never comes to the end of its answer")


def _asked(status_word: int) -> int:
    """How many bytes SW2 speaks of; 00 means 256."""
    return status_word & 0xFF or LE_MAX
