"""A PIV card: certificates to read, and a P-256 key in each slot that signs digests.

Slot 9E signs without a PIN, which is what a seat uses. 9A and 9D want the PIN once after the card was selected, 9C
before every signature. Answers that do not fit are fetched with GET RESPONSE. Keys and certificates are given; the
card makes none, and takes none over the air.

Source: NIST SP 800-73pt2-5 section 3 (commands), SP 800-73pt1-5 section 3 (PIN rules); Yubico's PIV instructions FD
(version) and F8 (serial number).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from firmware_sim.card_crypto import DIGEST_BYTES, CardKey
from firmware_sim.cards.apdu import (
    BLOCKED,
    CHAINED,
    NO_REFERENCE,
    NOT_ALLOWED,
    NOT_FOUND,
    NOT_SATISFIED,
    OK,
    UNKNOWN_INSTRUCTION,
    WRONG_DATA,
    WRONG_LENGTH,
    WRONG_PARAMETERS,
    Command,
    Pieces,
    read_command,
    read_tlvs,
    tlv,
)
from firmware_sim.cards.iso14443a import CardA, Identity
from firmware_sim.cards.isodep import Application, IsoDep
from firmware_sim.cards.piv_objects import AUTHENTICATION, CARD, KEY_MANAGEMENT, SIGNATURE, objects_of

AID: Final = bytes.fromhex("a000000308000010000100")
ATQA: Final = b"\x44\x00"
SAK: Final = 0x20
ATS: Final = bytes.fromhex("127877950280 73c021c057597562694b6579")
"""As a YubiKey 5 NFC sends it."""
VERSION: Final = bytes.fromhex("050207")
"""Below 5.3, so that nobody asks for metadata."""
PIN_TRIES: Final = 3
SIGN_S: Final = 0.08
"""A signature on the card: 60 to 150 ms by memory, not measured."""
ANSWER_S: Final = 0.005
_RID_BYTES: Final = 5
_TEMPLATE: Final = bytes.fromhex("61114f0600001000010079074f05a000000308")
_PIN_BYTES: Final = 8
_PIN_REFERENCE: Final = 0x80
_FORGET_PIN: Final = 0xFF
_P256: Final = 0x11
_DYNAMIC, _CHALLENGE, _RESPONSE = 0x7C, 0x81, 0x82
_TAG_LIST: Final = 0x5C
_GET_RESPONSE: Final = 0xC0
_GENERAL_AUTHENTICATE: Final = 0x87
_CHAIN_BYTES_MAX: Final = 4096


@dataclass(frozen=True, slots=True)
class Slot:
    """A key and the certificate (DER) that goes with it."""

    key: CardKey
    certificate: bytes


class Piv(Application):
    """The application. `slots` by key reference: 9A, 9C, 9D, 9E; `guid` 16 bytes; `pin` six to eight digits."""

    def __init__(self, slots: dict[int, Slot], guid: bytes, *, pin: str = "123456", serial: int = 1) -> None:
        certificates = {reference: slot.certificate for reference, slot in slots.items()}
        self._keys = {reference: slot.key for reference, slot in slots.items()}
        self._objects = objects_of(certificates, guid)
        self._pin = pin.encode().ljust(_PIN_BYTES, b"\xff")
        self._tries = PIN_TRIES
        self._serial = serial.to_bytes(4, "big")
        self._pieces = Pieces()
        self._commands: dict[int, Callable[[Command], bytes]] = {
            0x20: self._verify,
            _GENERAL_AUTHENTICATE: self._authenticate,
            0xCB: self._get_data,
            0xF8: lambda command: self._told(self._serial, command),
            0xFD: lambda command: self._told(VERSION, command),
        }
        self.power_off()

    def power_off(self) -> None:
        """Selection and PIN are gone; the PIN's tries stay."""
        self._selected = self._verified = self._just_verified = False
        self._chain = b""
        self._pieces.forget()

    def think_s(self, command: bytes) -> float:
        """Signing takes longest."""
        return SIGN_S if command[1:2] == bytes((_GENERAL_AUTHENTICATE,)) else ANSWER_S

    def process(self, command: bytes) -> bytes:
        """Answer an APDU."""
        read = read_command(command)
        if read is None:
            return WRONG_LENGTH
        if read.cla & CHAINED:
            self._chain += read.data
            return OK if len(self._chain) <= _CHAIN_BYTES_MAX else WRONG_LENGTH
        data, self._chain = self._chain + read.data, b""
        read = Command(read.cla, read.ins, read.p1, read.p2, data, read.expected)
        if read.ins == _GET_RESPONSE:
            return self._pieces.go_on(read.expected)
        self._pieces.forget()
        if (read.cla, read.ins, read.p1) == (0x00, 0xA4, 0x04):
            return self._select(read)
        act = self._commands.get(read.ins)
        if act is None or read.cla:
            return UNKNOWN_INSTRUCTION
        return act(read) if self._selected else NOT_ALLOWED

    def _told(self, data: bytes, command: Command) -> bytes:
        return self._pieces.start(data, command.expected)

    def _select(self, command: Command) -> bytes:
        if len(command.data) < _RID_BYTES or not AID.startswith(command.data):
            return NOT_FOUND
        self._selected, self._verified = True, False
        return self._told(_TEMPLATE, command)

    def _get_data(self, command: Command) -> bytes:
        tags = read_tlvs(command.data)
        if (command.p1, command.p2) != (0x3F, 0xFF) or tags is None or set(tags) != {_TAG_LIST}:
            return WRONG_DATA
        held = self._objects.get(tags[_TAG_LIST])
        return NOT_FOUND if held is None else self._told(held, command)

    def _verify(self, command: Command) -> bytes:
        if command.p2 != _PIN_REFERENCE:
            return NO_REFERENCE
        if command.p1 == _FORGET_PIN and not command.data:
            self._verified = False
            return OK
        if command.p1:
            return WRONG_PARAMETERS
        if not command.data:
            return OK if self._verified else self._tries_left()
        if not self._tries:
            return BLOCKED
        if len(command.data) != _PIN_BYTES:
            return WRONG_DATA
        self._verified = self._just_verified = command.data == self._pin
        self._tries = PIN_TRIES if self._verified else self._tries - 1
        return OK if self._verified else self._tries_left()

    def _tries_left(self) -> bytes:
        return bytes((0x63, 0xC0 | self._tries)) if self._tries else BLOCKED

    def _authenticate(self, command: Command) -> bytes:
        fresh, self._just_verified = self._just_verified, False
        key = self._keys.get(command.p2)
        if command.p1 != _P256 or key is None:
            return WRONG_PARAMETERS
        allowed = {CARD: True, SIGNATURE: fresh, AUTHENTICATION: self._verified, KEY_MANAGEMENT: self._verified}
        outer = read_tlvs(command.data)
        inner = read_tlvs(outer.get(_DYNAMIC, b"")) if outer is not None else None
        digest = inner.get(_CHALLENGE, b"") if inner is not None else b""
        if inner is None or inner.get(_RESPONSE) != b"" or len(digest) != DIGEST_BYTES:
            return WRONG_DATA
        if not allowed[command.p2]:
            return NOT_SATISFIED
        signed = tlv(_DYNAMIC, tlv(_RESPONSE, key.sign_digest(digest)))
        return self._told(signed, command)


def piv_card(application: Application, uid: bytes) -> CardA:
    """A PIV application on a card that can be laid on a reader."""
    return CardA(Identity(uid, ATQA, SAK), IsoDep(application, ATS))
