"""PIV cards: select the application, read the card's certificate, sign with the key that needs no PIN (slot 9E).

Source: NIST SP 800-73pt1-5 (data model), SP 800-73pt2-5 sections 3.1 and 3.2 (commands), SP 800-78-5 section 6.2.
"""

from typing import Final

from protocol.errors import SignatureRefused
from protocol.keys import es256_from_der
from seat_client.nfc.apdu import LE_MAX, LE_WHOLE, WRONG_LENGTH, Command, Send, transmit
from seat_client.nfc.errors import AnswerNonsense, CardRefused, StatusRefused, TlvRefused
from seat_client.nfc.tlv import element, find, read_elements

APPLICATION: Final = bytes.fromhex("a000000308000010000100")
CARD_AUTHENTICATION: Final = bytes.fromhex("5fc101")
"""The object that holds the certificate of slot 9E."""
SLOT: Final = 0x9E
P256: Final = 0x11
DIGEST_BYTES: Final = 32
NOT_FOUND: Final = 0x6A82
_DATA: Final = 0x53
_CERTIFICATE: Final = 0x70
_INFORMATION: Final = 0x71
_COMPRESSED: Final = 0x01
_TEMPLATE: Final = 0x7C
_RESPONSE: Final = 0x82
_CHALLENGE: Final = 0x81


def select(send: Send) -> bool:
    """Select PIV. False: the card has no such application. Raises `StatusRefused`: it refused for another reason."""
    try:
        transmit(send, Command(0x00, 0xA4, 0x04, 0x00, APPLICATION, 256))
    except StatusRefused as error:
        if error.status_word == NOT_FOUND:
            return False
        raise
    return True


def read_certificate(send: Send, *, extended: bool = False) -> bytes:
    """The certificate of slot 9E, DER. `extended`: the card takes extended APDUs, so it is asked for all at once.

    Raises `CardRefused`: `certificate-missing`, `certificate-compressed`. `TlvRefused`: the object is malformed.
    """
    try:
        data = _get_data(send, CARD_AUTHENTICATION, extended=extended)
    except StatusRefused as error:
        if error.status_word == NOT_FOUND:
            raise CardRefused("a PIV card without a certificate in slot 9E", "certificate-missing") from error
        raise
    held = find(data, _DATA)
    if not held:
        raise CardRefused("a PIV card without a certificate in slot 9E", "certificate-missing")
    for found in read_elements(held):
        if found.tag == _INFORMATION and found.value[:1] and found.value[0] & _COMPRESSED:
            raise CardRefused("a card whose certificate is compressed: issue it uncompressed", "certificate-compressed")
    return find(held, _CERTIFICATE)


def sign(send: Send, digest: bytes) -> bytes:
    """Let the card sign a SHA-256 `digest` of 32 bytes: r||s, 64 bytes, s in the lower half.

    Raises `StatusRefused`: the card will not. `AnswerNonsense`: what it gave is no signature. It is not verified here.
    """
    if len(digest) != DIGEST_BYTES:
        raise ValueError("slot 9E with P-256 signs 32 bytes")
    template = element(_TEMPLATE, element(_RESPONSE, b"") + element(_CHALLENGE, digest))
    answer = transmit(send, Command(0x00, 0x87, P256, SLOT, template, 256))
    try:
        return es256_from_der(find(answer, _TEMPLATE, _RESPONSE))
    except (TlvRefused, SignatureRefused) as error:
        raise AnswerNonsense(f"instead of a signature: {error.fact}") from error


def _get_data(send: Send, name: bytes, *, extended: bool) -> bytes:
    """A data object with its container. A card that refuses the extended form's length is asked in the short one."""
    if extended:
        try:
            return transmit(send, Command(0x00, 0xCB, 0x3F, 0xFF, element(0x5C, name), LE_WHOLE))
        except StatusRefused as error:
            if error.status_word != WRONG_LENGTH:
                raise
    return transmit(send, Command(0x00, 0xCB, 0x3F, 0xFF, element(0x5C, name), LE_MAX))
