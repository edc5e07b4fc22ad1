"""NTAG 424 DNA, the seat's part: it relays an authentication between card and controller and holds no key.

Source: NXP NT4H2421Gx data sheet sections 9.1 and 10; AN12196 sections 4 and 6.6.
"""

from dataclasses import dataclass
from typing import Final

from seat_client.nfc.apdu import Command, Response, Send, read_response, refusal
from seat_client.nfc.errors import AnswerNonsense, StatusRefused

APPLICATION: Final = bytes.fromhex("d2760000850101")
CHALLENGE_BYTES: Final = 16
RESPONSE_BYTES: Final = 32
PROOF_BYTES: Final = 32
KEY_NUMBERS: Final = range(5)
DONE: Final = 0x9100
MORE: Final = 0x91AF
MESSAGE_BYTES_MAX: Final = 256
MESSAGE_FILE: Final = bytes.fromhex("e104")
_LENGTH_BYTES: Final = 2
_PIECE_BYTES: Final = 64
"""Whole in one frame of every reader and card."""
_ISO_DONE: Final = 0x9000
_NOT_FOUND: Final = frozenset({0x6A82, 0x6A86})
_MORE_BYTES: Final = 0xAF
_AUTHENTICATE_FIRST: Final = 0x71
_GET_VERSION: Final = 0x60
_VERSION_PART_BYTES: Final = 7
_PRODUCTION_BYTES: Final = 14
_UID_BYTES: Final = 7
_NXP: Final = 0x04
_TYPE_NTAG: Final = 0x04
_MAJOR_424: Final = 0x30
STATUS_CODES: Final = {
    0x911E: ("card-integrity", "a MAC or padding is wrong"),
    0x9140: ("card-key-missing", "no such key"),
    0x917E: ("card-length", "wrong length"),
    0x919D: ("card-security", "not permitted"),
    0x919E: ("card-parameters", "wrong parameters"),
    0x91AD: ("card-wait", "authentication delayed after failures"),
    0x91AE: ("card-authentication", "the controller does not hold this card's key"),
    0x91CA: ("card-aborted", "the earlier command was not finished"),
    0x91F0: ("card-not-found", "no such file"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """What the card says of itself. `uid` is zero where the card hides it."""

    hardware_type: int
    hardware_major: int
    uid: bytes

    @property
    def is_ntag424(self) -> bool:
        """Whether it is an NTAG 424 DNA and no other card with the same application name."""
        return self.hardware_type == _TYPE_NTAG and self.hardware_major == _MAJOR_424


def select(send: Send) -> bool:
    """Select the application. False: the card has none. Raises `StatusRefused`: refused for another reason."""
    response = read_response(send(Command(0x00, 0xA4, 0x04, 0x0C, APPLICATION, 256).encode()))
    if response.status_word in _NOT_FOUND:
        return False
    if response.status_word != _ISO_DONE:
        raise refusal(response.status_word)
    return True


def get_version(send: Send) -> Version:
    """Ask which card it is. Raises `StatusRefused`, `AnswerNonsense`: the parts have other lengths."""
    hardware = _native(send, _GET_VERSION, b"", MORE).data
    software = _native(send, _MORE_BYTES, b"", MORE).data
    production = _native(send, _MORE_BYTES, b"", DONE).data
    if (len(hardware), len(software)) != (_VERSION_PART_BYTES,) * 2 or len(production) < _PRODUCTION_BYTES:
        raise AnswerNonsense("a version in parts of other lengths")
    if hardware[0] != _NXP:
        return Version(0, 0, production[:_UID_BYTES])
    return Version(hardware[1], hardware[3], production[:_UID_BYTES])


def read_message(send: Send) -> bytes:
    """The message that any reader may read, at most 256 bytes; empty where the card shows none. Select first.

    A card that mirrors a counter counts with the first reading after it was selected. Raises what `send` raises.
    """
    if _iso(send, Command(0x00, 0xA4, 0x00, 0x0C, MESSAGE_FILE)) is None:
        return b""
    length = _iso(send, Command(0x00, 0xB0, 0x00, 0x00, le=_LENGTH_BYTES))
    if length is None or len(length) != _LENGTH_BYTES:
        return b""
    wanted, message = min(int.from_bytes(length, "big"), MESSAGE_BYTES_MAX - _LENGTH_BYTES), b""
    while len(message) < wanted:
        count = min(_PIECE_BYTES, wanted - len(message))
        piece = _iso(send, Command(0x00, 0xB0, 0x00, _LENGTH_BYTES + len(message), le=count))
        if not piece or len(piece) > count:
            return b""
        message += piece
    return message


def begin(send: Send, key_number: int) -> bytes:
    """Begin AuthenticateEV2First: the card's challenge, 16 bytes, for the controller.

    Raises `StatusRefused`: no such key, or delayed after failures. `AnswerNonsense`: another length.
    """
    if key_number not in KEY_NUMBERS:
        raise ValueError("an NTAG 424 has keys 0 to 4")
    challenge = _native(send, _AUTHENTICATE_FIRST, bytes([key_number, 0x00]), MORE).data
    if len(challenge) != CHALLENGE_BYTES:
        raise AnswerNonsense("a challenge that is not 16 bytes")
    return challenge


def finish(send: Send, response: bytes) -> bytes:
    """Give the controller's 32 bytes to the card: its proof, 32 bytes, for the controller.

    Raises `StatusRefused` `card-authentication`: the controller does not hold this card's key. `AnswerNonsense`.
    """
    if len(response) != RESPONSE_BYTES:
        raise ValueError("the controller's part is 32 bytes")
    proof = _native(send, _MORE_BYTES, response, DONE).data
    if len(proof) != PROOF_BYTES:
        raise AnswerNonsense("a proof that is not 32 bytes")
    return proof


def _iso(send: Send, command: Command) -> bytes | None:
    """The data of an ISO command, None if the card refuses it."""
    response = read_response(send(command.encode()))
    return response.data if response.status_word == _ISO_DONE else None


def _native(send: Send, instruction: int, data: bytes, wanted: int) -> Response:
    """One native command in an APDU. Raises `StatusRefused`: another status than `wanted`."""
    response = read_response(send(Command(0x90, instruction, 0x00, 0x00, data, 256).encode()))
    if response.status_word != wanted:
        code, words = STATUS_CODES.get(response.status_word, (None, "the card refused"))
        raise StatusRefused(f"{words} ({response.status_word:04X})", response.status_word, code)
    return response
